"""A connector run for a while without a node: what it brings is shown as it comes, sorted and not said (écoute)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from garance.connectors.registry import settled
from garance.intake.arrival import Arrived
from garance.intake.sorting import Intake
from garance.kernel.clock import Clock
from garance.kernel.refusal import Refused
from garance.ports.connector import Arrival, Connector, Frame, Sender
from garance.ports.observation import Observation
from garance.server.connections.asking import ask_plainly
from garance.server.connections.plan import Planned
from garance.server.connections.rehearsal import Step, Told

Show = Callable[[Step], None]
ShowLink = Callable[[str], None]
"""Told `up`, or why the link fell."""


class Listener:
    """An outlet that shows each thing. Keeps the contract of `ports.connector.Outlet`."""

    def __init__(self, planned: Planned, clock: Clock, show: Show, show_link: ShowLink) -> None:
        self._intake = Intake(planned.limits)
        self._clock = clock
        self._show = show
        self._show_link = show_link
        self.heard = self.kept = self.refused = 0

    def take(self, observations: Sequence[Observation], sender: Sender) -> None:
        """Sort what was decoded, and show it."""
        now = self._clock.now()
        done = self._intake.sort(Arrived(observation=one, sender=sender, received_at=now) for one in observations)
        told = [*(Told(one, None) for one in done.kept), *(Told(one, why) for one, why in done.aside)]
        self.heard += len(told)
        self.kept += len(done.kept)
        self._show(Step(now, tuple(told)))

    def refuse(self, frame: Frame, sender: Sender, why: Refused) -> None:
        """A frame could not be decoded."""
        self.refused += 1
        self._show(Step(self._clock.now(), refused=why))

    async def settled(self) -> None:
        """Shown is settled: nothing waits."""

    def up(self) -> None:
        """The link stands."""
        self._show_link("up")

    def lost(self, why: str) -> None:
        """The link fell."""
        self._show_link(why)


async def listen(planned: Planned, connector: Connector, listener: Listener, seconds: float) -> None:
    """Run it so long. Refuses `connector-waits` for one that is only sent to, and what it refuses itself."""
    arrival = planned.manifest.arrival
    if arrival in (Arrival.PUSH, Arrival.FILE):
        raise Refused("connector-waits", detail={"connector": planned.manifest.name})
    try:
        async with asyncio.timeout(seconds):
            if arrival is Arrival.POLL:
                await ask_plainly(connector, settled(planned.manifest, planned.settings), listener)
            await connector.run(listener)
    except TimeoutError:
        return
