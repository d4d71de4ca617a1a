from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from garance.server.http import Call, endpoint
from garance.server.observe import Metrics, Readiness, room_left, start_logs, writable
from garance.server.settings import Metrics as MetricsSettings
from garance.server.settings import Settings
from garance.server.shell import Shell


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str


@endpoint("POST", "/people/{person}", tag="t", needs_reader=False)
async def rename(call: Call[Any], person: str, body: Named) -> None:
    """Rename."""
    if body.name == "Marianne":
        raise KeyError(body.name)


def nobody(request: Request) -> None:
    return None


def application(around: Shell | None = None) -> Starlette:
    return (around or Shell(settings=Settings())).application([rename], nobody)


def client(app: Starlette, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, client=(address, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://test")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root, ours = logging.getLogger(), logging.getLogger("garance")
    before, level, our_level = list(root.handlers), root.level, ours.level
    out = io.StringIO()
    start_logs("info", "json", out)
    yield out
    root.handlers[:] = before
    root.setLevel(level)
    ours.setLevel(our_level)


async def test_logs_hold_no_person(written: io.StringIO) -> None:
    async with client(application(), "203.0.113.77") as web:
        await web.post("/people/jeanne", json={"name": "Marianne"}, headers={"cookie": "garance=secret-token"})
        await web.post("/people/jeanne", json={"name": "Lucie"})
        await web.get("/nothing/jeanne?login=jeanne")
    logging.getLogger("asyncio").error("Task failed\nfuture: <Marianne>")
    logging.getLogger("uvicorn.error").warning("%s said", "Marianne")
    logging.getLogger("garance.test").warning("careful", extra={"login": "jeanne", "count": 3})
    text = written.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    for personal in ("jeanne", "Marianne", "Lucie", "203.0.113.77", "secret-token"):
        assert personal not in text
    fault = next(line for line in lines if line["logger"] == "garance.fault")
    assert fault["kind"] == "builtins.KeyError"
    assert fault["where"][-1].endswith(" rename")
    answered = [line for line in lines if line["logger"] == "garance.request"]
    assert [(line["route"], line["status"]) for line in answered] == [
        ("/people/{person}", 500), ("/people/{person}", 204), ("pages", 404)
    ]  # fmt: skip
    assert fault["request"] == answered[0]["request"]
    assert lines[-1]["count"] == 3
    assert lines[-3]["message"] == "Task failed"


def test_plain_lines_are_for_the_eye(written: io.StringIO) -> None:
    out = io.StringIO()
    start_logs("warning", "text", out)
    logging.getLogger("garance.test").info("quiet")
    try:
        raise ValueError("Marianne")
    except ValueError:
        logging.getLogger("garance.test").exception("trouble", extra={"code": "a-b"})
    (line,) = out.getvalue().splitlines()
    assert " error garance.test trouble " in line
    assert "kind=builtins.ValueError" in line
    assert "Marianne" not in line


async def test_metrics_count_by_template() -> None:
    around = Shell(settings=Settings())
    around.metrics.follow(waiting=lambda: 7, streams=lambda: 2)
    around.metrics.facts.inc(5)
    async with client(application(around)) as web:
        await web.post("/people/jeanne", json={"name": "Lucie"})
        await web.request("BREW", "/people/jeanne")
        exposed = await web.get("/metrics")
    assert exposed.headers["content-type"].startswith("text/plain")
    for line in (
        'garance_http_requests_total{method="POST",route="/people/{person}",status="204"} 1.0',
        "garance_commands_waiting 7.0",
        "garance_streams 2.0",
        "garance_facts_appended_total 5.0",
    ):
        assert line in exposed.text
    assert "BREW" not in exposed.text
    assert "jeanne" not in exposed.text


async def test_metrics_are_for_known_networks_or_the_token() -> None:
    chosen = Settings(metrics=MetricsSettings(addresses=("10.0.0.0/8",), token="0123456789abcdef"))
    app = application(Shell(settings=chosen))
    for address, headers, status in [
        ("10.1.2.3", {}, 200),
        ("::ffff:10.1.2.3", {}, 200),
        ("127.0.0.1", {}, 403),
        ("not-an-address", {}, 403),
        ("127.0.0.1", {"authorization": "Bearer 0123456789abcdef"}, 200),
        ("127.0.0.1", {"authorization": "Bearer other"}, 403),
    ]:
        async with client(app, address) as web:
            assert (await web.get("/metrics", headers=headers)).status_code == status, (address, headers)


async def test_readiness_says_why_not(tmp_path: Path) -> None:
    around = Shell(settings=Settings())
    held = True
    around.readiness.require("journal-not-writable", lambda: held)
    around.readiness.require("disk-nearly-full", room_left(tmp_path, 1))
    async with client(application(around)) as web:
        assert (await web.get("/ready")).json() == {"ready": True}
        held = False
        around.readiness.stopping = True
        around.readiness.require("folder-lost", room_left(tmp_path / "gone", 1))
        refused = await web.get("/ready")
        assert refused.status_code == 503
        assert refused.json()["code"] == "not-ready"
        assert refused.json()["detail"]["reasons"] == "stopping, journal-not-writable, folder-lost"
        assert (await web.get("/health")).status_code == 200


def test_conditions_are_real(tmp_path: Path) -> None:
    assert writable(tmp_path)()
    assert room_left(tmp_path, 1)()
    assert not room_left(tmp_path, 1 << 60)()
    readiness = Readiness()
    readiness.require("not-writable", writable(tmp_path / "gone"))
    assert readiness.reasons() == ["not-writable"]


def test_two_nodes_of_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.facts.inc()
    assert b"garance_facts_appended_total 1.0" in one.exposition()
    assert b"garance_facts_appended_total 0.0" in other.exposition()
