"""What is known of every grid; a detachment may arrive before its grid."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.grids.facts import GridAttached, GridDetached
from garance.domain.things import forget_everywhere
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact


class Grid(msgspec.Struct):
    """One grid. Nothing to show until it is attached."""

    attached: Versions[GridAttached] = msgspec.field(default_factory=Versions)
    detached: Versions[str] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.attached, self.detached


class Grids(msgspec.Struct):
    """Every grid, by situation and identifier."""

    known: dict[str, dict[str, Grid]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, GridAttached | GridDetached) or fact.situation is None:
            return False
        there = self.known.setdefault(fact.situation, {})
        grid = there.get(body.grid)
        if grid is None:
            grid = there[body.grid] = Grid()
        match body:
            case GridAttached():
                grid.attached.add(version_of(fact, body))
            case GridDetached():
                grid.detached.add(version_of(fact, body.reason))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, grid: str) -> Grid | None:
        """That grid of that situation, once attached."""
        found = self.known.get(situation, {}).get(grid)
        return found if found and found.attached else None
