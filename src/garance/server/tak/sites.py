"""The TAK connections of a node, those that have an authority: opened before anybody comes, closed after all left."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from garance.connectors.tak.relay.clients import Identity, OpenRights, Standing
from garance.kernel.refusal import Refused
from garance.server.connections.connection import Connection

if TYPE_CHECKING:
    from garance.server.node import Node
    from garance.server.tak.site import TakSite

CONNECTOR = "tak"
PORTS = ("enrol_port", "web_port")
_log = logging.getLogger("garance.connection")


class Nobody(OpenRights):
    """Lets nobody in: what is known of devices cannot be read."""

    def standing(self, identity: Identity) -> Standing:
        """Refuses `not-ready`."""
        raise Refused("not-ready")


class TakSites:
    """The HTTP side of every TAK connection."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._tasks: list[asyncio.Task[None]] = []
        self.known: dict[str, TakSite] = {}

    def start(self) -> None:
        """Before the connectors run: they ask who may come. What cannot be opened lets nobody in by that connection."""
        loop = asyncio.get_running_loop()
        for connection in self._node.gateway.connections.values():
            site = self._open(connection)
            if site is None:
                continue
            self.known[site.name] = site
            self._tasks.append(loop.create_task(site.tend(), name=f"tend {site.name}"))
            self._tasks.append(loop.create_task(site.follow(), name=f"missions {site.name}"))
            for setting in PORTS:
                if site.settings[setting]:
                    self._tasks.append(loop.create_task(site.serve(setting), name=f"{setting} {site.name}"))

    def _open(self, connection: Connection) -> TakSite | None:
        if connection.planned.manifest.name != CONNECTOR:
            return None
        from garance.connectors.tak.connector import TakConnector  # only now that a setting names it
        from garance.server.tak.site import TakSite

        connector = connection.connector
        if not isinstance(connector, TakConnector) or not connector.settings["authority"]:
            return None
        try:
            return TakSite(self._node, connection, connector)
        except (Refused, OSError) as problem:
            connector.rights = Nobody()
            why = problem.code if isinstance(problem, Refused) else type(problem).__name__
            _log.warning("a connection lets nobody in", extra={"where": connection.name, "code": why})
            return None

    def of(self, connection: str) -> TakSite:
        """The site of that connection; refuses `unknown`."""
        site = self.known.get(connection)
        if site is None:
            raise Refused("unknown")
        return site

    async def stop(self) -> None:
        """Close the ports, then the files."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for site in self.known.values():
            await asyncio.to_thread(site.close)
