"""Lines of the boards in words, as a situation report says them (rédaction des tableaux)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from garance.domain.parties import Party
from garance.exports.naming import Names, party
from garance.exports.words import Voice
from garance.views.proposed import LineProposed

Details = Mapping[str, Any]


def told_in_words(line: LineProposed, voice: Voice, names: Names) -> str:
    """What that line of the board says; its bare text when a later version made it."""
    saying = _SAYINGS.get(line.tells or "")
    text = " ".join(line.text.split())
    return text if saying is None else saying(text, line.details, voice, names)


def between(low: float, high: float | None, voice: Voice) -> str:
    """A number, or between which two it is."""
    if high is None or high == low:
        return voice.number(low)
    return voice.say("between", low=voice.number(low), high=voice.number(high))


def people_between(details: Details, least: str, most: str, voice: Voice) -> str:
    """The same when either end may be unknown; nothing when both are."""
    low, high = details.get(least), details.get(most)
    if low is None and high is None:
        return ""
    return between(low if low is not None else 0, high if high is not None else low, voice)


def hour(said: str | None, voice: Voice) -> str:
    """Day and hour of an instant of the board; nothing without one."""
    return "" if said is None else voice.short(msgspec.convert(said, datetime))


def post(said: Any, names: Names, voice: Voice) -> str:
    """A post of the board in words."""
    return party(msgspec.convert(said, Party), names, voice) if said else ""


def _objectives(text: str, details: Details, voice: Voice, _: Names) -> str:
    wanted = " ; ".join(details["objectives"])
    return voice.say("told.objectives-of" if text else "told.objectives", about=text, words=wanted)


def _incident(text: str, details: Details, voice: Voice, _: Names) -> str:
    gravity = voice.say("told.gravity", n=details["severity"]) if "severity" in details else ""
    evolution = voice.of("evolution", details.get("evolution")).lower()
    place = details.get("place") or ""
    parts = ("" if place.casefold() in text.casefold() else place, gravity, evolution, details.get("note"))
    return ", ".join([text, *(part for part in parts if part)])


def _turn(text: str, details: Details, voice: Voice, _: Names) -> str:
    said = voice.say("told.turn", name=text, state=voice.of("evolution", details["evolution"]).lower())
    return f"{said} ({details['note']})" if details.get("note") else said


def _total(text: str, details: Details, voice: Voice, _: Names) -> str:
    said = voice.say("told.total", name=voice.of("toll", text), count=between(details["low"], details["high"], voice))
    return said if details["firm"] else f"{said} ({voice.say('told.not-settled')})"


def _zone(text: str, details: Details, voice: Voice, _: Names) -> str:
    measure, state = voice.of("measure", details["measure"]).lower(), voice.of("zone-state", details["state"]).lower()
    count = people_between(details, "people_low", "people_high", voice)
    people = voice.say("told.people", count=count) if count else ""
    return ", ".join(part for part in (voice.say("told.zone", name=text, measure=measure), state, people) if part)


def _centre(text: str, details: Details, voice: Voice, _: Names) -> str:
    state = voice.of("centre-state", details["state"]).lower()
    if details.get("present") is None:
        return voice.say("told.centre-empty", name=text, state=state, capacity=voice.number(details["capacity"]))
    present, capacity = voice.number(details["present"]), voice.number(details["capacity"])
    return voice.say("told.centre", name=text, state=state, present=present, capacity=capacity)


def _shortage(text: str, details: Details, voice: Voice, _: Names) -> str:
    missing = voice.number(details["missing"])
    kind, at = voice.of("resource-kind", text), hour(details["at"], voice)
    return voice.say("told.shortage", kind=kind, at=at, missing=missing)


def _mission(text: str, details: Details, voice: Voice, names: Names) -> str:
    return f"{text} ({_mission_parts(details, voice, names)})"


def _mission_late(text: str, details: Details, voice: Voice, names: Names) -> str:
    return voice.say("told.mission-late", name=text, parts=_mission_parts(details, voice, names))


def _mission_ended(text: str, details: Details, voice: Voice, names: Names) -> str:
    said = f"{text} ({_mission_parts({**details, 'deadline': None}, voice, names)})"
    return f"{said} : {details['note']}" if details.get("note") else said


def _mission_parts(details: Details, voice: Voice, names: Names) -> str:
    deadline = hour(details.get("deadline"), voice)
    due = voice.say("told.due", at=deadline) if deadline else ""
    parts = (voice.of("mission-state", details["state"]).lower(), post(details.get("owner"), names, voice), due)
    return ", ".join(part for part in parts if part)


def _outage(text: str, details: Details, voice: Voice, _: Names) -> str:
    count = people_between(details, "customers_low", "customers_high", voice)
    lost, back = voice.of("network-lost", details["network"]), hour(details.get("back_at"), voice)
    parts = [
        f"{text} {lost} ({voice.of('outage-state', details['state']).lower()})",
        voice.say("told.customers", count=count) if count else "",
        voice.say("told.back", at=back) if back else "",
    ]
    return ", ".join(part for part in parts if part)


def _disagreement(text: str, details: Details, voice: Voice, _: Names) -> str:
    counts = " ; ".join(f"{one['source']} {between(one['low'], one['high'], voice)}" for one in details["counts"])
    name = ", ".join(part for part in (voice.of("toll", text), details["about"]) if part)
    return voice.say("told.disagreement", name=name, counts=counts)


def _conflicts(_: str, details: Details, voice: Voice, __: Names) -> str:
    return voice.say("told.conflicts", count=voice.number(details["count"]))


def _unanswered(text: str, details: Details, voice: Voice, names: Names) -> str:
    return voice.say("told.unanswered", name=text, who=", ".join(post(one, names, voice) for one in details["of"]))


def _demand(text: str, details: Details, voice: Voice, names: Names) -> str:
    granted, expected = details.get("granted"), hour(details.get("expected_at"), voice)
    to = post(details["to"], names, voice)
    parts = [
        voice.say("told.demand", count=voice.number(details["quantity"]), name=text, to=to),
        voice.of("demand-state", details["state"]).lower(),
        voice.say("told.granted", count=voice.number(granted)) if granted is not None else "",
        voice.say("told.expected", at=expected) if expected else "",
    ]
    return ", ".join(part for part in parts if part)


_SAYINGS: dict[str, Callable[[str, Details, Voice, Names], str]] = {
    "objectives": _objectives, "incident": _incident, "turn": _turn, "total": _total, "zone": _zone, "centre": _centre,
    "shortage": _shortage, "mission": _mission, "mission-late": _mission_late, "mission-ended": _mission_ended,
    "outage": _outage, "disagreement": _disagreement, "conflicts": _conflicts, "unanswered": _unanswered,
    "demand": _demand,
}  # fmt: skip
