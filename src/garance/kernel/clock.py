"""Instants and clocks. Nothing else in Garance asks the machine what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple, Protocol

import msgspec

from garance.kernel.refusal import Refused

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware moment. Decoding refuses a time without an offset; inside, it is always UTC."""

MAX_TICK = 0xFFFF
"""The most facts one hybrid stamp can tell apart within a millisecond."""

MAX_SKEW = timedelta(minutes=5)
"""How far ahead of this node's clock another writer's stamp may run before it is not followed."""


def as_utc(moment: datetime, *, field: str = "time") -> datetime:
    """Give the same moment in UTC; refuse `naive-time` (it does not say its offset) and `time-out-of-range`."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise Refused("naive-time", field=field)
    try:
        return moment.astimezone(UTC)
    except OverflowError as problem:
        raise Refused("time-out-of-range", field=field) from problem


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970-01-01T00:00Z, rounded down, exact (no floating point)."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The UTC moment that many milliseconds after 1970-01-01T00:00Z."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


class Clock(Protocol):
    """What tells the time: the machine, a test, or a replay."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return from_milliseconds(time.time_ns() // 1_000_000)


class SetClock:
    """A clock that stands where it is set: for tests and for telling stories."""

    def __init__(self, moment: datetime) -> None:
        self._moment = as_utc(moment)

    def now(self) -> datetime:
        """The moment last set."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Move to that moment, forwards or backwards."""
        self._moment = as_utc(moment)

    def advance(self, by: timedelta) -> None:
        """Move on by that much."""
        self._moment += by


class Stamp(NamedTuple):
    """When a writer recorded a fact: its hybrid logical time (Kulkarni et al., 2014).

    Stamps of one writer only grow, and a fact recorded after reading another one has a greater stamp, even if
    the clocks disagree. `milliseconds` since 1970 UTC, `tick` in 0..65535, then `writer` settle one total order.
    """

    milliseconds: int
    tick: int
    writer: str


class HybridClock:
    """Gives each recorded fact a stamp greater than every stamp this writer gave or saw."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._milliseconds = 0
        self._tick = 0

    def next(self) -> tuple[datetime, int]:
        """The moment and tick of the next fact to record."""
        now = to_milliseconds(self._clock.now())
        if now > self._milliseconds:
            self._milliseconds, self._tick = now, 0
        elif self._tick < MAX_TICK:
            self._tick += 1
        else:
            self._milliseconds, self._tick = self._milliseconds + 1, 0
        return from_milliseconds(self._milliseconds), self._tick

    def witness(self, milliseconds: int, tick: int) -> None:
        """Take note of a stamp seen, here at start-up or from another writer.

        One that runs more than `MAX_SKEW` ahead of this clock is not followed: a single node with a wrong date
        must not drag every other into the future.
        """
        ahead = milliseconds - to_milliseconds(self._clock.now())
        if ahead > MAX_SKEW // timedelta(milliseconds=1):
            return
        if (milliseconds, tick) > (self._milliseconds, self._tick):
            self._milliseconds, self._tick = milliseconds, tick

    def resume(self, milliseconds: int, tick: int) -> None:
        """Start above the last stamp this very writer gave, whatever the machine's clock says now."""
        if (milliseconds, tick) > (self._milliseconds, self._tick):
            self._milliseconds, self._tick = milliseconds, tick
