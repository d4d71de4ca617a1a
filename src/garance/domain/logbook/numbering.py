"""Which number a line gets (numéro d'ordre): the next one of its register, without a gap.

A number that runs over lines some readers may not see would tell them how many are hidden. So each register holds
the lines of one organisation that the very same readers may see: for any reader it is whole, or it is not there.
Two nodes that write in one register without hearing of each other give a number twice; both keep it, the writers
tell them apart, and the next number follows the greatest.
"""

from __future__ import annotations

from bisect import bisect_left

import msgspec

from garance.kernel.clock import Stamp
from garance.kernel.label import Audience, Author, Label


def register_of(author: Author, label: Label) -> str:
    """The register of a line, from who writes it and for whom."""
    cell = (label.cell or author.cell or "") if label.audience is Audience.CELL else ""
    return "|".join((author.organisation, label.audience, label.sensitivity, cell))


class Register(msgspec.Struct, dict=True):
    """The lines of one register in the order of all writers: when each was written, and its number.

    The number is None for a line whose words are withheld (it had the next one) and 0 for one older than numbers.
    """

    lines: list[tuple[Stamp, int | None]] = []

    def __post_init__(self) -> None:
        self._walked = 0
        self._last = 0

    def write(self, stamp: Stamp, number: int | None) -> None:
        """Take in a line; again changes nothing but a number that is withheld from then on."""
        place = bisect_left(self.lines, stamp, key=_stamp)
        if place < len(self.lines) and self.lines[place][0] == stamp:
            self.lines[place] = (stamp, number)
        else:
            self.lines.insert(place, (stamp, number))
        if place < self._walked:
            self._walked = self._last = 0

    @property
    def last(self) -> int:
        """The last number given; 0 for none."""
        for _, number in self.lines[self._walked :]:
            self._last = self._last + 1 if number is None else max(self._last, number)
        self._walked = len(self.lines)
        return self._last


def _stamp(line: tuple[Stamp, int | None]) -> Stamp:
    return line[0]
