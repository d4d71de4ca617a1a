"""What those who follow a mission are told on the relay (`t-x-m-…`). Pure: XML root elements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from garance.connectors.tak.relay.control import written
from garance.connectors.tak.xml_tree import Element, element, write_tree
from garance.kernel.identity import new_id
from garance.server.tak.missions.words import PERMISSIONS, DatedChange, Mission, Role

CREATION, DELETION, CHANGE, LOG, ROLE = "t-x-m-n", "t-x-m-d", "t-x-m-c", "t-x-m-c-l", "t-x-m-r"
LASTS = timedelta(minutes=2)
_RESOURCE = ("creatorUid", "expiration", "hash", "mimeType", "name", "size", "submissionTime", "submitter", "uid")


def creation(mission: Mission, now: datetime) -> bytes:
    """There is a new mission."""
    return _notice(CREATION, now, _mission("CREATE", mission, mission.told.creator))


def deletion(mission: Mission, author: str, now: datetime) -> bytes:
    """There is no such mission any more."""
    return _notice(DELETION, now, _mission("DELETE", mission, author))


def change(mission: Mission, changes: Sequence[DatedChange], now: datetime) -> bytes:
    """This changed in a mission."""
    author = changes[0].change.creator if changes else ""
    listed = element("MissionChanges", None, *(_change(mission, one) for one in changes))
    return _notice(CHANGE, now, _mission("CHANGE", mission, author, listed))


def log(mission: Mission, author: str, now: datetime) -> bytes:
    """The log of a mission changed."""
    return _notice(LOG, now, _mission("CHANGE", mission, author))


def role(mission: Mission, author: str, given: Role | None, now: datetime) -> bytes:
    """Your role in a mission changed; None: you are out."""
    inside = []
    if given is not None:
        allowed = (element("permission", {"type": one}) for one in PERMISSIONS[given])
        inside.append(element("role", {"type": given}, element("permissions", None, *allowed)))
    return _notice(ROLE, now, _mission("INVITE", mission, author, *inside))


def _change(mission: Mission, dated: DatedChange) -> Element:
    told, inside = dated.change, list[Element]()
    if told.hash:
        known = {"hash": told.hash, **told.resource}
        said = (element(name, None, str(known[name])) for name in _RESOURCE if known.get(name) not in (None, ""))
        inside.append(element("contentResource", None, *said))
    if told.uid:
        inside.append(element("contentUid", None, told.uid))
    inside.append(element("creatorUid", None, told.creator))
    if told.details:
        place = told.details.get("location", {})
        where = element("location", {name: str(place[name]) for name in ("lat", "lon") if name in place})
        words = {name: str(value) for name, value in told.details.items() if name != "location"}
        inside.append(element("details", words, where))
    inside += [
        element("isFederatedChange", None, "false"),
        element("missionName", None, mission.name),
        element("timestamp", None, written(dated.at)),
        element("type", None, told.kind),
    ]
    return element("MissionChange", None, *inside)


def _mission(kind: str, mission: Mission, author: str, *inside: Element) -> Element:
    said = {"type": kind, "tool": mission.told.tool, "name": mission.name, "guid": mission.guid, "authorUid": author}
    return element("mission", said, *inside)


def _notice(kind: str, now: datetime, what: Element) -> bytes:
    at, stale = written(now), written(now + LASTS)
    said = {
        "version": "2.0",
        "uid": new_id(),
        "type": kind,
        "how": "h-g-i-g-o",
        "time": at,
        "start": at,
        "stale": stale,
    }
    nowhere = element("point", {"lat": "0", "lon": "0", "hae": "0", "ce": "9999999", "le": "9999999"})
    return write_tree(element("event", said, nowhere, element("detail", None, what))).encode("utf-8")
