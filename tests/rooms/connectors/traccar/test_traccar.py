"""Traccar: alarms and news of its server, positions that it does not vouch for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.frame_cases import frame_of

from garance.connectors.traccar.connector import open_connector
from garance.connectors.traccar.decode import decode
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Alarm, Alarmed, Located


def forwarded(case: str, **changes: Any) -> Frame:
    said = json.loads(frame_of("traccar", case).data)
    for path, value in changes.items():
        *steps, last = path.split("__")
        inside = said
        for step in steps:
            inside = inside[step]
        inside[last] = value
    return Frame(data=json.dumps(said).encode())


def test_an_invalid_position_is_not_given() -> None:
    assert decode(forwarded("position", position__valid=False)) == []


def test_several_alarms_of_a_position_are_each_said() -> None:
    *alarms, place = decode(forwarded("position", position__attributes={"alarm": "sos,lowBattery"}))
    assert [(one.alarm, one.text) for one in alarms if isinstance(one, Alarmed)] == [
        (Alarm.EMERGENCY, "sos"),
        (Alarm.OTHER, "lowBattery"),
    ]
    assert isinstance(place, Located)


def test_news_of_an_alarm_is_said_once_though_its_position_bears_it_too() -> None:
    frame = forwarded("alarm-sos", position__attributes={"alarm": "sos"})
    assert [type(one) for one in decode(frame)] == [Alarmed, Located]


def test_a_tracker_without_news_is_an_alarm_if_wished_and_its_return_ends_it() -> None:
    assert open_connector({"offline": False}).decode(frame_of("traccar", "device-offline")) == []
    (back,) = decode(forwarded("device-offline", event__type="deviceOnline"))
    assert isinstance(back, Alarmed)
    assert not back.active


@pytest.mark.parametrize("news", ["ignitionOn", "maintenance", "driverChanged", "something-new", None, 7])
def test_other_news_give_their_position_only(news: object) -> None:
    (found,) = decode(forwarded("alarm-sos", event__type=news))
    assert isinstance(found, Located)


def test_a_device_without_identifier_is_named_by_its_number() -> None:
    (found,) = decode(forwarded("position", device={}))
    assert found.uid == "device-7"


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        (Frame(data=b"{}"), "position"),
        (forwarded("position", device={}, position__deviceId=None), "device.uniqueId"),
        (forwarded("position", position__latitude=None), "position.latitude"),
    ],
)
def test_what_names_nothing_or_no_place_is_refused(frame: Frame, field: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(frame)
    assert (refused.value.code, refused.value.field) == ("field-missing", field)
