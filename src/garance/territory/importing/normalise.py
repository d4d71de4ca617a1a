"""From each maker's own columns to the attributes Garance knows: one name, one unit, one set of words."""

from __future__ import annotations

from typing import Any

from garance.territory.content import Value
from garance.territory.importing.cells import Reader
from garance.territory.importing.columns import COLUMNS, DEFAULTS
from garance.territory.layers import LAYERS
from garance.territory.reading import Table

_ABSENT: Any = object()


def normalise(layer: str, table: Table) -> dict[str, list[Value]]:
    """The normalised attributes of each row: the first column that says something, read, or nothing."""
    rules: dict[str, list[tuple[tuple[str, ...], Reader]]] = {}
    for name, sources, read in COLUMNS.get(layer, ()):
        rules.setdefault(name, []).append((sources, read))
    found = {name: _first(table, rules.get(name, [])) for name in LAYERS[layer].attributes}
    if layer == "sites":
        _site_kinds(table, found)
    return found


def fill_defaults(layer: str, properties: dict[str, list[Value]]) -> None:
    """Put the default word where nothing was said."""
    for name, default in DEFAULTS.get(layer, {}).items():
        properties[name] = [default if value is None else value for value in properties[name]]


def richness(properties: dict[str, list[Value]], essential: tuple[str, ...]) -> float:
    """How much a source says: the share of rows filled, an essential attribute counting four times."""
    total = 0.0
    for name, column in properties.items():
        said = sum(1 for value in column if value is not None and value != "unknown")
        total += (4 if name in essential else 1) * said / max(1, len(column))
    return total


def _first(table: Table, rules: list[tuple[tuple[str, ...], Reader]]) -> list[Value]:
    result: list[Value] = [None] * len(table)
    for sources, read in rules:
        for source in sources:
            cells = table.columns.get(source)
            if cells is None:
                continue
            known: dict[Any, Value] = {}
            for index, value in enumerate(result):
                if value is not None:
                    continue
                cell = cells[index]
                key = cell if isinstance(cell, str | int | float | bool) else str(cell) if cell is not None else None
                got = known.get(key, _ABSENT)
                if got is _ABSENT:
                    got = known[key] = read(cell)
                result[index] = got
    return result


FILE_KINDS: tuple[tuple[str, str], ...] = (
    ("hopit", "hospital"),
    ("hospital", "hospital"),
    ("fire_cent", "fire-station"),
    ("caserne", "fire-station"),
    ("pompier", "fire-station"),
    ("ecole", "school"),
    ("school", "school"),
    ("college", "school"),
    ("ehpad", "care-home"),
    ("mairie", "town-hall"),
    ("camping", "campsite"),
    ("seveso", "seveso"),
    ("icpe", "factory"),
    ("parking", "car-park"),
    ("creche", "nursery"),
    ("gymnase", "sports-hall"),
    ("salle", "community-hall"),
    ("police", "police"),
    ("gendarmerie", "police"),
)
"""What a file of sites is called says what they are, when nothing inside does."""


def _site_kinds(table: Table, found: dict[str, list[Value]]) -> None:
    """Fire centres have no word for themselves; otherwise the name of the site, then of the file, says its kind."""
    if {"groupement", "centre"} <= table.columns.keys():
        found["kind"] = ["fire-station"] * len(table)
        return
    by_file = next((kind for stem, kind in FILE_KINDS if stem in table.words), None)
    by_name = COLUMNS["sites"][-1][2]
    kinds = found["kind"]
    for index, kind in enumerate(kinds):
        if kind in (None, "other"):
            said = by_name(found["name"][index]) if found["name"][index] else None
            kinds[index] = said if said not in (None, "other") else by_file or kind
