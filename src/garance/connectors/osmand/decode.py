"""The protocol that Traccar calls « OsmAnd »: the parameters of an address, or the JSON of Traccar Client since 2025.

In an address, Traccar reads the speed in knots, and so do we unless a setting says otherwise: OsmAnd itself and
GPSLogger send metres per second. In JSON it is always metres per second. The altitude is in metres, the bearing in
degrees, the time in seconds or milliseconds since 1970 or in ISO 8601, UTC when it has no offset. `hdop` has no unit:
it is kept beside and never taken for an accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

from garance.connectors.members import (
    Members,
    accuracy,
    altitude,
    course,
    details,
    inner,
    moment,
    name_of,
    number,
    objects,
    position,
    read_json,
    speed,
    uid_of,
    words,
)
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.kernel.units import METRES_PER_SECOND_PER_KNOT
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located, Observation

MAX_BYTES = 1 << 18
MAX_FIELDS = 100
MAX_POINTS = 500

SpeedUnit = Literal["knots", "mps", "kmh"]
MPS: Mapping[SpeedUnit, float] = {"knots": METRES_PER_SECOND_PER_KNOT, "mps": 1.0, "kmh": 1 / 3.6}
"""Metres per second in one of each."""

EMERGENCIES = frozenset({"sos", "fallDown", "accident"})
"""The alarms of Traccar by which someone calls for help or may need it."""

_READ = {"id", "deviceid", "lat", "lon", "location", "timestamp", "speed", "bearing", "heading", "altitude", "accuracy"}
_NAMES = {"batt": "battery_percent", "driverUniqueId": "driver", "charge": "charging"}
_SECRETS = {"notificationToken", "token", "key", "password"}


def alarm_of(word: str) -> Alarm:
    """Which alarm Traccar's word is."""
    if word in EMERGENCIES:
        return Alarm.EMERGENCY
    return Alarm.GEOFENCE if word.lower().startswith("geofence") else Alarm.OTHER


def decode(frame: Frame, *, speed_unit: SpeedUnit = "knots") -> Sequence[Observation]:
    """What one message says: an alarm if there is one, then where.

    Refuses `frame-too-large`, `json-malformed`, `json-too-deep`, `request-malformed`, `field-missing`, `value-wrong`,
    `time-out-of-range`. A position that its sender calls invalid is not given.
    """
    if len(frame.data) > MAX_BYTES:
        raise Refused("frame-too-large", detail={"bytes": len(frame.data), "limit": MAX_BYTES})
    if "json" in frame.content_type.lower() or frame.data.lstrip()[:1] == b"{":
        return _of_json(frame.data)
    return list(_of_fields({**_form(frame.data), **frame.parameters}, MPS[speed_unit]))


def _form(content: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(content.decode().strip(), max_num_fields=MAX_FIELDS))
    except ValueError as problem:
        raise Refused("request-malformed") from problem


def _of_fields(said: Mapping[str, str], mps: float) -> Iterator[Observation]:
    uid = uid_of(said.get("id"), said.get("deviceid"), field="id")
    at = moment(said.get("timestamp"), field="timestamp")
    valid = said.get("valid", "true").lower() in ("true", "1")
    where, word = (_placed(said) if valid else None), words(said.get("alarm"), limit=40)
    if word:
        yield _alarmed(uid, at, word, where)
    if where is None:
        if valid and not word:
            raise Refused("field-missing", field="lat")
        return
    faster = number(said.get("speed"))
    yield Located(
        uid=uid,
        at=at,
        position=where,
        altitude_m=altitude(number(said.get("altitude"))),
        accuracy_m=accuracy(number(said.get("accuracy"))),
        speed_mps=None if faster is None else speed(faster * mps),
        course_deg=course(number(said.get("bearing") or said.get("heading"))),
        name=name_of(uid),
        details=_beside(said),
    )


def _placed(said: Mapping[str, str]) -> Position | None:
    lat, lon = said.get("lat"), said.get("lon")
    if lat is None and lon is None and "location" in said:
        lat, _, lon = said["location"].partition(",")
    return None if lat is None and lon is None else position(lat, lon)


def _beside(said: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in said.items() if name not in _READ and name not in _SECRETS}
    return details({"source": "osmand", **{_NAMES.get(name, name): value for name, value in kept.items()}})


def _alarmed(uid: str, at: datetime | None, word: str, where: Position | None) -> Alarmed:
    return Alarmed(uid=uid, at=at, alarm=alarm_of(word), text=word, name=name_of(uid), position=where)


def _of_json(content: bytes) -> Sequence[Observation]:
    value = read_json(content, most_bytes=MAX_BYTES)
    if not isinstance(value, Mapping):
        raise Refused("value-wrong")
    uid, listed = uid_of(value.get("device_id"), field="device_id"), value.get("location")
    if listed is None:
        raise Refused("field-missing", field="location")
    return [one for said in objects(listed, most=MAX_POINTS) for one in _of_location(uid, said)]


def _of_location(uid: str, said: Members) -> Iterator[Observation]:
    at, there = moment(said.get("timestamp"), field="location.timestamp"), inner(said, "coords")
    where = position(there.get("latitude"), there.get("longitude"), field="location.coords") if there else None
    word = words(said.get("alarm") or inner(said, "extras").get("alarm"), limit=40)
    if word:
        yield _alarmed(uid, at, word, where)
    if where is not None:
        yield Located(
            uid=uid,
            at=at,
            position=where,
            altitude_m=altitude(number(there.get("altitude"))),
            accuracy_m=accuracy(number(there.get("accuracy"))),
            speed_mps=speed(number(there.get("speed"))),
            course_deg=course(number(there.get("heading"))),
            name=name_of(uid),
            details=_beside_location(said),
        )


def _beside_location(said: Members) -> dict[str, str]:
    battery = inner(said, "battery")
    level = number(battery.get("level"))
    kept: dict[str, Any] = {
        "source": "osmand",
        "age_s": None if (age_ms := number(said.get("age"))) is None else age_ms / 1000,
        "battery_percent": None if level is None or level < 0 else round(level * 100, 1),
        "charging": battery.get("is_charging"),
        "trigger": said.get("event"),
        "moving": said.get("is_moving"),
        "activity": inner(said, "activity").get("type"),
        "odometer_m": said.get("odometer"),
        "mock": said.get("mock"),
    }
    extras = {name: value for name, value in inner(said, "extras").items() if name not in _SECRETS and name != "alarm"}
    return details(kept | {name: value for name, value in extras.items() if name not in kept})
