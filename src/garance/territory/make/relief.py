"""The ground of the fictional commune: coast, estuary, hills, valleys, streams. Metres from the south-west corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from affine import Affine

from garance.territory.make.chance import chance, noise, smoothstep
from garance.territory.make.drainage import drain, stream_paths
from garance.territory.make.shaping import smooth_line

CELL_M = 10.0
COARSE_M = 40.0
WIDTH_M, HEIGHT_M = 8_000.0, 6_400.0
STREAM_CELLS = 260
"""Coarse cells (1 600 m² each) that must drain through a place for it to bear a stream."""


@dataclass
class Ground:
    """Heights (row 0 in the north), the sea, the river and its middle line, the streams, the town's centre."""

    heights_m: Any
    sea: Any
    river: Any
    river_line: Any
    streams: list[Any]
    centre: tuple[float, float]
    coast: Any

    @property
    def transform(self) -> Affine:
        """From column and row to metres."""
        return Affine(CELL_M, 0, 0, 0, -CELL_M, HEIGHT_M)

    @property
    def window(self) -> Any:
        """The rectangle of the whole."""
        return shapely.box(0, 0, WIDTH_M, HEIGHT_M)

    @property
    def open_water(self) -> Any:
        """Sea and river together."""
        return shapely.union(self.sea, self.river)

    def at(self, x: Any, y: Any) -> Any:
        """Heights of the nearest cells."""
        rows, columns = self.heights_m.shape
        column = np.clip((np.asarray(x) / CELL_M).astype(int), 0, columns - 1)
        row = np.clip(((HEIGHT_M - np.asarray(y)) / CELL_M).astype(int), 0, rows - 1)
        return self.heights_m[row, column]


def make_ground(seed: int) -> Ground:
    """Raise the land, cut the valley, let the rain find its streams, and dig their beds."""
    random = chance(seed, "relief")
    coast = _coast(random)
    river_line, half_widths = _river(random, coast)
    sea = shapely.polygons(np.vstack([coast, [[-900, HEIGHT_M + 900], [-900, -900]]]))
    river = shapely.difference(_ribbon(river_line, half_widths), sea)
    centre_at = int(len(river_line) * 0.34)
    centre = (float(river_line[centre_at][0]), float(river_line[centre_at][1]) + 430.0)
    window = shapely.box(0, 0, WIDTH_M, HEIGHT_M)
    sea, river = shapely.intersection(sea, window), shapely.intersection(river, window)
    heights = _heights(random, shapely.linestrings(coast), sea, river, shapely.linestrings(river_line), centre)
    ground = Ground(heights, sea, river, shapely.linestrings(river_line), [], centre, shapely.linestrings(coast))
    ground.streams = _streams(random, ground)
    _dig_streams(ground)
    return ground


def cells(step_m: float) -> tuple[Any, Any]:
    """The middles of the cells of a grid over the window, row 0 in the north."""
    x = np.arange(step_m / 2, WIDTH_M, step_m)
    y = np.arange(HEIGHT_M - step_m / 2, 0, -step_m)
    return np.meshgrid(x, y)


def distance_m(shape: Any) -> Any:
    """How far each fine cell is from a shape: measured on the coarse grid, then spread."""
    x, y = cells(COARSE_M)
    coarse = shapely.distance(shapely.points(x, y), shape)
    return spread(coarse)


def spread(coarse: Any) -> Any:
    """A coarse grid brought to the fine one, bilinear."""
    factor = int(COARSE_M / CELL_M)
    rows, columns = coarse.shape
    row = np.clip((np.arange(rows * factor) + 0.5) / factor - 0.5, 0, rows - 1)
    column = np.clip((np.arange(columns * factor) + 0.5) / factor - 0.5, 0, columns - 1)
    top, left = np.minimum(row.astype(int), rows - 2), np.minimum(column.astype(int), columns - 2)
    down, across = (row - top)[:, None], (column - left)[None, :]
    upper = coarse[top][:, left] * (1 - across) + coarse[top][:, left + 1] * across
    lower = coarse[top + 1][:, left] * (1 - across) + coarse[top + 1][:, left + 1] * across
    return upper * (1 - down) + lower * down


def _coast(random: np.random.Generator) -> Any:
    """The shore from south to north: headlands and bays, at about a fifth of the window."""
    y = np.arange(-800.0, HEIGHT_M + 801, 50)
    wander = noise(random, (1, len(y)), wavelength=40, octaves=5)[0] * 1_900
    x = 1_350 + wander + 350 * np.sin(y / HEIGHT_M * np.pi * 1.3 + random.uniform(0, 2))
    return smooth_line(np.column_stack([np.clip(x, 350, 2_400), y]), 2)


def _river(random: np.random.Generator, coast: Any) -> tuple[Any, Any]:
    """The river's middle line from the sea to the east edge, and half its width at each point."""
    mouth_y = HEIGHT_M * random.uniform(0.40, 0.50)
    mouth_x = float(np.interp(mouth_y, coast[:, 1], coast[:, 0])) - 350
    share = np.linspace(0, 1, 160)
    bends = 330 * np.sin(share * np.pi * 4.6 + random.uniform(-0.5, 0.5))
    bends += 170 * np.sin(share * np.pi * 9.3 + random.uniform(0, 6))
    bends *= smoothstep(0.04, 0.3, share)
    y = mouth_y + bends + (HEIGHT_M * 0.55 - mouth_y) * share
    x = mouth_x + share * (WIDTH_M + 400 - mouth_x)
    half = 22 + 330 * np.exp(-share * 13) + 55 * np.exp(-share * 2.2)
    return np.column_stack([x, y]), half


def _ribbon(line: Any, half_widths: Any) -> Any:
    discs = shapely.buffer(shapely.points(line), half_widths)
    links = shapely.convex_hull(shapely.union(discs[:-1], discs[1:]))
    return shapely.simplify(shapely.union_all(links), 2.0)


def _heights(
    random: np.random.Generator, coast: Any, sea: Any, river: Any, river_line: Any, centre: tuple[float, float]
) -> Any:
    shape = (int(HEIGHT_M / CELL_M), int(WIDTH_M / CELL_M))
    x, y = cells(CELL_M)
    from_coast, from_line = distance_m(coast), distance_m(river_line)
    land = distance_m(shapely.union(sea, river)) - distance_m(
        shapely.difference(shapely.box(-900, -900, WIDTH_M + 900, HEIGHT_M + 900), shapely.union(sea, river))
    )
    to_town = np.hypot(x - centre[0], y - centre[1])
    plain = 620 + 260 * noise(random, shape, wavelength=220, octaves=2)
    plain *= 1 - 0.72 * np.exp(-((to_town / 750) ** 2))
    hills = 17 + 15 * noise(random, shape, wavelength=190) + 7 * noise(random, shape, wavelength=60)
    rise = smoothstep(0, 1, np.clip((from_line - plain) / 900, 0, 1)) * smoothstep(150, 1_900, from_coast)
    north = smoothstep(-500, 900, y - np.interp(x, *_line_of(river_line)))
    low = 2.35 + 0.55 * noise(random, shape, wavelength=45, octaves=3)
    height = low + rise * np.maximum(hills, 3) * (0.45 + 0.55 * north) + 5.5 * np.exp(-((to_town / 620) ** 2))
    dunes = 3.4 * np.exp(-(((from_coast - 120) / 55) ** 2)) * (1 - 0.85 * north)
    height += dunes * (1 + 0.5 * noise(random, shape, wavelength=14, octaves=2))
    beach = np.where(land > 0, land * 0.042, np.maximum(-0.4 + land * 0.011, -15))
    return np.where(land < 300, np.minimum(height, beach), height).astype("float32")


def _line_of(river_line: Any) -> tuple[Any, Any]:
    points = shapely.get_coordinates(river_line)
    return points[:, 0], points[:, 1]


def _streams(random: np.random.Generator, ground: Ground) -> list[Any]:
    factor = int(COARSE_M / CELL_M)
    rows, columns = ground.heights_m.shape
    coarse = ground.heights_m.reshape(rows // factor, factor, columns // factor, factor).mean(axis=(1, 3))
    x, y = cells(COARSE_M)
    outlets = shapely.contains_xy(ground.open_water.buffer(25), x, y)
    rough = 1.6 * noise(random, coarse.shape, wavelength=9, octaves=3)
    drainage = drain(coarse + rough, outlets)
    through = drainage.gather(np.ones(coarse.size))
    found = []
    for path in stream_paths(drainage.towards, through, outlets, STREAM_CELLS):
        points = np.column_stack([x.ravel()[path], y.ravel()[path]])
        found.append(
            shapely.linestrings(
                smooth_line(shapely.get_coordinates(shapely.simplify(shapely.linestrings(points), 22)), 3)
            )
        )
    return found


def _dig_streams(ground: Ground) -> None:
    if not ground.streams:
        return
    away = distance_m(shapely.union_all(ground.streams))
    high = smoothstep(2.5, 14, ground.heights_m)
    ground.heights_m -= (np.exp(-((away / 95) ** 2)) * (0.4 + 5.5 * high) * (ground.heights_m > 1.2)).astype("float32")
