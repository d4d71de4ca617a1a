"""Links that are kept: a stream of lines followed over TCP, datagrams listened to over UDP (liaisons tenues).

A link that falls is taken up again, less and less often and at odd moments, until its task is cancelled; its outlet
hears once that it is lost and once that it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import msgspec

from garance.kernel.refusal import Refused
from garance.ports.connector import Connector, Frame, Outlet, Sender

CHUNK_BYTES = 1 << 16
CONNECT_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
_SECURE = random.SystemRandom()

Chance = Callable[[], float]
"""What gives a number from 0 to 1, by chance."""


class Pauses:
    """How long to wait before each new try: twice as long each time up to `most_s`, give or take half, by `chance`."""

    def __init__(
        self, chance: Chance = _SECURE.random, *, first_s: float = FIRST_PAUSE_S, most_s: float = 60.0
    ) -> None:
        self._chance = chance
        self._first_s = self._next_s = first_s
        self._most_s = most_s

    def next_s(self) -> float:
        """Seconds to wait now."""
        now_s, self._next_s = self._next_s, min(self._next_s * 2, self._most_s)
        return now_s * (0.5 + self._chance())

    def reset(self) -> None:
        """The link worked: the next wait is the first again."""
        self._next_s = self._first_s


class Standing:
    """How a link stands, said to its outlet only when it changes."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._up: bool | None = None

    def up(self) -> None:
        """It stands."""
        if self._up is not True:
            self._up = True
            self._outlet.up()

    def lost(self, why: str) -> None:
        """It fell, or could not be made."""
        if self._up is not False:
            self._up = False
            self._outlet.lost(why)


class Splitter:
    """Cuts a stream into lines of `most_bytes` at most, ends removed. A longer one is passed over, and counted."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._rest = b""
        self._skipping = False
        self.overlong = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that end in this chunk, without the empty ones."""
        *ended, rest = (self._rest + chunk).split(b"\n")
        kept = []
        for line in ended:
            if self._skipping or len(line) > self._most:
                self.overlong += 1
                self._skipping = False
            elif stripped := line.strip(b"\r\n\0 "):
                kept.append(stripped)
        if len(rest) > self._most:
            self._skipping, rest = True, b""
        self._rest = b"" if self._skipping else rest
        return kept


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is followed over TCP, and how: what is said first, what is said now and then, how long a silence may last."""

    host: str
    port: int
    greeting: bytes = b""
    keepalive: bytes = b""
    keepalive_s: float = 30.0
    silence_s: float = 300.0
    longest_line: int = 4096


def deliver(connector: Connector, frame: Frame, sender: Sender, outlet: Outlet) -> None:
    """Decode one frame and hand over what it says, or why it cannot be read."""
    try:
        found = connector.decode(frame)
    except Refused as why:
        outlet.refuse(frame, sender, why)
        return
    if found:
        outlet.take(found, sender)


async def follow_lines(connector: Connector, peer: Peer, outlet: Outlet, pauses: Pauses | None = None) -> NoReturn:
    """Keep a connection to a peer and give each of its lines to the connector, until cancelled."""
    standing, waits = Standing(outlet), pauses or Pauses()
    while True:
        try:
            await _follow_once(connector, peer, outlet, standing, waits)
            why = "closed"
        except TimeoutError:
            why = "silent"
        except OSError as problem:
            why = type(problem).__name__
        standing.lost(why)
        await asyncio.sleep(waits.next_s())


async def _follow_once(connector: Connector, peer: Peer, outlet: Outlet, standing: Standing, pauses: Pauses) -> None:
    async with asyncio.timeout(CONNECT_S):
        reader, writer = await asyncio.open_connection(peer.host, peer.port, limit=CHUNK_BYTES)
    sender, lines = Sender(name=f"{peer.host}:{peer.port}"), Splitter(peer.longest_line)
    speaking = asyncio.get_running_loop().create_task(_speak(writer, peer))
    try:
        while True:
            async with asyncio.timeout(peer.silence_s):
                chunk = await reader.read(CHUNK_BYTES)
            if not chunk:
                return
            standing.up()
            pauses.reset()
            _give(connector, lines, chunk, sender, outlet)
            await asyncio.sleep(0)  # a peer that never stops talking leaves their turn to the others
    finally:
        speaking.cancel()
        writer.close()
        with contextlib.suppress(OSError):
            async with asyncio.timeout(1.0):
                await writer.wait_closed()


def _give(connector: Connector, lines: Splitter, chunk: bytes, sender: Sender, outlet: Outlet) -> None:
    before = lines.overlong
    for line in lines.feed(chunk):
        deliver(connector, Frame(data=line), sender, outlet)
    if lines.overlong > before:
        outlet.refuse(Frame(), sender, Refused("frame-too-large"))


async def _speak(writer: asyncio.StreamWriter, peer: Peer) -> None:
    """Say what the peer expects of us; a link that fell meanwhile is seen by who reads it."""
    with contextlib.suppress(OSError):
        if peer.greeting:
            writer.write(peer.greeting)
            await writer.drain()
        while peer.keepalive:
            await asyncio.sleep(peer.keepalive_s)
            writer.write(peer.keepalive)
            await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    """Each line of each datagram, given to the connector."""

    def __init__(self, connector: Connector, outlet: Outlet, longest_line: int) -> None:
        self._connector = connector
        self._outlet = outlet
        self._longest = longest_line
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        _give(self._connector, Splitter(self._longest), data + b"\n", Sender(name=str(addr[0])), self._outlet)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


async def listen_datagrams(
    connector: Connector,
    host: str,
    port: int,
    outlet: Outlet,
    pauses: Pauses | None = None,
    *,
    longest_line: int = 4096,
) -> NoReturn:
    """Listen on a UDP port and give each line of each datagram to the connector, until cancelled."""
    standing, waits, loop = Standing(outlet), pauses or Pauses(), asyncio.get_running_loop()
    while True:
        try:
            transport, heard = await loop.create_datagram_endpoint(
                lambda: _Datagrams(connector, outlet, longest_line), local_addr=(host, port)
            )
        except OSError as problem:
            standing.lost(type(problem).__name__)
        else:
            standing.up()
            waits.reset()
            try:
                await heard.closed
            finally:
                transport.close()
            standing.lost("closed")
        await asyncio.sleep(waits.next_s())


def text_setting(settings: Mapping[str, Any], name: str) -> str:
    """A setting in words; empty when it is not given."""
    value = settings.get(name)
    return value.strip() if isinstance(value, str) else ""
