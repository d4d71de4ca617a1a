"""Things of situations, by situation and identifier, and how one forgets a fact whose body was destroyed."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Protocol, TypeVar

from garance.domain.versions import Versions


class Thing(Protocol):
    """Something of which several aspects are told."""

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        ...


T = TypeVar("T", bound=Thing)


def forget_in(things: MutableMapping[str, T], fact: str) -> None:
    """Take a fact out of every thing; a thing of which nothing is left was never heard of."""
    for identifier, thing in list(things.items()):
        for aspect in thing.aspects:
            aspect.forget(fact)
        if not any(thing.aspects):
            del things[identifier]


def forget_everywhere(known: MutableMapping[str, dict[str, T]], fact: str) -> None:
    """The same, in every situation."""
    for situation, things in list(known.items()):
        forget_in(things, fact)
        if not things:
            del known[situation]
