"""`/Marti/api/missions`: list, make, follow, fill, empty, delete. By name, or by number under `guid/`."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from garance.connectors.tak.relay.control import written
from garance.kernel.clock import to_milliseconds
from garance.kernel.identity import new_id
from garance.kernel.refusal import Refused
from garance.server.tak.asked import Asked, Run, envelope, route, text
from garance.server.tak.missions import notices
from garance.server.tak.missions.asking import MISSIONS, at_either, mission_asked, permit, uid_asked
from garance.server.tak.missions.following import point_of
from garance.server.tak.missions.log_routes import log_routes
from garance.server.tak.missions.pictures import picture_routes
from garance.server.tak.missions.words import (
    DELETE,
    OWNER,
    READER,
    SET_ROLE,
    SUBSCRIBER,
    WRITE,
    Change,
    DatedChange,
    Held,
    Mission,
    Point,
    Role,
    Subscriber,
    Told,
    change_shown,
    entry_shown,
    mission_shown,
    point_shown,
    role_shown,
    subscriber_shown,
)
from garance.server.tak.packages import resource_of

if TYPE_CHECKING:
    from garance.server.tak.site import TakSite

RESERVED = frozenset({"guid", "logs", "all", "invitations", "hierarchy"})
"""Words that are addresses, hence not names."""
ANONYMOUS = "__ANON__"
"""What clients call the group of everyone."""
MAX_NAME = 200
MAX_AT_ONCE = 500
OF_MISSION, OF_CHANGE = "Mission", "MissionChange"
OF_SUBSCRIPTION = "com.bbn.marti.sync.model.MissionSubscription"
_ROLES: dict[str, Role] = {"MISSION_READ_ONLY": READER, OWNER: OWNER, SUBSCRIBER: SUBSCRIBER, READER: READER}


class Contents(msgspec.Struct, frozen=True):
    """What to hold: digests of files, uids of what is on the map."""

    hashes: tuple[str, ...] = ()
    uids: tuple[str, ...] = ()


def mission_routes(site: TakSite) -> list[BaseRoute]:
    """Every address of missions."""
    asked: list[tuple[str | list[str], str, Run]] = [
        ("GET", MISSIONS, _list),
        ("GET", f"{MISSIONS}/all/invitations", _no_invitations),
        ("GET", f"{MISSIONS}/invitations", _no_invitations),
    ]
    either: list[tuple[str | list[str], str, Run]] = [
        ("GET", "", _read),
        ("DELETE", "", _delete),
        (["PUT", "POST"], "/contents", _add),
        ("DELETE", "/contents", _remove),
        ("GET", "/changes", _changes),
        ("PUT", "/keywords", _set_keywords),
        ("PUT", "/subscription", _subscribe),
        ("DELETE", "/subscription", _unsubscribe),
        ("GET", "/subscription", _subscription),
        ("GET", "/subscriptions", _subscribers),
        ("GET", "/subscriptions/roles", _roles),
        ("GET", "/role", _role),
        ("PUT", "/role", _set_role),
    ]
    made: list[tuple[str | list[str], str, Run]] = [(["PUT", "POST"], f"{MISSIONS}/{{name}}", _make)]
    known = [*asked, *at_either(either), *made]
    return [*log_routes(site), *picture_routes(site), *(route(site, *each) for each in known)]


# -- one mission ------------------------------------------------------------------------------------------------


async def _list(asked: Asked) -> Response:
    """Those of one's groups."""
    groups, tool = asked.groups, asked.said("tool")
    found = [
        one
        for one in await asyncio.to_thread(asked.site.book.missions)
        if groups & set(one.told.groups) and tool in ("", one.told.tool)
    ]
    return envelope(asked.site, OF_MISSION, [await _whole(asked, one) for one in found])


async def _read(asked: Asked) -> Response:
    """One, with all that it holds; its changes and log when asked for."""
    mission = await mission_asked(asked)
    shown = await _whole(asked, mission)
    if asked.said("changes").lower() == "true":
        shown["missionChanges"] = await _changes_of(asked, mission)
    if asked.said("logs").lower() == "true":
        entries = await asyncio.to_thread(asked.site.book.entries, mission.guid)
        shown["logs"] = [entry_shown(mission, one) for one in entries]
    return envelope(asked.site, OF_MISSION, [shown])


async def _make(asked: Asked) -> Response:
    """A new one, whose maker owns it; or what its owner now says of it."""
    site, name = asked.site, _name_asked(asked)
    known = await asyncio.to_thread(site.book.named, name)
    if known is not None:
        return await _describe(asked, known)
    now, creator = site.clock.now(), uid_asked(asked, "creatorUid")
    mission = Mission(guid=new_id(), name=name, told=_told(asked, None, creator), made_at=now)
    owner = Subscriber(uid=creator, username=asked.device.name, role=OWNER, made_at=now)
    await asyncio.to_thread(site.book.create, mission, owner)
    await site.following.refresh()
    site.following.tell_all(mission, notices.creation(mission, now))
    shown = {**mission_shown(mission), "ownerRole": role_shown(OWNER), "token": mission.guid}
    return envelope(site, OF_MISSION, [shown], 201)


async def _describe(asked: Asked, known: Mission) -> Response:
    site = asked.site
    if not asked.groups & set(known.told.groups):
        raise Refused("not-allowed")
    await permit(asked, known, DELETE)
    mission = msgspec.structs.replace(known, told=_told(asked, known.told, known.told.creator))
    await asyncio.to_thread(site.book.describe, mission.guid, mission.told)
    await site.following.refresh()
    return envelope(site, OF_MISSION, [await _whole(asked, mission)])


async def _delete(asked: Asked) -> Response:
    """No such mission any more; its files stay where they were left."""
    site, mission = asked.site, await mission_asked(asked)
    await permit(asked, mission, DELETE)
    await asyncio.to_thread(site.book.delete, mission.guid)
    await site.following.refresh()
    site.following.tell_all(mission, notices.deletion(mission, asked.said("creatorUid"), site.clock.now()))
    return envelope(site, OF_MISSION, [mission_shown(mission)])


async def _set_keywords(asked: Asked) -> Response:
    """Words to find it by."""
    mission = await mission_asked(asked)
    await permit(asked, mission, WRITE)
    words = tuple(one[:100] for one in (await asked.json(list[str]))[:50])
    told = msgspec.structs.replace(mission.told, keywords=words)
    await asyncio.to_thread(asked.site.book.describe, mission.guid, told)
    await asked.site.following.refresh()
    shown = mission_shown(msgspec.structs.replace(mission, told=told))
    return envelope(asked.site, OF_MISSION, [shown])


async def _no_invitations(asked: Asked) -> Response:
    """Nobody is invited to a mission: those of its groups may follow it."""
    return envelope(asked.site, "MissionInvitation", [])


def _name_asked(asked: Asked) -> str:
    name = asked.path("name").strip()
    if not name or len(name) > MAX_NAME or name.lower() in RESERVED or not name.isprintable():
        raise Refused("value-wrong", field="name")
    return name


def _told(asked: Asked, before: Told | None, creator: str) -> Told:
    """What is said of it, the rest as before. Refuses `value-wrong` for what is not kept here: a word of passage."""
    for name in ("password", "inviteOnly"):
        if asked.said(name, "false").lower() not in ("false", ""):
            raise Refused("value-wrong", field=name)
    usual = before or Told(groups=tuple(sorted(asked.groups)), creator=creator)
    words = {
        field: asked.said(name, str(getattr(usual, field)))
        for field, name in (
            ("description", "description"), ("tool", "tool"), ("chat_room", "chatRoom"), ("base_layer", "baseLayer"),
            ("bbox", "bbox"), ("path", "path"), ("classification", "classification"),
        )
    }  # fmt: skip
    wanted = _ROLES.get(asked.said("defaultRole", usual.default_role))
    if wanted is None:
        raise Refused("value-wrong", field="defaultRole")
    return msgspec.structs.replace(usual, **words, default_role=wanted, groups=_groups_asked(asked, usual))


def _groups_asked(asked: Asked, usual: Told) -> tuple[str, ...]:
    """The groups that may know of it, among one's own; those of before when none is named."""
    named = {one for one in asked.all_said("group") if one != ANONYMOUS}
    if not named:
        return usual.groups
    if not named <= asked.groups | set(usual.groups):
        raise Refused("not-allowed", field="group")
    return tuple(sorted(named))


async def _whole(asked: Asked, mission: Mission) -> dict[str, Any]:
    """A mission and all that it holds, as far as its files are still here."""
    site = asked.site

    def look() -> dict[str, Any]:
        shown = mission_shown(mission)
        shown["uids"] = [point_shown(one) for one in site.book.points(mission.guid)]
        for held in site.book.files(mission.guid):
            left = site.shelf.find(held.hash, mission.told.groups)
            if left is not None:
                at = written(held.made_at)
                shown["contents"].append({"data": resource_of(left), "timestamp": at, "creatorUid": held.creator})
        return shown

    return await asyncio.to_thread(look)


# -- what it holds ----------------------------------------------------------------------------------------------


async def _add(asked: Asked) -> Response:
    """Hold files that were left here, and what is on the map."""
    site, mission = asked.site, await mission_asked(asked)
    await permit(asked, mission, WRITE)
    wanted: Contents = await asked.json(Contents)
    if len(wanted.hashes) + len(wanted.uids) > MAX_AT_ONCE:
        raise Refused("value-wrong", field="body", detail={"most": MAX_AT_ONCE})
    creator, groups = asked.said("creatorUid"), asked.groups
    heard = {uid: site.following.recent(uid, groups) for uid in wanted.uids}

    def write() -> list[Any]:
        now, files, points = site.clock.now(), list[tuple[Held, dict[str, Any]]](), list[Point]()
        for digest in wanted.hashes:
            left = site.shelf.find(digest, groups)
            if left is None:
                raise Refused("unknown", field="hashes")
            files.append((Held(hash=left.hash, creator=creator, made_at=now), resource_of(left)))
        for uid, message in heard.items():
            point = point_of(message, site.clock) if message is not None else None
            blank = Point(uid=_uid(uid), creator=creator, made_at=now)
            points.append(msgspec.structs.replace(point, uid=uid, creator=creator) if point else blank)
        return site.book.add(mission.guid, files, points)

    changes = await asyncio.to_thread(write)
    await site.following.refresh()
    site.following.tell_changes(mission, changes)
    return envelope(site, OF_MISSION, [await _whole(asked, mission)])


def _uid(uid: str) -> str:
    if not uid or len(uid) > 256 or not uid.isprintable():
        raise Refused("value-wrong", field="uids")
    return uid


async def _remove(asked: Asked) -> Response:
    """Hold a file, or what is on the map, no more."""
    site, mission = asked.site, await mission_asked(asked)
    await permit(asked, mission, WRITE)
    digest, uid = asked.said("hash").lower(), asked.said("uid")
    if not digest and not uid:
        raise Refused("field-missing", field="uid")
    creator = asked.said("creatorUid")
    changed = await asyncio.to_thread(lambda: site.book.remove(mission.guid, digest=digest, uid=uid, creator=creator))
    await site.following.refresh()
    site.following.tell_changes(mission, [changed])
    return envelope(site, OF_MISSION, [await _whole(asked, mission)])


async def _changes(asked: Asked) -> Response:
    """What changed, the newest first: since so many seconds, or between two moments."""
    return envelope(asked.site, OF_CHANGE, await _changes_of(asked, await mission_asked(asked)))


async def _changes_of(asked: Asked, mission: Mission) -> list[dict[str, Any]]:
    now = asked.site.clock.now()
    since, until = _moment(asked, "start"), _moment(asked, "end") or now
    if asked.said("secago"):
        since = now - timedelta(seconds=_seconds(asked.said("secago")))
    since_ms = to_milliseconds(since) if since is not None else 0
    found = await asyncio.to_thread(asked.site.book.changes, mission.guid, since_ms, to_milliseconds(until))
    if asked.said("squashed").lower() == "true":
        latest: dict[str, DatedChange] = {}
        for one in found:
            latest.setdefault(_of(one.change), one)
        found = list(latest.values())
    return [change_shown(mission, one) for one in found]


def _of(change: Change) -> str:
    """What a change is about: of many about one thing, the last counts."""
    return change.hash or change.uid or change.kind


def _seconds(word: str) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 10:
        raise Refused("value-wrong", field="secago")
    return min(int(word), 10 * 365 * 86_400)


def _moment(asked: Asked, name: str) -> datetime | None:
    word = asked.said(name)
    if not word:
        return None
    try:
        moment = datetime.fromisoformat(word)
        if moment.tzinfo is None:
            raise Refused("naive-time", field=name)
        to_milliseconds(moment)
    except (ValueError, OverflowError) as problem:
        raise Refused("value-wrong", field=name) from problem
    return moment


# -- who follows it ---------------------------------------------------------------------------------------------


async def _subscribe(asked: Asked) -> Response:
    """Follow it: be told of each change, get what is sent to it."""
    site, mission, uid = asked.site, await mission_asked(asked), uid_asked(asked, "uid")
    name = asked.device.name
    one = Subscriber(uid=uid, username=name, role=mission.told.default_role, made_at=site.clock.now())
    await asyncio.to_thread(site.book.subscribe, mission.guid, one)
    await site.following.refresh()
    followers = await asyncio.to_thread(site.book.subscribers, mission.guid)
    kept = next(each for each in followers if (each.uid, each.username) == (uid, name))
    shown = {**subscriber_shown(kept), "token": mission.guid, "mission": await _whole(asked, mission)}
    return envelope(site, OF_SUBSCRIPTION, shown, 201)


async def _unsubscribe(asked: Asked) -> Response:
    """Follow it no more."""
    site, mission, uid = asked.site, await mission_asked(asked), uid_asked(asked, "uid")
    await asyncio.to_thread(site.book.unsubscribe, mission.guid, uid, asked.device.name)
    await site.following.refresh()
    return text("")


async def _subscription(asked: Asked) -> Response:
    """How one follows it under that uid; refuses `unknown`."""
    mission, uid = await mission_asked(asked), uid_asked(asked, "uid")
    followers = await asyncio.to_thread(asked.site.book.subscribers, mission.guid)
    found = [one for one in followers if (one.uid, one.username) == (uid, asked.device.name)]
    if not found:
        raise Refused("unknown")
    return envelope(asked.site, OF_SUBSCRIPTION, subscriber_shown(found[0]))


async def _subscribers(asked: Asked) -> Response:
    """Under which uids it is followed."""
    mission = await mission_asked(asked)
    followers = await asyncio.to_thread(asked.site.book.subscribers, mission.guid)
    return envelope(asked.site, "MissionSubscription", [one.uid for one in followers])


async def _roles(asked: Asked) -> Response:
    """Who follows it, with what they may do."""
    mission = await mission_asked(asked)
    followers = await asyncio.to_thread(asked.site.book.subscribers, mission.guid)
    return envelope(asked.site, "MissionSubscription", [subscriber_shown(one) for one in followers])


async def _role(asked: Asked) -> Response:
    """What one may do there: read only, for who does not follow."""
    mission = await mission_asked(asked)
    found = await asyncio.to_thread(asked.site.book.role_of, mission.guid, asked.device.name)
    return envelope(asked.site, "com.bbn.marti.sync.model.MissionRole", role_shown(found or READER))


async def _set_role(asked: Asked) -> Response:
    """Another role for those who follow under a uid; without one, they follow no more."""
    site, mission = asked.site, await mission_asked(asked)
    await permit(asked, mission, SET_ROLE)
    uid, word = asked.needed("clientUid"), asked.said("role")
    given = _ROLES.get(word)
    if word and given is None:
        raise Refused("value-wrong", field="role")
    await asyncio.to_thread(site.book.set_role, mission.guid, uid, given)
    await site.following.refresh()
    notice = notices.role(mission, mission.told.creator, given, site.clock.now())
    site.following.tell(mission, notice, [uid])
    return text("")
