"""Keeping a node from the browser, on a whole node: people, invitations, doors shut, walls; one's own account."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets
from support.running_node import MANY, PASSWORD, settings_for
from support.serving import served

from garance.domain.people.facts import PersonalDataRead
from garance.kernel.clock import SetClock
from garance.kernel.identity import new_id
from garance.server.app import Opened, open_app
from garance.server.settings import Limits, Listen, Node, Settings
from garance.server.sign_in.reader import Kind
from garance.server.sign_in.second_factor import code_at

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HERS = "un mot de passe bien long"
HEADER = "x-garance-csrf"


class Browser:
    """Somebody's browser on that node."""

    def __init__(self, url: str) -> None:
        self.web = httpx2.AsyncClient(base_url=url)
        self.shown: dict[str, Any] = {}

    async def enter(self, path: str, **said: str) -> dict[str, Any]:
        """Sign in one way or another; a refusal fails the test."""
        answer = await self.web.post(f"/api/v1/{path}", json=said)
        assert answer.status_code == 200, answer.text
        self.shown = answer.json()
        return self.shown

    async def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """One request with the page's own token."""
        headers = {HEADER: self.shown["csrf"]}
        return await self.web.request(method, f"/api/v1/{path}", json=body, headers=headers)

    async def done(self, method: str, path: str, body: Any = None) -> Any:
        """The same, which must not be refused."""
        answer = await self.ask(method, path, body)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    async def command(self, name: str, body: dict[str, Any], *, situation: str | None = None) -> Any:
        """A command in the first role of the person."""
        asked = {"id": new_id(), "situation": situation, "role": self.shown["grants"][0]["id"], "body": body}
        return await self.done("POST", f"commands/{name}", asked)

    async def signed_in(self) -> bool:
        """Whether the session still holds."""
        return bool((await self.web.get("/api/v1/session")).json()["signed_in"])


class Keep:
    """A node, its clock, its first administrator, and a second person enrolled who has no account."""

    def __init__(self, opened: Opened, clock: SetClock, url: str) -> None:
        self.node = opened.node
        self.clock = clock
        self.url = url
        self.admin = Browser(url)
        self.browsers = [self.admin]
        self.person = new_id()

    def browser(self) -> Browser:
        """One more browser."""
        made = Browser(self.url)
        self.browsers.append(made)
        return made

    @property
    def organisation(self) -> str:
        """The organisation that keeps the node."""
        return str(self.admin.shown["grants"][0]["organisation"])

    async def enrol(self, name: str = "Nadia Ferrand") -> str:
        """Enrol somebody; gives their identifier."""
        person = new_id()
        body = {"person": person, "display_name": name, "email": "nadia@commune.test"}
        await self.admin.command("people.enrol", body)
        return person

    async def grant(self, person: str, role: str = "logbook-secretary", **more: str) -> str:
        """Give a role; gives the grant."""
        grant = new_id()
        body = {"grant": grant, "person": person, "organisation": self.organisation, "role": role, **more}
        await self.admin.command("people.grant-role", body)
        return grant

    async def invite(self, person: str, **more: bool) -> str:
        """Invite somebody; gives the secret of the link."""
        made = await self.admin.done("POST", "invitations", {"person": person, **more})
        assert made["address"].startswith(f"{self.url}/invitation#")
        return str(made["address"]).partition("#")[2]

    async def arrive(self, person: str, login: str = "nadia") -> Browser:
        """Invite somebody, accept, sign in."""
        browser = self.browser()
        accepted = {"token": await self.invite(person), "login": login, "password": HERS}
        answer = await browser.web.post("/api/v1/invitations/accept", json=accepted)
        assert answer.status_code == 204, answer.text
        await browser.enter("session", login=login, password=HERS)
        return browser

    async def listed(self, person: str) -> dict[str, Any]:
        """That person as the administrator sees them."""
        return dict(await self.admin.done("GET", f"people/{person}"))

    def said(self, name: str) -> list[Any]:
        """The bodies of the facts of that name in the journal."""
        lines = self.node.store.read(0, MANY)
        return [self.node.reader.read(line).body for line in lines if line.header.name == name]


@pytest.fixture
async def keep(tmp_path: Path) -> AsyncIterator[Keep]:
    async with kept_node(tmp_path / "data") as made:
        yield made


@asynccontextmanager
async def kept_node(folder: Path) -> AsyncIterator[Keep]:
    """A new node with its first administrator, at a clock that the test moves."""
    settings, clock = settings_for(folder), SetClock(NOW)
    async with (
        open_app(settings, clock) as opened,
        served(opened.app, settings, stopping=opened.stopping, websocket_protocol=opened.websocket_protocol) as running,
    ):
        made = Keep(opened, clock, running.url)
        token = opened.lines(running.listening)[0][0].rpartition("#")[2]
        said = {"token": token, "login": "claire", "display_name": "Claire Morin", "password": PASSWORD}
        await made.admin.enter("first-administrator", **said)
        try:
            yield made
        finally:
            for browser in made.browsers:
                await browser.web.aclose()


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_an_invited_person_chooses_and_enters(keep: Keep) -> None:
    person = await keep.enrol()
    await keep.grant(person)
    assert (await keep.listed(person))["account"]["login"] is None
    token = await keep.invite(person)
    until = (await keep.listed(person))["account"]["invited_until"]
    assert until == "2026-11-26T08:00:00Z"
    browser = keep.browser()
    read = (await browser.web.post("/api/v1/invitations/read", json={"token": token})).json()
    assert read == {"display_name": "Nadia Ferrand", "login": None, "ends_at": until}
    said = {"token": token, "login": "Nadia", "password": HERS}
    assert (await browser.web.post("/api/v1/invitations/accept", json=said)).status_code == 204
    again = await browser.web.post("/api/v1/invitations/accept", json={**said, "login": "other"})
    assert refused(again) == (422, "invitation-refused")
    shown = await browser.enter("session", login="nadia", password=HERS)
    assert [grant["role"] for grant in shown["grants"]] == ["logbook-secretary"]
    listed = await keep.listed(person)
    assert listed["account"] == {
        "login": "nadia", "second_factor": False, "linked": False, "closed": False, "invited_until": None,
    }  # fmt: skip
    assert [body.person for body in keep.said("account.invited.v1")] == [person]
    assert [body.person for body in keep.said("account.opened.v1")] == [person]
    stored = b"".join(path.read_bytes() for path in keep.node.folder.path.glob("*sqlite*"))
    assert token.encode() not in stored


async def test_of_two_who_hold_the_same_invitation_one_enters(keep: Keep) -> None:
    token = await keep.invite(await keep.enrol())

    async def accept(login: str) -> int:
        said = {"token": token, "login": login, "password": HERS}
        return (await keep.browser().web.post("/api/v1/invitations/accept", json=said)).status_code

    assert sorted(await asyncio.gather(accept("one"), accept("two"))) == [204, 422]


async def test_an_invitation_is_worth_nothing_once_replaced_or_over(keep: Keep) -> None:
    person = await keep.enrol()
    first = await keep.invite(person)
    second = await keep.invite(person)
    browser = keep.browser()
    for token, status in ((first, 422), (second, 200), ("made up", 422)):
        answer = await browser.web.post("/api/v1/invitations/read", json={"token": token})
        assert answer.status_code == status
    keep.clock.set(NOW.replace(day=26))
    late = await browser.web.post("/api/v1/invitations/accept", json={"token": second, "login": "n", "password": HERS})
    assert refused(late) == (422, "invitation-refused")


async def test_a_refused_choice_leaves_the_invitation_good(keep: Keep) -> None:
    token = await keep.invite(await keep.enrol())
    browser = keep.browser()
    for login, password, code in (
        ("nadia", "court", "password-too-short"),
        ("not a login", HERS, "login-malformed"),
        ("claire", HERS, "login-taken"),
    ):
        said = {"token": token, "login": login, "password": password}
        assert refused(await browser.web.post("/api/v1/invitations/accept", json=said)) == (422, code)
    assert (await browser.web.post("/api/v1/invitations/read", json={"token": token})).status_code == 200


async def test_a_new_invitation_replaces_the_password_and_ends_sessions(keep: Keep) -> None:
    person = await keep.enrol()
    browser = await keep.arrive(person)
    token = await keep.invite(person)
    assert await browser.signed_in(), "an invitation alone ends nothing"
    other = "encore un autre mot de passe"
    said = {"token": token, "login": "nadia", "password": other}
    assert (await browser.web.post("/api/v1/invitations/accept", json=said)).status_code == 204
    assert not await browser.signed_in()
    old = await browser.web.post("/api/v1/session", json={"login": "nadia", "password": HERS})
    assert refused(old) == (401, "sign-in-refused")
    await browser.enter("session", login="nadia", password=other)
    assert [body.renews for body in keep.said("account.invited.v1")] == [False, True]


async def test_a_second_factor_outlives_a_new_password_unless_the_phone_was_lost(keep: Keep) -> None:
    person = await keep.enrol()
    browser = await keep.arrive(person)
    await set_up_factor(keep, browser)
    for lost, expected in ((False, 401), (True, 200)):
        token = await keep.invite(person, drop_second_factor=lost)
        said = {"token": token, "login": "nadia", "password": HERS}
        assert (await browser.web.post("/api/v1/invitations/accept", json=said)).status_code == 204
        entered = await browser.web.post("/api/v1/session", json={"login": "nadia", "password": HERS})
        assert entered.status_code == expected, entered.text


async def test_a_closed_account_is_out_at_once_streams_too(keep: Keep) -> None:
    person, situation = await keep.enrol(), new_id()
    await keep.grant(person)
    opened = {"situation": situation, "title": "Crue", "kind": "flood", "mode": "exercise"}
    await keep.admin.command("situation.open", opened)
    browser = await keep.arrive(person)
    async with stream(keep, browser, situation) as live:
        await keep.admin.done("POST", f"people/{person}/disable")
        assert await last_word(live) == "session-ended"
    assert not await browser.signed_in()
    entered = await browser.web.post("/api/v1/session", json={"login": "nadia", "password": HERS})
    assert refused(entered) == (401, "sign-in-refused")
    assert (await keep.listed(person))["account"]["closed"] is True
    assert refused(await keep.admin.ask("POST", "invitations", {"person": person})) == (422, "account-closed")
    assert refused(await keep.admin.ask("POST", f"people/{person}/disable")) == (422, "account-closed")
    await keep.admin.done("POST", f"people/{person}/enable")
    assert refused(await keep.admin.ask("POST", f"people/{person}/enable")) == (422, "account-open")
    await browser.enter("session", login="nadia", password=HERS)
    told = [keep.said(f"account.{word}.v1")[0].person for word in ("closed", "reopened")]
    assert told == [person, person]


async def test_a_pending_invitation_dies_with_the_door(keep: Keep) -> None:
    person = await keep.enrol()
    token = await keep.invite(person)
    await keep.admin.done("POST", f"people/{person}/disable")
    await keep.admin.done("POST", f"people/{person}/enable")
    answer = await keep.browser().web.post("/api/v1/invitations/read", json={"token": token})
    assert refused(answer) == (422, "invitation-refused")


async def test_somebody_can_always_keep_the_node(keep: Keep) -> None:
    claire = keep.admin.shown["person"]["id"]
    assert refused(await keep.admin.ask("POST", f"people/{claire}/disable")) == (422, "last-administrator")
    second = await keep.enrol("Karim")
    await keep.grant(second, "administrator")
    await keep.admin.done("POST", f"people/{second}/disable")
    assert refused(await keep.admin.ask("POST", f"people/{claire}/disable")) == (422, "last-administrator")
    await keep.admin.done("POST", f"people/{second}/enable")
    other = await keep.arrive(second, "karim")
    both = await asyncio.gather(
        keep.admin.ask("POST", f"people/{second}/disable"), other.ask("POST", f"people/{claire}/disable")
    )
    assert sorted(answer.status_code for answer in both)[0] == 204
    assert sorted(answer.status_code for answer in both)[1] in (401, 422), "one of the two is still there"


async def test_an_erased_person_leaves_nothing_behind(keep: Keep) -> None:
    person = await keep.enrol()
    browser = await keep.arrive(person)
    await set_up_factor(keep, browser)
    token = await keep.invite(person)
    await keep.admin.command("people.erase", {"person": person, "reason": "Départ de la commune"})
    for _ in range(500):
        if (await keep.listed(person))["account"]["login"] is None:
            break
        await asyncio.sleep(0.01)
    assert not await browser.signed_in()
    listed = await keep.listed(person)
    assert (listed["display_name"], listed["email"], listed["erased"], listed["grants"]) == (None, None, True, [])
    stored = b"".join(path.read_bytes() for path in keep.node.folder.path.glob("accounts.sqlite*"))
    assert person.encode() not in stored
    answer = await browser.web.post("/api/v1/invitations/read", json={"token": token})
    assert refused(answer) == (422, "invitation-refused")
    assert refused(await keep.admin.ask("POST", "invitations", {"person": person})) == (422, "person-erased")


async def test_only_who_keeps_the_node_may(keep: Keep) -> None:
    person = await keep.enrol()
    await keep.grant(person, "dos")
    mayor = await keep.arrive(person)
    known, unknown = person, new_id()
    for who in (known, unknown):
        asked = [
            ("GET", "people", None),
            ("GET", f"people/{who}", None),
            ("GET", "organisations", None),
            ("POST", "invitations", {"person": who}),
            ("POST", f"people/{who}/disable", None),
            ("POST", f"people/{who}/enable", None),
        ]
        for method, path, body in asked:
            assert refused(await mayor.ask(method, path, body)) == (403, "not-allowed"), path
    stranger = keep.browser()
    assert refused(await stranger.web.get("/api/v1/people")) == (401, "not-signed-in")
    assert refused(await keep.admin.ask("GET", f"people/{unknown}")) == (404, "unknown")


async def test_reading_names_is_recorded_but_ones_own(keep: Keep) -> None:
    await keep.admin.done("GET", "people")
    assert keep.said("personal-data.read.v1") == []
    first, second = sorted([await keep.enrol("Nadia"), await keep.enrol("Karim")])
    page = await keep.admin.done("GET", "people?limit=2")
    rest = await keep.admin.done("GET", f"people?limit=2&after={page['next']}")
    names = {one["display_name"] for one in (*page["items"], *rest["items"])}
    assert (names, rest["next"]) == ({"Claire Morin", "Nadia", "Karim"}, None)
    reads = keep.said("personal-data.read.v1")
    assert all(isinstance(read, PersonalDataRead) and read.purpose == "administration" for read in reads)
    people = keep.node.house.people
    assert {fact for read in reads for fact in read.facts} == {people.enrolment(first), people.enrolment(second)}


async def test_a_visitor_of_a_demonstration_keeps_nothing(keep: Keep) -> None:
    claire = keep.admin.shown["person"]["id"]
    visitor = keep.browser()
    opened = keep.node.sign_in.sessions.open(claire, kind=Kind.DEMO)
    visitor.web.cookies.set("garance", opened.token)
    visitor.shown = (await visitor.web.get("/api/v1/session")).json()
    assert refused(await visitor.ask("POST", "invitations", {"person": claire})) == (403, "exercise-only")
    assert refused(await visitor.ask("POST", "password", {"old": PASSWORD, "new": HERS})) == (422, "account-needed")


async def test_a_new_password_ends_the_other_sessions_and_their_streams(keep: Keep) -> None:
    person, situation = await keep.enrol(), new_id()
    await keep.grant(person)
    opened = {"situation": situation, "title": "Crue", "kind": "flood", "mode": "exercise"}
    await keep.admin.command("situation.open", opened)
    here, there = await keep.arrive(person), keep.browser()
    await there.enter("session", login="nadia", password=HERS)
    assert len((await here.done("GET", "sessions"))["items"]) == 2
    wrong = await here.ask("POST", "password", {"old": "pas le bon", "new": "un autre mot de passe"})
    assert refused(wrong) == (422, "password-wrong")
    short = await here.ask("POST", "password", {"old": HERS, "new": "court"})
    assert refused(short) == (422, "password-too-short")
    async with stream(keep, there, situation) as live:
        await here.done("POST", "password", {"old": HERS, "new": "un autre mot de passe"})
        assert await last_word(live) == "session-ended"
    assert await here.signed_in()
    assert not await there.signed_in()
    await there.enter("session", login="nadia", password="un autre mot de passe")


async def test_guessing_the_password_from_a_screen_left_open_is_counted(keep: Keep) -> None:
    browser = await keep.arrive(await keep.enrol())
    codes = [
        refused(await browser.ask("POST", "second-factor", {"password": f"devinette {number}"}))[1]
        for number in range(10)
    ]
    assert codes[0] == "password-wrong"
    assert codes[-1] == "too-many-attempts"


async def test_the_second_factor_is_asked_once_confirmed(keep: Keep) -> None:
    browser = await keep.arrive(await keep.enrol())
    empty = {"login": "nadia", "in_use": False, "recovery_codes": 0}
    assert await browser.done("GET", "second-factor") == empty
    codes = await set_up_factor(keep, browser)
    assert (len(codes), len(set(codes))) == (10, 10)
    assert await browser.done("GET", "second-factor") == {"login": "nadia", "in_use": True, "recovery_codes": 10}
    for path, body in (("second-factor", {"password": HERS}), ("second-factor/confirm", {"code": "123456"})):
        assert refused(await browser.ask("POST", path, body)) == (422, "second-factor-in-use")
    other = keep.browser()
    alone = await other.web.post("/api/v1/session", json={"login": "nadia", "password": HERS})
    assert refused(alone) == (401, "second-factor-needed")
    await other.enter("session", login="nadia", password=HERS, code=codes[0])
    assert (await browser.done("GET", "second-factor"))["recovery_codes"] == 9
    assert refused(await browser.ask("POST", "second-factor/drop", {"password": "pas le bon"})) == (
        422,
        "password-wrong",
    )
    await browser.done("POST", "second-factor/drop", {"password": HERS})
    assert await browser.done("GET", "second-factor") == empty
    await keep.browser().enter("session", login="nadia", password=HERS)


async def test_the_proposed_factor_is_drawn_for_the_phone(keep: Keep) -> None:
    browser = await keep.arrive(await keep.enrol())
    proposed = await browser.done("POST", "second-factor", {"password": HERS})
    assert re.match(r"otpauth://totp/Garance:nadia\?.*secret=[A-Z2-7]{32}", proposed["address"])
    assert proposed["image"].startswith("<svg ")
    assert "<script" not in proposed["image"]
    assert refused(await browser.ask("POST", "second-factor/confirm", {"code": "000000"})) == (422, "code-wrong")
    await keep.browser().enter("session", login="nadia", password=HERS)


async def test_ones_own_sessions_are_listed_and_ended(keep: Keep) -> None:
    here = await keep.arrive(await keep.enrol())
    there = keep.browser()
    await there.enter("session", login="nadia", password=HERS)
    items = (await here.done("GET", "sessions"))["items"]
    (mine,) = [one["session"] for one in items if one["current"]]
    (other,) = [one["session"] for one in items if not one["current"]]
    assert refused(await here.ask("DELETE", f"sessions/{mine}")) == (422, "session-current")
    assert refused(await keep.admin.ask("DELETE", f"sessions/{other}")) == (404, "unknown"), "not hers to end"
    await here.done("DELETE", f"sessions/{other}")
    assert not await there.signed_in()
    assert await here.signed_in()


async def test_who_keeps_the_node_gives_and_takes_back_wall_screens(keep: Keep) -> None:
    situation = new_id()
    opened = {"situation": situation, "title": "Crue", "kind": "flood", "mode": "exercise"}
    await keep.admin.command("situation.open", opened)
    wanted = {"situation": situation, "organisation": keep.organisation, "title": "Mur du PCC"}
    made = await keep.admin.done("POST", "walls", wanted)
    wall = keep.browser()
    await wall.enter("session/wall", token=made["token"])
    assert (await wall.web.get(f"/api/v1/situations/{situation}/picture")).status_code == 200
    other = {**wanted, "organisation": new_id()}
    assert refused(await keep.admin.ask("POST", "walls", other)) == (403, "not-allowed")
    await keep.admin.done("DELETE", f"walls/{made['id']}")
    assert not await wall.signed_in()


async def test_the_organisations_are_listed(keep: Keep) -> None:
    body = {"organisation": new_id(), "name": "SDIS 17", "level": "departement"}
    await keep.admin.command("people.register-organisation", body)
    listed = (await keep.admin.done("GET", "organisations"))["items"]
    named = [(one["name"], one["level"]) for one in listed]
    assert named == [("Commune d'essai", "commune"), ("SDIS 17", "departement")]


async def test_the_public_address_is_the_one_handed_over(tmp_path: Path) -> None:
    settings = Settings(
        node=Node(name="Rochefort", data_folder=str(tmp_path / "data")),
        listen=Listen(port=0, stop_s=2, public_url="https://garance.rochefort.test"),
        limits=Limits(anonymous_per_minute=MANY),
    )
    async with open_app(settings, SetClock(NOW)) as opened:
        transport = httpx2.ASGITransport(opened.app, client=("192.0.2.1", 4000))
        async with httpx2.AsyncClient(transport=transport, base_url="https://garance.rochefort.test") as web:
            token = opened.node.sign_in.entrance.first_links.make(opened.node.house.people)
            said = {"token": token, "login": "claire", "display_name": "Claire", "password": PASSWORD}
            shown = (await web.post("/api/v1/first-administrator", json=said)).json()
            asked = {"person": shown["person"]["id"]}
            made = await web.post("/api/v1/invitations", json=asked, headers={HEADER: shown["csrf"]})
    assert made.json()["address"].startswith("https://garance.rochefort.test/invitation#")


async def set_up_factor(keep: Keep, browser: Browser) -> list[str]:
    """Give that person a second factor; gives the recovery codes."""
    await browser.done("POST", "second-factor", {"password": HERS})
    account = keep.node.sign_in.entrance.accounts.find("nadia")
    assert account is not None
    assert account.factor is not None
    made = await browser.done("POST", "second-factor/confirm", {"code": code_at(account.factor, keep.clock.now())})
    return list(made["codes"])


@asynccontextmanager
async def stream(keep: Keep, browser: Browser, situation: str) -> AsyncIterator[websockets.ClientConnection]:
    """That browser's live stream, already live."""
    address = f"{keep.url.replace('http', 'ws')}/api/v1/stream?situation={situation}"
    cookie = {"Cookie": f"garance={browser.web.cookies['garance']}", "Origin": keep.url}
    async with websockets.connect(address, additional_headers=cookie) as live:
        async with asyncio.timeout(5):
            while json.loads(await live.recv())["type"] != "live":
                pass
        yield live


async def last_word(live: websockets.ClientConnection) -> str:
    """Why the stream was ended."""
    async with asyncio.timeout(5):
        while True:
            said = json.loads(await live.recv())
            if said["type"] == "bye":
                return str(said["code"])
