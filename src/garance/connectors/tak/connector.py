"""TAK clients served by this node: relayed to each other, what they say handed to intake, and shown what goes out."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from garance.connectors.tak.cot import Cot, read_xml
from garance.connectors.tak.decode import decode, observations, own_id
from garance.connectors.tak.protobuf import read_protobuf, write_protobuf
from garance.connectors.tak.relay.authority import Authority, open_authority
from garance.connectors.tak.relay.clients import Client, Identity, Message, Renderings, Rights
from garance.connectors.tak.relay.greeting import greet
from garance.connectors.tak.relay.relay import Relay
from garance.connectors.tak.standing import Standing, root_of
from garance.kernel.clock import Clock, SystemClock
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet, Sender
from garance.ports.observation import Observation
from garance.ports.outgoing import LetOut, Outgoing

AGAIN_AT_ONCE, AGAIN_PAUSE_S, AGAIN_EVERY_S = 50, 0.2, 5.0
"""What stands is said again so many at a time, so spaced, and looked at so often."""

ENCIPHERED = ("tls_port", "enrol_port", "web_port")
"""The ports that need an authority; the last two are served by the server, over HTTP."""


def to_xml(payload: bytes) -> bytes:
    """The root element that a protobuf payload says; refuses `tak-payload-malformed`."""
    cot = read_protobuf(payload)
    if cot is None:
        raise Refused("tak-payload-malformed", field="cotEvent")
    return root_of(cot)


def to_protobuf(root: bytes) -> bytes:
    """The payload that says the same as a root element; refuses what `read_xml` and `write_protobuf` do."""
    return write_protobuf(read_xml(root))


class TakConnector:
    """One relay, and the ports it listens to. Keeps the contracts of `relay.hooks.Hooks` and `ports.outgoing`.

    `relay` and `addresses` are there while it runs; `authority` is that of the encrypted ports, opened by then, unless
    it was given before; `ready` is set once all are. The server may set `rights` before it runs (who may come, speak
    and hear), and `overhear` (told of every batch that clients say).
    """

    def __init__(self, settings: Mapping[str, Any], clock: Clock) -> None:
        self.settings = settings
        self.authority: Authority | None = None
        self.relay: Relay | None = None
        self.rights: Rights | None = None
        self.overhear: Callable[[Sequence[Message]], None] | None = None
        self.ready = asyncio.Event()
        self.addresses: list[tuple[str, int]] = []
        self._clock = clock
        self._chain: tuple[bytes, bytes] | None = None
        self._outlet: Outlet | None = None
        self._standing = Standing()
        self._greetings: set[asyncio.Task[None]] = set()

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
            self._standing.all_due(self._clock.now())
            await self._say_again(relay)
        finally:
            for greeting in self._greetings:
                greeting.cancel()
            self.relay, self.addresses = None, []
            await relay.stop()

    def _authority(self) -> Authority | None:
        if not any(self.settings[name] for name in ENCIPHERED):
            return None
        return open_authority(Path(self.settings["authority"]), self.settings["organisation"], self._clock.now())

    async def _listen(self, relay: Relay, authority: Authority | None) -> list[tuple[str, int]]:
        host, found = self.settings["host"], list[tuple[str, int]]()
        if self.settings["port"]:
            found.append(await relay.listen(host, self.settings["port"]))
        if authority is not None and self.settings["tls_port"]:
            tls = await asyncio.to_thread(self.tls, authority)
            found.append(await relay.listen(host, self.settings["tls_port"], tls=tls))
        return found

    def tls(self, authority: Authority, *, mutual: bool = True) -> ssl.SSLContext:
        """What a port of this connection serves with: one certificate for all, made at the first; takes a moment."""
        if self._chain is None:
            names = self.settings["names"] or [self.settings["host"]]
            self._chain = authority.server(names, self._clock.now())
        return authority.tls(*self._chain, mutual=mutual)

    # -- what goes out ------------------------------------------------------------------------------------------

    def tell(self, feed: str, told: Sequence[Outgoing], mode: Mode) -> LetOut:
        """What changed in what a feed shows; an exercise or a test goes out only where the settings allow it."""
        if mode is not Mode.ACTUAL and not self.settings["exercise"]:
            return LetOut(held_back=len(told))
        now, known = self._clock.now(), self._known()
        said = (self._say(self._standing.told(feed, one, mode, at=now, known=known)) for one in told)
        return LetOut(sent=sum(said))

    def withdraw(self, feed: str) -> None:
        """That feed shows nothing any more."""
        self._say(self._standing.withdrawn(feed, at=self._clock.now()))

    def _known(self) -> dict[str, str]:
        clients = self.relay.clients if self.relay is not None else []
        return {uid: said.callsign for client in clients for uid, said in client.announced.items() if said.callsign}

    def _say(self, messages: Iterable[Cot]) -> bool:
        """Whether anything was said; before the relay runs, what stands waits for it."""
        said = False
        for cot in messages:
            said = True
            with suppress(Refused):  # one message that cannot be written stops none of the others
                if self.relay is not None:
                    self.relay.say(root_of(cot))
        return said

    async def _say_again(self, relay: Relay) -> None:
        """Say again what stands before it is stale, a few at a time, for ever."""
        while True:
            some = self._standing.due(self._clock.now(), AGAIN_AT_ONCE)
            for cot in some:
                relay.say(root_of(cot))
            await asyncio.sleep(AGAIN_PAUSE_S if some else AGAIN_EVERY_S)

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
        """Show it what stands; what it announces follows."""
        if self.relay is None:
            return
        lasting = (root_of(cot) for cot in self._standing.lasting(self._clock.now()))
        greeting = asyncio.get_running_loop().create_task(greet(self.relay, client, lasting), name="tak greeting")
        self._greetings.add(greeting)
        greeting.add_done_callback(self._greetings.discard)

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
