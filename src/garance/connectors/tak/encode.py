"""What this platform shows, as messages for TAK clients. Pure: the moment is given, nothing is sent from here.

An exercise says `EXERCICE` before every name and in every remark, and in `opex`; a test says `TEST`. Beside what every
client knows, a part of its own (`__garance`) carries kind, symbol and state, so that they come back as they went.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from garance.connectors.tak.cot import Cot, Place, write_instant, write_number
from garance.connectors.tak.decode import OWN_PART, OWN_PREFIX, REMOVAL
from garance.connectors.tak.details import Destination
from garance.connectors.tak.drawing import middle
from garance.connectors.tak.types import colour_of, state_words, table, type_of_resource, type_of_shape
from garance.connectors.tak.xml_tree import Element, element
from garance.domain.drawings.facts import Circle, ShapeStatus
from garance.kernel.label import Mode
from garance.kernel.place import LineString, Point, Polygon, Position, Vertex
from garance.ports.observation import Alarm, Located
from garance.symbols.reading import FRENCH
from garance.views.shown import ResourceShown, ShapeShown

Language = Literal["fr", "en"]
ROOM_OF_ALL = "All Chat Rooms"
NOWHERE = Place(lat_deg=0.0, lon_deg=0.0)

_MARKS = {Mode.EXERCISE: ("EXERCICE", "e-EXERCICE"), Mode.TEST: ("TEST", "s-TEST")}
_STROKE_PX = "3.0"
_FAINT = 0x40
_ALARM_ENDED = "b-a-o-can"


def uid_of(identifier: str) -> str:
    """What TAK clients call the thing that has that identifier here."""
    return OWN_PREFIX + identifier


def unit(
    resource: ResourceShown,
    *,
    at: datetime,
    stale_after_s: float,
    located: Located | None = None,
    mode: Mode = Mode.ACTUAL,
    language: Language = "fr",
) -> Cot | None:
    """A resource, where it was last seen (`located`), else where it was last said to be; None when nobody knows.

    `at` is now; the position is vouched for until its source's own limit, else `stale_after_s` from now.
    """
    position = located.position if located else _position_of(resource.geometry)
    if position is None:
        return None
    seen_at = (located.at if located else resource.moved_at) or at
    moving = located is not None and (located.course_deg is not None or located.speed_mps is not None)
    parts = [
        element("contact", {"callsign": _marked(resource.name, mode)}),
        element("remarks", {}, _marked(state_words(resource.state, language), mode)),
        element(OWN_PART, {"kind": resource.kind, "state": resource.state}),
    ]
    if located is not None and moving:
        course, speed = located.course_deg or 0.0, located.speed_mps or 0.0
        parts.insert(1, element("track", {"course": write_number(course), "speed": write_number(speed)}))
    return Cot(
        uid=uid_of(resource.id),
        type=type_of_resource(resource.kind),
        how="m-g" if located else "h-e",
        time=at,
        start=min(seen_at, at),
        stale=(located.stale_at if located else None) or at + timedelta(seconds=stale_after_s),
        place=_place(position, located.altitude_m if located else None, located.accuracy_m if located else None),
        opex=_opex(mode),
        detail=Element("detail", (), tuple(parts)),
    )


def drawing(
    shape: ShapeShown,
    *,
    at: datetime,
    stale_after_s: float,
    mode: Mode = Mode.ACTUAL,
    language: Language = "fr",
    colour: str | None = None,
) -> Cot:
    """A drawing: a marker, a free line or area, a circle. `colour` as `#rrggbb`, else that of its kind.

    TAK clients draw no hole: only the outer ring goes, and the remarks say so.
    """
    argb = 0xFF000000 | int((colour or colour_of(shape.kind)).removeprefix("#"), 16)
    symbol = shape.symbol
    french = symbol.id if symbol is not None and symbol.set == FRENCH else None
    lon_deg, lat_deg = middle(shape.geometry, shape.figure)
    parts = [
        element("contact", {"callsign": _marked(shape.name, mode)}),
        element("remarks", {}, _marked(_shape_words(shape, language), mode)),
        *_outline(shape, uid_of(shape.id), argb),
        element("labels_on", {"value": "true"}),
        element(
            OWN_PART,
            {"kind": shape.kind, "state": shape.state, "symbol": f"{symbol.set}/{symbol.id}" if symbol else None},
        ),
    ]
    return Cot(
        uid=uid_of(shape.id),
        type=_shape_type(shape, french),
        how="h-g-i-g-o",
        time=at,
        start=at,
        stale=shape.valid_until or at + timedelta(seconds=stale_after_s),
        place=Place(lat_deg=lat_deg, lon_deg=lon_deg),
        opex=_opex(mode),
        detail=Element("detail", (), tuple(parts)),
    )


def chat_line(
    text: str,
    *,
    message_id: str,
    sender: str,
    sender_uid: str,
    at: datetime,
    stale_after_s: float,
    room: str = ROOM_OF_ALL,
    room_id: str = ROOM_OF_ALL,
    mode: Mode = Mode.ACTUAL,
) -> Cot:
    """A message in words (GeoChat), to everyone, or to one: `room` is then a call sign and `room_id` its identifier."""
    private = room_id != ROOM_OF_ALL
    people = element("chatgrp", {"uid0": sender_uid, "uid1": room_id, "id": room_id})
    named = {
        "parent": "RootContactGroup",
        "groupOwner": "false",
        "messageId": message_id,
        "chatroom": room,
        "id": room_id,
        "senderCallsign": _marked(sender, mode),
    }
    said = Element(
        "remarks", (("source", sender_uid), ("to", room_id), ("time", write_instant(at))), (_marked(text, mode),)
    )
    cot = Cot(
        uid=f"GeoChat.{sender_uid}.{room_id}.{message_id}"[:256],
        type="b-t-f",
        how="h-g-i-g-o",
        time=at,
        start=at,
        stale=at + timedelta(seconds=stale_after_s),
        place=NOWHERE,
        opex=_opex(mode),
        detail=Element(
            "detail",
            (),
            (
                element("__chat", named, people),
                element("link", {"uid": sender_uid, "type": "a-f-G-I-i-e", "relation": "p-p"}),
                said,
            ),
        ),
    )
    return addressed(cot, [Destination(None, room_id, None, None, None)]) if private else cot


def alert(
    alarm: Alarm,
    *,
    identifier: str,
    name: str,
    position: Position,
    at: datetime,
    stale_after_s: float,
    active: bool = True,
    mode: Mode = Mode.ACTUAL,
) -> Cot:
    """An alarm, or its end when not `active`: both by the same `identifier`."""
    cot_type, words = _alarm_type(alarm)
    call = {"type": words} if active else {"cancel": "true"}
    parts = (
        element("emergency", call, _marked(name, mode)),
        element("contact", {"callsign": _marked(name, mode)}),
        element("link", {"uid": uid_of(identifier), "type": "a-f-G", "relation": "p-p"}),
    )
    return Cot(
        uid=f"{uid_of(identifier)}-9-1-1",
        type=cot_type if active else _ALARM_ENDED,
        how="h-e",
        time=at,
        start=at,
        stale=at + timedelta(seconds=stale_after_s),
        place=_place(position),
        opex=_opex(mode),
        detail=Element("detail", (), parts),
    )


def removal(uid: str, *, at: datetime, stale_after_s: float = 60.0) -> Cot:
    """The thing that TAK clients call so is to be taken off their maps."""
    link = element("link", {"uid": uid, "type": "none", "relation": "none"})
    return Cot(
        uid=uid,
        type=REMOVAL,
        how="m-g",
        time=at,
        start=at,
        stale=at + timedelta(seconds=stale_after_s),
        place=NOWHERE,
        detail=Element("detail", (), (link, Element("__forcedelete"))),
    )


def addressed(cot: Cot, to: Sequence[Destination]) -> Cot:
    """The same message, for those only (`marti`)."""
    each = (
        element(
            "dest",
            {
                "callsign": dest.callsign,
                "uid": dest.uid,
                "mission": dest.mission,
                "mission-guid": dest.mission_guid,
                "group": dest.group,
            },
        )
        for dest in to
    )
    kept = [part for part in cot.parts if part.name != "marti"]
    detail = Element("detail", cot.detail.attributes if cot.detail else (), (*kept, Element("marti", (), tuple(each))))
    return msgspec.structs.replace(cot, detail=detail)


def _outline(shape: ShapeShown, uid: str, argb: int) -> list[Element]:
    """What makes the drawing: vertices or ellipse, then how it looks."""
    if isinstance(shape.geometry, Point):
        if _shape_type(shape, None) != table().fallback_shape:
            return [_valued("color", argb, "argb")]
        icon = f"COT_MAPPING_SPOTMAP/{table().fallback_shape}/{_signed(argb)}"
        return [_valued("color", argb, "argb"), element("usericon", {"iconsetpath": icon})]
    fill = argb & 0xFFFFFF | (_FAINT << 24 if isinstance(shape.geometry, Polygon) else 0)
    style = [
        _valued("strokeColor", argb),
        element("strokeWeight", {"value": _STROKE_PX}),
        element("strokeStyle", {"value": "dashed" if shape.state == ShapeStatus.PLANNED else "solid"}),
        _valued("fillColor", fill),
    ]
    if isinstance(shape.figure, Circle):
        return [_circle(shape.figure, uid, argb, fill), *style]
    line = shape.geometry.coordinates if isinstance(shape.geometry, LineString) else shape.geometry.coordinates[0]
    return [*(element("link", {"point": _pair(vertex)}) for vertex in line), *style]


def _circle(figure: Circle, uid: str, argb: int, fill: int) -> Element:
    radius = write_number(figure.radius_m)
    style = Element(
        "Style",
        (),
        (
            Element("LineStyle", (), (element("color", {}, f"{argb:08x}"), element("width", {}, _STROKE_PX))),
            Element("PolyStyle", (), (element("color", {}, f"{fill:08x}"),)),
        ),
    )
    return element(
        "shape",
        {},
        element("ellipse", {"major": radius, "minor": radius, "angle": "360"}),
        element("link", {"uid": f"{uid}.Style", "type": "b-x-KmlStyle", "relation": "p-c"}, style),
    )


def _shape_type(shape: ShapeShown, french: str | None) -> str:
    if isinstance(shape.geometry, Point):
        return type_of_shape(shape.kind, french)
    return "u-d-c-c" if isinstance(shape.figure, Circle) else "u-d-f"


def _shape_words(shape: ShapeShown, language: Language) -> str:
    words = [state_words(shape.state, language)] if shape.state != ShapeStatus.ENGAGED else []
    if isinstance(shape.geometry, Polygon) and len(shape.geometry.coordinates) > 1:
        words.append("trous non représentés" if language == "fr" else "holes not shown")
    return ", ".join(words)


def _alarm_type(alarm: Alarm) -> tuple[str, str]:
    """The first type of the table for that alarm, else that of a call for help, and its words."""
    rows = table().alarms.items()
    return next(
        (cot_type, row.words) for wanted in (alarm, Alarm.EMERGENCY) for cot_type, row in rows if row.alarm == wanted
    )


def _marked(text: str, mode: Mode) -> str:
    mark = _MARKS.get(mode)
    return f"{mark[0]} {text}".strip() if mark else text


def _opex(mode: Mode) -> str | None:
    mark = _MARKS.get(mode)
    return mark[1] if mark else None


def _valued(name: str, argb: int, attribute: str = "value") -> Element:
    return element(name, {attribute: str(_signed(argb))})


def _signed(argb: int) -> int:
    """The colour as clients write it: a signed number of 32 bits."""
    return argb - (1 << 32) if argb >= 1 << 31 else argb


def _pair(vertex: Vertex) -> str:
    return ",".join(write_number(round(degrees, 7)) for degrees in (vertex[1], vertex[0]))


def _position_of(point: Point | None) -> Position | None:
    return Position(*point.coordinates) if point is not None else None


def _place(position: Position, altitude_m: float | None = None, accuracy_m: float | None = None) -> Place:
    return Place(lat_deg=position.lat_deg, lon_deg=position.lon_deg, hae_m=altitude_m, ce_m=accuracy_m)
