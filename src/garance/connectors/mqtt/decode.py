"""What a message of a broker says: by the decoder of OwnTracks, of Traccar, or by fields that the settings name.

A message that the broker had kept (retained) is marked so beside: it is as old as its sender's time says, if it says
one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from garance.connectors.members import (
    Members,
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
    words,
)
from garance.connectors.osmand.decode import MPS
from garance.connectors.owntracks.decode import OwnTracksDecoder
from garance.connectors.traccar.decode import decode as decode_traccar
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Located, Observation

Decode = Callable[[Frame], Sequence[Observation]]
OURS = ("uid", "at", "lat", "lon", "altitude_m", "accuracy_m", "speed", "course_deg", "name", "team")
"""The names that a setting gives to the fields of a JSON message."""

RETAINED = "retained"
MAX_BYTES = 1 << 18
MAX_OBJECTS = 500
MAX_STEPS = 8
LONGEST_TOPIC = 65_535


def decoder_of(payload: str, fields: Sequence[str] = (), speed_unit: str = "mps") -> Decode:
    """What decodes such payloads; refuses `value-wrong` (`payload`, `fields` or `speed_unit`)."""
    if payload == "owntracks":
        return OwnTracksDecoder().decode
    if payload == "traccar":
        return decode_traccar
    if payload == "json":
        return JsonDecoder(named(fields), speed_unit).decode
    raise Refused("value-wrong", field="payload")


def marked(decode: Decode, frame: Frame) -> Sequence[Observation]:
    """What a message says; beside each thing, whether the broker had kept it. An empty message says nothing."""
    if not frame.data.strip():
        return ()
    found = decode(frame)
    if RETAINED not in frame.parameters:
        return found
    return [msgspec.structs.replace(one, details={**one.details, RETAINED: "true"}) for one in found]


def followed(topics: Sequence[str]) -> tuple[str, ...]:
    """The topics, each a filter that a broker understands (MQTT 3.1.1, 4.7); refuses `value-wrong`."""
    for topic in topics:
        levels = topic.split("/")
        wild = any(level not in ("+", "#") and set("+#") & set(level) for level in levels) or "#" in levels[:-1]
        if not topic or wild or "\0" in topic or len(topic.encode(errors="replace")) > LONGEST_TOPIC:
            raise Refused("value-wrong", field="topics")
    if not topics:
        raise Refused("value-wrong", field="topics")
    return tuple(topics)


def named(fields: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Where each of our names is found: `lat=gps.lat` → lat: (gps, lat); refuses `value-wrong`."""
    found: dict[str, tuple[str, ...]] = {}
    for line in fields:
        ours, _, theirs = (part.strip() for part in line.partition("="))
        path = tuple(theirs.split("."))
        if ours not in OURS or not all(path) or len(path) > MAX_STEPS:
            raise Refused("value-wrong", field="fields")
        found[ours] = path
    if not {"lat", "lon"} <= found.keys():
        raise Refused("value-wrong", field="fields")
    return found


class JsonDecoder:
    """Reads positions from JSON objects of any shape. The topic names the thing when no field does."""

    def __init__(self, fields: Mapping[str, tuple[str, ...]], speed_unit: str) -> None:
        self._fields = fields
        factors = {str(unit): mps for unit, mps in MPS.items()}
        if speed_unit not in factors:
            raise Refused("value-wrong", field="speed_unit")
        self._mps = factors[speed_unit]

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """Where each object says that something is.

        Refuses `json-malformed`, `json-too-deep`, `frame-too-large`, `field-missing`, `value-wrong`,
        `time-out-of-range`.
        """
        value = read_json(frame.data, most_bytes=MAX_BYTES)
        return [self._located(frame, said) for said in objects(value, most=MAX_OBJECTS)]

    def _located(self, frame: Frame, said: Members) -> Located:
        faster, uid = number(self._of(said, "speed")), uid_of(self._of(said, "uid"), frame.topic, field="uid")
        return Located(
            uid=uid,
            at=moment(self._of(said, "at"), field="at"),
            position=position(self._of(said, "lat"), self._of(said, "lon")),
            altitude_m=altitude(number(self._of(said, "altitude_m"))),
            accuracy_m=accuracy(number(self._of(said, "accuracy_m"))),
            speed_mps=None if faster is None else speed(faster * self._mps),
            course_deg=course(number(self._of(said, "course_deg"))),
            name=name_of(self._of(said, "name")) or name_of(uid),
            team=words(self._of(said, "team"), limit=100) or None,
            details=details({"source": "mqtt", "topic": frame.topic}),
        )

    def _of(self, said: Members, ours: str) -> Any:
        value: Any = said
        for step in self._fields.get(ours, ("",)):
            value = value.get(step) if isinstance(value, Mapping) else None
        return value
