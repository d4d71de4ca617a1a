"""When something may be said of organisations, people and roles, and when it is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from garance.domain.commands import command
from garance.domain.people.facts import (
    AccountClosed,
    AccountInvited,
    AccountReopened,
    Level,
    OrganisationRegistered,
    PersonEnrolled,
    PersonErased,
    Role,
    RoleEnded,
    RoleGranted,
    ShortText,
)
from garance.domain.people.state import People
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.text import check_text
from garance.domain.vocabulary import Body
from garance.kernel.clock import as_utc
from garance.kernel.identity import ObjectId
from garance.kernel.refusal import Refused

MANAGE = "people.manage"
"""The ability that every command of this concern needs."""

_RANK = {Level.COMMUNE: 0, Level.EPCI: 1, Level.DEPARTEMENT: 2, Level.ZONE: 3, Level.NATION: 4}
_EMAIL = re.compile(r"^[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,190}$")


def register_organisation(
    people: People, *, organisation: str, name: str, level: Level, above: str | None
) -> OrganisationRegistered:
    """Make an organisation known, or refuse. A partner stands outside the ladder of levels."""
    if people.organisation(organisation) is not None:
        raise Refused("already-declared", field="body.organisation")
    if above is not None:
        higher = people.organisation(above)
        if higher is None:
            raise Refused("organisation-unknown", field="body.above")
        if level in _RANK and _RANK.get(higher.level, -1) < _RANK[level]:
            raise Refused("level-not-above", field="body.above")
    return OrganisationRegistered(organisation=organisation, name=_clean(name, "body.name"), level=level, above=above)


def enrol(people: People, *, person: str, display_name: str, email: str | None) -> PersonEnrolled:
    """Make a person known, or refuse."""
    if people.erased(person):
        raise Refused("person-erased", field="body.person")
    if people.person(person) is not None:
        raise Refused("already-declared", field="body.person")
    if email is not None:
        email = unicodedata.normalize("NFC", email.strip())
        if not _EMAIL.match(email):
            raise Refused("email-malformed", field="body.email")
    return PersonEnrolled(person=person, display_name=_clean(display_name, "body.display_name"), email=email)


def grant_role(people: People, wanted: RoleGranted, *, now: datetime) -> RoleGranted:
    """Give a role as wanted, or refuse."""
    if people.grant(wanted.grant) is not None:
        raise Refused("already-declared", field="body.grant")
    _check_holder(people, wanted)
    _check_role(wanted)
    _check_period(wanted, now)
    if wanted.cell is not None:
        _clean(wanted.cell, "body.cell")
    return wanted


def _check_holder(people: People, wanted: RoleGranted) -> None:
    if people.erased(wanted.person):
        raise Refused("person-erased", field="body.person")
    if people.person(wanted.person) is None:
        raise Refused("person-unknown", field="body.person")
    if people.organisation(wanted.organisation) is None:
        raise Refused("organisation-unknown", field="body.organisation")


def _check_role(wanted: RoleGranted) -> None:
    if wanted.role not in set(Role):
        raise Refused("role-unknown", field="body.role")
    if wanted.role == Role.CELL_HEAD and wanted.cell is None:
        raise Refused("cell-needed", field="body.cell")
    if wanted.role == Role.ADMINISTRATOR and wanted.situation is not None:
        raise Refused("administrator-everywhere", field="body.situation")


def _check_period(wanted: RoleGranted, now: datetime) -> None:
    begin = as_utc(wanted.not_before, field="body.not_before") if wanted.not_before else None
    end = as_utc(wanted.not_after, field="body.not_after") if wanted.not_after else None
    if end is not None and end <= now:
        raise Refused("period-over", field="body.not_after")
    if begin is not None and end is not None and end <= begin:
        raise Refused("period-empty", field="body.not_after")


def end_role(people: People, *, grant: str, reason: str, now: datetime) -> RoleEnded:
    """Take a role back, or refuse; somebody must always be able to keep accounts and roles."""
    known = people.grant(grant)
    if known is None:
        raise Refused("grant-unknown", field="body.grant")
    if people.ended(known):
        raise Refused("already-ended", field="body.grant")
    lasting = {g.grant for g in people.administrators(now)}
    if lasting == {grant}:
        raise Refused("last-administrator", field="body.grant")
    return RoleEnded(grant=grant, reason=_clean(reason, "body.reason"))


def erase(people: People, *, person: str, reason: str, now: datetime) -> PersonErased:
    """Have a person's data destroyed, or refuse. Whoever records this fact then destroys the key."""
    if people.erased(person):
        raise Refused("person-erased", field="body.person")
    if people.person(person) is None:
        raise Refused("person-unknown", field="body.person")
    holders = {g.person for g in people.administrators(now)}
    if holders == {person}:
        raise Refused("last-administrator", field="body.person")
    return PersonErased(person=person, reason=_clean(reason, "body.reason"))


def invite(people: People, *, person: str, closed: Collection[str], renews: bool) -> AccountInvited:
    """Invite a person to open an account, or to choose a new password; or refuse. `closed`: see `close_account`."""
    _check_person(people, person)
    if person in closed:
        raise Refused("account-closed", field="person")
    return AccountInvited(person=person, renews=renews)


def close_account(people: People, *, person: str, closed: Collection[str], now: datetime) -> AccountClosed:
    """Shut the door to a person, or refuse; `closed` names those to whom it is shut already.

    Somebody to whom it is open must still be able to keep accounts and roles.
    """
    _check_person(people, person)
    if person in closed:
        raise Refused("account-closed", field="person")
    holders = {g.person for g in people.administrators(now)}
    if person in holders and not holders - {person, *closed}:
        raise Refused("last-administrator", field="person")
    return AccountClosed(person=person)


def reopen_account(people: People, *, person: str, closed: Collection[str]) -> AccountReopened:
    """Open the door again to a person, or refuse."""
    _check_person(people, person)
    if person not in closed:
        raise Refused("account-open", field="person")
    return AccountReopened(person=person)


def _check_person(people: People, person: str) -> None:
    if people.erased(person):
        raise Refused("person-erased", field="person")
    if people.person(person) is None:
        raise Refused("person-unknown", field="person")


def found_house(  # the first facts of a node: who keeps it, and for whom
    people: People, *, organisation: OrganisationRegistered, person: str, display_name: str, grant: str, now: datetime
) -> Sequence[Body]:
    """Say who keeps a new node: its organisation (unless known), its first person, the administrator's role.

    Refuses `administrator-exists` when someone already keeps it.
    """
    if people.administrators(now):
        raise Refused("administrator-exists")
    facts: list[Body] = []
    if people.organisation(organisation.organisation) is None:
        facts.append(
            register_organisation(
                people,
                organisation=organisation.organisation,
                name=organisation.name,
                level=organisation.level,
                above=organisation.above,
            )
        )
    facts.append(enrol(people, person=person, display_name=display_name, email=None))
    facts.append(
        RoleGranted(grant=grant, person=person, organisation=organisation.organisation, role=Role.ADMINISTRATOR)
    )
    return facts


def _clean(text: str, field: str) -> str:
    cleaned = unicodedata.normalize("NFC", text.strip())
    check_text(cleaned, field=field, many_lines=field == "body.reason")
    return cleaned


class Enrolment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked to enrol a person: unlike the fact, whose personal members may be gone, it must have a name."""

    person: ObjectId
    display_name: ShortText
    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None


@command("people.register-organisation", ability=MANAGE, request=OrganisationRegistered, house=True)
def answer_register(state: State, request: OrganisationRegistered, context: Context) -> Sequence[Said]:
    """Make an organisation known; refuses what `register_organisation` refuses."""
    body = register_organisation(
        state.people,
        organisation=request.organisation,
        name=request.name,
        level=request.level,
        above=request.above,
    )
    return [Said(body=body)]


@command("people.enrol", ability=MANAGE, request=Enrolment, house=True)
def answer_enrol(state: State, request: Enrolment, context: Context) -> Sequence[Said]:
    """Make a person known; refuses what `enrol` refuses."""
    body = enrol(state.people, person=request.person, display_name=request.display_name, email=request.email)
    return [Said(body=body)]


@command("people.grant-role", ability=MANAGE, request=RoleGranted, house=True)
def answer_grant(state: State, request: RoleGranted, context: Context) -> Sequence[Said]:
    """Give a role; refuses what `grant_role` refuses, and `situation-unknown`."""
    if request.situation is not None and state.situations.open(request.situation) is None:
        raise Refused("situation-unknown", field="body.situation")
    return [Said(body=grant_role(state.people, request, now=context.now))]


@command("people.end-role", ability=MANAGE, request=RoleEnded, house=True)
def answer_end(state: State, request: RoleEnded, context: Context) -> Sequence[Said]:
    """Take a role back; refuses what `end_role` refuses."""
    return [Said(body=end_role(state.people, grant=request.grant, reason=request.reason, now=context.now))]


@command("people.erase", ability=MANAGE, request=PersonErased, house=True)
def answer_erase(state: State, request: PersonErased, context: Context) -> Sequence[Said]:
    """Have a person's data destroyed; refuses what `erase` refuses. The node then destroys key and account."""
    return [Said(body=erase(state.people, person=request.person, reason=request.reason, now=context.now))]
