"""A recording gone through without a node: decoded, then sorted as intake would, and counted (répétition).

Time is that of the recording: a frame arrives when its recorder says, else when what it says was so, else at a steady
pace after the one before. What became of each observation is told; nothing is written anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from garance.intake.arrival import Arrived, Aside, Limits
from garance.intake.sorting import Intake
from garance.kernel.clock import Instant
from garance.kernel.refusal import Refused
from garance.ports.connector import Connector, Frame, Sender
from garance.ports.observation import Observation
from garance.server.connections.recording import Recorded

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When a recording that says no time begins."""
PACE = timedelta(milliseconds=100)
"""How far apart frames without a time are taken to be."""


class Told(msgspec.Struct, frozen=True):
    """What became of one observation: kept when `aside` is None."""

    arrived: Arrived
    aside: Aside | None


class Step(NamedTuple):
    """What a frame gave, and when it came; `refused` when it could not be read."""

    at: datetime
    told: tuple[Told, ...] = ()
    refused: Refused | None = None
    frame: Frame = Frame()


class Tally(msgspec.Struct, kw_only=True):
    """Counts of a rehearsal. `decoded` is always what was kept and what was set aside, repetitions among these."""

    frames: int = 0
    silent: int = 0
    """Frames read that say nothing by themselves: a name alone, half a message, an empty sentence."""
    refused: dict[str, int] = {}
    decoded: int = 0
    kept: int = 0
    aside: dict[str, int] = {}
    by_kind: dict[str, int] = {}
    sources: int = 0
    first_at: Instant | None = None
    last_at: Instant | None = None


class Rehearsal:
    """One connector, opened, and an intake of its own."""

    def __init__(self, connector: Connector, limits: Limits, *, sender: Sender, since: datetime | None = None) -> None:
        self._connector = connector
        self._intake = Intake(limits)
        self._sender = sender
        self._since = since
        self._now: datetime | None = None
        self._refused: Counter[str] = Counter()
        self._aside: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._sources: set[str] = set()
        self._tally = Tally()

    def through(self, frames: Iterable[Recorded]) -> Iterator[Step]:
        """Each frame decoded and sorted, in order; those before `since` are decoded (a decoder remembers), no more."""
        for each in frames:
            try:
                found, refused = list(self._connector.decode(each.frame)), None
            except Refused as why:
                found, refused = [], why
            at = self._time(each, found)
            if self._since is not None and at < self._since:
                continue
            yield self._step(at, found, refused)._replace(frame=each.frame)

    def _time(self, each: Recorded, found: list[Observation]) -> datetime:
        said = each.at or next((one.at for one in found if one.at is not None), None)
        before = self._now
        if said is None:
            said = EPOCH if before is None else before + PACE
        # A recorder's own clock is followed; that of what is heard only forwards.
        self._now = said if before is None or each.at is not None else max(before, said)
        return self._now

    def _step(self, at: datetime, found: list[Observation], refused: Refused | None) -> Step:
        tally = self._tally
        tally.frames += 1
        tally.first_at, tally.last_at = tally.first_at or at, at
        if refused is not None:
            self._refused[refused.code] += 1
            return Step(at, refused=refused)
        tally.silent += not found
        told = tuple(self._sort(Arrived(observation=one, sender=self._sender, received_at=at)) for one in found)
        return Step(at, told)

    def _sort(self, arrived: Arrived) -> Told:
        done = self._intake.sort([arrived])
        aside = done.aside[0][1] if done.aside else None
        self._tally.decoded += 1
        self._kinds[kind_of(arrived.observation)] += 1
        self._sources.add(arrived.observation.uid)
        if aside is None:
            self._tally.kept += 1
        else:
            self._aside[aside.why] += 1
        return Told(arrived, aside)

    @property
    def tally(self) -> Tally:
        """The counts so far."""
        return msgspec.structs.replace(
            self._tally,
            refused=dict(self._refused.most_common()),
            aside=dict(self._aside.most_common()),
            by_kind=dict(self._kinds.most_common()),
            sources=len(self._sources),
        )


def kind_of(observation: Observation) -> str:
    """What an observation is, in the word that its JSON has."""
    return type(observation).__name__.lower()
