"""What a cut network takes away, as it is told: the most fragile first."""

from __future__ import annotations

import msgspec

from garance.territory.questions.dependents import Dependent, count_kinds

MAX_LISTED = 200


class DependentShown(msgspec.Struct, frozen=True):
    """A site, or a station of another network (dépendant).

    `inside` the zone of the cut; `loses` are the networks it loses; `cascade` when it fails only because something
    else did; `via` the failed stations it names; `autonomy_h` hours without them, when the territory knows.
    """

    layer: str
    kind: str
    name: str
    lon_deg: float
    lat_deg: float
    sensitive: bool
    inside: bool
    cascade: bool
    loses: tuple[str, ...]
    via: tuple[str, ...]
    autonomy_h: float | None = None
    capacity: int | None = None


class DependentsShown(msgspec.Struct, frozen=True):
    """The first 200; `total`, `sensitive` and `by_kind` count them all."""

    total: int
    sensitive: int
    by_kind: dict[str, int]
    items: list[DependentShown]


def dependents_told(found: list[Dependent]) -> DependentsShown:
    """What was found, bounded."""
    return DependentsShown(
        total=len(found),
        sensitive=sum(one.sensitive for one in found),
        by_kind=count_kinds(found),
        items=[_told(one) for one in found[:MAX_LISTED]],
    )


def _told(one: Dependent) -> DependentShown:
    said = one.feature.properties
    point = one.feature.shape.representative_point()
    hours, capacity = said.get("autonomy_h"), said.get("capacity")
    return DependentShown(
        layer=one.feature.layer,
        kind=str(said.get("kind") or "other"),
        name=str(said.get("name") or ""),
        lon_deg=round(point.x, 7),
        lat_deg=round(point.y, 7),
        sensitive=one.sensitive,
        inside=one.inside,
        cascade=one.cascade,
        loses=one.loses,
        via=one.needs,
        autonomy_h=float(hours) if isinstance(hours, int | float) and hours >= 0 else None,
        capacity=int(capacity) if isinstance(capacity, int | float) and capacity >= 0 else None,
    )
