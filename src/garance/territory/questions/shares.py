"""Which part of each cell lies in an area, for cells that are squares however turned: one formula for all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

SQUARE_WITHIN = 1e-4
"""How far from a parallelogram a cell may be, as a part of its side: a square of another system is nearer than that."""


class SquareFrames:
    """For each cell, the system in which it is the square from 0 to 1. `fits`: whether it has one."""

    def __init__(self, cells: Any) -> None:
        rings = shapely.get_parts(cells)
        simple = (shapely.get_num_geometries(cells) == 1) & (shapely.get_num_coordinates(cells) == 5)
        self.fits = simple.copy()
        self._origin = np.zeros((len(cells), 2))
        self._inverse = np.zeros((len(cells), 2, 2))
        if not simple.any() or len(rings) < len(cells):
            self.fits[:] = False
            return
        corners = shapely.get_coordinates(cells[simple]).reshape(-1, 5, 2)
        origin, along, up = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
        bent = np.hypot(*(corners[:, 2] - origin - along - up).T)
        area = along[:, 0] * up[:, 1] - along[:, 1] * up[:, 0]
        sound = (bent < SQUARE_WITHIN * np.hypot(*along.T)) & (np.abs(area) > 0)
        self.fits[np.flatnonzero(simple)[~sound]] = False
        turned = np.stack([up[:, 1], -up[:, 0], -along[:, 1], along[:, 0]], axis=1).reshape(-1, 2, 2)
        rows = np.flatnonzero(simple)[sound]
        self._origin[rows] = origin[sound]
        self._inverse[rows] = turned[sound] / area[sound, None, None]

    def shares(self, area: Any, rows: Any) -> Any:
        """The part (0..1) of each of these cells that lies in this area: the integral of the area's outline."""
        first, last = _edges(area)
        inverse, origin = self._inverse[rows], self._origin[rows]
        u, v = (np.einsum("cj,ecj->ec", inverse[:, axis], first[:, None] - origin) for axis in (0, 1))
        du, dv = (np.einsum("cj,ej->ec", inverse[:, axis], last - first) for axis in (0, 1))
        begin, end = np.clip(u, 0, 1), np.clip(u + du, 0, 1)
        steep = dv / np.where(du == 0, 1, du)
        low, high = v + steep * (begin - u), v + steep * (end - u)
        rise = high - low
        level = np.abs(rise) < 1e-7
        mean = np.where(level, np.clip((low + high) / 2, 0, 1), (_under(high) - _under(low)) / np.where(level, 1, rise))
        return np.clip(np.abs(((end - begin) * mean).sum(axis=0)), 0, 1)


def _edges(area: Any) -> tuple[Any, Any]:
    """The edges of the area, outlines turned one way and holes the other: where each begins and ends."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(area)))
    points, owner = shapely.get_coordinates(rings, return_index=True)
    joined = owner[1:] == owner[:-1]
    return points[:-1][joined], points[1:][joined]


def _under(height: Any) -> Any:
    """The integral from 0 of a height kept between 0 and 1."""
    inside = np.clip(height, 0, 1)
    return inside * inside / 2 + np.maximum(height - 1, 0)
