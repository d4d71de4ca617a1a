"""An outlet that writes down what it is given, and waits for it: real sockets are on the other side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

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

    async def settled(self) -> None:
        """Nothing waits here."""

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


@asynccontextmanager
async def running(*works: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """These at work, cancelled at the end."""
    tasks = [asyncio.get_running_loop().create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def server_saying(content: bytes, *, asks: bool = False) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A TCP server that hears a line first if it `asks`, says this, and stays: its port, and what it heard."""
    heard: list[bytes] = []
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            if asks:
                heard.append(await reader.readline())
            writer.write(content)
            await reader.read()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await asyncio.wait_for(asyncio.gather(*handlers, return_exceptions=True), 5)
