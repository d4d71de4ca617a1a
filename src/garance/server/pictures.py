"""The views that readers ask for, kept folded per situation and audience and brought up to date at each question."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence

from garance.access.clearance import Clearance
from garance.access.door import readings, see
from garance.domain.moment import Moment
from garance.domain.vocabulary import Body
from garance.journal.envelope import Line
from garance.journal.store import Store
from garance.kernel.fact import Fact
from garance.views.histogram import Histogram
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.presence import Presence

PAGE_LINES = 2_000
KEPT = 64


class Folded:
    """What one audience may see of one situation. `position` is how far the journal was read, `seen` how many facts."""

    def __init__(self) -> None:
        self.picture = Picture()
        self.logbook = Logbook()
        self.presence = Presence()
        self.histogram = Histogram()
        self.position = 0
        self.seen = 0
        self.personal: dict[str, Fact[Body]] = {}
        """The facts whose reading must be recorded, by identifier."""
        self.turn = asyncio.Lock()

    def add(self, facts: Sequence[Fact[Body]]) -> None:
        """Take in facts that this audience may see."""
        for fact in facts:
            for view in (self.picture, self.logbook, self.presence, self.histogram):
                view.add(fact)
        self.seen += len(facts)
        read = {identifier for reading in readings(facts, reader="", purpose="views") for identifier in reading.facts}
        self.personal.update((fact.id, fact) for fact in facts if fact.id in read)

    def tag(self, *asked: object, moment: Moment | None = None) -> tuple[object, ...]:
        """What an answer depends on, for its ETag: only what this audience may know of."""
        return (self.seen, moment, *asked)


class Pictures:
    """The folded views most asked for; those of an audience no longer asked for are dropped, to be made again."""

    def __init__(self, store: Store, read: Callable[[Line], Fact[Body]]) -> None:
        self._store = store
        self._read = read
        self._kept: OrderedDict[tuple[str, str], Folded] = OrderedDict()

    async def of(self, situation: str, held: Clearance) -> Folded:
        """The views of that situation for that clearance, with every fact durable by now."""
        key = (situation, held.audience)
        folded = self._kept.setdefault(key, Folded())
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        async with folded.turn:
            await self._bring_up(folded, situation, held)
        return folded

    async def _bring_up(self, folded: Folded, situation: str, held: Clearance) -> None:
        last = self._store.last_position()
        while folded.position < last:
            lines = await asyncio.to_thread(self._page, situation, folded.position)
            folded.add(see((self._read(line) for line in lines), held))
            folded.position = lines[-1].position if len(lines) == PAGE_LINES else last

    def _page(self, situation: str, position: int) -> list[Line]:
        return self._store.read(position, PAGE_LINES, situation=situation)

    def forget(self) -> None:
        """Drop everything: a key was destroyed, and what it opened must not be kept."""
        self._kept.clear()
