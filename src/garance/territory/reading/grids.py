"""Rasters, opened and not yet read: GeoTIFF, ASCII grids, SRTM tiles; each reader sees its own kind of file only."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
import rasterio.errors
from rasterio._err import CPLE_BaseError

from garance.kernel.refusal import Refused
from garance.territory.projection import Bounds, is_earth, read_crs
from garance.territory.reading.fences import NETWORK_OFF
from garance.territory.reading.findings import Grid

DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".hgt": "SRTMHGT"}
MAX_CELLS = 4_000_000_000
MAX_BANDS = 1_000
SETTINGS = NETWORK_OFF | {
    "GDAL_PAM_ENABLED": "NO",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
    "AAIGRID_DATATYPE": "Float32",
    "GDAL_MAX_RAW_BLOCK_CACHE_SIZE": "10000000",
}
FAILURES = (
    rasterio.errors.RasterioError, CPLE_BaseError, ValueError, TypeError, OSError, OverflowError, MemoryError,
    ArithmeticError, IndexError,
)  # fmt: skip


@contextmanager
def open_grid(path: Path, label: str) -> Iterator[Any]:
    """The raster open for reading, by the reader of its ending alone; refuses `raster-unreadable` whatever is wrong
    in it, here or while the caller reads."""
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise Refused("format-unknown", field=label)
    with rasterio.Env(**SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            raster = rasterio.open(path, driver=driver)
        except FAILURES as problem:
            raise Refused("raster-unreadable", field=label) from problem
        try:
            with raster:
                yield raster
        except (rasterio.errors.RasterioError, CPLE_BaseError) as problem:
            raise Refused("raster-unreadable", field=label) from problem


def read_grid(path: Path, label: str, *, near: Bounds | None = None, keep: object = None) -> Grid:
    """What the raster is and where it lies. Refuses `raster-unreadable`, `raster-too-large`, `raster-not-on-earth`
    (Mars, or beyond the poles), `raster-without-position`, `crs-unknown`."""
    with open_grid(path, label) as raster:
        cells = raster.width * raster.height
        if cells > MAX_CELLS or raster.count > MAX_BANDS:
            raise Refused("raster-too-large", field=label, detail={"cells": cells, "bands": raster.count})
        if raster.transform.is_identity:
            raise Refused("raster-without-position", field=label)
        bounds: Bounds = _ordered(tuple(raster.bounds))
        declared = raster.crs.to_wkt() if raster.crs else None
        bands, dtype = raster.count, str(raster.dtypes[0])
    if not is_earth(declared) or not all(math.isfinite(value) and abs(value) < 1e8 for value in bounds):
        raise Refused("raster-not-on-earth", field=label)
    reading = read_crs(declared, bounds, near)
    if reading is None or reading.swapped:
        raise Refused("crs-unknown" if declared is None else "raster-not-on-earth", field=label)
    return Grid(label, path, bands, dtype, reading.crs, bounds, reading.doubt, keep)


def _ordered(bounds: tuple[float, ...]) -> Bounds:
    west, south, east, north = bounds
    return (min(west, east), min(south, north), max(west, east), max(south, north))
