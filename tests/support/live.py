"""A live stream on a real server: a journal, real people and rights, the hub, uvicorn on a free port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect

from garance.access.clearance import clearance
from garance.domain.logbook.facts import Category, EntryWritten
from garance.domain.people.facts import Level, OrganisationRegistered, RoleEnded, RoleGranted
from garance.domain.people.state import People
from garance.domain.vocabulary import Body, name_of, split
from garance.journal.envelope import Draft, Line
from garance.journal.memory import MemoryStore
from garance.journal.sealing import MemoryKeyRing, close_body
from garance.journal.store import Store
from garance.journal.writer import Answer, Intent, Writer
from garance.kernel.clock import SetClock
from garance.kernel.digest import digest
from garance.kernel.fact import Fact
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label, Mode
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer, new_key
from garance.server.live.cursor import Cursors
from garance.server.live.endpoint import Stream
from garance.server.live.hub import Hub
from garance.server.live.pace import Pace
from garance.server.live.prepared_socket import PreparedWebSocket
from garance.server.live.seat import Seat
from garance.server.live.telemetry import Declaration
from garance.views.reading import Reader

MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SITUATION = derived_id("live-test", "situation")
OTHER_SITUATION = derived_id("live-test", "other-situation")
COMMUNE = derived_id("live-test", "commune")
FIRE_SERVICE = derived_id("live-test", "sdis")


def person(name: str) -> str:
    """The identifier of the person of that name."""
    return derived_id("live-test-person", name)


def grant_of(name: str) -> str:
    """The identifier of that person's first grant."""
    return derived_id("live-test-grant", name)


class HouseGate:
    """Sign-in by a cookie that names the person; rights by the real rules from real facts."""

    def __init__(self, clock: SetClock) -> None:
        self.people = People()
        self.clock = clock
        self.owners = {SITUATION: COMMUNE, OTHER_SITUATION: COMMUNE}
        self.revoked: set[str] = set()
        self.until: datetime | None = None
        self.shown_facts: list[tuple[str | None, str]] = []

    async def admit(self, connection: HTTPConnection, situation: str) -> Seat:
        """Who the cookie says."""
        name = connection.cookies.get("garance")
        if name is None or name in self.revoked:
            raise Refused("not-signed-in")
        seat = self._seat(name, situation)
        if seat is None:
            raise Refused("unknown")
        return seat

    def renew(self, seat: Seat) -> Seat:
        """The same person, now."""
        renewed = None if seat.session in self.revoked else self._seat(seat.session, seat.situation)
        if renewed is None:
            raise Refused("rights-ended")
        return renewed

    def shown(self, seats: Sequence[Seat], facts: Sequence[Fact[Any]]) -> None:
        """Keep who was shown what."""
        self.shown_facts.extend((seat.person, fact.id) for seat in seats for fact in facts)

    def _seat(self, session: str, situation: str) -> Seat | None:
        wall = session.startswith("wall:")
        name = session.removeprefix("wall:")
        who, now = person(name), self.clock.now()
        held = clearance(self.people, who, situation, now, owner=self.owners.get(situation))
        if held is None:
            return None
        grants = [grant for grant in self.people.grants_of(who) if grant.active(now) and grant.holds_in(situation)]
        return Seat(
            session=session,
            person=None if wall else who,
            situation=situation,
            clearance=held,
            roles={} if wall else {g.grant: Author(who, g.role, g.organisation, g.cell) for g in grants},
            read_only=wall,
            until=self.until,
        )


class Ground:
    """Everything between the journal and the socket, in this process."""

    def __init__(self, *, pace: Pace | None = None, store: Store | None = None, port_class: Any = PreparedWebSocket):
        self.clock = SetClock(MOMENT)
        self.store = store or MemoryStore()
        self.keys = MemoryKeyRing()
        self._reader = Reader(self.keys)
        self.writer = Writer(self.store, Signer.create(), self.clock)
        self.gate = HouseGate(self.clock)
        self.writer.listen(self)
        self.declarations: dict[str, Declaration] = {}
        self.cursors = Cursors(new_key())
        self.hub = Hub(
            self.writer,
            read=self.read,
            gate=self.gate,
            declared=self.declarations.get,
            cursors=self.cursors,
            clock=self.clock,
            pace=pace,
        )
        self.lines_read = 0
        self.port = 0
        self.server: uvicorn.Server | None = None
        self._protocol = port_class

    def heard(self, line: Line) -> None:
        """Fold people at once, as the node does."""
        self.gate.people.fold(self.read(line))

    def lost(self) -> None:
        """Nothing is ever lost in memory."""

    def read(self, line: Line) -> Fact[Any]:
        """A line as a fact."""
        self.lines_read += 1
        return self._reader.read(line)

    async def say(
        self,
        *bodies: Body,
        by: Author | None = None,
        label: Label | None = None,
        situation: str | None = SITUATION,
    ) -> Answer:
        """Record these bodies as one command."""
        drafts = [self._draft(body, by or author("Jeanne"), label or Label(), situation) for body in bodies]
        intent = Intent(drafts[0].author.person, str(uuid.uuid4()), digest(b"asked"))
        return await self.writer.submit(intent, lambda: drafts)

    def _draft(self, body: Body, by: Author, label: Label, situation: str | None) -> Draft:
        members, personal, subject = split(body)
        encoded = msgspec.json.encode(members)
        if personal and subject is not None:
            key = self.keys.open_key(subject)
            encoded = close_body(name_of(body), members, personal, person=subject, key=key)
        return Draft(
            name=name_of(body), body=encoded, occurred_at=self.clock.now(), situation=situation, mode=Mode.EXERCISE,
            author=by, label=label, subject=subject,
        )  # fmt: skip

    async def jot(self, *texts: str, **how: Any) -> Answer:
        """Record logbook entries, as one command."""
        return await self.say(*(EntryWritten(text=text, category=Category.INFORMATION) for text in texts), **how)

    async def settle_house(self) -> None:
        """Two organisations, and three people who follow the situation."""
        await self.say(
            OrganisationRegistered(organisation=COMMUNE, name="Commune", level=Level.COMMUNE),
            OrganisationRegistered(organisation=FIRE_SERVICE, name="SDIS", level=Level.DEPARTEMENT),
            situation=None,
        )
        await self.grant("Jeanne", COMMUNE, "dos")
        await self.grant("Amadou", COMMUNE, "observer")
        await self.grant("Lise", FIRE_SERVICE, "partner")

    async def grant(self, name: str, organisation: str, role: str, **more: Any) -> None:
        """Give a role in the situation."""
        await self.say(
            RoleGranted(
                grant=more.pop("grant", grant_of(name)), person=person(name), organisation=organisation, role=role,
                situation=SITUATION, **more,
            ),
            situation=None,
        )  # fmt: skip

    async def end_role(self, name: str) -> None:
        """Take that person's first role back."""
        await self.say(RoleEnded(grant=grant_of(name), reason="over"), situation=None)

    async def above_the_commune(self, name: str) -> None:
        """Someone of a zone above a new organisation that takes part: they see only what is sent above."""
        zone, below = derived_id("live-test", "zone"), derived_id("live-test", "below")
        await self.say(
            OrganisationRegistered(organisation=zone, name="Zone", level=Level.ZONE),
            OrganisationRegistered(organisation=below, name="Below", level=Level.DEPARTEMENT, above=zone),
            situation=None,
        )
        await self.grant("Benoit", below, "partner")
        grant = RoleGranted(grant=grant_of(name), person=person(name), organisation=zone, role="observer")
        await self.say(grant, situation=None)

    @contextlib.asynccontextmanager
    async def readers(self, name: str, count: int) -> AsyncIterator[list[Client]]:
        """Many browsers of that person, all live."""
        async with contextlib.AsyncExitStack() as open_ones:
            clients = [await open_ones.enter_async_context(self.reader(name)) for _ in range(count)]
            for client in clients:
                await client.until("live")
            yield clients

    @contextlib.asynccontextmanager
    async def slow_reader(self, name: str) -> AsyncIterator[Client]:
        """A browser on a bad link: small buffers, nothing read but when asked."""
        small = socket.socket()
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.connect(("127.0.0.1", self.port))
        small.setblocking(False)
        async with self.reader(name, sock=small, max_queue=1, compression=None) as client:
            yield client

    def stop_server(self) -> None:
        """Ask uvicorn to stop."""
        assert self.server is not None
        self.server.should_exit = True

    @contextlib.asynccontextmanager
    async def reader(self, name: str | None, after: str | None = None, **how: Any) -> AsyncIterator[Client]:
        """A connected browser of that person."""
        headers = dict(how.pop("headers", {}))
        if name is not None:
            headers["Cookie"] = f"garance={name}"
        query = f"situation={how.pop('situation', SITUATION)}" + ("" if after is None else f"&after={after}")
        address = f"ws://127.0.0.1:{self.port}/api/v1/stream?{query}"
        async with connect(address, additional_headers=headers, close_timeout=1, max_size=None, **how) as socket:
            yield Client(socket)


class Client:
    """What a browser does with the stream."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.cursor: str | None = None
        self.frames: list[dict[str, Any]] = []

    async def next(self, timeout_s: float = 5) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(timeout_s):
            frame: dict[str, Any] = json.loads(await self.socket.recv())
        self.cursor = frame.get("cursor", self.cursor)
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, timeout_s: float = 5) -> dict[str, Any]:
        """The next frame of that kind, others kept in `frames`."""
        async with asyncio.timeout(timeout_s):
            while (frame := await self.next(timeout_s))["type"] != kind:
                pass
        return frame

    async def texts(self, count: int, timeout_s: float = 5) -> list[str]:
        """The texts of the notes received from now on, at least so many."""
        found: list[str] = []
        while len(found) < count:
            found += texts_of(await self.until("facts", timeout_s))
        return found

    def all_texts(self) -> list[str]:
        """The texts of every note received so far."""
        return [text for frame in self.frames if frame["type"] == "facts" for text in texts_of(frame)]

    async def say(self, message: Any) -> None:
        """Send something to the server."""
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))


def texts_of(frame: dict[str, Any]) -> list[str]:
    """The texts of the notes of one frame."""
    return [said["body"]["text"] for said in frame["facts"] if said["name"] == "entry.written.v2"]


def author(name: str, organisation: str = COMMUNE, role: str = "dos") -> Author:
    """That person as author."""
    return Author(person(name), role, organisation)


class _Faults(logging.Handler):
    """What the server logs as an error: nothing, in any test."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def close(self) -> None:
        logging.getLogger().removeHandler(self)
        super().close()


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def ground(**how: Any) -> AsyncIterator[Ground]:
    """A ground, served, with its house settled."""
    place = Ground(**how)
    place.writer.start()
    place.hub.start()
    await place.settle_house()
    app = Starlette(routes=[WebSocketRoute("/api/v1/stream", Stream(place.hub, node="Essai"))])
    config = uvicorn.Config(
        app, ws=place._protocol, log_level="warning", lifespan="off", ws_ping_interval=20, timeout_graceful_shutdown=1
    )
    listening = socket.create_server(("127.0.0.1", 0))
    place.port = listening.getsockname()[1]
    server = place.server = _Quiet(config)
    task = asyncio.get_running_loop().create_task(server.serve(sockets=[listening]))
    faults = _Faults()
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn has no other way to tell
            await asyncio.sleep(0.01)
        yield place
        assert faults.lines == []
    finally:
        faults.close()
        await place.hub.stop()
        server.should_exit = True
        await task
        await place.writer.stop()
