"""What TAK messages tell: positions, drawings, words, alarms, removals. Pure: bytes in, observations out.

Pings, negotiations, receipts and file offers tell nothing of the situation: they give no observation.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from garance.connectors.tak import details as said
from garance.connectors.tak.cot import Cot, Place, read_xml
from garance.connectors.tak.drawing import outlines
from garance.connectors.tak.protobuf import MAGIC, MESH_HEADER, read_protobuf, unwrap_mesh, unwrap_stream
from garance.connectors.tak.types import affiliation_of, is_fixed, resource_kind, shape_kind, symbol_of, table
from garance.domain.drawings.facts import ShapeStatus
from garance.kernel.place import Point, Position
from garance.ports.connector import Frame
from garance.ports.observation import MAX_TEXT, Alarm, Alarmed, Drawn, Located, Observation, Said, Withdrawn
from garance.symbols.reading import FRENCH

OWN_PREFIX = "GARANCE-"
"""How the identifiers of what this platform sends begin."""
OWN_PART = "__garance"
"""The part of a detail in which this platform says its own words: kind, symbol, state."""
REMOVAL = "t-x-d-d"
"""The type of what takes things off maps."""

_NOT_OF_THE_SITUATION = ("t-", "y-", "b-t-f-", "b-f-", "b-i-", "r-")
_MOVING_POINTS = "b-m-p-s-p-i"
_ROOM_OF_ALL = "All Chat Rooms"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_NAME = 200
_MAX_DETAIL = 300
_MAX_NAMED = 1000
"""The most people that a message goes to, or things that it removes."""
_MEDICAL_COUNTS = ("urgent", "urgent_surgical", "priority", "routine", "convenience", "litter", "ambulatory")


def decode(frame: Frame) -> Sequence[Observation]:
    """What one XML message, one datagram or one frame of a connection tells.

    Refuses `tak-frame-malformed`, `tak-payload-malformed`, `cot-too-large`, `cot-malformed`, `cot-xml-malformed`,
    `xml-with-entities`, `geometry-too-large`.
    """
    cot = read_frame(frame.data)
    return observations(cot) if cot is not None else ()


def read_frame(raw: bytes) -> Cot | None:
    """The message in those bytes, whatever its envelope; None for versions alone. Refuses the same."""
    if raw.startswith(MESH_HEADER):
        return read_protobuf(unwrap_mesh(raw))
    if raw.startswith(MAGIC):
        return read_protobuf(unwrap_stream(raw))
    return read_xml(raw)


def observations(cot: Cot) -> tuple[Observation, ...]:
    """What that message tells, in order. Refuses `geometry-too-large`."""
    if cot.type == REMOVAL:
        return _withdrawn(cot)
    if cot.type == "b-t-f":
        return _spoken(cot)
    if cot.type.startswith("b-a-"):
        return (_alarmed(cot),)
    if cot.type.startswith(_NOT_OF_THE_SITUATION):
        return ()
    return _located(cot) if _moves(cot) else _drawn(cot)


def own_id(uid: str) -> str | None:
    """What this platform calls the thing, when it was the one to send it."""
    return uid.removeprefix(OWN_PREFIX) if uid.startswith(OWN_PREFIX) else None


def _moves(cot: Cot) -> bool:
    """An atom moves, unless it is a building or an incident, or a marker that a person put on the map."""
    if cot.type.startswith(_MOVING_POINTS):
        return True
    if not cot.type.startswith("a-") or is_fixed(cot.type):
        return False
    by_hand = cot.how.startswith("h") and said.software(cot) is None and said.group(cot) is None
    return not by_hand or said.track(cot) is not None


def _located(cot: Cot) -> tuple[Observation, ...]:
    position = _position(cot.place)
    if position is None:
        return ()
    moving, team, words = said.track(cot), said.group(cot), said.remarks(cot)
    found = Located(
        uid=cot.uid,
        at=cot.time,
        position=position,
        altitude_m=cot.place.hae_m,
        accuracy_m=cot.place.ce_m,
        speed_mps=moving.speed_mps if moving else None,
        course_deg=moving.course_deg if moving else None,
        name=_cut(said.callsign(cot), _MAX_NAME),
        kind=resource_kind(cot.type) if cot.type.startswith("a-") else None,
        team=_cut(team.name, _MAX_NAME) if team else None,
        stale_at=cot.stale,
        details={**_details(cot), **({"remarks": _cut(words.text, _MAX_DETAIL) or ""} if words else {})},
    )
    return (found,)


def _drawn(cot: Cot) -> tuple[Observation, ...]:
    drawn = outlines(cot)
    if isinstance(drawn[0].geometry, Point) and _position(cot.place) is None:
        return ()
    words, kind, state = said.remarks(cot), *_own_words(cot)
    valid_until = None if said.archived(cot) or cot.stale <= cot.time else cot.stale
    return tuple(
        Drawn(
            uid=f"{cot.uid[:250]}/{number}" if len(drawn) > 1 else cot.uid,
            at=cot.time,
            geometry=outline.geometry,
            figure=outline.figure,
            kind=kind,
            name=_cut(said.callsign(cot), _MAX_NAME) or "",
            note=_cut(words.text, MAX_TEXT) if words else None,
            state=state,
            valid_until=valid_until,
            details=_details(cot),
        )
        for number, outline in enumerate(drawn, 1)
    )


def _own_words(cot: Cot) -> tuple[str, ShapeStatus]:
    """The kind and the state: as this platform wrote them, else as the type tells."""
    part = cot.part(OWN_PART)
    kind, state = (part.get("kind"), part.get("state")) if part is not None else (None, None)
    known = kind is not None and len(kind) <= 64 and _SLUG.fullmatch(kind) is not None
    standing = ShapeStatus(state) if state in set(ShapeStatus) else ShapeStatus.ENGAGED
    return (kind if kind is not None and known else shape_kind(cot.type)), standing


def _spoken(cot: Cot) -> tuple[Observation, ...]:
    words, room = said.remarks(cot), said.chat(cot)
    if words is None:
        return ()
    sender = (room.sender if room else None) or said.callsign(cot) or words.source or cot.uid
    thread = room.room or room.room_id if room else words.to
    members = room.members[1:] if room and room.room_id != _ROOM_OF_ALL else ()
    named = (dest.callsign or dest.uid or dest.mission for dest in said.destinations(cot))
    found = Said(
        uid=cot.uid,
        at=words.at or cot.time,
        text=_cut(words.text, MAX_TEXT) or "",
        sender=_cut(sender, _MAX_NAME) or "",
        thread=_cut(thread, _MAX_NAME),
        recipients=_recipients((*members, *named)),
        position=_position(cot.place),
        details=_details(cot),
    )
    return (found,)


def _recipients(named: Iterable[str | None]) -> tuple[str, ...]:
    each = (_cut(name, _MAX_NAME) or "" for name in named if name and name != _ROOM_OF_ALL)
    return tuple(itertools.islice(dict.fromkeys(each), _MAX_NAMED))


def _alarmed(cot: Cot) -> Observation:
    call, known = said.emergency(cot), table().alarms.get(cot.type)
    return Alarmed(
        uid=cot.uid,
        at=cot.time,
        alarm=known.alarm if known else Alarm.OTHER,
        active=not (cot.type == "b-a-o-can" or (call is not None and call.cancelled)),
        text=_cut(call.kind if call and call.kind else (known.words if known else ""), MAX_TEXT) or "",
        name=_cut((call.text if call else None) or said.callsign(cot), _MAX_NAME),
        position=_position(cot.place),
        details=_details(cot),
    )


def _withdrawn(cot: Cot) -> tuple[Observation, ...]:
    named = [link.uid for link in said.links(cot) if link.uid and len(link.uid) <= 256] or [cot.uid]
    return tuple(Withdrawn(uid=uid, at=cot.time) for uid in itertools.islice(dict.fromkeys(named), _MAX_NAMED))


def _details(cot: Cot) -> dict[str, str]:
    """What is said beside, for people to read."""
    runs, team, battery = said.software(cot), said.group(cot), said.battery_percent(cot)
    found: dict[str, str | None] = {
        "type": cot.type,
        "how": cot.how or None,
        "affiliation": affiliation_of(cot.type),
        "role": team.role if team else None,
        "battery": f"{battery:g} %" if battery else None,
        "platform": " ".join(part for part in (runs.platform, runs.version) if part) if runs else None,
        "author": said.author(cot),
        "colour": said.style(cot).stroke or said.colour(cot),
        "icon": said.icon_path(cot),
        "symbol": _symbol(cot),
        "exercise": cot.opex if cot.opex and not cot.opex.startswith("o") else None,
        **_medical(cot),
    }
    return {key: value[:_MAX_DETAIL] for key, value in found.items() if value}


def _symbol(cot: Cot) -> str | None:
    """The symbol, `set/symbol`: as this platform wrote it, else that of the French charter for the type."""
    part = cot.part(OWN_PART)
    own = part.get("symbol") if part is not None else None
    known = symbol_of(cot.type)
    return own or (f"{FRENCH}/{known}" if known else None)


def _medical(cot: Cot) -> dict[str, str | None]:
    """How many people are to be carried (`_medevac_`): numbers only, nothing of anybody."""
    part = cot.part("_medevac_")
    counts = ((name, part.get(name)) for name in _MEDICAL_COUNTS) if part is not None else ()
    return {name: count for name, count in counts if count and count.isdecimal() and int(count[:6]) > 0}


def _position(place: Place) -> Position | None:
    """Where; None at 0, 0 without known error, which clients say when they have no fix."""
    if place.lat_deg == 0 and place.lon_deg == 0 and place.ce_m is None:
        return None
    return Position(place.lon_deg, place.lat_deg)


def _cut(text: str | None, most: int) -> str | None:
    return text if text is None or len(text) <= most else text[: most - 1] + "…"
