"""What several people said of one thing, who knew of whom, and so what holds and what is in conflict.

Each statement names the statements its author had seen (`follows`). Those nobody has replaced are the heads. One
head: that is the value. Several heads with different values: people changed the same thing without knowing of each
other, and it is a conflict to show; the latest one is used meanwhile, and no value is lost. The result depends on
the set of statements alone, not on the order in which they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from garance.kernel.clock import Stamp

V = TypeVar("V")


class Version(msgspec.Struct, Generic[V], frozen=True):
    """One statement: the fact that carries it, its place in the order of all writers, when it held, its value."""

    fact: str
    stamp: Stamp
    occurred_at: datetime
    value: V


class Versions(Generic[V]):
    """All statements about one aspect of one thing."""

    def __init__(self) -> None:
        self._said: dict[str, Version[V]] = {}
        self._replaced: set[str] = set()

    def add(self, version: Version[V], follows: Iterable[str]) -> None:
        """Take in a statement; again changes nothing."""
        self._said[version.fact] = version
        self._replaced.update(follows)

    def __bool__(self) -> bool:
        return bool(self._said)

    def heads(self) -> list[Version[V]]:
        """The statements nobody has replaced, latest last."""
        return sorted((v for f, v in self._said.items() if f not in self._replaced), key=lambda v: v.stamp)

    def current(self) -> Version[V] | None:
        """The statement to show: the latest head."""
        heads = self.heads()
        return heads[-1] if heads else None

    def conflicting(self) -> list[Version[V]]:
        """The heads, when they do not agree; otherwise nothing."""
        heads = self.heads()
        return heads if any(head.value != heads[0].value for head in heads[1:]) else []

    def history(self) -> list[Version[V]]:
        """Every statement ever made, in order."""
        return sorted(self._said.values(), key=lambda v: v.stamp)
