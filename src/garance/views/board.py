"""The board: every thing that facts tell aspect by aspect (incidents, missions, means, people), at a moment.

Boards on screen and on paper are ways of reading this one view (tableaux).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import msgspec

from garance.domain.keeping.facts import BodyRedacted
from garance.domain.keeping.state import Keeping
from garance.domain.moment import Moment
from garance.domain.telling import begun_here
from garance.domain.told import Statement, Thing, Things
from garance.domain.versions import Version, Versions
from garance.kernel.clock import from_milliseconds
from garance.kernel.fact import Fact
from garance.kernel.refusal import Refused
from garance.views.showing import Showing, follows_of
from garance.views.shown import BoardShown, StatementShown, ThingShown

MAX_PAGE = 500


class _Folded(msgspec.Struct):
    keeping: Keeping
    things: Things


class Board:
    """The things of one situation, now and at every past moment: it keeps all that was said."""

    name: ClassVar[str] = "board"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._folded = _Folded(Keeping(), Things())

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact."""
        folded = self._folded
        fact = folded.keeping.as_kept(fact)
        if isinstance(fact.body, BodyRedacted):
            folded.things.forget(fact.body.fact)
        _ = folded.things.fold(fact) or folded.keeping.fold(fact)

    def at(self, moment: Moment | None) -> BoardShown:
        """Every thing at that moment, in the order in which they began."""
        showing, here = Showing(moment), begun_here()
        found = [
            shown
            for there in self._folded.things.known.values()
            for name, thing in there.items()
            if (shown := show_thing(showing, name.partition(" ")[2], thing, begins=thing.kind in here)) is not None
        ]
        found.sort(key=lambda one: (one.kind, one.began_at, one.id))
        conflicts = sorted(showing.conflicts, key=lambda one: (one.thing, one.id, one.aspect))
        return BoardShown(things=tuple(found), conflicts=tuple(conflicts))

    def histories(self, moment: Moment | None, kind: str, aspect: str) -> dict[str, tuple[StatementShown, ...]]:
        """All that was said of an aspect of the things of that kind by that moment, in order of the world's time."""
        found: dict[str, tuple[StatementShown, ...]] = {}
        for there in self._folded.things.known.values():
            for name, thing in there.items():
                if thing.kind == kind and aspect in thing.said:
                    said = sorted(thing.said[aspect].upto(moment).said.values(), key=_order)
                    found[name.partition(" ")[2]] = tuple(_statement(thing, version) for version in said)
        return found

    def page(
        self,
        moment: Moment | None,
        *,
        kinds: Iterable[str] = (),
        thing: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> tuple[BoardShown, str | None]:
        """At most `limit` things (1 to 500) of these kinds after that one, and where the next page begins.

        Refuses `limit-out-of-range`, `cursor-unknown`.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise Refused("limit-out-of-range", field="limit", detail={"least": 1, "most": MAX_PAGE})
        wanted = frozenset(kinds)
        whole = self.at(moment)
        items = [one for one in whole.things if (not wanted or one.kind in wanted) and thing in (None, one.id)]
        places = [f"{one.kind}.{one.id}" for one in items]
        if after is not None and after not in places:
            raise Refused("cursor-unknown", field="after")
        start = places.index(after) + 1 if after is not None else 0
        page = items[start : start + limit]
        shown = {(one.kind, one.id) for one in page}
        conflicts = tuple(one for one in whole.conflicts if (one.thing, one.id) in shown)
        more = places[start + limit - 1] if start + limit < len(items) else None
        return BoardShown(things=tuple(page), conflicts=conflicts), more

    def snapshot(self) -> bytes:
        """All that was folded."""
        return msgspec.msgpack.encode(self._folded)

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before."""
        self._folded = msgspec.msgpack.decode(snapshot, type=_Folded)


def show_thing(showing: Showing, identifier: str, thing: Thing, *, begins: bool) -> ThingShown | None:
    """A thing as it stands; None before it begins, or before anything was said of one that is begun elsewhere."""
    said = {name: part for name, part in _upto(thing.said, showing.moment).items() if part}
    gathered = {name: part for name, part in _upto(thing.gathered, showing.moment).items() if part}
    told = [*said.values(), *gathered.values()]
    begun = [said[name] for name in sorted(thing.begun) if name in said] if begins else told
    firsts = [first for part in begun if (first := part.first()) is not None]
    if not firsts:
        return None
    first = min(firsts, key=lambda version: version.stamp)
    current = {name: _current(part) for name, part in said.items()}
    return ThingShown(
        kind=thing.kind,
        id=identifier,
        began_at=first.occurred_at,
        author=first.author,
        label=first.label,
        said={name: _statement(thing, version) for name, version in sorted(current.items())},
        gathered={
            name: tuple(_statement(thing, version) for version in sorted(part.said.values(), key=_order))
            for name, part in sorted(gathered.items())
        },
        changed_at=max(version.occurred_at for part in told for version in part.said.values()),
        ended=any(name in said for name in thing.ended),
        follows=follows_of(said),
        conflict=showing.contradictions(thing.kind, identifier, said),
    )


def _upto(parts: Mapping[str, Versions[Statement]], moment: Moment | None) -> dict[str, Versions[Statement]]:
    return {name: part.upto(moment) for name, part in parts.items()}


def _current(part: Versions[Statement]) -> Version[Statement]:
    current = part.current()
    if current is None:
        raise ValueError("an aspect is shown once said")
    return current


def _order(version: Version[Statement]) -> Any:
    return version.order


def _statement(thing: Thing, version: Version[Statement]) -> StatementShown:
    return StatementShown(
        fact=version.fact,
        value=version.value,
        author=version.author,
        occurred_at=version.occurred_at,
        recorded_at=from_milliseconds(version.stamp.milliseconds),
        answers=thing.answers.get(version.fact, ()),
    )
