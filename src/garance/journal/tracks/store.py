"""The socket every store of telemetry plugs into (suivi)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from garance.journal.tracks.samples import Kind, Samples
from garance.journal.tracks.segments import Sealed, seal_samples, unpack
from garance.kernel.refusal import Refused


class SegmentFault(msgspec.Struct, frozen=True):
    """A segment that is not what was sealed (`segment-altered`) or is nowhere (`segment-missing`)."""

    code: str
    sealed: Sealed


class TrackStore(Protocol):
    """Keeps samples by series and time. Its methods may be called from any thread.

    A series has one kind, that of its first samples. Until it is sealed, a sample at the same time as another takes
    its place; what is sealed stands, and a late sample at another time is kept beside it.
    """

    def record(self, samples: Mapping[str, Samples]) -> None:
        """Keep samples of several series together, in any order of time.

        A power cut may lose the last moments. Refuses `samples-malformed`, `samples-too-many`,
        `series-kind-differs`, `storage-full`, `storage-failed`; then nothing is kept.
        """
        ...

    def kinds(self) -> dict[str, Kind]:
        """Every series and its kind."""
        ...

    def read(self, series: str, from_ms: int, to_ms: int, limit: int) -> Samples:
        """At most `limit` samples with `from_ms <= t < to_ms`, in order of time; refuses `series-unknown`."""
        ...

    def latest(self, series: str, at_ms: int) -> Samples:
        """The last sample at or before that time: one, or none; refuses `series-unknown`."""
        ...

    def seal(self, before_ms: int) -> list[Sealed]:
        """Seal every sample before that time. Each segment must be said as a fact, then confirmed by `confirm`."""
        ...

    def unsaid(self) -> list[Sealed]:
        """Segments sealed whose fact was not confirmed, oldest first: after a crash, say these again."""
        ...

    def confirm(self, digests: Iterable[str]) -> None:
        """The facts of these segments are durable."""
        ...

    def expire(self, before_ms: int, *, series: str | None = None) -> list[Sealed]:
        """Destroy the segments that end before that time (of one series); what was said of them remains.

        Samples not sealed yet are not touched: seal first.
        """
        ...

    def verify(self, said: Iterable[Sealed] = ()) -> list[SegmentFault]:
        """Digest every segment again; and find each of those that were said, even expired."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def stands(sealed: Sealed, kind: Kind, data: bytes) -> bool:
    """Whether these bytes are the samples that were sealed."""
    try:
        samples = unpack(kind, sealed.samples, data)
    except Refused:
        return False
    return len(samples) > 0 and seal_samples(sealed.series, samples) == sealed


def missing(said: Iterable[Sealed], known: Sequence[Sealed]) -> list[SegmentFault]:
    """Those that were said and are not known."""
    here = set(known)
    return [SegmentFault("segment-missing", sealed) for sealed in said if sealed not in here]
