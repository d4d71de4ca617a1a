"""How the stories of the fold are told and written down: a case, two nodes apart, a fact as it goes to the browser."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from support.story import START, Story

from garance.kernel.fact import Fact

Json = dict[str, Any]


class Case(msgspec.Struct):
    """One story, the moment it is asked at (None: all that is known), and what must be shown."""

    name: str
    facts: list[Json]
    at: datetime | None
    by: str
    expect: Json


def minute(number: int) -> datetime:
    """That many minutes after the story begins."""
    return START + timedelta(minutes=number)


class Two:
    """Two nodes that both know of the beginning, then nothing of each other."""

    def __init__(self, *beginning: tuple[str, Json]) -> None:
        self.one, self.other = Story(writer=1), Story(writer=2)
        self.one.begin()
        self.begun = [self.one.tell(command, body) for command, body in beginning]
        self.other.hear(*self.one.facts)
        self.other.clock.set(self.one.clock.now() + timedelta(milliseconds=100))

    @property
    def facts(self) -> list[Fact[Any]]:
        """What both recorded."""
        return list({fact.id: fact for fact in (*self.one.facts, *self.other.facts)}.values())


def wire(fact: Fact[Any]) -> Json:
    """A fact as it goes to the browser."""
    shown: Json = msgspec.to_builtins(fact)
    return {key: value for key, value in shown.items() if value is not None or key in ("situation", "body")}


def case(name: str, facts: list[Fact[Any]], expect: Json, *, at: datetime | None = None, by: str = "occurred") -> Case:
    """Write a case down."""
    return Case(name, [wire(fact) for fact in facts], at, by, expect)


def json(thing: Json) -> Json:
    """A thing as it goes to the browser."""
    written: Json = msgspec.json.decode(msgspec.json.encode(thing))
    return written
