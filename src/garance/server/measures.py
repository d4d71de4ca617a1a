"""Telemetry on its way in: kept in the track store, shown to who may follow, sealed, and expired by rule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from garance.domain import commands
from garance.domain.observations.facts import SegmentSealed, SeriesDeclared, SeriesKind
from garance.domain.observations.rules import seal_segment
from garance.domain.vocabulary import Body
from garance.journal.tracks.samples import Kind, samples_from
from garance.journal.tracks.segments import Sealed
from garance.journal.tracks.store import TrackStore
from garance.kernel.clock import Clock, to_milliseconds
from garance.kernel.identity import derived_id
from garance.kernel.label import Label
from garance.kernel.refusal import Refused
from garance.server.follower import Follower
from garance.server.live.telemetry import Declaration
from garance.server.live.wire import Sample
from garance.server.scribe import Scribe

SEAL_EVERY_S = 600.0
SEAL_AGE = timedelta(minutes=15)

KINDS = {SeriesKind.POSITION: Kind.POSITION, SeriesKind.WATER_LEVEL: Kind.SCALAR}
"""How the samples of each kind of series are kept."""


class Measures:
    """Everything the node does with samples."""

    def __init__(
        self,
        tracks: TrackStore,
        follower: Follower,
        scribe: Scribe,
        clock: Clock,
        *,
        show: Callable[[str, Sequence[Sample]], object],
        kept: timedelta,
    ) -> None:
        self._tracks = tracks
        self._follower = follower
        self._scribe = scribe
        self._clock = clock
        self._show = show
        self._kept = kept

    def declared(self, series: str) -> tuple[Declaration, SeriesDeclared] | None:
        """Where and by whom a series was first declared, and as what; nothing when nobody did.

        Its samples belong to that declaration for ever: declaring the same identifier again, elsewhere or for
        others, gives nobody a sight of them.
        """
        everywhere = self._follower.state.observations.known.items()
        firsts = [(situation, known[series].declared.first()) for situation, known in everywhere if series in known]
        said = [(situation, first) for situation, first in firsts if first is not None]
        if not said:
            return None
        situation, first = min(said, key=lambda one: one[1].stamp)
        return None if first.author is None else (Declaration(situation, first.author, first.label), first.value)

    def declaration(self, series: str) -> Declaration | None:
        """Who may follow a series, for the live stream."""
        found = self.declared(series)
        return found[0] if found else None

    async def observe(self, series: str, samples: Sequence[Sample]) -> None:
        """Take samples of a declared series, oldest first: keep them, then show them.

        Refuses `series-unknown`, and what the track store refuses.
        """
        await self.observe_all({series: samples})

    async def observe_all(self, samples: Mapping[str, Sequence[Sample]]) -> None:
        """Take samples of several declared series together; refuses as `observe` does, and then keeps none."""
        kept = {}
        for series, rows in samples.items():
            found = self.declared(series)
            if found is None:
                raise Refused("series-unknown")
            kept[series] = samples_from(KINDS[found[1].kind], rows)
        await asyncio.to_thread(self._tracks.record, kept)
        for series, rows in samples.items():
            self._show(series, rows)

    async def follow(self) -> None:
        """Seal and expire now and then, for ever."""
        while True:
            await asyncio.sleep(SEAL_EVERY_S)
            await self.seal()
            await self._expire()

    async def seal(self) -> None:
        """Seal what is old enough, and say each segment as a fact; what an earlier run left unsaid, too."""
        before = to_milliseconds(self._clock.now() - SEAL_AGE)
        await asyncio.to_thread(self._tracks.seal, before)
        for sealed in await asyncio.to_thread(self._tracks.unsaid):
            await self._say(sealed)

    async def _say(self, sealed: Sealed) -> None:
        found = self.declared(sealed.series)
        if found is not None:
            declaration, _ = found
            segment = SegmentSealed(
                series=sealed.series,
                from_ms=sealed.from_ms,
                to_ms=sealed.to_ms,
                samples=sealed.samples,
                digest=sealed.digest,
            )
            await self._scribe.record(
                partial(self._rule, segment, declaration.situation),
                situation=declaration.situation,
                label=Label(declaration.label.audience, declaration.label.sensitivity),
                command=derived_id("segment", sealed.digest),
            )
        await asyncio.to_thread(self._tracks.confirm, [sealed.digest])

    def _rule(self, segment: SegmentSealed, situation: str) -> Sequence[Body]:
        return [seal_segment(self._follower.state, segment, situation=situation).body]

    async def _expire(self) -> None:
        """Destroy segments older than the rule, in the time of each series' own situation."""
        state, now = self._follower.state, self._clock.now()
        for situation, known in state.observations.known.items():
            before = to_milliseconds(commands.present_of(state, situation, now) - self._kept)
            for series in known:
                await asyncio.to_thread(partial(self._tracks.expire, max(before, 0), series=series))
