"""What means are left, and when they run short: reliefs due against what is ready and what is promised (potentiel).

The browser has the same rule (`web/packages/client/src/potential.ts`); both are held to one file of cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from garance.domain.resources.facts import DemandState, ResourceLevel, ResourceStatus
from garance.views.shown import PictureShown, ThingShown

HORIZONS_H = (0, 1, 3, 6, 12)
"""The hours ahead that the table tells; nothing is projected past the last."""

READY = frozenset({ResourceStatus.AVAILABLE, ResourceStatus.ARRIVED})
AT_WORK = frozenset({ResourceStatus.IN_TRANSIT, ResourceStatus.ENGAGED})
TIRING = AT_WORK | {ResourceStatus.ARRIVED}
"""While in these states a crew grows tired: its hours run from the first of them."""

COUNTED = frozenset({ResourceLevel.VEHICLE, ResourceLevel.TEAM})
"""A group or a column is counted by its members; a stock is not a crew."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A crew: its state, since when it has been at it, when and by whom it is relieved."""

    id: str
    kind: str
    state: ResourceStatus
    since: datetime | None = None
    relief_at: datetime | None = None
    relief_after_h: float | None = None
    relief_by: str | None = None


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A demand as it stands: how many were granted, how many came, when the others are expected."""

    kind: str
    state: DemandState
    quantity: int
    granted: int | None = None
    expected_at: datetime | None = None
    came: int = 0


class Horizon(msgspec.Struct, frozen=True):
    """So many hours ahead, in all since now: reliefs due, arrivals, and what is left ready (below zero: missing)."""

    hours: int
    due: int
    arriving: int
    ready: int


class Shortage(msgspec.Struct, frozen=True):
    """The first instant at which more reliefs are due than crews are ready, and how many are missing then."""

    kind: str
    at: datetime
    missing: int


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of means. `undated`: promised without an hour, or late: not counted as coming."""

    kind: str
    ready: int
    at_work: int
    horizons: tuple[Horizon, ...]
    undated: int = 0
    shortage: Shortage | None = None


class _Move(msgspec.Struct, frozen=True):
    kind: str
    at: datetime
    change: int
    due: int = 0


def work_began(steps: Iterable[tuple[datetime, ResourceStatus]]) -> datetime | None:
    """Since when a crew has been at it without being given back; None when it is not. `steps` in order of time."""
    began: datetime | None = None
    for at, state in steps:
        began = (began or at) if state in TIRING else None
    return began


def relief_due(unit: Unit) -> datetime | None:
    """When a crew at it must be relieved: as planned, or after its hours; None when nobody said."""
    if unit.state not in TIRING:
        return None
    if unit.relief_at is not None:
        return unit.relief_at
    if unit.since is None or unit.relief_after_h is None:
        return None
    return unit.since + timedelta(hours=unit.relief_after_h)


def project(units: Sequence[Unit], promises: Sequence[Promise], at: datetime) -> tuple[Outlook, ...]:
    """Each kind of means now and at every horizon, in order of kind.

    A relief takes a ready crew of its kind, or the one that was named for it; one named that is not ready now is on
    its way, and takes none. What is late already weighs now. Arrivals come before reliefs of the same instant.
    """
    last = at + timedelta(hours=HORIZONS_H[-1])
    known = {unit.id: unit for unit in units}
    moves = [move for unit in units for move in _relieved(unit, known, at)]
    moves += [_Move(one.kind, one.expected_at, _left(one)) for one in promises if _dated(one, at) and one.expected_at]
    moves = sorted((one for one in moves if one.at <= last), key=lambda one: (one.at, -one.change))
    undated = [one for one in promises if _left(one) > 0 and not _dated(one, at)]
    kinds = sorted({unit.kind for unit in units} | {one.kind for one in promises if _left(one) > 0})
    return tuple(
        _outlook(
            kind,
            [unit for unit in units if unit.kind == kind],
            [move for move in moves if move.kind == kind],
            sum(_left(one) for one in undated if one.kind == kind),
            at,
        )
        for kind in kinds
    )


def first_shortage(outlooks: Iterable[Outlook]) -> Shortage | None:
    """The earliest shortage of all kinds; of the same instant, that which misses most."""
    found = [one.shortage for one in outlooks if one.shortage is not None]
    return min(found, key=lambda one: (one.at, -one.missing, one.kind), default=None)


def _left(one: Promise) -> int:
    """How many are still to come."""
    if one.state not in (DemandState.ACCEPTED, DemandState.IN_TRANSIT):
        return 0
    return max(0, (one.quantity if one.granted is None else one.granted) - one.came)


def _dated(one: Promise, at: datetime) -> bool:
    return _left(one) > 0 and one.expected_at is not None and one.expected_at >= at


def _relieved(unit: Unit, known: Mapping[str, Unit], at: datetime) -> Iterable[_Move]:
    due = relief_due(unit)
    if due is None:
        return
    due, by = max(due, at), known.get(unit.relief_by or "")
    taken = unit.kind if by is None else by.kind
    cost = 0 if by is not None and by.state not in READY else -1
    if unit.state is ResourceStatus.ARRIVED:
        # It is counted ready until its hours are over; then it leaves, and somebody takes its place.
        yield _Move(unit.kind, due, -1, due=1)
        return
    yield _Move(unit.kind, due, cost if taken == unit.kind else 0, due=1)
    if taken != unit.kind and cost:
        yield _Move(taken, due, cost)


def _outlook(kind: str, units: Sequence[Unit], moves: Sequence[_Move], undated: int, at: datetime) -> Outlook:
    ready = sum(unit.state in READY for unit in units)
    return Outlook(
        kind=kind,
        ready=ready,
        at_work=sum(unit.state in AT_WORK for unit in units),
        horizons=tuple(_horizon(hours, ready, moves, at) for hours in HORIZONS_H),
        undated=undated,
        shortage=_shortage(kind, ready, moves),
    )


def _horizon(hours: int, ready: int, moves: Sequence[_Move], at: datetime) -> Horizon:
    until = [move for move in moves if move.at <= at + timedelta(hours=hours)]
    return Horizon(
        hours,
        sum(move.due for move in until),
        sum(move.change for move in until if move.change > 0),
        ready + sum(move.change for move in until),
    )


def _shortage(kind: str, ready: int, moves: Sequence[_Move]) -> Shortage | None:
    left = ready
    for number, move in enumerate(moves):
        left += move.change
        over = number + 1 == len(moves) or moves[number + 1].at > move.at
        if over and left < 0:
            return Shortage(kind, move.at, -left)
    return None


def outlooks_of(
    picture: PictureShown,
    things: Iterable[ThingShown],
    steps: Mapping[str, Sequence[tuple[datetime, ResourceStatus]]],
    at: datetime,
) -> tuple[Outlook, ...]:
    """The outlook of a situation as its picture and its board show it; `steps` are the states of each resource."""
    told = {(one.kind, one.id): {name: part.value for name, part in one.said.items()} for one in things}
    units = [
        _unit(resource.id, resource.kind, resource.state, told.get(("resource", resource.id), {}), steps)
        for resource in picture.resources
        if told.get(("resource", resource.id), {}).get("details", {}).get("level", "vehicle") in COUNTED
    ]
    promises = [_promise(aspects) for (kind, _), aspects in told.items() if kind == "demand"]
    return project(units, promises, at)


def _unit(
    identifier: str,
    kind: str,
    state: ResourceStatus,
    aspects: Mapping[str, Any],
    steps: Mapping[str, Sequence[tuple[datetime, ResourceStatus]]],
) -> Unit:
    relief = aspects.get("relief", {})
    members = {
        "relief_at": relief.get("at"),
        "relief_by": relief.get("by"),
        "relief_after_h": aspects.get("details", {}).get("relief_after_h"),
    }
    read: Unit = msgspec.convert({"id": identifier, "kind": kind, "state": state, **members}, Unit)
    return msgspec.structs.replace(read, since=work_began(steps.get(identifier, ())))


def _promise(aspects: Mapping[str, Any]) -> Promise:
    wanted, answer = aspects["description"], aspects.get("state", {})
    members = {
        "kind": wanted["kind"],
        "quantity": wanted["quantity"],
        "state": answer.get("state", DemandState.ASKED),
        "granted": answer.get("granted"),
        "expected_at": answer.get("expected_at"),
        "came": len(answer.get("resources", ())),
    }
    read: Promise = msgspec.convert(members, Promise)
    return read
