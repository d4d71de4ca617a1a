"""Our situation in the words of the hub: RC-EDA, RC-RI, EMSI and GEO-POS, from what views show.

An exercise never leaves as actual: the mode of the situation marks the envelope, the header and EMSI, and `emit`
refuses a message whose marks differ. Nothing of a person is written: incidents, means, missions and counts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from garance.connectors.hub_15_18.cases import case_content
from garance.connectors.hub_15_18.emsi_form import Account, emsi_content
from garance.connectors.hub_15_18.envelope import Sending, wrap
from garance.connectors.hub_15_18.message import Message
from garance.connectors.hub_15_18.positions import Fix, positions_content
from garance.connectors.hub_15_18.resources import position_content, resource_content
from garance.kernel.label import Mode
from garance.kernel.place import Geometry, Position, vertices
from garance.kernel.refusal import Refused
from garance.views.shown import ResourceShown, SituationShown, ThingShown


def case_message(
    situation: SituationShown, incident: ThingShown, sending: Sending, *, case_id: str | None = None
) -> Message:
    """An incident as RC-EDA. `case_id` is the shared name of a case that another body opened; else we name it.

    Refuses `hub-incident-needed`: nothing was said of that incident.
    """
    told = _told(incident)
    geometry = geometry_of(told.get("geometry"))
    content = case_content(
        case_id=case_id or case_id_for(sending.route.sender, incident.id),
        sender_case_id=incident.id,
        created_at=incident.began_at,
        nature=str(told.get("nature", "other")),
        title=str(told.get("title", "")),
        position=middle(geometry),
        address=told.get("place"),
        note=told.get("note"),
        placed_at=incident.said["description"].occurred_at,
    )
    return wrap("RC-EDA", content, sending, situation.mode)


def case_id_for(client: str, identifier: str) -> str:
    """`{country}.{domain}.{organisation}.{our identifier}`."""
    return f"{client}.{identifier}"


def resource_id_for(client: str, identifier: str) -> str:
    """`{organisation}.resource.{our identifier}`."""
    return f"{client}.resource.{identifier}"


def _told(incident: ThingShown) -> Mapping[str, Any]:
    told = incident.told("description")
    if not told:
        raise Refused("hub-incident-needed", field="incident")
    return told


def geometry_of(value: Any) -> Geometry | None:
    """A geometry as facts hold it, typed; None when there is none."""
    return msgspec.convert(value, Geometry) if value is not None else None


def middle(geometry: Geometry | None) -> Position | None:
    """The middle of what encloses a geometry: the models place a case by one point."""
    if geometry is None:
        return None
    lons, lats = zip(*vertices(geometry), strict=True)
    return Position(lon_deg=round((min(lons) + max(lons)) / 2, 7), lat_deg=round((min(lats) + max(lats)) / 2, 7))


def resources_message(
    situation: SituationShown,
    case_id: str,
    resources: Sequence[ResourceShown],
    sending: Sending,
    *,
    shared: Mapping[str, str] | None = None,
) -> Message:
    """Means of a case as RC-RI, with state and place. `shared` gives the name of those that another body named.

    Refuses `hub-resources-needed`: the model wants one at least.
    """
    if not resources:
        raise Refused("hub-resources-needed", field="resources")
    names = shared or {}
    said = [_resource(one, names.get(one.id), sending.route.sender) for one in resources]
    return wrap("RC-RI", {"caseId": case_id, "resource": said}, sending, situation.mode)


def _resource(one: ResourceShown, shared: str | None, client: str) -> dict[str, Any]:
    uid = shared or resource_id_for(client, one.id)
    content = resource_content(
        uid=uid,
        org=uid.partition(".resource.")[0],
        name=one.name,
        kind=one.kind,
        state=one.state,
        since=one.state_at or one.declared_at,
        declared_at=one.declared_at,
    )
    if one.geometry is not None:
        lon_deg, lat_deg = one.geometry.coordinates
        content["position"] = position_content(at=one.moved_at or one.declared_at, lat_deg=lat_deg, lon_deg=lon_deg)
    return content


def emsi_message(account: Account, sending: Sending) -> Message:
    """The situation as EMSI: context, incident, zones, counts, missions and means."""
    return wrap("EMSI", emsi_content(account, sending), sending, account.situation.mode)


def positions_message(fixes: Sequence[Fix], mode: Mode, sending: Sending) -> Message:
    """Positions of our vehicles as GEO-POS. Refuses `hub-resources-needed`: one at least."""
    if not fixes:
        raise Refused("hub-resources-needed", field="fixes")
    return wrap("GEO-POS", positions_content(fixes), sending, mode)


def assignments_of(things: Iterable[ThingShown]) -> dict[str, str]:
    """The mission of each resource, from the things of the board."""
    return {
        thing.id: str(mission)
        for thing in things
        if thing.kind == "resource" and (mission := thing.told("assignment").get("mission"))
    }
