"""Who acknowledged what; an acknowledgement may arrive before what it answers."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.acknowledgements.facts import AcknowledgementGiven
from garance.domain.things import forget_everywhere
from garance.domain.versions import Version, Versions, version_of
from garance.kernel.fact import Fact


class Answers(msgspec.Struct):
    """The acknowledgements of one fact."""

    given: Versions[bool] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return (self.given,)


class Acknowledgements(msgspec.Struct):
    """Every acknowledgement, by situation and by the fact it answers."""

    known: dict[str, dict[str, Answers]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, AcknowledgementGiven) or fact.situation is None:
            return False
        there = self.known.setdefault(fact.situation, {})
        answers = there.get(body.fact)
        if answers is None:
            answers = there[body.fact] = Answers()
        answers.given.add(version_of(fact, True))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, fact: str) -> list[Version[bool]]:
        """Those given to that fact, in order."""
        answers = self.known.get(situation, {}).get(fact)
        return answers.given.history() if answers else []
