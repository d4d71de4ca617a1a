"""What can be said of an incident (sinistre) and of a network that is down (réseau coupé)."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.place import Geometry

ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Note = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Severity = Annotated[int, msgspec.Meta(ge=1, le=5, description="1 minor to 5 disastrous (EMSI EVENT/SCALE)")]
People = Annotated[int, msgspec.Meta(ge=0, le=10_000_000, description="people")]


class Evolution(enum.StrEnum):
    """How an incident goes (évolution du sinistre)."""

    REPORTED = "reported"
    CONFIRMED = "confirmed"
    WORSENING = "worsening"
    STABLE = "stable"
    IMPROVING = "improving"
    OVER = "over"


class Network(enum.StrEnum):
    """What a territory lives by (réseau)."""

    POWER = "power"
    WATER = "water"
    SEWAGE = "sewage"
    GAS = "gas"
    LANDLINE = "landline"
    MOBILE = "mobile"
    INTERNET = "internet"
    ROAD = "road"
    RAIL = "rail"
    HEAT = "heat"


class OutageState(enum.StrEnum):
    """What is known of a cut (état de la coupure)."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    PARTLY_RESTORED = "partly-restored"
    RESTORED = "restored"


@tells("incident", "description", begins=True)
@fact("incident.described.v1")
class IncidentDescribed(Body, frozen=True, kw_only=True):
    """An incident, as a whole: nature, gravity, where (sinistre). Said again, it replaces what was said before.

    `nature` is a word of the list of natures (domain reference, section 7); `parent` an incident that it is part of.
    Refused: `link-unknown` (no such parent), geometry refusals.
    """

    incident: ObjectId
    nature: Slug
    title: ShortText
    severity: Severity | None = None
    geometry: Geometry | None = None
    place: ShortText | None = None
    parent: ObjectId | None = None
    note: Note | None = None


@tells("incident", "evolution")
@fact("incident.evolved.v1")
class IncidentEvolved(Body, frozen=True, kw_only=True):
    """An incident takes a turn (évolution). `over` closes it; it may begin again. Refused: `not-declared`."""

    incident: ObjectId
    evolution: Evolution
    note: Note | None = None


@tells("outage", "description", begins=True)
@fact("outage.described.v1")
class OutageDescribed(Body, frozen=True, kw_only=True):
    """A network is down somewhere (coupure de réseau). `customers` are homes or premises without it.

    Refused: `range-upside-down`, geometry refusals.
    """

    outage: ObjectId
    network: Network
    name: ShortText
    geometry: Geometry | None = None
    operator: ShortText | None = None
    cause: ShortText | None = None
    customers_low: People | None = None
    customers_high: People | None = None
    back_at: Instant | None = None
    note: Note | None = None


@tells("outage", "state")
@fact("outage.state-set.v1")
class OutageStateSet(Body, frozen=True, kw_only=True):
    """What is known of the cut changes (état de la coupure). Refused: `not-declared`."""

    outage: ObjectId
    state: OutageState
    note: Note | None = None
