from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garance.kernel.refusal import Refused
from garance.territory.reading.archive import check_archive


def code_of(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        check_archive(path)
    return refusal.value.code


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_gives_the_members_of_a_sound_archive(tmp_path: Path) -> None:
    assert check_archive(zipped(tmp_path / "a.zip", **{"a.shp": b"1", "b/a.dbf": b"2"})) == ["a.shp", "b/a.dbf"]


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "b/../../a.shp", "..\\a.shp", "C:/a.shp"])
def test_refuses_a_name_that_leaves_the_archive(tmp_path: Path, name: str) -> None:
    assert code_of(zipped(tmp_path / "a.zip", **{name: b"1"})) == "archive-unsafe"


def test_refuses_a_bomb_without_unpacking_it(tmp_path: Path) -> None:
    assert code_of(zipped(tmp_path / "a.zip", **{"a.shp": bytes(70 * 1024**2)})) == "archive-too-large"


def test_refuses_more_members_than_any_town_has(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}", b"")
    assert code_of(path) == "archive-too-large"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_flipped_byte_or_cut_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytes(range(256)) * 8
    path = zipped(tmp_path_factory.mktemp("z") / "a.zip", **{"a.shp": content})
    raw = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    else:
        del raw[data.draw(st.integers(0, len(raw) - 1)) :]
    path.write_bytes(raw)
    code = ""
    try:
        check_archive(path)
    except Refused as refusal:
        code = refusal.code
    assert code in {"", "archive-corrupted", "archive-unsafe", "archive-too-large", "archive-encrypted"}
    if not code:
        with zipfile.ZipFile(path) as archive:
            assert all(archive.read(member) == content for member in archive.namelist())
