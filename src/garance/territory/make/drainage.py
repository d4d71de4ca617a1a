"""Where the water goes: every cell's way down to the sea, and how much ground drains through it."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


def drain(heights_m: Any, outlets: Any) -> tuple[Any, Any]:
    """For each cell the cell it drains to (its flat index, itself at an outlet), and how many drain through it.

    Priority flood (Barnes, Lehman and Mulla, 2014): from the outlets upwards, lowest first, so hollows overflow
    at their lowest edge and every cell reaches an outlet.
    """
    rows, columns = heights_m.shape
    towards = np.full(rows * columns, -1, dtype=np.int64)
    queue = [(float(heights_m.flat[cell]), int(cell)) for cell in np.flatnonzero(outlets)]
    for _, cell in queue:
        towards[cell] = cell
    heapq.heapify(queue)
    order: list[int] = []
    while queue:
        level, cell = heapq.heappop(queue)
        order.append(cell)
        row, column = divmod(cell, columns)
        for up, side in _AROUND:
            near_row, near_column = row + up, column + side
            if not (0 <= near_row < rows and 0 <= near_column < columns):
                continue
            near = near_row * columns + near_column
            if towards[near] < 0:
                towards[near] = cell
                heapq.heappush(queue, (max(level, float(heights_m.flat[near])), near))
    return towards, _accumulate(towards, order)


def _accumulate(towards: Any, order: list[int]) -> Any:
    through = np.ones(len(towards), dtype=np.int64)
    for cell in reversed(order):
        if towards[cell] != cell:
            through[towards[cell]] += through[cell]
    return through


def stream_paths(towards: Any, through: Any, outlets: Any, threshold: int) -> list[list[int]]:
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
