"""Tiles read back from an archive: what a browser would see."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pmtiles.reader import MemorySource, Reader


def open_tiles(path: Path) -> Any:
    """A reader of the archive."""
    return Reader(MemorySource(path.read_bytes()))  # type: ignore[no-untyped-call]


def terrarium_heights_m(png: bytes) -> Any:
    """The heights of a terrain tile, decoded as a map engine does."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)
    return pixels[..., 0] * 256 + pixels[..., 1] + pixels[..., 2] / 256 - 32768


def tile_at(lon_deg: float, lat_deg: float, zoom: int) -> tuple[int, int, int, int]:
    """The tile of a place and the pixel in it."""
    count = 256 * 2**zoom
    x = (lon_deg + 180) / 360 * count
    y = (1 - math.asinh(math.tan(math.radians(lat_deg))) / math.pi) / 2 * count
    return int(x // 256), int(y // 256), int(x % 256), int(y % 256)
