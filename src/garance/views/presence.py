"""Who speaks in the situation, as what, and when last (présence). Who is connected is added by the server."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from garance.domain.moment import By, Moment
from garance.kernel.clock import from_milliseconds, to_milliseconds
from garance.kernel.fact import Fact
from garance.kernel.label import Author
from garance.views.shown import PresenceShown, PresentShown
from garance.views.times import Counted, Times


class _Folded(msgspec.Struct):
    counted: Counted
    people: list[tuple[Author, Times]]


class Presence:
    """The authors of the situation's facts, each with the times of all they said. It reads no body."""

    name: ClassVar[str] = "presence"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._counted = Counted()
        self._people: dict[Author, Times] = {}

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact."""
        if self._counted.first_time(fact.id):
            times = self._people.get(fact.author)
            if times is None:
                times = self._people[fact.author] = Times()
            times.add(fact.occurred_at, to_milliseconds(fact.recorded_at))

    def at(self, moment: Moment | None) -> PresenceShown:
        """Who had spoken by that moment, the last to speak first; times are those the moment goes by."""
        by = moment.by if moment else By.RECORDED
        people = [_show(author, times, times.count(moment), by) for author, times in self._people.items()]
        shown = sorted((one for one in people if one), key=lambda one: (one.person, one.role, one.organisation))
        return PresenceShown(people=tuple(sorted(shown, key=lambda one: one.last_at, reverse=True)))

    def snapshot(self) -> bytes:
        """All that was folded."""
        people = [(author, times.packed()) for author, times in self._people.items()]
        return msgspec.msgpack.encode(_Folded(self._counted, people))

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before."""
        folded = msgspec.msgpack.decode(snapshot, type=_Folded)
        self._counted, self._people = folded.counted, dict(folded.people)


def _show(author: Author, times: Times, count: int, by: By) -> PresentShown | None:
    if not count:
        return None
    axis = times.axis(by)
    return PresentShown(
        person=author.person,
        role=author.role,
        organisation=author.organisation,
        cell=author.cell,
        since=from_milliseconds(axis[0]),
        last_at=from_milliseconds(axis[count - 1]),
        facts=count,
    )
