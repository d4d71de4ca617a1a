"""The contract of `SnapshotStore`, held by every implementation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from garance.journal.snapshots import KEPT, MemorySnapshots, Picture, Snapshot, SnapshotStore, SqliteSnapshots

PICTURE = Picture("live-picture", 1, "s1", "partners")


@pytest.fixture(params=["memory", "sqlite"])
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SnapshotStore]:
    memory = request.param == "memory"
    opened: SnapshotStore = MemorySnapshots() if memory else SqliteSnapshots(tmp_path / "views.sqlite")
    yield opened
    opened.close()


def test_the_newest_at_or_before_a_position(snapshots: SnapshotStore) -> None:
    assert snapshots.newest(PICTURE) is None
    made = [Snapshot(PICTURE, position, b"at %d" % position) for position in (10, 20, 30)]
    for each in made:
        snapshots.save(each)
    assert snapshots.newest(PICTURE) == made[2]
    assert snapshots.newest(PICTURE, at_most=29) == made[1]
    assert snapshots.newest(PICTURE, at_most=20) == made[1]
    assert snapshots.newest(PICTURE, at_most=9) is None


def test_saving_again_at_a_position_replaces(snapshots: SnapshotStore) -> None:
    snapshots.save(Snapshot(PICTURE, 10, b"one"))
    snapshots.save(Snapshot(PICTURE, 10, b"two"))
    assert snapshots.newest(PICTURE) == Snapshot(PICTURE, 10, b"two")


def test_only_the_last_are_kept(snapshots: SnapshotStore) -> None:
    for position in range(1, KEPT + 3):
        snapshots.save(Snapshot(PICTURE, position, b"x"))
    assert snapshots.newest(PICTURE, at_most=2) is None
    assert snapshots.newest(PICTURE, at_most=3) is not None
    assert snapshots.forget() == KEPT


@pytest.mark.parametrize(
    "other",
    [
        Picture("logbook", 1, "s1", "partners"),
        Picture("live-picture", 2, "s1", "partners"),
        Picture("live-picture", 1, None, "partners"),
        Picture("live-picture", 1, "s1", "public"),
    ],
)
def test_pictures_are_apart(snapshots: SnapshotStore, other: Picture) -> None:
    snapshots.save(Snapshot(PICTURE, 10, b"one"))
    assert snapshots.newest(other) is None


def test_forgetting(snapshots: SnapshotStore) -> None:
    for view in ("a", "b"):
        for situation in (None, "s1", "s2"):
            snapshots.save(Snapshot(Picture(view, 1, situation), 1, b"x"))
    assert snapshots.forget(view="a", situation="s1") == 1
    assert snapshots.forget(situation="s2") == 2
    assert snapshots.forget(view="b") == 2
    assert snapshots.newest(Picture("a", 1)) is not None
    assert snapshots.forget() == 1
    assert snapshots.newest(Picture("a", 1)) is None


def test_a_damaged_snapshot_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "views.sqlite"
    snapshots = SqliteSnapshots(path)
    snapshots.save(Snapshot(PICTURE, 10, b"one"))
    snapshots.save(Snapshot(PICTURE, 20, b"two"))
    snapshots.close()
    raw = sqlite3.connect(path)
    raw.execute("UPDATE snapshots SET data = x'00' WHERE position = 20")
    raw.commit()
    raw.close()
    snapshots = SqliteSnapshots(path)
    assert snapshots.newest(PICTURE) == Snapshot(PICTURE, 10, b"one")
    snapshots.close()


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "views.sqlite"
    path.write_bytes(b"this is no database at all, but long enough to be looked at" * 100)
    snapshots = SqliteSnapshots(path)
    snapshots.save(Snapshot(PICTURE, 10, b"one"))
    assert snapshots.newest(PICTURE) is not None
    snapshots.close()
