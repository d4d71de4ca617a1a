"""What decides where a message goes: the quick reading says what the careful one says; only refusals come out."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tak import said

from garance.connectors.tak.relay.routed import Destination, Routed, _careful, _quick, read_routed
from garance.connectors.tak.relay.splitter import Piece
from garance.connectors.tak.relay.varints import framed, read_fields, varint
from garance.kernel.refusal import Refused

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
)


@given(
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.lists(st.tuples(st.sampled_from(["callsign", "uid", "mission", "group"]), TEXT), max_size=3),
)
def test_both_readings_agree_and_find_what_was_written(
    uid: str, kind: str, callsign: str, group: str, destinations: list[tuple[str, str]]
) -> None:
    dests = "".join(f"<dest {how}={quoteattr(name)}/>" for how, name in destinations)
    body = (
        f"<event version='2.0' uid={quoteattr(uid)} type={quoteattr(kind)} stale='x'><point/><detail>"
        f"<contact endpoint='*' callsign={quoteattr(callsign)}/><__group role='HQ' name={quoteattr(group)}/>"
        f"<marti>{dests}</marti></detail></event>"
    ).encode()
    wanted = Routed(uid, kind, "x", callsign, "*", group, tuple(Destination(*one) for one in destinations))
    assert _careful(body) == wanted
    assert _quick(body) in (wanted, None)
    assert read_routed(Piece(False, body)) == wanted


@pytest.mark.parametrize(
    "body",
    [
        b'<event\nuid=\'a\'\ttype="b" how=\'uid="z" type="y"\'><point/></event>',
        b"<event uid='a' type='b'><!-- <contact callsign='no'/> --><point/></event>",
        b"<event uid='a' type='b'><remarks><![CDATA[<marti><dest uid='x'/></marti>]]></remarks></event>",
        b"<event uid='a' type='b'><detail><x><contact callsign='no'/></x><contact></contact></detail></event>",
        b"<event uid='&#97;' type='&#98;'/>",
        b"<t:event xmlns:t='u' uid='a' type='b'></t:event>",
        b"<event uid='a' type='b'><detail><contacts callsign='no'/></detail></event>",
    ],
)
def test_doubtful_messages_are_read_with_care(body: bytes) -> None:
    assert read_routed(Piece(False, body)) == Routed("a", "b")


def test_the_first_known_attribute_of_a_destination_counts() -> None:
    body = said("a", to='<dest uid="u" callsign="c"/><dest/><dest path="p" mission="m"/>')
    assert read_routed(Piece(False, body)).destinations == (Destination("callsign", "c"), Destination("mission", "m"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<event uid='a' type='b'>", "tak-message-malformed"),
        (b"<event uid='' type='b'/>", "tak-message-malformed"),
        (b"<event uid='a' uid='b' type='b'><x></event>", "tak-message-malformed"),
        (b"<other uid='a' type='b'/>", "tak-message-malformed"),
        (b"<event uid='" + b"a" * 300 + b"' type='b'/>", "tak-message-malformed"),
        (b"<!DOCTYPE event [<!ENTITY a 'b'>]><event uid='a' type='b'/>", "xml-with-entities"),
        (b"<event uid='a' type='b'><!-- -->" + b"<x>" * 70 + b"</x>" * 70 + b"</event>", "tak-message-malformed"),
        (said("a", to="<dest uid='x'/>" * 201), "tak-message-malformed"),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_routed(Piece(False, body))


@given(
    st.booleans(),
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=40).map(lambda some: said("a") + some),
        st.tuples(st.integers(0, 300), st.binary(max_size=8)).map(
            lambda cut: said("a", callsign="b")[: cut[0]] + cut[1] + said("a")[cut[0] :]
        ),
    ),
)
def test_only_refusals_come_out(is_frame: bool, body: bytes) -> None:
    try:
        found = read_routed(Piece(is_frame, body))
    except Refused:
        return
    assert found.uid
    assert found.kind


def field(number: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def test_frames_are_read_field_by_field() -> None:
    detail = field(1, b"<marti><dest callsign='B'/></marti>") + field(2, field(1, b"*:-1:stcp") + field(2, b"A"))
    detail += field(3, field(1, b"Cyan") + field(2, b"HQ"))
    cot = (
        field(1, b"a-f")
        + field(5, b"u")
        + field(8, 1_764_287_395_083)
        + field(15, detail)
        + varint(10 << 3 | 1)
        + bytes(8)
    )
    payload = field(1, field(1, 1)) + field(2, cot)
    wanted = Routed("u", "a-f", "1764287395083", "A", "*:-1:stcp", "Cyan", (Destination("callsign", "B"),))
    assert read_routed(Piece(True, payload)) == wanted


def test_what_the_xml_says_is_right_against_the_messages() -> None:
    """A part that is in both is read from the XML alone (`protocol.txt`)."""
    typed = field(2, field(1, b"*:-1:stcp") + field(2, b"A")) + field(3, field(1, b"Cyan") + field(2, b"HQ"))
    xml = b"<contact callsign='X'/><__group role='HQ'/>"
    cot = field(1, b"a-f") + field(5, b"u") + field(8, 1_764_287_395_083) + field(15, field(1, xml) + typed)
    assert read_routed(Piece(True, field(2, cot))) == Routed("u", "a-f", "1764287395083", "X")


def test_a_removal_names_what_it_removes_in_both_writings() -> None:
    links = b"<link uid='a' type='none'/><link point='1,2'/><link relation='none' uid='b'/>"
    body = b"<event uid='u' type='t-x-d-d'><point/><detail>" + links + b"</detail></event>"
    assert read_routed(Piece(False, body)).removed == ("a", "b")
    frame = field(2, field(1, b"t-x-d-d") + field(5, b"u") + field(15, field(1, links)))
    assert read_routed(Piece(True, frame)).removed == ("a", "b")
    assert read_routed(Piece(False, body.replace(b"t-x-d-d", b"a-f-G"))).removed == ()


@pytest.mark.parametrize(
    "payload", [b"", b"\x12", b"\x12\x05a", b"\x0b", b"\x08" + b"\xff" * 12, field(2, field(1, b"a") * 300)]
)
def test_frames_that_are_cut_are_refused(payload: bytes) -> None:
    with pytest.raises(Refused, match="tak-message-malformed"):
        read_routed(Piece(True, payload))


@given(st.integers(0, 1 << 62))
def test_varints_come_back(value: int) -> None:
    assert read_fields(field(3, value)).number(3) == value
    assert framed(b"abc") == b"\xbf\x03abc"
