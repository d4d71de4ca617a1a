"""GPX as it is recorded: what is hostile or broken is refused, marked points can be left out."""

from __future__ import annotations

import pytest
from support.frame_cases import frame_of

from garance.connectors.gpx_live.connector import open_connector
from garance.connectors.gpx_live.decode import decode
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame

BOMB = b'<!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><gpx><trk><name>&b;</name></trk></gpx>'
OUTSIDE = b'<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx/>'
POINT = b'<trkpt lat="45" lon="-1"/>'


def gpx(inside: bytes) -> bytes:
    return b"<gpx><trk><name>x</name><trkseg>" + inside + b"</trkseg></trk></gpx>"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, "xml-with-entities"),
        (OUTSIDE, "xml-with-entities"),
        (b"<kml/>", "gpx-malformed"),
        (b"<gpx>", "gpx-malformed"),
        (b"<gpx>&unknown;</gpx>", "gpx-malformed"),
        (b'<?xml version="1.0" encoding="no-such"?><gpx/>', "gpx-malformed"),
        (b"", "gpx-malformed"),
        (b"<gpx>" + b"<a>" * 100 + b"</a>" * 100 + b"</gpx>", "gpx-malformed"),
        (gpx(POINT * 5_001), "frame-too-large"),
        (b" " * (3 << 20), "frame-too-large"),
        (b"<gpx/>", "field-missing"),
        (gpx(b'<trkpt lat="45"/>'), "field-missing"),
        (gpx(b'<trkpt lat="95" lon="0"/>'), "value-wrong"),
        (gpx(b'<trkpt lat="45" lon="0"><time>noon</time></trkpt>'), "value-wrong"),
    ],
)
def test_what_is_hostile_or_broken_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(Frame(data=content))
    assert refused.value.code == code


def test_the_file_names_a_track_that_nothing_else_does() -> None:
    (found,) = decode(Frame(data=b"<gpx><trk><trkseg>" + POINT + b"</trkseg></trk></gpx>", name="patrol.gpx"))
    assert found.uid == "patrol"


def test_long_words_are_cut() -> None:
    (found,) = decode(
        Frame(data=b'<gpx><wpt lat="1" lon="2"><name>' + b"n" * 100_000 + b"</name></wpt></gpx>", name="x")
    )
    assert len(found.uid) < 256


def test_marked_points_can_be_left_out() -> None:
    assert open_connector({"waypoints": False}).decode(frame_of("gpx_live", "waypoint")) == []
