"""A small house of organisations and people, told through facts, for tests of rights."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from garance.domain.people.facts import (
    Level,
    OrganisationRegistered,
    PersonEnrolled,
    RoleGranted,
)
from garance.domain.people.state import People
from garance.domain.vocabulary import Body, entry, name_of
from garance.kernel.fact import Fact
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label, Mode

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WRITER = "w" + "0" * 20
_POSITIONS = count(1)


def ident(name: str) -> str:
    """The identifier of that name, always the same."""
    return derived_id("tests", name)


def told(
    body: Body,
    *,
    situation: str | None = None,
    author: Author | None = None,
    label: Label | None = None,
    writer: str = WRITER,
    at: datetime = NOW,
    seq: int | None = None,
) -> Fact[Body]:
    """A fact with that body, as the journal's reader gives it."""
    position = next(_POSITIONS)
    name = name_of(body)
    subject = entry(name).subject
    return Fact(
        position=position,
        id=f"{writer}-{seq or position}",
        name=name,
        occurred_at=at,
        recorded_at=at,
        tick=position % 65536,
        situation=situation,
        mode=Mode.ACTUAL,
        author=author or Author(ident("admin"), "administrator", ident("rochefort")),
        label=label or Label(),
        command=ident(f"command-{position}"),
        subject=getattr(body, subject) if subject else None,
        body=body,
    )


def organisation(name: str, level: Level, above: str | None = None) -> OrganisationRegistered:
    """That organisation."""
    return OrganisationRegistered(
        organisation=ident(name), name=name.capitalize(), level=level, above=ident(above) if above else None
    )


def person(name: str) -> PersonEnrolled:
    """That person."""
    return PersonEnrolled(person=ident(name), display_name=name.capitalize(), email=f"{name}@example.org")


def granted(
    who: str,
    role: str,
    where: str,
    *,
    cell: str | None = None,
    situation: str | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    grant: str | None = None,
) -> RoleGranted:
    """That role for that person."""
    return RoleGranted(
        grant=ident(grant or f"{who}-{role}-{where}-{cell}-{situation}"),
        person=ident(who),
        organisation=ident(where),
        cell=cell,
        role=role,
        situation=situation,
        not_before=not_before,
        not_after=not_after,
    )


LAND = [
    organisation("zone", Level.ZONE),
    organisation("prefecture", Level.DEPARTEMENT, "zone"),
    organisation("sdis", Level.DEPARTEMENT),
    organisation("agglo", Level.EPCI, "prefecture"),
    organisation("rochefort", Level.COMMUNE, "agglo"),
    organisation("fouras", Level.COMMUNE, "agglo"),
    organisation("red-cross", Level.PARTNER),
]


def house(*bodies: Body) -> People:
    """Everyone in those bodies, on the land above."""
    people = People()
    for body in (*LAND, *bodies):
        people.fold(told(body))
    return people
