"""ADS-B: ages, altitudes, codes of distress, what is said apart; recorded flights and a recorded stream read whole."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.territories import real_data
from support.track_frames import FLIGHTS, flight_frames, stream_frames

from garance.connectors.adsb.connector import open_connector
from garance.connectors.adsb.decode import AdsbDecoder
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located, Observation

NOW = 1717664320.0
POINTS = {"samu31": 378, "rega_zh": 339, "rega_sg": 1080, "calfire": 9955, "border_control": 1465}


def heard(decoder: AdsbDecoder, **said: Any) -> list[Observation]:
    aircraft = {"hex": "39ac45", "lat": 43.6, "lon": 1.4, "seen_pos": 0.0, **said}
    return list(decoder.decode(Frame(data=json.dumps({"now": NOW, "aircraft": [aircraft]}).encode())))


def place(**said: Any) -> Located:
    (found,) = heard(AdsbDecoder(), **said)
    assert isinstance(found, Located)
    return found


def test_a_position_is_as_old_as_it_is() -> None:
    found = place(seen_pos=12.5)
    assert found.at == datetime.fromtimestamp(NOW, UTC) - timedelta(seconds=12.5)
    assert found.details["age_s"] == "12.5"
    assert heard(AdsbDecoder(), seen_pos=61) == []
    assert len(heard(AdsbDecoder(oldest_s=120), seen_pos=61)) == 1


@pytest.mark.parametrize(
    ("said", "metres", "of"),
    [
        ({"alt_baro": 1000, "alt_geom": 1200}, 365.76, "ellipsoid"),
        ({"alt_baro": 1000}, 304.8, "barometer"),
        ({"alt_baro": 1000, "alt_geom": 120_100}, 304.8, "barometer"),
        ({"alt_baro": "ground"}, None, None),
        ({}, None, None),
    ],
)
def test_the_altitude_is_that_of_satellites_when_believable(
    said: dict[str, Any], metres: float | None, of: str | None
) -> None:
    found = place(**said)
    assert found.altitude_m == (None if metres is None else pytest.approx(metres))
    assert found.details.get("altitude_of") == of


def test_a_code_of_distress_is_said_when_it_begins_and_ends() -> None:
    decoder = AdsbDecoder()
    said = [heard(decoder, squawk=code) for code in ("7014", "7700", "7700", "7600", "7014")]
    alarms = [[(one.alarm, one.active, one.text) for one in each if isinstance(one, Alarmed)] for each in said]
    assert alarms == [
        [],
        [(Alarm.EMERGENCY, True, "squawk 7700")],
        [],
        [(Alarm.EMERGENCY, False, "squawk 7700"), (Alarm.OTHER, True, "squawk 7600")],
        [(Alarm.OTHER, False, "squawk 7600")],
    ]


def test_a_call_sign_and_a_speed_said_apart_go_with_the_next_place_while_fresh() -> None:
    decoder = AdsbDecoder()

    def message(after_s: float, **said: Any) -> list[Observation]:
        content = {"timestamp": NOW + after_s, "icao24": "39ac45", **said}
        return list(decoder.decode(Frame(data=json.dumps(content).encode())))

    assert message(0, callsign="SAMU31__") == []
    assert message(1, groundspeed=100, track=90) == []
    fresh, stale = message(5, latitude=43.6, longitude=1.4) + message(60, latitude=43.6, longitude=1.4)
    assert isinstance(fresh, Located)
    assert isinstance(stale, Located)
    assert (fresh.name, fresh.course_deg) == ("SAMU31", 90)
    assert fresh.speed_mps == pytest.approx(51.444, abs=1e-3)
    assert (stale.name, stale.speed_mps, stale.course_deg) == ("SAMU31", None, None)


def test_a_broken_aircraft_among_good_ones_stops_nothing_and_alone_is_refused() -> None:
    broken, good = {"hex": "a", "lat": 99, "lon": 0}, {"hex": "b", "lat": 43, "lon": 1}
    assert len(AdsbDecoder().decode(Frame(data=json.dumps({"aircraft": [broken, good]}).encode()))) == 1
    with pytest.raises(Refused, match="value-wrong"):
        AdsbDecoder().decode(Frame(data=json.dumps({"aircraft": [broken]}).encode()))


def test_an_empty_sky_is_no_fault() -> None:
    assert open_connector({}).decode(Frame(data=b'{"now": 1717664320, "aircraft": []}')) == []


@pytest.fixture(scope="module")
def tracks() -> Path:
    return real_data("tracks")


def plausible(found: list[Located]) -> None:
    assert all(one.speed_mps is None or one.speed_mps < 340 for one in found)
    assert all(one.altitude_m is None or -100 < one.altitude_m < 14_000 for one in found)
    assert all(one.at is not None for one in found)


@pytest.mark.real_data
@pytest.mark.parametrize("name", FLIGHTS)
def test_every_point_of_a_recorded_flight_is_read(tracks: Path, name: str) -> None:
    decoder, found = AdsbDecoder(), []
    for timed in flight_frames(tracks, name):
        for one in decoder.decode(timed.frame):
            assert isinstance(one, Located)
            assert one.at is not None
            assert timed.at is not None
            assert abs(one.at - timed.at) < timedelta(milliseconds=1)
            found.append(one)
    assert len(found) == POINTS[name]
    assert len({one.uid for one in found}) == (45 if name == "calfire" else 1)
    plausible(found)
    for uid in {one.uid for one in found}:
        times = [one.at for one in found if one.uid == uid and one.at is not None]
        assert times == sorted(times)


@pytest.mark.real_data
def test_every_message_of_a_recorded_stream_is_read(tracks: Path) -> None:
    frames = [timed.frame for timed in stream_frames(tracks)]
    decoder = AdsbDecoder()
    found: list[Observation] = []
    begun = time.perf_counter()
    for frame in frames:
        found += decoder.decode(frame)
    rate = len(frames) / (time.perf_counter() - begun)
    print(f"{rate:.0f} messages a second")  # noqa: T201 - a figure to read, which no machine promises
    places = [one for one in found if isinstance(one, Located)]
    assert (len(frames), len(found), len(places)) == (71_939, 13_465, 13_465)
    plausible(places)
    seen = Counter(one.uid for one in places)
    assert len(seen) == 9, "of 17 heard, those that say where they are"
    assert sum(one.name is not None for one in places) > 0.9 * len(places)
    times = [one.at for one in places if one.at is not None]
    assert times == sorted(times)
    assert all(43 < one.position.lat_deg < 52 and -2 < one.position.lon_deg < 2 for one in places)
