"""What can be said of organisations, people and roles (organisations, personnes, rôles)."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.vocabulary import PERSONAL, Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import FactId, ObjectId, Slug

MAX_READ = 500
"""How many facts one record of reading may name."""

ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Cell = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
PersonalName = Annotated[Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None, PERSONAL]
PersonalAddress = Annotated[Annotated[str, msgspec.Meta(max_length=254)] | None, PERSONAL]


class Level(enum.StrEnum):
    """Where an organisation stands in the State and beside it (échelon; code général des collectivités)."""

    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTEMENT = "departement"
    ZONE = "zone"
    NATION = "nation"
    PARTNER = "partner"


class Role(enum.StrEnum):
    """What a person is there to do (fonction). Titles shown to people are in the translations."""

    DOS = "dos"
    """Directeur des opérations de secours: mayor or prefect (code de la sécurité intérieure, L. 742-1)."""
    RAC = "rac"
    """Responsable des actions communales: runs the communal command post for the mayor."""
    CELL_HEAD = "cell-head"
    LOGBOOK_SECRETARY = "logbook-secretary"
    SDIS_OFFICER = "sdis-officer"
    PREFECTURE_DUTY_OFFICER = "prefecture-duty-officer"
    OBSERVER = "observer"
    PARTNER = "partner"
    ADMINISTRATOR = "administrator"
    """Keeps accounts and roles of this node; reads no personal data by that role."""


@fact("organisation.registered.v1")
class OrganisationRegistered(Body, frozen=True, kw_only=True):
    """An organisation that takes part is made known (organisation enregistrée).

    `above` is the organisation it answers to (tutelle), if any. Refused: `already-declared`, `text-blank`,
    `text-unprintable`, `organisation-unknown`, `level-not-above`.
    """

    organisation: ObjectId
    name: ShortText
    level: Level
    above: ObjectId | None = None


@fact("person.enrolled.v1", subject="person")
class PersonEnrolled(Body, frozen=True, kw_only=True):
    """A person who will act or read is made known (personne inscrite). Name and address are personal data.

    Refused: `already-declared`, `text-blank`, `text-unprintable`, `email-malformed`, `person-erased`.
    """

    person: ObjectId
    display_name: PersonalName = None
    email: PersonalAddress = None


@fact("role.granted.v1")
class RoleGranted(Body, frozen=True, kw_only=True):
    """A person receives a role in an organisation (rôle attribué), from `not_before` until just before `not_after`.

    Without `situation`, it is a standing role: it holds in every situation of the node (see `garance.access`).
    Refused: `already-declared`, `person-unknown`, `person-erased`, `organisation-unknown`, `role-unknown`,
    `cell-needed`, `administrator-everywhere`, `period-empty`, `period-over`, `text-unprintable`.
    """

    grant: ObjectId
    person: ObjectId
    organisation: ObjectId
    cell: Cell | None = None
    role: Slug
    situation: ObjectId | None = None
    not_before: Instant | None = None
    not_after: Instant | None = None


@fact("role.ended.v1")
class RoleEnded(Body, frozen=True, kw_only=True):
    """A role is taken back at once (rôle retiré). Refused: `grant-unknown`, `already-ended`, `last-administrator`."""

    grant: ObjectId
    reason: Reason


@fact("person.erased.v1")
class PersonErased(Body, frozen=True, kw_only=True):
    """A person's personal data are destroyed with their key (effacement; RGPD article 17); their roles end.

    Refused: `person-unknown`, `person-erased`, `last-administrator`.
    """

    person: ObjectId
    reason: Reason


@fact("account.invited.v1")
class AccountInvited(Body, frozen=True, kw_only=True):
    """A person was given a one-time link to choose a login and a password (invitation). Never the link itself.

    `renews`: the person had an account, whose password the link replaces. Refused: `person-unknown`, `person-erased`,
    `account-closed`.
    """

    person: ObjectId
    renews: bool = False


@fact("account.opened.v1")
class AccountOpened(Body, frozen=True, kw_only=True):
    """The holder of an invitation chose a login and a password (compte ouvert). Said by the node."""

    person: ObjectId


@fact("account.closed.v1")
class AccountClosed(Body, frozen=True, kw_only=True):
    """The door is shut to a person, and their sessions end (compte fermé); their roles are left as they are.

    Refused: `person-unknown`, `person-erased`, `account-closed`, `last-administrator`.
    """

    person: ObjectId


@fact("account.reopened.v1")
class AccountReopened(Body, frozen=True, kw_only=True):
    """The door is open again to a person (compte rouvert).

    Refused: `person-unknown`, `person-erased`, `account-open`.
    """

    person: ObjectId


@fact("personal-data.read.v1")
class PersonalDataRead(Body, frozen=True, kw_only=True):
    """The author of this fact read personal data in those facts (consultation de données personnelles).

    `purpose` is a word for the occasion: `live-picture`, `logbook`, `document`, `administration`…
    """

    facts: Annotated[tuple[FactId, ...], msgspec.Meta(min_length=1, max_length=MAX_READ)]
    purpose: Slug
