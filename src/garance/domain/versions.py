"""What several people said of one thing, who knew of whom, and so what holds and what is in conflict.

Each statement names the statements its author had seen (`follows`). Those nobody has replaced are the heads. Several
heads with different values: people changed the same thing without knowing of each other, and it is a conflict to
show; no value is lost. What holds meanwhile is the statement about the latest moment of the world: a late report
about an earlier moment fills the past and does not undo the present. The result depends on the set of statements
alone, not on the order in which they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from garance.domain.moment import Moment
from garance.kernel.clock import Stamp
from garance.kernel.fact import Fact, Relation
from garance.kernel.label import Author, Label

V = TypeVar("V")


class Version(msgspec.Struct, Generic[V], frozen=True, omit_defaults=True, gc=False):
    """One statement: the fact that carries it, its place in the order of all writers, when it held, its value."""

    fact: str
    stamp: Stamp
    occurred_at: datetime
    value: V
    follows: tuple[str, ...] = ()
    author: Author | None = None
    label: Label = Label()

    @property
    def order(self) -> tuple[datetime, Stamp]:
        """What decides which of two statements holds: the world's time, then the order of all writers."""
        return self.occurred_at, self.stamp


def version_of(fact: Fact[Any], value: V) -> Version[V]:
    """The statement that fact makes."""
    return Version(
        fact.id, fact.stamp, fact.occurred_at, value, fact.referred(Relation.FOLLOWS), fact.author, fact.label
    )


def heads_among(versions: Iterable[Version[V]]) -> list[Version[V]]:
    """Those of these statements that none of them has replaced, in order."""
    kept = list(versions)
    replaced = {fact for version in kept for fact in version.follows}
    return sorted((v for v in kept if v.fact not in replaced), key=_order)


def _order(version: Version[Any]) -> tuple[datetime, Stamp]:
    return version.order


def _stamp(version: Version[Any]) -> Stamp:
    return version.stamp


class Versions(msgspec.Struct, Generic[V], dict=True):
    """All statements about one aspect of one thing. `said` is the whole content; the rest is worked out from it."""

    said: dict[str, Version[V]] = {}

    def __post_init__(self) -> None:
        self._work_out()

    def _work_out(self) -> None:
        self._replaced: set[str] = {fact for version in self.said.values() for fact in version.follows}
        self._heads: dict[str, Version[V]] = {f: v for f, v in self.said.items() if f not in self._replaced}
        self._latest: Version[V] | None = max(self.said.values(), key=_order, default=None)
        self._first: Version[V] | None = None
        self._last: tuple[datetime, int] | None = None
        for version in self.said.values():
            self._note(version)

    def _note(self, version: Version[V]) -> None:
        """Remember the earliest, and the latest of each of the two times: a moment after both includes everything."""
        if self._first is None or version.stamp < self._first.stamp:
            self._first = version
        occurred_at, recorded_ms = self._last or (version.occurred_at, version.stamp.milliseconds)
        self._last = max(occurred_at, version.occurred_at), max(recorded_ms, version.stamp.milliseconds)

    def add(self, version: Version[V], follows: Iterable[str] = ()) -> None:
        """Take in a statement; again changes nothing."""
        if version.fact in self.said:
            return
        if follows:
            version = msgspec.structs.replace(version, follows=tuple(dict.fromkeys((*version.follows, *follows))))
        self.said[version.fact] = version
        self._replaced.update(version.follows)
        for fact in version.follows:
            self._heads.pop(fact, None)
        if version.fact not in self._replaced:
            self._heads[version.fact] = version
        if self._latest is None or version.order > self._latest.order:
            self._latest = version
        self._note(version)

    def forget(self, fact: str) -> None:
        """Take a statement away, with all it replaced: its body was destroyed."""
        if self.said.pop(fact, None) is not None:
            self._work_out()

    def __bool__(self) -> bool:
        return bool(self.said)

    def upto(self, moment: Moment | None) -> Versions[V]:
        """These versions as they stood at that moment: themselves when it includes every one."""
        if moment is None or self._last is None or moment.includes(*self._last):
            return self
        return Versions({f: v for f, v in self.said.items() if moment.includes(v.occurred_at, v.stamp.milliseconds)})

    def heads(self) -> list[Version[V]]:
        """The statements nobody has replaced, latest last."""
        return sorted(self._heads.values(), key=_order)

    def current(self) -> Version[V] | None:
        """The statement that holds: the one about the latest moment of the world."""
        return self._latest

    def first(self) -> Version[V] | None:
        """The earliest statement in the order of all writers."""
        return self._first

    def newest(self) -> Version[V] | None:
        """The last statement in the order of all writers, whatever moment it is about."""
        return max(self.said.values(), key=_stamp, default=None)

    def conflicting(self) -> list[Version[V]]:
        """The heads of different people, when they do not agree; otherwise nothing.

        Nobody is in conflict with themself: of one person's heads, the last word counts.
        """
        if len(self._heads) < 2:
            return []
        words = {head.author.person if head.author else head.fact: head for head in self.heads()}
        heads = list(words.values())
        return sorted(heads, key=_order) if any(head.value != heads[0].value for head in heads[1:]) else []

    def history(self) -> list[Version[V]]:
        """Every statement ever made, in order."""
        return sorted(self.said.values(), key=_stamp)
