"""The water at the gauges: series that came with the territory, set so that they culminate when the story wants, or
made-up ones."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from garance.kernel.clock import to_milliseconds
from garance.territory import Feature
from garance.territory.manifest import SERIES, Series
from garance.territory.pack import Pack

Level = tuple[int, float]
"""Milliseconds since 1970 UTC, metres above the datum."""

TIDE_PERIOD_S = 44_712.0
"""The principal lunar semi-diurnal tide, M2: 12 h 25 min 12 s."""

MADE_UP_PEAK_M = 4.0


class Supplied(NamedTuple):
    """A series of the pack, its values by seconds from its own start, and its gauge when it has one."""

    series: Series
    values: list[tuple[float, float]]
    gauge: Feature | None

    @property
    def peak(self) -> float:
        """Its highest value."""
        return max(value for _, value in self.values)


def supplied(pack: Pack, kind: str) -> list[Supplied]:
    """The pack's series of that kind, the one that culminates lowest first: the least raised of several scenarios."""
    wanted = {series.code: series for series in pack.manifest.series if series.kind == kind}
    if not wanted:
        return []
    values: dict[str, list[tuple[float, float]]] = {code: [] for code in wanted}
    with pack.file(SERIES).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["code"] in values:
                values[row["code"]].append((float(row["seconds"]), float(row["value"])))
    gauges = {str(each.properties.get("ref")): each for each in pack.features("gauges")}
    found = [Supplied(series, values[code], gauges.get(series.gauge or "")) for code, series in wanted.items()]
    return sorted((each for each in found if each.values), key=lambda each: (each.peak, each.series.code))


def sea_of(pack: Pack) -> Supplied | None:
    """The sea's series that the story follows: one tall enough to be a sea in a storm, if the pack has any."""
    return next((each for each in supplied(pack, "sea-level") if each.peak > 1), None)


def peak_seconds(series: Sequence[tuple[float, float]]) -> float:
    """When in the series its highest level comes."""
    return max(series, key=lambda pair: pair[1])[0]


def place_series(series: Sequence[tuple[float, float]], *, peak_at: datetime) -> list[Level]:
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


def behind(levels: Sequence[Level], *, late: timedelta, share: float) -> list[Level]:
    """The same water up a harbour or an estuary: so much later, each level that share of the sea's."""
    late_ms = late // timedelta(milliseconds=1)
    return [(t_ms + late_ms, round(level_m * share, 3)) for t_ms, level_m in levels]
