"""What APRS packets say (APRS 1.0.1), as APRS-IS and gateways write them: `SOURCE>DESTINATION,PATH:INFORMATION`.

Times of APRS have no month and no year: they are kept beside (`sent`), and an observation has no time of its own.
Speeds come in knots, altitudes in feet, except those of Mic-E, in metres. An object or item is named `object:NAME`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from garance.connectors import mobiles
from garance.connectors.aprs.places import Place, compressed, mic_e, plain
from garance.connectors.members import altitude, course, details, name_of, speed, words
from garance.kernel.refusal import Refused
from garance.kernel.units import metres_from_feet, mps_from_knots
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located, Observation, Said, Withdrawn

MAX_BYTES = 1024
MOVING = re.compile(r"(\d{3}|\.{3}| {3})/(\d{3}|\.{3}| {3})")
ALTITUDE = re.compile(r"/A=(-\d{5}|\d{6})")
_HEAD = re.compile(r"([A-Za-z0-9/-]{1,9})>([A-Za-z0-9-]{1,9})((?:,[A-Za-z0-9*/-]{1,12}){0,12}):(.+)", re.DOTALL)
_STAMP = re.compile(r"\d{6}[zh/]")
_OBJECT = re.compile(r"(.{9})([*_])(\d{6}[zh/])(.+)", re.DOTALL)
_ITEM = re.compile(r"([^!_]{3,9})([!_])(.+)", re.DOTALL)
_MESSAGE = re.compile(r"(.{9}):(.*?)(?:\{([^{}]{1,5})\}?.{0,2})?", re.DOTALL)
_SERVICE = re.compile(r"(ack|rej)[A-Za-z0-9}]{1,5}$|(PARM|UNIT|EQNS|BITS)\.")
_WEATHER = re.compile(r"([gtrpPhb])(-?\d{2,5})")
_WIND = re.compile(r"(\d{3}|\.{3})/(\d{3}|\.{3})g")
_MPS_PER_MPH, _MM_PER_HUNDREDTH = 0.44704, 0.254


def decode(frame: Frame) -> Sequence[Observation]:
    """What a packet says. Comments of a server, telemetry, status and queries say nothing of a place.

    Refuses `frame-too-large` and `aprs-malformed`.
    """
    if len(frame.data) > MAX_BYTES:
        raise Refused("frame-too-large", detail={"bytes": len(frame.data), "limit": MAX_BYTES})
    line = frame.data.decode("latin-1").strip("\r\n")
    if not line or line.startswith("#"):
        return ()
    return list(_packet(line, relayed=False))


def _packet(line: str, *, relayed: bool) -> Iterator[Observation]:
    head = _HEAD.fullmatch(line)
    if head is None:
        raise Refused("aprs-malformed", field="header")
    source, destination, path, said = head.groups()
    beside = {"source": "aprs", "path": path.strip(","), "station": source}
    kind, rest = said[0], said[1:]
    if kind == "}" and not relayed:
        yield from _packet(rest, relayed=True)
    elif kind in "!=":
        yield _located(source, _place(rest), beside)
    elif kind in "/@":
        if not _STAMP.match(rest):
            raise Refused("aprs-malformed", field="time")
        yield _located(source, _place(rest[7:]), {**beside, "sent": rest[:7]})
    elif kind in ";)":
        yield _object(kind, rest, beside)
    elif kind in "`'":
        yield from _mic_e(source, destination, rest, beside)
    elif kind == ":":
        yield from _message(source, rest, beside)


def _place(said: str) -> tuple[Place, str]:
    """The place that a text begins with, and what follows; refuses `aprs-malformed`."""
    found = plain(said) if said[:1].isdigit() or said[:1] == " " else compressed(said)
    if found is None:
        raise Refused("aprs-malformed", field="position")
    return found


def _object(kind: str, said: str, beside: Mapping[str, str]) -> Observation:
    match = (_OBJECT if kind == ";" else _ITEM).fullmatch(said)
    if match is None:
        raise Refused("aprs-malformed", field="object")
    name, living, *stamp, rest = match.groups()
    shown = name_of(_text(name))
    if shown is None:
        raise Refused("aprs-malformed", field="object")
    if living == "_":
        return Withdrawn(uid=f"object:{shown}", details=details(dict(beside)))
    sent = {"sent": stamp[0]} if stamp else {}
    return _located(f"object:{shown}", _place(rest), {**beside, **sent}, name=shown)


def _located(uid: str, found: tuple[Place, str], beside: Mapping[str, str], name: str | None = None) -> Located:
    place, rest = found
    weather = _weather(rest) if place.symbol[1] == "_" else {}
    moving = None if place.symbol[1] == "_" or place.speed_knots is not None else MOVING.match(rest)
    turned, knots = place.course_deg, place.speed_knots
    if moving is not None:
        turned, knots = (float(part) if part.isdigit() else None for part in moving.groups())
        rest = rest[7:]
    high = ALTITUDE.search(rest)
    high_m = metres_from_feet(float(high.group(1))) if high else place.altitude_m
    return Located(
        uid=uid,
        position=place.position,
        altitude_m=altitude(high_m),
        accuracy_m=place.accuracy_m,
        speed_mps=None if knots is None else speed(mps_from_knots(knots)),
        course_deg=course(turned),
        name=name or uid,
        kind=mobiles.radio_symbol(*place.symbol),
        details=details({**beside, "symbol": place.symbol, **weather, "comment": _text(ALTITUDE.sub("", rest))}),
    )


def _mic_e(source: str, destination: str, said: str, beside: Mapping[str, str]) -> Iterator[Observation]:
    found = mic_e(destination, said)
    if found is None:
        raise Refused("aprs-malformed", field="position")
    place, rest, emergency = found
    if emergency:
        yield Alarmed(
            uid=source, alarm=Alarm.EMERGENCY, text="Mic-E: Emergency", name=source, position=place.position,
            details=details(dict(beside)),
        )  # fmt: skip
    yield _located(source, (place, rest), beside)


def _message(source: str, said: str, beside: Mapping[str, str]) -> Iterator[Said]:
    match = _MESSAGE.fullmatch(said)
    if match is None:
        raise Refused("aprs-malformed", field="message")
    addressee, text, number = (words(_text(part or "")) for part in match.groups())
    if not text or not addressee or _SERVICE.match(text):
        return
    yield Said(
        uid=f"{source}/{addressee}/{number or text[:80]}",
        text=text,
        sender=source,
        thread=addressee,
        recipients=(addressee,),
        details=details(dict(beside)),
    )


def _weather(said: str) -> dict[str, str]:
    """Weather in SI units, as words: it is kept beside and not measured, for want of a proven calibration."""
    found: dict[str, str] = {}
    wind = _WIND.match(said)
    if wind is not None:
        found |= {"wind_from_deg": wind[1].strip("."), "wind_mps": _scaled(wind[2], _MPS_PER_MPH)}
    for sign, value in _WEATHER.findall(said[7:] if wind else said)[:12]:
        name, factor, offset = _QUANTITIES[sign]
        found[name] = f"{float(value) * factor + offset:.1f}"
    return found


def _scaled(value: str, factor: float) -> str:
    return f"{float(value) * factor:.1f}" if value.isdigit() else ""


_QUANTITIES: Mapping[str, tuple[str, float, float]] = {
    "g": ("gust_mps", _MPS_PER_MPH, 0.0),
    "t": ("temperature_c", 5 / 9, -160 / 9),
    "r": ("rain_1h_mm", _MM_PER_HUNDREDTH, 0.0),
    "p": ("rain_24h_mm", _MM_PER_HUNDREDTH, 0.0),
    "P": ("rain_today_mm", _MM_PER_HUNDREDTH, 0.0),
    "h": ("humidity_percent", 1.0, 0.0),
    "b": ("pressure_hpa", 0.1, 0.0),
}


def _text(said: str) -> str:
    return said.encode("latin-1").decode("utf-8", "replace")
