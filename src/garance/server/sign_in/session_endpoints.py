"""The addresses of sign-in: session, first administrator, wall screens, demonstration (contract v1, Session)."""

from __future__ import annotations

import asyncio
import hmac
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType
from starlette.requests import HTTPConnection, Request

from garance.access.roles import abilities_of
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.http.routing import CSRF_HEADER
from garance.server.sign_in.cookie import Cookies, carried_token
from garance.server.sign_in.entrance import Credentials, Entrance, FirstAdministrator, Token
from garance.server.sign_in.house import DemoPerson
from garance.server.sign_in.reader import Kind, Reader
from garance.server.sign_in.sessions import Opened

PATH = "/api/v1/session"
TAG = "session"
MAX_BYTES = 8192


class PersonShown(msgspec.Struct, frozen=True):
    """Who is signed in."""

    id: str
    display_name: str | None


class GrantShown(msgspec.Struct, frozen=True, kw_only=True):
    """One role of the person signed in; a role to come says from when, one that is over is not shown."""

    id: str
    role: str
    organisation: str
    organisation_name: str
    situation: str | None
    abilities: list[str]
    cell: str | UnsetType = UNSET
    not_before: datetime | UnsetType = UNSET
    not_after: datetime | UnsetType = UNSET


class OidcShown(msgspec.Struct, frozen=True):
    """The words of the button that leads to another sign-in service."""

    title_fr: str
    title_en: str


class FileLimits(msgspec.Struct, frozen=True):
    """What files may be joined to a line: their greatest size in bytes, their media types."""

    max_bytes: int
    kinds: tuple[str, ...]


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """Who the browser is to this node. Times are shown in `time_zone`, wherever the screen is.

    `csrf` goes into the header `X-Garance-CSRF` of whatever changes something.
    """

    signed_in: bool
    demo: bool
    first_administrator: bool
    oidc: OidcShown | None
    time_zone: str
    person: PersonShown | UnsetType = UNSET
    csrf: str | UnsetType = UNSET
    grants: list[GrantShown] | UnsetType = UNSET
    read_only: bool | UnsetType = UNSET
    files: FileLimits | UnsetType = UNSET


class WallToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secret a wall screen was given."""

    token: Token


class DemoChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the demonstration's people to be."""

    role: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Porch:
    """Where HTTP meets the entrance: reads the cookie, shows the session."""

    def __init__(
        self,
        entrance: Entrance,
        cookies: Cookies,
        *,
        oidc: OidcShown | None = None,
        time_zone: str = "Europe/Paris",
        files: FileLimits | UnsetType = UNSET,
    ) -> None:
        self.entrance = entrance
        self.cookies = cookies
        self.oidc = oidc
        self.time_zone = time_zone
        self.files = files

    async def current_reader(self, request: Request) -> Reader | None:
        """Who asks, if signed in; the session's use is noted. For `http.Gate`."""
        reader = self.reader_of(request)
        if reader is not None and reader.kind is not Kind.WALL and self.entrance.sessions.due(reader.session):
            await asyncio.to_thread(self.entrance.sessions.touch, reader.session)
        return reader

    def bearer(self, request: Request) -> Reader | None:
        """Who a program reads for: `Authorization: Bearer <wall token>`, or Basic with that token as the password.

        A wall screen's token thus opens the territory to a map program (QGIS, GDAL), which has no cookie; it opens
        nothing else this way, and is worth nothing once the wall is taken back.
        """
        token = carried_token(request.headers.get("authorization", ""))
        return self.entrance.sessions.read_wall(token) if token else None

    def reader_of(self, connection: HTTPConnection) -> Reader | None:
        """The same without noting the use: for streams, and for reading one's own session."""
        token = self.cookies.read(connection)
        return self.entrance.sessions.read(token) if token else None

    def show(self, reader: Reader | None) -> SessionShown:
        """The session as the browser is told of it."""
        entrance = self.entrance
        demo = bool(entrance.demo)
        first = entrance.needs_first_administrator and not demo
        if reader is None:
            return SessionShown(
                signed_in=False, demo=demo, first_administrator=first, oidc=self.oidc, time_zone=self.time_zone
            )
        known = entrance.house.people.person(reader.person)
        person = PersonShown(reader.person, known.display_name if known else None)
        return SessionShown(
            signed_in=True,
            demo=demo,
            first_administrator=first,
            oidc=self.oidc,
            time_zone=self.time_zone,
            person=UNSET if reader.kind is Kind.WALL else person,
            csrf=reader.csrf,
            grants=self._grants(reader),
            read_only=reader.read_only,
            files=self.files,
        )

    def _grants(self, reader: Reader) -> list[GrantShown]:
        people, now = self.entrance.house.people, self.entrance.clock.now()
        shown: list[GrantShown] = []
        for grant in reader.grants(people):
            if grant.not_after is not None and grant.not_after <= now:
                continue
            organisation = people.organisation(grant.organisation)
            shown.append(
                GrantShown(
                    id=grant.grant,
                    role=grant.role,
                    organisation=grant.organisation,
                    organisation_name=organisation.name if organisation else "",
                    situation=grant.situation,
                    abilities=sorted(abilities_of(grant.role)),
                    cell=grant.cell if grant.cell is not None else UNSET,
                    not_before=grant.not_before or UNSET,
                    not_after=grant.not_after or UNSET,
                )
            )
        return shown

    async def open(self, call: Call[Reader], opened: Opened) -> SessionShown:
        """Give the browser its new session; the one it came with is ended, so that none can be planted on it."""
        old = self.cookies.read(call.request)
        before = self.entrance.sessions.read(old) if old else None
        if before is not None:
            await asyncio.to_thread(self.entrance.sessions.end, before.session)
        lasts = opened.reader.until - self.entrance.clock.now()
        call.headers["Set-Cookie"] = self.cookies.write(opened.token, lasts=lasts)
        return self.show(opened.reader)


def session_endpoints(porch: Porch) -> list[Endpoint]:
    """Every endpoint of sign-in but the crossing to another service (see `crossing`)."""
    return [*_own_session(porch), *_other_ways(porch)]


def _own_session(porch: Porch) -> list[Endpoint]:
    entrance = porch.entrance

    @endpoint("GET", PATH, tag=TAG, needs_reader=False)
    async def read_session(call: Call[Reader]) -> SessionShown:
        """Who the browser is to this node."""
        return porch.show(call.reader)

    @endpoint(
        "POST",
        PATH,
        tag=TAG,
        needs_reader=False,
        max_bytes=MAX_BYTES,
        refusals=("sign-in-refused", "second-factor-needed", "too-many-attempts"),
    )
    async def open_session(call: Call[Reader], body: Credentials) -> SessionShown:
        """Sign in with a local account."""
        return await porch.open(call, await entrance.sign_in(body, address=call.address))

    @endpoint("DELETE", PATH, tag=TAG, needs_reader=False, refusals=("csrf-wrong",))
    async def end_session(call: Call[Reader]) -> None:
        """Sign out."""
        reader = call.reader
        if reader is None:
            return
        # A wall screen has nothing to lose by another page's request, and has no page of its own to read its token.
        said = call.request.headers.get(CSRF_HEADER, "")
        if not reader.read_only and not hmac.compare_digest(said.encode(), reader.csrf.encode()):
            raise Refused("csrf-wrong")
        await asyncio.to_thread(entrance.sessions.end, reader.session)
        call.headers["Set-Cookie"] = porch.cookies.clear()

    return [read_session, open_session, end_session]


def _other_ways(porch: Porch) -> list[Endpoint]:
    entrance = porch.entrance

    @endpoint("POST", f"{PATH}/wall", tag=TAG, needs_reader=False, max_bytes=MAX_BYTES, refusals=("sign-in-refused",))
    async def open_wall(call: Call[Reader], body: WallToken) -> SessionShown:
        """Open a wall screen's session."""
        return await porch.open(call, await asyncio.to_thread(entrance.sessions.open_wall, body.token))

    @endpoint("GET", f"{PATH}/demo", tag=TAG, needs_reader=False, refusals=("not-a-demo",))
    async def read_demo(call: Call[Reader]) -> list[DemoPerson]:
        """The people a demonstration lets anyone be."""
        if not entrance.demo:
            raise Refused("not-a-demo")
        return list(entrance.demo)

    @endpoint(
        "POST",
        f"{PATH}/demo",
        tag=TAG,
        needs_reader=False,
        max_bytes=MAX_BYTES,
        refusals=("not-a-demo", "role-unknown"),
    )
    async def open_demo(call: Call[Reader], body: DemoChoice) -> SessionShown:
        """Be one of the demonstration's people."""
        return await porch.open(call, await entrance.enter_demo(body.role))

    @endpoint(
        "POST",
        "/api/v1/first-administrator",
        tag=TAG,
        needs_reader=False,
        max_bytes=MAX_BYTES,
        refusals=(
            "first-link-refused",
            "administrator-exists",
            "password-too-short",
            "password-too-long",
            "password-too-plain",
            "login-malformed",
            "login-taken",
            "text-blank",
            "text-unprintable",
        ),
    )
    async def open_first(call: Call[Reader], body: FirstAdministrator) -> SessionShown:
        """Become the first administrator, with the one-time link printed at first start."""
        return await porch.open(call, await entrance.enter_first(body))

    return [open_wall, read_demo, open_demo, open_first]
