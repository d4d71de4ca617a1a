"""The socket of explicit sending: what a person has sent to named recipients, by a connector that speaks to them.

The server gathers what may be sent (the mode, and only what the feed's audience and the sender may see), the connector
writes it and sends it. A letter keeps its name when it is sent again after a cut: nobody takes it for another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec

from garance.domain.feeds.facts import Matter
from garance.kernel.place import Position
from garance.ports.observation import Observation
from garance.views.balance import Balance
from garance.views.shown import ResourceShown, ShapeShown, SituationShown, ThingShown

LATER = "dispatch-later"
"""The code of what could not be sent just now and will be tried again."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a means was last: `speed_mps` over the ground, `course_deg` from true north."""

    resource: str
    at: datetime
    position: Position
    speed_mps: float | None = None
    course_deg: float | None = None


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """What one recipient is to be told. `situation` carries the mode, which marks the letter.

    `unique` names the letter, for ever; `case` is how the other body calls the incident, when it opened it; `again`
    when that recipient was already told of it; `cancels` when what was told no longer holds.
    """

    matter: Matter
    to: str
    unique: str
    now: datetime
    situation: SituationShown
    incident: ThingShown | None = None
    case: str | None = None
    resources: Sequence[ResourceShown] = ()
    missions: Sequence[ThingShown] = ()
    shapes: Sequence[ShapeShown] = ()
    balance: Balance | None = None
    assignments: Mapping[str, str] = {}
    places: Sequence[Place] = ()
    names: Mapping[str, str] = {}
    again: bool = False
    cancels: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message ready to leave. `reference` is its name, which answers repeat; `model` the kind of message."""

    to: str
    reference: str
    model: str
    data: bytes
    content_type: str


class Post(Protocol):
    """The client of the server: the only way out over HTTP."""

    async def post(self, address: str, data: bytes, content_type: str) -> tuple[int, bytes, str]:
        """Send, and give the status, the body and its type. Refuses `dispatch-later`: nobody answers just now."""
        ...


@runtime_checkable
class Dispatcher(Protocol):
    """A connector that sends what a person wants sent."""

    def compose(self, dispatch: Dispatch) -> Letter:
        """Write it. Pure but for the settings; refuses what its models do not accept, and what differs of mode."""
        ...

    async def dispatch(self, letter: Letter, post: Post) -> Sequence[Observation]:
        """Send it and wait until it is taken; what comes back at once is given as observations.

        Refuses `dispatch-later` when it can be tried again as it is; any other code means that it never will go.
        """
        ...
