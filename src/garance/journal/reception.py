"""Take in a `.garance` file from elsewhere: everything is verified before anything is kept (réception).

The file is read twice: once to check every record, chain and signature against itself and against this journal, once
to give its new records in batches. What we have already is skipped, so an import that was interrupted is simply
begun again. A body that was destroyed here does not come back by that way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from garance.journal.chain import check_body
from garance.journal.envelope import Header, Record, read_header
from garance.journal.exchange import Frames, Manifest, check_end, read_exchanged_head, read_manifest, read_record
from garance.journal.head import Head
from garance.journal.store import Batch, Store
from garance.kernel.clock import Stamp
from garance.kernel.digest import NOTHING, digest
from garance.kernel.refusal import Refused

BATCH_RECORDS = 500
BATCH_BYTES = 8 * 1_048_576


class Inspected(msgspec.Struct, frozen=True):
    """What a verified file would bring: `fresh` records, others are here already; `withheld` came without a body.

    `marks` are digests of the bytes up to the end of each batch: the second reading must find the same.
    """

    manifest: Manifest
    records: int
    fresh: int
    withheld: int
    heads: tuple[Head, ...]
    marks: tuple[str, ...]


class _Pace:
    """Says when enough was read to give a batch: after so many records, or so many bytes."""

    def __init__(self) -> None:
        self._records = self._bytes = 0

    def due(self, payload: bytes) -> bool:
        """Count one more record."""
        self._records += 1
        self._bytes += len(payload)
        if self._records < BATCH_RECORDS and self._bytes < BATCH_BYTES:
            return False
        self._records = self._bytes = 0
        return True


class _Incoming:
    """One chain of the file, as far as it was read, beside the same chain here."""

    def __init__(self, store: Store, writer: str, after: int) -> None:
        self.writer = writer
        self.seq = after
        self.digest = NOTHING
        self.head: Head | None = None
        self.local = store.tail(writer).seq
        self._stamp: Stamp | None = None
        self._ours = _digests(store, writer, after)
        if after > self.local:
            raise Refused("chain-broken", detail={"writer": writer, "seq": after + 1, "expected": self.local + 1})
        for line in store.chain(writer, after - 1, 1) if after else ():
            self.digest = digest(line.record.header)
            self._stamp = line.header.stamp
        self._first = after > 0

    def _detail(self, seq: int) -> dict[str, str | int | float]:
        return {"writer": self.writer, "seq": seq, "expected": self.seq + 1}

    def take(self, header: Header, record: Record) -> bool:
        """Check the next record; whether it is new here."""
        if header.seq != self.seq + 1:
            raise Refused("chain-broken", detail=self._detail(header.seq))
        if header.previous != self.digest:
            # The first record is linked to a fact of ours: if not, theirs has another past than ours.
            raise Refused("chain-forked" if self._first else "chain-broken", detail=self._detail(header.seq))
        if self._stamp is not None and header.stamp <= self._stamp:
            raise Refused("stamp-not-growing", detail=self._detail(header.seq))
        self.seq, self.digest, self._stamp, self._first = header.seq, digest(record.header), header.stamp, False
        if self.seq > self.local:
            return True
        if next(self._ours, None) != self.digest:
            raise Refused("chain-forked", detail=self._detail(header.seq))
        return False

    def sign(self, head: Head) -> None:
        """Check the head that signs for what was read."""
        if self.head is not None:
            raise Refused("exchange-malformed", field="heads")
        if not head.genuine():
            raise Refused("head-not-genuine", detail={"writer": self.writer})
        if (head.seq, head.digest) != (self.seq, self.digest):
            raise Refused("head-mismatch", detail={"writer": self.writer, "seq": head.seq})
        self.head = head


def _digests(store: Store, writer: str, after: int) -> Iterator[str]:
    while lines := store.chain(writer, after, BATCH_RECORDS):
        yield from (digest(line.record.header) for line in lines)
        after = lines[-1].header.seq


def inspect(
    source: BinaryIO,
    store: Store,
    *,
    accepts: Callable[[str], bool] | None = None,
    max_bytes: int | None = None,
) -> Inspected:
    """Verify a whole file against itself and this journal; keep nothing.

    `accepts` tells which writers are trusted (all, if not given: a signature proves who wrote, not that they may).
    Refuses `exchange-malformed`, `exchange-too-large`, `writer-not-accepted`, `chain-broken` (something is missing,
    in the file or before it), `chain-forked` (the same writer told another story here), `stamp-not-growing`,
    `body-altered`, `head-missing`, `head-not-genuine`, `head-mismatch`, and what `read_header` refuses.
    """
    frames = Frames(source, max_bytes=max_bytes)
    return _Inspection(store, read_manifest(frames), accepts).run(frames)


class _Inspection:
    def __init__(self, store: Store, manifest: Manifest, accepts: Callable[[str], bool] | None) -> None:
        self._manifest = manifest
        for writer in manifest.chains:
            if accepts is not None and not accepts(writer):
                raise Refused("writer-not-accepted", detail={"writer": writer})
        self._chains = {writer: _Incoming(store, writer, span.after) for writer, span in manifest.chains.items()}
        self._records = self._fresh = self._withheld = 0
        self._marks: list[str] = []
        self._pace = _Pace()

    def run(self, frames: Frames) -> Inspected:
        """Read to the end."""
        signed = False
        while True:
            before = frames.digest
            kind, payload = frames.next()
            if kind == b"R" and not signed:
                self._take(read_record(payload))
                if self._pace.due(payload):
                    self._marks.append(frames.digest)
            elif kind == b"H":
                signed = True
                head = read_exchanged_head(payload)
                self._chain(head.writer).sign(head)
            elif kind == b"E":
                check_end(frames, payload, records=self._records, digest=before)
                self._marks.append(before)
                return self._inspected()
            else:
                raise Refused("exchange-malformed")

    def _chain(self, writer: str) -> _Incoming:
        chain = self._chains.get(writer)
        if chain is None:
            raise Refused("exchange-malformed", field="chains")
        return chain

    def _take(self, record: Record) -> None:
        header = read_header(record.header)
        check_body(header, record)
        self._fresh += self._chain(header.writer).take(header, record)
        self._withheld += record.body is None
        self._records += 1

    def _inspected(self) -> Inspected:
        for writer, chain in self._chains.items():
            if chain.seq != self._manifest.chains[writer].to:
                detail: dict[str, str | int | float] = {"writer": writer, "seq": self._manifest.chains[writer].to}
                raise Refused("chain-broken", detail=detail | {"expected": chain.seq + 1})
            if chain.head is None:
                raise Refused("head-missing", detail={"writer": writer})
        heads = tuple(chain.head for chain in self._chains.values() if chain.head is not None)
        return Inspected(self._manifest, self._records, self._fresh, self._withheld, heads, tuple(self._marks))


def batches(source: BinaryIO, store: Store, inspected: Inspected) -> Iterator[Batch]:
    """The new records of a file just inspected, from its beginning again, in batches; the last brings the heads.

    Refuses `exchange-malformed` when the file is no longer the one inspected; what was given until then was.
    """
    frames = Frames(source)
    read_manifest(frames)
    known = {writer: store.tail(writer).seq for writer in inspected.manifest.chains}
    marks = iter(inspected.marks)
    pace = _Pace()
    ready: list[Record] = []
    for _ in range(inspected.records):
        _, payload = frames.next()
        record = read_record(payload)
        header = read_header(record.header)
        if header.seq > known.get(header.writer, 0):
            ready.append(record)
        if pace.due(payload):
            _check_mark(frames, marks)
            if ready:
                yield Batch(ready)
            ready = []
    for _ in inspected.heads:
        frames.next()
    _check_mark(frames, marks)
    yield Batch(ready, inspected.heads)


def _check_mark(frames: Frames, marks: Iterator[str]) -> None:
    if frames.digest != next(marks, None):
        raise Refused("exchange-malformed")


def import_from(
    source: BinaryIO,
    store: Store,
    *,
    append: Callable[[Batch], object] | None = None,
    accepts: Callable[[str], bool] | None = None,
    max_bytes: int | None = None,
) -> Inspected:
    """Verify a file from its beginning, then append what is new; `source` must be able to go back (`seek`).

    A running server gives `append` so that batches pass through its writer. Refuses what `inspect` and the store do.
    """
    inspected = inspect(source, store, accepts=accepts, max_bytes=max_bytes)
    source.seek(0)
    for batch in batches(source, store, inspected):
        (append or store.append)(batch)
    return inspected
