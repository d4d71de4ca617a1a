"""What is known of every saved view; a removal may arrive before what it removes."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.saved_views.facts import ViewRemoved, ViewSaved
from garance.domain.things import forget_everywhere
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact


class SavedView(msgspec.Struct):
    """One saved view. Nothing to show until it is saved."""

    saved: Versions[ViewSaved] = msgspec.field(default_factory=Versions)
    removed: Versions[bool] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.saved, self.removed


class SavedViews(msgspec.Struct):
    """Every saved view, by situation and identifier."""

    known: dict[str, dict[str, SavedView]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, ViewSaved | ViewRemoved) or fact.situation is None:
            return False
        there = self.known.setdefault(fact.situation, {})
        view = there.get(body.view)
        if view is None:
            view = there[body.view] = SavedView()
        match body:
            case ViewSaved():
                view.saved.add(version_of(fact, body))
            case ViewRemoved():
                view.removed.add(version_of(fact, True))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, view: str) -> SavedView | None:
        """That view of that situation, once saved."""
        found = self.known.get(situation, {}).get(view)
        return found if found and found.saved else None
