"""One connection at work: what came and waits to be sorted, how it fares, and its connector kept running."""

from __future__ import annotations

import asyncio
import collections
import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from garance.intake.arrival import Arrived
from garance.intake.sorting import Intake
from garance.kernel.clock import Clock, Instant
from garance.kernel.refusal import Refused
from garance.ports.connector import Arrival, Connector, Frame, Polled, Sender
from garance.ports.observation import Observation
from garance.server.connections.outside import Outside
from garance.server.connections.plan import Planned
from garance.server.connections.polling import poll

WAITING = 5_000
"""How many observations of one connection may wait to be sorted; the oldest beyond are counted and let go."""
LAST_REFUSED = 20
RATE_OVER = timedelta(minutes=1)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0

_log = logging.getLogger("garance.connection")

State = Literal["waiting", "up", "lost", "wrong"]


class Unread(NamedTuple):
    """A frame that could not be read, whole, on its way to be kept aside."""

    frame: Frame
    sender: Sender
    why: Refused
    at: datetime


class RefusedFrame(msgspec.Struct, frozen=True):
    """A frame that could not be read: why, from whom, and when."""

    why: str
    field: str | None
    sender: str
    at: Instant


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a connection fares (état de la liaison). Counts are since this node started."""

    state: State
    since: Instant
    why: str = ""
    last_at: Instant | None = None
    heard: int = 0
    kept: int = 0
    let_go: int = 0
    per_minute: int = 0
    sent: int = 0
    """How many units, drawings, messages and alarms went out."""
    held_back: int = 0
    """How many did not: the settings hold exercises back, or there were too many."""
    refused: tuple[RefusedFrame, ...] = ()


class Connection:
    """Keeps the contract of `ports.connector.Outlet`. Everything happens on the loop; nothing here waits."""

    def __init__(self, planned: Planned, clock: Clock, connector: Connector | None, why: str = "") -> None:
        self.planned = planned
        self.connector = connector
        self.intake = Intake(planned.limits)
        self._unread: list[Unread] = []
        self._clock = clock
        self._waiting: collections.deque[Arrived] = collections.deque()
        self._arrived = asyncio.Event()
        self._state: State = "waiting" if connector is not None else "wrong"
        self._why = why
        self._since = clock.now()
        self._last_at: datetime | None = None
        self._heard = self._kept = self._let_go = self._sent = self._held_back = 0
        self._taken = self._settled = 0
        self._waiters: collections.deque[tuple[int, asyncio.Future[None]]] = collections.deque()
        self._minutes: collections.deque[tuple[datetime, int]] = collections.deque(maxlen=600)
        self._last_refused: collections.deque[RefusedFrame] = collections.deque(maxlen=LAST_REFUSED)

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.planned.name

    # -- what the connector says --------------------------------------------------------------------------------

    def take(self, observations: Sequence[Observation], sender: Sender) -> None:
        """Hand over what was decoded."""
        if not observations:
            return
        now = self._clock.now()
        self._waiting.extend(Arrived(observation=one, sender=sender, received_at=now) for one in observations)
        self._taken += len(observations)
        while len(self._waiting) > WAITING:
            self._waiting.popleft()
            self._let_go += 1
            self._advance(1)
        self._heard += len(observations)
        self._last_at = now
        self._minutes.append((now, len(observations)))
        if self._state == "waiting":
            self.up()
        self._arrived.set()

    def refuse(self, frame: Frame, sender: Sender, why: Refused) -> None:
        """A frame could not be decoded."""
        now = self._clock.now()
        self._last_refused.append(RefusedFrame(why.code, why.field, sender.name, now))
        if len(self._unread) < WAITING:
            self._unread.append(Unread(frame, sender, why, now))
        self._arrived.set()

    def up(self) -> None:
        """The link stands."""
        self._become("up")

    def lost(self, why: str) -> None:
        """The link fell."""
        self._become("lost", why)

    def _become(self, state: State, why: str = "") -> None:
        if self._state == state:
            return
        # One line of log when it falls, one when it is back.
        if state == "lost":
            _log.warning("a connection is lost", extra={"where": self.name, "code": why[:80]})
        elif self._state == "lost":
            _log.info("a connection is back", extra={"where": self.name})
        self._state, self._why, self._since = state, why, self._clock.now()

    # -- what the node does with it -----------------------------------------------------------------------------

    async def something(self) -> None:
        """Wait until something came."""
        await self._arrived.wait()
        self._arrived.clear()

    def drain(self, most: int) -> tuple[list[Arrived], list[Unread]]:
        """What came first, in order, and the frames that could not be read."""
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        if self._waiting:
            self._arrived.set()
        unread, self._unread = self._unread, []
        return taken, unread

    def settle(self, count: int, *, kept: int) -> None:
        """So many of those drained are said or kept aside, so many of them said."""
        self._kept += kept
        self._advance(count)

    def _advance(self, count: int) -> None:
        self._settled += count
        while self._waiters and self._waiters[0][0] <= self._settled:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)

    @property
    def waiting(self) -> int:
        """How many wait to be sorted."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """What comes now would push out what waits."""
        return len(self._waiting) >= WAITING

    async def settled(self) -> None:
        """Wait until all that was handed over so far is said or kept aside, to acknowledge it to its sender."""
        if self._settled < self._taken:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append((self._taken, waiter))
            await waiter

    def count_sent(self, count: int, *, held_back: int) -> None:
        """So many went out, and so many did not."""
        self._sent += count
        self._held_back += held_back

    @property
    def health(self) -> Health:
        """How it fares now."""
        now = self._clock.now()
        return Health(
            state=self._state,
            since=self._since,
            why=self._why,
            last_at=self._last_at,
            heard=self._heard,
            kept=self._kept,
            let_go=self._let_go,
            per_minute=sum(count for at, count in self._minutes if now - at <= RATE_OVER),
            sent=self._sent,
            held_back=self._held_back,
            refused=tuple(self._last_refused),
        )

    async def run(self, outside: Outside) -> None:
        """Keep the connector running: one that stops by a fault of its own is started again, less and less often.

        One that is polled is asked through `outside`, the client of the server.
        """
        if self.connector is None or self.planned.manifest.arrival in (Arrival.PUSH, Arrival.FILE):
            return
        pause_s = FIRST_PAUSE_S
        while True:
            begun = self._clock.now()
            try:
                if isinstance(self.connector, Polled):
                    await poll(self.connector, self.connector, self, outside)
                else:
                    await self.connector.run(self)
                why = "ended"
            except (Refused, OSError) as problem:
                why = problem.code if isinstance(problem, Refused) else type(problem).__name__
            except Exception as problem:  # noqa: BLE001 - a fault of one connector must not end the others
                why = type(problem).__name__
                _log.exception("a connector failed", extra={"where": self.name, "kind": why})
            self.lost(why)
            if self._clock.now() - begun > RATE_OVER:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))  # noqa: S311 - spreads starts, hides nothing
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
