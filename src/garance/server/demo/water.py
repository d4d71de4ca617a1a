"""How far the water comes in the story: mapped depths of the territory, what it remembers, or its low ground."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from rasterio.features import shapes

from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project
from garance.territory.rasters import NODATA
from garance.territory.roles import Role

CELL_M, REACH_M = 15.0, 1_500.0
MOST_CELLS = 4_000
"""A depth grid is read no finer than that many cells a side."""

SMOOTH_M, SIMPLIFY_M = 12.0, 6.0
STRIP_M = 120.0
"""How far the waves reach inland where the ground says nothing else."""

LEAST_M2 = 3_000.0
FILM_M = 0.15
"""How deep the water is taken to have been where it is only known to have come."""


class Flood:
    """How deep the water of the night stands on the ground, in metres; `peak_m` is the sea's highest level."""

    def __init__(self, pack: Pack, *, peak_m: float) -> None:
        self._pack = pack
        self._crs = pack.manifest.metric_crs
        self._peak_m = peak_m
        grids = [g for g in pack.manifest.rasters if (g.role, g.unit, g.bands) == (Role.WATER_DEPTHS, "m", 1)]
        self.mapped = bool(grids)
        self._grid = self._read(grids[0].file) if grids else None
        self._grids: dict[Any, tuple[Any, Affine, Any]] = {}

    def _read(self, name: str) -> tuple[Any, Affine]:
        with rasterio.open(self._pack.file(name)) as file:
            rows, columns = min(file.height, MOST_CELLS), min(file.width, MOST_CELLS)
            stored = file.read(1, out_shape=(rows, columns)).astype(float)
            transform = file.transform @ Affine.scale(file.width / columns, file.height / rows)
            return np.where(stored == NODATA, 0.0, stored * file.scales[0]), transform

    def depth_at(self, x: Any, y: Any) -> Any:
        """The depth at these places of the metric system; zero where it stays dry."""
        depth = np.zeros(len(x))
        if self._grid is not None:
            values, transform = self._grid
            column, row = (np.floor(each).astype(int) for each in ~transform @ (x, y))
            held = (row >= 0) & (row < values.shape[0]) & (column >= 0) & (column < values.shape[1])
            depth[held] = values[row[held], column[held]]
        if self._known is None and self.mapped:
            return depth
        return np.maximum(depth, self._below(x, y))

    def _below(self, x: Any, y: Any) -> Any:
        """How far the ground lies below the sea's highest level, where water is known to come or, knowing nothing,
        anywhere."""
        places = shapely.get_coordinates(project(shapely.points(x, y), self._crs, WGS84))
        ground = self._pack.elevations_m(places[:, 0], places[:, 1])
        depth = np.where(np.isfinite(ground), np.clip(self._peak_m - ground, 0, None), 0.0)
        if self._known is None:
            return depth
        return np.where(shapely.contains_xy(self._known, x, y), np.maximum(depth, FILM_M), 0.0)

    @cached_property
    def _known(self) -> Any | None:
        """Where water came once; or, with no mapped depths either, where it may come by the maps of risk."""
        roles = (Role.PAST_EXTENT,) if self.mapped else (Role.PAST_EXTENT, Role.HAZARD_ZONES, Role.RISK_ZONES)
        for role in roles:
            rows = self._pack.rows(role)
            if len(rows):
                found = shapely.union_all(shapely.make_valid(rows.flat))
                shapely.prepare(found)
                return found
        return None

    def wet(self, place: Any, radius_m: float, depth_m: float) -> Any:
        """The largest stretch of land under more water than that, at most that far from there (and `REACH_M`); one
        ring, never nothing."""
        depth, transform, dry = self._around(place)
        rings = [
            shapely.geometry.shape(ring)
            for ring, value in shapes((depth > depth_m).astype("uint8"), transform=transform)
            if value
        ]
        around = place.buffer(radius_m)
        land = shapely.union_all(rings).intersection(around).difference(dry)
        found = largest(land.buffer(SMOOTH_M).buffer(-SMOOTH_M))
        return found if found is not None else self._strip(around, place, dry)

    def _around(self, place: Any) -> tuple[Any, Affine, Any]:
        """The depths cell by cell around that place, and the water that is always there; worked out once."""
        if place not in self._grids:
            side = int(2 * REACH_M / CELL_M)
            west, north = place.x - REACH_M, place.y + REACH_M
            x, y = np.meshgrid(west + CELL_M * (np.arange(side) + 0.5), north - CELL_M * (np.arange(side) + 0.5))
            depth = self.depth_at(x.ravel(), y.ravel()).reshape(x.shape)
            self._grids[place] = (
                depth,
                Affine(CELL_M, 0, west, 0, -CELL_M, north),
                self.always_water(place.buffer(REACH_M)),
            )
        return self._grids[place]

    def always_water(self, around: Any) -> Any:
        """The sea and the rivers: always under water, never flooded."""
        rows = self._pack.rows(Role.WATER)
        held = rows.flat[rows.tree.query(around, predicate="intersects")]
        held = held[shapely.get_dimensions(held) == 2]
        return shapely.intersection(shapely.union_all(shapely.make_valid(held)), around)

    def _strip(self, around: Any, place: Any, dry: Any) -> Any:
        coast = self._pack.rows(Role.COAST)
        near = coast.flat[coast.tree.query(around, predicate="intersects")]
        found = largest(shapely.union_all(near).buffer(STRIP_M).intersection(around).difference(dry))
        return found if found is not None else place.buffer(STRIP_M)


def largest(shape: Any) -> Any | None:
    """The largest polygon of a shape, outer ring only and simplified; nothing when there is none worth drawing."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > LEAST_M2]
    if not parts:
        return None
    biggest = max(parts, key=lambda part: float(part.area))
    simple = shapely.Polygon(biggest.exterior).simplify(SIMPLIFY_M)
    return simple if simple.geom_type == "Polygon" and not simple.is_empty else None
