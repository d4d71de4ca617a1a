"""Who sits where: a session's rights in a situation, for requests and streams alike, and the note of what it read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from starlette.requests import HTTPConnection

from garance.access.clearance import Clearance, next_change
from garance.access.door import READING_LABEL, reading_of, readings_of
from garance.domain.vocabulary import Body
from garance.kernel.clock import Clock
from garance.kernel.fact import Fact
from garance.kernel.label import Author
from garance.kernel.refusal import Refused
from garance.server.follower import Follower
from garance.server.live.seat import Seat
from garance.server.scribe import Scribe
from garance.server.sign_in.reader import Reader
from garance.server.sign_in.session_endpoints import Porch
from garance.server.sign_in.sessions import Sessions

PURPOSE = "live-picture"
FLUSH_S = 2.0


class Seating:
    """Keeps the contract of `live.seat.Gate`, and gives requests the same answers."""

    def __init__(self, follower: Follower, scribe: Scribe, porch: Porch, sessions: Sessions, clock: Clock) -> None:
        self._follower = follower
        self._scribe = scribe
        self._porch = porch
        self._sessions = sessions
        self._clock = clock
        self._turn = asyncio.Lock()
        self._read: dict[tuple[Author, str | None], dict[str, None]] = {}
        """What each author read in each situation and is not recorded yet: identifiers of facts, in order."""

    def clearance(self, reader: Reader, situation: str | None) -> Clearance:
        """That reader's rights there, now; refuses `unknown` to one who must not know of it."""
        owner = self._follower.owner(situation)
        if situation is not None and owner is None:
            raise Refused("unknown")
        held = reader.clearance(self._follower.state.people, situation, self._clock.now(), owner=owner)
        if held is None:
            raise Refused("unknown")
        return held

    def seat(self, reader: Reader, situation: str) -> Seat:
        """That reader's place in that situation."""
        people, now = self._follower.state.people, self._clock.now()
        held = self.clearance(reader, situation)
        grants = [grant for grant in reader.grants(people) if grant.holds_in(situation)]
        change = next_change(grants, now)
        return Seat(
            session=reader.session,
            person=None if reader.read_only else reader.person,
            situation=situation,
            clearance=held,
            roles={g.grant: Author(g.person, g.role, g.organisation, g.cell) for g in grants if g.active(now)},
            read_only=reader.read_only,
            until=min(reader.until, change) if change else reader.until,
        )

    async def admit(self, connection: HTTPConnection, situation: str) -> Seat:
        """The seat of whoever opens this stream; refuses `not-signed-in`, `unknown`."""
        reader = self._porch.reader_of(connection)
        if reader is None:
            raise Refused("not-signed-in")
        return self.seat(reader, situation)

    def renew(self, seat: Seat) -> Seat:
        """The same seat as things stand now; refuses `session-ended`, `rights-ended`."""
        reader = self._sessions.still(seat.session)
        if reader is None:
            raise Refused("session-ended")
        try:
            return self.seat(reader, seat.situation)
        except Refused as problem:
            raise Refused("rights-ended") from problem

    # -- readings -----------------------------------------------------------------------------------------------

    def shown(self, seats: Sequence[Seat], facts: Sequence[Fact[Any]]) -> None:
        """Take note that these readers were shown these facts."""
        for seat in seats:
            for author in list(seat.roles.values())[:1]:
                self._note(author, seat.situation, reading_of(facts, reader=author.person))

    def note(self, reader: Reader, situation: str | None, read: Iterable[str]) -> None:
        """Take note that an answer to that reader holds these facts, which are personal."""
        people, now = self._follower.state.people, self._clock.now()
        for grant in reader.grants(people):
            if grant.holds_in(situation) and grant.active(now) and not reader.read_only:
                self._note(Author(grant.person, grant.role, grant.organisation, grant.cell), situation, read)
                return

    def _note(self, author: Author, situation: str | None, read: Iterable[str]) -> None:
        noted = dict.fromkeys(read)
        if noted:
            self._read.setdefault((author, situation), {}).update(noted)

    async def follow(self) -> None:
        """Record the readings noted, every few seconds, for ever."""
        while True:
            await asyncio.sleep(FLUSH_S)
            await self.flush()

    async def flush(self) -> None:
        """Record the readings noted so far; those that cannot be recorded now are kept for the next time.

        One at a time: whoever comes while another records must not answer before that is durable.
        """
        async with self._turn:
            await self._flush()

    async def _flush(self) -> None:
        waiting, self._read = self._read, {}
        for (author, situation), read in waiting.items():
            bodies: list[Body] = list(readings_of(list(read), purpose=PURPOSE))
            try:
                said: partial[list[Body]] = partial(list, bodies)
                await self._scribe.record(said, author=author, situation=situation, label=READING_LABEL)
            except Refused:
                self._note(author, situation, read)
