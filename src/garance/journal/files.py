"""What the command line asks of a journal's file: verify, export, import, heads. Presentation is the caller's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from garance.journal.database import OWNER_ONLY, sync_folder
from garance.journal.envelope import Header
from garance.journal.exchange import Written, export
from garance.journal.head import Head, read_head
from garance.journal.reception import Inspected, import_from
from garance.journal.sqlite import SqliteStore
from garance.journal.verify import Report, heads_of, verify
from garance.kernel.clock import Clock
from garance.kernel.refusal import Refused


def verify_file(journal: Path, *, heads: Sequence[Head] = ()) -> Report:
    """Verify a journal, even in use by a server, against the heads deposited elsewhere."""
    with closing(SqliteStore(journal, read_only=True)) as store:
        return verify(store, heads=heads)


def heads_of_file(journal: Path) -> Mapping[str, Head]:
    """The newest signed head of each writer of a journal, even in use: to deposit, to print."""
    with closing(SqliteStore(journal, read_only=True)) as store:
        return heads_of(store)


def write_heads(heads: Iterable[Head]) -> bytes:
    """Heads as text to deposit: one JSON object a line."""
    return b"".join(msgspec.json.encode(head) + b"\n" for head in heads)


def read_heads(deposited: bytes) -> list[Head]:
    """Heads deposited as `write_heads` writes them; refuses `head-malformed` and `head-not-genuine`."""
    return [read_head(line) for line in deposited.splitlines() if line.strip()]


def export_file(
    journal: Path,
    target: Path,
    *,
    clock: Clock,
    after: Mapping[str, int] | None = None,
    withhold: Callable[[Header], bool] | None = None,
) -> Written:
    """Export a journal, even in use, to a new file for its owner only; refuses `storage-exists`, `storage-failed`."""
    if target.exists():
        raise Refused("storage-exists", detail={"file": target.name})
    partial = target.with_name(target.name + ".partial")
    with closing(SqliteStore(journal, read_only=True)) as store:
        try:
            partial.unlink(missing_ok=True)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
                written = export(store, file, clock=clock, after=after, withhold=withhold)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, target)
            sync_folder(target.parent)
        except OSError as problem:
            raise Refused("storage-failed", detail={"file": target.name}) from problem
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
    return written


def import_file(source: Path, journal: Path, *, accepts: Callable[[str], bool] | None = None) -> Inspected:
    """Import a `.garance` file into a journal that no server has open (`journal-in-use` otherwise).

    Refuses what `import_from` does, and `storage-failed` when the file cannot be read.
    """
    try:
        file = source.open("rb")
    except OSError as problem:
        raise Refused("storage-failed", detail={"file": source.name}) from problem
    with file, closing(SqliteStore(journal)) as store:
        return import_from(file, store, accepts=accepts)
