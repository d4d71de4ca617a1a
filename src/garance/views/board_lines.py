"""What the boards have to say in a situation report: incidents, people, missions, means, what is wrong, what is asked.

Pure: from the things of the board and the picture, as one reader sees them at one moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from garance.domain.incidents.facts import Evolution, OutageState
from garance.domain.logbook.facts import Wanted
from garance.domain.population.facts import CentreState, ZoneState
from garance.domain.reports.facts import MAX_FACTS, Figure, Heading
from garance.domain.resources.facts import DemandState, ResourceStatus
from garance.domain.taskings.facts import MissionState
from garance.views.balance import Agreement, Balance, Tally, Total, balance
from garance.views.potential import Shortage, first_shortage, outlooks_of
from garance.views.proposed import LineProposed
from garance.views.shown import BoardShown, EntryShown, PictureShown, ThingShown

Steps = Mapping[str, tuple[tuple[datetime, ResourceStatus], ...]]
"""The states of each resource, in order of time."""

TO_COME = (MissionState.UNDER_WAY, MissionState.ACCEPTED, MissionState.REQUESTED)
"""Missions still to be done, from what is under way to what nobody took yet."""
STANDING = frozenset({ZoneState.ORDERED, ZoneState.UNDER_WAY, ZoneState.DONE, ZoneState.RETURN_ALLOWED})
TAKING_IN = frozenset({CentreState.OPENING, CentreState.OPEN, CentreState.FULL})
ANSWERED = frozenset({DemandState.REFUSED, DemandState.ARRIVED})
"""Demands that are told once: when they were answered since the last report."""
TURNS = frozenset({Evolution.WORSENING, Evolution.IMPROVING, Evolution.OVER})


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the picture and the logbook, at `at`: the board, and the states resources went through."""

    at: datetime
    board: BoardShown = BoardShown(things=(), conflicts=())
    steps: Steps = {}


class BoardLines:
    """The lines of the boards: `standing` by part, gravest first; `dated` by part, each with its hour."""

    def __init__(
        self, followed: Followed, picture: PictureShown, entries: Iterable[EntryShown], since: datetime | None
    ) -> None:
        self._followed, self._picture, self._since = followed, picture, since
        self._situation = picture.situation.id if picture.situation is not None else ""
        self._things = followed.board.things
        self._names = dict(named(picture, self._things))
        self.balance: Balance = balance(self._situation, self._things)
        self.standing: dict[Heading, list[LineProposed]] = {
            Heading.SITUATION: [*self._objectives(), *self._incidents()],
            Heading.PEOPLE: [*self._totals(), *self._zones(), *self._centres()],
            Heading.MEANS: [*self._shortage()],
            Heading.PLANNED: [*self._missions_to_come()],
            Heading.DIFFICULTIES: [
                *self._outages(), *self._missions_late(), *self._disagreements(), *self._conflicts(),
                *self._unanswered(entries),
            ],
            Heading.REQUESTS: [*self._demands()],
        }  # fmt: skip
        self.dated: dict[Heading, list[LineProposed]] = {
            Heading.EVOLUTION: [*self._turns()],
            Heading.DONE: [*self._missions_ended(MissionState.DONE)],
            Heading.DIFFICULTIES: [*self._missions_ended(MissionState.FAILED, MissionState.REFUSED)],
        }

    @property
    def next_point_at(self) -> datetime | None:
        """When the staff said that the next point is, if it is still to come."""
        for cycle in self._of("cycle"):
            at = _instant(cycle.told("cycle").get("next_at"))
            if cycle.id == self._situation and at is not None and at > self._followed.at:
                return at
        return None

    def figures(self) -> Iterable[Figure]:
        """The balance of people: a figure for each category that somebody counted, between how many."""
        for total in self.balance.totals:
            high = total.high if total.high != total.low else None
            yield Figure(total.category.value, total.low, high=high, facts=self._counted(total)[:MAX_FACTS])

    # -- situation ----------------------------------------------------------------------------------------------------

    def _objectives(self) -> Iterable[LineProposed]:
        found = [one for one in self._of("intent") if one.told("intent").get("objectives")]
        for one in sorted(found, key=lambda one: (one.id != self._situation, one.id)):
            about = "" if one.id == self._situation else self._names.get(one.id)
            if about is not None:
                yield self._line("objectives", about, one, {"objectives": one.told("intent")["objectives"]})

    def _incidents(self) -> Iterable[LineProposed]:
        running = [one for one in self._of("incident") if one.told("evolution").get("evolution") != Evolution.OVER]
        for one in sorted(running, key=lambda one: (-(one.told("description").get("severity") or 0), one.id)):
            told = one.told("description")
            kept = {name: told[name] for name in ("severity", "place") if told.get(name) is not None}
            yield self._line("incident", told["title"], one, {**kept, **one.told("evolution")})

    def _turns(self) -> Iterable[LineProposed]:
        for one in self._of("incident"):
            said = one.said.get("evolution")
            if said is not None and said.value["evolution"] in TURNS and self._is_since(said.occurred_at):
                title = one.told("description")["title"]
                yield self._line("turn", title, one, said.value, at=said.occurred_at, facts=(said.fact,))

    # -- people -------------------------------------------------------------------------------------------------------

    def _totals(self) -> Iterable[LineProposed]:
        for total in self.balance.totals:
            details = {"low": total.low, "high": total.high, "firm": total.firm}
            facts, at = self._counted(total), max(at for at, _ in self._counts(total))
            yield self._made("total", total.category.value, at, facts, details)

    def _counts(self, total: Total) -> list[tuple[datetime, str]]:
        mine = [one for one in self.balance.tallies if one.category is total.category]
        said = [count.statement for tally in mine for count in tally.counts]
        said += [tally.settlement for tally in mine if tally.settlement is not None]
        return [(one.occurred_at, one.fact) for one in said]

    def _counted(self, total: Total) -> tuple[str, ...]:
        return tuple(sorted(fact for _, fact in self._counts(total)))

    def _zones(self) -> Iterable[LineProposed]:
        for one in self._of("zone"):
            told, state = one.told("description"), one.told("state").get("state", ZoneState.PLANNED)
            if state in STANDING:
                names = ("people_low", "people_high")
                kept = {name: told[name] for name in names if told.get(name) is not None}
                yield self._line("zone", told["name"], one, {**kept, "measure": told["measure"], "state": state})

    def _centres(self) -> Iterable[LineProposed]:
        for one in self._of("centre"):
            told, state = one.told("description"), one.told("state").get("state", CentreState.PLANNED)
            if state in TAKING_IN:
                present = one.told("occupancy").get("present")
                details = {"state": state, "capacity": told["capacity"], "present": present}
                yield self._line("centre", told["name"], one, details)

    # -- means and missions -------------------------------------------------------------------------------------------

    def _shortage(self) -> Iterable[LineProposed]:
        at = self._followed.at
        found: Shortage | None = first_shortage(outlooks_of(self._picture, self._things, self._followed.steps, at))
        if found is None:
            return
        units = [one for one in self._picture.resources if one.kind == found.kind]
        facts = sorted({fact for one in units for fact in one.follows})
        details = {"at": found.at.isoformat(), "missing": found.missing}
        since = max((one.state_at or one.declared_at for one in units), default=at)
        yield self._made("shortage", found.kind, since, facts, details)

    def _missions_to_come(self) -> Iterable[LineProposed]:
        found = [one for one in self._of("mission") if _mission_state(one) in TO_COME]
        for one in sorted(found, key=lambda one: (TO_COME.index(_mission_state(one)), _deadline(one), one.id)):
            yield self._mission("mission", one)

    def _missions_late(self) -> Iterable[LineProposed]:
        for one in self._of("mission"):
            at = _instant(one.told("description").get("deadline"))
            if at is not None and at < self._followed.at and _mission_state(one) in TO_COME:
                yield self._mission("mission-late", one)

    def _missions_ended(self, *states: MissionState) -> Iterable[LineProposed]:
        for one in self._of("mission"):
            said = one.said.get("state")
            if said is not None and _mission_state(one) in states and self._is_since(said.occurred_at):
                yield self._mission("mission-ended", one, at=said.occurred_at)

    def _mission(self, tells: str, one: ThingShown, at: datetime | None = None) -> LineProposed:
        told = one.told("description")
        kept = {name: told[name] for name in ("owner", "deadline") if told.get(name) is not None}
        details = {**kept, **one.told("state"), "state": _mission_state(one).value}
        return self._line(tells, told["title"], one, details, at=at)

    # -- difficulties and demands -------------------------------------------------------------------------------------

    def _outages(self) -> Iterable[LineProposed]:
        for one in self._of("outage"):
            told, state = one.told("description"), one.told("state").get("state", OutageState.SUSPECTED)
            if state != OutageState.RESTORED:
                names = ("network", "customers_low", "customers_high", "back_at")
                kept = {name: told[name] for name in names if told.get(name) is not None}
                yield self._line("outage", told["name"], one, {**kept, "state": state})

    def _disagreements(self) -> Iterable[LineProposed]:
        for tally in self.balance.tallies:
            if tally.agreement in (Agreement.OPEN, Agreement.TO_REVIEW):
                yield self._disagreement(tally)

    def _disagreement(self, tally: Tally) -> LineProposed:
        counts = [{"source": one.source, "low": one.low, "high": one.high} for one in tally.counts]
        about = "" if tally.about == self._situation else self._names.get(tally.about, "")
        said = [one.statement for one in tally.counts]
        at, facts = max(one.occurred_at for one in said), [one.fact for one in said]
        return self._made("disagreement", tally.category.value, at, facts, {"about": about, "counts": counts})

    def _conflicts(self) -> Iterable[LineProposed]:
        found = [*self._followed.board.conflicts, *self._picture.conflicts]
        versions = [version for one in found for version in one.versions]
        if versions:
            at = max(version.occurred_at for version in versions)
            facts = sorted({version.fact for version in versions})
            yield self._made("conflicts", "", at, facts, {"count": len(found)})

    def _unanswered(self, entries: Iterable[EntryShown]) -> Iterable[LineProposed]:
        for one in entries:
            wanted: Wanted | None = one.wanted
            if wanted is None or one.acknowledged or one.struck or one.text is None:
                continue
            if one.recorded_at + timedelta(minutes=wanted.within_min) < self._followed.at:
                details = {"of": msgspec.to_builtins(wanted.of)}
                yield self._made("unanswered", one.text, one.occurred_at, one.follows, details)

    def _demands(self) -> Iterable[LineProposed]:
        for one in self._of("demand"):
            told, answer = one.told("description"), one.told("state")
            state = DemandState(answer.get("state", DemandState.ASKED))
            old = state in ANSWERED and not self._is_since(one.changed_at)
            if state is not DemandState.CANCELLED and not old:
                kept = {name: answer[name] for name in ("granted", "expected_at") if answer.get(name) is not None}
                details = {"quantity": told["quantity"], "to": told["to"], "state": state.value, **kept}
                yield self._line("demand", told["what"], one, details)

    # -- how lines are made -------------------------------------------------------------------------------------------

    def _of(self, kind: str) -> list[ThingShown]:
        return [one for one in self._things if one.kind == kind]

    def _is_since(self, at: datetime) -> bool:
        return self._since is None or at > self._since

    def _line(
        self,
        tells: str,
        text: str,
        one: ThingShown,
        details: Mapping[str, Any],
        *,
        at: datetime | None = None,
        facts: tuple[str, ...] = (),
    ) -> LineProposed:
        return self._made(tells, text, at or one.changed_at, facts or one.follows, details)

    def _made(
        self, tells: str, text: str, at: datetime, facts: Iterable[str], details: Mapping[str, Any]
    ) -> LineProposed:
        is_new = self._since is not None and at > self._since
        return LineProposed(text=text, tells=tells, details=dict(details), at=at, facts=tuple(facts), is_new=is_new)


def named(picture: PictureShown | None, things: Iterable[ThingShown]) -> Iterable[tuple[str, str]]:
    """What things of the board and drawings are called, by identifier."""
    for one in things:
        told = one.told("description") or one.told("sheet") or one.told("text")
        name = told.get("title") or told.get("name") or told.get("what")
        if name is not None:
            yield one.id, name
    yield from ((one.id, one.name) for one in (picture.shapes if picture is not None else ()))


def _mission_state(mission: ThingShown) -> MissionState:
    return MissionState(mission.told("state").get("state", MissionState.REQUESTED))


def _deadline(mission: ThingShown) -> str:
    """What has no hour comes after what has one."""
    return mission.told("description").get("deadline") or "9"


def _instant(said: Any) -> datetime | None:
    return None if said is None else msgspec.convert(said, datetime)
