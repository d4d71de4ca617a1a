"""Everything the rules know: all concerns, all situations, folded from facts in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from garance.domain.acknowledgements.state import Acknowledgements
from garance.domain.courses.state import Courses
from garance.domain.drawings.state import Drawings
from garance.domain.grids.state import Grids
from garance.domain.keeping.facts import BodyRedacted
from garance.domain.keeping.state import Keeping
from garance.domain.logbook.state import Entries
from garance.domain.observations.state import Observations
from garance.domain.people.state import People
from garance.domain.reports.state import Reports
from garance.domain.resources.state import Resources
from garance.domain.saved_views.state import SavedViews
from garance.domain.signals.state import Signals
from garance.domain.situation.state import Situations
from garance.domain.told import Things
from garance.kernel.fact import Fact


class State:
    """The state that rules decide against. Facts it cannot read are named in `unknown` and change nothing."""

    def __init__(self) -> None:
        self.keeping = Keeping()
        self.people = People()
        self.situations = Situations()
        self.entries = Entries()
        self.resources = Resources()
        self.drawings = Drawings()
        self.observations = Observations()
        self.acknowledgements = Acknowledgements()
        self.grids = Grids()
        self.saved_views = SavedViews()
        self.things = Things()
        self.courses = Courses()
        self.signals = Signals()
        self.reports = Reports()
        self.unknown: set[str] = set()

    def fold(self, fact: Fact[Any]) -> None:
        """Take in a fact; again changes nothing."""
        fact = self.keeping.as_kept(fact)
        folded = (
            self.entries.fold(fact)
            or self.resources.fold(fact)
            or self.drawings.fold(fact)
            or self.situations.fold(fact)
            or self.observations.fold(fact)
            or self.acknowledgements.fold(fact)
            or self.grids.fold(fact)
            or self.saved_views.fold(fact)
            or self.things.fold(fact)
            or self.courses.fold(fact)
            or self.signals.fold(fact)
            or self.reports.fold(fact)
            or self.people.fold(fact)
            or self.keeping.fold(fact)
        )
        if isinstance(fact.body, BodyRedacted):
            self._forget(fact.body.fact)
        if not folded and fact.body is None and fact.withheld is None:
            self.unknown.add(fact.name)

    def fold_all(self, facts: Iterable[Fact[Any]]) -> None:
        """Take in many facts."""
        for fact in facts:
            self.fold(fact)

    def _forget(self, fact: str) -> None:
        for concern in (
            self.people,
            self.entries,
            self.resources,
            self.drawings,
            self.situations,
            self.observations,
            self.acknowledgements,
            self.grids,
            self.saved_views,
            self.things,
            self.courses,
            self.signals,
            self.reports,
        ):
            concern.forget(fact)
