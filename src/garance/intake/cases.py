"""What a case kept by another body means here: an incident, its means, its missions, its counts (sens d'une affaire).

Only what the source says anew is said: what people corrected since stands until the source changes its mind, member by
member. What comes late, after the source itself has said more, only fills what was still unsaid. A case that its
sender closes is over; one that speaks again, whole, goes on. Counts stand beside those of others, under their source.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from garance.domain.incidents.facts import Evolution
from garance.domain.population.facts import TollCategory
from garance.domain.resources.facts import ResourceStatus
from garance.domain.state import State
from garance.domain.taskings.facts import MissionState
from garance.domain.taskings.rules import EXPLAINED, NEXT
from garance.domain.versions import Version, Versions
from garance.intake.units import CallSigns, unit_of
from garance.intake.wanted import Feed, Wanted, one_line, own, plain, point, source_words, wanted
from garance.ports.observation import Engaged, Reported, Tasked, Withdrawn

UNKNOWN_NATURE = "other"
NOTE_LENGTH = 2_000
SEVERITIES = {str(number): number for number in range(1, 6)}
FREE = frozenset({ResourceStatus.AVAILABLE, ResourceStatus.RELEASED, ResourceStatus.OUT_OF_SERVICE})
"""In these states a means is given to nothing."""
Said = Versions[dict[str, Any]]


class Case(msgspec.Struct, frozen=True):
    """A case as it is heard: in which state of things, by which feed, about when, and which incident it is here."""

    state: State
    feed: Feed
    seen: Reported
    at: datetime
    incident: str
    signs: CallSigns

    @property
    def source(self) -> str:
        """Who says it, in words."""
        return one_line(self.seen.sender) or self.feed.title

    def told(self, kind: str, identifier: str, aspect: str) -> Said | None:
        """What was said of that aspect of that thing."""
        return told_of(self.state, self.feed, kind, identifier, aspect)

    def late(self, said: Versions[Any] | None) -> bool:
        """Whether the source has already said that aspect of a later moment."""
        last = own(self.feed, said)
        return last is not None and self.at < last.occurred_at


def told_of(state: State, feed: Feed, kind: str, identifier: str, aspect: str) -> Said | None:
    """What was said of that aspect of that thing of the situation of a feed."""
    thing = state.things.of(feed.situation, kind, identifier)
    return thing.said.get(aspect) if thing is not None else None


def reported(state: State, feed: Feed, seen: Reported, at: datetime, signs: CallSigns) -> Iterator[Wanted]:
    """All that the case wants said, in the order in which it must be."""
    case = Case(state, feed, seen, at, feed.named("incident", seen.uid), signs)
    yield from _described(case)
    yield from _referenced(case, "incident", case.incident, seen.uid)
    yield from _evolved(case)
    units = {one.uid: unit_of(signs, one.uid, _called(one)) for one in seen.resources}
    here = {uid: found or feed.named("unit", uid) for uid, found in units.items()}
    for one in seen.resources:
        yield from _engaged(case, one, here[one.uid], known=units[one.uid] is not None)
    for mission in seen.missions:
        yield from _tasked(case, mission, here)
    given = {uid: feed.named("mission", one.uid) for one in seen.missions for uid in one.resources}
    for one in seen.resources:
        yield from _assigned(case, one, here[one.uid], given.get(one.uid))
    yield from _counted(case)


def withdrawn_case(state: State, feed: Feed, seen: Withdrawn, at: datetime) -> Iterator[Wanted]:
    """A case that its sender takes back is over; its means and missions stay as they were last said."""
    incident = feed.named("incident", seen.uid)
    if state.things.of(feed.situation, "incident", incident) is None:
        return
    last = own(feed, told_of(state, feed, "incident", incident, "evolution"))
    if last is None or last.value["evolution"] != Evolution.OVER:
        body = {"incident": incident, "evolution": Evolution.OVER, "note": f"Affaire retirée par {feed.title}"}
        yield wanted("incidents.evolve", body, at)


# -- the incident ------------------------------------------------------------------------------------------------


def _described(case: Case) -> Iterator[Wanted]:
    known = case.told("incident", case.incident, "description")
    words = source_words(case.feed, known)
    if words.get("title") == one_line(case.seen.uid):  # only named so far, by an update that came first
        words = {name: one for name, one in words.items() if name not in ("title", "nature")}
    told = _description(case.seen, first=known is None)
    if case.late(known):
        told = {name: one for name, one in told.items() if name not in words}
    body = _restated(known, words, told)
    if body is not None:
        yield wanted("incidents.describe", {**body, "incident": case.incident}, _when(case, known))


def _when(case: Case, known: Said | None) -> datetime:
    """When a statement that repeats what stands holds: no earlier than that."""
    stands = known.current() if known is not None else None
    return max(case.at, stands.occurred_at) if stands is not None else case.at


def _description(seen: Reported, *, first: bool) -> dict[str, Any]:
    """What the case says of itself, member by member; what it does not say is left out, not taken back."""
    told = {
        "nature": seen.nature,
        "title": one_line(seen.title) or one_line(seen.uid),
        "severity": SEVERITIES.get(seen.severity or ""),
        "geometry": point(seen.position) if seen.position is not None else None,
        "place": one_line(seen.address) if seen.address else None,
        "note": _note(seen.text),
    }
    if seen.partial and not first:
        told["title"] = None
    said = {name: one for name, one in told.items() if one}
    return {"nature": UNKNOWN_NATURE, **said} if first else said


def _referenced(case: Case, kind: str, identifier: str, uid: str) -> Iterator[Wanted]:
    """How the source calls it, which what is sent back must repeat."""
    if case.told(kind, identifier, f"reference|{case.feed.title}") is None:
        body = {kind: identifier, "reference": uid, "by": case.feed.title}
        yield Wanted(command=f"{kind}s.refer", body=body, key=f"reference {kind} {identifier} {uid}", at=case.at)


def _note(text: str) -> str:
    lines = [one_line(line, NOTE_LENGTH) for line in text.splitlines()]
    note = "\n".join(line for line in lines if line)
    return note if len(note) <= NOTE_LENGTH else note[: NOTE_LENGTH - 1] + "…"


def _restated(known: Said | None, words: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any] | None:
    """The statement, whole, once what the source says anew replaced what stood; None when nothing changes."""
    latest = known.current() if known is not None else None
    stands: dict[str, Any] = plain(latest.value) if latest is not None else {}
    anew = {name: one for name, one in plain(told).items() if name not in words or words[name] != one}
    body = stands | anew
    return body if body != stands else None


def _evolved(case: Case) -> Iterator[Wanted]:
    known = case.told("incident", case.incident, "evolution")
    if case.late(known):
        return
    before = _last(own(case.feed, known), "evolution")
    turn, why = case.seen.evolution, None
    if case.seen.closed:
        turn, why = Evolution.OVER, f"Affaire close par {case.source}"
    elif before == Evolution.OVER and not case.seen.partial:
        turn, why = turn or Evolution.CONFIRMED, f"Affaire rouverte par {case.source}"
    if turn is not None and turn != before:
        body = {"incident": case.incident, "evolution": turn, **({"note": why} if why else {})}
        yield wanted("incidents.evolve", body, case.at)


def _last(version: Version[dict[str, Any]] | None, member: str) -> Any:
    return version.value.get(member) if version is not None else None


# -- its means ---------------------------------------------------------------------------------------------------


def _called(one: Engaged) -> str:
    return one_line(one.name) or one_line(one.uid)


def _status(one: Engaged) -> ResourceStatus:
    return ResourceStatus(one.state) if one.state in set(ResourceStatus) else ResourceStatus.ENGAGED


def _engaged(case: Case, one: Engaged, unit: str, *, known: bool) -> Iterator[Wanted]:
    """A means of the case: made known with what it is, or recognized; then its state, and its place unless it moves
    by itself."""
    if not known:
        body: dict[str, Any] = {"resource": unit, "name": _called(one), "kind": one.kind}
        if one.position is not None:
            body["geometry"] = point(one.position)
        yield Wanted(command="resources.declare", body=body, key=f"unit {one.uid}")
        owner = one_line(one.owner or "", 120)
        if owner:
            detail = {"resource": unit, "owner": owner, "call_sign": one_line(_called(one), 60)}
            yield Wanted(command="resources.detail", body=detail, key=f"detail {one.uid}")
    yield from _referenced(case, "resource", unit, one.uid)
    resource = case.state.resources.of(case.feed.situation, unit)
    status = resource.status if resource is not None else None
    last = own(case.feed, status)
    if not case.late(status) and (last is None or last.value is not _status(one)):
        yield wanted("resources.set-state", {"resource": unit, "state": _status(one)}, case.at)
    if known and one.position is not None and unit not in case.signs.moved:
        yield from _placed(case, unit, point(one.position))


def _placed(case: Case, unit: str, place: dict[str, Any]) -> Iterator[Wanted]:
    resource = case.state.resources.of(case.feed.situation, unit)
    places = resource.place if resource is not None else None
    last = own(case.feed, places)
    if not case.late(places) and (last is None or plain(last.value) != plain(place)):
        yield wanted("resources.move", {"resource": unit, "geometry": place}, case.at)


def _assigned(case: Case, one: Engaged, unit: str, mission: str | None) -> Iterator[Wanted]:
    """To what it is given: the incident, and the mission that names it. What people gave elsewhere stays there."""
    known = case.told("resource", unit, "assignment")
    if case.late(known):
        return
    last, stands = own(case.feed, known), known.current() if known is not None else None
    said = dict(last.value) if last is not None else {}
    target = {"incident": case.incident}
    if mission is None and said.get("incident") == case.incident:
        mission = said.get("mission")  # this message says nothing of missions
    if mission is not None:
        target["mission"] = mission
    if _status(one) in FREE:
        if said:
            yield wanted("resources.assign", {"resource": unit}, case.at)
        return
    held = stands.value.get("mission") if stands is not None else None
    if said == target or (held and last is not stands):
        return
    if held and held != mission:
        yield wanted("resources.assign", {"resource": unit}, case.at)
    yield wanted("resources.assign", {"resource": unit, **target}, case.at)


# -- its missions, its counts ------------------------------------------------------------------------------------


def _tasked(case: Case, one: Tasked, units: Mapping[str, str]) -> Iterator[Wanted]:
    mission = case.feed.named("mission", one.uid)
    known = case.told("mission", mission, "description")
    links = [case.incident, *(units[uid] for uid in one.resources if uid in units)]
    owner = one_line(one.details.get("owner", ""), 120) or case.source[:120]
    told = {"title": one_line(one.title) or one_line(one.uid), "owner": {"name": owner}, "links": links[:24]}
    body = _restated(known, source_words(case.feed, known), told) if not case.late(known) else None
    if body is not None:
        yield wanted("taskings.describe-mission", {**body, "mission": mission}, _when(case, known))
    yield from _moved_on(case, one, mission)


def _moved_on(case: Case, one: Tasked, mission: str) -> Iterator[Wanted]:
    """The steps from where the mission stands to where the source says it is."""
    known = case.told("mission", mission, "state")
    target = MissionState(one.state) if one.state in set(MissionState) else MissionState.REQUESTED
    if case.late(known) or _last(own(case.feed, known), "state") == target:
        return
    stands = known.current() if known is not None else None
    start = MissionState(stands.value["state"]) if stands is not None else MissionState.REQUESTED
    for step in steps(start, target):
        why = {"note": f"Selon {case.source}"} if step in EXPLAINED else {}
        yield wanted("taskings.set-mission-state", {"mission": mission, "state": step, **why}, case.at)


def steps(start: MissionState, target: MissionState) -> list[MissionState]:
    """The fewest steps from one state of a mission to another, without saying on the way that it was given up; none
    when there is no such way: what people saw further on stands."""
    ways: deque[list[MissionState]] = deque([[start]])
    reached = {start}
    while ways:
        way = ways.popleft()
        if way[-1] is target:
            return way[1:]
        if way[-1] in EXPLAINED and way[-1] is not start:
            continue
        for following in sorted(NEXT[way[-1]] - reached):
            reached.add(following)
            ways.append([*way, following])
    return []


def _counted(case: Case) -> Iterator[Wanted]:
    """Each count, under its source: it replaces what that source said before, and nothing of what others say."""
    for one in case.seen.counts:
        if one.category not in set(TollCategory):
            continue
        said = {"category": one.category, "low": one.count, "high": one.count, "source": case.source}
        known = case.told("toll", case.incident, f"stated|{one.category}|{case.source}")
        last = own(case.feed, known)
        if not case.late(known) and (last is None or last.value.get("low") != one.count):
            yield wanted("population.state-toll", {"about": case.incident, **said}, case.at)
