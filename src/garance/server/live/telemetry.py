"""Telemetry in ticks: the newest samples of each series, encoded once, sent to those who may follow it."""

from __future__ import annotations

import collections
from collections.abc import Callable, Sequence

import msgspec

from garance.kernel.label import Author, Label
from garance.server.live.audience import Audience
from garance.server.live.frame import Prepared
from garance.server.live.wire import Sample, encode_samples, tracks_frame


class Declaration(msgspec.Struct, frozen=True):
    """What the fact that declared a series says of who may follow it."""

    situation: str
    author: Author
    label: Label


Declared = Callable[[str], Declaration | None]
"""Gives the declaration of a series, or nothing when none is known."""


class _Situation:
    def __init__(self, kept: int) -> None:
        self.pending: dict[str, collections.deque[Sample]] = collections.defaultdict(
            lambda: collections.deque(maxlen=kept)
        )
        self.latest: dict[str, Sample] = {}


class Telemetry:
    """What was measured since the last tick, and the newest sample of every series."""

    def __init__(self, declared: Declared, *, kept: int) -> None:
        self._declared = declared
        self._kept = kept
        self._known: dict[str, Declaration] = {}
        self._situations: dict[str, _Situation] = {}

    def observe(self, series: str, samples: Sequence[Sample]) -> bool:
        """Take samples of one series, oldest first; False when nobody declared it."""
        declaration = self._known.get(series) or self._declared(series)
        if declaration is None:
            return False
        self._known[series] = declaration
        if not samples:
            return True
        state = self._situations.setdefault(declaration.situation, _Situation(self._kept))
        state.pending[series].extend(samples)
        newest = samples[-1]
        known = state.latest.get(series)
        if known is None or (newest[0] or 0) >= (known[0] or 0):
            state.latest[series] = newest
        return True

    def flush(self, situation: str, audiences: Sequence[Audience]) -> list[tuple[Audience, Prepared]]:
        """One frame per audience that may follow something measured in that situation since the last tick."""
        state = self._situations.get(situation)
        if state is None or not state.pending:
            return []
        pending, state.pending = state.pending, _Situation(self._kept).pending
        members: dict[str, bytes] = {}
        frames: dict[tuple[str, ...], Prepared] = {}
        out: list[tuple[Audience, Prepared]] = []
        for audience in audiences:
            visible = tuple(series for series in pending if self._follows(audience, series))
            if not visible:
                continue
            if visible not in frames:
                for series in visible:
                    if series not in members:
                        members[series] = encode_samples(series, list(pending[series]))
                frames[visible] = tracks_frame(members[series] for series in visible)
            out.append((audience, frames[visible]))
        return out

    def newest(self, audience: Audience) -> Prepared | None:
        """The newest sample of every series this audience may follow: for one who arrives, or missed ticks."""
        state = self._situations.get(audience.situation)
        if state is None:
            return None
        visible = [series for series in state.latest if self._follows(audience, series)]
        if not visible:
            return None
        return tracks_frame(encode_samples(series, [state.latest[series]]) for series in visible)

    def situations(self) -> list[str]:
        """Where something was measured since the last tick."""
        return [situation for situation, state in self._situations.items() if state.pending]

    def _follows(self, audience: Audience, series: str) -> bool:
        declaration = self._known[series]
        return audience.follows(series, declaration.author, declaration.label)
