"""Types and our words correspond both ways, and every type of the table exists."""

from __future__ import annotations

import gzip
import re

import pytest
from support.source import ROOT
from support.territories import real_data

from garance.connectors.tak.types import (
    affiliation_of,
    colour_of,
    is_fixed,
    resource_kind,
    shape_kind,
    state_words,
    symbol_of,
    table,
    type_of_resource,
    type_of_shape,
)
from garance.domain.drawings.facts import ShapeStatus
from garance.domain.resources.facts import ResourceStatus
from garance.symbols.reading import french_set

KINDS = re.findall(r"\{ kind: '([a-z-]+)'", (ROOT / "web/packages/map/src/kinds.ts").read_text("utf-8"))
MEANS = re.search(r"KINDS = \[(.*)\] as const", (ROOT / "web/apps/desk/src/lists/kinds.ts").read_text("utf-8"))


def every_pattern() -> set[str]:
    found = table()
    rows = [found.resources.values(), found.resources_also, found.symbols.values(), found.shapes.values()]
    rows += [found.shapes_also, found.alarms, found.fixed, [found.fallback_resource, found.fallback_shape]]
    return {pattern for row in rows for pattern in row}


@pytest.mark.parametrize("kind", sorted(table().resources))
def test_a_resource_comes_back_as_it_went(kind: str) -> None:
    for side in ("f", "n", "u"):
        cot_type = type_of_resource(kind, side)
        assert "." not in cot_type
        assert resource_kind(cot_type) == kind
        assert not is_fixed(cot_type)


def test_every_means_that_people_choose_has_a_type() -> None:
    assert MEANS is not None
    chosen = re.findall(r"'([a-z-]+)'", MEANS.group(1))
    assert len(chosen) > 5
    assert set(chosen) <= set(table().resources)


@pytest.mark.parametrize("kind", sorted(set(table().shapes) - {"breach"}))
def test_a_drawing_comes_back_as_it_went(kind: str) -> None:
    assert shape_kind(type_of_shape(kind)) == kind


def test_a_breach_comes_back_as_a_hazard() -> None:
    """An incident of infrastructure is no breach for others: what is ours says `breach` beside its type."""
    assert shape_kind(type_of_shape("breach")) == "hazard-source"


def test_every_kind_of_drawing_has_a_colour() -> None:
    assert set(KINDS) - {"other"} == set(table().colours)
    assert colour_of("nothing-known") == colour_of("note")


def test_every_symbol_of_the_table_is_of_the_charter_and_is_a_point() -> None:
    charter = {symbol.id: symbol for symbol in french_set().set.symbols}
    assert set(table().symbols) <= set(charter)
    assert {name for name in table().symbols if "point" not in charter[name].places} == set()


def test_a_symbol_comes_back_as_itself_or_as_the_first_of_its_type() -> None:
    symbols = table().symbols
    for name, pattern in symbols.items():
        back = symbol_of(type_of_shape("note", name))
        assert back is not None
        assert symbols[back] == pattern
    alone = [name for name, pattern in symbols.items() if list(symbols.values()).count(pattern) == 1]
    assert len(alone) > 40
    assert [name for name in alone if symbol_of(type_of_shape("note", name)) != name] == []


def test_what_is_unknown_falls_back() -> None:
    assert type_of_resource("dragon") == "a-f-G"
    assert type_of_shape("dragon") == "b-m-p-s-m"
    assert type_of_shape("dragon", "wind") == "b-m-p-s-m"
    assert resource_kind("a-f-Z-z") == "other"
    assert shape_kind("u-d-f") == "note"
    assert symbol_of("a-f-G-U-C-I") is None


@pytest.mark.parametrize(
    ("cot_type", "kind"),
    [
        ("a-f-G-U-C", "team"), ("a-f-G-U-C-I", "team"), ("a-f-G-E-V-C", "vehicle"), ("a-n-A-C-H", "helicopter"),
        ("a-f-A-M-H-Q", "drone"), ("a-n-A-C-F", "aircraft"), ("a-n-S-X-M-C", "vessel"),
        ("a-f-G-E-V-U-R-s", "rescue-boat"),
        ("a-f-G-U-i-m-aar", "helicopter"), ("a-f-G-U-i-f-wt", "fire-engine"), ("a-f-G-E-V-m", "ambulance"),
    ],
)  # fmt: skip
def test_nearest_words(cot_type: str, kind: str) -> None:
    assert resource_kind(cot_type) == kind


def test_sides() -> None:
    assert affiliation_of("a-f-G") == "friend"
    assert affiliation_of("a-h-G") == "hostile"
    assert affiliation_of("b-m-p-s-m") is None
    assert affiliation_of("a") is None
    assert type_of_shape("hazard-source") == "a-u-X-i-o"
    assert type_of_shape("command-post") == "a-f-G-I-i-e-icp"


def test_every_state_has_words() -> None:
    for state in (*ResourceStatus, *ShapeStatus):
        assert state_words(state, "fr") != state
        assert state_words(state, "en") != state


@pytest.mark.real_data
def test_every_type_is_of_the_tree_of_mitre_or_told_as_of_tak_only() -> None:
    raw = gzip.decompress((real_data("standards") / "cot_types" / "CoTtypes.xml.gz").read_bytes())
    known = set(re.findall(r'<cot\s+cot="([^"]+)"', raw.decode("utf-8")))
    assert len(known) > 1000
    used = every_pattern()
    missing = {pattern for pattern in used if pattern not in known and pattern not in table().beyond}
    assert missing == set()
    assert {pattern for pattern in table().beyond if pattern in known} == set()
