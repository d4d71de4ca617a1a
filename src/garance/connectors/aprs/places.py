"""The three ways of APRS to write a place: plain (chapter 8), compressed (chapter 9), Mic-E (chapter 10)."""

from __future__ import annotations

import re

import msgspec

from garance.kernel.place import Position
from garance.kernel.units import METRES_PER_FOOT

_PLAIN = re.compile(r"([\d ]{4})\.([\d ]{2})([NSns])(.)([\d ]{5})\.([\d ]{2})([EWew])(.)")
_COMPRESSED = re.compile(r"([/\\A-Za-j])([!-{]{4})([!-{]{4})([!-~])([ -~])([ -~])([ -~])")
_MIC_E_DESTINATION = re.compile(r"[0-9A-LP-Z]{3}[0-9LP-Z]{3}")
_METRES_PER_DEGREE = 111_320.0
_HALF_DEG = (None, 0.05 / 60, 0.5 / 60, 5 / 60, 30 / 60)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A position, the symbol drawn there (its table, then its code), and what its writing says besides."""

    position: Position
    symbol: str
    accuracy_m: float | None = None
    speed_knots: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None


def plain(said: str) -> tuple[Place, str] | None:
    """`4903.50N/07201.75W-` and what follows; None when it is not that. Blanks for digits make it less exact."""
    match = _PLAIN.match(said)
    if match is None:
        return None
    lat_whole, lat_part, north, table, lon_whole, lon_part, east, code = match.groups()
    blanks = (lat_whole + lat_part).count(" ")
    lat = _degrees(lat_whole[:2], lat_whole[2:] + lat_part, blanks)
    lon = _degrees(lon_whole[:3], lon_whole[3:] + lon_part, blanks)
    if lat is None or lon is None:
        return None
    position = _position(lat if north in "Nn" else -lat, lon if east in "Ee" else -lon)
    return None if position is None else (_ambiguous(position, table + code, blanks), said[match.end() :])


def _degrees(whole: str, minutes: str, blanks: int) -> float | None:
    """Degrees from `DD` and `MMhh`, whose last digits may be blank: the middle of what they could be is taken."""
    if blanks > 4:
        return None
    kept = minutes[: 4 - blanks]
    if not whole.isdigit() or (kept and not kept.isdigit()):
        return None
    middles = ("0000", "5", "50", "500", "3000")
    filled = kept + middles[blanks] if blanks else kept
    if len(filled) != 4:
        return None
    hundredths = int(filled)
    return int(whole) + hundredths / 6000 if hundredths < 6000 else None


def _ambiguous(position: Position, symbol: str, blanks: int, **besides: float | None) -> Place:
    half_deg = _HALF_DEG[blanks]
    accuracy_m = None if half_deg is None else round(half_deg * _METRES_PER_DEGREE)
    return Place(position=position, symbol=symbol, accuracy_m=accuracy_m, **besides)


def compressed(said: str) -> tuple[Place, str] | None:
    """`/5L!!<*e7>7P[` and what follows; None when it is not that."""
    match = _COMPRESSED.match(said)
    if match is None:
        return None
    table, lat, lon, code, first, second, kind = match.groups()
    position = _position(90 - _base91(lat) / 380_926, -180 + _base91(lon) / 190_463)
    if position is None:
        return None
    symbol = (chr(ord(table) - 49) if "a" <= table <= "j" else table) + code
    how, rest = ord(kind) - 33, said[match.end() :]
    if first == " ":
        return Place(position=position, symbol=symbol), rest
    if how & 0x18 == 0x10:
        feet = 1.002 ** _base91(first + second)
        return Place(position=position, symbol=symbol, altitude_m=feet * METRES_PER_FOOT), rest
    if "!" <= first <= "z":
        turned_deg, knots = (ord(first) - 33) * 4.0, 1.08 ** (ord(second) - 33) - 1
        return Place(position=position, symbol=symbol, course_deg=turned_deg, speed_knots=knots), rest
    return Place(position=position, symbol=symbol), rest


def mic_e(destination: str, said: str) -> tuple[Place, str, bool] | None:
    """A place of which the latitude is in the destination; what follows; whether it says « emergency ». Or None."""
    digits = destination.split("-")[0]
    if not _MIC_E_DESTINATION.fullmatch(digits) or len(said) < 8:
        return None
    written = "".join(_digit(sign) for sign in digits)
    blanks = written.count(" ")
    lat = _degrees(written[:2], written[2:], blanks) if written.rstrip().isdigit() else None
    lon = _mic_e_longitude(said, offset=digits[4] >= "P", blanks=blanks)
    if lat is None or lon is None:
        return None
    position = _position(lat if digits[3] >= "P" else -lat, -lon if digits[5] >= "P" else lon)
    tens, units, rest_deg = (ord(sign) - 28 for sign in said[3:6])
    if position is None or min(tens, units, rest_deg) < 0:
        return None
    knots, turned_deg = tens * 10 + units // 10, units % 10 * 100 + rest_deg
    place = _ambiguous(
        position,
        said[7] + said[6],
        blanks,
        speed_knots=float(knots - 800 if knots >= 800 else knots),
        course_deg=float(turned_deg - 400 if turned_deg >= 400 else turned_deg),
        altitude_m=_mic_e_altitude(said[8:]),
    )
    return place, said[8:], all(sign in "0123456789L" for sign in digits[:3])


def _digit(sign: str) -> str:
    if sign in "KLZ":
        return " "
    return sign if sign.isdigit() else str((ord(sign) - ord("A" if sign < "P" else "P")) % 10)


def _mic_e_longitude(said: str, *, offset: bool, blanks: int) -> float | None:
    whole, minutes, hundredths = (ord(sign) - 28 for sign in said[:3])
    whole += 100 if offset else 0
    if 180 <= whole <= 189:
        whole -= 80
    elif 190 <= whole <= 199:
        whole -= 190
    minutes -= 60 if minutes >= 60 else 0
    if whole < 0 or not 0 <= minutes < 60 or not 0 <= hundredths < 100:
        return None
    return _degrees(f"{whole:03d}", f"{minutes:02d}{hundredths:02d}", blanks)


def _mic_e_altitude(said: str) -> float | None:
    found = re.match(r".?([!-{]{3})\}", said)
    return None if found is None else float(_base91(found.group(1)) - 10_000)


def _base91(signs: str) -> int:
    value = 0
    for sign in signs:
        value = value * 91 + ord(sign) - 33
    return value


def _position(lat_deg: float, lon_deg: float) -> Position | None:
    if not (-90 <= lat_deg <= 90 and -180 <= lon_deg <= 180):
        return None
    return Position(lon_deg=lon_deg, lat_deg=lat_deg)
