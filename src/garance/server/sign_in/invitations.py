"""One-time links with which a person chooses a login and a password (invitations). Made by whoever keeps the node."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import msgspec

from garance.journal.database import Database
from garance.kernel.clock import Clock, from_milliseconds, to_milliseconds
from garance.kernel.refusal import Refused
from garance.server.sign_in.accounts_file import kept, new_token

LASTS = timedelta(hours=72)
PAGE = "/invitation"


class Invitation(msgspec.Struct, frozen=True):
    """Whom it is for, until when, and whether a second factor goes with the old password (a lost phone)."""

    person: str
    drops_factor: bool
    ends_at: datetime


def invitation_address(origin: str, token: str) -> str:
    """The address to open. What follows # never reaches a server, so the secret stays out of every log."""
    return f"{origin}{PAGE}#{token}"


class Invitations:
    """At most one per person, good once within 72 hours; a new one makes the one before worth nothing."""

    def __init__(self, file: Database, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def prepare(self) -> tuple[str, datetime]:
        """A new invitation's secret, shown once, and when it is over; worth nothing until kept."""
        return new_token(), self._clock.now() + LASTS

    def keep(self, token: str, ends_at: datetime, person: str, *, drops_factor: bool = False) -> None:
        """Have that secret open that person's account; the one before is worth nothing."""
        with self._file.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO invitations VALUES (?, ?, ?, ?)",
                (kept(token), person, drops_factor, to_milliseconds(ends_at)),
            )

    def check(self, token: str) -> Invitation:
        """The invitation of that secret; refuses `invitation-refused` when unknown, used, replaced or over."""
        with self._file.read() as connection:
            return self._found(connection, token)

    def take(self, connection: sqlite3.Connection, token: str) -> Invitation:
        """Use it up, within a transaction; refuses `invitation-refused`: of two at once, one is."""
        found = self._found(connection, token)
        connection.execute("DELETE FROM invitations WHERE token = ?", (kept(token),))
        return found

    def _found(self, connection: sqlite3.Connection, token: str) -> Invitation:
        row = connection.execute(
            "SELECT person, drops_factor, ends_ms FROM invitations WHERE token = ? AND ends_ms > ?",
            (kept(token), to_milliseconds(self._clock.now())),
        ).fetchone()
        if row is None:
            raise Refused("invitation-refused", field="token")
        return Invitation(row[0], bool(row[1]), from_milliseconds(row[2]))
