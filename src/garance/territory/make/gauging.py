"""Gauging stations and their series: a flood that goes down the rivers, a storm tide, the rain that came before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.content import SeriesData
from garance.territory.make.chance import chance
from garance.territory.make.rivers import Stretch
from garance.territory.manifest import Series

HOURS = 120
STEP_S = 1_800.0
WAVE_MPS = 1.35
"""How fast the top of the flood goes down a river."""

SURGE_PEAK_H = 63.0
TIDE_H = 12.42
SOURCE = "engendrée (fictif)"


@dataclass(frozen=True)
class Gauge:
    """A station: reference, name, kind, unit, river, thresholds (caution, serious, critical), place in metres."""

    ref: str
    name: str
    kind: str
    unit: str
    river: str | None
    thresholds: tuple[float, float, float]
    place: tuple[float, float]
    drained_km2: float = 0.0
    to_sea_m: float = 0.0


def river_gauges(
    stretches: list[Stretch], places: list[tuple[str, tuple[float, float]]], spacing_m: float
) -> list[Gauge]:
    """Stations on the rivers, named after the nearest place; thresholds from the land drained."""
    found: list[Gauge] = []
    names = np.array([place for _, place in places])
    for stretch in stretches:
        steps = np.arange(spacing_m * 0.4, stretch.line.length, spacing_m)
        for step in steps if len(steps) else [stretch.line.length / 2]:
            point = shapely.line_interpolate_point(stretch.line, float(step))
            x, y = float(shapely.get_x(point)), float(shapely.get_y(point))
            share = float(step) / stretch.line.length
            km2 = stretch.above_km2 + (stretch.below_km2 - stretch.above_km2) * share
            stage = float(np.clip(1.0 + 0.45 * km2**0.26, 0.8, 5.0))
            near = places[int(np.argmin(np.hypot(*(names - (x, y)).T)))][0]
            limits = (round(stage * 0.45, 2), round(stage * 0.68, 2), round(stage * 0.92, 2))
            ref = f"F{len(found) + 1:03d}0010"
            to_sea = stretch.to_sea_m + stretch.line.length - float(step)
            found.append(Gauge(ref, f"{stretch.name} à {near}", "water-level", "m", stretch.name, limits, (x, y),
                               km2, to_sea))  # fmt: skip
    return found


def other_gauges(mouth: tuple[float, float], port: str, rain: list[tuple[str, tuple[float, float]]]) -> list[Gauge]:
    """The tide gauge, and rain gauges at these places."""
    tide = Gauge("M0010010", f"Marégraphe de {port}", "tide", "m", None, (2.9, 3.4, 3.9), mouth)
    return [tide] + [
        Gauge(f"P{at + 1:03d}0010", f"Pluviomètre de {name}", "rain", "mm", None, (8.0, 15.0, 25.0), place)
        for at, (name, place) in enumerate(rain)
    ]


def gauge_series(seed: int, gauges: list[Gauge]) -> list[SeriesData]:
    """Five days for each station, every half hour from the same start."""
    hours = np.arange(0, HOURS + 0.01, STEP_S / 3_600)
    longest = max((gauge.to_sea_m for gauge in gauges), default=0.0)
    made = []
    for gauge in gauges:
        random = chance(seed, f"gauge-{gauge.ref}")
        values = _values(random, gauge, hours, longest)
        kind: Any = {"tide": "sea-level", "rain": "rain"}.get(gauge.kind, "water-level")
        said = Series(code=f"s-{gauge.ref.lower()}", name=gauge.name, kind=kind, unit=gauge.unit, count=len(hours),
                      gauge=gauge.ref, source=SOURCE)  # fmt: skip
        made.append(SeriesData(said, hours * 3_600, np.round(values, 3)))
    return made


def peak_h(gauge: Gauge, longest_m: float) -> float:
    """When the flood is highest at a river station, in hours: the farther from the sea, the earlier."""
    return 46.0 + (longest_m - gauge.to_sea_m) / WAVE_MPS / 3_600


def _values(random: np.random.Generator, gauge: Gauge, hours: Any, longest: float) -> Any:
    if gauge.kind == "tide":
        tide = 1.9 * np.cos(2 * np.pi * (hours - SURGE_PEAK_H + 0.4) / TIDE_H) * (1 + 0.12 * np.sin(hours / 40))
        return 0.3 + tide + 1.55 * np.exp(-(((hours - SURGE_PEAK_H) / 6.5) ** 2))
    if gauge.kind == "rain":
        shower = np.clip(random.gamma(0.7, 1.0, len(hours)), 0, 4)
        storm = np.exp(-(((hours - 36 - random.uniform(-3, 3)) / 7) ** 2))
        return shower * (0.25 + 7.5 * storm)
    top = peak_h(gauge, longest)
    rise = 7 + 0.5 * gauge.drained_km2**0.42
    stage = gauge.thresholds[2] / 0.92
    before, after = np.minimum(hours - top, 0) / rise, np.maximum(hours - top, 0) / (2.4 * rise)
    wave = np.exp(-(before**2)) * np.exp(-(after**1.25))
    return stage * (0.18 + 0.86 * wave)
