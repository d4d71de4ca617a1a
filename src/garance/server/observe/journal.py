"""The journal's own file, its flushes timed and its facts counted."""

from __future__ import annotations

import time
from pathlib import Path

from garance.journal.sqlite import SqliteStore
from garance.journal.store import Appended, Batch
from garance.server.observe.metrics import Metrics


class MeasuredJournal(SqliteStore):
    """A SQLite journal that tells the metrics what it wrote and how long the disk took."""

    def __init__(self, path: Path, metrics: Metrics) -> None:
        super().__init__(path)
        self._metrics = metrics

    def append(self, batch: Batch) -> Appended:
        """Append as the store does; a refusal counts for nothing."""
        begun = time.perf_counter()
        appended = super().append(batch)
        self._metrics.flush_seconds.observe(time.perf_counter() - begun)
        self._metrics.facts.inc(len(appended.lines))
        return appended
