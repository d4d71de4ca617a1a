"""The gateway: every connection sorted in its own task, and what is kept said in the situations it comes into."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from garance.domain.feeds.facts import Bringing, FeedReleased
from garance.domain.feeds.rules import attached
from garance.intake.arrival import Arrived, Aside
from garance.intake.checks import WITHOUT_TRACE
from garance.intake.meaning import Feed, Meant, Row, Wanted, meaning
from garance.journal.aside import AsideStore, PutAside
from garance.journal.envelope import Line
from garance.kernel.clock import from_milliseconds, to_milliseconds
from garance.kernel.label import Author
from garance.kernel.refusal import Refused
from garance.ports.connector import Sender
from garance.ports.observation import Observation
from garance.server.connections.connection import Connection
from garance.server.connections.plan import plan

if TYPE_CHECKING:
    from garance.server.node import Node

TICK_S = 0.1
AT_ONCE = 500
"""How many observations of one connection are sorted in one go: the others have their turn between."""
TOGETHER = 5_000
"""How many are said together at most: all that waits shares one flush of the disk, or it would never be caught up."""
EXPIRE_EVERY_S = 3_600.0
RELEASED = "feed.released."
_log = logging.getLogger("garance.connection")


class Gateway:
    """Holds every connection of the node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.aside = AsideStore(node.folder.aside)
        self.connections: dict[str, Connection] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Open what the settings name, on the running loop. What cannot be opened says so and stops nothing else."""
        for planned in plan(self._node.settings.connections):
            try:
                connection = Connection(planned, self._node.clock, planned.open())
            except Refused as refused:
                connection = Connection(planned, self._node.clock, None, str(refused))
            self.connections[planned.name] = connection
            self._spawn(connection.run(), f"connection {planned.name}")
            self._spawn(self._sort(connection), f"intake {planned.name}")
        self._spawn(self._expire(), "aside")
        self._spawn(self._let_in(), "released")

    def _spawn(self, work: Any, name: str) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work, name=name))

    async def stop(self) -> None:
        """Let go of every connection; what was heard and not yet sorted is not acknowledged to anybody."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.aside.close)

    async def _expire(self) -> None:
        days = self._node.settings.retention.aside_days
        while True:
            before = to_milliseconds(self._node.clock.now()) - days * 86_400_000
            await asyncio.to_thread(self.aside.expire, before)
            await asyncio.sleep(EXPIRE_EVERY_S)

    # -- sorting ------------------------------------------------------------------------------------------------

    async def _sort(self, connection: Connection) -> None:
        while True:
            await connection.something()
            try:
                await self.sort_once(connection)
            except Refused as refused:  # the disk is full, the node is stopping: what waits stays
                _log.warning("what a connection brought could not be said", extra={"code": refused.code})
            await asyncio.sleep(TICK_S)

    async def sort_once(self, connection: Connection) -> None:
        """Sort what came, say what is kept, keep aside the rest."""
        kept, aside = await self._sorted(connection)
        for feed in self.feeds(connection):
            aside += await self.say(feed, kept)
        connection.count_kept(len(kept))
        await self._put_aside(connection, aside)

    async def _sorted(self, connection: Connection) -> tuple[list[Arrived], list[tuple[Arrived, Aside]]]:
        """What waited, up to `TOGETHER`: kept, and set aside."""
        kept, aside = list[Arrived](), list[tuple[Arrived, Aside]]()
        for _ in range(TOGETHER // AT_ONCE):
            done = connection.intake.sort(connection.drain(AT_ONCE))
            kept += done.kept
            aside += done.aside
            if not connection.waiting:
                break
            await asyncio.sleep(0)
        return kept, aside

    def feeds(self, connection: Connection) -> list[Feed]:
        """Where that connection comes in now: the open situations that it is attached to."""
        state = self._node.follower.state
        found = []
        for situation, known in state.situations.known.items():
            if not known.opened or known.closed:
                continue
            for feed, said in attached(state, situation):
                if said.value["connection"] == connection.name and said.author is not None:
                    found.append(
                        Feed(
                            id=feed,
                            situation=situation,
                            connection=connection.name,
                            title=connection.planned.title,
                            brings=Bringing(said.value.get("brings", Bringing.UNITS)),
                            author=self._speaker(said.author),
                            label=said.label,
                        )
                    )
        return found

    def _speaker(self, attacher: Author) -> Author:
        """The node speaks for the organisation that attached the feed: who may see follows from it."""
        node = self._node.scribe.node_author
        return Author(person=node.person, role=node.role, organisation=attacher.organisation, cell=attacher.cell)

    async def say(self, feed: Feed, kept: Sequence[Arrived]) -> list[tuple[Arrived, Aside]]:
        """Say in a situation what was kept; what the rules refuse is given back, with the reason."""
        known = self._node.follower.state.situations.open(feed.situation)
        if known is None:
            return []
        meant = list[tuple[Arrived, Meant]]()
        for one in kept:
            meant.append((one, meaning(self._node.follower.state, feed, one, known.time(one.at))))
            if len(meant) % AT_ONCE == 0:
                await asyncio.sleep(0)
        refused = await self._carry_out(feed, meant)
        rows: dict[str, list[Row]] = {}
        for _, what in meant:
            for series, row in what.samples:
                if self._node.measures.declared(series) is not None:
                    rows.setdefault(series, []).append(row)
        if rows:
            ordered = {series: sorted(each, key=lambda row: row[0] or 0) for series, each in rows.items()}
            await self._node.measures.observe_all(ordered)
        return refused

    async def _carry_out(self, feed: Feed, meant: Sequence[tuple[Arrived, Meant]]) -> list[tuple[Arrived, Aside]]:
        """Carry out every command, in order; all share the flushes of the disk."""
        unique: dict[str, tuple[Arrived, Wanted]] = {}
        for arrived, what in meant:
            for wanted in what.wanted:
                unique.setdefault(wanted.key, (arrived, wanted))
        answers = await asyncio.gather(
            *(self._node.scribe.say_for(feed, wanted) for _, wanted in unique.values()), return_exceptions=True
        )
        refused: list[tuple[Arrived, Aside]] = []
        for (arrived, _), answer in zip(unique.values(), answers, strict=True):
            if isinstance(answer, Refused):
                refused.append((arrived, Aside(answer.code, answer.field or "")))
            elif isinstance(answer, BaseException):
                raise answer
        return refused

    # -- set aside, let in --------------------------------------------------------------------------------------

    async def _put_aside(self, connection: Connection, found: Sequence[tuple[Arrived, Aside]]) -> None:
        put, counted = [], dict[str, int]()
        for arrived, aside in found:
            if aside.why in WITHOUT_TRACE:
                counted[aside.why] = counted.get(aside.why, 0) + 1
            else:
                put.append(_put(connection.name, arrived, aside))
        unread, connection.refused = connection.refused, []
        for frame, sender, why, at in unread:
            put.append(
                PutAside(
                    connection=connection.name,
                    why=why.code,
                    detail=why.field or "",
                    source="",
                    sender=sender.name,
                    heard_ms=to_milliseconds(at),
                    frame=frame.data,
                )
            )
        if put or counted:
            counts = [(connection.name, why, count) for why, count in counted.items()]
            await asyncio.to_thread(self.aside.put, put, counts)

    async def _let_in(self) -> None:
        """Carry out what people let in, from the facts that say so; again after a restart changes nothing."""
        async for lines in self._node.writer.subscribe(self._node.writer.last_position):
            for line, body in self._released(lines):
                await self._admit(line, body)

    def _released(self, lines: Sequence[Line]) -> Iterator[tuple[Line, FeedReleased]]:
        for line in lines:
            if line.header.name.startswith(RELEASED):
                body = self._node.reader.read(line).body
                if isinstance(body, FeedReleased):
                    yield line, body

    async def _admit(self, line: Line, body: FeedReleased) -> None:
        situation = line.header.situation
        for connection in self.connections.values():
            for feed in self.feeds(connection):
                if feed.id != body.feed or feed.situation != situation:
                    continue
                kept = await asyncio.to_thread(self.aside.find, connection.name, body.aside)
                if kept is None or kept.put.observation is None:
                    continue
                arrived = Arrived(
                    observation=msgspec.json.decode(kept.put.observation, type=Observation),
                    sender=Sender(name=kept.put.sender),
                    received_at=from_milliseconds(kept.put.heard_ms),
                )
                connection.intake.admit(arrived)
                await self.say(feed, [arrived])
                await asyncio.to_thread(self.aside.mark_released, body.aside)


def _put(connection: str, arrived: Arrived, aside: Aside) -> PutAside:
    return PutAside(
        connection=connection,
        why=aside.why,
        detail=aside.detail,
        source=arrived.observation.uid,
        sender=arrived.sender.name,
        heard_ms=to_milliseconds(arrived.received_at),
        observation=msgspec.json.encode(arrived.observation),
    )
