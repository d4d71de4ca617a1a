"""Roads of the fictional commune: main roads by the easiest way, streets around blocks, all one network, all named."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.make.chance import chance, noise, smoothstep
from garance.territory.make.relief import COARSE_M, HEIGHT_M, WIDTH_M, Ground, cells
from garance.territory.make.shaping import lines, smooth_line

Place = tuple[float, float]
Cell = tuple[int, int]

MERGE_M = 20.0
"""Crossings nearer than this are one crossing."""

MAIN_CLEAR_M = 24.0
"""Streets do not run along a main road nearer than this: they meet it."""

FORBIDDEN = 1e9
EDGE_CELLS = [0, 1, 2, 3, 4, -5, -4, -3, -2, -1]
"""Roads leave the window, they do not follow its edge."""

BUILT_COST = 0.4
"""What going along a road already there costs, beside 1 over open ground: roads share their ways."""

_STEPS = [(r, c, math.hypot(r, c)) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c]


@dataclass
class Road:
    """One stretch between two crossings (tronçon)."""

    line: Any
    importance: int
    kind: str = "road"
    name: str | None = None
    ref: str | None = None
    bridge: bool = False
    oneway: str = "no"


@dataclass
class Quarter:
    """A built-up place: centre, radius, how tight its streets are."""

    name: str
    place: Place
    radius_m: float
    spacing_m: float
    outline: Any
    """Where it is built: uneven, as towns grow."""


def make_quarters(seed: int, ground: Ground) -> list[Quarter]:
    """The old town, its outskirts, a low quarter by the beach (where the risk is), and hamlets on higher ground."""
    random = chance(seed, "quarters")
    town = ground.centre
    quarters = [
        _quarter(random, "Centre", town, 400, 72),
        _quarter(random, "Faubourgs", (town[0] + 60, town[1] + 300), 800, 118),
        _quarter(random, "Les Sables-Bas", _beach(ground, town), 420, 105),
    ]
    names = ["La Grande Métairie", "Les Chaumes", "Le Moulin Vieux", "La Croix-Blanche", "L'Ormeau", "Le Bas-Logis"]
    tries = 0
    while len(quarters) < 3 + len(names) and tries < 4_000:
        tries += 1
        spot = _hamlet_spot(random, len(quarters) - 3)
        clear = all(math.dist(spot, other.place) > other.radius_m + 750 for other in quarters)
        if clear and float(ground.at(*spot)) > 5:
            quarters.append(_quarter(random, names[len(quarters) - 3], spot, float(random.uniform(120, 210)), 95))
    return quarters


def _hamlet_spot(random: np.random.Generator, order: int) -> Place:
    """Somewhere inland; the first two in the corners where the neighbouring communes lie."""
    corners = ((0.90, 0.80), (0.88, 0.15))
    if order < len(corners):
        x, y = corners[order]
        return (
            float(random.normal(WIDTH_M * x, 350)),
            float(np.clip(random.normal(HEIGHT_M * y, 350), 400, HEIGHT_M - 400)),
        )
    return float(random.uniform(1_500, WIDTH_M - 500)), float(random.uniform(400, HEIGHT_M - 400))


def _quarter(random: np.random.Generator, name: str, place: Place, radius_m: float, spacing_m: float) -> Quarter:
    """A quarter whose edge goes out along some directions and stays back along others."""
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    reach = np.ones(72)
    for waves, depth in ((2, 0.16), (3, 0.17), (5, 0.13), (9, 0.07)):
        reach += depth * np.cos(waves * angles + random.uniform(0, 2 * np.pi))
    reach = np.clip(reach, 0.45, 1.6) * radius_m
    ring = np.column_stack([place[0] + reach * np.cos(angles), place[1] + reach * np.sin(angles)])
    return Quarter(name, place, radius_m, spacing_m, shapely.polygons(ring))


def _beach(ground: Ground, town: Place) -> Place:
    """On the low ground behind the northern beach, between the town and the open sea."""
    y = min(town[1] + 250, HEIGHT_M - 900)
    inside = np.arange(0.0, WIDTH_M, 20)
    heights = ground.at(inside, np.full_like(inside, y))
    shore = float(inside[np.argmax(heights > 0.5)])
    return (shore + 520, y)


def main_roads(seed: int, ground: Ground, quarters: list[Quarter]) -> list[Road]:
    """From the old town to every quarter and to the edges of the window, by the easiest way; shared ways are one."""
    x, y = cells(COARSE_M)
    cost, heights = _costs(chance(seed, "main-roads"), ground, x, y), ground.at(x, y)
    start = _cell(quarters[0].place)
    ends = [(gate, 2 if rank < 3 else 3) for rank, gate in enumerate(_gates(cost))]
    ends += [(_cell(quarter.place), 4) for quarter in quarters[2:]]
    ranks: dict[tuple[Cell, Cell], int] = {}
    for end, importance in ends:
        path = _easiest(cost, heights, start, end)
        for one, other in itertools.pairwise(path):
            link = (min(one, other), max(one, other))
            ranks[link] = min(importance, ranks.get(link, 9))
        for cell in path:
            cost[cell] = min(cost[cell], BUILT_COST)
    return chain_roads(ranks, x, y, tolerance_m=26)


def _cell(place: Place) -> Cell:
    return int((HEIGHT_M - place[1]) / COARSE_M), int(place[0] / COARSE_M)


def _costs(random: np.random.Generator, ground: Ground, x: Any, y: Any) -> Any:
    heights = ground.at(x, y)
    cost = 1 + 1.6 * (heights < 2.9) + 0.5 * (heights < 3.6)
    cost = cost * (1 + 0.95 * noise(random, heights.shape, wavelength=11, octaves=2))
    cost[EDGE_CELLS] *= 3
    cost[:, EDGE_CELLS] *= 3
    cost = cost + 22 * shapely.contains_xy(ground.river.buffer(20), x, y)
    return np.where(shapely.contains_xy(ground.sea.buffer(60), x, y), FORBIDDEN, cost)


def _easiest(cost: Any, heights: Any, start: Cell, end: Cell) -> list[Cell]:
    """The easiest way over the coarse cells (Dijkstra): steep and wet cost more, a road already there much less.
    Empty when there is no way."""
    best, parents = {start: 0.0}, {start: start}
    queue = [(0.0, start)]
    while queue:
        spent, cell = heapq.heappop(queue)
        if cell == end:
            break
        if spent > best[cell]:
            continue
        for near, length in _neighbours(cell, cost.shape):
            climb = abs(float(heights[near]) - float(heights[cell])) / COARSE_M
            total = spent + length * float(cost[near]) * (1 + 14 * climb)
            if cost[near] < FORBIDDEN and total < best.get(near, math.inf):
                best[near], parents[near] = total, cell
                heapq.heappush(queue, (total, near))
    path = [end] if end in parents else []
    while path and path[-1] != start:
        path.append(parents[path[-1]])
    return path


def _neighbours(cell: Cell, shape: tuple[int, int]) -> list[tuple[Cell, float]]:
    around = [((cell[0] + up, cell[1] + side), length) for up, side, length in _STEPS]
    return [(near, length) for near, length in around if 0 <= near[0] < shape[0] and 0 <= near[1] < shape[1]]


def _gates(cost: Any) -> list[Cell]:
    """Where the main roads leave the window: north, east, south, and smaller ones between; never through water."""
    rows, columns = cost.shape
    wanted = [
        (0, int(columns * 0.55)),
        (int(rows * 0.30), columns - 1),
        (rows - 1, int(columns * 0.62)),
        (0, int(columns * 0.86)),
        (int(rows * 0.78), columns - 1),
        (rows - 1, int(columns * 0.33)),
    ]
    return [cell for cell in wanted if cost[cell] < 20]


def chain_roads(ranks: dict[tuple[Cell, Cell], int], x: Any, y: Any, *, tolerance_m: float) -> list[Road]:
    """Chains of links of one importance between meetings, made smooth, their ends kept."""
    around: dict[Cell, list[Cell]] = defaultdict(list)
    for one, other in ranks:
        around[one].append(other)
        around[other].append(one)

    def rank(one: Cell, other: Cell) -> int:
        return ranks[min(one, other), max(one, other)]

    def is_end(cell: Cell) -> bool:
        near = around[cell]
        return len(near) != 2 or rank(cell, near[0]) != rank(cell, near[1])

    roads, seen = [], set()
    for cell in sorted(around):
        for near in sorted(around[cell]) if is_end(cell) else []:
            if (cell, near) in seen:
                continue
            chain = [cell, near]
            while not is_end(chain[-1]):
                chain.append(next(step for step in around[chain[-1]] if step != chain[-2]))
            seen |= {(chain[0], chain[1]), (chain[-1], chain[-2])}
            points = [(float(x[step]), float(y[step])) for step in chain]
            eased = shapely.get_coordinates(shapely.simplify(shapely.linestrings(points), tolerance_m))
            roads.append(Road(shapely.linestrings(smooth_line(eased, 3)), rank(cell, near)))
    return roads


def streets(seed: int, ground: Ground, quarters: list[Quarter], main: list[Road]) -> list[Road]:
    """Streets between blocks: the edges of a Voronoi diagram, tight and irregular in the old town, in rows around."""
    random = chance(seed, "streets")
    seeds = np.vstack([_block_seeds(random, quarter, order) for order, quarter in enumerate(quarters)])
    built = shapely.union_all([quarter.outline for quarter in quarters])
    dry = built.difference(ground.open_water.buffer(45))
    seeds = _apart(seeds[shapely.contains_xy(built.buffer(150), seeds[:, 0], seeds[:, 1])])
    edges = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), only_edges=True))
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    heights = ground.at(shapely.get_x(middles), shapely.get_y(middles))
    edges = edges[shapely.contains(dry, edges) & (heights > 1.9) & (random.random(len(edges)) > 0.13)]
    trunk = shapely.union_all([road.line for road in main])
    return [Road(line, 5) for edge in edges for line in _meet(edge, trunk)]


def _block_seeds(random: np.random.Generator, quarter: Quarter, order: int) -> Any:
    """Places for blocks around a quarter: scattered in the old town, in turned and shaken rows elsewhere."""
    reach, step = quarter.radius_m * 1.6 + 150, quarter.spacing_m
    if order == 0:
        points = random.uniform(-reach, reach, (int((2 * reach / step) ** 2 * 1.5), 2))
        return points + np.array(quarter.place)
    turn = random.uniform(0, np.pi / 2)
    columns, rows = np.arange(-reach, reach, step * 1.25), np.arange(-reach, reach, step * 0.72)
    along, across = np.meshgrid(columns, rows)
    along = along + (np.arange(len(rows)) % 2)[:, None] * step * 0.62
    points = np.column_stack([along.ravel(), across.ravel()]) + random.normal(0, step * 0.07, (along.size, 2))
    bend = 0.00025 * points[:, 0] ** 2
    points[:, 1] += bend
    spun = points @ np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    return spun + np.array(quarter.place)


def _apart(points: Any, least_m: float = 58.0) -> Any:
    """The points, first come first kept, none nearer than that to another."""
    kept: dict[tuple[int, int], list[Place]] = defaultdict(list)
    result = []
    for x, y in points.tolist():
        home = (int(x // least_m), int(y // least_m))
        near = [p for r in (-1, 0, 1) for c in (-1, 0, 1) for p in kept[home[0] + r, home[1] + c]]
        if all(math.dist((x, y), other) >= least_m for other in near):
            kept[home].append((x, y))
            result.append((x, y))
    return np.array(result)


def _meet(edge: Any, trunk: Any) -> list[Any]:
    """A street cut where it would run along a main road, its cut ends led to meet it."""
    if not shapely.dwithin(edge, trunk, MAIN_CLEAR_M):
        return [edge]
    result = []
    for part in lines(shapely.difference(edge, shapely.buffer(trunk, MAIN_CLEAR_M)), 8):
        points = shapely.get_coordinates(part).tolist()
        for end in (0, -1):
            tip = shapely.points(points[end])
            if shapely.distance(tip, trunk) < MAIN_CLEAR_M * 1.05:
                meeting = shapely.get_coordinates(shapely.shortest_line(tip, trunk))[1].tolist()
                points.insert(0 if end == 0 else len(points), meeting)
        result.append(shapely.linestrings(points))
    return result


def knit(ground: Ground, roads: list[Road]) -> list[Road]:
    """One connected network: crossings cut, close crossings merged, loose pieces dropped, bridges marked."""
    trunk = [road for road in roads if road.importance < 5]
    pieces: list[Road] = []
    noded = shapely.node(shapely.multilinestrings([road.line for road in roads]))
    tree = shapely.STRtree([road.line for road in trunk])
    for line in shapely.get_parts(noded):
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        near = tree.query(middle, predicate="dwithin", distance=0.5)
        importance = min((trunk[int(index)].importance for index in near), default=5)
        pieces.append(Road(line, importance))
    pieces = _largest(_merge_close(pieces))
    return [stretch for road in pieces for stretch in _bridged(road, ground.river)]


def _ends(line: Any) -> tuple[Place, Place]:
    points = shapely.get_coordinates(line)
    return tuple(np.round(points[0], 2).tolist()), tuple(np.round(points[-1], 2).tolist())


def _merge_close(roads: list[Road]) -> list[Road]:
    """Very short stretches vanish, and the crossings at their ends become one."""
    home: dict[Place, Place] = {}

    def root(place: Place) -> Place:
        while home.get(place, place) != place:
            place = home[place]
        return place

    trunk = {end for road in roads if road.importance < 5 for end in _ends(road.line)}
    for road in sorted(roads, key=lambda road: road.line.length):
        one, other = (root(end) for end in _ends(road.line))
        if road.line.length < MERGE_M and one != other and not (one in trunk and other in trunk):
            home[other if one in trunk else one] = one if one in trunk else other
    result, seen = [], set()
    for road in roads:
        one, other = (root(end) for end in _ends(road.line))
        inner = shapely.get_coordinates(road.line)[1:-1].tolist()
        if (one == other and road.line.length < 4 * MERGE_M) or (not inner and (one, other) in seen):
            continue
        seen |= {(one, other), (other, one)}
        result.append(Road(shapely.linestrings([list(one), *inner, list(other)]), road.importance))
    return result


def _largest(roads: list[Road]) -> list[Road]:
    at: dict[Place, list[int]] = defaultdict(list)
    for index, road in enumerate(roads):
        for end in _ends(road.line):
            at[end].append(index)
    group, best = [-1] * len(roads), (0.0, -1)
    for start in range(len(roads)):
        if group[start] >= 0:
            continue
        stack, length = [start], 0.0
        group[start] = start
        while stack:
            index = stack.pop()
            length += roads[index].line.length
            for near in (near for end in _ends(roads[index].line) for near in at[end] if group[near] < 0):
                group[near] = start
                stack.append(near)
        best = max(best, (length, start))
    return [road for index, road in enumerate(roads) if group[index] == best[1]]


def _bridged(road: Road, river: Any) -> list[Road]:
    """A stretch over the river is cut in three: the bridge in the middle. No street crosses on its own."""
    deck = river.buffer(12)
    if not shapely.intersects(road.line, deck):
        return [road]
    over = lines(shapely.intersection(road.line, deck), 5)
    apart = lines(shapely.difference(road.line, deck), 0.5)
    return [Road(line, road.importance) for line in apart] + [Road(line, road.importance, bridge=True) for line in over]


def chains(roads: list[Road]) -> list[list[int]]:
    """Stretches that a person would call one street: at each crossing, those that go straight on together."""
    at: dict[Place, list[tuple[int, float]]] = defaultdict(list)
    for index, road in enumerate(roads):
        points = shapely.get_coordinates(road.line)
        for end, (here, there) in enumerate(((points[0], points[1]), (points[-1], points[-2]))):
            angle = math.atan2(there[1] - here[1], there[0] - here[0])
            at[_ends(road.line)[end]].append((index, angle))
    group = list(range(len(roads)))

    def root(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for meeting in at.values():
        for one, other in _straight_pairs(roads, meeting):
            group[root(one)] = root(other)
    together: dict[int, list[int]] = defaultdict(list)
    for index in range(len(roads)):
        together[root(index)].append(index)
    return list(together.values())


def _straight_pairs(roads: list[Road], meeting: list[tuple[int, float]]) -> list[tuple[int, int]]:
    options = []
    for order, (one, angle) in enumerate(meeting):
        for other, angle_other in meeting[order + 1 :]:
            bend = abs(math.pi - abs((angle - angle_other) % (2 * math.pi)))
            same = roads[one].importance == roads[other].importance
            if same and (bend < math.radians(38) or len(meeting) == 2) and one != other:
                options.append((bend, one, other))
    used: set[int] = set()
    pairs = []
    for _, one, other in sorted(options):
        if not {one, other} & used:
            used |= {one, other}
            pairs.append((one, other))
    return pairs


def centrality(ground: Ground, x: Any, y: Any) -> Any:
    """1 in the middle of the old town, 0 from 900 m away."""
    return 1 - smoothstep(150, 900, np.hypot(np.asarray(x) - ground.centre[0], np.asarray(y) - ground.centre[1]))
