"""What covers the ground of a region: towns, fields, woods, marshes, dunes; and how rough it is to flowing water."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from rasterio.features import rasterize
from rasterio.features import shapes as grid_shapes
from scipy import ndimage
from scipy.spatial import cKDTree
from shapely.geometry import shape as shape_of

from garance.territory.make.chance import chance, smoothstep
from garance.territory.make.frame import fast_noise
from garance.territory.make.houses import Houses
from garance.territory.make.landform import Land

COVERS = ("", "urban", "industrial", "agricultural", "forest", "wetland", "natural", "green", "water")
MANNING = np.array([0.03, 0.09, 0.07, 0.04, 0.12, 0.05, 0.045, 0.035, 0.028], dtype="float32")
"""Manning's roughness of each cover, in s/m^(1/3); the first is the sea's."""

PLOT_M2 = 60_000.0
BLOCK_M2 = 3.0e6
"""Areas of one cover are cut in blocks of about this size, so that none is endless."""


def cover_grid(seed: int, land: Land, houses: Houses, factor: int) -> Any:
    """The cover of each cell, as a place in COVERS (0 at sea); cells are `factor` fine ones wide."""
    frame, random = land.frame, chance(seed, "cover")
    cell = frame.cell_m * factor
    rows, columns = frame.shape[0] // factor, frame.shape[1] // factor
    shape = (rows, columns)
    height, above = _thin(land.heights_m, factor, shape), _thin(land.above_river_m, factor, shape)
    sea, from_sea = _thin(land.sea_mask, factor, shape), _thin(land.from_sea_m, factor, shape)
    up, across = np.gradient(height, cell)
    slope = np.hypot(up, across)
    wood = fast_noise(random, shape, 2_200 / cell, 3)
    wood += 0.55 * fast_noise(random, shape, 420 / cell, 2) + 2.2 * slope + 0.06 * smoothstep(60, 200, height)
    kinds = np.full(shape, 3, dtype="uint8")
    plots = _plots(random, frame, cell, shape)
    kinds[_of_plot(plots, wood) > 0.24] = 4
    wet = (_of_plot(plots, height) < 2.9) | ((_of_plot(plots, above) < 1.5) & (_of_plot(plots, slope) < 0.012))
    kinds[wet & (_of_plot(plots, fast_noise(random, shape, 900 / cell, 2)) > -0.15)] = 5
    kinds[(from_sea < 190) | ((slope > 0.32) & (kinds != 4))] = 6
    dense = _density(land, houses, cell, shape, (0, 1, 4, 5))
    works = _density(land, houses, cell, shape, (2,))
    kinds[(dense > 0.055)] = 1
    kinds[works > 0.10] = 2
    park = (kinds == 1) & (_of_plot(plots, fast_noise(random, shape, 500 / cell, 2)) > 0.72)
    kinds[park & (dense < 0.1)] = 7
    if not shapely.is_empty(land.river_area):
        transform = frame.transform @ frame.transform.scale(factor)
        kinds[rasterize([land.river_area], out_shape=shape, transform=transform).astype(bool)] = 8
    kinds[sea] = 0
    return kinds


def _thin(grid: Any, factor: int, shape: tuple[int, int]) -> Any:
    return grid[factor // 2 :: factor, factor // 2 :: factor][: shape[0], : shape[1]]


def _plots(random: np.random.Generator, frame: Any, cell: float, shape: tuple[int, int]) -> Any:
    """For each cell, the cell in the middle of its plot: borders are those of fields."""
    count = int(frame.width_m * frame.height_m / PLOT_M2)
    seeds = random.uniform((0, 0), (shape[1], shape[0]), (count, 2))
    column, row = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    near = cKDTree(seeds * (1.0, 1.35)).query(np.column_stack([column.ravel(), (row * 1.35).ravel()]))[1]
    middle = seeds[near].astype(int)
    return (middle[:, 1] * shape[1] + middle[:, 0]).reshape(shape)


def _of_plot(plots: Any, grid: Any) -> Any:
    return grid.ravel()[plots]


def _density(land: Land, houses: Houses, cell: float, shape: tuple[int, int], kinds: tuple[int, ...]) -> Any:
    """The share of the ground that such buildings cover around each cell."""
    some = np.isin(houses.kind, kinds)
    middle = shapely.centroid(houses.outlines[some])
    row = ((land.frame.height_m - shapely.get_y(middle)) / cell).astype(int).clip(0, shape[0] - 1)
    column = (shapely.get_x(middle) / cell).astype(int).clip(0, shape[1] - 1)
    total = np.bincount(row * shape[1] + column, shapely.area(houses.outlines[some]), shape[0] * shape[1])
    grid = total.reshape(shape).astype("float32") / np.float32(cell**2)
    return ndimage.gaussian_filter(grid, 42 / cell)


def cover_areas(seed: int, land: Land, kinds: Any) -> tuple[Any, list[str]]:
    """The covers as areas that touch, cut at the shore and in blocks; and the kind of each."""
    random = chance(seed, "cover-blocks")
    count = max(2, int(land.frame.width_m * land.frame.height_m / BLOCK_M2))
    seeds = random.uniform((0, 0), (kinds.shape[1], kinds.shape[0]), (count, 2))
    column, row = np.meshgrid(np.arange(0, kinds.shape[1], 4), np.arange(0, kinds.shape[0], 4))
    near = cKDTree(seeds).query(np.column_stack([column.ravel(), row.ravel()]))[1].reshape(column.shape)
    block = np.repeat(np.repeat(near, 4, axis=0), 4, axis=1)[: kinds.shape[0], : kinds.shape[1]]
    shore = ndimage.distance_transform_edt(kinds == 0, return_distances=False, return_indices=True)
    land_kinds = kinds[shore[0], shore[1]]
    near_land = ndimage.binary_dilation(kinds > 0, iterations=3)
    labels = np.where(near_land & (land_kinds != 8), land_kinds.astype("int32") + 16 * block.astype("int32"), 0)
    cell = land.frame.width_m / kinds.shape[1]
    transform = land.frame.transform @ land.frame.transform.scale(cell / land.frame.cell_m)
    found = [(shape_of(outline), int(value) % 16) for outline, value in
             grid_shapes(labels, mask=labels > 0, transform=transform)]  # fmt: skip
    softened = shapely.coverage_simplify(np.array([shape for shape, _ in found], dtype=object), cell * 1.5)
    which = np.array([value for _, value in found])
    water = land.open_water
    shapely.prepare(water)
    touched = shapely.intersects(water, softened)
    local = shapely.intersection(water, shapely.box(*shapely.bounds(softened[touched]).T))
    softened[touched] = shapely.difference(softened[touched], local)
    parts, owner = shapely.get_parts(softened, return_index=True)
    kept = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 1_500)
    return parts[kept], [COVERS[value] for value in which[owner[kept]]]
