"""The first administrator: one link, one person, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from support.house import PASSWORD, Door

from garance.kernel.refusal import Refused

FIRST = "/api/v1/first-administrator"


def said(token: str, **more: str) -> dict[str, Any]:
    return {"token": token, "login": "anne", "display_name": "Anne Martin", "password": PASSWORD, **more}


async def enter(browser: httpx2.AsyncClient, body: dict[str, Any]) -> tuple[int, str | None]:
    response = await browser.post(FIRST, json=body)
    return response.status_code, response.json().get("code")


async def test_the_link_founds_the_house(door: Door) -> None:
    token = door.entrance.first_links.make(door.house.people)
    async with door.browser() as browser:
        shown = (await browser.post(FIRST, json=said(token))).json()
        assert shown["signed_in"] is True
        assert shown["first_administrator"] is False
        assert shown["person"]["display_name"] == "Anne Martin"
        assert [grant["role"] for grant in shown["grants"]] == ["administrator"]
        assert await enter(browser, said(token, login="other")) == (422, "first-link-refused")
    (grant,) = door.house.people.administrators(door.clock.now())
    assert grant.organisation == door.house.home.organisation
    assert door.house.people.organisation(grant.organisation) is not None
    with pytest.raises(Refused, match="administrator-exists"):
        door.entrance.first_links.make(door.house.people)


async def test_of_two_at_once_one_is_refused(door: Door) -> None:
    token = door.entrance.first_links.make(door.house.people)
    async with door.browser() as browser:
        bodies = [said(token, login=f"anne{number}") for number in range(4)]
        answers = await asyncio.gather(*(enter(browser, body) for body in bodies))
    assert sorted(status for status, _ in answers) == [200, 422, 422, 422]
    assert len(door.house.people.administrators(door.clock.now())) == 1
    assert len(door.entrance.accounts.listed()) == 1


async def test_a_link_lasts_a_day_and_only_the_last_one_counts(door: Door) -> None:
    old = door.entrance.first_links.make(door.house.people)
    new = door.entrance.first_links.make(door.house.people)
    async with door.browser() as browser:
        for token in (old, "made-up"):
            assert await enter(browser, said(token)) == (422, "first-link-refused")
        door.clock.advance(timedelta(hours=24))
        assert await enter(browser, said(new)) == (422, "first-link-refused")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"password": "too short"}, "password-too-short"),
        ({"login": "a b"}, "login-malformed"),
        ({"display_name": "   "}, None),
        ({"display_name": "a\u0007b"}, None),
    ],
)
async def test_what_is_refused_leaves_the_link_good(door: Door, more: dict[str, str], code: str | None) -> None:
    token = door.entrance.first_links.make(door.house.people)
    async with door.browser() as browser:
        status, told = await enter(browser, said(token, **more))
        assert status == 422
        assert code is None or told == code
        assert door.entrance.accounts.listed() == []
        assert door.entrance.needs_first_administrator
        assert (await enter(browser, said(token)))[0] == 200


async def test_a_journal_that_fails_leaves_the_link_good(door: Door) -> None:
    token = door.entrance.first_links.make(door.house.people)
    await door.house.writer.stop()
    async with door.browser() as browser:
        assert await enter(browser, said(token)) == (503, "stopping")
    assert door.entrance.accounts.listed() == []
    door.entrance.first_links.check(token)
