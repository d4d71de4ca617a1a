"""Sorting: each observation goes through the checks and is kept, or set aside with its reason (tri)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from garance.intake.arrival import Arrived, Aside, Limits
from garance.intake.checks import AGREE, CHECKS, fix_of, mark_of
from garance.intake.memory import Memory, Source


class Sorted(msgspec.Struct, frozen=True):
    """What became of each arrival, in order: nothing is lost between the two."""

    kept: list[Arrived]
    aside: list[tuple[Arrived, Aside]]


class Intake:
    """The checks and the memory of one connection. One that goes mad fills its own memory only."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.memory = Memory()

    def sort(self, arrivals: Iterable[Arrived]) -> Sorted:
        """Have each arrival examined, in order."""
        sorted_ = Sorted([], [])
        for arrived in arrivals:
            source = self.memory.of(arrived.observation.uid, arrived.sender)
            found = self._examine(arrived, source)
            if found is None:
                sorted_.kept.append(arrived)
            else:
                sorted_.aside.append((arrived, found))
        return sorted_

    def _examine(self, arrived: Arrived, source: Source) -> Aside | None:
        for check in CHECKS:
            found = check(arrived, source, self.limits)
            if found is not None:
                _suspect(arrived, source, found)
                return found
        _remember(arrived, source)
        return None

    def admit(self, arrived: Arrived) -> None:
        """A person lets it in: what comes after is compared with it."""
        _remember(arrived, self.memory.of(arrived.observation.uid, arrived.sender))


def _suspect(arrived: Arrived, source: Source, found: Aside) -> None:
    fix = fix_of(arrived)
    if found.why == "jump-implausible" and fix is not None:
        source.suspects = [*source.suspects, fix][-AGREE:]


def _remember(arrived: Arrived, source: Source) -> None:
    source.recent.append(mark_of(arrived))
    if arrived.sender.proven:
        source.sender = arrived.sender
    fix = fix_of(arrived)
    if fix is None:
        return
    source.suspects = []
    # A fix that comes late is kept and does not move the present back.
    if source.last is None or fix.t_ms >= source.last.t_ms:
        source.last = fix
