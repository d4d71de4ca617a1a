"""What a source once sent, kept in a file, as the frames that it was (enregistrement).

A frame a line, blank lines passed over, in whatever form the source has (JSON, NMEA sentences, APRS packets); or a JSON
list, a frame an element; or a whole document (XML, GPX, a binary message), one frame. Any of them gzipped.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from garance.kernel.clock import from_milliseconds
from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES, Frame

WHOLE = frozenset({".xml", ".gpx", ".cot", ".bin", ".frame", ".kml", ".geojson"})
"""Endings of files that are one frame each."""
MAX_LIST_BYTES = 256 << 20
"""The longest JSON list that is read: it is held in memory, unlike lines."""
_MEMBERS = ("timestamp", "tst", "now", "time", "heard_at")
_MILLISECONDS_FROM = 1e11
_LATEST_MS = 253_402_300_799_000


class Recorded(msgspec.Struct, frozen=True):
    """A frame, and when its recorder says that it came; None when the recording does not say."""

    frame: Frame
    at: datetime | None


def recorded_frames(path: Path) -> Iterator[Recorded]:
    """The frames of a recording: a JSON list in the order of its times, anything else in the order of the file.

    Refuses `recording-unreadable` (no such file, a broken archive, a list that is none) and `frame-too-large`.
    """
    endings = [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"]
    ending = endings[-1] if endings else ""
    try:
        with _opened(path) as content:
            if ending == ".json":
                yield from _elements(content)
            elif ending in WHOLE:
                yield Recorded(Frame(data=_bounded(content, MAX_FRAME_BYTES), name=path.name), None)
            else:
                yield from _lines(content)
    except (OSError, EOFError, zlib.error) as problem:
        raise Refused("recording-unreadable", detail={"file": path.name}) from problem


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    return path.open("rb")


def _bounded(content: IO[bytes], most_bytes: int) -> bytes:
    said = content.read(most_bytes + 1)
    if len(said) > most_bytes:
        raise Refused("frame-too-large", detail={"limit": most_bytes})
    return said


def _lines(content: IO[bytes]) -> Iterator[Recorded]:
    while line := content.readline(MAX_FRAME_BYTES + 1):
        if len(line) > MAX_FRAME_BYTES:
            raise Refused("frame-too-large", detail={"limit": MAX_FRAME_BYTES})
        said = line.strip(b"\r\n\0 \t\xef\xbb\xbf")
        if not said:
            continue
        json_like = said[:1] in b"{["
        yield Recorded(Frame(data=said, content_type=_kind(json_like)), _moment(_value(said)) if json_like else None)


def _kind(json_like: bool) -> str:
    return "application/json" if json_like else ""


def _value(said: bytes) -> Any:
    try:
        return msgspec.json.decode(said)
    except (ValueError, RecursionError):
        return None


def _elements(content: IO[bytes]) -> Iterator[Recorded]:
    """Each element of a list; an object alone is one frame. Decoders judge what each says."""
    try:
        value = msgspec.json.decode(_bounded(content, MAX_LIST_BYTES), type=list[msgspec.Raw] | dict[str, msgspec.Raw])
    except (ValueError, RecursionError) as problem:
        raise Refused("recording-unreadable", detail={"problem": "json"}) from problem
    parts = value if isinstance(value, list) else [msgspec.json.encode(value)]
    frames = [Recorded(Frame(data=bytes(one), content_type=_kind(True)), _moment(_value(bytes(one)))) for one in parts]
    if all(one.at is not None for one in frames):
        frames.sort(key=lambda one: one.at or from_milliseconds(0))
    yield from frames


def _moment(said: Any) -> datetime | None:
    """When a JSON message says that it is of: seconds or milliseconds since 1970 under a usual name."""
    if not isinstance(said, dict):
        return None
    for member in _MEMBERS:
        count = said.get(member)
        if isinstance(count, int | float) and not isinstance(count, bool):
            milliseconds = count if abs(count) >= _MILLISECONDS_FROM else count * 1000
            return from_milliseconds(round(milliseconds)) if 0 <= milliseconds <= _LATEST_MS else None
    return None
