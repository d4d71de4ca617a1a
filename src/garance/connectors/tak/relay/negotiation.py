"""How a client passes from XML to protobuf on its stream (négociation): offer, request, response. Pure.

`protocol.txt`: the server offers once; the client asks once and then waits, silent, a minute at least; the server
examines requests for a minute at least after the offer or its last refusal, then answers at once; after `true` nothing
is said in XML any more, in either direction. A request without an offer, for another version, or late is answered by
`false`, which begins the minute again; so being late never leaves a client in doubt.
"""

from __future__ import annotations

import enum

from garance.connectors.tak.relay import control

MIN_WAIT_S = 60.0
DEFAULT_WAIT_S = 300.0


class Stage(enum.Enum):
    """How far it is."""

    XML = "xml"
    """XML, nothing offered yet."""
    OFFERED = "offered"
    PROTOBUF = "protobuf"
    """Agreed: protobuf in both directions."""


class Verdict(enum.Enum):
    """What to answer to a request."""

    ACCEPT = "accept"
    """Say `true` in XML, then only protobuf."""
    DENY = "deny"
    """Say `false` and go on in XML."""
    IGNORE = "ignore"
    """Agreed already: say nothing."""


class Negotiation:
    """That of one client. Times are seconds of any clock that only grows."""

    def __init__(self, *, offers: bool, wait_s: float = DEFAULT_WAIT_S) -> None:
        self._offers = offers
        self._wait_s = max(wait_s, MIN_WAIT_S)
        self._since = 0.0
        self.stage = Stage.XML

    @property
    def speaks_protobuf(self) -> bool:
        """Whether what is sent to this client is framed."""
        return self.stage is Stage.PROTOBUF

    def offer(self, now: float) -> bool:
        """Whether the offer is to be sent now: once, and only when both renderings can be made."""
        if not self._offers or self.stage is not Stage.XML:
            return False
        self.stage, self._since = Stage.OFFERED, now
        return True

    def requested(self, version: int, now: float) -> Verdict:
        """The client asks for that version."""
        if self.stage is Stage.PROTOBUF:
            return Verdict.IGNORE
        in_time = self.stage is Stage.OFFERED and now - self._since <= self._wait_s
        if in_time and version == control.VERSION:
            self.stage = Stage.PROTOBUF
            return Verdict.ACCEPT
        self._since = now
        return Verdict.DENY

    def received(self, *, is_frame: bool) -> None:
        """A message came: a client that frames without having asked is answered in kind, when that can be done."""
        if is_frame and self._offers:
            self.stage = Stage.PROTOBUF
