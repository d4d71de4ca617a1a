"""From XML to protobuf: the state machine, then with true clients of others, `takproto` and `pytak`."""

from __future__ import annotations

import asyncio

import pytest
from support.tak import NOW, RENDERINGS, connect, said

from garance.connectors.tak.relay import control
from garance.connectors.tak.relay.clients import Renderings
from garance.connectors.tak.relay.negotiation import Negotiation, Stage, Verdict
from garance.connectors.tak.relay.relay import Relay
from garance.connectors.tak.relay.routed import read_routed
from garance.connectors.tak.relay.splitter import Piece
from garance.kernel.clock import SetClock


def request(uid: str, version: int = 1) -> bytes:
    """What ATAK asks."""
    return said(uid, "t-x-takp-q", detail=f'<TakControl><TakRequest version="{version}"/></TakControl>')


def test_the_offer_is_made_once_and_a_request_in_time_is_accepted() -> None:
    one = Negotiation(offers=True)
    assert (one.offer(0.0), one.offer(1.0)) == (True, False)
    assert one.requested(1, 61.0) is Verdict.ACCEPT
    assert one.speaks_protobuf
    assert one.requested(1, 62.0) is Verdict.IGNORE


def test_other_versions_and_late_requests_are_denied_and_may_try_again() -> None:
    one = Negotiation(offers=True, wait_s=1.0)
    assert one.requested(1, 0.0) is Verdict.DENY
    one.offer(0.0)
    assert one.requested(2, 10.0) is Verdict.DENY
    assert one.requested(1, 75.0) is Verdict.DENY
    assert one.requested(1, 134.0) is Verdict.ACCEPT


def test_nothing_is_offered_without_renderings() -> None:
    one = Negotiation(offers=False)
    assert not one.offer(0.0)
    one.received(is_frame=True)
    assert one.stage is Stage.XML


def test_what_the_relay_says_is_what_the_protocol_says() -> None:
    offered = control.offer(NOW, 'a"b')
    assert b'type="t-x-takp-v"' in offered
    assert b'<TakControl><TakProtocolSupport version="1"/></TakControl>' in offered
    assert read_routed(Piece(False, offered)).version == 1
    assert b'<TakResponse status="false"/>' in control.response(NOW, "a", accepted=False)
    assert b'time="2026-11-27T23:40:00.000Z"' in control.pong(NOW)
    for message in (offered, control.pong(NOW), control.ping(NOW, "x"), control.left(NOW, "m", "<&>", "a-f")):
        assert read_routed(Piece(False, message)).uid
        kind = read_routed(Piece(False, message)).kind
        assert control.is_consumed(kind) is (kind != control.LEFT)
    assert not control.is_consumed("a-f-G")


async def test_after_true_nothing_is_said_in_xml_any_more() -> None:
    relay = Relay(clock=SetClock(NOW), renderings=RENDERINGS)
    _, port = await relay.listen("127.0.0.1", 0)
    modern, old = await connect(port), await connect(port)
    try:
        offer = read_routed(await modern.hear())
        assert (offer.kind, offer.version) == ("t-x-takp-v", 1)
        modern.say(request(offer.uid, 7))
        denied = await modern.hear()
        assert b'<TakResponse status="false"/>' in denied.body
        modern.say(request(offer.uid))
        accepted = await modern.hear()
        assert b'<TakResponse status="true"/>' in accepted.body
        assert read_routed(accepted).uid == offer.uid
        old.say(said("from-old"))
        assert await modern.hear() == Piece(True, RENDERINGS.to_protobuf(said("from-old")))
        await old.hear()
        modern.say_frame(RENDERINGS.to_protobuf(said("from-modern")))
        assert await old.hear() == Piece(False, said("from-modern"))
        modern.say_frame(RENDERINGS.to_protobuf(said("p", "t-x-c-t")))
        pong = await modern.hear()
        assert pong.is_frame
        assert read_routed(pong).kind == "t-x-c-t-r"
    finally:
        modern.close()
        old.close()
        await relay.stop()


async def test_with_the_protobuf_of_others() -> None:
    takproto = pytest.importorskip("takproto", reason="takproto is not installed (test group)")

    def to_protobuf(xml: bytes) -> bytes:
        framed = bytes(takproto.xml2proto(xml.decode(), takproto.TAKProtoVer.MESH))
        return framed[3:]

    def to_xml(payload: bytes) -> bytes:
        found = takproto.parse_proto(bytearray(b"\xbf\x01\xbf" + payload)).cotEvent
        return said(found.uid, found.type, callsign=found.detail.contact.callsign)

    relay = Relay(clock=SetClock(NOW), renderings=Renderings(to_xml, to_protobuf))
    _, port = await relay.listen("127.0.0.1", 0)
    modern, old = await connect(port), await connect(port)
    try:
        modern.say(request(read_routed(await modern.hear()).uid))
        assert b'status="true"' in (await modern.hear()).body
        await old.hear()
        old.say(said("ann", callsign="ANN"))
        heard = await modern.hear()
        assert heard.is_frame
        read = takproto.parse_proto(bytearray(b"\xbf\x01\xbf" + heard.body)).cotEvent
        assert (read.uid, read.type, read.detail.contact.callsign) == ("ann", "a-f-G-U-C", "ANN")
        assert read_routed(heard).callsign == "ANN"
        modern.writer.write(
            bytes(takproto.xml2proto(said("bob", callsign="BOB").decode(), takproto.TAKProtoVer.STREAM))
        )
        assert await old.hear() == Piece(False, said("bob", callsign="BOB"))
    finally:
        modern.close()
        old.close()
        await relay.stop()


async def test_with_the_workers_of_pytak() -> None:
    pytak = pytest.importorskip("pytak", reason="pytak is not installed (test group)")
    relay = Relay(clock=SetClock(NOW))
    _, port = await relay.listen("127.0.0.1", 0)
    reader, writer = await pytak.protocol_factory({"COT_URL": f"tcp://127.0.0.1:{port}"})
    other = await connect(port)
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    try:
        await pytak.TXWorker(asyncio.Queue(), {"PYTAK_SLEEP": "0"}, writer).send_data(said("from-pytak"))
        assert await other.hear() == Piece(False, said("from-pytak"))
        other.say(said("to-pytak"), said("again"))
        receiver = pytak.RXWorker(heard, {}, reader)
        for uid in ("to-pytak", "again"):
            assert said(uid) in await asyncio.wait_for(receiver.readcot(), 5)
    finally:
        writer.transport.abort()
        other.close()
        await relay.stop()
