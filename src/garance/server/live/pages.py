"""Pages of the past for those who catch up: read off the loop, filtered and encoded once per audience and place."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Callable
from typing import Any

import msgspec

from garance.journal.envelope import Line
from garance.journal.store import Store
from garance.kernel.fact import Fact
from garance.server.live.audience import Audience, Encoding, Showing
from garance.server.live.cursor import Cursors

Read = Callable[[Line], Fact[Any]]
"""Turns a journal line into a fact: body opened, upcast, decoded. Never fails on a line of a later version."""


class Page(msgspec.Struct, frozen=True):
    """What comes after one position: everything up to `covered` is in it, or is not to be seen."""

    covered: int
    showing: Showing | None


class Pages:
    """Reads pages. Many readers who come back at once to the same place, as after a restart, share one reading."""

    def __init__(
        self, store: Store, read: Read, cursors: Cursors, *, page_lines: int, page_cache: int, readings: int
    ) -> None:
        self._store = store
        self._read = read
        self._cursors = cursors
        self._page_lines = page_lines
        self._page_cache = page_cache
        self._places = asyncio.Semaphore(readings)
        self._kept: collections.OrderedDict[tuple[str, str, int], asyncio.Task[Page]] = collections.OrderedDict()

    def forget(self) -> None:
        """Drop what is kept: a body was destroyed or a right changed."""
        self._kept.clear()

    async def after(self, audience: Audience, position: int, mark: int) -> Page:
        """The page after that position, which always covers more.

        `mark`, greater than `position`, is the last position known durable; the page does not go beyond it. A page
        kept from an earlier mark covers less, and is as true.
        """
        key = (audience.situation, audience.key, position)
        task = self._kept.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._make(audience, position, mark), name="stream-page")
            task.add_done_callback(lambda done: self._settle(key, done))
            self._kept[key] = task
            while len(self._kept) > self._page_cache:
                self._kept.popitem(last=False)
        return await asyncio.shield(task)

    def _settle(self, key: tuple[str, str, int], done: asyncio.Task[Page]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._kept.get(key) is done:
            del self._kept[key]

    async def _make(self, audience: Audience, position: int, mark: int) -> Page:
        async with self._places:
            facts: list[Fact[Any]] = []
            covered = position
            while covered < mark and len(facts) < self._page_lines:
                covered = await self._more(audience, facts, covered, mark)
            return Page(covered, audience.show(facts, self._cursors.seal(covered), Encoding()))

    async def _more(self, audience: Audience, facts: list[Fact[Any]], position: int, mark: int) -> int:
        """Add what may be seen after that position until the page is full; gives the position covered.

        A page is measured by what is seen: one measured by lines read would tell how many of them are hidden.
        """
        lines = await asyncio.to_thread(self._store.read, position, self._page_lines, situation=audience.situation)
        for line in lines:
            if line.position > mark:
                return mark
            if len(facts) == self._page_lines:
                return position
            fact = self._read(line)
            if audience.sees(fact):
                facts.append(fact)
            position = line.position
        return position if len(lines) == self._page_lines else mark
