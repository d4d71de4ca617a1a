"""Local accounts: who signs in under which login, with which password and second factor (comptes)."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable

import msgspec

from garance.journal.database import Database
from garance.kernel.clock import Clock, to_milliseconds
from garance.kernel.refusal import Refused
from garance.server.sign_in import second_factor
from garance.server.sign_in.accounts_file import kept

_LOGIN = re.compile(r"^[\w.@+-]{2,100}$")
OF_PERSON = ("accounts", "recovery", "linked", "sessions", "barred", "invitations")
"""The tables that hold something of a person."""
_COLUMNS = "login, person, hash, factor, factor_confirmed, factor_step"


class Account(msgspec.Struct, frozen=True):
    """A login and what proves it. `factor` is the shared secret, in use once `factor_confirmed`."""

    login: str
    person: str
    hash: str
    factor: bytes | None
    factor_confirmed: bool
    factor_step: int


class AccountListed(msgspec.Struct, frozen=True):
    """An account as the operator sees it in a list."""

    login: str
    person: str
    second_factor: bool
    barred: bool


def plain_login(login: str) -> str:
    """A login as it is compared: normalised, without outer spaces, in one case."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a person may come in. `linked`: by another service. `closed`: by no way. `invited_until_ms`: by a link."""

    login: str | None = None
    second_factor: bool = False
    linked: bool = False
    closed: bool = False
    invited_until_ms: int | None = None


def nobody(sessions: Iterable[str]) -> None:
    """For who holds no stream: ended sessions are told to nobody."""


class Accounts:
    """The accounts of one file. Methods touch the disk: on the event loop, call those that write from a thread.

    `told` hears which sessions a new password, a closed door or an erasure ended.
    """

    def __init__(self, file: Database, clock: Clock, told: Callable[[Iterable[str]], None] = nobody) -> None:
        self._file = file
        self._clock = clock
        self._told = told

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())

    def add(self, login: str, *, person: str, password_hash: str) -> str:
        """Open an account; gives the login as kept. Refuses `login-malformed`, `login-taken`, `account-exists`."""
        with self._file.write() as connection:
            return self.add_with(connection, login, person=person, password_hash=password_hash)

    def add_with(self, connection: sqlite3.Connection, login: str, *, person: str, password_hash: str) -> str:
        """The same, within a transaction already begun."""
        plain = plain_login(login)
        if not _LOGIN.match(plain):
            raise Refused("login-malformed", field="login")
        for column, value, code in (("login", plain, "login-taken"), ("person", person, "account-exists")):
            if connection.execute(f"SELECT 1 FROM accounts WHERE {column} = ?", (value,)).fetchone():  # noqa: S608
                raise Refused(code, field="login")
        connection.execute(
            "INSERT INTO accounts (login, person, hash, made_ms) VALUES (?, ?, ?, ?)",
            (plain, person, password_hash, self._now()),
        )
        return plain

    def has_with(self, connection: sqlite3.Connection, person: str) -> bool:
        """Whether that person has an account, within a transaction already begun."""
        return connection.execute("SELECT 1 FROM accounts WHERE person = ?", (person,)).fetchone() is not None

    def renew_with(
        self, connection: sqlite3.Connection, login: str, *, person: str, password_hash: str, drop_factor: bool
    ) -> list[str]:
        """Give an account another login and password, within a transaction already begun; gives the sessions it ends.

        Refuses `login-malformed`, `login-taken`. Whoever commits must then tell of those sessions.
        """
        plain = plain_login(login)
        if not _LOGIN.match(plain):
            raise Refused("login-malformed", field="login")
        if connection.execute("SELECT 1 FROM accounts WHERE login = ? AND person != ?", (plain, person)).fetchone():
            raise Refused("login-taken", field="login")
        connection.execute("UPDATE accounts SET login = ?, hash = ? WHERE person = ?", (plain, password_hash, person))
        if drop_factor:
            _drop_factor(connection, person)
        return _end_sessions(connection, person)

    def find(self, login: str) -> Account | None:
        """The account of that login."""
        return self._find("login", plain_login(login))

    def of(self, person: str) -> Account | None:
        """The account of that person."""
        return self._find("person", person)

    def _find(self, column: str, value: str) -> Account | None:
        with self._file.read() as connection:
            row = connection.execute(f"SELECT {_COLUMNS} FROM accounts WHERE {column} = ?", (value,))  # noqa: S608
            found = row.fetchone()
        if found is None:
            return None
        return Account(found[0], found[1], found[2], found[3], bool(found[4]), int(found[5]))

    def known(self, login: str) -> Account:
        """The account of that login; refuses `login-unknown`. For the operator, never for someone signing in."""
        account = self.find(login)
        if account is None:
            raise Refused("login-unknown", field="login")
        return account

    def listed(self) -> list[AccountListed]:
        """Every account, by login."""
        with self._file.read() as connection:
            rows = connection.execute(
                "SELECT login, person, factor_confirmed, EXISTS (SELECT 1 FROM barred b WHERE b.person = a.person)"
                " FROM accounts a ORDER BY login"
            ).fetchall()
        return [AccountListed(login, person, bool(factor), bool(barred)) for login, person, factor, barred in rows]

    def standings(self) -> dict[str, Standing]:
        """How each person who has something in this file may come in."""
        with self._file.read() as connection:
            rows = connection.execute(
                "WITH known AS (SELECT person FROM accounts UNION SELECT person FROM linked"
                " UNION SELECT person FROM barred UNION SELECT person FROM invitations WHERE ends_ms > ?)"
                " SELECT person, a.login, a.factor_confirmed,"
                " EXISTS (SELECT 1 FROM linked l WHERE l.person = k.person),"
                " EXISTS (SELECT 1 FROM barred b WHERE b.person = k.person),"
                " (SELECT ends_ms FROM invitations i WHERE i.person = k.person AND i.ends_ms > ?)"
                " FROM known k LEFT JOIN accounts a USING (person)",
                (self._now(), self._now()),
            ).fetchall()
        return {
            row[0]: Standing(
                login=row[1],
                second_factor=bool(row[2]),
                linked=bool(row[3]),
                closed=bool(row[4]),
                invited_until_ms=row[5],
            )
            for row in rows
        }

    def set_password(self, login: str, password_hash: str, *, keep: str | None = None) -> None:
        """Replace the password, and end every session opened with the old one but `keep`."""
        person = self.known(login).person
        with self._file.write() as connection:
            connection.execute("UPDATE accounts SET hash = ? WHERE person = ?", (password_hash, person))
            ended = _end_sessions(connection, person, keep=keep)
        self._told(ended)

    def better_hash(self, login: str, *, old: str, new: str) -> None:
        """Keep the same password under newer parameters, unless it was changed meanwhile."""
        with self._file.write() as connection:
            connection.execute("UPDATE accounts SET hash = ? WHERE login = ? AND hash = ?", (new, login, old))

    def bar(self, person: str) -> None:
        """Close the door to that person, whatever the way of signing in, and end their sessions."""
        with self._file.write() as connection:
            connection.execute("INSERT OR IGNORE INTO barred VALUES (?, ?)", (person, self._now()))
            connection.execute("DELETE FROM invitations WHERE person = ?", (person,))
            ended = _end_sessions(connection, person)
        self._told(ended)

    def unbar(self, person: str) -> None:
        """Open it again."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM barred WHERE person = ?", (person,))

    def barred(self, person: str) -> bool:
        """Whether the door is closed to that person."""
        with self._file.read() as connection:
            return connection.execute("SELECT 1 FROM barred WHERE person = ?", (person,)).fetchone() is not None

    def forget(self, person: str) -> None:
        """Destroy everything this file knows of a person."""
        with self._file.write() as connection:
            ended = _end_sessions(connection, person)
            gone = sum(
                connection.execute(f"DELETE FROM {table} WHERE person = ?", (person,)).rowcount  # noqa: S608
                for table in OF_PERSON
            )
        if ended or gone:
            self._file.wipe()
        self._told(ended)

    def propose_factor(self, login: str) -> bytes:
        """A new second-factor secret, not asked for until confirmed by a first code."""
        person = self.known(login).person
        secret = second_factor.new_secret()
        with self._file.write() as connection:
            connection.execute(
                "UPDATE accounts SET factor = ?, factor_confirmed = 0, factor_step = 0 WHERE person = ?",
                (secret, person),
            )
            connection.execute("DELETE FROM recovery WHERE person = ?", (person,))
        return secret

    def confirm_factor(self, login: str, code: str) -> list[str]:
        """Ask for the second factor from now on; gives recovery codes, shown once. Refuses `code-wrong`."""
        account = self.known(login)
        step = None
        if account.factor is not None:
            step = second_factor.step_of(account.factor, code, self._clock.now(), after=account.factor_step)
        if step is None:
            raise Refused("code-wrong", field="code")
        codes = second_factor.new_recovery_codes()
        with self._file.write() as connection:
            connection.execute(
                "UPDATE accounts SET factor_confirmed = 1, factor_step = ? WHERE login = ?", (step, account.login)
            )
            connection.execute("DELETE FROM recovery WHERE person = ?", (account.person,))
            connection.executemany(
                "INSERT INTO recovery VALUES (?, ?)",
                [(account.person, kept(second_factor.plain_recovery_code(one))) for one in codes],
            )
        return codes

    def drop_factor(self, login: str) -> None:
        """Ask no second factor any more."""
        person = self.known(login).person
        with self._file.write() as connection:
            _drop_factor(connection, person)

    def recovery_codes(self, person: str) -> int:
        """How many recovery codes that person has left."""
        with self._file.read() as connection:
            row = connection.execute("SELECT count(*) FROM recovery WHERE person = ?", (person,)).fetchone()
        return int(row[0])

    def take_code(self, account: Account, code: str) -> bool:
        """Whether that code proves the second factor; each code is good once."""
        if account.factor is None:
            return False
        step = second_factor.step_of(account.factor, code, self._clock.now(), after=account.factor_step)
        with self._file.write() as connection:
            if step is not None:
                done = connection.execute(
                    "UPDATE accounts SET factor_step = ? WHERE login = ? AND factor = ? AND factor_step < ?",
                    (step, account.login, account.factor, step),
                )
            else:
                done = connection.execute(
                    "DELETE FROM recovery WHERE person = ? AND code = ?",
                    (account.person, kept(second_factor.plain_recovery_code(code))),
                )
            return done.rowcount == 1

    def link(self, issuer: str, subject: str, *, person: str) -> None:
        """Have that subject of another service sign in as that person, instead of any other."""
        with self._file.write() as connection:
            connection.execute("INSERT OR REPLACE INTO linked VALUES (?, ?, ?)", (issuer, subject, person))

    def linked(self, issuer: str, subject: str) -> str | None:
        """The person that subject of another service is."""
        with self._file.read() as connection:
            row = connection.execute("SELECT person FROM linked WHERE issuer = ? AND subject = ?", (issuer, subject))
            found = row.fetchone()
        return None if found is None else str(found[0])


def _end_sessions(connection: sqlite3.Connection, person: str, *, keep: str | None = None) -> list[str]:
    rows = connection.execute("DELETE FROM sessions WHERE person = ? AND id IS NOT ? RETURNING id", (person, keep))
    return [row[0] for row in rows.fetchall()]


def _drop_factor(connection: sqlite3.Connection, person: str) -> None:
    connection.execute(
        "UPDATE accounts SET factor = NULL, factor_confirmed = 0, factor_step = 0 WHERE person = ?", (person,)
    )
    connection.execute("DELETE FROM recovery WHERE person = ?", (person,))
