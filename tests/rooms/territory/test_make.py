from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from support.territories import SEED, quiet

from garance.kernel.refusal import Refused
from garance.territory import Pack
from garance.territory.make import make_territory
from garance.territory.projection import LAMBERT_93, WGS84, project


def metres(features: list[Any]) -> Any:
    return project(np.array([feature.shape for feature in features], dtype=object), WGS84, LAMBERT_93)


def test_same_seed_same_bytes_in_another_process(fictional: Pack, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from garance.territory.make import make_territory; "
        f"make_territory({SEED}, Path(sys.argv[1]), progress=lambda what, share: None)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "again")], check=True, timeout=100)
    for name in (
        "basemap.pmtiles",
        "terrain.pmtiles",
        "dem.tif",
        "territory.toml",
        "territory.gpkg",
        "roughness.tif",
        "series.csv",
    ):
        assert (tmp_path / "again" / name).read_bytes() == fictional.file(name).read_bytes(), name


def test_it_is_not_made_twice(fictional: Pack) -> None:
    before = fictional.file("territory.gpkg").stat().st_ino
    again = make_territory(SEED, fictional.folder, progress=quiet)
    assert again.manifest == fictional.manifest
    assert fictional.file("territory.gpkg").stat().st_ino == before


def test_a_seed_beyond_the_range_is_refused(tmp_path: Path) -> None:
    for seed in (-1, 2**32):
        with pytest.raises(Refused, match="seed-out-of-range"):
            make_territory(seed, tmp_path / "pack", progress=quiet)


def test_a_number_of_communes_beyond_the_range_is_refused(tmp_path: Path) -> None:
    for communes in (0, 601):
        with pytest.raises(Refused, match="commune-count-out-of-range"):
            make_territory(SEED, tmp_path / "pack", communes=communes, progress=quiet)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 2, 7, 2010, 2**32 - 1])
def test_other_seeds_make_other_places_that_hold_together(fictional: Pack, tmp_path: Path, seed: int) -> None:
    other = make_territory(seed, tmp_path / "pack", progress=quiet)
    assert other.manifest.version != fictional.manifest.version
    check_network(other)
    check_people(other)


def test_it_says_everywhere_that_it_is_fictional(fictional: Pack) -> None:
    manifest = fictional.manifest
    assert manifest.fictitious
    assert "fictif" in manifest.name
    assert "fictive" in manifest.attribution
    assert all("fictif" in layer.source for layer in manifest.layers)
    assert all("fictif" in commune.properties["name"] for commune in fictional.features("communes"))
    assert all(code.startswith("000") for code in manifest.insee_codes)


def test_it_lies_in_the_open_sea(fictional: Pack) -> None:
    west, south, east, north = fictional.manifest.bbox
    assert -3.1 < west < east < -2.8
    assert 46.15 < south < north < 46.35


def test_nothing_is_missing(fictional: Pack) -> None:
    assert fictional.manifest.missing == []
    assert [raster.name for raster in fictional.manifest.rasters] == ["roughness"]


def check_network(pack: Pack) -> None:
    """Every road is reached from every other."""
    around: dict[tuple[float, float], set[tuple[float, float]]] = defaultdict(set)
    for road in pack.features("roads"):
        for part in shapely.get_parts(road.shape):
            points = [tuple(point) for point in shapely.get_coordinates(part).tolist()]
            around[points[0]].add(points[-1])
            around[points[-1]].add(points[0])
    seen = {next(iter(around))}
    stack = list(seen)
    while stack:
        for near in around[stack.pop()] - seen:
            seen.add(near)
            stack.append(near)
    assert seen == set(around)


def check_people(pack: Pack) -> None:
    """A commune's population is that of its squares, exactly."""
    cells: Counter[str] = Counter()
    for cell in pack.features("land-use"):
        if "population" in cell.properties:
            cells[cell.properties["insee_code"]] += cell.properties["population"]
    for commune in pack.features("communes"):
        assert commune.properties["population"] == cells[commune.properties["insee_code"]]
    assert cells["00001"] > 1_000


def test_the_road_network_is_one_and_named(fictional: Pack) -> None:
    check_network(fictional)
    roads = [road.properties for road in fictional.features("roads")]
    streets = [road for road in roads if road["importance"] == 5]
    assert sum("name" in road for road in streets) > 0.9 * len(streets)
    assert all(road["ref"].startswith("D") for road in roads if road["importance"] < 5)
    assert len({road["name"] for road in streets if "name" in road}) > 50
    assert any(road["bridge"] for road in roads)


def test_roads_cross_water_on_bridges_alone(fictional: Pack) -> None:
    river = shapely.union_all(metres([f for f in fictional.features("water") if f.layer == "water"]))
    for road, shape in zip(fictional.features("roads"), metres(fictional.features("roads")), strict=True):
        assert road.properties["bridge"] or shapely.intersection(shape, river).length < 1


def test_people_add_up(fictional: Pack) -> None:
    check_people(fictional)


def test_buildings_stand_apart_on_dry_ground_off_the_roads(fictional: Pack) -> None:
    houses = metres(fictional.features("buildings"))
    assert len(houses) > 1_000
    tree = shapely.STRtree(houses)
    first, second = tree.query(shapely.buffer(houses, -0.1), predicate="intersects")
    assert (first == second).all()
    water = shapely.union_all(metres([f for f in fictional.features("water") if f.layer != "water-lines"]))
    assert not shapely.intersects(water, houses).any()
    lines = metres(fictional.features("roads"))
    assert len(tree.query(lines, predicate="intersects")[0]) == 0
    assert all(2 < house.properties["height_m"] < 30 for house in fictional.features("buildings"))


def test_risk_zones_are_true_to_the_relief(fictional: Pack) -> None:
    zones = fictional.features("risk-zones")
    assert {zone.properties["kind"] for zone in zones} == {"red", "blue"}
    heights = []
    for zone in zones:
        middle = shapely.point_on_surface(zone.shape)
        heights.append(fictional.elevation_m(middle.x, middle.y))
    below = [height for height in heights if height is not None and height < 4.3]
    assert len(below) > 0.85 * len(heights)
    town_hall = next(site for site in fictional.features("sites") if site.properties["kind"] == "town-hall")
    assert not any(zone.shape.contains(town_hall.shape) for zone in zones)


def test_the_relief_bears_the_dykes(fictional: Pack) -> None:
    works = fictional.features("defences")
    assert {work.properties["status"] for work in works} == {"good", "medium", "bad"}
    for work in works:
        middle = shapely.line_interpolate_point(shapely.get_parts(work.shape)[0], 0.5, normalized=True)
        height_m = fictional.elevation_m(middle.x, middle.y)
        assert height_m is not None
        assert height_m > work.properties["crest_m"] - 0.7, work.properties


def test_there_is_something_at_stake_behind_the_dykes(fictional: Pack) -> None:
    flood = shapely.union_all([zone.shape for zone in fictional.features("past-extent")])
    sites = {site.properties["kind"] for site in fictional.features("sites") if flood.contains(site.shape)}
    assert sites & {"school", "care-home", "fire-station", "community-hall"}


def test_the_sites_a_commune_needs_are_there(fictional: Pack) -> None:
    kinds = Counter(site.properties["kind"] for site in fictional.features("sites"))
    assert {"town-hall", "school", "care-home", "fire-station", "community-hall"} <= set(kinds)
