"""A recorded flight, moved to another place and time by a transformation that its label states in full."""

from __future__ import annotations

import gzip
import math
import zlib
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from garance.kernel.clock import to_milliseconds
from garance.kernel.refusal import Refused
from garance.kernel.units import metres_from_feet, mps_from_knots

METRES_PER_DEGREE = 111_195.0
MAX_FLIGHT_BYTES = 64 * 1024 * 1024


class FlightPoint(NamedTuple):
    """Where an aircraft was: milliseconds since 1970 UTC, degrees WGS 84, metres, metres per second, degrees."""

    t_ms: int
    lon_deg: float
    lat_deg: float
    altitude_m: float
    speed_mps: float
    course_deg: float


class _Row(msgspec.Struct):
    timestamp: int
    latitude: float | None
    longitude: float | None
    altitude: float | None = None
    groundspeed: float | None = None
    track: float | None = None


def read_flight(path: Path) -> list[FlightPoint]:
    """Read a flight of the `traffic` library (JSON rows, gzip): feet and knots become SI; rows without place are left.

    Refuses `flight-malformed`.
    """
    try:
        with gzip.open(path) as stream:
            data = stream.read(MAX_FLIGHT_BYTES)
        rows = msgspec.json.decode(data, type=list[_Row])
    except (OSError, EOFError, zlib.error, msgspec.DecodeError) as problem:
        raise Refused("flight-malformed", field=path.name) from problem
    points = {row.timestamp: _point(row) for row in rows if row.latitude is not None and row.longitude is not None}
    if not points:
        raise Refused("flight-malformed", field=path.name)
    return [points[t_ms] for t_ms in sorted(points)]


def _point(row: _Row) -> FlightPoint:
    return FlightPoint(
        row.timestamp,
        row.longitude or 0.0,
        row.latitude or 0.0,
        metres_from_feet(row.altitude or 0.0),
        mps_from_knots(row.groundspeed or 0.0),
        row.track or 0.0,
    )


def place_flight(
    points: list[FlightPoint], *, lon_deg: float, lat_deg: float, starts_at: datetime
) -> list[FlightPoint]:
    """The same flight with its middle over that place and its first point at that moment.

    Distances, courses, speeds and altitudes are kept; only the origin and the date change.
    """
    middle_lon = (min(p.lon_deg for p in points) + max(p.lon_deg for p in points)) / 2
    middle_lat = (min(p.lat_deg for p in points) + max(p.lat_deg for p in points)) / 2
    stretch = math.cos(math.radians(middle_lat)) / math.cos(math.radians(lat_deg))
    shift_ms = to_milliseconds(starts_at) - points[0].t_ms
    return [
        point._replace(
            t_ms=point.t_ms + shift_ms,
            lon_deg=lon_deg + (point.lon_deg - middle_lon) * stretch,
            lat_deg=lat_deg + (point.lat_deg - middle_lat),
        )
        for point in points
    ]


def circling_flight(
    *, lon_deg: float, lat_deg: float, radius_m: float, starts_at: datetime, laps: int
) -> list[FlightPoint]:
    """A made-up flight: circles around a place at 40 m/s and 150 m, one point a second. For territories without any."""
    speed_mps, altitude_m = 40.0, 150.0
    seconds = int(laps * 2 * math.pi * radius_m / speed_mps)
    start_ms = to_milliseconds(starts_at)
    points: list[FlightPoint] = []
    for second in range(seconds):
        angle = speed_mps * second / radius_m
        east_m, north_m = radius_m * math.sin(angle), radius_m * math.cos(angle)
        points.append(
            FlightPoint(
                start_ms + second * 1000,
                lon_deg + east_m / (METRES_PER_DEGREE * math.cos(math.radians(lat_deg))),
                lat_deg + north_m / METRES_PER_DEGREE,
                altitude_m,
                speed_mps,
                (math.degrees(angle) + 90) % 360,
            )
        )
    return points
