"""How many facts in each stretch of time: what the time conductor draws (histogramme des faits)."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar

import msgspec

from garance.domain.moment import By, Moment
from garance.kernel.clock import from_milliseconds, to_milliseconds
from garance.kernel.fact import Fact
from garance.kernel.refusal import Refused
from garance.views.shown import HistogramShown
from garance.views.times import Counted, Times

MAX_BINS = 2000
WHOLE_BINS = 60


class _Folded(msgspec.Struct):
    counted: Counted
    times: Times


class Histogram:
    """The times of every fact of the situation."""

    name: ClassVar[str] = "histogram"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._counted = Counted()
        self._times = Times()

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact."""
        if self._counted.first_time(fact.id):
            self._times.add(fact.occurred_at, to_milliseconds(fact.recorded_at))

    def bins(
        self, begin: datetime, end: datetime, bins: int, *, by: By = By.OCCURRED, moment: Moment | None = None
    ) -> HistogramShown:
        """Count the facts of a period in equal stretches, those after `moment` left out when it goes by the same time.

        Refuses `period-empty`, `bins-out-of-range` (1 to 2000).
        """
        begin_ms, end_ms = to_milliseconds(begin), to_milliseconds(end)
        if end_ms <= begin_ms:
            raise Refused("period-empty", field="to")
        if not 1 <= bins <= MAX_BINS:
            raise Refused("bins-out-of-range", field="bins", detail={"least": 1, "most": MAX_BINS})
        last_ms = to_milliseconds(moment.at) + 1 if moment and moment.by is by else end_ms
        edges = [min(begin_ms + (end_ms - begin_ms) * index // bins, last_ms) for index in range(bins + 1)]
        counts = tuple(self._times.between(by, low, high) for low, high in pairwise(edges))
        return HistogramShown(from_=begin, to=end, bins=counts)

    def span(self, by: By) -> tuple[datetime, datetime]:
        """From the first fact to just after the last, by that one of their two times; the epoch twice for none."""
        axis = self._times.axis(by)
        ends = (axis[0], axis[-1] + 1) if len(axis) else (0, 0)
        return from_milliseconds(ends[0]), from_milliseconds(ends[1])

    def at(self, moment: Moment | None) -> HistogramShown:
        """The whole period in sixty stretches; an empty one when nothing had happened."""
        by = moment.by if moment else By.OCCURRED
        count = self._times.count(moment)
        axis = self._times.axis(by)
        if not count:
            nothing = from_milliseconds(0)
            return HistogramShown(from_=nothing, to=nothing, bins=())
        return self.bins(
            from_milliseconds(axis[0]), from_milliseconds(axis[count - 1] + 1), WHOLE_BINS, by=by, moment=moment
        )

    def snapshot(self) -> bytes:
        """All that was folded."""
        return msgspec.msgpack.encode(_Folded(self._counted, self._times.packed()))

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before."""
        folded = msgspec.msgpack.decode(snapshot, type=_Folded)
        self._counted, self._times = folded.counted, folded.times
