"""A node that really listens, on a thread of its own, with someone signed in: what the tests of the whole API call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from support.serving import served

from garance.server.file_routes import file_endpoints
from garance.server.files import FolderFiles
from garance.server.http import Page, endpoint
from garance.server.http.endpoint import Call
from garance.server.settings import Files, Limits, Listen, Settings
from garance.server.shell import Shell
from garance.server.territory_files import territory_endpoint


@dataclass
class Node:
    """Where it listens, and the cookie and token of someone signed in who may do everything."""

    url: str
    session: str
    csrf: str

    @property
    def headers(self) -> dict[str, str]:
        """What makes a request come from that person."""
        return {"cookie": f"garance={self.session}", "x-garance-csrf": self.csrf}


class _Someone:
    person, csrf, read_only = "someone", "token", False


def _application(folder: Path) -> Starlette:
    """Every kind of endpoint the shell has, behind a session that is always the same person's."""
    settings = Settings(listen=Listen(port=0), limits=Limits(anonymous_per_minute=100_000))
    files = FolderFiles(folder, kinds=Files().types, quota_bytes=1 << 30)

    @endpoint("GET", "/api/v1/pages", tag="test", conditional=True)
    async def list_pages(call: Call[Any], query: Page) -> list[int]:
        """List numbers, a page at a time."""
        call.unless_known(f'W/"{query.limit}"')
        return list(range(query.limit))

    endpoints = [
        list_pages,
        *file_endpoints(files, max_bytes=100_000, organisations=lambda call: frozenset({"town"})),
        territory_endpoint(lambda version, name: None),
    ]

    def identify(request: Request) -> _Someone | None:
        return _Someone() if request.cookies.get("garance") == "session" else None

    return Shell(settings=settings).application(endpoints, identify)


@asynccontextmanager
async def _node(folder: Path) -> AsyncIterator[Node]:
    async with served(_application(folder)) as running:
        yield Node(running.url, session="session", csrf="token")


@contextmanager
def running_node(folder: Path) -> Iterator[Node]:
    """Run a node in that folder while the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = _node(folder)
    try:
        node = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(30)
        try:
            yield node
        finally:
            asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
