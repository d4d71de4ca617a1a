"""What rules and views know of every situation; independent of the order of arrival."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from garance.domain.moment import Moment, known_by
from garance.domain.situation.facts import ClockSet, LevelSet, SituationClosed, SituationOpened
from garance.domain.things import forget_in
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact
from garance.kernel.label import Mode


class Situation(msgspec.Struct):
    """One situation: its openings (one, unless forged), levels, clocks and closings."""

    opened: Versions[SituationOpened] = msgspec.field(default_factory=Versions)
    level: Versions[int] = msgspec.field(default_factory=Versions)
    clock: Versions[ClockSet] = msgspec.field(default_factory=Versions)
    closed: Versions[str] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.opened, self.level, self.clock, self.closed

    @property
    def mode(self) -> Mode | None:
        """Its mode, for ever that of its first opening."""
        first = self.opened.first()
        return first.value.mode if first else None

    def clock_at(self, moment: Moment | None) -> ClockSet | None:
        """The exercise clock last set. It turns story time itself, so only the time of recording rules it."""
        newest = self.clock.upto(known_by(moment)).newest()
        return newest.value if newest else None

    def time(self, now: datetime) -> datetime:
        """The situation's own time: story time when an exercise clock was set, real time otherwise."""
        clock = self.clock_at(None)
        if clock is None:
            return now
        return clock.story_at + (now - clock.real_at) * clock.speed


class Situations(msgspec.Struct):
    """Every situation, by identifier."""

    known: dict[str, Situation] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, SituationOpened | LevelSet | ClockSet | SituationClosed) or fact.situation is None:
            return False
        situation = self.known.setdefault(fact.situation, Situation())
        match body:
            case SituationOpened():
                if body.situation == fact.situation:
                    situation.opened.add(version_of(fact, body))
            case LevelSet():
                situation.level.add(version_of(fact, body.level))
            case ClockSet():
                situation.clock.add(version_of(fact, body))
            case SituationClosed():
                situation.closed.add(version_of(fact, body.reason))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_in(self.known, fact)

    def open(self, situation: str) -> Situation | None:
        """That situation, if it was ever opened."""
        found = self.known.get(situation)
        return found if found and found.opened else None
