"""What intake set aside, kept with its reason until a person lets it in or it expires (mis à l'écart).

It is not a fact: nothing was accepted. Of each reason, a connection keeps the newest `KEPT`; all are counted, so that
a source gone mad fills nothing and hides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from garance.journal.database import Database, Shape
from garance.kernel.refusal import Refused

MARK = 0x47524131
"""`GRA1`: this file holds what Garance set aside."""
KEPT = 500
"""How many of each reason are kept for each connection."""
FRAME_BYTES = 64 << 10
"""How much of a frame that could not be read is kept."""


class PutAside(msgspec.Struct, frozen=True, kw_only=True):
    """One thing set aside. `observation` is its JSON, or None when `frame` could not be read at all."""

    connection: str
    why: str
    detail: str
    source: str
    sender: str
    heard_ms: int
    observation: bytes | None = None
    frame: bytes | None = None


class KeptAside(msgspec.Struct, frozen=True, kw_only=True):
    """One thing set aside, with its number; `released` once a person let it in."""

    number: int
    released: bool
    put: PutAside


_TABLES = (
    """CREATE TABLE aside (
        number INTEGER PRIMARY KEY AUTOINCREMENT, connection TEXT NOT NULL, why TEXT NOT NULL, detail TEXT NOT NULL,
        source TEXT NOT NULL, sender TEXT NOT NULL, heard_ms INTEGER NOT NULL, observation BLOB, frame BLOB,
        released INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX aside_by_reason ON aside (connection, why, number)",
    """CREATE TABLE counts (
        connection TEXT NOT NULL, why TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (connection, why)
    ) WITHOUT ROWID""",
)
_SHAPE = Shape(MARK, 1, _TABLES, "NORMAL")
_COLUMNS = "number, connection, why, detail, source, sender, heard_ms, observation, frame, released"
_PUT = """INSERT INTO aside (connection, why, detail, source, sender, heard_ms, observation, frame)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_COUNT = """INSERT INTO counts VALUES (?, ?, ?)
    ON CONFLICT (connection, why) DO UPDATE SET count = count + excluded.count"""
_PRUNE = f"""DELETE FROM aside WHERE connection = ?1 AND why = ?2 AND number <= (
    SELECT number FROM aside WHERE connection = ?1 AND why = ?2 ORDER BY number DESC LIMIT 1 OFFSET {KEPT})"""  # noqa: S608


class AsideStore:
    """One file, made anew when it is damaged: what it holds was never accepted. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        try:
            self._database = Database(path, _SHAPE)
        except Refused as refused:
            if refused.code not in ("storage-damaged", "storage-too-new"):
                raise
            for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                with suppress(FileNotFoundError):
                    name.unlink()
            self._database = Database(path, _SHAPE)

    def put(self, things: Sequence[PutAside], counted: Sequence[tuple[str, str, int]] = ()) -> None:
        """Keep these; `counted` (connection, reason, how many) is only counted, beside those kept."""
        reasons: dict[tuple[str, str], int] = {}
        for each in things:
            reasons[each.connection, each.why] = reasons.get((each.connection, each.why), 0) + 1
        for connection, why, count in counted:
            reasons[connection, why] = reasons.get((connection, why), 0) + count
        with self._database.write() as connection_:
            connection_.executemany(_PUT, [_row(each) for each in things])
            connection_.executemany(_COUNT, [(*reason, count) for reason, count in reasons.items()])
            connection_.executemany(_PRUNE, list(reasons))

    def page(self, connection: str, *, before: int | None, limit: int, why: str | None = None) -> list[KeptAside]:
        """The newest first, those numbered under `before`."""
        query = f"""SELECT {_COLUMNS} FROM aside WHERE connection = ?1 AND (?2 IS NULL OR number < ?2)
            AND (?3 IS NULL OR why = ?3) ORDER BY number DESC LIMIT ?4"""  # noqa: S608 - our own words
        with self._database.read() as connection_:
            return [_kept(row) for row in connection_.execute(query, (connection, before, why, limit)).fetchall()]

    def find(self, connection: str, number: int) -> KeptAside | None:
        """That one, if it is still kept."""
        query = f"SELECT {_COLUMNS} FROM aside WHERE connection = ? AND number = ?"  # noqa: S608 - our own words
        with self._database.read() as connection_:
            row = connection_.execute(query, (connection, number)).fetchone()
        return _kept(row) if row else None

    def mark_released(self, number: int) -> None:
        """A person let it in."""
        with self._database.write() as connection:
            connection.execute("UPDATE aside SET released = 1 WHERE number = ?", (number,))

    def counts(self) -> dict[str, dict[str, int]]:
        """How many were ever set aside, by connection and reason."""
        found: dict[str, dict[str, int]] = {}
        with self._database.read() as connection:
            for name, why, count in connection.execute("SELECT connection, why, count FROM counts").fetchall():
                found.setdefault(name, {})[why] = count
        return found

    def expire(self, before_ms: int) -> int:
        """Destroy what was heard before that time; how many there were."""
        with self._database.write() as connection:
            return connection.execute("DELETE FROM aside WHERE heard_ms < ?", (before_ms,)).rowcount

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _row(each: PutAside) -> tuple[Any, ...]:
    frame = each.frame[:FRAME_BYTES] if each.frame is not None else None
    return (
        each.connection,
        each.why,
        each.detail,
        each.source,
        each.sender,
        each.heard_ms,
        each.observation,
        frame,
    )


def _kept(row: tuple[Any, ...]) -> KeptAside:
    number, connection, why, detail, source, sender, heard_ms, observation, frame, released = row
    put = PutAside(
        connection=connection,
        why=why,
        detail=detail,
        source=source,
        sender=sender,
        heard_ms=heard_ms,
        observation=observation,
        frame=frame,
    )
    return KeptAside(number=number, released=bool(released), put=put)
