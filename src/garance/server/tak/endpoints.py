"""What the people of a node do with TAK devices: invite them, give them a package, list them, revoke them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from garance.access.roles import Ability, abilities_of
from garance.connectors.tak.relay.authority import CLIENT_LASTS, client_store, serial_of, trust_store
from garance.connectors.tak.relay.enrolment import STORE_PASSWORD, enrolment_link, itak_text
from garance.connectors.tak.relay.onboarding import Connection, connection_package
from garance.exports.qr_code import qr_code
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.node import Node
from garance.server.sign_in.reader import Reader
from garance.server.tak.roster import EVERYONE, Bearing, Device, Invited

TYPE = "application/zip"
PATH = "/api/v1/connections/{connection}"
AMONG = {Ability.OBSERVATIONS_DECLARE, Ability.PEOPLE_MANAGE}
"""Who brings phones in: those who may attach a connection, and those who keep the node."""

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9À-ÖØ-öø-ÿ]([A-Za-z0-9À-ÖØ-öø-ÿ ._-]{0,62}[A-Za-z0-9À-ÖØ-öø-ÿ])?$")]
"""A call sign or a group: letters of French, digits, spaces, dots, hyphens."""
Serial = Annotated[str, Meta(pattern=r"^([0-9A-F]{2}){1,32}$", description="Serial number of a certificate")]
Groups = Annotated[tuple[Name, ...], Meta(min_length=1, max_length=20)]
Client = Literal["atak", "itak", "wintak"]
Team = Literal[
    "White", "Yellow", "Orange", "Magenta", "Red", "Maroon", "Purple", "Dark Blue", "Blue", "Cyan", "Teal", "Green",
    "Dark Green", "Brown",
]  # fmt: skip
Role = Literal["Team Member", "Team Lead", "HQ", "Medic", "Forward Observer", "RTO", "K9"]  # the words of ATAK itself


class ToInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whom to invite: the name that goes into the certificate and on the map, the groups, how many devices, how long.

    `team` and `role` are words of ATAK.
    """

    name: Name
    groups: Groups = EVERYONE
    uses: Annotated[int, Meta(ge=1, le=100)] = 1
    hours: Annotated[int, Meta(ge=1, le=24 * 30)] = 24
    team: Team | None = None
    role: Role | None = None


class InvitationShown(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that still lets somebody in; `uses`: how many more devices."""

    id: ObjectId
    name: str
    groups: tuple[str, ...]
    uses: int
    made_at: Instant
    ends_at: Instant


class InvitationsShown(msgspec.Struct, frozen=True):
    """Invitations, the newest first."""

    items: list[InvitationShown]


class InvitationMade(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation and its word of passage, told this once. Drawings are SVG.

    `link` opens ATAK; `itak` is what iTAK scans, which then asks for the name and the word.
    """

    invitation: InvitationShown
    token: str
    host: str
    enrol_port: int
    link: str
    link_drawing: str
    itak: str
    itak_drawing: str


class ToEquip(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A device that gets its certificate and key in a package made here, for that application."""

    name: Name
    client: Client = "atak"
    groups: Groups = EVERYONE
    team: Team | None = None
    role: Role | None = None


class DeviceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A device that was given a certificate. `connected`: it is here now. `how`: its own key, or one made here."""

    serial: Serial
    name: str
    groups: tuple[str, ...]
    how: Literal["enrolment", "package"]
    enrolled_at: Instant
    ends_at: Instant
    revoked_at: Instant | None
    connected: bool


class DevicesShown(msgspec.Struct, frozen=True):
    """Devices, the newest first."""

    items: list[DeviceShown]


class PackageAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For which application."""

    client: Client = "atak"


def tak_endpoints(node: Node) -> list[Endpoint]:
    """Invitations, packages, devices."""

    def check(call: Call[Reader]) -> None:
        people, now = node.follower.state.people, node.clock.now()
        roles = [grant for grant in call.who.grants(people) if grant.active(now)]
        if call.who.read_only or not any(abilities_of(grant.role) & AMONG for grant in roles):
            raise Refused("not-allowed")

    return [*_invitations(node, check), *_devices(node, check), *_packages(node, check)]


Check = Callable[[Call[Reader]], None]
_MADE = ("unknown", "not-allowed", "not-ready", "connector-setting-missing", "quota-full", "storage-full")


def _invitations(node: Node, check: Check) -> list[Endpoint]:
    @endpoint("GET", f"{PATH}/invitations", tag="connections", refusals=("unknown", "not-allowed"))
    async def list_invitations(call: Call[Reader], connection: Slug) -> InvitationsShown:
        """Invitations that still let a TAK device in by that connection."""
        check(call)
        roster = node.tak.of(connection).roster
        return InvitationsShown([_shown(one) for one in await asyncio.to_thread(roster.invitations)])

    @endpoint("POST", f"{PATH}/invitations", tag="connections", refusals=_MADE)
    async def invite_device(call: Call[Reader], connection: Slug, body: ToInvite) -> InvitationMade:
        """Invite TAK devices in by that connection; the word of passage is told this once."""
        check(call)
        site = node.tak.of(connection)
        port, enrol_port = site.port("tls_port"), site.port("enrol_port")
        host, bearing = site.host, Bearing(groups=body.groups, team=body.team or "", role=body.role or "")
        lasts = timedelta(hours=body.hours)
        invited, token = await asyncio.to_thread(
            lambda: site.roster.invite(body.name, bearing, uses=body.uses, lasts=lasts)
        )
        link = enrolment_link(host, body.name, token, port=port)
        scanned = itak_text(site.title, host, port=port)
        return InvitationMade(
            invitation=_shown(invited),
            token=token,
            host=host,
            enrol_port=enrol_port,
            link=link,
            link_drawing=await asyncio.to_thread(qr_code, link),
            itak=scanned,
            itak_drawing=await asyncio.to_thread(qr_code, scanned),
        )

    @endpoint("DELETE", f"{PATH}/invitations/{{invitation}}", tag="connections", refusals=("unknown", "not-allowed"))
    async def withdraw_invitation(call: Call[Reader], connection: Slug, invitation: ObjectId) -> None:
        """Withdraw an invitation: it lets nobody in any more."""
        check(call)
        await asyncio.to_thread(node.tak.of(connection).roster.withdraw, invitation)

    return [list_invitations, invite_device, withdraw_invitation]


def _devices(node: Node, check: Check) -> list[Endpoint]:
    @endpoint("GET", f"{PATH}/devices", tag="connections", refusals=("unknown", "not-allowed"))
    async def list_devices(call: Call[Reader], connection: Slug) -> DevicesShown:
        """Every TAK device that was given a certificate by that connection."""
        check(call)
        site = node.tak.of(connection)
        relay = site.connector.relay
        here = {client.identity.serial for client in relay.clients} if relay is not None else set()
        return DevicesShown([_device(one, here) for one in site.roster.devices()])

    path = f"{PATH}/devices/{{serial}}/revocation"

    @endpoint("POST", path, tag="connections", refusals=("unknown", "not-allowed", "not-ready", "quota-full"))
    async def revoke_device(call: Call[Reader], connection: Slug, serial: Serial) -> None:
        """Revoke a device for ever: its certificate opens nothing any more, and what it has open is closed."""
        check(call)
        await node.tak.of(connection).revoke(serial)

    return [list_devices, revoke_device]


def _packages(node: Node, check: Check) -> list[Endpoint]:
    settings: dict[str, Any] = {"tag": "connections", "answer": None, "status": 200, "produces": TYPE}
    refusals = (*_MADE, "certificate-authority-expired")

    @endpoint("POST", f"{PATH}/devices", refusals=refusals, **settings)
    async def equip_device(call: Call[Reader], connection: Slug, body: ToEquip) -> Response:
        """Make a connection package for one device, its certificate and key inside: to be carried by safe means."""
        check(call)
        site, now = node.tak.of(connection), node.clock.now()
        host, port, authority = site.host, site.port("tls_port"), site.authority
        bearing = Bearing(groups=body.groups, team=body.team or "", role=body.role or "", how="package")

        def make() -> bytes:
            certificate, key = authority.client(body.name, now, CLIENT_LASTS)
            word = secrets.token_urlsafe(12)
            ends_at = certificate.not_valid_after_utc
            device = Device(
                serial=serial_of(certificate), name=body.name, bearing=bearing, enrolled_at=now, ends_at=ends_at
            )
            package = connection_package(
                Connection(
                    description=site.title,
                    host=host,
                    port=port,
                    trust=trust_store([authority.certificate], STORE_PASSWORD),
                    trust_password=STORE_PASSWORD,
                    own=client_store(certificate, key, authority.certificate, word),
                    own_password=word,
                    callsign=body.name,
                    team=bearing.team,
                    role=bearing.role,
                ),
                for_itak=body.client == "itak",
            )
            site.roster.enrol(device, None)
            return package

        return _package(await asyncio.to_thread(make), f"{connection}-{body.client}")

    @endpoint("GET", f"{PATH}/trust-package", refusals=_MADE, **settings)
    async def read_trust_package(call: Call[Reader], connection: Slug, query: PackageAsked) -> Response:
        """A package without secret: the device trusts this connection, then asks for the name and word of passage."""
        check(call)
        site = node.tak.of(connection)
        site.port("enrol_port")
        trust = await asyncio.to_thread(trust_store, [site.authority.certificate], STORE_PASSWORD)
        told = Connection(
            description=site.title,
            host=site.host,
            port=site.port("tls_port"),
            trust=trust,
            trust_password=STORE_PASSWORD,
        )
        package = await asyncio.to_thread(lambda: connection_package(told, for_itak=query.client == "itak"))
        return _package(package, f"{connection}-{query.client}")

    return [equip_device, read_trust_package]


def _package(content: bytes, name: str) -> Response:
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{name}.zip"'}
    return Response(content, 200, headers, media_type=TYPE)


def _shown(invited: Invited) -> InvitationShown:
    return InvitationShown(
        id=invited.id,
        name=invited.name,
        groups=invited.bearing.groups,
        uses=invited.uses,
        made_at=invited.made_at,
        ends_at=invited.ends_at,
    )


def _device(device: Device, here: set[str]) -> DeviceShown:
    return DeviceShown(
        serial=device.serial,
        name=device.name,
        groups=device.bearing.groups,
        how=device.bearing.how,
        enrolled_at=device.enrolled_at,
        ends_at=device.ends_at,
        revoked_at=device.revoked_at,
        connected=device.serial in here,
    )
