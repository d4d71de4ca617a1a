from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from support.asked_town import CELL_M, SIDE_M, area, box, lon_lat, population

from garance.kernel.refusal import Refused
from garance.territory import Pack, open_pack
from garance.territory.manifest import TERRAIN
from garance.territory.projection import WGS84, project
from garance.territory.questions.blocks import Blocks
from garance.territory.questions.ground import open_grid
from garance.territory.questions.shares import SquareFrames

coordinate = st.floats(-1500, SIDE_M + 1500, allow_nan=False)
place = st.tuples(coordinate, coordinate)


def rectangle(one: tuple[float, float], other: tuple[float, float]) -> Any:
    (x, y), (u, v) = one, other
    return box(min(x, u), min(y, v), max(x, u) + 1, max(y, v) + 1)


def flat(pack: Pack, shape: Any) -> Any:
    return project(shape, WGS84, pack.manifest.metric_crs)


def test_the_whole_town_is_everybody(asked: Pack) -> None:
    side = range(SIDE_M // CELL_M)
    everybody = sum(population(column, row) for column in side for row in side)
    people = asked.people_inside(box(-10, -10, SIDE_M + 10, SIDE_M + 10))
    assert (people.low, people.central, people.high) == (everybody, everybody, everybody)


def test_half_a_cell_holds_half_its_people(asked: Pack) -> None:
    people = asked.people_inside(box(600, 600, 700, 800))
    assert population(3, 3) == 8
    assert (people.low, people.central, people.high) == (0, 4, 8)
    assert people.exact == pytest.approx(4, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(one=place, other=place, share=st.floats(0.05, 0.95))
def test_people_of_disjoint_areas_add_up(
    asked: Pack, one: tuple[float, float], other: tuple[float, float], share: float
) -> None:
    (west, south), (east, north) = np.minimum(one, other).tolist(), (np.maximum(one, other) + 1).tolist()
    cut = west + share * (east - west)
    left, right = (
        area((west, south), (cut, south), (cut, north), (west, north)),
        area((cut, south), (east, south), (east, north), (cut, north)),
    )
    whole = area((west, south), (cut, south), (east, south), (east, north), (cut, north), (west, north))
    said = asked.people_inside(whole)
    apart = asked.people_inside_each([left, right])
    assert said.exact == pytest.approx(sum(each.exact for each in apart), abs=1e-4)
    assert said.low <= said.central <= said.high


@settings(max_examples=40, deadline=None)
@given(corners=st.lists(place, min_size=3, max_size=12))
def test_people_are_those_of_the_plain_computation(asked: Pack, corners: list[tuple[float, float]]) -> None:
    shape = shapely.convex_hull(shapely.multipoints([lon_lat(x, y) for x, y in corners]))
    if shape.geom_type != "Polygon":
        return
    rows, drawn = asked.rows("land-use"), flat(asked, shape)
    share = shapely.area(shapely.intersection(rows.flat, drawn)) / shapely.area(rows.flat)
    plain = float((share * rows.column("population").astype(float)).sum())
    assert asked.people_inside(shape).exact == pytest.approx(plain, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(turn_deg=st.floats(0, 360), corners=st.lists(place, min_size=3, max_size=9), hole=st.booleans())
def test_one_formula_weighs_squares_however_turned(
    turn_deg: float, corners: list[tuple[float, float]], hole: bool
) -> None:
    side = np.arange(0, SIDE_M, 400)
    squares = np.array([shapely.box(x, y, x + 400, y + 400) for x in side for y in side], dtype=object)
    cells = np.array([affinity.rotate(square, turn_deg, origin=(0, 0)) for square in squares], dtype=object)
    # To the millimetre: beside a coordinate as small as 1e-180, the plain intersection itself is wrong.
    drawn = shapely.convex_hull(shapely.multipoints(np.round(corners, 3)))
    if hole:
        drawn = shapely.difference(drawn, drawn.centroid.buffer(150))
    if shapely.get_dimensions(drawn) != 2 or drawn.is_empty:
        return
    frames = SquareFrames(cells)
    assert frames.fits.all()
    plain = shapely.area(shapely.intersection(cells, drawn)) / 400**2
    np.testing.assert_allclose(frames.shares(drawn, np.arange(len(cells))), plain, atol=1e-6)
    assert not SquareFrames(shapely.buffer(cells, 5)).fits.any()


def test_an_area_of_many_vertices_counts_the_same(asked: Pack) -> None:
    angles = np.linspace(0, 2 * math.pi, 3_000, endpoint=False)
    around = [(2000 + 1500 * math.cos(angle), 2000 + 1500 * math.sin(angle)) for angle in angles]
    rows, shape = asked.rows("land-use"), area(*around)
    share = shapely.area(shapely.intersection(rows.flat, flat(asked, shape))) / shapely.area(rows.flat)
    plain = float((share * rows.column("population").astype(float)).sum())
    assert asked.people_inside(shape).exact == pytest.approx(plain, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(one=place, other=place)
def test_counting_is_listing(asked: Pack, one: tuple[float, float], other: tuple[float, float]) -> None:
    shape = rectangle(one, other)
    rows = asked.rows("buildings")
    plain = np.flatnonzero(shapely.intersects(flat(asked, shape), rows.flat))
    assert asked.buildings_inside(shape) == len(plain)
    assert rows.touching(flat(asked, shape)).tolist() == plain.tolist()
    assert len(asked.inside("buildings", shape, first=2, most=3)) == min(3, max(0, len(plain) - 2))


@settings(max_examples=60, deadline=None)
@given(
    bounds=st.lists(st.tuples(coordinate, coordinate, st.floats(0, 400), st.floats(0, 400)), max_size=300),
    one=place,
    other=place,
)
def test_blocks_lose_nothing_and_count_nothing_twice(
    bounds: list[tuple[float, float, float, float]], one: tuple[float, float], other: tuple[float, float]
) -> None:
    boxes = [shapely.box(x, y, x + width, y + height) for x, y, width, height in bounds]
    shapes = np.array(boxes, dtype=object)
    drawn = shapely.box(*np.minimum(one, other), *(np.maximum(one, other) + 1))
    blocks = Blocks(shapely.bounds(shapes).reshape(-1, 4))
    spans, edge = blocks.split(drawn)
    whole = blocks.rows(spans)
    assert set(whole.tolist()).isdisjoint(edge.tolist())
    reached = np.concatenate([whole, edge[shapely.intersects(drawn, shapes[edge])]])
    assert sorted(reached.tolist()) == np.flatnonzero(shapely.intersects(drawn, shapes)).tolist()


def test_many_places_at_once_fall_where_each_falls_alone(asked: Pack) -> None:
    chance = np.random.default_rng(1)
    places = [lon_lat(x, y) for x, y in chance.uniform(-500, SIDE_M + 500, (200, 2))]
    places += [(math.nan, 46.0), (-1.0, math.inf)]
    found = asked.points_in("communes", *np.array(places).T)
    names = ["" if row < 0 else asked.rows("communes").feature(row).properties["name"] for row in found.tolist()]
    alone = [asked.commune_at(*place) for place in places[:-2]]
    assert names == [*("" if one is None else one.properties["name"] for one in alone), "", ""]
    assert set(names) == {"", "Échillais", "Rochefort"}


@pytest.mark.parametrize("count", [1, 3, 40, 5_000])
def test_the_nearest_few_are_the_nearest(asked: Pack, count: int) -> None:
    here = lon_lat(1234, 777)
    rows = asked.rows("addresses")
    plain = np.sort(shapely.distance(rows.flat, flat(asked, shapely.points(*here))))[:count]
    assert [away_m for _, away_m in asked.nearest_few("addresses", *here, count)] == pytest.approx(plain.tolist())
    nearest = asked.nearest("addresses", *here)
    assert nearest is not None
    assert nearest[1] == pytest.approx(plain[0])


def test_within_a_radius_the_nearest_first(asked: Pack) -> None:
    found = asked.within("sites", *lon_lat(500, 520), 2_300)
    assert [site.properties["kind"] for site, _ in found] == ["town-hall", "fire-station", "hospital"]
    assert found[0][1] == pytest.approx(20, abs=0.1)
    assert asked.within("sites", *lon_lat(500, 800), 100) == []


def test_sites_by_kind(asked: Pack) -> None:
    everywhere = box(0, 0, SIDE_M, SIDE_M)
    assert [site.properties["kind"] for site in asked.sites_inside(everywhere, ["school", "hospital"])] == [
        "hospital",
        "school",
    ]
    assert len(asked.sites_inside(everywhere)) == 5


def test_heights_profiles_and_slopes(asked: Pack) -> None:
    assert asked.elevation_m(*lon_lat(1000, 1000)) == pytest.approx(10.0, abs=0.11)
    heights = asked.elevations_m(*np.array([lon_lat(500, 500), lon_lat(1500, 3000), (2.35, 48.85)]).T)
    assert heights[:2] == pytest.approx([5.0, 15.0], abs=0.11)
    assert math.isnan(heights[2])
    there_and_back = shapely.linestrings([lon_lat(1000, 500), lon_lat(3000, 500), lon_lat(2000, 500)])
    profile = asked.profile(there_and_back, 100)
    assert profile is not None
    assert (profile.climb_m, profile.drop_m) == pytest.approx((20, 10), abs=0.3)
    assert profile.distance_m[-1] == pytest.approx(3000, abs=0.5)
    assert len(profile.distance_m) == len(profile.elevation_m) == 31
    slope = asked.slope(*lon_lat(1000, 1000))
    assert slope is not None
    assert slope.slope_deg == pytest.approx(math.degrees(math.atan(0.01)), abs=0.05)
    assert slope.aspect_deg == pytest.approx(270, abs=3)
    assert asked.slope(2.35, 48.85) is None


def test_a_grid_read_by_windows_gives_the_same_heights(asked: Pack) -> None:
    path = asked.file(TERRAIN)
    kept, windows = open_grid(path), open_grid(path, most_cells=1)
    west, south, east, north = flat(asked, shapely.box(*asked.manifest.bbox)).bounds
    x, y = np.random.default_rng(2).uniform((west - 100, south - 100), (east + 100, north + 100), (2_000, 2)).T
    assert type(kept) is not type(windows)
    np.testing.assert_allclose(windows.at(x, y), kept.at(x, y), atol=1e-4)
    assert np.isnan(kept.at(x, y)).any()


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (shapely.points(-1, 46), "geometry-not-an-area"),
        (shapely.linestrings([(-1, 46), (-1, 47)]), "geometry-not-an-area"),
        (shapely.box(-200, 40, 200, 50), "geometry-not-finite"),
        (shapely.polygons([(0, 0), (math.inf, 1), (1, 1), (0, 0)]), "geometry-not-finite"),
        (None, "geometry-not-an-area"),
    ],
)
def test_what_is_no_area_is_refused(asked: Pack, shape: Any, code: str) -> None:
    with pytest.raises(Refused, match=code):
        asked.people_inside(shape)
    with pytest.raises(Refused, match=code):
        asked.count_inside("buildings", shape)


def test_a_bow_tie_is_two_triangles(asked: Pack) -> None:
    tie = area((1000, 1000), (3000, 3000), (3000, 1000), (1000, 3000))
    two = [area((1000, 1000), (2000, 2000), (1000, 3000)), area((3000, 3000), (2000, 2000), (3000, 1000))]
    assert asked.people_inside(tie).exact == pytest.approx(sum(p.exact for p in asked.people_inside_each(two)), abs=0.1)


@pytest.mark.parametrize("line", [shapely.points(0, 0), shapely.linestrings([(-1, 46), (-1, 46.1)])])
def test_a_profile_asks_for_a_line_and_a_step(asked: Pack, line: Any) -> None:
    for step_m in (0, -1, math.nan, 0.001):
        with pytest.raises(Refused, match="profile-malformed"):
            asked.profile(line, step_m)


def test_many_threads_may_ask_first(asked: Pack) -> None:
    pack, answers = open_pack(asked.folder), list[object]()

    def ask() -> None:
        here = lon_lat(1200, 1010)
        shape = box(0, 0, 1500, 1500)
        route = pack.ways.route(here, lon_lat(2500, 2000))
        found = pack.gazetteer.search("rue du port")
        answers.append((pack.phrase(*here), pack.people_inside(shape), pack.elevation_m(*here), route.length_m, found))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)


def test_warming_changes_no_answer(asked: Pack) -> None:
    pack = open_pack(asked.folder)
    pack.warm()
    assert pack.phrase(*lon_lat(1200, 1010)) == asked.phrase(*lon_lat(1200, 1010))
