"""The endpoint layer at its promised interface: typed functions in, one shape of answer out."""

from __future__ import annotations

import asyncio
import enum
import json
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import httpx2
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request

from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId
from garance.kernel.refusal import Refused
from garance.server.http import (
    Call,
    Endpoint,
    Faults,
    Gate,
    Page,
    describe,
    endpoint,
    refuse_http,
    routes,
    weak_tag,
)


class Reader(msgspec.Struct, frozen=True):
    person: str
    csrf: str
    read_only: bool = False


class Colour(enum.StrEnum):
    RED = "red"


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lon_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    at: Instant | None = None
    place: Place | None = None
    colour: Colour = Colour.RED
    urgent: bool = False


class Written(msgspec.Struct, frozen=True):
    text: str
    by: str


class Asked(Page, frozen=True, forbid_unknown_fields=True, kw_only=True):
    at: Instant | None = None
    urgent: bool = False


class Listed(msgspec.Struct, frozen=True):
    items: list[str]
    at: datetime | None


@endpoint("POST", "/entries", tag="entries", refusals=("unknown",), max_bytes=2000, body_s=0.05)
async def write_entry(call: Call[Reader], body: Entry) -> Written:
    """Write an entry.

    More words.
    """
    if body.text == "refuse":
        raise Refused("already-said", field="body.text", detail={"times": 2})
    if body.text == "later":
        raise Refused("overloaded", detail={"retry_after_s": 7})
    if body.text == "bug":
        raise ValueError("secret particulars")
    return Written(body.text, call.who.person)


@endpoint("GET", "/entries", tag="entries", needs_reader=False, conditional=True)
async def list_entries(call: Call[Reader], query: Asked) -> Listed:
    """List entries."""
    call.unless_known(weak_tag("entries", query.limit))
    return Listed([str(query.limit), str(query.urgent), str(query.after)], query.at)


@endpoint("GET", "/entries/{entry}", tag="entries")
async def read_entry(call: Call[Reader], entry: ObjectId) -> Written:
    """Read one entry."""
    return Written(entry, call.who.person)


@endpoint("DELETE", "/entries/{entry}", tag="entries")
async def forget_entry(call: Call[Reader], entry: ObjectId) -> None:
    """Forget one."""


async def _sleep(call: Call[Reader]) -> bytes:
    await asyncio.sleep(5)
    return b"{}"


SLOW = Endpoint(method="GET", path="/slow", run=_sleep, tag="entries", summary="Slow", answer=Written, answer_s=0.05)
ENDPOINTS = [write_entry, list_entries, read_entry, forget_entry, SLOW]


def identify(request: Request) -> Reader | None:
    return {"a": Reader("ana", "token"), "w": Reader("wall", "token", read_only=True)}.get(
        request.cookies.get("garance", "")
    )


def application(endpoints: Sequence[Endpoint] = ENDPOINTS) -> Starlette:
    app = Starlette(routes=routes(endpoints, Gate(identify)), exception_handlers={HTTPException: refuse_http})
    app.add_middleware(Faults)
    return app


@pytest.fixture
async def web() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(application())
    headers = {"cookie": "garance=a", "x-garance-csrf": "token"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


async def post(web: httpx2.AsyncClient, content: bytes | str, **headers: str) -> httpx2.Response:
    return await web.post("/entries", content=content, headers={"content-type": "application/json", **headers})


def problem(response: httpx2.Response) -> tuple[int, str, str | None]:
    said = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert said["type"] == "about:blank"
    assert said["status"] == response.status_code
    assert said["title"]
    return response.status_code, said["code"], said.get("field")


async def test_a_typed_function_answers(web: httpx2.AsyncClient) -> None:
    response = await post(web, '{"text": "crue"}')
    assert (response.status_code, response.json()) == (200, {"text": "crue", "by": "ana"})
    assert response.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", (400, "json-malformed", None)),
        ("{", (400, "json-malformed", None)),
        (b"\xff\xfe", (400, "json-malformed", None)),
        ('{"text": "\ud800"}'.encode("utf-8", "surrogatepass"), (400, "json-malformed", None)),
        ('{"text": 1}', (422, "value-wrong", "text")),
        ('{"text": ""}', (422, "value-wrong", "text")),
        ("[]", (422, "value-wrong", None)),
        ("{}", (422, "field-missing", "text")),
        ('{"text": "a", "more": 1}', (422, "field-unknown", "more")),
        ('{"text": "a", "place": {"lon_deg": 1, "lat": 1}}', (422, "field-unknown", "place.lat")),
        ('{"text": "a", "place": {"lon_deg": 181}}', (422, "value-wrong", "place.lon_deg")),
        ('{"text": "a", "place": {"lon_deg": NaN}}', (400, "json-malformed", None)),
        ('{"text": "a", "place": {"lon_deg": Infinity}}', (400, "json-malformed", None)),
        ('{"text": "a", "place": {"lon_deg": 1e999}}', (422, "value-wrong", "place.lon_deg")),
        ('{"text": "a", "at": "2026-11-23T10:00:00"}', (422, "naive-time", "at")),
        ('{"text": "a", "at": "yesterday"}', (422, "value-wrong", "at")),
        ('{"text": "a", "colour": "blue"}', (422, "value-wrong", "colour")),
        ('{"text": "a", "urgent": 0}', (422, "value-wrong", "urgent")),
        ('{"text": "refuse"}', (422, "already-said", "body.text")),
    ],
)
async def test_what_is_wrong_is_said_with_its_place(
    web: httpx2.AsyncClient, content: str | bytes, expected: tuple[int, str, str | None]
) -> None:
    response = await post(web, content)
    assert problem(response) == expected
    assert "blue" not in response.text


async def test_deep_json_is_refused(web: httpx2.AsyncClient) -> None:
    @endpoint("POST", "/any", tag="any", needs_reader=False)
    async def take(call: Call[Reader], body: dict[str, Any]) -> None:
        """Take anything."""

    app = application([take])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        deep = b'{"a":' + b"[" * 200_000
        response = await client.post("/any", content=deep, headers={"content-type": "application/json"})
        assert problem(response) == (400, "json-too-deep", None)


async def test_content_type_and_size_are_checked_before_reading(web: httpx2.AsyncClient) -> None:
    assert problem(await post(web, "{}", **{"content-type": "text/plain"})) == (415, "content-type-wrong", None)
    assert problem(await post(web, "{}", **{"content-type": "application/json; charset=latin1"}))[0] == 415
    assert problem(await post(web, "{}", **{"content-encoding": "gzip"}))[0] == 415
    assert (await post(web, '{"text":"a"}', **{"content-type": "Application/JSON; charset=UTF-8"})).status_code == 200
    assert problem(await post(web, b"x" * 2001)) == (413, "body-too-large", None)


async def test_a_body_that_grows_or_stops_is_refused(web: httpx2.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1000
            yield b"x" * 1000

    async def stuck() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)

    headers = {"content-type": "application/json"}
    assert problem(await web.post("/entries", content=endless(), headers=headers)) == (413, "body-too-large", None)
    assert read <= 4000
    assert problem(await web.post("/entries", content=stuck(), headers=headers)) == (408, "body-too-slow", None)


async def test_who_asks_comes_before_what(web: httpx2.AsyncClient) -> None:
    assert problem(await post(web, "not json", cookie="")) == (401, "not-signed-in", None)
    assert problem(await post(web, "not json", **{"x-garance-csrf": "other"})) == (403, "csrf-wrong", None)
    accented = [(b"x-garance-csrf", "é".encode()), (b"content-type", b"application/json"), (b"cookie", b"garance=a")]
    assert problem(await web.post("/entries", content="not json", headers=accented))[1] == "csrf-wrong"
    assert problem(await post(web, "not json", cookie="garance=w")) == (403, "read-only", None)
    assert (await web.get("/entries", headers={"cookie": ""})).status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", (422, "value-wrong", "limit")),
        ("limit=501", (422, "value-wrong", "limit")),
        ("limit=1.5", (422, "value-wrong", "limit")),
        ("limit=null", (422, "value-wrong", "limit")),
        ("limit=", (422, "value-wrong", "limit")),
        ("limit=1e2", (422, "value-wrong", "limit")),
        ("limit=1&limit=2", (422, "field-repeated", "limit")),
        ("urgent=1", (422, "value-wrong", "urgent")),
        ("at=2026-01-01T00:00:00", (422, "naive-time", "at")),
        ("at=0", (422, "value-wrong", "at")),
        ("page=2", (422, "field-unknown", "page")),
    ],
)
async def test_queries_are_strict(web: httpx2.AsyncClient, query: str, expected: tuple[int, str, str | None]) -> None:
    assert problem(await web.get(f"/entries?{query}")) == expected


async def test_queries_are_converted(web: httpx2.AsyncClient) -> None:
    response = await web.get("/entries?limit=7&urgent=true&after=12&at=2026-01-01T00:00:00%2B01:00")
    assert response.json() == {"items": ["7", "True", "12"], "at": "2026-01-01T00:00:00+01:00"}
    assert problem(await web.get("/entries/00000000-0000-4000-8000-000000000000?x=1"))[1] == "field-unknown"


async def test_paths_that_cannot_exist_are_unknown(web: httpx2.AsyncClient) -> None:
    known = "00000000-0000-4000-8000-000000000000"
    assert (await web.get(f"/entries/{known}")).json()["text"] == known
    assert (await web.delete(f"/entries/{known}")).status_code == 204
    assert problem(await web.get("/entries/1")) == (404, "unknown", None)
    assert problem(await web.get("/nothing")) == (404, "unknown", None)


async def test_methods(web: httpx2.AsyncClient) -> None:
    refused = await web.put("/entries")
    assert problem(refused) == (405, "method-not-allowed", None)
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    options = await web.options("/entries")
    assert (options.status_code, options.headers["allow"]) == (204, refused.headers["allow"])
    assert (await web.head("/entries")).status_code == 200


async def test_conditional_requests(web: httpx2.AsyncClient) -> None:
    first = await web.get("/entries?limit=3")
    tag = first.headers["etag"]
    again = await web.get("/entries?limit=3", headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await web.get("/entries?limit=4", headers={"if-none-match": tag})
    assert other.status_code == 200


async def test_retry_after_and_slow_answers(web: httpx2.AsyncClient) -> None:
    later = await post(web, '{"text": "later"}')
    assert problem(later) == (503, "overloaded", None)
    assert later.headers["retry-after"] == "7"
    assert problem(await web.get("/slow")) == (503, "too-slow", None)


async def test_a_bug_is_an_opaque_number(web: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    response = await post(web, '{"text": "bug"}')
    assert problem(response) == (500, "internal-fault", None)
    (record,) = [each for each in caplog.records if each.name == "garance.fault"]
    assert record.__dict__["incident"] == response.json()["detail"]["incident"]
    assert record.__dict__["kind"] == "builtins.ValueError"
    assert record.__dict__["where"][-1].endswith("write_entry")
    assert "particulars" not in response.text + str(record.__dict__)


def test_an_address_and_its_function_must_agree() -> None:
    with pytest.raises(TypeError, match="takes"):
        endpoint("GET", "/a/{b}", tag="t")(write_entry.run)
    with pytest.raises(TypeError, match="twice"):
        routes([SLOW, SLOW], Gate(identify))


def test_the_description_is_whole() -> None:
    described = describe(ENDPOINTS, title="Garance", version="1")
    post_entry = described["paths"]["/entries"]["post"]
    assert post_entry["summary"] == "Write an entry."
    assert set(post_entry["responses"]) == {
        "200", "400", "401", "403", "404", "408", "413", "415", "421", "422", "429", "503"
    }  # fmt: skip
    listed = {each["name"]: each["schema"] for each in described["paths"]["/entries"]["get"]["parameters"]}
    assert listed["limit"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}
    assert listed["at"]["format"] == "date-time"
    assert "anyOf" not in listed["at"]
    assert described["components"]["schemas"]["Entry"]["additionalProperties"] is False
    json.dumps(described)
