"""The follower: keeps the state that decisions are made against in step with the journal."""

from __future__ import annotations

from garance.domain.state import State
from garance.journal.bulk import in_bulk
from garance.journal.envelope import Line
from garance.journal.store import Store
from garance.views.reading import Reader

PAGE_LINES = 5_000


class Follower:
    """Hears every line as it is decided. If the disk then refuses it, starts again from what the disk holds."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader
        self.state = State()
        self.catch_up()

    def catch_up(self) -> None:
        """Fold the whole journal from its first line."""
        state, position = State(), 0
        last = self._store.last_position()
        while position < last:
            with in_bulk():
                lines = self._store.read(position, PAGE_LINES)
                for line in lines:
                    state.fold(self._reader.read(line))
            position = lines[-1].position
        self.state = state

    def heard(self, line: Line) -> None:
        """A line was decided."""
        self.state.fold(self._reader.read(line))

    def lost(self) -> None:
        """What was heard since the last flush was not kept."""
        self.catch_up()

    def owner(self, situation: str | None) -> str | None:
        """The organisation that opened that situation; None when there is no such situation."""
        known = self.state.situations.open(situation) if situation else None
        opening = known.opened.first() if known else None
        return opening.author.organisation if opening and opening.author else None
