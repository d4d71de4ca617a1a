"""The crossing to another sign-in service and back (connexion par un autre service).

A crossing begun in one browser can only end in that browser: its state, its nonce and its proof key are kept here, and
the browser holds the other half in a cookie. Each is good once, within ten minutes. People are sent here by links, so
a refusal sends them back to the first page, with its code in the address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from garance.domain.people.state import People
from garance.journal.database import Database
from garance.kernel.clock import Clock, to_milliseconds
from garance.kernel.refusal import Refused
from garance.server.sign_in.accounts_file import kept, new_token
from garance.server.sign_in.cookie import CROSSING
from garance.server.sign_in.entrance import Entrance
from garance.server.sign_in.oidc import Identity, Service
from garance.server.sign_in.session_endpoints import Porch

START = "/api/v1/oidc/start"
CALLBACK = "/api/v1/oidc/callback"
LASTS = timedelta(minutes=10)
MAX_CODE = 4096
MAX_CROSSINGS = 10_000
_LASTS_MS = LASTS // timedelta(milliseconds=1)


class Begun(msgspec.Struct, frozen=True):
    """A crossing begun: what goes to the service, and what stays in the browser."""

    state: str
    browser: str
    nonce: str
    verifier: str


class Crossings:
    """The crossings under way, on disk so that any process can end them."""

    def __init__(self, file: Database, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def begin(self) -> Begun:
        """Begin one; when thousands are under way, the oldest give way."""
        begun = Begun(new_token(), new_token(), new_token(), new_token())
        now = to_milliseconds(self._clock.now())
        with self._file.write() as connection:
            connection.execute("DELETE FROM crossings WHERE begun_ms <= ?", (now - _LASTS_MS,))
            connection.execute(
                "DELETE FROM crossings WHERE state IN"
                " (SELECT state FROM crossings ORDER BY begun_ms DESC LIMIT -1 OFFSET ?)",
                (MAX_CROSSINGS - 1,),
            )
            connection.execute(
                "INSERT INTO crossings VALUES (?, ?, ?, ?, ?)",
                (kept(begun.state), kept(begun.browser), begun.nonce, begun.verifier, now),
            )
        return begun

    def end(self, state: str, browser: str) -> Begun:
        """Take back what was kept for that state, once, in the browser that began it; refuses `oidc-not-begun`."""
        now = to_milliseconds(self._clock.now())
        with self._file.write() as connection:
            row = connection.execute(
                "DELETE FROM crossings WHERE state = ? AND browser = ? AND begun_ms > ? RETURNING nonce, verifier",
                (kept(state), kept(browser), now - _LASTS_MS),
            ).fetchone()
        if row is None:
            raise Refused("oidc-not-begun")
        return Begun(state, browser, row[0], row[1])


def person_of(entrance: Entrance, identity: Identity, *, by_email: bool) -> str:
    """Which of our people that identity is: as the operator linked it, or by a verified address if allowed.

    Refuses `oidc-unknown-person`. An address is followed once: the identity is linked from then on.
    """
    person = entrance.accounts.linked(identity.issuer, identity.subject)
    if person is None and by_email and identity.email is not None:
        person = _by_email(entrance.house.people, identity.email)
        if person is not None:
            entrance.accounts.link(identity.issuer, identity.subject, person=person)
    if person is None or entrance.house.people.person(person) is None:
        raise Refused("oidc-unknown-person")
    return person


def _by_email(people: People, email: str) -> str | None:
    wanted = email.casefold()
    found = [one.person for one in people.persons() if one.email is not None and one.email.casefold() == wanted]
    return found[0] if len(found) == 1 else None


def crossing_routes(
    porch: Porch, service: Service, crossings: Crossings, *, charge: Callable[[str], None] = lambda address: None
) -> list[Route]:
    """The two addresses of the crossing. The callback takes whatever else the service adds to its address.

    `charge` counts a request by its network address, and may refuse it.
    """

    async def start(request: Request) -> Response:
        try:
            charge(request.client.host if request.client else "")
            begun = await asyncio.to_thread(crossings.begin)
            address = await service.address(state=begun.state, nonce=begun.nonce, verifier=begun.verifier)
        except Refused as refused:
            return _back(refused.code)
        response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
        # Lax: the service sends the browser back from its own site.
        cookie = porch.cookies.write(begun.browser, lasts=LASTS, name=CROSSING, same_site="Lax")
        response.headers.append("Set-Cookie", cookie)
        return response

    async def callback(request: Request) -> Response:
        try:
            response = await _land(porch, service, crossings, request)
        except Refused as refused:
            response = _back(refused.code)
        response.headers.append("Set-Cookie", porch.cookies.clear(CROSSING))
        return response

    return [Route(START, start, methods=["GET"]), Route(CALLBACK, callback, methods=["GET"])]


async def _land(porch: Porch, service: Service, crossings: Crossings, request: Request) -> Response:
    said = request.query_params
    state, code = said.get("state", ""), said.get("code", "")
    browser = porch.cookies.read(request, CROSSING) or ""
    begun = await asyncio.to_thread(crossings.end, state, browser)
    if said.get("iss") not in (None, service.settings.issuer):  # RFC 9207: another service's answer, mixed up
        raise Refused("oidc-refused", detail={"why": "iss"})
    if "error" in said or not 0 < len(code) <= MAX_CODE:
        raise Refused("oidc-refused", detail={"why": "service"})
    identity = await service.identify(code, nonce=begun.nonce, verifier=begun.verifier)
    by_email = service.settings.link_by_email
    person = await asyncio.to_thread(lambda: person_of(porch.entrance, identity, by_email=by_email))
    opened = await porch.entrance.let_in(person)
    old = porch.reader_of(request)
    if old is not None:
        await asyncio.to_thread(porch.entrance.sessions.end, old.session)
    response = RedirectResponse("/", 303, headers={"Cache-Control": "no-store"})
    lasts = opened.reader.until - porch.entrance.clock.now()
    response.headers.append("Set-Cookie", porch.cookies.write(opened.token, lasts=lasts))
    return response


def _back(code: str) -> Response:
    return RedirectResponse(f"/?refused={code}", 303, headers={"Cache-Control": "no-store"})
