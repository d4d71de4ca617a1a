"""Whatever the bytes, a decoder tells something or refuses with a code; nothing else ever comes out."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.source import ROOT

from garance.connectors.tak.cot import Cot, read_xml, write_xml
from garance.connectors.tak.decode import decode, observations, read_frame
from garance.connectors.tak.payload_schema import TakMessage
from garance.connectors.tak.protobuf import read_protobuf, wrap_mesh, wrap_stream, write_protobuf
from garance.domain.drawings.figures import check_outline
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Drawn

FRAMES = [path.read_bytes() for path in sorted((ROOT / "tests" / "frames" / "tak").iterdir()) if path.suffix != ".json"]
ENVELOPES = [wrap_mesh(write_protobuf(read_xml(raw))) for raw in FRAMES if raw.startswith(b"<")]
TYPES = [
    "a-f-G-U-C",
    "a-n-G-I",
    "u-d-f",
    "u-d-r",
    "u-d-c-c",
    "u-rb-a",
    "b-m-r",
    "b-t-f",
    "b-a-o-tbl",
    "t-x-d-d",
    "b-r-f-h-c",
]
PARTS = {
    "contact": ["callsign"], "track": ["course", "speed"], "link": ["uid", "point", "relation"],
    "remarks": ["time", "to"],
    "__chat": ["id", "chatroom"], "emergency": ["type", "cancel"], "status": ["battery"], "color": ["argb"],
    "range": ["value"], "bearing": ["value"], "__garance": ["kind", "state", "symbol"], "_medevac_": ["urgent"],
    "height": ["value"], "strokeColor": ["value"], "__group": ["name", "role"], "takv": ["version"], "marti": [],
}  # fmt: skip
HARD = st.one_of(
    st.sampled_from(["", "0", "-0", "1e400", "NaN", "45,-1", "91,0", "45,-1,2", "1e-400", "٣", "²"]),
    st.sampled_from(["99999999999", "true", "-1", "500000.1", "360", "1_0"]),
    st.text(max_size=8).map(lambda text: "".join(each for each in text if each.isprintable())),
)  # fmt: skip


def keeps_the_promise(raw: bytes) -> None:
    try:
        found = decode(Frame(data=raw))
    except Refused:
        return
    for each in found:
        assert 1 <= len(each.uid) <= 256
        if isinstance(each, Drawn):
            check_outline(each.geometry, each.figure)


def comes_back(raw: bytes) -> None:
    """What was read once is written, and read again as the same."""
    try:
        cot = read_frame(raw)
    except Refused:
        return
    if cot is not None:
        again = read_xml(write_xml(cot))
        assert observations_or_code(again) == observations_or_code(cot)


def observations_or_code(cot: Cot) -> object:
    try:
        return observations(cot)
    except Refused as why:
        return why.code


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xbf", b"\xbf\x01\xbf", b"<event ", b"<?xml "]))
def test_bytes_without_sense(raw: bytes, start: bytes) -> None:
    keeps_the_promise(start + raw)


@settings(max_examples=400)
@given(st.sampled_from(FRAMES + ENVELOPES), st.integers(0, 2**32))
def test_damaged_frames(raw: bytes, seed: int) -> None:
    chance, damaged = random.Random(seed), bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(damaged))
        match chance.randrange(3):
            case 0:
                damaged[at] = chance.randrange(256)
            case 1:
                del damaged[at : at + chance.randint(1, 20)]
            case _:
                damaged[at:at] = damaged[: chance.randint(1, 40)]
        damaged = damaged or bytearray(b"x")
    keeps_the_promise(bytes(damaged))
    comes_back(bytes(damaged))


@settings(max_examples=300)
@given(st.data())
def test_sound_messages_with_hard_values(data: st.DataObject) -> None:
    parts = []
    for name in data.draw(st.lists(st.sampled_from(sorted(PARTS)), max_size=6)):
        said = {key: data.draw(HARD) for key in PARTS[name]}
        written = "".join(f' {key}="{escape(value)}"' for key, value in said.items())
        parts.append(f"<{name}{written}>{escape(data.draw(HARD))}</{name}>")
    major, minor, angle = (data.draw(st.floats()) for _ in range(3))
    ring = f'<shape><ellipse major="{major}" minor="{minor}" angle="{angle}"/></shape>'
    lat, lon = data.draw(st.floats(-90, 90)), data.draw(st.floats(-180, 180))
    raw = (
        f"<event uid='u' type='{data.draw(st.sampled_from(TYPES))}' how='h-e' time='2026-01-01T00:00:00Z' "
        f"stale='2026-01-01T00:00:00Z'><point lat='{lat!r}' lon='{lon!r}'/><detail>{''.join(parts)}"
        f"{data.draw(st.sampled_from(['', ring]))}</detail></event>"
    ).encode()
    keeps_the_promise(raw)
    cot = read_xml(raw)
    assert read_xml(write_xml(cot)) == cot
    back = read_protobuf(write_protobuf(cot))
    assert back is not None
    assert sorted(part.name for part in back.parts) == sorted(part.name for part in cot.parts)


@given(st.floats(), st.floats(), st.integers(0, 2**64 - 1), st.text(max_size=20), st.text(max_size=20))
def test_any_payload(lat: float, lon: float, at: int, text: str, inside: str) -> None:
    message: Any = TakMessage()
    said = message.cotEvent
    said.uid, said.type, said.how, said.lat, said.lon = text or "u", "a-f-G", text, lat, lon
    said.sendTime = said.startTime = said.staleTime = at
    said.detail.xmlDetail = inside
    said.detail.contact.callsign = text
    said.detail.track.speed = lat
    raw = wrap_stream(message.SerializeToString())
    keeps_the_promise(raw)
    comes_back(raw)


def test_a_drawing_of_too_many_vertices_is_refused() -> None:
    points = "".join(f"<link point='45.{number:05d},-1'/>" for number in range(20_001))
    raw = (
        "<event uid='u' type='u-d-f' how='h-e' time='2026-01-01T00:00:00Z' stale='2026-01-01T00:00:00Z'>"
        f"<point lat='45' lon='-1'/><detail>{points}</detail></event>"
    ).encode()
    with pytest.raises(Refused, match="geometry-too-large"):
        decode(Frame(data=raw))


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
