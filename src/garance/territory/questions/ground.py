"""How high the ground is, how steep, and what a line climbs (altitude, pente, profil)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
import shapely
from rasterio.windows import Window

from garance.kernel.refusal import Refused
from garance.territory.projection import WGS84, project, transformer
from garance.territory.terrain import NODATA, Terrain, open_geotiff

MAX_CELLS_IN_MEMORY = 50_000_000
"""A larger grid is read window by window, as places are asked for."""

WINDOW_CELLS = 512
WINDOWS_KEPT = 64
MAX_SAMPLES = 200_000


@dataclass(frozen=True)
class Profile:
    """The ground along a line (profil en long): metres from its start, metres above the sea (NaN where nobody knows),
    and the metres climbed and dropped in all."""

    distance_m: Any
    elevation_m: Any
    climb_m: float
    drop_m: float


@dataclass(frozen=True)
class Slope:
    """How the ground leans (pente): degrees from the horizontal, and the course its fall takes, in degrees from north;
    nothing for the course on flat ground."""

    slope_deg: float
    aspect_deg: float | None


class Grid(Protocol):
    """Heights of the ground, whatever way they are kept."""

    @property
    def crs(self) -> str:
        """The grid's own system."""
        ...

    @property
    def cell_m(self) -> float:
        """The side of a cell."""
        ...

    def at(self, x: Any, y: Any) -> Any:
        """Heights at these places of the grid's system: bilinear, NaN outside."""
        ...


class WideTerrain:
    """A grid too large for memory: the windows that are asked for are read, and the last ones kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with rasterio.open(path) as raster:
            self._transform, self._shape = raster.transform, (raster.height, raster.width)
            self.crs = f"EPSG:{raster.crs.to_epsg()}"
        self.cell_m = float(self._transform.a)
        self._window = lru_cache(maxsize=WINDOWS_KEPT)(self._read)

    def at(self, x: Any, y: Any) -> Any:
        """Heights at these places of the grid's system: bilinear, NaN outside."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        column, row = ~self._transform @ (x, y)
        rows, columns = self._shape
        heights = np.full(x.shape, np.nan)
        inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
        down = np.clip(np.where(inside, row, 0), 0, rows - 1).astype(int) // WINDOW_CELLS
        across = np.clip(np.where(inside, column, 0), 0, columns - 1).astype(int) // WINDOW_CELLS
        for tile in np.unique(np.stack([down[inside], across[inside]]), axis=1).T.tolist():
            here = inside & (down == tile[0]) & (across == tile[1])
            heights[here] = self._window(tile[0], tile[1]).at(x[here], y[here])
        return heights

    def _read(self, down: int, across: int) -> Terrain:
        """One window, with a cell more on each side so that heights agree across its edges."""
        rows, columns = self._shape
        top, left = max(0, down * WINDOW_CELLS - 1), max(0, across * WINDOW_CELLS - 1)
        bottom = min(rows, (down + 1) * WINDOW_CELLS + 1)
        right = min(columns, (across + 1) * WINDOW_CELLS + 1)
        with rasterio.open(self._path) as raster:
            heights = raster.read(1, window=Window(left, top, right - left, bottom - top))
        heights = np.where(heights == NODATA, np.nan, heights)
        return Terrain(heights, self._transform @ type(self._transform).translation(left, top), self.crs)


def open_grid(path: Path, *, most_cells: int = MAX_CELLS_IN_MEMORY) -> Grid:
    """The heights of a pack: in memory when they fit, by windows otherwise."""
    with rasterio.open(path) as raster:
        fits = raster.width * raster.height <= most_cells
    return open_geotiff(path) if fits else WideTerrain(path)


class Ground:
    """Questions about heights, asked in WGS 84."""

    def __init__(self, grid: Grid, metric_crs: str) -> None:
        self._grid = grid
        self._metric = metric_crs

    def elevations_m(self, lon_deg: Any, lat_deg: Any) -> Any:
        """Heights at these places, in metres; NaN where the terrain does not tell."""
        lon, lat = np.broadcast_arrays(np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float))
        return self._heights(lon, lat, WGS84)

    def profile(self, line: Any, step_m: float) -> Profile:
        """The ground along a line of WGS 84, every `step_m` metres and at its end.

        Refuses `profile-malformed`: not a line, a step that is not above zero, more than 200,000 places.
        """
        if shapely.get_type_id(line) != 1 or line.is_empty or not (math.isfinite(step_m) and step_m > 0):
            raise Refused("profile-malformed", field="line")
        flat = project(line, WGS84, self._metric)
        length_m = float(flat.length)
        if not math.isfinite(length_m) or length_m / step_m > MAX_SAMPLES:
            raise Refused("profile-malformed", field="step_m", detail={"most": MAX_SAMPLES})
        distance_m = np.append(np.arange(0.0, length_m - step_m * 1e-6, step_m), length_m)
        places = shapely.get_coordinates(shapely.line_interpolate_point(flat, distance_m))
        heights = self._heights(places[:, 0], places[:, 1], self._metric)
        change = np.diff(heights[np.isfinite(heights)])
        climb_m, drop_m = float(change[change > 0].sum()), float(-change[change < 0].sum())
        return Profile(distance_m, heights, climb_m, drop_m)

    def slope(self, lon_deg: float, lat_deg: float) -> Slope | None:
        """How the ground leans at this place, over the cells around it; nothing where the terrain does not tell."""
        x, y = transformer(WGS84, self._grid.crs).transform(lon_deg, lat_deg)
        step = self._grid.cell_m
        heights = self._grid.at(x + np.array([-step, step, 0, 0]), y + np.array([0, 0, -step, step]))
        if not np.isfinite(heights).all():
            return None
        west, east, south, north = heights.tolist()
        rise_east, rise_north = (east - west) / (2 * step), (north - south) / (2 * step)
        steep = math.hypot(rise_east, rise_north)
        fall_deg = math.degrees(math.atan2(-rise_east, -rise_north)) % 360 if steep > 0 else None
        return Slope(math.degrees(math.atan(steep)), fall_deg)

    def _heights(self, x: Any, y: Any, crs: str) -> Any:
        there_x, there_y = transformer(crs, self._grid.crs).transform(x, y)
        known = np.isfinite(there_x) & np.isfinite(there_y)
        heights = self._grid.at(np.where(known, there_x, 0.0), np.where(known, there_y, 0.0))
        return np.where(known, heights, np.nan)
