"""What AIS sentences say (NMEA 0183 `!AIVDM`, ITU-R M.1371-5), read by `pyais`.

A ship tells its place and its name in different messages, and long ones come in parts: the decoder remembers both, for
so many things at most. AIS gives the second of the minute only: the time of an observation is the one that a receiver
wrote in the tag block, or that a base station tells of itself, else None. Speeds come in knots.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from pyais.constants import COUNTRY_MAPPING
from pyais.exceptions import AISBaseException
from pyais.messages import AISSentence, NMEASentence, NMEASentenceFactory

from garance.connectors import mobiles
from garance.connectors.members import (
    Remembered,
    altitude,
    course,
    details,
    from_epoch,
    name_of,
    number,
    speed,
    within,
    words,
)
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.kernel.units import mps_from_knots
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located, Observation, Said

MAX_BYTES = 1 << 16
MAX_SHIPS = 20_000
MAX_PARTS = 64
_UNREADABLE = (AISBaseException, ValueError, TypeError, IndexError, KeyError, OverflowError, AttributeError)
_NO_SPEED = {9: 1023.0}
_NO_SPEED_KNOTS, _NO_COURSE_DEG, _NO_HEADING_DEG, _NO_ALTITUDE_M = 102.3, 360.0, 511.0, 4095.0
_DISTRESS = 14
_ACCURATE_M = 10.0
_PLACED = {1, 2, 3, 4, 9, 11, 18, 19, 21, 27}
_DATE = ("year", "month", "day", "hour", "minute", "second")
_KEPT = {"destination": "destination", "callsign": "callsign", "imo": "imo", "draught": "draught_m"}


class Ship(msgspec.Struct, frozen=True, kw_only=True):
    """What a ship says of itself now and then (données statiques)."""

    name: str | None = None
    type: int | None = None
    beside: Mapping[str, str] = {}


class AisDecoder:
    """Holds what ships said of themselves, 20 000 at most, and 64 long messages that still lack a part."""

    def __init__(self) -> None:
        self._ships: Remembered[Ship] = Remembered(MAX_SHIPS)
        self._parts: Remembered[dict[int, AISSentence]] = Remembered(MAX_PARTS)
        self._distress: Remembered[bool] = Remembered(1000)

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What the sentences of a frame say. Sentences of other instruments and comments are passed over.

        Refuses `frame-too-large`, `ais-malformed`, `checksum-wrong`: with several sentences, only when none is good.
        """
        if len(frame.data) > MAX_BYTES:
            raise Refused("frame-too-large", detail={"bytes": len(frame.data), "limit": MAX_BYTES})
        found: list[Observation] = []
        good, wrong = 0, None
        for line in frame.data.splitlines():
            try:
                found.extend(self._line(line.strip()))
                good += 1
            except Refused as why:
                wrong = wrong or why
        if wrong is not None and not good:
            raise wrong
        return found

    def _line(self, line: bytes) -> Sequence[Observation]:
        if b"VDM," not in line and b"VDO," not in line:
            return ()
        try:
            sentence = NMEASentenceFactory.produce(line)
        except _UNREADABLE as problem:
            raise Refused("ais-malformed") from problem
        if not isinstance(sentence, AISSentence):
            return ()
        if not sentence.is_valid:
            raise Refused("checksum-wrong")
        whole = self._whole(sentence)
        if whole is None or not whole.payload:
            return ()
        said = _members(whole)
        at, station = _received(sentence)
        return list(self._said(said, at, {"source": "ais", "station": station}))

    def _whole(self, sentence: AISSentence) -> AISSentence | None:
        """The message once its last part came; the parts of one come on one channel under one number."""
        if sentence.frag_cnt == 1:
            return sentence
        key = f"{sentence.seq_id}/{sentence.channel}/{sentence.frag_cnt}"
        parts = {**(self._parts.get(key) or {}), sentence.frag_num: sentence}
        if len(parts) < sentence.frag_cnt:
            self._parts.put(key, parts)
            return None
        self._parts.pop(key)
        whole = AISSentence.assemble_from_iterable([parts[part] for part in sorted(parts)])
        return whole

    def _said(self, said: Mapping[str, Any], at: datetime | None, beside: Mapping[str, Any]) -> Iterator[Observation]:
        kind, uid = said["msg_type"], f"{said['mmsi']:09d}" if isinstance(said["mmsi"], int) else words(said["mmsi"])
        if kind in (5, 19, 24):
            self._remember(uid, said)
        if kind in (12, 14):
            text = words(said.get("text"))
            if text:
                yield Said(uid=uid, at=at, text=text, sender=self._name(uid) or uid, details=details(dict(beside)))
            return
        where = _position(said)
        if where is None:
            return
        yield from self._distressed(uid, said, at, where)
        yield self._located(uid, said, _own_time(said) or at, where, beside)

    def _name(self, uid: str) -> str | None:
        ship = self._ships.get(uid)
        return None if ship is None else ship.name

    def _remember(self, uid: str, said: Mapping[str, Any]) -> None:
        known = self._ships.get(uid) or Ship()
        beside = details({ours: said.get(theirs) for theirs, ours in _KEPT.items() if said.get(theirs)})
        length = (number(said.get("to_bow")) or 0) + (number(said.get("to_stern")) or 0)
        if length:
            beside["length_m"] = words(length)
        ship_type = said.get("ship_type")
        self._ships.put(
            uid,
            Ship(
                name=name_of(said.get("shipname")) or known.name,
                type=int(ship_type) if isinstance(ship_type, int) and ship_type else known.type,
                beside={**known.beside, **beside},
            ),
        )

    def _distressed(self, uid: str, said: Mapping[str, Any], at: datetime | None, where: Position) -> Iterator[Alarmed]:
        """A transmitter of distress (AIS-SART, man overboard, EPIRB) says « active »; its test is no alarm."""
        status = said.get("status") if said["msg_type"] in (1, 2, 3) else None
        beacon = uid.startswith(("970", "972", "974"))
        active = status == _DISTRESS and beacon
        if active or (beacon and self._distress.pop(uid)):
            if active:
                self._distress.put(uid, True)
            text = "AIS-SART" if uid.startswith("970") else "MOB" if uid.startswith("972") else "EPIRB"
            yield Alarmed(uid=uid, at=at, alarm=Alarm.EMERGENCY, active=active, text=text, position=where)

    def _located(
        self, uid: str, said: Mapping[str, Any], at: datetime | None, where: Position, beside: Mapping[str, Any]
    ) -> Located:
        ship, kind = self._ships.get(uid) or Ship(), said["msg_type"]
        knots, turned = number(said.get("speed")), number(said.get("course"))
        known = knots is not None and knots < _NO_SPEED.get(kind, _NO_SPEED_KNOTS if kind != 27 else 63.0)
        over = number(said.get("alt")) if kind == 9 else None
        return Located(
            uid=uid,
            at=at,
            position=where,
            altitude_m=altitude(over) if over is not None and over < _NO_ALTITUDE_M else None,
            accuracy_m=_ACCURATE_M if said.get("accuracy") else None,
            speed_mps=speed(mps_from_knots(knots)) if known and knots is not None else None,
            course_deg=course(turned) if turned is not None and turned < _NO_COURSE_DEG else None,
            name=ship.name or name_of(said.get("name")),
            kind=_kind(uid, kind, ship),
            details=details({**beside, **_beside(uid, said), **ship.beside}),
        )


def _members(sentence: AISSentence) -> Mapping[str, Any]:
    try:
        return sentence.decode().asdict(enum_as_int=True)
    except _UNREADABLE as problem:
        raise Refused("ais-malformed") from problem


def _received(sentence: NMEASentence) -> tuple[datetime | None, str]:
    """When and by whom a sentence was received, if a sound tag block says so."""
    block = sentence.tag_block
    if block is None:
        return None, ""
    block.init()
    if not block.is_valid:
        return None, ""
    count = number(block.receiver_timestamp)
    station = words(block.source_station, limit=40)
    try:
        return (None if count is None else from_epoch(count, field="tag-block")), station
    except Refused:
        return None, station


def _position(said: Mapping[str, Any]) -> Position | None:
    lat, lon = number(said.get("lat")), number(said.get("lon"))
    if said["msg_type"] not in _PLACED or lat is None or lon is None:
        return None
    if within(lat, -90, 90) is None or within(lon, -180, 180) is None:
        return None  # 91 and 181: not available
    return Position(lon_deg=lon, lat_deg=lat)


def _own_time(said: Mapping[str, Any]) -> datetime | None:
    """A base station tells the whole date."""
    if said["msg_type"] not in (4, 11):
        return None
    try:
        year, month, day, hour, minute, second = (int(said[part]) for part in _DATE)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, TypeError, KeyError):
        return None


def _kind(uid: str, message: int, ship: Ship) -> str:
    table = mobiles.mobiles().ais
    if uid.startswith(("970", "972", "974")):
        return table.distress
    if message in (4, 11):
        return table.station
    if message == 9:
        return table.search_and_rescue
    return table.aid if message == 21 else mobiles.ship(ship.type)


def _beside(uid: str, said: Mapping[str, Any]) -> dict[str, Any]:
    identity = uid[2:] if uid.startswith(("00", "98", "99")) else uid.removeprefix("111").removeprefix("0")
    country = COUNTRY_MAPPING.get(int(identity[:3])) if identity[:3].isdigit() else None
    second, heading = number(said.get("second")), number(said.get("heading"))
    return {
        "country": None if country is None else country[0],
        "message": said["msg_type"],
        "navigation_status": said.get("status"),
        "heading_deg": heading if heading is not None and heading < _NO_HEADING_DEG else None,
        "utc_second": said.get("second") if second is not None and second < 60 else None,
        "off_position": said.get("off_position"),
        "aid_type": said.get("aid_type"),
    }
