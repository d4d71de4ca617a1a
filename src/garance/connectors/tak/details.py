"""What the known parts of a detail say, typed; what is malformed is as if it were not there, and stays in the detail.

Source: the detail schemas of ATAK (`takcot`) and messages seen. Degrees clockwise from true north, metres, seconds.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from garance.connectors.tak.cot import Cot, read_instant, read_number
from garance.connectors.tak.xml_tree import Element
from garance.kernel.place import Vertex
from garance.kernel.refusal import Refused

_WHOLE = re.compile(r"[+-]?\d{1,10}")


class Contact(msgspec.Struct, frozen=True):
    """How to call and to reach (`contact`)."""

    callsign: str | None
    endpoint: str | None


class Group(msgspec.Struct, frozen=True):
    """The team, by its colour, and the role in it (`__group`)."""

    name: str
    role: str | None


class Software(msgspec.Struct, frozen=True):
    """What the sender runs (`takv`)."""

    device: str | None
    platform: str | None
    os: str | None
    version: str | None


class Track(msgspec.Struct, frozen=True):
    """How it moves (`track`)."""

    course_deg: float | None
    speed_mps: float | None


class Remarks(msgspec.Struct, frozen=True):
    """Free words (`remarks`)."""

    text: str
    source: str | None
    to: str | None
    at: datetime | None


class Link(msgspec.Struct, frozen=True):
    """A tie to another thing, or one vertex of a drawing or of a route (`link`)."""

    uid: str | None
    type: str | None
    relation: str | None
    callsign: str | None
    vertex: Vertex | None
    parent_callsign: str | None = None


class Destination(msgspec.Struct, frozen=True):
    """Whom a message is for (`marti/dest`): one of these is said."""

    callsign: str | None
    uid: str | None
    mission: str | None
    mission_guid: str | None
    group: str | None


class Chat(msgspec.Struct, frozen=True):
    """The room of a message in words (`__chat`), its message's own identifier, who is in it (`chatgrp`: uids)."""

    room: str | None
    room_id: str | None
    message_id: str | None
    sender: str | None
    parent: str | None
    members: tuple[str, ...]


class Emergency(msgspec.Struct, frozen=True):
    """A call for help (`emergency`); `cancelled` ends it."""

    kind: str | None
    text: str
    cancelled: bool


class Ellipse(msgspec.Struct, frozen=True):
    """An ellipse around the point of the message (`shape/ellipse`): half axes in metres, bearing of the major one."""

    major_m: float
    minor_m: float
    angle_deg: float


class Polyline(msgspec.Struct, frozen=True):
    """Vertices (`shape/polyline`), `closed` when the last is joined to the first."""

    vertices: tuple[Vertex, ...]
    closed: bool


class Style(msgspec.Struct, frozen=True):
    """How a drawing looks: colours as `#rrggbb` and their opacity 0..1, stroke in pixels."""

    stroke: str | None
    stroke_opacity: float | None
    fill: str | None
    fill_opacity: float | None
    weight_px: float | None
    dashes: str | None


class Precision(msgspec.Struct, frozen=True):
    """Where the position and the height come from (`precisionlocation`)."""

    position_source: str | None
    height_source: str | None


class Creator(msgspec.Struct, frozen=True):
    """Who made the thing (`creator`)."""

    uid: str | None
    callsign: str | None
    type: str | None


def contact(cot: Cot) -> Contact | None:
    """How to call and to reach the sender, or the thing's name."""
    part = cot.part("contact")
    return Contact(part.get("callsign") or None, part.get("endpoint") or None) if part is not None else None


def callsign(cot: Cot) -> str | None:
    """The name that people call the thing by."""
    found = contact(cot)
    return found.callsign if found is not None else None


def group(cot: Cot) -> Group | None:
    """Its team."""
    part = cot.part("__group")
    name = part.get("name") if part is not None else None
    return Group(name, part.get("role") or None) if part is not None and name else None


def software(cot: Cot) -> Software | None:
    """What its sender runs."""
    part = cot.part("takv")
    return Software(*(part.get(name) for name in ("device", "platform", "os", "version"))) if part is not None else None


def battery_percent(cot: Cot) -> float | None:
    """What is left in its battery (`status`)."""
    found = _numbers(cot, "status", "battery")[0]
    return found if found is not None and 0 <= found <= 100 else None


def track(cot: Cot) -> Track | None:
    """How it moves: course 0..360, speed from 0."""
    course_deg, speed_mps = _numbers(cot, "track", "course", "speed")
    if course_deg is None and speed_mps is None:
        return None
    course_deg = course_deg % 360 if course_deg is not None and abs(course_deg) <= 360 else None
    return Track(course_deg, speed_mps if speed_mps is not None and speed_mps >= 0 else None)


def remarks(cot: Cot) -> Remarks | None:
    """Its free words; None when there is none."""
    part = cot.part("remarks")
    if part is None or not part.text.strip():
        return None
    return Remarks(part.text.strip(), part.get("source") or None, part.get("to") or None, _instant(part.get("time")))


def links(cot: Cot) -> tuple[Link, ...]:
    """Its ties and vertices, in order."""
    return tuple(
        Link(
            part.get("uid"),
            part.get("type"),
            part.get("relation"),
            part.get("callsign"),
            _vertex(part.get("point")),
            part.get("parent_callsign") or None,
        )
        for part in cot.parts
        if part.name == "link"
    )


def link_points(cot: Cot) -> tuple[Vertex, ...]:
    """The vertices that its links hold: of a free drawing (`u-d-f`), a rectangle (`u-d-r`), a route (`b-m-r`)."""
    return tuple(link.vertex for link in links(cot) if link.vertex is not None)


def icon_path(cot: Cot) -> str | None:
    """The icon chosen for it (`usericon`): set, group and file, between slashes."""
    return _value(cot, "usericon", "iconsetpath")


def colour(cot: Cot) -> str | None:
    """Its colour (`color`), as `#rrggbb`."""
    return _colour(_value(cot, "color", "argb") or _value(cot, "color", "value"))[0]


def style(cot: Cot) -> Style:
    """How a drawing looks."""
    stroke, stroke_opacity = _colour(_value(cot, "strokeColor", "value"))
    fill, fill_opacity = _colour(_value(cot, "fillColor", "value"))
    weight_px = read_number(_value(cot, "strokeWeight", "value"))
    return Style(stroke, stroke_opacity, fill, fill_opacity, weight_px, _value(cot, "strokeStyle", "value"))


def destinations(cot: Cot) -> tuple[Destination, ...]:
    """Whom it is for; nobody in particular when empty."""
    return tuple(
        Destination(*(dest.get(name) or None for name in ("callsign", "uid", "mission", "mission-guid", "group")))
        for part in cot.parts
        if part.name == "marti"
        for dest in part.elements("dest")
    )


def server_destinations(cot: Cot) -> tuple[str, ...]:
    """The links through which the sender is reached (`__serverdestination`): host, port, protocol, uid, by colons."""
    said = _value(cot, "__serverdestination", "destinations") or ""
    return tuple(part.strip() for part in said.split(",") if part.strip())


def chat(cot: Cot) -> Chat | None:
    """The room it is said in."""
    part = cot.part("__chat")
    if part is None:
        return None
    inside = part.first("chatgrp")
    members = tuple(value for key, value in inside.attributes if key.startswith("uid") and value) if inside else ()
    names = ("chatroom", "id", "messageId", "senderCallsign", "parent")
    room, room_id, message_id, sender, parent = (part.get(name) or None for name in names)
    return Chat(room, room_id, message_id, sender, parent, members)


def emergency(cot: Cot) -> Emergency | None:
    """The call for help."""
    part = cot.part("emergency")
    if part is None:
        return None
    return Emergency(part.get("type") or None, part.text.strip(), _yes(part.get("cancel")))


def ellipses(cot: Cot) -> tuple[Ellipse, ...]:
    """Its ellipses, rings of one circle most often, in order."""
    shape = cot.part("shape")
    found = []
    for part in shape.elements("ellipse") if shape is not None else ():
        major_m, minor_m, angle_deg = (read_number(part.get(name)) for name in ("major", "minor", "angle"))
        if major_m is not None and minor_m is not None and major_m > 0 and minor_m > 0:
            found.append(Ellipse(major_m, minor_m, (angle_deg or 0.0) % 360))
    return tuple(found)


def polyline(cot: Cot) -> Polyline | None:
    """Its line or area, when its shape has vertices."""
    shape = cot.part("shape")
    part = shape.first("polyline") if shape is not None else None
    if part is None:
        return None
    found = (_place(each.get("lat"), each.get("lon")) for each in part.elements("vertex"))
    return Polyline(tuple(vertex for vertex in found if vertex is not None), _yes(part.get("closed")))


def height_m(cot: Cot) -> float | None:
    """How high the thing stands above the ground: `height`, as an attribute or as text."""
    part = cot.part("height")
    return read_number(part.get("value") or part.text.strip()) if part is not None else None


def labels_shown(cot: Cot) -> bool | None:
    """Whether its labels are shown (`labels_on`)."""
    said = _value(cot, "labels_on", "value")
    return None if said is None else _yes(said)


def precision(cot: Cot) -> Precision | None:
    """Where its position comes from."""
    part = cot.part("precisionlocation")
    return Precision(part.get("geopointsrc") or None, part.get("altsrc") or None) if part is not None else None


def creator(cot: Cot) -> Creator | None:
    """Who made it."""
    part = cot.part("creator")
    return Creator(*(part.get(name) or None for name in ("uid", "callsign", "type"))) if part is not None else None


def author(cot: Cot) -> str | None:
    """The call sign of whoever made it: its `creator`, else the producer that a link names (`p-p`)."""
    maker = creator(cot)
    if maker is not None and maker.callsign:
        return maker.callsign
    return next((link.parent_callsign for link in links(cot) if link.relation == "p-p" and link.parent_callsign), None)


def archived(cot: Cot) -> bool:
    """Whether its sender wants it kept (`archive`)."""
    return cot.part("archive") is not None


def _value(cot: Cot, part: str, attribute: str) -> str | None:
    found = cot.part(part)
    return found.get(attribute) or None if found is not None else None


def _numbers(cot: Cot, part: str, *attributes: str) -> tuple[float | None, ...]:
    found: Element | None = cot.part(part)
    return tuple(read_number(found.get(name)) if found is not None else None for name in attributes)


def _vertex(text: str | None) -> Vertex | None:
    """`latitude,longitude[,height]`."""
    parts = text.split(",") if text and len(text) <= 200 else []
    return _place(parts[0], parts[1]) if 2 <= len(parts) <= 3 else None


def _place(lat: str | None, lon: str | None) -> Vertex | None:
    lat_deg, lon_deg = read_number(lat), read_number(lon)
    if lat_deg is None or lon_deg is None or abs(lat_deg) > 90 or abs(lon_deg) > 180:
        return None
    return (lon_deg, lat_deg)


def _colour(text: str | None) -> tuple[str | None, float | None]:
    """A signed 32-bit number, alpha first."""
    if text is None or not _WHOLE.fullmatch(text.strip()):
        return None, None
    argb = int(text) & 0xFFFFFFFF
    return f"#{argb & 0xFFFFFF:06x}", round((argb >> 24) / 255, 3)


def _instant(text: str | None) -> datetime | None:
    try:
        return read_instant(text, "time")
    except Refused:
        return None


def _yes(text: str | None) -> bool:
    return (text or "").strip().lower() in ("true", "1", "yes")
