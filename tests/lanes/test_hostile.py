"""The safety lane: what a hostile or broken client may send to a whole node, and what comes of it.

Everything is refused with a reason, in the one shape; nothing of it is recorded; nobody else notices.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from support.allowed import Role
from support.leak_walk import answer_of
from support.mixed_house import House, Person, mixed_house
from support.running_node import MANY
from support.serving import on_a_thread
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from garance.journal.verify import verify
from garance.kernel.clock import SetClock
from garance.kernel.identity import new_id
from garance.server import impatient
from garance.server.settings import Limits

ENTRY = {"text": "t", "category": "report"}
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with on_a_thread(settled(tmp_path_factory.mktemp("node"))) as found:
        yield found


def settled(folder: Path) -> Any:
    return mixed_house(folder / "data", told=False)


@pytest.fixture(autouse=True)
def _unharmed(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever was tried: no fault, a journal that proves itself, a node that still does its work."""
    caplog.set_level(logging.ERROR)
    yield
    if "house" in request.fixturenames:
        house: House = request.getfixturevalue("house")
        assert verify(house.node.store).sound
        with httpx2.Client(base_url=house.url) as web:
            assert web.get("/ready").status_code == 200
            answer = web.post("/api/v1/commands/logbook.write", json=asked(house), headers=signed(house))
            assert answer.status_code == 200, answer.text
    assert not [record for record in caplog.records if record.name == "garance.fault"]


def told(house: House) -> int:
    """How many facts were recorded because somebody asked (readings record themselves)."""
    return sum(line.header.name != "personal-data.read.v1" for line in house.node.store.read(0, 1_000_000))


def signed(house: House, who: str = "mayor-a") -> dict[str, str]:
    """The headers of that person's own page."""
    person = house.people[who]
    return {"cookie": f"garance={person.cookie}", "x-garance-csrf": person.csrf}


def asked(house: House, body: dict[str, Any] | None = None, who: str = "mayor-a", **more: Any) -> dict[str, Any]:
    """A command of that person in the flood."""
    role = house.people[who].grants[0]
    return {"id": new_id(), "situation": house.flood, "role": role, "body": body or ENTRY, **more}


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal, which has the one shape."""
    assert answer.headers["content-type"] == PROBLEM, answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


READINGS_POSTED = frozenset(
    {
        "/api/v1/territory/inside",
        "/api/v1/territory/dependents",
        "/api/v1/situations/{situation}/files/read",
    }
)
"""Questions whose matter is too long for an address: they change nothing, and a screen that only looks may ask them."""


async def operations(web: httpx2.AsyncClient, *, unsafe: bool) -> list[tuple[str, str]]:
    """Every operation that needs a session, with something in the place of each name."""
    paths = (await web.get("/api/v1/openapi.json")).json()["paths"]
    names = {
        **{name: new_id() for name in ("situation", "wall", "person", "session", "feed", "invitation")},
        "sha256": "0" * 64, "version": "0" * 16, "name": "a.pmtiles", "z": "6", "x": "31", "y": "22",
        "collection": "roads", "number": "1", "grid": "water-depths-steps", "band": "1",
        "charter": "french-civil-security", "kind": "means", "connection": "telephones", "serial": "0a",
    }  # fmt: skip
    return [
        (method.upper(), path.format(**names))
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation.get("security")
        and (method in ("post", "put", "delete", "patch") and path not in READINGS_POSTED) is unsafe
    ]


def web_of(house: House, **how: Any) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=house.url, timeout=30, **how)


# -- who asks ---------------------------------------------------------------------------------------------------------


async def test_nothing_is_given_to_a_secret_that_opens_nothing(house: House) -> None:
    person = house.people["mayor-a"]
    session = house.node.sign_in.sessions.of(person.id)[0].session
    opened = house.node.sign_in.sessions.open(person.id)
    house.node.sign_in.sessions.end(opened.reader.session)
    secrets = [
        "", "x", "null", person.cookie[:-1], person.cookie + "A", person.cookie.swapcase(), person.csrf, session,
        person.id, hashlib.sha256(person.cookie.encode()).hexdigest(), opened.token, "A" * 8_000, "'; DROP TABLE x;--",
        "%00", "\u00e9",
    ]  # fmt: skip
    async with web_of(house) as web:
        nothing = await web.get("/api/v1/situations")
        assert code_of(nothing) == (401, "not-signed-in")
        for secret in secrets:
            answer = await web.get("/api/v1/situations", headers=[(b"cookie", f"garance={secret}".encode())])
            assert answer_of(answer) == answer_of(nothing), secret
        for headers in (
            {"cookie": f"__Host-garance={person.cookie}"},
            {"authorization": f"Bearer {person.cookie}"},
            {"x-garance-session": person.cookie},
        ):
            assert answer_of(await web.get("/api/v1/situations", headers=headers)) == answer_of(nothing)


async def test_a_session_that_is_over_opens_nothing(tmp_path: Path) -> None:
    clock = SetClock(datetime.now(UTC))  # noqa: TID251 - near the machine's own, which the libraries use
    async with mixed_house(tmp_path / "data", told=False, clock=clock) as old, web_of(old) as web:
        assert (await web.get("/api/v1/situations", headers=signed(old))).status_code == 200
        clock.advance(timedelta(hours=12, minutes=1))
        assert code_of(await web.get("/api/v1/situations", headers=signed(old))) == (401, "not-signed-in")
        answer = await web.post("/api/v1/commands/logbook.write", json=asked(old), headers=signed(old))
        assert code_of(answer) == (401, "not-signed-in")


async def test_every_operation_wants_a_session_its_own_page_and_our_own_site(house: House) -> None:
    person, position = house.people["mayor-a"], told(house)
    cookie = {"cookie": f"garance={person.cookie}"}
    async with web_of(house) as web:
        unsafe = await operations(web, unsafe=True)
        assert len(unsafe) > 30
        for method, path in [*unsafe, *await operations(web, unsafe=False)]:
            assert code_of(await web.request(method, path)) == (401, "not-signed-in"), path
        for method, path in unsafe:
            for csrf in ({}, {"x-garance-csrf": ""}, {"x-garance-csrf": house.people["officer"].csrf}):
                answer = await web.request(method, path, headers={**cookie, **csrf}, content=b"{")
                assert code_of(answer) == (403, "csrf-wrong"), path
            for elsewhere in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "same-site"},
                              {"sec-fetch-site": "cross-site", "origin": house.url}):  # fmt: skip
                answer = await web.request(method, path, headers={**signed(house), **elsewhere}, content=b"{")
                assert code_of(answer) == (403, "cross-site"), path
    assert told(house) == position


async def test_a_wall_screen_changes_nothing(house: House) -> None:
    wall = house.hang_wall("a wall", "commune-a", "flood")
    position = told(house)
    headers = {"cookie": f"garance={wall.cookie}", "x-garance-csrf": wall.csrf}
    async with web_of(house) as web:
        for method, path in await operations(web, unsafe=True):
            assert code_of(await web.request(method, path, headers=headers)) == (403, "read-only"), path
        assert (await web.get(f"/api/v1/situations/{house.flood}/picture", headers=headers)).status_code == 200
        other = await web.get(f"/api/v1/situations/{house.next_door}/picture", headers=headers)
        assert code_of(other) == (404, "unknown")
        async with stream(house, wall) as socket:
            await until(socket, "live")
            await socket.send(json.dumps({"type": "doing", "doing": "writing", "role": wall.id}))
            assert (await until(socket, "bye"))["code"] == "read-only"
    assert told(house) == position


async def test_nobody_acts_in_a_role_that_is_not_theirs(house: House) -> None:
    past = await on_node(house, house.enrol("past", *(Role("dos", "commune-a", holds=False) for _ in range(3))))
    position = told(house)
    roles = [house.people["officer"].grants[0], new_id(), house.people["mayor-a"].id]
    async with web_of(house) as web:
        path = "/api/v1/commands/logbook.write"
        refusals = [await web.post(path, json={**asked(house), "role": one}, headers=signed(house)) for one in roles]
        assert {code_of(one) for one in refusals} == {(403, "not-allowed")}
        assert len({one.content for one in refusals}) == 1
        for grant in past.grants:
            answer = await web.post(path, json={**asked(house), "role": grant}, headers=signed(house, "past"))
            assert code_of(answer) == (404, "unknown")
    assert told(house) == position


async def test_labels_are_not_forged(house: House) -> None:
    await on_node(
        house,
        house.enrol("two hats", Role("dos", "commune-a", "water", "flood"), Role("dos", "sdis", "water", "flood")),
    )
    grants = house.people["two hats"].grants
    async with web_of(house) as web:

        async def write(label: Any, who: str, **more: Any) -> httpx2.Response:
            said = asked(house, who=who, label=label, **more)
            return await web.post("/api/v1/commands/logbook.write", json=said, headers=signed(house, who))

        cell = {"audience": "cell", "cell": "water"}
        assert code_of(await write(cell, "mayor-a")) == (422, "label-cell-not-own")
        assert code_of(await write({"audience": "cell"}, "mayor-a")) == (422, "label-cell-needed")
        assert code_of(await write({**cell, "cell": "logistics"}, "water-a")) == (422, "label-cell-not-own")
        forged: list[Any] = [
            {"audience": "everyone"}, {"audience": "public", "to": "x"}, {"sensitivity": None}, [], "public",
        ]  # fmt: skip
        for wrong in forged:
            assert (await write(wrong, "mayor-a")).status_code == 422, wrong
        kept = await write({"audience": "organisation", "sensitivity": "personal"}, "two hats")
        entry = kept.json()["facts"][0]
        correct = {"entry": entry, "text": "plus", "reason": "r"}

        async def amend(**more: Any) -> tuple[int, str]:
            said = {**asked(house, correct, "two hats"), **more}
            answer = await web.post("/api/v1/commands/logbook.correct", json=said, headers=signed(house, "two hats"))
            return code_of(answer) if answer.status_code != 200 else (200, "")

        assert await amend(label={"audience": "partners", "sensitivity": "personal"}) == (422, "label-wider")
        assert await amend(label={"audience": "organisation"}) == (422, "label-wider")
        assert await amend(label={"audience": "organisation", "sensitivity": "health"}) == (422, "label-wider")
        assert await amend(role=grants[1]) == (422, "label-wider"), "the same word would be another organisation's"
        assert await amend() == (200, "")


# -- what is said -----------------------------------------------------------------------------------------------------

CLOCK = {"story_at": "2026-01-01T00:00:00Z", "real_at": "2026-01-01T00:00:00Z", "speed": 1.0}
POINT = {"type": "Point", "coordinates": [-1.0, 46.0]}
FAR = ["10000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "now", "",
       "1e99", "2026-11-23", "2026-11-23T08:00:00+99:00"]  # fmt: skip


async def test_times_without_zone_out_of_the_calendar_or_of_reason(house: House) -> None:
    position = told(house)
    async with web_of(house, headers=signed(house)) as web:
        path = "/api/v1/commands/logbook.write"
        answer = await web.post(path, json=asked(house, occurred_at="2026-11-23T08:00:00"))
        assert code_of(answer) == (422, "naive-time")
        answer = await web.post(path, json=asked(house, occurred_at="9998-12-31T00:00:00Z"))
        assert code_of(answer) == (422, "occurred-in-the-future")
        for wrong in (*FAR, 1, [], {}, True):
            answer = await web.post(path, json=asked(house, occurred_at=wrong))
            assert answer.status_code == 422, (wrong, answer.text)
        for member in ("story_at", "real_at"):
            said = asked(house, {**CLOCK, member: "2026-11-23T08:00:00"})
            answer = await web.post("/api/v1/commands/situation.set-clock", json=said)
            assert code_of(answer) == (422, "naive-time")
        base = f"/api/v1/situations/{house.flood}"
        for view in ("picture", "logbook", "presence"):
            assert code_of(await web.get(f"{base}/{view}?at=2026-11-23T08:00:00")) == (422, "naive-time")
            for wrong in FAR:
                assert (await web.get(f"{base}/{view}", params={"at": wrong})).status_code == 422, wrong
            for edge in ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999Z",
                         "9999-12-31T23:59:59-23:59"):  # fmt: skip
                answer = await web.get(f"{base}/{view}", params={"at": edge})
                assert answer.status_code in (200, 422), (edge, answer.text)
        periods: list[dict[str, Any]] = [
            {"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z", "bins": 2000}, {"bins": 2001},
            {"bins": -1}, {"from": "2026-01-01T00:00:00Z", "to": "2025-01-01T00:00:00Z"},
        ]  # fmt: skip
        for query in periods:
            answer = await web.get(f"{base}/histogram", params=query)
            assert answer.status_code in (200, 422), (query, answer.text)
    assert told(house) == position


BAD_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 400, "0x1", "01", "1.", ".5", "+1", "1e", "--1"]


async def test_numbers_that_are_none(house: House) -> None:
    position = told(house)
    places: list[tuple[str, dict[str, Any]]] = [
        ("situation.set-level", {"level": "@"}),
        ("situation.set-clock", {**CLOCK, "speed": "@"}),
        ("resources.declare", {"resource": new_id(), "name": "n", "kind": "boat",
                               "geometry": {"type": "Point", "coordinates": ["@", 46.0]}}),
        ("observations.declare-series", {
            "series": new_id(), "name": "n", "kind": "water-level", "unit": "m", "provenance": "p",
            "thresholds": [{"name": "n", "value": "@", "severity": "serious"}]}),
    ]  # fmt: skip
    async with web_of(house, headers={**signed(house), "content-type": "application/json"}) as web:
        for command, body in places:
            for number in BAD_NUMBERS:
                content = json.dumps(asked(house, body)).replace('"@"', number)
                answer = await web.post(f"/api/v1/commands/{command}", content=content)
                assert answer.status_code in (400, 422), (command, number, answer.text)
        for lon, lat in ((181, 0), (0, 91), (-181, 0), (1e308, 0), (0, -1e308)):
            body = {**places[2][1], "geometry": {"type": "Point", "coordinates": [lon, lat]}}
            answer = await web.post("/api/v1/commands/resources.declare", json=asked(house, body))
            assert answer.status_code == 422, answer.text
        for limit in ("0", "-1", "501", "1e2", "9" * 30, "NaN", "", "1;2"):
            answer = await web.get("/api/v1/situations", params={"limit": limit})
            assert answer.status_code == 422, limit
    assert told(house) == position


async def test_json_that_is_deep_broken_or_not_said_to_be_json(house: House) -> None:
    position, path = told(house), "/api/v1/commands/logbook.write"
    deep = 200_000
    whole = json.dumps(asked(house))
    contents = [
        b"[" * deep, b"[" * deep + b"]" * deep, b'{"id":' * 50_000 + b"1" + b"}" * 50_000,
        whole.replace('"t"', "[" * 100_000 + "]" * 100_000).encode(),
        whole[:-1].encode() + b',"more":' + b"[" * deep + b"]" * deep + b"}",
        b"", b"null", b"[]", b"{", b"{}", whole.encode() + b"x", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00",
        whole.encode("utf-16"), whole.replace('"t"', '"\udcff"').encode("utf-8", "surrogateescape"),
        whole.replace('"t"', '"\\ud800"').encode(),
    ]  # fmt: skip
    async with web_of(house, headers=signed(house)) as web:
        kind = {"content-type": "application/json"}
        for content in contents:
            answer = await web.post(path, content=content, headers=kind)
            assert code_of(answer)[0] in (400, 422), (content[:40], answer.text)
        for text in ("\x00", "a\x07b", "\u202eabc", "\ufeff", " ", "\u200b", "\x1b[2J", "\uffff"):
            answer = await web.post(path, json=asked(house, {**ENTRY, "text": text}))
            assert answer.status_code in (200, 422), text
            if answer.status_code == 200:
                position = told(house)
        for kind in (
            {"content-type": "text/plain"},
            {"content-type": "application/json; charset=utf-16"},
            {"content-type": "application/json", "content-encoding": "gzip"},
            {"content-type": "x" * 5000},
        ):
            answer = await web.post(path, content=whole.encode(), headers=kind)
            assert code_of(answer) == (415, "content-type-wrong"), kind
        doubled = whole[:-1] + f',"role":"{new_id()}"' + "}"
        answer = await web.post(path, content=doubled, headers={"content-type": "application/json"})
        assert answer.status_code >= 400, "the last word counts, and it is nobody's role"
    assert told(house) == position


async def test_what_is_too_large_is_refused_announced_or_not(house: House) -> None:
    position = told(house)
    head = (
        f"POST /api/v1/commands/logbook.write HTTP/1.1\r\nhost: {urlsplit(house.url).netloc}\r\n"
        f"content-type: application/json\r\ncookie: garance={house.people['mayor-a'].cookie}\r\n"
        f"x-garance-csrf: {house.people['mayor-a'].csrf}\r\n"
    ).encode()  # fmt: skip
    status, problem = said(await exchange(house, head + b"content-length: 99999999999\r\n\r\n"))
    assert (status, problem["code"]) == (413, "body-too-large")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    status, problem = said(await exchange(house, head + b"transfer-encoding: chunked\r\n\r\n" + chunk * 40))
    assert (status, problem["code"]) == (413, "body-too-large")
    async with web_of(house, headers=signed(house)) as web:
        for text in ("x" * 4001, "é" * 4001):
            answer = await web.post("/api/v1/commands/logbook.write", json=asked(house, {**ENTRY, "text": text}))
            assert answer.status_code == 422
        many = ["w" + "0" * 20 + "-1"] * 65
        answer = await web.post("/api/v1/commands/logbook.write", json=asked(house, follows=many))
        assert answer.status_code == 422
        ring = [[-1 + each * 1e-7, 46.0] for each in range(40_000)]
        shape = {"shape": new_id(), "kind": "note", "name": "n", "state": "planned",
                 "geometry": {"type": "LineString", "coordinates": ring}}  # fmt: skip
        answer = await web.post("/api/v1/commands/drawings.draw", json=asked(house, shape))
        assert answer.status_code in (413, 422), answer.text
        sha256 = hashlib.sha256(b"GIF89a").hexdigest()
        for content, code in ((b"MZ" + bytes(100), "file-type-refused"), (b"", "file-empty"),
                              (b"\x89PNG\r\n\x1a\n" + bytes(60), "digest-wrong")):  # fmt: skip
            sent = {"content-type": "application/octet-stream"}
            answer = await web.put(f"/api/v1/files/{sha256}", content=content, headers=sent)
            assert code_of(answer)[1] == code
    assert told(house) == position


# -- the same again ---------------------------------------------------------------------------------------------------


async def test_a_command_given_a_hundred_times_at_once_is_done_once(house: House) -> None:
    said, position = asked(house), told(house)
    async with web_of(house, headers=signed(house)) as web:
        path = "/api/v1/commands/logbook.write"
        answers = await asyncio.gather(*(web.post(path, json=said) for _ in range(100)))
        assert {one.status_code for one in answers} == {200}
        assert len({tuple(one.json()["facts"]) for one in answers}) == 1
        assert [one.json()["repeated"] for one in answers].count(False) == 1
        assert told(house) == position + 1
        other = await web.post(path, json={**said, "body": {**ENTRY, "text": "other"}})
        assert code_of(other) == (409, "command-id-reused")
        elsewhere = await web.post("/api/v1/commands/situation.set-level", json={**said, "body": {"level": 1}})
        assert code_of(elsewhere) == (409, "command-id-reused")
        theirs = asked(house, who="officer", id=said["id"])
        answer = await web.post(path, json=theirs, headers=signed(house, "officer"))
        assert answer.json()["repeated"] is False, "an identifier is its maker's: nobody can take another's"
    assert told(house) == position + 2


async def test_a_race_between_two_contents_of_one_command_has_one_winner(house: House) -> None:
    said, position = asked(house), told(house)
    async with web_of(house, headers=signed(house)) as web:
        asks = [{**said, "body": {**ENTRY, "text": text}} for text in "ab" * 20]
        answers = await asyncio.gather(*(web.post("/api/v1/commands/logbook.write", json=one) for one in asks))
    assert sorted({one.status_code for one in answers}) == [200, 409]
    won = {one["body"]["text"] for one, answer in zip(asks, answers, strict=True) if answer.status_code == 200}
    assert len(won) == 1
    assert told(house) == position + 1


# -- addresses, names, methods, heads ---------------------------------------------------------------------------------

PATHS = [
    "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/..%5c..%5cetc", "//etc/passwd",
    "/././/api/v1/situations", "/api/v1/situations/", "/api//v1/situations", "/API/V1/SITUATIONS", "/%00", "/a%00.html",
    "/api/v1/situations/..", "/api/v1/files/..%2f..%2fkeys.sqlite", "/api/v1/files/" + "A" * 64,
    "/territory/0000000000000000/..%2f..%2fjournal.sqlite", "/territory/../keys.sqlite", "/assets/../../settings.toml",
    "/api/v1/situations/" + "9" * 300, "/" + "a" * 20_000, "/%ff%fe", "/api/v1/commands/logbook.write%0d%0aX: y",
    "/api/v1/commands/", "/api/v1/commands/nothing", "/api/v1/people/..%2forganisations",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
async def test_an_address_that_plays_tricks_leads_nowhere(house: House, path: str) -> None:
    head = f"GET {path} HTTP/1.1\r\nhost: a\r\ncookie: garance={house.people['mayor-a'].cookie}\r\n"
    answer = await exchange(house, head.encode() + b"connection: close\r\n\r\n")
    status, problem = said(answer)
    assert status in (400, 404, 405), answer[:300]
    assert b"root:" not in answer
    assert b"SQLite" not in answer
    assert set(problem) <= {"type", "title", "status", "code", "field", "detail"}


async def test_methods_that_play_tricks_do_nothing(house: House) -> None:
    position = told(house)
    async with web_of(house, headers=signed(house)) as web:
        for method in ("PATCH", "TRACE", "DELETE", "PUT", "PROPFIND", "GARANCE"):
            answer = await web.request(method, "/api/v1/commands/logbook.write", json=asked(house))
            assert answer.status_code in (400, 403, 405), method
        for trick in ({"x-http-method-override": "POST"}, {"x-method-override": "DELETE"}):
            answer = await web.get("/api/v1/commands/logbook.write", headers=trick)
            assert code_of(answer) == (405, "method-not-allowed")
        head = await web.head("/api/v1/situations")
        assert (head.status_code, head.content) == (200, b"")
        assert (await web.options("/api/v1/situations")).headers["allow"] == "GET, HEAD, OPTIONS"
        assert "access-control-allow-origin" not in (await web.options("/api/v1/situations")).headers
    assert told(house) == position


HEADS = {
    "two lengths": b"content-length: 5\r\ncontent-length: 6\r\n",
    "length and chunks": b"content-length: 4\r\ntransfer-encoding: chunked\r\n",
    "negative length": b"content-length: -1\r\n",
    "length in letters": b"content-length: ten\r\n",
    "chunks twice": b"transfer-encoding: chunked, identity\r\n",
    "space before colon": b"content-length : 5\r\n",
    "line of nothing": b"\x00\x01: a\r\n",
}


@pytest.mark.parametrize("head", HEADS)
async def test_a_head_of_two_minds_is_not_answered_twice(house: House, head: str) -> None:
    position = told(house)
    inner = f"DELETE /api/v1/session HTTP/1.1\r\nhost: a\r\ncookie: garance={house.people['mayor-a'].cookie}\r\n\r\n"
    first = b"POST /api/v1/session HTTP/1.1\r\nhost: a\r\n" + HEADS[head] + b"\r\n0\r\n\r\n" + inner.encode()
    answer = await exchange(house, first)
    assert b" 204 " not in answer
    assert b" 500 " not in answer
    assert house.node.sign_in.sessions.read(house.people["mayor-a"].cookie) is not None
    assert told(house) == position


async def test_slow_heads_are_let_go_while_others_are_answered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impatient, "HEAD_S", 0.3)
    async with web_of(house) as web:
        sloths = [asyncio.ensure_future(exchange(house, b"GET / HTTP/1.1\r\nhost:")) for _ in range(50)]
        await asyncio.sleep(0.1)
        assert (await web.get("/api/v1/situations", headers=signed(house))).status_code == 200
        assert set(await asyncio.gather(*sloths)) == {b""}


@pytest.mark.slow
@pytest.mark.timeout(90)
async def test_slow_bodies_are_refused_while_others_are_answered(house: House) -> None:
    head = (
        f"POST /api/v1/commands/logbook.write HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
        f"cookie: garance={house.people['mayor-a'].cookie}\r\nx-garance-csrf: {house.people['mayor-a'].csrf}\r\n"
        'content-length: 20\r\n\r\n{"id'
    ).encode()  # fmt: skip
    async with web_of(house) as web:
        sloths = [asyncio.ensure_future(exchange(house, head, wait_s=40)) for _ in range(50)]
        for _ in range(20):
            assert (await web.get("/api/v1/situations", headers=signed(house))).status_code == 200
            await asyncio.sleep(0.5)
        assert {(one[0], one[1]["code"]) for one in map(said, await asyncio.gather(*sloths))} == {
            (408, "body-too-slow")
        }


async def test_another_name_than_ours_is_not_answered(tmp_path: Path) -> None:
    async with mixed_house(tmp_path / "data", told=False, public_url="https://garance.example") as known:
        async with httpx2.AsyncClient(base_url=known.url) as web:
            headers = {"cookie": f"__Host-garance={known.people['mayor-a'].cookie}"}
            own = {**headers, "host": "garance.example"}
            assert (await web.get("/api/v1/situations", headers=own)).status_code == 200
            for host in ("evil.example", "garance.example.evil.example", "garance.example:444", "", "GARANCE.EXAMPLE."):
                other = {**headers, "host": host, "x-forwarded-host": "garance.example"}
                for path in ("/api/v1/situations", "/", "/api/v1/openapi.json"):
                    answer = await web.get(path, headers=other)
                    assert code_of(answer) == (421, "host-unknown"), host
            plain = {"host": "garance.example", "cookie": f"garance={known.people['mayor-a'].cookie}"}
            assert code_of(await web.get("/api/v1/situations", headers=plain)) == (401, "not-signed-in")


# -- the live stream --------------------------------------------------------------------------------------------------


def stream(house: House, person: Person | None, query: str = "", **how: Any) -> connect:
    """That person's stream of the flood."""
    headers = {"cookie": f"garance={person.cookie}"} if person else {}
    address = house.url.replace("http", "ws") + "/api/v1/stream" + (query or f"?situation={house.flood}")
    return connect(address, additional_headers=headers, close_timeout=1, max_size=None, **how)


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of that kind."""
    async with asyncio.timeout(10):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == kind:
                return frame


async def refusal(house: House, person: Person | None, query: str = "", **how: Any) -> tuple[int, str]:
    """How a stream is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with stream(house, person, query, **how):
            pass
    problem = json.loads(refused.value.response.body or b"")
    return problem["status"], problem["code"]


async def test_streams_are_not_opened_by_tricks(house: House) -> None:
    mayor, here = house.people["mayor-a"], f"?situation={house.flood}"
    assert await refusal(house, None) == (401, "not-signed-in")
    assert await refusal(house, mayor, origin="https://evil.example") == (403, "cross-site")
    assert await refusal(house, mayor, f"?situation={house.next_door}") == (404, "unknown")
    assert await refusal(house, mayor, f"?situation={new_id()}") == (404, "unknown")
    for query in ("?situation=", "?situation=1", f"{here}&situation={house.next_door}", f"{here}&as=x", "?after=x"):
        assert await refusal(house, mayor, query) == (400, "request-malformed"), query
    for cursor in ("x", "A" * 48, "%00" * 48, house.node.cursors.seal(1 << 60), "%F0%9F%92%A9"):
        assert (await refusal(house, mayor, f"{here}&after={cursor}"))[1] == "cursor-wrong"


@pytest.mark.parametrize(
    "word",
    [b"\xff\x00", "{", "null", '"x"', "[" * 1900, '{"type":"doing","doing":"looking","role":NaN}', "\x00"],
    ids=lambda word: repr(word)[:20],
)
async def test_garbage_ends_its_own_stream_only(house: House, word: Any) -> None:
    async with stream(house, house.people["mayor-a"]) as one, stream(house, house.people["officer"]) as other:
        await until(one, "live")
        await until(other, "live")
        await one.send(word)
        assert (await until(one, "bye"))["code"] == "frame-unknown"
        async with web_of(house) as web:
            await web.post("/api/v1/commands/logbook.write", json=asked(house), headers=signed(house))
        assert (await until(other, "facts"))["facts"]


async def test_too_long_a_word_and_too_many_streams(house: House) -> None:
    person = house.people["mayor-a"]
    async with stream(house, person) as one:
        await until(one, "live")
        await one.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            await until(one, "never")
    limit = house.node.hub.pace.max_streams_per_person
    async with AsyncExitStack() as stack:
        for _ in range(limit):
            await until(await stack.enter_async_context(stream(house, person)), "welcome")
        assert await refusal(house, person) == (429, "too-many-streams")
        await until(await stack.enter_async_context(stream(house, house.people["officer"])), "welcome")


async def test_a_session_ended_ends_its_stream(house: House) -> None:
    opened = house.node.sign_in.sessions.open(house.people["officer"].id)
    person = Person("officer again", (), cookie=opened.token)
    async with stream(house, person) as socket:
        await until(socket, "live")
        async with web_of(house) as web:
            headers = {"cookie": f"garance={opened.token}", "x-garance-csrf": opened.reader.csrf}
            assert (await web.delete("/api/v1/session", headers=headers)).status_code == 204
        assert (await until(socket, "bye"))["code"] == "session-ended"
    assert await refusal(house, person) == (401, "not-signed-in")


# -- too much at once -------------------------------------------------------------------------------------------------


async def test_overload_is_refused_early_and_clearly_while_others_proceed(tmp_path: Path) -> None:
    limits = Limits(anonymous_per_minute=MANY, requests=6)
    async with mixed_house(tmp_path / "data", told=False, limits=limits) as small, AsyncExitStack() as stack:
        listener = await stack.enter_async_context(stream(small, small.people["officer"]))
        await until(listener, "live")
        head = (
            f"POST /api/v1/commands/logbook.write HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
            f"cookie: garance={small.people['mayor-a'].cookie}\r\nx-garance-csrf: {small.people['mayor-a'].csrf}\r\n"
        )
        content = [json.dumps(asked(small)).encode() for _ in range(6)]
        held = []
        for one in content:  # each takes a place and keeps it, its body not yet whole
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(small.url).port)
            writer.write(f"{head}content-length: {len(one)}\r\n\r\n".encode() + one[:-1])
            held.append((reader, writer))
            stack.callback(writer.close)
        async with web_of(small, headers=signed(small)) as web:
            for _ in range(250):
                answer = await web.get("/api/v1/situations")
                if answer.status_code != 200:
                    break
                await asyncio.sleep(0.02)
            assert code_of(answer) == (503, "overloaded")
            assert int(answer.headers["retry-after"]) >= 1
            assert set(answer.json().get("detail", {})) <= {"retry_after_s"}, "how busy we are is nobody's business"
            assert (await web.get("/health")).status_code == 200
            for (reader, writer), one in zip(held, content, strict=True):
                writer.write(one[-1:])
                assert b" 200 " in await reader.readline()
            assert (await until(listener, "facts"))["facts"], "those connected go on"
            assert (await web.get("/api/v1/situations")).status_code == 200


async def test_a_flood_of_commands_is_answered_one_way_or_the_other(tmp_path: Path) -> None:
    limits = Limits(anonymous_per_minute=MANY, requests=100_000, waiting_commands=20)
    async with mixed_house(tmp_path / "data", told=False, limits=limits) as small:
        position = told(small)
        pool = httpx2.Limits(max_connections=200)
        async with web_of(small, headers=signed(small), limits=pool) as web:
            path = "/api/v1/commands/logbook.write"
            asks = [asked(small) for _ in range(600)]
            answers = await asyncio.gather(*(web.post(path, json=one) for one in asks))
            assert {one.status_code for one in answers} <= {200, 503}
            done = [one for one in answers if one.status_code == 200]
            assert 0 < len(done) < len(asks)
            assert told(small) == position + len(done), "answered yes: recorded; refused: not"
            for one, answer in zip(asks, answers, strict=True):
                if answer.status_code == 503:
                    assert code_of(answer) == (503, "overloaded")
                    again = await web.post(path, json=one)
                    assert again.json()["repeated"] is False
                    break


# -- raw sockets ------------------------------------------------------------------------------------------------------


async def on_node(house: House, work: Any) -> Any:
    """Do something on the node's own loop, from the test's."""
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, house.loop))


async def exchange(house: House, sent: bytes, *, wait_s: float = 10) -> bytes:
    """Send those bytes on a connection of their own; all that comes back until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(house.url).port)
    try:
        writer.write(sent)
        async with asyncio.timeout(wait_s):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def said(answer: bytes) -> tuple[int, dict[str, Any]]:
    """Status and problem of one raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert PROBLEM.encode() in head, answer[:300]
    return int(head.split(b" ", 2)[1]), json.loads(body)
