"""Recordings of every form are read as frames, gone through without a node, and nothing is lost on the way."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.territories import real_data

from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES, Sender
from garance.server.connections.plan import plan
from garance.server.connections.pushing import Pace
from garance.server.connections.recording import recorded_frames
from garance.server.connections.rehearsal import EPOCH, Rehearsal, Tally

NEED: Mapping[str, Mapping[str, Any]] = {
    "adsb": {"url": "http://192.0.2.1/aircraft.json"},
    "nmea": {"device": "VPC"},
    "aprs": {"host": "192.0.2.1", "callsign": "F4ABC"},
}
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def rehearsal(connector: str, *, since: datetime | None = None, **said: Any) -> Rehearsal:
    (planned,) = plan({"essai": {"connector": connector, **NEED.get(connector, {}), **said}})
    return Rehearsal(planned.open(), planned.limits, sender=Sender(name="essai"), since=since)


def through(one: Rehearsal, path: Path) -> Tally:
    for _ in one.through(recorded_frames(path)):
        pass
    return one.tally


def whole(tally: Tally) -> bool:
    """Nothing lost: each frame read, silent or refused; each observation kept or set aside."""
    aside = sum(tally.aside.values())
    return tally.kept + aside == tally.decoded == sum(tally.by_kind.values())


def fix(second: int, lat: float = 45.9, uid: str = "v1") -> dict[str, Any]:
    return {"_type": "location", "lat": lat, "lon": -0.9, "tst": int(AT.timestamp()) + second, "tid": uid}


def test_lines_and_lists_are_the_same_frames_gzipped_or_not(tmp_path: Path) -> None:
    said = [fix(2), fix(0), fix(1)]
    lines = "\n\n".join(json.dumps(one) for one in said).encode() + b"\r\n"
    (tmp_path / "a.jsonl").write_bytes(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines, mtime=0))
    (tmp_path / "a.json").write_text(json.dumps(said), "utf-8")
    times = {name: [one.at for one in recorded_frames(tmp_path / name)] for name in ("a.jsonl", "a.jsonl.gz", "a.json")}
    after = [AT + timedelta(seconds=second) for second in range(3)]
    assert times["a.jsonl"] == times["a.jsonl.gz"] == [after[2], after[0], after[1]], "lines stay in their order"
    assert times["a.json"] == after, "a list is put in the order of its times"


def test_a_document_is_one_frame_and_sentences_have_no_time(tmp_path: Path) -> None:
    (tmp_path / "a.gpx").write_bytes(b"<gpx>\n</gpx>\n")
    assert [one.frame.data for one in recorded_frames(tmp_path / "a.gpx")] == [b"<gpx>\n</gpx>\n"]
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf!AIVDM,1\n\n$GPRMC\n")
    found = list(recorded_frames(tmp_path / "a.txt"))
    assert [(one.frame.data, one.at) for one in found] == [(b"!AIVDM,1", None), (b"$GPRMC", None)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", b"[1, 2", "recording-unreadable"),
        ("a.json", b"[" * 100_000, "recording-unreadable"),
        ("a.txt.gz", b"not an archive", "recording-unreadable"),
        ("a.txt.gz", gzip.compress(b"x" * 9_000, mtime=0)[:-9], "recording-unreadable"),
        ("a.txt.gz", gzip.compress(b"x" * (MAX_FRAME_BYTES + 2)), "frame-too-large"),
        ("a.gpx", b"x" * (MAX_FRAME_BYTES + 1), "frame-too-large"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=code):
        list(recorded_frames(tmp_path / name))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="recording-unreadable"):
        list(recorded_frames(tmp_path / "none.txt"))


def test_each_observation_is_kept_or_set_aside_with_its_reason(tmp_path: Path) -> None:
    said = [fix(0), fix(1), fix(1), fix(2, lat=48.0), fix(3), fix(4, lat=0) | {"lon": 0}]
    lines = [json.dumps(one) for one in said]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, "{broken", '{"_type": "lwt", "tst": 1767323045}']), "utf-8")
    tally = through(rehearsal("owntracks"), tmp_path / "a.jsonl")
    assert whole(tally)
    assert (tally.frames, tally.decoded, tally.kept, tally.silent) == (8, 6, 3, 1)
    assert tally.aside == {"repeated": 1, "jump-implausible": 1, "place-zero": 1}
    assert tally.refused == {"json-malformed": 1}
    assert (tally.first_at, tally.sources) == (AT, 1)


def test_a_late_beginning_still_teaches_the_decoder(tmp_path: Path) -> None:
    card = {"_type": "card", "name": "Chef de groupe", "tid": "v1", "tst": int(AT.timestamp())}
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(one) for one in (card, fix(1), fix(9))), "utf-8")
    one = rehearsal("owntracks", since=AT + timedelta(seconds=5))
    steps = list(one.through(recorded_frames(tmp_path / "a.jsonl")))
    assert [getattr(step.told[0].arrived.observation, "name", None) for step in steps] == ["Chef de groupe"]


def test_what_says_no_time_comes_at_a_steady_pace(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"$GPXXX\n" * 3)
    tally = through(rehearsal("nmea"), tmp_path / "a.txt")
    assert (tally.first_at, tally.last_at) == (EPOCH, EPOCH + timedelta(milliseconds=200))


@given(lines=st.lists(st.binary(max_size=60), max_size=20), name=st.sampled_from(["adsb", "ais", "aprs", "owntracks"]))
def test_any_recording_is_gone_through_whole(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], name: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.txt"
    path.write_bytes(b"\n".join(lines))
    tally = through(rehearsal(name), path)
    assert whole(tally)
    assert tally.frames == len(list(recorded_frames(path)))


def test_the_pace_is_that_of_the_recording() -> None:
    waited: list[float] = []
    pace = Pace(10, waited.append)
    for second in (0, 5, 5, 4, 3600):
        pace.wait(AT + timedelta(seconds=second))
    assert waited == [0.5, 60.0], "and a night without a word is passed over"
    with pytest.raises(Refused, match="value-wrong"):
        Pace(-1)


# -- what was really recorded ------------------------------------------------------------------------------------

FOUND: Mapping[str, tuple[str, int, int, int, Mapping[str, int]]] = {
    "samu31.json.gz": ("adsb", 378, 378, 377, {"jump-implausible": 1}),
    "rega_zh.json.gz": ("adsb", 339, 339, 339, {}),
    "rega_sg.json.gz": ("adsb", 1_080, 1_080, 1_076, {"jump-implausible": 4}),
    "calfire.json.gz": ("adsb", 9_955, 9_955, 9_952, {"jump-implausible": 3}),
    "border_control.json.gz": ("adsb", 1_465, 1_465, 1_465, {}),
    "adsb_toulouse_20240606.jsonl.gz": ("adsb", 71_939, 13_465, 13_356, {"repeated": 109}),
    "nmea_ais_sample.txt": ("ais", 898, 764, 762, {"jump-implausible": 2}),
}
"""Each recording: its connector; frames, observations, those kept; those set aside, by reason."""


@pytest.fixture(scope="module")
def tracks() -> Path:
    return real_data("tracks")


@pytest.mark.real_data
@pytest.mark.parametrize("name", FOUND)
def test_a_recorded_day_loses_nothing_and_keeps_what_is_believable(tracks: Path, name: str) -> None:
    connector, frames, decoded, kept, aside = FOUND[name]
    tally = through(rehearsal(connector), tracks / name)
    assert whole(tally)
    assert (tally.frames, tally.decoded, tally.kept, tally.aside) == (frames, decoded, kept, aside)
    assert tally.refused == {}


@pytest.mark.real_data
def test_a_recorded_day_replays_identically(tracks: Path) -> None:
    once, again = (
        [
            (told.arrived.observation, told.aside)
            for step in rehearsal("ais").through(recorded_frames(tracks / "nmea_ais_sample.txt"))
            for told in step.told
        ]
        for _ in range(2)
    )
    assert once == again


@pytest.mark.real_data
def test_sentences_of_ships_say_nothing_to_a_receiver_of_a_vehicle(tracks: Path) -> None:
    tally = through(rehearsal("nmea"), tracks / "nmea_ais_sample.txt")
    assert (tally.frames, tally.silent, tally.decoded, tally.refused) == (898, 898, 0, {})
