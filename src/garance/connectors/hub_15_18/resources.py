"""RC-RI and RS-SR: the means of a case, their state and place; and ours written as RC-RI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from garance.connectors.hub_15_18.cases import degrees, stamp
from garance.connectors.hub_15_18.crosswalk import crosswalk, kind_named
from garance.connectors.hub_15_18.members import at, details, each, identifier, moment, number, place, text
from garance.connectors.hub_15_18.message import Body
from garance.domain.resources.facts import ResourceStatus
from garance.ports.observation import Engaged, Located, Reported

Json = Mapping[str, Any]
KPH = 3.6
_MEDICAL = {"ambulance", "medical-car"}


def read_resources(body: Body, *, sender: str, sent_at: datetime | None) -> Iterator[Reported | Located]:
    """The case with its means, then where each of them is. Crew, contact and comments are not read."""
    means = list(each(body.content, "resource"))
    case = identifier(body.content, "caseId")
    yield Reported(
        uid=case,
        at=sent_at or max(filter(None, (moment(one, "state", "datetime") for one in means)), default=None),
        title=case,
        sender=sender,
        partial=True,
        resources=tuple(_engaged(one) for one in means),
    )
    yield from (found for one in means if (found := _located(one)) is not None)


def _engaged(one: Json) -> Engaged:
    name = text(one, "name", longest=120)
    uid = identifier(one, "resourceId")
    unread = [member for member in ("contact", "freetext", "team") if one.get(member)]
    return Engaged(
        uid=uid,
        name=name or uid.rpartition(".")[2],
        kind=_kind(one),
        state=state_of(text(one, "state", "status") or "", at(one, "state", "availability")),
        position=place(at(one, "position", "coord")),
        owner=text(one, "orgId", longest=120),
        details=details(
            status=text(one, "state", "status"),
            since=text(one, "state", "datetime"),
            vehicle=text(one, "vehicleType"),
            centre=text(one, "centerName"),
            medical_level=text(one, "team", "medicalLevel"),
            mission=text(one, "missionId"),
            not_read=", ".join(unread),
        ),
    )


def _kind(one: Json) -> str:
    medical = text(one, "vehicleType") == "SMUR"
    return kind_named(text(one, "name") or "", "ambulance" if medical else "fire-engine")


def _located(one: Json) -> Located | None:
    position = place(at(one, "position", "coord"))
    if position is None:
        return None
    speed_kph = number(one, "position", "speed")
    uid = identifier(one, "resourceId")
    return Located(
        uid=uid,
        at=moment(one, "position", "datetime"),
        position=position,
        altitude_m=number(one, "position", "coord", "height"),
        speed_mps=speed_kph / KPH if speed_kph is not None and speed_kph >= 0 else None,
        name=text(one, "name", longest=120) or uid.rpartition(".")[2],
        kind=_kind(one),
        team=text(one, "orgId", longest=120),
    )


def state_of(status: str, available: Any = None) -> str:
    """Our state for a status of the hub; back at its base and said unavailable, a vehicle is out of service."""
    found = crosswalk().vehicle_status_in.get(status, ResourceStatus.ENGAGED)
    if found is ResourceStatus.AVAILABLE and available is False:
        found = ResourceStatus.OUT_OF_SERVICE
    return found.value


def read_status(body: Body, *, sender: str) -> Reported:
    """RS-SR: one vehicle changes its state. It says nothing of a patient but the step of the transport."""
    content = body.content
    case, uid = identifier(content, "caseId"), identifier(content, "resourceId")
    status = text(content, "state", "status") or ""
    name = uid.rpartition(".")[2]
    engaged = Engaged(
        uid=uid,
        name=name,
        kind=kind_named(name, "ambulance"),
        state=state_of(status, at(content, "state", "availability")),
        owner=uid.partition(".resource.")[0],
        details=details(status=status, since=text(content, "state", "datetime")),
    )
    moved_at = moment(content, "state", "datetime")
    return Reported(uid=case, at=moved_at, title=case, sender=sender, partial=True, resources=(engaged,))


def resource_content(
    *, uid: str, org: str, name: str, kind: str, state: ResourceStatus, since: datetime, declared_at: datetime
) -> dict[str, Any]:
    """One means of RC-RI. `availability` is said when we know it; `uid` is `{org}.resource.{id}`."""
    said: dict[str, Any] = {"datetime": stamp(since), "status": crosswalk().vehicle_status_out[state]}
    if state in (ResourceStatus.AVAILABLE, ResourceStatus.OUT_OF_SERVICE):
        said["availability"] = state is ResourceStatus.AVAILABLE
    return {
        "datetime": stamp(declared_at),
        "resourceId": uid,
        "orgId": org,
        "vehicleType": "SMUR" if kind in _MEDICAL and ".health." in f".{org}." else "SIS",
        "name": name,
        "state": said,
    }


def position_content(*, at: datetime, lat_deg: float, lon_deg: float) -> dict[str, Any]:
    """Where a means of RC-RI was last said to be."""
    return {"datetime": stamp(at), "coord": {"lat": degrees(lat_deg), "lon": degrees(lon_deg)}}
