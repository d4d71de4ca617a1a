"""Missions: made, followed, filled from the web and from the relay, told of, kept; nothing to those of other groups."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.serving import on_a_thread
from support.tak import Phone as Link
from support.tak import said
from support.tak_web import Camp, Phone, camp

from garance.connectors.tak.relay.routed import read_routed
from garance.kernel.clock import SystemClock
from garance.kernel.identity import new_id
from garance.server.tak.keeping import open_keeping
from garance.server.tak.missions.book import Book
from garance.server.tak.missions.words import OWNER, Mission, Point, Subscriber, Told

MISSIONS = "/Marti/api/missions"
LATER = "2099-01-01T00:00:00Z"
PERMISSIONS_OF_TAK = 8


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Camp]:
    """A node with its TAK ports open."""
    async with camp(tmp_path) as made:
        yield made


async def on(one: Camp, phone: Phone) -> Link:
    """That phone on the relay, known under its uid."""
    link = await one.link(phone)
    link.say(said(f"uid-{phone.name}", callsign=phone.name, stale=LATER))
    async with asyncio.timeout(10):
        while not await here(phone):  # noqa: ASYNC110 - the node is looked at from outside
            await asyncio.sleep(0.02)
    return link


async def here(phone: Phone) -> bool:
    """Whether it is known on the relay."""
    contacts = (await phone.web.get("/Marti/api/contacts/all")).json()
    return f"uid-{phone.name}" in {each["uid"] for each in contacts}


async def hear(link: Link, kind: str) -> ElementTree.Element:
    """The next message of that type."""
    async with asyncio.timeout(10):
        while True:
            piece = await link.hear(10)
            if read_routed(piece).kind == kind:
                return ElementTree.fromstring(piece.body)


async def make(phone: Phone, name: str = "Crue", **query: Any) -> dict[str, Any]:
    """A new mission."""
    asked = {"creatorUid": f"uid-{phone.name}", "tool": "public", "group": "__ANON__", **query}
    answer = await phone.web.put(f"{MISSIONS}/{name}", params=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"][0]
    return found


async def ask(phone: Phone, path: str, **query: Any) -> Any:
    """What is told there."""
    answer = await phone.web.get(f"{MISSIONS}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_a_mission_is_made_followed_and_filled_and_each_change_told(one: Camp) -> None:
    ann, bob, eve = [await one.enrol(name, groups=[each]) for name, each in (("Ann", "a"), ("Bob", "a"), ("Eve", "e"))]
    bobs, eves = await on(one, bob), await on(one, eve)
    made = await make(ann, description="Rive gauche")
    assert len(made["ownerRole"]["permissions"]) == PERMISSIONS_OF_TAK
    notice = await hear(bobs, "t-x-m-n")
    assert notice.find("detail/mission").attrib["name"] == "Crue"  # type: ignore[union-attr]
    assert [each["name"] for each in await ask(bob, "", tool="public")] == ["Crue"]

    followed = await bob.web.put(f"{MISSIONS}/Crue/subscription", params={"uid": "uid-Bob"})
    assert (followed.status_code, followed.json()["data"]["role"]["type"]) == (201, "MISSION_SUBSCRIBER")
    content = b"%PDF-1.7 plan"
    await ann.web.post("/Marti/sync/upload", params={"name": "plan.pdf"}, content=content)
    digest = hashlib.sha256(content).hexdigest()
    added = await ann.web.put(f"{MISSIONS}/Crue/contents?creatorUid=uid-Ann", json={"hashes": [digest], "uids": ["x1"]})
    assert [each["data"]["hash"] for each in added.json()["data"][0]["contents"]] == [digest]
    told = await hear(bobs, "t-x-m-c")
    changes = told.findall("detail/mission/MissionChanges/MissionChange")
    assert [each.findtext("type") for each in changes] == ["ADD_CONTENT"] * 2
    assert changes[0].findtext("contentResource/hash") == digest
    assert changes[1].findtext("contentUid") == "x1"
    assert (await bob.web.get("/Marti/sync/content", params={"hash": digest})).content == content

    removed = await bob.web.delete(f"{MISSIONS}/guid/{made['guid']}/contents", params={"hash": digest})
    assert removed.json()["data"][0]["contents"] == []
    assert (await hear(bobs, "t-x-m-c")).findtext(".//MissionChange/type") == "REMOVE_CONTENT"
    every = await ask(ann, "/Crue/changes", secago=3600)
    assert [each["type"] for each in every] == ["REMOVE_CONTENT", "ADD_CONTENT", "ADD_CONTENT", "CREATE_MISSION"]
    squashed = await ask(ann, "/Crue/changes", squashed="true")
    assert [each["type"] for each in squashed] == ["REMOVE_CONTENT", "ADD_CONTENT", "CREATE_MISSION"]
    assert await ask(ann, "/Crue/changes", start=LATER) == []
    assert len((await ask(ann, "/Crue", changes="true", logs="true"))[0]["missionChanges"]) == len(every)

    assert await ask(eve, "") == []
    for path in ("/Crue", "/Crue/cot", "/Crue/kml", "/Crue/changes", "/Crue/log", f"/guid/{made['guid']}"):
        answer = await eve.web.get(f"{MISSIONS}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown"), path
    for method, path in (
        ("PUT", "/Crue/subscription?uid=uid-Eve"),
        ("DELETE", "/Crue"),
        ("PUT", "/Crue/role?clientUid=u"),
    ):
        assert (await eve.web.request(method, f"{MISSIONS}{path}")).status_code == 404
    taken = await eve.web.put(f"{MISSIONS}/Crue", params={"creatorUid": "uid-Eve"})
    assert (taken.status_code, taken.json()["code"]) == (403, "not-allowed")
    while not await eves.hears_nothing():  # the relay offers its protocol
        pass
    assert b"t-x-m" not in eves.raw

    assert (await bob.web.delete(f"{MISSIONS}/Crue")).status_code == 403
    assert (await ann.web.delete(f"{MISSIONS}/Crue", params={"creatorUid": "uid-Ann"})).status_code == 200
    await hear(bobs, "t-x-m-d")
    assert await ask(bob, "") == []


async def test_what_is_sent_to_a_mission_is_kept_in_it_and_reaches_those_who_follow(one: Camp) -> None:
    ann, bob, cat = [await one.enrol(name) for name in ("Ann", "Bob", "Cat")]
    anns, bobs, cats = [await on(one, phone) for phone in (ann, bob, cat)]
    await make(ann)
    await bob.web.put(f"{MISSIONS}/Crue/subscription", params={"uid": "uid-Bob"})
    anns.say(said("digue", "b-m-p-s-m", to='<dest mission="Crue"/>', detail='<usericon iconsetpath="i"/>'))
    assert (await hear(bobs, "b-m-p-s-m")).attrib["uid"] == "digue"
    assert (await hear(bobs, "t-x-m-c")).findtext(".//contentUid") == "digue"
    shown = (await ask(bob, "/Crue"))[0]["uids"][0]
    assert (shown["data"], shown["creatorUid"]) == ("digue", "uid-Ann")
    assert shown["details"]["location"] == {"lat": 45.94, "lon": -0.96}
    cot = ElementTree.fromstring((await bob.web.get(f"{MISSIONS}/Crue/cot")).text)
    assert [each.attrib["uid"] for each in cot] == ["digue"]
    kml = ElementTree.fromstring((await bob.web.get(f"{MISSIONS}/Crue/kml")).text)
    space = "{http://www.opengis.net/kml/2.2}"
    assert kml.findtext(f".//{space}coordinates") == "-0.96,45.94"

    cats.say(said("intrus", "b-m-p-s-m", to='<dest mission="Crue"/>'))
    cats.say(said("vanne", "b-m-p-s-m"))
    await hear(anns, "b-m-p-s-m")
    added = await ann.web.put(f"{MISSIONS}/Crue/contents", json={"uids": ["vanne"]})
    found = {each["data"]: each for each in added.json()["data"][0]["uids"]}
    assert set(found) == {"digue", "vanne"}
    assert found["vanne"]["details"]["type"] == "b-m-p-s-m"
    assert (await cat.web.put(f"{MISSIONS}/Crue/contents", json={"uids": ["x"]})).status_code == 403


async def test_roles_and_the_log(one: Camp) -> None:
    ann, bob = [await one.enrol(name) for name in ("Ann", "Bob")]
    bobs = await on(one, bob)
    made = await make(ann, defaultRole="MISSION_READONLY_SUBSCRIBER")
    by = f"/guid/{made['guid']}"
    await bob.web.put(f"{MISSIONS}{by}/subscription", params={"uid": "uid-Bob"})
    assert (await ask(bob, f"{by}/role"))["type"] == "MISSION_READONLY_SUBSCRIBER"
    note = {"content": "La digue tient.", "creatorUid": "uid-Bob", "missionNames": ["Crue"], "dtg": None}
    assert (await bob.web.post(f"{MISSIONS}/logs/entries", json=note)).json()["code"] == "not-allowed"
    given = {"clientUid": "uid-Bob", "username": "Bob", "role": "MISSION_SUBSCRIBER"}
    assert (await bob.web.put(f"{MISSIONS}{by}/role", params=given)).status_code == 403
    assert (await ann.web.put(f"{MISSIONS}{by}/role", params=given)).status_code == 200
    assert (await hear(bobs, "t-x-m-r")).find(".//role").attrib["type"] == "MISSION_SUBSCRIBER"  # type: ignore[union-attr]
    written = await bob.web.post(f"{MISSIONS}/logs/entries", json=note)
    assert written.status_code == 201
    await hear(bobs, "t-x-m-c-l")
    entry = written.json()["data"][0]
    changed = await bob.web.put(f"{MISSIONS}/logs/entries", json={**note, "id": entry["id"], "content": "Elle cède."})
    assert changed.json()["data"][0]["content"] == "Elle cède."
    assert [each["content"] for each in await ask(ann, f"{by}/log")] == ["Elle cède."]
    assert (await ask(ann, f"/logs/entries/{entry['id']}"))[0]["creatorUid"] == "uid-Bob"
    assert (await bob.web.delete(f"{MISSIONS}/logs/entries/{entry['id']}")).status_code == 200
    assert await ask(ann, "/Crue/log") == []
    assert await ask(ann, "/Crue/subscriptions") == ["uid-Ann", "uid-Bob"]
    assert [each["username"] for each in await ask(ann, "/Crue/subscriptions/roles")] == ["Ann", "Bob"]
    assert (await ask(bob, "/Crue/subscription", uid="uid-Bob"))["clientUid"] == "uid-Bob"
    assert (await bob.web.delete(f"{MISSIONS}/Crue/subscription", params={"uid": "uid-Bob"})).status_code == 200
    assert (await bob.web.get(f"{MISSIONS}/Crue/subscription", params={"uid": "uid-Bob"})).status_code == 404
    described = await ann.web.post(f"{MISSIONS}/Crue", params={"creatorUid": "uid-Ann", "description": "Décrue"})
    assert (described.status_code, described.json()["data"][0]["description"]) == (200, "Décrue")
    assert (await ann.web.put(f"{MISSIONS}/Crue/keywords", json=["eau"])).json()["data"][0]["keywords"] == ["eau"]
    assert await ask(ann, "/all/invitations") == []


async def test_what_is_not_kept_here_is_refused_rather_than_forgotten(one: Camp) -> None:
    ann = await one.enrol("Ann", groups=["a"])
    asked = {"creatorUid": "uid-Ann"}
    for more, field in (
        ({"password": "x"}, "password"),
        ({"inviteOnly": "true"}, "inviteOnly"),
        ({"group": "b"}, "group"),
    ):
        answer = await ann.web.put(f"{MISSIONS}/Crue", params={**asked, **more})
        assert answer.json()["field"] == field
    for name in ("guid", "logs", "x" * 201, "%01", "all"):
        assert (await ann.web.put(f"{MISSIONS}/{name}", params=asked)).json()["code"] == "value-wrong"
    assert (await ann.web.put(f"{MISSIONS}/Crue")).json()["code"] == "field-missing"


def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    clock, file = SystemClock(), open_keeping(tmp_path)
    book, now = Book(file, clock), clock.now()
    mission = Mission(guid=new_id(), name="Crue", told=Told(groups=("a",), creator="u"), made_at=now)
    book.create(mission, Subscriber(uid="u", username="Ann", role=OWNER, made_at=now))
    book.add(mission.guid, [], [Point(uid="p", creator="u", made_at=now, xml=b"<event/>")])
    file.close()
    again = Book(open_keeping(tmp_path), clock)
    assert [each.guid for each in again.missions()] == [mission.guid]
    assert [each.xml for each in again.points(mission.guid)] == [b"<event/>"]
    assert again.role_of(mission.guid, "Ann") == OWNER
    assert len(again.changes(mission.guid, 0, 1 << 50)) == 2
    again._file.close()


@asynccontextmanager
async def with_a_mission(folder: Path) -> AsyncIterator[Phone]:
    """A phone on a node that has a mission."""
    async with camp(folder) as made:
        phone = await made.enrol("Ann")
        await make(phone)
        yield phone


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """The web port of a node on a thread, as an enrolled phone asks it."""
    with (
        on_a_thread(with_a_mission(tmp_path_factory.mktemp("camp"))) as phone,
        httpx2.Client(base_url=phone.web.base_url, verify=phone.tls, timeout=20) as client,
    ):
        yield client


WORDS = st.text(max_size=20) | st.sampled_from(
    ["true", "-1", "9" * 30, "uid-Ann", "2026-01-01T00:00:00", "\0", "é" * 300]
)
NAMES = ["creatorUid", "uid", "hash", "secago", "start", "end", "role", "clientUid", "group", "defaultRole", "squashed"]
QUERIES = st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from(["hashes", "uids", "content", "missionNames", "id", "dtg"]), inside, max_size=4
        )
    ),
    max_leaves=12,
)
PATHS = [
    "", "/contents", "/changes", "/subscription", "/subscriptions/roles", "/role", "/keywords", "/log", "/cot", "/kml",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(PATHS), method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]), query=QUERIES, body=JSON)
def test_odd_requests_are_refused_with_a_code_never_a_fault(
    web: httpx2.Client, path: str, method: str, query: dict[str, str], body: Any
) -> None:
    name = "logs/entries" if path == "/log" and method in ("PUT", "POST") else f"Crue{path}"
    if method == "DELETE" and not path:
        name = "Autre"
    # As Python writes it: what is infinite is a word that no JSON knows, and is to be refused too.
    kind = {"content-type": "application/json"}
    sent: dict[str, Any] = {} if method in ("GET", "DELETE") else {"content": json.dumps(body), "headers": kind}
    answer = web.request(method, f"{MISSIONS}/{name}", params=query, **sent)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["code"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"<!DOCTYPE a>", b'{"uids": 3}', b"0" * (2 << 20)]
)
def test_bodies_that_say_nothing_are_refused(web: httpx2.Client, content: bytes) -> None:
    for method, path in (("PUT", "/Crue/contents"), ("POST", "/logs/entries"), ("PUT", "/Crue/keywords")):
        answer = web.request(method, f"{MISSIONS}{path}", content=content)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["code"]
