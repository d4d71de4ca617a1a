"""What is known of every course of action; a choice may arrive before what it chooses."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.courses.facts import CourseChosen, CourseDescribed, CourseDropped
from garance.domain.things import forget_everywhere, forget_in
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact


class Course(msgspec.Struct):
    """One course of action. Nothing to show until it is described."""

    described: Versions[CourseDescribed] = msgspec.field(default_factory=Versions)
    dropped: Versions[str] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it alone."""
        return self.described, self.dropped


class Choice(msgspec.Struct):
    """What was chosen in a situation, choice after choice; `reason` goes with `course`, statement for statement."""

    course: Versions[str] = msgspec.field(default_factory=Versions)
    reason: Versions[str] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said of it."""
        return self.course, self.reason


class Courses(msgspec.Struct):
    """Every course of action, by situation and identifier; and what was chosen in each situation."""

    known: dict[str, dict[str, Course]] = {}
    chosen: dict[str, Choice] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, CourseDescribed | CourseChosen | CourseDropped) or fact.situation is None:
            return False
        if isinstance(body, CourseChosen):
            choice = self.chosen.setdefault(fact.situation, Choice())
            choice.course.add(version_of(fact, body.course))
            choice.reason.add(version_of(fact, body.reason))
            return True
        there = self.known.setdefault(fact.situation, {})
        course = there.get(body.course)
        if course is None:
            course = there[body.course] = Course()
        if isinstance(body, CourseDescribed):
            course.described.add(version_of(fact, body))
        else:
            course.dropped.add(version_of(fact, body.reason))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)
        forget_in(self.chosen, fact)

    def of(self, situation: str, course: str) -> Course | None:
        """That course of that situation, once described."""
        found = self.known.get(situation, {}).get(course)
        return found if found and found.described else None
