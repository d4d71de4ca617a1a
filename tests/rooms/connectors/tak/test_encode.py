"""What is shown here is understood by TAK clients, comes back as it went, and an exercise says so everywhere."""

from __future__ import annotations

import asyncio
import warnings
import xml.etree.ElementTree as Peer
from datetime import timedelta

import pytest
import takproto
from hypothesis import given
from hypothesis import strategies as st
from support.tak_shown import AT, LINE, LOCATED, SQUARE, everything, resource, shape

from garance.connectors.tak.control import (
    is_control,
    is_ping,
    ping_answer,
    version_accepted,
    version_answer,
    version_offer,
    version_request,
    version_requested,
    versions_offered,
)
from garance.connectors.tak.cot import Cot, read_xml, write_xml
from garance.connectors.tak.decode import observations
from garance.connectors.tak.details import Destination, chat, destinations, style
from garance.connectors.tak.encode import addressed, alert, chat_line, drawing, removal, uid_of, unit
from garance.connectors.tak.protobuf import read_protobuf, wrap_mesh, write_protobuf
from garance.connectors.tak.types import table
from garance.domain.drawings.facts import Circle, Sector, ShapeStatus, SymbolDrawn
from garance.domain.drawings.figures import check_outline
from garance.kernel.label import Mode
from garance.kernel.place import Geometry, Point, Polygon, Position
from garance.ports.observation import Alarm, Alarmed, Drawn, Located, Said, Withdrawn
from garance.symbols.charter import Symbol
from garance.symbols.reading import FRENCH, french_set
from garance.views.shown import ShapeShown

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of a library that it needs for enrolment only
    import pytak

HOLED = Polygon([*SQUARE.coordinates, [(-0.96, 45.04), (-0.94, 45.04), (-0.94, 45.06), (-0.96, 45.04)]])


def shown(drawn: ShapeShown, **members: object) -> Drawn:
    cot = drawing(drawn, at=AT, stale_after_s=600, **members)  # type: ignore[arg-type]  # passed on as given
    (back,) = observations(through_peers(cot))
    assert isinstance(back, Drawn)
    return back


def through_peers(cot: Cot) -> Cot:
    """As other programs read it: XML by the standard library, protobuf by theirs."""
    Peer.fromstring(write_xml(cot))
    theirs = takproto.parse_proto(bytearray(wrap_mesh(write_protobuf(cot)))).cotEvent
    assert theirs.uid == cot.uid
    assert theirs.opex == (cot.opex or "")
    back = read_xml(write_xml(cot))
    assert back == cot
    by_payload = read_protobuf(write_protobuf(cot))
    assert by_payload is not None
    assert observations(by_payload) == observations(back)
    return back


@pytest.mark.parametrize("kind", sorted(table().resources))
def test_a_unit_comes_back_as_it_went(kind: str) -> None:
    cot = unit(resource(kind), at=AT, stale_after_s=60, located=LOCATED)
    assert cot is not None
    (back,) = observations(through_peers(cot))
    assert isinstance(back, Located)
    assert back.uid == uid_of(resource().id)
    assert back.kind == kind
    assert back.name == "FPT 1"
    assert back.details["remarks"] == "Engagé"
    for member in ("position", "altitude_m", "accuracy_m", "speed_mps", "course_deg", "stale_at"):
        assert getattr(back, member) == getattr(LOCATED, member)


def test_a_unit_said_to_be_somewhere_and_one_that_is_nowhere() -> None:
    cot = unit(resource(geometry=Point((-1.0, 45.0))), at=AT, stale_after_s=60, language="en")
    assert cot is not None
    assert (cot.how, cot.start, cot.stale) == ("h-e", AT - timedelta(hours=1), AT + timedelta(seconds=60))
    assert unit(resource(), at=AT, stale_after_s=60) is None


@pytest.mark.parametrize("geometry", [Point((-1.0, 45.0)), LINE, SQUARE], ids=["point", "line", "area"])
@pytest.mark.parametrize("kind", sorted(table().colours))
def test_a_drawing_comes_back_as_it_went(geometry: Geometry, kind: str) -> None:
    back = shown(shape(geometry, kind=kind, state=ShapeStatus.PLANNED))
    assert back.geometry == geometry
    assert back.kind == kind
    assert back.state == ShapeStatus.PLANNED
    assert back.name == "Zone"
    assert back.valid_until == AT + timedelta(seconds=600)
    check_outline(back.geometry, back.figure)


@pytest.mark.parametrize("symbol", french_set().set.symbols, ids=lambda symbol: symbol.id)
def test_a_symbol_comes_back_as_it_went(symbol: Symbol) -> None:
    places: dict[str, Geometry] = {"point": Point((-1.0, 45.0)), "line": LINE, "area": SQUARE}
    geometry = places[symbol.places[0]]
    back = shown(shape(geometry, kind="note", symbol=SymbolDrawn(FRENCH, symbol.id)))
    assert back.details["symbol"] == f"{FRENCH}/{symbol.id}"
    assert back.geometry == geometry
    assert back.kind == "note"


def test_figures() -> None:
    circle = shown(shape(SQUARE, figure=Circle((-0.95, 45.05), 750.0)))
    assert circle.figure == Circle((-0.95, 45.05), 750.0)
    check_outline(circle.geometry, circle.figure)
    plume = shape(SQUARE, figure=Sector((-0.95, 45.05), 750.0, 10.0, 50.0))
    assert shown(plume).geometry == SQUARE


def test_a_hole_is_told_when_it_cannot_be_drawn() -> None:
    back = shown(shape(HOLED))
    assert back.geometry == SQUARE
    assert back.note == "trous non représentés"
    assert shown(shape(HOLED, state=ShapeStatus.DONE), language="en").note == "Done, holes not shown"


def test_a_drawing_looks_as_it_should() -> None:
    planned = style(drawing(shape(SQUARE, state=ShapeStatus.PLANNED), at=AT, stale_after_s=1, colour="#102030"))
    assert (planned.stroke, planned.fill, planned.dashes) == ("#102030", "#102030", "dashed")
    assert planned.fill_opacity == pytest.approx(0.25, abs=0.01)
    line = style(drawing(shape(LINE), at=AT, stale_after_s=1))
    assert (line.stroke, line.fill_opacity, line.dashes) == ("#c75a00", 0.0, "solid")
    until = AT + timedelta(hours=3)
    assert drawing(shape(LINE, valid_until=until), at=AT, stale_after_s=1).stale == until


@pytest.mark.parametrize(("mode", "mark", "opex"), [(Mode.EXERCISE, "EXERCICE", "e-"), (Mode.TEST, "TEST", "s-")])
def test_what_is_not_real_says_so_everywhere(mode: Mode, mark: str, opex: str) -> None:
    for cot in everything(mode):
        assert cot.opex is not None
        assert cot.opex.startswith(opex)
        for part in cot.parts:
            if part.name in ("contact", "__chat"):
                assert (part.get("callsign") or part.get("senderCallsign") or "").startswith(mark)
            if part.name in ("remarks", "emergency"):
                assert part.text.startswith(mark)
        assert any(found.details.get("exercise") for found in observations(through_peers(cot)))


def test_what_is_real_says_nothing_of_it() -> None:
    for cot in everything(Mode.ACTUAL):
        assert cot.opex is None
        assert b"EXERCICE" not in write_xml(cot)
        assert all("exercise" not in found.details for found in observations(through_peers(cot)))


def test_words_to_all_and_to_one() -> None:
    to_all = chat_line("Eau & <feu>", message_id="m1", sender="PC", sender_uid="G-1", at=AT, stale_after_s=60)
    (said,) = observations(through_peers(to_all))
    assert isinstance(said, Said)
    assert (said.text, said.sender, said.thread, said.recipients) == ("Eau & <feu>", "PC", "All Chat Rooms", ())
    assert said.position is None
    to_one = chat_line(
        "Rappelez", message_id="m2", sender="PC", sender_uid="G-1", at=AT, stale_after_s=60, room="Héron", room_id="A-1"
    )
    (said,) = observations(through_peers(to_one))
    assert isinstance(said, Said)
    assert (said.thread, said.recipients) == ("Héron", ("A-1",))
    assert destinations(to_one) == (Destination(None, "A-1", None, None, None),)
    room = chat(to_one)
    assert room is not None
    assert room.members == ("G-1", "A-1")


@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_any_words_can_be_said(text: str) -> None:
    cot = chat_line(text, message_id="m", sender=text, sender_uid="G", at=AT, stale_after_s=60)
    (said,) = observations(read_xml(write_xml(cot))) or (None,)
    assert said is None or isinstance(said, Said)
    assert read_protobuf(write_protobuf(cot)) is not None


@pytest.mark.parametrize("alarm", list(Alarm))
def test_alarms_begin_and_end_under_one_name(alarm: Alarm) -> None:
    place = Position(-1.0, 45.0)
    begun, ended = (
        observations(
            through_peers(
                alert(alarm, identifier="x", name="B1", position=place, at=AT, stale_after_s=60, active=active)
            )
        )[0]
        for active in (True, False)
    )
    assert isinstance(begun, Alarmed)
    assert isinstance(ended, Alarmed)
    assert begun.uid == ended.uid
    assert (begun.active, ended.active) == (True, False)
    assert begun.alarm == (alarm if alarm != Alarm.OTHER else Alarm.EMERGENCY)
    assert (begun.name, begun.position) == ("B1", place)


def test_a_removal_comes_back_as_one() -> None:
    assert observations(through_peers(removal("GARANCE-x", at=AT))) == (Withdrawn(uid="GARANCE-x", at=AT),)


def test_a_message_is_addressed_once() -> None:
    cot = removal("x", at=AT)
    first = addressed(cot, [Destination("A", None, None, None, None)])
    again = addressed(first, [Destination(None, None, "Xynthia", "g-1", None), Destination("B", "b", None, None, None)])
    assert destinations(again) == (
        Destination(None, None, "Xynthia", "g-1", None),
        Destination("B", "b", None, None, None),
    )


def test_pings() -> None:
    ping = read_xml(pytak.gen_cot(cot_type="t-x-c-t", uid="p"))
    assert is_ping(ping)
    assert is_control(ping)
    answer = through_peers(ping_answer(at=AT))
    assert (answer.type, answer.uid) == ("t-x-c-t-r", "takPong")
    assert not is_ping(answer)


def test_the_agreement_on_a_version() -> None:
    offer = through_peers(version_offer(uid="n-1", at=AT, versions=(1, 2)))
    assert versions_offered(offer) == (1, 2)
    assert version_requested(offer) is None
    request = through_peers(version_request(offer, 1, at=AT))
    assert (request.uid, version_requested(request), versions_offered(request)) == ("n-1", 1, ())
    for accepted in (True, False):
        answer = through_peers(version_answer(request, accepted=accepted, at=AT))
        assert (answer.uid, version_accepted(answer)) == ("n-1", accepted)
    assert version_accepted(offer) is None
    assert all(is_control(each) for each in (offer, request))


def test_a_client_of_the_other_library_is_understood() -> None:
    cot = read_xml(pytak.gen_cot(cot_type="a-f-G-E-V-m", lat=45.5, lon=-1.25, hae=10.0, uid="VSAV-3", stale=60))
    (found,) = observations(cot)
    assert isinstance(found, Located)
    assert (found.uid, found.kind, found.position) == ("VSAV-3", "ambulance", Position(-1.25, 45.5))


async def test_the_other_library_reads_our_stream() -> None:
    """Its reader splits a stream of our messages, written head to tail, into exactly those messages."""
    reader = asyncio.StreamReader()
    sent = [write_xml(cot) for cot in everything(Mode.ACTUAL)]
    reader.feed_data(b"".join(sent))
    reader.feed_eof()
    worker = pytak.RXWorker(asyncio.Queue(), {}, reader)
    got = [await worker.readcot() for _ in sent]
    assert got == sent
