"""Who is connected: readers by situation and audience, counted, found by session or person."""

from __future__ import annotations

import collections
from datetime import datetime

from garance.access.clearance import Clearance
from garance.access.door import About, nothing
from garance.kernel.refusal import Refused
from garance.server.live.audience import Audience
from garance.server.live.pipe import Pipe
from garance.server.live.reader import Reader
from garance.server.live.seat import Seat

RETRY_S = 5
"""When to try again; how many are connected is nobody's business."""


class Roster:
    """Every reader and every audience of this process."""

    def __init__(self, *, max_streams: int, max_streams_per_person: int, about: About = nothing) -> None:
        self._about = about
        self._max_streams = max_streams
        self._max_per_person = max_streams_per_person
        self._audiences: dict[str, dict[str, Audience]] = {}
        self._readers: set[Reader] = set()
        self._per_person: collections.Counter[str] = collections.Counter()

    def __len__(self) -> int:
        return len(self._readers)

    def check_room(self, seat: Seat) -> None:
        """Refuse `overloaded` when the node is full, `too-many-streams` when this person or screen is."""
        if len(self._readers) >= self._max_streams:
            raise Refused("overloaded", detail={"retry_after_s": RETRY_S})
        if self._per_person[_holder(seat)] >= self._max_per_person:
            raise Refused("too-many-streams", detail={"limit": self._max_per_person})

    def enter(self, seat: Seat, pipe: Pipe, *, position: int, since: datetime) -> Reader:
        """Add a reader; it is not live yet."""
        audience = self.audience(seat.situation, seat.clearance)
        self._audiences.setdefault(seat.situation, {})[audience.key] = audience
        audience.members += 1
        reader = Reader(seat=seat, pipe=pipe, audience=audience, position=position, since=since)
        self._readers.add(reader)
        self._per_person[_holder(seat)] += 1
        return reader

    def leave(self, reader: Reader) -> None:
        """Forget a reader, and its audience with the last one. Doing it again changes nothing."""
        if reader not in self._readers:
            return
        self._readers.discard(reader)
        holder = _holder(reader.seat)
        self._per_person[holder] -= 1
        if not self._per_person[holder]:
            del self._per_person[holder]
        audience = reader.audience
        audience.readers.discard(reader)
        audience.members -= 1
        if not audience.members:
            audiences = self._audiences[audience.situation]
            del audiences[audience.key]
            if not audiences:
                del self._audiences[audience.situation]

    def audiences(self, situation: str) -> list[Audience]:
        """The audiences of one situation."""
        return list(self._audiences.get(situation, {}).values())

    def every_audience(self) -> list[Audience]:
        """All audiences."""
        return [audience for audiences in self._audiences.values() for audience in audiences.values()]

    def situations(self) -> list[str]:
        """The situations someone follows."""
        return list(self._audiences)

    def readers(self) -> list[Reader]:
        """Everybody."""
        return list(self._readers)

    def audience(self, situation: str, clearance: Clearance) -> Audience:
        """The audience of that clearance in that situation, as it is or as it would be."""
        known = self._audiences.get(situation, {}).get(clearance.audience)
        return known or Audience(situation, clearance, about=self._about)


def _holder(seat: Seat) -> str:
    return seat.person or seat.session
