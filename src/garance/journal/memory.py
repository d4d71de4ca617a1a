"""A journal that lives in memory: for tests, and for folding an export without a disk."""

from __future__ import annotations

import threading

from garance.journal.chain import check_next
from garance.journal.envelope import Line, Record, Tail, read_header
from garance.journal.head import Head
from garance.journal.store import Appended, Batch, Receipt
from garance.kernel.digest import digest


class MemoryStore:
    """Keeps the contract of `Store`, but for the disk."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._chains: dict[str, list[int]] = {}
        self._tails: dict[str, Tail] = {}
        self._heads: dict[str, Head] = {}
        self._receipts: dict[tuple[str, str], Receipt] = {}
        self._lock = threading.RLock()

    def append(self, batch: Batch) -> Appended:
        """Write the whole batch or nothing."""
        with self._lock:
            lines, tails = self._place(batch)
            self._lines.extend(lines)
            for line in lines:
                self._chains.setdefault(line.header.writer, []).append(line.position)
            self._tails.update(tails)
            for head in batch.heads:
                self._keep_head(head)
            receipts = place_receipts(batch, lines)
            self._receipts.update({(receipt.person, receipt.command): receipt for receipt in receipts})
            return Appended(tuple(lines), receipts)

    def _place(self, batch: Batch) -> tuple[list[Line], dict[str, Tail]]:
        lines: list[Line] = []
        tails: dict[str, Tail] = {}
        for position, record in enumerate(batch.records, start=len(self._lines) + 1):
            header = read_header(record.header)
            check_next(header, tails.get(header.writer) or self.tail(header.writer))
            tails[header.writer] = Tail(header.seq, digest(record.header))
            lines.append(Line(position, header, record))
        return lines, tails

    def _keep_head(self, head: Head) -> None:
        known = self._heads.get(head.writer)
        if known is None or head.seq >= known.seq:
            self._heads[head.writer] = head

    def read(self, after: int, limit: int, *, situation: str | None = None) -> list[Line]:
        """At most `limit` lines after that position."""
        with self._lock:
            if situation is None:
                return self._lines[max(after, 0) : max(after, 0) + limit]
            found: list[Line] = []
            for line in self._lines[max(after, 0) :]:
                if line.header.situation == situation:
                    found.append(line)
                    if len(found) == limit:
                        break
            return found

    def chain(self, writer: str, after_seq: int, limit: int) -> list[Line]:
        """At most `limit` lines of that writer after that sequence number."""
        with self._lock:
            positions = self._chains.get(writer, [])[max(after_seq, 0) : max(after_seq, 0) + limit]
            return [self._lines[position - 1] for position in positions]

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
        return self._heads.get(writer)

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


def place_receipts(batch: Batch, lines: list[Line]) -> tuple[Receipt, ...]:
    """Give each receipt the position of the last fact of its command."""
    positions = {line.id: line.position for line in lines}
    return tuple(
        Receipt(r.person, r.command, r.request, r.facts, max((positions[f] for f in r.facts), default=0))
        for r in batch.receipts
    )
