"""What every view can do, and the law it obeys.

The law of views: fold(snapshot + tail) = fold(everything); any order of arrival of the same facts, with or without
doubles, gives the same view; a view at a moment is the fold of the facts that the moment includes. Redactions are
the one exception to time: what was destroyed is destroyed at every moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

from garance.domain.moment import Moment
from garance.kernel.fact import Fact

S = TypeVar("S", bound=msgspec.Struct, covariant=True)


class View(Protocol[S]):
    """A picture folded from the facts of one situation, already filtered by rights.

    `version` changes whenever a snapshot of before could not be read, or would read otherwise.
    """

    name: ClassVar[str]
    version: ClassVar[int]

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact; again changes nothing. One it does not know changes nothing."""
        ...

    def at(self, moment: Moment | None) -> S:
        """The whole view at that moment; with all that is known when there is none."""
        ...

    def snapshot(self) -> bytes:
        """All that was folded, to begin from later."""
        ...

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before, in a view that is still empty."""
        ...


def fold(view: View[Any], facts: Iterable[Fact[Any]]) -> None:
    """Have a view take in many facts."""
    add = view.add
    for fact in facts:
        add(fact)
