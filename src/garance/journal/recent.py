"""The newest durable lines, kept in memory so that readers who keep up never touch the disk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from garance.journal.envelope import Line


def _position(line: Line) -> int:
    return line.position


class Recent:
    """Every line after `floor`, up to `limit` of them. Positions grow, and need not follow each other closely."""

    def __init__(self, floor: int, *, limit: int) -> None:
        self.floor = floor
        self.last = floor
        self._limit = limit
        self._lines: list[Line] = []

    def add(self, lines: Sequence[Line]) -> None:
        """Take in lines just made durable. After a jump, others may have written in between: start anew from here."""
        expected = self.last
        for line in lines:
            expected += 1
            if line.position != expected:
                self.restart(lines[-1].position)
                return
        self._lines.extend(lines)
        self.last = expected
        # Cutting a list costs its length: cut rarely, half at a time.
        if len(self._lines) > 2 * self._limit:
            del self._lines[: -self._limit]
            self.floor = self._lines[0].position - 1

    def restart(self, floor: int) -> None:
        """Forget everything: what came before that position is read from the store."""
        self.floor = self.last = floor
        self._lines = []

    def after(self, cursor: int, count: int) -> list[Line] | None:
        """At most `count` lines after that position, or None when the store must be asked."""
        if cursor < self.floor:
            return None
        start = bisect_right(self._lines, cursor, key=_position)
        return self._lines[start : start + count]
