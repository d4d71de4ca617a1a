"""One network out of all the roads of a region: crossings cut, loose ends dropped, ranks kept, bridges marked."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from garance.territory.make.roads import Road

GRID_M = 0.1
"""The network is snapped to this grid: what meets, meets at one point."""

CRUMB_M = 4.0
DECK_M = 12.0
INTERCHANGE_M = 5_500.0
RAMP_M = 330.0
BESIDE_M = 170.0


def knit_region(main: list[Road], streets: list[Any], lanes: list[Any], swift: Any, water: Any) -> list[Road]:
    """The whole network as stretches between crossings: main roads, streets (importance 5), lanes (6), a motorway that
    only its ramps meet."""
    ramps, motorway = _interchanges(swift, main)
    given = [road.line for road in main] + streets + lanes + ramps
    ranks = np.array([road.importance for road in main] + [5] * len(streets) + [6] * len(lanes) + [4] * len(ramps))
    kinds = np.array([0] * (len(main) + len(streets)) + [1] * len(lanes) + [2] * len(ramps))
    noded = shapely.get_parts(shapely.unary_union(np.array(given, dtype=object), grid_size=GRID_M))
    noded = noded[np.lexsort(np.round(shapely.bounds(noded), 1).T)]
    noded = _without_crumbs(noded)
    rank, kind = _recover(noded, given, ranks, kinds)
    roads = [
        Road(line, int(rank[at]), ("road" if rank[at] < 5 else "street", "track", "ramp")[int(kind[at])])
        for at, line in enumerate(noded)
    ]
    shapely.prepare(water)
    wet = shapely.intersects(water, noded)
    roads = [
        piece for road, over in zip(roads, wet, strict=True) for piece in (_bridged(road, water) if over else [road])
    ]
    roads += [piece for line in motorway for piece in _bridged(Road(line, 1, "motorway"), water)]
    return _largest(roads)


def _interchanges(swift: Any, main: list[Road]) -> tuple[list[Any], list[Any]]:
    """Ramps between the motorway and the large roads it crosses, and the motorway cut where they leave it."""
    if swift is None:
        return [], []
    ramps, cuts, last = [], [0.0, float(swift.length)], -INTERCHANGE_M
    crossings = []
    for road in main:
        if road.importance <= 3:
            met = shapely.intersection(road.line, swift)
            crossings += [
                (float(shapely.line_locate_point(swift, point)), road.line, point)
                for point in shapely.get_parts(met)
                if shapely.get_type_id(point) == 0
            ]
    for at, line, point in sorted(crossings, key=lambda crossing: crossing[0]):
        if at - last < INTERCHANGE_M or not RAMP_M < at < swift.length - RAMP_M:
            continue
        last, along = at, float(shapely.line_locate_point(line, point))
        for way in (-1, 1):
            leave = _rounded(shapely.line_interpolate_point(swift, at + way * RAMP_M))
            beside = min(max(along + way * BESIDE_M, 5.0), float(line.length) - 5)
            arrive = shapely.get_coordinates(shapely.line_interpolate_point(line, beside))[0]
            beyond = arrive + (arrive - leave) * (3.0 / max(float(np.hypot(*(arrive - leave))), 1))
            ramps.append(shapely.linestrings([leave, beyond]))
            cuts.append(at + way * RAMP_M)
    return ramps, _cut(swift, cuts)


def _rounded(point: Any) -> Any:
    return np.round(shapely.get_coordinates(point)[0], 1)


def _cut(line: Any, at_m: list[float]) -> list[Any]:
    """A line cut at these distances; the pieces share their ends exactly."""
    points = shapely.get_coordinates(line)
    far = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    stops = sorted(set(at_m))
    pieces = []
    for first, last in itertools.pairwise(stops):
        ends = [_rounded(shapely.line_interpolate_point(line, stop)) for stop in (first, last)]
        inner = points[(far > first + 0.2) & (far < last - 0.2)]
        pieces.append(shapely.linestrings(np.vstack([ends[:1], inner, ends[1:]])))
    return [piece for piece in pieces if piece.length > 0]


def _without_crumbs(noded: Any) -> Any:
    """Without the short ends that a cut left hanging; what one end hangs from is joined again."""
    ends = _ends(noded)
    numbers, degree = _numbers(ends)
    hanging = (degree[numbers].min(axis=1) == 1) & (shapely.length(noded) < CRUMB_M)
    return noded[~hanging]


def _ends(noded: Any) -> Any:
    """First and last point of each line, in tenths of a metre: (lines, 2, 2)."""
    first = shapely.get_coordinates(shapely.get_point(noded, 0))
    last = shapely.get_coordinates(shapely.get_point(noded, -1))
    return np.round(np.stack([first, last], axis=1) * 10).astype(np.int64)


def _numbers(ends: Any) -> tuple[Any, Any]:
    """The number of the crossing at each end, and how many ends meet at each crossing."""
    flat = ends.reshape(-1, 2)
    _, numbers, degree = np.unique(flat[:, 0] * 10_000_000 + flat[:, 1], return_inverse=True, return_counts=True)
    return numbers.reshape(-1, 2), degree


def _recover(noded: Any, given: list[Any], ranks: Any, kinds: Any) -> tuple[Any, Any]:
    """The best rank, and the kind that goes with it, of what each piece was a part of."""
    middles = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    tree = shapely.STRtree(given)
    piece, origin = tree.query(middles, predicate="dwithin", distance=0.4)
    lost = np.setdiff1d(np.arange(len(noded)), piece)
    if len(lost):
        near = tree.query_nearest(middles[lost], all_matches=False)
        piece, origin = np.concatenate([piece, lost[near[0]]]), np.concatenate([origin, near[1]])
    turn = np.lexsort((kinds[origin], ranks[origin], piece))
    piece, origin = piece[turn], origin[turn]
    first = np.unique(piece, return_index=True)[1]
    return ranks[origin[first]], kinds[origin[first]]


def _bridged(road: Road, water: Any) -> list[Road]:
    """A stretch over wide water is cut: the bridge in the middle."""
    if not shapely.intersects(water, road.line):
        return [road]
    around = shapely.box(*shapely.bounds(shapely.buffer(road.line, 4 * DECK_M)))
    over = shapely.intersection(road.line, shapely.buffer(shapely.intersection(water, around), DECK_M))
    spans = [part for part in shapely.get_parts(over) if shapely.get_type_id(part) == 1 and part.length > 1]
    if not spans:
        return [road]
    cuts = [0.0, float(road.line.length)]
    for span in spans:
        for end in (0, -1):
            at = float(shapely.line_locate_point(road.line, shapely.get_point(span, end)))
            cuts.append(at if 1.0 < at < road.line.length - 1 else round(at / road.line.length) * road.line.length)
    pieces = []
    for line in _cut(road.line, cuts):
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        pieces.append(Road(line, road.importance, road.kind, bridge=bool(shapely.dwithin(water, middle, DECK_M))))
    return pieces


def _largest(roads: list[Road]) -> list[Road]:
    """The largest connected part of the network."""
    lines = np.array([road.line for road in roads], dtype=object)
    numbers, degree = _numbers(_ends(lines))
    links = coo_matrix((np.ones(len(lines)), (numbers[:, 0], numbers[:, 1])), shape=(len(degree), len(degree)))
    part = connected_components(links, directed=False)[1][numbers[:, 0]]
    length = np.bincount(part, shapely.length(lines))
    best = int(np.argmax(length))
    return [road for road, mine in zip(roads, part == best, strict=True) if mine]
