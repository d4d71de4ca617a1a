"""The second factor: what it admits, once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from support.house import PASSWORD, Door

from garance.kernel.refusal import Refused
from garance.server.sign_in.second_factor import address_of, code_at, step_of

SESSION = "/api/v1/session"


async def enter(browser: httpx2.AsyncClient, code: str | None) -> tuple[int, str | None]:
    said = {"login": "anne", "password": PASSWORD} | ({"code": code} if code is not None else {})
    response = await browser.post(SESSION, json=said)
    return response.status_code, response.json().get("code")


async def protect(door: Door) -> tuple[bytes, list[str]]:
    await door.enrol("anne")
    secret = door.entrance.accounts.propose_factor("anne")
    codes = door.entrance.accounts.confirm_factor("anne", code_at(secret, door.clock.now()))
    door.clock.advance(timedelta(seconds=60))
    return secret, codes


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_examples_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B (SHA-1), last six digits."""
    assert code_at(b"12345678901234567890", datetime.fromtimestamp(seconds, UTC)) == code


async def test_a_code_is_asked_for_and_good_once(door: Door) -> None:
    secret, _ = await protect(door)
    async with door.browser() as browser:
        assert await enter(browser, None) == (401, "second-factor-needed")
        code = code_at(secret, door.clock.now())
        assert (await enter(browser, code))[0] == 200
        assert await enter(browser, code) == (401, "sign-in-refused")
        earlier = code_at(secret, door.clock.now() - timedelta(seconds=30))
        assert await enter(browser, earlier) == (401, "sign-in-refused")
        door.clock.advance(timedelta(seconds=30))
        assert (await enter(browser, code_at(secret, door.clock.now())))[0] == 200


async def test_a_code_used_twice_at_once_opens_one_session(door: Door) -> None:
    secret, codes = await protect(door)
    async with door.browser() as browser:
        for code in (code_at(secret, door.clock.now()), codes[0]):
            answers = await asyncio.gather(*(enter(browser, code) for _ in range(2)))
            assert sorted(status for status, _ in answers) == [200, 401]


async def test_a_wrong_password_does_not_tell_that_a_code_would_be_needed(door: Door) -> None:
    secret, _ = await protect(door)
    async with door.browser() as browser:
        for code in (None, code_at(secret, door.clock.now())):
            said = {"login": "anne", "password": "a wrong password"} | ({"code": code} if code else {})
            response = await browser.post(SESSION, json=said)
            assert response.json()["code"] == "sign-in-refused"


async def test_codes_cannot_be_guessed_at_leisure(door: Door) -> None:
    secret, _ = await protect(door)
    right = code_at(secret, door.clock.now())
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    async with door.browser() as browser:
        assert [(await enter(browser, wrong))[0] for _ in range(4)] == [401, 401, 401, 429]
        assert (await enter(browser, right))[0] == 429


async def test_asking_for_the_code_is_no_failure(door: Door) -> None:
    secret, _ = await protect(door)
    async with door.browser() as browser:
        for _ in range(6):
            assert await enter(browser, None) == (401, "second-factor-needed")
        assert (await enter(browser, code_at(secret, door.clock.now())))[0] == 200


async def test_a_recovery_code_is_good_once_however_typed(door: Door) -> None:
    _, codes = await protect(door)
    assert len(set(codes)) == 10
    async with door.browser() as browser:
        assert (await enter(browser, codes[0].lower().replace("-", " ")))[0] == 200
        assert await enter(browser, codes[0]) == (401, "sign-in-refused")
        assert (await enter(browser, codes[1]))[0] == 200


async def test_a_factor_never_confirmed_is_not_asked_for(door: Door) -> None:
    await door.enrol("anne")
    accounts = door.entrance.accounts
    with pytest.raises(Refused, match="code-wrong"):
        accounts.confirm_factor("anne", "000000")
    secret = accounts.propose_factor("anne")
    wrong = f"{(int(code_at(secret, door.clock.now())) + 1) % 1_000_000:06d}"
    with pytest.raises(Refused, match="code-wrong"):
        accounts.confirm_factor("anne", wrong)
    async with door.browser() as browser:
        assert (await enter(browser, None))[0] == 200


async def test_dropping_the_factor(door: Door) -> None:
    _, codes = await protect(door)
    door.entrance.accounts.drop_factor("anne")
    async with door.browser() as browser:
        assert (await enter(browser, None))[0] == 200
    account = door.entrance.accounts.known("anne")
    assert not door.entrance.accounts.take_code(account, codes[0])


def test_a_clock_may_drift_by_one_step() -> None:
    now = datetime(2026, 11, 23, 8, 0, 10, tzinfo=UTC)
    secret = b"12345678901234567890"
    for drift, known in ((-60, False), (-30, True), (0, True), (30, True), (60, False)):
        code = code_at(secret, now + timedelta(seconds=drift))
        assert (step_of(secret, code, now, after=0) is not None) is known
    assert step_of(secret, "é23456", now, after=0) is None
    step = step_of(secret, code_at(secret, now), now, after=0)
    assert step == int(now.timestamp()) // 30
    assert step_of(secret, code_at(secret, now), now, after=step) is None
    assert step_of(secret, code_at(secret, now), now, after=step - 1) == step


def test_the_phone_is_told_whose_code_it_is() -> None:
    address = address_of(b"12345678901234567890", login="anne", issuer="Garance")
    assert address.startswith("otpauth://totp/Garance:anne?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in address
