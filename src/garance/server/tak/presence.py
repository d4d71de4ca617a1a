"""What an enrolled device asks first: who serves, who is here, which groups there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import BaseRoute

import garance
from garance.connectors.tak.relay.clients import Client
from garance.connectors.tak.relay.control import written
from garance.server.tak.asked import Asked, Run, envelope, route, text, told

if TYPE_CHECKING:
    from garance.server.tak.site import TakSite

API = "/Marti/api"


def version_routes(site: TakSite, *, enrolled: bool = True) -> list[BaseRoute]:
    """Who serves."""
    asked: list[tuple[str, str, Run]] = [
        ("GET", f"{API}/version", _version),
        ("GET", f"{API}/version/config", _version_configuration),
        ("GET", f"{API}/node/id", _node),
    ]
    return [route(site, *each, enrolled=enrolled) for each in asked]


def presence_routes(site: TakSite) -> list[BaseRoute]:
    """Who is here, in which groups."""
    asked: list[tuple[str, str, Run]] = [
        ("GET", f"{API}/clientEndPoints", _endpoints),
        ("GET", f"{API}/contacts/all", _contacts),
        ("GET", f"{API}/groups/all", _groups),
        ("GET", f"{API}/groups/groupCacheEnabled", _no_cache),
        ("GET", f"{API}/device/profile/connection", _no_profile),
        ("GET", f"{API}/device/profile/tool/{{tool}}", _no_profile),
    ]
    return [*version_routes(site), *(route(site, *each) for each in asked)]


async def _version(asked: Asked) -> Response:
    """The name and version of the server, as plain words."""
    return text(f"Garance {garance.__version__}")


async def _version_configuration(asked: Asked) -> Response:
    """The same, as TAK clients read it."""
    host = asked.request.url.hostname or ""
    return envelope(asked.site, "ServerConfig", {"version": garance.__version__, "api": "3", "hostname": host})


async def _node(asked: Asked) -> Response:
    """The number of this node among TAK servers."""
    return text(asked.site.node_id)


def _heard(asked: Asked) -> list[Client]:
    """Those who are connected and speak to a group that the device hears."""
    groups = asked.groups
    return [one for one in asked.site.relay.clients if one.uid and not groups.isdisjoint(one.standing.sends_to)]


async def _endpoints(asked: Asked) -> Response:
    """Who can be reached."""
    at = written(asked.site.clock.now())
    found = [
        {
            "callsign": one.callsign,
            "uid": one.uid,
            "username": one.identity.name if one.identity.proven else "anonymous",
            "lastEventTime": at,
            "lastStatus": "Connected",
        }
        for one in _heard(asked)
    ]
    return envelope(asked.site, "com.bbn.marti.remote.ClientEndpoint", found)


async def _contacts(asked: Asked) -> Response:
    """The same, for the contact list."""
    found: list[dict[str, Any]] = []
    for one in _heard(asked):
        device = asked.site.roster.device(one.identity.serial)
        bearing = device.bearing if device is not None else None
        found.append(
            {
                "filterGroups": None,
                "notes": one.identity.name if one.identity.proven else "",
                "callsign": one.callsign,
                "team": bearing.team if bearing else "",
                "role": bearing.role if bearing else "",
                "takv": "",
                "uid": one.uid,
            }
        )
    return told(found)


async def _groups(asked: Asked) -> Response:
    """The groups of the device, both ways."""
    device = asked.device
    created = device.enrolled_at.date().isoformat()
    found = [
        {
            "name": name,
            "direction": direction,
            "created": created,
            "type": "SYSTEM",
            "bitpos": place,
            "active": True,
            "description": "",
        }
        for place, name in enumerate(sorted(device.bearing.groups))
        for direction in ("IN", "OUT")
    ]
    return envelope(asked.site, "com.bbn.marti.remote.groups.Group", found)


async def _no_cache(asked: Asked) -> Response:
    """Devices may not turn groups off: they are those of the invitation."""
    return envelope(asked.site, "java.lang.Boolean", False)


async def _no_profile(asked: Asked) -> Response:
    """There is none beyond that of enrolment."""
    return Response(None, 204)
