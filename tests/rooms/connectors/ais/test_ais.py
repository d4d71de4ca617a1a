"""AIS: names joined to places, parts put together in any order, memory bounded, a live feed over real sockets."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from pyais import encode_dict
from support.frame_cases import frame_of
from support.outlets import Heard, running, server_saying
from support.territories import real_data
from support.track_frames import sentence_frames

from garance.connectors.ais.connector import open_connector
from garance.connectors.ais.decode import MAX_PARTS, AisDecoder
from garance.connectors.mobiles import aircraft, mobiles, radio_symbol, ship, tracked
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Alarmed, Located, Observation


def sentences(**said: str | float) -> list[bytes]:
    return [line.encode() for line in encode_dict(dict(said), talker_id="AI", sentence_type="VDM", seq_id=3)]


PLACE: dict[str, str | float] = {
    "type": 1,
    "mmsi": 227123456,
    "lat": 45.94,
    "lon": -1.1,
    "speed": 12.3,
    "course": 90,
    "status": 0,
}
STATIC: dict[str, str | float] = {"type": 5, "mmsi": 227123456, "shipname": "SNS 17-01", "ship_type": 51}


def test_a_name_said_later_is_joined_to_the_places_that_follow() -> None:
    decoder = AisDecoder()
    (before,) = decoder.decode(Frame(data=sentences(**PLACE)[0]))
    first, second = sentences(**STATIC)
    assert decoder.decode(Frame(data=second)) == []
    assert decoder.decode(Frame(data=first)) == []
    (after,) = decoder.decode(Frame(data=sentences(**PLACE)[0]))
    assert isinstance(before, Located)
    assert isinstance(after, Located)
    assert (before.name, before.kind) == (None, "vessel")
    assert (after.name, after.kind) == ("SNS 17-01", "rescue-boat")


def test_parts_that_never_meet_are_forgotten() -> None:
    decoder = AisDecoder()
    first, _ = sentences(**STATIC)
    body = first[1 : first.rindex(b"*")]
    for number in range(10):
        for channel in b"AB12CDEFGHIJ":
            changed = body.replace(b",3,A,", b",%d,%c," % (number, channel))
            check = 0
            for sign in changed:
                check ^= sign
            decoder.decode(Frame(data=b"!%s*%02X" % (changed, check)))
    assert 1 < len(decoder._parts) <= MAX_PARTS


def test_a_distress_beacon_that_stops_ends_its_alarm() -> None:
    decoder = AisDecoder()
    beacon: dict[str, str | float] = {"type": 1, "mmsi": 970123456, "lat": 46.0, "lon": -1.2}
    active, _ = decoder.decode(Frame(data=sentences(**beacon, status=14)[0]))
    ended, _ = decoder.decode(Frame(data=sentences(**beacon, status=15)[0]))
    assert isinstance(active, Alarmed)
    assert isinstance(ended, Alarmed)
    assert (active.active, ended.active) == (True, False)
    (test_only,) = AisDecoder().decode(Frame(data=sentences(**beacon, status=15)[0]))
    assert isinstance(test_only, Located)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"!AIVDM,1,1,,A,33P;Tw0tjBQO22:E7dm66DrB20UP,0*2F", "checksum-wrong"),
        (b"!AIVDM,1,1", "ais-malformed"),
        (b"!AIVDM,9,9,9,9,9,9*99", "ais-malformed"),
        (b"x" * 70_000, "frame-too-large"),
    ],
)
def test_what_is_damaged_is_refused(line: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        AisDecoder().decode(Frame(data=line))
    assert refused.value.code == code


def test_a_damaged_sentence_among_good_ones_stops_nothing() -> None:
    good = frame_of("ais", "class-a").data
    assert len(AisDecoder().decode(Frame(data=good + b"!AIVDM,1,1,,A,x,0*00\n" + good))) == 2


async def test_a_server_is_followed_and_a_port_listened_to() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        udp_port = free.getsockname()[1]
    heard, overheard = Heard(), Heard()
    async with server_saying(frame_of("ais", "static-in-two-parts-then-position").data) as (port, _):
        follow = open_connector({"transport": "tcp", "host": "127.0.0.1", "port": port})
        listen = open_connector({"transport": "udp", "host": "127.0.0.1", "port": udp_port})
        async with running(follow.run(heard), listen.run(overheard)):
            await overheard.until(lambda: overheard.links == ["up"])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
                sending.sendto(frame_of("ais", "class-a").data, ("127.0.0.1", udp_port))
            await heard.until(lambda: len(heard.observations) == 1)
            await overheard.until(lambda: len(overheard.observations) == 1)
    (rescue,) = heard.observations
    assert isinstance(rescue, Located)
    assert rescue.name == "SNS 17-01"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (51, "rescue-boat"),
        (55, "patrol-boat"),
        (70, "cargo-ship"),
        (84, "tanker"),
        (60, "passenger-ship"),
        (0, "vessel"),
        (99, "vessel"),
        (-1, "vessel"),
        (None, "vessel"),
    ],
)
def test_ship_types_are_kinds(code: int | None, kind: str) -> None:
    assert ship(code) == kind


def test_codes_that_nobody_knows_fall_back() -> None:
    assert (aircraft("Z9"), aircraft(None), aircraft("A7")) == ("aircraft", "aircraft", "helicopter")
    assert (radio_symbol("/", "f"), radio_symbol("E", "^"), radio_symbol("/", "~")) == (
        "fire-engine",
        "aircraft",
        "station",
    )
    assert (tracked("boat"), tracked("spaceship"), tracked(None)) == ("vessel", "vehicle", "vehicle")
    assert mobiles().ais.aid == "aid-to-navigation"


@pytest.fixture(scope="module")
def tracks() -> Path:
    return real_data("tracks")


@pytest.mark.real_data
def test_every_sentence_of_the_sample_is_read(tracks: Path) -> None:
    decoder = AisDecoder()
    found: list[Observation] = []
    for timed in sentence_frames(tracks):
        found += decoder.decode(timed.frame)
    places = [one for one in found if isinstance(one, Located)]
    assert len(places) == len(found) == 764
    assert sum(one.kind == "coast-station" for one in places) == 6
    assert all(one.speed_mps is None or one.speed_mps < 30 for one in places)
    assert all(one.at is None or one.kind == "coast-station" for one in places)
    assert len({one.uid for one in places}) == 164
