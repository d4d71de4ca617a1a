"""The balance of people does what the shared cases say by hand; the browser's rule is held to the same file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import fold_stories

from garance.domain.population.facts import TollCategory
from garance.kernel.label import Author, Label
from garance.views.balance import Agreement, Balance, balance
from garance.views.shown import StatementShown, ThingShown

NOON = datetime(2010, 2, 28, 12, tzinfo=UTC)
SOMEBODY = Author(person="p", organisation="o", role="r")


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    situation: str
    things: list[dict[str, Any]]
    expect: dict[str, Any]


FILE = Path(fold_stories.__file__).with_name("balance_cases.json")
CASES = msgspec.json.decode(FILE.read_bytes(), type=list[Case])


def statement(told: dict[str, Any]) -> StatementShown:
    recorded_at = datetime.fromisoformat(told["recorded_at"])
    answers = tuple(told.get("answers", ()))
    return StatementShown(
        fact=told["fact"],
        value=told["value"],
        author=SOMEBODY,
        occurred_at=NOON,
        recorded_at=recorded_at,
        answers=answers,
    )


def thing(told: dict[str, Any]) -> ThingShown:
    said = {aspect: statement(each) for aspect, each in told["said"].items()}
    return ThingShown(
        kind=told["kind"], id=told["id"], began_at=NOON, changed_at=NOON, label=Label(), said=said, gathered={},
        ended=False, follows=(), conflict=False,
    )  # fmt: skip


def told(found: Balance) -> dict[str, Any]:
    """The balance as the cases write it."""
    tallies = []
    for one in found.tallies:
        counts = [
            {"source": c.source, "low": c.low, "high": c.high, "fact": c.statement.fact, "weighed": c.weighed}
            for c in one.counts
        ]
        shown = {"about": one.about, "category": str(one.category), "low": one.low, "high": one.high}
        settled = {"settled": one.settlement.fact} if one.settlement else {}
        tallies.append({**shown, "agreement": str(one.agreement), "counts": counts, **settled})
    totals = [
        {name: value for name, value in msgspec.to_builtins(one).items() if value is not None} for one in found.totals
    ]
    return {"tallies": tallies, "totals": totals}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_balance_is_what_was_written_by_hand(case: Case) -> None:
    things = [thing(each) for each in case.things]
    for seed in range(4):
        Random(seed).shuffle(things)
        assert told(balance(case.situation, things)) == case.expect


counts = st.tuples(st.integers(0, 300), st.integers(0, 60)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def toll(about: str, ranges: dict[str, tuple[int, int]]) -> ThingShown:
    said = {
        f"stated|missing|{source}": {
            "fact": f"{about} {source}",
            "value": {"category": "missing", "low": low, "high": high, "source": source},
            "recorded_at": "2010-02-28T03:00:00Z",
        }
        for source, (low, high) in ranges.items()
    }
    return thing({"kind": "toll", "id": about, "said": said})


@given(
    st.dictionaries(st.sampled_from(["i1", "i2", "z1"]), st.dictionaries(st.sampled_from("abc"), counts, min_size=1))
)
def test_a_total_holds_every_count_under_it_and_is_firm_only_when_nobody_disagrees(
    stated: dict[str, dict[str, tuple[int, int]]],
) -> None:
    kinds = {"i1": "incident", "i2": "incident", "z1": "zone"}
    things = [thing({"kind": kind, "id": one, "said": {}}) for one, kind in kinds.items() if kind == "zone"]
    found = balance("s", [*things, *(toll(about, ranges) for about, ranges in stated.items())])
    for tally in found.tallies:
        ranges = stated[tally.about].values()
        assert (tally.low, tally.high) == (min(low for low, _ in ranges), max(high for _, high in ranges))
    for total in found.totals:
        assert total.category is TollCategory.MISSING
        assert max(tally.low for tally in found.tallies) <= total.low <= total.high
        assert total.high == sum(tally.high for tally in found.tallies)
        assert not (total.firm and any(tally.agreement is Agreement.OPEN for tally in found.tallies))
