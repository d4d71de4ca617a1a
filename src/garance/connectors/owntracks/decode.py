"""What OwnTracks says: JSON messages told apart by `_type` (owntracks.org/booklet/tech/json).

The thing is named `user/device`, from the headers of HTTP (X-Limit-U, X-Limit-D, which a proxy can force), else from
the topic of the broker, else from what the message says of itself. Speeds come in km/h, times in seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from garance.connectors.members import (
    Members,
    Remembered,
    accuracy,
    altitude,
    course,
    details,
    moment,
    name_of,
    number,
    objects,
    position,
    read_json,
    speed,
    uid_of,
    within,
    words,
)
from garance.kernel.place import Point
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Drawn, Located, Observation

ANSWER = b"[]"
"""What to answer over HTTP: nothing to say to the phone."""

MAX_BYTES = 1 << 20
MAX_OBJECTS = 500
MAX_NAMES = 10_000
_KPH_PER_MPS = 3.6
_CHANNELS = {"event", "info", "cmd", "step", "beacon", "dump", "status", "waypoint", "waypoints", "request"}
_KEPT = {
    "batt": "battery_percent", "bs": "battery_state", "conn": "network", "t": "trigger", "tid": "tracker",
    "vac": "vertical_accuracy_m", "p": "pressure_kpa", "m": "monitoring", "poi": "point_of_interest", "tag": "tag",
    "ign": "ignition", "vin": "vin", "odometer": "odometer_km",
}  # fmt: skip
_RADIUS_LEAST_M, _RADIUS_MOST_M = 1.0, 100_000.0


class OwnTracksDecoder:
    """Holds the names that cards gave, for 10 000 phones at most: a position itself has only two letters."""

    def __init__(self, *, crossings: bool = True, waypoints: bool = True) -> None:
        self._crossings = crossings
        self._waypoints = waypoints
        self._names: Remembered[str] = Remembered(MAX_NAMES)

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a message, or a list of them, says.

        Refuses `payload-encrypted`, `json-malformed`, `json-too-deep`, `frame-too-large`, `field-missing`,
        `value-wrong`, `time-out-of-range`. Types that say nothing of a place are passed over. An empty payload, by
        which a broker forgets a retained message, says nothing.
        """
        if not frame.data.strip():
            return ()
        found: list[Observation] = []
        for said in objects(read_json(frame.data, most_bytes=MAX_BYTES), most=MAX_OBJECTS):
            found.extend(self._one(frame, said))
        return found

    def _one(self, frame: Frame, said: Members) -> Iterator[Observation]:
        match said.get("_type"):
            case "location":
                yield self._located(frame, said)
            case "transition" if self._crossings:
                yield self._crossed(frame, said)
            case "waypoint" if self._waypoints:
                yield from _drawn(thing(frame, said), said)
            case "waypoints" if self._waypoints:
                yield from self._all_drawn(frame, said)
            case "card":
                if name := name_of(said.get("name")):
                    self._names.put(thing(frame, said), name)
            case "encrypted":
                raise Refused("payload-encrypted")
            case None:
                raise Refused("field-missing", field="_type")
            case _:
                return

    def _located(self, frame: Frame, said: Members) -> Located:
        uid, kph = thing(frame, said), number(said.get("vel"))
        return Located(
            uid=uid,
            at=moment(said.get("tst"), field="tst"),
            position=position(said.get("lat"), said.get("lon")),
            altitude_m=altitude(number(said.get("alt"))),
            accuracy_m=accuracy(number(said.get("acc"))),
            speed_mps=None if kph is None else speed(kph / _KPH_PER_MPS),
            course_deg=course(number(said.get("cog"))),
            name=self._names.get(uid) or name_of(said.get("name")) or uid.split("/")[0],
            kind="person",
            details=_beside(said),
        )

    def _crossed(self, frame: Frame, said: Members) -> Alarmed:
        uid, where = thing(frame, said), words(said.get("desc"), limit=200)
        crossing = words(said.get("event"), limit=20)
        placed = said.get("lat") is not None
        return Alarmed(
            uid=uid,
            at=moment(said.get("tst"), field="tst"),
            alarm=Alarm.GEOFENCE,
            active=crossing != "leave",
            text=where,
            name=self._names.get(uid) or uid.split("/")[0],
            position=position(said.get("lat"), said.get("lon")) if placed else None,
            details=details({"source": "owntracks", "crossing": crossing, "region": said.get("rid")}),
        )

    def _all_drawn(self, frame: Frame, said: Members) -> Iterator[Drawn]:
        listed = said.get("waypoints")
        uid = thing(frame, said)
        for one in objects(listed, most=MAX_OBJECTS) if isinstance(listed, list) else ():
            yield from _drawn(uid, one)


def thing(frame: Frame, said: Members) -> str:
    """`user/device`, from the headers, the topic or the message; refuses `field-missing` when nobody says."""
    headers = {name.lower(): value for name, value in frame.parameters.items()}
    user = words(headers.get("x-limit-u") or headers.get("u"), limit=100)
    device = words(headers.get("x-limit-d") or headers.get("d"), limit=100)
    topic = of_topic(frame.topic) or of_topic(words(said.get("topic"), limit=257))
    return uid_of("/".join(part for part in (user, device) if part), topic, said.get("tid"), field="topic")


def of_topic(topic: str) -> str:
    """`owntracks/jane/phone/event` → `jane/phone`."""
    parts = [part for part in topic.split("/") if part]
    if len(parts) > 2 and parts[-1] in _CHANNELS:
        parts.pop()
    return "/".join(parts[1:] if len(parts) > 2 else parts)


def _drawn(uid: str, said: Members) -> Iterator[Drawn]:
    if said.get("lat") is None:
        return  # a beacon, which is nowhere on the map
    where = position(said.get("lat"), said.get("lon"))
    radius_m = within(number(said.get("rad")), _RADIUS_LEAST_M, _RADIUS_MOST_M)
    marked = moment(said.get("tst"), field="tst")
    yield Drawn(
        uid=uid_of(f"{uid}/{words(said.get('rid'), limit=80) or _stamp(marked)}", field="rid"),
        at=marked,
        geometry=Point((where.lon_deg, where.lat_deg)),
        name=name_of(said.get("desc")) or "",
        details=details({"source": "owntracks", "radius_m": radius_m}),
    )


def _stamp(marked: datetime | None) -> str:
    return "place" if marked is None else f"{marked:%Y%m%dT%H%M%SZ}"


def _beside(said: Members) -> dict[str, str]:
    regions = said.get("inregions")
    inside = [words(region, limit=60) for region in regions[:10]] if isinstance(regions, list) else []
    kept = {ours: said.get(theirs) for theirs, ours in _KEPT.items()}
    return details({"source": "owntracks", **kept, "regions": ", ".join(filter(None, inside))})
