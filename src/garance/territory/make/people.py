"""Inhabitants in squares of 200 m, as the statistics office publishes them; each commune's add up exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from garance.territory.make.houses import Houses
from garance.territory.make.settlements import Settlement

SQUARE_M = 200.0
FLOOR_M = 2.9


def squares(houses: Houses, communes: Any, settlements: list[Settlement], areas: list[Any]) -> tuple[Any, Any, Any]:
    """Squares with inhabitants: outline, whole number of inhabitants, place of the commune in the list.

    A square that lies over several communes is cut along their limits.
    """
    lived = np.flatnonzero((houses.kind == 0) | (houses.kind == 1))
    middle = shapely.centroid(houses.outlines[lived])
    x, y, owner = shapely.get_x(middle), shapely.get_y(middle), communes[lived]
    floors = np.maximum(np.round((houses.height_m[lived] - 1.5) / FLOOR_M), 1)
    room = shapely.area(houses.outlines[lived]) * floors * np.where(houses.kind[lived] == 1, 0.45, 1)
    missing = np.setdiff1d(np.arange(len(settlements)), owner)
    seats = np.array([settlements[at].place for at in missing]).reshape(-1, 2)
    x, y = np.concatenate([x, seats[:, 0]]), np.concatenate([y, seats[:, 1]])
    owner, room = np.concatenate([owner, missing]), np.concatenate([room, np.ones(len(missing))])
    column, row = (x // SQUARE_M).astype(np.int64), (y // SQUARE_M).astype(np.int64)
    key = (owner.astype(np.int64) * 10_000 + column) * 10_000 + row
    each, place = np.unique(key, return_inverse=True)
    total = np.bincount(place, room)
    whose = each // 100_000_000
    people = np.array([settlement.population for settlement in settlements])
    share = people[whose] * total / np.bincount(whose, total)[whose]
    count = whole_shares(share, whose, people)
    left, low = each // 10_000 % 10_000 * SQUARE_M, each % 10_000 * SQUARE_M
    boxes = shapely.box(left, low, left + SQUARE_M, low + SQUARE_M)
    kept = count > 0
    boxes, count, whose = boxes[kept], count[kept], whose[kept]
    _, inverse, times = np.unique(shapely.bounds(boxes)[:, :2], axis=0, return_inverse=True, return_counts=True)
    shared = times[inverse.ravel()] > 1
    cut = shapely.intersection(boxes[shared], np.array(areas, dtype=object)[whose[shared]])
    boxes[shared] = np.where(shapely.area(cut) > 1, cut, boxes[shared])
    return boxes, count, whose


def whole_shares(share: Any, group: Any, total: Any) -> Any:
    """Whole numbers near these shares whose sum in each group is exactly its total: the largest remainders go up."""
    count = np.floor(share + 1e-9).astype(np.int64)
    left = total - np.bincount(group, count, len(total)).astype(np.int64)
    turn = np.lexsort((-(share - count), group))
    start = np.r_[True, np.diff(group[turn]) != 0]
    place = np.arange(len(turn)) - np.maximum.accumulate(np.where(start, np.arange(len(turn)), 0))
    count[turn] += place < left[group[turn]]
    return count
