"""The leak walk: every reader asks a whole node for everything it has, and is given nothing but what is theirs.

Who sees what is written here by hand, in tables that owe nothing to `garance.access`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from support.live import Client
from support.running_node import settings_for
from support.serving import served
from support.story import entry, oid, point, resource, series, shape
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from garance.domain.people.facts import Level, OrganisationRegistered, PersonalDataRead, PersonEnrolled, RoleGranted
from garance.domain.vocabulary import Body
from garance.kernel.fact import Fact
from garance.kernel.identity import new_id
from garance.server.app import Opened, open_app
from garance.server.sign_in.house import operator

AUDIENCES = ("cell", "organisation", "partners", "level-above", "public")
SENSITIVITIES = ("ordinary", "personal", "health", "restricted")
CONCERNS = ("entry", "shape", "resource", "series")
COMMAND_OF = {
    "entry": "logbook.write",
    "shape": "drawings.draw",
    "resource": "resources.declare",
    "series": "observations.declare-series",
}
SITUATION, ABSENT, ELSEWHERE = oid("leaks"), oid("no-such-situation"), oid("another-situation")

ORGANISATIONS = [
    ("prefecture", Level.DEPARTEMENT, None),
    ("a", Level.COMMUNE, "prefecture"),
    ("b", Level.COMMUNE, "prefecture"),
    ("sdis", Level.DEPARTEMENT, None),
    ("red-cross", Level.PARTNER, None),
]


@dataclass(frozen=True)
class Who:
    """A reader, as the matrix of rights has them.

    `a_terrain`, `sdis_ops`: the nearest audience they are in, of what the cell `terrain` of commune A says, and the
    cell `ops` of the SDIS. `own`: the same of what their own organisation says without any cell.
    """

    organisation: str
    role: str
    cell: str | None
    a_terrain: str
    sdis_ops: str
    others: str
    reads: frozenset[str]


def reads(*more: str) -> frozenset[str]:
    """What kinds of care a reader may read."""
    return frozenset({"ordinary", *more})


INSIDE = {
    "dos": Who("a", "dos", None, "organisation", "partners", "partners", reads("personal", "restricted")),
    "rac": Who("a", "rac", None, "organisation", "partners", "partners", reads("personal", "restricted")),
    "chief": Who("a", "cell-head", "terrain", "cell", "partners", "partners", reads("personal")),
    "other-chief": Who("a", "cell-head", "shelter", "organisation", "partners", "partners", reads("personal")),
    "secretary": Who("a", "logbook-secretary", None, "organisation", "partners", "partners", reads("personal")),
    "observer": Who("a", "observer", None, "organisation", "partners", "partners", reads()),
    "keeper": Who("a", "administrator", None, "organisation", "partners", "partners", reads()),
    "officer": Who("sdis", "sdis-officer", "ops", "partners", "cell", "partners",
                   reads("personal", "health", "restricted")),
    "fire-observer": Who("sdis", "observer", None, "partners", "organisation", "partners", reads()),
    "prefect": Who("prefecture", "prefecture-duty-officer", None, "level-above", "level-above", "level-above",
                   reads("personal", "restricted")),
    "helper": Who("red-cross", "partner", None, "partners", "partners", "partners", reads()),
    "wall": Who("a", "observer", None, "organisation", "partners", "partners", reads()),
}  # fmt: skip
OUTSIDE = ("neighbour", "elsewhere", "nobody")
"""The mayor of commune B; somebody of B with a role in another situation only; a person without any role."""

BESIDE = {"officer", "fire-observer", "helper", "neighbour", "elsewhere"}
"""Who may know of the situation of commune B, which it told its partners of: not commune A, nor the level above."""

AUTHORS = {"chief": "terrain", "officer": "ops"}


def sees(who: Who, organisation: str, cell: str | None, audience: str, sensitivity: str) -> bool:
    """The matrix of rights: whether that reader may know of what was said there, for them."""
    if sensitivity not in who.reads:
        return False
    if (organisation, cell) == ("a", "terrain"):
        nearest = who.a_terrain
    elif (organisation, cell) == ("sdis", "ops"):
        nearest = who.sdis_ops
    elif organisation == who.organisation:
        nearest = "cell" if cell == who.cell else "organisation"
    else:
        nearest = who.others
    return AUDIENCES.index(audience) >= AUDIENCES.index(nearest)


@dataclass
class Said:
    """One marked fact: its word, the thing it is about, and the number its samples bear."""

    author: str
    concern: str
    audience: str
    sensitivity: str
    number: float
    fact: str = ""
    command: str = ""

    @property
    def word(self) -> str:
        """A word found nowhere else."""
        return f"zz{'-'.join((self.author, self.concern, self.audience, self.sensitivity))}zz"

    @property
    def thing(self) -> str:
        """The identifier of what is declared."""
        return oid(self.word)

    def body(self) -> dict[str, Any]:
        """What is said, the word in every text."""
        if self.concern == "entry":
            return entry(self.word, sender=self.word)
        if self.concern == "shape":
            return shape(self.word)
        if self.concern == "resource":
            return resource(self.word, geometry=point(-1, 46))
        return series(self.word, provenance=self.word)

    def for_(self, who: Who) -> bool:
        """Whether that reader may know of it."""
        organisation = "a" if self.author == "chief" else "sdis"
        return sees(who, organisation, AUTHORS[self.author], self.audience, self.sensitivity)


def everything() -> list[Said]:
    """One fact of each author, concern and label."""
    labels = [(a, c, u, s) for a in AUTHORS for c in CONCERNS for u in AUDIENCES for s in SENSITIVITIES]
    return [Said(*label, number=77_000.5 + place) for place, label in enumerate(labels)]


@dataclass
class World:
    """The node, everybody's way in, and all that was said."""

    opened: Opened
    url: str
    tokens: dict[str, tuple[str, str]]
    said: list[Said] = field(default_factory=list)
    sha256: str = "0" * 64
    beside: str = ""
    read: list[Fact[Body]] = field(default_factory=list)
    upto: int = 0
    browsers: dict[str, httpx2.AsyncClient] = field(default_factory=dict)

    def web(self, name: str) -> httpx2.AsyncClient:
        """That reader's browser, the same all along."""
        if name not in self.browsers:
            token, csrf = self.tokens[name]
            headers = {"cookie": f"garance={token}", "x-garance-csrf": csrf}
            self.browsers[name] = httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=20, verify=False)
        return self.browsers[name]

    @asynccontextmanager
    async def stream(self, name: str, situation: str = SITUATION) -> AsyncIterator[Client]:
        """That reader's live stream, from the beginning."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/v1/stream?situation={situation}"
        cookie = {"Cookie": f"garance={self.tokens[name][0]}"}
        async with connect(address, additional_headers=cookie, close_timeout=1, max_size=None) as socket:
            yield Client(socket)

    def facts(self) -> list[Fact[Body]]:
        """Every fact of the situation, as the journal has it."""
        node = self.opened.node
        for line in node.store.read(self.upto, 100_000, situation=SITUATION):
            self.read.append(node.reader.read(line))
            self.upto = line.position
        return self.read

    def visible(self, name: str) -> list[Fact[Body]]:
        """Those of them that the matrix gives to that reader."""
        who, everyone = INSIDE[name], {oid(f"org-{one}"): one for one, _, _ in ORGANISATIONS}

        def seen(fact: Fact[Body]) -> bool:
            organisation, label = everyone[fact.author.organisation], fact.label
            return sees(who, organisation, fact.author.cell, label.audience.value, label.sensitivity.value)

        facts = self.facts()
        allowed = {fact.id for fact in facts if seen(fact)}
        readings = {f.id: f.body.facts for f in facts if isinstance(f.body, PersonalDataRead)}
        told = {one for one, named in readings.items() if not allowed.isdisjoint(named)}
        return [fact for fact in facts if fact.id in allowed and (fact.id not in readings or fact.id in told)]

    def check(self, name: str, raw: bytes) -> None:
        """Refuse any byte that is not that reader's."""
        who = INSIDE.get(name)
        mine = [one for one in self.said if who is not None and one.for_(who)]
        text = raw.decode("utf-8", "replace")
        named = set(re.findall(r"w[0-9a-f]{20}-\d+", text))
        allowed = {fact.id for fact in self.visible(name)} if who is not None and named else set[str]()
        allowed |= {self.beside} if name in BESIDE else set()
        others = [one for one in self.said if one not in mine]
        assert set(re.findall(r"zz[a-z-]+zz", text)) <= {one.word for one in mine}
        assert {float(n) for n in re.findall(r"77\d\d\d\.5", text)} <= {one.number for one in mine}
        assert named <= allowed
        uuids = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text))
        assert not uuids & {hidden for one in others for hidden in (one.thing, one.command)}
        if who is None:
            assert SITUATION not in uuids, uuids
            assert "Crue" not in text

    async def command(self, name: str, command: str, body: dict[str, Any], **more: Any) -> httpx2.Response:
        """Ask for something as that reader."""
        asked = {"id": new_id(), "situation": SITUATION, "role": oid(f"grant-{name}"), "body": body, **more}
        web = self.web(name)
        return await web.post(f"/api/v1/commands/{command}", json=asked)

    async def say(self, one: Said) -> None:
        """Record a marked fact, and samples of it if it is a series."""
        label = {"audience": one.audience, "sensitivity": one.sensitivity}
        if one.audience == "cell":
            label["cell"] = AUTHORS[one.author]
        one.command = new_id()
        answer = await self.command(one.author, COMMAND_OF[one.concern], one.body(), label=label, id=one.command)
        assert answer.status_code == 200, answer.text
        one.fact = answer.json()["facts"][0]
        if one.concern == "series":
            await self.opened.node.measures.observe(one.thing, [[1_700_000_000_000, one.number]])
        self.said.append(one)


def house() -> list[Body]:
    """Everybody."""
    bodies: list[Body] = [
        OrganisationRegistered(
            organisation=oid(f"org-{name}"), name=name, level=level, above=oid(f"org-{above}") if above else None
        )
        for name, level, above in ORGANISATIONS
    ]
    roles: dict[str, tuple[str, str, str | None, str | None]]
    roles = {name: (who.organisation, who.role, who.cell, None) for name, who in INSIDE.items() if name != "wall"}
    roles["neighbour"] = ("b", "dos", None, None)
    roles["elsewhere"] = ("b", "observer", None, ELSEWHERE)
    for name in [*roles, "nobody"]:
        bodies.append(PersonEnrolled(person=oid(name), display_name=f"Name of {name}"))
    for name, (organisation, role, cell, situation) in roles.items():
        bodies.append(
            RoleGranted(
                grant=oid(f"grant-{name}"), person=oid(name), organisation=oid(f"org-{organisation}"), role=role,
                cell=cell, situation=situation,
            )
        )  # fmt: skip
    return bodies


@asynccontextmanager
async def world(folder: Path, said: list[Said]) -> AsyncIterator[World]:
    """The whole node, served, with all that said in the situation of commune A."""
    settings = settings_for(folder)
    async with (
        open_app(settings) as opened,
        served(opened.app, settings, stopping=opened.stopping, websocket_protocol=opened.websocket_protocol) as running,
    ):
        node = opened.node
        await node.house.record(operator(node.house), house)
        sessions = node.sign_in.sessions
        secret, _ = sessions.make_wall(situation=SITUATION, organisation=oid("org-a"), title="Salle")
        ways = {name: sessions.open(oid(name)) for name in (*INSIDE, *OUTSIDE) if name != "wall"}
        ways["wall"] = sessions.open_wall(secret)
        place = World(opened, running.url, {name: (way.token, way.reader.csrf) for name, way in ways.items()})
        for name, situation in (("dos", SITUATION), ("neighbour", ELSEWHERE)):
            body = {"situation": situation, "title": "Crue" if name == "dos" else "B", "kind": "flood",
                    "mode": "exercise"}  # fmt: skip
            opening = await place.command(name, "situation.open", body, situation=None)
            assert opening.status_code == 200, opening.text
            place.beside = opening.json()["facts"][0]
        await asyncio.gather(*(place.say(one) for one in said))
        try:
            yield place
        finally:
            for browser in place.browsers.values():
                await browser.aclose()


# -- what is asked at every address ---------------------------------------------------------------------------------

S = "/api/v1/situations/{situation}"


def _samples(place: World, situation: str) -> list[str]:
    asked = ("ordinary", "health")  # the others are asked for where counts are checked
    known = [one.thing for one in place.said if one.concern == "series" and one.sensitivity in asked]
    return [f"/api/v1/situations/{situation}/samples?series={one}" for one in [*known, oid("no-such-series")]]


def _documents(place: World, situation: str) -> list[str]:
    base = f"/api/v1/situations/{situation}/documents"
    texts = [f"{base}/{kind}?format=text" for kind in ("logbook", "means", "drawings", "situation-report", "operation")]
    return [*texts, f"{base}/logbook?format=text&{MOMENT}", f"{base}/census?blank=1", f"{base}/no-such-kind"]


def _same(path: str) -> Callable[[World, str], list[str]]:
    return lambda place, situation: [path.replace("{situation}", situation)]


def _with(path: str, *queries: str) -> Callable[[World, str], list[str]]:
    return lambda place, situation: [path.replace("{situation}", situation) + query for query in ("", *queries)]


MOMENT = "at=2100-01-01T00:00:00Z"
OF_TAK = ("invitations", "devices", "trust-package")
ASKED: dict[str, Callable[[World, str], list[str]]] = {
    "/api/v1/session": _same("/api/v1/session"),
    "/api/v1/session/demo": _same("/api/v1/session/demo"),
    "/api/v1/second-factor": _same("/api/v1/second-factor"),
    "/api/v1/sessions": _same("/api/v1/sessions"),
    "/api/v1/situations": _with("/api/v1/situations", "?limit=1"),
    f"{S}/facts": _with(f"{S}/facts", "?limit=500", "?limit=7", "?after=wrong"),
    f"{S}/picture": _with(f"{S}/picture", f"?{MOMENT}", f"?{MOMENT}&by=recorded", "?at=2020-01-01T00:00:00Z"),
    f"{S}/logbook": _with(f"{S}/logbook", "?limit=500", "?limit=3&newest_first=true", f"?{MOMENT}"),
    f"{S}/board": _with(f"{S}/board", "?kind=mission", "?limit=1", f"?{MOMENT}&by=recorded", "?after=mission.x"),
    f"{S}/presence": _with(f"{S}/presence", f"?{MOMENT}"),
    f"{S}/histogram": _with(f"{S}/histogram", "?by=recorded", "?bins=2000"),
    f"{S}/samples": _samples,
    f"{S}/reports": _with(f"{S}/reports", "?limit=1", f"?{MOMENT}&by=recorded"),
    f"{S}/report-proposal": _with(f"{S}/report-proposal", "?language=en"),
    f"{S}/documents": _same(f"{S}/documents"),
    f"{S}/documents/{{kind}}": _documents,
    f"{S}/exchange": _same(f"{S}/exchange"),
    f"{S}/exchange/{{kind}}": lambda place, situation: [
        f"/api/v1/situations/{situation}/exchange/{kind}" for kind in ("geojson", "kml", "csv")
    ],
    "/api/v1/directory": lambda place, situation: [f"/api/v1/directory?situation={situation}"],
    "/api/v1/walls": _same("/api/v1/walls"),
    "/api/v1/connections": _same("/api/v1/connections"),
    "/api/v1/connections/{connection}/frames": _same("/api/v1/connections/none/frames"),
    **{f"/api/v1/connections/{{connection}}/{each}": _same(f"/api/v1/connections/none/{each}") for each in OF_TAK},
    f"{S}/feeds/{{feed}}/aside": _same(f"{S}/feeds/{oid('feed')}/aside"),
    "/api/v1/people": _same("/api/v1/people"),
    "/api/v1/people/{person}": lambda place, situation: [
        f"/api/v1/people/{oid(name)}" for name in ("dos", "nobody", "no-such-person")
    ],
    "/api/v1/organisations": _same("/api/v1/organisations"),
    "/api/v1/sheet-models": _with("/api/v1/sheet-models", "?limit=1", "?hazard=flood", "?after=no-such-sheet"),
    "/api/v1/territory": _same("/api/v1/territory"),
    "/api/v1/symbol-sets": _same("/api/v1/symbol-sets"),
    "/api/v1/symbol-sets/{charter}": _same("/api/v1/symbol-sets/french-civil-security"),
    "/territory/{version}/{name}": _same("/territory/1/manifest.json"),
    "/territory/{version}/basemap/{z}/{x}/{y}.mvt": _same("/territory/0123456789abcdef/basemap/6/31/22.mvt"),
    "/territory/{version}/terrain/{z}/{x}/{y}.png": _same("/territory/0123456789abcdef/terrain/8/127/91.png"),
    "/territory/{version}/depths/{grid}/{band}.png": _same(
        "/territory/0123456789abcdef/depths/water-depths-steps/1.png"
    ),
    "/api/v1/territory/depths": _same("/api/v1/territory/depths"),
    "/api/v1/territory/depths/{grid}/{band}/comparison": _same(
        "/api/v1/territory/depths/water-depths-steps/1/comparison"
    ),
    "/territory/{version}/names": _same("/territory/0123456789abcdef/names"),
    "/api/v1/territory/search": _same("/api/v1/territory/search?q=zz"),
    "/api/v1/territory/here": _same("/api/v1/territory/here?lon=-1.0&lat=45.9"),
    "/api/v1/territory/profile": _same("/api/v1/territory/profile?line=-1.0,45.9;-1.1,45.9"),
    "/api/v1/territory/route": _same("/api/v1/territory/route?from=-1.0,45.9&to=-1.1,45.9"),
    "/ogc": _same("/ogc"),
    "/ogc/api": _same("/ogc/api"),
    "/ogc/conformance": _same("/ogc/conformance"),
    "/ogc/collections": _same("/ogc/collections"),
    "/ogc/collections/{collection}": _same("/ogc/collections/roads"),
    "/ogc/collections/{collection}/schema": _same("/ogc/collections/roads/schema"),
    "/ogc/collections/{collection}/items": _same("/ogc/collections/roads/items?limit=5"),
    "/ogc/collections/{collection}/items/{number}": _same("/ogc/collections/roads/items/1"),
    "/api/v1/files/{sha256}": lambda place, situation: [f"/api/v1/files/{place.sha256}"],
    "/api/v1/files/{sha256}/thumbnail": lambda place, situation: [f"/api/v1/files/{place.sha256}/thumbnail"],
    "/health": _same("/health"),
    "/ready": _same("/ready"),
    "/metrics": _same("/metrics"),
    "/api/v1/openapi.json": _same("/api/v1/openapi.json"),
}


async def addresses(place: World, situation: str) -> list[str]:
    """Every GET of the description, filled in; one that this test does not know fails it."""
    web = place.web("nobody")
    paths = (await web.get("/api/v1/openapi.json")).json()["paths"]
    described = {path for path, methods in paths.items() if "get" in methods}
    assert described == set(ASKED)
    return [url for path in sorted(described) for url in ASKED[path](place, situation)]


async def test_every_address_gives_each_reader_only_what_is_theirs(tmp_path: Path) -> None:
    async with world(tmp_path, everything()) as place:
        urls = await addresses(place, SITUATION)
        for name in (*INSIDE, *OUTSIDE):
            web = place.web(name)
            for url in urls:
                answer = await web.get(url)
                assert answer.status_code < 500, (name, url, answer.text)
                # what the reader may see is worked out after the answer: reading is itself said
                place.check(name, answer.content + str(answer.headers).encode())


async def test_every_reader_is_given_all_that_is_theirs_and_counts_tell_of_nothing_else(tmp_path: Path) -> None:
    async with world(tmp_path, everything()) as place:
        for name in INSIDE:
            web = place.web(name)
            await _check_counts(place, name, web)


async def _check_counts(place: World, name: str, web: httpx2.AsyncClient) -> None:
    base, who = f"/api/v1/situations/{SITUATION}", INSIDE[name]
    mine = [one for one in place.said if one.for_(who)]
    expected = place.visible(name)
    for query in ("", "?by=recorded", "?bins=7"):
        assert sum((await web.get(f"{base}/histogram{query}")).json()["bins"]) == len(expected)
    spoken = (await web.get(f"{base}/presence")).json()["people"]
    counted = {(one["person"], one["role"]): one["facts"] for one in spoken}
    assert counted == {(f.author.person, f.author.role): sum(o.author == f.author for o in expected) for f in expected}
    listed = (await web.get(f"{base}/facts?limit=500")).json()
    assert [one["id"] for one in listed["facts"]] == [fact.id for fact in expected]
    assert listed["more"] is False
    items = (await web.get(f"{base}/logbook?limit=500")).json()["items"]
    assert {one["entry"] for one in items} == {one.fact for one in mine if one.concern == "entry"}
    assert len(items) == sum(one.concern == "entry" for one in mine)
    picture = (await web.get(f"{base}/picture")).json()
    for member, concern in (("resources", "resource"), ("shapes", "shape"), ("series", "series")):
        assert {one["id"] for one in picture[member]} == {one.thing for one in mine if one.concern == concern}
    for one in place.said:
        if one.concern == "series":
            answer = await web.get(f"{base}/samples?series={one.thing}")
            assert answer.status_code == (200 if one in mine else 404)
            if one in mine:
                assert answer.json()["samples"] == [[1_700_000_000_000, one.number]]


# -- what does not exist, and what is not yours ---------------------------------------------------------------------


def alike(answer: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that can be told from an answer."""
    moving = {"date", "x-request-id"}
    headers = sorted((key, value) for key, value in answer.headers.multi_items() if key.lower() not in moving)
    return answer.status_code, answer.content, headers


def few() -> list[Said]:
    """One fact of each author and concern, for a cell only."""
    return [one for one in everything() if one.audience == "cell" and one.sensitivity == "ordinary"]


async def test_for_an_outsider_the_situation_does_not_exist(tmp_path: Path) -> None:
    async with world(tmp_path, few()) as place:
        real, absent = await addresses(place, SITUATION), await addresses(place, ABSENT)
        compared = [pair for pair in zip(real, absent, strict=True) if pair[0] != pair[1]]
        assert len(compared) > 10
        for name in OUTSIDE:
            web = place.web(name)
            for one, other in compared:
                theirs, nobodys = await web.get(one), await web.get(other)
                assert theirs.status_code in {404, 422}, one
                assert alike(theirs) == alike(nobodys), (name, one)
            await _check_outsider_acts(place, name)


async def _check_outsider_acts(place: World, name: str) -> None:
    for command, body in (
        ("logbook.write", entry("Bonjour")),
        ("logbook.strike", {"entry": place.said[0].fact, "reason": "faux"}),
        ("situation.set-level", {"level": 2}),
        ("situation.close", {"reason": "fini"}),
        ("drawings.draw", shape("intrusion")),
    ):
        theirs = await place.command(name, command, body)
        assert theirs.status_code >= 400
        assert alike(theirs) == alike(await place.command(name, command, body, situation=ABSENT)), (name, command)
    told: list[tuple[Any, ...]] = []
    web = place.web(name)
    for situation in (SITUATION, ABSENT):
        wanted = {"situation": situation, "organisation": oid("org-a"), "title": "Mur"}
        told.append(alike(await web.post("/api/v1/walls", json=wanted)))
        told.append(await _denied(place, name, situation))
    assert told[:2] == told[2:]


async def _denied(place: World, name: str, situation: str) -> tuple[int, bytes]:
    try:
        async with place.stream(name, situation):
            raise AssertionError("an outsider was let in")
    except InvalidStatus as refused:
        return refused.response.status_code, bytes(refused.response.body or b"")


async def test_hidden_things_are_refused_exactly_as_things_that_do_not_exist(tmp_path: Path) -> None:
    async with world(tmp_path, everything()) as place:
        writer = place.said[0].fact.rpartition("-")[0]
        hidden = [one for one in place.said if not one.for_(INSIDE["dos"]) and one.sensitivity != "personal"]
        asked = 0
        for one in hidden:
            missing = f"{writer}-999999" if one.concern == "entry" else oid("missing")
            target = one.fact if one.concern == "entry" else one.thing
            for command, make in AMENDED[one.concern].items():
                theirs = await place.command("dos", command, make(target))
                assert theirs.status_code >= 400, (command, theirs.text)
                assert alike(theirs) == alike(await place.command("dos", command, make(missing))), (command, one.word)
                asked += 1
        assert asked > 80


AMENDED: dict[str, dict[str, Callable[[str], dict[str, Any]]]] = {
    "entry": {
        "logbook.strike": lambda id: {"entry": id, "reason": "faux"},
        "logbook.correct": lambda id: {"entry": id, "reason": "faux", "text": "autre"},
        "acknowledgements.give": lambda id: {"fact": id},
    },
    "shape": {
        "drawings.reshape": lambda id: {"shape": id, "geometry": shape()["geometry"]},
        "drawings.describe": lambda id: {"shape": id, "name": "n", "kind": "flooded-area", "state": "planned"},
        "drawings.end": lambda id: {"shape": id, "reason": "fini"},
    },
    "resource": {
        "resources.move": lambda id: {"resource": id, "geometry": point(-1, 46)},
        "resources.set-state": lambda id: {"resource": id, "state": "engaged"},
        "observations.declare-series": lambda id: {**series(new_id()), "resource": id},
    },
    "series": {},
}


async def test_facts_named_as_followed_and_identifiers_taken_tell_of_nothing_hidden(tmp_path: Path) -> None:
    async with world(tmp_path, few()) as place:
        writer = place.said[0].fact.rpartition("-")[0]
        hidden = {one.concern: one for one in place.said if one.author == "officer"}
        assert (await place.command("dos", "resources.declare", resource("seen"))).status_code == 200
        move = {"resource": oid("seen"), "geometry": point(-1, 46)}
        told = [
            alike(await place.command("dos", "resources.move", move, follows=[fact]))
            for fact in [*(one.fact for one in place.said), f"{writer}-999999"]
        ]
        assert told[-1][0] >= 400
        assert all(one == told[-1] for one in told)
        for concern in ("shape", "resource", "series"):
            body = {**hidden[concern].body(), "name": "Mine"}
            taken = await place.command("dos", COMMAND_OF[concern], body)
            new = await place.command("dos", COMMAND_OF[concern], {**body, concern: new_id()})
            assert (taken.status_code, new.status_code) == (200, 200), (concern, taken.text)
        web = place.web("dos")
        picture = (await web.get(f"/api/v1/situations/{SITUATION}/picture")).json()
        samples = await web.get(f"/api/v1/situations/{SITUATION}/samples?series={hidden['series'].thing}")
        assert picture["conflicts"] == []
        assert {one["name"] for member in ("shapes", "series") for one in picture[member]} == {"Mine"}
        assert samples.json()["samples"] == []


# -- what moves when something hidden is said ----------------------------------------------------------------------

UNMOVED = ("chief", "other-chief", "secretary", "observer", "keeper", "fire-observer", "helper", "wall")
"""Readers who are not shown the record of their own readings, which moves the tag of those who are."""


async def test_no_tag_moves_when_something_hidden_is_said(tmp_path: Path) -> None:
    async with world(tmp_path, everything()[:40]) as place:
        views = [f"/api/v1/situations/{SITUATION}/{view}" for view in ("picture", "logbook")]
        tags: dict[tuple[str, str], str] = {}
        for name in UNMOVED:
            web = place.web(name)
            tags |= {(name, view): (await web.get(view)).headers["etag"] for view in views}
        for concern in CONCERNS:
            await place.say(Said("officer", concern, "cell", "health", number=77_900.5))
        for (name, view), tag in tags.items():
            web = place.web(name)
            again = await web.get(view, headers={"if-none-match": tag})
            assert again.status_code == 304, (name, view)
        await place.say(Said("officer", "entry", "public", "ordinary", number=77_901.5))
        for (name, view), tag in tags.items():
            web = place.web(name)
            assert (await web.get(view, headers={"if-none-match": tag})).status_code == 200, (name, view)


# -- the live stream -----------------------------------------------------------------------------------------------


async def test_the_stream_gives_each_reader_only_what_is_theirs(tmp_path: Path) -> None:
    async with world(tmp_path, everything()) as place:
        for name in INSIDE:
            expected = [fact.id for fact in place.visible(name)]
            async with place.stream(name) as client:
                await client.until("live")
                raw = _raw(client)
                shown = [one["id"] for frame in client.frames if frame["type"] == "facts" for one in frame["facts"]]
                assert shown[: len(expected)] == expected
                place.check(name, raw)


async def test_nothing_is_sent_when_something_hidden_is_said(tmp_path: Path) -> None:
    fence = Said("officer", "series", "public", "ordinary", number=77_800.5)
    async with world(tmp_path, [*few(), fence]) as place:
        for name in UNMOVED:
            async with place.stream(name) as client:
                await client.until("live")
                before = len(client.frames)
                secret = [Said("officer", concern, "cell", "health", number=77_900.5) for concern in CONCERNS]
                for one in secret:
                    await _say_again(place, one)
                await place.command("officer", "logbook.write", entry(f"last for {name}"))
                await place.opened.node.measures.observe(fence.thing, [[_next_ms(), fence.number]])
                while not _has(client.frames[before:], fence.thing):
                    await client.next()
                frames = [frame for frame in client.frames[before:] if frame["type"] == "facts"]
                assert [[one["body"]["text"] for one in frame["facts"]] for frame in frames] == [[f"last for {name}"]]
                mine = {one.thing for one in place.said if one.for_(INSIDE[name])}
                assert {each for frame in client.frames for each in frame.get("series", {})} <= mine
                place.check(name, _raw(client))


def _has(frames: list[dict[str, Any]], series: str) -> bool:
    """Whether facts have come, and samples of that series."""
    return any(f["type"] == "facts" for f in frames) and any(series in f.get("series", {}) for f in frames)


async def _say_again(place: World, one: Said) -> None:
    """Something hidden, under an identifier of its own."""
    label = {"audience": "cell", "sensitivity": "health", "cell": "ops"}
    body = one.body()
    if one.concern != "entry":
        body[one.concern] = new_id()
    answer = await place.command("officer", COMMAND_OF[one.concern], body, label=label)
    assert answer.status_code == 200, answer.text
    if one.concern == "series":
        await place.opened.node.measures.observe(body["series"], [[1_700_000_000_000, one.number]])


async def test_samples_and_presence_go_to_those_who_may_know(tmp_path: Path) -> None:
    said = [one for one in everything() if one.concern == "series"]
    async with world(tmp_path, said) as place:
        for name in INSIDE:
            async with place.stream("officer"), place.stream(name) as client:
                await client.until("live")
                for one in said:
                    await place.opened.node.measures.observe(one.thing, [[_next_ms(), one.number]])
                mine = {one.thing for one in said if one.for_(INSIDE[name])}
                told: set[str] = set()
                while not mine <= told:
                    told |= set((await client.until("tracks"))["series"])
                assert told == mine
                people = {one["person"] for f in client.frames if f["type"] == "presence" for one in f["people"]}
                if name == "prefect":
                    assert people <= {oid("prefect")}
                else:
                    assert people <= {oid("officer"), oid(name)} | {oid(n) for n in INSIDE}
                place.check(name, _raw(client))


_clock = iter(range(1_700_000_000_001, 1_800_000_000_000, 1_000))


def _next_ms() -> int:
    return next(_clock)


def _raw(client: Client) -> bytes:
    return repr(client.frames).encode()
