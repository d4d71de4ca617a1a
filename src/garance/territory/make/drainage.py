"""Where the water goes: every cell's way down to the sea, and how much ground drains through it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

STEEPNESS = 1e-7
"""How much a steeper way down is preferred among ways that overflow at the same height."""


@dataclass(frozen=True)
class Drainage:
    """The tree of flow over the cells of a grid, flat indexes: `towards` (itself at an outlet), `ranks`: the cells at
    each number of steps from an outlet, nearest first."""

    towards: Any
    ranks: list[Any]

    def gather(self, supply: Any) -> Any:
        """What flows through each cell when each gives its `supply`: its own and all that drains into it."""
        through = np.array(supply, dtype=float).ravel()
        for cells in reversed(self.ranks[1:]):
            np.add.at(through, self.towards[cells], through[cells])
        return through

    def fill(self, heights_m: Any, rise_m: float = 0.001) -> Any:
        """The heights with every hollow filled: each cell at least `rise_m` above the one it drains to."""
        level = np.array(heights_m, dtype=float).ravel()
        for cells in self.ranks[1:]:
            level[cells] = np.maximum(level[cells], level[self.towards[cells]] + rise_m)
        return level.reshape(np.shape(heights_m))


def drain(heights_m: Any, outlets: Any, *, diagonal: bool = True) -> Drainage:
    """How the cells of a grid drain to its outlets, hollows overflowing at their lowest edge.

    The ways of a minimum spanning tree, each link as high as its higher end, are those whose highest point is the
    lowest possible: what a flood rising from the outlets finds (priority flood), with no loop over cells.
    """
    rows, columns = heights_m.shape
    count = rows * columns
    one, other, weight = _links(np.asarray(heights_m, dtype=float), diagonal=diagonal)
    mouths = np.flatnonzero(outlets)
    one, other = np.concatenate([one, np.full(len(mouths), count)]), np.concatenate([other, mouths])
    weight = np.concatenate([weight, np.full(len(mouths), 0.5)])
    tree = minimum_spanning_tree(coo_matrix((weight, (one, other)), shape=(count + 1, count + 1)).tocsr())
    del one, other, weight
    order, parents = breadth_first_order(tree, count, directed=False)
    towards = parents[:count].astype(np.int64)
    alone = (towards == count) | (towards < 0)
    towards[alone] = np.flatnonzero(alone)
    return Drainage(towards, _ranks(order[1:], towards))


def _links(heights_m: Any, *, diagonal: bool) -> tuple[Any, Any, Any]:
    rows, columns = heights_m.shape
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    low = float(heights_m.min())
    pairs = [((slice(None), slice(1, None)), (slice(None), slice(None, -1)), 1.0)]
    pairs += [((slice(1, None), slice(None)), (slice(None, -1), slice(None)), 1.0)]
    if diagonal:
        pairs += [((slice(1, None), slice(1, None)), (slice(None, -1), slice(None, -1)), 2**0.5)]
        pairs += [((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None)), 2**0.5)]
    ones, others, weights = [], [], []
    for here, there, length in pairs:
        high, deep = np.maximum(heights_m[here], heights_m[there]), np.minimum(heights_m[here], heights_m[there])
        ones.append(index[here].ravel())
        others.append(index[there].ravel())
        weights.append((high - low + 1 - STEEPNESS * (high - deep) / length).ravel())
    return np.concatenate(ones), np.concatenate(others), np.concatenate(weights)


def _ranks(order: Any, towards: Any) -> list[Any]:
    """The cells by their number of steps from an outlet; the order given is already by rank."""
    place = np.empty(len(towards), dtype=np.int64)
    place[order] = np.arange(len(order))
    parents = place[towards[order]]
    starts, at = [0], int(np.count_nonzero(parents == np.arange(len(order))))
    while at < len(order):
        starts.append(at)
        at = int(np.searchsorted(parents, at, side="left")) if parents[-1] >= at else len(order)
    starts.append(len(order))
    return [order[first:last] for first, last in itertools.pairwise(starts) if last > first]


def stream_paths(towards: Any, through: Any, outlets: Any, threshold: float) -> list[list[int]]:
    """The streams as chains of cells: each from a source or a meeting of streams down to the next, or to an outlet."""
    wet = (through >= threshold) & ~outlets.ravel()
    feeders = np.zeros(len(towards), dtype=np.int64)
    np.add.at(feeders, towards[np.flatnonzero(wet)], 1)
    paths = []
    for start in np.flatnonzero(wet & (feeders != 1)):
        path = [int(start)]
        while True:
            cell = int(towards[path[-1]])
            path.append(cell)
            if not wet[cell] or feeders[cell] != 1:
                break
        paths.append(path)
    return paths
