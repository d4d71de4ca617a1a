"""What the relay tells the node, and what it may be set to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from garance.connectors.tak.relay.clients import Client, Identity, Message
from garance.kernel.refusal import Refused


class Hooks(Protocol):
    """What the relay tells the node. None of these may wait; a failure here never stops what is relayed."""

    def on_messages(self, batch: Sequence[Message]) -> None:
        """What clients said in one tick, in order, each message once, after it was sent to the others."""
        ...

    def on_connected(self, client: Client) -> None:
        """A client came, and may speak."""
        ...

    def on_left(self, client: Client, reason: str) -> None:
        """A client left: `closed`, `lost`, `mute`, `too-slow`, `stopping`, `revoked`, or the code of a refusal."""
        ...

    def on_refused(self, client: Client, why: Refused, body: bytes) -> None:
        """A message could not be read: nobody gets it."""
        ...

    def on_turned_away(self, identity: Identity, why: Refused) -> None:
        """A connection was closed before it could speak: too many, revoked, or no rights."""
        ...


class Silent:
    """Tells nobody."""

    def on_messages(self, batch: Sequence[Message]) -> None:
        """Nothing."""

    def on_connected(self, client: Client) -> None:
        """Nothing."""

    def on_left(self, client: Client, reason: str) -> None:
        """Nothing."""

    def on_refused(self, client: Client, why: Refused, body: bytes) -> None:
        """Nothing."""

    def on_turned_away(self, identity: Identity, why: Refused) -> None:
        """Nothing."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How the relay is set. Times in seconds, sizes in bytes."""

    tick_s: float = 0.010
    """What came within a tick is written together."""
    most_clients: int = 5_000
    most_per_address: int = 2_000
    most_per_tick: int = 200
    """How many messages of one client are read in a tick; more wait in its own connection."""
    behind_bytes: int = 1 << 20
    """A client that has so much unread is behind: no more positions until it has caught up, then the latest."""
    lasting_bytes: int = 1 << 20
    """How much that nothing replaces (chat, drawings) is kept for a client that is behind; beyond, it is dropped."""
    behind_s: float = 60.0
    """How long it may be behind before it is dropped."""
    look_s: float = 5.0
    """How often silence is looked for."""
    mute_s: float = 60.0
    """A client that has said nothing for so long is pinged."""
    expired_s: float = 180.0
    """One that had announced itself and still says nothing is dropped."""
    listener_expired_s: float = 3600.0
    """One that never announced itself (a display, a recorder) is dropped so late: its connection itself is watched."""
    handshake_s: float = 15.0
    stop_s: float = 2.0
    """How long a stop waits for what was written to leave."""
    max_message: int = 1 << 20
    max_garbage: int = 10 << 20
