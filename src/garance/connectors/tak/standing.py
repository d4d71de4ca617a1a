"""What this node shows to TAK clients, as messages: what stands is kept, to be said again before it is stale. Pure.

Units fall silent with what follows them; drawings and alarms stand until they are taken back. An exercise says so in
every name and in every remark (see `encode`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from garance.connectors.tak.cot import Cot, write_xml
from garance.connectors.tak.encode import alert, chat_line, drawing, removal, uid_of, unit
from garance.kernel.label import Mode
from garance.ports.observation import Alarm
from garance.ports.outgoing import AlarmOut, Gone, Outgoing, ShapeOut, UnitOut, WordsOut

UNIT_STANDS_S, SHAPE_STANDS_S, ALARM_STANDS_S, WORDS_STAND_S = 300.0, 3_600.0, 3_600.0, 86_400.0
"""How long each is vouched for."""
AGAIN = 3
"""How many times each is said within that time."""
_ALARM_NAME = 60
_URGENT, _AMENDED = "URGENT : ", {"corrected": "RECTIFIÉ : ", "struck": "ANNULÉ : "}

Known = Mapping[str, str]
"""Who is there: uid, and call sign."""


class _Kept(msgspec.Struct):
    """Something that stands, and when it is to be said again."""

    feed: str
    one: UnitOut | ShapeOut | AlarmOut
    mode: Mode
    due: datetime


class Standing:
    """Everything shown now, by the identifier that it has here; an alarm beside the line that it is about."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def told(self, feed: str, one: Outgoing, mode: Mode, *, at: datetime, known: Known) -> list[Cot]:
        """What to say to clients, nothing when it concerns none of those `known`."""
        match one:
            case UnitOut():
                return self._keep(one.resource.id, _Kept(feed, one, mode, at), at)
            case ShapeOut():
                return self._keep(one.shape.id, _Kept(feed, one, mode, at), at)
            case AlarmOut():
                return self._alarm(feed, one, mode, at)
            case WordsOut():
                return list(_words(feed, one, mode, at, known))
            case Gone():
                return [removal(uid_of(one.id), at=at)] if self._kept.pop(one.id, None) is not None else []

    def _alarm(self, feed: str, one: AlarmOut, mode: Mode, at: datetime) -> list[Cot]:
        if one.active:
            return self._keep(f"{one.id} alarm", _Kept(feed, one, mode, at), at)
        return [_alert(one, mode, at)] if self._kept.pop(f"{one.id} alarm", None) is not None else []

    def _keep(self, name: str, kept: _Kept, at: datetime) -> list[Cot]:
        self._kept[name] = kept
        return _said(kept, at)

    def withdrawn(self, feed: str, *, at: datetime) -> Iterator[Cot]:
        """What to say so that clients no longer see anything of that feed."""
        for name in [name for name, kept in self._kept.items() if kept.feed == feed]:
            kept = self._kept.pop(name)
            if isinstance(kept.one, AlarmOut):
                yield _alert(msgspec.structs.replace(kept.one, active=False), kept.mode, at)
            else:
                yield removal(uid_of(name), at=at)

    def due(self, at: datetime, most: int) -> list[Cot]:
        """What is to be said again now, so many at most: units and drawings that stand still grow old otherwise."""
        found: list[Cot] = []
        for kept in [kept for kept in self._kept.values() if kept.due <= at][:most]:
            found += _said(kept, at)
        return found

    def lasting(self, at: datetime) -> Iterator[Cot]:
        """Drawings and alarms, for a client that has just come: it is told of units by the relay."""
        for name in list(self._kept):
            kept = self._kept.get(name)  # what was taken back while the client was reading is not said to it
            if kept is not None and not isinstance(kept.one, UnitOut):
                yield from _said(kept, at, again=False)

    def all_due(self, at: datetime) -> None:
        """Have everything said again: those who listen are others."""
        for kept in self._kept.values():
            kept.due = at


def root_of(cot: Cot) -> bytes:
    """That message as a root element of XML, without declaration."""
    written = write_xml(cot)
    return written[written.index(b"\n") + 1 :]


def _said(kept: _Kept, at: datetime, *, again: bool = True) -> list[Cot]:
    stands_s = UNIT_STANDS_S
    cot: Cot | None
    match kept.one:
        case UnitOut() as one:
            cot = _unit(one, kept.mode, at)
        case ShapeOut() as one:
            stands_s = SHAPE_STANDS_S
            cot = drawing(one.shape, at=at, stale_after_s=stands_s, mode=kept.mode)
        case AlarmOut() as one:
            stands_s = ALARM_STANDS_S
            cot = _alert(one, kept.mode, at)
    if again:
        kept.due = at + timedelta(seconds=stands_s / AGAIN)
    return [cot] if cot is not None and cot.stale > at else []


def _unit(one: UnitOut, mode: Mode, at: datetime) -> Cot | None:
    located = one.located
    if located is not None and located.stale_at is None:
        located = msgspec.structs.replace(
            located, stale_at=located.at and located.at + timedelta(seconds=UNIT_STANDS_S)
        )
    return unit(one.resource, at=at, stale_after_s=UNIT_STANDS_S, located=located, mode=mode)


def _alert(one: AlarmOut, mode: Mode, at: datetime) -> Cot:
    return alert(
        Alarm.OTHER,
        identifier=one.id,
        name=one.text if len(one.text) <= _ALARM_NAME else one.text[: _ALARM_NAME - 1] + "…",
        position=one.position,
        at=at,
        stale_after_s=ALARM_STANDS_S,
        active=one.active,
        mode=mode,
    )


def _words(feed: str, one: WordsOut, mode: Mode, at: datetime, known: Known) -> Iterator[Cot]:
    text = _AMENDED.get(one.amends or "", "") + (_URGENT if one.urgent else "") + one.text
    sender_uid = uid_of(feed)
    if one.recipient is None:
        yield chat_line(
            text,
            message_id=one.id,
            sender=one.sender,
            sender_uid=sender_uid,
            at=at,
            stale_after_s=WORDS_STAND_S,
            mode=mode,
        )
        return
    for uid, callsign in known.items():
        if _plain(callsign) == _plain(one.recipient):
            yield chat_line(
                text,
                message_id=one.id,
                sender=one.sender,
                sender_uid=sender_uid,
                at=at,
                stale_after_s=WORDS_STAND_S,
                room=callsign,
                room_id=uid,
                mode=mode,
            )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
