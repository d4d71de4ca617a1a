"""A real AMQP 0-9-1 broker for tests: the one that is named, else a RabbitMQ of the machine, aside; else a skip."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PLACES = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server")


@contextmanager
def broker(folder: Path) -> Iterator[tuple[str, int]]:
    """Host and port of a broker that lets guest/guest in. `GARANCE_TEST_AMQP=host:port` names one that runs."""
    named = os.environ.get("GARANCE_TEST_AMQP")
    if named:
        host, _, number = named.rpartition(":")
        yield host, int(number)
        return
    server = next((place for place in _PLACES if Path(place).exists()), shutil.which("rabbitmq-server"))
    if server is None:
        pytest.skip("BROKER ABSENT: no rabbitmq-server here (set GARANCE_TEST_AMQP=host:port)")
    port = free_port()
    aside = _aside(folder, port)
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen([server], env=aside, stdout=out, stderr=out, start_new_session=True)
        try:
            _wait_for(port, process, folder / "out")
            yield "127.0.0.1", port
        finally:
            process.terminate()
            process.wait(30)
            if (names := shutil.which("epmd")) is not None:
                subprocess.run([names, "-kill"], env=aside, check=False, capture_output=True)


def free_port() -> int:
    """A port that nobody listens to just now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def _aside(folder: Path, port: int) -> dict[str, str]:
    (folder / "plugins").write_text("[].\n")
    return {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"garance{port}@localhost",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
    }


def _wait_for(port: int, process: subprocess.Popen[bytes], out: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.skip(f"BROKER ABSENT: rabbitmq-server does not start here ({out.read_text(errors='replace')[-300:]})")


class Wire:
    """A wire between a client and a broker, that can be cut and mended; ciphered on the client's side when asked."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None = None) -> None:
        self._to = (host, port)
        self._context = context
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = free_port()

    async def mend(self) -> None:
        """Let clients through."""
        self._server = await asyncio.start_server(self._through, "127.0.0.1", self.port, ssl=self._context)

    async def cut(self) -> None:
        """Drop who is connected, and let nobody through."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._to)
        self._open |= {writer, far_writer}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, far_writer))
                group.create_task(_copy(far_reader, writer))
        finally:
            self._open -= {writer, far_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while content := await reader.read(1 << 16):
            writer.write(content)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        return
    finally:
        writer.close()
