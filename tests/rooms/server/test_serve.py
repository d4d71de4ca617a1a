"""The server as the network sees it: real sockets, slow and rude clients, overload, an orderly stop."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx2
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from support.serving import Running, served

from garance.kernel.refusal import Refused
from garance.server import impatient, shelter
from garance.server.http import Call, Endpoint, endpoint
from garance.server.serve import bind
from garance.server.settings import Limits, Listen, Settings
from garance.server.shell import Shell


class Echo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str


class Seen(msgspec.Struct, frozen=True):
    address: str


@endpoint("POST", "/api/v1/commands/say", tag="t", needs_reader=False, max_bytes=100_000, body_s=0.2, charged=False)
async def say(call: Call[Any], body: Echo) -> Echo:
    """Echo."""
    return body


@endpoint("GET", "/address", tag="t", needs_reader=False, charged=False)
async def tell_address(call: Call[Any]) -> Seen:
    """Tell."""
    return Seen(call.address)


class Door:
    """An endpoint that waits until it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.entered = asyncio.Semaphore(0)

    async def wait(self, call: Call[Any]) -> Echo:
        self.entered.release()
        await self.opened.wait()
        return Echo("open")

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(
            method="GET", path="/door", run=self.wait, tag="t", summary="Wait", answer=Echo, needs_reader=False,
            charged=False,
        )  # fmt: skip


def nobody(request: Request) -> None:
    return None


LISTEN = Listen(port=0, stop_s=2)


def shell(**changes: Any) -> Shell:
    return Shell(settings=Settings(listen=LISTEN, **changes))


async def exchange(running: Running, sent: bytes, *, wait_s: float = 5) -> bytes:
    """Send those bytes, then read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.listening.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(wait_s):
            return await reader.read()
    finally:
        writer.close()


def said(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head.split(b" ", 2)[1]), json.loads(body)


HEAD = b"POST /api/v1/commands/say HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"


@pytest.fixture(autouse=True)
def _short_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impatient, "LINGER_S", 0.3)


async def test_slow_and_oversize_bodies_are_refused_and_closed() -> None:
    async with served(shell().application([say], nobody)) as running:
        stuck = await exchange(running, HEAD + b'content-length: 20\r\n\r\n{"te')
        assert said(stuck)[0] == 408
        assert said(stuck)[1]["code"] == "body-too-slow"
        announced = await exchange(running, HEAD + b"content-length: 100001\r\n\r\n")
        assert said(announced)[1]["code"] == "body-too-large"
        chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
        grown = await exchange(running, HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunk * 400)
        assert said(grown)[0] == 413


async def send_much(call: Call[Any]) -> Response:
    async def much() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    return StreamingResponse(much())


async def test_a_reader_who_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelter, "SEND_S", 0.2)
    endless = Endpoint(
        method="GET", path="/much", run=send_much, tag="t", summary="Much", needs_reader=False, charged=False
    )
    around = shell()
    async with served(around.application([endless], nobody)) as running:
        _, writer = await asyncio.open_connection("127.0.0.1", running.listening.port, limit=1024)
        writer.write(b"GET /much HTTP/1.1\r\nhost: a\r\n\r\n")
        for _ in range(100):
            if 'route="/much"' in around.metrics.exposition().decode():
                break
            await asyncio.sleep(0.05)
        else:
            pytest.fail("the server still waits for this reader")
        writer.close()


async def test_the_rest_of_a_refused_body_does_not_break_the_connection() -> None:
    async with served(shell().application([say], nobody)) as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.listening.port)
        writer.write(HEAD + b"content-length: 200000\r\n\r\n" + b"x" * 100_000)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 413 " in head
        writer.write(b"x" * 100_000 + b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n")
        assert b'{"alive":true}' in await reader.readuntil(b'{"alive":true}')
        writer.close()


async def test_what_is_not_http_is_refused_in_the_one_shape() -> None:
    async with served(shell().application([say], nobody)) as running:
        status, problem = said(await exchange(running, b"hello?\r\n\r\n"))
        assert (status, problem["code"]) == (400, "request-malformed")
        endless = b"GET / HTTP/1.1\r\n" + b"x-filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 20_000
        assert said(await exchange(running, endless))[1]["code"] == "request-malformed"


class Wire:
    """A transport that notes each call of the system it would make."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append(b"closed")


async def test_an_answer_leaves_whole_and_a_head_alone_does_not_wait() -> None:
    wire = Wire()
    whole = impatient.WholeAnswers(cast(asyncio.Transport, wire), asyncio.get_running_loop())
    whole.write(b"head,")
    whole.write(b"body")
    assert wire.calls == [b"head,body"]
    whole.write(b"head alone")
    assert len(wire.calls) == 1
    await asyncio.sleep(0)
    assert wire.calls[1:] == [b"head alone"]
    whole.write(b"last")
    whole.close()
    assert wire.calls[2:] == [b"last", b"closed"], "nothing is lost by closing"
    await asyncio.sleep(0)
    assert len(wire.calls) == 4


async def test_half_a_head_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impatient, "HEAD_S", 0.1)
    async with served(shell().application([say], nobody)) as running:
        assert await exchange(running, b"") == b""
        assert await exchange(running, b"GET / HTTP/1.1\r\nhost:") == b""
        async with httpx2.AsyncClient(base_url=running.url) as web:
            assert (await web.get("/health")).status_code == 200
            await asyncio.sleep(0.3)  # between requests of one connection, patience is uvicorn's keep-alive
            assert (await web.get("/health")).status_code == 200


async def test_overload_is_refused_at_once_and_clearly() -> None:
    door = Door()
    waiting = 0
    settings = Settings(listen=LISTEN, limits=Limits(requests=2, waiting_commands=10))
    around = Shell(settings=settings, waiting=lambda: waiting)
    async with (
        served(around.application([door.endpoint, say], nobody)) as running,
        httpx2.AsyncClient(base_url=running.url) as web,
    ):
        held = [asyncio.ensure_future(web.get("/door")) for _ in range(2)]
        await door.entered.acquire()
        await door.entered.acquire()
        refused = await web.get("/door")
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.headers["retry-after"] == "2"
        assert (await web.get("/health")).status_code == 200
        door.opened.set()
        assert [each.status_code for each in await asyncio.gather(*held)] == [200, 200]
        assert (await web.post("/api/v1/commands/say", json={"text": "a"})).status_code == 200
        waiting = 11
        late = await web.post("/api/v1/commands/say", json={"text": "a"})
        assert (late.status_code, late.json()["code"]) == (503, "overloaded")
        assert (await web.get("/door")).status_code == 200


async def test_stopping_finishes_what_was_begun() -> None:
    door, order = Door(), list[str]()

    async def stopping() -> None:
        order.append("stopping")
        asyncio.get_running_loop().call_later(0.2, door.opened.set)

    async with served(shell().application([door.endpoint], nobody), stopping=stopping) as running:
        async with httpx2.AsyncClient(base_url=running.url) as web:
            held = asyncio.ensure_future(web.get("/door"))
            await door.entered.acquire()
            running.server.should_exit = True
            assert (await held).json() == {"text": "open"}
            order.append("answered")
        async with asyncio.timeout(3):
            await running.task
    assert order == ["stopping", "answered"]


async def test_a_request_that_never_ends_does_not_hold_the_stop() -> None:
    door = Door()
    settings = Settings(listen=Listen(port=0, stop_s=1))
    async with served(shell().application([door.endpoint], nobody), settings) as running:
        async with httpx2.AsyncClient(base_url=running.url) as web:
            held = asyncio.ensure_future(web.get("/door"))
            await door.entered.acquire()
            running.server.should_exit = True
            async with asyncio.timeout(5):
                await running.task
            refused = await held
            assert (refused.status_code, refused.json()["code"]) == (503, "stopping")


async def test_forwarded_addresses_are_believed_from_trusted_proxies_only() -> None:
    app = shell().application([tell_address], nobody)
    headers = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    async with served(app) as running, httpx2.AsyncClient(base_url=running.url) as web:
        assert (await web.get("/address", headers=headers)).json() == {"address": "127.0.0.1"}
    trusting = Settings(listen=Listen(port=0, trusted_proxies=("127.0.0.0/8",)))
    async with served(app, trusting) as running, httpx2.AsyncClient(base_url=running.url) as web:
        assert (await web.get("/address", headers=headers)).json() == {"address": "203.0.113.9"}


def test_an_address_that_cannot_be_taken_is_refused() -> None:
    taken = bind("127.0.0.1", 0)
    taken.listen()
    try:
        with pytest.raises(Refused, match="address-in-use"):
            bind("127.0.0.1", taken.getsockname()[1])
    finally:
        taken.close()
    with pytest.raises(Refused, match="address-unusable"):
        bind("192.0.2.1", 0)


ALONE = """
import sys
from garance.server.app import build_empty_app
from garance.server.serve import run, serve, server_for
from garance.server.settings import Listen, Settings
settings = Settings(listen=Listen(port=0, stop_s=2))
server = server_for(build_empty_app(settings), settings, started=lambda at: print(at.url, flush=True))
run(serve(server, settings))
print("ended", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_process_in_order(number: signal.Signals) -> None:
    source = Path(__file__).parents[3] / "src"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ALONE, stdout=asyncio.subprocess.PIPE, env={"PYTHONPATH": str(source)}
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        url = (await process.stdout.readline()).decode().strip()
        async with httpx2.AsyncClient(base_url=url) as web:
            assert (await web.get("/health")).json() == {"alive": True}
        process.send_signal(number)
        assert (await process.stdout.read()).decode().split() == ["ended"]
        assert await process.wait() == 0
