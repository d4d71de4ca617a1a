"""The instant a view is asked for, and which of a fact's two times is compared with it."""

from __future__ import annotations

import enum
from datetime import datetime

import msgspec

from garance.kernel.clock import to_milliseconds


class By(enum.StrEnum):
    """Which time rules: when it was written down, or when it was so in the world."""

    RECORDED = "recorded"
    """As it was known then (tel que connu)."""
    OCCURRED = "occurred"
    """As it is now established that it was (tel qu'établi)."""


class Moment(msgspec.Struct, frozen=True):
    """An instant, by one of the two times. A view at a moment is the fold of the facts it includes."""

    at: datetime
    by: By = By.OCCURRED

    def includes(self, occurred_at: datetime, recorded_ms: int) -> bool:
        """Whether a fact with these two times had happened, or was known, at this moment."""
        if self.by is By.OCCURRED:
            return occurred_at <= self.at
        return recorded_ms <= to_milliseconds(self.at)


def known_by(moment: Moment | None) -> Moment | None:
    """The moment for what speaks of the past whenever it was said (a correction, a situation's title, its clock).

    Established time does not cut such statements off; the time of recording does.
    """
    return moment if moment is not None and moment.by is By.RECORDED else None
