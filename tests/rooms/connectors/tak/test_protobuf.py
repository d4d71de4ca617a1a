"""The payload of version 1 says what the XML says, and other readers of the protocol agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import takproto
from hypothesis import given
from hypothesis import strategies as st
from support.source import ROOT
from takproto.constants import TAKProtoVer

from garance.connectors.tak.cot import Cot, read_xml, write_xml
from garance.connectors.tak.payload_schema import TakMessage
from garance.connectors.tak.protobuf import (
    Payload,
    read_payload,
    read_protobuf,
    unwrap_mesh,
    unwrap_stream,
    wrap_mesh,
    wrap_stream,
    write_protobuf,
    write_versions,
)
from garance.connectors.tak.xml_tree import Element
from garance.kernel.refusal import Refused

FRAMES = sorted((ROOT / "tests" / "frames" / "tak").glob("*.xml"))
TYPED = {"contact", "__group", "precisionlocation", "status", "takv", "track"}


def with_detail(inside: str, root: str = "") -> Cot:
    times = "time='2026-01-01T00:00:00Z' start='2026-01-01T00:00:00Z' stale='2026-01-01T00:01:00Z'"
    point = "<point lat='1.5' lon='-2.25' hae='9999999.0' ce='4' le='9999999.0'/>"
    text = f"<event version='2.0' uid='u' type='a-f-G' how='m-g' {times} {root}>{point}{inside}</event>"
    return read_xml(text.encode())


def sent(cot: Cot) -> Any:
    message: Any = TakMessage()
    message.ParseFromString(write_protobuf(cot))
    return message.cotEvent.detail


def sorted_parts(cot: Cot) -> list[tuple[str, frozenset[tuple[str, str]], object]]:
    """The parts, without their order nor the way numbers are written."""
    return sorted(
        (part.name, frozenset((key, _plain(part, value)) for key, value in part.attributes), part.children)
        for part in cot.parts
    )


def _plain(part: Element, value: str) -> str:
    return repr(float(value)) if part.name == "track" else value


def code(raw: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_payload(raw)
    return caught.value.code


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: path.name)
def test_a_frame_survives(path: Path) -> None:
    cot = read_xml(path.read_bytes())
    back = read_protobuf(write_protobuf(cot))
    assert back is not None
    assert msgspec.structs.replace(back, detail=None) == msgspec.structs.replace(cot, detail=None)
    assert sorted_parts(back) == sorted_parts(cot)
    assert read_protobuf(write_protobuf(back)) == back
    rest = [part for part in cot.parts if part.name not in TYPED]
    assert [part for part in back.parts if part.name not in TYPED] == rest


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: path.name)
def test_the_other_library_reads_what_we_write(path: Path) -> None:
    cot = read_xml(path.read_bytes())
    for frame in (wrap_mesh(write_protobuf(cot)), wrap_stream(write_protobuf(cot))):
        theirs = takproto.parse_proto(bytearray(frame)).cotEvent
        assert (theirs.uid, theirs.type, theirs.how) == (cot.uid, cot.type, cot.how)
        assert (theirs.lat, theirs.lon) == (cot.place.lat_deg, cot.place.lon_deg)
        assert theirs.sendTime == int(cot.time.timestamp() * 1000)
        contact = cot.part("contact")
        if contact is not None and not contact.get("phone"):
            assert theirs.detail.contact.callsign == contact.get("callsign")


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: path.name)
def test_we_read_what_the_other_library_writes(path: Path) -> None:
    cot = read_xml(path.read_bytes())
    for version, unwrap in ((TAKProtoVer.MESH, unwrap_mesh), (TAKProtoVer.STREAM, unwrap_stream)):
        back = read_protobuf(unwrap(bytes(takproto.xml2proto(path.read_bytes(), version))))
        assert back is not None
        assert (back.uid, back.type, back.time, back.stale) == (cot.uid, cot.type, cot.time, cot.stale)
        assert back.place == cot.place
        assert {part.name for part in back.parts} >= {
            part.name for part in cot.parts if part.name in TYPED - {"status"}
        }


def test_the_six_parts_are_typed_when_the_message_says_it_all() -> None:
    said = sent(
        with_detail(
            "<detail><contact callsign='A' endpoint='*:-1:stcp'/><__group name='Cyan' role='Team Lead'/>"
            "<precisionlocation geopointsrc='GPS' altsrc='DTED2'/><status battery='0'/>"
            "<takv device='d' platform='p' os='o' version='v'/><track speed='1.50' course='0'/></detail>"
        )
    )
    assert said.xmlDetail == ""
    assert (said.contact.callsign, said.contact.endpoint) == ("A", "*:-1:stcp")
    assert (said.group.name, said.group.role) == ("Cyan", "Team Lead")
    assert (said.precisionLocation.geopointsrc, said.precisionLocation.altsrc) == ("GPS", "DTED2")
    assert said.HasField("status")
    assert said.status.battery == 0
    assert (said.takv.device, said.takv.platform, said.takv.os, said.takv.version) == ("d", "p", "o", "v")
    assert (said.track.speed, said.track.course) == (1.5, 0.0)


@pytest.mark.parametrize(
    ("inside", "field"),
    [
        ("<contact callsign='A' phone='1'/>", "contact"),
        ("<contact endpoint='x'/>", "contact"),
        ("<contact callsign='A' endpoint=''/>", "contact"),
        ("<contact callsign='A'/><contact callsign='B'/>", "contact"),
        ("<contact callsign='A'>text</contact>", "contact"),
        ("<__group name='Cyan'/>", "group"),
        ("<__group name='Cyan' role=''/>", "group"),
        ("<status readiness='true'/>", "status"),
        ("<status battery='78.5'/>", "status"),
        ("<status battery='078'/>", "status"),
        ("<status battery='-1'/>", "status"),
        ("<status battery='99999999999'/>", "status"),
        ("<track speed='fast' course='1'/>", "track"),
        ("<track speed='NaN' course='1'/>", "track"),
        ("<track speed='1' course='1' slope='0'/>", "track"),
        ("<takv os='o'><x/></takv>", "takv"),
        ("<precisionlocation altsrc='DTED2'/>", "precisionLocation"),
    ],
)
def test_a_part_that_its_message_cannot_say_stays_xml(inside: str, field: str) -> None:
    cot = with_detail(f"<detail>{inside}</detail>")
    said = sent(cot)
    assert not said.HasField(field)
    back = read_protobuf(write_protobuf(cot))
    assert back == cot


def test_when_both_are_said_the_xml_is_right() -> None:
    message: Any = TakMessage()
    message.ParseFromString(write_protobuf(with_detail("<detail/>")))
    message.cotEvent.detail.xmlDetail = '<?xml version="1.0" encoding="UTF-8"?><contact callsign="X" phone="1"/>'
    message.cotEvent.detail.contact.callsign = "T"
    message.cotEvent.detail.status.battery = 5
    cot = read_protobuf(message.SerializeToString())
    assert cot is not None
    assert [(part.name, part.attributes) for part in cot.parts] == [
        ("contact", (("callsign", "X"), ("phone", "1"))),
        ("status", (("battery", "5"),)),
    ]


def test_no_detail_and_an_empty_one_are_told_apart() -> None:
    assert read_protobuf(write_protobuf(with_detail(""))) == with_detail("")
    assert read_protobuf(write_protobuf(with_detail("<detail/>"))) == with_detail("<detail/>")


def test_namespaces_declared_above_still_hold() -> None:
    cot = with_detail("<detail xmlns:b='urn:b'><a:x/><b:y a:z='1'/><c/></detail>", "xmlns:a='urn:a'")
    back = read_protobuf(write_protobuf(cot))
    assert back is not None
    assert [part.attributes for part in back.parts] == [
        (("xmlns:a", "urn:a"),),
        (("a:z", "1"), ("xmlns:a", "urn:a"), ("xmlns:b", "urn:b")),
        (),
    ]
    assert read_xml(write_xml(back)) == back


def test_what_a_server_adds_is_kept() -> None:
    cot = with_detail("", "caveat='FOUO' releaseableTo='FRA' opex='e-X' qos='5-r-g' access='Undefined'")
    assert read_protobuf(write_protobuf(cot)) == cot


def test_versions_alone() -> None:
    raw = write_versions(contact_uid="ANDROID-1")
    assert read_payload(raw) == Payload(min_version=1, max_version=1, contact_uid="ANDROID-1")
    assert read_protobuf(raw) is None
    theirs = takproto.parse_proto(bytearray(wrap_mesh(raw)))
    assert theirs.takControl.contactUid == "ANDROID-1"
    assert read_payload(b"") == Payload()


@given(st.binary(max_size=70_000))
def test_envelopes(payload: bytes) -> None:
    assert unwrap_stream(wrap_stream(payload)) == payload
    assert unwrap_mesh(wrap_mesh(payload)) == payload


@pytest.mark.parametrize("length", [0, 1, 127, 128, 300, 16383, 16384])
def test_lengths_are_varints(length: int) -> None:
    frame = wrap_stream(b"x" * length)
    assert unwrap_stream(frame) == b"x" * length
    for broken in (frame[:-1], frame + b"x", b"\xbe" + frame[1:]):
        with pytest.raises(Refused, match="tak-frame-malformed"):
            unwrap_stream(broken)


def test_wrong_envelopes_and_payloads_are_refused() -> None:
    for raw in (b"", b"\xbf", b"\xbf" + b"\xff" * 20):
        with pytest.raises(Refused, match="tak-frame-malformed"):
            unwrap_stream(raw)
    with pytest.raises(Refused, match="tak-frame-malformed"):
        unwrap_mesh(b"\xbf\x02\xbf")
    assert code(b"\xff\xff") == "tak-payload-malformed"
    assert code(b"\x12\x02\x0a\xff") == "tak-payload-malformed"
    assert code(b"\x12\x00") == "cot-malformed"
    message: Any = TakMessage()
    message.ParseFromString(write_protobuf(with_detail("<detail/>")))
    message.cotEvent.detail.xmlDetail = "<a></detail><detail>"
    assert code(message.SerializeToString()) == "cot-xml-malformed"
    message.cotEvent.detail.xmlDetail = "<!DOCTYPE a><a/>"
    assert code(message.SerializeToString()) == "cot-xml-malformed"
    message.cotEvent.detail.xmlDetail = ""
    message.cotEvent.staleTime = 2**64 - 1
    assert code(message.SerializeToString()) == "cot-malformed"
    message.cotEvent.lat = float("nan")
    assert code(message.SerializeToString()) == "cot-malformed"


def test_before_the_epoch_is_refused() -> None:
    cot = with_detail("")
    with pytest.raises(Refused, match="cot-malformed"):
        write_protobuf(msgspec.structs.replace(cot, start=cot.start.replace(year=1960)))
