from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.settings import Limits, Listen, Settings
from garance.server.shell import Shell
from garance.server.shelter import CONTENT_POLICY, Rates


class Moments:
    """A monotonic clock that stands where it is put, in seconds."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@endpoint("POST", "/change", tag="t", needs_reader=False)
async def change(call: Call[Any]) -> None:
    """Change something."""


@endpoint("GET", "/mine", tag="t")
async def read_mine(call: Call[Any]) -> None:
    """Read what needs a session."""


def nobody(request: Request) -> None:
    return None


def client(settings: Settings, endpoints: list[Endpoint] | None = None) -> httpx2.AsyncClient:
    app = Shell(settings=settings).application(endpoints or [change], nobody)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://garance.test")


@pytest.fixture
async def web() -> AsyncIterator[httpx2.AsyncClient]:
    async with client(Settings()) as found:
        yield found


@pytest.mark.parametrize("path", ["/", "/health", "/nothing", "/change", "/api/v1/openapi.json"])
async def test_every_answer_is_sheltered(web: httpx2.AsyncClient, path: str) -> None:
    headers = (await web.get(path)).headers
    assert headers["content-security-policy"] == CONTENT_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert len(headers["x-request-id"]) == 16


async def test_https_is_remembered_and_other_names_are_refused() -> None:
    async with client(Settings(listen=Listen(public_url="https://garance.test"))) as web:
        answer = await web.get("/api/v1/openapi.json")
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        for host in ("evil.test", "garance.test:81", "garance.test.evil.test", ""):
            refused = await web.get("/", headers={"host": host})
            assert (refused.status_code, refused.json()["code"]) == (421, "host-unknown")
        assert (await web.get("/health", headers={"host": "10.0.0.3"})).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"origin": "http://garance.test"}, 204),
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"sec-fetch-site": "none"}, 204),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://garance.test"}, 403),
    ],
)
async def test_changes_are_not_made_for_other_sites(
    web: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await web.post("/change", headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "cross-site"


def test_streams_are_refused_under_another_name() -> None:
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    settings = Settings(listen=Listen(public_url="https://garance.test"))
    app = Shell(settings=settings).application([], nobody, streams=[WebSocketRoute("/stream", stream)])
    with TestClient(app, base_url="https://garance.test") as web, web.websocket_connect("wss://garance.test/stream"):
        pass
    with (
        TestClient(app, base_url="https://evil.test") as web,
        pytest.raises(WebSocketDisconnect),
        web.websocket_connect("wss://evil.test/stream"),
    ):
        pass


async def test_an_address_without_session_is_limited() -> None:
    async with client(Settings(limits=Limits(anonymous_per_minute=3)), [read_mine]) as web:
        answers = [await web.get("/mine") for _ in range(5)]
        assert [each.status_code for each in answers] == [401, 401, 401, 429, 429]
        assert answers[-1].json()["code"] == "too-many-requests"
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert (await web.get("/health")).status_code == 200


def test_rates_refill_and_keep_neighbours_together() -> None:
    moments = Moments()
    rates = Rates(2, now_s=moments)
    for _ in range(2):
        rates.charge("2001:db8::1")
    with pytest.raises(Refused, match="too-many-requests") as caught:
        rates.charge("2001:db8::ffff")
    assert caught.value.detail["retry_after_s"] == 30
    rates.charge("2001:db8:1::1")
    rates.charge("192.0.2.1")
    rates.charge("::ffff:192.0.2.1")
    with pytest.raises(Refused):
        rates.charge("192.0.2.1")
    moments.now_s = 31
    rates.charge("2001:db8::2")
    with pytest.raises(Refused):
        rates.charge("2001:db8::2")


def test_rates_forget_the_oldest_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garance.server.shelter.MAX_ADDRESSES", 2)
    rates = Rates(1, now_s=Moments())
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1"):
        rates.charge(address)
    with pytest.raises(Refused):
        rates.charge("192.0.2.3")
