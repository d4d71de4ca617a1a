"""Files that lines name: refused when they are not kept, carried with the export, kept again where it is imported."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.running_node import opened_node

from garance.kernel.identity import new_id
from garance.kernel.refusal import Refused
from garance.server.attached import Carried, beside, named_files, read_attached, write_attached
from garance.server.cli import main
from garance.server.data_folder import DataFolder
from garance.server.files import FolderFiles

PICTURE = b"\x89PNG\r\n\x1a\n" + b"pixels" * 5000
NAME = hashlib.sha256(PICTURE).hexdigest()
ATTACHED = {"sha256": NAME, "name": "Brèche, rue du Port.png", "kind": "image/png", "size_bytes": len(PICTURE)}
QUIET = {"GARANCE_LOG_LEVEL": "error"}


def kept_in(folder: Path) -> FolderFiles:
    return FolderFiles(folder, kinds=("image/png", "application/pdf"), quota_bytes=1 << 30)


async def write(web: httpx2.AsyncClient, node: Any, attached: dict[str, Any], **asked: Any) -> httpx2.Response:
    body = {"text": "La digue cède.", "category": "information", "attachments": [attached]}
    wanted = {"id": new_id(), "situation": node.situation, "role": node.grant, "body": body, **asked}
    return await web.post("/api/v1/commands/logbook.write", json=wanted)


@pytest.fixture
async def told(tmp_path: Path) -> Path:
    """The folder of a node, stopped, where two lines carry the same file."""
    async with (
        opened_node(tmp_path / "data") as node,
        httpx2.AsyncClient(base_url=node.url, headers=node.headers) as web,
    ):
        absent = await write(web, node, ATTACHED)
        assert (absent.status_code, absent.json()["code"]) == (422, "attachment-unknown")
        content = {"content-type": "application/octet-stream"}
        assert (await web.put(f"/api/v1/files/{NAME}", content=PICTURE, headers=content)).status_code == 200
        for wrong in ({"kind": "image/jpeg"}, {"size_bytes": 9}, {"sha256": "0" * 64}):
            answer = await write(web, node, {**ATTACHED, **wrong})
            assert answer.json()["code"] == "attachment-unknown", wrong
        again = new_id()
        first = await write(web, node, ATTACHED, id=again)
        assert first.status_code == 200, first.text
        assert (await write(web, node, ATTACHED, id=again)).json()["facts"] == first.json()["facts"]
        assert (await write(web, node, ATTACHED)).status_code == 200
    return tmp_path / "data"


def test_an_export_carries_them_and_an_import_keeps_them(told: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "night.garance", tmp_path / "other"
    assert main(["journal", "export", str(out), "--data", str(told)], QUIET) == 0
    with tarfile.open(beside(out)) as archive:
        assert archive.getnames() == [NAME]
    assert main(["journal", "import", str(out), "--data", str(other)], QUIET) == 0
    folder = DataFolder(other)
    kept = kept_in(folder.files)
    found, sent = kept.about(NAME), kept_in(DataFolder(told).files).about(NAME)
    assert kept.path(NAME).read_bytes() == PICTURE
    assert found is not None
    assert found == sent, "for the organisations of those who wrote the lines"
    assert main(["journal", "import", str(out), "--data", str(other)], QUIET) == 0


def test_what_no_line_names_is_left_out_and_what_lies_is_told(told: Path, tmp_path: Path) -> None:
    named = named_files(DataFolder(told).journal)
    assert list(named) == [NAME]
    stranger = b"%PDF-1.7 nobody speaks of this"
    for content, expected in ((PICTURE, Carried(1, 0)), (PICTURE + b"!", Carried(0, 1))):
        archive, store = tmp_path / "made.tar", kept_in(tmp_path / f"kept-{len(content)}")
        with tarfile.open(archive, "w:") as made:
            for name, held in ((hashlib.sha256(stranger).hexdigest(), stranger), ("../../escaped", content),
                               (NAME, content)):  # fmt: skip
                member = tarfile.TarInfo(name)
                member.size = len(held)
                made.addfile(member, io.BytesIO(held))
        assert read_attached(archive, named, store) == expected
        assert store.about(hashlib.sha256(stranger).hexdigest()) is None
    assert not (tmp_path / "escaped").exists()


def test_a_named_file_that_is_gone_is_told(told: Path, tmp_path: Path) -> None:
    named = named_files(DataFolder(told).journal)
    assert write_attached(named, tmp_path / "nothing", tmp_path / "out.tar") == Carried(0, 1)
    assert not (tmp_path / "out.tar").exists()


@given(st.binary(max_size=2000), st.integers(0, 1500))
def test_no_broken_archive_breaks_anything(tmp_path_factory: pytest.TempPathFactory, content: bytes, cut: int) -> None:
    folder = tmp_path_factory.mktemp("broken")
    sound = io.BytesIO()
    with tarfile.open(fileobj=sound, mode="w:") as made:
        member = tarfile.TarInfo(NAME)
        member.size = 600
        made.addfile(member, io.BytesIO(PICTURE[:600]))
    (folder / "given.tar").write_bytes(sound.getvalue()[:cut] + content)
    named = {NAME: frozenset({"town"})}
    try:
        carried = read_attached(folder / "given.tar", named, kept_in(folder / "files"))
    except Refused as refused:
        carried = Carried(0, 1) if refused.code == "backup-unreadable" else Carried(9, 9)
    assert carried == Carried(0, 1)
