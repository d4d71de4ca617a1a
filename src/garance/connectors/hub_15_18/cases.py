"""RC-EDA and RS-EDA: a case, read without any health or personal member; and a case of ours written as RC-EDA.

Never read: who called and from where, access and free comments of the place (codes, keys), notes, victims, patients,
medical reason, medical notes and decisions.
What is left is enough to place a case and know its nature (minimisation: GDPR articles 5 and 9, CSP L1110-4).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from garance.connectors.hub_15_18.crosswalk import PERSON_FACT, crosswalk, longest, says_health
from garance.connectors.hub_15_18.members import at, details, each, identifier, moment, place, text
from garance.connectors.hub_15_18.message import Body
from garance.kernel.place import Position
from garance.ports.observation import Reported

Json = Mapping[str, Any]
REFERENCE_VERSION = "2.01.3"
"""Version of the nomenclatures whose codes are sent: the newest that the public samples name."""
_UNREAD = ("initialAlert", "newAlert", "freetext", "patient", "medicalNote", "decision", "additionalInformation")
_UNREAD_QUALIFICATION = ("healthMotive", "victims", "details")


def read_case(body: Body, *, sender: str, sent_at: datetime | None) -> Reported:
    """What is read of RC-EDA or RS-EDA, as it stands when it is sent. `details` says what was not read."""
    content = body.content
    code = text(content, "qualification", "whatsHappen", "code") or ""
    case = identifier(content, "caseId")
    return Reported(
        uid=case,
        at=sent_at or moment(content, "creation"),
        title=_title(content, code),
        nature="other" if says_health(code) else longest(crosswalk().nature_in, code),
        position=place(at(content, "location", "geometry", "point", "coord")),
        address=_address(content.get("location")),
        sender=sender,
        details=_details(content, code),
    )


def _title(content: Json, code: str) -> str:
    told = None if says_health(code) else text(content, "qualification", "whatsHappen", "label", longest=200)
    return told or PERSON_FACT


def _address(location: Any) -> str | None:
    way = text(location, "detailedAddress", "complete") or text(location, "detailedAddress", "wayName", "complete")
    number = text(location, "detailedAddress", "number")
    if way and number and not way.startswith(number):
        way = f"{number} {way}"
    parts = [text(location, "name"), way, text(location, "city", "name")]
    return ", ".join(part for part in parts if part)[:500] or None


def _details(content: Json, code: str) -> dict[str, str]:
    kept = crosswalk().health.risks
    risks = [
        text(one, "label") or "" for one in each(content, "qualification", "riskThreat") if one.get("code") not in kept
    ]
    unread = [name for name in _UNREAD if content.get(name)]
    unread += [name for name in _UNREAD_QUALIFICATION if at(content, "qualification", name)]
    unread += [f"location.{name}" for name in ("access", "freetext") if at(content, "location", name)]
    if len(risks) < len(list(each(content, "qualification", "riskThreat"))):
        unread.append("riskThreat")
    return details(
        code=None if says_health(code) else code,
        created=text(content, "creation"),
        sender_case=text(content, "senderCaseId"),
        place=text(content, "qualification", "locationKind", "label"),
        risks="; ".join(risk for risk in risks if risk),
        insee_code=text(content, "location", "city", "inseeCode"),
        precision=text(content, "location", "geometry", "point", "coord", "precision"),
        not_read=", ".join(sorted(unread)),
    )


def case_content(
    *,
    case_id: str,
    sender_case_id: str,
    created_at: datetime,
    nature: str,
    title: str,
    position: Position | None,
    address: str | None,
    note: str | None,
    placed_at: datetime,
) -> dict[str, Any]:
    """The content of an RC-EDA: nature, place and words that the author wrote for the incident. Nothing of a person.

    Its precision is not known: a point drawn on the map is not one that was measured.
    """
    code, label = crosswalk().nature_out.get(nature, crosswalk().nature_out["other"])
    location: dict[str, Any] = {"locID": f"{case_id}.location", "country": "FR"}
    if address:
        location["detailedAddress"] = {"complete": address}
    if position is not None:
        coord = {"lat": degrees(position.lat_deg), "lon": degrees(position.lon_deg), "precision": "INCONNUE"}
        location["geometry"] = {"datetime": stamp(placed_at), "point": {"coord": coord}}
    return {
        "caseId": case_id,
        "senderCaseId": sender_case_id,
        "creation": stamp(created_at),
        "referenceVersion": REFERENCE_VERSION,
        "qualification": {"whatsHappen": {"code": code, "label": label}},
        "location": location,
        "freetext": [words for words in (title, note) if words],
    }


def stamp(at: datetime) -> str:
    """An instant as the models want it: to the second, UTC said `-00:00`, never `Z`."""
    return at.strftime("%Y-%m-%dT%H:%M:%S") + "-00:00"


def degrees(angle_deg: float) -> float:
    """An angle to the centimetre or so (7 decimals): no longer than partners can read."""
    return round(angle_deg, 7)
