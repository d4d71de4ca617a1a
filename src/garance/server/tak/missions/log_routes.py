"""The log of missions: notes with their author, under `/Marti/api/missions/logs/entries`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from garance.kernel.identity import new_id
from garance.kernel.refusal import Refused
from garance.server.tak.asked import Asked, envelope, route, text
from garance.server.tak.missions import notices
from garance.server.tak.missions.asking import MISSIONS, Where, at_either, mission_asked, permit, seen
from garance.server.tak.missions.words import WRITE, Entry, Mission, entry_shown

if TYPE_CHECKING:
    from garance.server.tak.site import TakSite

ENTRIES = f"{MISSIONS}/logs/entries"
OF_ENTRY = "com.bbn.marti.sync.model.LogEntry"
MAX_CONTENT = 10_000


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A note as a client says it."""

    content: str = ""
    id: str = ""
    creatorUid: str = ""  # noqa: N815 - the word of TAK
    missionNames: tuple[str, ...] = ()  # noqa: N815 - the word of TAK
    dtg: str | None = None
    keywords: tuple[str, ...] | None = None
    contentHashes: tuple[str, ...] | None = None  # noqa: N815 - the word of TAK


def log_routes(site: TakSite) -> list[BaseRoute]:
    """Write, say otherwise, read, strike."""
    asked: list[Where] = [
        ("POST", ENTRIES, _write),
        ("PUT", ENTRIES, _say_otherwise),
        ("GET", f"{ENTRIES}/{{id}}", _read),
        ("DELETE", f"{ENTRIES}/{{id}}", _strike),
        *at_either([("GET", "/log", _log)]),
    ]
    return [route(site, *each) for each in asked]


async def _log(asked: Asked) -> Response:
    """The log of a mission, in order."""
    mission = await mission_asked(asked)
    found = await asyncio.to_thread(asked.site.book.entries, mission.guid)
    return envelope(asked.site, OF_ENTRY, [entry_shown(mission, one) for one in found])


async def _write(asked: Asked) -> Response:
    """A new note, in the first mission named."""
    said = await _said(asked)
    if not said.missionNames:
        raise Refused("field-missing", field="missionNames")
    mission = seen(asked, await asyncio.to_thread(asked.site.book.named, said.missionNames[0].strip()[:300]))
    return await _keep(asked, mission, said, new_id(), 201)


async def _say_otherwise(asked: Asked) -> Response:
    """A note said otherwise."""
    said = await _said(asked)
    mission, entry = await _found(asked, said.id)
    return await _keep(asked, mission, said, entry.id, 200)


async def _keep(asked: Asked, mission: Mission, said: Said, number: str, status: int) -> Response:
    site = asked.site
    await permit(asked, mission, WRITE)
    entry = Entry(
        id=number,
        mission=mission.guid,
        made_at=site.clock.now(),
        content=said.content,
        creator=said.creatorUid[:256],
        dtg=(said.dtg or "")[:40],
        keywords=tuple(one[:100] for one in (said.keywords or ())[:50]),
        hashes=tuple(one[:64] for one in (said.contentHashes or ())[:50]),
    )
    await asyncio.to_thread(site.book.write_entry, entry)
    site.following.tell(mission, notices.log(mission, entry.creator, entry.made_at))
    return envelope(site, OF_ENTRY, [entry_shown(mission, entry)], status)


async def _read(asked: Asked) -> Response:
    """One note."""
    mission, entry = await _found(asked, asked.path("id"))
    return envelope(asked.site, OF_ENTRY, [entry_shown(mission, entry)])


async def _strike(asked: Asked) -> Response:
    """No such note any more."""
    mission, entry = await _found(asked, asked.path("id"))
    await permit(asked, mission, WRITE)
    await asyncio.to_thread(asked.site.book.strike_entry, entry.id)
    asked.site.following.tell(mission, notices.log(mission, entry.creator, asked.site.clock.now()))
    return text("")


async def _said(asked: Asked) -> Said:
    said: Said = await asked.json(Said)
    if len(said.content) > MAX_CONTENT or not said.content.strip():
        raise Refused("value-wrong", field="content")
    return said


async def _found(asked: Asked, number: str) -> tuple[Mission, Entry]:
    book = asked.site.book
    entry = await asyncio.to_thread(book.entry, number)
    if entry is None:
        raise Refused("unknown")
    return seen(asked, await asyncio.to_thread(book.numbered, entry.mission)), entry
