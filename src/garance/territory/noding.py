"""Lines cut where one may turn from one to another: the nodes and edges of a network (nœuds et arcs)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

SNAP_M = 1.0
"""Ends this near each other, or this near a line, are the same place."""


@dataclass(frozen=True)
class Network:
    """Edges between nodes. `nodes`: (n, 2) metres. For each edge: its two ends `start` and `stop` (nodes), the `line`
    it is part of, its length, and where its points begin and end (included) in `points`, (m, 2) metres."""

    nodes: Any
    start: Any
    stop: Any
    line: Any
    length_m: Any
    first: Any
    last: Any
    points: Any


def node_lines(lines: Any, level: Any) -> Network:
    """Cut simple lines (metric system) at ends, shared places and crossings.

    `level`: one whole number for each line. Lines of different levels (a bridge above a road) meet only where one of
    them ends.
    """
    cut_line, cut_xy = _cuts(lines, level)
    measure = shapely.line_locate_point(lines[cut_line], shapely.points(cut_xy))
    node = _gather(cut_xy)
    order = np.lexsort((measure, cut_line))
    cut_line, cut_xy, measure, node = cut_line[order], cut_xy[order], measure[order], node[order]
    repeated = np.zeros(len(order), dtype=bool)
    repeated[1:] = (cut_line[1:] == cut_line[:-1]) & (node[1:] == node[:-1]) & (np.diff(measure) < 2 * SNAP_M)
    kept = ~repeated
    return _edges(lines, cut_line[kept], cut_xy[kept], measure[kept], node[kept])


def _cuts(lines: Any, level: Any) -> tuple[Any, Any]:
    """Where lines are cut: which line, and the place."""
    rows = np.arange(len(lines))
    starts = shapely.get_coordinates(shapely.get_point(lines, 0))
    stops = shapely.get_coordinates(shapely.get_point(lines, -1))
    ends = np.concatenate([starts, stops])
    tree = shapely.STRtree(lines)
    by_end, near = tree.query(shapely.points(ends), predicate="dwithin", distance=SNAP_M)
    foreign = by_end % max(len(lines), 1) != near
    by_end, near = by_end[foreign], near[foreign]
    one, other = tree.query(lines, predicate="intersects")
    pair = (one < other) & (level[one] == level[other])
    one, other = one[pair], other[pair]
    met, owner = shapely.get_coordinates(shapely.intersection(lines[one], lines[other]), return_index=True)
    # An end that only comes near a line cuts it where the end is: both meet there.
    cut_line = np.concatenate([rows, rows, near, one[owner], other[owner]])
    return cut_line, np.concatenate([ends, ends[by_end], met, met])


def _gather(xy: Any) -> Any:
    """The node of each place: places within a metre of each other are one, numbered in the order of the places."""
    rounded, same = np.unique(np.round(xy, 3), axis=0, return_inverse=True)
    pairs = cKDTree(rounded).query_pairs(SNAP_M, output_type="ndarray") if len(rounded) else np.empty((0, 2), int)
    joined = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(rounded), len(rounded)))
    return connected_components(joined, directed=False)[1][same.ravel()]


def _edges(lines: Any, cut_line: Any, cut_xy: Any, measure: Any, node: Any) -> Network:
    """Between two cuts that follow each other on a line there is an edge, with the points between them."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    along = _measures(points, owner)
    inner = np.ones(len(points), dtype=bool)
    firsts = np.flatnonzero(np.r_[True, np.diff(owner) > 0]) if len(owner) else np.empty(0, dtype=int)
    inner[firsts] = False
    inner[np.r_[firsts[1:], len(points)] - 1] = False
    all_line = np.concatenate([cut_line, owner[inner]])
    all_measure = np.concatenate([measure, along[inner]])
    is_cut = np.concatenate([np.ones(len(cut_line), dtype=bool), np.zeros(int(inner.sum()), dtype=bool)])
    order = np.lexsort((~is_cut, all_measure, all_line))
    place = np.flatnonzero(is_cut[order])
    follows = (cut_line[1:] == cut_line[:-1]) & (np.diff(measure) > 1e-6)
    at = np.flatnonzero(follows)
    nodes = np.zeros((int(node.max()) + 1 if len(node) else 0, 2))
    nodes[node[::-1]] = cut_xy[::-1]
    return Network(
        nodes=nodes,
        start=node[at],
        stop=node[at + 1],
        line=cut_line[at],
        length_m=np.diff(measure)[at],
        first=place[at],
        last=place[at + 1],
        points=np.concatenate([cut_xy, points[inner]])[order],
    )


def _measures(points: Any, owner: Any) -> Any:
    """How far along its line each point is, in metres."""
    if len(points) == 0:
        return np.empty(0)
    steps = np.r_[0.0, np.hypot(*np.diff(points, axis=0).T)]
    steps[np.r_[False, np.diff(owner) > 0]] = 0.0
    running = np.cumsum(steps)
    firsts = np.flatnonzero(np.r_[True, np.diff(owner) > 0])
    return running - running[firsts][owner]
