from __future__ import annotations

import asyncio
import hashlib
import io
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.requests import Request

from garance.kernel.refusal import Refused
from garance.server.file_kinds import KINDS, kind_of, suffix_of
from garance.server.file_routes import file_endpoints
from garance.server.files import FolderFiles, StoredContent
from garance.server.settings import Files, Settings
from garance.server.shell import Shell
from garance.server.thumbnails import EDGE_PX, thumbnail_of

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 100
PDF = b"%PDF-1.7\n" + b"x" * 300_000


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def pieces(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def store(folder: Path, *, quota_bytes: int = 10_000_000, kinds: tuple[str, ...] = Files().types) -> FolderFiles:
    return FolderFiles(folder, kinds=kinds, quota_bytes=quota_bytes)


def left_over(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


async def test_a_file_is_kept_once_under_its_digest(tmp_path: Path) -> None:
    files, name = store(tmp_path), sha256(PDF)
    first = await files.put(name, pieces(PDF), ["town"])
    assert (first.size_bytes, first.kind, first.organisations) == (len(PDF), "application/pdf", ("town",))
    assert files.path(name).read_bytes() == PDF
    again = await files.put(name, pieces(PDF, 7777), ["sdis", "town"])
    assert again.organisations == ("sdis", "town")
    assert left_over(tmp_path) == [name, f"{name}.json"]
    assert store(tmp_path).about(name) == again
    if os.name == "posix":
        assert files.path(name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "named", "code"),
    [
        (PNG, "0" * 64, "digest-wrong"),
        (b"<html><script>alert(1)</script>" + b" " * 100, None, "file-type-refused"),
        (b"GIF89a" + b"x" * 100, None, "file-type-refused"),
        (b"MZ", None, "file-type-refused"),
        (b"", None, "file-empty"),
    ],
)
async def test_what_is_refused_leaves_nothing(tmp_path: Path, content: bytes, named: str | None, code: str) -> None:
    with pytest.raises(Refused, match=code):
        await store(tmp_path).put(named or sha256(content), pieces(content), ["town"])
    assert left_over(tmp_path) == []


async def test_the_kind_is_refused_before_the_rest_is_read(tmp_path: Path) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"not a picture" * 100

    with pytest.raises(Refused, match="file-type-refused"):
        await store(tmp_path).put("0" * 64, endless(), ["town"])
    assert read == 1


async def test_a_cut_upload_leaves_nothing(tmp_path: Path) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield PNG
        raise Refused("body-too-slow")

    with pytest.raises(Refused, match="body-too-slow"):
        await store(tmp_path).put(sha256(PNG), cut(), ["town"])
    assert left_over(tmp_path) == []
    (tmp_path / "incoming" / "crashed").write_bytes(b"half")
    store(tmp_path)
    assert left_over(tmp_path) == []


async def test_the_quota_is_of_all_files_and_survives_a_restart(tmp_path: Path) -> None:
    await store(tmp_path, quota_bytes=1000).put(sha256(PNG), pieces(PNG), ["town"])
    other = PNG + b"other"
    with pytest.raises(Refused, match="quota-full"):
        await store(tmp_path, quota_bytes=1000).put(sha256(other), pieces(other), ["town"])


async def test_two_who_send_the_same_file_together_both_own_it(tmp_path: Path) -> None:
    files, name = store(tmp_path), sha256(PDF)
    await asyncio.gather(*(files.put(name, pieces(PDF), [f"org-{number}"]) for number in range(8)))
    found = files.about(name)
    assert found is not None
    assert found.organisations == tuple(f"org-{number}" for number in range(8))


async def test_a_disk_that_refuses_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="storage-full"):
        await store(tmp_path).put(sha256(PNG), pieces(PNG), ["town"])
    assert left_over(tmp_path) == []


def test_kinds_are_told_by_first_bytes() -> None:
    assert kind_of(b"RIFF\x10\0\0\0WEBPVP8 ") == "image/webp"
    assert kind_of(b"\0\0\0\x18ftypmp42") == "video/mp4"
    assert kind_of(b"<svg xmlns=") is None
    assert all(suffix_of(kind) for kind in KINDS)
    with pytest.raises(ValueError, match="text/html"):
        FolderFiles(Path("."), kinds=["text/html"], quota_bytes=1)


class Reader:
    csrf, read_only = "token", False

    def __init__(self, person: str) -> None:
        self.person = person


@pytest.fixture
def web_of(tmp_path: Path) -> Callable[[str], httpx2.AsyncClient]:
    files = store(tmp_path)

    def organisations(reader: Reader) -> frozenset[str]:
        return {"ana": frozenset({"town"}), "ben": frozenset({"sdis"})}.get(reader.person, frozenset[str]())

    def find(reader: Reader, name: str) -> StoredContent | None:
        found = files.about(name)
        return found if found and organisations(reader) & frozenset(found.organisations) else None

    def identify(request: Request) -> Reader | None:
        name = request.cookies.get("garance")
        return Reader(name) if name else None

    endpoints = file_endpoints(files, max_bytes=400_000, organisations=organisations, find=find)
    app = Shell(settings=Settings()).application(endpoints, identify)

    def client(name: str) -> httpx2.AsyncClient:
        headers = {"cookie": f"garance={name}", "x-garance-csrf": "token", "content-type": "application/octet-stream"}
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://test/api/v1/files", headers=headers
        )

    return client


async def test_files_over_http_are_for_those_who_sent_them(web_of: Callable[[str], httpx2.AsyncClient]) -> None:
    name = sha256(PNG)
    async with web_of("ana") as ana, web_of("ben") as ben, web_of("eve") as eve:
        assert (await ben.get(f"/{name}")).status_code == 404
        sent = await ana.put(f"/{name}", content=PNG)
        assert sent.json() == {"sha256": name, "size_bytes": len(PNG), "kind": "image/png"}
        assert (await ana.put(f"/{name}", content=PNG)).json() == sent.json()
        read = await ana.get(f"/{name}")
        assert read.content == PNG
        assert read.headers["content-type"] == "image/png"
        assert read.headers["content-disposition"] == f'inline; filename="{name[:12]}.png"'
        assert read.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert read.headers["x-content-type-options"] == "nosniff"
        part = await ana.get(f"/{name}", headers={"range": "bytes=0-7"})
        assert (part.status_code, part.content) == (206, PNG[:8])
        assert (await ana.get(f"/{name}", headers={"if-none-match": read.headers["etag"]})).status_code == 304
        for stranger in (ben, eve):
            hidden, absent = await stranger.get(f"/{name}"), await stranger.get(f"/{'0' * 64}")
            assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
        assert (await eve.put(f"/{name}", content=PNG)).json()["code"] == "not-allowed"
        assert (await ben.put(f"/{name}", content=PNG)).status_code == 200
        assert (await ben.get(f"/{name}")).content == PNG


async def test_documents_are_saved_not_shown(web_of: Callable[[str], httpx2.AsyncClient]) -> None:
    async with web_of("ana") as ana:
        await ana.put(f"/{sha256(PDF)}", content=PDF)
        read = await ana.get(f"/{sha256(PDF)}")
        assert read.headers["content-disposition"].startswith("attachment; ")


async def test_sending_is_limited(web_of: Callable[[str], httpx2.AsyncClient]) -> None:
    async with web_of("ana") as ana:
        assert (await ana.put(f"/{sha256(PNG)}", content=b"x" * 400_001)).status_code == 413
        assert (await ana.put("/short", content=PNG)).status_code == 404
        assert (await ana.put(f"/{sha256(PNG)}", content=PNG, headers={"x-garance-csrf": ""})).status_code == 403
        wrong = await ana.put(f"/{sha256(PNG)}", content=PNG, headers={"content-type": "text/html"})
        assert wrong.status_code == 415


def picture(kind: str, size: tuple[int, int] = (900, 600), **saving: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (150, 30, 40)).save(out, kind, **saving)
    return out.getvalue()


def reduced(content: bytes, kind: str) -> bytes:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return thumbnail_of(Path(file.name), kind)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_small_upright_and_silent(kind: str) -> None:
    told = Image.Exif()
    told[0x0112], told[0x010E] = 6, "12 rue du Port"  # turned by a quarter; where it is
    small = reduced(picture(kind, exif=told), f"image/{kind.lower()}")
    with Image.open(io.BytesIO(small)) as shown:
        assert (shown.format, max(shown.size)) == ("JPEG", EDGE_PX)
        assert shown.height > shown.width
        assert not shown.getexif()
    assert b"rue du Port" not in small


def test_what_is_transparent_is_shown_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(reduced(out.getvalue(), "image/png"))) as shown:
        red, *_ = shown.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
        assert red > 250


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (picture("PNG"), "image/jpeg"),
        (picture("JPEG")[:200], "image/jpeg"),
        (picture("PNG", (6000, 5000)), "image/png"),
    ],
)
def test_what_is_no_picture_or_too_large_a_one_is_refused(content: bytes, kind: str) -> None:
    with pytest.raises(Refused, match="file-not-a-picture"):
        reduced(content, kind)


@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
def test_no_broken_picture_breaks_anything(kind: str, data: st.DataObject) -> None:
    content = bytearray(picture(kind, (24, 16)))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=12)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(content)))
    try:
        size = len(reduced(bytes(content[:cut]), f"image/{kind.lower()}"))
    except Refused as refused:
        size = 0 if refused.code == "file-not-a-picture" else 1_000_000
    assert size < 100_000


async def test_a_thumbnail_is_for_those_who_may_read_the_file(web_of: Callable[[str], httpx2.AsyncClient]) -> None:
    content = picture("JPEG")
    name = sha256(content)
    async with web_of("ana") as ana, web_of("ben") as ben:
        assert (await ana.put(f"/{name}", content=content)).status_code == 200
        small = await ana.get(f"/{name}/thumbnail")
        assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
        assert small.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        known = {"if-none-match": small.headers["etag"]}
        assert (await ana.get(f"/{name}/thumbnail", headers=known)).status_code == 304
        for headers in ({}, known):
            hidden = await ben.get(f"/{name}/thumbnail", headers=headers)
            absent = await ben.get(f"/{'0' * 64}/thumbnail", headers=headers)
            assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
        await ana.put(f"/{sha256(PDF)}", content=PDF)
        assert (await ana.get(f"/{sha256(PDF)}/thumbnail")).json()["code"] == "file-not-a-picture"
