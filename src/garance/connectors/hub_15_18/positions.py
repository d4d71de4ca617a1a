"""GEO-POS, GEO-REQ and GEO-RES: where vehicles are, and what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from garance.connectors.hub_15_18.cases import degrees, stamp
from garance.connectors.hub_15_18.crosswalk import crosswalk, kind_named
from garance.connectors.hub_15_18.members import cut, details, each, identifier, moment, number, place, text, words_of
from garance.connectors.hub_15_18.message import Body
from garance.connectors.hub_15_18.resources import KPH
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.observation import Located, Said


def read_positions(body: Body) -> Iterator[Located]:
    """GEO-POS, one by one; refuses `hub-message-invalid` a position that is not on Earth."""
    for rank, one in enumerate(each(body.content, "position")):
        position = place(one.get("coord"))
        if position is None:
            wanted = "a latitude of -90 to 90 and a longitude of -180 to 180"
            raise Refused("hub-message-invalid", field=f"position[{rank}].coord", detail={"wanted": wanted})
        uid = identifier(one, "resourceId")
        name, engaged = uid.rpartition(".")[2], text(one, "engagedStatus")
        speed_kph, course_deg = number(one, "speed"), number(one, "cap")
        yield Located(
            uid=uid,
            at=moment(one, "datetime"),
            position=position,
            altitude_m=number(one, "coord", "height"),
            speed_mps=speed_kph / KPH if speed_kph is not None and speed_kph >= 0 else None,
            course_deg=course_deg % 360 if course_deg is not None else None,
            name=name,
            kind=kind_named(name),
            team=uid.partition(".resource.")[0],
            details=details(
                move=text(one, "move"),
                status=text(one, "status"),
                engaged_status=engaged,
                state=crosswalk().engaged_status.get(engaged or ""),
            ),
        )


def read_description(body: Body, *, sender: str, at: datetime | None, message: str) -> Said:
    """GEO-RES: what vehicles are, in words. Phone numbers and radio addresses are not read."""
    lines = [
        " · ".join(
            part
            for part in (
                text(one, "resourceId"),
                text(one, "name"),
                text(one, "resourceType"),
                text(one, "nature"),
                text(one, "mobility"),
                text(one, "capacity"),
            )
            if part
        )
        for one in each(body.content, "resource")
    ]
    return Said(uid=message, at=at, text=cut("Moyens décrits :\n" + "\n".join(lines)), sender=sender)


def read_request(body: Body, *, sender: str, at: datetime | None, message: str) -> Said:
    """GEO-REQ: somebody asks what vehicles are."""
    asked = words_of(body.content, "resourceId")
    return Said(uid=message, at=at, text=cut("Description demandée des moyens : " + ", ".join(asked)), sender=sender)


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A position of one of our vehicles. `uid` is `{org}.resource.{id}`; `speed_mps` over the ground, `course_deg`."""

    uid: str
    at: datetime
    position: Position
    speed_mps: float | None = None
    course_deg: float | None = None


def positions_content(fixes: Sequence[Fix]) -> dict[str, Any]:
    """The content of a GEO-POS, one position or more."""
    return {"position": [_position(one) for one in fixes]}


def _position(one: Fix) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "resourceId": one.uid,
        "datetime": stamp(one.at),
        "coord": {"lat": degrees(one.position.lat_deg), "lon": degrees(one.position.lon_deg)},
    }
    if one.speed_mps is not None:
        said |= {"speed": round(one.speed_mps * KPH, 1), "move": "MOBILE" if one.speed_mps > 0.5 else "STATIQUE"}
    return said | ({"cap": round(one.course_deg, 1)} if one.course_deg is not None else {})
