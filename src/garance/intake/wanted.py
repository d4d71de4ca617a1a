"""What a feed is, and what it wants said: commands in the words of the domain, and samples (ce que veut un flux)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from garance.domain.feeds.facts import Bringing
from garance.domain.versions import Version, Versions
from garance.kernel.clock import Stamp, from_milliseconds
from garance.kernel.digest import digest
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label, Mode
from garance.kernel.place import Position

NAME_LENGTH = 200
EPOCH = from_milliseconds(0)
Row = list[int | float | None]
V = TypeVar("V")


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that comes into a situation: on whose behalf it speaks there, and under which label.

    `mode` is that of the situation.
    """

    id: str
    situation: str
    connection: str
    title: str
    brings: Bringing
    author: Author
    label: Label
    mode: Mode = Mode.ACTUAL

    def named(self, what: str, uid: str) -> str:
        """The identifier, here, of what its source calls so."""
        return derived_id(f"feed {self.id} {what}", uid)

    @property
    def provenance(self) -> str:
        """Where its measurements come from, in words."""
        return f"{self.title} ({self.connection})"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A command to carry out for a feed. `key` names the intention: the same again changes nothing.

    `label` is for whom, when it is not that of the feed.
    """

    command: str
    body: dict[str, Any]
    key: str
    at: datetime | None = None
    label: Label | None = None


class Meant(msgspec.Struct, frozen=True):
    """What to say first, and the sample that follows."""

    wanted: list[Wanted]
    samples: list[tuple[str, Row]]


def wanted(command: str, body: Mapping[str, Any], at: datetime) -> Wanted:
    """That command at that moment: its very words name the intention, so that they are said once."""
    said = digest(msgspec.json.encode([command, body, at], order="sorted"))
    return Wanted(command=command, body=dict(body), key=f"{command} {said}", at=at)


def own(feed: Feed, said: Versions[V] | None) -> Version[V] | None:
    """What the feed itself said last: what people changed since stands until the source changes its mind."""
    mine = (version for version in said.history() if version.author == feed.author) if said is not None else ()
    return max(mine, key=lambda version: version.order, default=None)


def source_words(feed: Feed, said: Versions[dict[str, Any]] | None) -> dict[str, Any]:
    """Member by member, what the source itself said last of that aspect.

    A statement of the feed repeats what people had corrected, where the source had not changed its mind: a member
    that it says as it already stood is not taken for the word of the source, unless it is the first.
    """
    words: dict[str, Any] = {}
    stood: dict[str, Any] = {}
    for version in said.history() if said is not None else ():
        value = plain(version.value)
        if version.author == feed.author:
            words |= {name: one for name, one in value.items() if name not in stood or stood[name] != one}
        stood = value
    return words


def plain(value: Any) -> Any:
    """A value as JSON has it: two of them compare whatever way they came."""
    return msgspec.json.decode(msgspec.json.encode(value))


def point(position: Position) -> dict[str, Any]:
    """A position as facts hold it."""
    return {"type": "Point", "coordinates": [position.lon_deg, position.lat_deg]}


def one_line(text: str, longest: int = NAME_LENGTH) -> str:
    """A text of another, on one line, without what cannot be printed, cut with an ellipsis."""
    words = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def as_version(feed: Feed) -> Version[None]:
    """What the feed says, as far as who may see it goes."""
    return Version("", Stamp(0, 0, ""), EPOCH, None, author=feed.author, label=feed.label)
