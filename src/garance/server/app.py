"""The application that a server runs, opened on a data folder and closed when the server has stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from garance.server.console import Words
from garance.server.data_folder import DataFolder
from garance.server.impatient import Listening
from garance.server.observe import room_left, writable
from garance.server.settings import Settings
from garance.server.shell import Shell


async def _nothing() -> None:
    """What is done when nothing was asked."""


def _no_lines(listening: Listening) -> Sequence[Words]:
    return ()


@dataclass
class Opened:
    """An application ready to be served. `stopping` is called first when the server stops; `lines` gives what to
    tell the person who started it (a one-time link…), once it is known where it listens.
    """

    app: ASGIApp
    stopping: Callable[[], Awaitable[None]] = _nothing
    websocket_protocol: Any = None
    lines: Callable[[Listening], Sequence[Words]] = _no_lines


def build_empty_app(settings: Settings) -> Starlette:
    """An application with its shell and no node: health, readiness, metrics, description and pages."""
    return Shell(settings=settings).application([], lambda request: None)


@asynccontextmanager
async def open_app(settings: Settings) -> AsyncIterator[Opened]:
    """Open everything that those settings name; refuses what cannot be opened."""
    folder = DataFolder(settings.data).prepare()
    shell = Shell(settings=settings)
    shell.readiness.require("disk-nearly-full", room_left(folder.path, settings.node.reserve_bytes))
    shell.readiness.require("folder-not-writable", writable(folder.path))

    async def stopping() -> None:
        shell.readiness.stopping = True

    yield Opened(shell.application([], lambda request: None), stopping)
