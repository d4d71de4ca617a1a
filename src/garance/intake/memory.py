"""What intake remembers of each source: bounded, and never written: a restart begins anew."""

from __future__ import annotations

import collections
from dataclasses import dataclass, field
from typing import NamedTuple

from garance.ports.connector import Sender

RECENT = 16
"""How many of the last observations of a source are told apart from their repetition."""
SOURCES = 20_000
"""How many sources of one connection are remembered; the one silent the longest is forgotten first."""


class Fix(NamedTuple):
    """Where something was: milliseconds since 1970 UTC, degrees, and how coarsely in metres."""

    t_ms: int
    lon_deg: float
    lat_deg: float
    coarse_m: float


@dataclass(slots=True)
class Source:
    """One thing that a connection speaks of."""

    sender: Sender
    last: Fix | None = None
    suspects: list[Fix] = field(default_factory=list)
    """Places refused one after the other: when they agree with each other, it was the first one that was wrong."""
    recent: collections.deque[int] = field(default_factory=lambda: collections.deque(maxlen=RECENT))
    tokens: float = 0.0
    filled_ms: int = 0


class Memory:
    """The sources of one connection."""

    def __init__(self, most: int = SOURCES) -> None:
        self._most = most
        self._known: collections.OrderedDict[str, Source] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, uid: str, sender: Sender) -> Source:
        """What is remembered of that source, from now on the last one to be forgotten."""
        known = self._known.get(uid)
        if known is None:
            known = self._known[uid] = Source(sender)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(uid)
        return known
