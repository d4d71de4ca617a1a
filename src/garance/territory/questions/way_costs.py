"""What it costs to take each edge, for someone on foot, in a car or in a fire engine; and the cheapest ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from garance.territory.road_graph import GAP, NO_CARS, NO_WALKERS, RoadGraph

Traveller = Literal["car", "heavy", "foot"]

WALK_MPS = 5 / 3.6
HEAVY_SLOWER = 1.25
HEAVY_HEIGHT_M, HEAVY_WEIGHT_T, HEAVY_WIDTH_M = 3.4, 19.0, 2.6
"""A pump or a ladder, loaded."""

WRONG_WAY_TIMES = 25.0
"""A street taken against its direction costs as much as a detour that many times longer."""


@dataclass(frozen=True)
class Costs:
    """For each edge, going along it and against it: seconds really spent, and cost (infinite where nobody passes)."""

    seconds: Any
    along: Any
    against: Any


@dataclass(frozen=True)
class Web:
    """The network as one traveller sees it: costs by pairs of nodes, and the directed edge behind each pair."""

    matrix: Any
    edge: Any

    def behind(self, start: int, stop: int) -> int:
        """The directed edge taken from one node to the next: its number, or `-1 - number` when taken against."""
        low, high = self.matrix.indptr[start], self.matrix.indptr[start + 1]
        at = low + int(np.searchsorted(self.matrix.indices[low:high], stop))
        return int(self.edge[at])

    def spread(self, nodes: list[int], limit: float) -> tuple[Any, Any]:
        """Cost of reaching each node from each of these, infinite beyond `limit`; and the node before each."""
        reached, before = dijkstra(self.matrix, indices=nodes, limit=limit, return_predecessors=True)
        return reached, before


def costs_of(graph: RoadGraph, traveller: Traveller) -> Costs:
    """The costs of every edge for that traveller."""
    gap = (graph.flags & GAP) > 0
    length_m = graph.length_m.astype(float)
    if traveller == "foot":
        seconds = length_m / WALK_MPS
        cost = np.where(graph.flags & NO_WALKERS, np.inf, seconds)
        return Costs(seconds, cost, cost)
    seconds = graph.seconds.astype(float)
    cost = np.where(graph.flags & NO_CARS, np.inf, seconds)
    if traveller == "heavy":
        seconds = np.where(gap, seconds, seconds * HEAVY_SLOWER)
        low = graph.max_height_m < HEAVY_HEIGHT_M
        weak, narrow = graph.max_weight_t < HEAVY_WEIGHT_T, graph.width_m < HEAVY_WIDTH_M
        cost = np.where(low | weak | narrow | ~np.isfinite(cost), np.inf, seconds)
    along = np.where(graph.oneway < 0, cost * WRONG_WAY_TIMES, cost)
    against = np.where(graph.oneway > 0, cost * WRONG_WAY_TIMES, cost)
    return Costs(seconds, along, against)


def weave(graph: RoadGraph, costs: Costs, shut: Any) -> Web:
    """The network without the edges that are `shut` (true or false for each) or where nobody passes."""
    number = np.arange(len(graph.start))
    start = np.concatenate([graph.start, graph.stop]).astype(np.int64)
    stop = np.concatenate([graph.stop, graph.start]).astype(np.int64)
    edge = np.concatenate([number, -1 - number])
    cost = np.concatenate([costs.along, costs.against])
    passable = np.isfinite(cost) & (start != stop) & ~np.concatenate([shut, shut])
    start, stop, edge, cost = start[passable], stop[passable], edge[passable], np.maximum(cost[passable], 1e-3)
    pair = start * (len(graph.nodes) + 1) + stop
    order = np.lexsort((cost, pair))
    first = np.r_[True, np.diff(pair[order]) > 0][: len(order)]
    order = order[first]
    counts = np.bincount(start[order], minlength=len(graph.nodes))
    rows = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    size = (len(graph.nodes), len(graph.nodes))
    return Web(csr_array((cost[order], stop[order].astype(np.int32), rows), shape=size), edge[order])
