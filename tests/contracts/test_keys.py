"""The contract of `KeyRing`, held by every implementation; and the writer's own key."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from garance.journal.keys import SqliteKeyRing, open_signer
from garance.journal.sealing import KeyRing, MemoryKeyRing, close_body, open_body
from garance.kernel.refusal import Refused

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="rights of files are those of POSIX")


@pytest.fixture(params=["memory", "sqlite"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyRing]:
    if request.param == "memory":
        yield MemoryKeyRing()
        return
    ring = SqliteKeyRing(tmp_path / "keys.sqlite")
    yield ring
    ring.close()


def test_a_key_is_made_once(keys: KeyRing) -> None:
    assert keys.key_of("jeanne") is None
    key = keys.open_key("jeanne")
    assert len(key) == 32
    assert keys.open_key("jeanne") == key == keys.key_of("jeanne")
    assert keys.open_key("paul") != key


def test_a_destroyed_key_never_comes_back(keys: KeyRing) -> None:
    keys.open_key("jeanne")
    keys.destroy("jeanne")
    keys.destroy("jeanne")
    assert keys.key_of("jeanne") is None
    with pytest.raises(Refused, match="person-erased"):
        keys.open_key("jeanne")


def test_someone_never_known_can_be_erased_beforehand(keys: KeyRing) -> None:
    keys.destroy("paul")
    with pytest.raises(Refused, match="person-erased"):
        keys.open_key("paul")


def test_what_was_sealed_reads_until_the_key_is_destroyed(keys: KeyRing) -> None:
    key = keys.open_key("jeanne")
    body = close_body("x.v1", {"kind": "volunteer"}, {"phone": "06 12 34"}, person="jeanne", key=key)
    assert b"12 34" not in body
    assert open_body("x.v1", body, person="jeanne", keys=keys) == (
        {"kind": "volunteer", "phone": "06 12 34"},
        False,
    )
    assert open_body("x.v1", body, person="paul", keys=keys) == ({"kind": "volunteer"}, True)
    keys.destroy("jeanne")
    assert open_body("x.v1", body, person="jeanne", keys=keys) == ({"kind": "volunteer"}, True)


def test_keys_survive_closing_and_destruction_too(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    ring = SqliteKeyRing(path)
    kept, destroyed = ring.open_key("jeanne"), ring.open_key("paul")
    ring.destroy("paul")
    assert destroyed not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    ring.close()
    ring = SqliteKeyRing(path)
    assert ring.key_of("jeanne") == kept
    with pytest.raises(Refused, match="person-erased"):
        ring.open_key("paul")
    ring.close()
    raw = sqlite3.connect(path)
    for sql in ("DELETE FROM keys", "UPDATE keys SET key = x'00'"):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(sql)
    raw.close()


@needs_posix
def test_key_files_are_for_their_owner_only(tmp_path: Path) -> None:
    ring = SqliteKeyRing(tmp_path / "keys.sqlite")
    ring.open_key("jeanne")
    open_signer(tmp_path)
    for file in tmp_path.iterdir():
        if not file.name.endswith(".lock"):
            assert file.stat().st_mode & 0o777 == 0o600, file.name
    ring.close()


@needs_posix
def test_the_writers_key_is_made_once_and_kept_tight(tmp_path: Path) -> None:
    first = open_signer(tmp_path)
    (tmp_path / "writer.key").chmod(0o644)
    again = open_signer(tmp_path)
    assert again.writer == first.writer
    assert (tmp_path / "writer.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"garance writer key 1\nabc\n", b"\xff\xfe", b"x" * 1000])
def test_a_writers_key_that_is_none_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "writer.key").write_bytes(content)
    with pytest.raises(Refused, match="key-malformed"):
        open_signer(tmp_path)
    assert (tmp_path / "writer.key").read_bytes() == content
