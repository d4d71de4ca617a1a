"""What the stream sends by the clock and not by facts: telemetry in ticks, presence, the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from garance.server.live.audience import Audience
from garance.server.live.frame import Prepared
from garance.server.live.pace import Pace
from garance.server.live.presence import gather_present, visible_present
from garance.server.live.reader import Reader
from garance.server.live.roster import Roster
from garance.server.live.telemetry import Telemetry
from garance.server.live.wire import Present, presence_frame


class Write(Protocol):
    """Writes a frame to a whole audience; whoever has more than `limit_bytes` waiting is given back, unwritten."""

    def __call__(self, audience: Audience, frame: Prepared, limit_bytes: int) -> list[Reader]:
        """Write it."""
        ...


class Beat:
    """One rhythm for all readers of this process.

    `give` writes what nobody may miss (a reader with no room falls behind); `offer` writes what may be skipped.
    """

    def __init__(
        self,
        roster: Roster,
        telemetry: Telemetry,
        pace: Pace,
        *,
        give: Callable[[Audience, Prepared], None],
        offer: Write,
        time_frame: Callable[[], Prepared],
        each_second: Callable[[], None],
    ) -> None:
        self._roster = roster
        self._telemetry = telemetry
        self._pace = pace
        self._give = give
        self._offer = offer
        self._time_frame = time_frame
        self._each_second = each_second
        self._owed: set[Reader] = set()
        """Readers who skipped ticks: the newest samples are due when there is room."""

    async def run(self) -> None:
        """Beat for ever."""
        loop = asyncio.get_running_loop()
        next_tick = next_presence = next_time = loop.time()
        while True:
            now = loop.time()
            self._send_tracks()
            if now >= next_presence:
                self._send_presence()
                self._each_second()
                next_presence = now + self._pace.presence_s
            if now >= next_time:
                self._send_time()
                next_time = now + self._pace.clock_s
            next_tick = max(next_tick + self._pace.tick_s, loop.time())
            await asyncio.sleep(next_tick - loop.time())

    def greet(self, reader: Reader) -> None:
        """Give one who just became live the newest samples, and who is there."""
        self._owed.discard(reader)
        newest = self._telemetry.newest(reader.audience)
        if newest is not None:
            reader.pipe.push(newest)
        reader.pipe.push(presence_frame(self.present(reader.audience)))

    def present(self, audience: Audience) -> tuple[Present, ...]:
        """Who is connected, as far as that audience may know."""
        readers = [reader for reader in self._roster.readers() if reader.seat.situation == audience.situation]
        return visible_present(audience, gather_present(readers))

    def _send_tracks(self) -> None:
        self._pay_owed()
        for situation in self._telemetry.situations():
            for audience, frame in self._telemetry.flush(situation, self._roster.audiences(situation)):
                self._owed.update(self._offer(audience, frame, self._pace.tracks_bytes))

    def _pay_owed(self) -> None:
        for reader in list(self._owed):
            if reader not in reader.audience.readers:
                self._owed.discard(reader)  # it is greeted when it is live again
            elif reader.pipe.waiting_bytes <= self._pace.tracks_bytes // 2:
                self._owed.discard(reader)
                newest = self._telemetry.newest(reader.audience)
                if newest is not None:
                    reader.pipe.push(newest)

    def _send_presence(self) -> None:
        for situation in self._roster.situations():
            here = [reader for reader in self._roster.readers() if reader.seat.situation == situation]
            present = gather_present(here)
            for audience in self._roster.audiences(situation):
                shown = visible_present(audience, present)
                if shown != audience.present:
                    audience.present = shown
                    self._give(audience, presence_frame(shown))

    def _send_time(self) -> None:
        frame = self._time_frame()
        for audience in self._roster.every_audience():
            self._give(audience, frame)
