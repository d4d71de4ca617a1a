"""The relay of TAK clients (relais): TCP and TLS in, batches of ten milliseconds out; nothing is awaited per client.

What clients say is split, read for its few routing attributes and put aside; each tick sorts it by audience (clients
that hear the same groups and speak the same), joins it once per audience, and writes it once per connection. A client
that reads slowly, floods, is mute or says garbage is dealt with alone.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from garance.connectors.tak.relay import control
from garance.connectors.tak.relay.clients import Client, Identity, Message, OpenRights, Renderings, Rights, Standing
from garance.connectors.tak.relay.hooks import Hooks, Pace, Silent
from garance.connectors.tak.relay.link import Link
from garance.connectors.tak.relay.mail import Mail
from garance.connectors.tak.relay.negotiation import Verdict
from garance.connectors.tak.relay.newcomers import Newcomers
from garance.connectors.tak.relay.routed import Destination, Routed, read_routed
from garance.connectors.tak.relay.routing import Router
from garance.connectors.tak.relay.splitter import Piece
from garance.kernel.clock import Clock
from garance.kernel.identity import new_id
from garance.kernel.refusal import Refused


class Relay:
    """Listens, relays, and tells the node what was said.

    `is_revoked` is asked with the serial number (upper-case hexadecimal) of each certificate, right after the
    handshake and before anything of that client is read. Without `renderings` only XML is spoken.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        rights: Rights | None = None,
        hooks: Hooks | None = None,
        renderings: Renderings | None = None,
        is_revoked: Callable[[str], bool] = lambda serial: False,
        pace: Pace | None = None,
    ) -> None:
        self.pace = pace or Pace()
        self.renderings = renderings
        self._clock = clock
        self._rights: Rights = rights or OpenRights()
        self._hooks: Hooks = hooks or Silent()
        self._is_revoked = is_revoked
        self.router = Router(self._rights)
        self._newcomers = Newcomers(self.router)
        self.turn = 0
        self.time: Callable[[], float] = lambda: 0.0
        self._links: dict[int, Link] = {}
        self._per_address: Counter[str] = Counter()
        self._audiences: dict[tuple[Standing, bool], dict[int, Link]] = {}
        self._pending: list[Message] = []
        self._unread: list[Link] = []
        self._behind: set[Link] = set()
        self._numbers = 0
        self._servers: list[asyncio.Server] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.TimerHandle | None = None

    @property
    def clients(self) -> list[Client]:
        """Those who are connected."""
        return [link.client for link in self._links.values()]

    async def listen(
        self, host: str | None, port: int, *, tls: ssl.SSLContext | None = None, backlog: int = 1024
    ) -> tuple[str, int]:
        """Open a port, as many times as wanted; give the address and port that it has. Raises `OSError`."""
        self._begin()
        loop = asyncio.get_running_loop()
        handshake_s = self.pace.handshake_s if tls is not None else None
        server = await loop.create_server(
            lambda: Link(self), host, port, ssl=tls, backlog=backlog, ssl_handshake_timeout=handshake_s
        )
        self._servers.append(server)
        name = server.sockets[0].getsockname()
        return str(name[0]), int(name[1])

    async def stop(self) -> None:
        """Close the ports, write what is left, close every connection. The relay may listen again afterwards."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        self._flush()
        for link in list(self._links.values()):
            link.reason = link.reason or "stopping"
            link.transport.close()
        until = self.time() + self.pace.stop_s
        while self._links and self.time() < until:  # noqa: ASYNC110 - connections that end tell nobody else
            await asyncio.sleep(0.01)
        for link in list(self._links.values()):
            link.transport.abort()
        await asyncio.sleep(0.01 if self._links else 0)
        for timer in (self._timer, self._looking):
            if timer is not None:
                timer.cancel()
        self._timer = self._looking = self._loop = None
        self._pending.clear()
        self._unread.clear()
        self._behind.clear()

    def say(
        self,
        xml: bytes,
        *,
        to_groups: Iterable[str] | None = None,
        to_uids: Iterable[str] | None = None,
        label: Hashable | None = None,
    ) -> None:
        """What the node itself says: one XML message (a root element), to all, to groups, or to those uids alone.

        Refuses `tak-message-malformed` and `xml-with-entities`. With `to_uids`, uids that nobody holds are passed over.
        """
        routed = read_routed(Piece(False, xml))
        if to_uids is not None:
            routed = routed._replace(destinations=tuple(map(_to_uid, to_uids)) or (_to_uid(""),))
        groups = None if to_groups is None else frozenset(to_groups)
        self._put(Message(xml, routed, groups=groups, label=label, renderings=self.renderings))

    def tell(self, link: Link, xml: bytes) -> None:
        """What the node says to one connection alone, at once. Refuses as `say`."""
        link.say(self._own(xml))

    def link_of(self, client: Client) -> Link | None:
        """The connection of that client, while it stands."""
        return self._links.get(client.number)

    def drop(self, wanted: Callable[[Client], bool], reason: str) -> int:
        """Close the connections of the clients that are wanted out (`revoked`…); tell how many."""
        out = [link for link in self._links.values() if wanted(link.client)]
        for link in out:
            link.drop(reason)
        return len(out)

    def renew(self, client: Client) -> None:
        """Ask again what a client may do: its groups changed. Refuses what `Rights.standing` refuses, and drops it."""
        link = self._links.get(client.number)
        if link is None:
            return
        try:
            standing = self._rights.standing(client.identity)
        except Refused as why:
            link.drop(why.code)
            raise
        self._leave_audience(link)
        client.standing = standing
        self._join_audience(link)
        self.router.forget_rights()
        self._newcomers.forget()

    def inject(self, piece: Piece, client: Client) -> None:
        """What came by another way than a connection (multicast). Refuses what cannot be read."""
        routed = read_routed(piece)
        if not control.is_consumed(routed.kind):
            self._accept(client, piece, routed)

    def new_client(self, identity: Identity) -> Client:
        """A client, numbered; refuses what `Rights.standing` refuses."""
        self._numbers += 1
        return Client(self._numbers, identity, self._rights.standing(identity))

    def welcome(self, link: Link, identity: Identity) -> None:
        """A connection stands: admit it or turn it away."""
        try:
            self._check(identity)
            link.client = client = self.new_client(identity)
        except Refused as why:
            link.reason = why.code
            link.transport.abort()
            self._tell(self._hooks.on_turned_away, identity, why)
            return
        link.admitted = True
        link.heard_at = link.pinged_at = self.time()
        self._links[client.number] = link
        self._per_address[identity.address] += 1
        self._join_audience(link)
        self.router.add(client)
        self._tell(self._hooks.on_connected, client)
        now = self._clock.now()
        for picture in self._newcomers.pictures(client, now, self.time(), self.turn):
            link.show(picture)
        if link.negotiation.offer(self.time()):
            link.say(self._own(control.offer(now, f"protouid-{new_id()}")))

    def part(self, link: Link, reason: str) -> None:
        """A connection is gone: tell the others who can no longer be reached."""
        client = link.client
        if self._links.pop(client.number, None) is None:
            return
        self._per_address[client.identity.address] -= 1
        if not self._per_address[client.identity.address]:
            del self._per_address[client.identity.address]
        self._leave_audience(link)
        self._behind.discard(link)
        now = self._clock.now()
        left = self.router.remove(client)
        if left:
            self._newcomers.forget()
        for uid, kind in left if reason != "stopping" else ():
            goodbye = control.left(now, f"left-{new_id()}", uid, kind)
            self._put(self._own(goodbye, groups=client.standing.sends_to))
        self._tell(self._hooks.on_left, client, reason)

    def take(self, link: Link, piece: Piece) -> None:
        """A client said something."""
        client = link.client
        client.counted.received_messages += 1
        try:
            if piece.is_frame and self.renderings is None:
                raise Refused("tak-protobuf-not-spoken")
            routed = read_routed(piece)
        except Refused as why:
            client.counted.refused += 1
            link.splitter.add_garbage(len(piece.body))
            self._tell(self._hooks.on_refused, client, why, piece.body)
            return
        if piece.is_frame and not link.negotiation.speaks_protobuf:
            self._leave_audience(link)
            link.negotiation.received(is_frame=True)
            self._join_audience(link)
        if control.is_consumed(routed.kind):
            self._consume(link, routed)
        elif self._may_say(client, routed):
            self._accept(client, piece, routed)
        else:
            client.counted.withheld += 1

    def read_later(self, link: Link) -> None:
        """That client said more than one may in a tick: go on in the next."""
        self._unread.append(link)
        self._wake()

    def missed_by(self, link: Link) -> list[Message]:
        """What was last said while that client was behind."""
        return list(self.router.present(link.client, self._clock.now(), link.behind_turn))

    def _check(self, identity: Identity) -> None:
        if self._loop is None:
            raise Refused("stopping")
        if identity.serial and self._is_revoked(identity.serial):
            raise Refused("certificate-revoked")
        if len(self._links) >= self.pace.most_clients:
            raise Refused("too-many-streams", detail={"most": self.pace.most_clients})
        if self._per_address[identity.address] >= self.pace.most_per_address:
            raise Refused("too-many-streams", detail={"most_per_address": self.pace.most_per_address})

    def _may_say(self, client: Client, routed: Routed) -> bool:
        removes = routed.kind == control.LEFT
        return (not removes or self.router.may_remove(client, routed)) and self._rights.may_send(client, routed)

    def _accept(self, client: Client, piece: Piece, routed: Routed) -> None:
        label = self._rights.label_of(client, routed)
        self._put(
            Message(
                piece.body,
                routed,
                is_frame=piece.is_frame,
                source=client,
                groups=client.standing.sends_to,
                label=label,
                renderings=self.renderings,
            )
        )

    def _consume(self, link: Link, routed: Routed) -> None:
        """What a client says to the relay alone."""
        now = self._clock.now()
        if routed.kind == control.PING:
            link.say(self._own(control.pong(now)))
        elif routed.kind == control.REQUEST:
            self._leave_audience(link)
            verdict = link.negotiation.requested(routed.version, self.time())
            if verdict is not Verdict.IGNORE:
                answer = control.response(now, routed.uid, accepted=verdict is Verdict.ACCEPT)
                link.transport.write(control.DECLARATION + answer)
            self._join_audience(link)

    def _join_audience(self, link: Link) -> None:
        key = (link.client.standing, link.negotiation.speaks_protobuf)
        self._audiences.setdefault(key, {})[link.client.number] = link

    def _leave_audience(self, link: Link) -> None:
        key = (link.client.standing, link.negotiation.speaks_protobuf)
        members = self._audiences.get(key, {})
        members.pop(link.client.number, None)
        if not members:
            self._audiences.pop(key, None)

    def _own(self, xml: bytes, groups: frozenset[str] | None = None) -> Message:
        return Message(xml, read_routed(Piece(False, xml)), groups=groups, renderings=self.renderings)

    def _put(self, message: Message) -> None:
        self._pending.append(message)
        self._wake()

    def _tell(self, hook: Callable[..., None], *arguments: object) -> None:
        """Tell the node, outside of what is being done: its failure is not that of the relay."""
        if self._loop is not None:
            self._loop.call_soon(hook, *arguments)

    def _begin(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self.time = self._loop.time
            self._looking = self._loop.call_later(self.pace.look_s, self._look)

    def _wake(self) -> None:
        """Have a tick come, if none is awaited."""
        if self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(self.pace.tick_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.turn += 1
        self._flush()
        unread, self._unread = self._unread, []
        for link in unread:
            link.go_on()
        if self._behind:
            now = self.time()
            for link in list(self._behind):
                link.catch_up(now)
                if link.behind_since is None or link.reason:
                    self._behind.discard(link)
            if self._behind:
                self._wake()

    def _flush(self) -> None:
        """Sort what came by audience, and write it."""
        batch, self._pending = self._pending, []
        if not batch:
            return
        now = self._clock.now()
        mails = {key: Mail(key[0], as_frame=key[1]) for key in self._audiences}
        reached: dict[tuple[frozenset[str] | None, Hashable | None], list[Mail]] = {}
        for message in batch:
            replaceable = self.router.note(message, now, self.turn)
            if message.routed.removed:
                self._newcomers.forget()
            named = self.router.named(message)
            if named is not None:
                self._address(message, named, mails)
                continue
            key = (message.groups, message.label)
            if key not in reached:
                reached[key] = [mail for mail in mails.values() if self.router.reads(mail.standing, message)]
            source = None if message.source is None else message.source.number
            for mail in reached[key]:
                mail.add(message, replaceable=replaceable, source=source)
        for audience, mail in mails.items():
            if not mail.is_empty:
                self._deliver(list(self._audiences.get(audience, {}).values()), mail)
        said = [message for message in batch if message.source is not None]
        if said:
            self._tell(self._hooks.on_messages, said)

    def _address(self, message: Message, named: list[Client], mails: dict[tuple[Standing, bool], Mail]) -> None:
        for client in named:
            link = self._links.get(client.number)
            if link is not None:
                mails[client.standing, link.negotiation.speaks_protobuf].add_for(client.number, message)

    def _deliver(self, links: list[Link], mail: Mail) -> None:
        for link in links:
            if not link.reason:
                link.deliver(mail)
                if link.behind_since is not None:
                    self._behind.add(link)
                    self._wake()

    def _look(self) -> None:
        """Ping those who say nothing, drop those who still do not; forget what is stale."""
        if self._loop is None:
            return
        self._looking = self._loop.call_later(self.pace.look_s, self._look)
        now, instant, pace = self.time(), self._clock.now(), self.pace
        self.router.purge(instant)
        for link in list(self._links.values()):
            silent_s = now - link.heard_at
            if silent_s > (pace.expired_s if link.client.uid else pace.listener_expired_s):
                link.drop("mute")
            elif silent_s > pace.mute_s and now - link.pinged_at > pace.mute_s:
                link.pinged_at = now
                link.say(self._own(control.ping(instant, f"ping-{new_id()}")))


def _to_uid(uid: str) -> Destination:
    return Destination("uid", uid)
