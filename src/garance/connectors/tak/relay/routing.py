"""Who gets what (acheminement). Pure: clients and messages in, clients out; times are seconds that only grow.

The rules are those of TAK servers: without destinations, everyone who hears a group that the sender speaks to, but the
sender; with destinations (call sign, uid, mission), those alone, if they hear such a group. The latest presence of each
uid is kept for those who come later, until it is stale or its client leaves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from garance.connectors.tak.relay.clients import Announced, Client, Message, Rights, Standing
from garance.connectors.tak.relay.routed import EVERYONE, Destination, Routed

MAX_PRESENCES = 20_000
MAX_ANNOUNCED = 2_000
"""How many uids one connection can be reached by (a gateway speaks for many)."""
MAX_PRESENCE_AGE = timedelta(hours=24)


class Presence(msgspec.Struct):
    """The latest that was said of a uid, to all. `turn` grows with each tick."""

    message: Message
    heard_at: datetime
    turn: int

    def is_stale(self, now: datetime) -> bool:
        """Whether its sender no longer vouches for it; one that does not say until when lasts a day."""
        until = _instant(self.message.routed.stale)
        return now - self.heard_at > MAX_PRESENCE_AGE or (until is not None and until < now)


class Router:
    """Knows who is here, under which names, and what was last said of whom."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._clients: set[Client] = set()
        self._by_uid: dict[str, Client] = {}
        self._by_callsign: dict[str, set[str]] = {}
        """Call signs to uids: a gateway has many of both."""
        self._missions: dict[str, set[str]] = {}
        self._reads: dict[tuple[Standing, Hashable], bool] = {}
        self.presences: dict[str, Presence] = {}

    def add(self, client: Client) -> None:
        """A client came."""
        self._clients.add(client)

    def remove(self, client: Client) -> list[tuple[str, str]]:
        """A client left: the uids that are no longer reachable, each with its type. Their presences are forgotten."""
        self._clients.discard(client)
        left: list[tuple[str, str]] = []
        for uid, announced in client.announced.items():
            if self._by_uid.get(uid) is client:
                del self._by_uid[uid]
                self.presences.pop(uid, None)
                self._unname(uid, announced.callsign)
                left.append((uid, announced.kind))
        return left

    def note(self, message: Message, now: datetime, turn: int) -> bool:
        """Remember who says it and what it says of whom; tell whether it replaces the presence kept of that uid."""
        routed, client = message.routed, message.source
        for removed in routed.removed:
            self.presences.pop(removed, None)
        if not routed.kind.startswith("a-"):
            return False
        if client is not None and (routed.endpoint or (routed.callsign and not client.uid)):
            self._announce(client, routed)
        if routed.destinations and not is_to_everyone(routed):
            return False
        presences = self.presences
        presences.pop(routed.uid, None)
        if len(presences) >= MAX_PRESENCES:
            del presences[next(iter(presences))]
        presences[routed.uid] = Presence(message, now, turn)
        return True

    def may_remove(self, client: Client, routed: Routed) -> bool:
        """Whether a client may take off maps what it names: something, and nobody else who is here."""
        holders = (self._by_uid.get(uid, client) for uid in routed.removed)
        return bool(routed.removed) and all(holder is client for holder in holders)

    def reads(self, standing: Standing, message: Message) -> bool:
        """Whether clients of that standing hear a message: a group in common, and the right to read its label."""
        if message.groups is not None and message.groups.isdisjoint(standing.hears):
            return False
        if message.label is None:
            return True
        key = (standing, message.label)
        if key not in self._reads:
            if len(self._reads) > MAX_PRESENCES:
                self._reads.clear()
            self._reads[key] = self._rights.may_receive(standing, message.label)
        return self._reads[key]

    def named(self, message: Message) -> list[Client] | None:
        """The clients that its destinations name, each once, never its sender; None when it is for everyone."""
        routed = message.routed
        if not routed.destinations or is_to_everyone(routed):
            return None
        found: dict[int, Client] = {}
        for destination in routed.destinations:
            for client in self._found(destination, message):
                if client is not message.source and self.reads(client.standing, message):
                    found[client.number] = client
        return list(found.values())

    def of_uid(self, uid: str) -> Client | None:
        """The client that a uid can be reached through."""
        return self._by_uid.get(uid)

    def subscribe(self, mission: str, uid: str) -> None:
        """What is sent to that mission reaches that uid too."""
        self._missions.setdefault(mission, set()).add(uid)

    def unsubscribe(self, mission: str, uid: str) -> None:
        """No longer."""
        uids = self._missions.get(mission, set())
        uids.discard(uid)
        if not uids:
            self._missions.pop(mission, None)

    def forget_rights(self) -> None:
        """Ask again who may read what."""
        self._reads.clear()

    def present(self, client: Client, now: datetime, since_turn: int = 0) -> Iterator[Message]:
        """What was last said of each uid that this client hears and did not say itself, since that turn, in order."""
        for presence in self.presences.values():
            message = presence.message
            if (
                presence.turn >= since_turn
                and message.source is not client
                and not presence.is_stale(now)
                and self.reads(client.standing, message)
            ):
                yield message

    def purge(self, now: datetime) -> None:
        """Forget presences that are stale."""
        stale = [uid for uid, presence in self.presences.items() if presence.is_stale(now)]
        for uid in stale:
            del self.presences[uid]

    def _announce(self, client: Client, routed: Routed) -> None:
        """This uid is reached through this client, unless another proven client holds it under another name."""
        if client not in self._clients:
            return
        holder = self._by_uid.get(routed.uid)
        if holder is not client:
            taken = holder is not None and holder.identity.proven and holder.identity.name != client.identity.name
            if taken or len(client.announced) >= MAX_ANNOUNCED:
                return
            self._by_uid[routed.uid] = client
        before = client.announced.get(routed.uid)
        if before is None or before.callsign != routed.callsign:
            if before is not None:
                self._unname(routed.uid, before.callsign)
            self._by_callsign.setdefault(routed.callsign, set()).add(routed.uid)
        client.announced[routed.uid] = Announced(routed.kind, routed.callsign)
        if not client.uid or client.uid == routed.uid:
            client.uid, client.callsign, client.kind = routed.uid, routed.callsign, routed.kind

    def _unname(self, uid: str, callsign: str) -> None:
        holders = self._by_callsign.get(callsign)
        if holders is not None:
            holders.discard(uid)
            if not holders:
                del self._by_callsign[callsign]

    def _found(self, destination: Destination, message: Message) -> list[Client]:
        how, name = destination
        uids: Iterable[str] | None = {
            "callsign": self._by_callsign.get(name, ()),
            "uid": (name,),
            "mission": self._missions.get(name, ()),
        }.get(how)
        if uids is not None:
            held = (self._by_uid.get(uid) for uid in uids)
            return [holder for holder in held if holder is not None]
        spoken = message.source is None or name in message.source.standing.sends_to
        return [client for client in self._clients if name in client.standing.hears] if spoken else []


def is_to_everyone(routed: Routed) -> bool:
    """Whether one of the destinations is the call sign that means everyone."""
    return any(how == "callsign" and name == EVERYONE for how, name in routed.destinations)


def _instant(written: str) -> datetime | None:
    """When that is: a W3C date, or milliseconds since 1970 as digits; None when it is neither."""
    try:
        if written.isdigit():
            return datetime.fromtimestamp(int(written) / 1000, UTC)
        moment = datetime.fromisoformat(written)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
