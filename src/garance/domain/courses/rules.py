"""When a course of action may be described, chosen and dropped."""

from __future__ import annotations

from collections.abc import Sequence

from garance.domain.commands import command
from garance.domain.courses.facts import CourseChosen, CourseDescribed, CourseDropped
from garance.domain.courses.state import Choice, Course
from garance.domain.following import amend, first_seen, sees
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.versions import Version
from garance.kernel.refusal import Refused


@command("courses.describe", ability="drawings.draw", request=CourseDescribed)
def describe_course(state: State, request: CourseDescribed, context: Context) -> Sequence[Said]:
    """Propose a course of action, or say it again. Refuses `course-dropped`."""
    course = state.courses.of(context.situation or "", request.course)
    described = first_seen(context, course.described) if course else None
    if course is None or described is None:
        return [Said(body=request)]
    _check_considered(course, context)
    return amend(context, request, first=described, aspect=course.described, thing=course.aspects)


@command("courses.choose", ability="courses.choose", request=CourseChosen)
def choose_course(state: State, request: CourseChosen, context: Context) -> Sequence[Said]:
    """Choose a course of action against the others. Refuses `course-unknown`, `course-dropped`."""
    course, described = _considered(state, request.course, context)
    chosen = _choice(state, context).course
    return amend(context, request, first=described, aspect=chosen, thing=(*course.aspects, chosen))


@command("courses.drop", ability="drawings.draw", request=CourseDropped)
def drop_course(state: State, request: CourseDropped, context: Context) -> Sequence[Said]:
    """Consider a course no longer. Refuses `course-unknown`, `course-dropped`, `course-in-use`."""
    course, described = _considered(state, request.course, context)
    seen = [version for version in _choice(state, context).course.history() if sees(context, version)]
    if seen and seen[-1].value == request.course:
        raise Refused("course-in-use", field="body.course")
    return amend(context, request, first=described, aspect=course.described, thing=course.aspects)


def check_course(state: State, course: str | None, context: Context) -> None:
    """Refuse `course-unknown`, `course-dropped` when something is drawn for a course that its author cannot name."""
    if course is not None:
        _considered(state, course, context)


def _choice(state: State, context: Context) -> Choice:
    return state.courses.chosen.get(context.situation or "", Choice())


def _considered(state: State, identifier: str, context: Context) -> tuple[Course, Version[CourseDescribed]]:
    course = state.courses.of(context.situation or "", identifier)
    described = first_seen(context, course.described) if course else None
    if course is None or described is None:
        raise Refused("course-unknown", field="body.course")
    _check_considered(course, context)
    return course, described


def _check_considered(course: Course, context: Context) -> None:
    if any(sees(context, dropped) for dropped in course.dropped.history()):
        raise Refused("course-dropped", field="body.course")
