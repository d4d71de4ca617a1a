"""The gateway: every connection sorted in its own task, and what is kept said in the situations it comes into."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from garance.domain.feeds.facts import Bringing, FeedReleased
from garance.domain.feeds.rules import attached
from garance.domain.situation.state import Situation
from garance.domain.told import Statement
from garance.intake.arrival import Arrived, Aside
from garance.intake.checks import WITHOUT_TRACE
from garance.intake.meaning import Feed, Meant, Row, Wanted, meaning, rounds
from garance.intake.modes import admitted, takes
from garance.intake.sorting import Sorted
from garance.intake.units import CallSigns
from garance.journal.aside import AsideStore, PutAside
from garance.journal.envelope import Line
from garance.kernel.clock import from_milliseconds, to_milliseconds
from garance.kernel.label import Author, Mode
from garance.kernel.refusal import Refused
from garance.ports.connector import Sender
from garance.ports.observation import Observation
from garance.server.connections.connection import FIRST_PAUSE_S, LONGEST_PAUSE_S, Connection, Unread
from garance.server.connections.letting_out import Sending
from garance.server.connections.outgoing import OutgoingTraffic
from garance.server.connections.outside import Outside
from garance.server.connections.plan import plan
from garance.server.connections.postman import Postman
from garance.server.http.problem import waits

if TYPE_CHECKING:
    from garance.server.node import Node

TICK_S = 0.1
AT_ONCE = 500
"""How many observations of one connection are sorted in one go: the others have their turn between."""
EXPIRE_EVERY_S = 3_600.0
RELEASED = "feed.released."
_log = logging.getLogger("garance.connection")


class Gateway:
    """Holds every connection of the node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.aside = AsideStore(node.folder.aside)
        self.connections: dict[str, Connection] = {}
        self.outgoing = OutgoingTraffic(node, self.sending)
        self._outside = Outside()
        self._postman = Postman(node, self, self._outside)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Open what the settings name, on the running loop. What cannot be opened says so and stops nothing else."""
        for planned in plan(self._node.settings.connections):
            try:
                connection = Connection(planned, self._node.clock, planned.open())
            except Refused as refused:
                connection = Connection(planned, self._node.clock, None, str(refused))
            self.connections[planned.name] = connection
            self._spawn(connection.run(self._outside), f"connection {planned.name}")
            self._spawn(self._sort(connection), f"intake {planned.name}")
        for name, work in self.outgoing.works(self.connections.values()):
            self._spawn(work, name)
        self._spawn(self._expire(), "aside")
        self._spawn(self._let_in(), "released")
        self._spawn(self._postman.run(), "postman")

    def _spawn(self, work: Any, name: str) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work, name=name))

    async def stop(self) -> None:
        """Let go of every connection; what was heard and not yet sorted is not acknowledged to anybody."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._outside.close()
        await asyncio.to_thread(self.aside.close)

    async def _expire(self) -> None:
        days = self._node.settings.retention.aside_days
        while True:
            before = to_milliseconds(self._node.clock.now()) - days * 86_400_000
            await asyncio.to_thread(self.aside.expire, before)
            await asyncio.sleep(EXPIRE_EVERY_S)

    # -- sorting ------------------------------------------------------------------------------------------------

    async def _sort(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await connection.something()
            began = loop.time()
            await self.sort_once(connection)
            # Whoever brings more than can be sorted in one go must not wait for the next beat, or it never catches up.
            behind = connection.waiting >= AT_ONCE
            await asyncio.sleep(0 if behind else max(0.0, TICK_S - (loop.time() - began)))

    async def sort_once(self, connection: Connection) -> None:
        """Sort what came, then say it until it is said: the disk may be full for a while, nothing is lost by it."""
        arrivals, unread = connection.drain(AT_ONCE)
        done = connection.intake.sort(arrivals)
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                kept = await self._deliver(connection, done, unread)
                break
            except Refused as refused:
                _log.warning("what a connection brought waits to be said", extra={"code": refused.code})
            except Exception as problem:  # noqa: BLE001 - one connection in trouble must neither stop nor lose what it holds
                _log.exception("what a connection brought waits to be said", extra={"kind": type(problem).__name__})
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        connection.settle(len(arrivals), kept=kept)

    async def _deliver(self, connection: Connection, done: Sorted, unread: Sequence[Unread]) -> int:
        """Say what is kept and keep aside the rest; again after a failure doubles nothing. How many were said."""
        aside = await self._say_everywhere(self.feeds(connection), done.kept)
        await self._put_aside(connection, [*done.aside, *aside], unread)
        return len(done.kept) - len(aside)

    async def _say_everywhere(self, feeds: Sequence[Feed], kept: Sequence[Arrived]) -> list[tuple[Arrived, Aside]]:
        """Say what was kept wherever it comes in; each that the rules of a situation refuse is given back, once.

        What is of another mode than a situation is given back only when no other takes it.
        """
        refused: dict[int, Aside] = {}
        other: dict[int, Aside] = {}
        taken: set[int] = set()
        for feed in feeds:
            fitting = []
            for number, one in enumerate(kept):
                found = admitted(one, feed.mode)
                if found is None:
                    fitting.append(one)
                    taken.add(number)
                else:
                    other[number] = found
            numbers = {id(one): number for number, one in enumerate(kept)}
            for one, aside in await self.say(feed, fitting):
                refused.setdefault(numbers[id(one)], aside)
        elsewhere = {number: aside for number, aside in other.items() if number not in taken}
        return [(kept[number], aside) for number, aside in sorted((elsewhere | refused).items())]

    def feeds(self, connection: Connection) -> list[Feed]:
        """Where that connection comes in now: the open situations that it is attached to."""
        return [feed for feed, _ in self._attached(connection)]

    def sending(self, connection: Connection) -> list[Sending]:
        """Those of its feeds that also send, because whoever attached them said so."""
        known = self._attached(connection)
        return [Sending(feed=feed, name=str(said["name"])) for feed, said in known if said.get("sends")]

    def _attached(self, connection: Connection) -> list[tuple[Feed, Statement]]:
        state = self._node.follower.state
        found = []
        for situation, known in state.situations.known.items():
            if not known.opened or known.closed:
                continue
            for feed, said in attached(state, situation):
                if said.value["connection"] == connection.name and said.author is not None:
                    known_as = Feed(
                        id=feed,
                        situation=situation,
                        connection=connection.name,
                        title=connection.planned.title,
                        brings=Bringing(said.value.get("brings", Bringing.UNITS)),
                        author=self._speaker(said.author),
                        label=said.label,
                        mode=known.mode or Mode.ACTUAL,
                    )
                    found.append((known_as, said.value))
        return found

    def _speaker(self, attacher: Author) -> Author:
        """The node speaks for the organisation that attached the feed: who may see follows from it."""
        node = self._node.scribe.node_author
        return Author(person=node.person, role=node.role, organisation=attacher.organisation, cell=attacher.cell)

    async def say(self, feed: Feed, kept: Sequence[Arrived]) -> list[tuple[Arrived, Aside]]:
        """Say in a situation what was kept; what the rules refuse is given back, with the reason.

        Refuses what only waiting mends, such as `storage-full`: to be said again later, all of it.
        """
        known = self._node.follower.state.situations.open(feed.situation)
        if known is None:
            return []
        meant: list[tuple[Arrived, Meant]] = []
        refused: list[tuple[Arrived, Aside]] = []
        for part in rounds(kept):
            now, faults = self._meant(feed, part, known)
            refused += [*faults, *await self._carry_out(feed, now)]
            meant += now
        return [*refused, *await self._observe(feed, meant, {id(one) for one, _ in refused})]

    def _meant(
        self, feed: Feed, kept: Sequence[Arrived], known: Situation
    ) -> tuple[list[tuple[Arrived, Meant]], list[tuple[Arrived, Aside]]]:
        meant: list[tuple[Arrived, Meant]] = []
        faults: list[tuple[Arrived, Aside]] = []
        state = self._node.follower.state
        signs = CallSigns(state, feed)
        for one in kept:
            try:
                meant.append((one, meaning(state, feed, one, known.time(one.at), signs)))
            except Exception as problem:  # noqa: BLE001 - a fault met by one observation must not stop those beside it
                _log.exception("an observation was not understood", extra={"kind": type(problem).__name__})
                faults.append((one, Aside("internal-fault")))
        return meant, faults

    async def _carry_out(self, feed: Feed, meant: Sequence[tuple[Arrived, Meant]]) -> list[tuple[Arrived, Aside]]:
        """Carry out every command, in order; all share the flushes of the disk."""
        unique: dict[str, Wanted] = {}
        for _, what in meant:
            for wanted in what.wanted:
                unique.setdefault(wanted.key, wanted)
                self.outgoing.brings(feed, wanted)
        answers = await asyncio.gather(
            *(self._node.scribe.say_for(feed, wanted) for wanted in unique.values()), return_exceptions=True
        )
        found: dict[str, Aside] = {}
        for key, answer in zip(unique, answers, strict=True):
            if isinstance(answer, Refused) and not waits(answer.code):
                found[key] = Aside(answer.code, answer.field or "")
            elif isinstance(answer, BaseException):
                raise answer
        refused = []
        for one, what in meant:
            why = next((found[wanted.key] for wanted in what.wanted if wanted.key in found), None)
            # What has a series to go to goes there, whatever else was to be said first.
            if why is not None and not (what.samples and all(map(self._has_series, what.samples))):
                refused.append((one, why))
        return refused

    def _has_series(self, sample: tuple[str, Row]) -> bool:
        return self._node.measures.declared(sample[0]) is not None

    async def _observe(
        self, feed: Feed, meant: Sequence[tuple[Arrived, Meant]], settled: set[int]
    ) -> list[tuple[Arrived, Aside]]:
        """Record the samples, together when they can be; a series that refuses its own takes no other with it."""
        rows: dict[str, list[Row]] = {}
        origins: dict[str, list[Arrived]] = {}
        refused: list[tuple[Arrived, Aside]] = []
        for one, what in meant:
            for series, row in what.samples if id(one) not in settled else ():
                if not self._has_series((series, row)):
                    refused.append((one, Aside("series-unknown")))
                    continue
                rows.setdefault(series, []).append(row)
                origins.setdefault(series, []).append(one)
        ordered = {series: sorted(each, key=lambda row: row[0] or 0) for series, each in rows.items()}
        try:
            if ordered:
                await self._node.measures.observe_all(ordered)
        except Refused as problem:
            if waits(problem.code):
                raise
            for series, each in ordered.items():
                why = await self._observe_alone(series, each)
                refused += [(one, why) for one in origins[series]] if why is not None else []
        return refused

    async def _observe_alone(self, series: str, rows: list[Row]) -> Aside | None:
        try:
            await self._node.measures.observe_all({series: rows})
        except Refused as problem:
            if waits(problem.code):
                raise
            return Aside(problem.code, problem.field or "")
        return None

    # -- set aside, let in --------------------------------------------------------------------------------------

    async def _put_aside(
        self, connection: Connection, found: Sequence[tuple[Arrived, Aside]], unread: Sequence[Unread]
    ) -> None:
        put, counted = [], dict[str, int]()
        for arrived, aside in found:
            if aside.why in WITHOUT_TRACE:
                counted[aside.why] = counted.get(aside.why, 0) + 1
            else:
                put.append(_put(connection.name, arrived, aside))
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
                if not takes(feed.mode, arrived.observation.mode):
                    continue
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
