"""The counts promised by the README of the real folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import rasterio
from support.territories import real_data
from support.tiles import open_tiles, terrarium_heights_m, tile_at

from garance.territory import Pack
from garance.territory.projection import LAMBERT_93, WGS84, transformer
from garance.territory.rasters import read_raster

pytestmark = pytest.mark.real_data


def test_counts(rochefort: Pack) -> None:
    counts = {layer.name: layer.count for layer in rochefort.manifest.layers}
    assert counts["communes"] == 15
    assert counts["roads"] == 1_059
    assert counts["water"] == 706
    assert counts["water-lines"] == 30
    assert counts["coast"] == 75
    assert counts["risk-zones"] == 249
    assert counts["defences"] == 141
    assert counts["past-extent"] == 3
    assert counts["land-use"] == 1_482
    assert counts["land-cover"] == 101
    assert counts["planning-zones"] == 438


def test_the_grids_of_the_model_are_kept(rochefort: Pack) -> None:
    rasters = {raster.name: raster for raster in rochefort.manifest.rasters}
    assert set(rasters) == {"roughness", "water-depths-flood-max-20m", "water-depths-flood-steps-20m"}
    assert rasters["water-depths-flood-steps-20m"].bands == 15
    assert 0.01 < rasters["roughness"].low < rasters["roughness"].high < 0.3
    values, transform, crs = read_raster(rochefort.file("water-depths-flood-max-20m.tif"))
    assert crs == LAMBERT_93
    with rasterio.open(real_data("rochefort") / "raster" / "flood_max_20m.tif") as raster:
        deepest_m = float(raster.read(1).max()) * float(raster.scales[0]) * (0.01 if raster.scales[0] == 1 else 1)
    assert float(np.nanmax(values)) == pytest.approx(deepest_m, abs=0.01)
    assert abs(transform.a) == 20


def test_names_and_place(rochefort: Pack) -> None:
    manifest = rochefort.manifest
    assert (manifest.id, manifest.name, manifest.fictitious) == ("rochefort", "Rochefort", False)
    assert manifest.bbox == pytest.approx((-1.1278, 45.9033, -0.9333, 45.9949), abs=1e-3)
    assert len(manifest.insee_codes) == 14
    names = {commune.properties["name"] for commune in rochefort.features("communes")}
    assert {"Moëze", "Échillais", "Rochefort"} <= names
    assert "LittoSIM" in manifest.attribution
    assert "CC BY-SA 4.0" in manifest.licences


def test_inhabitants_by_commune(rochefort: Pack) -> None:
    people: Counter[str] = Counter()
    for cell in rochefort.features("land-use"):
        if cell.layer == "land-use":
            people[cell.properties["insee_code"]] += cell.properties["population"]
    sums = {code: round(count) for code, count in people.items()}
    assert sums == {"17299": 24_047, "17484": 1_788, "17375": 1_181, "17353": 2_074}


def test_defences_have_their_state_and_what_names_could_be_lent(rochefort: Pack) -> None:
    works = [work.properties for work in rochefort.features("defences")]
    assert Counter(work["status"] for work in works) == {"good": 96, "medium": 29, "bad": 16}
    assert Counter(work["kind"] for work in works) == {"dike": 132, "dune": 9}
    assert sum("name" in work for work in works) > 60


def test_roads_are_numbered_and_named(rochefort: Pack) -> None:
    roads = [road.properties for road in rochefort.features("roads")]
    assert Counter(road["ref"] for road in roads)["D911"] == 164
    assert Counter(road["importance"] for road in roads) == {4: 377, 2: 345, 3: 268, 1: 51, 5: 18}
    assert sum(road["bridge"] for road in roads) == 44
    assert "Avenue du 8 Mai 1945" in {road.get("name") for road in roads}


def test_traps_are_told(rochefort: Pack) -> None:
    told = {
        (entry.code, subject): entry for entry in rochefort.manifest.report for subject in entry.subject.split(", ")
    }
    assert ("crs-missing", "vector_source/defense_cote.zip") in told
    assert ("crs-unnamed", "vector_littosim/land_use.zip") in told
    assert ("text-recoded", "vector_source/COMMUNE.zip") in told
    assert told["polygons-repaired", "vector_source/PPR.zip"].count == 1
    assert [missing.role for missing in rochefort.manifest.missing] == ["buildings", "addresses", "hydrants"]
    said = " ".join(f"{entry.subject} {entry.text_fr}" for entry in rochefort.manifest.report)
    files = {path.relative_to(real_data("rochefort")).as_posix() for path in Path(real_data("rochefort")).rglob("*.*")}
    kept = ", ".join(layer.source for layer in rochefort.manifest.layers)
    silent = {name for name in files if name not in said and name not in kept and not name.endswith(".md")}
    assert silent == set()


def test_heights_are_those_of_the_raster(rochefort: Pack) -> None:
    with rasterio.open(real_data("rochefort") / "raster" / "dem_maj_20m.tif") as raster:
        for row, column in ((100, 100), (236, 365), (400, 600)):
            east, north = raster.xy(row, column)
            lon_deg, lat_deg = transformer(LAMBERT_93, WGS84).transform(east, north)
            expected_m = raster.read(1)[row, column] / 100
            assert rochefort.elevation_m(lon_deg, lat_deg) == pytest.approx(expected_m, abs=0.01)


def test_terrain_tiles_have_no_absurd_height(rochefort: Pack) -> None:
    reader = open_tiles(rochefort.file("terrain.pmtiles"))
    header = reader.header()
    assert header["addressed_tiles_count"] > 80
    for zoom in range(8, 15):
        x, y, _, _ = tile_at(*rochefort.manifest.centre, zoom)
        heights = terrarium_heights_m(reader.get(zoom, x, y))
        assert -12 < heights.min() <= heights.max() < 31
        assert heights.max() > 1


def test_the_hospitals_and_fire_centres_of_the_window_are_there(rochefort: Pack) -> None:
    sites = {site.properties["name"]: site.properties["kind"] for site in rochefort.features("sites")}
    assert sites["CSP ROCHEFORT"] == "fire-station"
    assert Counter(sites.values())["hospital"] >= 3


def test_the_fire_centre_is_in_rochefort(rochefort: Pack) -> None:
    commune = rochefort.commune_at(-0.9480, 45.9495)
    assert commune is not None
    assert commune.properties["insee_code"] == "17299"
    found = rochefort.nearest("sites", -0.9480, 45.9495)
    assert found is not None
    assert found[0].properties["name"] == "CSP ROCHEFORT"
    assert found[1] < 20


def test_the_modelled_surge_set_against_xynthia_scores_as_published(rochefort: Pack) -> None:
    """The scores of the data's own notice (0.668, 0.681, 0.029); their land is not ours to a cell."""
    found = rochefort.depths("water-depths-flood-max-20m").comparison(1)
    union_km2 = found.both_km2 + found.only_mapped_km2 + found.only_modelled_km2
    assert found.both_km2 / union_km2 == pytest.approx(0.668, abs=0.02)
    assert found.both_km2 / found.mapped_km2 == pytest.approx(0.681, abs=0.02)
    assert found.only_modelled_km2 / found.modelled_km2 == pytest.approx(0.029, abs=0.005)
    assert found.people_modelled is not None
    assert found.people_mapped is not None
    assert 0 < found.people_modelled.central < found.people_mapped.central < 30_000
