"""The application that a server runs: a node's addresses within the shell."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from garance.kernel.clock import Clock, SystemClock
from garance.kernel.refusal import Refused
from garance.server.api.accounts import account_endpoints
from garance.server.api.boards import board_endpoints
from garance.server.api.commands import command_endpoints
from garance.server.api.connections import connection_endpoints
from garance.server.api.depths import depth_endpoints
from garance.server.api.documents import document_endpoints
from garance.server.api.exchange import exchange_endpoints
from garance.server.api.links import link_endpoints
from garance.server.api.questions import question_endpoints
from garance.server.api.reports import report_endpoints
from garance.server.api.samples import sample_endpoint
from garance.server.api.sheet_models import sheet_model_endpoints
from garance.server.api.situations import situation_endpoints
from garance.server.api.symbols import symbol_endpoints
from garance.server.api.territory import territory_endpoints
from garance.server.api.walls import wall_endpoints
from garance.server.carried import Carried
from garance.server.console import Words
from garance.server.demo.opening import Performance, begin_at, demo_people, performance_of, teller_of
from garance.server.file_routes import file_endpoints
from garance.server.impatient import Listening
from garance.server.live.endpoint import Stream
from garance.server.live.prepared_socket import PreparedWebSocket
from garance.server.node import Node
from garance.server.observe import room_left, writable
from garance.server.ogc import ogc_endpoints
from garance.server.settings import Settings
from garance.server.shell import Shell
from garance.server.sign_in.first_link import first_address
from garance.server.tak.endpoints import tak_endpoints
from garance.territory.pack import open_pack

STREAM = "/api/v1/stream"


def build_empty_app(settings: Settings) -> Starlette:
    """An application with its shell and no node: health, readiness, metrics, description and pages."""
    return Shell(settings=settings).application([], lambda request: None)


def build_app(node: Node, *, origin: str | None = None) -> Starlette:
    """The whole application of a node. `origin` is the address people know it by, if it is fixed."""
    metrics, readiness = node.metrics, node.readiness
    shell = Shell(settings=node.settings, waiting=lambda: node.writer.waiting, metrics=metrics, readiness=readiness)
    metrics.follow(waiting=lambda: node.writer.waiting, streams=lambda: node.hub.streams)
    readiness.require("journal-not-writable", writable(node.folder.path))
    readiness.require("disk-nearly-full", room_left(node.folder.path, node.settings.node.reserve_bytes))
    readiness.require("stream-stopped", lambda: node.hub.running)

    carried = Carried(node.files, node.follower, node.clock)
    limits = node.settings.files
    endpoints = [
        *node.sign_in.endpoints(),
        *command_endpoints(node.scribe, node.cursors, metrics, carried),
        *situation_endpoints(node),
        *board_endpoints(node),
        *document_endpoints(node),
        *exchange_endpoints(node),
        *report_endpoints(node),
        *sheet_model_endpoints(),
        sample_endpoint(node),
        *wall_endpoints(node),
        *account_endpoints(node),
        *link_endpoints(),
        *territory_endpoints(node),
        *symbol_endpoints(node),
        *question_endpoints(node),
        *depth_endpoints(node),
        *connection_endpoints(node),
        *tak_endpoints(node),
        *ogc_endpoints(node),
        *file_endpoints(node.files, max_bytes=limits.max_bytes, organisations=carried.organisations, find=carried.find),
    ]
    public = node.settings.listen.public_url
    stream = Stream(node.hub, node=node.writer.name, origins=[public] if public else [])
    others: list[Route | WebSocketRoute] = [WebSocketRoute(STREAM, stream)]
    others += node.sign_in.routes(origin or public or "", charge=shell.rates.charge)
    porch = node.sign_in.porch
    return shell.application(endpoints, porch.current_reader, streams=others, bearer=porch.bearer)


@dataclass(frozen=True)
class Opened:
    """A node that runs, and what the one who serves it needs: what to say once it listens, what to do when stopping."""

    node: Node
    app: Starlette
    lines: Callable[[Listening], Sequence[Words]]
    stopping: Callable[[], Awaitable[None]]
    websocket_protocol: Any = PreparedWebSocket


@contextlib.asynccontextmanager
async def open_app(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Opened]:
    """Open the node of these settings, start it (and its story, if it is a demonstration), and stop it at the end."""
    clock = clock or SystemClock()
    pack = open_pack(Path(settings.node.territory)) if settings.node.territory else None
    source = Path(settings.demo.source) if settings.demo.source else None
    told = None
    if settings.demo.enabled and pack is not None:
        told = performance_of(pack, source, folder=Path(settings.node.data_folder))
    node = Node(settings, clock, pack=pack, demo=demo_people(told.script) if told else ())
    await node.start()
    story = await _begin_story(node, told, clock) if told else None
    try:
        yield Opened(node, build_app(node), partial(_lines, node), partial(_say_stopping, node))
    finally:
        if story is not None:
            story.cancel()
            await asyncio.gather(story, return_exceptions=True)
        await node.stop()


async def _say_stopping(node: Node) -> None:
    """Refuse newcomers and tell the readers, before the last requests finish."""
    node.readiness.stopping = True
    await node.hub.stop()


async def _begin_story(node: Node, told: Performance, clock: Clock) -> asyncio.Task[None]:
    demo = node.settings.demo
    teller = teller_of(told, node, clock)
    await teller.prepare(speed=demo.speed, begin_at=begin_at(demo.begin_at, told.script))
    return asyncio.get_running_loop().create_task(teller.tell(), name="story")


def _lines(node: Node, listening: Listening) -> Sequence[Words]:
    """What whoever started the node must read: in a new one, where its first administrator comes in."""
    entrance = node.sign_in.entrance
    if entrance.demo or not entrance.needs_first_administrator:
        return []
    with contextlib.suppress(Refused):
        token = entrance.first_links.make(entrance.house.people)
        address = first_address(node.settings.listen.public_url or listening.url, token)
        return [(f"Premier administrateur, une seule fois : {address}", f"First administrator, once: {address}")]
    return []
