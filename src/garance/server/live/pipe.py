"""A pipe: the way to one socket, written without waiting, with its own measure of what has not left yet."""

from __future__ import annotations

import asyncio
import collections
from typing import Protocol

from starlette.types import Send

from garance.server.live.frame import Prepared


class Pipe(Protocol):
    """One socket as the hub sees it."""

    @property
    def waiting_bytes(self) -> int:
        """How much was pushed and has not left this process."""
        ...

    @property
    def gone(self) -> bool:
        """Whether nothing more can be sent."""
        ...

    def push(self, frame: Prepared) -> None:
        """Hand a frame over; never waits, does nothing once gone."""
        ...

    def offer(self, frame: Prepared, limit_bytes: int) -> bool:
        """Push a frame unless more than that many bytes wait already; False when it was not taken."""
        ...

    async def drained(self) -> None:
        """Return once most of what was pushed has left, or the pipe is gone."""
        ...

    def finish(self, code: int) -> None:
        """Say goodbye with that WebSocket close code after what was pushed."""
        ...

    def cut(self) -> None:
        """Drop the connection now, with whatever is waiting."""
        ...


class AsgiPipe:
    """A pipe over any ASGI server: a bounded line of frames and one task that sends them in turn."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: collections.deque[Prepared] = collections.deque()
        self._waiting_bytes = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._close_code: int | None = None
        self._gone = False
        self._task = asyncio.get_running_loop().create_task(self._run(), name="stream-pipe")

    @property
    def waiting_bytes(self) -> int:
        """How much was pushed and not yet sent."""
        return self._waiting_bytes

    @property
    def gone(self) -> bool:
        """Whether nothing more can be sent."""
        return self._gone or self._close_code is not None

    def push(self, frame: Prepared) -> None:
        """Put a frame in the line."""
        if self.gone:
            return
        self._frames.append(frame)
        self._waiting_bytes += len(frame.payload)
        self._room.clear()
        self._changed.set()

    def offer(self, frame: Prepared, limit_bytes: int) -> bool:
        """Push a frame unless too much waits already."""
        if self._waiting_bytes > limit_bytes:
            return False
        self.push(frame)
        return True

    async def drained(self) -> None:
        """Return once the line is empty or the pipe is gone."""
        await self._room.wait()

    def finish(self, code: int) -> None:
        """Close after the frames in line."""
        if not self.gone:
            self._close_code = code
            self._changed.set()

    def cut(self) -> None:
        """Stop sending at once; the server ends the connection when the endpoint returns."""
        self._leave()
        self._task.cancel()

    async def settle(self) -> None:
        """Let the last frames out when closing, or stop at once when the client is gone."""
        if self._close_code is None:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _leave(self) -> None:
        self._gone = True
        self._frames.clear()
        self._waiting_bytes = 0
        self._room.set()

    async def _run(self) -> None:
        try:
            while self._frames or self._close_code is None:
                if self._frames:
                    await self._send_next()
                    continue
                self._changed.clear()
                await self._changed.wait()
            await self._send({"type": "websocket.close", "code": self._close_code})
        except (OSError, RuntimeError):
            pass  # the client is gone: the endpoint hears of it by itself
        finally:
            self._leave()

    async def _send_next(self) -> None:
        frame = self._frames.popleft()
        await self._send({"type": "websocket.send", "text": frame.payload.decode()})
        self._waiting_bytes -= len(frame.payload)
        if not self._frames:
            self._room.set()
