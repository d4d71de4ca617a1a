"""The embedded journal: one SQLite file, one writer, many readers (DESIGN section 3).

Triggers refuse any change to a fact but the destruction of its body; they guard against mistakes. Against malice
stand the chain and the signed heads, which `verify` reads.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from garance.journal.chain import check_next
from garance.journal.database import BUSY_S, Database, Shape
from garance.journal.envelope import Line, Record, Tail, read_header
from garance.journal.head import Head, check_head, window_of
from garance.journal.rows import insert_rows
from garance.journal.store import Appended, Batch, Receipt, Row, place_receipts, row_of
from garance.kernel.clock import Clock, SystemClock, to_milliseconds
from garance.kernel.digest import digest
from garance.kernel.refusal import Refused

MARK = 0x47524A31
"""`GRJ1`, in the SQLite header: this file is a Garance journal."""

_COLUMNS = ", ".join(Row._fields)
_RECEIPT_COLUMNS = "person, command, request, facts, cursor"

_TABLES = (
    """CREATE TABLE facts (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        writer TEXT NOT NULL,
        seq INTEGER NOT NULL,
        recorded_ms INTEGER NOT NULL,
        tick INTEGER NOT NULL,
        occurred_ms INTEGER NOT NULL,
        situation TEXT,
        name TEXT NOT NULL,
        person TEXT NOT NULL,
        command TEXT NOT NULL,
        digest TEXT NOT NULL,
        arrived_ms INTEGER NOT NULL,
        header BLOB NOT NULL,
        salt BLOB,
        body BLOB,
        UNIQUE (writer, seq)
    )""",
    "CREATE INDEX facts_by_situation ON facts (situation, position)",
    """CREATE TABLE heads (
        writer TEXT NOT NULL, seq INTEGER NOT NULL, head BLOB NOT NULL, PRIMARY KEY (writer, seq)
    ) WITHOUT ROWID""",
    """CREATE TABLE receipts (
        person TEXT NOT NULL, command TEXT NOT NULL, request TEXT NOT NULL,
        facts TEXT NOT NULL, cursor INTEGER NOT NULL,
        PRIMARY KEY (person, command)
    ) WITHOUT ROWID""",
    """CREATE TRIGGER facts_are_kept BEFORE DELETE ON facts
    BEGIN SELECT RAISE(ABORT, 'facts are never deleted'); END""",
    """CREATE TRIGGER facts_stay_as_they_are BEFORE UPDATE ON facts
    WHEN NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
        OR NEW.position IS NOT OLD.position OR NEW.writer IS NOT OLD.writer OR NEW.seq IS NOT OLD.seq
        OR NEW.recorded_ms IS NOT OLD.recorded_ms OR NEW.tick IS NOT OLD.tick
        OR NEW.occurred_ms IS NOT OLD.occurred_ms OR NEW.situation IS NOT OLD.situation
        OR NEW.name IS NOT OLD.name OR NEW.person IS NOT OLD.person OR NEW.command IS NOT OLD.command
        OR NEW.digest IS NOT OLD.digest OR NEW.arrived_ms IS NOT OLD.arrived_ms OR NEW.header IS NOT OLD.header
    BEGIN SELECT RAISE(ABORT, 'of a fact, only the body can be destroyed'); END""",
    """CREATE TRIGGER receipts_are_kept BEFORE DELETE ON receipts
    BEGIN SELECT RAISE(ABORT, 'receipts are never deleted'); END""",
    """CREATE TRIGGER receipts_stay_as_they_are BEFORE UPDATE ON receipts
    BEGIN SELECT RAISE(ABORT, 'receipts never change'); END""",
)

SHAPE = Shape(MARK, 1, _TABLES)


class SqliteStore:
    """Keeps the contract of `Store` in one file.

    `read_only` opens a journal that another process may be writing, to read and verify it. Refuses what `Database`
    refuses. `arrived_ms` is noted by this node's clock and proves nothing.
    """

    def __init__(
        self, path: Path, *, clock: Clock | None = None, read_only: bool = False, busy_s: float = BUSY_S
    ) -> None:
        self._database = Database(path, SHAPE, read_only=read_only, busy_s=busy_s)
        self._clock = clock or SystemClock()

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self._database.path

    def append(self, batch: Batch) -> Appended:
        """Write the whole batch or nothing, and return only once it is durable."""
        try:
            with self._database.write() as connection:
                lines = self._insert(connection, batch)
                for head in batch.heads:
                    _insert_head(connection, head)
                receipts = place_receipts(batch, lines)
                rows = [_receipt_row(one) for one in receipts]
                insert_rows(connection, f"INSERT INTO receipts ({_RECEIPT_COLUMNS})", rows)
        except sqlite3.IntegrityError as problem:
            # The chain was checked in this very transaction: only a receipt can be there already.
            raise Refused("command-repeated") from problem
        return Appended(tuple(lines), receipts)

    def _insert(self, connection: sqlite3.Connection, batch: Batch) -> list[Line]:
        arrived_ms = to_milliseconds(self._clock.now())
        tails: dict[str, Tail] = {}
        lines: list[Line] = []
        rows: list[tuple[Any, ...]] = []
        for position, record in enumerate(batch.records, start=_last_position(connection) + 1):
            header = read_header(record.header)
            tail = tails.get(header.writer) or _tail(connection, header.writer)
            check_next(header, tail)
            own = digest(record.header)
            tails[header.writer] = Tail(header.seq, own)
            lines.append(Line(position, header, record))
            rows.append((*row_of(position, header, record, own), arrived_ms))
        insert_rows(connection, f"INSERT INTO facts ({_COLUMNS}, arrived_ms)", rows)
        return lines

    def read(self, after: int, limit: int, *, situation: str | None = None) -> list[Line]:
        """At most `limit` lines after that position."""
        where, values = ("", ()) if situation is None else ("AND situation = ?", (situation,))
        return self._lines(f"position > ? {where} ORDER BY position LIMIT ?", (after, *values, limit))

    def chain(self, writer: str, after_seq: int, limit: int) -> list[Line]:
        """At most `limit` lines of that writer after that sequence number."""
        return self._lines("writer = ? AND seq > ? ORDER BY seq LIMIT ?", (writer, after_seq, limit))

    def _lines(self, condition: str, values: tuple[str | int, ...]) -> list[Line]:
        query = f"SELECT position, header, salt, body FROM facts WHERE {condition}"  # noqa: S608 - values are bound
        with self._database.read() as connection:
            found = connection.execute(query, values).fetchall()
        return [
            Line(position, read_header(header), Record(header, salt, body)) for position, header, salt, body in found
        ]

    def rows(self, after: int, limit: int) -> list[Row]:
        """At most `limit` records after that position, as stored."""
        query = f"SELECT {_COLUMNS} FROM facts WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608 - our own names
        with self._database.read() as connection:
            try:
                found = connection.execute(query, (after, limit)).fetchall()
            except (sqlite3.OperationalError, UnicodeDecodeError):
                # Altered text may not even be UTF-8: whoever verifies must see it all the same.
                connection.text_factory = lambda text: text.decode(errors="replace")
                found = connection.execute(query, (after, limit)).fetchall()
                connection.text_factory = str
        return [Row._make(row) for row in found]

    def tail(self, writer: str) -> Tail:
        """Where that writer's chain ends."""
        with self._database.read() as connection:
            return _tail(connection, writer)

    def writers(self) -> list[str]:
        """Every writer, sorted."""
        # A loose index scan: one step per writer, however many facts there are.
        query = """WITH RECURSIVE each(writer) AS (
            SELECT min(writer) FROM facts
            UNION ALL
            SELECT (SELECT min(writer) FROM facts WHERE writer > each.writer) FROM each WHERE writer IS NOT NULL
        ) SELECT writer FROM each WHERE writer IS NOT NULL"""
        with self._database.read() as connection:
            return [row[0] for row in connection.execute(query).fetchall()]

    def last_position(self) -> int:
        """The position of the last line."""
        with self._database.read() as connection:
            return _last_position(connection)

    def head(self, writer: str) -> Head | None:
        """The newest head of that writer."""
        heads = self._heads("writer = ? ORDER BY seq DESC LIMIT 1", writer)
        return heads[0] if heads else None

    def heads(self, writer: str) -> list[Head]:
        """The heads of that writer kept here, oldest first."""
        return self._heads("writer = ? ORDER BY seq", writer)

    def _heads(self, condition: str, writer: str) -> list[Head]:
        with self._database.read() as connection:
            found = connection.execute(f"SELECT head FROM heads WHERE {condition}", (writer,)).fetchall()  # noqa: S608
        try:
            return [msgspec.json.decode(head, type=Head) for (head,) in found]
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise Refused("storage-damaged", detail={"file": self.path.name}) from problem

    def receipt(self, person: str, command: str) -> Receipt | None:
        """What was answered to that command."""
        query = "SELECT person, command, request, facts, cursor FROM receipts WHERE person = ? AND command = ?"
        with self._database.read() as connection:
            found = connection.execute(query, (person, command)).fetchone()
        if found is None:
            return None
        return Receipt(found[0], found[1], found[2], tuple(found[3].split()), found[4])

    def destroy_body(self, writer: str, seq: int) -> bool:
        """Destroy the salt and body of one fact: overwritten in the file, and gone from the WAL.

        If a reader of long ago keeps the WAL from being emptied now, that is done at the next write or at closing.
        What the disk itself, a file-system snapshot or an older backup may still hold is out of reach here.
        """
        query = "UPDATE facts SET salt = NULL, body = NULL WHERE writer = ? AND seq = ? AND body IS NOT NULL"
        with self._database.write() as connection:
            destroyed = connection.execute(query, (writer, seq)).rowcount > 0
        if destroyed:
            self._database.wipe()
        return destroyed

    def backup_to(self, target: Path) -> None:
        """Copy the journal as it is now, in use, to one file; refuses `storage-exists`."""
        self._database.backup_to(target)

    def close(self) -> None:
        """Let go of the file; the WAL is folded into it."""
        self._database.close()


def _last_position(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(position), 0) FROM facts").fetchone()[0])


def _tail(connection: sqlite3.Connection, writer: str) -> Tail:
    query = "SELECT seq, digest FROM facts WHERE writer = ? ORDER BY seq DESC LIMIT 1"
    found = connection.execute(query, (writer,)).fetchone()
    return Tail(found[0], found[1]) if found else Tail()


def _insert_head(connection: sqlite3.Connection, head: Head) -> None:
    def digest_at(head: Head) -> str | None:
        query = "SELECT digest FROM facts WHERE writer = ? AND seq = ?"
        found = connection.execute(query, (head.writer, head.seq)).fetchone()
        return str(found[0]) if found else None

    check_head(head, _tail(connection, head.writer), digest_at)
    found = connection.execute("SELECT max(seq) FROM heads WHERE writer = ?", (head.writer,)).fetchone()
    newest = found[0] or 0
    if head.seq < newest:
        return
    if newest and window_of(newest) == window_of(head.seq):
        connection.execute("DELETE FROM heads WHERE writer = ? AND seq = ?", (head.writer, newest))
    values = (head.writer, head.seq, msgspec.json.encode(head))
    connection.execute("INSERT INTO heads VALUES (?, ?, ?)", values)


def _receipt_row(receipt: Receipt) -> tuple[str, str, str, str, int]:
    return receipt.person, receipt.command, receipt.request, " ".join(receipt.facts), receipt.cursor
