"""What can happen to a shape drawn on the shared picture (objet dessiné, SITAC)."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.situation.facts import Reason
from garance.domain.vocabulary import Body, fact
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.place import Geometry

ShapeName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ShapeStatus(enum.StrEnum):
    """Whether a shape is so, or meant to be (prévu en tirets, engagé en trait plein: charte SITAC)."""

    PLANNED = "planned"
    ENGAGED = "engaged"


@fact("shape.drawn.v1")
class ShapeDrawn(Body, frozen=True, kw_only=True):
    """A shape is drawn (tracé). WGS 84. Refused: `already-declared`, `geometry-not-finite`, `geometry-too-large`,
    `ring-not-closed`, `geometry-degenerate`.
    """

    shape: ObjectId
    geometry: Geometry
    kind: Slug
    name: ShapeName
    state: ShapeStatus


@fact("shape.reshaped.v1")
class ShapeReshaped(Body, frozen=True, kw_only=True):
    """A shape takes another outline (nouveau tracé). Refused: `shape-unknown`, `shape-ended`, geometry refusals."""

    shape: ObjectId
    geometry: Geometry


@fact("shape.described.v1")
class ShapeDescribed(Body, frozen=True, kw_only=True):
    """A shape gets another name, kind or state (description). Refused: `shape-unknown`, `shape-ended`."""

    shape: ObjectId
    name: ShapeName
    kind: Slug
    state: ShapeStatus


@fact("shape.ended.v1")
class ShapeEnded(Body, frozen=True, kw_only=True):
    """A shape no longer stands (levée). It stays in the past. Refused: `shape-unknown`, `shape-ended`."""

    shape: ObjectId
    reason: Reason
