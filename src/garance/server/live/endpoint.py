"""The WebSocket route of the live stream: who may open it, what may be said on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from garance.kernel.identity import UUID_PATTERN
from garance.kernel.refusal import Refused
from garance.server.http.problem import answer_refusal
from garance.server.live.hub import Hub
from garance.server.live.pipe import AsgiPipe, Pipe
from garance.server.live.prepared_socket import EXTENSION
from garance.server.live.reader import Reader
from garance.server.live.seat import Seat
from garance.server.live.wire import read_client_frame

_PARAMETERS = {"situation", "after"}


class Stream:
    """The ASGI application behind `/api/v1/stream`.

    `origins` are the origins of the site (`https://host`); when none is given, a browser's origin must be the host
    it asked. `node` names this node in the welcome.
    """

    def __init__(self, hub: Hub, *, node: str, origins: Iterable[str] = ()) -> None:
        self._hub = hub
        self._node = node
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end."""
        if scope["type"] != "websocket":
            await answer_refusal(Refused("stream-only"))(scope, receive, send)
            return
        await receive()  # websocket.connect
        try:
            seat, position = await self._admit(HTTPConnection(scope))
        except Refused as refused:
            await _deny(refused, scope, receive, send)
            return
        await send({"type": "websocket.accept"})
        pipe: Pipe = scope.get("extensions", {}).get(EXTENSION, {}).get("pipe") or AsgiPipe(send)
        reader = self._hub.enter(seat, pipe, position, node=self._node)
        try:
            await self._listen(reader, receive)
        finally:
            self._hub.leave(reader)
            if isinstance(pipe, AsgiPipe):
                await pipe.settle()

    async def _admit(self, connection: HTTPConnection) -> tuple[Seat, int]:
        self._check_origin(connection)
        asked = connection.query_params
        if not set(asked.keys()) <= _PARAMETERS or len(asked.multi_items()) != len(asked):
            raise Refused("request-malformed")
        situation = asked.get("situation", "")
        if re.fullmatch(UUID_PATTERN, situation) is None:
            raise Refused("request-malformed", field="situation")
        seat = await self._hub.gate.admit(connection, situation)
        self._hub.check_room(seat)
        after = asked.get("after")
        return seat, 0 if after is None else self._hub.resume(after)

    def _check_origin(self, connection: HTTPConnection) -> None:
        """Refuse `cross-site`: browsers always tell their origin when they open a WebSocket; programs may not."""
        origin = connection.headers.get("origin")
        if origin is None:
            return
        if self._origins:
            own = origin.lower() in self._origins
        else:
            own = urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower() != ""
        if not own:
            raise Refused("cross-site", field="Origin")

    async def _listen(self, reader: Reader, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if message["type"] == "websocket.receive" and not reader.ended:
                self._hub.hear(reader, read_client_frame(message.get("text") or message.get("bytes") or b""))


async def _deny(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the handshake with a problem, where the server can; otherwise just refuse it."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": refused.code})
        return
    response = answer_refusal(refused)
    await send(
        {"type": "websocket.http.response.start", "status": response.status_code, "headers": response.raw_headers}
    )
    await send({"type": "websocket.http.response.body", "body": bytes(response.body)})
