"""The live picture: the situation, its resources, shapes and series, and what is contradictory (SITAC)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Protocol

import msgspec

from garance.domain.acknowledgements.state import Acknowledgements
from garance.domain.courses.state import Courses
from garance.domain.drawings.state import Drawings
from garance.domain.grids.state import Grids
from garance.domain.keeping.facts import BodyRedacted
from garance.domain.keeping.state import Keeping
from garance.domain.moment import Moment
from garance.domain.observations.state import Observations
from garance.domain.resources.facts import ResourceStatus
from garance.domain.resources.state import Resources
from garance.domain.saved_views.state import SavedViews
from garance.domain.signals.state import Signals
from garance.domain.situation.state import Situations
from garance.kernel.fact import Fact
from garance.views.intended import show_courses, show_signals_plan
from garance.views.showing import (
    Showing,
    show_grid,
    show_resource,
    show_saved_view,
    show_series,
    show_shape,
    show_situation,
)
from garance.views.shown import PictureShown


class Concern(Protocol):
    """Something that folds facts and forgets what was destroyed."""

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        ...

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        ...


class _Folded(msgspec.Struct):
    keeping: Keeping
    situations: Situations
    resources: Resources
    drawings: Drawings
    observations: Observations
    acknowledgements: Acknowledgements
    grids: Grids
    saved_views: SavedViews
    courses: Courses
    signals: Signals

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """What tells of things, apart from what was destroyed."""
        return (
            self.resources,
            self.drawings,
            self.situations,
            self.observations,
            self.acknowledgements,
            self.grids,
            self.saved_views,
            self.courses,
            self.signals,
        )


class Picture:
    """The picture of one situation, now and at every past moment: it keeps all that was said."""

    name: ClassVar[str] = "picture"
    version: ClassVar[int] = 4

    def __init__(self) -> None:
        self._folded = _Folded(
            Keeping(),
            Situations(),
            Resources(),
            Drawings(),
            Observations(),
            Acknowledgements(),
            Grids(),
            SavedViews(),
            Courses(),
            Signals(),
        )

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact."""
        folded = self._folded
        fact = folded.keeping.as_kept(fact)
        if isinstance(fact.body, BodyRedacted):
            self._forget(fact.body.fact)
        if fact.body is not None:
            _ = any(concern.fold(fact) for concern in folded.concerns) or folded.keeping.fold(fact)

    def _forget(self, fact: str) -> None:
        for concern in self._folded.concerns:
            concern.forget(fact)

    def at(self, moment: Moment | None) -> PictureShown:
        """The picture at that moment, or now."""
        folded, showing = self._folded, Showing(moment)
        situation = None
        for identifier, known in folded.situations.known.items():
            answers = folded.acknowledgements.known.get(identifier, {})
            situation = show_situation(showing, identifier, known, answers) or situation
        resources = [
            show_resource(showing, i, one) for there in folded.resources.known.values() for i, one in there.items()
        ]
        shapes = [show_shape(showing, i, one) for there in folded.drawings.known.values() for i, one in there.items()]
        series = [
            show_series(showing, i, one) for there in folded.observations.known.values() for i, one in there.items()
        ]
        grids = [show_grid(showing, i, one) for there in folded.grids.known.values() for i, one in there.items()]
        views = [
            show_saved_view(showing, i, one) for there in folded.saved_views.known.values() for i, one in there.items()
        ]
        plans = [
            show_signals_plan(showing, i, one) for there in folded.signals.known.values() for i, one in there.items()
        ]
        courses = show_courses(showing, folded.courses)
        return PictureShown(
            situation=situation,
            resources=tuple(sorted((one for one in resources if one), key=lambda r: (r.declared_at, r.id))),
            shapes=tuple(sorted((one for one in shapes if one), key=lambda s: (s.drawn_at, s.id))),
            series=tuple(sorted((one for one in series if one), key=lambda s: (s.declared_at, s.id))),
            grids=tuple(sorted((one for one in grids if one), key=lambda g: (g.attached_at, g.id))),
            saved_views=tuple(sorted((one for one in views if one), key=lambda v: (v.order, v.name, v.id))),
            courses=tuple(courses),
            signals_plans=tuple(sorted((one for one in plans if one), key=lambda p: (p.set_at, p.id))),
            conflicts=tuple(sorted(showing.conflicts, key=lambda c: (c.thing, c.id, c.aspect))),
        )

    def steps(self, moment: Moment | None) -> dict[str, tuple[tuple[datetime, ResourceStatus], ...]]:
        """The states that each resource went through by that moment, in order of time."""
        found: dict[str, tuple[tuple[datetime, ResourceStatus], ...]] = {}
        for there in self._folded.resources.known.values():
            for identifier, resource in there.items():
                said = resource.status.upto(moment).history()
                steps = sorted(((one.occurred_at, one.stamp, one.value) for one in said), key=lambda step: step[:2])
                found[identifier] = tuple((at, state) for at, _, state in steps)
        return found

    def snapshot(self) -> bytes:
        """All that was folded."""
        return msgspec.msgpack.encode(self._folded)

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before."""
        self._folded = msgspec.msgpack.decode(snapshot, type=_Folded)
