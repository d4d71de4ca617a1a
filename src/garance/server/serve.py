"""Running a server: listen, say where, stop without losing what was begun."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp

from garance.kernel.refusal import Refused
from garance.server.impatient import ImpatientProtocol, Listening, websocket_settings
from garance.server.settings import Settings

BACKLOG = 2048
KEEP_ALIVE_S = 75
COLLECT_EVERY = (20_000, 20, 20)
"""How rarely Python looks for cycles: requests make few, and its habit of every 700 objects costs 100 µs a command."""

T = TypeVar("T")


async def _nothing() -> None:
    """What is done when nothing was asked."""


class Served(uvicorn.Server):
    """A uvicorn server that tells when it listens, and when it begins to stop (before it waits for anyone)."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        started: Callable[[Listening], None],
        stopping: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        super().__init__(config)
        self._tell_started = started
        self._tell_stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say where."""
        await super().startup(sockets)
        gc.freeze()  # what was loaded to begin with stays: never look through it again
        gc.set_threshold(*COLLECT_EVERY)
        assert sockets  # noqa: S101 - `serve` always binds first
        host, port = sockets[0].getsockname()[:2]
        self._tell_started(Listening(host, port))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that we stop, then let requests in progress finish."""
        await self._tell_stopping()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the first SIGTERM or Ctrl+C, insist at the second; the process then ends in its own words."""
        loop = asyncio.get_running_loop()
        if sys.platform == "win32":
            with super().capture_signals():
                yield
            return
        wanted = (signal.SIGINT, signal.SIGTERM)
        try:
            for each in wanted:
                loop.add_signal_handler(each, self.handle_exit, each, None)
        except (ValueError, RuntimeError):  # not the main thread: whoever started us stops us
            yield
            return
        try:
            yield
        finally:
            for each in wanted:
                loop.remove_signal_handler(each)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; refuses `address-in-use` and `address-unusable`."""
    detail: dict[str, str | int] = {"host": host, "port": port}
    try:
        family, kind, number, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, number)
    except OSError as problem:
        raise Refused("address-unusable", detail=detail) from problem
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
    except OSError as problem:
        listener.close()
        busy = problem.errno in (98, 48, 10048)  # EADDRINUSE on Linux, macOS, Windows
        raise Refused("address-in-use" if busy else "address-unusable", detail=detail) from problem
    return listener


def server_for(
    app: ASGIApp,
    settings: Settings,
    *,
    started: Callable[[Listening], None],
    stopping: Callable[[], Awaitable[None]] = _nothing,
    websocket_protocol: Any = None,
) -> Served:
    """A server for that application, to be run with `serve(sockets=[bind(…)])`; `should_exit` stops it.

    `started` is told where we listen. `stopping` is called first of all when we stop: close streams, refuse commands.
    """
    proxies = list(settings.listen.trusted_proxies)
    config = uvicorn.Config(
        app,
        http=ImpatientProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.listen.stop_s,
        backlog=BACKLOG,
        **websocket_settings(websocket_protocol),
    )
    return Served(config, started=started, stopping=stopping)


async def serve(server: Served, settings: Settings) -> None:
    """Serve until told to stop (SIGTERM, Ctrl+C), then finish what was begun.

    The node behind is opened before and closed after, by the caller. Refuses what `bind` refuses.
    """
    with contextlib.closing(bind(settings.listen.host, settings.listen.port)) as listener:
        await server.serve(sockets=[listener])


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run that on the fastest loop there is here."""
    if sys.platform == "win32":
        return asyncio.run(main)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
