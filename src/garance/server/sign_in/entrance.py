"""The entrance: every way to sign in, and what each refuses (connexion)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec

from garance.domain.people import rules
from garance.domain.people.facts import Role
from garance.journal.database import Database
from garance.kernel.clock import Clock
from garance.kernel.identity import new_id
from garance.kernel.label import Author
from garance.kernel.refusal import Refused
from garance.server.sign_in.accounts import Account, Accounts, plain_login
from garance.server.sign_in.attempts import Attempts
from garance.server.sign_in.first_link import FirstLinks
from garance.server.sign_in.house import DemoPerson, House
from garance.server.sign_in.invitations import Invitation, Invitations
from garance.server.sign_in.passwords import MAX_LENGTH, Passwords, check_strength
from garance.server.sign_in.reader import Kind
from garance.server.sign_in.sessions import Opened, Sessions

Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_LENGTH)]
Login = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person types: login, password, and the second factor's code if there is one."""

    login: Login
    password: Secret
    code: Annotated[str, msgspec.Meta(min_length=6, max_length=40)] | None = None


class FirstAdministrator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the first administrator fills in, with the secret of the one-time link."""

    token: Token
    login: Login
    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    password: Secret


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an invited person chooses, with the secret of the invitation."""

    token: Token
    login: Login
    password: Secret


class Entrance:
    """Lets people in. `sessions` and `accounts` are open to those who manage them."""

    def __init__(
        self,
        file: Database,
        clock: Clock,
        house: House,
        *,
        passwords: Passwords,
        sessions: Sessions,
        attempts: Attempts | None = None,
        demo: Sequence[DemoPerson] = (),
    ) -> None:
        self._file = file
        self.clock = clock
        self.house = house
        self.accounts = Accounts(file, clock, sessions.tell)
        self.invitations = Invitations(file, clock)
        self.first_links = FirstLinks(file, clock)
        self.sessions = sessions
        self.passwords = passwords
        self.demo = tuple(demo)
        self._attempts = attempts or Attempts(file, clock)

    async def sign_in(self, said: Credentials, *, address: str) -> Opened:
        """Open a session for whoever proves to be that account's owner.

        Refuses `sign-in-refused` (and never says why), `second-factor-needed` once the password is right,
        `too-many-attempts`, `overloaded`. An unknown login costs the same work as a wrong password.
        """
        login = plain_login(said.login)
        attempt = await asyncio.to_thread(self._attempts.begin, login, address)
        try:
            account = await self._prove(said)
        except Refused as refused:
            if refused.code != "sign-in-refused":
                await asyncio.to_thread(self._attempts.forgive, attempt)
            raise
        await asyncio.to_thread(self._attempts.succeed, attempt, login, address)
        return await self.let_in(account.person)

    async def _prove(self, said: Credentials) -> Account:
        account = self.accounts.find(said.login)
        verdict = await self.passwords.verify(account.hash if account else None, said.password)
        if account is None or not verdict.right or self._shut_out(account.person):
            raise Refused("sign-in-refused")
        if account.factor_confirmed:
            if said.code is None:
                raise Refused("second-factor-needed")
            if not await asyncio.to_thread(self.accounts.take_code, account, said.code):
                raise Refused("sign-in-refused")
        if verdict.better is not None:
            better = partial(self.accounts.better_hash, account.login, old=account.hash, new=verdict.better)
            await asyncio.to_thread(better)
        return account

    async def prove_password(self, account: Account, password: str, *, address: str) -> None:
        """Have somebody already signed in prove again who they are.

        Refuses `password-wrong`, `too-many-attempts` (counted with failed sign-ins), `overloaded`.
        """
        attempt = await asyncio.to_thread(self._attempts.begin, account.login, address)
        try:
            verdict = await self.passwords.verify(account.hash, password)
        except Refused:
            await asyncio.to_thread(self._attempts.forgive, attempt)
            raise
        if not verdict.right:
            raise Refused("password-wrong", field="password")
        await asyncio.to_thread(self._attempts.forgive, attempt)

    def _shut_out(self, person: str) -> bool:
        return self.accounts.barred(person) or self.house.people.erased(person)

    async def let_in(self, person: str, *, kind: Kind = Kind.PERSON) -> Opened:
        """Open a session for a person already proven; refuses `sign-in-refused` to one shut out."""
        if self._shut_out(person):
            raise Refused("sign-in-refused")
        return await asyncio.to_thread(partial(self.sessions.open, person, kind=kind))

    async def enter_demo(self, role: str) -> Opened:
        """Open a session as one of the demonstration's people; refuses `not-a-demo`, `role-unknown`."""
        if not self.demo:
            raise Refused("not-a-demo")
        for one in self.demo:
            if one.role == role:
                return await self.let_in(one.person, kind=Kind.DEMO)
        raise Refused("role-unknown", field="role")

    @property
    def needs_first_administrator(self) -> bool:
        """Whether nobody keeps this node yet."""
        return not self.house.people.administrators(self.clock.now())

    async def enter_first(self, said: FirstAdministrator) -> Opened:
        """Found the house: the first person, the administrator's role, the account, a session.

        Refuses `first-link-refused` (unknown, used, over), `administrator-exists`, what `check_strength` and the
        rules refuse, `login-malformed`.
        """
        await asyncio.to_thread(self.first_links.check, said.token)
        check_strength(said.password, login=said.login)
        hashed = await self.passwords.hash(said.password)
        person = new_id()
        await asyncio.to_thread(self._take_first_link, said, person, hashed)
        home = self.house.home
        decide = partial(
            rules.found_house,
            self.house.people,
            organisation=home,
            person=person,
            display_name=said.display_name,
            grant=new_id(),
            now=self.clock.now(),
        )
        try:
            await self.house.record(Author(person, Role.ADMINISTRATOR, home.organisation), decide)
        except Exception:
            await asyncio.to_thread(partial(self.first_links.give_back, said.token, person=person))
            raise
        return await self.let_in(person)

    async def accept(self, said: Acceptance) -> str:
        """Open the account of whoever holds that invitation, or give it another login and password; gives the person.

        Nobody is signed in by this: a second factor that is in use is still asked for. Refuses `invitation-refused`
        (unknown, used, replaced, over, or for one shut out), what `check_strength` refuses, `login-malformed`,
        `login-taken`.
        """
        await asyncio.to_thread(self.read_invitation, said.token)
        check_strength(said.password, login=said.login)
        hashed = await self.passwords.hash(said.password)
        return await asyncio.to_thread(self._accept, said, hashed)

    def read_invitation(self, token: str) -> Invitation:
        """Whom that invitation is for; refuses `invitation-refused`."""
        found = self.invitations.check(token)
        if self._shut_out(found.person):
            raise Refused("invitation-refused", field="token")
        return found

    def _accept(self, said: Acceptance, hashed: str) -> str:
        with self._file.write() as connection:
            taken = self.invitations.take(connection, said.token)
            if self.accounts.has_with(connection, taken.person):
                ended = self.accounts.renew_with(
                    connection, said.login, person=taken.person, password_hash=hashed, drop_factor=taken.drops_factor
                )
            else:
                ended = []
                self.accounts.add_with(connection, said.login, person=taken.person, password_hash=hashed)
        self.sessions.tell(ended)
        return taken.person

    def _take_first_link(self, said: FirstAdministrator, person: str, hashed: str) -> None:
        with self._file.write() as connection:
            self.first_links.take(connection, said.token)
            self.accounts.add_with(connection, said.login, person=person, password_hash=hashed)
