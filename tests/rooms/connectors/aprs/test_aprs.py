"""APRS: places as an independent parser reads them, what is refused, a session with a server of this machine."""

from __future__ import annotations

import math
from contextlib import suppress

import aprslib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.frame_cases import frame_of
from support.outlets import Heard, running, server_saying

from garance.connectors.aprs.connector import login, open_connector
from garance.connectors.aprs.decode import decode
from garance.connectors.aprs.places import compressed, mic_e, plain
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Located


def place(information: str, destination: str = "APRS") -> Located:
    *_, found = decode(Frame(data=f"F4ABC-9>{destination}:{information}".encode()))
    assert isinstance(found, Located)
    return found


def agrees(information: str, destination: str = "APRS") -> None:
    """Both parsers say the same place, movement and altitude."""
    theirs = aprslib.parse(f"F4ABC-9>{destination}:{information}")
    ours = place(information, destination)
    assert ours.position.lat_deg == pytest.approx(theirs["latitude"], abs=1e-9)
    assert ours.position.lon_deg == pytest.approx(theirs["longitude"], abs=1e-9)
    if "speed" in theirs and ours.speed_mps is not None:
        assert ours.speed_mps * 3.6 == pytest.approx(theirs["speed"], abs=1e-6)
    if theirs.get("altitude", 1e9) < 100_000:
        assert ours.altitude_m == pytest.approx(theirs["altitude"], abs=1e-6)


minutes = st.integers(0, 5999)


@given(
    lat=st.integers(0, 89), lon=st.integers(0, 179), lat_part=minutes, lon_part=minutes,
    north=st.sampled_from("NS"), east=st.sampled_from("EW"), blanks=st.integers(0, 4),
    turned=st.integers(1, 359), knots=st.integers(0, 300),
)  # fmt: skip
def test_plain_places_are_those_of_another_parser(
    lat: int, lon: int, lat_part: int, lon_part: int, north: str, east: str, blanks: int, turned: int, knots: int
) -> None:
    def written(part: int) -> str:
        kept = f"{part:04d}"[: 4 - blanks] + " " * blanks
        return f"{kept[:2]}.{kept[2:]}"

    agrees(f"={lat:02d}{written(lat_part)}{north}/{lon:03d}{written(lon_part)}{east}>{turned:03d}/{knots:03d}")


signs = st.characters(min_codepoint=33, max_codepoint=123)


@given(
    lat=st.text(signs, min_size=4, max_size=4),
    lon=st.text(signs, min_size=4, max_size=4),
    cs=st.text(signs, min_size=2, max_size=2),
    how=st.sampled_from("!1Q[]S"),
)
def test_compressed_places_are_those_of_another_parser(lat: str, lon: str, cs: str, how: str) -> None:
    if compressed(f"/{lat}{lon}>{cs}{how}") is not None and "!" <= cs[0] <= "z":
        agrees(f"=/{lat}{lon}>{cs}{how}")


@given(
    digits=st.tuples(*[st.sampled_from("0123456789PQRSTUVWXY")] * 6),
    whole=st.integers(38, 127), part=st.integers(38, 127), hundredths=st.integers(28, 127),
    moving=st.tuples(st.integers(28, 127), st.integers(28, 127), st.integers(28, 127)),
)  # fmt: skip
def test_mic_e_places_are_those_of_another_parser(
    digits: tuple[str, ...], whole: int, part: int, hundredths: int, moving: tuple[int, int, int]
) -> None:
    destination = "".join(digits)
    information = "".join(map(chr, (whole, part, hundredths, *moving))) + "j/"
    found = mic_e(destination, information)
    if found is None:
        return
    assert math.isfinite(found[0].position.lat_deg)
    with suppress(aprslib.ParseError):
        agrees("`" + information, destination)


@given(st.text(max_size=40))
def test_any_text_is_a_place_or_none(said: str) -> None:
    for read in (plain, compressed):
        found = read(said)
        assert found is None or abs(found[0].position.lat_deg) <= 90


@pytest.mark.parametrize(
    ("packet", "field"),
    [
        ("nothing", "header"),
        ("F4ABC>APRS:!9903.50N/07201.75W-", "position"),
        ("F4ABC>APRS:!4970.50N/07201.75W-", "position"),
        ("F4ABC>APRS:@4903.50N/07201.75W-", "time"),
        ("F4ABC>APRS:;SHORT", "object"),
        ("F4ABC>APRS:`abc", "position"),
        ("A>B:}" + "A>B:}" * 3 + "A>B:!x", None),
    ],
)
def test_what_is_not_a_packet_is_refused(packet: str, field: str | None) -> None:
    if field is None:
        assert decode(Frame(data=packet.encode())) == []
        return
    with pytest.raises(Refused) as refused:
        decode(Frame(data=packet.encode()))
    assert (refused.value.code, refused.value.field) == ("aprs-malformed", field)


@pytest.mark.parametrize(
    "said",
    [">on air", "T#001,1,2,3,4,5,00000000", "?APRS?", "<IGATE,MSG_CNT=1", ":F1XYZ    :ack1", ":F4ABC    :PARM.a,b"],
)
def test_what_says_nothing_of_a_place_is_passed_over(said: str) -> None:
    assert decode(Frame(data=f"F4ABC>APRS:{said}".encode())) == []


@pytest.mark.parametrize(
    ("callsign", "passcode", "kept"),
    [
        ("", "-1", ""),
        ("F4ABC\r\nX", "-1", ""),
        ("F4ABC", "secret", ""),
        ("F4ABC", "-1", "r/1/2/3\r\nx"),
        ("F4ABC", "-1", "é"),
    ],
)
def test_a_login_that_would_say_something_else_is_refused(callsign: str, passcode: str, kept: str) -> None:
    with pytest.raises(Refused, match="value-wrong"):
        login(callsign, passcode, kept)


async def test_a_session_opens_with_its_login_and_brings_places() -> None:
    said = b"# logresp F4ABC unverified, server T2TEST\r\n" + frame_of("aprs", "plain").data + b"\r\nrubbish\r\n"
    heard = Heard()
    async with server_saying(said, asks=True) as (port, opened):
        connector = open_connector(
            {"host": "127.0.0.1", "port": port, "callsign": "f4abc", "filter": "r/45.94/-0.96/50"}
        )
        async with running(connector.run(heard)):
            await heard.until(lambda: len(heard.observations) == 1 and bool(heard.refused))
    assert opened == [b"user F4ABC pass -1 vers Garance 1 filter r/45.94/-0.96/50\r\n"]
    assert heard.refused == ["aprs-malformed"]
    assert heard.links == ["up"]
