"""What is known of the things that facts tell aspect by aspect; a change may arrive before what it changes."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.telling import statement_of, telling
from garance.domain.things import forget_everywhere
from garance.domain.versions import Version, Versions, version_of
from garance.kernel.fact import Fact, Relation

Statement = dict[str, Any]
"""What a fact says of an aspect, as JSON has it, without the name of the thing."""


class Thing(msgspec.Struct):
    """One thing: what was said of each aspect, what was gathered, and which aspects make it be there or end it."""

    kind: str
    said: dict[str, Versions[Statement]] = {}
    gathered: dict[str, Versions[Statement]] = {}
    begun: set[str] = set()
    ended: set[str] = set()
    answers: dict[str, tuple[str, ...]] = {}
    """By fact, the facts that it answers: the line that a mission comes from, the counts that were weighed."""

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return (*self.said.values(), *self.gathered.values())

    @property
    def beginning(self) -> tuple[Versions[Statement], ...]:
        """The aspects that make it be there."""
        return tuple(self.said[aspect] for aspect in sorted(self.begun) if aspect in self.said)

    def prune(self) -> None:
        """Leave out the aspects of which nothing is left, as if they had never been told."""
        for aspects in (self.said, self.gathered):
            for name in [name for name, versions in aspects.items() if not versions]:
                del aspects[name]
                self.begun.discard(name)
                self.ended.discard(name)


class Things(msgspec.Struct):
    """Every such thing, by situation and by kind and identifier."""

    known: dict[str, dict[str, Thing]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it tells of no such thing."""
        told = telling(fact.name)
        if told is None or fact.body is None or fact.situation is None:
            return False
        # As JSON has it, whether the fact was just said or comes back from a snapshot: lists, never tuples.
        members = msgspec.json.decode(msgspec.json.encode(fact.body))
        identifier, aspect, said = statement_of(told, members)
        there = self.known.setdefault(fact.situation, {})
        name = f"{told.kind} {identifier}"
        thing = there.get(name)
        if thing is None:
            thing = there[name] = Thing(told.kind)
        aspects = thing.gathered if told.gathers else thing.said
        if aspect not in aspects:
            aspects[aspect] = Versions()
        version = version_of(fact, said)
        aspects[aspect].add(version)
        if told.begins:
            thing.begun.add(aspect)
        if told.ends:
            thing.ended.add(aspect)
        if answered := fact.referred(Relation.ANSWERS):
            thing.answers[fact.id] = answered
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)
        for there in self.known.values():
            for thing in there.values():
                thing.answers.pop(fact, None)
                thing.prune()

    def of(self, situation: str, kind: str, identifier: str) -> Thing | None:
        """That thing of that situation, as soon as anything was said of it."""
        return self.known.get(situation, {}).get(f"{kind} {identifier}")

    def all(self, situation: str, kind: str) -> dict[str, Thing]:
        """The things of that kind of that situation, by identifier."""
        prefix = f"{kind} "
        there = self.known.get(situation, {})
        return {name.removeprefix(prefix): thing for name, thing in there.items() if name.startswith(prefix)}


def first_of(thing: Thing) -> Version[Statement] | None:
    """The statement that made it be there: the earliest."""
    firsts = [first for aspect in thing.beginning if (first := aspect.first()) is not None]
    return min(firsts, key=lambda version: version.stamp, default=None)
