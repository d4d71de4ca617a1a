"""Recorded movements as frames, in order of time: what a receiver would have handed over, to be replayed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from garance.ports.connector import Frame

FLIGHTS = ("samu31", "rega_zh", "rega_sg", "calfire", "border_control")
"""Flights kept as one list of points each."""

STREAM = "adsb_toulouse_20240606"
"""Decoded messages of a receiver, as they came."""

SHIPS = "nmea_ais_sample"
"""AIS sentences, without times."""


class Timed(msgspec.Struct, frozen=True):
    """A frame, and when it came; None when the recording does not say."""

    at: datetime | None
    frame: Frame


def flight_frames(folder: Path, name: str) -> Iterator[Timed]:
    """Each point of a flight as a frame of its own, earliest first."""
    points = json.loads(gzip.decompress((folder / f"{name}.json.gz").read_bytes()))
    for point in sorted(points, key=lambda one: int(one["timestamp"])):
        at = datetime.fromtimestamp(point["timestamp"] / 1000, UTC)
        yield Timed(at, Frame(data=json.dumps(point).encode(), content_type="application/json"))


def stream_frames(folder: Path, name: str = STREAM) -> Iterator[Timed]:
    """Each message of a stream as a frame, in the order of the recording (which is that of time)."""
    with gzip.open(folder / f"{name}.jsonl.gz") as lines:
        for line in lines:
            if said := line.strip():
                at = datetime.fromtimestamp(json.loads(said)["timestamp"], UTC)
                yield Timed(at, Frame(data=said, content_type="application/json"))


def sentence_frames(folder: Path, name: str = SHIPS) -> Iterator[Timed]:
    """Each AIS sentence as a frame."""
    for line in (folder / f"{name}.txt").read_bytes().splitlines():
        if line.strip():
            yield Timed(None, Frame(data=line))
