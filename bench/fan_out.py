"""Fan-out: facts and positions to many streams; delay from append to receipt, processor time per frame delivered.

Three sides get the same feed, one after the other: the hub; the same hub without prepared frames (ordinary ASGI
sends); and a raw writer, which makes a frame once and writes it to every asyncio transport: the floor in this
language. Clients run in this process, whose processor time is not counted.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import msgspec
import psutil
import uvloop

from bench.measuring import Line, percentile
from bench.words import SITUATION

FIRST_STREAMS = 50


class Outcome(msgspec.Struct):
    """What one side did for so many streams."""

    side: str
    streams: int
    frames: int
    bytes: int
    cpu_us_per_frame: float
    """Processor time added by the streams, per frame; the feed alone is measured before and taken away."""
    cores: float
    p50_ms: float
    p99_ms: float
    after_answer_p99_ms: float
    late: int
    """Facts not received by someone before the end of the measure: too late, or never."""


class Client(asyncio.Protocol):
    """A stream that counts frames and notes when each numbered fact came."""

    def __init__(self, number: int, load: Load, *, deflate: bool) -> None:
        self._load = load
        self._deflate = deflate
        self._number = number
        self._buffer = bytearray()
        self._upgraded = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is not declared as one
        key = base64.b64encode(os.urandom(16)).decode()
        extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if self._deflate else ""
        self.transport.write(
            f"GET /api/v1/stream?situation={SITUATION} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{extension}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Frames, or the end of the handshake."""
        now = time.monotonic_ns()
        buffer = self._buffer
        buffer += data
        if not self._upgraded:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(bytes(buffer[:200]).decode())
            del buffer[: end + 4]
            self._upgraded = True
            self._load.open += 1
        self._read_frames(now)

    def _read_frames(self, now: int) -> None:
        buffer, start, load = self._buffer, 0, self._load
        while len(buffer) - start >= 2:
            size, header = buffer[start + 1], 2
            if size == 126:
                size, header = int.from_bytes(buffer[start + 2 : start + 4], "big"), 4
            elif size == 127:
                size, header = int.from_bytes(buffer[start + 2 : start + 10], "big"), 10
            if len(buffer) - start < header + size:
                break
            if load.counting:
                load.frames += 1
                load.bytes += header + size
                if not self._deflate:
                    self._note_facts(bytes(buffer[start + header : start + header + size]), now)
            start += header + size
        del buffer[:start]

    def _note_facts(self, payload: bytes, now: int) -> None:
        if not payload.startswith(b'{"type":"facts"'):
            return
        at = payload.find(b"#")
        while at >= 0:
            self._load.received.append((int(payload[at + 1 : at + 10]), now))
            at = payload.find(b"#", at + 11)


class Load:
    """All the clients of one run, and what they counted."""

    def __init__(self) -> None:
        self.open = 0
        self.frames = 0
        self.bytes = 0
        self.counting = False
        self.received: list[tuple[int, int]] = []


@contextmanager
def started(side: str) -> Iterator[subprocess.Popen[str]]:
    """A process of that side, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.fan_out_server", side, "--folder", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield server
        finally:
            server.kill()
            server.wait()


async def measure(side: str, streams: int, seconds: float, *, deflate: bool = False) -> Outcome:
    """One side, so many streams, for so long."""
    with started(side) as server:
        return await _measure(server, side, streams, seconds, deflate=deflate)


async def idle_kib(streams: int) -> float:
    """The memory each more idle stream takes, in KiB, beyond what the first few make the server load."""
    with started("hub") as server:
        assert server.stdout is not None
        port, process, load = int(server.stdout.readline()), psutil.Process(server.pid), Load()
        clients = await _connect(port, load, FIRST_STREAMS, deflate=True)
        await asyncio.sleep(1.0)
        before = process.memory_info().rss
        clients += await _connect(port, load, streams, deflate=True)
        await asyncio.sleep(1.0)
        taken = process.memory_info().rss - before
        for client in clients:
            if client.transport is not None:
                client.transport.abort()
    return taken / 1024 / streams


async def _measure(server: subprocess.Popen[str], side: str, streams: int, seconds: float, *, deflate: bool) -> Outcome:
    assert server.stdin is not None
    assert server.stdout is not None
    port = int(server.stdout.readline())
    process = psutil.Process(server.pid)
    print("feed", file=server.stdin, flush=True)
    await asyncio.sleep(0.5)
    alone = await _cores(process, seconds / 2)
    load = Load()
    clients = await _connect(port, load, streams, deflate=deflate)
    await asyncio.sleep(1.0)
    load.counting = True
    cores = await _cores(process, seconds)
    load.counting = False
    await asyncio.sleep(0.3)
    print("end", file=server.stdin, flush=True)
    answered = {int(number): times for number, times in json.loads(server.stdout.readline()).items()}
    for client in clients:
        if client.transport is not None:
            client.transport.abort()
    return _outcome(side + ("+deflate" if deflate else ""), load, answered, streams, seconds, alone, cores)


def _outcome(
    side: str,
    load: Load,
    answered: dict[int, tuple[int, int]],
    streams: int,
    seconds: float,
    alone: float,
    cores: float,
) -> Outcome:
    waits = [(now - answered[number][0]) / 1e6 for number, now in load.received]
    after = [max(0.0, (now - answered[number][1]) / 1e6) for number, now in load.received]
    counts: dict[int, int] = {}
    for number, _ in load.received:
        counts[number] = counts.get(number, 0) + 1
    inner = sorted(counts)[2:-2]
    return Outcome(
        side=side,
        streams=streams,
        frames=load.frames,
        bytes=load.bytes,
        cpu_us_per_frame=(cores - alone) * seconds / max(1, load.frames) * 1e6,
        cores=cores,
        p50_ms=percentile(waits, 0.5),
        p99_ms=percentile(waits, 0.99),
        after_answer_p99_ms=percentile(after, 0.99),
        late=sum(streams - counts[number] for number in inner),
    )


async def _cores(process: psutil.Process, seconds: float) -> float:
    before, begun = process.cpu_times(), time.monotonic()
    await asyncio.sleep(seconds)
    after, ended = process.cpu_times(), time.monotonic()
    return (after.user + after.system - before.user - before.system) / (ended - begun)


async def _connect(port: int, load: Load, streams: int, *, deflate: bool) -> list[Client]:
    loop = asyncio.get_running_loop()
    clients, wanted = list[Client](), load.open + streams
    for number in range(streams):
        client = Client(number, load, deflate=deflate)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
        clients.append(client)
    async with asyncio.timeout(30):
        while load.open < wanted:  # noqa: ASYNC110 - a handful of looks, while nothing is timed
            await asyncio.sleep(0.05)
    return clients


def run(*, quick: bool) -> list[Line]:
    """Every side at every size, then the ratios."""
    seconds = 2.0 if quick else 10.0
    lines: list[Line] = []
    for streams in (100,) if quick else (100, 500):
        sides = {side: uvloop.run(measure(side, streams, seconds)) for side in ("raw", "hub", "ordinary")}
        packed = uvloop.run(measure("hub", streams, seconds, deflate=True))
        for outcome in (*sides.values(), packed):
            print(_told(outcome), flush=True)
        lines += _lines(sides["hub"], sides["raw"], sides["ordinary"], packed)
    kib = uvloop.run(idle_kib(100 if quick else 500))
    return [*lines, Line(measure="memory per idle stream", value=kib, unit="KiB", good=40, excellent=10)]


def _told(one: Outcome) -> str:
    return (
        f"  {one.side:12} {one.streams:4} streams  {one.frames:8,} frames  {one.cpu_us_per_frame:6.1f} µs/frame  "
        f"{one.cores:.2f} core  {_delays(one)}"
        f"{one.bytes / max(1, one.frames):,.0f} B/frame"
    )


def _delays(one: Outcome) -> str:
    if one.p99_ms == 0:
        return ""  # compressed frames are counted, not read
    return f"p50 {one.p50_ms:.1f} ms  p99 {one.p99_ms:.1f} ms  late {one.late}  "


def _lines(hub: Outcome, raw: Outcome, ordinary: Outcome, packed: Outcome) -> list[Line]:
    at = f"{hub.streams} streams"
    processor = _Against(raw.cpu_us_per_frame)
    return [
        processor.line(f"{at}: processor per frame", hub, good=2.5, excellent=1.3),
        processor.line(f"{at}: the same, compressed once", packed, good=2.5, excellent=1.3),
        processor.line(f"{at}: the same, ordinary ASGI sends", ordinary),
        Line(
            measure=f"{at}: bytes per frame, compressed",
            value=packed.bytes / packed.frames,
            unit="B",
            ratio=packed.bytes / packed.frames / (hub.bytes / hub.frames),
            against="× plain",
        ),
        Line(measure=f"{at}: append to receipt, p50", value=hub.p50_ms, unit="ms"),
        Line(measure=f"{at}: append to receipt, p99", value=hub.p99_ms, unit="ms"),
        Line(measure=f"{at}: answer to receipt, p99", value=hub.after_answer_p99_ms, unit="ms", good=100, excellent=30),
        Line(measure=f"{at}: not received in time", value=hub.late, unit="facts", good=0, excellent=0),
    ]


class _Against:
    """Processor time per frame, beside that of the raw write in the same run."""

    def __init__(self, raw_us: float) -> None:
        self._raw_us = max(raw_us, 0.01)

    def line(self, measure: str, side: Outcome, *, good: float | None = None, excellent: float | None = None) -> Line:
        """The line of that side."""
        return Line(
            measure=measure,
            value=side.cpu_us_per_frame,
            unit="µs",
            ratio=side.cpu_us_per_frame / self._raw_us,
            against="× raw write",
            good=good,
            excellent=excellent,
            remark=f"raw {self._raw_us:.1f} µs",
        )
