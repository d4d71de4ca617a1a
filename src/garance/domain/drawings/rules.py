"""When a shape may be drawn, reshaped, described and ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from garance.domain.commands import command
from garance.domain.courses.rules import check_course
from garance.domain.drawings.facts import ShapeDescribed, ShapeDrawn, ShapeEnded, ShapeReshaped
from garance.domain.drawings.figures import check_outline
from garance.domain.drawings.state import Shape
from garance.domain.following import amend, amended_label, first_seen, follow, sees
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.versions import Version
from garance.kernel.clock import as_utc
from garance.kernel.refusal import Refused

D = TypeVar("D", ShapeDrawn, ShapeDescribed)


@command("drawings.draw", ability="drawings.draw", request=ShapeDrawn)
def draw_shape(state: State, request: ShapeDrawn, context: Context) -> Sequence[Said]:
    """Draw a shape. Refuses `already-declared`, `validity-ended`, `course-unknown`, what cannot be drawn."""
    known = state.drawings.of(context.situation or "", request.shape)
    if known is not None and first_seen(context, known.drawn) is not None:
        raise Refused("already-declared", field="body.shape")
    check_outline(request.geometry, request.figure)
    check_course(state, request.course, context)
    return [Said(body=_dated(request, context))]


@command("drawings.reshape", ability="drawings.draw", request=ShapeReshaped)
def reshape(state: State, request: ShapeReshaped, context: Context) -> Sequence[Said]:
    """Give a shape another outline. Refuses `shape-unknown`, `shape-ended`, `figure-mismatch`, what cannot be drawn."""
    shape, drawn = _standing(state, request.shape, context)
    check_outline(request.geometry, request.figure)
    return amend(context, request, first=drawn, aspect=shape.outline, thing=shape.aspects)


@command("drawings.describe", ability="drawings.draw", request=ShapeDescribed)
def describe_shape(state: State, request: ShapeDescribed, context: Context) -> Sequence[Said]:
    """Describe a shape otherwise. Refuses `shape-unknown`, `shape-ended`, `validity-ended`, `course-unknown`."""
    shape, drawn = _standing(state, request.shape, context)
    if request.course not in {told.value.course for told in shape.description.history() if sees(context, told)}:
        check_course(state, request.course, context)
    body = _dated(request, context)
    return amend(context, body, first=drawn, aspect=shape.description, thing=shape.aspects)


@command("drawings.end", ability="drawings.draw", request=ShapeEnded)
def end_shape(state: State, request: ShapeEnded, context: Context) -> Sequence[Said]:
    """Say that a shape no longer stands, knowing its outline and description. Refuses as above."""
    shape, drawn = _standing(state, request.shape, context)
    label, parts = amended_label(context, drawn), (shape.outline, shape.description)
    told = [follow(context, part, thing=shape.aspects, at=context.present, label=label) for part in parts]
    return [Said(body=request, refs=tuple(dict.fromkeys(ref for refs in told for ref in refs)), label=label)]


def _dated(request: D, context: Context) -> D:
    """The same, its validity in UTC; refuses one that has ended already."""
    if request.valid_until is None:
        return request
    valid_until = as_utc(request.valid_until, field="body.valid_until")
    if valid_until <= context.present:
        raise Refused("validity-ended", field="body.valid_until")
    return msgspec.structs.replace(request, valid_until=valid_until)


def _standing(state: State, identifier: str, context: Context) -> tuple[Shape, Version[bool]]:
    shape = state.drawings.of(context.situation or "", identifier)
    drawn = first_seen(context, shape.drawn) if shape else None
    if shape is None or drawn is None:
        raise Refused("shape-unknown", field="body.shape")
    if any(sees(context, end) for end in shape.ended.history()):
        raise Refused("shape-ended", field="body.shape")
    return shape, drawn
