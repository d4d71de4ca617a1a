"""What a cut takes away: the stations that fail after it, the sites they serve, the most fragile first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from garance.kernel.refusal import Refused
from garance.territory import Pack
from garance.territory.projection import LAMBERT_93
from garance.territory.questions.dependents import Dependent, dependents, rows_in
from garance.territory.questions.rows import LayerRows, Rows

NODES = [
    ("PS-1", "power-substation", "", None),
    ("PT-1", "power-transformer", "PS-1", None),
    ("PT-2", "power-transformer", "PS-1", None),
    ("SP-1", "pumping-station", "PT-1", 2),
    ("CE-1", "water-tower", "SP-1", 18),
    ("RT-1", "telecom-mast", "PT-2", 4),
]
SITES = [
    ("Mairie", "town-hall", "PT-2;CE-1;RT-1", None),
    ("EHPAD Les Mimosas", "care-home", "PT-1;CE-1;RT-1", 4),
    ("École du Port", "school", "PT-1;CE-1", None),
    ("Kiosque", "other", None, None),
]


def rows(name: str, members: tuple[str, ...], told: list[tuple[Any, ...]]) -> Rows:
    """One layer whose objects stand in a row, a thousandth of a degree apart."""
    columns = {member: np.array([one[at] for one in told], dtype=object) for at, member in enumerate(members)}
    shapes = shapely.points([(2.0 + at / 1000, 46.0) for at in range(len(told))])
    return Rows([LayerRows(name, columns, 0, len(told))], shapes, LAMBERT_93)


STATIONS = rows("network-nodes", ("ref", "kind", "depends_on", "autonomy_h"), NODES)
TOWN = rows("sites", ("name", "kind", "depends_on", "autonomy_h"), SITES)
NOWHERE = (rows_in(STATIONS, None), rows_in(TOWN, None))


def told(found: list[Dependent]) -> list[tuple[str, tuple[str, ...], bool]]:
    said = [one.feature.properties for one in found]
    return [(each.get("name") or each["ref"], one.loses, one.cascade) for each, one in zip(said, found, strict=True)]


def test_what_a_transformer_feeds_fails_and_so_does_what_needs_it_further_on() -> None:
    found = dependents("power", STATIONS, TOWN, NOWHERE, ["PT-1"])
    assert told(found) == [
        ("EHPAD Les Mimosas", ("power", "water"), False),
        ("École du Port", ("power", "water"), False),
        ("SP-1", ("power",), False),
        ("Mairie", ("water",), True),
        ("CE-1", ("water",), True),
    ]
    assert found[0].feature.properties["autonomy_h"] == 4
    assert found[0].needs == ("CE-1", "PT-1")


def test_a_zone_cuts_its_own_stations_and_the_sites_in_it() -> None:
    zone = (np.array([2]), np.array([0, 3]))
    found = dependents("power", STATIONS, TOWN, zone, [])
    assert {told([one])[0][0] for one in found if one.inside} == {"Mairie", "Kiosque"}
    by_name = {name: (loses, cascade) for name, loses, cascade in told(found)}
    assert by_name["Mairie"] == (("power", "mobile"), False)
    assert by_name["Kiosque"] == (("power",), False)
    assert by_name["EHPAD Les Mimosas"] == (("mobile",), True)


def test_a_water_cut_leaves_the_power_stations_of_its_zone_alone() -> None:
    everything = (np.arange(len(NODES)), np.array([], dtype=int))
    names = {name for name, _, _ in told(dependents("water", STATIONS, TOWN, everything, []))}
    assert names == {"Mairie", "EHPAD Les Mimosas", "École du Port"}


def test_the_internet_comes_by_the_telephone_exchanges() -> None:
    exchanges = rows("network-nodes", ("ref", "kind", "depends_on"), [("CT-1", "telecom-exchange", None)])
    town = rows("sites", ("name", "kind", "depends_on"), [("École", "school", "CT-1")])
    assert told(dependents("internet", exchanges, town, NOWHERE, ["CT-1"])) == [("École", ("internet",), False)]


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.one_of(st.none(), st.text(alphabet="ABCDE; ", max_size=9))),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.sampled_from(["A", "C", "?"])),
)
def test_stations_that_depend_on_each_other_in_circles_or_twice_end_all_the_same(
    needs: list[tuple[str, str | None]], cut: list[str]
) -> None:
    stations = rows("n", ("ref", "kind", "depends_on"), [(ref, "telecom-mast", said) for ref, said in needs])
    nothing = (rows_in(stations, None), rows_in(TOWN, None))
    found = dependents("mobile", stations, TOWN, nothing, cut)
    assert len(found) < len(needs) + 1


def test_the_made_up_town_knows_what_hangs_on_its_power(fictional: Pack) -> None:
    west, south, east, north = fictional.manifest.bbox
    found = fictional.dependents("power", shapely.box(west, south, east, north))
    assert found
    assert found[0].sensitive
    assert any(one.feature.properties.get("autonomy_h") for one in found)
    ranks = [one.sensitive for one in found]
    assert ranks == sorted(ranks, reverse=True)
    with pytest.raises(Refused, match="geometry-not-an-area"):
        fictional.dependents("power", shapely.Point(2, 46))
