"""What an observation means in a situation: commands that say it in the words of the domain, and samples (sens).

Nothing here records anything: the server carries the commands out, through the very rules that people's own go through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from garance.domain.drawings.state import Shape
from garance.domain.feeds.dispatches import named
from garance.domain.feeds.facts import Bringing
from garance.domain.observations.facts import SeriesKind
from garance.domain.state import State
from garance.domain.told import first_of
from garance.domain.versions import Versions
from garance.intake.arrival import Arrived
from garance.intake.cases import NOTE_LENGTH, reported, withdrawn_case
from garance.intake.units import CallSigns, unit_called
from garance.intake.wanted import NAME_LENGTH, Feed, Meant, Row, Wanted, own, point, wanted
from garance.kernel.clock import to_milliseconds
from garance.kernel.digest import digest
from garance.kernel.place import Position
from garance.ports.observation import (
    Alarm,
    Alarmed,
    Answered,
    Drawn,
    Located,
    Measured,
    Observation,
    Reported,
    Said,
    Withdrawn,
)

V = TypeVar("V")
ANY_MOBILE = {Bringing.UNITS: "vehicle", Bringing.TRAFFIC: "mobile"}
"""What something is when its source does not say."""
CALLED = {
    Alarm.EMERGENCY: "Appel à l'aide",
    Alarm.IN_CONTACT: "Au contact",
    Alarm.GEOFENCE: "Limite franchie",
    Alarm.OTHER: "Alarme",
}


def meaning(state: State, feed: Feed, arrived: Arrived, at: datetime, signs: CallSigns | None = None) -> Meant:
    """What that observation means there; `at` is its moment in the situation's own time.

    `signs` are the call signs of that very state, for whoever asks of many observations at once.
    """
    signs = signs or CallSigns(state, feed)
    match arrived.observation:
        case Located() as seen:
            return _located(state, feed, seen, at, signs)
        case Measured() as seen:
            return _measured(state, feed, seen, at)
        case Drawn() as seen:
            return Meant(list(_drawn(state, feed, seen, at)), [])
        case Said() as seen:
            return Meant([_said(feed, seen, at)], [])
        case Answered() as seen:
            return Meant(list(_answered(state, feed, seen, at)), [])
        case Alarmed() as seen:
            return Meant([_alarmed(feed, seen, at)], [])
        case Withdrawn() as seen:
            return Meant([*_withdrawn(state, feed, seen, at), *withdrawn_case(state, feed, seen, at)], [])
        case Reported() as seen:
            return Meant(list(reported(state, feed, seen, at, signs)), [])


def rounds(kept: Sequence[Arrived]) -> Iterator[Sequence[Arrived]]:
    """The same, in order, cut so that in each part nothing is said twice of one thing: what an observation means
    depends on what the one before it had said."""
    part: list[Arrived] = []
    touched: set[str] = set()
    for one in kept:
        things = _touched(one.observation)
        if things & touched:
            yield part
            part, touched = [], set()
        part.append(one)
        touched |= things
    if part:
        yield part


def _touched(seen: Observation) -> set[str]:
    """What later observations of these things must know of."""
    match seen:
        case Reported(resources=resources):
            return {seen.uid, *(one.uid for one in resources)}
        case Drawn() | Withdrawn():
            return {seen.uid}
    return set()


# -- what moves, what is measured --------------------------------------------------------------------------------


def _located(state: State, feed: Feed, seen: Located, at: datetime, signs: CallSigns) -> Meant:
    series = feed.named("series", seen.uid)
    place = (seen.position.lon_deg, seen.position.lat_deg)
    row: Row = [to_milliseconds(at), *place, seen.altitude_m, seen.speed_mps, seen.course_deg]
    first: list[Wanted] = []
    if state.observations.of(feed.situation, series) is None:
        first = list(_declared(feed, seen, series, signs))
    return Meant(first, [(series, row)])


def _declared(feed: Feed, seen: Located, series: str, signs: CallSigns) -> Iterator[Wanted]:
    """Someone who moves, heard for the first time: a means already known by that call sign, a new one, or a passer."""
    name = (seen.name or seen.uid)[:NAME_LENGTH]
    unit = unit_called(signs, name) if feed.brings is Bringing.UNITS else None
    if unit is None and feed.brings is Bringing.UNITS:
        unit = feed.named("unit", seen.uid)
        kind = seen.kind or ANY_MOBILE[feed.brings]
        yield Wanted(
            command="resources.declare", body={"resource": unit, "name": name, "kind": kind}, key=f"unit {seen.uid}"
        )
    body = {"series": series, "name": name, "kind": SeriesKind.POSITION, "unit": "deg", "provenance": feed.provenance}
    if unit is not None:
        body["resource"] = unit
    else:
        body["mobile"] = seen.kind or ANY_MOBILE[feed.brings]
    yield Wanted(command="observations.declare-series", body=body, key=f"series {seen.uid}")


def _measured(state: State, feed: Feed, seen: Measured, at: datetime) -> Meant:
    series = feed.named(f"series {seen.kind}", seen.uid)
    first: list[Wanted] = []
    if state.observations.of(feed.situation, series) is None:
        name = (seen.name or seen.uid)[:NAME_LENGTH]
        body: dict[str, Any] = {"series": series, "name": name, "kind": seen.kind, "unit": seen.unit}
        body["provenance"] = feed.provenance
        if seen.position is not None:
            body["geometry"] = point(seen.position)
        first = [Wanted(command="observations.declare-series", body=body, key=f"series {seen.kind} {seen.uid}")]
    return Meant(first, [(series, [to_milliseconds(at), seen.value])])


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
    version = own(feed, said)
    return version.value if version is not None else None


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


def _answered(state: State, feed: Feed, seen: Answered, at: datetime) -> Iterator[Wanted]:
    """What became of something sent: said of it, under its own label; in words when nothing here bears its name."""
    found = named(state, seen.reference)
    if found is None:
        words = Said(uid=seen.uid, at=seen.at, text=seen.text, sender=seen.sender, thread=seen.reference)
        yield _said(feed, words, at)
        return
    situation, dispatch, to = found
    thing = state.things.of(situation, "dispatch", dispatch)
    first = first_of(thing) if thing is not None else None
    if situation == feed.situation and first is not None:
        body = {"dispatch": dispatch, "to": to, "answer": seen.answer, "text": seen.text[:NOTE_LENGTH]}
        yield msgspec.structs.replace(wanted("feeds.note-answer", body, at), label=first.label)


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
        body["geometry"] = point(position)
    key = digest(msgspec.json.encode([seen.uid, at, body]))
    return Wanted(command="logbook.write", body=body, key=f"line {key}", at=at)


__all__ = ["Feed", "Meant", "Row", "Wanted", "meaning", "rounds"]
