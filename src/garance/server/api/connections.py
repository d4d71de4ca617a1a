"""Connections: how each fares, frames pushed to them, and what intake set aside of a feed."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.responses import Response

from garance.access.roles import Ability, abilities_of
from garance.access.sight import may_see
from garance.domain.told import first_of
from garance.kernel.clock import Instant, from_milliseconds
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES, Arrival, Connector, Frame, Reply, Replying, Sender
from garance.ports.dispatching import Dispatcher
from garance.server.connections.connection import Connection, Health
from garance.server.http import Call, Endpoint, endpoint, status_of
from garance.server.http.decoding import ANYTHING
from garance.server.node import Node
from garance.server.sign_in.reader import Reader

PATH = "/api/v1/connections"
NOTHING_TO_SAY = b"[]"
"""What a tracker is answered: it has nothing to do (an empty list of OwnTracks commands)."""
AMONG = {Ability.OBSERVATIONS_DECLARE, Ability.PEOPLE_MANAGE}


class ConnectionShown(msgspec.Struct, frozen=True, kw_only=True):
    """One connection of the settings: what it is, how it fares, how many of each reason were set aside, ever.

    `address` is where senders push their frames, for those that are pushed to; `traffic`: what moves there passes by;
    `sends`: what a situation shows may go out there; `dispatches`: an incident may be sent to partners there; `enrols`:
    devices are invited in there, and revoked.
    """

    name: Slug
    title: str
    connector: Slug
    arrival: Arrival
    quality: str
    sensitivity: str
    traffic: bool
    sends: bool
    dispatches: bool
    enrols: bool
    attribution: str
    address: str | None
    health: Health
    aside: dict[str, int]


class ConnectionsShown(msgspec.Struct, frozen=True):
    """Every connection, by name."""

    items: list[ConnectionShown]


class AsideAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of what was set aside, the newest first: those numbered under `after`, for that reason or any."""

    after: Annotated[int, Meta(ge=1)] | None = None
    why: Slug | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class AsideShown(msgspec.Struct, frozen=True, kw_only=True):
    """One thing set aside: why, from whom, when, what. `observation` is null when its frame could not be read."""

    number: int
    why: str
    detail: str
    source: str
    sender: str
    heard_at: Instant
    released: bool
    observation: Any


class AsidePage(msgspec.Struct, frozen=True):
    """Things set aside; `next` is what to give as `after` for the following page."""

    items: list[AsideShown]
    next: int | None


def connection_endpoints(node: Node) -> list[Endpoint]:
    """Health, frames, what was set aside."""
    return [_list(node), _aside(node), *_frames(node)]


def _list(node: Node) -> Endpoint:
    @endpoint("GET", PATH, tag="connections", refusals=("not-allowed",))
    async def list_connections(call: Call[Reader]) -> ConnectionsShown:
        """How each connection fares, for those who may attach one or who keep the node."""
        people, now = node.follower.state.people, node.clock.now()
        roles = [grant for grant in call.who.grants(people) if grant.active(now)]
        if call.who.read_only or not any(_able(grant.role) for grant in roles):
            raise Refused("not-allowed")
        counts = await asyncio.to_thread(node.gateway.aside.counts)
        found = node.gateway.connections.values()
        return ConnectionsShown([_shown(node, one, counts.get(one.name, {})) for one in found])

    return list_connections


def _able(role: str) -> bool:
    return bool(abilities_of(role) & AMONG)


def _shown(node: Node, one: Connection, aside: dict[str, int]) -> ConnectionShown:
    manifest = one.planned.manifest
    return ConnectionShown(
        name=one.name,
        title=one.planned.title,
        connector=manifest.name,
        arrival=manifest.arrival,
        quality=manifest.quality,
        sensitivity=manifest.sensitivity,
        traffic=manifest.traffic,
        sends=manifest.sends,
        dispatches=isinstance(one.connector, Dispatcher),
        enrols=one.name in node.tak.known,
        attribution=manifest.attribution,
        address=f"{PATH}/{one.name}/frames" if manifest.takes_pushes else None,
        health=one.health,
        aside=aside,
    )


def _aside(node: Node) -> Endpoint:
    path = "/api/v1/situations/{situation}/feeds/{feed}/aside"

    @endpoint("GET", path, tag="connections", refusals=("unknown", "not-allowed"))
    async def list_aside(call: Call[Reader], situation: ObjectId, feed: ObjectId, query: AsideAsked) -> AsidePage:
        """What intake set aside of a feed, with the reasons: for those who may let it in."""
        held = node.seating.clearance(call.who, situation)
        thing = node.follower.state.things.of(situation, "feed", feed)
        first = first_of(thing) if thing is not None else None
        if first is None or first.author is None or not may_see(held, first.author, first.label):
            raise Refused("unknown")
        if Ability.OBSERVATIONS_DECLARE not in held.abilities or call.who.read_only:
            raise Refused("not-allowed")
        name = str(first.value["connection"])
        kept = await asyncio.to_thread(
            lambda: node.gateway.aside.page(name, before=query.after, limit=query.limit + 1, why=query.why)
        )
        items = [
            AsideShown(
                number=one.number,
                why=one.put.why,
                detail=one.put.detail,
                source=one.put.source,
                sender=one.put.sender,
                heard_at=from_milliseconds(one.put.heard_ms),
                released=one.released,
                observation=msgspec.Raw(one.put.observation) if one.put.observation is not None else None,
            )
            for one in kept[: query.limit]
        ]
        return AsidePage(items, items[-1].number if len(kept) > query.limit else None)

    return list_aside


def _frames(node: Node) -> Sequence[Endpoint]:
    """Where senders push. What is answered well is said or kept aside; a refused frame is answered with its reason."""
    path, refusals = PATH + "/{connection}/frames", ("unknown", "token-wrong", "overloaded")

    async def receive(call: Call[Reader], connection: Slug) -> Response:
        """Take a frame from a tracker or a server, with the token of the connection."""
        found = node.gateway.connections.get(connection)
        if found is None or not found.planned.manifest.takes_pushes or found.connector is None:
            raise Refused("unknown")
        sender = _sender(found, call)
        body = b"".join([part async for part in call.stream()]) if call.request.method == "POST" else b""
        asked = {name: value for name, value in call.request.query_params.items() if name != "token"}
        headers = {name: value for name, value in call.request.headers.items() if name.startswith("x-")}
        kind = call.request.headers.get("content-type", "")
        frame = Frame(data=body, content_type=kind, parameters={**headers, **asked})
        if found.full:
            raise Refused("overloaded")
        answer = _received(found, found.connector, frame, sender)
        await found.settled()
        return answer

    settings: dict[str, Any] = {
        "path": path,
        "run": receive,
        "tag": "connections",
        "summary": "Take a frame from a tracker or a server, with the token of the connection.",
        "parameters": {"connection": Slug},
        "own_query": (),
        "needs_reader": False,
        "charged": False,
        "reads_only": True,
        "refusals": refusals,
        "answer": Any,
    }
    return (
        Endpoint(method="GET", **settings),
        Endpoint(method="POST", consumes=ANYTHING, max_bytes=MAX_FRAME_BYTES, **settings),
    )


def _received(found: Connection, connector: Connector, frame: Frame, sender: Sender) -> Response:
    """Hand over what a frame says, and answer in the words of its protocol; in ours when it has none for it."""
    reply: Reply | None = None
    try:
        if isinstance(connector, Replying):
            observations, reply = connector.taken(frame)
        else:
            observations = connector.decode(frame)
    except Refused as refused:
        kept = frame
        if isinstance(connector, Replying):
            kept, reply = connector.turned_away(frame, refused)
        found.refuse(kept, sender, refused)
        if reply is None:
            raise
        return Response(reply.data, status_code=status_of(refused.code), media_type=reply.content_type)
    found.take(observations, sender)
    if reply is None:
        return Response(NOTHING_TO_SAY, media_type="application/json")
    return Response(reply.data, media_type=reply.content_type)


def _sender(connection: Connection, call: Call[Reader]) -> Sender:
    """Who pushes: proven by the token of the connection, as a bearer, a basic password or in the address.

    The name is the user of a basic authentication, else the connection. Refuses `token-wrong`; a connection without a
    token takes from anybody, and proves nothing.
    """
    wanted = connection.planned.common.token
    user, given = _credentials(call)
    if wanted is None:
        return Sender(name=user or call.address or "?")
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Refused("token-wrong")
    return Sender(name=user or connection.name, proven=True)


def _credentials(call: Call[Reader]) -> tuple[str, str]:
    kind, _, said = call.request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return "", said.strip()
    if kind.lower() == "basic":
        try:
            user, _, password = base64.b64decode(said, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user[:100], password
    return "", call.request.query_params.get("token", "")
