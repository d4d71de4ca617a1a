"""What a Traccar server forwards as JSON: `{position, device}`, and `{event, position, device, geofence}`.

Traccar keeps speeds in knots, altitudes, accuracies and distances in metres, times in UTC (model/Position.java).
The thing is named by the identifier that the tracker itself gives (`uniqueId`), which stays when Traccar is
installed anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from garance.connectors import mobiles
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
from garance.connectors.osmand.decode import alarm_of
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.kernel.units import mps_from_knots
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located, Observation

MAX_BYTES = 1 << 20
MAX_OBJECTS = 500
MAX_ALARMS = 8
_CROSSINGS = {"geofenceEnter": True, "geofenceExit": False, "geofenceCrossed": True}
_SILENCES = {"deviceOffline": True, "deviceInactive": True, "deviceUnknown": True, "deviceOnline": False}
_KEPT = {
    "batteryLevel": "battery_percent", "battery": "battery_v", "power": "power_v", "ignition": "ignition",
    "motion": "moving", "sat": "satellites", "hdop": "hdop", "rssi": "rssi", "totalDistance": "distance_m",
    "odometer": "odometer_m", "fuelLevel": "fuel_percent", "driverUniqueId": "driver", "alarm": "alarm",
    "status": "status", "temp1": "temperature_1", "charge": "charging", "approximate": "approximate",
}  # fmt: skip


def decode(frame: Frame, *, offline: bool = True) -> Sequence[Observation]:
    """What was forwarded: alarms, then where. Kinds of news that say neither are passed over.

    Refuses `json-malformed`, `json-too-deep`, `frame-too-large`, `field-missing`, `value-wrong`, `time-out-of-range`.
    A position that Traccar calls invalid is not given.
    """
    found: list[Observation] = []
    for said in objects(read_json(frame.data, most_bytes=MAX_BYTES), most=MAX_OBJECTS):
        found.extend(_one(said, offline))
    return found


def _one(said: Members, offline: bool) -> Iterator[Observation]:
    if "position" not in said and "event" not in said:
        raise Refused("field-missing", field="position")
    device, there = inner(said, "device"), inner(said, "position")
    uid = _uid(said)
    where = _placed(there)
    if isinstance(said.get("event"), dict):
        yield from _news(uid, said, where, offline)
    else:
        yield from _alarms(uid, there.get("attributes"), _name(device), said, where)
    if where is not None:
        yield _located(uid, device, there, where)


def _uid(said: Members) -> str:
    number_of = inner(said, "position").get("deviceId") or inner(said, "event").get("deviceId")
    number_of = words(inner(said, "device").get("id") or number_of, limit=40)
    unique = inner(said, "device").get("uniqueId")
    return uid_of(unique, f"device-{number_of}" if number_of else "", field="device.uniqueId")


def _name(device: Members) -> str | None:
    return name_of(device.get("name"))


def _placed(there: Members) -> Position | None:
    if not there or there.get("valid") is False:
        return None
    return position(there.get("latitude"), there.get("longitude"), field="position.latitude")


def _located(uid: str, device: Members, there: Members, where: Position) -> Located:
    knots = number(there.get("speed"))
    said_at = there.get("fixTime") or there.get("deviceTime")
    return Located(
        uid=uid,
        at=moment(said_at, field="position.fixTime"),
        position=where,
        altitude_m=altitude(number(there.get("altitude"))),
        accuracy_m=accuracy(number(there.get("accuracy"))),
        speed_mps=None if knots is None else speed(mps_from_knots(knots)),
        course_deg=course(number(there.get("course"))),
        name=_name(device) or uid,
        kind=mobiles.tracked(words(device.get("category"), limit=40)),
        team=words(device.get("groupId"), limit=40) or None if device.get("groupId") else None,
        details=_beside(device, there),
    )


def _beside(device: Members, there: Members) -> dict[str, str]:
    attributes = inner(there, "attributes")
    kept = {ours: attributes.get(theirs) for theirs, ours in _KEPT.items()}
    said = {"protocol": there.get("protocol"), "model": device.get("model"), "address": there.get("address")}
    return details({"source": "traccar", **said, "outdated": there.get("outdated") or None, **kept})


def _alarms(uid: str, attributes: object, name: str | None, said: Members, where: Position | None) -> Iterator[Alarmed]:
    """Those of the attributes of a position or of a piece of news; Traccar writes several with commas."""
    listed = attributes.get("alarm") if isinstance(attributes, dict) else None
    happened, there = inner(said, "event"), inner(said, "position")
    said_at = happened.get("eventTime") or there.get("fixTime") or there.get("deviceTime")
    for word in [one for one in (words(part, limit=40) for part in _parts(listed)) if one]:
        yield Alarmed(
            uid=uid,
            at=moment(said_at, field="event.eventTime" if happened else "position.fixTime"),
            alarm=alarm_of(word),
            text=word,
            name=name or uid,
            position=where,
            details=details({"source": "traccar"}),
        )


def _parts(listed: object) -> list[str]:
    return listed.split(",")[:MAX_ALARMS] if isinstance(listed, str) else []


def _news(uid: str, said: Members, where: Position | None, offline: bool) -> Iterator[Alarmed]:
    happened, name = inner(said, "event"), _name(inner(said, "device"))
    what = words(happened.get("type"), limit=60)
    if what == "alarm":
        yield from _alarms(uid, happened.get("attributes"), name, said, where)
    elif what in _CROSSINGS or (what in _SILENCES and offline):
        crossing = what in _CROSSINGS
        zone = words(inner(said, "geofence").get("name"), limit=200)
        yield Alarmed(
            uid=uid,
            at=moment(happened.get("eventTime"), field="event.eventTime"),
            alarm=Alarm.GEOFENCE if crossing else Alarm.OTHER,
            active=_CROSSINGS[what] if crossing else _SILENCES[what],
            text=zone or what,
            name=name or uid,
            position=where,
            details=details({"source": "traccar", "news": what}),
        )
