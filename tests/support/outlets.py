"""An outlet that writes down what it is given, and waits for it: real sockets are on the other side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Sender
from garance.ports.observation import Observation


class Heard:
    """Everything said to it, in order."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self.senders: list[Sender] = []
        self.refused: list[str] = []
        self.links: list[str] = []
        self._changed = asyncio.Event()

    def take(self, observations: Sequence[Observation], sender: Sender) -> None:
        """Hand over what was decoded."""
        self.observations.extend(observations)
        self.senders.append(sender)
        self._changed.set()

    def refuse(self, frame: Frame, sender: Sender, why: Refused) -> None:
        """A frame could not be decoded."""
        self.refused.append(why.code)
        self._changed.set()

    def up(self) -> None:
        """The link stands."""
        self.links.append("up")
        self._changed.set()

    def lost(self, why: str) -> None:
        """The link fell."""
        self.links.append(f"lost {why}")
        self._changed.set()

    async def until(self, so: Callable[[], bool], *, most_s: float = 20.0) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(most_s):
            while not so():
                self._changed.clear()
                await self._changed.wait()
