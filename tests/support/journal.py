"""Facts made up for tests of the journal: any name, any body, valid envelopes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from garance.journal.envelope import Draft, Header, Record, Tail, enclose
from garance.journal.head import Head, sign_head
from garance.journal.memory import MemoryStore
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Batch, Receipt, Store
from garance.kernel.clock import SetClock
from garance.kernel.digest import digest
from garance.kernel.fact import Reference
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label, Mode
from garance.kernel.signature import Signer

MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SITUATION = derived_id("test", "situation")
OTHER_SITUATION = derived_id("test", "other situation")


def signer(number: int = 1) -> Signer:
    """The same key for the same number."""
    return Signer(number.to_bytes(32, "big"))


def author(name: str = "Jeanne") -> Author:
    """A person of that name, as logbook secretary."""
    return Author(derived_id("person", name), "logbook-secretary", derived_id("organisation", "commune"))


def command(number: int | str) -> str:
    """The same command identifier for the same number."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"command {number}"))


def draft(
    text: str = "water at the door",
    *,
    name: str = "note.taken.v1",
    situation: str | None = SITUATION,
    by: Author | None = None,
    refs: tuple[Reference, ...] = (),
    subject: str | None = None,
) -> Draft:
    """A note, said at `MOMENT`."""
    return Draft(
        name=name,
        body=b'{"text":"%s"}' % text.encode(),
        occurred_at=MOMENT,
        situation=situation,
        mode=Mode.EXERCISE,
        author=by or author(),
        label=Label(),
        refs=refs,
        subject=subject,
    )


class Chain:
    """Makes the next records, heads and receipts of one writer, without a store."""

    def __init__(self, number: int = 1, *, at: datetime = MOMENT) -> None:
        self.signer = signer(number)
        self.writer = self.signer.writer
        self.tail = Tail()
        self._moment = at
        self._commands = 0

    def enclose(self, draft: Draft, *, command_id: str | None = None) -> tuple[Header, Record]:
        """The next record."""
        self._moment += timedelta(milliseconds=10)
        self._commands += 1
        header, record = enclose(
            draft,
            writer=self.writer,
            tail=self.tail,
            moment=self._moment,
            tick=0,
            command=command_id or command(f"{self.writer} {self._commands}"),
        )
        self.tail = Tail(header.seq, digest(record.header))
        return header, record

    def head(self) -> Head:
        """The head that signs for what was made so far."""
        return sign_head(self.signer, seq=self.tail.seq, digest=self.tail.digest, at=self._moment)

    def batch(self, *drafts: Draft, signed: bool = True) -> Batch:
        """One batch: each draft its own command, receipts given, head signed."""
        made = [self.enclose(one) for one in drafts]
        receipts = [receipt_for(header) for header, _ in made]
        heads = [self.head()] if signed and made else []
        return Batch([record for _, record in made], heads, receipts)


def receipt_for(*headers: Header) -> Receipt:
    """The receipt of the command that made these facts."""
    first = headers[0]
    return Receipt(first.author.person, first.command, digest(b"asked"), tuple(h.id for h in headers), 0)


def fill(store: Store, chain: Chain, count: int, *, each: int = 1) -> None:
    """Append that many notes, `each` to a batch."""
    for start in range(0, count, each):
        texts = range(start, min(start + each, count))
        store.append(chain.batch(*(draft(f"note {number}") for number in texts)))


@contextmanager
def memory_store(_folder: Path) -> Iterator[Store]:
    """A journal in memory."""
    yield MemoryStore()


@contextmanager
def sqlite_store(folder: Path) -> Iterator[Store]:
    """A journal in a file."""
    store = SqliteStore(folder / "journal.sqlite", clock=SetClock(MOMENT))
    try:
        yield store
    finally:
        store.close()


STORES = {"memory": memory_store, "sqlite": sqlite_store}
