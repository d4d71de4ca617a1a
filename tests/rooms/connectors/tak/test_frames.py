"""Each frame kept beside the tests tells what is written beside it, whatever the envelope it travels in."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from support.source import ROOT

from garance.connectors.tak.cot import read_xml
from garance.connectors.tak.decode import decode, observations, own_id
from garance.connectors.tak.drawing import reached
from garance.connectors.tak.protobuf import wrap_mesh, wrap_stream, write_protobuf
from garance.domain.drawings.facts import Circle
from garance.domain.drawings.figures import check_outline
from garance.kernel.place import LineString, Point, Polygon
from garance.ports.connector import Frame
from garance.ports.observation import Drawn, Located, Observation, Withdrawn

FRAMES = ROOT / "tests" / "frames" / "tak"
ALL = sorted(path for path in FRAMES.iterdir() if path.suffix != ".json")
XML = [path for path in ALL if path.suffix == ".xml"]


def expected(path: Path) -> list[Observation]:
    return msgspec.json.decode(path.with_name(f"{path.name}.expected.json").read_bytes(), type=list[Observation])


def told(text: str) -> tuple[Observation, ...]:
    return observations(read_xml(text.encode()))


def message(cot_type: str, detail: str = "", how: str = "m-g", place: str = "lat='45' lon='-1'") -> str:
    times = "time='2026-03-02T19:00:00Z' start='2026-03-02T19:00:00Z' stale='2026-03-02T20:00:00Z'"
    return (
        f"<event version='2.0' uid='u1' type='{cot_type}' how='{how}' {times}>"
        f"<point {place} hae='0' ce='9999999' le='9999999'/><detail>{detail}</detail></event>"
    )


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_frame_tells_what_is_expected(path: Path) -> None:
    assert list(decode(Frame(data=path.read_bytes()))) == expected(path)


@pytest.mark.parametrize("path", XML, ids=lambda path: path.name)
def test_the_envelope_changes_nothing(path: Path) -> None:
    payload = write_protobuf(read_xml(path.read_bytes()))
    assert list(decode(Frame(data=wrap_stream(payload)))) == expected(path)
    assert list(decode(Frame(data=wrap_mesh(payload)))) == expected(path)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_what_is_drawn_can_be_drawn_here(path: Path) -> None:
    for found in decode(Frame(data=path.read_bytes())):
        if isinstance(found, Drawn):
            check_outline(found.geometry, found.figure)


def test_a_circle_is_exactly_one() -> None:
    (found,) = decode(Frame(data=(FRAMES / "circle.xml").read_bytes()))
    assert isinstance(found, Drawn)
    assert found.figure == Circle((-0.9586, 45.9412), 500.0)


def test_rings_are_several_drawings_and_an_ellipse_is_no_circle() -> None:
    rings = "".join(f"<ellipse major='{size}' minor='{size}' angle='360'/>" for size in (100, 200))
    found = told(message("u-d-c-c", f"<shape>{rings}</shape>"))
    assert [(each.uid, each.figure.radius_m) for each in found if isinstance(each, Drawn) and each.figure] == [
        ("u1/1", 100.0),
        ("u1/2", 200.0),
    ]
    (oval,) = told(message("u-d-c-e", "<shape><ellipse major='1000' minor='500' angle='90'/></shape>"))
    assert isinstance(oval, Drawn)
    assert oval.figure is None
    assert isinstance(oval.geometry, Polygon)
    ring = oval.geometry.coordinates[0]
    assert max(lon for lon, _ in ring) == pytest.approx(reached((-1, 45), 90, 1000)[0], abs=1e-6)
    assert max(lat for _, lat in ring) == pytest.approx(reached((-1, 45), 0, 500)[1], abs=1e-6)


@pytest.mark.parametrize("radius_m", [1.0, 3.0, 25_000.0, 500_000.0])
@pytest.mark.parametrize("lat_deg", [0.0, 46.0, -89.0])
def test_circles_of_any_size_can_be_drawn_here(radius_m: float, lat_deg: float) -> None:
    shape = f"<shape><ellipse major='{radius_m}' minor='{radius_m}' angle='0'/></shape>"
    (found,) = told(message("u-d-c-c", shape, place=f"lat='{lat_deg}' lon='0'"))
    assert isinstance(found, Drawn)
    assert found.figure == Circle((0.0, lat_deg), radius_m)
    check_outline(found.geometry, found.figure)


@pytest.mark.parametrize("radius_m", [0.5, 500_001.0])
def test_circles_too_small_or_too_large_are_points(radius_m: float) -> None:
    shape = f"<shape><ellipse major='{radius_m}' minor='{radius_m}' angle='0'/></shape>"
    (found,) = told(message("u-d-c-c", shape))
    assert isinstance(found, Drawn)
    assert found.geometry == Point((-1.0, 45.0))


def test_lines_of_other_tools() -> None:
    vertices = "<vertex lat='45' lon='-1'/><vertex lat='45.1' lon='-1'/><vertex lat='45.1' lon='-0.9'/>"
    (area,) = told(message("b-m-p-s-p-loc", f"<shape><polyline closed='true'>{vertices}</polyline></shape>"))
    (line,) = told(message("u-x", f"<shape><polyline closed='false'>{vertices}</polyline></shape>"))
    (bearing,) = told(message("u-rb-a", "<range value='1000'/><bearing value='90'/>"))
    (bare,) = told(message("u-d-f", "<link point='45,-1'/><link point='45,-1'/><link point='wrong'/>"))
    kinds = [each.geometry.__class__ for each in (area, line, bearing, bare) if isinstance(each, Drawn)]
    assert kinds == [Polygon, LineString, LineString, Point]


def test_a_sketch_is_as_many_drawings_as_strokes() -> None:
    def link(line: str) -> str:
        return f"<link line='{line.replace('&', '&amp;').replace('<', '&lt;').replace(chr(39), '&apos;')}'/>"

    strokes = [
        message("u-d-f", "<link point='45,-1'/><link point='45.1,-1'/>"),
        "no message",
        message("u-d-f", "<link point='45,-1'/><link point='45.1,-1'/><link point='45.1,-0.9'/><link point='45,-1'/>"),
    ]
    found = told(message("u-d-f-m", "".join(map(link, strokes)), place="lat='0' lon='0'"))
    assert [(each.uid, each.geometry.__class__) for each in found if isinstance(each, Drawn)] == [
        ("u1/1", LineString),
        ("u1/2", Polygon),
    ]


def test_an_atom_moves_unless_someone_put_it_there() -> None:
    assert isinstance(told(message("a-f-G-U-C"))[0], Located)
    assert isinstance(told(message("a-h-G", how="h-g-i-g-o"))[0], Drawn)
    by_hand = told(message("a-f-G-U-C", "<__group name='Cyan' role='Team Lead'/>", how="h-e"))[0]
    assert isinstance(by_hand, Located)
    assert by_hand.team == "Cyan"
    assert isinstance(told(message("a-f-G-I-T-hs"))[0], Drawn)
    pointer = told(message("b-m-p-s-p-i"))[0]
    assert isinstance(pointer, Located)
    assert pointer.kind is None


@pytest.mark.parametrize(
    "cot_type", ["t-x-c-t", "t-x-takp-v", "y-a-r", "b-t-f-d", "b-t-f-r", "b-f-t-r", "b-i-v", "t-b"]
)
def test_words_of_protocol_tell_nothing(cot_type: str) -> None:
    assert told(message(cot_type)) == ()


def test_a_removal_names_what_it_removes() -> None:
    found = told(message("t-x-d-d", "<link uid='a' relation='none'/><link uid='b'/><link uid='a'/>"))
    assert [each.uid for each in found if isinstance(each, Withdrawn)] == ["a", "b"]
    assert told(message("t-x-d-d"))[0].uid == "u1"


def test_nothing_is_said_of_the_hurt_but_their_number() -> None:
    (found,) = decode(Frame(data=(FRAMES / "casualties.xml").read_bytes()))
    assert "Jean" not in msgspec.json.encode(found).decode()
    assert found.details["urgent"] == "1"


def test_a_long_text_is_cut() -> None:
    (found,) = told(message("a-f-G-I", f"<contact callsign='{'n' * 500}'/><remarks>{'m' * 9000}</remarks>"))
    assert isinstance(found, Drawn)
    assert len(found.name) == 200
    assert found.note is not None
    assert len(found.note) == 4000
    assert found.note.endswith("…")


def test_our_own_are_recognised() -> None:
    assert own_id("GARANCE-abc") == "abc"
    assert own_id("ANDROID-abc") is None
