"""OpenStreetMap extracts, by theme; those of the Riviera give the counts of their README."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
import shapely
from support.reading import read
from support.territories import real_data

from garance.territory.reading import Findings, Table


@pytest.fixture(scope="module")
def riviera() -> Findings:
    return read(real_data("riviera_osm"))


HEAD = '<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">'


def node(number: int, lon: float, lat: float, **tags: str) -> str:
    return f'<node id="{number}" lat="{lat}" lon="{lon}" version="1">{tagged(tags)}</node>'


def way(number: int, *nodes: int, **tags: str) -> str:
    inside = "".join(f'<nd ref="{each}"/>' for each in nodes)
    return f'<way id="{number}" version="1">{inside}{tagged(tags)}</way>'


def relation(number: int, members: dict[int, str], **tags: str) -> str:
    inside = "".join(f'<member type="way" ref="{way}" role="{role}"/>' for way, role in members.items())
    return f'<relation id="{number}" version="1">{inside}{tagged(tags)}</relation>'


def tagged(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())


def corners(start: int, x: float, y: float, side: float) -> list[str]:
    places = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
    return [node(start + sign * n, *place) for sign in (1 if start > 0 else -1,) for n, place in enumerate(places)]


def themes(found: Findings) -> dict[str, Table]:
    return {table.name: table for table in found.tables}


def test_themes_of_a_small_extract(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(
        HEAD
        + "".join(corners(1, 7.40, 43.70, 0.01) + corners(11, 7.402, 43.702, 0.002))
        + node(21, 7.405, 43.705, emergency="fire_hydrant", fire_hydrant__type="pillar")
        + node(22, 7.405, 43.706, amenity="fire_station", name="Caserne")
        + node(23, 7.405, 43.707, addr__housenumber="3", addr__street="Rue Haute")
        + node(24, 7.405, 43.708, amenity="bench")
        + way(1, 1, 2, 3, highway="residential", name="Rue Haute")
        + way(2, 11, 12, 13, 14, 11, building="school", amenity="school", name="École")
        + way(3, 1, 2, 3, 4, 1)
        + way(4, 11, 12, 13, 14, 11)
        + way(5, 1, 3, man_made="dyke")
        + way(6, 1, 2, power="line")
        + way(7, 1, 2, 3, natural="coastline")
        + relation(1, {3: "outer", 4: "inner"}, type="multipolygon", natural="water")
        + relation(2, {3: "outer"}, type="boundary", boundary="administrative", admin_level="8", ref__INSEE="06001")
        + relation(3, {3: "outer", 99: "outer"}, type="boundary", boundary="administrative", admin_level="7")
        + "</osm>"
    )
    found = themes(read(tmp_path))
    assert {name: (table.geometry, len(table)) for name, table in found.items()} == {
        "osm-roads": ("line", 1), "osm-buildings": ("polygon", 1), "osm-water": ("polygon", 1),
        "osm-coast": ("line", 1),
        "osm-sites": ("point", 2), "osm-communes": ("polygon", 1), "osm-boundaries": ("polygon", 1),
        "osm-addresses": ("point", 1), "osm-power-lines": ("line", 1), "osm-hydrants": ("point", 1),
        "osm-barriers": ("line", 1),
    }  # fmt: skip
    assert list(found["osm-communes"].columns["insee"]) == ["06001"]
    assert set(found["osm-sites"].columns["amenity"]) == {"fire_station", "school"}
    assert found["osm-hydrants"].columns["fire_hydrant:type"][0] == "pillar"
    assert shapely.area(found["osm-water"].shapes)[0] == pytest.approx(0.01**2 - 0.002**2)
    assert shapely.contains(found["osm-buildings"].shapes[0], found["osm-sites"].shapes).any()
    assert list(found["osm-roads"].columns["osm_id"]) == ["way/1"]


def test_ways_before_nodes_negative_identifiers_and_missing_members(tmp_path: Path) -> None:
    (tmp_path / "a.osm.gz").write_bytes(
        gzip.compress(
            (
                HEAD
                + relation(-9, {-5: "outer", -6: "outer"}, boundary="administrative", admin_level="8", name="Cap")
                + relation(-10, {-5: "outer"}, boundary="administrative", admin_level="8", name="Ouverte")
                + way(-5, -1, -2, -3)
                + way(-6, -3, -4, -1)
                + way(7, -1, -2, 404, highway="primary")
                + way(8, 404, 405, highway="primary")
                + "".join(corners(-1, 7.40, 43.70, 0.01))
                + "</osm>"
            ).encode()
        )
    )
    found = themes(read(tmp_path))
    assert list(found["osm-communes"].columns["name"]) == ["Cap"]
    roads = found["osm-roads"]
    assert (len(roads), roads.empty) == (1, 1)
    assert dict(roads.notes) == {"nodes-missing": 3, "relations-incomplete": 1}
    assert len(shapely.get_coordinates(roads.shapes)) == 2


@pytest.mark.real_data
def test_the_networks_of_the_riviera(riviera: Findings) -> None:
    found = riviera
    assert found.unread == []
    by_source = {(table.source, table.name): table for table in found.tables}
    roads = by_source["network.osm.gz", "osm-roads"]
    rails = by_source["network.osm.gz", "osm-railways"]
    assert len(roads) + roads.empty + len(rails) == 1_525, "every way of the README, one of which has a single node"
    assert len(by_source["parkings.osm.gz", "osm-parkings"]) == 124


@pytest.mark.real_data
def test_the_sites_of_the_riviera(riviera: Findings) -> None:
    sites = next(table for table in riviera.tables if (table.source, table.name) == ("pois.osm.gz", "osm-sites"))
    counts = Counter(sites.columns["amenity"])
    kinds = ("fire_station", "hospital", "police", "school", "townhall")
    assert {kind: counts[kind] for kind in kinds} == dict(zip(kinds, (3, 9, 12, 40, 7), strict=True))


@pytest.mark.real_data
def test_monaco(riviera: Findings) -> None:
    found = riviera
    monaco = {table.name: table for table in found.tables if table.source.endswith(".pbf")}
    assert len(monaco["osm-buildings"]) == 1_207, "1,208 of the README, one of which is a mere node"
    assert Counter(monaco["osm-sites"].columns["amenity"])["fire_station"] == 2
    names = {name for table in found.tables if table.name == "osm-communes" for name in table.columns["name"]}
    assert {"Monaco", "Beausoleil", "Cap-d'Ail"} <= names
