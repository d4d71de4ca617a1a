"""The sea, when no layer gives it: worked out from the shore line, the communes and the relief."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from rasterio.features import shapes
from shapely.geometry import shape

from garance.territory.clipping import Kept
from garance.territory.projection import Bounds
from garance.territory.terrain import Terrain

SLIVER_M = 40.0
"""Gaps between communes narrower than twice this join nothing to the sea."""

LOW_M = 1.0
LEAST_M2 = 10_000.0


def derive_sea(communes: Kept, coast: Kept | None, window: Bounds, terrain: Terrain | None) -> Any:
    """The pieces of sea of the window, metric: what the shore line cuts off, else what is of no commune; and low.

    A piece counts when half of its sampled ground is below 1 m (or unknown to the terrain, which stops at the shore).
    """
    box = shapely.box(*window)
    land = shapely.union_all(shapely.make_valid(communes.shapes))
    pieces = _cut_by_shore(box, coast) if coast is not None and len(coast) else []
    sea = [piece for piece in pieces if _is_sea(piece, land, terrain)]
    if not sea and terrain is not None:
        sea = [part for part in _beyond(box, land) if _is_low(part, terrain)]
    if not sea and terrain is not None and coast is not None and len(coast):
        sea = _beyond(shapely.intersection(_low_ground(terrain), box), land)
    return np.array([piece for piece in sea if piece.area > LEAST_M2], dtype=object)


def _beyond(area: Any, land: Any) -> list[Any]:
    """The parts of that area that are of no commune, slivers between communes left out."""
    rest = shapely.difference(area, land)
    apart = shapely.buffer(shapely.buffer(rest, -SLIVER_M), SLIVER_M, join_style="mitre")
    parts = shapely.get_parts(shapely.intersection(apart, rest))
    return [part for part in parts if shapely.get_dimensions(part) == 2]


def _low_ground(terrain: Terrain) -> Any:
    """The ground at the level of the sea, its stairs of cells smoothed: what a coarse relief tells of the shore."""
    low = (terrain.heights_m < LOW_M / 2) | ~np.isfinite(terrain.heights_m)
    found = shapes(low.astype("uint8"), mask=low, transform=terrain.transform)
    areas = [area for area in (shape(geometry) for geometry, _ in found) if area.area > 200 * terrain.cell_m**2]
    return shapely.buffer(shapely.simplify(shapely.union_all(areas), terrain.cell_m), 0)


def _cut_by_shore(box: Any, coast: Kept) -> list[Any]:
    """The faces that the shore line makes of the window; none when it cuts nothing off."""
    lines = shapely.intersection(shapely.union_all(coast.shapes), box)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(shapely.union(lines, box.boundary)))))
    return [face for face in faces if face.area > LEAST_M2] if len(faces) > 1 else []


def _is_sea(piece: Any, land: Any, terrain: Terrain | None) -> bool:
    dry = shapely.intersection(piece, land).area
    return bool(dry < 0.35 * piece.area) and (terrain is None or _is_low(piece, terrain))


def _is_low(piece: Any, terrain: Terrain) -> bool:
    west, south, east, north = piece.bounds
    x, y = np.meshgrid(np.linspace(west, east, 40), np.linspace(south, north, 40))
    inside = shapely.contains_xy(piece, x.ravel(), y.ravel())
    heights = terrain.at(x.ravel()[inside], y.ravel()[inside])
    known = heights[np.isfinite(heights)]
    if len(known) <= 0.2 * len(heights):
        return bool(len(heights))
    return float(np.median(known)) < LOW_M
