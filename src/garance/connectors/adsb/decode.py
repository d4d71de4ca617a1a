"""What ADS-B receivers say: the `aircraft.json` of readsb and dump1090, and decoded messages as JSON objects.

In `aircraft.json` altitudes are in feet, speeds in knots, vertical rates in feet a minute; `now` less `seen_pos` is
when the position was so. Decoded messages (those of `traffic` and of `jet1090`) use the same units under longer names
and each says one thing only: the decoder remembers the others, for so many aircraft at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from garance.connectors import mobiles
from garance.connectors.members import (
    Members,
    Remembered,
    altitude,
    course,
    details,
    from_epoch,
    name_of,
    number,
    objects,
    position,
    read_json,
    speed,
    words,
)
from garance.kernel.refusal import Refused
from garance.kernel.units import metres_from_feet, mps_from_knots
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located, Observation

MAX_BYTES = 8 << 20
MAX_AIRCRAFT = 20_000
SQUAWKS: Mapping[str, tuple[Alarm, str]] = {
    "7500": (Alarm.EMERGENCY, "squawk 7500"),
    "7600": (Alarm.OTHER, "squawk 7600"),
    "7700": (Alarm.EMERGENCY, "squawk 7700"),
}
"""The transponder codes of unlawful interference, of a lost radio and of distress (ICAO doc 4444, 8.5.4)."""

FRESH = timedelta(seconds=15)
"""How long a speed said apart still goes with a position."""

FAR_FEET = 5_000.0
"""How far the two altitudes of an aircraft may be from one another before the one of its satellites is not believed."""

_ABOVE, _PRESSED = ("alt_geom", "geoaltitude"), ("alt_baro", "altitude")
_KEPT = {
    "type": "origin", "category": "category", "r": "registration", "t": "aircraft_type", "squawk": "squawk",
    "emergency": "emergency", "nac_p": "nac_p", "rssi": "rssi_db", "vertical_rate": "climb_ft_min",
    "baro_rate": "climb_ft_min", "flight_id": "flight", "typecode": "aircraft_type",
}  # fmt: skip


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What an aircraft said last, apart from where it is."""

    name: str | None = None
    category: str | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    moved_at: datetime | None = None
    squawk: str | None = None


class AdsbDecoder:
    """Holds what 20 000 aircraft at most said of themselves. A position older than `oldest_s` seconds is not given."""

    def __init__(self, *, oldest_s: float = 60.0) -> None:
        self._oldest_s = oldest_s
        self._known: Remembered[Known] = Remembered(MAX_AIRCRAFT)

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a frame says: alarms when they begin and end, and where each aircraft is.

        Refuses `json-malformed`, `json-too-deep`, `frame-too-large`, `value-wrong`, and, only when nothing else is
        good, what is wrong with the first aircraft.
        """
        value = read_json(frame.data, most_bytes=MAX_BYTES)
        now: datetime | None = None
        if isinstance(value, Mapping) and "aircraft" in value:
            count = number(value.get("now"))
            now, value = (None if count is None else from_epoch(count, field="now")), value["aircraft"]
        found: list[Observation] = []
        good, wrong = 0, None
        for said in objects(value, most=MAX_AIRCRAFT):
            try:
                found.extend(self._one(said, now))
                good += 1
            except Refused as why:
                wrong = wrong or why
        if wrong is not None and not good:
            raise wrong
        return found

    def _one(self, said: Members, now: datetime | None) -> Iterator[Observation]:
        uid = words(said.get("hex") or said.get("icao24"), limit=12).lower()
        if not uid:
            raise Refused("field-missing", field="hex")
        age_s = number(said.get("seen_pos"))
        at = _instant(said, now, age_s)
        known = self._learn(uid, said, at)
        placed = said.get("lat", said.get("latitude")), said.get("lon", said.get("longitude"))
        where = None if placed[0] is None and placed[1] is None else position(*placed)
        if age_s is not None and age_s > self._oldest_s:
            where = None
        yield from self._alarmed(uid, known, said, at, where)
        if where is not None:
            high_m = _altitude(said)
            yield Located(
                uid=uid,
                at=at,
                position=where,
                altitude_m=high_m,
                speed_mps=known.speed_mps,
                course_deg=known.course_deg,
                name=known.name,
                kind=mobiles.aircraft(known.category),
                details=_beside(said, known, age_s, high_m),
            )

    def _learn(self, uid: str, said: Members, at: datetime | None) -> Known:
        before = self._known.get(uid) or Known()
        knots, turned = number(said.get("gs", said.get("groundspeed"))), number(said.get("track"))
        stale = at is None or before.moved_at is None or not timedelta() <= at - before.moved_at <= FRESH
        moving = knots is not None or turned is not None
        known = Known(
            name=_callsign(said) or before.name,
            category=words(said.get("category"), limit=2).upper() or before.category,
            speed_mps=(None if stale else before.speed_mps) if knots is None else speed(mps_from_knots(knots)),
            course_deg=(None if stale else before.course_deg) if turned is None else course(turned),
            moved_at=at if moving else before.moved_at,
            squawk=before.squawk,
        )
        self._known.put(uid, known)
        return known

    def _alarmed(self, uid: str, known: Known, said: Members, at: datetime | None, where: Any) -> Iterator[Alarmed]:
        """The alarm that a transponder code is, said when it begins, changes and ends."""
        squawk = words(said.get("squawk"), limit=6).zfill(4)
        if said.get("squawk") is None or squawk == known.squawk:
            return
        self._known.put(uid, msgspec.structs.replace(known, squawk=squawk))
        ended, begun = SQUAWKS.get(known.squawk or ""), SQUAWKS.get(squawk)
        if said.get("alert") is True and begun is None and ended is None:
            return
        for which, active in ((ended, False), (begun, True)):
            if which is not None:
                yield Alarmed(
                    uid=uid, at=at, alarm=which[0], active=active, text=which[1], name=known.name, position=where
                )


def _instant(said: Members, now: datetime | None, age_s: float | None) -> datetime | None:
    if now is not None:
        return now - timedelta(seconds=min(max(age_s or 0.0, 0.0), 86_400.0))
    count = number(said.get("timestamp"))
    return None if count is None else from_epoch(count, field="timestamp")


def _callsign(said: Members) -> str | None:
    inside = said.get("bds20")
    spoken = (
        said.get("flight") or said.get("callsign") or (inside.get("callsign") if isinstance(inside, dict) else None)
    )
    return name_of(words(spoken, limit=20).strip("_ @"))


def _geometric(said: Members) -> bool:
    """Whether its satellites say the altitude: not when they are far from its barometer, which is hardly ever wrong."""
    above, pressed = (number(said.get(one, said.get(other))) for one, other in (_ABOVE, _PRESSED))
    return above is not None and (pressed is None or abs(above - pressed) <= FAR_FEET)


def _altitude(said: Members) -> float | None:
    """Above the ellipsoid when the aircraft says it, else by its barometer; None on the ground."""
    one, other = _ABOVE if _geometric(said) else _PRESSED
    feet = number(said.get(one, said.get(other)))
    return None if feet is None else altitude(metres_from_feet(feet))


def _beside(said: Members, known: Known, age_s: float | None, high_m: float | None) -> dict[str, str]:
    ground = said.get("alt_baro") == "ground" or said.get("onground") is True or said.get("bds") == "06"
    kept = {ours: said.get(theirs) for theirs, ours in _KEPT.items() if said.get(theirs) is not None}
    if known.category:
        kept["category"] = known.category
    return details(
        {
            "source": "adsb",
            "age_s": age_s,
            "on_ground": ground or None,
            "altitude_of": None if high_m is None else "ellipsoid" if _geometric(said) else "barometer",
            **kept,
        }
    )
