"""Signing in and out through HTTP: cookies, tokens, sessions, walls, demonstration."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from support.house import ORIGIN, PASSWORD, Door, open_door
from support.people import NOW, ident

from garance.domain.people import rules
from garance.kernel.refusal import Refused
from garance.server.sign_in.house import DemoPerson, operator
from garance.server.sign_in.reader import Kind
from garance.server.sign_in.second_factor import code_at
from garance.server.sign_in.sessions import csrf_of

SESSION = "/api/v1/session"
PROBE = "/api/v1/probe"
CSRF = "X-Garance-CSRF"


async def sign_in(browser: httpx2.AsyncClient, login: str = "anne", **more: str) -> httpx2.Response:
    return await browser.post(SESSION, json={"login": login, "password": PASSWORD, **more})


def code_of(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


async def test_a_stranger_is_told_only_how_to_enter(door: Door) -> None:
    async with door.browser() as browser:
        shown = (await browser.get(SESSION)).json()
    nobody = {"signed_in": False, "demo": False, "first_administrator": True, "oidc": None}
    assert shown == {**nobody, "time_zone": "Europe/Paris"}


async def test_signing_in_and_out(door: Door) -> None:
    person = await door.enrol("anne", role="administrator")
    async with door.browser() as browser:
        shown = (await sign_in(browser, "  ANNE ")).json()
        assert shown["person"] == {"id": person, "display_name": "Anne"}
        assert shown["first_administrator"] is False
        assert shown["read_only"] is False
        (grant,) = shown["grants"]
        assert grant["role"] == "administrator"
        assert grant["organisation_name"] == "Rochefort"
        assert grant["situation"] is None
        assert "people.manage" in grant["abilities"]
        assert (await browser.get(SESSION)).json() == shown
        headers = {CSRF: shown["csrf"]}
        assert (await browser.post(PROBE, headers=headers)).json() == {"person": person}
        left = await browser.delete(SESSION, headers=headers)
        assert left.status_code == 204
        assert "garance=;" in left.headers["set-cookie"]
        assert (await browser.get(SESSION)).json()["signed_in"] is False
        assert code_of(await browser.post(PROBE, headers=headers)) == (401, "not-signed-in")


@pytest.mark.parametrize("https", [False, True])
async def test_the_cookie_is_for_us_alone(door: Door, https: bool) -> None:
    await door.enrol("anne")
    async with door.browser(https=https) as browser:
        name, *rest = (await sign_in(browser)).headers["set-cookie"].split("; ")
    expected = {"Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=86400"} | ({"Secure"} if https else set())
    assert set(rest) == expected
    assert name.startswith("__Host-garance=" if https else "garance=")
    assert len(name.partition("=")[2]) == 43


async def test_no_secret_is_kept_in_clear(door: Door, tmp_path: Path) -> None:
    await door.enrol("anne")
    first = door.entrance.first_links.make(door.house.people)
    wall, _ = door.entrance.sessions.make_wall(situation=ident("s"), organisation=ident("rochefort"), title="Mur")
    async with door.browser() as browser:
        csrf = (await sign_in(browser)).json()["csrf"]
        cookie = browser.cookies["garance"]
    secret = door.entrance.accounts.propose_factor("anne")
    codes = door.entrance.accounts.confirm_factor("anne", _code(secret, door))
    assert csrf == csrf_of(cookie)
    files = sorted(tmp_path.glob("accounts.sqlite*"))  # noqa: ASYNC240 - a test may wait
    stored = b"".join(path.read_bytes() for path in files)
    for told in (PASSWORD, cookie, csrf, first, wall, *codes):
        assert told.encode() not in stored
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def _code(secret: bytes, door: Door) -> str:
    return code_at(secret, door.clock.now())


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "é"])
async def test_a_change_needs_the_pages_own_token(door: Door, token: str) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        await sign_in(browser)
        headers = [(CSRF.encode(), token.encode("latin-1"))] if token else []
        assert code_of(await browser.post(PROBE, headers=headers)) == (403, "csrf-wrong")
        assert code_of(await browser.delete(SESSION, headers=headers)) == (403, "csrf-wrong")
        assert (await browser.get(SESSION)).json()["signed_in"] is True


async def test_the_token_of_another_session_is_wrong(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as one, door.browser() as other:
        await sign_in(one)
        csrf = (await sign_in(other)).json()["csrf"]
        assert code_of(await one.post(PROBE, headers={CSRF: csrf})) == (403, "csrf-wrong")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_site_can_neither_sign_in_nor_change(door: Door, headers: dict[str, str]) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        refused = await browser.post(SESSION, json={"login": "anne", "password": PASSWORD}, headers=headers)
        assert code_of(refused) == (403, "cross-site")
        csrf = (await sign_in(browser)).json()["csrf"]
        assert code_of(await browser.post(PROBE, headers={CSRF: csrf, **headers})) == (403, "cross-site")
        assert (await browser.post(PROBE, headers={CSRF: csrf, "Origin": ORIGIN})).status_code == 200


async def test_a_planted_session_does_not_become_the_victims(door: Door) -> None:
    """Session fixation: what the browser brought when signing in is worth nothing afterwards, to anyone."""
    await door.enrol("anne")
    mallory = await door.enrol("mallory")
    async with door.browser() as attacker, door.browser() as victim:
        await sign_in(attacker, "mallory")
        planted = attacker.cookies["garance"]
        victim.cookies.set("garance", planted, domain="garance.test", path="/")
        shown = (await sign_in(victim)).json()
        assert shown["person"]["id"] != mallory
        assert {cookie.value for cookie in victim.cookies.jar} != {planted}
        assert (await attacker.get(SESSION)).json()["signed_in"] is False
    forged = "made-up-by-the-attacker"
    async with door.browser() as victim:
        victim.cookies.set("garance", forged, domain="garance.test", path="/")
        await sign_in(victim)
        assert door.entrance.sessions.read(forged) is None


async def test_a_session_ends_when_idle_and_when_old(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        await sign_in(browser)
        for _ in range(3):
            door.clock.advance(timedelta(hours=7))
            assert (await browser.get(SESSION)).json()["signed_in"] is True
        door.clock.advance(timedelta(hours=2, minutes=59))
        assert (await browser.get(SESSION)).json()["signed_in"] is True
        door.clock.advance(timedelta(minutes=1))
        assert (await browser.get(SESSION)).json()["signed_in"] is False
    async with door.browser() as browser:
        await sign_in(browser)
        door.clock.advance(timedelta(hours=12))
        assert (await browser.get(SESSION)).json()["signed_in"] is False


async def test_sessions_are_listed_and_ended_at_once(door: Door) -> None:
    person = await door.enrol("anne")
    ended: list[str] = []
    door.entrance.sessions.when_ended(ended.append)
    async with door.browser() as one, door.browser() as other:
        await sign_in(one)
        door.clock.advance(timedelta(minutes=1))
        await sign_in(other)
        first, second = door.entrance.sessions.of(person)
        assert (first.opened_at, second.opened_at) == (NOW, NOW + timedelta(minutes=1))
        door.entrance.sessions.end(first.session)
        assert ended == [first.session]
        assert door.entrance.sessions.still(first.session) is None
        assert door.entrance.sessions.still(second.session) is not None
        assert (await one.get(SESSION)).json()["signed_in"] is False
        assert (await other.get(SESSION)).json()["signed_in"] is True
        door.entrance.sessions.end_all(person)
        assert (await other.get(SESSION)).json()["signed_in"] is False
        assert ended == [first.session, second.session]


async def test_a_remembered_session_is_ended_by_any_process_for_the_next_request(door: Door, tmp_path: Path) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        await sign_in(browser)
        for _ in range(3):
            assert (await browser.get(SESSION)).json()["signed_in"] is True
        ending = "import sqlite3, sys; f = sqlite3.connect(sys.argv[1]); f.execute('DELETE FROM sessions'); f.commit()"
        subprocess.run([sys.executable, "-c", ending, str(door.file.path)], check=True)  # noqa: ASYNC221 - brief
        assert (await browser.get(SESSION)).json()["signed_in"] is False


async def test_the_use_of_a_session_is_noted_now_and_then(door: Door) -> None:
    person = await door.enrol("anne", role="administrator")
    sessions = door.entrance.sessions
    async with door.browser() as browser:
        headers = {CSRF: (await sign_in(browser)).json()["csrf"]}

        async def seen_after(wait: timedelta) -> bool:
            before = door.file.version()
            door.clock.advance(wait)
            assert (await browser.post(PROBE, headers=headers)).status_code == 200
            (listed,) = sessions.of(person)
            assert (door.file.version() != before) == (listed.seen_at == door.clock.now())
            return listed.seen_at == door.clock.now()

        noted_every = sessions.lifetimes.idle / 20
        assert not await seen_after(timedelta(seconds=1)), "not a write for each request"
        assert await seen_after(noted_every)
        assert not await seen_after(noted_every / 2)


async def test_shutting_out_and_a_new_password_end_sessions(door: Door) -> None:
    person = await door.enrol("anne")
    accounts = door.entrance.accounts
    async with door.browser() as browser:
        await sign_in(browser)
        accounts.bar(person)
        assert (await browser.get(SESSION)).json()["signed_in"] is False
        assert code_of(await sign_in(browser)) == (401, "sign-in-refused")
        accounts.unbar(person)
        assert (await sign_in(browser)).status_code == 200
        accounts.set_password("anne", await door.passwords.hash("another long password"))
        assert (await browser.get(SESSION)).json()["signed_in"] is False
        assert code_of(await sign_in(browser)) == (401, "sign-in-refused")


async def test_an_erased_person_cannot_come_back(door: Door) -> None:
    person = await door.enrol("anne")
    people = door.house.people
    await door.house.record(
        operator(door.house), lambda: [rules.erase(people, person=person, reason="départ", now=door.clock.now())]
    )
    async with door.browser() as browser:
        assert code_of(await sign_in(browser)) == (401, "sign-in-refused")
    door.entrance.accounts.forget(person)
    assert door.entrance.accounts.listed() == []


async def test_a_wall_screen_reads_one_situation_and_writes_nothing(door: Door) -> None:
    await door.enrol("anne")
    flood, rochefort = ident("flood"), ident("rochefort")
    token, wall = door.entrance.sessions.make_wall(situation=flood, organisation=rochefort, title="Mur du PC")
    async with door.browser() as screen:
        shown = (await screen.post(f"{SESSION}/wall", json={"token": token})).json()
        assert (shown["signed_in"], shown["read_only"]) == (True, True)
        assert "person" not in shown
        assert [(g["role"], g["situation"], g["abilities"]) for g in shown["grants"]] == [("observer", flood, [])]
        refused = await screen.post(PROBE, headers={CSRF: shown["csrf"]})
        assert code_of(refused) == (403, "read-only")
        reader = door.entrance.sessions.read(screen.cookies["garance"])
        assert reader is not None
        people = door.house.people
        assert reader.kind is Kind.WALL
        assert reader.clearance(people, flood, NOW, owner=rochefort) is not None
        assert reader.clearance(people, ident("other"), NOW, owner=rochefort) is None
        assert reader.clearance(people, None, NOW, owner=None) is None
        door.clock.advance(timedelta(days=29))
        assert (await screen.get(SESSION)).json()["signed_in"] is True
        door.entrance.sessions.end_wall(wall.id)
        assert (await screen.get(SESSION)).json()["signed_in"] is False
        again = await screen.post(f"{SESSION}/wall", json={"token": token})
        assert code_of(again) == (401, "sign-in-refused")


async def test_a_wall_token_ends(door: Door) -> None:
    token, _ = door.entrance.sessions.make_wall(situation=ident("s"), organisation=ident("o"), title="Mur")
    async with door.browser() as screen:
        assert (await screen.post(f"{SESSION}/wall", json={"token": token})).status_code == 200
        door.clock.advance(timedelta(days=30))
        assert (await screen.get(SESSION)).json()["signed_in"] is False
        assert code_of(await screen.post(f"{SESSION}/wall", json={"token": token})) == (401, "sign-in-refused")
        assert code_of(await screen.post(f"{SESSION}/wall", json={"token": "x"})) == (401, "sign-in-refused")


async def test_a_demonstration_lets_anyone_be_its_people(tmp_path: Path) -> None:
    story = [DemoPerson("dos", ident("anne"), "Anne", "Maire", "Mayor", "Décide.", "Decides.", "Rochefort")]
    async with open_door(tmp_path, demo=story) as door:
        await door.enrol("anne")
        async with door.browser() as browser:
            assert (await browser.get(SESSION)).json()["demo"] is True
            (told,) = (await browser.get(f"{SESSION}/demo")).json()
            assert told["title_fr"] == "Maire"
            shown = (await browser.post(f"{SESSION}/demo", json={"role": "dos"})).json()
            assert shown["person"]["id"] == ident("anne")
            reader = door.entrance.sessions.read(browser.cookies["garance"])
            assert reader is not None
            assert reader.kind is Kind.DEMO
            refused = await browser.post(f"{SESSION}/demo", json={"role": "king"})
            assert code_of(refused) == (422, "role-unknown")


async def test_a_real_node_is_no_demonstration(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        assert code_of(await browser.post(f"{SESSION}/demo", json={"role": "dos"})) == (403, "not-a-demo")
        assert code_of(await browser.get(f"{SESSION}/demo")) == (403, "not-a-demo")


@pytest.mark.parametrize("token", ["", "x" * 5000, "\x7f", "garance"])
async def test_a_made_up_cookie_is_no_session(door: Door, token: str) -> None:
    assert door.entrance.sessions.read(token) is None


async def test_a_login_is_taken_once(door: Door) -> None:
    await door.enrol("anne")
    for login, person, code in (("ANNE", ident("x"), "login-taken"), ("other", ident("anne"), "account-exists")):
        with pytest.raises(Refused) as caught:
            door.entrance.accounts.add(login, person=person, password_hash="h")
        assert caught.value.code == code
    with pytest.raises(Refused, match="login-malformed"):
        door.entrance.accounts.add("a b", person=ident("x"), password_hash="h")
