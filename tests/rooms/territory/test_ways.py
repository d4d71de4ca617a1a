from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asked_town import ROADS, box, lon_lat, roads_layer
from support.territories import line

from garance.kernel.refusal import Refused
from garance.territory import Pack
from garance.territory.noding import node_lines
from garance.territory.projection import LAMBERT_93, WGS84, project
from garance.territory.questions.way_costs import Traveller
from garance.territory.questions.ways import Ways
from garance.territory.road_graph import build_road_graph, read_road_graph, write_road_graph

spot = st.tuples(st.floats(0, 4000), st.floats(0, 4000))
NEAR = 0.002
"""Metres are kept to the centimetre and degrees to more: relative."""


def ways_of(*roads: tuple[Any, dict[str, Any]]) -> Ways:
    return Ways(build_road_graph(roads_layer(roads), LAMBERT_93))


def metres(shape: Any) -> float:
    return float(project(shape, WGS84, LAMBERT_93).length)


def test_the_way_that_anyone_can_measure(asked: Pack) -> None:
    route = asked.ways.route(lon_lat(200, 1000), lon_lat(1000, 2600))
    assert route.length_m == pytest.approx(2400, rel=NEAR)
    assert route.seconds == pytest.approx(240, rel=NEAR)
    assert [(step.name, round(step.length_m)) for step in route.steps] == [
        ("Rue du Port", 800),
        ("Avenue du 8 Mai 1945", 1600),
    ]
    assert metres(route.shape) == pytest.approx(route.length_m, rel=NEAR)
    assert shapely.get_coordinates(route.shape)[[0, -1]] == pytest.approx(
        np.array([lon_lat(200, 1000), lon_lat(1000, 2600)]), abs=1e-6
    )
    assert route.warnings == ()


def test_a_bridge_joins_nothing_below(asked: Pack) -> None:
    over = asked.ways.route(lon_lat(3000, 2900), lon_lat(3000, 3100))
    assert over.length_m == pytest.approx(200, rel=NEAR)
    onto = asked.ways.route(lon_lat(3000, 2400), lon_lat(2900, 3000))
    assert onto.length_m == pytest.approx(1400 + 2000 + 2000 + 1900, rel=NEAR)


def test_a_street_is_taken_the_wrong_way_only_when_there_is_no_other(asked: Pack) -> None:
    with_it = asked.ways.route(lon_lat(1200, 2000), lon_lat(2800, 2000))
    assert with_it.wrong_way_m == 0
    assert with_it.length_m == pytest.approx(1600, rel=NEAR)
    against = asked.ways.route(lon_lat(2800, 2000), lon_lat(1200, 2000))
    assert against.length_m == pytest.approx(200 + 1000 + 2000 + 1000 + 200, rel=NEAR)
    walked = asked.ways.route(lon_lat(2800, 2000), lon_lat(1200, 2000), profile="foot")
    assert walked.length_m == pytest.approx(1600, rel=NEAR)
    assert walked.seconds == pytest.approx(1600 / (5 / 3.6), rel=NEAR)
    only = ways_of((line((0, 0), (500, 0)), {"oneway": "backward", "name": "Sens unique"}))
    wrong = only.route(lon_lat(100, 0), lon_lat(400, 0))
    assert wrong.wrong_way_m == pytest.approx(300, rel=NEAR)
    assert wrong.warnings == ("wrong-way",)
    assert only.route(lon_lat(400, 0), lon_lat(100, 0)).warnings == ()


def test_a_piece_apart_is_reached_over_a_gap_that_is_told(asked: Pack) -> None:
    route = asked.ways.route(lon_lat(3900, 1000), lon_lat(3900, 1500))
    assert "gap" in route.warnings
    assert route.gap_m == pytest.approx(np.hypot(100, 500), rel=0.01)
    assert None in [step.name for step in route.steps]


def test_a_fire_engine_does_not_cross_a_weak_bridge(asked: Pack) -> None:
    start, end = lon_lat(3000, 2400), lon_lat(3000, 3600)
    assert asked.ways.route(start, end).length_m == pytest.approx(1200, rel=NEAR)
    with pytest.raises(Refused, match="no-way-there"):
        asked.ways.route(start, end, profile="heavy")


def test_flooded_streets_and_closed_roads_are_avoided(asked: Pack) -> None:
    start, end = lon_lat(1000, 1100), lon_lat(1000, 2900)
    assert asked.ways.route(start, end).length_m == pytest.approx(1800, rel=NEAR)
    water = box(900, 1400, 1100, 1600)
    around = asked.ways.route(start, end, avoid=[water])
    assert around.wrong_way_m == pytest.approx(2000, rel=NEAR)
    roads = asked.rows("roads").column("name").tolist()
    across = asked.ways.route(lon_lat(900, 1000), lon_lat(3000, 1900))
    assert across.length_m == pytest.approx(3000, rel=NEAR)
    around = asked.ways.route(lon_lat(900, 1000), lon_lat(3000, 1900), avoid=[box(1900, 900, 2100, 1100)])
    assert around.length_m == pytest.approx(100 + 1000 + 2000 + 100, rel=NEAR)
    assert not shapely.intersects(around.shape, box(1900, 900, 2100, 1100))
    with pytest.raises(Refused, match="no-way-there"):
        asked.ways.route(start, end, closed=[roads.index("Avenue du 8 Mai 1945")])


def test_where_there_is_no_road(asked: Pack) -> None:
    with pytest.raises(Refused, match="road-not-near"):
        asked.ways.route((2.35, 48.85), lon_lat(0, 1000))
    with pytest.raises(Refused, match="geometry-not-finite"):
        asked.ways.route((float("nan"), 46.0), lon_lat(0, 1000))
    far = asked.ways.route(lon_lat(-500, 1000), lon_lat(500, 1000))
    assert far.warnings == ("start-off-road",)


def test_no_move_is_no_way(asked: Pack) -> None:
    here = lon_lat(640, 1000)
    route = asked.ways.route(here, here)
    assert (route.length_m, route.seconds, route.steps) == (0, 0, [])


two_way = tuple((shape, {k: v for k, v in said.items() if k != "oneway"}) for shape, said in ROADS)
TWO_WAY = ways_of(*two_way)


@settings(max_examples=60, deadline=None)
@given(one=spot, other=spot, profile=st.sampled_from(["car", "foot"]))
def test_there_and_back_is_the_same(one: tuple[float, float], other: tuple[float, float], profile: Traveller) -> None:
    there = TWO_WAY.route(lon_lat(*one), lon_lat(*other), profile=profile)
    back = TWO_WAY.route(lon_lat(*other), lon_lat(*one), profile=profile)
    assert there.seconds == pytest.approx(back.seconds, abs=0.05)
    assert metres(there.shape) == pytest.approx(there.length_m, abs=0.5)
    assert sum(step.length_m for step in there.steps) == pytest.approx(there.length_m)


@settings(max_examples=60, deadline=None)
@given(one=spot, middle=spot, other=spot)
def test_no_detour_is_quicker(
    one: tuple[float, float], middle: tuple[float, float], other: tuple[float, float]
) -> None:
    def seconds(start: tuple[float, float], end: tuple[float, float]) -> float:
        return TWO_WAY.route(lon_lat(*start), lon_lat(*end)).seconds

    assert seconds(one, other) <= seconds(one, middle) + seconds(middle, other) + 0.05


def test_how_long_to_each_is_what_each_way_says(asked: Pack) -> None:
    start = lon_lat(500, 1000)
    ends = [lon_lat(1000, 2600), lon_lat(3000, 100), lon_lat(600, 1000), (2.35, 48.85)]
    seconds = asked.ways.seconds_to(start, *np.array(ends).T)
    assert seconds[:3] == pytest.approx([asked.ways.route(start, end).seconds for end in ends[:3]], rel=NEAR)
    assert np.isinf(seconds[3])


def test_as_far_as_one_gets(asked: Pack) -> None:
    reach = asked.ways.reach(lon_lat(1000, 500), metres=400)
    assert reach.length_m == pytest.approx(800, rel=0.01)
    assert shapely.intersects(reach.area, shapely.points(*lon_lat(1000, 880)))
    assert not shapely.intersects(reach.area, shapely.points(*lon_lat(1000, 1100)))
    wider = asked.ways.reach(lon_lat(1000, 500), seconds=100)
    assert wider.length_m == pytest.approx(500 + 500 + 500 + 500 + 500, rel=0.01)
    assert len(wider.rows) == 2
    for seconds, far_m in ((None, None), (3.0, 3.0), (-1.0, None), (None, float("nan"))):
        with pytest.raises(Refused, match="reach-malformed"):
            asked.ways.reach(lon_lat(1000, 500), seconds=seconds, metres=far_m)


def test_so_far_along_a_road(asked: Pack) -> None:
    for said in ("D911", "rd 911"):
        places = asked.ways.along(said, lon_lat(2000, 2950), 300)
        found = sorted((place.lon_deg, place.lat_deg) for place in places)
        assert np.array(found) == pytest.approx(np.array([lon_lat(1700, 3000), lon_lat(2300, 3000)]), abs=2e-6)
        assert sorted(place.course_deg for place in places) == pytest.approx([90, 270], abs=0.5)
    across = asked.ways.along("av du 8 mai 1945", lon_lat(1000, 900), 300)
    assert len(across) == 2
    assert asked.ways.along("Rue du Port", lon_lat(100, 1000), 3_000) != []
    assert asked.ways.along("Rue du Port", lon_lat(100, 1000), 30_000) == []
    with pytest.raises(Refused, match="road-unknown"):
        asked.ways.along("D999", lon_lat(0, 0), 10)


def test_same_roads_same_bytes_and_read_back(tmp_path: Path) -> None:
    layer = roads_layer(ROADS)
    for name in ("a.npz", "b.npz"):
        assert write_road_graph(tmp_path / name, [layer], LAMBERT_93)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    graph = read_road_graph(tmp_path / "a.npz")
    assert float(graph.length_m[graph.row >= 0].sum()) == pytest.approx(4 * 4000 + 4000 + 400, rel=1e-4)
    assert not write_road_graph(tmp_path / "none.npz", [], LAMBERT_93)


def test_roads_that_say_nothing_still_lead_somewhere() -> None:
    ways = ways_of((line((0, 0), (1000, 0)), {}), (line((1000, 0.6), (1000, 800)), {}))
    assert ways.route(lon_lat(0, 0), lon_lat(1000, 800)).length_m == pytest.approx(1800, rel=NEAR)


segment = st.tuples(*[st.integers(0, 400) for _ in range(4)]).filter(lambda s: (s[0], s[1]) != (s[2], s[3]))


@settings(max_examples=80, deadline=None)
@given(segments=st.lists(segment, min_size=1, max_size=12))
def test_cutting_keeps_every_metre_and_joins_what_crosses(segments: list[tuple[int, int, int, int]]) -> None:
    lines = np.array([shapely.linestrings([(a, b), (c, d)]) for a, b, c, d in segments], dtype=object)
    network = node_lines(lines, np.zeros(len(lines), dtype=int))
    assert float(network.length_m.sum()) == pytest.approx(float(shapely.length(lines).sum()), abs=2.5 * len(lines) ** 2)
    assert network.points[network.first] == pytest.approx(network.nodes[network.start], abs=12)
    crossing = shapely.get_parts(shapely.intersection(lines[0], lines[-1]))
    for point in crossing[shapely.get_type_id(crossing) == 0]:
        away_m = np.hypot(*(network.nodes - shapely.get_coordinates(point)[0]).T)
        assert float(away_m.min()) < 12
