"""The relay of TAK clients against taky, the best Python rival: sustained deliveries, delay, processor time, memory.

A delivery is one message received by one subscriber; a message is a position of about 0.7 kB. Both sides get the same
load, one after the other, on their own process; publishers and subscribers run in this one, whose processor time is
not counted. A load is sustained when 99 of 100 deliveries come and p99 stays under 250 ms. Without taky, the bench
says so and gives no ratio. Ours also labels each message and hands it to intake.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import msgspec
import psutil
import uvloop

from bench.measuring import Line, percentile
from bench.tak_server import SENDERS

SUBSCRIBERS = 50
TALKERS = 5
MAX_P99_MS = 250.0
STEP_S = 0.01
STAMPED = 20
OWN_RATES = (4_000, 8_000, 12_000, 16_000, 20_000, 24_000, 32_000)
TAKY_RATES = (100, 200, 400, 700, 1_000, 1_400, 2_000)
_TAKY = """[taky]
hostname = localhost
bind_ip = 127.0.0.1
root_dir = {folder}
[cot_server]
port = {port}
[dp_server]
upload_path = {folder}
[ssl]
enabled = false
"""
_HEAD = (
    '<event version="2.0" uid="BENCH-{uid:06d}" type="a-f-G-U-C" time="2026-11-27T23:43:40.083Z" '
    'start="2026-11-27T23:43:40.083Z" stale="2036-11-27T23:49:55.083Z" how="m-g"><point lat="45.943211" '
    'lon="-0.964521" hae="20.7" ce="9999999.0" le="9999999.0"/><detail>'
    '<takv os="29" version="4.10.0.1" device="SAMSUNG SM-G781U1" platform="ATAK-CIV"/>'
    '<contact endpoint="*:-1:stcp" callsign="VSAV {uid:06d}"/><uid Droid="VSAV {uid:06d}"/>'
    '<precisionlocation altsrc="GPS" geopointsrc="USER"/><__group role="Team Member" name="Red"/>'
    '<status battery="78"/><track course="80.24" speed="0.0"/><remarks>#'
)
_TAIL = b"#</remarks></detail></event>"


class Outcome(msgspec.Struct):
    """What one side did under one load."""

    side: str
    publishers: int
    rate: float
    received: int
    expected: int
    cores: float
    cpu_us: float
    p50_ms: float
    p99_ms: float

    @property
    def is_sustained(self) -> bool:
        """Whether nearly all came, in time."""
        return self.received >= 0.99 * self.expected > 0 and self.p99_ms < MAX_P99_MS


class Subscriber(asyncio.Protocol):
    """Counts what comes; a few also read when each message was said."""

    def __init__(self, *, reads: bool) -> None:
        self.bytes = 0
        self.delays_ms: list[float] = []
        self._reads = reads
        self._rest = b""
        self.messages = 0

    def data_received(self, data: bytes) -> None:
        """Messages, or parts of some."""
        self.bytes += len(data)
        if not self._reads:
            return
        now = time.monotonic_ns()
        parts = (self._rest + data).split(b"#")
        stamps = [part for part in parts[:-1] if len(part) == STAMPED]
        self._rest = parts[-1][-800:] if len(parts) % 2 else b"#" + parts[-1]
        self.messages += len(stamps)
        self.delays_ms += [(now - int(stamp)) / 1e6 for stamp in stamps]


class Publisher(asyncio.Protocol):
    """Says where it is; what it hears is thrown away."""

    transport: asyncio.Transport

    def __init__(self, number: int) -> None:
        self._head = _HEAD.format(uid=number).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is not declared as one

    def say(self, count: int) -> None:
        """So many positions, said now."""
        stamp = b"%020d" % time.monotonic_ns()
        self.transport.write((self._head + stamp + _TAIL) * count)


@contextmanager
def started(side: str) -> Iterator[tuple[psutil.Process, int]]:
    """A process of that side and its port, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as folder:
        if side == "taky":
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            settings = Path(folder) / "taky.conf"
            settings.write_text(_TAKY.format(folder=folder, port=port))
            command = [sys.executable, "-m", "taky.cot", "-l", "error", "-c", str(settings)]
        else:
            port, command = 0, [sys.executable, "-m", "bench.tak_server"]
        served = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            if side != "taky":
                assert served.stdout is not None
                port = int(served.stdout.readline())
            yield psutil.Process(served.pid), port
        finally:
            served.kill()
            served.communicate()


async def _connect(port: int, made: asyncio.Protocol, source: str | None = None) -> asyncio.Transport:
    loop = asyncio.get_running_loop()
    until = loop.time() + 10
    while True:
        try:
            local = (source, 0) if source else None
            transport, _ = await loop.create_connection(lambda: made, "127.0.0.1", port, local_addr=local)
            return transport
        except ConnectionError:
            if loop.time() > until:
                raise
            await asyncio.sleep(0.1)


async def measure(side: str, publishers: int, rate: float, seconds: float, *, senders: bool = False) -> Outcome:
    """One load on one side: so many messages a second in all; `senders`: publishers hear nothing."""
    with started(side) as (process, port):
        subscribers = [Subscriber(reads=number < 2) for number in range(SUBSCRIBERS)]
        transports = [await _connect(port, subscriber) for subscriber in subscribers]
        speaking = [Publisher(number) for number in range(publishers)]
        transports += [await _connect(port, one, SENDERS if senders else None) for one in speaking]
        await asyncio.sleep(0.3)
        await _speak(speaking, rate, 0.5)
        await asyncio.sleep(0.5)
        before = [(one.bytes, one.messages) for one in subscribers]
        for one in subscribers:
            one.delays_ms.clear()
        cpu, begun = _cpu_s(process), time.monotonic()
        said = await _speak(speaking, rate, seconds)
        spent_s = time.monotonic() - begun
        await asyncio.sleep(1.0)
        cpu_s = _cpu_s(process) - cpu
        for transport in transports:
            transport.abort()
    return _outcome(side, publishers, said / spent_s, said, subscribers, before, cpu_s, spent_s)


async def _speak(speaking: list[Publisher], rate: float, seconds: float) -> int:
    """A steady pace, each in turn; tell how many were said."""
    loop = asyncio.get_running_loop()
    begun, said = loop.time(), 0
    while (elapsed := loop.time() - begun) < seconds:
        due = int(elapsed * rate) - said
        shares = [due // len(speaking)] * len(speaking)
        for extra in range(due % len(speaking)):
            shares[(said + extra) % len(speaking)] += 1
        for one, share in zip(speaking, shares, strict=True):
            if share:
                one.say(share)
        said += due
        await asyncio.sleep(STEP_S)
    return said


def _outcome(
    side: str,
    publishers: int,
    rate: float,
    said: int,
    subscribers: list[Subscriber],
    before: list[tuple[int, int]],
    cpu_s: float,
    spent_s: float,
) -> Outcome:
    read = [(one, one.bytes - at[0], one.messages - at[1]) for one, at in zip(subscribers, before, strict=True)]
    sampled = [(size, count) for one, size, count in read if one.delays_ms]
    each = sum(size for size, _ in sampled) / max(1, sum(count for _, count in sampled))
    received = int(sum(size for _, size, _ in read) / each) if each else 0
    delays = [delay for one in subscribers for delay in one.delays_ms]
    return Outcome(
        side=side,
        publishers=publishers,
        rate=rate,
        received=received,
        expected=said * SUBSCRIBERS,
        cores=cpu_s / spent_s,
        cpu_us=cpu_s / max(1, received) * 1e6,
        p50_ms=percentile(delays, 0.5),
        p99_ms=percentile(delays, 0.99) if delays else float("inf"),
    )


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


async def memory_kib(publishers: int) -> float:
    """What each client takes, in KiB, once it has said where it is."""
    with started("relay") as (process, port):
        await _connect(port, Subscriber(reads=False))
        await asyncio.sleep(0.5)
        before = process.memory_info().rss
        speaking = [Publisher(number) for number in range(publishers)]
        transports = [await _connect(port, one, SENDERS) for one in speaking]
        for one in speaking:
            one.say(1)
        await asyncio.sleep(1.0)
        taken = process.memory_info().rss - before
        for transport in transports:
            transport.abort()
    return taken / 1024 / publishers


def sustained(side: str, rates: tuple[int, ...], seconds: float) -> tuple[Outcome | None, Outcome]:
    """The highest load that holds, going up until one does not; and the last one tried."""
    best: Outcome | None = None
    for rate in rates:
        last = _told(uvloop.run(measure(side, TALKERS, rate, seconds)))
        if not last.is_sustained:
            break
        best = last
    return best, last


def run(*, quick: bool) -> list[Line]:
    """Ours, then taky's, then a thousand that speak to fifty that hear; and what each client takes."""
    seconds = 2.0 if quick else 6.0
    ours, last = sustained("relay", OWN_RATES[1:4:2] if quick else OWN_RATES, seconds)
    best = ours or last
    theirs: Outcome | None = None
    if find_spec("taky") is None:
        print("  taky is not installed: no ratio (pip install taky)", flush=True)
    else:
        theirs, _ = sustained("taky", TAKY_RATES[2:5] if quick else TAKY_RATES, seconds)
    many = _told(uvloop.run(measure("relay", 200 if quick else 1000, 400 if quick else 2000, seconds, senders=True)))
    lines = [
        *_against(best, theirs, seconds),
        Line(measure="tak: processor per delivery", value=best.cpu_us, unit="µs", good=5, excellent=1),
        Line(
            measure=f"tak: {many.publishers} at 2/s to 50, p99", value=many.p99_ms, unit="ms", good=250, excellent=100
        ),
        Line(measure="tak: the same, processor", value=many.cores, unit="core", good=1, excellent=0.5),
        Line(measure="tak: the same, processor per delivery", value=many.cpu_us, unit="µs", good=5, excellent=1),
        Line(
            measure="tak: the same, not received",
            value=max(0, many.expected - many.received),
            unit="deliveries",
            remark=f"of {many.expected:,}",
        ),
    ]
    for count in (50,) if quick else (50, 500, 1000):
        kib = uvloop.run(memory_kib(count))
        lines.append(Line(measure=f"tak: memory per client of {count}", value=kib, unit="KiB", good=40, excellent=10))
    return lines


def _against(ours: Outcome, theirs: Outcome | None, seconds: float) -> list[Line]:
    deliveries = ours.received / seconds
    rival = theirs.received / seconds if theirs else None
    return [
        Line(
            measure="tak: sustained deliveries, 50 subscribers",
            value=deliveries,
            unit="/s",
            ratio=None if rival is None else deliveries / rival,
            against="" if rival is None else "× taky",
            good=None if rival is None else 5,
            excellent=None if rival is None else 20,
            better="more",
            remark=f"p99 {ours.p99_ms:.0f} ms, load {os.getloadavg()[0]:.1f}"
            + ("" if theirs is None else f"; taky {rival or 0:,.0f}/s at {theirs.cpu_us:.0f} µs"),
        )
    ]


def _told(one: Outcome) -> Outcome:
    print(
        f"  {one.side:6} {one.publishers:5} publishers {one.rate:8,.0f} messages/s  {one.received:11,} of "
        f"{one.expected:11,} delivered  {one.cpu_us:7.2f} µs/delivery  {one.cores:.2f} core  p50 {one.p50_ms:.1f} ms  "
        f"p99 {one.p99_ms:.1f} ms  {'sustained' if one.is_sustained else 'not sustained'}",
        flush=True,
    )
    return one
