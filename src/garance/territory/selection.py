"""From the layers found to the layers kept: repaired, cut to the window, the richest of the twins, completed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.layers import LAYERS, LayerKind
from garance.territory.manifest import GeometryKind, ReportLine
from garance.territory.normalise import Value, fill_defaults, normalise, richness
from garance.territory.projection import Bounds, project
from garance.territory.reading import Table
from garance.territory.wording import fold

BORROW_M = 25.0
"""How near a twin's line must run to lend its attributes."""

SLIVER_M = 40.0
"""Gaps between communes narrower than twice this join nothing to the sea."""

_DIMENSION = {"point": 0, "line": 1, "polygon": 2}


@dataclass
class Kept:
    """A layer on its way into the pack: shapes in the metric system, attributes normalised."""

    name: str
    shapes: Any
    properties: dict[str, list[Value]]
    source: str

    def __len__(self) -> int:
        return len(self.shapes)


def repaired(shapes: Any, geometry: GeometryKind) -> tuple[Any, int]:
    """Invalid polygons made valid, keeping their areas only; and how many there were."""
    if geometry != "polygon":
        return shapes, 0
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        shapes = shapes.copy()
        shapes[bad] = [only_dimension(shape, 2) for shape in shapely.make_valid(shapes[bad])]
    return shapes, int(bad.sum())


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


def prepare(layer: str, table: Table, metric: str) -> tuple[Kept, int]:
    """A table read as that layer, in the metric system, repaired; and how many shapes were repaired."""
    shapes, count = repaired(project(table.shapes, table.crs, metric), table.geometry)
    return Kept(layer, shapes, normalise(layer, table), table.source), count


def clip(kept: Kept, window: Bounds) -> Kept:
    """What lies inside the window; shapes across its edge are cut."""
    geometry = LAYERS[kept.name].geometry
    boxed = shapely.box(*window)
    inside = shapely.contains_properly(boxed, kept.shapes)
    shapes = kept.shapes.copy()
    for index in np.flatnonzero(~inside & shapely.intersects(boxed, shapes)):
        shapes[index] = only_dimension(shapely.intersection(shapes[index], boxed), _DIMENSION[geometry])
        inside[index] = not shapes[index].is_empty
    chosen = np.flatnonzero(inside)
    properties = {name: [column[index] for index in chosen] for name, column in kept.properties.items()}
    return Kept(kept.name, shapes[chosen], properties, kept.source)


def choose(candidates: list[tuple[Kept, Table]], kind: LayerKind) -> tuple[Kept, list[ReportLine]]:
    """The richest of the twins; then what the others know and it does not is borrowed, line by line."""
    if kind.together:
        return _together(candidates), []
    ranked = sorted(
        candidates,
        key=lambda pair: (-richness(pair[0].properties, kind.essential), -len(pair[1].columns), pair[0].source),
    )
    best = ranked[0][0]
    lines = []
    for other, _ in ranked[1:]:
        borrowed = _borrow(best, other) if kind.geometry == "line" else {}
        lines.append(_twin_line(kind, best, other, borrowed))
    return best, lines


def finish(kept: Kept) -> None:
    """Put default words where no source said anything."""
    fill_defaults(kept.name, kept.properties)


def _together(candidates: list[tuple[Kept, Table]]) -> Kept:
    first = candidates[0][0]
    shapes = np.concatenate([kept.shapes for kept, _ in candidates])
    names = list(first.properties)
    properties = {name: [value for kept, _ in candidates for value in kept.properties[name]] for name in names}
    return Kept(first.name, shapes, properties, ", ".join(sorted({kept.source for kept, _ in candidates})))


def _borrow(best: Kept, other: Kept) -> dict[str, int]:
    """Fill empty values from the nearest line of the twin, seen from the middle of each; how many by attribute."""
    counts: dict[str, int] = {}
    if len(best) == 0 or len(other) == 0:
        return counts
    middles = shapely.line_interpolate_point(shapely.line_merge(best.shapes), 0.5, normalized=True)
    middles = np.where(shapely.is_missing(middles), shapely.point_on_surface(best.shapes), middles)
    for name, column in best.properties.items():
        said = [index for index, value in enumerate(other.properties[name]) if value not in (None, "unknown", "other")]
        blank = [index for index, value in enumerate(column) if value in (None, "unknown")]
        if not said or not blank:
            continue
        tree = shapely.STRtree(other.shapes[said])
        pairs = tree.query_nearest(middles[blank], max_distance=BORROW_M, all_matches=False)
        for mine, theirs in zip(*pairs, strict=True):
            column[blank[int(mine)]] = other.properties[name][said[int(theirs)]]
        if len(pairs[0]):
            counts[name] = len(pairs[0])
    return counts


def _twin_line(kind: LayerKind, best: Kept, other: Kept, borrowed: dict[str, int]) -> ReportLine:
    text = f"{kind.title_fr} : {other.source} est un double moins riche que {best.source}"
    if borrowed:
        lent = ", ".join(f"{name} ({count})" for name, count in borrowed.items())
        return ReportLine(
            kind="repaired",
            code="attributes-borrowed",
            subject=other.source,
            text_fr=f"{text} ; il a complété : {lent}.",
            count=sum(borrowed.values()),
        )
    return ReportLine(
        kind="unused", code="duplicate", subject=other.source, text_fr=f"{text}, laissé de côté.", count=len(other)
    )


def derive_sea(communes: Kept, window: Bounds, heights_at: Any) -> Any:
    """The part of the window that belongs to no commune and lies low: the sea (or a wide estuary).

    `heights_at(x, y)` gives metres; a piece counts when half of its sampled ground is below 1 m.
    """
    rest = shapely.difference(shapely.box(*window), shapely.union_all(communes.shapes))
    apart = shapely.buffer(shapely.buffer(rest, -SLIVER_M), SLIVER_M, join_style="mitre")
    parts = shapely.get_parts(shapely.intersection(apart, rest))
    pieces = [piece for piece in parts if shapely.get_dimensions(piece) == 2 and piece.area > 10_000]
    return np.array([piece for piece in pieces if _is_low(piece, heights_at)], dtype=object)


def _is_low(piece: Any, heights_at: Any) -> bool:
    west, south, east, north = piece.bounds
    x, y = np.meshgrid(np.linspace(west, east, 40), np.linspace(south, north, 40))
    inside = shapely.contains_xy(piece, x.ravel(), y.ravel())
    heights = heights_at(x.ravel()[inside], y.ravel()[inside])
    heights = heights[np.isfinite(heights)]
    return bool(len(heights)) and float(np.median(heights)) < 1.0


def newest_first(source: str) -> int:
    """Sorts a grid whose name says that it was brought up to date (« maj ») before its twin."""
    return 0 if "maj" in fold(source) else 1
