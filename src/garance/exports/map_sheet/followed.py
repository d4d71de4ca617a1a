"""Things of the boards that lie somewhere, as the map draws them: incidents, cuts, zones, centres (tableaux)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from garance.domain.drawings.facts import ShapeStatus
from garance.domain.incidents.facts import Evolution, OutageState
from garance.domain.population.facts import CentreState, ZoneState
from garance.kernel.place import Geometry
from garance.ports.export import Matter
from garance.views.shown import ShapeShown, ThingShown

GEOMETRY: Any = Geometry
KINDS = {"incident": "incident", "outage": "outage", "centre": "reception-centre"}
MEASURES = {"evacuation": "evacuation-zone", "shelter-in-place": "shelter-zone", "no-entry": "perimeter"}
OVER = frozenset({Evolution.OVER.value, OutageState.RESTORED.value, ZoneState.LIFTED.value, CentreState.CLOSED.value})


def followed_shapes(matter: Matter) -> Iterable[ShapeShown]:
    """Those that are not over; dashed while they are only planned."""
    for one in matter.board.things:
        told = one.told("description")
        kind = MEASURES.get(told.get("measure", "")) if one.kind == "zone" else KINDS.get(one.kind)
        state = one.told("state").get("state") or one.told("evolution").get("evolution")
        if kind is not None and told.get("geometry") is not None and state not in OVER:
            yield _shape(one, kind, planned=one.kind in ("zone", "centre") and state in (None, "planned"))


def _shape(one: ThingShown, kind: str, *, planned: bool) -> ShapeShown:
    told = one.told("description")
    return ShapeShown(
        id=one.id,
        geometry=msgspec.convert(told["geometry"], GEOMETRY),
        kind=kind,
        name=told.get("title") or told["name"],
        state=ShapeStatus.PLANNED if planned else ShapeStatus.ENGAGED,
        drawn_at=one.began_at,
        changed_at=one.changed_at,
        follows=one.follows,
        conflict=one.conflict,
    )
