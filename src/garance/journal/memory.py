"""A journal that lives in memory: for tests, and for folding an export without a disk."""

from __future__ import annotations

import itertools
import threading

from garance.journal.chain import check_next
from garance.journal.envelope import Line, Record, Tail, read_header
from garance.journal.head import Head, check_head, keep_head
from garance.journal.store import Appended, Batch, Receipt, Row, place_receipts, row_of
from garance.kernel.digest import digest
from garance.kernel.refusal import Refused


class MemoryStore:
    """Keeps the contract of `Store`, but for the disk."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._chains: dict[str, list[int]] = {}
        self._tails: dict[str, Tail] = {}
        self._heads: dict[str, list[Head]] = {}
        self._receipts: dict[tuple[str, str], Receipt] = {}
        self._lock = threading.RLock()

    def append(self, batch: Batch) -> Appended:
        """Write the whole batch or nothing."""
        with self._lock:
            lines, tails = self._place(batch)
            self._check(batch, lines, tails)
            receipts = place_receipts(batch, lines)
            self._lines.extend(lines)
            for line in lines:
                self._chains.setdefault(line.header.writer, []).append(line.position)
            self._tails.update(tails)
            for head in batch.heads:
                keep_head(self._heads.setdefault(head.writer, []), head)
            self._receipts.update({(receipt.person, receipt.command): receipt for receipt in receipts})
            return Appended(tuple(lines), receipts)

    def _check(self, batch: Batch, lines: list[Line], tails: dict[str, Tail]) -> None:
        for head in batch.heads:
            tail = tails.get(head.writer) or self.tail(head.writer)
            check_head(head, tail, lambda head: self._digest_at(head, lines))
        keys = [(receipt.person, receipt.command) for receipt in batch.receipts]
        if len(set(keys)) < len(keys) or any(key in self._receipts for key in keys):
            raise Refused("command-repeated")

    def _digest_at(self, head: Head, lines: list[Line]) -> str | None:
        known = self.chain(head.writer, head.seq - 1, 1)
        known += [line for line in lines if (line.header.writer, line.header.seq) == (head.writer, head.seq)]
        return digest(known[0].record.header) if known else None

    def _place(self, batch: Batch) -> tuple[list[Line], dict[str, Tail]]:
        lines: list[Line] = []
        tails: dict[str, Tail] = {}
        for position, record in enumerate(batch.records, start=len(self._lines) + 1):
            header = read_header(record.header)
            check_next(header, tails.get(header.writer) or self.tail(header.writer))
            tails[header.writer] = Tail(header.seq, digest(record.header))
            lines.append(Line(position, header, record))
        return lines, tails

    def read(self, after: int, limit: int, *, situation: str | None = None) -> list[Line]:
        """At most `limit` lines after that position."""
        with self._lock:
            if situation is None:
                return self._lines[max(after, 0) : max(after, 0) + limit]
            here = (line for line in self._lines[max(after, 0) :] if line.header.situation == situation)
            return list(itertools.islice(here, limit))

    def chain(self, writer: str, after_seq: int, limit: int) -> list[Line]:
        """At most `limit` lines of that writer after that sequence number."""
        with self._lock:
            positions = self._chains.get(writer, [])[max(after_seq, 0) : max(after_seq, 0) + limit]
            return [self._lines[position - 1] for position in positions]

    def rows(self, after: int, limit: int) -> list[Row]:
        """At most `limit` records after that position, as stored."""
        lines = self.read(after, limit)
        return [row_of(line.position, line.header, line.record, digest(line.record.header)) for line in lines]

    def tail(self, writer: str) -> Tail:
        """Where that writer's chain ends."""
        return self._tails.get(writer, Tail())

    def writers(self) -> list[str]:
        """Every writer, sorted."""
        return sorted(self._chains)

    def last_position(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def head(self, writer: str) -> Head | None:
        """The newest head of that writer."""
        kept = self._heads.get(writer)
        return kept[-1] if kept else None

    def heads(self, writer: str) -> list[Head]:
        """The heads of that writer kept here, oldest first."""
        return list(self._heads.get(writer, ()))

    def receipt(self, person: str, command: str) -> Receipt | None:
        """What was answered to that command."""
        return self._receipts.get((person, command))

    def destroy_body(self, writer: str, seq: int) -> bool:
        """Forget the salt and body of one fact."""
        with self._lock:
            positions = self._chains.get(writer, [])
            if not 1 <= seq <= len(positions):
                return False
            position = positions[seq - 1]
            line = self._lines[position - 1]
            if line.record.body is None:
                return False
            self._lines[position - 1] = Line(position, line.header, Record(line.record.header, None, None))
            return True

    def close(self) -> None:
        """Nothing to let go of."""
