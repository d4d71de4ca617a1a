"""The process whose tiles are counted: a whole node, or a bare asyncio protocol that gives the same ranges.

Prints its port, the path to ask and the cookie to bring; leaves when its standard input closes.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import cast

import uvloop

from garance.kernel.clock import SystemClock
from garance.kernel.identity import new_id
from garance.server.app import build_app
from garance.server.impatient import Listening
from garance.server.node import Node
from garance.server.observe import start_logs
from garance.server.serve import bind, server_for
from garance.server.settings import Listen, Settings
from garance.server.settings import Node as NodeSettings
from garance.server.territory_files import PackFiles
from garance.territory.tiles import FileBytes

VERSION = "0123456789abcdef"
RANGE = re.compile(rb"Range: bytes=(\d+)-(\d+)")


class Bare(asyncio.Protocol):
    """Reads a range and writes it: nothing else."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._asked = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody asks."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._asked += data
        while (end := self._asked.find(b"\r\n\r\n")) >= 0:
            match = RANGE.search(self._asked[:end])
            assert match is not None
            first, last = int(match.group(1)), int(match.group(2))
            content = os.pread(self._handle, last - first + 1, first)
            head = b"HTTP/1.1 206 Partial Content\r\ncontent-length: %d\r\n\r\n" % len(content)
            self._transport.write(head + content)
            del self._asked[: end + 4]


async def bare(folder: Path) -> None:
    """Serve until told to leave."""
    handle = os.open(folder / "archive", os.O_RDONLY)
    server = await asyncio.get_running_loop().create_server(lambda: Bare(handle), "127.0.0.1", 0)
    tell(server.sockets[0].getsockname()[1], "/", "none")
    await left()
    server.close()


async def node(folder: Path) -> None:
    """The same with a whole node: its sessions, its measures, its shelter."""
    settings = Settings(node=NodeSettings(data_folder=str(folder / "data")), listen=Listen(port=0, stop_s=1))
    start_logs("info", "json", to=open(os.devnull, "w", encoding="utf-8"))  # noqa: ASYNC230
    opened = Node(settings, SystemClock())
    opened.pack_files = PackFiles(VERSION, {"archive.pmtiles": FileBytes(folder / "archive")})
    await opened.start()
    session = opened.sign_in.sessions.open(new_id())
    listener = bind("127.0.0.1", 0)

    def started(listening: Listening) -> None:
        tell(listening.port, f"/territory/{VERSION}/archive.pmtiles", f"garance={session.token}")

    server = server_for(build_app(opened), settings, started=started)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await left()
    server.should_exit = True
    await serving
    await opened.stop()


def tell(port: int, path: str, cookie: str) -> None:
    """Say where and how to ask."""
    sys.stdout.write(f"{port} {path} {cookie}\n")
    sys.stdout.flush()


async def left() -> None:
    """Wait until nobody listens to us."""
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run({"bare": bare, "node": node}[sys.argv[1]](Path(sys.argv[2])))
