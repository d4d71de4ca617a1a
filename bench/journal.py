"""The journal: facts appended together, verified, folded into the live picture from cold and from a snapshot, and
the picture at a past instant. All is read from the file by what the server itself uses, at the size that is told.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

from bench.measuring import Flush, Line
from bench.words import MOMENT, SITUATION, operation
from garance.domain.moment import Moment
from garance.journal.bulk import in_bulk
from garance.journal.envelope import Draft, Record, Tail, enclose
from garance.journal.head import sign_head
from garance.journal.sealing import MemoryKeyRing
from garance.journal.snapshots import SqliteSnapshots
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Batch, Receipt
from garance.journal.verify import verify
from garance.kernel.digest import digest
from garance.kernel.identity import new_id
from garance.kernel.signature import Signer
from garance.server.follower import Follower
from garance.views.cabinet import Audience, Cabinet
from garance.views.picture import Picture
from garance.views.reading import Reader
from garance.views.shown import PictureShown

BATCH = 500
FULL = 1_000_000
QUICK = 20_000
OPERATION = 100_000
"""Facts of the operation whose past is looked at (the target names that many)."""

EVERYONE = Audience("bench", lambda fact: fact)

T = TypeVar("T")


def run(*, quick: bool) -> list[Line]:
    """Everything, on one journal made now."""
    count = QUICK if quick else FULL
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as name:
        folder = Path(name)
        flush = Flush(folder)
        store = SqliteStore(folder / "journal.sqlite")
        try:
            append_s = append(store, operation(count), between=flush.measure, every=count // 5)
            lines = [
                Line(
                    measure="durable facts, 500 per flush",
                    value=count / append_s,
                    unit="/s",
                    ratio=count / append_s * flush.median_s,
                    against="× flush rate",
                    better="more",
                    remark=f"{count:,} facts; {flush.told}",
                ),
                *_read_again(store, folder, count),
            ]
        finally:
            store.close()
        return [*lines, *_past(folder, min(count, OPERATION))]


def _read_again(store: SqliteStore, folder: Path, count: int) -> list[Line]:
    verify_s, report = timed(lambda: verify(store))
    if not report.sound or report.facts != count:
        raise RuntimeError(f"the journal just made is not sound: {report.faults[:3]}")
    hash_s, _ = timed(lambda: hash_alone(store))
    state_s, _ = timed(lambda: Follower(store, Reader(MemoryKeyRing())))
    snapshots = SqliteSnapshots(folder / "views.sqlite")
    try:
        cold_s, _ = timed(lambda: picture(store, snapshots))
        warm_s, shown = timed(lambda: picture(store, snapshots))
    finally:
        snapshots.close()
    if shown.situation is None:
        raise RuntimeError("the picture is empty")
    size = f"{count:,} facts"
    # The targets are those of a million facts.
    scale = count / FULL
    return [
        _line(f"verify {size}", verify_s, 30 * scale, 5 * scale, f"{verify_s / hash_s:.1f} × reading and hashing"),
        _line(f"state for decisions from cold, {size}", state_s, 60 * scale, 10 * scale, f"{count / state_s:,.0f}/s"),
        _line(f"live picture from cold, {size}", cold_s, 60 * scale, 10 * scale, f"{count / cold_s:,.0f}/s"),
        _line(f"live picture from its snapshot, {size}", warm_s, None, 1 * scale, f"{cold_s / warm_s:.0f} × faster"),
    ]


def _line(measure: str, seconds: float, good: float | None, excellent: float, remark: str) -> Line:
    return Line(measure=measure, value=seconds, unit="s", good=good, excellent=excellent, remark=remark)


def _past(folder: Path, count: int) -> list[Line]:
    """The picture at an instant in the middle of an operation of that many facts."""
    store = SqliteStore(folder / "operation.sqlite")
    try:
        append(store, operation(count))
        cabinet = Cabinet(store, Reader(MemoryKeyRing()).read)
        cabinet.look(Picture, SITUATION, EVERYONE, None)
        halfway = Moment(MOMENT + timedelta(seconds=count / 20))
        past_s, _ = timed(lambda: cabinet.look(Picture, SITUATION, EVERYONE, halfway))
    finally:
        store.close()
    measure = f"picture at a past instant, {count:,} facts"
    return [Line(measure=measure, value=past_s * 1e3, unit="ms", good=1000, excellent=100)]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """How long it took, and what it gave."""
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


def append(
    store: SqliteStore, drafts: Iterable[Draft], *, between: Callable[[], None] = lambda: None, every: int = FULL
) -> float:
    """Write them all, 500 to a flush, each its own command, heads signed: what the writer does, without waiting.

    How long it took, without `between`, which is called before each `every` facts.
    """
    signer, tail, waiting, number, took_s = Signer.create(), Tail(), iter(drafts), 0, 0.0
    while together := list(islice(waiting, BATCH)):
        if number % every == 0:
            between()
        begun = time.perf_counter()
        records: list[Record] = []
        receipts: list[Receipt] = []
        for draft in together:
            moment, command = MOMENT + timedelta(milliseconds=100 * number), new_id()
            header, record = enclose(draft, writer=signer.writer, tail=tail, moment=moment, tick=0, command=command)
            tail = Tail(header.seq, digest(record.header))
            records.append(record)
            receipts.append(Receipt(draft.author.person, command, "0" * 64, (header.id,), 0))
            number += 1
        head = sign_head(signer, seq=tail.seq, digest=tail.digest, at=MOMENT)
        store.append(Batch(records, [head], receipts))
        took_s += time.perf_counter() - begun
    return took_s


def hash_alone(store: SqliteStore) -> None:
    """Read every record and hash its header and body: the floor under any proof."""
    position = 0
    while rows := store.rows(position, 2_000):
        with in_bulk():
            for row in rows:
                sha256(row.header).hexdigest()
                sha256((row.salt or b"") + (row.body or b"")).hexdigest()
        position = rows[-1].position


def picture(store: SqliteStore, snapshots: SqliteSnapshots) -> PictureShown:
    """The live picture as a server that just started gives it, from a snapshot if there is one."""
    shown, _ = Cabinet(store, Reader(MemoryKeyRing()).read, snapshots).look(Picture, SITUATION, EVERYONE, None)
    return cast(PictureShown, shown)
