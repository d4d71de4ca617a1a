"""One TAK connection as its HTTP side knows it, and the ports it serves (enrôlement, paquets, missions)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from garance.connectors.tak.connector import TakConnector
from garance.connectors.tak.relay.authority import Authority
from garance.connectors.tak.relay.relay import Relay
from garance.kernel.identity import derived_id
from garance.kernel.refusal import Refused
from garance.server.connections.connection import Connection
from garance.server.http import Faults, refuse_http
from garance.server.serve import bind
from garance.server.tak.enrolment import enrolment_routes
from garance.server.tak.keeping import open_keeping
from garance.server.tak.missions.book import Book
from garance.server.tak.missions.following import Following
from garance.server.tak.missions.routes import mission_routes
from garance.server.tak.packages import UPLOADS_AT_ONCE, package_routes
from garance.server.tak.peer import PeerProtocol
from garance.server.tak.presence import presence_routes
from garance.server.tak.roster import Roster
from garance.server.tak.shelf import Shelf

if TYPE_CHECKING:
    from garance.server.node import Node

AGAIN_S = 5.0
EXPIRE_EVERY_S = 3_600.0
KEEP_ALIVE_S = 30
AT_ONCE = 500
"""How many requests one port answers at a time."""
_log = logging.getLogger("garance.connection")


class TakSite:
    """One connection: its settings, its roster, its authority and relay once they are there."""

    def __init__(self, node: Node, connection: Connection, connector: TakConnector) -> None:
        settings = self.settings = connector.settings
        self.name = connection.name
        self.title = connection.planned.title
        self.clock = node.clock
        self.connector = connector
        self.node_id = derived_id("tak-node", node.writer.name).replace("-", "")
        self.roster = Roster(Path(settings["authority"]), node.clock)
        folder = node.folder.tak / connection.name
        try:
            self.keeping = open_keeping(folder)
        except BaseException:
            self.roster.close()
            raise
        self.shelf = Shelf(folder, self.keeping, node.clock)
        self.book = Book(self.keeping, node.clock)
        self.following = Following(self.book, node.clock, lambda: connector.relay)
        connector.overhear = self.following.overhear
        self.uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)
        self.looking = asyncio.Semaphore(1)
        """One archive is looked through at a time: it is whole in memory then."""
        self.ports: dict[str, tuple[str, int]] = {}
        """Where it listens, by setting, once it does."""
        connector.rights = self.roster

    @property
    def authority(self) -> Authority:
        """Its authority; refuses `not-ready`."""
        if self.connector.authority is None:
            raise Refused("not-ready")
        return self.connector.authority

    @property
    def relay(self) -> Relay:
        """Its relay; refuses `not-ready`."""
        if self.connector.relay is None:
            raise Refused("not-ready")
        return self.connector.relay

    @property
    def host(self) -> str:
        """By which name devices reach it; refuses `connector-setting-missing` when no setting says so."""
        names: list[str] = self.settings["names"]
        host = names[0] if names else str(self.settings["host"])
        if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened to
            raise Refused("connector-setting-missing", field="names", detail={"connector": "tak"})
        return host

    def port(self, setting: str) -> int:
        """The port of that setting; refuses `connector-setting-missing` when there is none."""
        if not self.settings[setting]:
            raise Refused("connector-setting-missing", field=setting, detail={"connector": "tak"})
        return int(self.settings[setting])

    async def revoke(self, serial: str) -> None:
        """Let that device in no more, and close what it has open; refuses `unknown`."""
        if self.roster.device(serial) is None:
            raise Refused("unknown")
        await asyncio.to_thread(self.authority.revoke, serial)
        await asyncio.to_thread(self.roster.mark_revoked, serial)
        if self.connector.relay is not None:
            self.connector.relay.drop(lambda client: client.identity.serial == serial, "revoked")

    async def serve(self, setting: str) -> None:
        """Keep the port of that setting served until cancelled; one that is taken is tried again."""
        await self.connector.ready.wait()
        while True:
            try:
                await self._serve_once(setting)
                return
            except (Refused, OSError) as problem:
                why = problem.code if isinstance(problem, Refused) else type(problem).__name__
                _log.warning("a port of a connection cannot be served", extra={"where": self.name, "code": why})
            await asyncio.sleep(AGAIN_S)

    async def follow(self) -> None:
        """Keep in missions what is sent to them, for ever."""
        await self.connector.ready.wait()
        await self.following.refresh()
        await self.following.run()

    async def tend(self) -> None:
        """Forget what was left too long ago, for ever."""
        while True:
            try:
                await asyncio.to_thread(self.shelf.expire)
            except Refused as refused:
                _log.warning("what expired cannot be forgotten", extra={"where": self.name, "code": refused.code})
            await asyncio.sleep(EXPIRE_EVERY_S)

    async def _serve_once(self, setting: str) -> None:
        mutual = setting == "web_port"
        tls = await asyncio.to_thread(self.connector.tls, self.authority, mutual=mutual)
        config = uvicorn.Config(
            _application(_routes(self) if mutual else enrolment_routes(self)),
            http=PeerProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=AT_ONCE,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=1,
            ssl_context_factory=lambda *_: tls,
        )
        server = _Quiet(config)
        with contextlib.closing(bind(self.settings["host"], self.settings[setting])) as listener:
            host, port = listener.getsockname()[:2]
            self.ports[setting] = (str(host), int(port))
            serving = asyncio.ensure_future(server.serve(sockets=[listener]))
            try:
                await asyncio.shield(serving)
            except asyncio.CancelledError:
                server.should_exit = True
                await serving
                raise

    def close(self) -> None:
        """Let go of the files."""
        self.roster.close()
        self.keeping.close()


class _Quiet(uvicorn.Server):
    """A uvicorn server among others of the same process: it hears no signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: whoever serves the node is told."""
        yield


def _routes(site: TakSite) -> list[BaseRoute]:
    """All that an enrolled device may ask."""
    return [*presence_routes(site), *package_routes(site), *mission_routes(site)]


def _application(routes: list[BaseRoute]) -> Starlette:
    return Starlette(routes=routes, middleware=[Middleware(Faults)], exception_handlers={HTTPException: refuse_http})
