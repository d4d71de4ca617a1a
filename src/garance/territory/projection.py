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
from pyproj.exceptions import CRSError

WGS84 = "EPSG:4326"
LAMBERT_93 = "EPSG:2154"

Bounds = tuple[float, float, float, float]

AGREE_M = 60.0
"""Two readings of the same coordinates this close are the same system (datum shifts within WGS 84, ETRS 89)."""


@dataclass(frozen=True)
class Reading:
    """Which system a file's coordinates are in. `doubt` says why the file alone does not tell:
    `crs-missing`, `crs-unnamed`, `crs-wrong`, or nothing."""

    crs: str
    doubt: str | None = None


@cache
def transformer(source: str, target: str) -> Transformer:
    """From one system to the other, always x then y (longitude then latitude)."""
    return Transformer.from_crs(source, target, always_xy=True)


def guess(bounds: Bounds) -> str | None:
    """The system whose usual numbers these are: degrees, Lambert-93, or one of the nine CC zones."""
    west, south, east, north = bounds
    if not all(math.isfinite(value) for value in bounds):
        return None
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return WGS84
    if 0 <= west <= east <= 1_300_000 and 6_000_000 <= south <= north <= 7_200_000:
        return LAMBERT_93
    if 1_000_000 <= west <= east <= 2_400_000:
        zone = round(((south + north) / 2 - 200_000) / 1_000_000) + 41
        centre_m = (zone - 41) * 1_000_000 + 200_000
        if 42 <= zone <= 50 and abs((south + north) / 2 - centre_m) < 250_000:
            return f"EPSG:{3900 + zone}"
    return None


def read_crs(declared: str | None, bounds: Bounds) -> Reading | None:
    """Settle the system of a file from what it declares and from its numbers; nothing when neither tells."""
    guessed = guess(bounds)
    stated = _parse(declared)
    if stated is None:
        return Reading(guessed, "crs-missing") if guessed else None
    if not _plausible(stated, bounds):
        return Reading(guessed, "crs-wrong") if guessed else None
    code = stated.to_epsg(min_confidence=100)
    if code is not None:
        return Reading(f"EPSG:{code}")
    if guessed and _apart_m(stated, CRS.from_user_input(guessed), bounds) < AGREE_M:
        return Reading(guessed, "crs-unnamed")
    code = stated.to_epsg(min_confidence=25)
    return Reading(f"EPSG:{code}", "crs-unnamed") if code is not None else None


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


def _parse(declared: str | None) -> CRS | None:
    if not declared:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return CRS.from_user_input(declared)
    except CRSError:
        return None


def _plausible(stated: CRS, bounds: Bounds) -> bool:
    """Degrees look like degrees, and metres fall somewhere on Earth, inside the area the system is made for."""
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if stated.is_geographic:
        return abs(x) <= 180 and abs(y) <= 90
    lon_deg, lat_deg = Transformer.from_crs(stated, WGS84, always_xy=True).transform(x, y)
    if not (math.isfinite(lon_deg) and math.isfinite(lat_deg)):
        return False
    area = stated.area_of_use
    if area is None:
        return True
    margin_deg = 3.0
    return bool(
        area.west - margin_deg <= lon_deg <= area.east + margin_deg
        and area.south - margin_deg <= lat_deg <= area.north + margin_deg
    )


def _apart_m(one: CRS, other: CRS, bounds: Bounds) -> float:
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    places = [Transformer.from_crs(crs, WGS84, always_xy=True).transform(x, y) for crs in (one, other)]
    (lon_a, lat_a), (lon_b, lat_b) = places
    metres_per_degree = 111_320.0
    east_m = (lon_a - lon_b) * metres_per_degree * math.cos(math.radians(lat_a))
    return math.hypot(east_m, (lat_a - lat_b) * metres_per_degree)
