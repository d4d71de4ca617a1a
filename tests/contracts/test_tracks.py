"""The contract of `TrackStore`, held by every implementation, and their agreement on any history."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from garance.journal.tracks.memory import MemoryTracks
from garance.journal.tracks.samples import Kind, Samples, samples_from
from garance.journal.tracks.segments import Sealed, pack, seal_samples, unpack
from garance.journal.tracks.sqlite import SqliteTracks
from garance.journal.tracks.store import TrackStore
from garance.kernel.refusal import Refused

FAR = 1 << 50


@pytest.fixture(params=["memory", "sqlite"])
def tracks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TrackStore]:
    opened: TrackStore = MemoryTracks() if request.param == "memory" else SqliteTracks(tmp_path / "tracks.sqlite")
    yield opened
    opened.close()


def levels(*rows: tuple[int, float]) -> Samples:
    return samples_from(Kind.SCALAR, rows)


def read_all(tracks: TrackStore, series: str = "gauge") -> list[list[int | float | None]]:
    return tracks.read(series, -FAR, FAR, 1_000_000).rows()


def test_samples_are_read_in_order_of_time_however_they_came(tracks: TrackStore) -> None:
    tracks.record({"gauge": levels((300, 3.0), (100, 1.0))})
    tracks.record({"gauge": levels((200, 2.0), (100, 1.5))})
    assert read_all(tracks) == [[100, 1.5], [200, 2.0], [300, 3.0]]
    assert tracks.read("gauge", 100, 300, 10).rows() == [[100, 1.5], [200, 2.0]]
    assert tracks.read("gauge", 0, 1000, 1).rows() == [[100, 1.5]]
    assert tracks.read("gauge", 0, 1000, 0).rows() == []
    assert tracks.kinds() == {"gauge": Kind.SCALAR}


def test_what_is_missing_stays_missing(tracks: TrackStore) -> None:
    row = [5, -1.0, 45.9, None, 41.2, None]
    tracks.record({"heli": samples_from(Kind.POSITION, [row])})
    assert read_all(tracks, "heli") == [row]
    tracks.seal(10)
    assert read_all(tracks, "heli") == [row]


def test_the_latest_sample_at_a_time(tracks: TrackStore) -> None:
    tracks.record({"gauge": levels((100, 1.0), (200, 2.0), (300, 3.0))})
    tracks.seal(250)
    assert [tracks.latest("gauge", at).rows() for at in (99, 100, 250, 299, 999)] == [
        [],
        [[100, 1.0]],
        [[200, 2.0]],
        [[200, 2.0]],
        [[300, 3.0]],
    ]


def test_an_unknown_series_and_another_kind_are_refused(tracks: TrackStore) -> None:
    with pytest.raises(Refused, match="series-unknown"):
        tracks.read("x", 0, 1, 1)
    with pytest.raises(Refused, match="series-unknown"):
        tracks.latest("x", 0)
    tracks.record({"gauge": levels((1, 1.0))})
    with pytest.raises(Refused, match="series-kind-differs"):
        tracks.record(
            {"new": levels((1, 1.0)), "gauge": samples_from(Kind.POSITION, [[1, 0.0, 0.0, None, None, None]])}
        )
    assert tracks.kinds() == {"gauge": Kind.SCALAR}


@pytest.mark.parametrize(
    "row",
    [
        [1],
        [1, 2.0, 3.0],
        [1.5, 2.0],
        [None, 2.0],
        [1, None],
        [1, float("inf")],
        [1 << 60, 1.0],
        [1 << 70, 1.0],
        ["x", 1.0],
    ],
)
def test_a_malformed_sample_is_refused(row: list[float | None]) -> None:
    with pytest.raises(Refused, match="samples-malformed"):
        samples_from(Kind.SCALAR, [row])


def test_a_position_must_be_on_earth_and_a_batch_bounded(tracks: TrackStore) -> None:
    with pytest.raises(Refused, match="samples-malformed"):
        samples_from(Kind.POSITION, [[1, 181.0, 0.0, None, None, None]])
    many = Samples(Kind.SCALAR, np.arange(100_001), np.zeros((100_001, 1)))
    with pytest.raises(Refused, match="samples-too-many"):
        tracks.record({"gauge": many})


def test_sealing_tells_what_must_be_said(tracks: TrackStore) -> None:
    tracks.record({"gauge": levels(*((t, t / 10) for t in range(0, 1000, 10)))})
    before = read_all(tracks)
    [sealed] = tracks.seal(500)
    assert (sealed.series, sealed.from_ms, sealed.to_ms, sealed.samples) == ("gauge", 0, 490, 50)
    assert sealed == seal_samples("gauge", tracks.read("gauge", 0, 500, 100))
    assert read_all(tracks) == before
    assert tracks.seal(500) == []
    assert tracks.unsaid() == [sealed]
    tracks.confirm([sealed.digest])
    assert tracks.unsaid() == []
    assert tracks.verify([sealed]) == []


def test_a_late_sample_is_kept_in_a_segment_of_its_own_and_what_was_sealed_stands(tracks: TrackStore) -> None:
    tracks.record({"gauge": levels((100, 1.0), (300, 3.0))})
    tracks.seal(1000)
    tracks.record({"gauge": levels((100, 9.0), (200, 2.0))})
    expected = [[100, 1.0], [200, 2.0], [300, 3.0]]
    assert read_all(tracks) == expected
    assert [sealed.samples for sealed in tracks.seal(1000)] == [2]
    assert read_all(tracks) == expected
    assert tracks.latest("gauge", 150).rows() == [[100, 1.0]]
    assert tracks.read("gauge", 0, 1000, 2).rows() == expected[:2]
    assert tracks.verify() == []


def test_many_samples_make_many_segments(tracks: TrackStore) -> None:
    t_ms = np.arange(50_000, dtype=np.int64) * 1000
    tracks.record({"gauge": Samples(Kind.SCALAR, t_ms, np.sin(t_ms / 1e6).reshape(-1, 1))})
    before = tracks.read("gauge", 0, FAR, 100_000)
    assert [sealed.samples for sealed in tracks.seal(FAR)] == [20_000, 20_000, 10_000]
    assert tracks.read("gauge", 0, FAR, 100_000) == before
    assert tracks.read("gauge", 15_000_000, FAR, 10_000) == before.between(15_000_000, FAR).first(10_000)
    assert tracks.verify() == []


def test_what_expires_is_gone_and_what_was_said_remains(tracks: TrackStore) -> None:
    tracks.record({"gauge": levels((100, 1.0)), "other": levels((100, 1.0))})
    sealed = tracks.seal(200)
    tracks.record({"gauge": levels((300, 3.0))})
    assert tracks.expire(100) == []
    assert [gone.series for gone in tracks.expire(200, series="gauge")] == ["gauge"]
    assert read_all(tracks) == [[300, 3.0]]
    assert tracks.latest("gauge", 200).rows() == []
    assert read_all(tracks, "other") == [[100, 1.0]]
    assert tracks.verify(sealed) == []


def test_a_segment_never_sealed_here_is_missing(tracks: TrackStore) -> None:
    ghost = Sealed("gauge", 1, 2, 2, "0" * 64)
    [fault] = tracks.verify([ghost])
    assert (fault.code, fault.sealed) == ("segment-missing", ghost)


def test_tracks_survive_closing(tmp_path: Path) -> None:
    tracks = SqliteTracks(tmp_path / "tracks.sqlite")
    tracks.record({"gauge": levels((100, 1.0), (200, 2.0))})
    sealed = tracks.seal(150)
    tracks.close()
    tracks = SqliteTracks(tmp_path / "tracks.sqlite")
    assert read_all(tracks) == [[100, 1.0], [200, 2.0]]
    assert tracks.unsaid() == sealed
    tracks.backup_to(tmp_path / "copy.sqlite")
    tracks.close()
    copy = SqliteTracks(tmp_path / "copy.sqlite")
    assert read_all(copy) == [[100, 1.0], [200, 2.0]]
    copy.close()


def test_a_segment_altered_on_disk_is_found(tmp_path: Path) -> None:
    tracks = SqliteTracks(tmp_path / "tracks.sqlite")
    tracks.record({"gauge": levels((100, 1.0), (200, 2.0)), "other": levels((100, 1.0))})
    altered, untouched = tracks.seal(1000)
    tracks.close()
    with sqlite3.connect(tmp_path / "tracks.sqlite") as raw:
        raw.execute("DROP TRIGGER segments_stay_as_they_are")
        forged = pack(levels((100, 1.0), (200, 2.5)))
        raw.execute("UPDATE segments SET data = ? WHERE digest = ?", (forged, altered.digest))
    raw.close()
    tracks = SqliteTracks(tmp_path / "tracks.sqlite")
    assert [(fault.code, fault.sealed) for fault in tracks.verify([altered, untouched])] == [
        ("segment-altered", altered)
    ]
    tracks.close()


@pytest.mark.parametrize("data", [b"", b"not zlib", pack(levels((1, 1.0), (2, 1.0)))[:-4], pack(levels((1, 1.0)))])
def test_bytes_that_are_no_segment_are_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="segment-altered"):
        unpack(Kind.SCALAR, 2, data)


times = st.integers(0, 40)
batches = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.lists(st.tuples(times, st.integers(0, 5).map(float)), max_size=8).map(lambda rows: levels(*rows)),
    max_size=2,
)


class SameTracks(RuleBasedStateMachine):
    """Whatever is done to both, memory and SQLite give the same answers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.memory = MemoryTracks()
        self.sqlite = SqliteTracks(self.folder / "tracks.sqlite")

    @rule(batch=batches)
    def record(self, batch: dict[str, Samples]) -> None:
        self.memory.record(batch)
        self.sqlite.record(batch)

    @rule(before=times)
    def seal(self, before: int) -> None:
        assert self.memory.seal(before) == self.sqlite.seal(before)

    @rule(before=times, series=st.sampled_from([None, "a"]))
    def expire(self, before: int, series: str | None) -> None:
        assert self.memory.expire(before, series=series) == self.sqlite.expire(before, series=series)

    @rule()
    def confirm(self) -> None:
        digests = [sealed.digest for sealed in self.memory.unsaid()][:1]
        self.memory.confirm(digests)
        self.sqlite.confirm(digests)

    @rule(from_ms=times, to_ms=times, limit=st.integers(0, 10), at=times)
    def ask(self, from_ms: int, to_ms: int, limit: int, at: int) -> None:
        for series in self.memory.kinds():
            one, other = (store.read(series, from_ms, to_ms, limit) for store in (self.memory, self.sqlite))
            assert one.rows() == other.rows()
            assert self.memory.latest(series, at).rows() == self.sqlite.latest(series, at).rows()

    @invariant()
    def agree(self) -> None:
        assert self.memory.kinds() == self.sqlite.kinds()
        assert {each.digest for each in self.memory.unsaid()} == {each.digest for each in self.sqlite.unsaid()}
        assert self.memory.verify() == self.sqlite.verify() == []

    def teardown(self) -> None:
        self.sqlite.close()
        shutil.rmtree(self.folder)


TestSameTracks = SameTracks.TestCase
TestSameTracks.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
