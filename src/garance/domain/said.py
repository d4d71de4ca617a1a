"""What a rule says: facts to record, not yet placed in the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from garance.domain.vocabulary import Body
from garance.kernel.fact import Reference
from garance.kernel.label import Author, Label, Mode


def everything(author: Author, label: Label) -> bool:
    """The sight of one who may see all."""
    return True


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, where, when, and what the person had on screen.

    `now` is real time; `occurred_at` is in the situation's own time (story time in an exercise with a clock), and
    None means the situation's present. `follows` None means all that the author may see; a fact the author may not
    see (`sees`) is treated as one that does not exist. `answers` are facts that the new
    one is an answer to. `label` None takes the label of the thing spoken of.
    """

    situation: str | None
    author: Author
    now: datetime
    occurred_at: datetime | None = None
    follows: tuple[str, ...] | None = None
    answers: tuple[str, ...] = ()
    label: Label | None = None
    sees: Callable[[Author, Label], bool] = everything

    @property
    def present(self) -> datetime:
        """When what is asked for occurred: as said, or now."""
        return self.now if self.occurred_at is None else self.occurred_at


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that a rule grants. What is None is settled from the context (see `commands.decide`)."""

    body: Body
    refs: tuple[Reference, ...] = ()
    situation: str | None = None
    mode: Mode | None = None
    label: Label | None = None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """One fact ready to be recorded: everything the journal needs but its writer, stamps and digests."""

    body: Body
    refs: tuple[Reference, ...]
    situation: str | None
    mode: Mode
    label: Label
    occurred_at: datetime
