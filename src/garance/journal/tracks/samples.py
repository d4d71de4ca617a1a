"""Samples of one series: times and fixed named columns (mesures, positions)."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from garance.kernel.refusal import Refused

MAX_BATCH_SAMPLES = 100_000
LAST_MS = (1 << 53) - 1
"""The farthest time from 1970 a sample may carry, in milliseconds: what a browser's number still holds exactly."""


class Kind(enum.StrEnum):
    """What a series measures, hence its columns."""

    POSITION = "position"
    SCALAR = "scalar"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the values of one sample, in order; a value may be missing, but for the required ones."""
        return _COLUMNS[self]


_COLUMNS = {
    Kind.POSITION: ("lon_deg", "lat_deg", "altitude_m", "speed_mps", "course_deg"),
    Kind.SCALAR: ("value",),
}
_REQUIRED = {Kind.POSITION: 2, Kind.SCALAR: 1}


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples in order of time: `t_ms` since 1970 UTC, and one row of values for each; NaN means missing."""

    kind: Kind
    t_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.t_ms)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Samples) or self.kind is not other.kind:
            return NotImplemented if not isinstance(other, Samples) else False
        same_times = np.array_equal(self.t_ms, other.t_ms)
        return same_times and np.array_equal(self.values, other.values, equal_nan=True)

    __hash__ = None  # type: ignore[assignment]

    def rows(self) -> list[list[int | float | None]]:
        """Each sample as `[t_ms, value…]`, None where missing: the form that travels."""
        values = self.values.tolist()
        return [
            [t_ms, *(None if v != v else v for v in row)] for t_ms, row in zip(self.t_ms.tolist(), values, strict=True)
        ]

    def between(self, from_ms: int, to_ms: int) -> Samples:
        """Those with `from_ms <= t < to_ms`."""
        low, high = np.searchsorted(self.t_ms, (from_ms, to_ms))
        return Samples(self.kind, self.t_ms[low:high], self.values[low:high])

    def first(self, count: int) -> Samples:
        """The earliest `count`."""
        return Samples(self.kind, self.t_ms[:count], self.values[:count])


def samples_from(kind: Kind, rows: Iterable[Sequence[float | None]]) -> Samples:
    """Samples from rows of `[t_ms, value…]`, in any order; of two at the same time, the later in the list stands.

    Refuses `samples-malformed` (a row too short or too long, a time that is not whole, a required value missing or
    not finite, a place not on Earth) and `samples-too-many` (over 100,000).
    """
    wide = 1 + len(kind.columns)
    listed = [tuple(row) for row in rows]
    if any(len(row) != wide for row in listed):
        raise Refused("samples-malformed", field="samples")
    try:
        t_ms = np.array([row[0] for row in listed], dtype=np.int64)
        values = np.array([row[1:] for row in listed], dtype=np.float64).reshape(len(listed), wide - 1)
    except (TypeError, ValueError, OverflowError) as problem:
        raise Refused("samples-malformed", field="samples") from problem
    if any(row[0] != t for row, t in zip(listed, t_ms.tolist(), strict=True)):
        raise Refused("samples-malformed", field="samples")
    return in_order(Samples(kind, t_ms, values))


def in_order(samples: Samples) -> Samples:
    """The same, checked, sorted by time, of two at the same time the later in the array; refuses as `samples_from`."""
    check_samples(samples)
    if len(samples) == 1:
        return Samples(samples.kind, samples.t_ms, np.where(np.isnan(samples.values), np.nan, samples.values))
    order = np.argsort(samples.t_ms, kind="stable")
    t_ms = samples.t_ms[order]
    last = np.ones(len(t_ms), dtype=bool)
    last[:-1] = t_ms[1:] != t_ms[:-1]
    values = samples.values[order][last]
    # Only one NaN, so that what is missing always has the same digest.
    return Samples(samples.kind, t_ms[last], np.where(np.isnan(values), np.nan, values))


def check_samples(samples: Samples) -> None:
    """Refuse `samples-malformed` and `samples-too-many`."""
    count = len(samples.t_ms)
    if count > MAX_BATCH_SAMPLES:
        raise Refused("samples-too-many", field="samples", detail={"samples": count, "limit": MAX_BATCH_SAMPLES})
    if samples.values.shape != (count, len(samples.kind.columns)):
        raise Refused("samples-malformed", field="samples")
    if not (_is_sound(samples) if count == 1 else _are_sound(samples)):
        raise Refused("samples-malformed", field="samples")


def _are_sound(samples: Samples) -> bool:
    sound = not np.isinf(samples.values).any() and bool((np.abs(samples.t_ms) <= LAST_MS).all())
    sound = sound and bool(np.isfinite(samples.values[:, : _REQUIRED[samples.kind]]).all())
    if sound and samples.kind is Kind.POSITION:
        sound = bool((np.abs(samples.values[:, :2]) <= (180.0, 90.0)).all())
    return sound


def _is_sound(samples: Samples) -> bool:
    """The same of one sample, as most come: without arrays, ten times as fast."""
    t_ms, values = int(samples.t_ms[0]), samples.values[0].tolist()
    sound = abs(t_ms) <= LAST_MS and not any(map(math.isinf, values))
    sound = sound and not any(map(math.isnan, values[: _REQUIRED[samples.kind]]))
    return sound and (samples.kind is not Kind.POSITION or (abs(values[0]) <= 180 and abs(values[1]) <= 90))


def merged(kind: Kind, parts: Sequence[Samples]) -> Samples:
    """All of them in order of time; of two at the same time, the one from the earlier part stands."""
    if not parts:
        return Samples(kind, np.empty(0, np.int64), np.empty((0, len(kind.columns))))
    t_ms = np.concatenate([part.t_ms for part in parts])
    values = np.concatenate([part.values for part in parts])
    times, first = np.unique(t_ms, return_index=True)
    return Samples(kind, times, values[first])
