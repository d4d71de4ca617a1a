"""What a file holds as observations in WGS 84: its system settled, each part drawn or set aside with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from garance.connectors.exchange_files.found import Fix, Found, Harvest, Part, Track, cut
from garance.connectors.exchange_files.outlines import Drawing, Unfit, thinned
from garance.connectors.exchange_files.reading import (
    MAX_ALL_RINGS,
    MAX_ALL_VERTICES,
    MAX_COLUMNS,
    MAX_FEATURES,
    MAX_POSITIONS,
    Column,
    Problems,
    Reading,
)
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.observation import Drawn, Located, Observed
from garance.territory.projection import WGS84, Bounds, read_crs, transformer
from garance.territory.reading import bulk_bounds

SAMPLES = 5
FARTHEST = 5e7
"""No coordinate on Earth is larger, in metres or in degrees."""


def settle(harvest: Harvest, near: Bounds | None = None) -> Reading:
    """Place everything. Refuses `crs-unknown` when no part of the file falls on Earth."""
    problems = harvest.problems
    _bound_rings(harvest)
    crs = _place(harvest, near)
    _lighten(harvest)
    observations = _observations(harvest)
    return Reading(
        format=harvest.format,
        title=cut(harvest.title, 200),
        crs=crs,
        observations=tuple(observations),
        columns=columns_of(observations),
        problems=problems.listed,
        tallies=problems.tallies,
    )


def _observations(harvest: Harvest) -> list[Drawn | Located]:
    """Every thing in order, within what one file may give."""
    problems, drawing = harvest.problems, Drawing(harvest.problems)
    positions, drawings = MAX_POSITIONS, MAX_FEATURES
    observations: list[Drawn | Located] = []
    for one in harvest.found:
        if isinstance(one, Track):
            fits = sum(map(len, one.segments)) <= positions
            located = list(_located(one, harvest)) if fits else []
            positions -= len(located)
            observations += located
            if located:
                continue
            if not fits:
                problems.say("positions-too-many", one.uid)
        made = list(_drawn(line_of(one) if isinstance(one, Track) else one, drawing, problems))
        if len(made) > drawings:
            problems.once("features-too-many")
            return [*observations, *made[:drawings]]
        drawings -= len(made)
        observations += made
    return observations


def _parts(harvest: Harvest) -> Iterator[Part]:
    for one in harvest.found:
        if isinstance(one, Found):
            yield from one.parts


def _place(harvest: Harvest, near: Bounds | None) -> str:
    """Bring every part to degrees, in place, and say in which system they were."""
    parts = [part for part in _parts(harvest) if part.rings and len(part.rings[0])]
    if not parts or harvest.strict:
        return WGS84
    bounds = _bounds(parts)
    reading = read_crs(harvest.crs or WGS84, bounds, near) if bounds is not None else None
    if reading is not None and harvest.crs is None and reading.doubt == "crs-wrong":
        harvest.problems.once("crs-missing", reading.crs)
    elif reading is not None and reading.doubt is not None:
        misnamed = reading.doubt == "crs-missing" and reading.crs == WGS84 and harvest.crs is not None
        harvest.problems.once("crs-not-understood" if misnamed else reading.doubt, reading.crs)
    if reading is None:
        if bounds is not None and max(abs(value) for value in bounds) > 540:
            _refuse_when_all_beyond(parts)
        if harvest.crs is not None:
            harvest.problems.once("crs-not-understood", harvest.crs)
        return WGS84
    change = None if reading.crs == WGS84 else transformer(reading.crs, WGS84)
    for part in parts if change is not None or reading.swapped else ():
        part.rings = [_moved(ring, change, reading.swapped) for ring in part.rings]
    return reading.crs


def _refuse_when_all_beyond(parts: list[Part]) -> None:
    if all(np.abs(part.rings[0]).max() > 540 for part in parts):
        raise Refused("crs-unknown", field="file")


def _bounds(parts: list[Part]) -> Bounds | None:
    """The box of nearly all the parts, those that are nowhere left out."""
    outers = [part.rings[0] for part in parts]
    sound = [ring for ring in outers if np.isfinite(ring).all() and np.abs(ring).max() < FARTHEST]
    if not sound:
        return None
    low, high = np.array([ring.min(axis=0) for ring in sound]), np.array([ring.max(axis=0) for ring in sound])
    return bulk_bounds(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))


def _moved(ring: Any, change: Any, swapped: bool) -> Any:
    if swapped:
        ring = ring[:, ::-1]
    if change is None or not len(ring):
        return ring
    lon_deg, lat_deg = change.transform(ring[:, 0], ring[:, 1])
    return np.column_stack([lon_deg, lat_deg])


def _bound_rings(harvest: Harvest) -> None:
    """Set aside the areas that come after so many rings."""
    left = MAX_ALL_RINGS
    for found in harvest.found:
        kept = []
        for part in found.parts if isinstance(found, Found) else ():
            left -= len(part.rings) if part.shape == "area" else 0
            if left >= 0 or part.shape != "area":
                kept.append(part)
        if isinstance(found, Found) and len(kept) < len(found.parts):
            harvest.problems.say("vertices-too-many", found.uid)
            found.parts = kept


def _lighten(harvest: Harvest) -> None:
    """Thin all outlines together, on one grid, while the whole file is too heavy: neighbours stay neighbours."""
    step = 1e-5
    parts = [part for part in _parts(harvest) if part.shape != "point"]
    while sum(len(ring) for part in parts for ring in part.rings) > MAX_ALL_VERTICES and step < 1:
        harvest.problems.once("outline-simplified", f"{step:.0e}°")
        for part in parts:
            part.rings = [thinned(ring, step) if _thick(ring) else ring for ring in part.rings]
        step *= 2


def _thick(ring: Any) -> bool:
    return len(ring) > 5 and bool(np.isfinite(ring).all())


def _drawn(found: Found, drawing: Drawing, problems: Problems) -> Iterator[Drawn]:
    made = []
    for part in found.parts:
        try:
            made += list(drawing.geometries(part, found.uid))
        except Unfit as problem:
            problems.say(problem.code, found.uid, found.name[:80] or None)
    for number, geometry in enumerate(made, start=1):
        uid = found.uid if len(made) == 1 else f"{found.uid}/{number}"
        yield Drawn(
            uid=uid, at=found.at, details=found.details, geometry=geometry, name=cut(found.name, 200), note=found.note
        )


def _located(track: Track, harvest: Harvest) -> Iterator[Located]:
    """The timed positions of a track; those without a time or off the Earth are left out, and counted."""
    before: datetime | None = None
    for number, segment in enumerate(track.segments, start=1):
        details = {**track.details, "segment": str(number)}
        for fix in segment:
            if fix.at is None:
                harvest.problems.say("times-missing", track.uid)
                continue
            if not _on_earth(fix):
                harvest.problems.say("coordinates-out-of-range", track.uid)
                continue
            if before is not None and fix.at < before:
                harvest.problems.say("times-not-growing", track.uid)
            before = fix.at
            yield _position(track, fix, details)


def _position(track: Track, fix: Fix, details: dict[str, str]) -> Located:
    return Located(
        uid=track.uid,
        at=fix.at,
        details=details,
        position=Position(round(fix.lon_deg, 7), round(fix.lat_deg, 7)),
        altitude_m=fix.altitude_m,
        speed_mps=fix.speed_mps,
        course_deg=fix.course_deg,
        name=cut(track.name, 200) or None,
    )


def _on_earth(fix: Fix) -> bool:
    return (
        math.isfinite(fix.lon_deg) and math.isfinite(fix.lat_deg) and abs(fix.lon_deg) <= 180 and abs(fix.lat_deg) <= 90
    )


def line_of(track: Track) -> Found:
    """The same track as plain lines, its times left."""
    parts = [
        Part("line", [np.array([(fix.lon_deg, fix.lat_deg) for fix in segment], dtype=float).reshape(-1, 2)])
        for segment in track.segments
        if segment
    ]
    return Found(track.uid, parts, track.name, track.note, None, track.details)


def columns_of(observations: list[Drawn | Located]) -> tuple[Column, ...]:
    """The attributes of the drawings, in the order in which they are first met."""
    filled: dict[str, int] = {}
    samples: dict[str, dict[str, None]] = {}
    for one in observations:
        if not isinstance(one, Drawn):
            continue
        for name, value in _whole(one).items():
            if name not in filled and len(filled) >= MAX_COLUMNS:
                continue
            filled[name] = filled.get(name, 0) + 1
            seen = samples.setdefault(name, {})
            if len(seen) < SAMPLES:
                seen[cut(value, 80)] = None
    return tuple(Column(name=name, filled=count, samples=tuple(samples[name])) for name, count in filled.items())


def _whole(one: Observed) -> dict[str, str]:
    return dict(one.details)
