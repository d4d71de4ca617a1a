"""What can happen to a resource (moyen engagé ou disponible)."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.vocabulary import Body, fact
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
