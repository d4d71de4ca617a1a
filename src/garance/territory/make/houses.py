"""Houses of a region along its streets, with the commune and the street of each, and their addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from garance.territory.make.chance import chance, smoothstep
from garance.territory.make.frame import fast_noise
from garance.territory.make.landform import Land
from garance.territory.make.roads import Road
from garance.territory.make.settlements import Settlement
from garance.territory.make.streetplan import Hamlet, keep_first

KINDS = ("residential", "commercial", "industrial", "agricultural", "annex", "public")
ROAD_ROOM_M = {1: 16.0, 2: 6.2, 3: 5.6, 4: 5.0, 5: 4.0, 6: 3.4}
"""Between the middle line of a road and any wall, by importance."""

TRACK_ROOM_M = 7.0


@dataclass
class Houses:
    """Buildings as arrays: outline, height, kind (place in KINDS), and the road (place in the list) each stands on."""

    outlines: Any
    height_m: Any
    kind: Any
    road: Any

    def __len__(self) -> int:
        return len(self.outlines)

    def take(self, which: Any) -> Houses:
        """Some of them."""
        return Houses(self.outlines[which], self.height_m[which], self.kind[which], self.road[which])


@dataclass
class Crowding:
    """How built-up places are: share of the way from the edge of a settlement (0) to its middle (1), and the size of
    that settlement, by road."""

    inside: Any
    people: Any
    nearest: Any


def crowding(settlements: list[Settlement], x: Any, y: Any) -> Crowding:
    """How built-up these places are."""
    seats = np.array([settlement.place for settlement in settlements])
    radius = np.array([settlement.radius_m for settlement in settlements])
    near = cKDTree(seats).query(np.column_stack([x, y]), k=min(6, len(seats)))[1].reshape(len(x), -1)
    large = np.broadcast_to(np.arange(min(8, len(seats))), (len(x), min(8, len(seats))))
    near = np.concatenate([near, large], axis=1)
    share = (
        1 - np.hypot(seats[near, 0] - np.asarray(x)[:, None], seats[near, 1] - np.asarray(y)[:, None]) / radius[near]
    )
    best = near[np.arange(len(x)), share.argmax(axis=1)]
    return Crowding(share.max(axis=1), np.array([s.population for s in settlements])[best], best)


def build(
    seed: int, land: Land, settlements: list[Settlement], hamlets: list[Hamlet], roads: list[Road], reserved: Houses
) -> Houses:
    """Every building: those reserved for sites first, then works and shops, houses, and annexes behind them."""
    random = chance(seed, "houses")
    lines = np.array([road.line for road in roads], dtype=object)
    ranks = np.array([road.importance if road.kind != "ramp" else 1 for road in roads])
    plots = _plots(random, land, settlements, hamlets, lines, ranks)
    every = [reserved, *_works(random, land, plots, lines), *_dwellings(random, plots)]
    candidates = Houses(
        np.concatenate([part.outlines for part in every]),
        np.concatenate([part.height_m for part in every]),
        np.concatenate([part.kind for part in every]),
        np.concatenate([part.road for part in every]),
    )
    return standing(land, candidates, lines, ranks)


def standing(land: Land, candidates: Houses, lines: Any, ranks: Any) -> Houses:
    """Those that stand on dry ground, off every road and apart from one another, first come first kept."""
    free = dry_and_clear(land, candidates.outlines, lines, ranks)
    kept = candidates.take(free)
    tree = shapely.STRtree(kept.outlines)
    pairs = tree.query(kept.outlines, predicate="intersects").T
    return kept.take(keep_first(len(kept), pairs[pairs[:, 0] < pairs[:, 1]]))


def dry_and_clear(land: Land, outlines: Any, lines: Any, ranks: Any) -> Any:
    """Which outlines stand on dry ground inside the window and leave room for every road."""
    free = np.ones(len(outlines), dtype=bool)
    tree = shapely.STRtree(lines)
    room = np.array([ROAD_ROOM_M[int(rank)] - 0.35 for rank in range(1, 7)])[ranks - 1]
    for value in np.unique(room):
        house, road = tree.query(outlines, predicate="dwithin", distance=float(value))
        free[house[room[road] >= value]] = False
    box = shapely.bounds(outlines)
    for x, y in ((0, 1), (0, 3), (2, 1), (2, 3)):
        free &= (land.at(box[:, x], box[:, y]) > 1.7) & ~land.frame.sample(land.sea_mask, box[:, x], box[:, y])
        free &= land.frame.sample(land.from_sea_m, box[:, x], box[:, y]) > 30
    free &= (box[:, 0] > 40) & (box[:, 1] > 40) & (box[:, 2] < land.frame.width_m - 40)
    free &= box[:, 3] < land.frame.height_m - 40
    if len(land.tracks):
        free[shapely.STRtree(land.tracks).query(outlines, predicate="dwithin", distance=TRACK_ROOM_M)[0]] = False
    water = land.river_area
    if not shapely.is_empty(water):
        shapely.prepare(water)
        near = np.flatnonzero(free & (land.frame.sample(land.from_river_m, box[:, 0], box[:, 1]) < 900))
        free[near[shapely.dwithin(water, outlines[near], 14.0)]] = False
    return free


@dataclass
class _Plots:
    """Places along the roads, on both sides: middle line point, way along, side (+1 left), road, how built-up."""

    at: Any
    way: Any
    side: Any
    road: Any
    rank: Any
    core: Any
    inside: Any
    people: Any
    step_m: Any

    def take(self, which: Any) -> _Plots:
        return _Plots(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def _plots(
    random: np.random.Generator,
    land: Land,
    settlements: list[Settlement],
    hamlets: list[Hamlet],
    lines: Any,
    ranks: Any,
) -> _Plots:
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    crowd = crowding(settlements, x, y)
    old = smoothstep(0.35, 0.9, crowd.inside) * smoothstep(250, 3_000, crowd.people)
    step = np.where(crowd.inside > -0.05, 20.0 - 9.5 * old, 25.0) * (1 - 0.10 * smoothstep(3_000, 40_000, crowd.people))
    length = shapely.length(lines)
    count = np.where(ranks > 1, np.floor((length - 9) / step), 0).clip(0).astype(int)
    road = np.repeat(np.arange(len(lines)), count)
    order = np.arange(len(road)) - np.repeat(np.cumsum(count) - count, count)
    slack = ((length - count * step) / 2)[road]
    far = slack + (order + 0.5) * step[road] + random.uniform(-0.08, 0.08, len(road)) * step[road]
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], far))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], np.minimum(far + 2, length[road])))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], np.maximum(far - 2, 0)))
    way = ahead - behind
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)[:, None]
    here = crowding(settlements, at[:, 0], at[:, 1])
    chance_kept = _chance_built(random, land, hamlets, at, here, ranks[road])
    both = np.concatenate([np.arange(len(road))] * 2)
    side = np.repeat([1.0, -1.0], len(road))
    kept = random.random(len(both)) < chance_kept[both]
    both, side = both[kept], side[kept]
    return _Plots(at[both], way[both], side, road[both], ranks[road[both]], old[road[both]], here.inside[both],
                  here.people[both], step[road[both]])  # fmt: skip


def _chance_built(
    random: np.random.Generator, land: Land, hamlets: list[Hamlet], at: Any, here: Crowding, rank: Any
) -> Any:
    """How likely a plot is built: nearly always in town, along the roads that leave it, in hamlets, seldom between."""
    town = np.where(here.inside > 0.02, 0.93, 0.55 * np.exp(np.minimum(here.inside, 0) / 0.28) * (rank < 6))
    places = np.array([hamlet.place for hamlet in hamlets]).reshape(-1, 2)
    rural = np.zeros(len(at))
    if len(places):
        away, which = cKDTree(places).query(at)
        rural = 0.75 * (away < np.array([hamlet.radius_m for hamlet in hamlets])[which])
    whim = fast_noise(random, land.frame.coarse_shape, 1_100 / land.frame.coarse_m, 2)
    scattered = 0.16 * smoothstep(0.15, 0.5, land.frame.sample(whim, at[:, 0], at[:, 1])) + 0.012
    low = np.clip((land.frame.sample(land.above_river_m, at[:, 0], at[:, 1]) - 0.8) / 1.6, 0, 1)
    return np.maximum(np.maximum(town, rural), scattered) * (0.35 + 0.65 * low)


def rectangles(at: Any, way: Any, side: Any, width_m: Any, depth_m: Any, setback_m: Any) -> Any:
    """Outlines whose front is `setback_m` from the middle of the road, on that side of it."""
    inward = np.column_stack([-way[:, 1], way[:, 0]]) * side[:, None]
    front = at + inward * setback_m[:, None]
    half, deep = way * (width_m / 2)[:, None], inward * depth_m[:, None]
    ring = np.stack([front - half, front + half, front + half + deep, front - half + deep, front - half], axis=1)
    return shapely.polygons(np.round(ring, 2))


def _room(rank: Any) -> Any:
    return np.array([ROAD_ROOM_M[number] for number in range(1, 7)])[rank - 1]


def _dwellings(random: np.random.Generator, plots: _Plots) -> list[Houses]:
    count, core = len(plots.road), plots.core
    terraced = random.random(count) < core * 0.95
    width = np.where(terraced, plots.step_m * 0.985, np.minimum(plots.step_m * random.uniform(0.45, 0.72, count), 15))
    depth = random.uniform(8.0, 11.5, count) + 2.5 * core
    setback = _room(plots.rank) + np.where(terraced, random.uniform(0, 0.5, count), random.uniform(2.5, 9, count))
    tall = smoothstep(4_000, 40_000, plots.people) * smoothstep(0.3, 0.95, plots.inside)
    floors = (
        1 + (random.random(count) < 0.35 + 0.5 * core) + np.floor(random.random(count) * (1 + 1.6 * core + 3.2 * tall))
    )
    height = np.round(2.0 + 2.9 * floors + random.uniform(0, 1.4, count), 1)
    shop = random.random(count) < 0.02 + 0.22 * core * smoothstep(600, 4_000, plots.people)
    main = Houses(rectangles(plots.at, plots.way, plots.side, width, depth, setback), height,
                  np.where(shop, 1, 0), plots.road)  # fmt: skip
    farm = (plots.inside < -0.15) & (random.random(count) < 0.26)
    with_annex = farm | (random.random(count) < 0.52 - 0.2 * core)
    behind = plots.take(with_annex)
    far = setback[with_annex] + depth[with_annex] + random.uniform(1.5, 7, len(behind.road))
    barn = farm[with_annex]
    size = np.where(barn, random.uniform(11, 19, len(barn)), random.uniform(3, 6.5, len(barn)))
    deep = np.where(barn, random.uniform(16, 38, len(barn)), random.uniform(3.5, 7, len(barn)))
    high = np.where(barn, random.uniform(5, 8.5, len(barn)), random.uniform(2.4, 3.4, len(barn))).round(1)
    annexes = Houses(rectangles(behind.at, behind.way, behind.side, size, deep, far), high, np.where(barn, 3, 4),
                     behind.road)  # fmt: skip
    return [main, annexes]


def _works(random: np.random.Generator, land: Land, plots: _Plots, lines: Any) -> list[Houses]:
    """Workshops and stores along the roads that enter a town, and blocks of flats in the suburbs of a city."""
    count = len(plots.road)
    edge = (plots.inside > -0.12) & (plots.inside < 0.22) & (plots.rank <= 3) & (plots.people > 900)
    works = edge & (random.random(count) < 0.22)
    some = plots.take(works)
    wide, deep = random.uniform(28, 58, len(some.road)), random.uniform(20, 42, len(some.road))
    kind = np.where(random.random(len(wide)) < 0.45, 1, 2)
    stores = Houses(
        rectangles(some.at, some.way, some.side, wide, deep, _room(some.rank) + random.uniform(9, 22, len(wide))),
        random.uniform(6, 11, len(wide)).round(1), kind, some.road,
    )  # fmt: skip
    flats = (plots.people > 5_000) & (plots.core < 0.6) & (plots.inside > 0.12) & (random.random(count) < 0.022)
    blocks = plots.take(flats)
    wide = random.uniform(26, 52, len(blocks.road))
    towers = Houses(
        rectangles(blocks.at, blocks.way, blocks.side, wide, np.full(len(wide), 12.5),
                   _room(blocks.rank) + random.uniform(6, 12, len(wide))),
        (random.integers(4, 10, len(wide)) * 2.9 + 1).round(1), np.zeros(len(wide), dtype=int), blocks.road,
    )  # fmt: skip
    return [stores, towers]
