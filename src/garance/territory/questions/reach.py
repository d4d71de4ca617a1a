"""The area around roads: what one gets to when one gets along them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize, shapes
from scipy.ndimage import distance_transform_edt

AROUND_M = 60.0
"""How far from a reached road the area goes."""

LEAST_CELL_M, MOST_CELLS = 10.0, 700


def area_around(lines: Any) -> Any:
    """An area, in the lines' own metric system, that goes some sixty metres around them, drawn on a grid: the whole
    of a department takes no longer than a street."""
    if len(lines) == 0:
        return shapely.MultiPolygon()
    west, south, east, north = shapely.total_bounds(lines)
    cell_m = max(LEAST_CELL_M, (max(east - west, north - south) + 4 * AROUND_M) / MOST_CELLS)
    margin_m = AROUND_M + 3 * cell_m
    columns, rows = (int(np.ceil((span + 2 * margin_m) / cell_m)) for span in (east - west, north - south))
    transform = Affine(cell_m, 0, west - margin_m, 0, -cell_m, north + margin_m)
    drawn = rasterize(lines.tolist(), out_shape=(rows, columns), transform=transform, all_touched=True, dtype="uint8")
    away_m = distance_transform_edt(drawn == 0) * cell_m
    near = (away_m <= max(AROUND_M, cell_m)).astype("uint8")
    found = [shapely.geometry.shape(said) for said, value in shapes(near, near > 0, transform=transform) if value]
    return shapely.simplify(shapely.union_all(np.array(found, dtype=object)), cell_m / 2)
