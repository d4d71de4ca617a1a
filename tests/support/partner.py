"""A partner over HTTP, on a real port: keeps what it is sent, or asked for, and answers as it is told to."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from support.serving import served

Answer = Callable[[bytes], Response]


@dataclass
class Partner:
    """What came, and what to answer first; after that, `usual`."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    next: deque[Answer] = field(default_factory=deque)
    usual: Answer = lambda _: Response(status_code=204)

    async def take(self, request: Request) -> Response:
        body = await request.body()
        self.bodies.append(body)
        self.asked.append(dict(request.headers))
        return (self.next.popleft() if self.next else self.usual)(body)


@asynccontextmanager
async def partner() -> AsyncIterator[Partner]:
    """That partner, listening."""
    found = Partner()
    app = Starlette(routes=[Route("/{place:path}", found.take, methods=["GET", "POST"])])
    async with served(app) as running:
        found.url = f"{running.url.rstrip('/')}/hub"
        yield found
