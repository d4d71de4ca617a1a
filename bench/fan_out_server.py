"""The process whose processor time is measured: the real hub on uvicorn, or a raw writer of the same frames.

Speaks with the bench by lines: prints its port; on `feed` begins to feed; on `end` prints when each fact was
answered, as JSON, and leaves.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute

from bench.words import COMMUNE, FIRE_SERVICE, SITUATION, author, clearance_for, draft, entry, line
from garance.journal.sealing import MemoryKeyRing
from garance.journal.sqlite import SqliteStore
from garance.journal.writer import Intent, Writer
from garance.kernel.clock import SystemClock
from garance.kernel.fact import Fact
from garance.kernel.identity import derived_id, new_id
from garance.kernel.label import Label
from garance.kernel.signature import Signer, new_key
from garance.server.live.cursor import Cursors
from garance.server.live.endpoint import Stream
from garance.server.live.frame import Prepared
from garance.server.live.hub import Hub
from garance.server.live.pace import Pace
from garance.server.live.prepared_socket import PreparedWebSocket
from garance.server.live.seat import Seat
from garance.server.live.telemetry import Declaration
from garance.server.live.wire import encode_fact, encode_samples, facts_frame, tracks_frame
from garance.views.reading import Reader

ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TICK_S = 0.1
UNITS = [derived_id("bench-unit", str(number)) for number in range(1000)]


class OpenGate:
    """Every second reader is of the commune, the others of the fire service: two audiences."""

    def __init__(self) -> None:
        self._admitted = 0

    async def admit(self, connection: HTTPConnection, situation: str) -> Seat:
        """A seat for whoever asks."""
        self._admitted += 1
        organisation = (COMMUNE, FIRE_SERVICE)[self._admitted % 2]
        who = derived_id("bench-person", str(self._admitted))
        return Seat(
            session=who,
            person=who,
            situation=situation,
            clearance=clearance_for(organisation),
            roles={who: author(who, organisation)},
        )

    def renew(self, seat: Seat) -> Seat:
        """The same seat."""
        return seat

    def shown(self, seats: Sequence[Seat], facts: Sequence[Fact[Any]]) -> None:
        """Nothing personal is said here."""


class HubSide:
    """The real thing: SQLite journal, writer, hub, uvicorn."""

    def __init__(self, folder: Path, *, ordinary: bool) -> None:
        clock = SystemClock()
        self.writer = Writer(SqliteStore(folder / "journal.sqlite", clock=clock), Signer.create(), clock)
        self._ordinary = ordinary
        declaration = Declaration(SITUATION, author("intake", COMMUNE), Label())
        self.hub = Hub(
            self.writer,
            read=Reader(MemoryKeyRing()).read,
            gate=OpenGate(),
            declared=lambda series: declaration,
            cursors=Cursors(new_key()),
            clock=clock,
            pace=Pace(),
        )
        self.answered: dict[int, tuple[int, int]] = {}

    @contextlib.asynccontextmanager
    async def serving(self, listening: socket.socket) -> AsyncIterator[None]:
        """Serve on that socket."""
        self.writer.start()
        self.hub.start()
        app = Starlette(routes=[WebSocketRoute("/api/v1/stream", Stream(self.hub, node="bench"))])
        protocol: Any = "websockets-sansio" if self._ordinary else PreparedWebSocket
        server = _Quiet(uvicorn.Config(app, ws=protocol, log_level="warning", lifespan="off"))
        task = asyncio.ensure_future(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no other way to tell
            await asyncio.sleep(0.01)
        yield
        server.should_exit = server.force_exit = True
        await task
        await self.hub.stop()
        await self.writer.stop()
        self.writer.store.close()

    async def say(self, number: int) -> None:
        """Record one fact and note when it was asked and answered."""
        asked = time.monotonic_ns()
        said = draft(entry(number))
        await self.writer.submit(Intent(said.author.person, new_id(), "0" * 64), lambda: [said])
        self.answered[number] = (asked, time.monotonic_ns())

    def observe(self, series: str, sample: list[float]) -> None:
        """One position."""
        self.hub.observe(series, [sample])


class RawSocket(asyncio.Protocol):
    """Answers the handshake and is written to: nothing else."""

    def __init__(self, side: RawSide) -> None:
        self._side = side
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is not declared as one

    def data_received(self, data: bytes) -> None:
        """The handshake."""
        if b"Sec-WebSocket-Key: " not in data or self.transport is None:
            return
        key = data.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + ACCEPT, usedforsecurity=False).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._side.transports.append(self.transport)


class RawSide:
    """The floor: the frame made once, written to every transport, with no rights, journal or hub."""

    def __init__(self) -> None:
        self.transports: list[asyncio.Transport] = []
        self.answered: dict[int, tuple[int, int]] = {}
        self._pending: dict[str, list[list[float]]] = {}
        self._fact = facts_frame([encode_fact(Reader(MemoryKeyRing()).read(line(1)))], "x" * 48)

    @contextlib.asynccontextmanager
    async def serving(self, listening: socket.socket) -> AsyncIterator[None]:
        """Serve on that socket."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: RawSocket(self), sock=listening)
        ticking = asyncio.ensure_future(self._tick())
        yield
        ticking.cancel()
        for transport in self.transports:
            transport.abort()
        server.close()

    async def say(self, number: int) -> None:
        """Write one fact's frame, numbered, to all."""
        now = time.monotonic_ns()
        frame = Prepared(self._fact.payload.replace(b"#000000001#", b"#%09d#" % number)).plain
        for transport in self.transports:
            transport.write(frame)
        self.answered[number] = (now, now)

    def observe(self, series: str, sample: list[float]) -> None:
        """One position, for the next tick."""
        self._pending.setdefault(series, []).append(sample)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            pending, self._pending = self._pending, {}
            if pending:
                frame = tracks_frame(encode_samples(series, samples) for series, samples in pending.items()).plain
                for transport in self.transports:
                    transport.write(frame)


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def feed(side: HubSide | RawSide, facts_per_s: int, positions_per_s: int) -> None:
    """Facts one by one and positions in hundredths of a second, at a steady pace."""
    loop = asyncio.get_running_loop()
    begun, said, seen = loop.time(), 0, 0
    pending: set[asyncio.Task[None]] = set()
    while True:
        elapsed = loop.time() - begun
        while said < elapsed * facts_per_s:
            said += 1
            task = loop.create_task(side.say(said))
            pending.add(task)
            task.add_done_callback(pending.discard)
        t_ms = time.time_ns() // 1_000_000
        while seen < elapsed * positions_per_s:
            seen += 1
            unit, turn = seen % len(UNITS), seen * 7919 % 100_003
            lon_deg, lat_deg = -0.96 + turn / 1e6, 45.94 + (turn * 31 % 100_003) / 1e6
            sample = [t_ms, round(lon_deg, 6), round(lat_deg, 6), 12.5, round(turn % 31 / 4, 2), turn % 360]
            side.observe(UNITS[unit], sample)
        await asyncio.sleep(0.01)


async def serve(arguments: argparse.Namespace) -> None:
    """One side, from its first line to its last."""
    side = RawSide() if arguments.side == "raw" else HubSide(arguments.folder, ordinary=arguments.side == "ordinary")
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    async with side.serving(listening):
        print(listening.getsockname()[1], flush=True)
        feeding: asyncio.Task[None] | None = None
        while (line := (await asyncio.to_thread(sys.stdin.readline)).strip()) and line != "end":
            feeding = asyncio.ensure_future(feed(side, arguments.facts, arguments.positions))
        if feeding is not None:
            feeding.cancel()
        print(json.dumps(side.answered), flush=True)


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=["hub", "ordinary", "raw"])
    parser.add_argument("--facts", type=int, default=50)
    parser.add_argument("--positions", type=int, default=1000)
    parser.add_argument("--folder", type=Path, required=True)
    uvloop.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
