"""Keeping a node: who is known, how each comes in, invitations, doors shut and opened (tenir le nœud).

For those who keep accounts everywhere (ability `people.manage` by a standing role). What is said of people and roles
goes through the commands; here is what concerns accounts, noted in the journal without any secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec

from garance.access.door import READING_LABEL, readings_of
from garance.access.roles import Ability, abilities_of
from garance.domain.people import rules
from garance.domain.people.facts import AccountOpened
from garance.domain.people.state import Grant, People, Person
from garance.domain.vocabulary import Body
from garance.kernel.clock import Instant, from_milliseconds
from garance.kernel.identity import ObjectId
from garance.kernel.label import Author
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.node import Node
from garance.server.sign_in.accounts import Accounts, Standing
from garance.server.sign_in.entrance import Acceptance, Token
from garance.server.sign_in.invitations import invitation_address
from garance.server.sign_in.own_account import MAX_BYTES
from garance.server.sign_in.reader import Kind, Reader

TAG = "people"
PEOPLE = "/api/v1/people"
INVITATIONS = "/api/v1/invitations"
PURPOSE = "administration"
KEEPER = ("not-allowed", "exercise-only")


class PeopleAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of people, after that person."""

    after: ObjectId | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class GrantKept(msgspec.Struct, frozen=True):
    """A role not taken back, whatever its period."""

    id: str
    role: str
    organisation: str
    cell: str | None
    situation: str | None
    not_before: Instant | None
    not_after: Instant | None


class AccountKept(msgspec.Struct, frozen=True):
    """How a person comes in: by a login, by another service (`linked`), or by no way any more (`closed`)."""

    login: str | None
    second_factor: bool
    linked: bool
    closed: bool
    invited_until: Instant | None


class PersonKept(msgspec.Struct, frozen=True):
    """Somebody enrolled. Once erased, nothing is left but the identifier."""

    id: str
    display_name: str | None
    email: str | None
    erased: bool
    grants: list[GrantKept]
    account: AccountKept


class PeoplePage(msgspec.Struct, frozen=True):
    """People by identifier; `next` is the person to give as `after` for the following page."""

    items: list[PersonKept]
    next: str | None


class OrganisationKept(msgspec.Struct, frozen=True):
    """An organisation, and the one it answers to."""

    id: str
    name: str
    level: str
    above: str | None


class OrganisationsShown(msgspec.Struct, frozen=True):
    """Every organisation, by name."""

    items: list[OrganisationKept]


class InvitationWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to invite. `drop_second_factor`: the phone was lost, the old second factor ends with the old password."""

    person: ObjectId
    drop_second_factor: bool = False


class InvitationMade(msgspec.Struct, frozen=True):
    """The address to hand over, good once; shown this once."""

    person: str
    address: str
    ends_at: Instant


class InvitationToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secret that follows # in the address of an invitation."""

    token: Token


class InvitationShown(msgspec.Struct, frozen=True):
    """Whom the invitation is for, to whoever holds it; the login there is already, when it renews a password."""

    display_name: str | None
    login: str | None
    ends_at: Instant


def account_endpoints(node: Node) -> list[Endpoint]:
    """Everything about accounts but one's own."""
    keeping = Keeping(node)
    return [*_register(node, keeping), *_invitations(node, keeping), *_doors(keeping)]


class Keeping:
    """What somebody who keeps the node does with accounts: one act at a time, each noted in the journal."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._one_at_a_time = asyncio.Lock()

    @property
    def people(self) -> People:
        """Everyone known."""
        return self._node.house.people

    def keeper(self, reader: Reader, *, acts: bool = True) -> Author:
        """As whom that reader keeps accounts; refuses `not-allowed`, `exercise-only` (a visitor of a demonstration)."""
        now = self.now()
        for grant in reader.grants(self.people):
            able = Ability.PEOPLE_MANAGE in abilities_of(grant.role)
            if able and grant.situation is None and grant.active(now):
                if acts and reader.kind is Kind.DEMO:
                    raise Refused("exercise-only")
                return Author(grant.person, grant.role, grant.organisation, grant.cell)
        raise Refused("not-allowed")

    @property
    def accounts(self) -> Accounts:
        """The local accounts."""
        return self._node.sign_in.entrance.accounts

    def now(self) -> datetime:
        """What time it is."""
        return self._node.clock.now()

    def standings(self) -> dict[str, Standing]:
        """How each person comes in."""
        return self.accounts.standings()

    async def act(
        self, author: Author, decide: Callable[[dict[str, Standing]], Body], carry_out: Callable[[], object]
    ) -> None:
        """Note an act on accounts and carry it out: what the journal does not keep must not have happened.

        `decide` refuses or says the fact. Two keepers acting at once are heard one after the other.
        """
        async with self._one_at_a_time:
            standings = await asyncio.to_thread(self.standings)
            await self._node.scribe.record(lambda: [decide(standings)], author=author)
            await asyncio.to_thread(carry_out)

    async def read(self, author: Author, shown: Sequence[Person]) -> None:
        """Record that names and addresses of others are about to be shown to that author."""
        told = [self.people.enrolment(one.person) for one in shown if one.person != author.person]
        facts: list[Body] = list(readings_of([fact for fact in told if fact is not None], purpose=PURPOSE))
        if facts:
            await self._node.scribe.record(lambda: facts, author=author, label=READING_LABEL)

    def shown(self, person: Person, standing: Standing) -> PersonKept:
        """A person as the one who keeps the node sees them."""
        until = standing.invited_until_ms
        return PersonKept(
            id=person.person,
            display_name=person.display_name,
            email=person.email,
            erased=self.people.erased(person.person),
            grants=[_grant(one) for one in self.people.grants_of(person.person)],
            account=AccountKept(
                login=standing.login,
                second_factor=standing.second_factor,
                linked=standing.linked,
                closed=standing.closed,
                invited_until=from_milliseconds(until) if until is not None else None,
            ),
        )


def _grant(one: Grant) -> GrantKept:
    return GrantKept(one.grant, one.role, one.organisation, one.cell, one.situation, one.not_before, one.not_after)


def _register(node: Node, keeping: Keeping) -> list[Endpoint]:
    @endpoint("GET", PEOPLE, tag=TAG, refusals=("not-allowed",))
    async def list_people(call: Call[Reader], query: PeopleAsked) -> PeoplePage:
        """Everyone enrolled, their roles, how they come in; the reading is recorded."""
        author = keeping.keeper(call.who, acts=False)
        persons = [one for one in keeping.people.persons() if query.after is None or one.person > query.after]
        page = persons[: query.limit]
        await keeping.read(author, page)
        standings = await asyncio.to_thread(keeping.standings)
        items = [keeping.shown(one, standings.get(one.person, Standing())) for one in page]
        return PeoplePage(items, page[-1].person if len(persons) > len(page) else None)

    @endpoint("GET", PEOPLE + "/{person}", tag=TAG, refusals=("not-allowed", "unknown"))
    async def show_person(call: Call[Reader], person: ObjectId) -> PersonKept:
        """One person enrolled; the reading is recorded."""
        author = keeping.keeper(call.who, acts=False)
        known = keeping.people.person(person)
        if known is None:
            raise Refused("unknown")
        await keeping.read(author, [known])
        return keeping.shown(known, (await asyncio.to_thread(keeping.standings)).get(person, Standing()))

    @endpoint("GET", "/api/v1/organisations", tag=TAG, refusals=("not-allowed",))
    async def list_organisations(call: Call[Reader]) -> OrganisationsShown:
        """Every organisation known to this node."""
        keeping.keeper(call.who, acts=False)
        known = node.house.people.organisations()
        return OrganisationsShown([OrganisationKept(o.organisation, o.name, o.level, o.above) for o in known])

    return [list_people, show_person, list_organisations]


def _invitations(node: Node, keeping: Keeping) -> list[Endpoint]:
    entrance = node.sign_in.entrance

    @endpoint("POST", INVITATIONS, tag=TAG, refusals=(*KEEPER, "person-unknown", "person-erased", "account-closed"))
    async def invite(call: Call[Reader], body: InvitationWanted) -> InvitationMade:
        """Give a person a one-time address to choose login and password; the one before is worth nothing."""
        author = keeping.keeper(call.who)
        token, ends_at = entrance.invitations.prepare()
        decide = partial(_invite, keeping.people, body.person)
        keep = partial(entrance.invitations.keep, token, ends_at, body.person, drops_factor=body.drop_second_factor)
        await keeping.act(author, decide, keep)
        origin = node.settings.listen.public_url or str(call.request.base_url).rstrip("/")
        return InvitationMade(body.person, invitation_address(origin, token), ends_at)

    @endpoint(
        "POST",
        INVITATIONS + "/read",
        tag=TAG,
        needs_reader=False,
        max_bytes=MAX_BYTES,
        refusals=("invitation-refused",),
    )
    async def read_invitation(call: Call[Reader], body: InvitationToken) -> InvitationShown:
        """Whom an invitation is for, to whoever holds it."""
        found = await asyncio.to_thread(entrance.read_invitation, body.token)
        person, account = keeping.people.person(found.person), entrance.accounts.of(found.person)
        name = person.display_name if person else None
        return InvitationShown(name, account.login if account else None, found.ends_at)

    @endpoint(
        "POST",
        INVITATIONS + "/accept",
        tag=TAG,
        needs_reader=False,
        max_bytes=MAX_BYTES,
        refusals=(
            "invitation-refused",
            "password-too-short",
            "password-too-long",
            "password-too-plain",
            "login-malformed",
            "login-taken",
        ),
    )
    async def accept_invitation(call: Call[Reader], body: Acceptance) -> None:
        """Choose a login and a password, with the one-time secret of an invitation."""
        person = await entrance.accept(body)
        await node.scribe.record(lambda: [AccountOpened(person=person)])

    return [invite, read_invitation, accept_invitation]


def _invite(people: People, person: str, standings: dict[str, Standing]) -> Body:
    renews = standings.get(person, Standing()).login is not None
    return rules.invite(people, person=person, closed=_closed(standings), renews=renews)


def _closed(standings: dict[str, Standing]) -> set[str]:
    return {person for person, standing in standings.items() if standing.closed}


def _doors(keeping: Keeping) -> list[Endpoint]:
    accounts = keeping.accounts

    @endpoint(
        "POST",
        PEOPLE + "/{person}/disable",
        tag=TAG,
        refusals=(*KEEPER, "person-unknown", "person-erased", "account-closed", "last-administrator"),
    )
    async def close_account(call: Call[Reader], person: ObjectId) -> None:
        """Shut the door to a person; their sessions and streams end at once."""
        author = keeping.keeper(call.who)
        now = keeping.now()

        def decide(standings: dict[str, Standing]) -> Body:
            return rules.close_account(keeping.people, person=person, closed=_closed(standings), now=now)

        await keeping.act(author, decide, partial(accounts.bar, person))

    @endpoint(
        "POST",
        PEOPLE + "/{person}/enable",
        tag=TAG,
        refusals=(*KEEPER, "person-unknown", "person-erased", "account-open"),
    )
    async def reopen_account(call: Call[Reader], person: ObjectId) -> None:
        """Open the door to a person again."""
        author = keeping.keeper(call.who)

        def decide(standings: dict[str, Standing]) -> Body:
            return rules.reopen_account(keeping.people, person=person, closed=_closed(standings))

        await keeping.act(author, decide, partial(accounts.unbar, person))

    return [close_account, reopen_account]
