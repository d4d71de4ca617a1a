"""Clouds of points (LiDAR): LAS and LAZ, their head and the classes of their first points."""

from __future__ import annotations

import math
import struct
import warnings
from pathlib import Path
from typing import Any

import laspy
import laspy.errors
import numpy as np

from garance.kernel.refusal import Refused
from garance.territory.projection import Bounds, read_crs
from garance.territory.reading.archive import Step
from garance.territory.reading.findings import Cloud

CLOUD_ENDINGS = (".las", ".laz")
SAMPLE_POINTS = 2_000_000
CHUNK_POINTS = 200_000
MAX_POINTS = 2_000_000_000
MAX_CHUNK_POINTS = 10_000_000
PACKER_RECORD = 22_204
MAX_HEAD_BYTES = 64 * 1024**2
FAILURES = (
    laspy.errors.LaspyException, ValueError, RuntimeError, OSError, EOFError, OverflowError, MemoryError, KeyError,
    IndexError, TypeError, AttributeError, struct.error, UnicodeError, AssertionError, NotImplementedError,
)  # fmt: skip


def read_cloud(path: Path, label: str, step: Step, *, near: Bounds | None = None, keep: object = None) -> Cloud:
    """What the cloud is and where it lies. Refuses `cloud-unreadable`, `crs-unknown`."""
    _check_head(path, label)
    try:
        with warnings.catch_warnings(), laspy.open(path, laz_backend=laspy.LazBackend.Lazrs) as reader:
            warnings.simplefilter("ignore")
            header = reader.header
            bounds: Bounds = (
                float(header.mins[0]),
                float(header.mins[1]),
                float(header.maxs[0]),
                float(header.maxs[1]),
            )
            points = int(header.point_count)
            classes = _classes(reader, points, step)
            declared = _declared(header)
    except FAILURES as problem:
        raise Refused("cloud-unreadable", field=label) from problem
    except BaseException as problem:
        if type(problem).__name__ == "PanicException":
            raise Refused("cloud-unreadable", field=label) from problem
        raise
    if not 0 < points <= MAX_POINTS or not all(math.isfinite(value) for value in bounds):
        raise Refused("cloud-unreadable", field=label)
    reading = read_crs(declared, bounds, near)
    if reading is None or reading.swapped:
        raise Refused("crs-unknown", field=label)
    return Cloud(label, path, reading.crs, bounds, points, classes, reading.doubt, keep)


def _check_head(path: Path, label: str) -> None:
    """The sizes that the head announces fit the file: a reader that believes them would take all the memory."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(375)
    if len(head) < 227 or head[:4] != b"LASF":
        raise Refused("cloud-unreadable", field=label)
    head_size, offset, records = struct.unpack_from("<HII", head, 94)
    minor = head[25]
    extended, extended_start, points = 0, 0, struct.unpack_from("<I", head, 107)[0]
    if minor >= 4 and len(head) >= 375:
        extended_start, extended, points = struct.unpack_from("<QIQ", head, 235)
    sane = (
        head_size <= offset <= min(size, MAX_HEAD_BYTES)
        and records * 54 <= size
        and (extended == 0 or (extended_start < size and extended * 60 <= size))
        and points <= min(MAX_POINTS, size * 200)
    )
    if not sane or (path.suffix.lower() == ".laz" and not _is_packed_sanely(path, head_size, offset, records, points)):
        raise Refused("cloud-unreadable", field=label)


def _is_packed_sanely(path: Path, head_size: int, offset: int, records: int, points: int) -> bool:
    """The packing of a LAZ is what its head promises: the unpacker takes the memory it is told to, or dies of it."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(offset)
        start = stream.read(8)
        packing = _packing(head[head_size:], records)
        if packing is None or len(start) < 8:
            return False
        chunk_points, widths = packing
        table = struct.unpack("<q", start)[0]
        if table == -1:
            stream.seek(-8, 2)
            table = struct.unpack("<q", stream.read(8))[0]
        if not offset + 8 <= table <= size - 8:
            return False
        stream.seek(table + 4)
        chunks = struct.unpack("<I", stream.read(4))[0]
    width = struct.unpack_from("<H", head, 105)[0]
    usual = 0 < chunk_points <= MAX_CHUNK_POINTS or chunk_points == 0xFFFFFFFF
    return usual and sum(widths) == width and chunks <= min(size, points + 1)


def _packing(records: bytes, count: int) -> tuple[int, list[int]] | None:
    """Points a chunk, and the width of each part of a point, as the record of the packer says."""
    place = 0
    for _ in range(count):
        if place + 54 > len(records):
            return None
        number, length = struct.unpack_from("<HH", records, place + 18)
        body = records[place + 54 : place + 54 + length]
        place += 54 + length
        if number == PACKER_RECORD and len(body) >= 34:
            parts = struct.unpack_from("<H", body, 32)[0]
            if len(body) < 34 + 6 * parts:
                return None
            widths = [struct.unpack_from("<H", body, 36 + 6 * part)[0] for part in range(parts)]
            return struct.unpack_from("<I", body, 12)[0], widths
    return None


def _declared(header: Any) -> str | None:
    try:
        crs = header.parse_crs()
    except FAILURES:
        return None
    return crs.to_wkt() if crs is not None else None


def _classes(reader: Any, points: int, step: Step) -> tuple[int, ...]:
    seen: set[int] = set()
    done = 0
    while done < min(points, SAMPLE_POINTS):
        step()
        chunk = reader.read_points(CHUNK_POINTS)
        if len(chunk) == 0:
            break
        seen.update(int(code) for code in np.unique(np.asarray(chunk.classification)))
        done += len(chunk)
    return tuple(sorted(seen))
