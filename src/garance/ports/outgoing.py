"""The way out (ce qui sort): what a situation shows to those that a feed may show it to, for a connector that sends.

The node gives what changed, already filtered by rights; the connector says it in its own language. WGS 84, SI units,
aware UTC, in true time even where the situation tells a story of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from garance.kernel.label import Mode
from garance.kernel.place import Position
from garance.ports.connector import Connector
from garance.ports.observation import Located
from garance.views.shown import ResourceShown, ShapeShown


class UnitOut(msgspec.Struct, frozen=True, kw_only=True):
    """A resource (moyen), and where it was last seen when something follows it."""

    resource: ResourceShown
    located: Located | None = None


class ShapeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing that stands (tracé)."""

    shape: ShapeShown


class WordsOut(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the logbook said to those outside (message). `recipient` None: to everybody there.

    `amends`: the line said before under that `id` is corrected by this text, or struck.
    """

    id: str
    text: str
    sender: str
    at: datetime
    recipient: str | None = None
    urgent: bool = False
    amends: Literal["corrected", "struck"] | None = None


class AlarmOut(msgspec.Struct, frozen=True, kw_only=True):
    """A vital line that has a place (alerte), or its end when not `active`: both by the same `id`."""

    id: str
    text: str
    position: Position
    at: datetime
    active: bool = True


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A unit or a drawing is no longer shown (retiré): ended, or no longer for those who were shown it."""

    id: str


Outgoing = UnitOut | ShapeOut | WordsOut | AlarmOut | Gone
"""Everything that a connector that sends may be given."""


class LetOut(msgspec.Struct, frozen=True):
    """What became of what was told: how many were said, how many a setting held back; the others concern nobody."""

    sent: int = 0
    held_back: int = 0


class SendingConnector(Connector, Protocol):
    """A connector that also sends (`sends` in its manifest). Nothing here waits: what cannot be sent is let go."""

    def tell(self, feed: str, told: Sequence[Outgoing], mode: Mode) -> LetOut:
        """What changed in what that feed shows; an exercise is held back unless a setting lets it out, marked."""
        ...

    def withdraw(self, feed: str) -> None:
        """That feed shows nothing any more: take back what it showed."""
        ...
