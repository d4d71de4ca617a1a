"""Which lines of the logbook go out, and what becomes of them afterwards (corrected, struck, acknowledged)."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from typing import Any

from garance.domain.acknowledgements.facts import AcknowledgementGiven
from garance.domain.keeping.facts import BodyRedacted
from garance.domain.logbook.facts import EntryCorrected, EntryStruck, EntryWritten, Importance
from garance.kernel.fact import Fact
from garance.kernel.place import Geometry, Point, Position
from garance.ports.outgoing import AlarmOut, Outgoing, WordsOut
from garance.server.connections.letting_out import Real

NAMES = ("entry.written.", "entry.corrected.", "entry.struck.", "acknowledgement.given.", "body.redacted.")
REMEMBERED = 2_000
"""How many lines said are remembered, so that what is done to them afterwards follows."""
HOUSE = "Garance"
"""Who speaks when a line does not say."""


class Lines:
    """The lines that one feed lets out, from when it began to send: nothing is said again after a restart.

    A line goes out when it is vital, or addressed to the feed by one of its `names`, or to somebody by name: the
    connector knows who is there. A vital line with a place is an alarm until it is acknowledged or struck.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names = frozenset(map(_plain, names))
        self._said: collections.OrderedDict[str, WordsOut] = collections.OrderedDict()
        self._alarms: dict[str, AlarmOut] = {}

    def heard(self, fact: Fact[Any], real: Real) -> Iterator[Outgoing]:
        """What that fact, as the feed may show it, makes go out."""
        match fact.body:
            case EntryWritten() as body:
                yield from self._written(fact, body, real)
            case EntryCorrected(entry=entry, text=text) if entry in self._said:
                yield self._amended(entry, fact, text, "corrected", real)
            case EntryStruck(entry=entry) if entry in self._said:
                yield self._amended(entry, fact, self._said[entry].text, "struck", real)
                yield from self._ended(entry)
            case AcknowledgementGiven(fact=entry) | BodyRedacted(fact=entry):
                yield from self._ended(entry)

    def alarms(self) -> Iterator[AlarmOut]:
        """Those that stand."""
        yield from self._alarms.values()

    def _written(self, fact: Fact[Any], body: EntryWritten, real: Real) -> Iterator[Outgoing]:
        vital = body.importance is Importance.VITAL
        if not vital and body.recipient is None:
            return
        to_all = vital or _plain(body.recipient or "") in self._names
        words = WordsOut(
            id=fact.id,
            text=body.text,
            sender=body.sender or HOUSE,
            at=real(fact.occurred_at),
            recipient=None if to_all else body.recipient,
            urgent=vital,
        )
        self._said[fact.id] = words
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        yield words
        position = _position(body.geometry)
        if vital and position is not None:
            alarm = AlarmOut(id=fact.id, text=body.text, position=position, at=words.at)
            self._alarms[fact.id] = alarm
            yield alarm

    def _amended(self, entry: str, fact: Fact[Any], text: str, how: Any, real: Real) -> WordsOut:
        before = self._said[entry]
        words = WordsOut(
            id=fact.id,
            text=text,
            sender=before.sender,
            at=real(fact.occurred_at),
            recipient=before.recipient,
            urgent=before.urgent,
            amends=how,
        )
        self._said[entry] = WordsOut(
            id=entry, text=text, sender=before.sender, at=before.at, recipient=before.recipient, urgent=before.urgent
        )
        return words

    def _ended(self, entry: str) -> Iterator[AlarmOut]:
        alarm = self._alarms.pop(entry, None)
        if alarm is not None:
            yield AlarmOut(id=alarm.id, text=alarm.text, position=alarm.position, at=alarm.at, active=False)


def _position(geometry: Geometry | None) -> Position | None:
    return Position(*geometry.coordinates) if isinstance(geometry, Point) else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
