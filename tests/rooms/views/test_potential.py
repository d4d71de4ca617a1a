"""What means are left and when they run short: the cases shared with the browser, and laws for every night."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.story import START, Story, oid, resource

from garance.domain.resources.facts import DemandState, ResourceStatus
from garance.views.board import Board
from garance.views.picture import Picture
from garance.views.potential import (
    HORIZONS_H,
    Outlook,
    Promise,
    Shortage,
    Unit,
    first_shortage,
    outlooks_of,
    project,
    work_began,
)
from garance.views.view import fold

FILE = msgspec.json.decode((Path(__file__).parents[2] / "support" / "potential_cases.json").read_bytes())
AT = datetime.fromisoformat(FILE["at"])


def told(shortage: Shortage | None) -> list[Any] | None:
    """A shortage as the cases write it."""
    return None if shortage is None else [shortage.kind, f"{shortage.at:%Y-%m-%dT%H:%M:%SZ}", shortage.missing]


def row(one: Outlook) -> dict[str, Any]:
    """An outlook as the cases write it."""
    return {
        "kind": one.kind,
        "ready": one.ready,
        "at_work": one.at_work,
        "horizons": [[each.hours, each.due, each.arriving, each.ready] for each in one.horizons],
        "undated": one.undated,
        "shortage": told(one.shortage),
    }


@pytest.mark.parametrize("case", FILE["cases"], ids=[case["name"] for case in FILE["cases"]])
def test_each_case_is_projected_as_written(case: dict[str, Any]) -> None:
    found = project(msgspec.convert(case["units"], list[Unit]), msgspec.convert(case["promises"], list[Promise]), AT)
    assert [row(one) for one in found] == case["expect"]
    assert told(first_shortage(found)) == case["first"]


@pytest.mark.parametrize("case", FILE["began"])
def test_hours_run_from_the_first_departure_not_yet_given_back(case: dict[str, Any]) -> None:
    steps = msgspec.convert(case["steps"], list[tuple[datetime, ResourceStatus]])
    began = work_began(steps)
    assert (f"{began:%Y-%m-%dT%H:%M:%SZ}" if began else None) == case["expect"]


HOURS = st.integers(-600, 900).map(lambda minutes: AT + timedelta(minutes=minutes))
KINDS = st.sampled_from(["pump", "bus"])
UNITS = st.lists(
    st.builds(
        Unit,
        id=st.sampled_from("abcdef"),
        kind=KINDS,
        state=st.sampled_from(ResourceStatus),
        since=st.none() | HOURS,
        relief_at=st.none() | HOURS,
        relief_after_h=st.none() | st.floats(0.1, 24),
        relief_by=st.none() | st.sampled_from("abcdef"),
    ),
    unique_by=lambda unit: unit.id,
)
PROMISES = st.lists(
    st.builds(
        Promise,
        kind=KINDS,
        state=st.sampled_from(DemandState),
        quantity=st.integers(1, 9),
        granted=st.none() | st.integers(0, 9),
        expected_at=st.none() | HOURS,
        came=st.integers(0, 9),
    )
)


@given(UNITS, PROMISES)
def test_a_shortage_is_told_whenever_a_horizon_is_below_zero(units: list[Unit], promises: list[Promise]) -> None:
    for one in project(units, promises, AT):
        assert [each.hours for each in one.horizons] == list(HORIZONS_H)
        assert [each.due for each in one.horizons] == sorted(each.due for each in one.horizons)
        below = [each.hours for each in one.horizons if each.ready < 0]
        if below:
            assert one.shortage is not None
            assert AT <= one.shortage.at <= AT + timedelta(hours=below[0])
        if one.shortage is not None:
            assert one.shortage.missing > 0


@given(UNITS, PROMISES, st.randoms())
def test_the_order_of_means_does_not_matter(units: list[Unit], promises: list[Promise], random: Any) -> None:
    before = project(units, promises, AT)
    random.shuffle(units)
    random.shuffle(promises)
    assert project(units, promises, AT) == before


def test_a_situation_is_read_from_its_picture_and_its_board() -> None:
    story = Story()
    story.begin()
    for name in ("fpt", "vsav", "column"):
        story.tell("resources.declare", resource(resource=oid(name)))
    story.tell("resources.detail", {"resource": oid("column"), "level": "column"})
    story.tell("resources.detail", {"resource": oid("fpt"), "part_of": oid("column"), "relief_after_h": 2})
    story.tell("resources.set-state", {"resource": oid("fpt"), "state": "engaged"})
    demand = {"demand": oid("demand"), "kind": "pump", "what": "Motopompe", "quantity": 2, "reason": "Cave"}
    story.tell("resources.ask", {**demand, "to": {"name": "COD"}})
    eta = {"state": "accepted", "granted": 1, "expected_at": START + timedelta(hours=3)}
    story.tell("resources.answer", {"demand": oid("demand"), **eta})
    picture, board = Picture(), Board()
    fold(picture, story.facts)
    fold(board, story.facts)
    steps = {oid("fpt"): [(START, ResourceStatus.ENGAGED)]}
    engine, pump = outlooks_of(picture.at(None), board.at(None).things, steps, START)
    assert (engine.ready, engine.at_work) == (1, 1), "the column is counted by its members"
    assert [each.due for each in engine.horizons] == [0, 0, 1, 1, 1]
    assert [each.arriving for each in pump.horizons] == [0, 0, 1, 1, 1]
