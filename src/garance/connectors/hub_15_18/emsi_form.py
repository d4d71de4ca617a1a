"""EMSI written: what a situation, an incident, its zones, missions, means and counts become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from garance.connectors.hub_15_18.cases import degrees, stamp
from garance.connectors.hub_15_18.crosswalk import crosswalk
from garance.connectors.hub_15_18.emsi import MODES
from garance.connectors.hub_15_18.envelope import Sending
from garance.domain.incidents.facts import Evolution
from garance.domain.taskings.facts import MissionState
from garance.kernel.place import Geometry, LineString, Point, Polygon, vertices
from garance.kernel.refusal import Refused
from garance.symbols.reading import french_set
from garance.views.balance import Balance
from garance.views.shown import ResourceShown, ShapeShown, SituationShown, ThingShown

_STATUS = {Evolution.REPORTED: "NST", Evolution.OVER: "COM"}
_TREND = {Evolution.WORSENING: "NCREA", Evolution.IMPROVING: "DECREA", Evolution.STABLE: "STABLE"}
_PRIORITY = {"routine": "2", "urgent": "4", "flash": "5"}
_MISSION_TYPE = "INT/RECCE"
"""Ours have no type of the table: « autre demande de concours » is the one that claims nothing."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What is told: a situation and one incident of it, with what goes along.

    `assignments` gives the mission of each resource; `case_id` the shared name of the case; `names` those of
    means that another body named; `level` STRTGC, OPR or
    TACTCL.
    """

    situation: SituationShown
    incident: ThingShown
    case_id: str
    resources: Sequence[ResourceShown] = ()
    missions: Sequence[ThingShown] = ()
    shapes: Sequence[ShapeShown] = ()
    balance: Balance | None = None
    assignments: Mapping[str, str] = {}
    names: Mapping[str, str] = {}
    level: str = "OPR"


def emsi_content(account: Account, sending: Sending) -> dict[str, Any]:
    """The content of an EMSI. Refuses `hub-incident-needed`."""
    content = {"CONTEXT": _context(account, sending), "EVENT": _incident(account, sending)}
    missions = [_mission(one, account, sending) for one in account.missions if one.told("description")]
    resources = [_resource(one, account, sending) for one in account.resources]
    return content | ({"MISSION": missions} if missions else {}) | ({"RESOURCE": resources} if resources else {})


def _context(account: Account, sending: Sending) -> dict[str, Any]:
    return {
        "ID": sending.distribution_id,
        "MODE": MODES[account.situation.mode],
        "MSGTYPE": {"Report": "ALERT", "Cancel": "CANCEL"}.get(sending.kind, "UPDATE"),
        "CREATION": stamp(sending.now),
        "LEVEL": account.level,
        "SECLASS": "RESTRC",
        "ORIGIN": {"ORG_ID": sending.route.sender, "NAME": sending.route.sender},
    }


def _incident(account: Account, sending: Sending) -> dict[str, Any]:
    """The incident. Who opened the case gives both its names alike, as the model says."""
    incident = account.incident
    told = incident.told("description")
    if not told:
        raise Refused("hub-incident-needed", field="incident")
    evolved = incident.told("evolution").get("evolution")
    turn = Evolution(evolved) if evolved else None
    category, environment = crosswalk().category_out.get(
        str(told.get("nature", "other")), crosswalk().category_out["other"]
    )
    said: dict[str, Any] = {
        "ID": account.case_id if account.case_id.endswith(f".{incident.id}") else incident.id,
        "NAME": told.get("title", ""),
        "MAIN_EVENT_ID": account.case_id,
        "ETYPE": {"CATEGORY": [category], "ACTOR": ["PPL"], "LOCTYPE": ["OTH"], "ENV": environment},
        "SOURCE": "COMFOR",
        "DECL_DATIME": stamp(incident.said["description"].recorded_at),
        "OCC_DATIME": stamp(incident.began_at),
        "OBS_DATIME": stamp(incident.said["description"].occurred_at),
        "STATUS": _STATUS.get(turn, "IPR") if turn else "NST",
    }
    if told.get("severity") is not None:
        said["SCALE"] = str(told["severity"])
    if turn in _TREND:
        said["RISK_ASSESMENT"] = _TREND[turn]
    if told.get("note"):
        said["FREETEXT"] = told["note"]
    return said | _counts(account, sending) | _geography(account)


def _counts(account: Account, sending: Sending) -> dict[str, Any]:
    """The least of each total: what is sure. Firm or not, a figure of several sources is never added up here."""
    found = {str(total.category): total.low for total in (account.balance.totals if account.balance else ())}
    members = {member: found[word] for word, member in crosswalk().counts_out.items() if word in found}
    evacuated = members.pop("EVACUATED", None)
    said: dict[str, Any] = {}
    if members:
        said["CASUALTIES"] = [{"CONTEXT": "REQ_ACTION", "DATIME": stamp(sending.now), **members}]
    if evacuated is not None:
        said["EVAC"] = [{"DATIME": stamp(sending.now), "EVACUATED": evacuated}]
    return said


def _geography(account: Account) -> dict[str, Any]:
    told = account.incident.told("description")
    zones = []
    if told.get("geometry") is not None:
        geometry = msgspec.convert(told["geometry"], Geometry)
        at = account.incident.said["description"].occurred_at
        zones.append({"DATIME": stamp(at), "TYPE": "GEN/PTINT", "POSITION": position(geometry, told.get("place"))})
    codes = _codes()
    for shape in account.shapes:
        if shape.kind in codes:
            zone = {"DATIME": stamp(shape.changed_at), "TYPE": codes[shape.kind]}
            zones.append(zone | {"POSITION": position(shape.geometry, shape.name or None)})
    return {"EGEO": zones} if zones else {}


def _codes() -> dict[str, str]:
    """EMSI code of each symbol that has one of a zone."""
    found = {one.id: (one.emsi or "").removeprefix("EGEO/") for one in french_set().set.symbols}
    return {kind: code for kind, code in found.items() if code and not code.startswith("FAC/")}


def position(geometry: Geometry, name: str | None) -> dict[str, Any]:
    """A place of EMSI: a point, a line (that the table calls SURFACE) or a closed line, WGS 84."""
    shape = {Point: "POINT", LineString: "SURFACE", Polygon: "POLYGON"}[type(geometry)]
    points = geometry.coordinates[0] if isinstance(geometry, Polygon) else list(vertices(geometry))
    said: dict[str, Any] = {"TYPE": shape, "COORDSYS": "EPSG-4326"}
    said["COORD"] = [{"LAT": degrees(lat_deg), "LONG": degrees(lon_deg)} for lon_deg, lat_deg in points]
    return {"NAME": name[:200], **said} if name else said


def _mission(one: ThingShown, account: Account, sending: Sending) -> dict[str, Any]:
    told = one.told("description")
    state = MissionState(one.told("state").get("state", MissionState.REQUESTED))
    given = [account.names.get(uid, uid) for uid, mission in account.assignments.items() if mission == one.id]
    said: dict[str, Any] = {
        "TYPE": _MISSION_TYPE,
        "FREETEXT": told.get("title", ""),
        "ID": one.id,
        "ORG_ID": sending.route.sender,
        "NAME": "#MISSION#",
        "STATUS": crosswalk().mission_status_out[state],
        "START_TIME": stamp(one.began_at),
        "PRIORITY": _PRIORITY.get(str(told.get("urgency", "routine")), "2"),
    }
    if given:
        said["RESOURCE_ID"] = given
    if told.get("geometry") is not None:
        said["POSITION"] = position(msgspec.convert(told["geometry"], Geometry), told.get("place"))
    return said


def _resource(one: ResourceShown, account: Account, sending: Sending) -> dict[str, Any]:
    said: dict[str, Any] = {
        "RTYPE": {"RCLASS": [crosswalk().class_out.get(one.kind, "MAT/VEH")]},
        "ID": account.names.get(one.id, one.id),
        "ORG_ID": sending.route.sender,
        "NAME": one.name,
        "QUANTITY": 1,
        "UM": "OTH/EA",
        "STATUS": crosswalk().emsi_status_out[one.state],
        "NATIONALITY": "FR",
    }
    if one.geometry is not None:
        at = stamp(one.moved_at or one.declared_at)
        said["RGEO"] = [{"DATIME": at, "TYPE": "CUR", "POSITION": [position(one.geometry, None)]}]
    return said
