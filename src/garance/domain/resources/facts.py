"""What can happen to a resource (moyen engagé ou disponible)."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.parties import Party
from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.place import Point

ResourceName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ResourceStatus(enum.StrEnum):
    """Where a resource stands between being wanted and being given back (état du moyen)."""

    AVAILABLE = "available"
    REQUESTED = "requested"
    VALIDATED = "validated"
    IN_TRANSIT = "in-transit"
    ARRIVED = "arrived"
    ENGAGED = "engaged"
    RELEASED = "released"
    OUT_OF_SERVICE = "out-of-service"


@fact("resource.declared.v1")
class ResourceDeclared(Body, frozen=True, kw_only=True):
    """A resource becomes known to the situation (moyen déclaré). It is `available` until said otherwise.

    Refused: `already-declared`.
    """

    resource: ObjectId
    name: ResourceName
    kind: Slug
    geometry: Point | None = None


@fact("resource.moved.v1")
class ResourceMoved(Body, frozen=True, kw_only=True):
    """Someone says where a resource is (déplacement). A tracked unit moves by telemetry instead.

    Refused: `resource-unknown`.
    """

    resource: ObjectId
    geometry: Point


@fact("resource.state-set.v1")
class ResourceStateSet(Body, frozen=True, kw_only=True):
    """The state of a resource changes (changement d'état). Refused: `resource-unknown`."""

    resource: ObjectId
    state: ResourceStatus


class ResourceLevel(enum.StrEnum):
    """What size of means it is (échelon du moyen: engin, groupe, colonne)."""

    VEHICLE = "vehicle"
    TEAM = "team"
    GROUP = "group"
    COLUMN = "column"
    STOCK = "stock"


Rate = Annotated[float, msgspec.Meta(ge=0, le=1_000_000, description="euros")]


@tells("resource", "details")
@fact("resource.detailed.v1")
class ResourceDetailed(Body, frozen=True, kw_only=True):
    """What a resource is made of (fiche du moyen): size, who it belongs to, crew, what it can do, what it costs.

    `part_of` is the group or column it belongs to; `relief_after_h` the hours after which its crew must be relieved.
    Refused: `not-declared`, `link-unknown`, `link-to-itself`, `group-loop`.
    """

    resource: ObjectId
    level: ResourceLevel = ResourceLevel.VEHICLE
    part_of: ObjectId | None = None
    owner: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] | None = None
    call_sign: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] | None = None
    crew: Annotated[int, msgspec.Meta(ge=0, le=10_000, description="people")] | None = None
    crew_detail: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] | None = None
    capability: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    quantity: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    relief_after_h: Annotated[float, msgspec.Meta(gt=0, le=168, description="hours")] | None = None
    cost_per_hour_eur: Rate | None = None
    cost_per_km_eur: Rate | None = None
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] | None = None


@tells("resource", "reference", keys=("by",))
@fact("resource.referenced.v1")
class ResourceReferenced(Body, frozen=True, kw_only=True):
    """Another body calls the means so (nom chez un autre): what is sent to it names it by that. `by` is that body.

    Refused: `not-declared`.
    """

    resource: ObjectId
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@tells("resource", "assignment")
@fact("resource.assigned.v1")
class ResourceAssigned(Body, frozen=True, kw_only=True):
    """A resource is given to a mission, a sector, an incident (affectation); to nothing, it is free again.

    Refused: `not-declared`, `link-unknown`, `already-engaged` (given elsewhere, as the author may see, and not freed).
    Two who gave it apart without knowing of each other are shown as a conflict.
    """

    resource: ObjectId
    mission: ObjectId | None = None
    sector: ObjectId | None = None
    incident: ObjectId | None = None
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None


@tells("resource", "relief")
@fact("resource.relief-planned.v1")
class ReliefPlanned(Body, frozen=True, kw_only=True):
    """When the crew is relieved, and by which resource (relève prévue). Refused: `not-declared`, `link-unknown`."""

    resource: ObjectId
    at: Instant
    by: ObjectId | None = None
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None


@tells("resource", "spent", gathers=True)
@fact("resource.spent.v1")
class ResourceSpent(Body, frozen=True, kw_only=True):
    """What was used up (dépense): hours, kilometres, a quantity of something, each with its unit cost if known.

    Every such fact adds to the others. Refused: `not-declared`, `nothing-spent`, `period-empty`.
    """

    resource: ObjectId
    hours: Annotated[float, msgspec.Meta(ge=0, le=10_000)] | None = None
    kilometres: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    consumable: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] | None = None
    quantity: Annotated[float, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] | None = None
    unit_cost_eur: Rate | None = None
    since: Instant | None = None
    until: Instant | None = None
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None


class DemandState(enum.StrEnum):
    """Where a demand for means stands (suite donnée à la demande)."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_TRANSIT = "in-transit"
    ARRIVED = "arrived"
    CANCELLED = "cancelled"


@tells("demand", "description", begins=True)
@fact("demand.made.v1")
class DemandMade(Body, frozen=True, kw_only=True):
    """Means are asked for, of the level above or of a partner (demande de moyens): `asked` until answered.

    Refused: `party-empty`, `link-unknown`, geometry refusals.
    """

    demand: ObjectId
    kind: Slug
    what: ResourceName
    quantity: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    to: Party
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    capability: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    geometry: Point | None = None
    place: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    needed_at: Instant | None = None
    links: Annotated[tuple[ObjectId, ...], msgspec.Meta(max_length=24)] = ()


@tells("demand", "state")
@fact("demand.answered.v1")
class DemandAnswered(Body, frozen=True, kw_only=True):
    """A demand is answered, in whole or in part, or moves on (suite donnée). A refusal gives its reason.

    `granted` is how many of what was asked; `resources` those sent once known. Refused: `not-declared`,
    `reason-needed`, `link-unknown`.
    """

    demand: ObjectId
    state: DemandState
    granted: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    expected_at: Instant | None = None
    resources: Annotated[tuple[ObjectId, ...], msgspec.Meta(max_length=100)] = ()
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None
