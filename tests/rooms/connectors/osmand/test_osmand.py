"""Trackers by address: units, ways of writing the time, alarms, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from garance.connectors.osmand.connector import open_connector
from garance.connectors.osmand.decode import alarm_of, decode
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located

AT = datetime(2024, 6, 6, 8, 58, 39, tzinfo=UTC)


def asked(**parameters: str) -> Frame:
    return Frame(parameters={"id": "v12", "lat": "45.94", "lon": "-0.96", **parameters})


def only(found: Any) -> Located:
    (one,) = found
    assert isinstance(one, Located)
    return one


@pytest.mark.parametrize(("unit", "said", "mps"), [("knots", "36", 18.52), ("mps", "36", 36.0), ("kmh", "36", 10.0)])
def test_the_speed_is_in_the_unit_of_the_setting(unit: str, said: str, mps: float) -> None:
    assert only(open_connector({"speed_unit": unit}).decode(asked(speed=said))).speed_mps == pytest.approx(mps)


@pytest.mark.parametrize(
    "said",
    [
        "1717664319",
        "1717664319000",
        "2024-06-06T08:58:39Z",
        "2024-06-06T10:58:39+02:00",
        "2024-06-06 08:58:39",
        "2024-06-06T08:58:39",
    ],
)
def test_each_way_of_writing_the_time_is_read(said: str) -> None:
    assert only(decode(asked(timestamp=said))).at == AT


def test_without_a_time_there_is_none() -> None:
    assert only(decode(asked())).at is None


def test_what_a_tracker_cannot_know_is_left_out() -> None:
    found = only(decode(asked(speed="-1", bearing="-1", accuracy="0", altitude="9e9", hdop="0.9")))
    assert (found.speed_mps, found.course_deg, found.accuracy_m, found.altitude_m) == (None, None, None, None)


def test_an_invalid_position_is_not_given_but_its_alarm_is() -> None:
    assert decode(asked(valid="false")) == []
    (alarm,) = decode(asked(valid="0", alarm="sos"))
    assert isinstance(alarm, Alarmed)
    assert alarm.position is None


@pytest.mark.parametrize(
    ("word", "alarm"),
    [
        ("sos", Alarm.EMERGENCY),
        ("fallDown", Alarm.EMERGENCY),
        ("geofenceExit", Alarm.GEOFENCE),
        ("lowBattery", Alarm.OTHER),
    ],
)
def test_the_alarms_of_traccar_are_sorted(word: str, alarm: Alarm) -> None:
    assert alarm_of(word) is alarm


def test_secrets_of_the_address_are_not_kept() -> None:
    found = only(decode(asked(token="abc", notificationToken="def", ignition="true")))
    assert found.details == {"source": "osmand", "ignition": "true"}


@pytest.mark.parametrize(
    ("frame", "code", "field"),
    [
        (Frame(parameters={"lat": "1", "lon": "2"}), "field-missing", "id"),
        (Frame(parameters={"id": "a"}), "field-missing", "lat"),
        (Frame(parameters={"id": "a", "location": "45.9"}), "value-wrong", "lat"),
        (asked(timestamp="yesterday"), "value-wrong", "timestamp"),
        (asked(timestamp="1e300"), "time-out-of-range", "timestamp"),
        (Frame(data=b"a=1&" * 200), "request-malformed", None),
        (Frame(data=b"\xff\xfe"), "request-malformed", None),
        (Frame(data=b'{"device_id":"a"}'), "field-missing", "location"),
        (Frame(data=b"x" * 300_000), "frame-too-large", None),
    ],
)
def test_what_cannot_be_read_is_refused(frame: Frame, code: str, field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        decode(frame)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(Refused, match="value-wrong"):
        open_connector({"speed_unit": "furlongs"})
