"""Streets of a region's settlements, lanes to its hamlets, and one network of all the roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from garance.territory.make.chance import chance
from garance.territory.make.landform import Land
from garance.territory.make.roads import MAIN_CLEAR_M, Road
from garance.territory.make.settlements import Settlement
from garance.territory.make.shaping import lines
from garance.territory.make.words import LOCALITIES

CORE_SPACING_M, OUTER_SPACING_M = 68.0, 112.0
LONGEST_STREET_M = 260.0
OVERSHOOT_M = 3.0
"""A lane goes this far beyond the road it meets, so that they cross; the end is cut off again."""


@dataclass
class Hamlet:
    """A small place away from the settlements (lieu-dit)."""

    name: str
    place: tuple[float, float]
    radius_m: float


def plan_streets(seed: int, land: Land, settlements: list[Settlement], main: list[Road]) -> list[Any]:
    """The lines of the streets of every settlement, cut and led to meet the main roads."""
    trunk = np.array([road.line for road in main], dtype=object)
    tree = shapely.STRtree(trunk)
    water = land.open_water
    shapely.prepare(water)
    found: list[Any] = []
    for settlement in settlements:
        random = chance(seed, f"streets-{settlement.order}")
        outline = _outline(random, settlement)
        near = trunk[tree.query(shapely.buffer(outline, 150), predicate="intersects")]
        local = shapely.union_all(near) if len(near) else None
        seeds = _block_seeds(random, settlement, local)
        found += _streets(random, land, outline, seeds, local, water)
    return found


def _outline(random: np.random.Generator, settlement: Settlement) -> Any:
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    reach = np.ones(72)
    for waves, depth in ((2, 0.14), (3, 0.16), (5, 0.12), (9, 0.06)):
        reach += depth * np.cos(waves * angles + random.uniform(0, 2 * np.pi))
    reach = np.clip(reach, 0.45, 1.5) * settlement.radius_m
    x, y = settlement.place
    return shapely.polygons(np.column_stack([x + reach * np.cos(angles), y + reach * np.sin(angles)]))


def _block_seeds(random: np.random.Generator, settlement: Settlement, trunk: Any) -> Any:
    """Places for blocks: scattered in the old town, in rows of several directions around, in pairs along main roads."""
    reach, place = settlement.radius_m * 1.5 + 150, np.array(settlement.place)
    core_m = min(0.5 * settlement.radius_m, 420.0)
    count = max(8, int((2 * core_m / CORE_SPACING_M) ** 2 * 1.3))
    core = random.uniform(-core_m, core_m, (count, 2))
    groups = [core[np.hypot(core[:, 0], core[:, 1]) < core_m]]
    middles = random.normal(0, reach * 0.5, (1 + int(settlement.radius_m / 330), 2))
    for order, middle in enumerate(middles):
        rows = _rows(random, reach) + middle * 0.1
        mine = cKDTree(middles).query(rows)[1] == order
        groups.append(rows[mine & (np.hypot(rows[:, 0], rows[:, 1]) > core_m + 35)])
    seeds = np.vstack(groups) + place
    if trunk is not None:
        pairs = _beside(trunk, place, reach)
        if len(pairs):
            seeds = np.vstack([pairs, seeds[cKDTree(pairs).query(seeds)[0] > 52]])
    return _spaced(seeds, 46.0)


def _rows(random: np.random.Generator, reach: float) -> Any:
    step, turn = OUTER_SPACING_M * float(random.uniform(0.85, 1.2)), float(random.uniform(0, np.pi / 2))
    along, across = np.meshgrid(np.arange(-reach, reach, step * 1.3), np.arange(-reach, reach, step * 0.72))
    along = along + (np.arange(along.shape[0]) % 2)[:, None] * step * float(random.choice([0.0, 0.6]))
    points = np.column_stack([along.ravel(), across.ravel()]) + random.normal(0, step * 0.05, (along.size, 2))
    points[:, 1] += 0.00018 * points[:, 0] ** 2
    return points @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])


def _beside(trunk: Any, place: Any, reach: float) -> Any:
    """Pairs of places on both sides of the main roads: the street between them is the road itself."""
    near = shapely.intersection(trunk, shapely.buffer(shapely.points(place), reach))
    found = []
    for line in lines(near, 60):
        at = np.arange(35.0, line.length - 20, 70.0)
        if len(at):
            here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
            ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(at + 3, line.length)))
            way = ahead - here
            way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)[:, None]
            side = np.column_stack([-way[:, 1], way[:, 0]]) * 40
            found += [here + side, here - side]
    return np.vstack(found) if found else np.empty((0, 2))


def _spaced(points: Any, least_m: float) -> Any:
    """The points, first come first kept, none nearer than that to another."""
    pairs = cKDTree(points).query_pairs(least_m, output_type="ndarray")
    return points[keep_first(len(points), pairs)]


def keep_first(count: int, pairs: Any) -> Any:
    """Which of the things stay when the second of each kept pair (smaller, larger) must go: first come first kept."""
    alive, settled = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    first, second = pairs.min(axis=1), pairs.max(axis=1)
    while len(first):
        waiting = np.zeros(count, dtype=bool)
        waiting[second] = True
        winners = alive & ~waiting & ~settled
        settled |= winners
        losing = winners[first] | settled[first]
        alive[second[losing]] = False
        left = alive[first] & alive[second]
        first, second = first[left], second[left]
    return alive


def _streets(random: np.random.Generator, land: Land, outline: Any, seeds: Any, trunk: Any, water: Any) -> list[Any]:
    edges = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), only_edges=True))
    shapely.prepare(outline)
    edges = edges[shapely.contains(outline, edges) & (shapely.length(edges) < LONGEST_STREET_M)]
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    dry = (land.at(x, y) > 2.0) & (land.frame.sample(land.above_river_m, x, y) > 0.9)
    dry &= ~shapely.dwithin(water, edges, 32)
    edges = edges[dry & (random.random(len(edges)) > 0.11)]
    joined: list[Any] = meet(edges, trunk) if trunk is not None and len(edges) else list(edges)
    return joined


def meet(edges: Any, trunk: Any) -> list[Any]:
    """Streets cut where they would run along a main road, their cut ends led to it."""
    near = shapely.buffer(trunk, MAIN_CLEAR_M)
    shapely.prepare(near)
    close = shapely.intersects(near, edges)
    found: list[Any] = edges[~close].tolist()
    parts = shapely.get_parts(shapely.difference(edges[close], near))
    parts = parts[(shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 8)]
    for end in (0, -1):
        tips = shapely.get_point(parts, end)
        short = shapely.shortest_line(tips, trunk)
        joined = shapely.length(short) < MAIN_CLEAR_M * 1.05
        there, here = shapely.get_coordinates(shapely.get_point(short, 1)), shapely.get_coordinates(tips)
        reach = (there - here) * (1 + OVERSHOOT_M / np.maximum(shapely.length(short), 1))[:, None] + here
        found += shapely.linestrings(np.stack([here, reach], axis=1))[joined].tolist()
    found += parts.tolist()
    return found


def place_hamlets(seed: int, land: Land, settlements: list[Settlement], main: list[Road]) -> list[Hamlet]:
    """Hamlets and farms between the settlements, half a dozen for each commune, above the floods."""
    random = chance(seed, "hamlets")
    count = 11 * len(settlements)
    spots = random.uniform((300, 300), (land.frame.width_m - 300, land.frame.height_m - 300), (count, 2))
    seats = np.array([settlement.place for settlement in settlements])
    radius = np.array([settlement.radius_m for settlement in settlements])
    away, which = cKDTree(seats).query(spots)
    good = (land.at(*spots.T) > 5) & (land.frame.sample(land.above_river_m, *spots.T) > 4)
    good &= (away > radius[which] + 380) & (land.frame.sample(land.from_sea_m, *spots.T) > 300)
    spots = spots[good]
    spots = _spaced(spots, 430.0) if len(spots) > 1 else spots
    tree = shapely.STRtree([road.line for road in main])
    close = tree.query_nearest(shapely.points(spots), all_matches=False, return_distance=True)[1]
    spots = spots[close < 1_800]
    names = random.integers(len(LOCALITIES), size=len(spots))
    sizes = random.uniform(60, 150, len(spots))
    return [
        Hamlet(LOCALITIES[name], (float(x), float(y)), float(size))
        for name, (x, y), size in zip(names, spots, sizes, strict=True)
    ]


def lanes(seed: int, land: Land, hamlets: list[Hamlet], main: list[Road]) -> list[Any]:
    """A lane from each hamlet to the nearest road, bent a little; none through wide water or the sea."""
    if not hamlets:
        return []
    random = chance(seed, "lanes")
    trunk = np.array([road.line for road in main], dtype=object)
    spots = np.array([hamlet.place for hamlet in hamlets])
    radius = np.array([hamlet.radius_m for hamlet in hamlets])
    pairs = shapely.STRtree(trunk).query_nearest(shapely.points(spots), all_matches=False)
    ends = shapely.get_coordinates(
        shapely.get_point(shapely.shortest_line(shapely.points(spots[pairs[0]]), trunk[pairs[1]]), 1)
    )
    way = ends - spots
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1)[:, None]
    unit = way / length
    side = np.column_stack([-unit[:, 1], unit[:, 0]])
    bend = side * (random.uniform(-0.22, 0.22, len(spots))[:, None] * length)
    share = np.linspace(0, 1, 9)[None, :, None]
    start = spots - unit * radius[:, None] * 0.8 + side * random.uniform(-30, 30, (len(spots), 1))
    stop = ends + unit * OVERSHOOT_M
    curve = start[:, None] * (1 - share) + stop[:, None] * share + bend[:, None] * (4 * share * (1 - share))
    found = shapely.linestrings(curve)
    cross = np.stack([spots + side * radius[:, None] * 0.9, spots - side * radius[:, None] * 0.9], axis=1)
    found = np.concatenate([found, shapely.linestrings(cross)])
    water = land.open_water
    shapely.prepare(water)
    return list(found[~shapely.dwithin(water, found, 25)])
