"""The window a region is made in: its size, its grids, and how a grid is brought to a finer one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from scipy import ndimage

COMMUNE_M2 = 12.4e6
"""Sea and land for each commune, so that a department of 500 is about 80 x 75 km."""

FINE_UP_TO = 40
"""Up to this number of communes the land is made in cells of 10 m; beyond, of 25 m."""

CELL_STEP_M = 200.0
"""Sides are whole numbers of population cells."""


@dataclass(frozen=True)
class Frame:
    """A window of `width_m` by `height_m`, metres from its south-west corner; row 0 of a grid is in the north."""

    communes: int
    width_m: float
    height_m: float
    cell_m: float
    coarse_m: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the fine grid."""
        return int(self.height_m / self.cell_m), int(self.width_m / self.cell_m)

    @property
    def coarse_shape(self) -> tuple[int, int]:
        """Rows and columns of the coarse grid."""
        return int(self.height_m / self.coarse_m), int(self.width_m / self.coarse_m)

    @property
    def transform(self) -> Affine:
        """From column and row of the fine grid to metres."""
        return Affine(self.cell_m, 0, 0, 0, -self.cell_m, self.height_m)

    @property
    def coarse_transform(self) -> Affine:
        """From column and row of the coarse grid to metres."""
        return Affine(self.coarse_m, 0, 0, 0, -self.coarse_m, self.height_m)

    def middles(self, cell_m: float) -> tuple[Any, Any]:
        """The middles of the cells of a grid: one row of x, one column of y, that numpy spreads by itself."""
        x = np.arange(cell_m / 2, self.width_m, cell_m)
        y = np.arange(self.height_m - cell_m / 2, 0, -cell_m)
        return x[None, :], y[:, None]

    def sample(self, grid: Any, x: Any, y: Any) -> Any:
        """The values of a grid over the window, fine or coarse, in the cells where these places are."""
        rows, columns = grid.shape
        column = np.clip((np.asarray(x) / self.width_m * columns).astype(int), 0, columns - 1)
        row = np.clip(((1 - np.asarray(y) / self.height_m) * rows).astype(int), 0, rows - 1)
        return grid[row, column]

    def spread(self, coarse: Any) -> Any:
        """A coarse grid brought to the fine one, bilinear."""
        rows, columns = self.shape
        factor = self.coarse_m / self.cell_m
        row = np.clip((np.arange(rows) + 0.5) / factor - 0.5, 0, coarse.shape[0] - 1)
        column = np.clip((np.arange(columns) + 0.5) / factor - 0.5, 0, coarse.shape[1] - 1)
        top = np.minimum(row.astype(int), coarse.shape[0] - 2)
        left = np.minimum(column.astype(int), coarse.shape[1] - 2)
        values = coarse.astype("float32")
        down, across = (row - top).astype("float32")[:, None], (column - left).astype("float32")[None, :]
        bands = values[top] * (1 - down) + values[top + 1] * down
        return bands[:, left] * (1 - across) + bands[:, left + 1] * across


def frame_for(communes: int) -> Frame:
    """The window for a number of communes, about 16 wide for 15 high."""
    area_m2 = max(communes, 3) * COMMUNE_M2
    width_m = round(math.sqrt(area_m2 * 16 / 15) / CELL_STEP_M) * CELL_STEP_M
    height_m = round(area_m2 / width_m / CELL_STEP_M) * CELL_STEP_M
    fine = communes <= FINE_UP_TO
    return Frame(communes, width_m, height_m, 10.0 if fine else 25.0, 50.0 if fine else 100.0)


def fast_noise(random: np.random.Generator, shape: tuple[int, int], wavelength: float, octaves: int = 4) -> Any:
    """Smooth noise about -1..1 with no grain of a grid: knots joined by cubic curves, halved at each octave."""
    total, weight, amplitude = np.zeros(shape, dtype="float32"), 0.0, 1.0
    for _ in range(octaves):
        wavelength = max(2.0, wavelength)
        knots = random.uniform(-1, 1, (int(shape[0] / wavelength) + 5, int(shape[1] / wavelength) + 5))
        rows, columns = _cubic(shape[0], wavelength), _cubic(shape[1], wavelength)
        bands = sum(share[:, None] * knots[at] for at, share in rows)
        bands = np.ascontiguousarray(np.asarray(bands, dtype="float32"))
        octave = sum(share.astype("float32")[None, :] * bands[:, at] for at, share in columns)
        total += np.float32(amplitude * 1.6) * np.asarray(octave, dtype="float32")
        weight, amplitude, wavelength = weight + amplitude, amplitude / 2, wavelength / 2
    return total / np.float32(weight)


def _cubic(count: int, wavelength: float) -> list[tuple[Any, Any]]:
    """The four knots around each cell and their shares: a uniform cubic B-spline."""
    at = np.arange(count) / wavelength
    first, t = at.astype(int), at - at.astype(int)
    shares = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    return [(first + step, share / 6) for step, share in enumerate(shares)]


def away_m(mask: Any, cell_m: float) -> Any:
    """How far each cell is from the nearest cell of the mask, in metres (float32); far everywhere when it is empty."""
    if not mask.any():
        return np.full(mask.shape, 1e6, dtype="float32")
    return ndimage.distance_transform_edt(~mask).astype("float32") * np.float32(cell_m)
