"""The names of those who act together (annuaire): shown to whoever shares the situation, without being a reading.

A person acts under their name; who signed an order is not confidential among those who receive it. Addresses are
not in the directory.
"""

from __future__ import annotations

import msgspec

from garance.access.clearance import Clearance
from garance.domain.people.state import People


class PersonNamed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person's name; none once erased."""

    display_name: str | None = None


class OrganisationNamed(msgspec.Struct, frozen=True):
    """An organisation's name and level."""

    name: str
    level: str


class Directory(msgspec.Struct, frozen=True):
    """People and organisations by identifier."""

    people: dict[str, PersonNamed]
    organisations: dict[str, OrganisationNamed]


def directory(people: People, held: Clearance) -> Directory:
    """Everyone who holds or held a role in the reader's situation, or a standing one; and all organisations."""
    present = people.holders(held.situation)
    persons = {p.person: PersonNamed(p.display_name) for p in people.persons() if p.person in present}
    organisations = {o.organisation: OrganisationNamed(o.name, o.level) for o in people.organisations()}
    return Directory(persons, organisations)
