"""What every address of missions asks of itself: which mission, may one, under which uid."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from garance.kernel.refusal import Refused
from garance.server.tak.asked import Asked, Run
from garance.server.tak.missions.words import PERMISSIONS, Mission

MISSIONS = "/Marti/api/missions"
Where = tuple[str | list[str], str, Run]


def at_either(asked: Iterable[Where]) -> list[Where]:
    """Each address by number, then by name."""
    listed = list(asked)
    return [
        (methods, f"{MISSIONS}/{which}{rest}", run)
        for which in ("guid/{guid}", "{name}")
        for methods, rest, run in listed
    ]


async def mission_asked(asked: Asked) -> Mission:
    """The mission of the address; refuses `unknown`, also for one that is of none of the groups of who asks."""
    book = asked.site.book
    if "guid" in asked.request.path_params:
        found = await asyncio.to_thread(book.numbered, asked.path("guid"))
    else:
        found = await asyncio.to_thread(book.named, asked.path("name").strip())
    return seen(asked, found)


def seen(asked: Asked, mission: Mission | None) -> Mission:
    """That mission, if who asks may know of it; refuses `unknown`."""
    if mission is None or not asked.groups & set(mission.told.groups):
        raise Refused("unknown")
    return mission


async def permit(asked: Asked, mission: Mission, permission: str) -> None:
    """Refuses `not-allowed` unless the role of who asks allows it there."""
    role = await asyncio.to_thread(asked.site.book.role_of, mission.guid, asked.device.name)
    if role is None or permission not in PERMISSIONS[role]:
        raise Refused("not-allowed")


def uid_asked(asked: Asked, name: str) -> str:
    """A uid of the query; refuses `field-missing`, `value-wrong`."""
    uid = asked.needed(name)
    if len(uid) > 256 or not uid.isprintable():
        raise Refused("value-wrong", field=name)
    return uid
