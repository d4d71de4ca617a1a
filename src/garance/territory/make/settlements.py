"""Where people live in a region: one settlement for each commune, its size and name, and the communes' limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy import ndimage
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from garance.territory.make.cellgraph import cell_graph
from garance.territory.make.chance import chance
from garance.territory.make.frame import fast_noise
from garance.territory.make.landform import Land
from garance.territory.make.shaping import areas as areas_of
from garance.territory.make.shaping import polygons_of
from garance.territory.make.words import commune_names

LLOYD_ROUNDS = 9
CITY_PEOPLE = 64_000
"""Inhabitants of the largest commune of a department of 500."""

RANK_SLOPE = 0.93


@dataclass
class Settlement:
    """The main place of a commune: its order (0: the largest), place in metres, name, inhabitants, radius built."""

    order: int
    place: tuple[float, float]
    name: str
    population: int
    coastal: bool

    @property
    def radius_m(self) -> float:
        """How far its streets reach."""
        return 70 + 8.4 * math.sqrt(self.population)

    @property
    def code(self) -> str:
        """A commune code of department 00, which does not exist."""
        return f"{self.order + 1:05d}"

    @property
    def postcode(self) -> str:
        """A postcode that no post office serves."""
        return f"00{100 + self.order:03d}"


@dataclass
class Coarse:
    """What the coarse grid says of the land, for choosing places and ways."""

    heights_m: Any
    slope: Any
    sea: Any
    above_river_m: Any
    from_river_m: Any
    from_sea_m: Any
    drained_km2: Any


def survey(land: Land) -> Coarse:
    """The land seen in coarse cells."""
    factor = int(land.frame.coarse_m / land.frame.cell_m)
    middle = slice(factor // 2, None, factor)

    def thin(grid: Any) -> Any:
        rows, columns = land.frame.coarse_shape
        return grid[middle, middle][:rows, :columns]

    heights = thin(land.heights_m).astype(float)
    up, across = np.gradient(heights, land.frame.coarse_m)
    drained = np.array([river.below_km2 for river in land.rivers])
    return Coarse(
        heights,
        np.hypot(up, across),
        thin(land.sea_mask),
        thin(land.above_river_m),
        thin(land.from_river_m),
        thin(land.from_sea_m),
        drained[thin(land.nearest_river)],
    )


def settle(seed: int, land: Land, coarse: Coarse) -> list[Settlement]:
    """Every settlement, the largest first: spread over the land, near water and above its floods."""
    random = chance(seed, "settlements")
    x, y = land.frame.middles(land.frame.coarse_m)
    x, y = np.broadcast_arrays(x, y)
    edge = np.minimum(np.minimum(x, land.frame.width_m - x), np.minimum(y, land.frame.height_m - y))
    dry = ~coarse.sea & (edge > 500) & (coarse.from_sea_m > 150)
    places = np.column_stack([x[dry], y[dry]])
    centres = _lloyd(random, places, land.frame.communes)
    good = _merit(random, coarse)[dry]
    seats = _seats(places, good, centres)
    order = _ranking(random, land, coarse, seats)
    people = populations(len(seats))
    towards = [tuple(seats[at].tolist()) for at in order]
    on_coast = [bool(land.frame.sample(coarse.from_sea_m, *seat) < 1_600) for seat in towards]
    names = commune_names(seed, on_coast)
    return [
        Settlement(rank, (float(seat[0]), float(seat[1])), names[rank], int(people[rank]), on_coast[rank])
        for rank, seat in enumerate(towards)
    ]


def populations(count: int) -> Any:
    """Inhabitants by rank, largest first: rank-size rule of Zipf, about 450 000 for 500 communes."""
    first = CITY_PEOPLE * (count / 500) ** 0.6
    return np.maximum(np.round(first / np.arange(1, count + 1) ** RANK_SLOPE), 38).astype(int)


def _lloyd(random: np.random.Generator, places: Any, count: int) -> Any:
    """As many centres, each in the middle of what is nearest to it."""
    centres = places[random.choice(len(places), count, replace=False)]
    for _ in range(LLOYD_ROUNDS):
        owner = cKDTree(centres).query(places)[1]
        size = np.maximum(np.bincount(owner, minlength=count), 1)
        middle = np.column_stack([np.bincount(owner, places[:, axis], count) / size for axis in (0, 1)])
        centres = np.where(np.bincount(owner, minlength=count)[:, None] > 0, middle, centres)
    return centres


def _merit(random: np.random.Generator, coarse: Coarse) -> Any:
    """How good a cell is for a village: near a river, above its floods, on gentle ground."""
    above = np.clip(coarse.above_river_m, 0, 60)
    merit = np.exp(-(((above - 9) / 8) ** 2)) + 0.7 * np.exp(-((coarse.from_river_m / 600) ** 2))
    merit -= 5 * coarse.slope + 3.0 * (coarse.heights_m < 4.6) + 2.0 * (above < 3.5)
    return merit + 0.25 * random.random(above.shape)


def _seats(places: Any, good: Any, centres: Any) -> Any:
    """Each centre moved to the best cell around it."""
    spacing = float(np.median(cKDTree(centres).query(centres, k=2)[0][:, 1])) if len(centres) > 1 else 2_000.0
    tree = cKDTree(places)
    seats = []
    for centre, near in zip(centres, tree.query_ball_point(centres, spacing * 0.36), strict=True):
        near = sorted(near) or [int(tree.query(centre)[1])]
        far = np.hypot(*(places[near] - centre).T) / spacing
        seats.append(places[near[int(np.argmax(good[near] - 1.2 * far))]])
    return np.array(seats)


def _ranking(random: np.random.Generator, land: Land, coarse: Coarse, seats: Any) -> list[int]:
    """The order of size: the port or the city of the main river first, towns far from one another, then villages."""
    flow = land.frame.sample(coarse.drained_km2, seats[:, 0], seats[:, 1])
    near = land.frame.sample(coarse.from_river_m, seats[:, 0], seats[:, 1])
    mouth = np.hypot(*(seats - np.array(land.mouth)).T)
    wanted = 0.36 * land.frame.width_m
    merit = np.log1p(flow) * np.exp(-near / 900) - np.abs(mouth - wanted) / (0.2 * land.frame.width_m)
    port = int(np.argmin(mouth))
    merit[port] = -9
    chosen = [int(np.argmax(merit)), port] if len(seats) > 5 else [port]
    towns = max(3, len(seats) // 9)
    draw = random.random(len(seats)) + 0.35 * np.log1p(flow) * np.exp(-near / 1_200) / 8
    while len(chosen) < min(towns, len(seats)):
        away = cKDTree(seats[chosen]).query(seats)[0]
        score = np.minimum(away / (0.09 * land.frame.width_m + 1_500), 1.2) + 0.5 * draw
        score[chosen] = -1
        chosen.append(int(np.argmax(score)))
    rest = [at for at in np.argsort(-draw, kind="stable").tolist() if at not in set(chosen)]
    return chosen + rest


def tessellate(seed: int, land: Land, coarse: Coarse, settlements: list[Settlement]) -> tuple[Any, list[Any]]:
    """The commune of each coarse cell (-1 at sea), and their areas: limits follow rivers and crests, where going from
    the settlement costs most."""
    frame = land.frame
    wide = (coarse.from_river_m < frame.coarse_m) * np.clip(coarse.drained_km2 / 12, 0, 9)
    crest = np.clip(coarse.above_river_m / 40, 0, 2)
    whim = 0.9 * np.abs(fast_noise(chance(seed, "limits"), frame.coarse_shape, 700 / frame.coarse_m, 3))
    cost = np.where(coarse.sea, np.inf, 0.7 + 7 * coarse.slope + wide + crest + whim)
    graph, (rows, columns) = cell_graph(cost, coarse.heights_m, frame.coarse_m)
    seats = [_cell(land, settlement.place) for settlement in settlements]
    _, _, sources = dijkstra(graph, directed=False, indices=seats, min_only=True, return_predecessors=True)
    order = np.full(rows * columns, -1)
    order[seats] = np.arange(len(seats))
    owner = np.where(sources >= 0, order[np.maximum(sources, 0)], -1).reshape(rows, columns)
    everywhere = _extend(owner)
    found = polygons_of(everywhere + 1, frame.coarse_transform, tolerance_m=frame.coarse_m * 1.3)
    land_area = shapely.difference(land.window, land.sea)
    shapely.prepare(land_area)
    areas = []
    for number in range(len(settlements)):
        whole = found[number + 1]
        if not shapely.contains_properly(land_area, whole):
            whole = shapely.multipolygons(areas_of(shapely.intersection(whole, land_area), 100.0))
        areas.append(whole)
    return everywhere, areas


def _cell(land: Land, place: tuple[float, float]) -> int:
    frame = land.frame
    column = int(place[0] / frame.coarse_m)
    return int((frame.height_m - place[1]) / frame.coarse_m) * frame.coarse_shape[1] + column


def _extend(owner: Any) -> Any:
    """The sea given to the nearest commune, so that a clean cut along the shore leaves no gap."""
    near = ndimage.distance_transform_edt(owner < 0, return_distances=False, return_indices=True)
    return owner[near[0], near[1]]
