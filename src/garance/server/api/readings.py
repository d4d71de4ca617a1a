"""Which answers are readings of personal data, recorded before they are given (consultations)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from garance.access.door import PERSONAL
from garance.server.node import Node
from garance.server.sign_in.reader import Reader
from garance.views.shown import (
    BoardShown,
    CourseShown,
    EntryShown,
    GridShown,
    PictureShown,
    ResourceShown,
    SavedViewShown,
    ShapeShown,
    SignalsPlanShown,
)


async def record(node: Node, reader: Reader, situation: str, read: Sequence[str]) -> None:
    """Record the reading of personal data, before it is shown."""
    if read:
        node.seating.note(reader, situation, read)
        await node.seating.flush()


def read_in_entries(entries: Iterable[EntryShown], reader: Reader) -> list[str]:
    """The facts read in these lines, when they are personal and another's."""
    return [fact for entry in entries for fact in _read_in(entry, reader)]


def _read_in(entry: EntryShown, reader: Reader) -> list[str]:
    own = entry.author is not None and entry.author.person == reader.person
    if own or entry.withheld is not None or entry.label.sensitivity not in PERSONAL:
        return []
    return [entry.entry, *(one.fact for one in entry.corrections), *(one.fact for one in entry.struck)]


def read_in_picture(node: Node, picture: PictureShown, reader: Reader) -> list[str]:
    """The facts that a picture shows, when they are personal and another's: what was said last of each thing."""
    things: list[ResourceShown | ShapeShown | GridShown | SavedViewShown | CourseShown | SignalsPlanShown] = [
        *picture.resources,
        *picture.shapes,
        *picture.grids,
        *picture.saved_views,
        *picture.courses,
        *picture.signals_plans,
    ]
    said = [fact for thing in things for fact in thing.follows]
    if picture.situation is not None:
        said += picture.situation.follows
        known = node.follower.state.observations.known.get(picture.situation.id, {})
        said += [fact for one in picture.series if one.id in known for fact in known[one.id].declared.said]
    return [fact for fact in dict.fromkeys(said) if _personal(node, fact, reader)]


def read_in_board(node: Node, board: BoardShown, reader: Reader) -> list[str]:
    """The facts that a board shows, when they are personal and another's."""
    said = [
        statement.fact
        for thing in board.things
        for statements in (thing.said.values(), *thing.gathered.values())
        for statement in statements
    ]
    said += [version.fact for conflict in board.conflicts for version in conflict.versions]
    return [fact for fact in dict.fromkeys(said) if _personal(node, fact, reader)]


def _personal(node: Node, fact: str, reader: Reader) -> bool:
    told = node.labels.find(fact)
    return told is not None and told.label.sensitivity in PERSONAL and told.author.person != reader.person
