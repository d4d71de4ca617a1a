"""Many instants kept small, and which facts were counted already."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from datetime import datetime

import msgspec

from garance.domain.moment import By, Moment
from garance.kernel.clock import to_milliseconds
from garance.kernel.identity import split_fact_id


class Times(msgspec.Struct, dict=True):
    """The two times of many facts, in milliseconds since 1970; each sorted on its own. Sixteen bytes a fact."""

    occurred: bytes = b""
    recorded: bytes = b""

    def __post_init__(self) -> None:
        self._axes = {By.OCCURRED: array("q", self.occurred), By.RECORDED: array("q", self.recorded)}
        self._sorted = True

    def add(self, occurred_at: datetime, recorded_ms: int) -> None:
        """Take in a fact's times."""
        occurred_ms = to_milliseconds(occurred_at)
        for by, value in ((By.OCCURRED, occurred_ms), (By.RECORDED, recorded_ms)):
            axis = self._axes[by]
            self._sorted = self._sorted and (not axis or axis[-1] <= value)
            axis.append(value)

    def axis(self, by: By) -> array[int]:
        """One of the two times, sorted."""
        if not self._sorted:
            self._axes = {by: array("q", sorted(axis)) for by, axis in self._axes.items()}
            self._sorted = True
        return self._axes[by]

    def count(self, moment: Moment | None) -> int:
        """How many facts that moment includes."""
        if moment is None:
            return len(self.axis(By.OCCURRED))
        return bisect_right(self.axis(moment.by), to_milliseconds(moment.at))

    def between(self, by: By, from_ms: int, to_ms: int) -> int:
        """How many facts from the first instant (included) to the second (excluded)."""
        axis = self.axis(by)
        return bisect_left(axis, to_ms) - bisect_left(axis, from_ms)

    def packed(self) -> Times:
        """The same, as bytes to be kept."""
        return Times(self.axis(By.OCCURRED).tobytes(), self.axis(By.RECORDED).tobytes())


class Counted(msgspec.Struct):
    """Which facts were counted already: a bit each, by writer."""

    bits: dict[str, bytearray] = {}

    def first_time(self, fact: str) -> bool:
        """Whether that fact was not counted before; it is from now on."""
        writer, seq = split_fact_id(fact)
        place, bit = divmod(seq, 8)
        bits = self.bits.setdefault(writer, bytearray())
        if place >= len(bits):
            bits.extend(bytes(max(place + 1, 2 * len(bits)) - len(bits)))
        if bits[place] >> bit & 1:
            return False
        bits[place] |= 1 << bit
        return True
