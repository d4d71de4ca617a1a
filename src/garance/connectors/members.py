"""Loosely written messages: their members read by name, each in its unit and bounds, or left out (champs lus).

A member that cannot be what it should is left out when the message still has a meaning without it, and refused when it
has none. Nothing here does any I/O.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.observation import MAX_TEXT

MAX_DETAILS = 32
MAX_DETAIL = 200
MAX_NAME = 100
MAX_UID = 256
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_END = 1 << 31
_MILLISECONDS_END = _SECONDS_END * 1000
_LOWEST_M, _HIGHEST_M = -12_000.0, 100_000.0
_FASTEST_MPS = 12_000.0

T = TypeVar("T")
Members = Mapping[str, Any]


class Remembered(Generic[T]):
    """What was said last of each thing, for so many things at most: the one longest unheard of is forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, uid: str) -> T | None:
        """What is remembered of it, if anything."""
        return self._kept.get(uid)

    def put(self, uid: str, what: T) -> None:
        """Remember this of it."""
        self._kept[uid] = what
        self._kept.move_to_end(uid)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def pop(self, uid: str) -> T | None:
        """Forget it; what was remembered, if anything."""
        return self._kept.pop(uid, None)


def read_json(content: bytes, *, most_bytes: int) -> Any:
    """The value that this JSON says; refuses `frame-too-large`, `json-malformed`, `json-too-deep`."""
    if len(content) > most_bytes:
        raise Refused("frame-too-large", detail={"bytes": len(content), "limit": most_bytes})
    try:
        return msgspec.json.decode(content)
    except RecursionError as problem:
        raise Refused("json-too-deep") from problem
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as problem:
        raise Refused("json-malformed") from problem


def objects(value: Any, *, most: int) -> Iterator[Members]:
    """The object, or each object of the list; refuses `value-wrong` (neither) and `frame-too-large` (more than `most`).

    A list may hold other things too: they are passed over unless it holds nothing else.
    """
    if isinstance(value, Mapping):
        yield value
        return
    if not isinstance(value, list) or (value and not any(isinstance(one, Mapping) for one in value)):
        raise Refused("value-wrong")
    if len(value) > most:
        raise Refused("frame-too-large", detail={"objects": len(value), "limit": most})
    yield from (one for one in value if isinstance(one, Mapping))


def inner(members: Members, name: str) -> Members:
    """The object under that name; an empty one when there is none."""
    value = members.get(name)
    return value if isinstance(value, Mapping) else {}


def words(value: Any, *, limit: int = MAX_TEXT) -> str:
    """A short text or number as one line of printable words, cut with an ellipsis; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, int | float):
        value = f"{value:.15g}" if isinstance(value, float) or abs(value) > 1 << 63 else str(value)
    if not isinstance(value, str):
        return ""
    cut = value[: 4 * limit]
    kept = " ".join("".join(sign if sign.isprintable() else " " for sign in cut).split())
    return kept if len(kept) <= limit else f"{kept[: limit - 1]}…"


def name_of(value: Any) -> str | None:
    """A name of at most 100 signs, or None."""
    return words(value, limit=MAX_NAME) or None


def uid_of(*candidates: Any, field: str) -> str:
    """The first candidate that names anything; refuses `field-missing`. Longer than 256 signs: `value-wrong`."""
    for candidate in candidates:
        uid = words(candidate, limit=MAX_UID + 1)
        if len(uid) > MAX_UID:
            raise Refused("value-wrong", field=field)
        if uid:
            return uid
    raise Refused("field-missing", field=field)


def number(value: Any) -> float | None:
    """A finite number, also when written in words; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or (isinstance(value, str) and "_" in value):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def within(value: float | None, least: float, most: float) -> float | None:
    """The value, or None outside of these bounds (both included)."""
    return value if value is not None and least <= value <= most else None


def altitude(value_m: float | None) -> float | None:
    """An altitude in metres that something near the Earth may have, or None."""
    return within(value_m, _LOWEST_M, _HIGHEST_M)


def speed(value_mps: float | None) -> float | None:
    """A speed in metres per second that something near the Earth may have, or None."""
    return within(value_mps, 0.0, _FASTEST_MPS)


def course(value_deg: float | None) -> float | None:
    """A course in degrees from north, 0 included to 360 excluded; None outside of 0..360."""
    kept = within(value_deg, 0.0, 360.0)
    return None if kept is None else kept % 360.0


def accuracy(value_m: float | None) -> float | None:
    """A radius of uncertainty in metres, or None when it is not one. Many senders write 0 for « unknown »."""
    return value_m if value_m is not None and 0.0 < value_m < 1e7 else None


def position(lat: Any, lon: Any, *, field: str = "lat") -> Position:
    """The position of these degrees; refuses `field-missing` and `value-wrong`."""
    lat_deg, lon_deg = number(lat), number(lon)
    if lat_deg is None or lon_deg is None:
        raise Refused("field-missing" if lat is None or lon is None else "value-wrong", field=field)
    if not (-90 <= lat_deg <= 90 and -180 <= lon_deg <= 180):
        raise Refused("value-wrong", field=field)
    return Position(lon_deg=lon_deg, lat_deg=lat_deg)


def moment(value: Any, *, field: str) -> datetime | None:
    """An instant, from seconds or milliseconds since 1970 (told apart by their size) or from ISO 8601, in UTC.

    None when nothing is given. A time without offset is UTC: those who send one here write it so. Refuses
    `value-wrong` and `time-out-of-range` (before 1970 or past 2038 in seconds).
    """
    if value is None or value == "":
        return None
    count = number(value)
    if count is not None:
        return from_epoch(count, field=field)
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Refused("value-wrong", field=field)
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError as problem:
        raise Refused("time-out-of-range", field=field) from problem


def from_epoch(count: float, *, field: str) -> datetime:
    """The instant that many seconds, or milliseconds, after 1970; refuses `time-out-of-range`."""
    if not 0 <= count < _MILLISECONDS_END:
        raise Refused("time-out-of-range", field=field)
    scale = 1 if count < _SECONDS_END else 1000
    return EARLIEST + timedelta(microseconds=round(count * 1_000_000 / scale))


def details(said: Mapping[str, Any]) -> dict[str, str]:
    """What a source says beside: short texts, at most 32, without those that say nothing."""
    kept = ((words(name, limit=64), words(value, limit=MAX_DETAIL)) for name, value in said.items())
    return dict([(name, value) for name, value in kept if name and value][:MAX_DETAILS])
