"""Messages of the 15-18-112 hub for tests: an envelope around a content, in JSON, as a partner would send it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from garance.kernel.identity import new_id

SAMU, FIRE = "fr.health.samu170", "fr.fire.sis017"
CASE = f"{SAMU}.DRFR15170260001"


def now() -> datetime:
    """What time it is for a partner."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a partner reads its own clock


def stamp(at: datetime) -> str:
    """An instant as the models want it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + "+00:00"


def enveloped(
    root: str,
    content: dict[str, Any],
    *,
    at: datetime | None = None,
    sender: str = SAMU,
    kind: str = "Report",
    status: str = "Actual",
    headed: bool = True,
    unique: str | None = None,
) -> bytes:
    """That content, from that sender to the fire service."""
    sent_at = stamp(at or now())
    name = f"{sender}_{unique or new_id()}"
    header = {
        "messageId": name,
        "sender": {"name": sender, "URI": f"hubex:{sender}"},
        "sentAt": sent_at,
        "kind": kind,
        "status": status,
        "recipient": [{"name": FIRE, "URI": f"hubex:{FIRE}"}],
    }
    message = {**(header if headed else {}), root: content}
    tree = {
        "distributionID": name,
        "senderID": sender,
        "dateTimeSent": sent_at,
        "dateTimeExpires": stamp((at or now()) + timedelta(days=1)),
        "distributionStatus": status,
        "distributionKind": kind,
        "descriptor": {
            "language": "fr-FR",
            "explicitAddress": {"explicitAddressScheme": "hubex", "explicitAddressValue": FIRE},
        },
        "content": [{"jsonContent": {"embeddedJsonContent": {"message": message}}}],
    }
    return json.dumps(tree).encode()


def case(
    at: datetime, *, code: str = "C04.02.00", label: str = "Incendie d'un bâtiment", **said: Any
) -> dict[str, Any]:
    """The content of an RC-EDA: a fire in Rochefort, with a caller and notes that must not be read."""
    return {
        "caseId": CASE,
        "senderCaseId": "DRFR15170260001",
        "creation": stamp(at),
        "referenceVersion": "2.01.3",
        "qualification": {"whatsHappen": {"code": code, "label": label}},
        "location": {
            "locID": "lieu-1",
            "country": "FR",
            "detailedAddress": {"complete": "12 rue de la République"},
            "city": {"name": "Rochefort", "inseeCode": "17299"},
            "geometry": {
                "datetime": stamp(at),
                "point": {"coord": {"lat": 45.936, "lon": -0.962, "precision": "ADRESSE"}},
            },
        },
        "freetext": ["Madame Martin, 82 ans, diabétique"],
        **said,
    }


def means(at: datetime, state: str, *, position: tuple[float, float] | None = None) -> dict[str, Any]:
    """The content of an RC-RI: one ambulance of the fire service."""
    one: dict[str, Any] = {
        "datetime": stamp(at),
        "resourceId": f"{FIRE}.resource.VSAV1",
        "orgId": FIRE,
        "vehicleType": "SIS",
        "name": "VSAV 1",
        "state": {"datetime": stamp(at), "status": state},
    }
    if position is not None:
        one["position"] = {"datetime": stamp(at), "coord": {"lat": position[0], "lon": position[1]}}
    return {"caseId": CASE, "resource": [one]}


def emsi(
    at: datetime,
    *,
    scale: str = "3",
    status: str = "IPR",
    trend: str = "NCREA",
    mission: str = "IPR",
    red: int = 1,
    mode: str = "ACTUAL",
    name: str = "Feu d'habitation",
) -> dict[str, Any]:
    """The content of an EMSI about the same case: gravity, trend, one mission, one means, counts."""
    return {
        "CONTEXT": {
            "ID": new_id(),
            "MODE": mode,
            "MSGTYPE": "UPDATE",
            "CREATION": stamp(at),
            "LEVEL": "OPR",
            "SECLASS": "RESTRC",
            "ORIGIN": {"ORG_ID": SAMU, "USER_ID": "samu170", "NAME": "SAMU 17"},
        },
        "EVENT": {
            "ID": "DRFR15170260001",
            "NAME": name,
            "MAIN_EVENT_ID": CASE,
            "ETYPE": {"CATEGORY": ["FIR/UKN"], "ACTOR": ["PPL"], "LOCTYPE": ["OTH"], "ENV": "DIS/FIRE"},
            "SOURCE": "COMFOR",
            "SCALE": scale,
            "CERTAINTY": 90,
            "DECL_DATIME": stamp(at),
            "OCC_DATIME": stamp(at),
            "OBS_DATIME": stamp(at),
            "STATUS": status,
            "RISK_ASSESMENT": trend,
            "CASUALTIES": [{"CONTEXT": "REQ_ACTION", "DATIME": stamp(at), "TRIAGERED": red, "TRIAGEBLACK": 0}],
        },
        "MISSION": [
            {
                "TYPE": "FFST/FR_FIRE",
                "ID": "M1",
                "ORG_ID": FIRE,
                "NAME": "#MISSION#",
                "STATUS": mission,
                "START_TIME": stamp(at),
                "RESOURCE_ID": [f"{FIRE}.resource.FPT1"],
            }
        ],
        "RESOURCE": [
            {
                "RTYPE": {"RCLASS": ["MAT/VEH/ROADVE/FRFGTN"]},
                "ID": f"{FIRE}.resource.FPT1",
                "ORG_ID": FIRE,
                "NAME": "FPT 1",
                "QUANTITY": 1,
                "UM": "OTH/EA",
                "STATUS": "IN_USE/ON_SCENE",
            }
        ],
    }
