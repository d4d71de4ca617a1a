"""A real server on a free port, in the loop of the test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.types import ASGIApp

from garance.server.impatient import Listening
from garance.server.serve import Served, bind, server_for
from garance.server.settings import Listen, Settings

T = TypeVar("T")


async def _nothing() -> None: ...


@dataclass
class Running:
    """A server that runs: where, and the means to stop it."""

    listening: Listening
    server: Served
    task: asyncio.Task[None]

    @property
    def url(self) -> str:
        return self.listening.url


@asynccontextmanager
async def served(
    app: ASGIApp,
    settings: Settings | None = None,
    *,
    stopping: Callable[[], Awaitable[None]] = _nothing,
    websocket_protocol: Any = None,
) -> AsyncIterator[Running]:
    """Serve that application while the block runs."""
    chosen = settings or Settings(listen=Listen(port=0, stop_s=2))
    told: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
    server = server_for(app, chosen, started=told.set_result, stopping=stopping, websocket_protocol=websocket_protocol)
    listener = bind(chosen.listen.host, 0)
    task = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
    try:
        yield Running(await told, server, task)
    finally:
        server.should_exit = True
        await task
        listener.close()


@contextmanager
def on_a_thread(context: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """What that asynchronous context gives, alive on a loop and a thread of its own while the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        given = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(60)
        try:
            yield given
        finally:
            asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
