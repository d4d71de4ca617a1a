"""Types of Cursor on Target and our words, both ways (correspondance des types): a table, `types.json`.

A dot stands for the affiliation. A type that the table does not know is read as its nearest ancestor. Several symbols
may have one type: reading gives the first of the table; what Garance sends says its own word beside (`details.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import msgspec

from garance.ports.observation import Alarm


class AlarmType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an alarm is, and the words that TAK clients say for it."""

    alarm: Alarm
    words: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table. `beyond` are the types that only TAK knows; `fixed` the atoms that do not move."""

    source: str
    fallback_resource: str
    fallback_shape: str
    affiliations: Mapping[str, str]
    beyond: Mapping[str, str]
    resources: Mapping[str, str]
    resources_also: Mapping[str, str]
    fixed: tuple[str, ...]
    symbols: Mapping[str, str]
    shapes: Mapping[str, str]
    shapes_also: Mapping[str, str]
    alarms: Mapping[str, AlarmType]
    colours: Mapping[str, str]
    states: Mapping[str, Mapping[str, str]]


@functools.cache
def table() -> Table:
    """The table that comes with Garance."""
    return msgspec.json.decode(Path(__file__).with_name("types.json").read_bytes(), type=Table)


def affiliation_of(cot_type: str) -> str | None:
    """Whose side the thing is on, in a word: `friend`, `neutral`, `unknown`…; None when its type has none."""
    parts = cot_type.split("-")
    return table().affiliations.get(parts[1].lower()) if parts[0] == "a" and len(parts) > 1 else None


def type_of_resource(kind: str, affiliation: str = "f") -> str:
    """The type of a resource of that kind; the fall-back of the table for a kind that it does not know."""
    found = table()
    return _sided(found.resources.get(kind, found.fallback_resource), affiliation)


def resource_kind(cot_type: str) -> str:
    """The kind of resource that moves under that type; `other` when nothing says more."""
    return _nearest(cot_type, _resource_kinds()) or "other"


def type_of_shape(kind: str, symbol: str | None = None, affiliation: str | None = None) -> str:
    """The type of a point drawn with that symbol of the French charter, else of that kind, else the fall-back.

    Incidents are of unknown side when nothing is said, everything else is of ours.
    """
    found = table()
    pattern = found.symbols.get(symbol or "") or found.shapes.get(kind, found.fallback_shape)
    return _sided(pattern, affiliation or ("u" if _under(pattern, "a-.-X") else "f"))


def shape_kind(cot_type: str) -> str:
    """The kind of drawing of that type; `note` when nothing says more."""
    return _nearest(cot_type, _shape_kinds()) or "note"


def symbol_of(cot_type: str) -> str | None:
    """The symbol of the French charter that has exactly that type, the first of the table."""
    return _symbols().get(_patterned(cot_type))


def is_fixed(cot_type: str) -> bool:
    """Whether things of that type stay where they are: buildings, incidents."""
    return any(_under(_patterned(cot_type), fixed) for fixed in table().fixed)


def colour_of(kind: str) -> str:
    """The colour of drawings of that kind, `#rrggbb`."""
    colours = table().colours
    return colours.get(kind, colours["note"])


def state_words(state: str, language: str) -> str:
    """That state of a resource or of a drawing, in French (`fr`) or in English."""
    return table().states.get(state, {}).get(language, state)


@functools.cache
def _resource_kinds() -> Mapping[str, str]:
    found = table()
    return {**found.resources_also, **{pattern: kind for kind, pattern in found.resources.items()}}


@functools.cache
def _shape_kinds() -> Mapping[str, str]:
    found = table()
    return {**{pattern: kind for kind, pattern in found.shapes.items()}, **found.shapes_also}


@functools.cache
def _symbols() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for symbol, pattern in table().symbols.items():
        found.setdefault(pattern, symbol)
    return found


def _nearest(cot_type: str, words: Mapping[str, str]) -> str | None:
    pattern = _patterned(cot_type)
    while pattern:
        if pattern in words:
            return words[pattern]
        pattern = pattern.rpartition("-")[0]
    return None


def _patterned(cot_type: str) -> str:
    """The type with a dot for its affiliation."""
    parts = cot_type.partition(";")[0].split("-")
    if len(parts) > 1 and parts[0] == "a":
        parts[1] = "."
    elif parts[:2] == ["b", "r"] and len(parts) > 2:
        parts[2] = "."
    return "-".join(parts)


def _sided(pattern: str, affiliation: str) -> str:
    return pattern.replace(".", affiliation, 1)


def _under(pattern: str, ancestor: str) -> bool:
    return pattern == ancestor or pattern.startswith(f"{ancestor}-")
