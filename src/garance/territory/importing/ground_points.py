"""From a point cloud (LiDAR) to a relief and buildings: the mean of the points of each cell, gaps filled near them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import laspy
import numpy as np
import shapely
from affine import Affine
from rasterio.features import shapes
from rasterio.fill import fillnodata
from scipy import ndimage
from shapely.geometry import shape

from garance.kernel.refusal import Refused
from garance.territory.projection import Bounds, transformer
from garance.territory.reading import Cloud
from garance.territory.terrain import Terrain

GROUND, BUILDING = 2, 6
"""The classes of ground and building points (ASPRS LAS 1.4, table 17)."""

LEAST_BUILDING_M2 = 12.0

CHUNK = 2_000_000
MAX_CELLS = 40_000_000
FILL_CELLS = 20.0


def terrain_from_points(clouds: list[Cloud], metric: str, step: Callable[[float], None]) -> tuple[Terrain, int] | None:
    """The relief that these clouds give in the metric system, and how many points made it; nothing without ground.

    Cells of 0.5 m where points are dense, larger for wide areas. `step` is called with the share done.
    Refuses `cloud-unreadable`.
    """
    if not clouds:
        return None
    bounds = _bounds(clouds, metric)
    frame = _Frame(bounds, _cell_m(clouds, bounds))
    heights, count = frame.means(clouds, metric, GROUND, step)
    if not count.any():
        return None
    known = count > 0
    filled = fillnodata(heights, mask=known.astype("uint8"), max_search_distance=FILL_CELLS)
    near = fillnodata(known.astype("float32"), mask=known.astype("uint8"), max_search_distance=FILL_CELLS) > 0
    return Terrain(np.where(near, filled, np.nan).astype("float32"), frame.transform, metric), int(count.sum())


def buildings_from_points(
    clouds: list[Cloud], metric: str, ground: Terrain, step: Callable[[float], None]
) -> tuple[Any, list[float]]:
    """The outlines of what the points of class 6 cover, metric, and how high each stands above the ground, in metres.

    Outlines are those of cells of 1 m or so, smoothed: the size and place of a building, not its corners.
    """
    bounds = _bounds(clouds, metric)
    frame = _Frame(bounds, max(1.0, _cell_m(clouds, bounds)))
    roofs, count = frame.means(clouds, metric, BUILDING, step)
    covered = ndimage.binary_opening(ndimage.binary_closing(count > 0, iterations=2))
    labels, _ = ndimage.label(covered)
    outlines, heights = [], []
    for geometry, value in shapes(labels.astype("int32"), mask=covered, transform=frame.transform):
        outline = shapely.simplify(shape(geometry), frame.cell_m)
        if outline.area < LEAST_BUILDING_M2:
            continue
        inside = (labels == int(value)) & (count > 0)
        rows, columns = np.nonzero(inside)
        x = bounds[0] + (columns + 0.5) * frame.cell_m
        y = bounds[3] - (rows + 0.5) * frame.cell_m
        above = roofs[inside] - ground.at(x, y)
        above = above[np.isfinite(above)]
        if len(above):
            outlines.append(outline)
            heights.append(round(max(2.0, float(np.median(above))), 1))
    return np.array(outlines, dtype=object), heights


@dataclass(frozen=True)
class _Frame:
    """A grid of cells to gather points in."""

    bounds: Bounds
    cell_m: float

    @property
    def transform(self) -> Affine:
        return Affine(self.cell_m, 0, self.bounds[0], 0, -self.cell_m, self.bounds[3])

    def means(self, clouds: list[Cloud], metric: str, kind: int, step: Callable[[float], None]) -> tuple[Any, Any]:
        """The mean height of the points of that class in each cell, and how many there are."""
        west, south, east, north = self.bounds
        rows, columns = math.ceil((north - south) / self.cell_m), math.ceil((east - west) / self.cell_m)
        total, count = np.zeros(rows * columns), np.zeros(rows * columns, dtype="int64")
        for order, cloud in enumerate(clouds):
            for x, y, z in _points(cloud, metric, kind):
                column = np.clip(((x - west) / self.cell_m).astype("int64"), 0, columns - 1)
                row = np.clip(((north - y) / self.cell_m).astype("int64"), 0, rows - 1)
                place = row * columns + column
                total += np.bincount(place, weights=z, minlength=rows * columns)
                count += np.bincount(place, minlength=rows * columns)
            step((order + 1) / len(clouds))
        means = (total / np.maximum(count, 1)).reshape(rows, columns).astype("float32")
        return means, count.reshape(rows, columns)


def _bounds(clouds: list[Cloud], metric: str) -> Bounds:
    boxes = np.array([transformer(cloud.crs, metric).transform_bounds(*cloud.bounds) for cloud in clouds])
    return (
        math.floor(boxes[:, 0].min()),
        math.floor(boxes[:, 1].min()),
        math.ceil(boxes[:, 2].max()),
        math.ceil(boxes[:, 3].max()),
    )


def _cell_m(clouds: list[Cloud], bounds: Bounds) -> float:
    area_m2 = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    dense = sum(cloud.points for cloud in clouds) / max(1.0, area_m2)
    wanted = 0.5 if dense > 8 else 1.0 if dense > 1 else 5.0
    while area_m2 / wanted**2 > MAX_CELLS:
        wanted *= 2
    return wanted


def _points(cloud: Cloud, metric: str, kind: int) -> Any:
    try:
        with laspy.open(cloud.path) as reader:
            for points in reader.chunk_iterator(CHUNK):
                chosen = np.asarray(points.classification) == kind
                if chosen.any():
                    x, y = np.asarray(points.x)[chosen], np.asarray(points.y)[chosen]
                    x, y = (x, y) if cloud.crs == metric else transformer(cloud.crs, metric).transform(x, y)
                    yield x, y, np.asarray(points.z)[chosen]
    except (laspy.errors.LaspyException, ValueError, OSError, RuntimeError) as problem:
        raise Refused("cloud-unreadable", field=cloud.source) from problem
