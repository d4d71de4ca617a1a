"""The socket every journal store plugs into; one contract suite holds them all (`tests/contracts`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from garance.journal.envelope import Header, Line, Record, Tail
from garance.journal.head import Head
from garance.kernel.clock import to_milliseconds


class Receipt(msgspec.Struct, frozen=True):
    """What was answered to a command: the facts it made, and where a reader who saw them resumes.

    `request` is the digest of what was asked, so that the same identifier with another content is noticed.
    """

    person: str
    command: str
    request: str
    facts: tuple[str, ...]
    cursor: int


class Batch(msgspec.Struct, frozen=True):
    """What goes to disk together: records in order, the head that signs for them, the answers they give.

    A receipt's `cursor` is set by the store: the position of the last record of its command.
    """

    records: Sequence[Record]
    heads: Sequence[Head] = ()
    receipts: Sequence[Receipt] = ()


class Appended(msgspec.Struct, frozen=True):
    """What a store made of a batch: its lines with their positions, and its receipts with their cursors."""

    lines: tuple[Line, ...]
    receipts: tuple[Receipt, ...]


class Row(NamedTuple):
    """A record as stored, unread and unchecked, with what the store noted beside it: for whoever verifies.

    All but `position`, `header`, `salt` and `body` is drawn from the header, to find facts quickly.
    """

    position: int
    header: bytes
    salt: bytes | None
    body: bytes | None
    writer: str
    seq: int
    recorded_ms: int
    tick: int
    occurred_ms: int
    situation: str | None
    name: str
    person: str
    command: str
    digest: str


def row_of(position: int, header: Header, record: Record, digest: str) -> Row:
    """What a store notes of a record: its columns, from its header."""
    return Row(
        position,
        record.header,
        record.salt,
        record.body,
        header.writer,
        header.seq,
        to_milliseconds(header.recorded_at),
        header.tick,
        to_milliseconds(header.occurred_at),
        header.situation,
        header.name,
        header.author.person,
        header.command,
        digest,
    )


class Store(Protocol):
    """Keeps records for ever, in the order they arrived. Its methods may be called from any thread."""

    def append(self, batch: Batch) -> Appended:
        """Write the whole batch or nothing, and return only once it is durable.

        Each record must be the next of its writer's chain (`chain-broken` otherwise, with writer and seq), each
        head must sign for a fact of that chain (`head-mismatch`), each receipt must be the first for its command
        (`command-repeated`). Refuses `storage-full` and `storage-failed`; after a refusal nothing of the batch is
        visible, and the same batch may be tried again.
        """
        ...

    def read(self, after: int, limit: int, *, situation: str | None = None) -> list[Line]:
        """At most `limit` lines with a position greater than `after`, in order; of one situation if named."""
        ...

    def chain(self, writer: str, after_seq: int, limit: int) -> list[Line]:
        """At most `limit` lines of one writer with a sequence number greater than `after_seq`, in order."""
        ...

    def rows(self, after: int, limit: int) -> Sequence[Row]:
        """At most `limit` records after that position, in order, as stored: unread, unchecked, perhaps altered."""
        ...

    def tail(self, writer: str) -> Tail:
        """Where that writer's chain ends here."""
        ...

    def writers(self) -> list[str]:
        """Every writer with a fact here, sorted."""
        ...

    def last_position(self) -> int:
        """The position of the last line; 0 when there is none."""
        ...

    def head(self, writer: str) -> Head | None:
        """The newest head that writer signed, as known here."""
        ...

    def heads(self, writer: str) -> list[Head]:
        """The heads of that writer kept here, oldest first: the newest, and the last of each `HEAD_WINDOW` facts."""
        ...

    def receipt(self, person: str, command: str) -> Receipt | None:
        """What was answered to that person's command, if it was taken here."""
        ...

    def destroy_body(self, writer: str, seq: int) -> bool:
        """Destroy the salt and body of one fact for ever, durably; False when it had none left."""
        ...

    def close(self) -> None:
        """Let go of files and threads."""
        ...


def place_receipts(batch: Batch, lines: Sequence[Line]) -> tuple[Receipt, ...]:
    """Give each receipt the position of the last fact of its command; 0 when it made none."""
    positions = {line.id: line.position for line in lines}
    return tuple(
        Receipt(r.person, r.command, r.request, r.facts, max((positions[f] for f in r.facts), default=0))
        for r in batch.receipts
    )
