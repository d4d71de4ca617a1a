"""The law of views, checked for any view on any set of facts (DESIGN section 3, law 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from garance.domain.moment import By, Moment
from garance.kernel.fact import Fact
from garance.views.board import Board
from garance.views.histogram import Histogram
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.presence import Presence
from garance.views.reports import Reports
from garance.views.view import View, fold

VIEWS: tuple[type[View[Any]], ...] = (Picture, Logbook, Board, Presence, Histogram, Reports)

DESTROYED = "body.redacted.v1"
"""What was destroyed is so whatever moment is asked."""

RETROSPECTIVE = {"situation.opened.v1", "situation.clock-set.v1", "entry.struck.v1", "entry.corrected.v1"}
"""What speaks of the past whenever it was said: established time does not cut it off."""


V = TypeVar("V", bound=View[Any])


def folded(make: Callable[[], V], facts: Sequence[Fact[Any]]) -> V:
    """A new view of these facts."""
    view = make()
    fold(view, facts)
    return view


def looks(view: View[Any], moments: Sequence[Moment | None]) -> list[Any]:
    """What a view shows at each of these moments."""
    return [view.at(moment) for moment in moments]


def check_law_of_views(
    make: Callable[[], View[Any]],
    facts: Sequence[Fact[Any]],
    moments: Sequence[Moment | None],
    *,
    random: Random,
) -> None:
    """Any order, any doubles, any snapshot: the same view, at every moment; and the future changes no moment."""
    expected = looks(folded(make, facts), moments)
    for _ in range(3):
        shuffled = [*facts, *random.sample(list(facts), k=len(facts) // 2)]
        random.shuffle(shuffled)
        assert looks(folded(make, shuffled), moments) == expected, "the order of arrival changed the view"
        _check_snapshot(make, shuffled, random.randint(0, len(shuffled)), moments, expected)
    for moment, shown in zip(moments, expected, strict=True):
        if moment is not None:
            past = [fact for fact in facts if _counts(moment, fact)]
            assert folded(make, past).at(moment) == shown, f"what came after {moment} changed what it shows"


def _check_snapshot(
    make: Callable[[], View[Any]],
    facts: Sequence[Fact[Any]],
    cut: int,
    moments: Sequence[Moment | None],
    expected: list[Any],
) -> None:
    first = folded(make, facts[:cut])
    looks(first, moments)
    second = make()
    second.restore(first.snapshot())
    fold(second, facts[cut:])
    assert looks(second, moments) == expected, "snapshot and tail are not the whole"
    fold(first, facts[cut:])
    assert looks(first, moments) == expected, "looking at a view, or keeping it, changed it"


def _counts(moment: Moment, fact: Fact[Any]) -> bool:
    if fact.name == DESTROYED or (moment.by is By.OCCURRED and fact.name in RETROSPECTIVE):
        return True
    return moment.includes(fact.occurred_at, fact.stamp.milliseconds)
