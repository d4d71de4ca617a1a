"""What is known of every series: its declaration and the segments sealed."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.observations.facts import SegmentSealed, SeriesDeclared
from garance.domain.things import forget_everywhere
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact


class Series(msgspec.Struct):
    """One series. Nothing to show until it is declared."""

    declared: Versions[SeriesDeclared] = msgspec.field(default_factory=Versions)
    sealed: Versions[SegmentSealed] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.declared, self.sealed


class Observations(msgspec.Struct):
    """Every series, by situation and identifier."""

    known: dict[str, dict[str, Series]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, SeriesDeclared | SegmentSealed) or fact.situation is None:
            return False
        there = self.known.setdefault(fact.situation, {})
        series = there.get(body.series)
        if series is None:
            series = there[body.series] = Series()
        match body:
            case SeriesDeclared():
                series.declared.add(version_of(fact, body))
            case SegmentSealed():
                series.sealed.add(version_of(fact, body))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, series: str) -> Series | None:
        """That series of that situation, once declared."""
        found = self.known.get(situation, {}).get(series)
        return found if found and found.declared else None
