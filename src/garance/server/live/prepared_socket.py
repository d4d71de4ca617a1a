"""Uvicorn's WebSocket protocol, with one more door: frames made ready beforehand go straight to the transport.

The ordinary way (ASGI `websocket.send`) builds and compresses a frame again for each client. Here the hub builds it
once; a client costs one write. Compression is agreed without context takeover in either direction, so that one
compressed frame suits all and an idle client holds no compression window.

Give the class to uvicorn: `uvicorn.Config(app, ws=PreparedWebSocket)`.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from asyncio.transports import BaseTransport
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.protocol import State
from websockets.server import ServerProtocol

from garance.server.live.frame import WINDOW_BITS, Prepared
from garance.server.live.wire import bye_frame

EXTENSION = "garance.pipe"
"""Where the ASGI scope's `extensions` hold the pipe."""

MAX_CLIENT_BYTES = 2_048
"""The longest message a client may send."""

UNSENT_BYTES = 65_536
"""How much the kernel may hold unsent for one client, where it can be told (Linux, macOS)."""

CLOSE_WAIT_S = 5.0

_log = logging.getLogger("garance.stream.socket")
_log.setLevel(logging.WARNING)  # uvicorn tells every opening with its whole query: that is not to be kept


class PreparedWebSocket(WebSocketsSansIOProtocol):
    """One connection; also the pipe the hub writes to."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _log
        self.close_timeout = CLOSE_WAIT_S
        self.deflates = False
        factory = ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)
        self.conn = ServerProtocol(
            extensions=[factory] if config.ws_per_message_deflate else [],
            max_size=MAX_CLIENT_BYTES,
            logger=self.logger,
        )

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what the kernel keeps for a client that does not read."""
        super().connection_made(transport)
        option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
        sock = transport.get_extra_info("socket")
        if option is not None and sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)

    async def run_asgi(self) -> None:
        """Run the application with the pipe in its scope."""
        self.scope["extensions"][EXTENSION] = {"pipe": self}
        self.deflates = any(
            isinstance(extension, PerMessageDeflate) and extension.local_max_window_bits >= WINDOW_BITS
            for extension in self.conn.extensions
        )
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        """As uvicorn does; a handshake refused with a whole answer is complete, which uvicorn forgets to note."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    @property
    def waiting_bytes(self) -> int:
        """What the transport has not handed to the kernel yet."""
        return self.transport.get_write_buffer_size()

    @property
    def gone(self) -> bool:
        """Whether nothing more can be sent."""
        return self.close_sent or self.disconnected or self.transport.is_closing()

    def push(self, frame: Prepared) -> None:
        """Write a frame as it is."""
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(frame.deflated if self.deflates else frame.plain)

    def offer(self, frame: Prepared, limit_bytes: int) -> bool:
        """Write a frame unless too much waits already: the inner loop of the whole fan-out."""
        transport = self.transport
        if transport.get_write_buffer_size() > limit_bytes:
            return False
        if not (self.close_sent or transport.is_closing()):
            transport.write(frame.deflated if self.deflates else frame.plain)
        return True

    async def drained(self) -> None:
        """Return once the transport's buffer is below its low mark, or the connection is gone."""
        await self.writable.wait()

    def finish(self, code: int) -> None:
        """Send the close frame after what was pushed, then wait a little for the client's own."""
        if self.gone or self.conn.state is not State.OPEN:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.cut)

    def cut(self) -> None:
        """Drop the connection with whatever is waiting."""
        if not self.disconnected:
            self.transport.abort()

    def shutdown(self) -> None:
        """The server stops: say so in our own words before the WebSocket close."""
        if self.handshake_complete and not self.gone:
            self.push(bye_frame("stopping"))
        super().shutdown()
