"""A sealed segment: samples that change no more, compressed, with a digest that does not depend on the compression."""

from __future__ import annotations

import hashlib
import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from garance.journal.tracks.samples import Kind, Samples
from garance.kernel.refusal import Refused

SEGMENT_SAMPLES = 20_000
"""The most samples one segment holds."""


class Sealed(msgspec.Struct, frozen=True):
    """What must be said as a fact of a segment: its series, first and last time, count and digest."""

    series: str
    from_ms: int
    to_ms: int
    samples: int
    digest: str


def seal_samples(series: str, samples: Samples) -> Sealed:
    """Describe and digest these samples, in order of time and not empty.

    The digest is the SHA-256 of: the line `garance segment 1`, the JSON line `[series, kind, count]`, the times as
    little-endian 64-bit integers, then each column as little-endian 64-bit floats.
    """
    times, columns = _plain(samples)
    said = msgspec.json.encode([series, samples.kind, len(samples)])
    proof = hashlib.sha256(b"garance segment 1\n" + said + b"\n" + times.tobytes() + columns.tobytes()).hexdigest()
    return Sealed(series, int(samples.t_ms[0]), int(samples.t_ms[-1]), len(samples), proof)


def pack(samples: Samples) -> bytes:
    """Compress: differences of times, then columns, bytes of equal weight side by side."""
    times, columns = _plain(samples)
    steps = np.diff(times, prepend=np.int64(0)).astype("<i8")
    words = np.concatenate([steps.view("<u8"), columns.reshape(-1).view("<u8")])
    return zlib.compress(_turned(words.view(np.uint8).reshape(-1, 8)), 6)


def unpack(kind: Kind, count: int, data: bytes) -> Samples:
    """The samples again; refuses `segment-altered` when these bytes are not such a segment."""
    wide = len(kind.columns)
    size = count * (1 + wide) * 8
    try:
        inflate = zlib.decompressobj()
        plain = inflate.decompress(data, size + 1)
    except zlib.error as problem:
        raise Refused("segment-altered") from problem
    if len(plain) != size or not inflate.eof or inflate.unused_data:
        raise Refused("segment-altered")
    words = np.frombuffer(_turned(np.frombuffer(plain, np.uint8).reshape(8, -1)), dtype="<u8")
    t_ms = np.cumsum(words[:count].view("<i8")).astype(np.int64)
    values = words[count:].view("<f8").reshape(wide, count).T
    return Samples(kind, t_ms, np.ascontiguousarray(values, dtype=np.float64))


def _plain(samples: Samples) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return samples.t_ms.astype("<i8"), np.ascontiguousarray(samples.values.T.astype("<f8"))


def _turned(table: NDArray[np.uint8]) -> bytes:
    return np.ascontiguousarray(table.T).tobytes()
