"""Telemetry in memory: for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

import numpy as np

from garance.journal.tracks.samples import Kind, Samples, in_order, merged
from garance.journal.tracks.segments import SEGMENT_SAMPLES, Sealed, pack, seal_samples, unpack
from garance.journal.tracks.store import SegmentFault, missing, stands
from garance.kernel.refusal import Refused


class MemoryTracks:
    """Keeps the contract of `TrackStore`, but for the disk."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._open: dict[str, Samples] = {}
        self._segments: dict[Sealed, bytes | None] = {}
        self._unsaid: dict[str, Sealed] = {}
        self._lock = threading.RLock()

    def record(self, samples: Mapping[str, Samples]) -> None:
        """Keep samples of several series together."""
        with self._lock:
            ordered = {series: in_order(each) for series, each in samples.items()}
            for series, each in ordered.items():
                if self._kinds.get(series, each.kind) is not each.kind:
                    raise Refused("series-kind-differs", detail={"series": series})
            for series, each in ordered.items():
                self._kinds[series] = each.kind
                known = [self._open[series]] if series in self._open else []
                self._open[series] = merged(each.kind, [each, *known])

    def kinds(self) -> dict[str, Kind]:
        """Every series and its kind."""
        return dict(self._kinds)

    def _parts(self, series: str) -> tuple[Kind, list[Samples]]:
        kind = self._kinds.get(series)
        if kind is None:
            raise Refused("series-unknown", detail={"series": series})
        parts = [
            unpack(kind, sealed.samples, data)
            for sealed, data in self._segments.items()
            if sealed.series == series and data is not None
        ]
        return kind, [*parts, *([self._open[series]] if series in self._open else [])]

    def read(self, series: str, from_ms: int, to_ms: int, limit: int) -> Samples:
        """At most `limit` samples of that interval."""
        with self._lock:
            kind, parts = self._parts(series)
            return merged(kind, [part.between(from_ms, to_ms) for part in parts]).first(limit)

    def latest(self, series: str, at_ms: int) -> Samples:
        """The last sample at or before that time."""
        with self._lock:
            kind, parts = self._parts(series)
            past = merged(kind, parts)
            count = int(np.searchsorted(past.t_ms, at_ms, side="right"))
            return Samples(kind, past.t_ms[max(count - 1, 0) : count], past.values[max(count - 1, 0) : count])

    def seal(self, before_ms: int) -> list[Sealed]:
        """Seal every sample before that time."""
        made: list[Sealed] = []
        with self._lock:
            for series in sorted(self._open):
                samples = self._open[series]
                cut = int(np.searchsorted(samples.t_ms, before_ms))
                for start in range(0, cut, SEGMENT_SAMPLES):
                    stop = min(start + SEGMENT_SAMPLES, cut)
                    part = Samples(samples.kind, samples.t_ms[start:stop], samples.values[start:stop])
                    sealed = seal_samples(series, part)
                    self._segments.setdefault(sealed, pack(part))
                    self._unsaid[sealed.digest] = sealed
                    made.append(sealed)
                self._open[series] = Samples(samples.kind, samples.t_ms[cut:], samples.values[cut:])
        return made

    def unsaid(self) -> list[Sealed]:
        """Segments whose fact was not confirmed."""
        return list(self._unsaid.values())

    def confirm(self, digests: Iterable[str]) -> None:
        """The facts of these segments are durable."""
        for digest in digests:
            self._unsaid.pop(digest, None)

    def expire(self, before_ms: int, *, series: str | None = None) -> list[Sealed]:
        """Destroy the segments that end before that time."""
        with self._lock:
            gone = [
                sealed
                for sealed, data in self._segments.items()
                if data is not None and sealed.to_ms < before_ms and series in (None, sealed.series)
            ]
            for sealed in gone:
                self._segments[sealed] = None
            return gone

    def verify(self, said: Iterable[Sealed] = ()) -> list[SegmentFault]:
        """Digest every segment again."""
        faults = [
            SegmentFault("segment-altered", sealed)
            for sealed, data in self._segments.items()
            if data is not None and not stands(sealed, self._kinds[sealed.series], data)
        ]
        return faults + missing(said, list(self._segments))

    def close(self) -> None:
        """Nothing to let go of."""
