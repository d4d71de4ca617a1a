"""What is known of every signals plan."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.signals.facts import SignalsPlanSet
from garance.domain.things import forget_everywhere
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact


class SignalsPlan(msgspec.Struct):
    """One plan, each time it was set."""

    set: Versions[SignalsPlanSet] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return (self.set,)


class Signals(msgspec.Struct):
    """Every signals plan, by situation and identifier."""

    known: dict[str, dict[str, SignalsPlan]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, SignalsPlanSet) or fact.situation is None:
            return False
        there = self.known.setdefault(fact.situation, {})
        there.setdefault(body.plan, SignalsPlan()).set.add(version_of(fact, body))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)
