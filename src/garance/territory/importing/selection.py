"""From the layers found to the layers kept: repaired, the richest of the twins, completed by the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from garance.territory.importing.clipping import Kept, only_dimension
from garance.territory.importing.normalise import fill_defaults, normalise, richness
from garance.territory.layers import LayerKind
from garance.territory.manifest import GeometryKind, ReportLine
from garance.territory.projection import project
from garance.territory.reading import Table
from garance.territory.wording import fold

BORROW_M = 25.0
"""How near a twin's line must run to lend its attributes."""

COVER_M = 250.0
"""A twin completes the richest layer where that one has nothing within about this distance."""

NETWORKS = frozenset({"roads", "railways"})
STRIDE_M, STREET_M = 25.0, 15.0

LEAST_NEW = 0.25
"""The share of its objects that must be news for a twin to complete rather than repeat."""

SAME_M = {
    "sites": 60.0,
    "hydrants": 10.0,
    "gauges": 60.0,
    "network-nodes": 60.0,
    "addresses": 5.0,
    "place-labels": 500.0,
}
"""Two points of one kind and name this near, from two sources, are one."""


def repaired(shapes: Any, geometry: GeometryKind) -> tuple[Any, int]:
    """Invalid polygons made valid, keeping their areas only; and how many there were."""
    if geometry != "polygon":
        return shapes, 0
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        shapes = shapes.copy()
        shapes[bad] = [only_dimension(shape, 2) for shape in shapely.make_valid(shapes[bad])]
    return shapes, int(bad.sum())


def prepare(layer: str, table: Table, metric: str) -> tuple[Kept, int]:
    """A table read as that layer, in the metric system, repaired; and how many shapes were repaired."""
    shapes, count = repaired(project(table.shapes, table.crs, metric), table.geometry)
    if layer == "sites" and table.geometry != "point":
        shapes = shapely.point_on_surface(shapes)
    kept = Kept(layer, shapes, normalise(layer, table), table.source, len(table.columns))
    wanted = ~shapely.is_empty(shapes)
    if layer == "sites":
        wanted &= np.array([said_kind or said_name for said_kind, said_name in _site_words(kept)], dtype=bool)
    return kept.chosen(wanted), count


def _site_words(kept: Kept) -> list[tuple[bool, bool]]:
    """Whether each site says what it is, and how it is called: a bench says neither."""
    kinds, names = kept.properties["kind"], kept.properties["name"]
    return [(kind not in (None, "other"), name is not None) for kind, name in zip(kinds, names, strict=True)]


def choose(candidates: list[Kept], kind: LayerKind) -> tuple[Kept, list[ReportLine]]:
    """The richest of the twins; the others fill its blanks, and the places where it has nothing."""
    ranked = sorted(candidates, key=lambda kept: (-_worth(kept, kind), -kept.width, -len(kept), kept.source))
    best, lines = ranked[0], []
    if kind.together:
        return _without_doubles(_joined(ranked), np.repeat(np.arange(len(ranked)), [len(kept) for kept in ranked])), []
    for other in ranked[1:]:
        borrowed = _borrow(best, other) if kind.geometry == "line" else {}
        fresh = _news(best, other)
        if kind.name != "communes" and np.count_nonzero(fresh) >= LEAST_NEW * len(other):
            best = _joined([best, other.chosen(fresh)])
            lines.append(_completed_line(kind, best, other, int(np.count_nonzero(fresh))))
        else:
            lines.append(_twin_line(kind, best, other, borrowed))
    return best, lines


def _worth(kept: Kept, kind: LayerKind) -> float:
    return richness(kept.properties, kind.essential)


def finish(kept: Kept) -> None:
    """Put default words where no source said anything."""
    fill_defaults(kept.name, kept.properties)


def _joined(parts: list[Kept]) -> Kept:
    first = parts[0]
    if len(parts) == 1:
        return first
    shapes = np.concatenate([kept.shapes for kept in parts])
    names = list(first.properties)
    properties = {name: [value for kept in parts for value in kept.properties[name]] for name in names}
    return Kept(first.name, shapes, properties, joined_sources(parts))


def joined_sources(parts: list[Kept]) -> str:
    """The files these come from, each once."""
    return ", ".join(dict.fromkeys(source for kept in parts for source in kept.source.split(", ")))


def _news(best: Kept, other: Kept) -> Any:
    """Which objects of the other lie where the best has nothing: a network stretch by stretch, so that it joins at
    the seam; anything else on a coarse grid of cells."""
    if len(best) == 0:
        return np.ones(len(other), dtype=bool)
    if best.name in NETWORKS:
        return _stretches_apart(best.shapes, other.shapes)
    taken = _cells(_spots(best.shapes))
    around = np.unique(np.concatenate([taken + step for step in _steps()]))
    return ~np.isin(_cells(shapely.get_coordinates(shapely.centroid(other.shapes))), around)


def _stretches_apart(best: Any, other: Any) -> Any:
    """Which lines of the other run for most of their length farther than a street's width from the best's."""
    marks, owners = shapely.get_coordinates(shapely.segmentize(other, STRIDE_M), return_index=True)
    near = np.zeros(len(marks), dtype=bool)
    near[shapely.STRtree(best).query(shapely.points(marks), predicate="dwithin", distance=STREET_M)[0]] = True
    total = np.bincount(owners, minlength=len(other))
    return np.bincount(owners, weights=near, minlength=len(other)) < 0.5 * total


def _spots(shapes: Any) -> Any:
    """The corners and middles of shapes, close enough along long ones that no cell they cross is forgotten."""
    dense = shapely.segmentize(shapes, COVER_M)
    return np.concatenate([shapely.get_coordinates(dense), shapely.get_coordinates(shapely.centroid(shapes))])


def _cells(points: Any) -> Any:
    column, row = np.floor(points[:, 0] / COVER_M).astype("int64"), np.floor(points[:, 1] / COVER_M).astype("int64")
    return column * 1_000_003 + row


def _steps() -> list[int]:
    return [column * 1_000_003 + row for column in (-1, 0, 1) for row in (-1, 0, 1)]


def _without_doubles(kept: Kept, owners: Any) -> Kept:
    """Points that several sources (`owners`, by row) give, once: same kind, near, and no two different names."""
    reach_m = SAME_M.get(kept.name)
    if reach_m is None or len(set(owners)) < 2:
        return kept
    key = "number" if kept.name == "addresses" else "name" if "name" in kept.properties else "ref"
    names = [fold(str(value)) if value else "" for value in kept.properties[key]]
    kinds = kept.properties.get("kind", [None] * len(kept))
    first, second = shapely.STRtree(kept.shapes).query(kept.shapes, predicate="dwithin", distance=reach_m)
    apart = (first < second) & (owners[first] != owners[second])
    first, second = first[apart], second[apart]
    double = np.zeros(len(kept), dtype=bool)
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        if not double[one] and kinds[one] == kinds[other] and _may_be_one(names[one], names[other]):
            double[other] = True
            for column in kept.properties.values():
                column[one] = column[other] if column[one] is None else column[one]
    return kept.chosen(~double)


def _may_be_one(one: str, other: str) -> bool:
    return (
        one == other
        or (bool(one) != bool(other))
        or (len(min(one, other, key=len)) > 6 and (one in other or other in one))
    )


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


def _completed_line(kind: LayerKind, best: Kept, other: Kept, count: int) -> ReportLine:
    return ReportLine(
        kind="found",
        code="completed",
        subject=other.source,
        text_fr=f"{kind.title_fr} : {other.source} complète {best.source.split(', ')[0]} ({count} objets ailleurs).",
        count=count,
    )


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
