"""EMSI (ISO TR 22351): situation, missions and means of a case; and ours written so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from garance.connectors.hub_15_18.crosswalk import crosswalk, kind_named, longest
from garance.connectors.hub_15_18.members import (
    at,
    cut,
    details,
    each,
    identifier,
    moment,
    place,
    text,
    whole,
    words_of,
)
from garance.connectors.hub_15_18.message import Body
from garance.domain.incidents.facts import Evolution
from garance.domain.resources.facts import ResourceStatus
from garance.domain.taskings.facts import MissionState
from garance.kernel.label import Mode
from garance.kernel.place import Geometry, LineString, Point, Polygon, Position
from garance.ports.observation import Counted, Drawn, Engaged, Reported, Tasked

Json = Mapping[str, Any]
MAX_VERTICES = 20_000
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
MODES = {Mode.ACTUAL: "ACTUAL", Mode.EXERCISE: "EXERCS", Mode.TEST: "TEST"}


def read_emsi(body: Body, *, sender: str, sent_at: datetime | None) -> Iterator[Reported | Drawn]:
    """The case with its missions, means and counts, then the zones of its geography.

    The comment of a mission of care is not read, nor the contacts of a means.
    """
    context, said = at(body.content, "CONTEXT"), at(body.content, "EVENT")
    case = identifier(said, "ID")
    position, address = _where(body.content)
    category = next(iter(words_of(said, "ETYPE", "CATEGORY")), "")
    yield Reported(
        uid=_case_uid(said) or case,
        at=sent_at or moment(said, "OBS_DATIME") or moment(context, "CREATION"),
        title=text(said, "NAME", longest=200) or case,
        nature=longest(crosswalk().category_in, category),
        severity=text(said, "SCALE"),
        evolution=_evolution(said),
        text="" if category.startswith("HLT") else _words(context, said),
        position=position,
        address=address,
        sender=text(context, "ORIGIN", "ORG_ID") or sender,
        closed=text(said, "STATUS") == "COM" or text(context, "MSGTYPE") == "CANCEL",
        resources=tuple(_engaged(one) for one in each(body.content, "RESOURCE")),
        missions=tuple(_tasked(one) for one in each(body.content, "MISSION")),
        counts=tuple(_counted(said)),
        details=_details(context, said, case),
    )
    yield from _zones(said, case)


def _words(context: Any, said: Any) -> str:
    return cut("\n".join(part for part in (text(context, "FREETEXT"), text(said, "FREETEXT")) if part))


_TRENDS = {"NCREA": Evolution.WORSENING, "DECREA": Evolution.IMPROVING, "STABLE": Evolution.STABLE}
_STATUSES = {"NST": Evolution.REPORTED, "IPR": Evolution.CONFIRMED, "COM": Evolution.OVER}


def _evolution(said: Any) -> Evolution | None:
    """From its trend while it runs, else from its status."""
    status, trend = text(said, "STATUS") or "", text(said, "RISK_ASSESMENT") or ""
    return _STATUSES.get(status) if status == "COM" else _TRENDS.get(trend, _STATUSES.get(status))


def _case_uid(said: Any) -> str | None:
    return text(said, "MAIN_EVENT_ID", longest=256)


def _details(context: Any, said: Any, case: str) -> dict[str, str]:
    return details(
        emsi_id=case,
        category=", ".join(words_of(said, "ETYPE", "CATEGORY"))[:200],
        environment=text(said, "ETYPE", "ENV"),
        status=text(said, "STATUS"),
        trend=text(said, "RISK_ASSESMENT"),
        certainty_percent=whole(said, "CERTAINTY"),
        observed=text(said, "OBS_DATIME"),
        declared=text(said, "DECL_DATIME"),
        occurred=text(said, "OCC_DATIME"),
        message=text(context, "ID"),
        message_type=text(context, "MSGTYPE"),
        level=text(context, "LEVEL"),
        security=text(context, "SECLASS"),
        urgency=text(context, "URGENCY"),
    )


def _where(content: Json) -> tuple[Position | None, str | None]:
    places = [at(one, "POSITION") for one in each(content, "EVENT", "EGEO")]
    places += [at(one, "POSITION") for one in each(content, "MISSION")]
    positions = (_position(one) for one in places)
    addresses = (next(iter(words_of(one, "ADDRESS")), None) or text(one, "NAME") for one in places)
    return next(filter(None, positions), None), next(filter(None, addresses), None)


def _position(held: Any) -> Position | None:
    coordinates = list(each(held, "COORD"))
    return place(coordinates[0], lat="LAT", lon="LONG") if coordinates else None


def _engaged(one: Json) -> Engaged:
    classes = words_of(one, "RTYPE", "RCLASS")
    status = text(one, "STATUS") or ""
    uid = _tidy(identifier(one, "ID"))
    current = [held for geo in each(one, "RGEO") if geo.get("TYPE") == "CUR" for held in each(geo, "POSITION")]
    return Engaged(
        uid=uid,
        name=text(one, "NAME", longest=120) or uid,
        kind=_kind(classes[0] if classes else "", text(one, "NAME") or ""),
        state=crosswalk().emsi_status_in.get(status, ResourceStatus.ENGAGED).value,
        position=next(filter(None, map(_position, current)), None),
        owner=text(one, "ORG_ID", longest=120),
        details=details(
            status=status,
            classes=", ".join(classes)[:200],
            capability=", ".join(words_of(one, "RTYPE", "CAPABILITY"))[:200],
            quantity=str(one["QUANTITY"]) if "QUANTITY" in one else None,
        ),
    )


def _kind(code: str, name: str) -> str:
    """From its class; from the letters of its name when the class says no more than a vehicle."""
    found = longest(crosswalk().class_in, code) or "other"
    return kind_named(name, found) if found in ("vehicle", "other") else found


def _tidy(uid: str) -> str:
    """`77_22247# VSAV1` and `77_22247#VSAV1` are one vehicle in the samples: missions and means must meet."""
    return "".join(uid.split()) or uid


def _tasked(one: Json) -> Tasked:
    kind, status = text(one, "TYPE") or "", text(one, "STATUS") or ""
    named = crosswalk().mission_type.get(kind, kind or "Mission")
    care = kind.startswith(crosswalk().health.missions)
    comment = None if care else text(one, "FREETEXT", longest=200)
    return Tasked(
        uid=identifier(one, "ID"),
        title=f"{named} : {comment}" if comment else named,
        state=crosswalk().mission_status_in.get(status, MissionState.REQUESTED).value,
        resources=tuple(_tidy(uid)[:256] for uid in words_of(one, "RESOURCE_ID")),
        details=details(
            name=text(one, "NAME", longest=200),
            type=kind,
            status=status,
            owner=text(one, "ORG_ID"),
            priority=text(one, "PRIORITY"),
            starts=text(one, "START_TIME"),
            ends=text(one, "END_TIME"),
            main=text(one, "MAIN_MISSION_ID"),
            not_read="FREETEXT" if care and one.get("FREETEXT") else None,
        ),
    )


def _counted(said: Any) -> Iterator[Counted]:
    """What the latest count of victims and of evacuations says, by category of our balance."""
    counts: dict[str, int] = {}
    for name in ("CASUALTIES", "EVAC"):
        latest = max(each(said, name), key=lambda one: moment(one, "DATIME") or _LONG_AGO, default={})
        for member, category in crosswalk().counts_in.items():
            found = whole(latest, member)
            if found is not None:
                counts[category] = counts.get(category, 0) + found
    yield from (Counted(category=category, count=count) for category, count in counts.items())


def _zones(said: Any, case: str) -> Iterator[Drawn]:
    for rank, one in enumerate(each(said, "EGEO"), 1):
        geometry = _geometry(at(one, "POSITION"))
        kind = text(one, "TYPE") or ""
        if geometry is not None:
            yield Drawn(
                uid=f"{case[:240]}/egeo/{rank}",
                at=moment(one, "DATIME"),
                geometry=geometry,
                kind=crosswalk().zone_in.get(kind, "note"),
                name=text(one, "POSITION", "NAME", longest=120) or kind,
                note=text(one, "FREETEXT"),
                details=details(type=kind, weather=", ".join(words_of(one, "WEATHER"))[:200]),
            )


def _geometry(held: Any) -> Geometry | None:
    """POINT, a line (SURFACE in the table) or a closed one; circles, grids and ellipses keep their first point."""
    found = [place(one, lat="LAT", lon="LONG") for one in list(each(held, "COORD"))[:MAX_VERTICES]]
    points = [(one.lon_deg, one.lat_deg) for one in found if one is not None]
    if not points or len(points) != len(found):
        return None
    shape = (text(held, "TYPE") or "POINT").upper()
    if shape == "POLYGON" and len(set(points)) >= 3:
        ring = points if points[0] == points[-1] else [*points, points[0]]
        return Polygon(coordinates=[ring])
    if shape in ("SURFACE", "LINE") and len(set(points)) >= 2:
        return LineString(coordinates=points)
    return Point(coordinates=points[0])
