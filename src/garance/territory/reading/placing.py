"""Shapes as they come: what cannot be a place set aside and counted, the system of the rest settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from garance.kernel.refusal import Refused
from garance.territory.manifest import GeometryKind
from garance.territory.projection import Bounds, read_crs
from garance.territory.reading.findings import Note, Table

MAX_VERTICES = 2_000_000
"""A shape of more corners than this is a weapon, or a mistake: the coast of a whole department has fewer."""

FARTHEST = 5e7
"""No coordinate on Earth is larger, in metres or in degrees."""

KINDS: tuple[GeometryKind, ...] = ("point", "line", "polygon")


@dataclass(frozen=True)
class Cleaned:
    """Which shapes can be used, those shapes made flat, and counts of the rest."""

    usable: Any
    shapes: Any
    empty: int
    flattened: int
    notes: tuple[Note, ...]


def clean(shapes: Any) -> Cleaned:
    """Set aside what is empty, too heavy, not finite or beyond Earth; a point at exactly 0, 0 has no place."""
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    notes: list[Note] = []
    heavy = usable & (shapely.get_num_coordinates(shapes) > MAX_VERTICES)
    usable &= ~heavy
    nowhere, endless, beyond = _astray(shapes, usable)
    usable &= ~(nowhere | endless | beyond)
    for code, mask in (
        ("vertices-too-many", heavy),
        ("coordinates-not-finite", endless),
        ("coordinates-out-of-range", beyond),
    ):
        if mask.any():
            notes.append((code, int(mask.sum())))
    kept = shapes[usable]
    flattened = int(np.count_nonzero(shapely.has_z(kept)))
    aside = int((heavy | endless | beyond).sum())
    return Cleaned(usable, shapely.force_2d(kept), int((~usable).sum()) - aside, flattened, tuple(notes))


def _astray(shapes: Any, usable: Any) -> tuple[Any, Any, Any]:
    """Masks of shapes at 0, 0; with a coordinate that is no number; with one beyond Earth."""
    coordinates, owners = shapely.get_coordinates(np.where(usable, shapes, None), return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    far = finite & (np.abs(coordinates) > FARTHEST).any(axis=1)
    endless, beyond = np.zeros(len(shapes), dtype=bool), np.zeros(len(shapes), dtype=bool)
    endless[owners[~finite]] = True
    beyond[owners[far]] = True
    beyond &= ~endless
    null = usable & (shapely.get_type_id(shapes) == 0)
    nowhere = np.zeros(len(shapes), dtype=bool)
    nowhere[null] = (shapely.get_x(shapes[null]) == 0) & (shapely.get_y(shapes[null]) == 0)
    return nowhere, endless, beyond


def settle(declared: str | None, shapes: Any, label: str, near: Bounds | None = None) -> tuple[Any, str, str | None]:
    """The shapes (turned round when y came first), their system and the doubt; refuses `crs-unknown`."""
    reading = read_crs(declared, bulk_bounds(shapes), near) if len(shapes) else None
    if reading is None:
        raise Refused("crs-unknown", field=label)
    return (turn(shapes) if reading.swapped else shapes), reading.crs, reading.doubt


def bulk_bounds(shapes: Any) -> Bounds:
    """The box of nearly all the shapes: a few lost ones do not decide where a layer lies."""
    west, south, east, north = shapely.bounds(shapes).T
    if len(shapes) < 50:
        return (float(west.min()), float(south.min()), float(east.max()), float(north.max()))
    low, high = 2, 98
    return (
        float(np.percentile(west, low)),
        float(np.percentile(south, low)),
        float(np.percentile(east, high)),
        float(np.percentile(north, high)),
    )


def turn(shapes: Any) -> Any:
    """The same shapes, x and y exchanged."""
    return shapely.transform(shapes, lambda points: points[:, ::-1])


def resettle(table: Table, near: Bounds) -> Table:
    """The same table, its system settled again now that one knows where the other layers lie (`near`, degrees)."""
    given = turn(table.shapes) if table.doubt == "axes-swapped" else table.shapes
    reading = read_crs(table.declared, bulk_bounds(given), near)
    if reading is None or (reading.crs, reading.doubt) == (table.crs, table.doubt):
        return table
    return replace(table, shapes=turn(given) if reading.swapped else given, crs=reading.crs, doubt=reading.doubt)


def rows_of(table: Table, mask: Any, name: str | None = None) -> Table:
    """Some rows of a table, under another name or its own; what was counted stays with the first of the parts."""
    columns = {column: cells[mask] for column, cells in table.columns.items()}
    return replace(
        table,
        name=name or table.name,
        columns=columns,
        shapes=table.shapes[mask],
        recoded=0,
        empty=0,
        flattened=0,
        notes=(),
    )


def tables_by_kind(table: Table) -> Iterator[Table]:
    """One table for each kind of shape (points, lines, areas); the commonest kind comes first."""
    dimensions = shapely.get_dimensions(table.shapes)
    counts = np.bincount(dimensions[dimensions >= 0], minlength=3)
    present = [int(kind) for kind in np.argsort(-counts, kind="stable") if counts[kind]]
    if not present:
        raise Refused("layer-empty", field=table.source)
    if len(present) == 1:
        yield replace(table, geometry=KINDS[present[0]])
        return
    for order, kind in enumerate(present):
        chosen = dimensions == kind
        columns = {name: cells[chosen] for name, cells in table.columns.items()}
        part = replace(table, geometry=KINDS[kind], columns=columns, shapes=table.shapes[chosen])
        yield part if order == 0 else replace(part, recoded=0, empty=0, flattened=0, notes=())
