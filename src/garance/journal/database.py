"""One SQLite file of ours: opened, locked, written, read, copied, and its failures told apart.

Every file has one process that writes (a lock file beside it says so) and, in that process, one writing connection
and a few reading ones. WAL mode: readers never wait for the writer. A failed write leaves nothing behind; the writing
connection is opened anew before the next one, so that the store works again as soon as the disk does.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec

from garance.journal.lock import take_lock
from garance.kernel.refusal import Refused

IDLE_READERS = 8
BUSY_S = 5.0
NEARLY_FULL_BYTES = 1 << 20
OWNER_ONLY = 0o600
PRIMARY = 0xFF
"""Mask that turns an extended SQLite result code into its primary one."""

_REFUSALS = {
    sqlite3.SQLITE_FULL: "storage-full",
    sqlite3.SQLITE_CORRUPT: "storage-damaged",
    sqlite3.SQLITE_NOTADB: "storage-damaged",
    sqlite3.SQLITE_IOERR: "storage-failed",
    sqlite3.SQLITE_READONLY: "storage-failed",
    sqlite3.SQLITE_CANTOPEN: "storage-failed",
    sqlite3.SQLITE_PERM: "storage-failed",
    sqlite3.SQLITE_BUSY: "storage-failed",
    sqlite3.SQLITE_LOCKED: "storage-failed",
    sqlite3.SQLITE_PROTOCOL: "storage-failed",
    sqlite3.SQLITE_NOMEM: "storage-failed",
}


class Shape(msgspec.Struct, frozen=True):
    """What a file must be: its mark in the SQLite header, its version, its tables, how it reaches the disk.

    `FULL`: a commit returns once flushed. `NORMAL`: a power cut may lose the last moments, never the file.
    """

    mark: int
    version: int
    tables: tuple[str, ...]
    synchronous: Literal["FULL", "NORMAL"] = "FULL"


class Database:
    """A file of that shape. Its methods may be called from any thread.

    `alone`: no other process may write it meanwhile.

    Refuses `journal-in-use` (another process writes there), `storage-foreign` (not a file of this shape),
    `storage-too-new` (made by a later Garance), `storage-full`, `storage-failed`, `storage-damaged`.
    """

    def __init__(
        self, path: Path, shape: Shape, *, read_only: bool = False, busy_s: float = BUSY_S, alone: bool = True
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._shape = shape
        self._busy_s = busy_s
        self._writing = threading.Lock()
        self._resting = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._watching = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        self._watches = 0
        self._writer: sqlite3.Connection | None = None
        self._closed = False
        self._opening = True
        # A process killed after destroying something may have left the bytes in the WAL.
        self._unwiped = True
        self._immutable = False
        self._lock = take_lock(path) if alone and not read_only else None
        try:
            self._open_first()
            self._opening = False
        except BaseException:
            self.close()
            raise

    def _open_first(self) -> None:
        if self.read_only:
            with self.read() as connection:
                self._check(connection)
            return
        try:
            _create(self.path)
        except OSError as problem:
            raise Refused("storage-failed", detail={"file": self.path.name}) from problem
        with self._refusing():
            self._writer = self._open_writer()
            self._empty_wal(self._writer, patient=False)
        sync_folder(self.path.parent)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            refused = self.refusal_of(problem)
            if refused is None:
                raise
            raise refused from problem
        except UnicodeDecodeError as problem:
            # Altered bytes can reach us in a text, and even in SQLite's own message.
            raise Refused("storage-damaged", detail={"file": self.path.name}) from problem

    def refusal_of(self, problem: sqlite3.Error) -> Refused | None:
        """What to tell the person of that failure; nothing when it is a bug of ours.

        When a file is being opened, or only read, what SQLite does not understand in it is damage, not a bug.
        """
        number = getattr(problem, "sqlite_errorcode", None)
        code = _REFUSALS.get(number & PRIMARY) if number is not None else None
        if code is None and (self.read_only or self._opening):
            code = "storage-damaged"
        if code is None:
            return None
        if code == "storage-failed" and self._nearly_full():
            code = "storage-full"
        return Refused(code, detail={"file": self.path.name})

    def _nearly_full(self) -> bool:
        try:
            return shutil.disk_usage(self.path.parent).free < NEARLY_FULL_BYTES
        except OSError:
            return False

    def _connect(self, query: str = "") -> sqlite3.Connection:
        uri = self.path.absolute().as_uri() + query
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=self._busy_s)

    def _open_writer(self) -> sqlite3.Connection:
        connection = self._connect("?mode=rw")
        try:
            connection.execute("PRAGMA trusted_schema=OFF")
            self._check_mark(connection)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={self._shape.synchronous}")
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("PRAGMA recursive_triggers=ON")
            connection.execute("PRAGMA journal_size_limit=67108864")
            connection.execute("PRAGMA cache_size=-16384")
            self._furnish(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _furnish(self, connection: sqlite3.Connection) -> None:
        if _mark_of(connection) == self._shape.mark:
            return
        connection.execute("BEGIN IMMEDIATE")
        if _mark_of(connection) == self._shape.mark:  # another process was quicker
            connection.execute("COMMIT")
            return
        for statement in self._shape.tables:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={self._shape.mark}")
        connection.execute(f"PRAGMA user_version={self._shape.version}")
        connection.execute("COMMIT")

    def _check_mark(self, connection: sqlite3.Connection) -> None:
        mark = _mark_of(connection)
        empty = mark == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not empty:
            self._check(connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        if _mark_of(connection) != self._shape.mark:
            raise Refused("storage-foreign", detail={"file": self.path.name})
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > self._shape.version:
            raise Refused("storage-too-new", detail={"file": self.path.name, "version": version})

    def _open_reader(self) -> sqlite3.Connection:
        try:
            return self._try_reader()
        except sqlite3.OperationalError:
            if not self._may_be_immutable():
                raise
            self._immutable = True
            return self._try_reader()

    def _try_reader(self) -> sqlite3.Connection:
        mode = "?mode=rw" if not self.read_only else "?mode=ro&immutable=1" if self._immutable else "?mode=ro"
        connection = self._connect(mode)
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _may_be_immutable(self) -> bool:
        # On a read-only medium SQLite cannot make its shared-memory file; without a WAL the file is whole as it is.
        if self._immutable or not self.read_only:
            return False
        wal = Path(f"{self.path}-wal")
        return self.path.exists() and (not wal.exists() or wal.stat().st_size == 0)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with; fetch everything before letting it go."""
        with self._refusing():
            connection = self._borrow()
            try:
                yield connection
            except sqlite3.Error:
                connection.close()
                raise
            except BaseException:
                self._give_back(connection)
                raise
            self._give_back(connection)

    def _borrow(self) -> sqlite3.Connection:
        with self._resting:
            if self._closed:
                raise Refused("stopping")
            if self._idle:
                return self._idle.pop()
        return self._open_reader()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._resting:
            if not self._closed and len(self._idle) < IDLE_READERS and not connection.in_transaction:
                self._idle.append(connection)
                return
        connection.close()

    def version(self) -> tuple[int, int]:
        """What changes whenever anybody, in this process or another, has committed to the file: for 3 µs.

        What was read after a version was asked is still true as long as the version is the same.
        """
        with self._watching, self._refusing():
            if self._closed:
                raise Refused("stopping")
            if self._watch is None:
                self._watch = self._open_reader()
                self._watches += 1  # each connection counts for itself
            try:
                return self._watches, int(self._watch.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error:
                self._watch.close()
                self._watch = None
                raise

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The writing connection, in a transaction: all of it is durable at the end, or nothing happened."""
        with self._writing, self._refusing():
            connection = self._writer_now()
            if self._unwiped:
                self._empty_wal(connection, patient=False)
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.IntegrityError:
                _undo(connection)
                raise
            except sqlite3.Error:
                # What SQLite believes after an I/O error is not to be built upon: start from the files again.
                _undo(connection)
                connection.close()
                self._writer = None
                raise
            except BaseException:
                _undo(connection)
                raise

    def _writer_now(self) -> sqlite3.Connection:
        if self._closed:
            raise Refused("stopping")
        if self.read_only:
            raise Refused("storage-failed", detail={"file": self.path.name})
        if self._writer is None:
            self._writer = self._open_writer()
        return self._writer

    def wipe(self) -> None:
        """Leave no trace of what was destroyed in the file or its WAL.

        When a reader of long ago is still in the way, that is tried again at each write, at closing and at opening.
        """
        with self._writing, self._refusing():
            self._unwiped = True
            self._empty_wal(self._writer_now(), patient=True)

    def _empty_wal(self, connection: sqlite3.Connection, *, patient: bool) -> None:
        if not patient:
            connection.execute("PRAGMA busy_timeout=0")
        try:
            self._unwiped = int(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]) != 0
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(self._busy_s * 1000)}")

    def backup_to(self, target: Path) -> None:
        """Copy the file as it is now, while it is in use; refuses `storage-exists`."""
        if target.exists():
            raise Refused("storage-exists", detail={"file": target.name})
        partial = target.with_name(target.name + ".partial")
        try:
            partial.unlink(missing_ok=True)
            _create(partial)
            with self.read() as source, closing(sqlite3.connect(partial, isolation_level=None)) as copy:
                source.backup(copy, pages=-1)
                copy.execute("PRAGMA journal_mode=DELETE")
            sync_file(partial)
            os.replace(partial, target)
        except OSError as problem:
            raise Refused("storage-failed", detail={"file": target.name}) from problem
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        sync_folder(target.parent)

    def close(self) -> None:
        """Let go of the file. Again changes nothing."""
        with self._writing:
            with self._resting, self._watching:
                self._closed = True
                idle, self._idle = self._idle, []
                watch, self._watch = self._watch, None
            for connection in [*idle, *([watch] if watch is not None else [])]:
                connection.close()
            if self._writer is not None:
                with suppress(sqlite3.Error):
                    self._writer.close()
                self._writer = None
            if self._lock is not None:
                self._lock.close()
                self._lock = None


def _mark_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def _undo(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _create(path: Path) -> None:
    """Make the file for its owner's eyes only, or tighten it; SQLite gives the same rights to its WAL."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
    if path.stat().st_mode & 0o077:
        path.chmod(OWNER_ONLY)


def sync_file(path: Path) -> None:
    """Wait until that file's bytes are on the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the names of that folder are on the disk (not asked of Windows, which has no such call)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
