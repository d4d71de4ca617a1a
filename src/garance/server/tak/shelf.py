"""Files that TAK devices leave for others, by the SHA-256 of what they hold (paquets de données).

Each content is kept once; who left it, under which name and for which groups is kept for each who left it. What was
left is forgotten after `KEPT`, unless a mission holds it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import msgspec

from garance.connectors.tak.package import read_package
from garance.journal.database import Database, sync_folder
from garance.kernel.clock import Clock, Instant, from_milliseconds, to_milliseconds
from garance.kernel.refusal import Refused

MAX_FILE_BYTES = 64 << 20
QUOTA_BYTES = 10 << 30
MAX_FILES = 20_000
KEPT = timedelta(days=90)
ZIP = "application/zip"
PRIVATE, PUBLIC = "private", "public"
_ZIP_MAGIC = b"PK\x03\x04"
_BLOCK = 1 << 20
_COLUMNS = "number, hash, submitter, name, uid, kind, size, keywords, creator, groups, tool, made_ms"
_INSERT = """INSERT INTO files (hash, submitter, name, uid, kind, size, keywords, creator, groups, tool, made_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (hash, submitter) DO UPDATE SET name = excluded.name, uid = excluded.uid, kind = excluded.kind,
        keywords = excluded.keywords, creator = excluded.creator, groups = excluded.groups, tool = excluded.tool,
        made_ms = excluded.made_ms"""


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What one device left: `submitter` is the name in its certificate, `creator` the uid that it gives itself.

    `tool`: `private` for what was sent to somebody, and is not listed.
    """

    number: int = 0
    hash: str
    submitter: str
    name: str
    uid: str
    kind: str
    size: int
    keywords: tuple[str, ...] = ()
    creator: str = ""
    groups: tuple[str, ...]
    tool: str = PUBLIC
    made_at: Instant


class Shelf:
    """The files of one connection. Safe from any thread; what writes waits for the disk."""

    def __init__(
        self, folder: Path, file: Database, clock: Clock, *, quota_bytes: int = QUOTA_BYTES, kept: timedelta = KEPT
    ) -> None:
        self._folder = folder / "fichiers"
        self._incoming = self._folder / "incoming"
        self._file = file
        self._clock = clock
        self._quota_bytes = quota_bytes
        self._kept = kept
        self._keeping = threading.Lock()
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink()  # what an earlier run did not finish was never acknowledged
        self._used = sum(each.stat().st_size for each in self._folder.glob("??/*"))

    def path(self, digest: str) -> Path:
        """Where a content is."""
        return self._folder / digest[:2] / digest

    def receive(self, source: IO[bytes], left: Left, *, package: bool) -> Left:
        """Keep what that file holds; `left.hash` is what it is said to be, or empty; `package`: it must be one.

        Refuses `digest-wrong`, `file-empty`, `body-too-large`, `quota-full`, `storage-full`, `storage-failed` and what
        `read_package` refuses: nothing that is unsafe to open is kept for others.
        """
        partial = self._incoming / secrets.token_hex(16)
        try:
            digest, size = self._copy(source, partial)
            if left.hash and left.hash.lower() != digest:
                raise Refused("digest-wrong", field="hash")
            _check(partial, must_be_package=package)
            made = msgspec.structs.replace(left, hash=digest, size=size, made_at=self._clock.now())
            return self._keep(partial, made)
        except OSError as problem:
            full = problem.errno in (28, 122)  # ENOSPC, EDQUOT
            raise Refused("storage-full" if full else "storage-failed") from problem
        finally:
            partial.unlink(missing_ok=True)

    def visible(self, groups: Iterable[str], *, keyword: str = "", tool: str = PUBLIC) -> list[Left]:
        """What is listed for those groups, the newest first."""
        wanted = frozenset(groups)
        found = [one for one in self._select("tool = ? ORDER BY number DESC", (tool,)) if wanted & set(one.groups)]
        return [one for one in found if not keyword or keyword in one.keywords]

    def find(self, digest: str, groups: Iterable[str]) -> Left | None:
        """That content, if one who left it did so for one of those groups."""
        wanted = frozenset(groups)
        rows = self._select("hash = ? ORDER BY number DESC", (digest.lower(),))
        return next((one for one in rows if wanted & set(one.groups)), None)

    def find_uid(self, uid: str, groups: Iterable[str]) -> Left | None:
        """The newest content under that uid, for one of those groups."""
        wanted = frozenset(groups)
        rows = self._select("uid = ? ORDER BY number DESC", (uid,))
        return next((one for one in rows if wanted & set(one.groups)), None)

    def set_tool(self, digest: str, submitter: str, tool: str) -> None:
        """List it or not; refuses `unknown` for what that device did not leave."""
        with self._file.write() as connection:
            asked = (tool, digest.lower(), submitter)
            if not connection.execute("UPDATE files SET tool = ? WHERE hash = ? AND submitter = ?", asked).rowcount:
                raise Refused("unknown")

    def remove(self, digest: str, submitter: str) -> None:
        """Take back what that device left; refuses `unknown`."""
        with self._keeping:
            with self._file.write() as connection:
                asked = (digest.lower(), submitter)
                if not connection.execute("DELETE FROM files WHERE hash = ? AND submitter = ?", asked).rowcount:
                    raise Refused("unknown")
            self._sweep([digest.lower()])

    def expire(self) -> int:
        """Forget what was left long ago and no mission holds; how many contents."""
        before = to_milliseconds(self._clock.now() - self._kept)
        old = "made_ms < ? AND hash NOT IN (SELECT hash FROM contents)"
        with self._keeping:
            with self._file.write() as connection:
                query = f"SELECT DISTINCT hash FROM files WHERE {old}"  # noqa: S608 - our own words
                found = [str(row[0]) for row in connection.execute(query, (before,)).fetchall()]
                connection.execute(f"DELETE FROM files WHERE {old}", (before,))  # noqa: S608 - our own words
            self._sweep(found)
        return len(found)

    def _select(self, condition: str, values: Sequence[Any]) -> list[Left]:
        query = f"SELECT {_COLUMNS} FROM files WHERE {condition}"  # noqa: S608 - our own words
        with self._file.read() as connection:
            return [_left(row) for row in connection.execute(query, values).fetchall()]

    def _copy(self, source: IO[bytes], target: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        source.seek(0)
        with target.open("xb") as file:
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
                if size > MAX_FILE_BYTES:
                    raise Refused("body-too-large", detail={"max_bytes": MAX_FILE_BYTES})
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise Refused("file-empty")
        return digest.hexdigest(), size

    def _keep(self, partial: Path, left: Left) -> Left:
        with self._keeping:
            target = self.path(left.hash)
            new = not target.exists()
            if new:
                self._check_room(left.size)
                target.parent.mkdir(mode=0o700, exist_ok=True)
                os.chmod(partial, 0o600)
                os.replace(partial, target)
                sync_folder(target.parent)
                sync_folder(self._folder)
                self._used += left.size
            try:
                self._write(left)
            except Refused:
                self._sweep([left.hash])
                raise
        found = self._select("hash = ? AND submitter = ?", (left.hash, left.submitter))
        return found[0]

    def _write(self, left: Left) -> None:
        lists = [msgspec.json.encode(each).decode() for each in (left.keywords, left.groups)]
        row = (
            left.hash, left.submitter, left.name, left.uid or left.hash, left.kind, left.size, lists[0], left.creator,
            lists[1], left.tool, to_milliseconds(left.made_at),
        )  # fmt: skip
        with self._file.write() as connection:
            if connection.execute("SELECT count(*) FROM files").fetchone()[0] >= MAX_FILES:
                raise Refused("quota-full", detail={"most": MAX_FILES})
            connection.execute(_INSERT, row)

    def _check_room(self, size: int) -> None:
        if self._used + size > self._quota_bytes:
            raise Refused("quota-full", detail={"quota_bytes": self._quota_bytes})

    def _sweep(self, digests: Iterable[str]) -> None:
        """Destroy the contents that nobody holds any more."""
        for digest in digests:
            if self._select("hash = ?", (digest,)):
                continue
            path = self.path(digest)
            with suppress(FileNotFoundError):
                size = path.stat().st_size
                path.unlink()
                self._used -= size


def _check(file: Path, *, must_be_package: bool) -> None:
    """Look through an archive before anybody else does; a zip that is no package (a KMZ) may be left as a file."""
    with file.open("rb") as opened:
        if not must_be_package and opened.read(len(_ZIP_MAGIC)) != _ZIP_MAGIC:
            return
    try:
        read_package(file.read_bytes())
    except Refused as refused:
        if must_be_package or refused.code != "package-manifest-missing":
            raise


def _left(row: Sequence[Any]) -> Left:
    number, digest, submitter, name, uid, kind, size, keywords, creator, groups, tool, made_ms = row
    return Left(
        number=number,
        hash=digest,
        submitter=submitter,
        name=name,
        uid=uid,
        kind=kind,
        size=size,
        keywords=msgspec.json.decode(keywords, type=tuple[str, ...]),
        creator=creator,
        groups=msgspec.json.decode(groups, type=tuple[str, ...]),
        tool=tool,
        made_at=from_milliseconds(made_ms),
    )
