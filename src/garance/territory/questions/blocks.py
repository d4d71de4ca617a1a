"""Objects gathered by neighbourhood, in levels: a large area takes whole blocks without looking at what they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

FAN = 8
"""How many blocks, or objects, the block above gathers."""

_SPREAD = ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555))


class Blocks:
    """`bounds`: (n, 4) west, south, east, north in metres. `order`: the rows, neighbours beside each other."""

    def __init__(self, bounds: Any) -> None:
        self.order = _by_neighbourhood(bounds)
        self._levels: list[tuple[Any, Any]] = []
        level = bounds[self.order]
        while len(level) > 1:
            starts = np.arange(0, len(level), FAN)
            lows = np.fmin.reduceat(level[:, :2], starts)
            level = np.hstack([lows, np.fmax.reduceat(level[:, 2:], starts)])
            boxes = shapely.box(level[:, 0], level[:, 1], level[:, 2], level[:, 3])
            self._levels.append((level, boxes))

    def split(self, area: Any) -> tuple[Any, Any]:
        """What this area does: the spans (k, 2) of `order` that lie wholly inside, and the rows its edge may cross."""
        shapely.prepare(area)
        count = len(self.order)
        if not self._levels:
            return np.empty((0, 2), dtype=np.int64), self.order[:count]
        box = np.array(area.bounds)
        nodes, spans, width = np.arange(len(self._levels[-1][1])), [], FAN ** len(self._levels)
        for bounds, boxes in reversed(self._levels):
            nodes = nodes[nodes < len(boxes)]
            near = bounds[nodes]
            nodes = nodes[((near[:, :2] <= box[2:]) & (near[:, 2:] >= box[:2])).all(axis=1)]
            nodes = nodes[shapely.intersects(area, boxes[nodes])]
            inside = shapely.contains_properly(area, boxes[nodes])
            whole = nodes[inside]
            spans.append(np.column_stack([whole * width, np.minimum((whole + 1) * width, count)]))
            nodes = (nodes[~inside][:, None] * FAN + np.arange(FAN)).ravel()
            width //= FAN
        return np.concatenate(spans), self.order[nodes[nodes < count]]

    def rows(self, spans: Any) -> Any:
        """The rows of these spans."""
        parts = [self.order[start:stop] for start, stop in spans.tolist()]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _by_neighbourhood(bounds: Any) -> Any:
    """Along Morton's curve through the middles; shapes without any extent come last."""
    if len(bounds) == 0:
        return np.empty(0, dtype=np.int64)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    known = np.isfinite(middle).all(axis=1)
    if not known.any():
        return np.arange(len(bounds))
    low = middle[known].min(axis=0)
    span = max(float((middle[known].max(axis=0) - low).max()), 1e-9)
    steps = np.where(known[:, None], np.nan_to_num((middle - low) / span) * 65_535, 0).astype(np.uint64)
    code = _spread(steps[:, 0]) | (_spread(steps[:, 1]) << np.uint64(1))
    return np.lexsort((np.arange(len(bounds)), code, ~known)).astype(np.int64)


def _spread(steps: Any) -> Any:
    """The sixteen bits of each number, one place out of two left empty."""
    spread = steps
    for shift, mask in _SPREAD:
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread
