"""The sea, when no layer gives it: worked out from the shore line, the communes and the relief."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from rasterio.features import shapes
from shapely.geometry import shape

from garance.territory.importing.clipping import Kept
from garance.territory.importing.rights import OSM_ENDINGS
from garance.territory.terrain import Terrain

SLIVER_M = 40.0
"""Gaps between communes narrower than twice this join nothing to the sea."""

LOW_M = 1.0
NEAR_SHORE_M = 400.0
"""How far from the shore line its sides are believed rather than a coarse relief."""

LEAST_M2 = 10_000.0


def derive_sea(communes: Kept, coast: Kept | None, area: Any, terrain: Terrain | None) -> Any:
    """The pieces of sea of that area, metric: what the shore line cuts off, and what is of no commune; both low.

    A piece counts when half of its sampled ground is below 1 m (or unknown to the terrain, which stops at the shore).
    """
    land = shapely.union_all(shapely.make_valid(communes.shapes))
    faces = _cut_by_shore(area, coast) if coast is not None and len(coast) else []
    sea = [piece for piece in faces if _is_sea(piece, land, terrain)]
    if terrain is not None:
        rest = [part for part in _beyond(area, land) if _is_low(part, terrain)]
        if not sea and not rest and coast is not None:
            low = shapely.intersection(_low_ground(terrain), area)
            sided = coast.source.endswith(OSM_ENDINGS)
            rest = _by_side(area, shapely.union_all(coast.shapes), low) if sided else _beyond(low, land)
        sea += rest
    return np.array([piece for piece in areas(shapely.union_all(sea)) if piece.area > LEAST_M2], dtype=object)


def areas(shape: Any) -> list[Any]:
    """The polygons of a shape."""
    return [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]


def _beyond(area: Any, land: Any) -> list[Any]:
    """The parts of that area that are of no commune, slivers between communes left out."""
    rest = shapely.difference(area, land)
    apart = shapely.buffer(shapely.buffer(rest, -SLIVER_M), SLIVER_M, join_style="mitre")
    return areas(shapely.intersection(apart, rest))


def _low_ground(terrain: Terrain) -> Any:
    """The ground at the level of the sea, its stairs of cells smoothed: what a coarse relief tells of the shore."""
    low = (terrain.heights_m < LOW_M / 2) | ~np.isfinite(terrain.heights_m)
    found = shapes(low.astype("uint8"), mask=low, transform=terrain.transform)
    wide = [each for each in (shape(geometry) for geometry, _ in found) if each.area > 200 * terrain.cell_m**2]
    return shapely.buffer(shapely.simplify(shapely.union_all(wide), terrain.cell_m), 0)


def _by_side(area: Any, shore: Any, low: Any) -> list[Any]:
    """The sea of a coarse relief put right by a shore line that keeps the sea on its right, as OpenStreetMap's does.

    The shore's loose ends are led to the edge of the coarse sea; each face near the shore is on one side of it.
    """
    lines = shapely.intersection(shore, area)
    merged = shapely.get_parts(shapely.line_merge(lines))
    ends = np.concatenate([shapely.get_point(merged, 0), shapely.get_point(merged, -1)])
    links = shapely.shortest_line(ends, low.boundary)
    edges = shapely.union_all([lines, low.boundary, area.boundary, *links])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(edges))))
    spots = shapely.point_on_surface(faces)
    near = shapely.distance(spots, lines) < NEAR_SHORE_M
    wet = np.where(near, _right_of(spots, merged), shapely.contains(low, spots))
    return list(faces[wet])


def _right_of(spots: Any, lines: Any) -> Any:
    """Whether each place is on the right of the nearest stretch of these lines."""
    parts = [shapely.get_coordinates(each) for each in lines]
    starts, ends = np.concatenate([part[:-1] for part in parts]), np.concatenate([part[1:] for part in parts])
    stretches = shapely.linestrings(np.stack([starts, ends], axis=1))
    nearest = shapely.STRtree(stretches).query_nearest(spots, all_matches=False)[1]
    along = ends[nearest] - starts[nearest]
    aside = shapely.get_coordinates(spots) - starts[nearest]
    return along[:, 0] * aside[:, 1] - along[:, 1] * aside[:, 0] < 0


def _cut_by_shore(area: Any, coast: Kept) -> list[Any]:
    """The faces that the shore line makes of the area; none when it cuts nothing off."""
    inner = shapely.buffer(area, -1.0)  # a shore cut at the very edge reaches the edge of what lies within
    lines = shapely.intersection(shapely.union_all(coast.shapes), area)
    edges = shapely.union(lines, inner.boundary)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(edges))))
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
