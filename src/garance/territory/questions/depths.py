"""Simulated water depths (hauteurs d'eau): a band as a picture for the map, and set against a mapped past extent."""

from __future__ import annotations

import io
import math
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine
from PIL import Image
from rasterio.features import rasterize
from rasterio.features import shapes as outlines
from rasterio.warp import Resampling, reproject
from shapely.geometry import shape as shape_of

from garance.kernel.refusal import Refused
from garance.territory.projection import WGS84, project_bounds
from garance.territory.questions.people import NOBODY, Inhabitants, People
from garance.territory.reading.grids import open_grid

WEB_MERCATOR = "EPSG:3857"
MAX_SIDE_PX = 2048
"""A picture is never larger: a wider grid is drawn at a coarser step."""

FINER = 1.5
"""Pixels per cell, so that cells turned by the projection keep their shape."""

STEP_M = 0.05
"""What one level of grey is worth: nobody reads a model closer."""

UNKNOWN = 255
DEEPEST = 254
"""The level of this depth (12.7 m) and of any greater one."""

WET_M = 0.1
"""From which depth a cell counts as flooded: under it, a model says more than it knows."""

KEPT_PICTURES = 24
KEPT_COMPARISONS = 64
KM2 = 1_000_000.0


@dataclass(frozen=True)
class DepthPicture:
    """One band as a grey PNG in web mercator: depth is the level × 0.05 m, 254 deeper, 255 unknown or mapped water."""

    png: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Comparison:
    """A band and a mapped extent, on the land cells of the grid: areas in km², and who lives in each when it is known.

    A comparison, not a validation: the extent was mapped after the flood, by other means, at another scale.
    """

    cell_m: float
    wet_from_m: float
    land_km2: float
    mapped_km2: float
    modelled_km2: float
    both_km2: float
    only_mapped_km2: float
    only_modelled_km2: float
    people_mapped: People | None
    people_modelled: People | None


class DepthGrid:
    """One grid of depths of a pack. `mapped` and `water`: areas of the metric system; cells in water are not land."""

    def __init__(self, path: Path, crs: str, *, mapped: Any, water: Any, inhabitants: Inhabitants | None) -> None:
        self._path, self._crs = path, crs
        self._mapped, self._water, self._inhabitants = mapped, water, inhabitants
        with open_grid(path, path.name) as file:
            self.bands, self._shape = int(file.count), (int(file.height), int(file.width))
            self._transform: Affine = file.transform
            self.bounds = tuple(file.bounds)
        self.cell_m = abs(float(self._transform.a))
        self.picture = lru_cache(KEPT_PICTURES)(self._draw)
        self.comparison = lru_cache(KEPT_COMPARISONS)(self._compare)
        self._turn = threading.Lock()
        self._kept_masks: tuple[Any, Any] | None = None

    @property
    def mercator(self) -> tuple[float, float, float, float]:
        """The box of the pictures: west, south, east, north in web mercator."""
        west, south, east, north = project_bounds(self.bounds, self._crs, WEB_MERCATOR)
        return west, south, east, north

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """The same box in degrees."""
        west, south, east, north = project_bounds(self.mercator, WEB_MERCATOR, WGS84)
        return west, south, east, north

    def depths_m(self, band: int) -> Any:
        """Depths of that band, the first is 1; NaN unknown. Refuses `unknown`, `raster-unreadable`."""
        if not 1 <= band <= self.bands:
            raise Refused("unknown")
        with open_grid(self._path, self._path.name) as file:
            values = file.read(band, masked=True).astype("float32").filled(np.nan)
            return values * np.float32(file.scales[band - 1]) + np.float32(file.offsets[band - 1])

    def _draw(self, band: int) -> DepthPicture:
        depths_m = np.where(self._masks()[0], self.depths_m(band), np.float32(np.nan))
        west, south, east, north = self.mercator
        rows, columns = self._shape
        finer = min(FINER, MAX_SIDE_PX / max(rows, columns))
        width, height = max(1, math.ceil(columns * finer)), max(1, math.ceil(rows * finer))
        drawn = np.full((height, width), np.nan, dtype="float32")
        reproject(
            depths_m,
            drawn,
            src_transform=self._transform,
            src_crs=self._crs,
            dst_transform=Affine((east - west) / width, 0, west, 0, (south - north) / height, north),
            dst_crs=WEB_MERCATOR,
            src_nodata=np.nan,
            dst_nodata=np.nan,
            resampling=Resampling.nearest,
        )
        level = np.clip(np.nan_to_num(drawn) / STEP_M, 0, DEEPEST).round()
        grey = np.where(np.isfinite(drawn), level, UNKNOWN).astype("uint8")
        into = io.BytesIO()
        Image.fromarray(grey, "L").save(into, "PNG", optimize=True)
        return DepthPicture(into.getvalue(), width, height)

    def _masks(self) -> tuple[Any, Any]:
        """Which cells are land, and which of those the mapped extent covers."""
        with self._turn:
            if self._kept_masks is None:
                land = ~self._burnt(self._water)
                self._kept_masks = land, self._burnt(self._mapped) & land
            return self._kept_masks

    def _burnt(self, areas: Any) -> Any:
        found = [area for area in areas if not area.is_empty]
        if not found:
            return np.zeros(self._shape, dtype=bool)
        return rasterize(found, out_shape=self._shape, transform=self._transform, dtype="uint8").astype(bool)

    def _compare(self, band: int) -> Comparison:
        land, mapped = self._masks()
        modelled = (np.nan_to_num(self.depths_m(band)) >= WET_M) & land
        cell_km2 = abs(self._transform.a * self._transform.e) / KM2

        def km2(cells: Any) -> float:
            return round(float(cells.sum()) * cell_km2, 3)

        return Comparison(
            cell_m=self.cell_m,
            wet_from_m=WET_M,
            land_km2=km2(land),
            mapped_km2=km2(mapped),
            modelled_km2=km2(modelled),
            both_km2=km2(mapped & modelled),
            only_mapped_km2=km2(mapped & ~modelled),
            only_modelled_km2=km2(modelled & ~mapped),
            people_mapped=self._people(mapped),
            people_modelled=self._people(modelled),
        )

    def _people(self, cells: Any) -> People | None:
        if self._inhabitants is None:
            return None
        if not cells.any():
            return NOBODY
        found = outlines(cells.astype("uint8"), mask=cells, transform=self._transform)
        return self._inhabitants.inside(shapely.multipolygons([shape_of(outline) for outline, _ in found]))
