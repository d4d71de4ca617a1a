"""Who is connected, what they may hear and say, and what was counted of them; what a message carries with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple, Protocol

import msgspec

from garance.connectors.tak.relay.control import DECLARATION
from garance.connectors.tak.relay.routed import Routed
from garance.connectors.tak.relay.varints import framed
from garance.kernel.refusal import Refused

ALL = frozenset({"all"})
"""The group of everyone, where no groups are told apart."""


class Identity(NamedTuple):
    """Who is at the other end, as far as the link proves it.

    With a client certificate: its common name, and its serial number in upper-case hexadecimal. Else the address,
    which proves nothing.
    """

    name: str
    address: str
    serial: str = ""
    proven: bool = False


class Standing(msgspec.Struct, frozen=True):
    """What a client may do: the groups it speaks to, those it hears. Clients of equal standing share what is written.

    `audience` tells apart clients of the same groups that do not read the same labels.
    """

    sends_to: frozenset[str] = ALL
    hears: frozenset[str] = ALL
    audience: str = ""


class Rights(Protocol):
    """Who may come, speak and hear: asked of the node. Answers are at once; nothing here waits."""

    def standing(self, identity: Identity) -> Standing:
        """What this client may do; refuses with a code one that may not come."""
        ...

    def may_send(self, client: Client, routed: Routed) -> bool:
        """Whether it may say this; what it may not say is dropped and counted."""
        ...

    def label_of(self, client: Client, routed: Routed) -> Hashable | None:
        """The label of what it says; None for what all in its groups may hear."""
        ...

    def may_receive(self, standing: Standing, label: Hashable) -> bool:
        """Whether clients of that standing read what bears that label: asked once for all of them, and remembered."""
        ...


class OpenRights:
    """Everyone hears everyone, in one group."""

    def standing(self, identity: Identity) -> Standing:
        """The same for all."""
        return Standing()

    def may_send(self, client: Client, routed: Routed) -> bool:
        """Always."""
        return True

    def label_of(self, client: Client, routed: Routed) -> Hashable | None:
        """None."""
        return None

    def may_receive(self, standing: Standing, label: Hashable) -> bool:
        """Always."""
        return True


class Counted(msgspec.Struct):
    """What was counted of one client."""

    received_messages: int = 0
    received_bytes: int = 0
    refused: int = 0
    """Messages that could not be read."""
    withheld: int = 0
    """Messages that it may not say."""
    sent_messages: int = 0
    sent_bytes: int = 0
    skipped: int = 0
    """Positions not sent while it was behind: newer ones took their place."""


class Announced(NamedTuple):
    """What was last said of a uid that is reached through a client."""

    kind: str
    callsign: str


class Client:
    """One connection. `uid`, `callsign` and `kind` are what it announced of itself, empty before it did."""

    __slots__ = ("announced", "callsign", "counted", "identity", "kind", "number", "standing", "uid")

    def __init__(self, number: int, identity: Identity, standing: Standing) -> None:
        self.number = number
        self.identity = identity
        self.standing = standing
        self.uid = ""
        self.callsign = ""
        self.kind = ""
        self.announced: dict[str, Announced] = {}
        """Every uid that it said can be reached through it."""
        self.counted = Counted()


class Renderings(NamedTuple):
    """How a message passes from one writing to the other; each refuses with a code what it cannot write.

    `to_xml` takes the payload of a frame (a TakMessage) and gives the XML root element, without a declaration;
    `to_protobuf` takes the root element and gives the payload, without a header.
    """

    to_xml: Callable[[bytes], bytes]
    to_protobuf: Callable[[bytes], bytes]


class Message:
    """One message on its way: its bytes as they came, and each writing of it, made once and only when asked for.

    `groups` are those it goes to, None for all; `source` is None when the node itself speaks.
    """

    __slots__ = ("_frame", "_renderings", "_xml", "body", "groups", "is_frame", "label", "routed", "source", "why")

    def __init__(
        self,
        body: bytes,
        routed: Routed,
        *,
        is_frame: bool = False,
        source: Client | None = None,
        groups: frozenset[str] | None = None,
        label: Hashable | None = None,
        renderings: Renderings | None = None,
    ) -> None:
        self.body = body
        self.is_frame = is_frame
        self.routed = routed
        self.source = source
        self.groups = groups
        self.label = label
        self._renderings = renderings
        self._xml: bytes | None = None if is_frame else DECLARATION + body
        self._frame: bytes | None = framed(body) if is_frame else None
        self.why: Refused | None = None
        """Why the other writing could not be made."""

    def written(self, *, as_frame: bool) -> bytes:
        """What goes on the wire; empty when this writing cannot be made."""
        kept = self._frame if as_frame else self._xml
        return self._render(as_frame=as_frame) if kept is None else kept

    def _render(self, *, as_frame: bool) -> bytes:
        made = b""
        try:
            if self._renderings is not None and self.why is None:
                made = (
                    framed(self._renderings.to_protobuf(self.body))
                    if as_frame
                    else DECLARATION + self._renderings.to_xml(self.body)
                )
        except Refused as why:
            self.why = why
        if as_frame:
            self._frame = made
        else:
            self._xml = made
        return made
