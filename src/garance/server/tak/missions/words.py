"""What a mission is made of, and how TAK clients word it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from garance.connectors.tak.cot import Cot
from garance.connectors.tak.details import callsign, colour, icon_path
from garance.connectors.tak.relay.control import written
from garance.kernel.clock import Instant

Role = Literal["MISSION_OWNER", "MISSION_SUBSCRIBER", "MISSION_READONLY_SUBSCRIBER"]
OWNER: Role = "MISSION_OWNER"
SUBSCRIBER: Role = "MISSION_SUBSCRIBER"
READER: Role = "MISSION_READONLY_SUBSCRIBER"
READ, WRITE, DELETE, SET_ROLE = "MISSION_READ", "MISSION_WRITE", "MISSION_DELETE", "MISSION_SET_ROLE"
PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    OWNER: (
        "MISSION_MANAGE_FEEDS", "MISSION_SET_PASSWORD", WRITE, "MISSION_MANAGE_LAYERS", "MISSION_UPDATE_GROUPS",
        DELETE, SET_ROLE, READ,
    ),
    SUBSCRIBER: (WRITE, READ),
    READER: (READ,),
}  # fmt: skip
"""What each role allows, in the words of TAK."""
RANK: Mapping[str, int] = {READER: 0, SUBSCRIBER: 1, OWNER: 2}

CREATED, ADDED, REMOVED = "CREATE_MISSION", "ADD_CONTENT", "REMOVE_CONTENT"


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What its creator says of a mission; `groups`: who may know of it."""

    groups: tuple[str, ...]
    creator: str = ""
    description: str = ""
    tool: str = "public"
    chat_room: str = ""
    base_layer: str = ""
    bbox: str = ""
    path: str = ""
    classification: str = ""
    keywords: tuple[str, ...] = ()
    default_role: Role = SUBSCRIBER
    expiration: int = -1


class Mission(msgspec.Struct, frozen=True, kw_only=True):
    """One mission."""

    guid: str
    name: str
    told: Told
    made_at: Instant


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """Who follows a mission: the uid that hears of it, the name in the certificate that asked."""

    uid: str
    username: str
    role: Role
    made_at: Instant


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a mission holds, by its digest."""

    hash: str
    creator: str
    made_at: Instant


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What a mission holds of the map: the last message of a uid, and the little that lists show of it."""

    uid: str
    creator: str
    made_at: Instant
    details: dict[str, Any] = {}
    xml: bytes | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changed in a mission: of what kind, by whom, of which uid or file."""

    kind: str
    creator: str = ""
    uid: str = ""
    hash: str = ""
    details: dict[str, Any] = {}
    resource: dict[str, Any] = {}


class DatedChange(msgspec.Struct, frozen=True):
    """A change and its moment."""

    at: Instant
    change: Change


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A note in the log of a mission; `dtg`: of when it speaks, as its author writes it."""

    id: str
    mission: str
    made_at: Instant
    content: str
    creator: str
    dtg: str = ""
    keywords: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()


def details_of(cot: Cot) -> dict[str, Any]:
    """The little of a message that lists show."""
    said = {"type": cot.type, "callsign": callsign(cot), "iconsetPath": icon_path(cot), "color": colour(cot)}
    found: dict[str, Any] = {name: value for name, value in said.items() if value}
    found["location"] = {"lat": cot.place.lat_deg, "lon": cot.place.lon_deg}
    return found


def role_shown(role: str) -> dict[str, Any]:
    """A role and what it allows."""
    return {"type": role, "permissions": list(PERMISSIONS[role])}


def subscriber_shown(one: Subscriber) -> dict[str, Any]:
    """Who follows."""
    at = written(one.made_at)
    return {"clientUid": one.uid, "username": one.username, "createTime": at, "role": role_shown(one.role)}


def change_shown(mission: Mission, dated: DatedChange) -> dict[str, Any]:
    """A change, as the list of changes words it."""
    change, at = dated.change, written(dated.at)
    shown: dict[str, Any] = {
        "isFederatedChange": False,
        "type": change.kind,
        "missionName": mission.name,
        "missionGuid": mission.guid,
        "timestamp": at,
        "serverTime": at,
        "creatorUid": change.creator,
    }
    if change.uid:
        shown["contentUid"] = change.uid
    if change.details:
        shown["details"] = change.details
    if change.hash:
        shown["contentResource"] = {"hash": change.hash, **change.resource}
    return shown


def entry_shown(mission: Mission, entry: Entry) -> dict[str, Any]:
    """A note of the log."""
    at = written(entry.made_at)
    return {
        "id": entry.id,
        "content": entry.content,
        "creatorUid": entry.creator,
        "missionNames": [mission.name],
        "servertime": at,
        "created": at,
        "dtg": entry.dtg or at,
        "contentHashes": list(entry.hashes),
        "keywords": list(entry.keywords),
    }


def mission_shown(mission: Mission) -> dict[str, Any]:
    """A mission without what it holds."""
    told = mission.told
    return {
        "name": mission.name,
        "guid": mission.guid,
        "description": told.description,
        "chatRoom": told.chat_room,
        "baseLayer": told.base_layer,
        "bbox": told.bbox,
        "path": told.path,
        "classification": told.classification,
        "tool": told.tool,
        "keywords": list(told.keywords),
        "creatorUid": told.creator,
        "createTime": written(mission.made_at),
        "groups": list(told.groups),
        "defaultRole": role_shown(told.default_role),
        "externalData": [],
        "feeds": [],
        "mapLayers": [],
        "inviteOnly": False,
        "expiration": told.expiration,
        "passwordProtected": False,
        "uids": [],
        "contents": [],
    }


def point_shown(point: Point) -> dict[str, Any]:
    """A uid that a mission holds."""
    at = written(point.made_at)
    return {"data": point.uid, "timestamp": at, "creatorUid": point.creator, "details": point.details}
