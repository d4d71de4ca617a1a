"""Data packages: what is sound is read, what is hostile is refused or set aside, what we write others can read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.territories import real_data

from garance.connectors.tak import package as tested
from garance.connectors.tak.cot import write_xml
from garance.connectors.tak.decode import observations
from garance.connectors.tak.encode import removal
from garance.connectors.tak.package import (
    MANIFEST,
    Content,
    SetAside,
    digest_of,
    messages,
    read_package,
    write_package,
)
from garance.kernel.refusal import Refused
from garance.ports.observation import Drawn

COT = write_xml(removal("x", at=datetime(2026, 1, 1, tzinfo=UTC)))
CONTENTS = (
    Content(entry="a/x.cot", parameters=(("uid", "x"),), body=COT),
    Content(entry="plan.pdf", ignored=True, parameters=(("name", "Plan & accès"),), body=b"%PDF"),
)


def manifest(*entries: str) -> bytes:
    listed = "".join(f'<Content ignore="false" zipEntry="{entry}"/>' for entry in entries)
    return (
        '<MissionPackageManifest version="2"><Configuration><Parameter name="uid" value="u"/>'
        f'<Parameter name="name" value="n"/></Configuration><Contents>{listed}</Contents></MissionPackageManifest>'
    ).encode()


def zipped(members: Sequence[tuple[str, bytes]], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def code(raw: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_package(raw)
    return caught.value.code


def test_a_package_comes_back_as_it_went() -> None:
    raw = write_package(CONTENTS, uid="u-1", name="Plan d'appui", deleted=True, parameters={"callsign": "PC"})
    assert raw == write_package(CONTENTS, uid="u-1", name="Plan d'appui", deleted=True, parameters={"callsign": "PC"})
    found = read_package(raw)
    assert found.digest == digest_of(raw)
    assert (found.uid, found.name, found.imported, found.deleted) == ("u-1", "Plan d'appui", True, True)
    assert dict(found.parameters)["callsign"] == "PC"
    assert found.contents == CONTENTS
    assert (found.unlisted, found.set_aside) == ((), ())
    assert found.contents[1].parameter("name") == "Plan & accès"
    read, aside = messages(found)
    assert ([cot.uid for cot in read], aside) == (["x"], ())


def test_an_ordinary_reader_opens_what_we_write() -> None:
    with zipfile.ZipFile(io.BytesIO(write_package(CONTENTS, uid="u", name="n"))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [MANIFEST, "a/x.cot", "plan.pdf"]
        text = archive.read(MANIFEST).decode()
    assert '<MissionPackageManifest version="2">' in text
    assert '<Parameter name="onReceiveImport" value="true"/>' in text


def test_what_concerns_one_content_sets_it_aside() -> None:
    members = [
        (MANIFEST, manifest("a.cot", "a.cot", "gone.cot", "../b.cot")),
        ("a.cot", b"<event/>"),
        ("more.txt", b""),
    ]
    found = read_package(zipped(members))
    assert [content.entry for content in found.contents] == ["a.cot"]
    assert found.unlisted == ("more.txt",)
    assert found.set_aside == (
        SetAside("a.cot", "package-name-doubled"),
        SetAside("gone.cot", "package-content-missing"),
        SetAside("../b.cot", "package-content-missing"),
    )
    assert messages(found) == ((), (SetAside("a.cot", "cot-malformed"),))


def test_windows_names() -> None:
    found = read_package(zipped([("MANIFEST\\manifest.xml", manifest("g\\a.cot")), ("g\\a.cot", COT)]))
    assert [content.entry for content in found.contents] == ["g/a.cot"]
    assert messages(found)[0][0].uid == "x"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:\\x", "..\\x"])
def test_a_name_that_climbs_out_is_refused(name: str) -> None:
    assert code(zipped([(MANIFEST, manifest()), (name, b"")])) == "archive-unsafe"
    with pytest.raises(Refused, match="archive-unsafe"):
        write_package([Content(entry=name)], uid="u", name="n")


def test_doubled_names_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        doubled = zipped([(MANIFEST, manifest()), ("a", b"1"), ("a", b"2")])
    assert code(doubled) == "package-name-doubled"
    assert code(zipped([(MANIFEST, manifest()), ("MANIFEST\\MANIFEST.XML", b"")])) == "package-name-doubled"
    for contents in ([Content(entry="a"), Content(entry="a")], [Content(entry=MANIFEST)]):
        with pytest.raises(Refused, match="package-name-doubled"):
            write_package(contents, uid="u", name="n")


def test_manifests() -> None:
    assert code(zipped([("a", b"")])) == "package-manifest-missing"
    for wrong in (b"", b"<a/>", b"<MissionPackageManifest>", b"<!DOCTYPE a><MissionPackageManifest/>"):
        assert code(zipped([(MANIFEST, wrong)])) == "package-manifest-malformed"
    empty = read_package(zipped([(MANIFEST, b"<MissionPackageManifest/>")]))
    assert (empty.uid, empty.name, empty.contents) == ("", "", ())


def test_broken_and_locked_archives() -> None:
    sound = zipped([(MANIFEST, manifest("a")), ("a", b"hello" * 100)], stored=True)
    assert code(b"") == "archive-corrupted"
    assert code(sound[: len(sound) // 2]) == "archive-corrupted"
    assert code(sound.replace(b"hellohello", b"hellohallo", 1)) == "archive-corrupted"
    locked = bytearray(zipped([(MANIFEST, manifest())]))
    at = locked.index(b"PK\x01\x02")
    locked[at + 8] |= 1
    assert code(bytes(locked)) == "archive-encrypted"
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert code(out.getvalue()) == "archive-unsafe"


def test_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code(zipped([(MANIFEST, manifest()), ("a", bytes(40 << 20))])) == "archive-too-large"
    assert code(zipped([(str(number), b"") for number in range(tested.MAX_MEMBERS + 1)])) == "archive-too-large"
    monkeypatch.setattr(tested, "MAX_UNPACKED_BYTES", 1 << 20)
    inner = zipped([("a", bytes(400_000))])
    assert read_package(zipped([(MANIFEST, manifest()), ("1.zip", inner), ("2.zip", inner)])).unlisted
    many = [(f"{number}.zip", inner) for number in range(4)]
    assert code(zipped([(MANIFEST, manifest()), *many])) == "archive-too-large"


def test_archives_inside_one_another() -> None:
    def nested(depth: int) -> bytes:
        inner = zipped([("end.txt", b"")])
        for _ in range(depth - 1):
            inner = zipped([("in.zip", inner)])
        return zipped([(MANIFEST, manifest("in.zip")), ("in.zip", inner)])

    assert len(read_package(nested(2)).contents) == 1
    assert code(nested(3)) == "archive-nested"
    damaged = zipped([(MANIFEST, manifest("in.kmz")), ("in.kmz", b"PK\x03\x04 no more")])
    assert len(read_package(damaged).contents) == 1


@settings(max_examples=150)
@given(st.data())
def test_damage_only_ever_refuses(data: st.DataObject) -> None:
    raw = bytearray(write_package(CONTENTS, uid="u", name="n"))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        messages(read_package(bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))])))
    except Refused:
        return


@given(st.binary(max_size=300))
def test_bytes_without_sense_are_refused(raw: bytes) -> None:
    assert code(b"PK\x03\x04" + raw) == "archive-corrupted"


@pytest.mark.real_data
class TestRealPackages:
    """Four packages made by ATAK and by a server."""

    @staticmethod
    def package(name: str) -> tested.Package:
        return read_package((real_data("standards") / "tak_packages" / f"{name}.zip").read_bytes())

    def test_a_map_overlay(self) -> None:
        found = self.package("COMilePosts")
        assert (found.name, found.imported, found.deleted) == ("CO Mileposts.kmz", True, True)
        (content,) = found.contents
        assert content.parameter("contentType") == "KML"
        assert content.body.startswith(b"PK")
        assert messages(found) == ((), ())

    def test_a_camera(self) -> None:
        found = self.package("CameraCOTs")
        read, aside = messages(found)
        assert aside == ()
        (drawn,) = observations(read[0])
        assert isinstance(drawn, Drawn)
        assert (drawn.name, drawn.details["author"]) == ("Lake City", "CO-DFPC-Schmidt")
        again = read_package(write_package(found.contents, uid=found.uid, name=found.name))
        assert again.contents == found.contents

    def test_favourites(self) -> None:
        found = self.package("GrandJunctionAOI")
        assert (found.uid, len(found.contents)) == ("76dc90d2-988e-46fe-bfeb-6ce360dac4b9", 1)

    def test_an_archived_mission(self) -> None:
        found = self.package("MissionArchive")
        assert dict(found.parameters)["mission_name"] == "Ingalls Testing"
        assert found.groups == ("DFPCCoE - All Personnel",)
        assert found.contents == ()
