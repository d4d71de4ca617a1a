"""What an observation means in a situation: commands that say it in the words of the domain, and samples (sens).

Nothing here records anything: the server carries the commands out, through the very rules that people's own go through.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from garance.domain.drawings.state import Shape
from garance.domain.feeds.facts import Bringing
from garance.domain.following import narrower
from garance.domain.observations.facts import SeriesKind
from garance.domain.state import State
from garance.domain.versions import Version, Versions
from garance.intake.arrival import Arrived
from garance.kernel.clock import Stamp, from_milliseconds, to_milliseconds
from garance.kernel.digest import digest
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label
from garance.kernel.place import Position
from garance.ports.observation import Alarm, Alarmed, Drawn, Located, Measured, Observation, Said, Withdrawn

NAME_LENGTH = 200
ANY_MOBILE = {Bringing.UNITS: "vehicle", Bringing.TRAFFIC: "mobile"}
"""What something is when its source does not say."""
CALLED = {
    Alarm.EMERGENCY: "Appel à l'aide",
    Alarm.IN_CONTACT: "Au contact",
    Alarm.GEOFENCE: "Limite franchie",
    Alarm.OTHER: "Alarme",
}
EPOCH = from_milliseconds(0)
Row = list[int | float | None]
V = TypeVar("V")


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that comes into a situation: on whose behalf it speaks there, and under which label."""

    id: str
    situation: str
    connection: str
    title: str
    brings: Bringing
    author: Author
    label: Label

    def named(self, what: str, uid: str) -> str:
        """The identifier, here, of what its source calls so."""
        return derived_id(f"feed {self.id} {what}", uid)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A command to carry out for a feed. `key` names the intention: the same again changes nothing."""

    command: str
    body: dict[str, Any]
    key: str
    at: datetime | None = None


class Meant(msgspec.Struct, frozen=True):
    """What to say first, and the sample that follows."""

    wanted: list[Wanted]
    samples: list[tuple[str, Row]]


def meaning(state: State, feed: Feed, arrived: Arrived, at: datetime) -> Meant:
    """What that observation means there; `at` is its moment in the situation's own time."""
    match arrived.observation:
        case Located() as seen:
            return _located(state, feed, seen, at)
        case Measured() as seen:
            return _measured(state, feed, seen, at)
        case Drawn() as seen:
            return Meant(list(_drawn(state, feed, seen, at)), [])
        case Said() as seen:
            return Meant([_said(feed, seen, at)], [])
        case Alarmed() as seen:
            return Meant([_alarmed(feed, seen, at)], [])
        case Withdrawn() as seen:
            return Meant(list(_withdrawn(state, feed, seen, at)), [])
    return Meant([], [])


# -- what moves, what is measured --------------------------------------------------------------------------------


def _located(state: State, feed: Feed, seen: Located, at: datetime) -> Meant:
    series = feed.named("series", seen.uid)
    place = (seen.position.lon_deg, seen.position.lat_deg)
    row: Row = [to_milliseconds(at), *place, seen.altitude_m, seen.speed_mps, seen.course_deg]
    wanted: list[Wanted] = []
    if state.observations.of(feed.situation, series) is None:
        wanted = list(_declared(state, feed, seen, series))
    return Meant(wanted, [(series, row)])


def _declared(state: State, feed: Feed, seen: Located, series: str) -> Iterator[Wanted]:
    """Someone who moves, heard for the first time: a means already known by that call sign, a new one, or a passer."""
    name = (seen.name or seen.uid)[:NAME_LENGTH]
    unit = unit_called(state, feed, name) if feed.brings is Bringing.UNITS else None
    if unit is None and feed.brings is Bringing.UNITS:
        unit = feed.named("unit", seen.uid)
        kind = seen.kind or ANY_MOBILE[feed.brings]
        yield Wanted(
            command="resources.declare", body={"resource": unit, "name": name, "kind": kind}, key=f"unit {seen.uid}"
        )
    body = {"series": series, "name": name, "kind": SeriesKind.POSITION, "unit": "deg", "provenance": _provenance(feed)}
    if unit is not None:
        body["resource"] = unit
    yield Wanted(command="observations.declare-series", body=body, key=f"series {seen.uid}")


def unit_called(state: State, feed: Feed, name: str) -> str | None:
    """The means of the situation with that name or call sign, that everyone who hears the feed may see, and that
    nothing follows yet; of several, none: a person must say which.
    """
    found = [
        identifier
        for identifier, resource in state.resources.known.get(feed.situation, {}).items()
        if (first := resource.declared.first()) is not None
        and _called(state, feed, identifier, first.value.name, name)
        and not narrower(first, _as_version(feed))
    ]
    if not found:  # the usual case: who follows whom is looked for only when it matters, and takes its time
        return None
    followed = {
        version.value.resource
        for series in state.observations.known.get(feed.situation, {}).values()
        for version in series.declared.history()
    }
    free = [identifier for identifier in found if identifier not in followed]
    return free[0] if len(free) == 1 else None


def _called(state: State, feed: Feed, identifier: str, name: str, wanted: str) -> bool:
    thing = state.things.of(feed.situation, "resource", identifier)
    details = thing.said.get("details") if thing is not None else None
    current = details.current() if details is not None else None
    sign = current.value.get("call_sign") if current is not None else None
    return _plain(wanted) in {_plain(name), _plain(str(sign or ""))} - {""}


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _as_version(feed: Feed) -> Version[None]:
    """What the feed says, as far as who may see it goes."""
    return Version("", Stamp(0, 0, ""), EPOCH, None, author=feed.author, label=feed.label)


def _measured(state: State, feed: Feed, seen: Measured, at: datetime) -> Meant:
    series = feed.named("series", seen.uid)
    wanted: list[Wanted] = []
    if state.observations.of(feed.situation, series) is None:
        name = (seen.name or seen.uid)[:NAME_LENGTH]
        body: dict[str, Any] = {"series": series, "name": name, "kind": seen.kind, "unit": seen.unit}
        body["provenance"] = _provenance(feed)
        if seen.position is not None:
            body["geometry"] = _point(seen.position)
        wanted = [Wanted(command="observations.declare-series", body=body, key=f"series {seen.uid}")]
    return Meant(wanted, [(series, [to_milliseconds(at), seen.value])])


def _provenance(feed: Feed) -> str:
    return f"{feed.title} ({feed.connection})"


def _point(position: Position) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [position.lon_deg, position.lat_deg]}


# -- what is drawn -----------------------------------------------------------------------------------------------


def _drawn(state: State, feed: Feed, seen: Drawn, at: datetime) -> Iterator[Wanted]:
    identifier = feed.named("shape", seen.uid)
    known = state.drawings.of(feed.situation, identifier)
    geometry = msgspec.to_builtins(seen.geometry)
    figure = msgspec.to_builtins(seen.figure) if seen.figure is not None else None
    told = {"kind": seen.kind, "name": (seen.name or seen.uid)[:NAME_LENGTH], "state": seen.state}
    outline = {"geometry": geometry, **({"figure": figure} if figure else {})}
    moment = f"{seen.uid} {at.isoformat()}"
    if known is None:
        body = {"shape": identifier, **told, **outline}
        yield Wanted(command="drawings.draw", body=body, key=f"draw {moment}", at=at)
        return
    if known.ended:
        return
    if _outline(feed, known) != outline:
        yield Wanted(command="drawings.reshape", body={"shape": identifier, **outline}, key=f"reshape {moment}", at=at)
    if _told(feed, known) != told:
        yield Wanted(command="drawings.describe", body={"shape": identifier, **told}, key=f"describe {moment}", at=at)


def _own(feed: Feed, said: Versions[V]) -> V | None:
    """What the feed itself said last: what people changed since stands until the source changes its mind."""
    own = (version for version in said.history() if version.author == feed.author)
    latest = max(own, key=lambda version: version.order, default=None)
    return latest.value if latest is not None else None


def _outline(feed: Feed, shape: Shape) -> dict[str, Any]:
    geometry, figure = _own(feed, shape.outline), _own(feed, shape.figure)
    members = {"geometry": geometry, **({"figure": figure} if figure is not None else {})}
    plain: dict[str, Any] = msgspec.to_builtins(members)
    return plain


def _told(feed: Feed, shape: Shape) -> dict[str, Any]:
    said = _own(feed, shape.description)
    return {"kind": said.kind, "name": said.name, "state": said.state} if said is not None else {}


def _withdrawn(state: State, feed: Feed, seen: Withdrawn, at: datetime) -> Iterator[Wanted]:
    identifier = feed.named("shape", seen.uid)
    known = state.drawings.of(feed.situation, identifier)
    if known is not None and not known.ended:
        body = {"shape": identifier, "reason": f"Retiré par {feed.title}"}
        yield Wanted(command="drawings.end", body=body, key=f"end {seen.uid} {at.isoformat()}", at=at)


# -- what is said ------------------------------------------------------------------------------------------------


def _said(feed: Feed, seen: Said, at: datetime) -> Wanted:
    body: dict[str, Any] = {"text": seen.text, "category": "information", "channel": "other", "sender": seen.sender}
    body["recipient"] = seen.thread or feed.title
    return _line(feed, seen, body, seen.position, at)


def _alarmed(feed: Feed, seen: Alarmed, at: datetime) -> Wanted:
    who = seen.name or seen.uid
    called = CALLED[seen.alarm] if seen.active else f"Fin d'alarme ({CALLED[seen.alarm].lower()})"
    text = f"{called} : {who}" + (f". {seen.text}" if seen.text else "")
    body: dict[str, Any] = {"text": text, "category": "report", "channel": "other", "sender": who[:NAME_LENGTH]}
    if seen.active:
        body["importance"] = "vital"
    return _line(feed, seen, body, seen.position, at)


def _line(feed: Feed, seen: Observation, body: dict[str, Any], position: Position | None, at: datetime) -> Wanted:
    if position is not None:
        body["geometry"] = _point(position)
    key = digest(msgspec.json.encode([seen.uid, at, body]))
    return Wanted(command="logbook.write", body=body, key=f"line {key}", at=at)
