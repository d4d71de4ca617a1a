"""Durable commands through HTTP: a real `garance serve`, real sign-in, 1, 16 and 64 clients writing in the logbook.

Everything is a ratio to the disk's own flush, measured on the same disk in the same run. The clients run in this
process and are as light as can be: one connection each, one request at a time.
"""

from __future__ import annotations

import asyncio
import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psutil
import uvloop

from bench.measuring import Flush, Line, percentile
from bench.words import TEXT
from garance.kernel.identity import new_id

SERVE = "import sys; from garance.server.cli import main; sys.exit(main(sys.argv[1:]))"
CLIENTS = (1, 16, 64)
PASSWORD = "un long mot de passe pour la mesure"


class Outcome(msgspec.Struct):
    """What so many clients obtained."""

    clients: int
    per_s: float
    p50_s: float
    p99_s: float
    cores: float


class Desk:
    """The first administrator of a new node, at the desk: signed in, with a role that writes, in an open situation."""

    def __init__(self, address: str, token: str) -> None:
        where = urlsplit(address)
        self.host, self.port = where.hostname or "127.0.0.1", where.port or 80
        self._headers = {"Content-Type": "application/json"}
        first = {"token": token, "login": "banc", "display_name": "Banc de mesure", "password": PASSWORD}
        session = self._ask("POST", "/api/v1/first-administrator", first)
        if not session.get("csrf"):
            session = self._ask("POST", "/api/v1/session", {"login": "banc", "password": PASSWORD})
        self._headers["X-Garance-CSRF"] = session["csrf"]
        grant = session["grants"][0]
        self.role, self.situation = new_id(), new_id()
        granted = {
            "grant": self.role,
            "person": session["person"]["id"],
            "organisation": grant["organisation"],
            "role": "dos",
        }
        self.command("people.grant-role", granted, role=grant["id"])
        opened = {"situation": self.situation, "title": "Banc de mesure", "kind": "flood", "mode": "exercise"}
        self.command("situation.open", opened, role=self.role)

    @property
    def cookie(self) -> str:
        """What a stream of this desk presents."""
        return self._headers["Cookie"]

    def command(self, name: str, body: dict[str, Any], *, role: str, situation: str | None = None) -> None:
        """Give one command."""
        asked = {"id": new_id(), "role": role, "situation": situation, "body": body}
        self._ask("POST", f"/api/v1/commands/{name}", asked)

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, msgspec.json.encode(body), self._headers)
            response = connection.getresponse()
            answer = msgspec.json.decode(response.read() or b"null")
            if response.status >= 300:
                raise RuntimeError(f"{path}: {response.status} {answer}")
            cookie = response.getheader("Set-Cookie")
            if cookie:
                self._headers["Cookie"] = cookie.partition(";")[0]
            return answer
        finally:
            connection.close()

    def request(self) -> bytes:
        """The bytes of one new logbook entry, asked over a connection that stays open."""
        body = {"text": TEXT, "category": "information", "channel": "radio"}
        asked = {"id": new_id(), "situation": self.situation, "role": self.role, "body": body}
        content = msgspec.json.encode(asked)
        head = "".join(f"{name}: {value}\r\n" for name, value in self._headers.items())
        start = f"POST /api/v1/commands/logbook.write HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
        return f"{start}{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


async def write_for(desk: Desk, seconds: float, waits_s: list[float]) -> None:
    """One client, one request after the other, until the time is over."""
    reader, writer = await asyncio.open_connection(desk.host, desk.port)
    until = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        writer.write(desk.request())
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(size)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode())
        waits_s.append(time.perf_counter() - begun)
    writer.close()


async def measure(desk: Desk, process: psutil.Process, clients: int, seconds: float) -> Outcome:
    """So many clients, for so long."""
    await asyncio.gather(*(write_for(desk, 0.5, []) for _ in range(clients)))
    waits_s: list[float] = []
    before, begun = process.cpu_times(), time.perf_counter()
    await asyncio.gather(*(write_for(desk, seconds, waits_s) for _ in range(clients)))
    after, ended = process.cpu_times(), time.perf_counter()
    cores = (after.user + after.system - before.user - before.system) / (ended - begun)
    per_s = len(waits_s) / (ended - begun)
    return Outcome(clients, per_s, percentile(waits_s, 0.5), percentile(waits_s, 0.99), cores)


@contextmanager
def served(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A new node that listens: its process, its address, the secret of its one-time link. `more`: its options."""
    arguments = ["serve", "--data", str(folder / "data"), "--port", "0", *more]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        address = token = ""
        while not (address and token):
            said = server.stdout.readline()
            if not said:
                raise RuntimeError("the server did not start")
            where = next((word for word in said.split() if word.startswith("http")), "")
            if "#" in where:
                token = where.rpartition("#")[2]
            elif where:
                address = where
        yield server, address, token
    finally:
        server.terminate()
        server.wait(20)


def run(*, quick: bool) -> list[Line]:
    """1, 16 and 64 clients, then the ratios."""
    seconds = 2.0 if quick else 10.0
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as name:
        folder = Path(name)
        flush, outcomes = Flush(folder), list[Outcome]()
        with served(folder) as (server, address, token):
            desk = Desk(address, token)
            process = psutil.Process(server.pid)
            flush.measure()
            for clients in CLIENTS:
                outcomes.append(uvloop.run(measure(desk, process, clients, seconds)))
                flush.measure()
    for one in outcomes:
        print(
            f"  {one.clients:3} clients  {one.per_s:7,.0f} commands/s  p50 {one.p50_s * 1e3:.1f} ms  "
            f"p99 {one.p99_s * 1e3:.1f} ms  {one.cores:.2f} core  {one.cores / one.per_s * 1e6:.0f} µs each",
            flush=True,
        )
    return _lines(outcomes, flush)


def _lines(outcomes: list[Outcome], flush: Flush) -> list[Line]:
    alone, _, many = outcomes
    flush_s = flush.median_s
    lines = [
        Line(
            measure=f"durable commands, {one.clients} clients",
            value=one.per_s,
            unit="/s",
            ratio=one.per_s * flush_s,
            against="× flush rate",
            good=15 if one is many else None,
            excellent=40 if one is many else None,
            better="more",
            remark=f"p50 {one.p50_s * 1e3:.1f} ms, p99 {one.p99_s * 1e3:.1f} ms; {flush.told}",
        )
        for one in outcomes
    ]
    good_ms, excellent_ms = 2 * flush_s * 1e3 + 3, flush_s * 1e3 + 2
    return [
        *lines,
        Line(
            measure="one command alone, p50",
            value=alone.p50_s * 1e3,
            unit="ms",
            good=good_ms,
            excellent=excellent_ms,
            remark=f"2 flushes + 3 ms; 1 flush + 2 ms; {flush.told}",
        ),
        Line(
            measure=f"{many.clients} clients, p99",
            value=many.p99_s * 1e3,
            unit="ms",
            ratio=many.p99_s / flush_s,
            against="flushes",
            excellent=4,
        ),
        Line(measure="processor for one command", value=many.cores / many.per_s * 1e6, unit="µs"),
    ]
