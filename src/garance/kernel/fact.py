"""A fact as rules and views read it: the journal's line once decoded (fait)."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from garance.kernel.clock import Stamp, to_milliseconds
from garance.kernel.identity import FactId, split_fact_id
from garance.kernel.label import Author, Label, Mode

B = TypeVar("B", covariant=True)


class Relation(enum.StrEnum):
    """What one fact is to an earlier one."""

    FOLLOWS = "follows"
    """The author knew that fact when changing the same thing: it is replaced, not contradicted."""
    ANSWERS = "answers"
    CORRECTS = "corrects"
    STRIKES = "strikes"


class Reference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link from a fact to an earlier one."""

    rel: Relation
    fact: FactId


class Withheld(enum.StrEnum):
    """Why a fact has no body here, while its place in the chain is proven."""

    REDACTED = "redacted"
    """The body was destroyed, or kept back by the node it came from."""
    ERASED = "erased"
    """The person's key was destroyed: the personal part can never be read again."""


class Fact(msgspec.Struct, Generic[B], frozen=True, kw_only=True):
    """One thing that happened or was said, with who, when (twice), for whom, and its body.

    `position` is where it arrived in this node's journal (from 1): a reading cursor, different on every node.
    `occurred_at` is the world's time, `recorded_at` with `tick` the writer's hybrid clock. `name` is the newest
    version of the fact's name; `body` is None when withheld.
    """

    position: int
    id: str
    name: str
    occurred_at: datetime
    recorded_at: datetime
    tick: int
    situation: str | None
    mode: Mode
    author: Author
    label: Label
    refs: tuple[Reference, ...] = ()
    command: str
    subject: str | None = None
    body: B | None
    withheld: Withheld | None = None

    @property
    def stamp(self) -> Stamp:
        """Where the fact stands in the one order of all writers."""
        return Stamp(to_milliseconds(self.recorded_at), self.tick, split_fact_id(self.id)[0])

    def referred(self, rel: Relation) -> tuple[str, ...]:
        """The facts this one points at by that relation."""
        return tuple(ref.fact for ref in self.refs if ref.rel is rel)
