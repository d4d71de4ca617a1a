"""OwnTracks: who is named by what, names kept from cards, what is refused and what is passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.frame_cases import frame_of

from garance.connectors.owntracks.connector import open_connector
from garance.connectors.owntracks.decode import ANSWER, MAX_NAMES, OwnTracksDecoder, of_topic
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Located

HERE = {"_type": "location", "lat": 45.94, "lon": -0.96, "tst": 1717664319}


def message(**said: Any) -> bytes:
    return json.dumps(said).encode()


def located(frame: Frame) -> Located:
    (found,) = OwnTracksDecoder().decode(frame)
    assert isinstance(found, Located)
    return found


@pytest.mark.parametrize(
    ("parameters", "topic", "said", "uid"),
    [
        ({"X-Limit-U": "jo", "X-Limit-D": "tel"}, "owntracks/x/y", {"topic": "owntracks/z/z"}, "jo/tel"),
        ({"x-limit-u": "jo"}, "", {}, "jo"),
        ({"u": "jo", "d": "tel"}, "", {}, "jo/tel"),
        ({}, "owntracks/x/y", {"topic": "owntracks/z/z"}, "x/y"),
        ({}, "", {"topic": "owntracks/z/z"}, "z/z"),
        ({}, "", {"tid": "MD"}, "MD"),
    ],
)
def test_the_headers_then_the_broker_then_the_message_name_the_thing(
    parameters: dict[str, str], topic: str, said: dict[str, str], uid: str
) -> None:
    assert located(Frame(data=message(**HERE, **said), parameters=parameters, topic=topic)).uid == uid


@pytest.mark.parametrize(
    ("topic", "uid"),
    [
        ("owntracks/jo/tel", "jo/tel"),
        ("owntracks/jo/tel/event", "jo/tel"),
        ("/jo/tel", "jo/tel"),
        ("a/b/c/d/info", "b/c/d"),
        ("", ""),
    ],
)
def test_a_topic_names_user_and_device(topic: str, uid: str) -> None:
    assert of_topic(topic) == uid


def test_a_card_gives_its_name_to_the_positions_that_follow() -> None:
    decoder = OwnTracksDecoder()
    assert decoder.decode(Frame(data=message(_type="card", name="Jeanne D."), topic="owntracks/jo/tel/info")) == []
    (found,) = decoder.decode(Frame(data=message(**HERE), topic="owntracks/jo/tel"))
    assert isinstance(found, Located)
    assert found.name == "Jeanne D."


def test_cards_are_kept_for_so_many_phones_only() -> None:
    decoder = OwnTracksDecoder()
    for number in range(MAX_NAMES + 50):
        decoder.decode(Frame(data=message(_type="card", name="x"), topic=f"owntracks/u{number}/d"))
    assert len(decoder._names) == MAX_NAMES


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (message(_type="encrypted", data="AAAA"), "payload-encrypted", None),
        (message(lat=1, lon=2), "field-missing", "_type"),
        (message(**HERE), "field-missing", "topic"),
        (message(_type="location", lat=91, lon=0, tid="a"), "value-wrong", "lat"),
        (message(_type="location", lon=0, tid="a"), "field-missing", "lat"),
        (message(_type="location", lat=1, lon=0, tid="a", tst=-5), "time-out-of-range", "tst"),
        (message(_type="location", lat=1, lon=0, tid="a" * 300), "value-wrong", "topic"),
        (b"[1, 2]", "value-wrong", None),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(content: bytes, code: str, field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        OwnTracksDecoder().decode(Frame(data=content))
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("kind", ["cmd", "lwt", "configuration", "status", "steps", "beacon", "something-new"])
def test_what_says_nothing_of_a_place_is_passed_over(kind: str) -> None:
    assert OwnTracksDecoder().decode(Frame(data=message(_type=kind, action="dump"))) == []


def test_a_broker_that_forgets_a_message_says_nothing() -> None:
    assert OwnTracksDecoder().decode(Frame(data=b"", topic="owntracks/jo/tel")) == ()


def test_crossings_and_places_can_be_left_out() -> None:
    quiet = open_connector({"crossings": False, "waypoints": False})
    assert quiet.decode(frame_of("owntracks", "transition-leave")) == []
    assert quiet.decode(frame_of("owntracks", "waypoints")) == []


def test_the_answer_is_an_empty_list() -> None:
    assert json.loads(ANSWER) == []
