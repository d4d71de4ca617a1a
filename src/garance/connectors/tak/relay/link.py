"""The connection of one client: bytes in, through the splitter; bytes out, and one that reads slowly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Any, cast

from garance.connectors.tak.relay.clients import Client, Identity, Message
from garance.connectors.tak.relay.mail import Mail
from garance.connectors.tak.relay.negotiation import Negotiation
from garance.connectors.tak.relay.newcomers import Picture
from garance.connectors.tak.relay.splitter import Splitter

if TYPE_CHECKING:
    from garance.connectors.tak.relay.relay import Relay

_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 120_000}
"""A dead peer is noticed within two minutes, even when nothing is said; the last is in milliseconds."""


class Link(asyncio.Protocol):
    """One connection."""

    client: Client
    transport: asyncio.Transport

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._pace = relay.pace
        self.splitter = Splitter(max_message=relay.pace.max_message, max_garbage=relay.pace.max_garbage)
        self.negotiation = Negotiation(offers=relay.renderings is not None)
        self.admitted = False
        self.reason = ""
        self.heard_at = 0.0
        self.pinged_at = 0.0
        self.behind_since: float | None = None
        self.behind_turn = 0
        self._lasting: list[bytes] = []
        self._lasting_bytes = 0
        self._turn = -1
        self._left_in_turn = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands; with TLS, after the handshake and the check of the certificate."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is not declared as one
        _watch(transport.get_extra_info("socket"))
        self.transport.set_write_buffer_limits(high=64 << 20)
        self._relay.welcome(self, identity_of(transport))

    def data_received(self, data: bytes) -> None:
        """What the client says."""
        if not self.admitted or self.reason:
            return
        self.heard_at = self._relay.time()
        self.client.counted.received_bytes += len(data)
        self.splitter.feed(data)
        self.read()

    def read(self) -> None:
        """Take the whole messages that came, as many as one client may say in a tick."""
        relay, splitter = self._relay, self.splitter
        if self._turn != relay.turn:
            self._turn, self._left_in_turn = relay.turn, self._pace.most_per_tick
        pieces = splitter.pieces(self._left_in_turn) if self._left_in_turn > 0 else []
        self._left_in_turn -= len(pieces)
        for piece in pieces:
            relay.take(self, piece)
        if splitter.trouble is not None:
            self.drop(splitter.trouble.code)
        elif splitter.waits or self._left_in_turn <= 0:
            self.transport.pause_reading()
            relay.read_later(self)

    def go_on(self) -> None:
        """Read again, in the next tick."""
        if not self.reason and not self.transport.is_closing():
            self.transport.resume_reading()
            self.read()

    def connection_lost(self, problem: Exception | None) -> None:
        """The connection is gone."""
        if self.admitted:
            self._relay.part(self, self.reason or ("closed" if problem is None else "lost"))

    def drop(self, reason: str) -> None:
        """Close this connection alone, now."""
        if not self.reason:
            self.reason = reason
            self.transport.abort()

    @property
    def is_slow(self) -> bool:
        """Whether much of what was written still waits to be read."""
        return self.behind_since is not None or self.transport.get_write_buffer_size() > self._pace.behind_bytes // 4

    def say(self, message: Message) -> None:
        """Write one message at once."""
        written = message.written(as_frame=self.negotiation.speaks_protobuf)
        if written:
            self._write(written, 1)

    def show(self, picture: Picture) -> None:
        """Write to a newcomer who is here."""
        if picture.messages:
            self._write(picture.joined, picture.messages)

    def present(self, messages: list[Message]) -> None:
        """Write what was last said of others, after a time behind."""
        as_frame = self.negotiation.speaks_protobuf
        written = [piece for piece in (message.written(as_frame=as_frame) for message in messages) if piece]
        if written:
            self._write(b"".join(written), len(written))

    def deliver(self, mail: Mail) -> None:
        """Write what this tick brings, or what may not be missed of it when the client is behind."""
        if self.behind_since is not None:
            self._hold(mail)
        elif self.transport.get_write_buffer_size() > self._pace.behind_bytes:
            self.behind_since, self.behind_turn = self._relay.time(), self._relay.turn
            self._hold(mail)
        else:
            joined, count = mail.for_client(self.client.number)
            if count:
                self._write(joined, count)

    def catch_up(self, now: float) -> None:
        """Once it has read what it had: what it may not miss, then the latest of what was skipped."""
        if self.behind_since is None or self.reason:
            return
        if self.transport.get_write_buffer_size() <= self._pace.behind_bytes // 4:
            lasting, self._lasting, self._lasting_bytes = self._lasting, [], 0
            self.behind_since = None
            if lasting:
                self._write(b"".join(lasting), len(lasting))
            self.present(self._relay.missed_by(self))
        elif now - self.behind_since > self._pace.behind_s:
            self.drop("too-slow")

    def _hold(self, mail: Mail) -> None:
        lasting, replaced = mail.lasting_for(self.client.number)
        self.client.counted.skipped += replaced
        self._lasting += lasting
        self._lasting_bytes += sum(map(len, lasting))
        if self._lasting_bytes > self._pace.lasting_bytes:
            self.drop("too-slow")

    def _write(self, written: bytes, count: int) -> None:
        counted = self.client.counted
        counted.sent_messages += count
        counted.sent_bytes += len(written)
        self.transport.write(written)


def identity_of(transport: asyncio.BaseTransport) -> Identity:
    """Who is at the other end: the common name and serial number of a checked certificate, else the address."""
    peer = transport.get_extra_info("peername")
    address = str(peer[0]) if isinstance(peer, tuple) and peer else ""
    certificate: dict[str, Any] = transport.get_extra_info("peercert") or {}
    names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    if not names:
        return Identity(address, address)
    return Identity(names[0], address, str(certificate.get("serialNumber", "")).upper(), proven=True)


def _watch(connected: socket.socket | None) -> None:
    """Have the system notice a peer that is gone."""
    if connected is None or connected.family not in (socket.AF_INET, socket.AF_INET6):
        return
    with contextlib.suppress(OSError):  # a system that knows less watches less
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for name, value in _KEEP_ALIVE.items():
            if hasattr(socket, name):
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
