"""The hub: one reading of the journal for the whole process, shared out to every connected reader.

Each durable line is decoded once. Each audience filters a batch once and encodes it once, and the same bytes go to
every socket of the audience. Nothing here waits for a socket: a reader with no room left leaves the live stream and
catches up alone from the store. A batch of which an audience may see nothing produces no frame at all, so that its
timing tells nothing; the cursor moves with the next clock frame.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

import msgspec

from garance.access.clearance import Clearance
from garance.access.door import About, nothing
from garance.journal.envelope import Line
from garance.journal.writer import Writer
from garance.kernel.clock import Clock
from garance.kernel.refusal import Refused
from garance.server.live.audience import Audience, Encoding
from garance.server.live.beat import Beat
from garance.server.live.cursor import Cursors
from garance.server.live.frame import Prepared
from garance.server.live.pace import Pace
from garance.server.live.pages import Pages, Read
from garance.server.live.pipe import Pipe
from garance.server.live.reader import GOING_AWAY, Reader
from garance.server.live.roster import Roster
from garance.server.live.seat import Gate, Seat
from garance.server.live.telemetry import Declared, Telemetry
from garance.server.live.wire import (
    BEHIND,
    LIVE,
    ClientFrame,
    Present,
    Sample,
    clock_frame,
    welcome_frame,
)

_log = logging.getLogger(__name__)

RIGHTS = ("organisation.", "person.", "role.")
"""Facts whose names begin so may change who sees what."""

DESTROYED = ("body.redacted.", "person.erased.")


class Counts(msgspec.Struct):
    """What the hub did, for the metrics page."""

    facts: int = 0
    frames_made: int = 0
    frames_sent: int = 0
    fell_behind: int = 0
    ended: int = 0


class Hub:
    """Create it on the running loop, `start()` it, let readers `enter()`, `stop()` it."""

    def __init__(
        self,
        writer: Writer,
        *,
        read: Read,
        gate: Gate,
        declared: Declared,
        cursors: Cursors,
        about: About = nothing,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self.pace = pace or Pace()
        self.gate = gate
        self.cursors = cursors
        self.counts = Counts()
        self._writer = writer
        self._read = read
        self._clock = clock
        self._position = writer.last_position
        self._moved = asyncio.Condition()
        self._roster = Roster(
            max_streams=self.pace.max_streams,
            max_streams_per_person=self.pace.max_streams_per_person,
            about=about,
        )
        self._telemetry = Telemetry(declared, kept=self.pace.samples_kept)
        self._pages = Pages(
            writer.store,
            read,
            cursors,
            page_lines=self.pace.page_lines,
            page_cache=self.pace.page_cache,
            readings=self.pace.readings,
        )
        self._beat = Beat(
            self._roster,
            self._telemetry,
            self.pace,
            give=lambda audience, frame: self._write(audience, frame, self._position),
            offer=self._offer,
            time_frame=lambda: clock_frame(now=clock.now(), cursor=cursors.seal(self._position)),
            each_second=self._renew_due,
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False

    # -- life ---------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether facts are being shared out."""
        return self._running

    @property
    def streams(self) -> int:
        """How many readers are connected."""
        return len(self._roster)

    def pipes(self) -> list[Pipe]:
        """The sockets of every reader, to measure what waits."""
        return [reader.pipe for reader in self._roster.readers()]

    def start(self) -> None:
        """Begin to follow the journal, on the running loop."""
        self._running = True
        self._spawn(self._follow(), "stream-follow", vital=True)
        self._spawn(self._beat.run(), "stream-beat", vital=True)

    async def stop(self, code: str = "stopping") -> None:
        """Tell every reader and end."""
        self._running = False
        for reader in self._roster.readers():
            self._end(reader, code, close_code=GOING_AWAY)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str, *, vital: bool = False) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._settle(done, vital=vital))

    def _settle(self, done: asyncio.Task[None], *, vital: bool) -> None:
        self._tasks.discard(done)
        if done.cancelled():
            return
        problem = done.exception()
        if problem is not None:
            _log.error("the live stream's task %s failed", done.get_name(), exc_info=problem)
        if vital and self._running:
            self._running = False
            for reader in self._roster.readers():
                self._end(reader, "interrupted", close_code=GOING_AWAY)

    # -- facts --------------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        async for lines in self._writer.subscribe(self._position):
            self._share(lines)
            async with self._moved:
                self._moved.notify_all()

    def _share(self, lines: Sequence[Line]) -> None:
        if any(line.header.name.startswith(DESTROYED) for line in lines):
            self._pages.forget()
        if any(line.header.name.startswith(RIGHTS) for line in lines):
            self.renew_all()
        by_situation: dict[str, list[Line]] = {}
        for line in lines:
            if line.header.situation is not None:
                by_situation.setdefault(line.header.situation, []).append(line)
        before, self._position = self._position, lines[-1].position
        self.counts.facts += len(lines)
        cursor = self.cursors.seal(self._position)
        for situation, said in by_situation.items():
            self._share_in(situation, said, cursor, before)

    def _share_in(self, situation: str, lines: Sequence[Line], cursor: str, before: int) -> None:
        audiences = self._roster.audiences(situation)
        if not audiences:
            return
        facts = [self._read(line) for line in lines]
        encoding = Encoding()
        for audience in audiences:
            showing = audience.show(facts, cursor, encoding) if audience.readers else None
            if showing is not None:
                if showing.personal:
                    self.gate.shown([reader.seat for reader in audience.readers], showing.personal)
                self._write(audience, showing.frame, before)

    def _write(self, audience: Audience, frame: Prepared, position: int) -> None:
        """Write to a whole audience; those with no room fall behind, having read up to that position."""
        for reader in self._offer(audience, frame, self.pace.buffer_bytes):
            self._fall_behind(reader, position)

    def _offer(self, audience: Audience, frame: Prepared, limit_bytes: int) -> list[Reader]:
        self.counts.frames_made += 1
        self.counts.frames_sent += len(audience.readers)
        return audience.write(frame, limit_bytes)

    def _fall_behind(self, reader: Reader, position: int) -> None:
        self.counts.fell_behind += 1
        reader.audience.readers.discard(reader)
        reader.position = position
        if reader.behind_since_s is None:
            reader.behind_since_s = asyncio.get_running_loop().time()
        self._spawn(self._come_back(reader), "stream-come-back")

    # -- readers ------------------------------------------------------------------------------------------------

    def resume(self, cursor: str) -> int:
        """The position to resume from; refuses `cursor-wrong`, also one from a journal that went further."""
        position = self.cursors.open(cursor)
        if position > self._writer.last_position:
            raise Refused("cursor-wrong", field="after")
        return position

    def check_room(self, seat: Seat) -> None:
        """Refuse `stopping`, `overloaded`, `too-many-streams` before a connection is accepted."""
        if not self._running:
            raise Refused("stopping")
        self._roster.check_room(seat)

    def enter(self, seat: Seat, pipe: Pipe, position: int, *, node: str) -> Reader:
        """Welcome a reader who has seen everything up to that position, and bring it to the live stream."""
        now = self._clock.now()
        reader = self._roster.enter(seat, pipe, position=position, since=now)
        pipe.push(welcome_frame(now=now, cursor=self.cursors.seal(position), node=node))
        self._spawn(self._catch_up(reader), "stream-catch-up")
        return reader

    def leave(self, reader: Reader) -> None:
        """Forget a reader whose connection is gone."""
        reader.ended = True
        self._roster.leave(reader)

    async def _come_back(self, reader: Reader) -> None:
        if await self._drain(reader):
            reader.pipe.push(BEHIND)
            await self._catch_up(reader)

    async def _catch_up(self, reader: Reader) -> None:
        try:
            while not reader.ended and reader.position != self._position:
                await self._next_page(reader)
                if not await self._drain(reader):
                    return
        except Refused as refused:
            self._end(reader, refused.code)
            return
        except Exception:
            self._end(reader, "interrupted", close_code=GOING_AWAY)
            raise
        if not reader.ended:
            self._go_live(reader)

    async def _next_page(self, reader: Reader) -> None:
        if reader.position > self._position:
            # The cursor of a command just answered may run ahead of what is shared out, for a moment.
            async with self._moved:
                await self._moved.wait_for(lambda: reader.position <= self._position)
            return
        page = await self._pages.after(reader.audience, reader.position, self._position)
        if reader.ended:
            return
        if page.showing is not None:
            if page.showing.personal:
                self.gate.shown([reader.seat], page.showing.personal)
            reader.pipe.push(page.showing.frame)
        reader.position = page.covered

    async def _drain(self, reader: Reader) -> bool:
        """Wait for room; False when the reader is gone, takes nothing, or has been behind for too long."""
        try:
            async with asyncio.timeout(self.pace.stuck_s):
                await reader.pipe.drained()
        except TimeoutError:
            self._end(reader, "too-slow")
        since = reader.behind_since_s
        if since is not None and asyncio.get_running_loop().time() - since > self.pace.behind_s:
            self._end(reader, "too-slow")
        if reader.pipe.gone:
            reader.ended = True
        return not reader.ended

    def _go_live(self, reader: Reader) -> None:
        """No wait between the last look at the position and here: no gap, no double."""
        reader.behind_since_s = None
        reader.audience.readers.add(reader)
        reader.pipe.push(LIVE)
        self._beat.greet(reader)

    def _end(self, reader: Reader, code: str, *, close_code: int = 1008) -> None:
        self.counts.ended += 1
        reader.end(code, close_code=close_code)
        self._roster.leave(reader)

    # -- rights -------------------------------------------------------------------------------------------------

    def renew_all(self) -> None:
        """Ask again what every reader may see: people, organisations or roles changed."""
        self._pages.forget()
        for reader in self._roster.readers():
            self._renew(reader)

    def _renew(self, reader: Reader) -> None:
        """Whoever now sees other things starts again from a picture of what it may see: more, or less."""
        try:
            seat = self.gate.renew(reader.seat)
        except Refused as refused:
            self._end(reader, refused.code)
            return
        if seat.clearance.audience != reader.audience.key or dict(seat.roles) != dict(reader.seat.roles):
            self._end(reader, "rights-changed")
            return
        reader.seat = seat

    def forget_pages(self) -> None:
        """A body was destroyed: pages of the past are read again."""
        self._pages.forget()

    def _renew_due(self) -> None:
        now = self._clock.now()
        for reader in self._roster.readers():
            if reader.seat.until is not None and reader.seat.until <= now:
                self._renew(reader)

    def end_session(self, session: str, code: str = "session-ended") -> None:
        """A session was revoked, or its person signed out: its streams end now."""
        for reader in self._roster.readers():
            if reader.seat.session == session:
                self._end(reader, code)

    # -- what clients say ---------------------------------------------------------------------------------------

    def hear(self, reader: Reader, said: ClientFrame | None) -> None:
        """Take one message of a client; ends the stream on `frame-unknown`, `too-many-frames`, `read-only`."""
        loop = asyncio.get_running_loop()
        if not reader.take_word(loop.time(), burst=self.pace.doing_burst, per_s=self.pace.doing_per_s):
            self._end(reader, "too-many-frames")
        elif said is None:
            self._end(reader, "frame-unknown")
        elif reader.seat.read_only:
            self._end(reader, "read-only")
        elif (role := reader.seat.roles.get(said.role)) is None:
            self._end(reader, "not-allowed")
        else:
            reader.doing, reader.about, reader.role = said.doing, said.about, role

    # -- telemetry, presence ------------------------------------------------------------------------------------

    def observe(self, series: str, samples: Sequence[Sample]) -> bool:
        """Take samples the track store has accepted, oldest first; False when the series is not declared."""
        return self._telemetry.observe(series, samples)

    def present(self, situation: str, clearance: Clearance) -> tuple[Present, ...]:
        """Who is connected to a situation, as far as this clearance may know."""
        return self._beat.present(self._roster.audience(situation, clearance))
