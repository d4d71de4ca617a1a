"""What can happen to a course of action (mode d'action): described, chosen against the others, dropped."""

from __future__ import annotations

from typing import Annotated

import msgspec

from garance.domain.situation.facts import Reason
from garance.domain.vocabulary import Body, fact
from garance.kernel.identity import ObjectId

PhaseName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


@fact("course.described.v1")
class CourseDescribed(Body, frozen=True, kw_only=True):
    """A course of action is proposed, or said again (mode d'action).

    `idea` is the idea of manoeuvre, in noun phrases; `phases` name its phases, in order, from 1. What is drawn for it
    names it and its phase. Refused: `course-dropped`.
    """

    course: ObjectId
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    idea: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] | None = None
    phases: Annotated[tuple[PhaseName, ...], msgspec.Meta(max_length=9)] = ()


@fact("course.chosen.v1")
class CourseChosen(Body, frozen=True, kw_only=True):
    """A course of action is chosen against the others, with the reason (mode d'action retenu).

    One is chosen at a time: choosing another replaces it. Refused: `course-unknown`, `course-dropped`.
    """

    course: ObjectId
    reason: Reason


@fact("course.dropped.v1")
class CourseDropped(Body, frozen=True, kw_only=True):
    """A course of action is no longer considered (mode d'action écarté). It stays in the past.

    Refused: `course-unknown`, `course-dropped`, `course-in-use` (it is the one chosen).
    """

    course: ObjectId
    reason: Reason
