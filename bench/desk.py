"""The desk in a real browser on a real node: moving units, memory over a night, the way of a fact to the screen."""

from __future__ import annotations

import base64
import contextlib
import os
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.desk_scripts import FEED_HOUR, FLEET, PAINTED, PLAIN, REDRAW, REFRESH, WATCH
from bench.measuring import Line, percentile
from garance.kernel.clock import SystemClock

DEMO = "import sys; from garance.server.cli import main; sys.argv[0] = 'garance'; sys.exit(main())"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
ROLE = "Officière SDIS"
READY = "() => window.garance?.ready === true"
HOURS = 12
SETTINGS = {"PYTHONUNBUFFERED": "1", "LANG": "fr_FR.UTF-8", "GARANCE_LIMITS_STREAMS_PER_PERSON": "200"}
"""One person holds every stream of the measure: more than a node lets anybody."""
CLOCK = SystemClock()


@contextmanager
def node() -> Iterator[str]:
    """The demonstration, listening: its address."""
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as folder:
        words = ["demo", "--data", f"{folder}/data", "--port", "0", "--at", "04:20", "--speed", "1"]
        log = Path(folder) / "node.log"
        environment = os.environ | SETTINGS
        with log.open("wb") as said:
            server = subprocess.Popen(
                [sys.executable, "-c", DEMO, *words], stdout=said, stderr=subprocess.STDOUT, env=environment
            )
        try:
            yield _address(server, log)
        finally:
            server.terminate()
            server.wait(20)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        for word in log.read_text("utf-8", "replace").split():
            if word.startswith("http://"):
                return word.rstrip("/")
        time.sleep(0.1)
    raise RuntimeError("the node did not start")


@contextmanager
def desk(address: str) -> Iterator[tuple[Page, CDPSession]]:
    """One officer's desk, ready, in a browser of its own."""
    found = os.environ.get("GARANCE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        page.goto("/?test")
        page.get_by_role("button", name=ROLE).click()
        page.wait_for_function(READY, timeout=60_000)
        yield page, page.context.new_cdp_session(page)
        browser.close()


def cpu_s() -> float:
    """The processor time of the browser's own processes: pages, their workers, drawing."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any(word.startswith("--type=") for word in child.cmdline()):
                times = child.cpu_times()
                total += times.user + times.system
    return total


def refreshes(page: Page, count: int, times: int) -> tuple[float, float]:
    """Processor milliseconds that moving so many units adds to drawing: our way, and one plain source of circles."""
    page.evaluate(FLEET, count)
    page.wait_for_timeout(2_000)
    costs = []
    for script in (REFRESH, PLAIN):
        page.evaluate(script, 2)
        moved = _cost(page, script, times)
        costs.append(max(0.1, moved - _cost(page, REDRAW, times)))
    return costs[0], costs[1]


def _cost(page: Page, script: str, times: int) -> float:
    before = cpu_s()
    page.evaluate(script, times)
    return (cpu_s() - before) / times * 1e3


def moving(address: str, *, quick: bool) -> list[Line]:
    """The cost of moving 1,000, 10,000 and 50,000 units."""
    lines: list[Line] = []
    for count in (1_000, 10_000) if quick else (1_000, 10_000, 50_000):
        with desk(address) as (page, _):
            own, plain = refreshes(page, count, 5 if quick else 15)
        print(f"  {count:6,} units: {own:.0f} ms a refresh, {plain:.0f} ms for a plain source", flush=True)
        measure = f"refresh of {count:,} moving units"
        lines.append(Line(measure=measure, value=own, unit="ms", ratio=own / plain, against="× plain setData"))
    return lines


def night(address: str, *, quick: bool) -> list[Line]:
    """Memory of the page at each hour of a night of positions and facts."""
    units = 20 if quick else 200
    with desk(address) as (page, wire):
        wire.send("Performance.enable")
        page.evaluate(FLEET, units)
        heaps = []
        for hour in range(HOURS):
            page.evaluate(FEED_HOUR, {"units": units, "hour": hour})
            wire.send("HeapProfiler.collectGarbage")
            metrics = {one["name"]: one["value"] for one in wire.send("Performance.getMetrics")["metrics"]}
            heaps.append(metrics["JSHeapUsedSize"] / 1e6)
    told = ", ".join(f"{heap:.0f}" for heap in heaps)
    print(f"  memory by hour, {units} units at one position a second: {told} MB", flush=True)
    middle, last = heaps[HOURS // 2 - 1], heaps[-1]
    remark = f"{units} units, one position a second, two facts a minute; by hour: {told}"
    ratio = last / middle
    return [Line(measure="memory after 12 h", value=last, unit="MB", ratio=ratio, against="× at 6 h", remark=remark)]


class Streams:
    """Other people's streams, read and thrown away: only their weight on the node counts."""

    def __init__(self, address: str, cookie: str, situation: str, count: int) -> None:
        self._sockets = [_stream(address, cookie, situation) for _ in range(count)]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        waiting = selectors.DefaultSelector()
        for one in self._sockets:
            waiting.register(one, selectors.EVENT_READ)
        with contextlib.suppress(OSError, ValueError):
            while self._sockets:
                for key, _ in waiting.select(0.2):
                    if not key.fileobj.recv(1 << 16):  # type: ignore[union-attr]
                        waiting.unregister(key.fileobj)

    def close(self) -> None:
        """End them all."""
        sockets, self._sockets = self._sockets, []
        self._reader.join(2)
        for one in sockets:
            one.close()


def _stream(address: str, cookie: str, situation: str) -> socket.socket:
    where = urlsplit(address)
    opened = socket.create_connection((where.hostname or "127.0.0.1", where.port or 80), timeout=30)
    key = base64.b64encode(os.urandom(16)).decode()
    opened.sendall(
        f"GET /api/v1/stream?situation={situation} HTTP/1.1\r\nHost: {where.netloc}\r\nOrigin: {address}\r\n"
        f"Cookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = opened.recv(1 << 16)
    if b" 101 " not in answer:
        raise RuntimeError(answer[:200].decode("utf-8", "replace"))
    return opened


def to_pixels(address: str, *, quick: bool) -> list[Line]:
    """From the answer to a command to its line painted on another desk, with so many streams open."""
    lines: list[Line] = []
    with desk(address) as (page, _):
        situation, role = page.evaluate("() => [garance.store.id, garance.store.grant.id]")
        page.get_by_role("tab", name="Main courante").click()
        csrf = page.request.get("/api/v1/session").json()["csrf"]
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
        page.evaluate(WATCH)
        for streams in (1, 20) if quick else (1, 20, 100):
            others = Streams(address, cookie, situation, streams - 1)
            waits = [_painted(page, situation, role, csrf) for _ in range(10 if quick else 60)]
            others.close()
            p50, p99 = percentile(waits, 0.5), percentile(waits, 0.99)
            print(f"  {streams:3} streams: answer to paint p50 {p50:.0f} ms, p99 {p99:.0f} ms", flush=True)
            measure = f"fact to pixels, {streams} streams, p50"
            lines.append(Line(measure=measure, value=p50, unit="ms", remark=f"p99 {p99:.0f} ms"))
    return lines


def _painted(page: Page, situation: str, role: str, csrf: str) -> float:
    mark = f"banc {uuid4().hex}"
    asked: dict[str, Any] = {"id": str(uuid4()), "situation": situation, "role": role}
    asked["body"] = {"text": mark, "category": "information"}
    answer = page.request.post("/api/v1/commands/logbook.write", data=asked, headers={"x-garance-csrf": csrf})
    answered_ms = CLOCK.now().timestamp() * 1e3
    if not answer.ok:
        raise RuntimeError(answer.text())
    painted_ms: float = page.evaluate(PAINTED, mark)
    return max(0.0, painted_ms - answered_ms)


def run(*, quick: bool) -> list[Line]:
    """Moving units, a night's memory, the way of a fact."""
    with node() as address:
        return [*moving(address, quick=quick), *night(address, quick=quick), *to_pixels(address, quick=quick)]
