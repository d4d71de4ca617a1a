"""Presence: who is connected to a situation, shown to those who may know, at most once per second."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from garance.kernel.label import Author
from garance.server.live.audience import Audience
from garance.server.live.reader import Reader
from garance.server.live.wire import Doing, Present

_BUSY: dict[Doing, int] = {"looking": 0, "writing": 1, "drawing": 2}


def gather_present(readers: Iterable[Reader]) -> dict[Author, Present]:
    """One line per person and role, whatever the number of windows: the busiest of them, since the first."""
    present: dict[Author, Present] = {}
    for reader in readers:
        author = reader.present_as
        if author is None:
            continue
        known = present.get(author)
        doing, since, about = reader.doing, reader.since, reader.about or msgspec.UNSET
        if known is not None:
            since = min(since, known.since)
            if _BUSY[known.doing] >= _BUSY[doing]:
                doing, about = known.doing, known.about
        present[author] = Present(author.person, author.role, author.organisation, doing, since, about)
    return present


def visible_present(audience: Audience, present: dict[Author, Present]) -> tuple[Present, ...]:
    """Those this audience may know of, in a steady order."""
    seen = [line for author, line in present.items() if audience.knows(author)]
    return tuple(sorted(seen, key=lambda line: (line.since, line.person, line.role)))
