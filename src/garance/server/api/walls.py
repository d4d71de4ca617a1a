"""Wall screens: an address that shows one situation and can do nothing, given and taken back by who steers it
or keeps the node.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from garance.access.roles import Ability
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.node import Node
from garance.server.sign_in.reader import Reader, Wall

PATH = "/api/v1/walls"


class WallWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A screen for one situation, seen as an observer of one organisation sees it."""

    situation: ObjectId
    organisation: ObjectId
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class WallMade(msgspec.Struct, frozen=True):
    """The new screen's secret, shown this once."""

    id: str
    token: str
    ends_at: Instant


class WallsShown(msgspec.Struct, frozen=True):
    """The screens in force that the reader may take back."""

    items: list[Wall]


def wall_endpoints(node: Node) -> list[Endpoint]:
    """Making, listing and ending wall screens."""
    sessions = node.sign_in.sessions

    def steers(reader: Reader, situation: str, organisation: str) -> bool:
        """Whether that reader steers that situation, or keeps the node, for that organisation.

        A screen sees no more than its giver: an observer of the organisation reads nothing that its administrator
        does not.
        """
        held = node.seating.clearance(reader, situation)
        able = held.abilities & {Ability.SITUATION_STEER, Ability.PEOPLE_MANAGE}
        return bool(able) and organisation in held.organisations

    @endpoint("POST", PATH, tag="walls", refusals=("unknown", "not-allowed"))
    async def make_wall(call: Call[Reader], body: WallWanted) -> WallMade:
        """Give a screen its read-only secret."""
        if not steers(call.who, body.situation, body.organisation):
            raise Refused("not-allowed")
        token, wall = await asyncio.to_thread(
            lambda: sessions.make_wall(situation=body.situation, organisation=body.organisation, title=body.title)
        )
        return WallMade(wall.id, token, wall.ends_at)

    @endpoint("GET", PATH, tag="walls")
    async def list_walls(call: Call[Reader]) -> WallsShown:
        """The screens in force."""
        return WallsShown([wall for wall in sessions.walls() if _may(call.who, wall)])

    @endpoint("DELETE", PATH + "/{wall}", tag="walls", refusals=("unknown",))
    async def end_wall(call: Call[Reader], wall: ObjectId) -> None:
        """Take a screen's secret back; it goes dark at once."""
        if not any(one.id == wall and _may(call.who, one) for one in sessions.walls()):
            raise Refused("unknown")
        await asyncio.to_thread(sessions.end_wall, wall)

    def _may(reader: Reader, wall: Wall) -> bool:
        try:
            return steers(reader, wall.situation, wall.organisation)
        except Refused:
            return False

    return [make_wall, list_walls, end_wall]
