"""Data packages and other files: left, listed, fetched by those of the groups alone; the unsafe kept from everybody."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tak import said
from support.tak_web import Camp, Phone, camp

from garance.connectors.tak.package import Content, write_package
from garance.kernel.clock import SystemClock
from garance.kernel.refusal import Refused
from garance.server.tak.keeping import open_keeping
from garance.server.tak.shelf import Left, Shelf

UPLOAD, QUERY, CONTENT = "/Marti/sync/missionupload", "/Marti/sync/missionquery", "/Marti/sync/content"
SEARCH = "/Marti/sync/search"


def package(name: str = "point") -> bytes:
    """A data package of one point."""
    return write_package([Content(entry="p/p.cot", body=said("p"))], uid=f"uid-{name}", name=name)


def digest(content: bytes) -> str:
    """Its address."""
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Camp]:
    """A node with its TAK ports open."""
    async with camp(tmp_path) as made:
        yield made


async def leave(phone: Phone, content: bytes, **query: str) -> str:
    """Leave a package; its address."""
    asked = {"hash": digest(content), "filename": "point.zip", "creatorUid": f"uid-{phone.name}", **query}
    file = {"assetfile": ("point.zip", content, "application/x-zip-compressed")}
    answer = await phone.web.post(UPLOAD, params=asked, files=file)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_package_goes_from_one_phone_to_those_of_its_groups(one: Camp) -> None:
    ann, bob, eve = [
        await one.enrol(name, groups=[group]) for name, group in (("Ann", "a"), ("Bob", "a"), ("Eve", "e"))
    ]
    content = package()
    asked = {"hash": digest(content)}
    assert (await ann.web.get(QUERY, params=asked)).status_code == 404
    address = await leave(ann, content)
    assert address == f"https://{one.host}:{one.ports['web_port']}{CONTENT}?hash={digest(content)}"
    assert (await bob.web.get(QUERY, params=asked)).text == address
    fetched = await bob.web.get(address)
    assert fetched.content == content
    assert "point.zip" in fetched.headers["content-disposition"]
    assert (await bob.web.head(address)).status_code == 200
    assert (await bob.web.get(f"/Marti/api/sync/metadata/{digest(content)}/tool")).content == content
    assert (await bob.web.get(address, headers={"range": "bytes=0-3"})).content == b"PK\x03\x04"

    listed = (await bob.web.get(SEARCH, params={"keywords": "missionpackage", "tool": "public"})).json()
    assert listed["resultCount"] == 1
    item = listed["results"][0]
    assert (item["Name"], item["Hash"], item["SubmissionUser"], item["CreatorUid"]) == (
        "point.zip", digest(content), "Ann", "uid-Ann",
    )  # fmt: skip
    assert (await bob.web.get("/Marti/api/sync/search")).json()["data"][0]["size"] == len(content)
    assert (await bob.web.get(f"/Marti/sync/{digest(content)}/metadata")).json()["Size"] == str(len(content))

    assert (await eve.web.get(SEARCH)).json()["resultCount"] == 0
    for path in (address, f"{QUERY}?hash={digest(content)}", f"/Marti/sync/{digest(content)}/metadata"):
        answer = await eve.web.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


async def test_what_was_sent_to_somebody_is_not_listed_and_taken_back_by_its_sender_alone(
    one: Camp,
) -> None:
    ann, bob = await one.enrol("Ann"), await one.enrol("Bob")
    content = package()
    address = await leave(ann, content)
    tool = f"/Marti/api/sync/metadata/{digest(content)}/tool"
    assert (await bob.web.put(tool, content=b"private")).status_code == 404
    assert (await ann.web.put(tool, content=b"private")).status_code == 200
    assert (await bob.web.get(SEARCH)).json()["results"] == []
    assert (await bob.web.get(address)).content == content
    assert (await bob.web.delete("/Marti/sync/delete", params={"hash": digest(content)})).status_code == 404
    assert (await ann.web.delete("/Marti/sync/delete", params={"hash": digest(content)})).status_code == 200
    assert (await bob.web.get(address)).status_code == 404


async def test_any_file_is_left_bare_or_in_a_form(one: Camp) -> None:
    ann = await one.enrol("Ann")
    asked = {"name": "../../plan <1>.pdf", "keywords": "a,b", "creatorUid": "u", "uid": "plan"}
    bare = await ann.web.post(
        "/Marti/sync/upload", params=asked, content=b"%PDF-1.7", headers={"content-type": "application/pdf"}
    )
    assert bare.json()["Name"] == "plan 1.pdf"
    assert (bare.json()["MIMEType"], bare.json()["Keywords"], bare.json()["UID"]) == (
        "application/pdf",
        ["a", "b"],
        "plan",
    )
    again = await ann.web.get(CONTENT, params={"uid": "plan"})
    assert (again.content, again.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    form = await ann.web.post("/Marti/sync/upload", params={"name": "n"}, files={"f": ("x", b"abc", "text/plain")})
    assert form.json()["Hash"] == digest(b"abc")
    kmz = io.BytesIO()
    with zipfile.ZipFile(kmz, "w") as archive:
        archive.writestr("doc.kml", "<kml/>")
    assert (await ann.web.post("/Marti/sync/upload?name=a.kmz", content=kmz.getvalue())).status_code == 200
    assert (await ann.web.get("/files/api/config")).json() == {"uploadSizeLimit": 64}


def archive(entries: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of those entries, as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


MANIFEST = b'<MissionPackageManifest version="2"><Configuration/><Contents/></MissionPackageManifest>'
UNSAFE = {
    "archive-corrupted": package()[:-30],
    "package-manifest-missing": archive({"a": b"b"}),
    "archive-unsafe": archive({"MANIFEST/manifest.xml": MANIFEST, "../../etc/passwd": b"x"}),
    "archive-too-large": archive({"MANIFEST/manifest.xml": MANIFEST, "zeros": b"\0" * (48 << 20)}),
    "package-manifest-malformed": archive({"MANIFEST/manifest.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
    "file-empty": b"",
}


async def test_what_is_unsafe_is_kept_from_everybody(one: Camp) -> None:
    ann = await one.enrol("Ann")
    for code, content in UNSAFE.items():
        answer = await ann.web.post(UPLOAD, files={"assetfile": ("p.zip", content)})
        assert 400 <= answer.status_code < 500, (code, answer.text)
        assert answer.json()["code"] == code
    for code in ("archive-unsafe", "archive-too-large"):
        assert (await ann.web.post("/Marti/sync/upload?name=a.zip", content=UNSAFE[code])).json()["code"] == code
    wrong = await ann.web.post(UPLOAD, params={"hash": "0" * 64}, files={"assetfile": ("p.zip", package())})
    assert wrong.json()["code"] == "digest-wrong"
    huge = await ann.web.post(UPLOAD, content=b"\0" * (66 << 20))
    assert (huge.status_code, huge.json()["code"]) == (413, "body-too-large")
    odd = {"content-type": "multipart/form-data; boundary=x"}
    for headers, content in (
        (odd, b"nothing"),
        ({"content-type": "multipart/form-data"}, b"--"),
        (odd, b"--x\r\n\r\n"),
    ):
        answer = await ann.web.post(UPLOAD, content=content, headers=headers)
        assert answer.json()["code"] in ("request-malformed", "field-missing"), answer.text
    for path in (
        f"{CONTENT}?hash=x",
        f"{CONTENT}?hash={'0' * 64}%0d%0aset-cookie:x",
        "/Marti/sync/..%2f..%2fx/metadata",
    ):
        assert (await ann.web.get(path)).json()["code"] in ("value-wrong", "unknown", "request-malformed")
    assert (await ann.web.get(CONTENT)).json()["code"] == "field-missing"
    assert (await ann.web.get(SEARCH)).json()["resultCount"] == 0
    kept = [each for each in (one.folder / "noeud" / "tak" / "telephones" / "fichiers").rglob("*") if each.is_file()]
    assert kept == []


def left(now_of: SystemClock, **more: Any) -> Left:
    """What a device says of what it leaves."""
    said_of = {
        "hash": "",
        "submitter": "Ann",
        "name": "n",
        "uid": "",
        "kind": "text/plain",
        "size": 0,
        "groups": ("a",),
    }
    return Left(**{**said_of, "made_at": now_of.now(), **more})


def test_a_shelf_has_a_quota_forgets_what_is_old_and_finds_again_what_it_kept(tmp_path: Path) -> None:
    clock, file = SystemClock(), open_keeping(tmp_path)
    shelf = Shelf(tmp_path, file, clock, quota_bytes=10, kept=timedelta(days=-1))
    kept = shelf.receive(io.BytesIO(b"12345678"), left(clock), package=False)
    with pytest.raises(Refused, match="quota-full"):
        shelf.receive(io.BytesIO(b"abc"), left(clock), package=False)
    same = shelf.receive(io.BytesIO(b"12345678"), left(clock, submitter="Bob", groups=("b",)), package=False)
    assert same.hash == kept.hash
    file.close()
    file = open_keeping(tmp_path)
    shelf = Shelf(tmp_path, file, clock, quota_bytes=10, kept=timedelta(days=-1))
    assert shelf.find(kept.hash, ["a"]) == kept
    assert shelf.find(kept.hash, ["c"]) is None
    shelf.remove(kept.hash, "Ann")
    assert shelf.find(kept.hash, ["a"]) is None
    assert shelf.path(kept.hash).read_bytes() == b"12345678"
    assert shelf.expire() == 1
    assert not shelf.path(kept.hash).exists()
    assert shelf.receive(io.BytesIO(b"abcdefghij"), left(clock), package=False).size == 10
    file.close()


def test_only_refusals_come_of_any_bytes(tmp_path: Path) -> None:
    file, clock = open_keeping(tmp_path), SystemClock()
    shelf, true = Shelf(tmp_path, file, clock), package()

    @settings(max_examples=60, deadline=None)
    @given(content=st.binary(max_size=300), keep=st.integers(0, 300), flip=st.integers(0, len(true) - 1))
    def look(content: bytes, keep: int, flip: int) -> None:
        flipped = true[:flip] + bytes([true[flip] ^ 0xFF]) + true[flip + 1 :]
        for each in (content, flipped, true[:keep], b"PK\x03\x04" + content):
            for as_package in (True, False):
                with suppress(Refused):
                    kept = shelf.receive(io.BytesIO(each), left(clock), package=as_package)
                    assert shelf.path(kept.hash).read_bytes() == each

    look()
    file.close()
