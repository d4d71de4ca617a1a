"""What can happen to a shape drawn on the shared picture (objet dessiné, SITAC)."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.situation.facts import Reason
from garance.domain.vocabulary import Body, fact, unchanged
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.place import Geometry, Vertex

ShapeName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ShapeStatus(enum.StrEnum):
    """Whether a shape is so, or meant to be (prévu en tirets, engagé en trait plein: charte SITAC), or was."""

    PLANNED = "planned"
    ENGAGED = "engaged"
    DONE = "done"
    CANCELLED = "cancelled"


Radius = Annotated[float, msgspec.Meta(gt=0, le=500_000, description="metres on the ground")]
Bearing = Annotated[float, msgspec.Meta(ge=0, le=360, description="degrees clockwise from true north")]


class Circle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="form", tag="circle"):
    """A circle around a point (cercle), which the polygon of the shape only approaches."""

    centre: Vertex
    radius_m: Radius


class Sector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="form", tag="sector"):
    """A slice of a circle (secteur angulaire), clockwise from one bearing to the other: a plume under the wind."""

    centre: Vertex
    radius_m: Radius
    from_deg: Bearing
    to_deg: Bearing


Figure = Circle | Sector
"""What a polygon was drawn as, so that its radius can be read and changed."""


class SymbolDrawn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The symbol that a shape is drawn with (signe de la charte): which one of which set, its words, its turn.

    A set that is not here is not refused: the shape is then drawn by its `kind`.
    """

    set: Slug
    id: Slug
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | None = None
    rotation_deg: Bearing = 0.0


Phase = Annotated[int, msgspec.Meta(ge=1, le=9, description="which phase of its course of action")]


@fact("shape.drawn.v3")
class ShapeDrawn(Body, frozen=True, kw_only=True):
    """A shape is drawn (tracé). WGS 84. `valid_until` is when it must be looked at again, in the situation's time.

    `sector` is the shape of the sector it belongs to; `course` and `phase`, when it is part of a course of action.
    Refused: `already-declared`, `validity-ended`, `figure-mismatch`, `geometry-not-finite`, `geometry-too-large`,
    `ring-not-closed`, `geometry-degenerate`, `course-unknown`, `course-dropped`.
    """

    shape: ObjectId
    geometry: Geometry
    figure: Figure | None = None
    kind: Slug
    name: ShapeName
    state: ShapeStatus
    valid_until: Instant | None = None
    symbol: SymbolDrawn | None = None
    sector: ObjectId | None = None
    course: ObjectId | None = None
    phase: Phase | None = None


@fact("shape.reshaped.v2")
class ShapeReshaped(Body, frozen=True, kw_only=True):
    """A shape takes another outline (nouveau tracé).

    Refused: `shape-unknown`, `shape-ended`, `figure-mismatch`, geometry refusals.
    """

    shape: ObjectId
    geometry: Geometry
    figure: Figure | None = None


@fact("shape.described.v3")
class ShapeDescribed(Body, frozen=True, kw_only=True):
    """A shape gets another name, kind, state, validity, symbol or place in the operation (description), said whole.

    Refused: `shape-unknown`, `shape-ended`, `validity-ended`, `course-unknown`, `course-dropped`.
    """

    shape: ObjectId
    name: ShapeName
    kind: Slug
    state: ShapeStatus
    valid_until: Instant | None = None
    symbol: SymbolDrawn | None = None
    sector: ObjectId | None = None
    course: ObjectId | None = None
    phase: Phase | None = None


for _name in ("shape.drawn", "shape.reshaped", "shape.described"):
    unchanged(f"{_name}.v1", to=f"{_name}.v2")
for _name in ("shape.drawn", "shape.described"):
    unchanged(f"{_name}.v2", to=f"{_name}.v3")


@fact("shape.ended.v1")
class ShapeEnded(Body, frozen=True, kw_only=True):
    """A shape no longer stands (levée). It stays in the past. Refused: `shape-unknown`, `shape-ended`."""

    shape: ObjectId
    reason: Reason
