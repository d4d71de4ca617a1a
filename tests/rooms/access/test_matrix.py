"""Every role, relation, period and label: what is seen is what the rule of DESIGN section 6 says, written out."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.people import NOW, granted, house, ident, told

from garance.access.clearance import Clearance, clearance
from garance.access.sight import may_see
from garance.domain.people.facts import Role, RoleEnded
from garance.kernel.label import Audience, Author, Label, Sensitivity

FLOOD = ident("flood")
OTHER = ident("other-situation")
ROCHEFORT = ident("rochefort")
AUTHOR = Author(ident("author"), "cell-head", ROCHEFORT, "water")

# How the reader stands to the author (Rochefort, cell "water", in the flood that Rochefort opened).
RELATIONS = {
    "own cell": ("rochefort", "water", FLOOD),
    "own cell, standing": ("rochefort", "water", None),
    "own organisation": ("rochefort", None, FLOOD),
    "own organisation, other cell": ("rochefort", "logistics", FLOOD),
    "own organisation, standing": ("rochefort", None, None),
    "partner": ("red-cross", None, FLOOD),
    "partner whose cell has the same name": ("red-cross", "water", FLOOD),
    "neighbour given a role": ("fouras", None, FLOOD),
    "standing partner": ("red-cross", None, None),
    "standing fire service": ("sdis", None, None),
    "level above given a role": ("prefecture", None, FLOOD),
    "level above, standing": ("prefecture", None, None),
    "two levels above, standing": ("zone", None, None),
    "neighbour, standing": ("fouras", None, None),
    "role in another situation": ("rochefort", "water", OTHER),
}
SEES: dict[str, set[str]] = {
    "own cell": {"cell", "organisation", "partners", "level-above", "public"},
    "own cell, standing": {"cell", "organisation", "partners", "level-above", "public"},
    "own organisation": {"organisation", "partners", "level-above", "public"},
    "own organisation, other cell": {"organisation", "partners", "level-above", "public"},
    "own organisation, standing": {"organisation", "partners", "level-above", "public"},
    "partner": {"partners", "level-above", "public"},
    "partner whose cell has the same name": {"partners", "level-above", "public"},
    "neighbour given a role": {"partners", "level-above", "public"},
    "standing partner": {"partners", "level-above", "public"},
    "standing fire service": {"partners", "level-above", "public"},
    "level above given a role": {"partners", "level-above", "public"},
    "level above, standing": {"level-above", "public"},
    "two levels above, standing": {"level-above", "public"},
    "neighbour, standing": set(),
    "role in another situation": set(),
}
READS: dict[str, set[str]] = {
    "dos": {"ordinary", "personal", "restricted"},
    "rac": {"ordinary", "personal", "restricted"},
    "cell-head": {"ordinary", "personal"},
    "logbook-secretary": {"ordinary", "personal"},
    "sdis-officer": {"ordinary", "personal", "health", "restricted"},
    "prefecture-duty-officer": {"ordinary", "personal", "restricted"},
    "observer": {"ordinary"},
    "partner": {"ordinary"},
    "administrator": {"ordinary"},
    "a-role-of-tomorrow": {"ordinary"},
}
HOUR = timedelta(hours=1)
PERIODS = {
    "always": (None, None, True),
    "begun": (NOW - HOUR, None, True),
    "begins now": (NOW, None, True),
    "to come": (NOW + HOUR, None, False),
    "not over": (None, NOW + HOUR, True),
    "ends now": (None, NOW, False),
    "over": (NOW - 2 * HOUR, NOW - HOUR, False),
    "within": (NOW - HOUR, NOW + HOUR, True),
    "taken back": (None, None, False),
}


def _held(role: str, relation: str, period: str) -> Clearance | None:
    organisation, cell, situation = RELATIONS[relation]
    begin, end, _ = PERIODS[period]
    grant = granted(
        "reader", role, organisation, cell=cell, situation=situation, not_before=begin, not_after=end, grant="g"
    )
    people = house(grant)
    if period == "taken back":
        people.fold(told(RoleEnded(grant=grant.grant, reason="fin")))
    return clearance(people, ident("reader"), FLOOD, NOW, owner=ROCHEFORT)


def test_the_tables_are_complete() -> None:
    assert set(SEES) == set(RELATIONS)
    assert {*Role, "a-role-of-tomorrow"} == set(READS)


@pytest.mark.parametrize(("role", "relation"), list(product(READS, RELATIONS)))
def test_what_is_seen(role: str, relation: str) -> None:
    for period, (_, _, holds) in PERIODS.items():
        held = _held(role, relation, period)
        if not holds or not SEES[relation]:
            assert held is None, (role, relation, period)
            continue
        assert held is not None, (role, relation, period)
        for audience, sensitivity in product(Audience, Sensitivity):
            expected = audience.value in SEES[relation] and sensitivity.value in READS[role]
            assert may_see(held, AUTHOR, Label(audience, sensitivity)) is expected, (period, audience, sensitivity)


@given(
    role=st.sampled_from(sorted(READS)),
    relation=st.sampled_from(sorted(RELATIONS)),
    second=st.sampled_from(sorted(RELATIONS)),
    author=st.sampled_from(["rochefort", "fouras", "prefecture", "red-cross", "sdis"]),
    author_cell=st.sampled_from([None, "water", "logistics"]),
    label_cell=st.sampled_from([None, "water"]),
    sensitivity=st.sampled_from(list(Sensitivity)),
)
def test_widening_never_hides(
    role: str,
    relation: str,
    second: str,
    author: str,
    author_cell: str | None,
    label_cell: str | None,
    sensitivity: Sensitivity,
) -> None:
    """A wider audience never hides from anyone; a second role never hides anything either."""
    grants = []
    for number, one in enumerate((relation, second)):
        organisation, cell, situation = RELATIONS[one]
        grants.append(granted("reader", role, organisation, cell=cell, situation=situation, grant=f"g{number}"))
    writer = Author(ident("author"), "dos", ident(author), author_cell)
    alone = clearance(house(grants[0]), ident("reader"), FLOOD, NOW, owner=ROCHEFORT)
    both = clearance(house(*grants), ident("reader"), FLOOD, NOW, owner=ROCHEFORT)
    seen_before = False
    for audience in Audience:
        label = Label(audience, sensitivity, label_cell)
        seen = alone is not None and may_see(alone, writer, label)
        assert seen or not seen_before
        if seen:
            assert both is not None
            assert may_see(both, writer, label)
        seen_before = seen
