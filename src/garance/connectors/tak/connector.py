"""TAK clients served by this node: relayed to each other, and what they say handed to intake."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from garance.connectors.tak.cot import read_xml, write_xml
from garance.connectors.tak.decode import decode, observations, own_id
from garance.connectors.tak.protobuf import read_protobuf, write_protobuf
from garance.connectors.tak.relay.authority import Authority, open_authority
from garance.connectors.tak.relay.clients import Client, Identity, Message, Renderings, Rights
from garance.connectors.tak.relay.relay import Relay
from garance.kernel.clock import Clock, SystemClock
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet, Sender
from garance.ports.observation import Observation

ENCIPHERED = ("tls_port", "enrol_port", "web_port")
"""The ports that need an authority; the last two are served by the server, over HTTP."""


def to_xml(payload: bytes) -> bytes:
    """The root element that a protobuf payload says; refuses `tak-payload-malformed`."""
    cot = read_protobuf(payload)
    if cot is None:
        raise Refused("tak-payload-malformed", field="cotEvent")
    written = write_xml(cot)
    return written[written.index(b"\n") + 1 :]


def to_protobuf(root: bytes) -> bytes:
    """The payload that says the same as a root element; refuses what `read_xml` and `write_protobuf` do."""
    return write_protobuf(read_xml(root))


class TakConnector:
    """One relay, and the ports it listens to. Keeps the contract of `relay.hooks.Hooks`.

    The server may set `rights` before it runs (who may come, speak and hear) and `overhear` (told of every batch that
    clients say). `ready` is set once `authority` and `relay` are there.
    """

    def __init__(self, settings: Mapping[str, Any], clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._outlet: Outlet | None = None
        self._chain: tuple[bytes, bytes] | None = None
        self.relay: Relay | None = None
        self.authority: Authority | None = None
        self.rights: Rights | None = None
        self.overhear: Callable[[Sequence[Message]], None] | None = None
        self.ready = asyncio.Event()
        self.addresses: list[tuple[str, int]] = []

    @property
    def settings(self) -> Mapping[str, Any]:
        """Every setting of its manifest, as given or by default."""
        return self._settings

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What one message or datagram tells; refuses as `decode.decode` does."""
        return decode(frame)

    async def run(self, outlet: Outlet) -> None:
        """Listen until cancelled."""
        self._outlet = outlet
        authority = self.authority = self.authority or await asyncio.to_thread(self._authority)
        relay = self.relay = Relay(
            clock=self._clock,
            rights=self.rights,
            hooks=self,
            renderings=Renderings(to_xml, to_protobuf),
            is_revoked=authority.is_revoked if authority else lambda serial: False,
        )
        try:
            self.addresses = await self._listen(relay, authority)
            outlet.up()
            self.ready.set()
            await asyncio.Event().wait()
        finally:
            await relay.stop()

    def _authority(self) -> Authority | None:
        if not any(self._settings[name] for name in ENCIPHERED):
            return None
        return open_authority(Path(self._settings["authority"]), self._settings["organisation"], self._clock.now())

    async def _listen(self, relay: Relay, authority: Authority | None) -> list[tuple[str, int]]:
        host, found = self._settings["host"], list[tuple[str, int]]()
        if self._settings["port"]:
            found.append(await relay.listen(host, self._settings["port"]))
        if authority is not None and self._settings["tls_port"]:
            tls = await asyncio.to_thread(self.tls, authority)
            found.append(await relay.listen(host, self._settings["tls_port"], tls=tls))
        return found

    def tls(self, authority: Authority, *, mutual: bool = True) -> ssl.SSLContext:
        """What a port of this connection serves with: one certificate for all, made at the first; takes a moment."""
        if self._chain is None:
            names = self._settings["names"] or [self._settings["host"]]
            self._chain = authority.server(names, self._clock.now())
        return authority.tls(*self._chain, mutual=mutual)

    # -- what the relay tells -----------------------------------------------------------------------------------

    def on_messages(self, batch: Sequence[Message]) -> None:
        """What clients said in one tick goes to intake; what this node said itself does not come back."""
        if self.overhear is not None:
            self.overhear(batch)
        for message in batch:
            if message.source is None or own_id(message.routed.uid) is not None:
                continue
            try:
                cot = read_protobuf(message.body) if message.is_frame else read_xml(message.body)
                seen = observations(cot) if cot is not None else ()
            except Refused as refused:
                self.on_refused(message.source, refused, message.body)
                continue
            self._heard(seen, _sender(message.source.identity))

    def _heard(self, seen: Sequence[Observation], sender: Sender) -> None:
        if self._outlet is not None and seen:
            self._outlet.take(seen, sender)

    def on_refused(self, client: Client, why: Refused, body: bytes) -> None:
        """A message that cannot be read is kept aside with the reason."""
        if self._outlet is not None:
            self._outlet.refuse(Frame(data=body), _sender(client.identity), why)

    def on_turned_away(self, identity: Identity, why: Refused) -> None:
        """Somebody was not let in: said the same way."""
        if self._outlet is not None:
            self._outlet.refuse(Frame(), _sender(identity), why)

    def on_connected(self, client: Client) -> None:
        """Nothing to say: what it announces follows."""

    def on_left(self, client: Client, reason: str) -> None:
        """Nothing to say: its last position grows old."""


def _sender(identity: Identity) -> Sender:
    return Sender(name=identity.name, proven=identity.proven)


def open_connector(settings: Mapping[str, Any]) -> TakConnector:
    """A relay with these settings.

    Refuses `connector-setting-missing`: no port at all, or an encrypted one without a folder for its authority.
    """
    if not settings["port"] and not settings["tls_port"]:
        raise Refused("connector-setting-missing", field="tls_port", detail={"connector": "tak"})
    if any(settings[name] for name in ENCIPHERED) and not settings["authority"]:
        raise Refused("connector-setting-missing", field="authority", detail={"connector": "tak"})
    return TakConnector(settings, SystemClock())
