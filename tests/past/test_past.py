"""Journals written by earlier versions: opened, verified, read as today (DESIGN section 3, law 7)."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

import garance
from garance.domain import vocabulary
from garance.domain.vocabulary import Body, Members, decode, fact, upcast
from garance.journal.files import import_file, read_heads, verify_file
from garance.journal.keys import SqliteKeyRing
from garance.journal.sealing import open_body
from garance.journal.sqlite import SqliteStore
from garance.journal.tracks.segments import Sealed
from garance.journal.tracks.sqlite import SqliteTracks

HERE = Path(__file__).parent
VERSIONS = sorted(path.name for path in HERE.iterdir() if (path / "expected.json").exists())


@pytest.fixture(params=VERSIONS)
def past(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what that version wrote."""
    return Path(shutil.copytree(HERE / request.param, tmp_path / "past"))


def expected(past: Path) -> dict[str, Any]:
    return msgspec.json.decode((past / "expected.json").read_bytes(), type=dict[str, Any])


def facts(path: Path) -> list[dict[str, Any]]:
    with closing(SqliteStore(path)) as store:
        return [
            {"id": line.id, "name": line.header.name, "body": line.record.body and line.record.body.decode()}
            for line in store.read(0, 1000)
        ]


def test_this_version_has_its_journal_kept() -> None:
    assert garance.__version__ in VERSIONS


def test_a_past_journal_opens_and_verifies(past: Path) -> None:
    heads = read_heads((past / "heads.jsonl").read_bytes())
    report = verify_file(past / "journal.sqlite", heads=heads)
    assert report.sound, report.faults
    assert report.chains == {head.writer: head.seq for head in heads}
    assert facts(past / "journal.sqlite") == expected(past)["facts"]


def test_a_past_export_imports(past: Path, tmp_path: Path) -> None:
    import_file(past / "journal.garance", tmp_path / "new.sqlite")
    assert facts(tmp_path / "new.sqlite") == expected(past)["facts"]
    assert import_file(past / "journal.garance", past / "journal.sqlite").fresh == 0


def test_a_past_key_opens_what_it_sealed(past: Path) -> None:
    told = expected(past)
    sealed = next(each for each in told["facts"] if each["body"] and "sealed" in each["body"])
    with closing(SqliteKeyRing(past / "keys.sqlite")) as keys:
        read = open_body(sealed["name"], sealed["body"].encode(), person=told["person"], keys=keys)
    assert read == ({"text": "a volunteer", "phone": "06"}, False)


def test_past_tracks_read_and_verify(past: Path) -> None:
    told = expected(past)
    with closing(SqliteTracks(past / "tracks.sqlite")) as tracks:
        assert {s: tracks.read(s, 0, 1 << 50, 1000).rows() for s in tracks.kinds()} == told["samples"]
        assert tracks.verify([Sealed(*each) for each in told["sealed"]]) == []


def test_a_past_fact_reads_as_its_newest_version(past: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ("_ENTRIES", "_NAMES", "_UPCASTS"):
        monkeypatch.setattr(vocabulary, words, dict(getattr(vocabulary, words)))

    @fact("note.taken.v2")
    class NoteTaken(Body, frozen=True):
        words: str
        category: str

    @upcast("note.taken.v1", to="note.taken.v2")
    def _(members: Members) -> Members:
        return {"words": members["text"], "category": "information"}

    with closing(SqliteStore(past / "journal.sqlite")) as store:
        line = store.read(0, 1)[0]
    assert line.record.body is not None
    assert line.header.name == "note.taken.v1"
    assert decode(line.header.name, msgspec.json.decode(line.record.body)) == (
        "note.taken.v2",
        NoteTaken(words="note 1", category="information"),
    )
