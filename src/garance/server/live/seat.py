"""What the stream asks of sign-in and rights: who sits where, and for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from starlette.requests import HTTPConnection

from garance.access.clearance import Clearance
from garance.kernel.fact import Fact
from garance.kernel.label import Author


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One reader's place in one situation.

    `session` is what a revocation names. `person` is None for a wall screen. `roles` are the authors this person can
    be here, by grant. `until` is the first moment when time alone may change any of this: end of the session, a
    grant's not-before or not-after.
    """

    session: str
    person: str | None
    situation: str
    clearance: Clearance
    roles: Mapping[str, Author]
    read_only: bool = False
    until: datetime | None = None


class Gate(Protocol):
    """Decides who may sit where."""

    async def admit(self, connection: HTTPConnection, situation: str) -> Seat:
        """The seat of whoever opens this connection.

        Refuses `not-signed-in`, and `unknown` for a situation that is not there or not to be known of.
        """
        ...

    def renew(self, seat: Seat) -> Seat:
        """The same reader's seat as things stand now; refuses with the code the reader is told (`rights-ended`)."""
        ...

    def shown(self, seats: Sequence[Seat], facts: Sequence[Fact[Any]]) -> None:
        """Take note that these facts, which hold personal data, were put before these readers. Must not wait."""
        ...
