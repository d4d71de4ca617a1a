"""From a point cloud (LiDAR) to a relief: the mean of the ground points of each cell, gaps filled near them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import laspy
import numpy as np
from affine import Affine
from rasterio.fill import fillnodata

from garance.kernel.refusal import Refused
from garance.territory.projection import Bounds, transformer
from garance.territory.sources import Cloud
from garance.territory.terrain import Terrain

GROUND = 2
"""The class of ground points (ASPRS LAS 1.4, table 17)."""

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
    cell = _cell_m(clouds, bounds)
    rows, columns = math.ceil((bounds[3] - bounds[1]) / cell), math.ceil((bounds[2] - bounds[0]) / cell)
    total, count = np.zeros(rows * columns), np.zeros(rows * columns, dtype="int64")
    for order, cloud in enumerate(clouds):
        for x, y, z in _ground_points(cloud, metric):
            column = np.clip(((x - bounds[0]) / cell).astype("int64"), 0, columns - 1)
            row = np.clip(((bounds[3] - y) / cell).astype("int64"), 0, rows - 1)
            np.add.at(total, row * columns + column, z)
            np.add.at(count, row * columns + column, 1)
        step((order + 1) / len(clouds))
    if not count.any():
        return None
    known = (count > 0).reshape(rows, columns)
    heights = (total / np.maximum(count, 1)).reshape(rows, columns).astype("float32")
    filled = fillnodata(heights, mask=known.astype("uint8"), max_search_distance=FILL_CELLS)
    near = fillnodata(known.astype("float32"), mask=known.astype("uint8"), max_search_distance=FILL_CELLS) > 0
    transform = Affine(cell, 0, bounds[0], 0, -cell, bounds[3])
    return Terrain(np.where(near, filled, np.nan).astype("float32"), transform, metric), int(count.sum())


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
    dense = sum(cloud.count for cloud in clouds) / max(1.0, area_m2)
    wanted = 0.5 if dense > 8 else 1.0 if dense > 1 else 5.0
    while area_m2 / wanted**2 > MAX_CELLS:
        wanted *= 2
    return wanted


def _ground_points(cloud: Cloud, metric: str) -> Any:
    try:
        with laspy.open(cloud.path) as reader:
            for points in reader.chunk_iterator(CHUNK):
                ground = np.asarray(points.classification) == GROUND
                if ground.any():
                    x, y = np.asarray(points.x)[ground], np.asarray(points.y)[ground]
                    x, y = (x, y) if cloud.crs == metric else transformer(cloud.crs, metric).transform(x, y)
                    yield x, y, np.asarray(points.z)[ground]
    except (laspy.errors.LaspyException, ValueError, OSError, RuntimeError) as problem:
        raise Refused("cloud-unreadable", field=cloud.source) from problem
