"""The leak walk: every address and the live stream, every role and relation, every label.

Nothing that `support.allowed` forbids may appear: in lists, counts, refusals, tags, presence, measures or frames; and
all that it allows does appear. An address that nobody walks fails the test.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from support.allowed import Role, sees
from support.leak_walk import Judge, Walk, answer_of, gives_walls, keeps_the_node
from support.mixed_house import (
    FLOOD,
    NEXT_DOOR,
    ROLES,
    House,
    Person,
    a_grid,
    a_report,
    a_signals_plan,
    a_view,
    mark,
    mixed_house,
)
from support.pages import text_of
from websockets.asyncio.client import connect

from garance.connectors.tak.package import read_package
from garance.domain.telling import telling
from garance.exports.registry import DOCUMENTS
from garance.kernel.identity import new_id
from garance.kernel.label import Audience, Label, Sensitivity
from garance.server.api.exchange import GIVEN

RELATIONS: dict[str, tuple[str, str | None, str | None]] = {
    "own cell": ("commune-a", "water", "flood"),
    "own organisation": ("commune-a", None, None),
    "other cell": ("commune-a", "logistics", "flood"),
    "neighbour": ("commune-b", None, None),
    "group of communes": ("epci", None, None),
    "fire service": ("sdis", None, None),
    "prefecture": ("prefecture", None, None),
    "zone": ("zone", None, None),
    "partner": ("red-cross", None, "flood"),
    "same word, other cell": ("red-cross", "water", "flood"),
    "next door only": ("commune-b", None, "next-door"),
}
BRIEF = [
    *((role, "own cell") for role in ROLES),
    *(("dos", relation) for relation in RELATIONS if relation != "own cell"),
    ("observer", "partner"),
    ("sdis-officer", "fire service"),
    ("administrator", "neighbour"),
]
WHOLE = [(role, relation) for role in ROLES for relation in RELATIONS]

ON_PAGES = ("situation-report", "logbook", "map", "operation")
SOME_PAGES = 20
"""One reader in five has one of these set in pages: the words are the same as in the text, which all are given."""

DRAFTED = "report.drafted.v1"

SOME_SERIES = 7
"""Each reader asks for one series in so many, not the same ones."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with mixed_house(tmp_path / "data") as settled:
        yield settled


async def enrol_readers(house: House, wanted: list[tuple[str, str]]) -> list[Person]:
    """The readers of the walk; some with two roles, none that hold, no role at all; and a wall screen."""
    for role, relation in wanted:
        if role == "administrator" and RELATIONS[relation][2] is not None:
            continue  # refused: an administrator is one everywhere
        organisation, cell, where = RELATIONS[relation]
        await house.enrol(f"{role}, {relation}", Role(role, organisation, cell, where))
    await house.enrol(
        "two roles", Role("observer", "commune-a", "water", "flood"), Role("sdis-officer", "commune-b", None, None)
    )
    await house.enrol("none today", *(Role("dos", "commune-a", holds=False) for _ in range(3)))
    await house.enrol("nobody")
    house.hang_wall("wall", "commune-a", "flood")
    speakers = {"mayor-a", "water-a", "officer", "relief", "duty", "mayor-b", "engaged"}
    return [one for name, one in house.people.items() if name not in speakers]


async def walk_all(house: House, readers: list[Person], *steps: Callable[[Walk], Awaitable[None]]) -> None:
    judge = Judge(house)
    async with httpx2.AsyncClient(base_url=house.url, timeout=30) as web:
        for reader in readers:
            for step in steps:
                await step(Walk(house, judge, reader, web))


# -- reading ----------------------------------------------------------------------------------------------------------


async def walk_situations(walk: Walk) -> None:
    """The list of situations holds those whose opening may be seen, and pages tell nothing more."""
    expected = {
        one.body["situation"]
        for situation in walk.house.situations.values()
        for one in walk.judge.seen(walk.reader, situation)
        if one.name == "situation.opened.v1"
    }
    whole = await walk.get("/api/v1/situations")
    assert {one["id"] for one in whole["items"]} == expected, walk.name
    first = await walk.get("/api/v1/situations", limit=1)
    assert (first["next"] is not None) == (len(expected) > 1)


async def walk_facts(walk: Walk) -> None:
    """Facts are those allowed, all of them, in order; pages end where the last visible fact ends."""
    for situation in known(walk):
        path = f"/api/v1/situations/{situation}/facts"
        # The pages come first: reading what is personal is itself recorded, and may then be seen.
        expected = [one.id for one in walk.judge.seen(walk.reader, situation)]
        facts = await every_fact(walk, path)
        assert [one["id"] for one in facts[: len(expected)]] == expected, walk.name
        assert {one["name"] for one in facts[len(expected) :]} <= {"personal-data.read.v1"}, "only readings come after"
        hidden = {one.id for one in walk.judge.hidden(walk.reader, situation)}
        assert not [ref for one in facts for ref in one["refs"] if ref["fact"] in hidden]
        count = len([one for one in walk.judge.seen(walk.reader, situation) if one.name != "personal-data.read.v1"])
        if 1 < count <= MOST:
            before = await walk.get(path, limit=count - 1)
            assert before["more"]
            rest = await walk.get(path, after=before["cursor"])
            assert rest["facts"][0]["id"] == expected[count - 1]


async def every_fact(walk: Walk, path: str) -> list[dict[str, Any]]:
    """All that a reader is given, page after page; no page but the first is empty."""
    facts: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": MOST}
    while True:
        page = await walk.get(path, **query)
        facts += page["facts"]
        if not page["more"]:
            return facts
        assert page["facts"], f"{walk.name}: a page was announced that is empty"
        query["after"] = page["cursor"]


async def walk_logbook(walk: Walk) -> None:
    """The lines, each with the strikes and corrections allowed; a hidden line is no place in it."""
    for situation in known(walk):
        path = f"/api/v1/situations/{situation}/logbook"
        seen = Counter(one.name for one in walk.judge.seen(walk.reader, situation))
        hidden = [one.id for one in walk.judge.hidden(walk.reader, situation) if one.name == "entry.written.v2"]
        items = (await walk.get(path, limit=500))["items"]
        assert len(items) == seen["entry.written.v2"], walk.name
        assert sum(len(one["struck"]) for one in items) == seen["entry.struck.v1"]
        assert sum(len(one["corrections"]) for one in items) == seen["entry.corrected.v1"]
        assert sum(len(one.get("acknowledged", ())) for one in items) == seen["acknowledgement.given.v1"]
        registers: dict[Any, list[int]] = {}
        for one in items:
            label, author = one["label"], one["author"]
            cell = label.get("cell", author.get("cell")) if label.get("audience") == "cell" else None
            whose = (author["organisation"], label.get("audience"), label.get("sensitivity"), cell)
            registers.setdefault(whose, []).append(one["number"])
        for numbers in registers.values():
            assert sorted(numbers) == list(range(1, len(numbers) + 1)), f"{walk.name}: a gap tells of hidden lines"
        if items:
            assert (await walk.get(path, limit=len(items)))["next"] is None
        for one in hidden[:2]:
            await walk.alike("GET", f"{path}?after={one}", f"{path}?after={walk.ghost(one)}")


async def walk_board(walk: Walk) -> None:
    """The board holds the things of which something that begins them may be seen, and no statement hidden."""
    for situation in known(walk):
        seen = walk.judge.seen(walk.reader, situation)
        expected: dict[str, set[str]] = {}
        for one in seen:
            told = telling(one.name)
            if told is not None and told.begins:
                expected.setdefault(told.kind, set()).add(one.body[told.thing])
        path = f"/api/v1/situations/{situation}/board"
        visible = {one.id for one in seen}
        for kind, ids in expected.items():
            shown = await walk.get(path, kind=kind, limit=500)
            assert {one["id"] for one in shown["items"]} == ids, f"{walk.name}: {kind}"
            for one in shown["items"]:
                assert {statement["fact"] for statement in one["said"].values()} <= visible, f"{walk.name}: {kind}"
        hidden = {one.body["mission"] for one in walk.judge.hidden(walk.reader, situation) if one.name == BEGUN}
        for one in sorted(hidden - expected.get("mission", set()))[:2]:
            await walk.alike("GET", f"{path}?thing={one}", f"{path}?thing={new_id()}")
            await walk.alike("GET", f"{path}?after=mission.{one}", f"{path}?after=mission.{new_id()}")


BEGUN = "mission.described.v1"


async def walk_picture(walk: Walk) -> None:
    """The picture holds the things whose declaration may be seen, and no contradiction with what may not."""
    for situation in known(walk):
        facts = walk.judge.seen(walk.reader, situation)
        seen = Counter(one.name for one in facts)
        views = {one.body["view"] for one in facts if one.name == "view.saved.v1"}
        for query in ({}, {"by": "recorded", "at": "2100-01-01T00:00:00Z"}):
            shown = await walk.get(f"/api/v1/situations/{situation}/picture", **query)
            assert len(shown["resources"]) == seen["resource.declared.v1"], walk.name
            assert len(shown["shapes"]) == seen["shape.drawn.v3"]
            assert len(shown["series"]) == seen["series.declared.v2"]
            assert len(shown["grids"]) == seen["grid.attached.v1"]
            assert len(shown["saved_views"]) == len(views)
            for name, member, listed in WHOLE_THINGS:
                assert len(shown[listed]) == len({one.body[member] for one in facts if one.name == name})
            assert (shown["situation"] is not None) == bool(seen["situation.opened.v1"])


WHOLE_THINGS = (("course.described.v1", "course", "courses"), ("signals-plan.set.v1", "plan", "signals_plans"))


async def walk_counts(walk: Walk) -> None:
    """Histogram and presence count what may be seen; the tag depends on nothing else."""
    for situation in known(walk):
        seen = walk.judge.seen(walk.reader, situation)
        shown = await walk.get(f"/api/v1/situations/{situation}/histogram", bins=7)
        assert sum(shown["bins"]) == len(seen), walk.name
        presence = await walk.get(f"/api/v1/situations/{situation}/presence")
        told = Counter({(one["person"], one["role"]): one["facts"] for one in presence["people"]})
        assert told == Counter((one.author["person"], one.author["role"]) for one in seen), walk.name
        assert presence["connected"] == []


async def walk_samples(walk: Walk) -> None:
    """A series is measured for those who may see its declaration; for others there is none."""
    for situation in known(walk):
        path = f"/api/v1/situations/{situation}/samples"
        seen = {one.id for one in walk.judge.seen(walk.reader, situation)}
        turn = len(walk.name) % SOME_SERIES
        for series in walk.house.series[turn::SOME_SERIES]:
            if series.fact in seen:
                assert len((await walk.get(path, series=series.id))["samples"]) == 1, walk.name
            else:
                await walk.alike("GET", f"{path}?series={series.id}", f"{path}?series={new_id()}")


async def walk_reports(walk: Walk) -> None:
    """Reports are those whose draft may be seen; the proposal is made of nothing else, and pages tell nothing more."""
    for situation in known(walk):
        base = f"/api/v1/situations/{situation}"
        drafts = {one.body["report"] for one in walk.judge.seen(walk.reader, situation) if one.name == DRAFTED}
        shown = (await walk.get(f"{base}/reports", limit=500))["items"]
        assert {one["id"] for one in shown} == drafts, walk.name
        if drafts:
            assert (await walk.get(f"{base}/reports", limit=len(drafts)))["next"] is None
        proposal = await walk.get(f"{base}/report-proposal")
        seen = {one.id for one in walk.judge.seen(walk.reader, situation)}
        assert {fact for figure in proposal["figures"] for fact in figure.get("facts", ())} <= seen, walk.name


async def walk_documents(walk: Walk) -> None:
    """What is printed is what may be seen, as text and on the page; what is hidden is printed as what never was."""
    for situation in known(walk):
        base = f"/api/v1/situations/{situation}/documents"
        offered = (await walk.get(base))["items"]
        assert {one["kind"] for one in offered} == set(DOCUMENTS)
        seen = Counter(one.name for one in walk.judge.seen(walk.reader, situation))
        logbook = await walk.ask("GET", f"{base}/logbook?format=text")
        assert len(logbook.text.strip().split("\n\n")) == 1 + seen["entry.written.v2"], walk.name
        for kind in ("means", "missions", "people", "situation-report"):
            assert (await walk.ask("GET", f"{base}/{kind}?format=text")).status_code == 200
        turn = sum(walk.name.encode()) % SOME_PAGES
        if turn < len(ON_PAGES):
            printed = await walk.ask("GET", f"{base}/{ON_PAGES[turn]}")
            assert printed.status_code == 200, printed.text
            told = walk.judge.leaks(walk.reader, text_of(printed.content))
            assert not told, f"{walk.name}: {ON_PAGES[turn]} prints {told}"
        for one in walk.some_hidden("mission.described.v1", "mission")[:1]:
            await walk.alike("GET", f"{base}/mission?thing={one}", f"{base}/mission?thing={new_id()}")
    hidden = walk.some_hidden("entry.written.v2", "")[:1] + walk.some_hidden(DRAFTED, "report")[:1]
    if hidden and walk.knows(walk.house.flood):
        base = f"/api/v1/situations/{walk.house.flood}/documents"
        for one in hidden:
            name, kind = ("report", "situation-report") if len(one) == len(new_id()) else ("entry", "message")
            ghost = new_id() if name == "report" else walk.ghost(one)
            await walk.alike("GET", f"{base}/{kind}?{name}={one}", f"{base}/{kind}?{name}={ghost}")


async def walk_exchange(walk: Walk) -> None:
    """Files of exchange hold what the picture shows and nothing else; a file that is read tells nothing of ours."""
    point = b'{"type":"Point","coordinates":[-1.0,45.9]}'
    for situation in known(walk):
        base = f"/api/v1/situations/{situation}"
        offered = (await walk.get(f"{base}/exchange"))["items"]
        assert {one["kind"] for one in offered} == set(GIVEN)
        picture = await walk.get(f"{base}/picture")
        told = await walk.ask("GET", f"{base}/exchange/geojson")
        features = told.json()["features"]
        drawn = {one["id"] for one in features if one["properties"]["couche"] != "Sinistres"}
        assert drawn == {one["id"] for key in ("resources", "shapes") for one in picture[key]}, walk.name
        for kind in ("kml", "gpx", "csv", "geopackage"):
            answer = await walk.ask("GET", f"{base}/exchange/{kind}")
            assert answer.status_code == 200, answer.text
            leaked = walk.judge.leaks(walk.reader, answer.content.decode("utf-8", "replace"))
            assert not leaked, f"{walk.name}: {kind} tells {leaked}"
        package = read_package((await walk.ask("GET", f"{base}/exchange/tak")).content)
        leaked = walk.judge.leaks(walk.reader, b"".join(one.body for one in package.contents).decode())
        assert not leaked, f"{walk.name}: the package tells {leaked}"
        octets = {"content-type": "application/octet-stream"}
        read = await walk.ask("POST", f"{base}/files/read?name=x.geojson", content=point, headers=octets)
        assert read.status_code == 200, read.text


async def walk_directory(walk: Walk) -> None:
    """Names of those who act together (the tokens of the answer are judged as everywhere)."""
    for situation in known(walk):
        assert walk.reader.wall or await walk.get("/api/v1/directory", situation=situation)


def known(walk: Walk) -> list[str]:
    """The situations that the reader may know of."""
    return [one for one in walk.house.situations.values() if walk.knows(one)]


async def walk_hidden_situations(walk: Walk) -> None:
    """A situation not to be known of is, everywhere, one that does not exist."""
    for situation in walk.house.situations.values():
        if walk.knows(situation):
            continue
        ghost = new_id()
        for view in ("facts", "picture", "logbook", "board", "presence", "histogram", "exchange", "exchange/kml"):
            await walk.alike("GET", f"/api/v1/situations/{situation}/{view}", f"/api/v1/situations/{ghost}/{view}")
        series = walk.house.series[-1].id
        path = "/api/v1/situations/{}/samples?series={}"
        await walk.alike("GET", path.format(situation, series), path.format(ghost, series))
        path = "/api/v1/directory?situation={}"
        await walk.alike("GET", path.format(situation), path.format(ghost))


# -- the rest of the addresses ----------------------------------------------------------------------------------------


async def walk_own_things(walk: Walk) -> None:
    """One's own session, sessions, second factor; a link of one's own, drawn."""
    shown = await walk.get("/api/v1/session")
    assert shown["signed_in"]
    await walk.get("/api/v1/second-factor")
    assert len((await walk.get("/api/v1/sessions"))["items"]) <= 1
    assert (await walk.get("/api/v1/sheet-models", limit=1))["next"] == "first-fifteen-minutes"
    drawn = await walk.ask("POST", "/api/v1/qr-code", json={"address": "https://garance.example/?situation=x"})
    assert drawn.status_code == (403 if walk.reader.wall else 200)
    other = walk.house.node.sign_in.sessions.of(walk.house.people["mayor-a"].id)[0].session
    await walk.alike("DELETE", f"/api/v1/sessions/{other}", f"/api/v1/sessions/{new_id()}")
    assert len(walk.house.node.sign_in.sessions.of(walk.house.people["mayor-a"].id)) == 1


async def walk_register(walk: Walk) -> None:
    """Who keeps the node sees its people; others cannot even tell who exists."""
    if keeps_the_node(walk.reader):
        assert len((await walk.get("/api/v1/people", limit=500))["items"]) == len(
            [one for one in walk.house.people.values() if not one.wall]
        )
        assert len((await walk.get("/api/v1/organisations"))["items"]) == len(walk.house.organisations)
        return
    someone, ghost = walk.house.people["mayor-a"].id, new_id()
    for path in ("/api/v1/people", "/api/v1/organisations"):
        assert (await walk.ask("GET", path)).status_code == 403
    await walk.alike("GET", f"/api/v1/people/{someone}", f"/api/v1/people/{ghost}")
    for act in ("disable", "enable"):
        await walk.alike("POST", f"/api/v1/people/{someone}/{act}", f"/api/v1/people/{ghost}/{act}")
    for person in (someone, ghost):
        answer = await walk.ask("POST", "/api/v1/invitations", json={"person": person})
        assert (answer.status_code, answer.json()["code"]) == (403, "read-only" if walk.reader.wall else "not-allowed")


async def walk_feeds(walk: Walk) -> None:
    """How connections fare tells nothing of who said what; what was set aside of a feed is for who may attach one."""
    able = {"dos", "rac", "cell-head", "sdis-officer", "prefecture-duty-officer", "administrator"}
    keeps = not walk.reader.wall and any(role.role in able and role.holds for role in walk.reader.roles)
    assert (await walk.ask("GET", "/api/v1/connections")).status_code == (200 if keeps else 403), walk.name
    base = f"/api/v1/situations/{walk.house.flood}/feeds"
    for feed in walk.some_hidden("feed.attached.v1", "feed"):
        await walk.alike("GET", f"{base}/{feed}/aside", f"{base}/{new_id()}/aside")
    for method in ("GET", "POST"):
        answer = await walk.ask(method, "/api/v1/connections/none/frames")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


OF_TAK: dict[str, dict[str, str] | None] = {
    "get invitations": None,
    "post invitations": {"name": "VSAV 1"},
    "delete invitations/{invitation}": None,
    "get devices": None,
    "post devices": {"name": "VSAV 1"},
    "post devices/{serial}/revocation": None,
    "get trust-package": None,
}


async def walk_tak(walk: Walk) -> None:
    """Whoever may not bring phones in is not even told whether there is such a connection."""
    able = {"dos", "rac", "cell-head", "sdis-officer", "prefecture-duty-officer", "administrator"}
    keeps = not walk.reader.wall and any(role.role in able and role.holds for role in walk.reader.roles)
    for name, body in OF_TAK.items():
        method, _, rest = name.partition(" ")
        path = f"/api/v1/connections/none/{rest.format(invitation=new_id(), serial='AB')}"
        answer = await walk.ask(method.upper(), path, **({"json": body} if body else {}))
        other = "read-only" if walk.reader.wall and method != "get" else "not-allowed"
        assert answer.json()["code"] == ("unknown" if keeps else other), f"{walk.name}: {name}"


async def walk_walls(walk: Walk) -> None:
    """Walls are listed and ended by those who steer there or keep the node, and made for whom one acts."""
    wall = walk.house.people["wall"].id
    listed = {one["id"] for one in (await walk.get("/api/v1/walls"))["items"]}
    own = gives_walls(walk.reader, "commune-a")
    assert listed == ({wall} if own else set()), walk.name
    if not own:
        await walk.alike("DELETE", f"/api/v1/walls/{wall}", f"/api/v1/walls/{new_id()}")
    wanted = {"organisation": walk.house.organisations["sdis"], "title": "t"}
    if not walk.knows(walk.house.next_door):
        answers = [
            await walk.ask("POST", "/api/v1/walls", json={**wanted, "situation": one})
            for one in (walk.house.next_door, new_id())
        ]
        assert answer_of(answers[0]) == answer_of(answers[1]), walk.name


async def walk_files(walk: Walk) -> None:
    """A file is for the organisations that sent it, and for whoever may see a line that carries it."""
    carried = {
        attached["sha256"]
        for situation in walk.house.situations.values()
        for line in walk.judge.seen(walk.reader, situation)
        for attached in line.body.get("attachments", ())
    }
    for who, sha256 in walk.house.files.items():
        organisation = walk.house.people[who.partition(" ")[0]].roles[0].organisation
        mine = any(role.organisation == organisation and role.holds for role in walk.reader.roles)
        for end in ("", "/thumbnail"):
            path, ghost = f"/api/v1/files/{sha256}{end}", f"/api/v1/files/{'0' * 64}{end}"
            if mine or sha256 in carried:
                assert (await walk.ask("GET", path)).status_code == 200, (walk.name, who)
            else:
                await walk.alike("GET", path, ghost)
                await walk.alike("GET", path, ghost, headers={"if-none-match": "*"})
                await walk.alike("GET", path, ghost, headers={"range": "bytes=0-3"})
        if not mine and sha256 not in carried:
            await name_file(walk, sha256)


async def name_file(walk: Walk, hidden: str) -> None:
    """A line that names a file hidden from its author is refused as one that names a file which is not there."""
    answers = []
    for sha256 in (hidden, "0" * 64):
        attached = {"sha256": sha256, "name": "a.png", "kind": "image/png", "size_bytes": 70}
        body = {"text": "t", "category": "report", "attachments": [attached]}
        role = walk.reader.grants[0] if walk.reader.grants else new_id()
        asked = {"id": new_id(), "situation": walk.house.flood, "role": role, "body": body}
        answers.append(await walk.ask("POST", "/api/v1/commands/logbook.write", json=asked))
    assert answer_of(answers[0]) == answer_of(answers[1]), walk.name
    assert answers[0].status_code >= 400


def pixel(told: str) -> bytes:
    """A picture that is like no other."""
    out = io.BytesIO()
    Image.new("L", (4, 4)).save(out, "PNG", pnginfo=_told(told))
    return out.getvalue()


def _told(words: str) -> PngInfo:
    told = PngInfo()
    told.add_text("Comment", words)
    return told


CARRYING = {
    "mayor-a": None,
    "officer": None,
    "officer partners": Label(Audience.PARTNERS),
    "officer organisation": Label(Audience.ORGANISATION),
    "water-a cell": Label(Audience.CELL),
    "mayor-a health": Label(Audience.PARTNERS, Sensitivity.HEALTH),
}
"""Files by who sends them, and for whom the line is that carries each; None for one that no line carries."""


async def send_files(house: House) -> None:
    """A file of each, and the lines that carry some of them."""
    async with httpx2.AsyncClient(base_url=house.url) as web:
        for name, label in CARRYING.items():
            who = name.partition(" ")[0]
            content, person = pixel(name), house.people[who]
            sha256 = hashlib.sha256(content).hexdigest()
            headers = {
                "cookie": f"garance={person.cookie}", "x-garance-csrf": person.csrf,
                "content-type": "application/octet-stream",
            }  # fmt: skip
            sent = await web.put(f"/api/v1/files/{sha256}", content=content, headers=headers)
            assert sent.status_code == 200, sent.text
            house.files[name] = sha256
            if label is not None:
                attached = {"sha256": sha256, "name": mark(), "kind": "image/png", "size_bytes": len(content)}
                body = {"text": mark(), "category": "report", "attachments": [attached]}
                await house.say(who, "logbook.write", body, where=house.flood, label=label)


QUESTIONS = (
    "/api/v1/territory/search?q=mairie", "/api/v1/territory/here?lon=-1&lat=46",
    "/api/v1/territory/profile?line=-1,46;-1,46.1", "/api/v1/territory/route?from=-1,46&to=-1,46.1",
    "/api/v1/territory/depths",
)  # fmt: skip
SYMBOLS = ("/api/v1/symbol-sets", "/api/v1/symbol-sets/{charter}")
COMPARISON = "/api/v1/territory/depths/{grid}/{band}/comparison"
INSIDE = "/api/v1/territory/inside"
DEPENDENTS = "/api/v1/territory/dependents"
AREA = {"type": "Polygon", "coordinates": [[[-1, 46], [-1, 46.1], [-0.9, 46.1], [-1, 46]]]}
OGC = (
    "/ogc", "/ogc/api", "/ogc/conformance", "/ogc/collections", "/ogc/collections/{collection}",
    "/ogc/collections/{collection}/schema", "/ogc/collections/{collection}/items",
    "/ogc/collections/{collection}/items/{number}",
)  # fmt: skip


async def walk_public(walk: Walk) -> None:
    """What watches the node, the description, the territory: the same for everyone."""
    for path in ("/health", "/ready", "/api/v1/openapi.json"):
        assert (await walk.ask("GET", path)).status_code == 200
    assert (await walk.ask("GET", "/metrics")).status_code == 200
    assert (await walk.ask("GET", "/api/v1/territory")).status_code == 404
    for path in (
        "a.pmtiles", "basemap/0/0/0.mvt", "terrain/0/0/0.png", "names", "depths/water-depths-steps/1.png",
    ):  # fmt: skip
        assert (await walk.ask("GET", f"/territory/0123456789abcdef/{path}")).status_code == 404
    for path in (*QUESTIONS, COMPARISON.format(grid="water-depths-steps", band=1)):
        assert (await walk.ask("GET", path)).status_code == 404
    assert (await walk.ask("POST", INSIDE, json={"geometry": AREA})).status_code == 404
    assert (await walk.ask("POST", DEPENDENTS, json={"network": "power", "geometry": AREA})).status_code == 404
    for path in OGC:
        assert (await walk.ask("GET", path.format(collection="roads", number=1))).status_code == 404
    for path in SYMBOLS:
        assert (await walk.ask("GET", path.format(charter="french-civil-security"))).status_code == 200
    assert (await walk.ask("GET", "/api/v1/session/demo")).status_code == 403


async def walk_doors(walk: Walk) -> None:
    """Ways in with a wrong secret, and own secrets changed by someone without an account: refused, telling nothing."""
    tries: list[tuple[str, dict[str, Any]]] = [
        ("session", {"login": "a", "password": "b"}),
        ("session/wall", {"token": "a"}),
        ("session/demo", {"role": "dos"}),
        ("first-administrator", {"token": "a", "login": "a", "display_name": "a", "password": "a"}),
        ("password", {"old": "a", "new": "b"}),
        ("second-factor", {"password": "a"}),
        ("second-factor/confirm", {"code": "000000"}),
        ("second-factor/drop", {"password": "a"}),
        ("invitations/read", {"token": "a"}),
        ("invitations/accept", {"token": "a", "login": "a", "password": "a"}),
    ]
    for path, body in tries:
        answer = await walk.ask("POST", f"/api/v1/{path}", json=body)
        assert answer.status_code >= 400, (path, answer.text)


# -- commands ---------------------------------------------------------------------------------------------------------

MOST = 500
"""The longest page of facts."""

POINT = {"type": "Point", "coordinates": [-1.0, 46.0]}
TARGETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "logbook.strike": ("entry", "entry.written.v2", {"reason": "r"}),
    "logbook.correct": ("entry", "entry.written.v2", {"reason": "r", "text": "t"}),
    "resources.move": ("resource", "resource.declared.v1", {"geometry": POINT}),
    "resources.set-state": ("resource", "resource.declared.v1", {"state": "released"}),
    "drawings.reshape": ("shape", "shape.drawn.v3", {"geometry": POINT}),
    "drawings.describe": ("shape", "shape.drawn.v3", {"name": "n", "kind": "note", "state": "planned"}),
    "drawings.end": ("shape", "shape.drawn.v3", {"reason": "r"}),
    "acknowledgements.give": ("fact", "entry.written.v2", {}),
    "logbook.assess": ("entry", "entry.written.v2", {"certainty": "confirmed"}),
    "logbook.mark": ("entry", "entry.written.v2", {"mark": "map", "state": "done"}),
    "resources.detail": ("resource", "resource.declared.v1", {"level": "vehicle"}),
    "resources.assign": ("resource", "resource.declared.v1", {}),
    "resources.spend": ("resource", "resource.declared.v1", {"hours": 1.0}),
    "incidents.evolve": ("incident", "incident.described.v1", {"evolution": "stable"}),
    "incidents.set-outage-state": ("outage", "outage.described.v1", {"state": "restored"}),
    "population.set-zone-state": ("zone", "zone.described.v1", {"state": "ordered"}),
    "population.set-centre-state": ("centre", "centre.described.v1", {"state": "open"}),
    "population.count-centre": ("centre", "centre.described.v1", {"present": 3}),
    "taskings.set-mission-state": ("mission", "mission.described.v1", {"state": "accepted"}),
    "taskings.set-step": ("sheet", "sheet.started.v1", {"step": "call", "state": "done"}),
    "taskings.end-sheet": ("sheet", "sheet.started.v1", {"reason": "r"}),
    "taskings.take-handover": ("handover", "handover.given.v1", {}),
    "posts.end": ("post", "post.held.v1", {"reason": "r"}),
    "resources.answer": ("demand", "demand.made.v1", {"state": "accepted"}),
    "grids.detach": ("grid", "grid.attached.v1", {"reason": "r"}),
    "feeds.detach": ("feed", "feed.attached.v1", {"reason": "r"}),
    "feeds.release": (
        "feed",
        "feed.attached.v1",
        {
            "aside": 1,
            "source": "s",
            "why": "clock-ahead",
            "heard_at": "2026-01-01T00:00:00Z",
            "reason": "r",
        },
    ),
    "feeds.note-answer": ("dispatch", "feed.dispatched.v1", {"to": "t", "answer": "received"}),
    "incidents.refer": ("incident", "incident.described.v1", {"reference": "r", "by": "b"}),
    "resources.refer": ("resource", "resource.declared.v1", {"reference": "r", "by": "b"}),
    "views.remove": ("view", "view.saved.v1", {}),
    "views.present": ("view", "view.saved.v1", {"briefing": new_id()}),
    "views.end-briefing": ("briefing", "briefing.shown.v1", {}),
    "signals.withdraw-plan": ("plan", "signals-plan.set.v1", {"reason": "r"}),
    "courses.choose": ("course", "course.described.v1", {"reason": "r"}),
    "courses.drop": ("course", "course.described.v1", {"reason": "r"}),
    "reports.validate": ("report", "report.drafted.v1", {"draft": f"w{'0' * 20}-1"}),
}
BY_FACT = {"entry", "fact"}
"""Members that name a fact."""

NOBODY = {"name": "n"}
TOLL = {"category": "evacuated", "low": 1, "high": 1}
LINKS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "population.state-toll": ("about", "incident.described.v1", "incident", {**TOLL, "source": "s"}),
    "population.settle-toll": ("about", "incident.described.v1", "incident", {**TOLL, "reason": "r"}),
    "taskings.set-intent": ("of", "shape.drawn.v3", "shape", {"objectives": ["o"]}),
    "posts.set-cycle": ("of", "shape.drawn.v3", "shape", {"step": "order"}),
    "feeds.dispatch": ("feed", "feed.attached.v1", "feed", {"dispatch": new_id(), "matter": "positions", "to": ["t"]}),
    "resources.plan-relief": ("resource", "resource.declared.v1", "resource", {"at": "2026-01-01T00:00:00Z"}),
}
"""Commands about something named otherwise than where it is told: the member, the fact that tells it, its member."""

DECLARES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "resources.declare": ("resource", "resource.declared.v1", {"name": "n", "kind": "boat"}),
    "drawings.draw": (
        "shape", "shape.drawn.v3", {"name": "n", "kind": "note", "state": "planned", "geometry": POINT},
    ),
    "grids.attach": ("grid", "grid.attached.v1", a_grid()),
    "feeds.attach": ("feed", "feed.attached.v1", {"connection": "none", "name": "n"}),
    "incidents.describe": ("incident", "incident.described.v1", {"nature": "fire", "title": "t"}),
    "incidents.describe-outage": ("outage", "outage.described.v1", {"network": "gas", "name": "n"}),
    "population.describe-zone": ("zone", "zone.described.v1", {"name": "n", "measure": "no-entry"}),
    "population.describe-centre": (
        "centre", "centre.described.v1", {"name": "n", "role": "reception", "capacity": 1},
    ),
    "taskings.give-order": ("order", "order.given.v1", {
        "title": "t", "frame": "soiec", "to": [NOBODY], "situation": "s", "objectives": ["o"],
        "execution": [{"mission": "m"}],
    }),
    "taskings.start-sheet": ("sheet", "sheet.started.v1", {
        "title": "t", "owner": NOBODY, "steps": [{"id": "call", "title": "t"}],
    }),
    "taskings.give-handover": ("handover", "handover.given.v1", {"post": NOBODY, "summary": "s"}),
    "posts.hold": ("post", "post.held.v1", {"title": "t", "party": NOBODY, "since": "2026-01-01T00:00:00Z"}),
    "resources.ask": ("demand", "demand.made.v1", {
        "kind": "pump", "what": "w", "quantity": 1, "to": NOBODY, "reason": "r",
    }),
    "taskings.describe-mission": ("mission", "mission.described.v1", {"title": "t", "owner": {"name": "n"}}),
    "views.save": ("view", "view.saved.v1", a_view()),
    "courses.describe": ("course", "course.described.v1", {"name": "n"}),
    "signals.set-plan": ("plan", "signals-plan.set.v1", a_signals_plan()),
    "reports.draft": ("report", "report.drafted.v1", a_report()),
    "observations.declare-series": (
        "series", "series.declared.v2", {"name": "n", "kind": "water-level", "unit": "m", "provenance": "p"},
    ),
}  # fmt: skip
IN_SITUATIONS: dict[str, dict[str, Any]] = {
    "logbook.write": {"text": "t", "category": "report"},
    "situation.set-level": {"level": 1},
    "situation.set-clock": {"story_at": "2026-01-01T00:00:00Z", "real_at": "2026-01-01T00:00:00Z", "speed": 1.0},
    "situation.close": {"reason": "r"},
}
OF_THE_HOUSE: dict[str, tuple[str, dict[str, Any]]] = {
    "people.register-organisation": ("above", {"organisation": "", "name": "n", "level": "partner"}),
    "people.enrol": ("person", {"display_name": "n"}),
    "people.erase": ("person", {"reason": "r"}),
    "people.end-role": ("grant", {"reason": "r"}),
    "people.grant-role": ("person", {"grant": "", "organisation": "", "role": "dos"}),
}


async def pair(walk: Walk, command: str, one: dict[str, Any], other: dict[str, Any], **asked: Any) -> None:
    """Two commands that differ by something hidden and something that never was are answered alike."""
    first, second = await walk.command(command, one, **asked), await walk.command(command, other, **asked)
    assert answer_shape(first) == answer_shape(second), f"{walk.name}: {command}: {first.text} / {second.text}"


def answer_shape(answer: httpx2.Response) -> Any:
    """An answer without the identifiers of what it made."""
    if answer.status_code != 200:
        return answer_of(answer)
    said = answer.json()
    return 200, len(said["facts"]), len(said["cursor"]), said["repeated"]


async def walk_commands(walk: Walk) -> None:
    """Commands on hidden things are refused, or granted, as if these did not exist."""
    for command, (member, fact, body) in TARGETS.items():
        by_fact = member in BY_FACT
        for hidden in walk.some_hidden(fact, "" if by_fact else member):
            ghost = walk.ghost(hidden) if by_fact else new_id()
            await pair(walk, command, {member: hidden, **body}, {member: ghost, **body})
    for command, (member, fact, body) in DECLARES.items():
        for hidden in walk.some_hidden(fact, member)[:1]:
            await pair(walk, command, {member: hidden, **body}, {member: new_id(), **body})
    for hidden in walk.some_hidden("resource.declared.v1", "resource")[:1]:
        body = {"name": "n", "kind": "position", "unit": "m", "provenance": "p"}
        declare = "observations.declare-series"
        one, other = ({"series": new_id(), "resource": each, **body} for each in (hidden, new_id()))
        await pair(walk, declare, one, other)
    for hidden in walk.some_hidden("entry.written.v2", "")[:1]:
        lines = [one for one in walk.judge.seen(walk.reader, walk.house.flood) if one.name == "entry.written.v2"]
        for line in lines[:1]:
            body = {"entry": line.id, "text": "t", "reason": "r"}
            answers = [
                await walk.command("logbook.correct", body, follows=[one]) for one in (hidden, walk.ghost(hidden))
            ]
            assert answer_of(answers[0]) == answer_of(answers[1]), walk.name


async def walk_links(walk: Walk) -> None:
    """Naming something hidden in what one says is refused as naming nothing."""
    for command, (member, fact, named, body) in LINKS.items():
        for hidden in walk.some_hidden(fact, named)[:1]:
            await pair(walk, command, {member: hidden, **body}, {member: new_id(), **body})
    for hidden in walk.some_hidden("mission.described.v1", "mission")[:1]:
        one, other = ({"text": "t", "category": "report", "links": [each]} for each in (hidden, new_id()))
        await pair(walk, "logbook.write", one, other)
    for hidden in walk.some_hidden("entry.written.v2", "")[:1]:
        mission = {"title": "t", "owner": NOBODY}
        asked = [{"mission": new_id(), **mission} for _ in range(2)]
        answers = [
            await walk.command("taskings.describe-mission", body, answers=[fact])
            for body, fact in zip(asked, (hidden, walk.ghost(hidden)), strict=True)
        ]
        assert answer_shape(answers[0]) == answer_shape(answers[1]), walk.name


async def walk_commands_elsewhere(walk: Walk) -> None:
    """A command in a situation not to be known of is refused as in one that does not exist; so are the house's."""
    bodies = {**IN_SITUATIONS, **{name: {member: new_id(), **body} for name, (member, _, body) in DECLARES.items()}}
    for name, (member, _, body) in TARGETS.items():
        bodies[name] = {member: f"w{'0' * 20}-1" if member in BY_FACT else new_id(), **body}
    for situation in walk.house.situations.values():
        if walk.knows(situation):
            continue
        for name, body in bodies.items():
            await pair_elsewhere(walk, name, body, situation)
        opened = {"situation": new_id(), "title": "t", "kind": "flood", "mode": "test"}
        await pair_elsewhere(walk, "situation.open", opened, situation)
    if not keeps_the_node(walk.reader):
        someone = walk.house.people["mayor-b"]
        for name, (member, body) in OF_THE_HOUSE.items():
            filled = {key: value or new_id() for key, value in body.items()}
            there = {"above": walk.house.organisations["zone"], "grant": someone.grants[0]}.get(member, someone.id)
            asked = {"situation": None}
            await pair(walk, name, {**filled, member: there}, {**filled, member: new_id()}, **asked)
            assert (await walk.command(name, {**filled, member: there}, **asked)).status_code == 403


async def pair_elsewhere(walk: Walk, name: str, body: dict[str, Any], situation: str) -> None:
    answers = [await walk.command(name, body, situation=one) for one in (situation, new_id())]
    assert answer_of(answers[0]) == answer_of(answers[1]), f"{walk.name}: {name}: {answers[0].text} {answers[1].text}"
    assert answers[0].status_code >= 400


READING = {
    "get /api/v1/situations": walk_situations,
    "get /api/v1/situations/{situation}/facts": walk_facts,
    "get /api/v1/situations/{situation}/picture": walk_picture,
    "get /api/v1/situations/{situation}/logbook": walk_logbook,
    "get /api/v1/situations/{situation}/board": walk_board,
    "get /api/v1/situations/{situation}/presence": walk_counts,
    "get /api/v1/situations/{situation}/histogram": walk_counts,
    "get /api/v1/situations/{situation}/samples": walk_samples,
    "get /api/v1/situations/{situation}/reports": walk_reports,
    "get /api/v1/situations/{situation}/report-proposal": walk_reports,
    "get /api/v1/situations/{situation}/documents": walk_documents,
    "get /api/v1/situations/{situation}/documents/{kind}": walk_documents,
    "get /api/v1/situations/{situation}/exchange": walk_exchange,
    "get /api/v1/situations/{situation}/exchange/{kind}": walk_exchange,
    "post /api/v1/situations/{situation}/files/read": walk_exchange,
    "get /api/v1/directory": walk_directory,
    "get /api/v1/session": walk_own_things,
    "get /api/v1/second-factor": walk_own_things,
    "get /api/v1/sessions": walk_own_things,
    "get /api/v1/sheet-models": walk_own_things,
    "post /api/v1/qr-code": walk_own_things,
    "delete /api/v1/sessions/{session}": walk_own_things,
    "get /api/v1/people": walk_register,
    "get /api/v1/people/{person}": walk_register,
    "get /api/v1/organisations": walk_register,
    "post /api/v1/people/{person}/disable": walk_register,
    "post /api/v1/people/{person}/enable": walk_register,
    "post /api/v1/invitations": walk_register,
    "get /api/v1/connections": walk_feeds,
    "get /api/v1/connections/{connection}/frames": walk_feeds,
    "post /api/v1/connections/{connection}/frames": walk_feeds,
    **{"{} /api/v1/connections/{{connection}}/{}".format(*name.split()): walk_tak for name in OF_TAK},
    "get /api/v1/situations/{situation}/feeds/{feed}/aside": walk_feeds,
    "get /api/v1/walls": walk_walls,
    "post /api/v1/walls": walk_walls,
    "delete /api/v1/walls/{wall}": walk_walls,
    "get /api/v1/files/{sha256}": walk_files,
    "get /api/v1/files/{sha256}/thumbnail": walk_files,
    "put /api/v1/files/{sha256}": walk_files,
}
ONCE = {
    **{
        f"get {path}": walk_public
        for path in (
            "/health", "/ready", "/metrics", "/api/v1/openapi.json", "/api/v1/territory", "/territory/{version}/{name}",
            "/territory/{version}/basemap/{z}/{x}/{y}.mvt", "/territory/{version}/terrain/{z}/{x}/{y}.png",
            "/territory/{version}/depths/{grid}/{band}.png", "/territory/{version}/names", COMPARISON,
            "/api/v1/session/demo", *OGC, *SYMBOLS, *(one.partition("?")[0] for one in QUESTIONS),
        )
    },
    f"post {INSIDE}": walk_public,
    f"post {DEPENDENTS}": walk_public,
    **{
        f"post /api/v1/{path}": walk_doors
        for path in (
            "session", "session/wall", "session/demo", "first-administrator", "password", "second-factor",
            "second-factor/confirm", "second-factor/drop", "invitations/read", "invitations/accept",
        )
    },
}  # fmt: skip
COMMANDS = {*TARGETS, *DECLARES, *LINKS, *IN_SITUATIONS, *OF_THE_HOUSE, "situation.open"}
SIGN_OUT = "delete /api/v1/session"
"""It gives nothing and ends the walker's own session."""


async def test_every_address_is_walked(house: House) -> None:
    async with httpx2.AsyncClient(base_url=house.url) as web:
        paths = (await web.get("/api/v1/openapi.json")).json()["paths"]
    described = {f"{method} {path}" for path, methods in paths.items() for method in methods}
    walked = {*READING, *ONCE, SIGN_OUT, *(f"post /api/v1/commands/{name}" for name in COMMANDS)}
    assert described == walked, "an address that nobody walks may tell anything"


async def read_everything(house: House, wanted: list[tuple[str, str]]) -> None:
    await send_files(house)
    readers = await enrol_readers(house, wanted)
    await walk_all(house, readers, walk_hidden_situations, *dict.fromkeys(READING.values()))
    await walk_all(house, readers[:2], walk_public, walk_doors)


@pytest.mark.timeout(300)
async def test_reading_tells_nothing(house: House) -> None:
    await read_everything(house, BRIEF)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_reading_tells_nothing_to_any_role_in_any_relation(house: House) -> None:
    await read_everything(house, WHOLE)


COMMANDING = [
    ("dos", "own organisation"), ("dos", "own cell"), ("dos", "neighbour"), ("sdis-officer", "fire service"),
    ("dos", "prefecture"), ("observer", "partner"), ("cell-head", "same word, other cell"), ("dos", "next door only"),
]  # fmt: skip


@pytest.mark.timeout(300)
async def test_commanding_tells_nothing(house: House) -> None:
    readers = await enrol_readers(house, COMMANDING)
    await walk_all(house, readers, walk_commands, walk_links, walk_commands_elsewhere)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_commanding_tells_nothing_to_any_role_in_any_relation(house: House) -> None:
    readers = await enrol_readers(house, WHOLE)
    await walk_all(house, readers, walk_commands, walk_links, walk_commands_elsewhere)


# -- what changes when something hidden is said -----------------------------------------------------------------------


async def test_what_is_hidden_changes_nothing_for_others(house: House) -> None:
    """Tags, lists, counts and names are the same before and after; only the sealed cursor is new every time."""
    reader = await house.enrol("onlooker", Role("observer", "red-cross", None, "flood"))
    async with httpx2.AsyncClient(base_url=house.url, headers={"cookie": f"garance={reader.cookie}"}) as web:

        async def look() -> list[Any]:
            base = f"/api/v1/situations/{house.flood}"
            paths = [f"{base}/{one}" for one in ("picture", "logbook", "facts", "presence", "histogram?bins=9")]
            answers = [await web.get(one) for one in (*paths, "/api/v1/situations")]
            found: list[Any] = []
            for answer in answers:
                said = answer.json()
                said.pop("cursor", None)
                found.append((answer.status_code, answer.headers.get("etag"), said))
            return found

        before = await look()
        tags = [tag for _, tag, _ in before if tag]
        assert len(tags) == 2
        for sensitivity in Sensitivity:
            await house.say_things("officer", Label(Audience.ORGANISATION, sensitivity), house.flood)
        await house.say_one_entry("water-a", Label(Audience.CELL, Sensitivity.ORDINARY, "water"))
        assert await look() == before
        for view, tag in zip(("picture", "logbook"), tags, strict=True):
            path = f"/api/v1/situations/{house.flood}/{view}"
            assert (await web.get(path, headers={"if-none-match": tag})).status_code == 304
        await house.say_one_entry("relief", Label())
        after = await look()
        assert after != before
        assert [tag for _, tag, _ in after if tag] != tags


# -- the live stream --------------------------------------------------------------------------------------------------


class StreamWalk(Walk):
    """A walk that also hears who is connected."""

    @property
    def judge_connected(self) -> set[str]:
        """Those connected whom the reader may know of: as a line said to partners would be seen."""
        return {
            one.id for one in self.house.people.values() if not one.wall
            for role in one.roles if sees(self.reader.roles, FLOOD, role.organisation, role.cell, {})
        }  # fmt: skip


class Viewer:
    """A browser of one reader, and all it was sent."""

    def __init__(self, walk: StreamWalk, socket: Any) -> None:
        self.walk = walk
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            text = await self.socket.recv()
        told = self.walk.judge.leaks(self.walk.reader, text) - self.walk.judge_connected
        assert not told, f"{self.walk.name} was sent {told}: {text[:500]}"
        frame: dict[str, Any] = json.loads(text)
        self.frames.append(frame)
        return frame

    async def until(self, kind: str) -> dict[str, Any]:
        while (frame := await self.next())["type"] != kind:
            pass
        return frame

    @property
    def facts(self) -> list[str]:
        return [one["id"] for frame in self.frames if frame["type"] == "facts" for one in frame["facts"]]


STREAMING = [
    *((role, relation) for role in ("dos", "observer") for relation in RELATIONS),
    ("sdis-officer", "fire service"), ("cell-head", "other cell"), ("logbook-secretary", "own cell"),
]  # fmt: skip


async def test_the_stream_tells_nothing(house: House) -> None:
    readers = await enrol_readers(house, STREAMING)
    judge = Judge(house)
    async with AsyncExitStack() as stack, httpx2.AsyncClient(base_url=house.url) as web:
        viewers = [await stream_of(stack, StreamWalk(house, judge, one, web)) for one in readers]
        watching = [one for one in viewers if one is not None]
        assert len(watching) > 15
        for viewer in watching:
            await check_the_past(viewer)
        await asyncio.sleep(house.node.hub.pace.presence_s)
        await speak_live(house, judge, watching)


async def stream_of(stack: AsyncExitStack, walk: StreamWalk) -> Viewer | None:
    """The reader's stream; a situation not to be known of is refused as one that does not exist."""
    place = walk.house.flood
    headers = {"cookie": f"garance={walk.reader.cookie}"}
    base = walk.house.url.replace("http", "ws") + "/api/v1/stream?situation="
    if not walk.knows(place):
        refusals = []
        for one in (place, new_id()):
            with pytest.raises(Exception, match="404") as refused:
                async with connect(base + one, additional_headers=headers):
                    pass
            response = refused.value.response  # type: ignore[attr-defined]
            refusals.append((response.status_code, response.body, sorted(set(response.headers) - {"date"})))
        assert refusals[0] == refusals[1]
        return None
    opened = connect(base + place, additional_headers=headers, max_size=None, close_timeout=1)
    socket = await stack.enter_async_context(opened)
    return Viewer(walk, socket)


async def check_the_past(viewer: Viewer) -> None:
    """Catching up shows what may be seen, in pages measured by what is seen."""
    await viewer.until("live")
    seen = viewer.walk.judge.seen(viewer.walk.reader, viewer.walk.house.flood)
    shown = viewer.facts
    assert shown == [one.id for one in seen[: len(shown)]], viewer.walk.name
    late = [one for one in seen[len(shown) :] if one.name != "personal-data.read.v1"]
    assert not late, "only readings, recorded meanwhile, may come after"
    page = viewer.walk.house.node.hub.pace.page_lines
    sizes = [len(frame["facts"]) for frame in viewer.frames if frame["type"] == "facts"]
    told = sum(1 for one in seen if one.name != "personal-data.read.v1")
    assert all(size == page for size in sizes[: told // page]), (viewer.walk.name, sizes)


async def speak_live(house: House, judge: Judge, watching: list[Viewer]) -> None:
    """Each says something under each label; whoever may not see it is sent nothing at all for it."""
    for viewer in watching:
        viewer.frames.clear()
    start = len(judge.facts())
    for audience in Audience:
        for sensitivity in Sensitivity:
            label = Label(audience, sensitivity, "water" if audience is Audience.CELL else None)
            await house.say_one_entry("water-a", label)
            if audience is not Audience.CELL:
                await house.say_one_entry("officer", label)
    for series in house.series:
        await house.measure(series.id)
    await asyncio.sleep(0.3)
    last = await house.say("relief", "logbook.write", {"text": mark(), "category": "report"}, where=house.flood,
                           label=Label(Audience.PUBLIC))  # fmt: skip
    new = [one for one in judge.facts()[start:] if one.name.startswith("entry.")]
    for viewer in watching:
        while last not in viewer.facts:
            await viewer.next()
        seen = {one.id for one in judge.seen(viewer.walk.reader, house.flood)}
        assert [one for one in viewer.facts if one in {each.id for each in new}] == [
            one.id for one in new if one.id in seen
        ], viewer.walk.name
        assert all(frame["facts"] for frame in viewer.frames if frame["type"] == "facts"), "an empty frame tells"
        followed = {one for frame in viewer.frames if frame["type"] == "tracks" for one in frame["series"]}
        wanted = {one.id for one in house.series if one.fact in seen and one.situation == house.flood}
        assert followed == wanted, viewer.walk.name
        assert {frame["type"] for frame in viewer.frames} <= {"facts", "tracks", "clock", "presence"}


# -- readings, and the time it takes ----------------------------------------------------------------------------------


async def test_a_record_of_reading_names_only_what_its_reader_may_see(house: House) -> None:
    """Someone of another cell may see who read personal data, but not which lines of a cell that is not theirs."""
    reader = await house.enrol("cell-reader", Role("dos", "commune-a", "water", "flood"))
    auditor = await house.enrol("auditor", Role("dos", "commune-a", "logistics", "flood"))
    judge = Judge(house)
    await house.say_one_entry("water-a", Label(Audience.CELL, Sensitivity.PERSONAL, "water"))
    async with httpx2.AsyncClient(base_url=house.url) as web:
        path = f"/api/v1/situations/{house.flood}/facts"
        await every_fact(Walk(house, judge, reader, web), path)
        shown = await every_fact(Walk(house, judge, auditor, web), path)
    readings = [one for one in shown if one["name"] == "personal-data.read.v1"]
    hidden = {one.id for one in judge.hidden(auditor, house.flood)}
    recorded = {one for fact in judge.facts() if fact.name == "personal-data.read.v1" for one in fact.body["facts"]}
    assert readings
    assert recorded & hidden, "some of what was read is not for the auditor"
    assert not hidden & {named for one in readings for named in one["body"]["facts"]}


async def test_what_is_hidden_takes_the_same_path_as_what_is_not(house: House) -> None:
    """Nothing more is read from disk for what is hidden than for what never was: its time cannot tell them apart.

    The path is counted, not timed: a busy machine is not a fault.
    """
    reader = await house.enrol("watcher", Role("observer", "red-cross", None, "flood"))
    hidden_series = next(one for one in house.series if one.situation == house.next_door)
    async with httpx2.AsyncClient(base_url=house.url) as web:
        walk = Walk(house, Judge(house), reader, web)
        base = f"/api/v1/situations/{house.flood}"
        own = next(iter(walk.some_hidden("series.declared.v2", "series")))
        entry = walk.some_hidden("entry.written.v2", "")[0]
        pairs = [
            *((f"/api/v1/situations/{house.next_door}/{view}", f"/api/v1/situations/{new_id()}/{view}")
              for view in ("facts", "picture", "logbook", "presence", "histogram")),
            (f"{base}/samples?series={own}", f"{base}/samples?series={new_id()}"),
            (f"{base}/samples?series={hidden_series.id}", f"{base}/samples?series={new_id()}"),
            (f"{base}/logbook?after={entry}", f"{base}/logbook?after={walk.ghost(entry)}"),
            (f"/api/v1/directory?situation={house.next_door}", f"/api/v1/directory?situation={new_id()}"),
        ]  # fmt: skip
        for hidden, ghost in pairs:
            await walk.ask("GET", hidden)
            read = [await reads(house, walk, path) for path in (hidden, ghost)]
            assert read[0] == read[1], hidden


async def reads(house: House, walk: Walk, path: str) -> Counter[str]:
    """How often each way of reading what is kept is used for one request."""
    used: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        for kept in (house.node.store, house.node.tracks):
            for name in ("read", "chain", "rows", "tail", "receipt", "last_position", "kinds"):
                whole = getattr(kept, name, None)
                if whole is not None:
                    patch.setattr(kept, name, counted(used, name, whole), raising=False)
        await walk.ask("GET", path)
    return used


def counted(used: Counter[str], name: str, whole: Callable[..., Any]) -> Callable[..., Any]:
    def count(*arguments: Any, **named: Any) -> Any:
        used[name] += 1
        return whole(*arguments, **named)

    return count


def test_the_relations_cover_the_organisations() -> None:
    assert {one for one, _, _ in RELATIONS.values()} == {
        "commune-a", "commune-b", "epci", "sdis", "prefecture", "zone", "red-cross",
    }  # fmt: skip
    assert NEXT_DOOR.engaged == {"commune-b"}
