"""The whole way of TAK positions through a real node: rights, intake, track store and live stream, all on.

A real `garance serve` relays to fifty TAK clients, sorts what it hears, keeps it, and shows it on a live stream. A
position is said with the time at which it was said, so that its sample tells how long it took to be seen.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import psutil
import uvloop

from bench.commands import Desk, served
from bench.measuring import Line, percentile
from bench.tak import Subscriber
from garance.kernel.clock import SystemClock, to_milliseconds
from garance.kernel.identity import new_id

SUBSCRIBERS = 50
LINKS = 10
"""So many connections speak for all publishers, as gateways of trackers do."""
EACH_PER_S = 2.0
TICK_S = 0.05
CLOCK = SystemClock()
_SAID = (
    '<event version="2.0" uid="BENCH-{number:06d}" type="a-f-G-U-C" time="{at}" start="{at}" '
    'stale="2036-11-27T23:49:55.083Z" how="m-g"><point lat="{lat:.6f}" lon="-0.964521" hae="20.7" ce="9.9" le="9.9"/>'
    '<detail><takv os="29" version="4.10.0.1" device="SAMSUNG SM-G781U1" platform="ATAK-CIV"/>'
    '<contact callsign="VSAV {number:06d}"/><precisionlocation altsrc="GPS" geopointsrc="USER"/>'
    '<__group role="Team Member" name="Red"/><status battery="78"/><track course="80.24" speed="0.0"/></detail></event>'
)


class Outcome(msgspec.Struct):
    """What the node did with so many publishers."""

    publishers: int
    said: int
    delivered: int
    seen: int
    """Samples on the stream."""
    cores: float
    rss_mib: float
    seen_p50_ms: float
    seen_p99_ms: float
    known: int
    """How many publishers had been seen when the measure began."""
    known_s: float
    """What it took until then, from their first word."""


class Stream(asyncio.Protocol):
    """A live stream of the desk: notes when each sample came, against the time that it bears."""

    def __init__(self, desk: Desk, cookie: str) -> None:
        self._desk = desk
        self._cookie = cookie
        self._buffer = bytearray()
        self._open = False
        self.delays_ms: list[float] = []
        self.series: set[str] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        where = f"{self._desk.host}:{self._desk.port}"
        key = base64.b64encode(os.urandom(16)).decode()
        asked = (
            f"GET /api/v1/stream?situation={self._desk.situation} HTTP/1.1\r\nHost: {where}\r\nOrigin: http://{where}\r\n"
            f"Cookie: {self._cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        )
        cast(asyncio.Transport, transport).write(asked.encode())  # uvloop's own class is not declared as one

    def data_received(self, data: bytes) -> None:
        """Frames, or the end of the handshake."""
        buffer = self._buffer
        buffer += data
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in buffer[:20]:
                raise RuntimeError(bytes(buffer[:200]).decode())
            del buffer[: end + 4]
            self._open = True
        now_ms, start = to_milliseconds(CLOCK.now()), 0
        while len(buffer) - start >= 2:
            size, head = buffer[start + 1], 2
            if size == 126:
                size, head = int.from_bytes(buffer[start + 2 : start + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(buffer[start + 2 : start + 10], "big"), 10
            if len(buffer) - start < head + size:
                break
            self._note(bytes(buffer[start + head : start + head + size]), now_ms)
            start += head + size
        del buffer[:start]

    def _note(self, payload: bytes, now_ms: int) -> None:
        if not payload.startswith(b'{"type":"tracks"'):
            return
        for series, rows in msgspec.json.decode(payload)["series"].items():
            self.series.add(series)
            self.delays_ms += [float(now_ms - row[0]) for row in rows]


class Link(asyncio.Protocol):
    """Speaks for many; what it hears is thrown away."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self.transport = cast(asyncio.Transport, transport)

    def say(self, numbers: list[int], turn: int) -> None:
        """Where each of those is, now."""
        at = CLOCK.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lat = 45.943211 + turn % 100 * 1e-6
        self.transport.write("".join(_SAID.format(number=one, at=at, lat=lat) for one in numbers).encode())


@contextmanager
def node() -> Iterator[tuple[psutil.Process, Desk, int]]:
    """A real node that listens to TAK clients, its desk with an open situation where they come in, and their port."""
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as name, socket.create_server(("127.0.0.1", 0)) as free:
        folder, port = Path(name), free.getsockname()[1]
        free.close()
        settings = folder / "garance.toml"
        settings.write_text(f'[connections.tak]\nconnector = "tak"\nport = {port}\n', encoding="utf-8")
        with served(folder, "--settings", str(settings)) as (server, address, token):
            desk = Desk(address, token)
            attached = {"feed": new_id(), "connection": "tak", "name": "TAK"}
            desk.command("feeds.attach", attached, role=desk.role, situation=desk.situation)
            yield psutil.Process(server.pid), desk, port


async def _connect(port: int, made: Any) -> Any:
    loop = asyncio.get_running_loop()
    return (await loop.create_connection(lambda: made, "127.0.0.1", port))[0]


async def _speak(links: list[Link], publishers: int, seconds: float) -> int:
    """Each publisher in its turn, at a steady pace; tell how many positions were said."""
    loop = asyncio.get_running_loop()
    begun, said = loop.time(), 0
    while (elapsed := loop.time() - begun) < seconds:
        due = int(elapsed * publishers * EACH_PER_S) - said
        turns = [divmod(said + rank, publishers) for rank in range(due)]
        for rank, link in enumerate(links):
            numbers = [number for _, number in turns if number % len(links) == rank]
            if numbers:
                link.say(numbers, turns[0][0])
        said += due
        await asyncio.sleep(TICK_S)
    return said


async def measure(publishers: int, seconds: float) -> Outcome:
    """So many publishers, each at 2/s, once all of them are known."""
    with node() as (process, desk, port):
        stream = Stream(desk, desk.cookie)
        opened = [await asyncio.get_running_loop().create_connection(lambda: stream, desk.host, desk.port)]
        hearing = [Subscriber(reads=False) for _ in range(SUBSCRIBERS)]
        transports = [await _connect(port, one) for one in hearing]
        links = [Link() for _ in range(LINKS)]
        transports += [await _connect(port, one) for one in links]
        first = asyncio.get_running_loop().time()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                while len(stream.series) < publishers:
                    await _speak(links, publishers, 1.0)
        known, known_s = len(stream.series), asyncio.get_running_loop().time() - first
        await asyncio.sleep(1.0)
        stream.delays_ms.clear()
        before = sum(one.bytes for one in hearing)
        cpu, begun = _cpu_s(process), asyncio.get_running_loop().time()
        said = await _speak(links, publishers, seconds)
        spent_s = asyncio.get_running_loop().time() - begun
        await asyncio.sleep(1.5)
        cpu_s, rss = _cpu_s(process) - cpu, process.memory_info().rss
        for transport in (*transports, opened[0][0]):
            transport.abort()
        each = len(_SAID.format(number=0, at="2026-11-27T23:43:40.083Z", lat=45.943211).encode())
        delays = stream.delays_ms
        return Outcome(
            publishers=publishers,
            said=said,
            delivered=round((sum(one.bytes for one in hearing) - before) / each),
            seen=len(delays),
            cores=cpu_s / spent_s,
            rss_mib=rss / 2**20,
            seen_p50_ms=percentile(delays, 0.5),
            seen_p99_ms=percentile(delays, 0.99) if delays else float("inf"),
            known=known,
            known_s=known_s,
        )


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def run(*, quick: bool) -> list[Line]:
    """50, 500 and 1,000 publishers."""
    lines: list[Line] = []
    for publishers in (50,) if quick else (50, 500, 1000):
        seconds = 3.0 if quick else 10.0
        one = uvloop.run(measure(publishers, seconds))
        name = f"tak: {publishers} through a node"
        told = (
            f"{one.said / seconds:,.0f}/s in, {one.delivered / seconds:,.0f} deliveries/s, "
            f"{one.seen:,} of {one.said:,} seen, {one.cores:.2f} core, {one.rss_mib:.0f} MiB, "
            f"load {os.getloadavg()[0]:.1f}"
        )
        print(
            f"  node   {publishers:5} publishers  {told}; seen p50 {one.seen_p50_ms:.0f} p99 {one.seen_p99_ms:.0f} ms"
        )
        lines += [
            Line(measure=f"{name}, seen on a stream, p50", value=one.seen_p50_ms, unit="ms"),
            Line(
                measure=f"{name}, until all are on the stream",
                value=one.known_s,
                unit="s",
                good=10,
                excellent=3,
                remark=f"{one.known} of {publishers}, at 2/s each, by steps of 1 s",
            ),
            Line(measure=f"{name}, p99", value=one.seen_p99_ms, unit="ms", good=1000, excellent=300, remark=told),
            Line(measure=f"{name}, processor", value=one.cores, unit="core", good=1, excellent=0.5),
            Line(
                measure=f"{name}, not delivered",
                value=max(0, one.said * SUBSCRIBERS - one.delivered),
                unit="deliveries",
            ),
            Line(measure=f"{name}, not seen", value=max(0, one.said - one.seen), unit="positions"),
        ]
    return lines
