"""Missions and the relay: what is sent to a mission is kept in it, and its changes are told to who follows it.

What is overheard is only put aside, by uid; a task writes it down twice a second at most, so that neither a device
that moves fast nor a slow disk holds up the relay.
"""

from __future__ import annotations

import asyncio
import collections
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from garance.connectors.tak.connector import to_xml
from garance.connectors.tak.cot import read_xml
from garance.connectors.tak.relay.clients import Message
from garance.connectors.tak.relay.relay import Relay
from garance.connectors.tak.relay.routing import Router
from garance.kernel.clock import Clock
from garance.kernel.refusal import Refused
from garance.server.tak.missions import notices
from garance.server.tak.missions.book import Book
from garance.server.tak.missions.words import PERMISSIONS, WRITE, DatedChange, Mission, Point, details_of

PAUSE_S = 0.5
LOOK_S = 5.0
RECENT = 2_000
"""How many uids are remembered, for clients that send a drawing first and say afterwards that a mission holds it."""
MAX_POINT_BYTES = 64 << 10
WAITING = 5_000
_log = logging.getLogger("garance.connection")


class Known(NamedTuple):
    """What must be known of a mission at each message."""

    mission: Mission
    groups: frozenset[str]
    writers: frozenset[str]
    uids: frozenset[str]


class Following:
    """Everything but `write_down` happens on the loop; nothing there waits."""

    def __init__(self, book: Book, clock: Clock, relay: Callable[[], Relay | None]) -> None:
        self._book = book
        self._clock = clock
        self._relay = relay
        self._router: Router | None = None
        self._routed: set[tuple[str, str]] = set()
        self._by_guid: dict[str, Known] = {}
        self._by_name: dict[str, Known] = {}
        self._holders: dict[str, set[str]] = {}
        self._recent: collections.OrderedDict[str, Message] = collections.OrderedDict()
        self._waiting: dict[tuple[str, str], Message] = {}
        self._something = asyncio.Event()

    async def refresh(self) -> None:
        """Know again what missions there are, who follows them, what they hold."""
        known, holders = await asyncio.to_thread(self._read)
        self._by_guid = {one.mission.guid: one for one in known}
        self._by_name = {one.mission.name: one for one in known}
        self._holders = holders
        self._route()

    def _read(self) -> tuple[list[Known], dict[str, set[str]]]:
        holders: dict[str, set[str]] = {}
        for guid, uid in self._book.held_uids():
            holders.setdefault(uid, set()).add(guid)
        known = []
        for mission in self._book.missions():
            followers = self._book.subscribers(mission.guid)
            writers = frozenset(one.username for one in followers if WRITE in PERMISSIONS[one.role])
            uids = frozenset(one.uid for one in followers)
            known.append(Known(mission, frozenset(mission.told.groups), writers, uids))
        return known, holders

    def _route(self) -> None:
        """Have the relay send to those who follow what is sent to a mission."""
        relay = self._relay()
        if relay is None:
            return
        if relay.router is not self._router:
            self._router, self._routed = relay.router, set()
        wanted = {(one.mission.name, uid) for one in self._by_guid.values() for uid in one.uids}
        for mission, uid in wanted - self._routed:
            relay.router.subscribe(mission, uid)
        for mission, uid in self._routed - wanted:
            relay.router.unsubscribe(mission, uid)
        self._routed = wanted

    # -- what is said on the relay ------------------------------------------------------------------------------

    def overhear(self, batch: Sequence[Message]) -> None:
        """Put aside what concerns a mission."""
        for message in batch:
            routed = message.routed
            if message.source is None or routed.kind.startswith("t-") or len(message.body) > MAX_POINT_BYTES:
                continue
            self._recent[routed.uid] = message
            self._recent.move_to_end(routed.uid)
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)
            sent = [self._by_name.get(name) for how, name in routed.destinations if how == "mission"]
            held = [self._by_guid.get(guid) for guid in self._holders.get(routed.uid, ())]
            own = message.source.uid == routed.uid
            found = [known for known in sent if known is not None and _may_write(known, message)]
            found += [known for known in held if known is not None and _may_write(known, message, own=own)]
            for known in found[: WAITING - len(self._waiting)]:
                self._waiting[known.mission.guid, routed.uid] = message
        if self._waiting:
            self._something.set()

    def recent(self, uid: str, groups: Iterable[str]) -> Message | None:
        """What was last said of that uid to one of those groups, lately."""
        message = self._recent.get(uid)
        heard = message is not None and (message.groups is None or not message.groups.isdisjoint(groups))
        return message if heard else None

    async def run(self) -> None:
        """Write down what was put aside, for ever."""
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._something.wait()
            except TimeoutError:
                self._route()  # the relay may have begun anew
                continue
            self._something.clear()
            waiting, self._waiting = self._waiting, {}
            try:
                await self._keep(waiting)
            except Refused as refused:
                _log.warning("what was sent to a mission could not be kept", extra={"code": refused.code})
            await asyncio.sleep(PAUSE_S)

    async def _keep(self, waiting: dict[tuple[str, str], Message]) -> None:
        changed = await asyncio.to_thread(self.write_down, waiting)
        if any(changed.values()):
            await self.refresh()
        for guid, changes in changed.items():
            known = self._by_guid.get(guid)
            if known is not None:
                self.tell_changes(known.mission, changes)

    def write_down(self, waiting: dict[tuple[str, str], Message]) -> dict[str, list[DatedChange]]:
        """Keep those messages in their missions; what changed, by mission."""
        by_mission: dict[str, list[Point]] = {}
        for (guid, _), message in waiting.items():
            point = point_of(message, self._clock)
            if point is not None:
                by_mission.setdefault(guid, []).append(point)
        return {guid: self._book.add(guid, [], points) for guid, points in by_mission.items()}

    # -- what is told -------------------------------------------------------------------------------------------

    def tell_changes(self, mission: Mission, changes: Sequence[DatedChange]) -> None:
        """Those who follow hear of what changed."""
        if changes:
            self.tell(mission, notices.change(mission, changes, self._clock.now()))

    def tell(self, mission: Mission, notice: bytes, uids: Iterable[str] | None = None) -> None:
        """That notice to those who follow the mission, or to those uids; never beyond the groups of the mission."""
        known = self._by_guid.get(mission.guid)
        self._say(mission, notice, uids if uids is not None else (known.uids if known is not None else ()))

    def tell_all(self, mission: Mission, notice: bytes) -> None:
        """That notice to all in the groups of the mission."""
        self._say(mission, notice, None)

    def _say(self, mission: Mission, notice: bytes, uids: Iterable[str] | None) -> None:
        relay = self._relay()
        if relay is None:
            return
        try:
            relay.say(notice, to_groups=mission.told.groups, to_uids=uids)
        except Refused as refused:  # what it tells of is done: only the telling fails
            _log.warning("a change of a mission could not be told", extra={"code": refused.code})


def point_of(message: Message, clock: Clock) -> Point | None:
    """What a mission keeps of a message; None when it cannot be read."""
    try:
        xml = to_xml(message.body) if message.is_frame else message.body
        cot = read_xml(xml)
    except Refused:
        return None  # the relay has said so already
    creator = message.source.uid if message.source is not None else ""
    return Point(uid=cot.uid, creator=creator, made_at=clock.now(), details=details_of(cot), xml=xml)


def _may_write(known: Known, message: Message, *, own: bool = False) -> bool:
    """Who may write there; and a device of its own position, where it is held already."""
    source = message.source
    if source is None or not source.identity.proven or known.groups.isdisjoint(source.standing.sends_to):
        return False
    return own or source.identity.name in known.writers
