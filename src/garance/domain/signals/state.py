"""What is known of every signals plan."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.signals.facts import SignalsPlanSet, SignalsPlanWithdrawn
from garance.domain.things import forget_everywhere
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact


class SignalsPlan(msgspec.Struct):
    """One plan, each time it was set; a withdrawal may arrive before what it withdraws."""

    set: Versions[SignalsPlanSet] = msgspec.field(default_factory=Versions)
    withdrawn: Versions[str] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.set, self.withdrawn


class Signals(msgspec.Struct):
    """Every signals plan, by situation and identifier."""

    known: dict[str, dict[str, SignalsPlan]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, SignalsPlanSet | SignalsPlanWithdrawn) or fact.situation is None:
            return False
        plan = self.known.setdefault(fact.situation, {}).setdefault(body.plan, SignalsPlan())
        if isinstance(body, SignalsPlanSet):
            plan.set.add(version_of(fact, body))
        else:
            plan.withdrawn.add(version_of(fact, body.reason))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, plan: str) -> SignalsPlan | None:
        """That plan of that situation, once set."""
        found = self.known.get(situation, {}).get(plan)
        return found if found and found.set else None
