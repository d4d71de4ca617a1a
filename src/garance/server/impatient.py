"""HTTP over one connection, with no patience for half a request: what uvicorn does not limit itself."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from garance.kernel.refusal import Refused
from garance.server.http.problem import PROBLEM_JSON, answer_refusal

HEAD_S = 10.0
"""How long the head of a request (its first line and headers) may take to arrive."""

HEAD_BYTES = 64 << 10
"""How large it may be."""

LINGER_S = 2.0
"""How long the rest of a refused body is thrown away before the connection is closed."""


class WholeAnswers:
    """A transport that writes the head of an answer together with the beginning of its body.

    uvicorn hands them over one after the other: two calls of the system where one does, two packets, and a client
    that wakes twice. A head that nothing follows at once leaves on its own.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""
        self._leaving: asyncio.Handle | None = None

    def write(self, data: bytes) -> None:
        """Hold the first piece for a moment, send it with the second."""
        if self._leaving is None:
            self._held, self._leaving = data, self._loop.call_soon(self.flush)
        else:
            self._held += data
            self.flush()

    def flush(self) -> None:
        """Send what is held."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
            held, self._held = self._held, b""
            self._transport.write(held)

    def close(self) -> None:
        """Send what is held, then close."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection ends."""
        return self._transport.is_closing()


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request's head is too slow or too large; bad requests get the one shape of errors.

    A refusal said before the whole body came would be lost if the connection closed upon unread bytes (the client
    sees a reset, not the answer): what still comes is thrown away for a moment, then the connection is closed.
    """

    _deadline: asyncio.TimerHandle | None = None
    _linger: asyncio.TimerHandle | None = None
    _head_bytes: int | None = 0
    _body_open = False
    _deaf = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._whole = WholeAnswers(transport, self.loop)
        self._expect_head()

    def _expect_head(self) -> None:
        self._head_bytes = 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_S, self._let_go)

    def _let_go(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()

    def _end_wait(self) -> None:
        self._head_bytes = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def data_received(self, data: bytes) -> None:
        """Count while the head is not over; hear nothing once refused."""
        if self._deaf:
            return
        if self._head_bytes is not None:
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response("head too large")
                return
            self._head_bytes += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is over."""
        self._end_wait()
        self._body_open = True
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = cast(asyncio.Transport, self._whole)  # all that a cycle asks of one

    def on_message_complete(self) -> None:
        """The body is over, read or not."""
        self._body_open = False
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """If the body is still coming, bear it for a moment only."""
        super().on_response_complete()
        if self._body_open and self._linger is None and not self.transport.is_closing():
            self._linger = self.loop.call_later(LINGER_S, self._let_go)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._end_wait()
        if self._linger is not None:
            self._linger.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, in the one shape, then close."""
        self._deaf = True
        self._end_wait()
        self._whole.flush()
        response = answer_refusal(Refused("request-malformed"))
        body = bytes(response.body)
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: {PROBLEM_JSON}\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._linger = self.loop.call_later(LINGER_S, self._let_go)


class Listening(msgspec.Struct, frozen=True):
    """Where a server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Its address for a browser on the same machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not listened to
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def websocket_settings(protocol: Any = None) -> dict[str, Any]:
    """How uvicorn speaks WebSocket: with that protocol class, or its own over `websockets`; small frames in only.

    Compression is left to a protocol that knows better than one window of memory per client.
    """
    return {
        "ws": protocol or "websockets-sansio",
        "ws_max_size": 16 << 10,
        "ws_per_message_deflate": protocol is not None,
        "ws_ping_interval": 20.0,
        "ws_ping_timeout": 20.0,
    }
