"""What one reader may see and do in one situation, at one instant (habilitation en vigueur)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from garance.access.roles import COMMANDS, READS, Ability, abilities_of
from garance.domain.people.facts import Level
from garance.domain.people.state import Grant, People
from garance.kernel.digest import digest
from garance.kernel.label import Sensitivity

MAX_REMEMBERED = 10_000
"""Clearances remembered at most: then all are worked out again."""


class Acting(msgspec.Struct, frozen=True, order=True):
    """An organisation a reader acts for, and the cell (or "" for none) within it."""

    organisation: str
    cell: str


class Clearance(msgspec.Struct, frozen=True, kw_only=True):
    """A reader's rights in one situation, or (None) on the facts of the node itself. Equal rights are equal values.

    `partner`: takes part in the situation; `level_above`: stands above an organisation that does.
    """

    situation: str | None
    acting: frozenset[Acting]
    partner: bool
    level_above: bool
    sensitivities: frozenset[Sensitivity]
    abilities: frozenset[Ability]

    @property
    def organisations(self) -> frozenset[str]:
        """The organisations the reader acts for."""
        return frozenset(acting.organisation for acting in self.acting)

    @property
    def audience(self) -> str:
        """A key equal for all readers who may see the same facts, whatever they may do: they share one stream."""
        parts = (
            self.situation,
            [(acting.organisation, acting.cell) for acting in sorted(self.acting)],
            self.partner,
            self.level_above,
            sorted(self.sensitivities),
        )
        return digest(msgspec.json.encode(parts))


class _WorkedOut(NamedTuple):
    """A clearance, and for how long it is one: until people change, or time alone may change it."""

    changes: int
    since: datetime
    until: datetime | None
    held: Clearance | None

    def stands(self, people: People, now: datetime) -> bool:
        return self.changes == people.changes and self.since <= now and (self.until is None or now < self.until)


class _Standing(enum.Enum):
    PARTNER = "partner"
    ABOVE = "above"


def clearance(
    people: People, person: str, situation: str | None, now: datetime, *, owner: str | None
) -> Clearance | None:
    """That person's rights; None when the person must not even know that the situation exists.

    `owner` is the organisation that opened the situation (None on the facts of the node itself).
    """
    return _remembered(people, person, lambda: people.grants_of(person), situation, now, owner)


def clearance_of(
    people: People, grants: Iterable[Grant], situation: str | None, now: datetime, *, owner: str | None
) -> Clearance | None:
    """The rights that these grants give together: for a person, for one role in use, or for a wall screen."""
    known = tuple(grants)
    return _remembered(people, known, lambda: known, situation, now, owner)


def _remembered(
    people: People,
    who: str | tuple[Grant, ...],
    grants: Callable[[], Iterable[Grant]],
    situation: str | None,
    now: datetime,
    owner: str | None,
) -> Clearance | None:
    """The same answer as long as nothing it depends on changed: each command asks three times, each stream more."""
    asked = who, situation, owner
    known: _WorkedOut | None = people.worked_out.get(asked)
    if known is not None and known.stands(people, now):
        return known.held
    changes, given = people.changes, tuple(grants())
    held = _work_out(people, given, situation, now, owner=owner)
    if len(people.worked_out) >= MAX_REMEMBERED:
        people.worked_out.clear()
    people.worked_out[asked] = _WorkedOut(changes, now, next_change(given, now), held)
    return held


def _work_out(
    people: People, grants: Iterable[Grant], situation: str | None, now: datetime, *, owner: str | None
) -> Clearance | None:
    engaged = people.engaged(situation) if situation is not None else frozenset()
    if owner is not None:
        engaged |= {owner}
    held: list[tuple[Grant, _Standing]] = []
    for grant in grants:
        standing = _standing(people, grant, situation, engaged)
        if standing is not None and grant.active(now):
            held.append((grant, standing))
    if not held:
        return None
    abilities = frozenset(ability for grant, _ in held for ability in abilities_of(grant.role))
    return Clearance(
        situation=situation,
        acting=frozenset(Acting(grant.organisation, grant.cell or "") for grant, _ in held),
        partner=any(standing is _Standing.PARTNER for _, standing in held),
        level_above=any(people.ancestors(org) & {grant.organisation} for org in engaged for grant, _ in held),
        sensitivities=frozenset(READS[ability] for ability in abilities if ability in READS),
        abilities=abilities,
    )


def _standing(people: People, grant: Grant, situation: str | None, engaged: frozenset[str]) -> _Standing | None:
    """How a grant reaches a situation.

    A role in the situation takes part. A standing role takes part too, with two exceptions: an organisation that is
    only above those engaged sees what is sent to the level above; and a commune, or a group of communes, has no
    part in what its neighbours live until it is given a role there.
    """
    if not grant.holds_in(situation):
        return None
    organisation = grant.organisation
    if grant.situation is not None or organisation in engaged or not engaged:
        return _Standing.PARTNER
    if any(organisation in people.ancestors(other) for other in engaged):
        return _Standing.ABOVE
    known = people.organisation(organisation)
    if known is not None and known.level in {Level.COMMUNE, Level.EPCI}:
        return _Standing.PARTNER if people.ancestors(organisation) & engaged else None
    return _Standing.PARTNER


def next_change(grants: Iterable[Grant], now: datetime) -> datetime | None:
    """When time alone will next change what these grants give: a beginning or an end still to come."""
    moments = (moment for grant in grants for moment in (grant.not_before, grant.not_after))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def abilities(held: Clearance, thing: str) -> dict[str, bool]:
    """Which commands the reader may give on that kind of thing (`situation`, `entry`, `shape`…)."""
    return {command: needed in held.abilities for command, needed in COMMANDS.get(thing, {}).items()}
