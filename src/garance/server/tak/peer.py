"""HTTP over a connection whose other end may have shown a certificate: who it is goes with each request."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from garance.connectors.tak.relay.clients import Identity
from garance.connectors.tak.relay.link import identity_of
from garance.kernel.refusal import Refused
from garance.server.impatient import ImpatientProtocol

PEER = "peer"
"""Under what name of the state of a request the other end is found."""


class PeerProtocol(ImpatientProtocol):
    """Says in `state` of each request who is at the other end, as far as TLS proves it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Look at the certificate, if one was asked for: TLS has checked it."""
        self._peer = identity_of(transport)
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["state"][PEER] = self._peer


def peer_of(request: Request) -> Identity:
    """Who asks; refuses `not-signed-in` when the connection does not say."""
    found = request.scope.get("state", {}).get(PEER)
    if not isinstance(found, Identity):
        raise Refused("not-signed-in")
    return found
