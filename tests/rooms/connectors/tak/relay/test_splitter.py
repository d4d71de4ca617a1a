"""Splitting: any chunking of any mix of messages gives the same messages; garbage is bounded and told."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from garance.connectors.tak.relay.splitter import Piece, Splitter
from garance.connectors.tak.relay.varints import framed

XML = [
    b'<event uid="a" type="a-f-G"><point lat="1"/></event>',
    b"<event uid='a'><detail><remarks>l'eau monte</remarks></detail></event>",
    b"<event uid='a'><!-- </event> --><point/></event>",
    b"<event uid='a'><remarks><![CDATA[</event><event>]]></remarks></event>",
    b'<event uid="a"><remarks text="</event>"/></event>',
    b"<event uid='>'><remarks text='> </event>'/></event>",
    b"<event uid='a'><event uid='b'><x/></event><event/></event>",
    b"<event uid='a'><eventual/></eventual></event>",
    b"<event\n\tuid='a'>\n</event\n>",
    b"<event uid='a'/>",
    b"<event/>",
    b'<c:event xmlns:c="x" uid="a"><c:detail/></c:event>',
    "<event uid='é'><remarks>évacuation</remarks></event>".encode(),
    b"<event uid='a'><?go </event> ?><point/></event>",
]
BETWEEN = [
    b"",
    b"\n",
    b"  \r\n",
    b'<?xml version="1.0" encoding="UTF-8"?>\n',
    b"<?xml version='1.0' standalone='yes'?>",
    b"\x00",
    b"\xef\xbb\xbf",
]
FRAMES = [b"\x12\x03abc", b"\xbf\xbf", b"<event uid='a'></event>", bytes(200), b"</event>"]
MESSAGES = st.one_of(
    st.sampled_from(XML).map(lambda body: Piece(False, body)),
    st.sampled_from(FRAMES).map(lambda body: Piece(True, body)),
)


def wire(piece: Piece, between: bytes) -> bytes:
    return framed(piece.body) if piece.is_frame else between + piece.body


def split(data: bytes, cuts: list[int]) -> tuple[list[Piece], Splitter]:
    splitter, found, last = Splitter(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        splitter.feed(data[last:cut])
        found += splitter.pieces()
        last = cut
    return found, splitter


@given(st.lists(st.tuples(MESSAGES, st.sampled_from(BETWEEN)), max_size=8), st.data())
def test_any_chunking_of_any_mix_gives_the_same_messages(mix: list[tuple[Piece, bytes]], data: st.DataObject) -> None:
    stream = b"".join(wire(piece, between) for piece, between in mix)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=40))
    found, splitter = split(stream, cuts)
    assert found == [piece for piece, _ in mix]
    assert splitter.trouble is None
    assert splitter.garbage_bytes == 0


@pytest.mark.parametrize("body", XML)
def test_byte_by_byte(body: bytes) -> None:
    stream = body + b"\n" + framed(b"abc") + XML[0]
    assert split(stream, list(range(len(stream))))[0] == [Piece(False, body), Piece(True, b"abc"), Piece(False, XML[0])]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from([*XML, b"<event ", b"</event>", b"<?xml ", b"\xbf", b"'", b'"', b"<!--"]),
        )
    ),
    st.data(),
)
@example([b"\xbf\x00", b"garbage \xbf\x01a"], None)
@example([b"<event uid='a", b'<?xml version="1.0"?>', XML[0]], None)
def test_whatever_comes_chunking_changes_nothing(parts: list[bytes], data: st.DataObject | None) -> None:
    stream = b"".join(parts)
    cuts = list(range(len(stream))) if data is None else data.draw(st.lists(st.integers(0, len(stream)), max_size=20))
    whole, cut = split(stream, []), split(stream, cuts)
    assert whole[0] == cut[0]
    assert (whole[1].trouble is None) == (cut[1].trouble is None)


def test_what_comes_before_a_message_is_passed_over() -> None:
    auth = b"<auth><cot username='a' password='b'/></auth>"
    found, splitter = split(auth + XML[0] + b"\x01\x02 noise " + XML[1], [3])
    assert found == [Piece(False, XML[0]), Piece(False, XML[1])]
    assert splitter.garbage_bytes > len(auth)


def test_a_message_that_was_cut_does_not_take_the_next_with_it() -> None:
    declared = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    found, splitter = split(declared + b"<event uid='a'><detail><remarks>oh" + declared + XML[0], [])
    assert found == [Piece(False, XML[0])]
    assert splitter.garbage_bytes > 0


def test_another_encoding_is_made_utf_8() -> None:
    body = "<event uid='é'></event>"
    stream = b"<?xml version='1.0' encoding='ISO-8859-1'?>" + body.encode("latin-1") + XML[0]
    assert split(stream, [])[0] == [Piece(False, body.encode()), Piece(False, XML[0])]
    assert split(body.encode("latin-1") + XML[0], [])[0] == [Piece(False, XML[0])]


def test_after_frames_garbage_is_left_at_the_next_mark() -> None:
    assert split(framed(b"one") + b"noise" + framed(b"two") + b"x" + XML[0], [])[0] == [
        Piece(True, b"one"), Piece(True, b"two"), Piece(False, XML[0])
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 65536])
def test_a_message_too_large_is_refused_and_those_before_are_given(size: int) -> None:
    stream = XML[0] + b"<event uid='a'>" + b"x" * 3000 + b"</event>" + XML[0]
    splitter, found = Splitter(max_message=2000), []
    for at in range(0, len(stream), size):
        splitter.feed(stream[at : at + size])
        found += splitter.pieces()
    assert found == [Piece(False, XML[0])]
    assert splitter.trouble is not None
    assert splitter.trouble.code == "tak-message-too-large"


@pytest.mark.parametrize(
    ("stream", "code"),
    [(b"\xbf\xff\xff\xff\x7f", "tak-message-too-large"), (b"\xbf" + b"\xff" * 11, "tak-frame-malformed")],
)
def test_a_frame_that_cannot_be_is_refused(stream: bytes, code: str) -> None:
    _, splitter = split(stream, [])
    assert splitter.trouble is not None
    assert splitter.trouble.code == code


def test_garbage_is_bounded_in_memory_and_in_all() -> None:
    splitter = Splitter()
    turns = 0
    while splitter.trouble is None:
        turns += 1
        splitter.feed(b"no boundary " * 5000)
        assert splitter.pieces() == []
        assert len(splitter._buffer) <= 1024
    assert splitter.trouble is not None
    assert splitter.trouble.code == "tak-garbage"
    assert 170 < turns < 180


def test_pieces_wait_for_those_who_ask_for_few() -> None:
    splitter = Splitter()
    splitter.feed(XML[0] * 5)
    assert (len(splitter.pieces(3)), splitter.waits) == (3, True)
    assert (len(splitter.pieces(3)), splitter.waits) == (2, False)
