"""Tiles: ranges of a tile archive from one process over real HTTP, against the least that a server could do.

The same clients ask the same ranges, the sizes of real tiles, of two servers one after the other: a whole node, with
its sessions, its measures and its shelter; and a bare asyncio protocol that reads the range and writes it, which is
the limit in this language. Clients run in this process, on connections that are kept.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import msgspec
import psutil
import uvloop

from bench.measuring import Line, percentile

CLIENTS = 16
ARCHIVE_BYTES = 64 << 20
SMALLEST, LARGEST = 300, 120_000
"""Sizes of tiles, evenly spread on a logarithmic scale: an empty field, a town centre."""

GOOD_PER_S, EXCELLENT_PER_S = 1_000, 2_000
Range = tuple[int, int]


class Side(msgspec.Struct):
    """What one server did."""

    per_s: float
    megabytes_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of the server for each tile."""


class Client(asyncio.Protocol):
    """Asks one range after the other on one connection, and notes how long each took."""

    def __init__(self, head: bytes, ranges: Iterator[Range], until_s: float) -> None:
        self._head = head
        self._ranges = ranges
        self._until_s = until_s
        self._wanted = 0
        self._received = 0
        self._begun_s = 0.0
        self._head_bytes = bytearray()
        self.seconds: list[float] = []
        self.bytes = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first."""
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def _ask(self) -> None:
        start, length = next(self._ranges)
        self._wanted, self._received = length, -1
        self._head_bytes.clear()
        self._begun_s = time.perf_counter()
        self._transport.write(self._head + b"Range: bytes=%d-%d\r\n\r\n" % (start, start + length - 1))

    def data_received(self, data: bytes) -> None:
        """A piece of the answer; ask the next when it is whole."""
        if self._received < 0:
            self._head_bytes += data
            end = self._head_bytes.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._head_bytes.startswith(b"HTTP/1.1 206"):
                self.done.set_exception(RuntimeError(bytes(self._head_bytes[:300]).decode()))
                self._transport.close()
                return
            self._received = len(self._head_bytes) - end - 4
        else:
            self._received += len(data)
        if self._received >= self._wanted:
            now_s = time.perf_counter()
            self.seconds.append(now_s - self._begun_s)
            self.bytes += self._received
            if now_s < self._until_s:
                self._ask()
            else:
                self._transport.close()
                self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Too early, unless all was asked."""
        if not self.done.done():
            self.done.set_exception(RuntimeError("the server closed the connection"))


def ranges(seed: int) -> Iterator[Range]:
    """Ranges asked of the archive, for ever."""
    chance = random.Random(seed)
    while True:
        length = round(SMALLEST * (LARGEST / SMALLEST) ** chance.random())
        yield chance.randrange(ARCHIVE_BYTES - length), length


async def ask(port: int, head: bytes, seconds: float) -> list[Client]:
    """Every client, until the time is over."""
    until_s = time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    clients = []
    for number in range(CLIENTS):
        _, client = await loop.create_connection(
            lambda number=number: Client(head, ranges(number), until_s), "127.0.0.1", port  # type: ignore[misc]
        )
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    return clients


def measure(port: int, head: bytes, process: psutil.Process, seconds: float) -> Side:
    """Ask for a while, after a first look."""
    uvloop.run(ask(port, head, min(0.5, seconds)))
    before, begun_s = process.cpu_times(), time.perf_counter()
    clients = uvloop.run(ask(port, head, seconds))
    spent_s, after = time.perf_counter() - begun_s, process.cpu_times()
    times = [each for client in clients for each in client.seconds]
    cpu_s = after.user + after.system - before.user - before.system
    return Side(
        per_s=len(times) / spent_s,
        megabytes_per_s=sum(client.bytes for client in clients) / spent_s / 1e6,
        p50_ms=percentile(times, 0.5) * 1e3,
        p99_ms=percentile(times, 0.99) * 1e3,
        cpu_us=cpu_s / len(times) * 1e6,
    )


@contextmanager
def server(side: str, folder: Path) -> Iterator[tuple[int, bytes, psutil.Process]]:
    """That server in a process of its own: its port, the head of a request, the process."""
    words = [sys.executable, "-m", "bench.tiles_server", side, str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port, path, cookie = process.stdout.readline().split()
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n".encode()
        try:
            yield int(port), head, psutil.Process(process.pid)
        finally:
            process.stdin.close()


def run(*, quick: bool = False) -> list[Line]:
    """Both servers, one after the other."""
    seconds = 1.0 if quick else 5.0
    sides: dict[str, Side] = {}
    with tempfile.TemporaryDirectory() as place:
        write_archive(Path(place))
        for side in ("bare", "node"):
            with server(side, Path(place)) as (port, head, process):
                sides[side] = measure(port, head, process, seconds)
    return lines(sides["node"], sides["bare"])


def write_archive(folder: Path) -> None:
    """Bytes to be asked for, in the system's memory as a town's tiles are after a few minutes."""
    with (folder / "archive").open("wb") as file:
        for _ in range(ARCHIVE_BYTES >> 20):
            file.write(os.urandom(1 << 20))


def lines(node: Side, bare: Side) -> list[Line]:
    """The measures."""
    told = f"{node.megabytes_per_s:.0f} MB/s, p50 {node.p50_ms:.2f} ms, {node.cpu_us:.0f} µs of processor each"
    limit = f"{bare.per_s:,.0f} /s, {bare.megabytes_per_s:.0f} MB/s, {bare.cpu_us:.0f} µs of processor each"
    return [
        Line(
            measure="tiles by range, one process", value=node.per_s, unit="/s", good=GOOD_PER_S,
            excellent=EXCELLENT_PER_S, better="more", remark=told,
        ),
        Line(
            measure="tiles by range, share of the limit", value=node.per_s, unit="/s", ratio=node.per_s / bare.per_s,
            against="× bare asyncio", remark=limit,
        ),
        Line(measure="tile answered, 99th percentile", value=node.p99_ms, unit="ms", remark=f"{CLIENTS} clients"),
    ]  # fmt: skip


def listening() -> socket.socket:
    """A socket that listens on a free port of this machine."""
    made = socket.create_server(("127.0.0.1", 0), backlog=256)
    made.setblocking(False)
    return made
