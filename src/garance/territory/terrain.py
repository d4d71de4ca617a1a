"""Ground height: one grid in metres, written as a GeoTIFF and as terrain tiles (terrarium encoding)."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from rasterio.fill import fillnodata
from rasterio.warp import Resampling, calculate_default_transform, reproject
from rasterio.windows import Window

from garance.kernel.refusal import Refused
from garance.territory.projection import WGS84, Bounds, project_bounds, transformer
from garance.territory.reading import Grid, open_grid

MIN_ZOOM, MAX_ZOOM = 8, 14
TILE_PX = 256
FADE_M = 2_000.0
"""Beyond the edge of the grid, the ground goes down to zero over this distance: no cliff at the window's edge."""

MAX_CELLS = 400_000_000
LOWEST_M, HIGHEST_M = -430.0, 8_900.0
NODATA = -9999.0

_MERCATOR_M = 20_037_508.342789244


@dataclass(frozen=True)
class Terrain:
    """Heights in metres above the sea (altitudes NGF), row 0 in the north; NaN where nobody knows."""

    heights_m: Any
    transform: Affine
    crs: str

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in the grid's own system."""
        rows, columns = self.heights_m.shape
        west, north = self.transform.c, self.transform.f
        return (west, north + rows * self.transform.e, west + columns * self.transform.a, north)

    @property
    def cell_m(self) -> float:
        """The side of a cell."""
        return float(self.transform.a)

    def at(self, x: Any, y: Any) -> Any:
        """Heights at these places of the grid's system: bilinear, NaN outside."""
        column, row = ~self.transform @ (np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        rows, columns = self.heights_m.shape
        inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
        return np.where(inside, _bilinear(self.heights_m, column - 0.5, row - 0.5), np.nan)


def read_terrain(
    grid: Grid, target_crs: str, limit: Bounds | None = None, max_cells: int = MAX_CELLS
) -> tuple[Terrain, str]:
    """Read a height raster in the metric system; also says the unit it was in (`m` or `cm`).

    Only what lies in `limit` (metric) is read, at a coarser step when it holds more than `max_cells`.
    Refuses `raster-empty` and `terrain-out-of-range` (higher than any mountain).
    """
    with open_grid(grid.path, grid.source) as raster:
        heights, transform = _read_part(raster, grid, target_crs, limit, max_cells)
        scale, offset = float(raster.scales[0]), float(raster.offsets[0])
    heights = heights * np.float32(scale) + np.float32(offset)
    heights[heights <= NODATA] = np.nan
    if not np.isfinite(heights).any():
        raise Refused("raster-empty", field=grid.source)
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    unit = "m"
    if scale == 1.0 and grid.dtype.startswith("int") and (low < LOWEST_M or high > HIGHEST_M):
        heights, low, high, unit = heights / 100, low / 100, high / 100, "cm"
    if low < 4 * LOWEST_M or high > HIGHEST_M:
        raise Refused("terrain-out-of-range", field=grid.source, detail={"lowest_m": low, "highest_m": high})
    if grid.crs != target_crs or transform.b or transform.d or transform.e > 0:
        heights, transform = _warp(heights, transform, grid.crs, target_crs)
    return Terrain(heights, transform, target_crs), unit


def _read_part(raster: Any, grid: Grid, target_crs: str, limit: Bounds | None, max_cells: int) -> tuple[Any, Affine]:
    """The band inside the limit, in its own system and unscaled."""
    left, top, right, bottom = 0, 0, raster.width, raster.height
    if limit is not None:
        left, top, right, bottom = part_of(raster, project_bounds(limit, target_crs, grid.crs))
    width, height = right - left, bottom - top
    if width <= 0 or height <= 0:
        raise Refused("raster-empty", field=grid.source)
    shrink = max(1.0, math.sqrt(width * height / max_cells))
    shape = (max(1, round(height / shrink)), max(1, round(width / shrink)))
    resampling = Resampling.average if shrink > 1 else Resampling.nearest
    window = Window(left, top, width, height)
    band = raster.read(1, window=window, out_shape=shape, masked=True, resampling=resampling)
    transform = raster.transform @ Affine.translation(left, top) @ Affine.scale(width / shape[1], height / shape[0])
    return band.astype("float32").filled(np.nan), transform


def part_of(raster: Any, box: Bounds) -> tuple[int, int, int, int]:
    """The columns and rows (left, top, right, bottom) that the box covers; all of them for a turned grid."""
    fit = raster.transform
    if fit.b or fit.d or fit.e > 0:
        return 0, 0, raster.width, raster.height
    west, south, east, north = box
    left, right = math.floor((west - fit.c) / fit.a), math.ceil((east - fit.c) / fit.a)
    top, bottom = math.floor((north - fit.f) / fit.e), math.ceil((south - fit.f) / fit.e)
    return max(0, left), max(0, top), min(raster.width, right), min(raster.height, bottom)


def write_geotiff(terrain: Terrain, path: Path) -> None:
    """Write the grid as a cloud-optimised GeoTIFF, to the centimetre, with nodata."""
    rows, columns = terrain.heights_m.shape
    known = np.isfinite(terrain.heights_m)
    filled = np.where(known, np.round(terrain.heights_m, 2), NODATA).astype("float32")
    with rasterio.open(
        path,
        "w",
        driver="COG",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=terrain.crs,
        transform=terrain.transform,
        nodata=NODATA,
        compress="deflate",
        predictor="yes",
        blocksize=256,
        overview_resampling="average",
    ) as raster:
        raster.write(filled, 1)


def open_geotiff(path: Path) -> Terrain:
    """Read back what `write_geotiff` wrote."""
    with rasterio.open(path) as raster:
        heights = raster.read(1)
        heights = np.where(heights == NODATA, np.nan, heights)
        return Terrain(heights, raster.transform, f"EPSG:{raster.crs.to_epsg()}")


def top_zoom(terrain: Terrain) -> int:
    """The zoom whose pixels are about as small as the cells, up to 14: nearer, a tile would say nothing more."""
    _, south, _, north = project_bounds(terrain.bounds, terrain.crs, WGS84)
    across_m = 2 * _MERCATOR_M * math.cos(math.radians((south + north) / 2)) / TILE_PX
    return max(MIN_ZOOM, min(MAX_ZOOM, math.ceil(math.log2(across_m / terrain.cell_m) - 0.35)))


def write_tiles(
    terrain: Terrain, path: Path, *, name: str, step: Callable[[float], None], max_zoom: int = MAX_ZOOM
) -> int:
    """Write `terrain.pmtiles` up to that zoom (8 to 14); gives the number of tiles."""
    whole = _without_holes(terrain)
    bbox = project_bounds(terrain.bounds, terrain.crs, WGS84)
    tiles = list(_tiles_over(bbox, max_zoom))
    with path.open("wb") as stream:
        writer: Any = Writer(stream)  # type: ignore[no-untyped-call]
        for done, (zoom, x, y) in enumerate(tiles):
            writer.write_tile(zxy_to_tileid(zoom, x, y), _terrarium(_tile_heights(whole, zoom, x, y)))
            step(done / len(tiles))
        header = {
            "tile_type": TileType.PNG,
            "tile_compression": Compression.NONE,
            "min_zoom": MIN_ZOOM,
            "max_zoom": max_zoom,
            "min_lon_e7": round(bbox[0] * 1e7),
            "min_lat_e7": round(bbox[1] * 1e7),
            "max_lon_e7": round(bbox[2] * 1e7),
            "max_lat_e7": round(bbox[3] * 1e7),
            "center_zoom": 12,
            "center_lon_e7": round((bbox[0] + bbox[2]) * 5e6),
            "center_lat_e7": round((bbox[1] + bbox[3]) * 5e6),
        }
        writer.finalize(header, {"name": name, "encoding": "terrarium", "type": "raster-dem"})
    return len(tiles)


def _warp(heights: Any, transform: Affine, crs: str, target_crs: str) -> tuple[Any, Affine]:
    rows, columns = heights.shape
    west, north = transform.c, transform.f
    box = (west, north + rows * transform.e, west + columns * transform.a, north)
    west, south, east, north = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # rasterio's own use of affine
        new, width, high = calculate_default_transform(crs, target_crs, columns, rows, west, south, east, north)
    result = np.full((high, width), np.nan, dtype="float32")
    reproject(
        heights,
        result,
        src_transform=transform,
        src_crs=crs,
        dst_transform=new,
        dst_crs=target_crs,
        src_nodata=np.nan,
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )
    return result, new


def _without_holes(terrain: Terrain) -> Terrain:
    known = np.isfinite(terrain.heights_m)
    if known.all():
        return terrain
    filled = fillnodata(
        np.where(known, terrain.heights_m, 0).astype("float32"), mask=known.astype("uint8"), max_search_distance=100
    )
    return Terrain(filled, terrain.transform, terrain.crs)


def _tiles_over(bbox: Bounds, max_zoom: int) -> Iterator[tuple[int, int, int]]:
    """Every tile that touches the box, in the order the archive wants."""
    found = []
    for zoom in range(MIN_ZOOM, max_zoom + 1):
        left, top = _tile_of(bbox[0], bbox[3], zoom)
        right, bottom = _tile_of(bbox[2], bbox[1], zoom)
        found += [(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    yield from sorted(found, key=lambda tile: zxy_to_tileid(*tile))


def _tile_of(lon_deg: float, lat_deg: float, zoom: int) -> tuple[int, int]:
    count = 1 << zoom
    x = (lon_deg + 180) / 360 * count
    y = (1 - math.asinh(math.tan(math.radians(lat_deg))) / math.pi) / 2 * count
    return min(count - 1, int(x)), min(count - 1, int(y))


def _tile_heights(terrain: Terrain, zoom: int, x: int, y: int) -> Any:
    span_m = 2 * _MERCATOR_M / (1 << zoom)
    steps = (np.arange(TILE_PX) + 0.5) / TILE_PX
    easting, northing = np.meshgrid(-_MERCATOR_M + (x + steps) * span_m, _MERCATOR_M - (y + steps) * span_m)
    px, py = transformer("EPSG:3857", terrain.crs).transform(easting.ravel(), northing.ravel())
    column, row = ~terrain.transform @ (np.asarray(px), np.asarray(py))
    rows, columns = terrain.heights_m.shape
    near_column, near_row = np.clip(column, 0, columns), np.clip(row, 0, rows)
    away_m = np.hypot(column - near_column, row - near_row) * terrain.cell_m
    heights = _bilinear(terrain.heights_m, near_column - 0.5, near_row - 0.5)
    return (heights * np.clip(1 - away_m / FADE_M, 0, 1)).reshape(TILE_PX, TILE_PX)


def _bilinear(grid: Any, column: Any, row: Any) -> Any:
    rows, columns = grid.shape
    column, row = np.clip(column, 0, columns - 1), np.clip(row, 0, rows - 1)
    left, top = np.floor(column).astype(int), np.floor(row).astype(int)
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    across, down = column - left, row - top
    upper = grid[top, left] * (1 - across) + grid[top, right] * across
    lower = grid[bottom, left] * (1 - across) + grid[bottom, right] * across
    return upper * (1 - down) + lower * down


def _terrarium(heights_m: Any) -> bytes:
    """Red x 256 + green + blue / 256 - 32 768 metres; kept to 1/16 m so that the PNG stays small."""
    value = np.clip(np.round((heights_m + 32768) * 16) / 16, 0, 65535.9)
    red, rest = np.divmod(value, 256)
    green = np.floor(rest)
    blue = np.floor((rest - green) * 256)
    stream = io.BytesIO()
    Image.fromarray(np.stack([red, green, blue], axis=-1).astype("uint8"), "RGB").save(stream, "PNG", optimize=False)
    return stream.getvalue()
