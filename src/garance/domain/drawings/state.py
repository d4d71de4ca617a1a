"""What is known of every drawn shape; an end may arrive before its drawing."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.drawings.facts import (
    Figure,
    ShapeDescribed,
    ShapeDrawn,
    ShapeEnded,
    ShapeReshaped,
    ShapeStatus,
    SymbolDrawn,
)
from garance.domain.things import forget_everywhere
from garance.domain.versions import Version, Versions, version_of
from garance.kernel.clock import Instant
from garance.kernel.fact import Fact
from garance.kernel.place import Geometry


class Described(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a shape is: its name, kind, state, symbol, its place in the operation, and until when it is vouched for."""

    name: str
    kind: str
    state: ShapeStatus
    valid_until: Instant | None = None
    symbol: SymbolDrawn | None = None
    sector: str | None = None
    course: str | None = None
    phase: int | None = None


class Shape(msgspec.Struct):
    """One shape. `drawn` holds who drew it; its outline and description have their own histories.

    `figure` goes with the outline, statement for statement.
    """

    drawn: Versions[bool] = msgspec.field(default_factory=Versions)
    outline: Versions[Geometry] = msgspec.field(default_factory=Versions)
    figure: Versions[Figure | None] = msgspec.field(default_factory=Versions)
    description: Versions[Described] = msgspec.field(default_factory=Versions)
    ended: Versions[str] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.drawn, self.outline, self.figure, self.description, self.ended


class Drawings(msgspec.Struct):
    """Every shape, by situation and identifier."""

    known: dict[str, dict[str, Shape]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, ShapeDrawn | ShapeReshaped | ShapeDescribed | ShapeEnded) or fact.situation is None:
            return False
        there = self.known.setdefault(fact.situation, {})
        shape = there.get(body.shape)
        if shape is None:
            shape = there[body.shape] = Shape()
        match body:
            case ShapeDrawn():
                shape.drawn.add(version_of(fact, True))
                shape.outline.add(version_of(fact, body.geometry))
                shape.figure.add(version_of(fact, body.figure))
                shape.description.add(_described(fact, body))
            case ShapeReshaped():
                shape.outline.add(version_of(fact, body.geometry))
                shape.figure.add(version_of(fact, body.figure))
            case ShapeDescribed():
                shape.description.add(_described(fact, body))
            case ShapeEnded():
                shape.ended.add(version_of(fact, body.reason))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, shape: str) -> Shape | None:
        """That shape of that situation, once drawn."""
        found = self.known.get(situation, {}).get(shape)
        return found if found and found.drawn else None


def _described(fact: Fact[Any], body: ShapeDrawn | ShapeDescribed) -> Version[Described]:
    told = Described(
        body.name, body.kind, body.state, body.valid_until, body.symbol, body.sector, body.course, body.phase
    )
    return version_of(fact, told)
