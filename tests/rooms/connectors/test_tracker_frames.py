"""The connectors of trackers and traffic: their kept frames say what they should, and nothing breaks them."""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.frame_cases import (
    all_members,
    cases,
    expected_of,
    frame_of,
    manifest_of,
    mutated,
    odd_json,
    readme_of,
)

from garance.kernel.refusal import Refused
from garance.ports.connector import Arrival, Connector, Frame, Grade
from garance.ports.observation import Located, Observation

SETTINGS: dict[str, dict[str, Any]] = {
    "owntracks": {}, "osmand": {}, "traccar": {}, "adsb": {"url": "http://192.0.2.1/aircraft.json"}, "ais": {},
    "aprs": {"host": "192.0.2.1", "callsign": "F4ABC"}, "nmea": {"device": "VPC"}, "gpx_live": {},
}  # fmt: skip
"""The connectors that have frames of their own, and what they need to open."""

EVERY = [(name, case) for name in SETTINGS for case in cases(name)]


def opened(name: str) -> Connector:
    known = manifest_of(name)
    module, _, function = known.entry.partition(":")
    given = {wish.name: wish.default for wish in known.settings} | SETTINGS[name]
    connector: Connector = getattr(importlib.import_module(module), function)(given)
    return connector


def sound(found: Sequence[Observation]) -> None:
    """What holds of anything decoded: it can be written, its times are UTC, its numbers finite and bounded."""
    assert msgspec.json.decode(msgspec.json.encode(found), type=list[Observation]) == list(found)
    for one in found:
        assert 0 < len(one.uid) <= 256
        assert one.at is None or one.at.tzinfo is UTC
        assert all(len(name) <= 64 and len(value) <= 200 for name, value in one.details.items())
        if isinstance(one, Located):
            assert math.isfinite(one.position.lat_deg + one.position.lon_deg)
            assert one.speed_mps is None or 0 <= one.speed_mps <= 12_000
            assert one.course_deg is None or 0 <= one.course_deg < 360
            assert one.altitude_m is None or -12_000 <= one.altitude_m <= 100_000


@pytest.mark.parametrize(("name", "case"), EVERY, ids=[f"{name}-{case}" for name, case in EVERY])
def test_a_kept_frame_says_what_it_should(name: str, case: str) -> None:
    found = list(opened(name).decode(frame_of(name, case)))
    assert found == expected_of(name, case)
    sound(found)


@pytest.mark.parametrize("name", SETTINGS)
def test_each_has_its_frames_its_page_and_a_sound_manifest(name: str) -> None:
    known = manifest_of(name)
    assert len(cases(name)) >= 3
    assert known.quality is Grade.SILVER
    assert known.name == name.replace("_", "-")
    page = readme_of(name)
    assert all(wish.name in page for wish in known.settings), "each setting is explained"
    assert {"Licence", "Attribution"} <= {word.strip("#:.*, ") for word in page.split()}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_only_decodes_does_nothing_by_itself(name: str) -> None:
    known = manifest_of(name)
    if known.arrival in (Arrival.PUSH, Arrival.POLL):
        running = opened(name).run(None)  # type: ignore[arg-type]  # it must not touch its outlet
        with pytest.raises(StopIteration):
            running.send(None)


def survives(name: str, frame: Frame) -> None:
    try:
        found = opened(name).decode(frame)
    except Refused:
        return
    sound(found)


@pytest.mark.parametrize("name", SETTINGS)
@settings(max_examples=40)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    survives(name, Frame(data=content))


@pytest.mark.parametrize("name", SETTINGS)
@settings(max_examples=80)
@given(draw=st.data())
def test_damaged_frames_are_read_or_refused(name: str, draw: st.DataObject) -> None:
    survives(name, draw.draw(mutated(name)))


@pytest.mark.parametrize("name", ["owntracks", "osmand", "traccar", "adsb"])
@settings(max_examples=80)
@given(draw=st.data())
def test_odd_json_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    members = {"_type", "location", "transition", "waypoints", "card"}
    for case in cases(name):
        try:
            members |= all_members(json.loads(frame_of(name, case).data))
        except ValueError:
            continue
    value = draw.draw(odd_json(sorted(members)))
    survives(name, Frame(data=json.dumps(value).encode(), content_type="application/json"))


@pytest.mark.parametrize("name", ["owntracks", "osmand", "traccar", "adsb"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"a":' * 100_000, "json-too-deep"),
        (b"{" + b" " * (9 << 20), "frame-too-large"),
        (b'{"a":nan}', "json-malformed"),
    ],
)
def test_what_is_too_deep_too_long_or_no_json_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        opened(name).decode(Frame(data=content, content_type="application/json"))
    assert refused.value.code in {code, "frame-too-large"}
