"""The process whose processor time is measured: the relay, with rights and intake on. Prints its port."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Hashable, Sequence

import uvloop

from garance.connectors.tak.relay.clients import ALL, Client, Identity, Message, OpenRights, Standing
from garance.connectors.tak.relay.hooks import Pace, Silent
from garance.connectors.tak.relay.relay import Relay
from garance.connectors.tak.relay.routed import Routed
from garance.kernel.clock import SystemClock

SENDERS = "127.0.0.2"
"""Clients of this address speak and do not hear, as trackers do."""


class BenchRights(OpenRights):
    """Every message bears a label, that every standing reads."""

    def standing(self, identity: Identity) -> Standing:
        """Hears nothing, or all."""
        return Standing(ALL, frozenset()) if identity.address == SENDERS else Standing()

    def label_of(self, client: Client, routed: Routed) -> Hashable | None:
        """One of two."""
        return routed.kind


class Intake(Silent):
    """Takes what is said as the node does: by batches, one queue."""

    def __init__(self) -> None:
        self._taken = 0

    def on_messages(self, batch: Sequence[Message]) -> None:
        """Count them."""
        self._taken += len([message.body for message in batch])


async def serve() -> None:
    """Until standard input ends."""
    relay = Relay(clock=SystemClock(), rights=BenchRights(), hooks=Intake(), pace=Pace(most_per_tick=400))
    _, port = await relay.listen("127.0.0.1", 0)
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await relay.stop()


if __name__ == "__main__":
    uvloop.run(serve())
