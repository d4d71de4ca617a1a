"""The counts and the trap of the README of the second real folder: a commune moved, and the zone to keep."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import rasterio
import shapely
from support.territories import quiet, real_data

from garance.territory import Pack, import_territory

pytestmark = pytest.mark.real_data

POPULATION = {"76217": 28_241, "76414": None}
"""Inhabitants of the communes that lie whole in the zone kept, as the folder's own districts say."""


@pytest.fixture(scope="module")
def dieppe(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return import_territory(real_data("dieppe"), tmp_path_factory.mktemp("packs") / "dieppe", progress=quiet)


def test_counts_in_the_real_zone(dieppe: Pack) -> None:
    counts = {layer.name: layer.count for layer in dieppe.manifest.layers}
    assert counts["buildings"] == 16_280
    assert counts["defences"] == 109
    assert counts["hazard-zones"] == 20_514
    assert dieppe.manifest.name == "Dieppe"
    assert [missing.role for missing in dieppe.manifest.missing] == ["past-extent", "addresses", "hydrants"]
    assert {raster.name: raster.bands for raster in dieppe.manifest.rasters} == {
        "roughness": 1,
        "water-depths-flood-max-15m": 1,
        "water-depths-flood-steps-15m": 15,
        "water-depths-flood-totaltime-15m": 1,
    }


def test_defences_bear_their_state(dieppe: Pack) -> None:
    works = [work.properties for work in dieppe.features("defences")]
    assert set(Counter(work["status"] for work in works)) == {"good", "medium"}
    assert Counter(work["kind"] for work in works)["dike"] > 80


def test_inhabitants_of_the_zone_kept(dieppe: Pack) -> None:
    """The folder says 1,813, 1,542 and 30,086 in all: the zone to keep leaves out some cells at its edge."""
    people: Counter[str] = Counter()
    for cell in dieppe.features("land-use"):
        people[cell.properties["insee_code"]] += cell.properties.get("population", 0)
    assert {code: round(count) for code, count in people.items()} == {"76545": 1_813, "76414": 1_520, "76217": 29_980}


def test_the_moved_commune_is_told_with_its_distance(dieppe: Pack) -> None:
    (line,) = [line for line in dieppe.manifest.report if line.code == "commune-moved"]
    assert (line.kind, line.subject) == ("doubtful", "76192")
    assert line.count == pytest.approx(13_700, abs=200)
    assert "Criel-sur-Mer (76192) n'est pas à sa place" in line.text_fr
    assert "13,7 km" in line.text_fr
    resting = {line.subject: line.count for line in dieppe.manifest.report if line.code == "on-moved-commune"}
    assert resting["vector/buildings.zip"] > 4_000


def test_the_zone_supplied_is_followed_and_told(dieppe: Pack) -> None:
    told = {(line.code, subject): line for line in dieppe.manifest.report for subject in line.subject.split(", ")}
    assert "66,5 km²" in told["clip-zone", "clip_reel.geojson"].text_fr
    assert told["clipped", "vector/buildings.zip"].count == 20_559 - 16_280
    assert ("crs-unnamed", "vector/buildings.zip") in told
    assert "76192" not in dieppe.manifest.insee_codes


def test_heights_are_those_of_the_raster(dieppe: Pack) -> None:
    with rasterio.open(real_data("dieppe") / "raster" / "dem_15m.tif") as raster:
        band, scale = raster.read(1), float(raster.scales[0]) if raster.scales[0] != 1 else 0.01
        row, column = (band.shape[0] // 2, band.shape[1] // 3)
        east, north = raster.xy(row, column)
        expected_m = float(band[row, column]) * scale
    from garance.territory.projection import LAMBERT_93, WGS84, transformer

    assert dieppe.elevation_m(*transformer(LAMBERT_93, WGS84).transform(east, north)) == pytest.approx(
        expected_m, abs=0.02
    )


def test_the_sea_is_there_and_the_ground_outside_the_zone_is_not(dieppe: Pack) -> None:
    sea = shapely.union_all([water.shape for water in dieppe.features("water") if water.layer == "sea"])
    assert shapely.intersects_xy(sea, 1.07, 49.945)
    assert not shapely.intersects_xy(sea, 1.08, 49.92)
    assert dieppe.elevation_m(1.175, 49.955) is None


def test_every_file_is_spoken_of(dieppe: Pack) -> None:
    root = real_data("dieppe")
    files = {path.relative_to(root).as_posix() for path in Path(root).rglob("*.*")}
    told = " ".join(
        [*(line.subject for line in dieppe.manifest.report), *(line.text_fr for line in dieppe.manifest.report)]
    )
    kept = ", ".join(layer.source for layer in dieppe.manifest.layers)
    assert {name for name in files if name not in told and name not in kept and not name.endswith(".md")} == set()
