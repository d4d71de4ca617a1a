"""What the command line does with files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from support.journal import MOMENT, Chain, fill

from garance.journal.files import export_file, heads_of_file, import_file, read_heads, verify_file, write_heads
from garance.journal.sqlite import SqliteStore
from garance.kernel.clock import SetClock
from garance.kernel.refusal import Refused

CLOCK = SetClock(MOMENT)


def test_a_journal_in_use_is_verified_exported_and_its_heads_given(tmp_path: Path) -> None:
    path, chain = tmp_path / "journal.sqlite", Chain()
    with closing(SqliteStore(path)) as store:
        fill(store, chain, 5)
        assert verify_file(path).sound
        heads = heads_of_file(path)
        assert heads[chain.writer].seq == 5
        assert read_heads(write_heads(heads.values())) == list(heads.values())
        assert export_file(path, tmp_path / "all.garance", clock=CLOCK).records == 5
        with pytest.raises(Refused, match="storage-exists"):
            export_file(path, tmp_path / "all.garance", clock=CLOCK)
        with pytest.raises(Refused, match="journal-in-use"):
            import_file(tmp_path / "all.garance", path)
    assert import_file(tmp_path / "all.garance", tmp_path / "other.sqlite").fresh == 5
    assert import_file(tmp_path / "all.garance", tmp_path / "other.sqlite").fresh == 0
    assert verify_file(tmp_path / "other.sqlite", heads=list(heads.values())).sound
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".partial")]


def test_files_that_cannot_be_read_or_written_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(SqliteStore(path)) as store:
        fill(store, Chain(), 1)
    with pytest.raises(Refused, match="storage-failed"):
        import_file(tmp_path / "nothing.garance", path)
    with pytest.raises(Refused, match="storage-failed"):
        export_file(path, tmp_path / "nowhere" / "x.garance", clock=CLOCK)
    with pytest.raises(Refused, match="exchange-malformed"):
        import_file(path, tmp_path / "other.sqlite")


@pytest.mark.parametrize("text", [b"{}", b"not json", b"\xff", b"[1]"])
def test_heads_that_are_none_are_refused(text: bytes) -> None:
    with pytest.raises(Refused, match="head-malformed"):
        read_heads(text)
