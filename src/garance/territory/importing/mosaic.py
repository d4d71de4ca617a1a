"""Several grids made one: relief tiles put side by side, cut to the window, at a size that fits; other grids too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from affine import Affine
from rasterio.warp import Resampling, reproject
from rasterio.windows import Window

from garance.kernel.refusal import Refused
from garance.territory.content import RasterData
from garance.territory.importing import reporting
from garance.territory.manifest import ReportLine
from garance.territory.projection import Bounds, project_bounds
from garance.territory.reading import Grid, open_grid
from garance.territory.terrain import Terrain, part_of, read_terrain
from garance.territory.wording import fold, slug

MAX_TERRAIN_CELLS = 40_000_000
"""A relief of more cells is read at a coarser step: 40 million are a department at 12 metres."""

MARGIN_M = 500.0
"""How far beyond the window the relief is kept, so that its edge is not seen."""

COVERED = 0.9

RASTER_TITLES = {
    "roughness": ("Rugosité du sol (Manning)", "Ground roughness (Manning)"),
    "water-depths": ("Hauteurs d'eau simulées", "Simulated water depths"),
}


def choose_terrain(grids: list[Grid], metric: str, window: Bounds | None, report: list[ReportLine]) -> Terrain | None:
    """The relief of the window from all these grids: the best ones first, the others where those say nothing.

    The terrain comes whole when there is no window. Grids that cannot be read, or add nothing, are told.
    """
    ranked = sorted(grids, key=lambda grid: (_newest_first(grid.source), _step_m(grid, metric), grid.source))
    taken: list[tuple[Grid, Terrain]] = []
    covered = shapely.Polygon()
    limit = _around(window) if window is not None else None
    for grid in ranked:
        box = shapely.box(*project_bounds(grid.bounds, grid.crs, metric))
        wanted = box if limit is None else shapely.intersection(box, shapely.box(*limit))
        if wanted.is_empty:
            report.append(reporting.outside_grid(grid.source))
            continue
        if taken and shapely.intersection(wanted, covered).area > COVERED * wanted.area:
            report.append(reporting.spare_terrain(grid.source, taken[0][0].source))
            continue
        try:
            terrain, unit = read_terrain(grid, metric, limit, MAX_TERRAIN_CELLS)
        except Refused as problem:
            report.append(reporting.unread(grid.source, problem.code))
            continue
        report.append(reporting.terrain(grid.source, terrain, unit))
        taken.append((grid, terrain))
        covered = shapely.union(covered, wanted)
    if ranked and not taken:
        report.append(reporting.terrain_elsewhere(len(ranked)))
    return _joined([terrain for _, terrain in taken]) if taken else None


def _around(window: Bounds) -> Bounds:
    west, south, east, north = window
    return (west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M)


def _newest_first(source: str) -> int:
    """Sorts a grid whose name says that it was brought up to date (« maj ») before its twin."""
    return 0 if "maj" in fold(source) else 1


def _step_m(grid: Grid, metric: str) -> float:
    """The side of a cell in metres, roughly: what the finest grid is chosen by."""
    with open_grid(grid.path, grid.source) as raster:
        west, south, east, north = project_bounds(grid.bounds, grid.crs, metric)
        return round(math.sqrt((east - west) * (north - south) / max(1, raster.width * raster.height)), 1)


def _joined(parts: list[Terrain]) -> Terrain:
    """One grid with the cells of the first, each cell from the first part that knows it."""
    first = parts[0]
    if len(parts) == 1:
        return first
    boxes = np.array([part.bounds for part in parts])
    west, south, east, north = boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
    step = first.cell_m
    if (east - west) * (north - south) / step**2 > MAX_TERRAIN_CELLS:
        step = math.sqrt((east - west) * (north - south) / MAX_TERRAIN_CELLS)
    shape = (math.ceil((north - south) / step), math.ceil((east - west) / step))
    transform = Affine(step, 0, west, 0, -step, north)
    whole = np.full(shape, np.nan, dtype="float32")
    for part in parts:
        fresh = np.full(shape, np.nan, dtype="float32")
        reproject(
            part.heights_m,
            fresh,
            src_transform=part.transform,
            src_crs=part.crs,
            dst_transform=transform,
            dst_crs=first.crs,
            src_nodata=np.nan,
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )
        whole = np.where(np.isfinite(whole), whole, fresh)
    return Terrain(whole, transform, first.crs)


def read_rasters(
    grids: list[tuple[str, Grid]], metric: str, window: Bounds, report: list[ReportLine]
) -> list[RasterData]:
    """Roughness and water-depth grids, in the metric system, cut to the window; those unread are told."""
    found: list[RasterData] = []
    for role, grid in grids:
        if role == "roughness" and any(raster.role == role for raster in found):
            report.append(reporting.spare_grid(grid.source, "rugosité"))
            continue
        try:
            raster = _read_raster(role, grid, metric, window)
        except Refused as problem:
            report.append(reporting.unread(grid.source, problem.code))
            continue
        found.append(raster)
        report.append(reporting.raster(raster))
    return found


def _read_raster(role: str, grid: Grid, metric: str, window: Bounds) -> RasterData:
    with open_grid(grid.path, grid.source) as raster:
        left, top, right, bottom = part_of(raster, project_bounds(window, metric, grid.crs))
        width, height = right - left, bottom - top
        if width <= 0 or height <= 0:
            raise Refused("outside-window", field=grid.source)
        if width * height * raster.count > MAX_TERRAIN_CELLS:
            raise Refused("raster-too-large", field=grid.source, detail={"cells": width * height})
        values = raster.read(window=Window(left, top, width, height), masked=True).astype("float32").filled(np.nan)
        values = values * np.float32(raster.scales[0]) + np.float32(raster.offsets[0])
        scaled, transform = float(raster.scales[0]) != 1.0, raster.transform @ Affine.translation(left, top)
    if not np.isfinite(values).any():
        raise Refused("raster-empty", field=grid.source)
    unit, factor, name = _unit(role, grid, scaled, float(np.nanmax(values)))
    values *= np.float32(factor)
    if role == "roughness":
        values[values <= 0] = np.nan
    values, transform = _fitted(values, transform, grid.crs, metric, window)
    if not np.isfinite(values).any():
        raise Refused("outside-window", field=grid.source)
    title_fr, title_en = RASTER_TITLES[role]
    if unit == "h":
        title_fr, title_en = "Durée sous l'eau simulée", "Simulated time under water"
    return RasterData(name, role, title_fr, title_en, unit, values, transform, metric, source=grid.source)


def _unit(role: str, grid: Grid, scaled: bool, highest: float) -> tuple[Any, float, str]:
    """The unit that the numbers are in, the factor to it, and the raster's name in the pack."""
    stem = slug(grid.path.stem)
    if role == "roughness":
        return "s/m^(1/3)", (1.0 if scaled or highest < 1 else 1e-4 if highest > 30 else 1e-3), "roughness"
    whole = grid.dtype.startswith(("int", "uint")) and not scaled
    hours = "time" in fold(stem) or "duree" in fold(stem)
    return ("h" if hours else "m"), (0.01 if whole else 1.0), f"water-depths-{stem}"


def _fitted(values: Any, transform: Affine, crs: str, metric: str, window: Bounds) -> tuple[Any, Affine]:
    """The bands over the window, on their own cells when they are metric already."""
    if crs == metric and not (transform.b or transform.d) and transform.e < 0:
        return values, transform
    west, _, east, _ = project_bounds(window, metric, crs)
    step = (window[2] - window[0]) / max(1.0, (east - west) / abs(transform.a))
    shape = (math.ceil((window[3] - window[1]) / step), math.ceil((window[2] - window[0]) / step))
    target = Affine(step, 0, window[0], 0, -step, window[3])
    result = np.full((len(values), *shape), np.nan, dtype="float32")
    for band, into in zip(values, result, strict=True):
        reproject(
            band,
            into,
            src_transform=transform,
            src_crs=crs,
            dst_transform=target,
            dst_crs=metric,
            src_nodata=np.nan,
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )
    return result, target
