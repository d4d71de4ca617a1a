"""Enrolment (enrôlement): an invited device has its own key signed, with its name and a word of passage.

The order in which ATAK, iTAK and WinTAK ask: what to put in the request, the signature, then a profile.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from cryptography import x509
from starlette.responses import Response
from starlette.routing import BaseRoute

from garance.connectors.tak.package import Content, write_package
from garance.connectors.tak.relay.authority import CLIENT_LASTS, MAX_REQUEST_BYTES, serial_of
from garance.connectors.tak.relay.enrolment import Answer, configuration, signed, signed_store
from garance.kernel.identity import derived_id
from garance.kernel.refusal import Refused
from garance.server.tak.asked import Asked, Run, route
from garance.server.tak.presence import version_routes
from garance.server.tak.roster import Bearing, Device, Invited

if TYPE_CHECKING:
    from garance.server.tak.site import TakSite

ZIP = "application/zip"


def enrolment_routes(site: TakSite) -> list[BaseRoute]:
    """What is served where nobody has a certificate yet."""
    tls = "/Marti/api/tls"
    asked: list[tuple[str, str, Run]] = [
        ("GET", f"{tls}/config", _configuration),
        ("POST", f"{tls}/signClient", _sign_store),
        ("POST", f"{tls}/signClient/", _sign_store),
        ("POST", f"{tls}/signClient/v2", _sign),
        ("GET", f"{tls}/profile/enrollment", _profile),
    ]
    return [*(route(site, *each, enrolled=False) for each in asked), *version_routes(site, enrolled=False)]


async def _configuration(asked: Asked) -> Response:
    """What to put in the request."""
    await _admitted(asked)
    return _answer(configuration(asked.site.authority.organisation, CLIENT_LASTS.days))


async def _sign(asked: Asked) -> Response:
    """Sign, and answer as XML or JSON."""
    certificate = await _enrol(asked)
    authorities = [asked.site.authority.certificate]
    return _answer(signed(certificate, authorities, asked.request.headers.get("accept", "")))


async def _sign_store(asked: Asked) -> Response:
    """Sign, and answer with a key store, as the first version did."""
    certificate = await _enrol(asked)
    return _answer(await asyncio.to_thread(signed_store, certificate, [asked.site.authority.certificate]))


async def _profile(asked: Asked) -> Response:
    """What the device is to be: its call sign, its team, its role."""
    invited = await _admitted(asked)
    return Response(await asyncio.to_thread(profile_package, invited), media_type=ZIP)


async def _enrol(asked: Asked) -> x509.Certificate:
    """A certificate for the key of who asks, durable here before it is given."""
    site, invited = asked.site, await _admitted(asked)
    if not invited.uses:
        raise Refused("sign-in-refused")
    request, now = await asked.body(MAX_REQUEST_BYTES), site.clock.now()
    certificate = await asyncio.to_thread(site.authority.enrol, request, invited.name, now)
    uid = (asked.said("clientUid") or asked.said("clientUID"))[:200]
    bearing = invited.bearing
    device = Device(
        serial=serial_of(certificate),
        name=invited.name,
        bearing=Bearing(groups=bearing.groups, team=bearing.team, role=bearing.role, uid=uid),
        enrolled_at=now,
        ends_at=certificate.not_valid_after_utc,
    )
    await asyncio.to_thread(site.roster.enrol, device, invited.id)
    return certificate


async def _admitted(asked: Asked) -> Invited:
    """The invitation of who asks; refuses `sign-in-refused`, `too-many-attempts`."""
    name, word = asked.credentials()
    if not name or not word:
        raise Refused("sign-in-refused")
    roster, login = asked.site.roster, name.casefold()
    address = asked.request.client.host if asked.request.client else ""

    def look() -> Invited | None:
        attempt = roster.attempts.begin(login, address)
        found = roster.recognise(name, word)
        if found is not None:
            roster.attempts.succeed(attempt, login, address)
        return found

    invited = await asyncio.to_thread(look)
    if invited is None:
        raise Refused("sign-in-refused")
    return invited


def profile_package(invited: Invited) -> bytes:
    """The preferences of a device, as a package that ATAK takes in by itself."""
    said = {
        "locationCallsign": invited.name,
        "locationTeam": invited.bearing.team,
        "atakRoleType": invited.bearing.role,
    }
    entries = "".join(
        f'    <entry key="{key}" class="class java.lang.String">{escape(value)}</entry>\n'
        for key, value in said.items()
        if value
    )
    preferences = (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<preferences>\n"
        f'  <preference version="1" name="com.atakmap.app_preferences">\n{entries}  </preference>\n</preferences>\n'
    )
    uid = derived_id("tak-profile", invited.id)
    content = Content(entry=f"{uid}/profil.pref", body=preferences.encode("utf-8"))
    return write_package([content], uid=uid, name="Profil", deleted=True)


def _answer(answer: Answer) -> Response:
    return Response(answer.body, headers={"Cache-Control": "no-store"}, media_type=answer.content_type)
