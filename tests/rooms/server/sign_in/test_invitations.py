"""Invitations as the file of accounts keeps them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.house import PASSWORD, Door
from support.people import NOW, ident

from garance.journal.database import Database
from garance.kernel.clock import SetClock
from garance.kernel.refusal import Refused
from garance.server.sign_in.accounts_file import NAME, SHAPE, open_accounts
from garance.server.sign_in.entrance import Acceptance
from garance.server.sign_in.invitations import LASTS, Invitations


def test_a_file_made_before_there_were_invitations_learns_of_them(tmp_path: Path) -> None:
    Database(tmp_path / NAME, SHAPE, alone=False).close()
    for _ in range(2):
        file = open_accounts(tmp_path)
        try:
            invitations = Invitations(file, SetClock(NOW))
            token, ends_at = invitations.prepare()
            invitations.keep(token, ends_at, ident("nadia"))
            found = invitations.check(token)
            assert (found.person, found.drops_factor, found.ends_at) == (ident("nadia"), False, NOW + LASTS)
        finally:
            file.close()


async def test_it_is_good_until_the_last_moment_and_not_after(door: Door) -> None:
    invitations = door.entrance.invitations
    token, ends_at = invitations.prepare()
    invitations.keep(token, ends_at, ident("nadia"))
    door.clock.advance(LASTS - timedelta(milliseconds=1))
    assert invitations.check(token).person == ident("nadia")
    door.clock.advance(timedelta(milliseconds=1))
    with pytest.raises(Refused, match="invitation-refused"):
        invitations.check(token)


async def test_what_the_file_refuses_leaves_it_good(door: Door) -> None:
    await door.enrol("anne")
    person = await door.enrol("claire")
    invitations = door.entrance.invitations
    token, ends_at = invitations.prepare()
    invitations.keep(token, ends_at, person)
    with pytest.raises(Refused, match="login-taken"):
        await door.entrance.accept(Acceptance(token, "anne", PASSWORD))
    assert await door.entrance.accept(Acceptance(token, "claire.morin", PASSWORD)) == person
    assert door.entrance.accounts.find("claire") is None, "the login changed with the password"
    assert door.entrance.accounts.known("claire.morin").person == person


async def test_it_ends_nothing_and_tells_of_what_it_ended(door: Door) -> None:
    person = await door.enrol("anne")
    ended: list[str] = []
    door.entrance.sessions.when_ended(ended.append)
    session = door.entrance.sessions.open(person).reader.session
    invitations = door.entrance.invitations
    token, ends_at = invitations.prepare()
    invitations.keep(token, ends_at, person)
    assert ended == []
    await door.entrance.accept(Acceptance(token, "anne", PASSWORD))
    assert ended == [session]


@pytest.mark.parametrize("act", ["password", "bar", "forget"])
async def test_sessions_ended_with_the_account_are_told(door: Door, act: str) -> None:
    person = await door.enrol("anne")
    ended: list[str] = []
    door.entrance.sessions.when_ended(ended.append)
    kept, other = (door.entrance.sessions.open(person).reader.session for _ in range(2))
    accounts = door.entrance.accounts
    if act == "password":
        accounts.set_password("anne", await door.passwords.hash("another long password"), keep=kept)
    elif act == "bar":
        accounts.bar(person)
    else:
        accounts.forget(person)
    assert sorted(ended) == sorted([other] if act == "password" else [kept, other])
