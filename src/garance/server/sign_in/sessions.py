"""Sessions and wall screens: who came in, until when; ended at once when revoked (sessions, murs d'images)."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from garance.journal.database import Database
from garance.kernel.clock import Clock, from_milliseconds, to_milliseconds
from garance.kernel.identity import new_id
from garance.kernel.refusal import Refused
from garance.server.sign_in.accounts_file import kept, new_token
from garance.server.sign_in.reader import Kind, Reader, Wall

MAX_TOKEN = 200
WALL_TOKEN = "wall token"  # noqa: S105 - where a wall's own token is looked for, beside the columns of sessions
_SEEN_EVERY = 20
"""A session's last use is noted at most this many times per idle period: not a write for each request."""


class Lifetimes(msgspec.Struct, frozen=True):
    """How long a session lasts unused, how long at most, and how long a wall's token."""

    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(hours=24)
    wall: timedelta = timedelta(days=30)


class Opened(msgspec.Struct, frozen=True):
    """A new session: the secret for the cookie, and who it is."""

    token: str
    reader: Reader


class SessionListed(msgspec.Struct, frozen=True):
    """A session as its owner or the operator sees it."""

    session: str
    kind: Kind
    opened_at: datetime
    seen_at: datetime


class _Known(msgspec.Struct, frozen=True):
    """A session as the file has it, in force or not."""

    reader: Reader
    seen_ms: int
    ends_ms: int


class _Memory(msgspec.Struct, frozen=True):
    """What was read from the file while it was at that version. Only what was found: guesses take no room."""

    version: tuple[int, int]
    known: dict[tuple[str, str | bytes], _Known]


def csrf_of(token: str) -> str:
    """The page's own token of a session: from its secret, so that it need not be kept."""
    return hashlib.sha256(b"garance csrf\0" + token.encode()).hexdigest()


class Sessions:
    """The sessions of one file. Whoever holds a stream for a session asks to be told when it is ended here.

    Sessions are remembered as long as nobody has written in the file: what is ended, by this process or another, is
    ended for the very next request.
    """

    def __init__(self, file: Database, clock: Clock, lifetimes: Lifetimes | None = None) -> None:
        self._file = file
        self._clock = clock
        self.lifetimes = lifetimes or Lifetimes()
        self._told: list[Callable[[str], None]] = []
        self._memory = _Memory((0, 0), {})

    def when_ended(self, tell: Callable[[str], None]) -> None:
        """Have `tell` called with the identifier of each session ended by this process, from any thread."""
        self._told.append(tell)

    def open(self, person: str, *, kind: Kind = Kind.PERSON) -> Opened:
        """Begin a session with a new secret."""
        return self._open(person, kind, self._clock.now() + self.lifetimes.longest, None)

    def open_wall(self, token: str) -> Opened:
        """Begin a wall screen's session, which lasts as long as its token; refuses `sign-in-refused`."""
        with self._file.read() as connection:
            wall = _wall(connection, "token", kept(token[:MAX_TOKEN]))
        if wall is None or wall.ends_at <= self._clock.now():
            raise Refused("sign-in-refused")
        return self._open(wall.id, Kind.WALL, wall.ends_at, wall)

    def _open(self, person: str, kind: Kind, ends_at: datetime, wall: Wall | None) -> Opened:
        now = to_milliseconds(self._clock.now())
        token, identifier = new_token(), new_id()
        with self._file.write() as connection:
            connection.execute("DELETE FROM sessions WHERE ends_ms <= ?", (now,))
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)",
                (identifier, kept(token), kind, person, now, now, to_milliseconds(ends_at)),
            )
        reader = Reader(
            session=identifier, person=person, kind=kind, csrf=csrf_of(token), until=ends_at, wall=wall
        )
        return Opened(token, reader)

    def read(self, token: str) -> Reader | None:
        """Who holds that secret, if the session is still in force; its use is noted now and then."""
        if not 0 < len(token) <= MAX_TOKEN:
            return None
        return self._find("token", kept(token), csrf_of(token))

    def read_wall(self, token: str) -> Reader | None:
        """Who a wall screen's own token stands for, without a session: a reader that writes nothing and has no page."""
        if not 0 < len(token) <= MAX_TOKEN:
            return None
        return self._find(WALL_TOKEN, kept(token), "")

    def still(self, session: str) -> Reader | None:
        """The session of that identifier, if still in force: for streams. It gives no `csrf`."""
        return self._find("id", session, "")

    def _find(self, column: str, value: str | bytes, csrf: str) -> Reader | None:
        known = self._recall(column, value, csrf)
        now = to_milliseconds(self._clock.now())
        if known is None or known.ends_ms <= now:
            return None
        if known.reader.kind is Kind.WALL:
            return known.reader if known.reader.wall is not None else None
        return known.reader if known.seen_ms + self._idle_ms > now else None

    def _recall(self, column: str, value: str | bytes, csrf: str = "") -> _Known | None:
        version = self._file.version()
        memory = self._memory
        if memory.version != version:
            memory = self._memory = _Memory(version, {})
        known = memory.known.get((column, value))
        if known is None:
            known = self._read_wall(value) if column == WALL_TOKEN else self._read(column, value, csrf)
            if known is not None:
                # In the memory of the version asked before reading: if the file changed since, this is forgotten.
                memory.known[(column, value)] = known
        return known

    def _read(self, column: str, value: str | bytes, csrf: str) -> _Known | None:
        with self._file.read() as connection:
            row = connection.execute(
                f"SELECT id, kind, person, seen_ms, ends_ms FROM sessions WHERE {column} = ?",  # noqa: S608
                (value,),
            ).fetchone()
            wall = _wall(connection, "id", row[2]) if row is not None and row[1] == Kind.WALL else None
        if row is None:
            return None
        until = from_milliseconds(row[4])
        reader = Reader(session=row[0], person=row[2], kind=Kind(row[1]), csrf=csrf, until=until, wall=wall)
        return _Known(reader, row[3], row[4])

    def _read_wall(self, value: str | bytes) -> _Known | None:
        with self._file.read() as connection:
            wall = _wall(connection, "token", value)
        if wall is None:
            return None
        reader = Reader(session=wall.id, person=wall.id, kind=Kind.WALL, csrf="", until=wall.ends_at, wall=wall)
        return _Known(reader, 0, to_milliseconds(wall.ends_at))

    @property
    def _idle_ms(self) -> int:
        return self.lifetimes.idle // timedelta(milliseconds=1)

    def due(self, session: str) -> bool:
        """Whether the use of that session should be noted: it was not lately."""
        known = self._recall("id", session)
        return known is not None and known.seen_ms <= self._stale_ms()

    def _stale_ms(self) -> int:
        return to_milliseconds(self._clock.now()) - self._idle_ms // _SEEN_EVERY

    def touch(self, session: str) -> bool:
        """Note that the session is used now, if that was not noted lately; whether it had to be."""
        if not self.due(session):
            return False
        stale_ms, now = self._stale_ms(), to_milliseconds(self._clock.now())
        with self._file.write() as connection:
            noted = connection.execute(
                "UPDATE sessions SET seen_ms = ? WHERE id = ? AND seen_ms <= ?", (now, session, stale_ms)
            )
            return noted.rowcount > 0

    def of(self, person: str) -> list[SessionListed]:
        """That person's sessions in force, oldest first."""
        with self._file.read() as connection:
            rows = connection.execute(
                "SELECT id, kind, opened_ms, seen_ms FROM sessions WHERE person = ? ORDER BY opened_ms", (person,)
            ).fetchall()
        return [
            SessionListed(row[0], Kind(row[1]), from_milliseconds(row[2]), from_milliseconds(row[3]))
            for row in rows
            if self.still(row[0]) is not None
        ]

    def end(self, session: str) -> None:
        """End one session at once."""
        self._end("id", session)

    def end_all(self, person: str) -> None:
        """End every session of a person at once."""
        self._end("person", person)

    def _end(self, column: str, value: str) -> None:
        with self._file.write() as connection:
            rows = connection.execute(
                f"DELETE FROM sessions WHERE {column} = ? RETURNING id",  # noqa: S608
                (value,),
            ).fetchall()
        self.tell(session for (session,) in rows)

    def tell(self, ended: Iterable[str]) -> None:
        """Tell of sessions ended in the file by this process, once that is done."""
        for session in ended:
            for tell in self._told:
                tell(session)

    def make_wall(self, *, situation: str, organisation: str, title: str) -> tuple[str, Wall]:
        """A new wall screen and the secret it opens its session with, shown once."""
        now = self._clock.now()
        wall = Wall(
            id=new_id(),
            situation=situation,
            organisation=organisation,
            title=title,
            ends_at=now + self.lifetimes.wall,
        )
        token = new_token()
        with self._file.write() as connection:
            connection.execute(
                "INSERT INTO walls VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    wall.id, kept(token), situation, organisation, title,
                    to_milliseconds(now), to_milliseconds(wall.ends_at),
                ),
            )
        return token, wall

    def walls(self) -> list[Wall]:
        """Every wall screen whose token is not over, by title."""
        now = to_milliseconds(self._clock.now())
        with self._file.read() as connection:
            rows = connection.execute(
                "SELECT id, situation, organisation, title, ends_ms FROM walls WHERE ends_ms > ? ORDER BY title, id",
                (now,),
            ).fetchall()
        return [_as_wall(row) for row in rows]

    def end_wall(self, wall: str) -> None:
        """Revoke a wall screen: its token and its sessions are worth nothing from now on."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM walls WHERE id = ?", (wall,))
        self._end("person", wall)


def _wall(connection: sqlite3.Connection, column: str, value: str | bytes) -> Wall | None:
    row = connection.execute(
        f"SELECT id, situation, organisation, title, ends_ms FROM walls WHERE {column} = ?",  # noqa: S608
        (value,),
    ).fetchone()
    return None if row is None else _as_wall(row)


def _as_wall(row: tuple[str, str, str, str, int]) -> Wall:
    return Wall(
        id=row[0], situation=row[1], organisation=row[2], title=row[3], ends_at=from_milliseconds(row[4])
    )
