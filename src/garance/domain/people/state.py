"""Who is known, and which role each holds: folded from facts, whatever the order they arrive in."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from garance.domain.people.facts import (
    AccountClosed,
    AccountInvited,
    AccountOpened,
    AccountReopened,
    Level,
    OrganisationRegistered,
    PersonalDataRead,
    PersonEnrolled,
    PersonErased,
    Role,
    RoleEnded,
    RoleGranted,
)
from garance.kernel.clock import Stamp
from garance.kernel.fact import Fact

T = TypeVar("T")


class Organisation(msgspec.Struct, frozen=True):
    """An organisation and the one it answers to."""

    organisation: str
    name: str
    level: Level
    above: str | None


class Person(msgspec.Struct, frozen=True):
    """A person; name and address are None once erased, or where they were withheld."""

    person: str
    display_name: str | None
    email: str | None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A role held by a person for an organisation, in one situation or (None) in all; times in UTC."""

    grant: str
    person: str
    organisation: str
    role: str
    cell: str | None = None
    situation: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None

    def active(self, now: datetime) -> bool:
        """Whether it holds at that instant: from `not_before`, until just before `not_after`."""
        begun = self.not_before is None or self.not_before <= now
        return begun and (self.not_after is None or now < self.not_after)

    def holds_in(self, situation: str | None) -> bool:
        """Whether it is a standing role, or one of that situation."""
        return self.situation is None or self.situation == situation


class _First(Generic[T]):
    """One value per identifier: the first one recorded. A later statement cannot take an identifier over."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, tuple[Stamp, T]]] = {}

    def offer(self, key: str, fact: Fact[Any], value: T) -> None:
        self._said.setdefault(key, {})[fact.id] = (fact.stamp, value)

    def get(self, key: str) -> T | None:
        said = self._said.get(key)
        if not said:
            return None
        return next(iter(said.values()))[1] if len(said) == 1 else min(said.values(), key=_stamp)[1]

    def fact(self, key: str) -> str | None:
        """The fact by which the value is known."""
        said = self._said.get(key)
        return min(said, key=lambda fact: said[fact][0]) if said else None

    def values(self) -> Iterator[T]:
        return (value for value in map(self.get, list(self._said)) if value is not None)

    def forget(self, fact: str) -> None:
        for said in self._said.values():
            said.pop(fact, None)


def _stamp(said: tuple[Stamp, Any]) -> Stamp:
    return said[0]


class People:
    """Everyone this node knows. `changes` grows whenever something a right depends on may have changed."""

    def __init__(self) -> None:
        self.changes = 0
        self.worked_out: dict[Hashable, Any] = {}
        """What was worked out from all this at a given count of `changes`, by whoever asks often (see `access`)."""
        self._organisations: _First[Organisation] = _First()
        self._persons: _First[Person] = _First()
        self._grants: _First[Grant] = _First()
        self._by_person: dict[str, set[str]] = {}
        self._by_situation: dict[str, set[str]] = {}
        self._ended: _First[str] = _First()
        self._erased: _First[str] = _First()

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern, or was withheld."""
        match fact.body:
            case OrganisationRegistered() as body:
                organisation = Organisation(body.organisation, body.name, body.level, body.above)
                self._organisations.offer(body.organisation, fact, organisation)
            case PersonEnrolled() as body:
                self._persons.offer(body.person, fact, Person(body.person, body.display_name, body.email))
            case RoleGranted() as body:
                self._grants.offer(body.grant, fact, _grant(body))
                self._by_person.setdefault(body.person, set()).add(body.grant)
                self._by_situation.setdefault(body.situation or "", set()).add(body.grant)
            case RoleEnded() as body:
                self._ended.offer(body.grant, fact, body.grant)
            case PersonErased() as body:
                self._erased.offer(body.person, fact, body.person)
            case PersonalDataRead() | AccountInvited() | AccountOpened() | AccountClosed() | AccountReopened():
                return True
            case _:
                return False
        self.changes += 1
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed (see `keeping`, which refuses it for what rights depend on)."""
        for known in (self._organisations, self._persons, self._grants, self._ended, self._erased):
            known.forget(fact)
        self.changes += 1

    def organisation(self, organisation: str) -> Organisation | None:
        """That organisation, if it was registered."""
        return self._organisations.get(organisation)

    def organisations(self) -> list[Organisation]:
        """Every organisation, by name."""
        return sorted(self._organisations.values(), key=lambda o: (o.name, o.organisation))

    def person(self, person: str) -> Person | None:
        """That person, without name or address once erased; None if never enrolled."""
        known = self._persons.get(person)
        if known is not None and self.erased(person):
            return Person(person, None, None)
        return known

    def enrolment(self, person: str) -> str | None:
        """The fact that made that person known, if its personal data can still be read."""
        return None if self.erased(person) else self._persons.fact(person)

    def persons(self) -> list[Person]:
        """Every person ever enrolled, by identifier."""
        known = (self.person(p.person) for p in self._persons.values())
        return sorted((p for p in known if p is not None), key=lambda p: p.person)

    def erased(self, person: str) -> bool:
        """Whether that person's data were destroyed."""
        return self._erased.get(person) is not None

    def grant(self, grant: str) -> Grant | None:
        """That grant, ended or not."""
        return self._grants.get(grant)

    def ended(self, grant: Grant) -> bool:
        """Whether it was taken back, or its holder erased."""
        return self._ended.get(grant.grant) is not None or self.erased(grant.person)

    def grants(self) -> list[Grant]:
        """Every grant not taken back, whatever its period, by identifier."""
        return sorted((g for g in self._grants.values() if not self.ended(g)), key=lambda g: g.grant)

    def grants_of(self, person: str) -> list[Grant]:
        """That person's grants not taken back, whatever their period."""
        known = (self._grants.get(grant) for grant in sorted(self._by_person.get(person, ())))
        return [grant for grant in known if grant is not None and grant.person == person and not self.ended(grant)]

    def ancestors(self, organisation: str) -> frozenset[str]:
        """The organisations above that one, near and far, without itself; a loop made by merging is cut."""
        seen: set[str] = set()
        known = self.organisation(organisation)
        while known is not None and known.above is not None and known.above not in seen:
            seen.add(known.above)
            known = self.organisation(known.above)
        return frozenset(seen - {organisation})

    def engaged(self, situation: str) -> frozenset[str]:
        """The organisations that hold, or held, a role in that very situation."""
        known = (self._grants.get(grant) for grant in self._by_situation.get(situation, ()))
        return frozenset(grant.organisation for grant in known if grant is not None and grant.situation == situation)

    def holders(self, situation: str | None) -> frozenset[str]:
        """The people who hold, or held, a standing role or one in that situation."""
        keys = self._by_situation.get("", set()) | self._by_situation.get(situation or "", set())
        known = (self._grants.get(grant) for grant in keys)
        return frozenset(grant.person for grant in known if grant is not None and grant.holds_in(situation))

    def administrators(self, now: datetime) -> list[Grant]:
        """The administrators' grants that hold now and have no end."""
        return [
            grant
            for grant in self.grants()
            if grant.role == Role.ADMINISTRATOR and grant.situation is None
            if grant.active(now) and grant.not_after is None
        ]


def _grant(body: RoleGranted) -> Grant:
    return Grant(
        grant=body.grant,
        person=body.person,
        organisation=body.organisation,
        role=body.role,
        cell=body.cell,
        situation=body.situation,
        not_before=body.not_before,
        not_after=body.not_after,
    )
