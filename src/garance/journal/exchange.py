"""Facts that travel: the `.garance` file, written and read as a stream (échange).

    garance exchange 1\\n
    frame*              one byte of kind, four of length (big-endian), the payload

Kinds, in this order: one `M` (manifest, JSON), any number of `R` (records, in the order they arrived at the sender),
one `H` for each chain (the head that signs for its last record, JSON), one `E` (end, JSON: how many records, SHA-256
of every byte before this frame). A record's payload: four bytes of header
length, the header, then nothing when the body is withheld, or sixteen bytes of salt and the body. Headers always
travel, so the chains verify whatever is withheld.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, TypeVar

import msgspec

from garance.journal.envelope import MAX_BODY_BYTES, MAX_HEADER_BYTES, Digest, Header, Record
from garance.journal.head import Head
from garance.journal.store import Store
from garance.kernel.clock import Clock, Instant
from garance.kernel.digest import SALT_BYTES
from garance.kernel.identity import WriterId
from garance.kernel.refusal import Refused

T = TypeVar("T")

MAGIC = b"garance exchange 1\n"
PAGE = 500
MAX_CHAINS = 10_000
MAX_SMALL_BYTES = 4_096
MAX_MANIFEST_BYTES = 2 * 1_048_576
_FRAME = struct.Struct(">cI")
_LENGTH = struct.Struct(">I")
_LIMITS = {
    b"M": MAX_MANIFEST_BYTES,
    b"R": _LENGTH.size + MAX_HEADER_BYTES + SALT_BYTES + MAX_BODY_BYTES,
    b"H": MAX_SMALL_BYTES,
    b"E": MAX_SMALL_BYTES,
}


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file holds of one chain: the facts after `after`, up to `to`."""

    after: int
    to: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file says of itself, before anything else."""

    made_at: Instant
    chains: dict[WriterId, Span]


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a whole file ends."""

    records: int
    digest: Digest


class Written(msgspec.Struct, frozen=True):
    """What was exported: resume next time from `cursor`, the last sequence number sent of each chain."""

    records: int
    withheld: int
    cursor: dict[str, int]
    digest: str


class _Sink:
    """Writes frames and digests every byte."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._sha256 = hashlib.sha256()
        self.write(MAGIC)

    def write(self, data: bytes) -> None:
        self._sha256.update(data)
        self._target.write(data)

    def frame(self, kind: bytes, payload: bytes) -> None:
        self.write(_FRAME.pack(kind, len(payload)) + payload)

    @property
    def digest(self) -> str:
        return self._sha256.hexdigest()


def export(
    store: Store,
    target: BinaryIO,
    *,
    clock: Clock,
    after: Mapping[str, int] | None = None,
    withhold: Callable[[Header], bool] | None = None,
) -> Written:
    """Write every fact after the given sequence number of each chain, up to its newest signed head.

    Facts appended meanwhile are left for the next time. `withhold` tells whose body stays here. Facts no head signs
    for are not exported: nobody could verify them.
    """
    cursor = dict(after or {})
    heads = _heads_beyond(store, cursor)
    chains = {writer: Span(cursor.get(writer, 0), head.seq) for writer, head in heads.items()}
    sink = _Sink(target)
    sink.frame(b"M", msgspec.json.encode(Manifest(clock.now(), chains)))
    records = withheld = 0
    for header, record in _records(store, chains):
        if record.body is None or (withhold is not None and withhold(header)):
            record, withheld = Record(record.header, None, None), withheld + 1
        sink.frame(b"R", _pack(record))
        records += 1
    for head in heads.values():
        sink.frame(b"H", msgspec.json.encode(head))
    digest = sink.digest
    sink.frame(b"E", msgspec.json.encode(End(records, digest)))
    return Written(records, withheld, cursor | {writer: span.to for writer, span in chains.items()}, digest)


def _heads_beyond(store: Store, cursor: Mapping[str, int]) -> dict[str, Head]:
    found = ((writer, store.head(writer)) for writer in store.writers())
    return {writer: head for writer, head in found if head is not None and head.seq > cursor.get(writer, 0)}


def _records(store: Store, chains: Mapping[str, Span]) -> Iterator[tuple[Header, Record]]:
    """The records of these spans, in the order they arrived here."""
    left = sum(span.to - span.after for span in chains.values())
    position = _first_position(store, chains)
    while left:
        lines = store.read(position, PAGE)
        if not lines:
            raise Refused("chain-broken", detail={"missing": left})
        for line in lines:
            span = chains.get(line.header.writer)
            if span is not None and span.after < line.header.seq <= span.to:
                yield line.header, line.record
                left -= 1
        position = lines[-1].position


def _first_position(store: Store, chains: Mapping[str, Span]) -> int:
    first = [line.position for writer, span in chains.items() for line in store.chain(writer, span.after, 1)]
    return min(first, default=1) - 1


def _pack(record: Record) -> bytes:
    start = _LENGTH.pack(len(record.header)) + record.header
    return start if record.salt is None or record.body is None else start + record.salt + record.body


class Frames:
    """Reads a stream frame by frame, in bounded memory.

    Refuses `exchange-malformed`, whatever the bytes, and `exchange-too-large` beyond `max_bytes`.
    """

    def __init__(self, source: BinaryIO, *, max_bytes: int | None = None) -> None:
        self._source = source
        self._left = sys.maxsize if max_bytes is None else max_bytes
        self._sha256 = hashlib.sha256()
        if self._read(len(MAGIC)) != MAGIC:
            raise Refused("exchange-malformed")

    @property
    def digest(self) -> str:
        """SHA-256 of every byte read so far."""
        return self._sha256.hexdigest()

    def _read(self, count: int) -> bytes:
        self._left -= count
        if self._left < 0:
            raise Refused("exchange-too-large")
        data = b""
        while len(data) < count:
            more = self._source.read(count - len(data))
            if not more:
                raise Refused("exchange-malformed", detail={"missing_bytes": count - len(data)})
            data += more
        self._sha256.update(data)
        return data

    def next(self) -> tuple[bytes, bytes]:
        """The next frame's kind and payload."""
        kind, length = _FRAME.unpack(self._read(_FRAME.size))
        if length > _LIMITS.get(kind, -1):
            raise Refused("exchange-malformed")
        return kind, self._read(length)

    def at_end(self) -> bool:
        """Whether no byte is left."""
        return not self._source.read(1)


def read_manifest(frames: Frames) -> Manifest:
    """The manifest, which comes first; refuses `exchange-malformed`."""
    kind, payload = frames.next()
    manifest = _decoded(payload, Manifest) if kind == b"M" else None
    if manifest is None or len(manifest.chains) > MAX_CHAINS:
        raise Refused("exchange-malformed")
    if any(not 0 <= span.after < span.to for span in manifest.chains.values()):
        raise Refused("exchange-malformed", field="chains")
    return manifest


def read_record(payload: bytes) -> Record:
    """The record of a frame; refuses `exchange-malformed`."""
    if len(payload) < _LENGTH.size:
        raise Refused("exchange-malformed")
    (length,) = _LENGTH.unpack_from(payload)
    start = _LENGTH.size + length
    header, rest = payload[_LENGTH.size : start], payload[start:]
    if len(header) != length or length > MAX_HEADER_BYTES or 0 < len(rest) < SALT_BYTES:
        raise Refused("exchange-malformed")
    return Record(header, rest[:SALT_BYTES], rest[SALT_BYTES:]) if rest else Record(header, None, None)


def read_exchanged_head(payload: bytes) -> Head:
    """The head of a frame, its signature not checked yet; refuses `exchange-malformed`."""
    return _decoded(payload, Head)


def check_end(frames: Frames, payload: bytes, *, records: int, digest: str) -> None:
    """Refuse `exchange-malformed` unless the file is whole, its digest before the end frame right, nothing after."""
    end = _decoded(payload, End)
    if end.records != records or end.digest != digest or not frames.at_end():
        raise Refused("exchange-malformed")


def _decoded(payload: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(payload, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Refused("exchange-malformed") from problem
