"""Guessing: how often one may try, what one learns from a refusal, what it costs."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st
from support.house import FAST, PASSWORD, Door, open_door

from garance.kernel.refusal import Refused
from garance.server.sign_in.attempts import WINDOW_MS, Attempts, Limits, network_of
from garance.server.sign_in.passwords import Passwords, check_strength

SESSION = "/api/v1/session"
WRONG = "a wrong password"


async def try_in(browser: httpx2.AsyncClient, login: str, password: str = WRONG) -> tuple[int, str | None]:
    response = await browser.post(SESSION, json={"login": login, "password": password})
    return response.status_code, response.json().get("code")


async def test_an_unknown_login_and_a_wrong_password_are_one_answer(door: Door) -> None:
    person = await door.enrol("anne")
    await door.enrol("barred")
    door.entrance.accounts.bar(await door.enrol("shut"))
    answers, checks = [], []
    async with door.browser() as browser:
        for login, password in (("anne", WRONG), ("nobody", PASSWORD), ("shut", PASSWORD), ("é" * 50, PASSWORD)):
            before = door.passwords.checks
            response = await browser.post(SESSION, json={"login": login, "password": password})
            checks.append(door.passwords.checks - before)
            response.headers.pop("date", None)
            answers.append((response.status_code, dict(response.headers), response.content))
    assert answers[1:] == answers[:-1]
    assert answers[0][0] == 401
    assert person.encode() not in answers[0][2]
    assert checks == [1, 1, 1, 1]  # the same work for each: time tells nothing either


async def test_both_refusals_cost_a_whole_hash() -> None:
    """With real parameters, checking nobody's password takes as long as checking somebody's (argon2 dominates)."""
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1), workers=1)
    known = await passwords.hash(PASSWORD)
    loop = asyncio.get_running_loop()

    async def least(hashed: str | None) -> float:
        taken = []
        for _ in range(7):
            begun = loop.time()
            assert not (await passwords.verify(hashed, WRONG)).right
            taken.append(loop.time() - begun)
        return min(taken)

    somebody, nobody = await least(known), await least(None)
    passwords.close()
    assert 1 / 3 < somebody / nobody < 3


async def test_a_login_closes_here_then_opens_again(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as browser, door.browser(address="198.51.100.7") as elsewhere:
        for _ in range(3):
            assert await try_in(browser, "anne") == (401, "sign-in-refused")
            door.clock.advance(timedelta(minutes=1))
        refused = await browser.post(SESSION, json={"login": "anne", "password": PASSWORD})
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
        assert refused.headers["retry-after"] == str(12 * 60)
        assert (await try_in(elsewhere, "anne", PASSWORD))[0] == 200
        door.clock.advance(timedelta(minutes=12) - timedelta(milliseconds=1))
        assert (await try_in(browser, "anne", PASSWORD))[0] == 429
        door.clock.advance(timedelta(milliseconds=1))
        assert (await try_in(browser, "anne", PASSWORD))[0] == 200


async def test_what_does_not_exist_closes_the_same_way(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as browser, door.browser(address="198.51.100.7") as other:
        known = [await try_in(browser, "anne") for _ in range(5)]
        unknown = [await try_in(other, "nobody") for _ in range(5)]
    assert known == unknown
    assert [status for status, _ in known] == [401, 401, 401, 429, 429]


async def test_an_address_that_tries_every_login_is_stopped(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        answers = [(await try_in(browser, f"login-{number}"))[0] for number in range(10)]
        assert answers == [401] * 8 + [429] * 2
        assert (await try_in(browser, "anne", PASSWORD))[0] == 429


async def test_many_addresses_cannot_guess_nor_lock_the_owner_out(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser(address="203.0.113.9") as office:
        assert (await try_in(office, "anne", PASSWORD))[0] == 200
        for number in range(5):
            async with door.browser(address=f"198.51.100.{number}") as attacker:
                assert (await try_in(attacker, "anne"))[0] == 401
        async with door.browser(address="198.51.100.99") as attacker:
            assert (await try_in(attacker, "anne", PASSWORD))[0] == 429
        assert (await try_in(office, "anne", PASSWORD))[0] == 200


async def test_success_forgets_the_slips_before_it(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        for _ in range(3):
            for _ in range(2):
                assert (await try_in(browser, "anne"))[0] == 401
            assert (await try_in(browser, "anne", PASSWORD))[0] == 200


async def test_a_restart_forgets_no_failure(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        await door.enrol("anne")
        async with door.browser() as browser:
            for _ in range(3):
                await try_in(browser, "anne")
    async with open_door(tmp_path) as door, door.browser() as browser:
        assert (await try_in(browser, "anne", PASSWORD))[0] == 429


async def test_many_at_once_count_as_many(door: Door) -> None:
    await door.enrol("anne")
    async with door.browser() as browser:
        answers = await asyncio.gather(*(try_in(browser, "anne") for _ in range(20)))
    assert sorted(status for status, _ in answers) == [401] * 3 + [429] * 17
    assert door.passwords.checks == 3


async def test_a_flood_is_refused_and_the_loop_goes_on() -> None:
    gate = threading.Event()

    class Slow(Passwords):
        def _make(self, password: str) -> str:
            gate.wait(10)
            return super()._make(password)

    passwords = Slow(FAST, workers=1, max_waiting=3)
    asked = [asyncio.ensure_future(passwords.hash(PASSWORD)) for _ in range(10)]
    await asyncio.sleep(0.01)  # the loop turns although every worker is busy
    refused = [one for one in asked if one.done()]
    assert len(refused) == 6
    for one in refused:
        with pytest.raises(Refused, match="overloaded"):
            one.result()
    gate.set()
    kept = await asyncio.gather(*(one for one in asked if one not in refused))
    assert len(kept) == 4
    assert (await passwords.verify(kept[0], PASSWORD)).right
    passwords.close()


async def test_a_hash_of_other_times_is_made_anew(door: Door) -> None:
    await door.enrol("anne")
    old = door.entrance.accounts.known("anne").hash
    door.entrance.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    async with door.browser() as browser:
        assert (await try_in(browser, "anne", PASSWORD))[0] == 200
        new = door.entrance.accounts.known("anne").hash
        assert new != old
        assert "m=16,t=2" in new
        assert new.startswith("$argon2id$")
        assert (await try_in(browser, "anne", PASSWORD))[0] == 200
        assert door.entrance.accounts.known("anne").hash == new
    door.entrance.passwords.close()


def test_the_default_hash_is_strong() -> None:
    passwords = Passwords()
    assert passwords._nobody.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    passwords.close()


async def test_the_same_password_typed_another_way_is_the_same() -> None:
    passwords = Passwords(FAST)
    kept = await passwords.hash("é et ﬁn de la crue")
    assert (await passwords.verify(kept, "e\u0301 et fin de la crue")).right
    assert not (await passwords.verify("not a hash", "e\u0301 et fin de la crue")).right
    passwords.close()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password-too-short"),
        ("x" * 300, "password-too-long"),
        ("aaaaaaaaaaaaaaaa", "password-too-plain"),
        ("my name is Jeanne!", "password-too-plain"),
    ],
)
def test_weak_passwords(password: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_strength(password, login="jeanne")
    assert caught.value.code == code
    check_strength(PASSWORD, login="jeanne")


@settings(deadline=None, max_examples=40)  # each opens a file of accounts
@given(tries=st.lists(st.integers(0, WINDOW_MS // 1000), max_size=30))
async def test_never_more_than_the_limit_in_any_window(
    tmp_path_factory: pytest.TempPathFactory, tries: list[int]
) -> None:
    async with open_door(tmp_path_factory.mktemp("accounts")) as door:
        attempts = Attempts(door.file, door.clock, Limits(login_here=3, address=1000, login=1000))
        admitted: list[datetime] = []
        for seconds in tries:
            door.clock.advance(timedelta(seconds=seconds))
            try:
                attempts.begin("anne", "192.0.2.1")
            except Refused as refused:
                wait = timedelta(seconds=refused.detail["retry_after_s"])  # type: ignore[arg-type]
                assert door.clock.now() + wait >= admitted[-3] + timedelta(milliseconds=WINDOW_MS)
            else:
                admitted.append(door.clock.now())
        for first, fourth in zip(admitted, admitted[3:], strict=False):
            assert fourth - first >= timedelta(milliseconds=WINDOW_MS)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network
