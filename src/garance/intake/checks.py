"""The checks, in order (contrôles). Each looks at one thing and says what it found, or nothing.

None of them changes what is remembered but the count of its own kind: `sorting` remembers what was kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from garance.intake.arrival import Arrived, Aside, Box, Limits
from garance.intake.memory import Fix, Source
from garance.kernel.clock import to_milliseconds
from garance.ports.observation import Located, Withdrawn

Check = Callable[[Arrived, Source, Limits], Aside | None]

EARTH_M = 6_371_008.8
"""The mean radius of the Earth (IUGG), in metres."""
WEEKS_1024 = timedelta(weeks=1024)
"""After so many weeks an old GPS receiver is back at its beginning (IS-GPS-200)."""
AGREE = 3
"""How many refused places in a row must agree to be believed against the last one kept."""
LEAST_S = 1.0
"""Fixes nearer in time than this are taken to be this far apart: clocks are rounded to the second."""


def trusted(arrived: Arrived, source: Source, limits: Limits) -> Aside | None:
    """Who sent it: `sender-unproven` where proof is asked; `source-of-another`, when a proven sender holds the name."""
    if limits.proof and not arrived.sender.proven:
        return Aside("sender-unproven")
    held = source.sender
    if held.proven and held != arrived.sender:
        return Aside("source-of-another")
    return None


def fresh(arrived: Arrived, source: Source, limits: Limits) -> Aside | None:
    """Already heard: `repeated`."""
    return Aside("repeated") if mark_of(arrived) in source.recent else None


def dated(arrived: Arrived, source: Source, limits: Limits) -> Aside | None:
    """The clock of the source: `clock-ahead`, `clock-behind`, `clock-rollover` (late by 1,024 weeks, or 2,048)."""
    if arrived.observation.at is None:
        return None
    late = arrived.received_at - arrived.observation.at
    if late < timedelta(seconds=-limits.ahead_s):
        return Aside("clock-ahead", f"{-late.total_seconds():.0f} s")
    if late <= timedelta(seconds=limits.behind_s):
        return None
    if any(abs(late - n * WEEKS_1024) < timedelta(days=1) for n in (1, 2)):
        return Aside("clock-rollover", f"{late.days} d")
    return Aside("clock-behind", f"{late.total_seconds():.0f} s")


def placed(arrived: Arrived, source: Source, limits: Limits) -> Aside | None:
    """Where: `place-zero` (0° N 0° E is a receiver without a fix), `place-outside` the area of the connection."""
    where = arrived.where
    if where is None:
        return None
    if where == (0.0, 0.0):
        return Aside("place-zero")
    if limits.area is not None and not _within(where, limits.area):
        return Aside("place-outside", f"{where[1]:.3f} {where[0]:.3f}")
    return None


def _within(where: tuple[float, float], area: Box) -> bool:
    west, south, east, north = area
    across = west <= where[0] <= east if west <= east else where[0] >= west or where[0] <= east
    return across and south <= where[1] <= north


def plausible(arrived: Arrived, source: Source, limits: Limits) -> Aside | None:
    """What a real thing can do: `fix-coarse`, `altitude-implausible`, `speed-implausible`, `jump-implausible`."""
    seen = arrived.observation
    if not isinstance(seen, Located):
        return None
    if seen.accuracy_m is not None and seen.accuracy_m > limits.coarsest_m:
        return Aside("fix-coarse", f"{seen.accuracy_m:.0f} m")
    if seen.altitude_m is not None and not limits.lowest_m <= seen.altitude_m <= limits.highest_m:
        return Aside("altitude-implausible", f"{seen.altitude_m:.0f} m")
    if seen.speed_mps is not None and not 0 <= seen.speed_mps <= limits.fastest_mps:
        return Aside("speed-implausible", f"{seen.speed_mps:.0f} m/s")
    fix = fix_of(arrived)
    if fix is None or source.last is None or _reachable(source.last, fix, limits):
        return None
    if _agree([*source.suspects[1 - AGREE :], fix], limits):
        return None
    return Aside("jump-implausible", f"{distance_m(source.last, fix):.0f} m")


def _agree(fixes: list[Fix], limits: Limits) -> bool:
    return len(fixes) >= AGREE and all(_reachable(a, b, limits) for a, b in pairwise(fixes))


def _reachable(one: Fix, other: Fix, limits: Limits) -> bool:
    elapsed_s = max(abs(other.t_ms - one.t_ms) / 1000, LEAST_S)
    slack_m = one.coarse_m + other.coarse_m
    return distance_m(one, other) <= limits.fastest_mps * elapsed_s + slack_m


def rated(arrived: Arrived, source: Source, limits: Limits) -> Aside | None:
    """How often: `too-often`, when a source speaks faster than its allowance (a leaky bucket per source)."""
    now_ms = to_milliseconds(arrived.received_at)
    gained = max(now_ms - source.filled_ms, 0) / 1000 * limits.per_source_per_s
    source.tokens = min(source.tokens + gained, limits.burst) if source.filled_ms else float(limits.burst)
    source.filled_ms = max(now_ms, source.filled_ms)
    if source.tokens < 1:
        return Aside("too-often")
    source.tokens -= 1
    return None


CHECKS: tuple[Check, ...] = (trusted, fresh, dated, placed, plausible, rated)
"""In this order: the first that finds something settles it."""

WITHOUT_TRACE = frozenset({"repeated"})
"""What is counted and not kept: the very same words are already there."""


def fix_of(arrived: Arrived) -> Fix | None:
    """Where and when something that moves was; None of anything else."""
    seen = arrived.observation
    if not isinstance(seen, Located):
        return None
    return Fix(to_milliseconds(arrived.at), seen.position.lon_deg, seen.position.lat_deg, seen.accuracy_m or 0.0)


def mark_of(arrived: Arrived) -> int:
    """Tells an observation from another of the same source. One without a time of its own is never a repetition,
    except to be withdrawn again."""
    seen = arrived.observation
    if seen.at is None and not isinstance(seen, Withdrawn):
        return hash((id(seen), arrived.received_at))
    return hash((type(seen), seen.at, repr(seen)))


def distance_m(one: Fix, other: Fix) -> float:
    """Metres along the great circle (haversine)."""
    south, north = math.radians(one.lat_deg), math.radians(other.lat_deg)
    half_lat, half_lon = (north - south) / 2, math.radians(other.lon_deg - one.lon_deg) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(south) * math.cos(north) * math.sin(half_lon) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))
