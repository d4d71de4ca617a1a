"""What is kept: inside the zone that the folder supplies, inside the window of the map (découpe)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from affine import Affine
from rasterio.features import geometry_mask

from garance.territory.content import Value
from garance.territory.layers import LAYERS
from garance.territory.projection import Bounds, project
from garance.territory.reading import Table
from garance.territory.wording import fold

DIMENSION = {"point": 0, "line": 1, "polygon": 2}
DROP_WORDS = re.compile(r"transplant|exclu|retir|ecart|supprim|drop|remove|hors|deplace|a_jeter")

WHOLE = frozenset({"buildings", "land-use"})
"""Layers whose objects are counted, people or houses: kept or left whole, by where their middle is."""


@dataclass
class Kept:
    """A layer on its way into the pack: shapes in the metric system, attributes normalised."""

    name: str
    shapes: Any
    properties: dict[str, list[Value]]
    source: str
    width: int = 0
    """How many columns its maker gave: the tie between equals."""

    def __len__(self) -> int:
        return len(self.shapes)

    def chosen(self, mask: Any) -> Kept:
        """The rows of that mask."""
        rows = np.flatnonzero(mask)
        properties = {name: [column[row] for row in rows] for name, column in self.properties.items()}
        return Kept(self.name, self.shapes[rows], properties, self.source, self.width)


@dataclass(frozen=True)
class ClipZone:
    """The zone a folder says to keep, in the metric system, and the file that says so."""

    shape: Any
    source: str

    def blanked(self, heights: Any, transform: Affine) -> Any:
        """A grid with nothing outside the zone: what lies there is not where it seems."""
        inside = geometry_mask([self.shape], heights.shape[-2:], transform, all_touched=True, invert=True)
        return np.where(inside, heights, np.nan).astype("float32")


def read_clip(tables: list[Table], metric: str) -> ClipZone | None:
    """The zone to keep: the polygons not named as to be dropped, less those that are; nothing without a file."""
    if not tables:
        return None
    keep: list[Any] = []
    drop: list[Any] = []
    for table in tables:
        shapes = shapely.make_valid(project(table.shapes, table.crs, metric))
        for row, shape in enumerate(shapes):
            said = " ".join(fold(str(cells[row])) for cells in table.columns.values() if cells[row] is not None)
            (drop if DROP_WORDS.search(said) else keep).append(shape)
    zone = shapely.union_all(keep) if keep else shapely.box(-1e8, -1e8, 1e8, 1e8)
    if drop and not keep:
        zone = shapely.difference(zone, shapely.union_all(drop))
    shapely.prepare(zone)
    return ClipZone(zone, ", ".join(table.source for table in tables))


def clip_to_zone(kept: Kept, zone: ClipZone) -> Kept:
    """What lies in the zone: houses and cells by their middle, the rest cut at its edge."""
    if kept.name in WHOLE:
        return kept.chosen(shapely.contains(zone.shape, shapely.centroid(kept.shapes)))
    return _cut(kept, zone.shape)


def clip_to_window(kept: Kept, window: Bounds) -> Kept:
    """What lies inside the window; shapes across its edge are cut."""
    return _cut(kept, shapely.box(*window))


def _cut(kept: Kept, area: Any) -> Kept:
    geometry = LAYERS[kept.name].geometry
    shapely.prepare(area)
    inside = shapely.contains_properly(area, kept.shapes)
    shapes = kept.shapes.copy()
    across = np.flatnonzero(~inside & shapely.intersects(area, shapes))
    if len(across):
        pieces = shapely.intersection(shapely.make_valid(shapes[across]), area)
        shapes[across] = [only_dimension(piece, DIMENSION[geometry]) for piece in pieces]
        inside[across] = ~shapely.is_empty(shapes[across])
    return Kept(kept.name, shapes, kept.properties, kept.source, kept.width).chosen(inside)


def only_dimension(shape: Any, dimension: int) -> Any:
    """The parts of that dimension alone (0 points, 1 lines, 2 areas); empty when there are none."""
    parts = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == dimension]
    nested = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) >= 4]
    parts = [part for part in parts if shapely.get_type_id(part) < 4]
    for group in nested:
        parts += [part for part in shapely.get_parts(group) if shapely.get_dimensions(part) == dimension]
    if len(parts) == 1:
        return parts[0]
    make = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}[dimension]
    return make(parts)
