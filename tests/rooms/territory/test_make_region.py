"""A made region: one network, exact sums, risks true to the relief, dependencies whole, floods going downstream."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from rooms.territory.test_make import check_network, check_people
from support.territories import SEED, quiet

from garance.territory import Pack
from garance.territory.make import make_territory
from garance.territory.projection import LAMBERT_93, WGS84, project

COMMUNES = 12


@pytest.fixture(scope="module")
def canton(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("packs") / "canton"
    return make_territory(SEED, folder, communes=COMMUNES, progress=quiet)


@pytest.fixture(params=["town", "canton"])
def made(request: pytest.FixtureRequest, fictional: Pack) -> Pack:
    pack: Pack = fictional if request.param == "town" else request.getfixturevalue("canton")
    return pack


def of_layer(pack: Pack, role: str, layer: str) -> list[Any]:
    return [feature for feature in pack.features(role) if feature.layer == layer]


def metres(features: list[Any]) -> Any:
    return project(np.array([feature.shape for feature in features], dtype=object), WGS84, LAMBERT_93)


def test_it_has_its_communes_and_says_that_it_is_fictional(canton: Pack) -> None:
    names = [commune.properties["name"] for commune in canton.features("communes")]
    assert len(set(names)) == COMMUNES
    assert all(name.endswith("(fictif)") for name in names)
    assert "fictif" in canton.manifest.name
    assert canton.manifest.fictitious
    assert canton.manifest.missing == []
    assert canton.manifest.insee_codes == [f"{order:05d}" for order in range(1, COMMUNES + 1)]


def test_it_lies_in_the_open_sea(canton: Pack) -> None:
    west, south, east, north = canton.manifest.bbox
    assert -4.1 < west < east < -2.6
    assert 45.4 < south < north < 46.5


def test_its_roads_are_one_network(canton: Pack) -> None:
    check_network(canton)


def test_people_add_up_by_commune(canton: Pack) -> None:
    check_people(canton)


def test_communes_cover_the_land_once(canton: Pack) -> None:
    areas = metres(canton.features("communes"))
    assert shapely.union_all(areas).area == pytest.approx(sum(area.area for area in areas), rel=1e-4)
    for place in metres(of_layer(canton, "sites", "sites")):
        assert shapely.dwithin(shapely.union_all(areas), place, 1)


def check_services(pack: Pack) -> None:
    """Each reference exists, none depends on itself however far, and each site names what serves it."""
    nodes = {node.properties["ref"]: node.properties for node in of_layer(pack, "networks", "network-nodes")}
    needs = {ref: set((said.get("depends_on") or "").split(";")) - {""} for ref, said in nodes.items()}
    assert all(other in nodes for others in needs.values() for other in others)
    standing: set[str] = set()
    while ready := {ref for ref, others in needs.items() if ref not in standing and others <= standing}:
        standing |= ready
    assert standing == set(nodes)
    for site in pack.features("sites"):
        kinds = [nodes[ref]["kind"] for ref in site.properties["depends_on"].split(";")]
        assert kinds == ["power-transformer", "water-tower", "telecom-mast"]


def test_dependencies_are_whole_and_end_somewhere(made: Pack) -> None:
    check_services(made)


def test_addresses_are_on_streets_that_exist(made: Pack) -> None:
    streets = {road.properties.get("name") for road in made.features("roads")}
    addresses = [address.properties for address in made.features("addresses")]
    assert len(addresses) > 2_000
    assert {address["street"] for address in addresses} <= streets
    again = Counter((a["number"], a["street"], a["insee_code"]) for a in addresses)
    assert max(again.values()) == 1
    assert all(address["postcode"].startswith("00") for address in addresses)


def test_houses_stand_apart_off_the_roads_and_dry(canton: Pack) -> None:
    houses = metres(canton.features("buildings"))
    tree = shapely.STRtree(houses)
    first, second = tree.query(shapely.buffer(houses, -0.1), predicate="intersects")
    assert (first == second).all()
    assert len(tree.query(metres(canton.features("roads")), predicate="intersects")[0]) == 0
    assert len(tree.query(metres(canton.features("railways")), predicate="intersects")[0]) == 0
    water = shapely.union_all(metres([f for f in canton.features("water") if f.layer != "water-lines"]))
    assert not shapely.intersects(water, houses).any()


def test_each_flood_holds_the_one_more_frequent(made: Pack) -> None:
    areas: dict[str, list[Any]] = defaultdict(list)
    zones = made.features("hazard-zones")
    for zone, shape in zip(zones, metres(zones), strict=True):
        areas[zone.properties["scenario"]].append(shape)
    often, seldom, rare = (shapely.union_all(areas[name]) for name in ("T10", "T100", "T1000"))
    assert often.area < seldom.area < rare.area
    assert shapely.intersection(often, shapely.buffer(seldom, 30)).area > 0.97 * often.area
    assert shapely.intersection(seldom, shapely.buffer(rare, 30)).area > 0.97 * seldom.area


def test_the_top_of_the_flood_goes_downstream(made: Pack) -> None:
    refs = {series.code: series.gauge for series in made.manifest.series}
    top: dict[str, tuple[float, float]] = {}
    with made.file("series.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            ref, value = str(refs[row["code"]]), float(row["value"])
            if ref not in top or value > top[ref][1]:
                top[ref] = (float(row["seconds"]), value)
    by_river: dict[str, list[Any]] = defaultdict(list)
    for gauge in made.features("gauges"):
        assert gauge.properties["caution"] < gauge.properties["serious"] < gauge.properties["critical"]
        assert top[gauge.properties["ref"]][1] > gauge.properties["caution"]
        if gauge.properties["kind"] == "water-level":
            by_river[gauge.properties["river"]].append(gauge)
    assert max(len(gauges) for gauges in by_river.values()) >= 2
    for gauges in by_river.values():
        seconds = [top[gauge.properties["ref"]][0] for gauge in gauges]
        assert seconds == sorted(seconds)
        assert len(gauges) < 2 or seconds[0] < seconds[-1]


def test_hydrants_have_a_reference_of_their_own_and_a_flow(made: Pack) -> None:
    hydrants = [hydrant.properties for hydrant in made.features("hydrants")]
    assert len({hydrant["ref"] for hydrant in hydrants}) == len(hydrants) > 100
    assert all(20 < hydrant["flow_m3h"] < 150 for hydrant in hydrants)


@pytest.mark.slow
def test_the_same_region_in_another_process_is_the_same_to_the_byte(canton: Pack, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from garance.territory.make import make_territory; "
        f"make_territory({SEED}, Path(sys.argv[1]), communes={COMMUNES}, progress=lambda what, share: None)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "again")], check=True, timeout=100)
    for name in (file.name for file in canton.manifest.files):
        assert (tmp_path / "again" / name).read_bytes() == canton.file(name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("communes", [2, 60, 150])
def test_regions_of_other_sizes_hold_together(tmp_path: Path, communes: int) -> None:
    region = make_territory(7, tmp_path / "pack", communes=communes, progress=quiet)
    assert len(region.features("communes")) == communes
    check_network(region)
    check_people(region)
    check_services(region)
