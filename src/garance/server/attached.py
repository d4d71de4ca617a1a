"""The files that exported lines name (pièces jointes), carried in a tar beside the export.

Each member is named by its content and holds it. On the way in, only what a line of the journal names is kept, for the
organisations of those who wrote these lines; what is not what its name says is set aside and told.
"""

from __future__ import annotations

import asyncio
import os
import re
import tarfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import IO

import msgspec

import garance.domain.concerns  # noqa: F401 - makes every fact known
from garance.domain.logbook.facts import EntryWritten
from garance.domain.vocabulary import decode
from garance.journal.envelope import Line
from garance.journal.sqlite import SqliteStore
from garance.kernel.refusal import Refused
from garance.server.files import FileStore

LINE = "entry.written."
PAGE_LINES = 2_000
_BLOCK = 1 << 20
_NAME = re.compile(r"[0-9a-f]{64}")

Named = Mapping[str, frozenset[str]]
"""The files that lines name, each with the organisations that wrote of it."""


class Carried(msgspec.Struct, frozen=True):
    """How many files went, and how many that lines name could not."""

    files: int
    missing: int


def beside(export: Path) -> Path:
    """Where the files of that export stand."""
    return export.with_name(f"{export.name}.files.tar")


def named_files(journal: Path, *, after: Mapping[str, int] | None = None) -> Named:
    """The files that the lines of a journal name, those after these heads; what is redacted names nothing."""
    found: dict[str, set[str]] = {}
    with closing(SqliteStore(journal, read_only=True)) as store:
        position = 0
        while lines := store.read(position, PAGE_LINES):
            for line in lines:
                if line.header.seq > (after or {}).get(line.header.writer, 0):
                    for sha256 in _names(line):
                        found.setdefault(sha256, set()).add(line.header.author.organisation)
            position = lines[-1].position
    return {sha256: frozenset(owners) for sha256, owners in sorted(found.items())}


def _names(line: Line) -> Iterator[str]:
    content = line.record.body
    if content is None or line.header.subject is not None or not line.header.name.startswith(LINE):
        return
    try:
        _, body = decode(line.header.name, msgspec.json.decode(content))
    except (Refused, msgspec.DecodeError):
        return  # of a later version: it is exported as it is, and names nothing here
    if isinstance(body, EntryWritten):
        yield from (one.sha256 for one in body.attachments)


def write_attached(named: Named, files: Path, target: Path) -> Carried:
    """Write them to a new file for its owner only; none when there is nothing to carry. Refuses `storage-failed`."""
    present = [(sha256, files / sha256[:2] / sha256) for sha256 in named]
    present = [(sha256, path) for sha256, path in present if path.is_file()]
    if present:
        partial = target.with_name(target.name + ".partial")
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                with tarfile.open(fileobj=out, mode="w:") as archive:
                    for sha256, path in present:
                        _add(archive, sha256, path)
                out.flush()
                os.fsync(out.fileno())
            os.replace(partial, target)
        except OSError as problem:
            raise Refused("storage-failed", detail={"file": target.name}) from problem
        finally:
            partial.unlink(missing_ok=True)
    return Carried(len(present), len(named) - len(present))


def _add(archive: tarfile.TarFile, sha256: str, path: Path) -> None:
    member = tarfile.TarInfo(sha256)
    member.size, member.mode = path.stat().st_size, 0o600
    with path.open("rb") as content:
        archive.addfile(member, content)


def read_attached(source: Path, named: Named, store: FileStore) -> Carried:
    """Keep those of the files that lines name; the others, and what is not what its name says, count as missing.

    Refuses `backup-unreadable` (not such a file), `quota-full`, `storage-full`, `storage-failed`.
    """
    kept: set[str] = set()
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is not None and _NAME.fullmatch(member.name) and member.name in named:
                    kept |= _keep(store, member.name, content, named[member.name])
    except (tarfile.TarError, EOFError, OSError, ValueError) as problem:
        raise Refused("backup-unreadable", detail={"file": source.name}) from problem
    return Carried(len(kept), len([one for one in named if one not in kept and store.about(one) is None]))


def _keep(store: FileStore, sha256: str, content: IO[bytes], owners: frozenset[str]) -> set[str]:
    async def pieces() -> AsyncIterator[bytes]:
        while block := content.read(_BLOCK):
            yield block

    try:
        asyncio.run(store.put(sha256, pieces(), owners))
    except Refused as refused:
        if refused.code in ("digest-wrong", "file-type-refused", "file-empty"):
            return set()
        raise
    return {sha256}
