"""Who said each fact, where and for whom: asked by the door whenever one fact names another."""

from __future__ import annotations

from functools import lru_cache

from garance.access.door import Told
from garance.journal.store import Store
from garance.kernel.identity import split_fact_id

KEPT = 65_536


class Labels:
    """Reads the headers of durable facts, and keeps the latest asked for: what they say never changes.

    May be asked from any thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = lru_cache(KEPT)(self._read)

    def find(self, fact: str) -> Told | None:
        """What is told of that fact; None when it is not here (it may still arrive)."""
        try:
            return self._kept(fact)
        except LookupError:
            return None

    def _read(self, fact: str) -> Told:
        writer, seq = split_fact_id(fact)
        for line in self._store.chain(writer, seq - 1, 1):
            if line.header.seq == seq:
                return Told(line.header.situation, line.header.author, line.header.label)
        raise LookupError(fact)  # an exception is not kept, an answer is
