"""The one-time link that makes its holder the first administrator of a new node (premier accès)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from garance.domain.people.state import People
from garance.journal.database import Database
from garance.kernel.clock import Clock, to_milliseconds
from garance.kernel.refusal import Refused
from garance.server.sign_in.accounts_file import kept, new_token

LASTS = timedelta(hours=24)


def first_address(origin: str, token: str) -> str:
    """The address to open. What follows # never reaches a server, so the secret stays out of every log."""
    return f"{origin}/premier-acces#{token}"


class FirstLinks:
    """At most one link at a time, good once within 24 hours."""

    def __init__(self, file: Database, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def make(self, people: People) -> str:
        """A new link's secret; the one before is worth nothing. Refuses `administrator-exists`."""
        if people.administrators(self._clock.now()):
            raise Refused("administrator-exists")
        token = new_token()
        with self._file.write() as connection:
            connection.execute("DELETE FROM first_links")
            self._keep(connection, token)
        return token

    def check(self, token: str) -> None:
        """Refuse `first-link-refused` for a link unknown, used or over."""
        with self._file.read() as connection:
            row = connection.execute("SELECT ends_ms FROM first_links WHERE token = ?", (kept(token),)).fetchone()
        if row is None or row[0] <= to_milliseconds(self._clock.now()):
            raise Refused("first-link-refused", field="token")

    def take(self, connection: sqlite3.Connection, token: str) -> None:
        """Use the link up, within a transaction; refuses `first-link-refused`: of two at once, one is."""
        now = to_milliseconds(self._clock.now())
        used = connection.execute("DELETE FROM first_links WHERE token = ? AND ends_ms > ?", (kept(token), now))
        if used.rowcount != 1:
            raise Refused("first-link-refused", field="token")

    def give_back(self, token: str, *, person: str) -> None:
        """What it was used for failed: the account goes, the link is good again."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM accounts WHERE person = ?", (person,))
            connection.execute("DELETE FROM first_links")
            self._keep(connection, token)

    def _keep(self, connection: sqlite3.Connection, token: str) -> None:
        ends_ms = to_milliseconds(self._clock.now() + LASTS)
        connection.execute("INSERT INTO first_links VALUES (?, ?)", (kept(token), ends_ms))
