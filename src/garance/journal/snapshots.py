"""Folded views set aside, so that a start needs only the tail of the journal. They can always be made again.

A snapshot may hold what bodies said: when a body is destroyed or a person erased, `forget` the snapshots.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from garance.journal.database import Database, Shape
from garance.kernel.digest import digest
from garance.kernel.refusal import Refused

MARK = 0x47525631
"""`GRV1`: this file holds Garance views."""

KEPT = 4
"""How many snapshots of one picture are kept: the newest, and a few to go back in time from."""


class Picture(msgspec.Struct, frozen=True):
    """What was folded: the view and the version of its code, the situation (or none), for which audience."""

    view: str
    version: int
    situation: str | None = None
    audience: str = ""


class Snapshot(msgspec.Struct, frozen=True):
    """A picture as it was once every line up to `position` was folded, in the view's own bytes."""

    picture: Picture
    position: int
    data: bytes


class SnapshotStore(Protocol):
    """Keeps the last snapshots of each picture."""

    def save(self, snapshot: Snapshot) -> None:
        """Keep it, in place of one at the same position; the oldest of more than `KEPT` is let go."""
        ...

    def newest(self, picture: Picture, *, at_most: int | None = None) -> Snapshot | None:
        """The newest one whole, at a position not greater than `at_most`; nothing when there is none."""
        ...

    def forget(self, *, view: str | None = None, situation: str | None = None) -> int:
        """Let go of all snapshots (of that view, of that situation), without trace; how many there were."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class MemorySnapshots:
    """Keeps the contract of `SnapshotStore`, but for the disk."""

    def __init__(self) -> None:
        self._kept: dict[Picture, dict[int, Snapshot]] = {}
        self._lock = threading.Lock()

    def save(self, snapshot: Snapshot) -> None:
        """Keep it."""
        with self._lock:
            kept = self._kept.setdefault(snapshot.picture, {})
            kept[snapshot.position] = snapshot
            for position in sorted(kept)[:-KEPT]:
                del kept[position]

    def newest(self, picture: Picture, *, at_most: int | None = None) -> Snapshot | None:
        """The newest one at or before that position."""
        with self._lock:
            kept = self._kept.get(picture, {})
            return max(
                (each for position, each in kept.items() if at_most is None or position <= at_most),
                key=lambda each: each.position,
                default=None,
            )

    def forget(self, *, view: str | None = None, situation: str | None = None) -> int:
        """Let go of them."""
        with self._lock:
            gone = [p for p in self._kept if view in (None, p.view) and situation in (None, p.situation)]
            return sum(len(self._kept.pop(picture)) for picture in gone)

    def close(self) -> None:
        """Nothing to let go of."""


_TABLES = (
    """CREATE TABLE snapshots (
        view TEXT NOT NULL, version INTEGER NOT NULL, situation TEXT NOT NULL, audience TEXT NOT NULL,
        position INTEGER NOT NULL, digest TEXT NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (view, version, situation, audience, position)
    )""",
)
_SHAPE = Shape(MARK, 1, _TABLES, "NORMAL")
_SAME = "view = ? AND version = ? AND situation = ? AND audience = ?"


class SqliteSnapshots:
    """Keeps the contract of `SnapshotStore` in one file, which is made anew when it is damaged."""

    def __init__(self, path: Path) -> None:
        try:
            self._database = Database(path, _SHAPE)
        except Refused as refused:
            if refused.code not in ("storage-damaged", "storage-too-new"):
                raise
            for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                with suppress(FileNotFoundError):
                    name.unlink()
            self._database = Database(path, _SHAPE)

    def save(self, snapshot: Snapshot) -> None:
        """Keep it, in place of one at the same position."""
        same = _key(snapshot.picture)
        values = (*same, snapshot.position, digest(snapshot.data), snapshot.data)
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            connection.execute(
                f"""DELETE FROM snapshots WHERE {_SAME} AND position NOT IN
                (SELECT position FROM snapshots WHERE {_SAME} ORDER BY position DESC LIMIT {KEPT})""",  # noqa: S608 - our own words
                (*same, *same),
            )

    def newest(self, picture: Picture, *, at_most: int | None = None) -> Snapshot | None:
        """The newest one at or before that position whose bytes are still what was saved."""
        before, values = ("", ()) if at_most is None else ("AND position <= ?", (at_most,))
        query = f"SELECT position, digest, data FROM snapshots WHERE {_SAME} {before} ORDER BY position DESC"  # noqa: S608
        with self._database.read() as connection:
            for position, promised, data in connection.execute(query, (*_key(picture), *values)):
                if digest(data) == promised:
                    return Snapshot(picture, position, data)
        return None

    def forget(self, *, view: str | None = None, situation: str | None = None) -> int:
        """Let go of them, without trace in the file."""
        with self._database.write() as connection:
            count = connection.execute(
                "DELETE FROM snapshots WHERE (?1 IS NULL OR view = ?1) AND (?2 IS NULL OR situation = ?2)",
                (view, situation),
            ).rowcount
        self._database.wipe()
        return count

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _key(picture: Picture) -> tuple[str, int, str, str]:
    return picture.view, picture.version, picture.situation or "", picture.audience
