"""Grids other than the terrain (roughness, water depths): written and read as cloud-optimised GeoTIFF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine

from garance.kernel.refusal import Refused
from garance.territory.content import RasterData

NODATA = -32768
STEP = {"m": 0.01, "h": 0.01, "m/s": 0.01, "s/m^(1/3)": 0.0001, "1": 0.001}
"""What the last digit kept is worth, by unit: values are stored as 16-bit steps."""


def write_raster(raster: RasterData, path: Path) -> None:
    """Write every band; refuses `raster-out-of-range` when a value does not fit 32,767 steps of its unit."""
    step = STEP[raster.unit]
    scaled = np.round(raster.values / step)
    if float(np.nanmax(np.abs(scaled))) > -NODATA - 1:
        raise Refused("raster-out-of-range", field=raster.name)
    bands, rows, columns = raster.values.shape
    with rasterio.open(
        path,
        "w",
        driver="COG",
        width=columns,
        height=rows,
        count=bands,
        dtype="int16",
        crs=raster.crs,
        transform=raster.transform,
        nodata=NODATA,
        compress="deflate",
        predictor="yes",
        overview_resampling="average",
    ) as file:
        file.scales = [step] * bands
        file.write(np.where(np.isfinite(scaled), scaled, NODATA).astype("int16"))


def read_raster(path: Path) -> tuple[Any, Affine, str]:
    """Read back what `write_raster` wrote: values (bands, rows, columns) in their unit, NaN unknown; transform; CRS."""
    with rasterio.open(path) as file:
        values = file.read().astype("float32")
        values[values == NODATA] = np.nan
        return values * np.float32(file.scales[0]), file.transform, f"EPSG:{file.crs.to_epsg()}"
