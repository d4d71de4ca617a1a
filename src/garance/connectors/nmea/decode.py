"""What a satellite receiver says (NMEA 0183): RMC gives date, place, speed in knots and course; GGA altitude in metres.

A receiver repeats both every second: RMC makes the observation, with the altitude that GGA said last. One that never
says RMC is read from GGA alone, whose time has no date: the observation then has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from garance.connectors.members import accuracy, altitude, course, details, number, speed, within
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.kernel.units import mps_from_knots
from garance.ports.connector import Frame
from garance.ports.observation import Located, Observation

MAX_BYTES = 1 << 16
METRES_PER_HDOP = 5.0
"""What one unit of horizontal dilution is worth, about, for a common receiver (the range error of civil signals)."""

_SENTENCE = re.compile(rb"\$([A-Z]{2})(RMC|GGA),([ -)+-~]{0,120})\*([0-9A-Fa-f]{2})")
_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})(?:\.(\d{1,6}))?")
_DATE = re.compile(r"(\d{2})(\d{2})(\d{2})")
_DEGREES = re.compile(r"(\d{2,3})(\d{2}(?:\.\d{1,10})?)")


class NmeaDecoder:
    """One receiver, named `device`; holds the altitude that it said last."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._dated = False
        self._altitude_m: float | None = None
        self._hdop: float | None = None

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What the sentences of a frame say. Those of other kinds, and those without a fix, say nothing.

        Refuses `frame-too-large`, `nmea-malformed`, `checksum-wrong`.
        """
        if len(frame.data) > MAX_BYTES:
            raise Refused("frame-too-large", detail={"bytes": len(frame.data), "limit": MAX_BYTES})
        return [found for line in frame.data.splitlines() for found in self._line(line.strip())]

    def _line(self, line: bytes) -> Iterator[Located]:
        if b"RMC," not in line[:8] and b"GGA," not in line[:8]:
            return
        match = _SENTENCE.fullmatch(line)
        if match is None:
            raise Refused("nmea-malformed")
        check = 0
        for sign in line[1 : line.rindex(b"*")]:
            check ^= sign
        if check != int(match[4], 16):
            raise Refused("checksum-wrong")
        parts = match[3].decode("ascii").split(",")
        if match[2] == b"RMC":
            yield from self._minimum(parts)
        else:
            yield from self._fix(parts)

    def _minimum(self, parts: Sequence[str]) -> Iterator[Located]:
        if len(parts) < 9:
            raise Refused("nmea-malformed")
        time, status, *where, knots, turned, date = parts[:9]
        if status != "A":
            return
        self._dated = True
        faster = number(knots)
        moving = None if faster is None else speed(mps_from_knots(faster))
        yield self._located(where, _instant(date, time), moving, course(number(turned)))

    def _fix(self, parts: Sequence[str]) -> Iterator[Located]:
        if len(parts) < 9:
            raise Refused("nmea-malformed")
        if parts[5] in ("", "0"):
            return
        self._hdop = within(number(parts[7]), 0.0, 50.0)
        self._altitude_m = altitude(number(parts[8]))
        if not self._dated:
            yield self._located(parts[1:5], None, None, None)

    def _located(
        self, where: Sequence[str], at: datetime | None, moving_mps: float | None, turned_deg: float | None
    ) -> Located:
        return Located(
            uid=self._device,
            at=at,
            position=_position(where),
            altitude_m=self._altitude_m,
            accuracy_m=accuracy(None if self._hdop is None else self._hdop * METRES_PER_HDOP),
            speed_mps=moving_mps,
            course_deg=turned_deg,
            name=self._device,
            kind="vehicle",
            details=details({"source": "nmea", "hdop": self._hdop}),
        )


def _position(where: Sequence[str]) -> Position:
    lat, north, lon, east = where
    lat_deg, lon_deg = _degrees(lat), _degrees(lon)
    if lat_deg is None or lon_deg is None or north not in ("N", "S") or east not in ("E", "W"):
        raise Refused("nmea-malformed", field="position")
    if lat_deg > 90 or lon_deg > 180:
        raise Refused("nmea-malformed", field="position")
    return Position(lon_deg=-lon_deg if east == "W" else lon_deg, lat_deg=-lat_deg if north == "S" else lat_deg)


def _degrees(said: str) -> float | None:
    match = _DEGREES.fullmatch(said)
    if match is None or float(match[2]) >= 60:
        return None
    return int(match[1]) + float(match[2]) / 60


def _instant(date: str, time: str) -> datetime | None:
    """The date of RMC has two digits of year: those of this century."""
    day, clock = _DATE.fullmatch(date), _TIME.fullmatch(time)
    if day is None or clock is None:
        return None
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3])
    micros = int((clock[4] or "0").ljust(6, "0"))
    try:
        return datetime(2000 + int(day[3]), int(day[2]), int(day[1]), hour, minute, second, micros, tzinfo=UTC)
    except ValueError:
        return None
