"""A satellite receiver: date, place and altitude put together; what has no fix says nothing; a receiver followed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.frame_cases import frame_of
from support.outlets import Heard, running, server_saying

from garance.connectors.nmea.connector import open_connector
from garance.connectors.nmea.decode import NmeaDecoder
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Located


def sentence(body: str) -> bytes:
    check = 0
    for sign in body.encode():
        check ^= sign
    return f"${body}*{check:02X}\r\n".encode()


RMC = "GNRMC,101112.50,A,4556.5200,N,00057.6200,W,19.438,090.0,060624,,,A"
GGA = "GNGGA,101112.50,4556.5200,N,00057.6200,W,1,09,0.8,12.4,M,47.0,M,,"


def test_date_place_and_altitude_are_put_together() -> None:
    decoder = NmeaDecoder("VPC")
    (alone,) = decoder.decode(Frame(data=sentence(GGA)))
    (found,) = decoder.decode(Frame(data=sentence(RMC) + sentence(GGA)))
    assert isinstance(alone, Located)
    assert isinstance(found, Located)
    assert alone.at is None
    assert found.at == datetime(2024, 6, 6, 10, 11, 12, 500_000, tzinfo=UTC)
    assert (found.uid, found.altitude_m, found.course_deg) == ("VPC", 12.4, 90.0)
    assert found.speed_mps == pytest.approx(10.0, abs=1e-3)
    assert found.accuracy_m == pytest.approx(4.0)
    assert (found.position.lat_deg, found.position.lon_deg) == pytest.approx((45.942, -0.9603333333))


@pytest.mark.parametrize(
    "body",
    [RMC.replace(",A,4556", ",V,4556"), GGA.replace(",W,1,", ",W,0,"), "GNRMC,,V,,,,,,,,,,N", "GPGSV,3,1,11"],
)
def test_without_a_fix_nothing_is_said(body: str) -> None:
    assert NmeaDecoder("VPC").decode(Frame(data=sentence(body))) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (sentence(RMC).replace(b"4556", b"4557"), "checksum-wrong"),
        (sentence(RMC.replace("4556.5200", "4566.5200")), "nmea-malformed"),
        (sentence(RMC.replace("4556.5200,N", "4556.5200,Q")), "nmea-malformed"),
        (sentence(RMC.replace("00057", "19057")), "nmea-malformed"),
        (sentence("GPRMC,101112,A"), "nmea-malformed"),
        (sentence("GPGGA,101112"), "nmea-malformed"),
        (b"$GPRMC,\xff\xff*00", "nmea-malformed"),
        (b"x" * 70_000, "frame-too-large"),
    ],
)
def test_what_is_damaged_is_refused(line: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        NmeaDecoder("VPC").decode(Frame(data=line))
    assert refused.value.code == code


def test_a_date_that_is_none_leaves_the_time_unsaid() -> None:
    (found,) = NmeaDecoder("VPC").decode(Frame(data=sentence(RMC.replace("060624", "310224"))))
    assert found.at is None


@pytest.mark.parametrize("device", ["", "x" * 101])
def test_a_receiver_without_a_fit_name_is_refused(device: str) -> None:
    with pytest.raises(Refused, match="value-wrong"):
        open_connector({"device": device})


async def test_a_receiver_is_followed() -> None:
    heard = Heard()
    async with server_saying(frame_of("nmea", "moving").data) as (port, _):
        async with running(open_connector({"host": "127.0.0.1", "port": port, "device": "VPC"}).run(heard)):
            await heard.until(lambda: bool(heard.observations))
    assert heard.observations[0].uid == "VPC"
