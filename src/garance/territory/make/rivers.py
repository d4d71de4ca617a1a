"""Rivers of a region: traced where enough land drains, made to wind, widened towards the sea, and named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.make.chance import chance
from garance.territory.make.drainage import Drainage, stream_paths
from garance.territory.make.frame import Frame
from garance.territory.make.shaping import smooth_line
from garance.territory.make.words import RIVERS, stream_names

STREAM_KM2 = 2.2
"""A stream is drawn where at least this much land drains."""

WIDE_M = 9.0
"""From this width a river is also an area on the map."""

MOUTH_M = 260.0
"""Half the width of the main river's mouth, beyond its own."""


@dataclass
class River:
    """One reach between meetings: line from up to down, height of its bed at each point, land drained in km2 where it
    begins and ends, the reach it flows into (-1: the sea), name, metres from its end to the sea."""

    line: Any
    beds_m: Any
    above_km2: float
    below_km2: float
    into: int
    name: str | None = None
    to_sea_m: float = 0.0

    @property
    def width_m(self) -> float:
        """From bank to bank where it ends."""
        return float(np.clip(1.45 * self.below_km2**0.5, 1.5, 90))

    @property
    def plain_m(self) -> float:
        """Half the width of its flood plain."""
        return float(34 * self.below_km2**0.36)

    @property
    def mouth(self) -> tuple[float, float]:
        """Where it ends."""
        x, y = shapely.get_coordinates(self.line)[-1].tolist()
        return x, y


def trace_rivers(
    seed: int, frame: Frame, heights_m: Any, drainage: Drainage, drained_km2: Any, sea: Any
) -> list[River]:
    """Every reach, the main river's last one first, then by land drained."""
    paths = stream_paths(drainage.towards, drained_km2, sea, STREAM_KM2)
    columns = frame.coarse_shape[1]
    random = chance(seed, "rivers")
    heights = heights_m.ravel()
    rivers, starts = [], {}
    ends = [path[-1] if not sea.flat[path[-1]] else -1 for path in paths]
    turn = sorted(range(len(paths)), key=lambda at: (-drained_km2[paths[at][-2]], paths[at][0]))
    for place, at in enumerate(turn):
        path = np.array(paths[at])
        points = np.column_stack(
            [(path % columns + 0.5) * frame.coarse_m, frame.height_m - (path // columns + 0.5) * frame.coarse_m]
        )
        starts[int(path[0])] = place
        line = _wind(random, points, float(drained_km2[path[-2]]), frame)
        beds = _beds(points, heights[path], line, drained_km2[path[-2]])
        rivers.append(River(line, beds, float(drained_km2[path[0]]), float(drained_km2[path[-2]]), ends[at]))
    for river in rivers:
        river.into = starts.get(river.into, -1)
    _measure(rivers)
    name_rivers(rivers, list(RIVERS), stream_names(seed, len(rivers)))
    return rivers


def _wind(random: np.random.Generator, points: Any, km2: float, frame: Frame) -> Any:
    """The way of a reach made smooth, its ends kept; large rivers wind."""
    line = shapely.simplify(shapely.linestrings(points), frame.coarse_m * 1.1)
    smooth = smooth_line(shapely.get_coordinates(line), 3)
    length = float(shapely.length(line))
    sway = min(3.2 * km2**0.5, 150.0)
    if length < 900 or sway < 12:
        return shapely.linestrings(smooth)
    steps = np.arange(0, length, max(35.0, sway / 3))
    placed = shapely.get_coordinates(
        shapely.line_interpolate_point(shapely.linestrings(smooth), steps / length, normalized=True)
    )
    if len(placed) < 6:
        return shapely.linestrings(smooth)
    ahead = np.gradient(placed, axis=0)
    ahead /= np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-6)[:, None]
    wave = max(320.0, sway * 6.5)
    phase = np.cumsum(
        np.full(len(steps), steps[1] - steps[0])
        / wave
        * 2
        * np.pi
        * (1 + 0.35 * np.sin(steps / (wave * 2.3) + random.uniform(0, 6)))
    )
    swing = np.sin(phase + random.uniform(0, 6)) * (0.65 + 0.35 * np.sin(steps / (wave * 3.1)))
    ease = np.clip(np.minimum(steps, length - steps) / (wave * 0.8), 0, 1)
    moved = placed + (swing * ease * sway)[:, None] * np.column_stack([-ahead[:, 1], ahead[:, 0]])
    moved[0] = smooth[0]
    return shapely.linestrings(np.vstack([smooth_line(moved, 1), smooth[-1:]]))


def _beds(points: Any, heights: Any, line: Any, km2: float) -> Any:
    """The height of the bed at each point of the line: falling all the way."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    drawn = shapely.get_coordinates(line)
    far = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(drawn, axis=0).T))])
    level = np.interp(far / far[-1], along / along[-1], np.maximum(heights, -0.6))
    return np.minimum.accumulate(level) - min(0.25 * km2**0.32, 2.6)


def _measure(rivers: list[River]) -> None:
    """How far each reach's end is from the sea; a reach flows into one that drains more, so that comes first."""
    for river in rivers:
        if river.into >= 0:
            below = rivers[river.into]
            river.to_sea_m = below.to_sea_m + float(shapely.length(below.line))


def name_rivers(rivers: list[River], names: list[str], streams: list[str]) -> None:
    """One name from source to mouth: upstream of a meeting, the reach that drains most keeps it."""
    heirs: dict[int, int] = {}
    for place, river in enumerate(rivers):
        if river.into >= 0:
            heirs.setdefault(river.into, place)
    large, small = iter(names), iter(streams)
    for place, river in enumerate(rivers):
        if river.into >= 0 and heirs.get(river.into) == place:
            river.name = rivers[river.into].name
        else:
            river.name = next(large, None) if river.below_km2 > 25 else next(small, None)


def river_areas(rivers: list[River], sea: Any) -> dict[str, Any]:
    """The water of the wide rivers by name: ribbons that widen downstream, and an estuary at each mouth."""
    ribbons: dict[str, list[Any]] = {}
    for river in rivers:
        if river.width_m < WIDE_M:
            continue
        points = shapely.get_coordinates(shapely.simplify(river.line, 3.0))
        far = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        drained = np.interp(far, [0, far[-1]], [river.above_km2, river.below_km2])
        half = np.clip(1.45 * drained**0.5, 6, 90) / 2
        to_sea = river.to_sea_m + far[-1] - far
        share = min(1.0, (river.below_km2 / rivers[0].below_km2) ** 0.7)
        half = half + share * (MOUTH_M * np.exp(-to_sea / 900) + 45 * np.exp(-to_sea / 4_500))
        discs = shapely.buffer(shapely.points(points), half, quad_segs=4)
        hulls = shapely.convex_hull(shapely.union(discs[:-1], discs[1:]))
        ribbons.setdefault(river.name or "Rivière", []).append(hulls)
    whole = {name: shapely.simplify(shapely.union_all(np.concatenate(parts)), 1.5) for name, parts in ribbons.items()}
    return {name: shapely.difference(shape, sea) for name, shape in whole.items()}


@dataclass(frozen=True)
class Stretch:
    """A named river as one line from up to down, the land it drains at its two ends, in km2, metres to the sea."""

    name: str
    line: Any
    above_km2: float
    below_km2: float
    to_sea_m: float


def stretches(rivers: list[River], least_km2: float) -> list[Stretch]:
    """The named rivers that drain enough, each from its source to its end."""
    above: dict[int, int] = {}
    for place, river in enumerate(rivers):
        if river.into >= 0 and river.name == rivers[river.into].name:
            above.setdefault(river.into, place)
    found = []
    for place, river in enumerate(rivers):
        starts = river.into < 0 or river.name != rivers[river.into].name
        if not (starts and river.name and river.below_km2 >= least_km2):
            continue
        chain = [place]
        while chain[-1] in above:
            chain.append(above[chain[-1]])
        points = np.vstack([shapely.get_coordinates(rivers[at].line) for at in reversed(chain)])
        line = shapely.linestrings(points[np.r_[True, np.any(np.diff(points, axis=0) != 0, axis=1)]])
        found.append(Stretch(river.name, line, rivers[chain[-1]].above_km2, river.below_km2, river.to_sea_m))
    return found
