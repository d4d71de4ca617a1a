"""Shapes made softer, and shapes taken from grids."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from affine import Affine
from rasterio.features import shapes as grid_shapes
from shapely.geometry import shape as shape_of


def smooth_line(points: Any, rounds: int = 3) -> Any:
    """Corner cutting (Chaikin, 1974), ends kept."""
    points = np.asarray(points, dtype=float)
    for _ in range(rounds):
        if len(points) < 3:
            break
        near, far = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
        middle = np.empty((2 * len(near), 2))
        middle[0::2], middle[1::2] = near, far
        points = np.vstack([points[:1], middle[1:-1], points[-1:]])
    return points


def polygons_of(labels: Any, transform: Affine, *, tolerance_m: float) -> dict[int, Any]:
    """The area of each label above zero, edges simplified together so that neighbours still touch."""
    found = [
        (int(value), shape_of(outline))
        for outline, value in grid_shapes(labels.astype("int32"), mask=labels > 0, transform=transform)
    ]
    if not found:
        return {}
    softened = shapely.coverage_simplify(np.array([shape for _, shape in found], dtype=object), tolerance_m)
    areas: dict[int, list[Any]] = {}
    for (value, _), shape in zip(found, softened, strict=True):
        areas.setdefault(value, []).append(shape)
    return {value: shapely.union_all(parts) for value, parts in sorted(areas.items())}


def areas(shape: Any, least_m2: float = 1.0) -> list[Any]:
    """The polygons of a shape that are not slivers."""
    return [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) == 3 and part.area >= least_m2]


def lines(shape: Any, least_m: float = 1.0) -> list[Any]:
    """The lines of a shape, nested or not, that are not crumbs."""
    found: list[Any] = []
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) in (1, 2):
            found += [part] if part.length >= least_m else []
        elif shapely.get_type_id(part) >= 4:
            found += lines(part, least_m)
    return found


def smooth_area(shape: Any, rounds: int) -> Any:
    """The corners of every ring cut (Chaikin), where the ring does not follow a window's edge for long."""

    def soften(ring: Any) -> Any:
        points = shapely.get_coordinates(ring)[:-1]
        for _ in range(rounds):
            after = np.roll(points, -1, axis=0)
            cut = np.empty((2 * len(points), 2))
            cut[0::2], cut[1::2] = points * 0.75 + after * 0.25, points * 0.25 + after * 0.75
            points = cut
        return np.vstack([points, points[:1]])

    parts = []
    for part in areas(shape):
        holes = [soften(hole) for hole in part.interiors]
        parts.append(shapely.Polygon(soften(part.exterior), holes))
    return shapely.union_all(parts)
