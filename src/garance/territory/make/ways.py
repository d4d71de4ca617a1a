"""The roads between the settlements of a region: the easiest ways over the land, shared, and a motorway apart."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import shapely
from rasterio.features import rasterize
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra, shortest_path
from scipy.spatial import Delaunay, cKDTree

from garance.territory.make.cellgraph import cell_graph
from garance.territory.make.chance import chance
from garance.territory.make.frame import fast_noise
from garance.territory.make.landform import Land
from garance.territory.make.roads import Cell, Road, chain_roads
from garance.territory.make.settlements import Coarse, Settlement
from garance.territory.make.shaping import smooth_line

SHARED_COST = 0.38
"""What a cell costs where a road already is, beside 1 over open ground."""

DETOUR_CELLS = 14
MOTORWAY_FROM = 60
"""From this number of communes a motorway crosses the region."""

RAILWAY_FROM = 4


def main_roads(seed: int, land: Land, coarse: Coarse, settlements: list[Settlement]) -> list[Road]:
    """National and departmental roads, as chains between their meetings."""
    cost = way_costs(seed, land, coarse)
    links: dict[tuple[Cell, Cell], int] = {}
    wanted = [(rank, one, other) for (one, other), rank in _links(settlements).items()]
    places = [_cell(land, settlement.place) for settlement in settlements]
    ways = [(rank, places[one], places[other]) for rank, one, other in wanted] + _gates(land, cost, places)
    for rank, start, end in sorted(ways, key=lambda way: (way[0], way[1], way[2])):
        path = easiest(cost, coarse.heights_m, land.frame.coarse_m, start, end)
        for one_cell, other_cell in itertools.pairwise(path):
            link = (min(one_cell, other_cell), max(one_cell, other_cell))
            links[link] = min(rank, links.get(link, 9))
        for cell in path:
            cost[cell] = min(cost[cell], SHARED_COST)
    x, y = np.broadcast_arrays(*land.frame.middles(land.frame.coarse_m))
    return chain_roads(links, x, y, tolerance_m=land.frame.coarse_m * 0.7)


def way_costs(seed: int, land: Land, coarse: Coarse) -> Any:
    """What each coarse cell costs to a road: wet, steep and wide water dear, the sea not at all."""
    frame = land.frame
    cost = 1 + 1.5 * (coarse.above_river_m < 2.2) + 9 * coarse.slope + 1.2 * (coarse.heights_m < 3.0)
    cost = cost * (1 + 1.3 * np.abs(fast_noise(chance(seed, "ways"), frame.coarse_shape, 16, 4)))
    stream = (coarse.from_river_m < frame.coarse_m * 0.6) * np.clip(coarse.drained_km2 / 25, 0.5, 10)
    water = np.zeros(frame.coarse_shape, dtype="uint8")
    if not shapely.is_empty(land.river_area):
        water = rasterize([land.river_area], out_shape=frame.coarse_shape, transform=frame.coarse_transform)
    cost = np.maximum(cost, 0.6) + stream + 20 * (water > 0)
    cost[[0, 1, 2, -3, -2, -1]] += 3
    cost[:, [0, 1, 2, -3, -2, -1]] += 3
    return np.where(coarse.sea | (coarse.from_sea_m < 60), np.inf, cost)


def _cell(land: Land, place: tuple[float, float]) -> Cell:
    return int((land.frame.height_m - place[1]) / land.frame.coarse_m), int(place[0] / land.frame.coarse_m)


def _links(settlements: list[Settlement]) -> dict[tuple[int, int], int]:
    """The pairs of settlements joined by a road and its rank: neighbours with none between them (Gabriel graph),
    national and large roads along the shortest ways between towns."""
    places = np.array([settlement.place for settlement in settlements])
    count = len(places)
    if count < 4:
        pairs = np.array(list(itertools.combinations(range(count), 2)))
    else:
        corners = Delaunay(places).simplices
        pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])), axis=0)
    length = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    between = cKDTree(places).query((places[pairs[:, 0]] + places[pairs[:, 1]]) / 2)[0]
    kept = (between >= length / 2 * 0.86) | (count < 4)
    pairs, length = pairs[kept], length[kept]
    ranks = {(int(one), int(other)): 4 for one, other in pairs}
    graph = coo_matrix((length, (pairs[:, 0], pairs[:, 1])), shape=(count, count)).tocsr()
    towns = max(2, count // 9) if count > 2 else count
    _, before = shortest_path(graph, directed=False, indices=range(towns), return_predecessors=True)
    for start, end in itertools.combinations(range(towns), 2):
        near = np.hypot(*(places[start] - places[end])) < 14_000
        rank = 2 if start == 0 and end <= max(2, count // 60) else 3
        at = end
        while (rank == 2 or near or start == 0) and before[start][at] >= 0:
            pair = (min(at, int(before[start][at])), max(at, int(before[start][at])))
            ranks[pair] = min(rank, ranks[pair])
            at = int(before[start][at])
    return ranks


def _gates(land: Land, cost: Any, places: list[Cell]) -> list[tuple[int, Cell, Cell]]:
    """Ways out of the window, each from the nearest settlement: north, east and south."""
    rows, columns = cost.shape
    step = int(min(16_000, 0.4 * land.frame.width_m) / land.frame.coarse_m)
    spots = [(0, column) for column in range(columns - step // 2, columns // 4, -step)]
    spots += [(rows - 1, column) for column in range(columns - step // 2, columns // 4, -step)]
    spots += [(row, columns - 1) for row in range(step // 2, rows, step)]
    seats = cKDTree(np.array(places))
    ways = []
    for order, spot in enumerate(spots):
        if cost[spot] < 15:
            ways.append((2 if order % 3 == 1 else 3, places[int(seats.query(spot)[1])], spot))
    return ways


def easiest(cost: Any, heights_m: Any, cell_m: float, start: Cell, end: Cell) -> list[Cell]:
    """The easiest way over the cells between two places, within a detour; empty when there is none."""
    margin = DETOUR_CELLS + int(0.35 * max(abs(start[0] - end[0]), abs(start[1] - end[1])))
    top, left = max(0, min(start[0], end[0]) - margin), max(0, min(start[1], end[1]) - margin)
    rows, columns = max(start[0], end[0]) + margin + 1 - top, max(start[1], end[1]) + margin + 1 - left
    here = (slice(top, top + rows), slice(left, left + columns))
    graph, shape = cell_graph(cost[here], heights_m[here], cell_m)
    first = (start[0] - top) * shape[1] + start[1] - left
    last = (end[0] - top) * shape[1] + end[1] - left
    _, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
    path, at = [last], last
    while before[at] >= 0:
        at = int(before[at])
        path.append(at)
    if at != first:
        return []
    return [(cell // shape[1] + top, cell % shape[1] + left) for cell in reversed(path)]


def swift_way(
    seed: int, land: Land, coarse: Coarse, settlements: list[Settlement], *, rail: bool, stops: list[tuple[int, int]]
) -> Any:
    """The line of a motorway or a railway through cells: gentle slopes, wide curves, a motorway away from houses."""
    frame = land.frame
    cost = way_costs(seed + (1 if rail else 2), land, coarse) + 40 * coarse.slope
    if not rail:
        cost[:] = np.where(np.isfinite(cost), cost + _nearness(land, settlements), np.inf)
    cells: list[Cell] = []
    for start, end in itertools.pairwise(stops):
        path = easiest(cost, coarse.heights_m, frame.coarse_m, start, end)
        cells += path if not cells else path[1:]
    if len(cells) < 3:
        return None
    points = [((column + 0.5) * frame.coarse_m, frame.height_m - (row + 0.5) * frame.coarse_m) for row, column in cells]
    eased = shapely.simplify(shapely.linestrings(points), frame.coarse_m * 2.2)
    return shapely.linestrings(smooth_line(shapely.get_coordinates(eased), 4))


def _nearness(land: Land, settlements: list[Settlement]) -> Any:
    x, y = np.broadcast_arrays(*land.frame.middles(land.frame.coarse_m))
    tree = cKDTree([settlement.place for settlement in settlements])
    away, which = tree.query(np.column_stack([x.ravel(), y.ravel()]), k=1)
    radius = np.array([settlement.radius_m for settlement in settlements])[which]
    near = np.clip(2.2 - away / (radius + 350), 0, 2) * 9
    city = settlements[0]
    ring = np.hypot(x - city.place[0], y - city.place[1]) / (city.radius_m + 500)
    return near.reshape(x.shape) + 40 * np.clip(1.15 - ring, 0, 1)


def motorway(seed: int, land: Land, coarse: Coarse, settlements: list[Settlement]) -> Any:
    """The line of the motorway, from the north edge to the south one past the city; nothing in a small region."""
    if len(settlements) < MOTORWAY_FROM:
        return None
    rows = coarse.heights_m.shape[0]
    city = settlements[0]
    aside = _cell(land, (city.place[0] + (city.radius_m + 900), city.place[1]))
    stops = [(0, _dry_column(coarse, 0, 0.45)), aside, (rows - 1, _dry_column(coarse, rows - 1, 0.72))]
    return swift_way(seed, land, coarse, settlements, rail=False, stops=stops)


def railways(seed: int, land: Land, coarse: Coarse, settlements: list[Settlement]) -> list[Any]:
    """The lines of the railways: from the east edge to the city and the port, and in a large region to other towns."""
    if len(settlements) < RAILWAY_FROM:
        return []
    rows, columns = coarse.heights_m.shape
    seats = [_cell(land, (s.place[0] + 0.3 * s.radius_m + 120, s.place[1] - 0.3 * s.radius_m)) for s in settlements]
    row = int(np.argmin(np.abs(np.arange(rows) - seats[0][0])))
    ways = [[(row, columns - 1), seats[0], seats[1]]]
    if len(settlements) >= MOTORWAY_FROM:
        ways += [[(0, _dry_column(coarse, 0, 0.6)), seats[0], (rows - 1, _dry_column(coarse, rows - 1, 0.6))]]
        ways += [[seats[0], seat] for seat in seats[2 : 2 + len(settlements) // 170]]
    found = [swift_way(seed, land, coarse, settlements, rail=True, stops=way) for way in ways]
    return [line for line in found if line is not None]


def _dry_column(coarse: Coarse, row: int, share: float) -> int:
    columns = np.flatnonzero(~coarse.sea[row])
    return int(columns[int(len(columns) * share)])
