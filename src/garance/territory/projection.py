"""Coordinate reference systems as they are met in French data: named, unnamed, missing, or wrong."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

WGS84 = "EPSG:4326"
LAMBERT_93 = "EPSG:2154"

Bounds = tuple[float, float, float, float]

AGREE_M = 60.0
"""Two readings of the same coordinates this close are the same system (datum shifts within WGS 84, ETRS 89)."""


NEAR_DEG = 0.5
"""How far beyond the other layers a layer may lie and still be of the same place."""

AREA_MARGIN_DEG = 3.0
"""How far beyond the area a system is made for it is still met."""

METROPOLE: Bounds = (-5.6, 41.2, 9.8, 51.3)
SOUTH: Bounds = (-1.9, 42.2, 7.8, 45.6)
GUADELOUPE: Bounds = (-63.3, 14.2, -60.6, 18.3)
GUYANE: Bounds = (-54.8, 2.0, -51.4, 6.0)
REUNION: Bounds = (55.0, -21.6, 56.0, -20.7)
MAYOTTE: Bounds = (44.8, -13.2, 45.5, -12.4)
SAINT_PIERRE: Bounds = (-56.6, 46.6, -55.9, 47.3)
PACIFIC: tuple[Bounds, ...] = (
    (158.0, -23.5, 172.5, -17.5),
    (-179.9, -15.0, -175.5, -12.5),
    (-155.0, -28.5, -134.0, -7.5),
)
FRANCE: tuple[Bounds, ...] = (METROPOLE, GUADELOUPE, GUYANE, REUNION, MAYOTTE, SAINT_PIERRE, *PACIFIC)
"""Where French people live, in degrees."""

AREAS: dict[str, tuple[Bounds, ...]] = {
    WGS84: FRANCE,
    LAMBERT_93: (METROPOLE,),
    **{f"EPSG:{3900 + zone}": ((-5.6, zone - 1.3, 9.8, zone + 1.3),) for zone in range(42, 51)},
    "EPSG:27572": (METROPOLE,),
    "EPSG:27571": ((-5.6, 47.9, 9.8, 51.3),),
    "EPSG:27573": (SOUTH,),
    "EPSG:27574": ((8.3, 41.2, 9.8, 43.2),),
    "EPSG:3857": (METROPOLE,),
    "EPSG:25830": ((-5.6, 42.0, 0.0, 51.3),),
    "EPSG:25831": ((0.0, 41.2, 6.0, 51.3),),
    "EPSG:25832": ((6.0, 41.2, 9.8, 51.3),),
    "EPSG:27561": ((-5.6, 47.9, 9.8, 51.3),),
    "EPSG:27562": ((-5.6, 45.3, 9.8, 48.2),),
    "EPSG:27563": (SOUTH,),
    "EPSG:27564": ((8.3, 41.2, 9.8, 43.2),),
    "EPSG:5490": (GUADELOUPE,),
    "EPSG:2972": (GUYANE,),
    "EPSG:2975": (REUNION,),
    "EPSG:4471": (MAYOTTE,),
    "EPSG:4467": (SAINT_PIERRE,),
}
"""The systems met in French files, and where each is used."""

NAMED = tuple(AREAS)
TIERS: tuple[tuple[str, ...], ...] = (NAMED[:12], NAMED[12:16], NAMED[16:])
"""The usual ones, the rarer ones, and those whose numbers alone do not tell one zone from another."""


@dataclass(frozen=True)
class Reading:
    """Which system a file's coordinates are in. `doubt` says why the file alone does not tell: `crs-missing`,
    `crs-unnamed`, `crs-wrong`, `crs-ambiguous` (several fit, the likeliest kept), `axes-swapped` (the coordinates
    are to be turned round: y was given first), or nothing."""

    crs: str
    doubt: str | None = None

    @property
    def swapped(self) -> bool:
        """Whether x and y are to be exchanged before `crs` holds."""
        return self.doubt == "axes-swapped"


@cache
def transformer(source: str, target: str) -> Transformer:
    """From one system to the other, always x then y (longitude then latitude)."""
    return Transformer.from_crs(source, target, always_xy=True)


def guess(bounds: Bounds, near: Bounds | None = None) -> str | None:
    """The French system whose usual numbers these are, or nothing. `near`, in degrees, is where other layers lie."""
    found = _candidates(bounds, near)
    return found[0] if found else None


def read_crs(declared: str | None, bounds: Bounds, near: Bounds | None = None) -> Reading | None:
    """Settle the system of a file from what it declares, from its numbers, and from `near` (degrees: the box of the
    other layers) when those leave a doubt; nothing when none tells."""
    if not all(math.isfinite(value) for value in bounds):
        return None
    plain = _as_given(declared, bounds, near)
    if plain is not None and _sure(plain, bounds, near):
        return plain
    turned = (bounds[1], bounds[0], bounds[3], bounds[2])
    other = _as_given(declared, turned, near)
    if other is not None and other.doubt in (None, "crs-unnamed", "crs-missing") and _sure(other, turned, near):
        return Reading(other.crs, "axes-swapped")
    return plain


def is_earth(declared: str | None) -> bool:
    """False for the system of another body, told by its size."""
    stated = _parse(declared)
    if stated is None or stated.ellipsoid is None:
        return True
    return bool(6_300_000 < stated.ellipsoid.semi_major_metre < 6_450_000)


def metric_crs(lon_deg: float, lat_deg: float) -> str:
    """A system in metres fit for that place: Lambert-93 in metropolitan France, elsewhere the UTM zone."""
    if -10 <= lon_deg <= 10.4 and 41 <= lat_deg <= 51.6:
        return LAMBERT_93
    zone = int((lon_deg + 180) // 6) % 60 + 1
    return f"EPSG:{(32600 if lat_deg >= 0 else 32700) + zone}"


def project(geometries: Any, source: str, target: str) -> Any:
    """The same shapes in another system, flat (no height), all at once."""
    flat = shapely.force_2d(geometries)
    if source == target:
        return flat
    change = transformer(source, target)

    def moved(points: Any) -> Any:
        x, y = change.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    return shapely.transform(flat, moved)


def project_bounds(bounds: Bounds, source: str, target: str) -> Bounds:
    """The box that holds this box in another system."""
    west, south, east, north = transformer(source, target).transform_bounds(*bounds)
    return (west, south, east, north)


def _as_given(declared: str | None, bounds: Bounds, near: Bounds | None) -> Reading | None:
    """The reading with x and y as they come."""
    stated = _parse(declared)
    if stated is None:
        found = _candidates(bounds, near)
        return Reading(found[0], "crs-ambiguous" if len(found) > 1 else "crs-missing") if found else None
    place = _stated_place(stated, bounds)
    at_home = place is not None and (_inside(place, near, NEAR_DEG) if near is not None else _inside_any(place, FRANCE))
    if not at_home:
        found = _candidates(bounds, near)
        guessed = found[0] if found else None
        if place is None or _contradicted(place, guessed, bounds, near):
            usual = guessed is not None and (near is not None or guessed not in TIERS[-1])
            return Reading(guessed, "crs-wrong") if guessed is not None and usual else None
    return _named(stated, bounds)


def _named(stated: CRS, bounds: Bounds) -> Reading | None:
    """The number of the system stated; of the French one that gives the same places, when it has none."""
    code = stated.to_epsg(min_confidence=100)
    if code is not None:
        return Reading(f"EPSG:{code}")
    place = _stated_place(stated, bounds)
    for crs in NAMED if place is not None else ():
        other = _lands(crs, bounds)
        if place is not None and other is not None and _apart_m(place, other) < AGREE_M:
            return Reading(crs, "crs-unnamed")
    code = stated.to_epsg(min_confidence=25)
    return Reading(f"EPSG:{code}", "crs-unnamed") if code is not None else None


def _candidates(bounds: Bounds, near: Bounds | None) -> list[str]:
    """The French systems in which these numbers are a French place, likeliest first; several only when the numbers
    leave them equal (UTM zones, the old Lambert zones)."""
    if not all(math.isfinite(value) for value in bounds):
        return []
    if max(abs(value) for value in bounds) <= 360:
        return [WGS84] if _lands(WGS84, bounds) is not None else []
    if near is not None:
        for crs in NAMED:
            place = _lands(crs, bounds)
            if place is not None and _inside(place, near, NEAR_DEG):
                return [crs]
    for number, tier in enumerate(TIERS):
        fit = [crs for crs in tier if _inside_any(_lands(crs, bounds), AREAS[crs])]
        if fit:
            return fit if number == len(TIERS) - 1 else fit[:1]
    return []


def _lands(crs: str, bounds: Bounds) -> tuple[float, float] | None:
    """Where the middle of the box falls, in degrees."""
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if crs == WGS84:
        fits = -180 <= bounds[0] and bounds[2] <= 180 and -90 <= bounds[1] and bounds[3] <= 90
        return (x, y) if fits else None
    lon_deg, lat_deg = transformer(crs, WGS84).transform(x, y)
    return (lon_deg, lat_deg) if math.isfinite(lon_deg) and math.isfinite(lat_deg) else None


def _inside(place: tuple[float, float], box: Bounds, margin_deg: float = 0.0) -> bool:
    return (
        box[0] - margin_deg <= place[0] <= box[2] + margin_deg
        and box[1] - margin_deg <= place[1] <= box[3] + margin_deg
    )


def _inside_any(place: tuple[float, float] | None, boxes: tuple[Bounds, ...]) -> bool:
    return place is not None and any(_inside(place, box) for box in boxes)


def _sure(reading: Reading, bounds: Bounds, near: Bounds | None) -> bool:
    """The place is where the other layers are or, when nobody knows, somewhere French."""
    place = _lands(reading.crs, bounds)
    if place is None:
        return False
    return _inside(place, near, NEAR_DEG) if near is not None else _inside_any(place, FRANCE)


def _contradicted(stated: tuple[float, float], guessed: str | None, bounds: Bounds, near: Bounds | None) -> bool:
    """What is stated leads away from France (or from the other layers) where a usual system leads into it."""
    place = _lands(guessed, bounds) if guessed is not None else None
    if place is None or _apart_m(stated, place) < AGREE_M:
        return False
    if near is not None:
        return _inside(place, near, NEAR_DEG)
    return guessed in TIERS[0] and _inside_any(place, FRANCE)


@cache
def _parse(declared: str | None) -> CRS | None:
    """The system stated, without the shift (TOWGS84) that some files wrap it in; nothing when it is none of Earth."""
    if not declared:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stated = CRS.from_user_input(declared)
            stated = stated.source_crs if stated.is_bound and stated.source_crs is not None else stated
            return stated if stated.is_geographic or stated.is_projected or stated.is_compound else None
    except (CRSError, ValueError, UnicodeError):
        return None


@cache
def _to_degrees(stated: CRS) -> Transformer:
    return Transformer.from_crs(stated, WGS84, always_xy=True)


def _stated_place(stated: CRS, bounds: Bounds) -> tuple[float, float] | None:
    """Where the middle of the box falls as stated, in degrees; nothing when that is nowhere on Earth, or outside the
    area that the system is made for."""
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if stated.is_geographic and not (abs(x) <= 180 and abs(y) <= 90):
        return None
    try:
        lon_deg, lat_deg = _to_degrees(stated).transform(x, y)
    except ProjError:
        return None
    if not (math.isfinite(lon_deg) and math.isfinite(lat_deg)):
        return None
    area = None if stated.is_geographic else stated.area_of_use
    box = (area.west, area.south, area.east, area.north) if area is not None else None
    return (lon_deg, lat_deg) if box is None or _inside((lon_deg, lat_deg), box, AREA_MARGIN_DEG) else None


def _apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    metres_per_degree = 111_320.0
    east_m = (one[0] - other[0]) * metres_per_degree * math.cos(math.radians(one[1]))
    return math.hypot(east_m, (one[1] - other[1]) * metres_per_degree)
