"""What goes out of the node: for each connection that sends, in a task of its own, what its feeds show.

A connection that is slow, or fails, delays nobody: nothing waits for it, and its queue has an end.
"""

from __future__ import annotations

import asyncio
import collections
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from garance.access.clearance import Clearance
from garance.access.door import readable
from garance.domain.vocabulary import Body
from garance.intake.meaning import Feed, Wanted
from garance.journal.envelope import Line
from garance.journal.tracks.samples import LAST_MS
from garance.kernel.fact import Fact
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.ports.observation import Located
from garance.ports.outgoing import Gone, Outgoing, SendingConnector
from garance.server.connections import letting_out
from garance.server.connections.connection import Connection
from garance.server.connections.letting_out import Real, Sending
from garance.server.connections.lines_out import NAMES, Lines
from garance.server.scribe import command_of
from garance.views.cabinet import Audience
from garance.views.picture import Picture
from garance.views.shown import PictureShown, ShapeShown

if TYPE_CHECKING:
    from garance.server.node import Node

TICK_S = 0.2
LOOK_AGAIN_S = 30.0
"""How often what time alone changes is looked at (a validity that ends)."""
AT_ONCE = 200
"""How many things are given to a connector in one go: the others have their turn between."""
MOST_SHOWN = 5_000
"""How many units and drawings one feed shows; those beyond are held back and counted."""
MOST_LINES = 2_000
MOST_BROUGHT = 20_000
SHARE, LONGEST_REST_S = 4, 1.0
"""A look that took long is followed by a rest so many times as long, and no longer than this."""
_log = logging.getLogger("garance.connection")

Sample = Sequence[float | int | None]


class _Shown:
    """What one feed shows now."""

    def __init__(self, sending: Sending, title: str, held: Clearance) -> None:
        self.sending = sending
        self.held = held
        self.told: dict[str, Outgoing] = {}
        self.left_out: set[str] = set()
        """Those for which there is no room."""
        self.picture: PictureShown | None = None
        self.lines = Lines(frozenset({sending.name, title, sending.feed.connection}))

    @property
    def feed(self) -> Feed:
        return self.sending.feed

    def changes(self, now: dict[str, Outgoing], *, whole: bool) -> list[Outgoing]:
        """What to say so that those outside see this, and remember that it was said."""
        found: list[Outgoing] = []
        if whole:
            found += [Gone(id=gone) for gone in self.told if gone not in now]
            self.told = {name: told for name, told in self.told.items() if name in now}
            self.left_out.intersection_update(now)
        for name, one in now.items():
            if name not in self.told and len(self.told) >= MOST_SHOWN:
                self.left_out.add(name)
            elif self.told.get(name) != one:
                self.told[name] = one
                self.left_out.discard(name)
                found.append(one)
        return found


class _Post:
    """One connection that sends: what it has to look at."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.connector = cast(SendingConnector, connection.connector)
        self.changed = asyncio.Event()
        self.facts = True
        """Whether anything was said since the last look."""
        self.moved: set[str] = set()
        self.lines: collections.deque[Fact[Body]] = collections.deque(maxlen=MOST_LINES)
        self.shown: dict[str, _Shown] = {}


class OutgoingTraffic:
    """Keeps every connection that sends up to date."""

    def __init__(self, node: Node, sending: Callable[[Connection], Iterable[Sending]]) -> None:
        self._node = node
        self._sending = sending
        self._posts: list[_Post] = []
        self._latest: dict[str, Located | None] = {}
        self._brought: collections.OrderedDict[str, str] = collections.OrderedDict()
        self._commands: collections.OrderedDict[str, str] = collections.OrderedDict()

    def works(self, connections: Iterable[Connection]) -> list[tuple[str, Coroutine[Any, Any, None]]]:
        """What is to be kept running, with names: one task for each connection that sends, one that hears."""
        self._posts = [_Post(one) for one in connections if one.planned.manifest.sends and one.connector is not None]
        if not self._posts:
            return []
        each = [(f"outgoing {post.connection.name}", self._keep(post)) for post in self._posts]
        return [("outgoing", self._follow()), *each]

    # -- what is heard ------------------------------------------------------------------------------------------

    def brings(self, feed: Feed, wanted: Wanted) -> None:
        """The node is about to say this for a connection: it does not go back there."""
        if not self._posts:
            return
        _remember(self._commands, command_of(feed, wanted), feed.connection)
        if wanted.command == "drawings.draw":
            _remember(self._brought, str(wanted.body["shape"]), feed.connection)

    def measured(self, series: str, samples: Sequence[Sample]) -> None:
        """Samples of a series were kept."""
        if not self._posts or not samples or len(samples[-1]) < 3:
            return
        known = self._node.measures.declared(series)
        if known is None:
            return
        self._latest[series] = self._located(series, samples[-1], known[0].situation)
        for post in self._posts:
            post.moved.add(series)
            post.changed.set()

    def _located(self, series: str, sample: Sample, situation: str) -> Located:
        """A sample, in true time."""
        now = self._node.clock.now()
        known = self._node.follower.state.situations.open(situation)
        clock = known.clock_at(None) if known is not None else None
        at = now if clock is not None else letting_out.moment(sample, now)
        return letting_out.located(series, sample, at)

    async def _follow(self) -> None:
        async for lines in self._node.writer.subscribe(self._node.writer.last_position):
            for post in self._posts:
                post.facts = True
                post.changed.set()
            self._hear(lines)

    def _hear(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if not line.header.name.startswith(NAMES):
                continue
            fact = self._node.reader.read(line)
            for post in self._posts:
                if self._commands.get(fact.command) != post.connection.name:
                    post.lines.append(fact)

    # -- what is said -------------------------------------------------------------------------------------------

    async def _keep(self, post: _Post) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self.look(post)
            except Exception as problem:  # noqa: BLE001 - a fault of one connection must not end the others
                post.facts = True
                where, kind = post.connection.name, type(problem).__name__
                _log.exception("what goes out failed", extra={"where": where, "kind": kind})
            await asyncio.sleep(max(TICK_S, min(SHARE * (loop.time() - began), LONGEST_REST_S)))
            try:
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await post.changed.wait()
            except TimeoutError:
                post.facts = True

    async def look(self, post: _Post) -> None:
        """Say what changed since the last look."""
        post.changed.clear()
        facts, post.facts = post.facts, False
        moved, post.moved = post.moved, set()
        lines = [post.lines.popleft() for _ in range(len(post.lines))]
        self._settle(post)
        for shown in list(post.shown.values()):
            if shown.picture is None or facts:
                await self._look_whole(post, shown)
            elif moved:
                await self._tell(post, shown, self._units(shown, moved), whole=False)
            await self._tell_lines(post, shown, lines)

    def _settle(self, post: _Post) -> None:
        """Which feeds send now, and with whose eyes; what no longer does is taken back."""
        state = self._node.follower.state
        now: dict[str, tuple[Sending, Clearance]] = {}
        for sending in self._sending(post.connection):
            owner = self._node.follower.owner(sending.feed.situation)
            now[sending.feed.id] = sending, letting_out.farthest(state, sending.feed, owner)
        for identifier in [one for one in post.shown if one not in now]:
            del post.shown[identifier]
            post.connector.withdraw(identifier)
        for identifier, (sending, held) in now.items():
            known = post.shown.get(identifier)
            if known is None:
                post.shown[identifier] = _Shown(sending, post.connection.planned.title, held)
            elif known.held != held:
                known.held, known.picture = held, None

    async def _look_whole(self, post: _Post, shown: _Shown) -> None:
        node, feed, held = self._node, shown.feed, shown.held
        audience = Audience(held.audience, lambda fact: readable(fact, held, about=node.labels.find))
        picture: PictureShown
        picture, _ = await asyncio.to_thread(node.cabinet.look, Picture, feed.situation, audience, None)
        await self._find_positions(picture)
        shown.picture = picture
        now = self._units(shown, None)
        real = self._real(feed.situation)
        by = self._brought

        def ours(shape: ShapeShown) -> bool:
            return not letting_out.came_by(shape, feed.author, by, feed.connection)

        now |= dict(letting_out.shapes(picture, ours=ours, real=real, now=node.clock.now()))
        await self._tell(post, shown, now, whole=True)

    async def _find_positions(self, picture: PictureShown) -> None:
        """Where each was last seen, for those not heard of since this node started."""
        for series in letting_out.positions_of(picture).values():
            if series in self._latest:
                continue
            self._latest[series] = None
            known = self._node.measures.declared(series)
            rows = await asyncio.to_thread(self._last, series) if known is not None else []
            if rows and known is not None and self._latest[series] is None:
                real = self._real(known[0].situation)
                at = real(letting_out.moment(rows[0], self._node.clock.now()))
                self._latest[series] = letting_out.located(series, rows[0], at)

    def _last(self, series: str) -> list[list[int | float | None]]:
        try:
            return self._node.tracks.latest(series, LAST_MS).rows()
        except Refused:
            return []

    def _units(self, shown: _Shown, only: set[str] | None) -> dict[str, Outgoing]:
        if shown.picture is None:
            return {}
        feed = shown.feed
        seen = {series: located for series, located in self._latest.items() if located is not None}
        followed = letting_out.followed_by(self._node.follower.state, feed)
        found = letting_out.units(shown.picture, but=followed, seen=seen, real=self._real(feed.situation), only=only)
        return dict(found)

    def _real(self, situation: str) -> Real:
        known = self._node.follower.state.situations.open(situation)
        return letting_out.true_time(known) if known is not None else lambda at: at

    async def _tell_lines(self, post: _Post, shown: _Shown, lines: Sequence[Fact[Body]]) -> None:
        real = self._real(shown.feed.situation)
        out: list[Outgoing] = []
        for fact in lines:
            seen = readable(fact, shown.held, about=self._node.labels.find)
            if seen is not None:
                out += shown.lines.heard(seen, real)
        await self._give(post, shown, out)

    async def _tell(self, post: _Post, shown: _Shown, now: dict[str, Outgoing], *, whole: bool) -> None:
        before = len(shown.left_out)
        changes = shown.changes(now, whole=whole)
        post.connection.count_sent(0, held_back=max(len(shown.left_out) - before, 0))
        await self._give(post, shown, changes)

    async def _give(self, post: _Post, shown: _Shown, told: Sequence[Outgoing]) -> None:
        known = self._node.follower.state.situations.open(shown.feed.situation)
        mode = (known.mode if known is not None else None) or Mode.ACTUAL
        for start in range(0, len(told), AT_ONCE):
            some = told[start : start + AT_ONCE]
            became = post.connector.tell(shown.feed.id, some, mode)
            post.connection.count_sent(became.sent, held_back=became.held_back)
            await asyncio.sleep(0)


def _remember(kept: collections.OrderedDict[str, str], name: str, value: str) -> None:
    kept[name] = value
    if len(kept) > MOST_BROUGHT:
        kept.popitem(last=False)
