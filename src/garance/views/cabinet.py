"""Where folded views are kept (armoire à vues): one for each view, situation and audience, brought up to date on
demand, set aside as snapshots, and let go when no longer asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import msgspec

from garance.domain.keeping.facts import BodyRedacted
from garance.domain.moment import Moment
from garance.domain.vocabulary import Body
from garance.journal.bulk import in_bulk
from garance.journal.envelope import Line
from garance.journal.snapshots import Picture, Snapshot, SnapshotStore
from garance.journal.store import Store
from garance.kernel.fact import Fact, Withheld
from garance.views.view import View

PAGE_LINES = 5_000
KEPT = 256
SNAPSHOT_EVERY = 20_000
"""Facts folded since the last snapshot before another is worth its time."""

REDACTION = "body.redacted."

V = TypeVar("V", bound=View[Any])
Sight = Callable[[Fact[Body]], Fact[Body] | None]
"""What an audience may have of a fact: the fact, less of it, or nothing (see `access.door.readable`)."""


class Audience:
    """Readers who may see exactly the same: a stable key, and their sight. Equal keys must mean equal sights."""

    def __init__(self, key: str, sight: Sight) -> None:
        self.key = key
        self.sight = sight


class Drawer(Generic[V]):
    """One view kept folded, and how far the journal was read for it.

    `begun` is where its snapshot stood, `folded` counts the facts it was given since and those withheld from it: the
    two together change whenever what it shows may have.
    """

    def __init__(self, view: V) -> None:
        self.view = view
        self.position = 0
        self.begun = 0
        self.folded = 0
        self.redacted: set[str] = set()
        """Facts redacted by statements that this audience may not see: withheld from it all the same."""
        self.unsaved = 0
        self.turn = threading.Lock()


class Cabinet:
    """Gives views as of the last durable line. Its methods block, may be called from any thread, and share no loop.

    A view at a past moment needs no fold of its own: a view keeps all that was said and is asked at that moment.
    Snapshots are for starting again without the whole journal.
    """

    def __init__(
        self,
        store: Store,
        read: Callable[[Line], Fact[Body]],
        snapshots: SnapshotStore | None = None,
        *,
        kept: int = KEPT,
        snapshot_every: int = SNAPSHOT_EVERY,
    ) -> None:
        self._store = store
        self._read = read
        self._snapshots = snapshots
        self._most = kept
        self._every = snapshot_every
        self._drawers: OrderedDict[Picture, Drawer[Any]] = OrderedDict()
        self._lock = threading.RLock()
        self._destroyed: dict[str, int] = {}
        """Per situation, the position of the last redaction met: no snapshot from before it may be saved."""

    @contextmanager
    def opened(self, make: type[V], situation: str, audience: Audience) -> Iterator[Drawer[V]]:
        """That view of that situation for that audience, up to date, for as long as it is held open."""
        drawer = self._drawer(make, situation, audience)
        with drawer.turn:
            self._bring_up(drawer, situation, audience)
            yield drawer

    def look(self, make: type[V], situation: str, audience: Audience, moment: Moment | None) -> tuple[Any, int]:
        """What the view shows at that moment, and the position in the journal it was brought up to."""
        with self.opened(make, situation, audience) as drawer:
            return drawer.view.at(moment), drawer.position

    def destroyed(self, situation: str, position: int) -> None:
        """A body of that situation was destroyed by the line at that position: no snapshot may still hold it."""
        with self._lock:
            if position <= self._destroyed.get(situation, 0):
                return
            self._destroyed[situation] = position
            if self._snapshots is not None:
                self._snapshots.forget(situation=situation)

    def forget(self) -> None:
        """Let go of every view and snapshot: a key was destroyed, or the journal was replaced."""
        with self._lock:
            self._drawers.clear()
            if self._snapshots is not None:
                self._snapshots.forget()

    def _drawer(self, make: type[V], situation: str, audience: Audience) -> Drawer[V]:
        label = Picture(make.name, make.version, situation, audience.key)
        with self._lock:
            drawer: Drawer[V] | None = self._drawers.get(label)
            if drawer is None:
                drawer = self._drawers[label] = self._restored(make, label)
            self._drawers.move_to_end(label)
            while len(self._drawers) > self._most:
                self._drawers.popitem(last=False)
        return drawer

    def _restored(self, make: type[V], label: Picture) -> Drawer[V]:
        drawer = Drawer(make())
        last = self._store.last_position()
        snapshot = self._snapshots.newest(label, at_most=last) if self._snapshots is not None else None
        if snapshot is not None:
            with in_bulk():
                drawer.view.restore(snapshot.data)
            drawer.position = drawer.begun = snapshot.position
        return drawer

    def _bring_up(self, drawer: Drawer[V], situation: str, audience: Audience) -> None:
        last = self._store.last_position()
        while drawer.position < last:
            with in_bulk():
                lines = self._store.read(drawer.position, PAGE_LINES, situation=situation)
                whole = all(self._take(drawer, line, situation, audience) for line in lines)
            if not whole:
                self._begin_again(drawer)
                continue
            drawer.position = lines[-1].position if len(lines) == PAGE_LINES else max(last, drawer.position)
        if drawer.unsaved >= self._every:
            self._save(drawer, situation, audience)

    def _take(self, drawer: Drawer[V], line: Line, situation: str, audience: Audience) -> bool:
        """Give a line to the view; False when it must forget what it was given before."""
        drawer.position = line.position
        said = self._read(line)
        fact = audience.sight(said)
        if line.header.name.startswith(REDACTION):
            self.destroyed(situation, line.position)
            if fact is None and isinstance(said.body, BodyRedacted) and said.body.fact not in drawer.redacted:
                drawer.redacted.add(said.body.fact)
                return False
        if fact is not None and fact.id in drawer.redacted:
            fact = msgspec.structs.replace(fact, body=None, withheld=Withheld.REDACTED)
            drawer.folded += 1
        if fact is not None:
            drawer.view.add(fact)
            drawer.folded += 1
            drawer.unsaved += 1
        return True

    @staticmethod
    def _begin_again(drawer: Drawer[V]) -> None:
        drawer.view = type(drawer.view)()
        drawer.position = drawer.begun = drawer.folded = drawer.unsaved = 0

    def _save(self, drawer: Drawer[V], situation: str, audience: Audience) -> None:
        if self._snapshots is None:
            return
        view = drawer.view
        label = Picture(view.name, view.version, situation, audience.key)
        data = view.snapshot()
        with self._lock:
            if drawer.position >= self._destroyed.get(situation, 0):
                self._snapshots.save(Snapshot(label, drawer.position, data))
        drawer.unsaved = 0
