"""Chance that repeats: every part of the making draws from a generator of its own, derived from the seed."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np


def chance(seed: int, part: str) -> np.random.Generator:
    """The generator of one part: changing how another part draws does not change this one."""
    return np.random.default_rng([seed & 0xFFFFFFFF, zlib.crc32(part.encode())])


def noise(random: np.random.Generator, shape: tuple[int, int], *, wavelength: float, octaves: int = 4) -> Any:
    """Smooth noise of mean near 0, within about -1..1; `wavelength` in cells, halved at each octave."""
    total, weight, amplitude = np.zeros(shape), 0.0, 1.0
    for _ in range(octaves):
        total += amplitude * _octave(random, shape, max(2.0, wavelength))
        weight += amplitude
        amplitude, wavelength = amplitude / 2, wavelength / 2
    return total / weight


def _octave(random: np.random.Generator, shape: tuple[int, int], wavelength: float) -> Any:
    rows, columns = shape
    knots = random.uniform(-1, 1, (int(rows / wavelength) + 3, int(columns / wavelength) + 3))
    row, column = np.arange(rows) / wavelength, np.arange(columns) / wavelength
    top, left = row.astype(int), column.astype(int)
    down, across = _ease(row - top)[:, None], _ease(column - left)[None, :]
    upper = knots[top][:, left] * (1 - across) + knots[top][:, left + 1] * across
    lower = knots[top + 1][:, left] * (1 - across) + knots[top + 1][:, left + 1] * across
    return upper * (1 - down) + lower * down


def _ease(share: Any) -> Any:
    return share * share * (3 - 2 * share)


def smoothstep(low: float, high: float, value: Any) -> Any:
    """0 below `low`, 1 above `high`, a gentle slope between."""
    return _ease(np.clip((value - low) / (high - low), 0, 1))
