"""Tells a story through the real commands and rules, as one writer or several, and gives the facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

import garance.domain.concerns  # noqa: F401 - makes every command known
from garance.domain.commands import decide, find
from garance.domain.said import Context, Settled
from garance.domain.state import State
from garance.domain.vocabulary import name_of
from garance.kernel.clock import HybridClock, SetClock
from garance.kernel.fact import Fact
from garance.kernel.identity import derived_id, fact_id
from garance.kernel.label import Author, Label

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
Fields = dict[str, Any]


def oid(name: str) -> str:
    """A stable identifier for a thing of the story."""
    return derived_id("story", name)


def person(name: str = "maire", organisation: str = "commune", cell: str | None = None) -> Author:
    """Someone of the story."""
    return Author(oid(name), "dos", oid(organisation), cell)


def writer_name(number: int) -> str:
    """A writer's name."""
    return f"w{number:020x}"


class Story:
    """One node: its clock, its chain and what it knows. `hear` gives it what others recorded."""

    def __init__(self, *, writer: int = 1, start: datetime = START, situation: str | None = None) -> None:
        self.clock = SetClock(start)
        self.hybrid = HybridClock(self.clock)
        self.state = State()
        self.writer = writer_name(writer)
        self.facts: list[Fact[Any]] = []
        self.situation = situation or oid("situation")
        self._seq = 0

    def begin(self, mode: str = "exercise") -> Fact[Any]:
        """Open the situation."""
        body = {"situation": self.situation, "title": "Crue de la Charente", "kind": "flood", "mode": mode}
        return self.tell("situation.open", body, situation=None)

    def tell(
        self,
        command: str,
        body: Fields,
        *,
        by: Author | None = None,
        at: datetime | None = None,
        follows: tuple[str, ...] | None = None,
        label: Label | None = None,
        situation: str | None = "",
        sees: Callable[[Author, Label], bool] | None = None,
    ) -> Fact[Any]:
        """Ask for a command as a person would, and record what it grants. Time moves on one second."""
        wanted = find(command)
        request = msgspec.convert(body, wanted.request)
        context = Context(
            situation=self.situation if situation == "" else situation,
            author=by or person(),
            now=self.clock.now(),
            occurred_at=at,
            follows=follows,
            label=label,
        )
        if sees is not None:
            context = msgspec.structs.replace(context, sees=sees)
        (settled,) = decide(self.state, wanted, request, context)
        fact = self.record(settled, by=context.author)
        self.clock.advance(timedelta(seconds=1))
        return fact

    def record(self, settled: Settled, *, by: Author) -> Fact[Any]:
        """Make a fact of what was granted, and know it."""
        recorded_at, tick = self.hybrid.next()
        self._seq += 1
        fact: Fact[Any] = Fact(
            position=len(self.facts) + 1,
            id=fact_id(self.writer, self._seq),
            name=name_of(settled.body),
            occurred_at=settled.occurred_at,
            recorded_at=recorded_at,
            tick=tick,
            situation=settled.situation,
            mode=settled.mode,
            author=by,
            label=settled.label,
            refs=settled.refs,
            command=derived_id("command", f"{self.writer}-{self._seq}"),
            body=settled.body,
        )
        self.hear(fact)
        return fact

    def hear(self, *facts: Fact[Any]) -> None:
        """Know facts, this node's or another's."""
        for fact in facts:
            self.facts.append(fact)
            self.state.fold(fact)
            self.hybrid.witness(fact.stamp.milliseconds, fact.tick)


def entry(text: str = "Appel reçu", **more: Any) -> Fields:
    """The body of a logbook entry."""
    return {"text": text, "category": "information", **more}


SQUARE = {"type": "Polygon", "coordinates": [[[-1.0, 45.9], [-0.9, 45.9], [-0.9, 46.0], [-1.0, 46.0], [-1.0, 45.9]]]}
WIDER = {"type": "Polygon", "coordinates": [[[-1.1, 45.9], [-0.9, 45.9], [-0.9, 46.0], [-1.1, 46.0], [-1.1, 45.9]]]}


def point(lon_deg: float, lat_deg: float) -> Fields:
    """A GeoJSON point."""
    return {"type": "Point", "coordinates": [lon_deg, lat_deg]}


def shape(name: str = "zone", **more: Any) -> Fields:
    """The body of a drawn shape."""
    return {"shape": oid(name), "geometry": SQUARE, "kind": "flooded-area", "name": name, "state": "engaged", **more}


def resource(name: str = "fpt", **more: Any) -> Fields:
    """The body of a declared resource."""
    return {"resource": oid(name), "name": name, "kind": "fire-engine", **more}


def series(name: str = "gauge", **more: Any) -> Fields:
    """The body of a declared series."""
    fields = {"series": oid(name), "name": name, "kind": "water-level", "unit": "m", "provenance": "source"}
    return {**fields, **more}
