"""The journal: facts appended together, verified, folded into the live picture, and the picture at a past instant."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bench.measuring import Line, flush_s
from bench.words import MOMENT, operation
from garance.domain.moment import Moment
from garance.journal.envelope import Draft, Record, Tail, enclose
from garance.journal.head import sign_head
from garance.journal.sealing import MemoryKeyRing
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Batch, Receipt
from garance.journal.verify import verify
from garance.kernel.digest import digest
from garance.kernel.identity import new_id
from garance.kernel.signature import Signer
from garance.views.picture import Picture
from garance.views.reading import Reader

BATCH = 500
PAGE_LINES = 5_000
MILLION = 1_000_000

T = TypeVar("T")


def run(*, quick: bool) -> list[Line]:
    """Everything, on one journal made now."""
    count = 20_000 if quick else 100_000
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as folder:
        flush = flush_s(Path(folder))
        store = SqliteStore(Path(folder) / "journal.sqlite")
        try:
            drafts = operation(count)
            append_s, _ = timed(lambda: append(store, drafts))
            verify_s, report = timed(lambda: verify(store))
            assert report.sound, report.faults[:3]
            assert report.facts == count
            fold_s, picture = timed(lambda: fold(store))
        finally:
            store.close()
    halfway = Moment(MOMENT + timedelta(seconds=count / 20))
    past_s, shown = timed(lambda: picture.at(halfway))
    assert shown.situation is not None
    return [
        Line(
            "journal: durable facts, 500 per flush", count / append_s, "facts/s", remark=f"flush {flush * 1e3:.2f} ms"
        ),
        Line("journal: verify 1,000,000 facts", verify_s * MILLION / count, "s", 30, 5, remark=f"from {count:,}"),
        Line(
            "journal: fold 1,000,000 facts from cold", fold_s * MILLION / count, "s", 60, 10, remark=f"from {count:,}"
        ),
        Line(f"journal: picture at a past instant of {count:,} facts", past_s * 1e3, "ms", 1000, 100),
    ]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """How long it took, and what it gave."""
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


def append(store: SqliteStore, drafts: list[Draft]) -> None:
    """Write them all, 500 to a flush, each its own command, heads signed: what the writer does, without waiting."""
    signer, tail = Signer.create(), Tail()
    for start in range(0, len(drafts), BATCH):
        records: list[Record] = []
        receipts: list[Receipt] = []
        for number, draft in enumerate(drafts[start : start + BATCH], start=start):
            moment, command = MOMENT + timedelta(milliseconds=100 * number), new_id()
            header, record = enclose(draft, writer=signer.writer, tail=tail, moment=moment, tick=0, command=command)
            tail = Tail(header.seq, digest(record.header))
            records.append(record)
            receipts.append(Receipt(draft.author.person, command, "0" * 64, (header.id,), 0))
        head = sign_head(signer, seq=tail.seq, digest=tail.digest, at=MOMENT)
        store.append(Batch(records, [head], receipts))


def fold(store: SqliteStore) -> Picture:
    """Read every line from the file and fold it into the live picture."""
    reader, picture, position = Reader(MemoryKeyRing()), Picture(), 0
    while lines := store.read(position, PAGE_LINES):
        for line in lines:
            picture.add(reader.read(line))
        position = lines[-1].position
    return picture
