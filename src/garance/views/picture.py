"""The live picture: the situation, its resources, shapes and series, and what is contradictory (SITAC)."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from garance.domain.drawings.state import Drawings
from garance.domain.keeping.facts import BodyRedacted
from garance.domain.keeping.state import Keeping
from garance.domain.moment import Moment
from garance.domain.observations.state import Observations
from garance.domain.resources.state import Resources
from garance.domain.situation.state import Situations
from garance.kernel.fact import Fact
from garance.views.showing import Showing, show_resource, show_series, show_shape, show_situation
from garance.views.shown import PictureShown


class _Folded(msgspec.Struct):
    keeping: Keeping
    situations: Situations
    resources: Resources
    drawings: Drawings
    observations: Observations


class Picture:
    """The picture of one situation, now and at every past moment: it keeps all that was said."""

    name: ClassVar[str] = "picture"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._folded = _Folded(Keeping(), Situations(), Resources(), Drawings(), Observations())

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact."""
        folded = self._folded
        fact = folded.keeping.as_kept(fact)
        if isinstance(fact.body, BodyRedacted):
            self._forget(fact.body.fact)
        if fact.body is not None:
            _ = (
                folded.resources.fold(fact)
                or folded.drawings.fold(fact)
                or folded.situations.fold(fact)
                or folded.observations.fold(fact)
                or folded.keeping.fold(fact)
            )

    def _forget(self, fact: str) -> None:
        folded = self._folded
        for concern in (folded.resources, folded.drawings, folded.situations, folded.observations):
            concern.forget(fact)

    def at(self, moment: Moment | None) -> PictureShown:
        """The picture at that moment, or now."""
        folded, showing = self._folded, Showing(moment)
        situation = None
        for identifier, known in folded.situations.known.items():
            situation = show_situation(showing, identifier, known) or situation
        resources = [
            show_resource(showing, i, one) for there in folded.resources.known.values() for i, one in there.items()
        ]
        shapes = [show_shape(showing, i, one) for there in folded.drawings.known.values() for i, one in there.items()]
        series = [
            show_series(showing, i, one) for there in folded.observations.known.values() for i, one in there.items()
        ]
        return PictureShown(
            situation=situation,
            resources=tuple(sorted((one for one in resources if one), key=lambda r: (r.declared_at, r.id))),
            shapes=tuple(sorted((one for one in shapes if one), key=lambda s: (s.drawn_at, s.id))),
            series=tuple(sorted((one for one in series if one), key=lambda s: (s.declared_at, s.id))),
            conflicts=tuple(sorted(showing.conflicts, key=lambda c: (c.thing, c.id, c.aspect))),
        )

    def snapshot(self) -> bytes:
        """All that was folded."""
        return msgspec.msgpack.encode(self._folded)

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before."""
        self._folded = msgspec.msgpack.decode(snapshot, type=_Folded)
