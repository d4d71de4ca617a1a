"""A whole house in memory for tests of sign-in: a real writer, real sealing, real accounts on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware
from support.people import NOW, ident, organisation

from garance.domain.people import rules
from garance.domain.people.facts import Level, OrganisationRegistered, RoleGranted
from garance.domain.people.state import People
from garance.domain.vocabulary import Body, decode, name_of, split
from garance.journal.database import Database
from garance.journal.envelope import Draft, Line
from garance.journal.memory import MemoryStore
from garance.journal.sealing import MemoryKeyRing, close_body, open_body
from garance.journal.store import Store
from garance.journal.writer import Intent, Writer
from garance.kernel.clock import SetClock
from garance.kernel.fact import Fact
from garance.kernel.identity import new_id
from garance.kernel.label import Author, Label, Mode
from garance.kernel.signature import Signer
from garance.server.http import Call, Endpoint, Faults, Gate, endpoint, routes
from garance.server.shelter import Threshold
from garance.server.sign_in.accounts_file import open_accounts
from garance.server.sign_in.attempts import Attempts, Limits
from garance.server.sign_in.cookie import Cookies
from garance.server.sign_in.crossing import Crossings, crossing_routes
from garance.server.sign_in.entrance import Entrance
from garance.server.sign_in.house import DemoPerson
from garance.server.sign_in.oidc import OidcSettings, Service
from garance.server.sign_in.passwords import Passwords
from garance.server.sign_in.reader import Reader
from garance.server.sign_in.session_endpoints import OidcShown, Porch, session_endpoints
from garance.server.sign_in.sessions import Sessions

PASSWORD = "correct horse battery"
ORIGIN = "http://garance.test"
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ADMINISTRATOR = Author(ident("anne"), "administrator", ident("rochefort"))


class JournalHouse:
    """Keeps people in a journal: what the server's node does, without the rest."""

    def __init__(self, writer: Writer, store: Store) -> None:
        self.writer = writer
        self.store = store
        self.keys = MemoryKeyRing()
        self.people = People()
        self.home: OrganisationRegistered = organisation("rochefort", Level.COMMUNE)
        writer.listen(self)

    def heard(self, line: Line) -> None:
        header, body = line.header, line.record.body
        assert body is not None
        members, _erased = open_body(header.name, body, person=header.subject, keys=self.keys)
        name, read = decode(header.name, members)
        self.people.fold(
            Fact(
                position=line.position,
                id=line.id,
                name=name,
                occurred_at=header.occurred_at,
                recorded_at=header.recorded_at,
                tick=header.tick,
                situation=header.situation,
                mode=header.mode,
                author=header.author,
                label=header.label,
                command=header.command,
                subject=header.subject,
                body=read,
            )
        )

    def lost(self) -> None:
        self.people = People()
        position = 0
        while lines := self.store.read(position, 1000):
            for line in lines:
                self.heard(line)
            position = lines[-1].position

    async def record(self, author: Author, decide: Callable[[], Sequence[Body]]) -> None:
        intent = Intent(author.person, new_id(), "0" * 64)
        await self.writer.submit(intent, lambda: [self._draft(author, body) for body in decide()])

    def _draft(self, author: Author, body: Body) -> Draft:
        members, personal, subject = split(body)
        content = msgspec.json.encode(members)
        if personal and subject is not None:
            key = self.keys.open_key(subject)
            content = close_body(name_of(body), members, personal, person=subject, key=key)
        return Draft(
            name=name_of(body),
            body=content,
            occurred_at=NOW,
            situation=None,
            mode=Mode.ACTUAL,
            author=author,
            label=Label(),
            subject=subject if personal else None,
        )

    def destroy_key(self, person: str) -> None:
        self.keys.destroy(person)


class Door:
    """A running sign-in: the house, the accounts, and an application to knock at."""

    def __init__(self, house: JournalHouse, file: Database, clock: SetClock, *, demo: Sequence[DemoPerson]) -> None:
        self.house = house
        self.file = file
        self.clock = clock
        self.passwords = Passwords(FAST)
        self.attempts = Attempts(file, clock, Limits(login_here=3, address=8, login=5))
        self.entrance = Entrance(
            file,
            clock,
            house,
            passwords=self.passwords,
            sessions=Sessions(file, clock),
            attempts=self.attempts,
            demo=demo,
        )
        self.porch = Porch(self.entrance, Cookies(https=False))

    def app(self, *, https: bool = False, service: Service | None = None) -> Starlette:
        shown = OidcShown("Connexion", "Sign in") if service else None
        self.porch = Porch(self.entrance, Cookies(https=https), oidc=shown)
        gate: Gate[Reader] = Gate(self.porch.current_reader)
        found = routes([*session_endpoints(self.porch), _probe()], gate)
        if service is not None:
            found += crossing_routes(self.porch, service, Crossings(self.file, self.clock))
        return Starlette(routes=found, middleware=[Middleware(Faults), Middleware(Threshold, hosts=None)])

    def browser(
        self, *, address: str = "192.0.2.1", https: bool = False, service: Service | None = None
    ) -> httpx2.AsyncClient:
        """Somebody's browser, with its own cookies."""
        transport = httpx2.ASGITransport(self.app(https=https, service=service), client=(address, 4000))
        origin = ORIGIN.replace("http:", "https:") if https else ORIGIN
        return httpx2.AsyncClient(transport=transport, base_url=origin)

    def service(self, issuer: str, client: httpx2.AsyncClient, **settings: Any) -> Service:
        chosen = {
            "issuer": issuer,
            "client_id": "garance",
            "client_secret": "a secret",
            "redirect_uri": f"{ORIGIN}/api/v1/oidc/callback",
        }
        return Service(OidcSettings(**{**chosen, **settings}), client, self.clock)

    async def enrol(self, login: str, *, role: str = "dos", password: str = PASSWORD) -> str:
        """A person with an account and a standing role; gives their identifier."""
        people, person = self.house.people, ident(login)
        grant = RoleGranted(
            grant=ident(f"{login} grant"), person=person, organisation=self.house.home.organisation, role=role
        )
        if people.organisation(self.house.home.organisation) is None:
            await self.house.record(ADMINISTRATOR, lambda: [self.house.home])
        email = f"{login}@example.org"
        await self.house.record(
            ADMINISTRATOR,
            lambda: [rules.enrol(people, person=person, display_name=login.capitalize(), email=email)],
        )
        await self.house.record(ADMINISTRATOR, lambda: [rules.grant_role(people, grant, now=self.clock.now())])
        self.entrance.accounts.add(login, person=person, password_hash=await self.passwords.hash(password))
        return person


class Said(msgspec.Struct, frozen=True):
    person: str


def _probe() -> Endpoint:
    @endpoint("POST", "/api/v1/probe", tag="probe")
    async def probe(call: Call[Reader]) -> Said:
        """Something that changes something."""
        return Said(call.who.person)

    return probe


@asynccontextmanager
async def open_door(folder: Path, *, demo: Sequence[DemoPerson] = ()) -> AsyncIterator[Door]:
    """A door, in that folder."""
    clock = SetClock(NOW)
    store = MemoryStore()
    writer = Writer(store, Signer.create(), clock)
    house = JournalHouse(writer, store)
    writer.start()
    file = open_accounts(folder)
    door = Door(house, file, clock, demo=demo)
    try:
        yield door
    finally:
        await writer.stop()
        door.passwords.close()
        file.close()
