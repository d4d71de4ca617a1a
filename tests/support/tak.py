"""TAK clients for tests: true sockets, true bytes; and the few messages that they say."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from garance.connectors.tak.relay.clients import Client, Identity, Message, Renderings
from garance.connectors.tak.relay.routed import read_routed
from garance.connectors.tak.relay.splitter import Piece, Splitter
from garance.connectors.tak.relay.varints import framed, read_fields, varint
from garance.kernel.refusal import Refused

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
LATER = "2026-11-27T23:49:55.083Z"
PAST = "2026-11-27T23:30:00Z"


def said(
    uid: str, kind: str = "a-f-G-U-C", *, callsign: str = "", to: str = "", stale: str = LATER, detail: str = ""
) -> bytes:
    """One message; with a call sign, the presence of a client; `to` is the inside of `marti`."""
    contact = f'<contact endpoint="*:-1:stcp" callsign="{callsign}"/>' if callsign else ""
    marti = f"<marti>{to}</marti>" if to else ""
    return (
        f'<event version="2.0" uid="{uid}" type="{kind}" time="{PAST}" start="{PAST}" stale="{stale}" how="h-e">'
        f'<point lat="45.94" lon="-0.96" hae="9.0" ce="9.9" le="9.9"/><detail>{contact}{marti}{detail}</detail></event>'
    ).encode()


def to_protobuf(xml: bytes) -> bytes:
    """The plainest rendering: uid, type and the whole message as its detail, so that it comes back as it was."""
    routed = read_routed(Piece(False, xml))
    detail = _field(1, b"<was>" + xml.hex().encode() + b"</was>")
    return _field(2, _field(1, routed.kind.encode()) + _field(5, routed.uid.encode()) + _field(15, detail))


def to_xml(payload: bytes) -> bytes:
    """Back."""
    was = read_fields(read_fields(read_fields(payload).bytes(2)).bytes(15)).bytes(1)
    if not was.startswith(b"<was>"):
        raise Refused("tak-message-malformed")
    return bytes.fromhex(was[5:-6].decode())


RENDERINGS = Renderings(to_xml, to_protobuf)


def _field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


class Phone:
    """A client on a true connection: what it heard is split as it must be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.raw = bytearray()
        self._splitter = Splitter()
        self._heard: list[Piece] = []

    def say(self, *messages: bytes) -> None:
        """XML messages, head to tail."""
        self.writer.write(b"".join(messages))

    def say_frame(self, payload: bytes) -> None:
        """One frame."""
        self.writer.write(framed(payload))

    async def hear(self, wait_s: float = 5.0) -> Piece:
        """The next message."""
        async with asyncio.timeout(wait_s):
            while not self._heard:
                data = await self.reader.read(1 << 16)
                if not data:
                    raise ConnectionResetError
                self.raw += data
                self._splitter.feed(data)
                self._heard += self._splitter.pieces()
        return self._heard.pop(0)

    async def hear_uids(self, count: int, wait_s: float = 5.0) -> list[str]:
        """The uids of the next messages."""
        return [read_routed(await self.hear(wait_s)).uid for _ in range(count)]

    async def hears_nothing(self, wait_s: float = 0.15) -> bool:
        """Whether nothing comes for that long."""
        try:
            await self.hear(wait_s)
        except TimeoutError:
            return True
        return False

    async def is_closed(self, wait_s: float = 5.0) -> bool:
        """Whether the relay closed this connection."""
        try:
            async with asyncio.timeout(wait_s):
                while await self.reader.read(1 << 16):
                    pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True

    def stop_reading(self) -> None:
        """Leave in the system what comes."""
        cast(asyncio.Transport, self.writer.transport).pause_reading()

    def close(self) -> None:
        """Leave at once."""
        self.writer.transport.abort()


async def connect(port: int, tls: ssl.SSLContext | None = None) -> Phone:
    """A phone on that port of this machine."""
    name = "localhost" if tls else None
    return Phone(*await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name))


class Told:
    """Keeps what the relay tells."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.batches = 0
        self.connected: list[Client] = []
        self.left: list[tuple[Client, str]] = []
        self.refused: list[Refused] = []
        self.turned_away: list[tuple[Identity, str]] = []

    def on_messages(self, batch: Sequence[Message]) -> None:
        """Keep."""
        self.batches += 1
        self.messages += batch

    def on_connected(self, client: Client) -> None:
        """Keep."""
        self.connected.append(client)

    def on_left(self, client: Client, reason: str) -> None:
        """Keep."""
        self.left.append((client, reason))

    def on_refused(self, client: Client, why: Refused, body: bytes) -> None:
        """Keep."""
        self.refused.append(why)

    def on_turned_away(self, identity: Identity, why: Refused) -> None:
        """Keep."""
        self.turned_away.append((identity, why.code))
