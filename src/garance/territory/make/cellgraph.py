"""A grid of costs as a graph, for the easiest ways over it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_matrix


def cell_graph(cost: Any, heights_m: Any, cell_m: float) -> tuple[Any, tuple[int, int]]:
    """The cells of a grid and their eight neighbours as a sparse graph, and its rows and columns: a step costs what its
    two cells cost, more uphill and downhill; none through an infinite cost."""
    rows, columns = cost.shape
    index = np.arange(rows * columns).reshape(rows, columns)
    ones, others, weights = [], [], []
    for here, there, length in (
        ((slice(None), slice(1, None)), (slice(None), slice(None, -1)), 1.0),
        ((slice(1, None), slice(None)), (slice(None, -1), slice(None)), 1.0),
        ((slice(1, None), slice(1, None)), (slice(None, -1), slice(None, -1)), 2**0.5),
        ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None)), 2**0.5),
    ):
        climb = np.abs(heights_m[here] - heights_m[there]) / (cell_m * length)
        weight = (length * (cost[here] + cost[there]) / 2 * (1 + 14 * climb)).ravel()
        dry = np.isfinite(weight)
        ones.append(index[here].ravel()[dry])
        others.append(index[there].ravel()[dry])
        weights.append(weight[dry])
    pairs = (np.concatenate(ones), np.concatenate(others))
    return coo_matrix((np.concatenate(weights), pairs), shape=(index.size, index.size)).tocsr(), (rows, columns)
