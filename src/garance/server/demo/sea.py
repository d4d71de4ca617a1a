"""The sea at the gauge: a supplied series set so that its peak falls when the story wants, or a made-up tide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from garance.kernel.clock import to_milliseconds

Level = tuple[int, float]
"""Milliseconds since 1970 UTC, metres above the datum."""

TIDE_PERIOD_S = 44_712.0
"""The principal lunar semi-diurnal tide, M2: 12 h 25 min 12 s."""


def peak_seconds(series: list[tuple[float, float]]) -> float:
    """When in the series its highest level comes."""
    return max(series, key=lambda pair: pair[1])[0]


def place_series(series: list[tuple[float, float]], *, peak_at: datetime) -> list[Level]:
    """The same levels, dated so that the highest falls at `peak_at`. Values and spacing are kept."""
    start_ms = to_milliseconds(peak_at) - round(peak_seconds(series) * 1000)
    return [(start_ms + round(seconds * 1000), level_m) for seconds, level_m in series]


def made_up_sea(*, peak_at: datetime, peak_m: float, hours: int = 36, step_s: int = 600) -> list[Level]:
    """A made-up sea: an M2 tide of 2.2 m amplitude and a storm surge of bell shape, both highest at `peak_at`."""
    tide_m = 2.2
    surge_m = peak_m - tide_m
    steps = hours * 3600 // step_s
    levels: list[Level] = []
    for index in range(-steps // 2, steps // 2 + 1):
        seconds = index * step_s
        tide = tide_m * math.cos(2 * math.pi * seconds / TIDE_PERIOD_S)
        surge = surge_m * math.exp(-((seconds / 14_400) ** 2))
        levels.append((to_milliseconds(peak_at + timedelta(seconds=seconds)), round(tide + surge, 3)))
    return levels


def edge_middle(bci: Path, bounds_m: Sequence[float]) -> tuple[float, float] | None:
    """The middle of the edge of a LISFLOOD-FP model that its first `.bci` line drives, in metres of its system.

    The line reads `side end start kind name`, side being N, E, S or W; `bounds_m` is west, south, east, north.
    Nothing when the file says something else.
    """
    words = bci.read_text("utf-8", "replace").split()
    if len(words) < 3 or words[0] not in "NESW":
        return None
    try:
        middle = (float(words[1]) + float(words[2])) / 2
    except ValueError:
        return None
    west, south, east, north = bounds_m
    return {"W": (west, middle), "E": (east, middle), "N": (middle, north), "S": (middle, south)}[words[0]]
