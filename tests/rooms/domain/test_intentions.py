"""Courses of action compared and chosen, symbols drawn for them, and the signals plan, which must lead somewhere."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.story import Story, course, nothing, oid, person, refused, shape, signals_plan

from garance.domain.signals.facts import SignalsPlanSet
from garance.domain.vocabulary import decode
from garance.kernel.fact import Relation
from garance.kernel.label import Audience, Label
from garance.kernel.refusal import Refused

SYMBOL = {"set": "french-civil-security", "id": "vehicle-fire", "text": "FPT 1"}


CHOOSE = {"course": oid("nord"), "reason": "vent"}


# -- courses of action ------------------------------------------------------------------------------------------------


def test_a_course_is_described_chosen_replaced_and_dropped(story: Story) -> None:
    for name in ("nord", "sud"):
        story.tell("courses.describe", course(name))
    first = story.tell("courses.choose", CHOOSE)
    assert refused(story, "courses.drop", CHOOSE) == ("course-in-use", "body.course")
    second = story.tell("courses.choose", {**CHOOSE, "course": oid("sud")})
    assert second.referred(Relation.FOLLOWS) == (first.id,)
    story.tell("courses.drop", CHOOSE)
    for command in ("courses.choose", "courses.drop"):
        assert refused(story, command, CHOOSE) == ("course-dropped", "body.course")
    assert refused(story, "courses.describe", course("nord")) == ("course-dropped", "body.course")
    assert refused(story, "drawings.draw", shape(course=oid("nord"))) == ("course-dropped", "body.course")


def test_a_course_that_is_not_there_is_refused(story: Story) -> None:
    for command in ("courses.choose", "courses.drop"):
        assert refused(story, command, CHOOSE) == ("course-unknown", "body.course")
    assert refused(story, "drawings.draw", shape(course=oid("nord"))) == ("course-unknown", "body.course")


def test_a_course_that_may_not_be_seen_is_not_there(story: Story) -> None:
    story.tell("courses.describe", course("nord"), label=Label(audience=Audience.ORGANISATION))
    hidden: dict[str, Any] = {"by": person("other", "sdis"), "sees": nothing}
    assert refused(story, "courses.choose", CHOOSE, **hidden) == ("course-unknown", "body.course")
    assert refused(story, "drawings.draw", shape(course=oid("nord")), **hidden) == ("course-unknown", "body.course")


def test_a_choice_is_as_narrow_as_what_is_chosen(story: Story) -> None:
    narrow = Label(audience=Audience.ORGANISATION)
    story.tell("courses.describe", course("nord"), label=narrow)
    assert story.tell("courses.choose", CHOOSE).label == narrow


# -- symbols ----------------------------------------------------------------------------------------------------------


def test_a_symbol_its_state_and_its_phase_are_kept(story: Story) -> None:
    story.tell("courses.describe", course("nord"))
    more: dict[str, Any] = {
        "symbol": SYMBOL,
        "course": oid("nord"),
        "phase": 2,
        "sector": oid("secteur"),
        "state": "cancelled",
    }
    drawn = story.tell("drawings.draw", shape(**more))
    said = msgspec.to_builtins(drawn.body)
    assert {key: said[key] for key in more} == more


def test_what_is_drawn_for_a_dropped_course_can_still_be_described(story: Story) -> None:
    story.tell("courses.describe", course("nord"))
    story.tell("drawings.draw", shape(course=oid("nord")))
    story.tell("courses.drop", CHOOSE)
    told = {key: value for key, value in shape(course=oid("nord"), state="done").items() if key != "geometry"}
    story.tell("drawings.describe", told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbol": {**SYMBOL, "text": "x" * 41}},
        {"symbol": {**SYMBOL, "text": ""}},
        {"symbol": {**SYMBOL, "rotation_deg": 361}},
        {"symbol": {**SYMBOL, "id": "<svg>"}},
        {"symbol": {**SYMBOL, "href": "x"}},
        {"phase": 0},
        {"phase": 10},
        {"state": "perhaps"},
        {"sector": "north"},
    ],
)
def test_a_symbol_out_of_bounds_is_no_body(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        decode("shape.drawn.v3", shape(**wrong))


@pytest.mark.parametrize("version", [1, 2])
def test_what_was_drawn_before_symbols_reads_as_it_was(version: int) -> None:
    name, body = decode(f"shape.drawn.v{version}", shape())
    assert (name, msgspec.to_builtins(body)) == ("shape.drawn.v3", msgspec.to_builtins(decode(name, shape())[1]))


# -- the signals plan -------------------------------------------------------------------------------------------------


def post(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "level": "group", **more}


def net(name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "kind": "tactical"}


def test_a_plan_is_set_and_set_again(story: Story) -> None:
    first = story.tell("signals.set-plan", signals_plan())
    second = story.tell("signals.set-plan", signals_plan("OCT 2", posts=[], nets=[]))
    assert second.referred(Relation.FOLLOWS) == (first.id,)


def test_a_plan_is_withdrawn_once_and_not_set_again(story: Story) -> None:
    withdrawn = {"plan": signals_plan()["plan"], "reason": "fin de l'opération"}
    assert refused(story, "signals.withdraw-plan", withdrawn) == ("plan-unknown", "body.plan")
    plan = story.tell("signals.set-plan", signals_plan())
    hidden = {"by": person("sdis", "sdis"), "sees": nothing}
    assert refused(story, "signals.withdraw-plan", withdrawn, **hidden) == ("plan-unknown", "body.plan")
    assert story.tell("signals.withdraw-plan", withdrawn).referred(Relation.FOLLOWS) == (plan.id,)
    assert refused(story, "signals.withdraw-plan", withdrawn) == ("plan-withdrawn", "body.plan")
    assert refused(story, "signals.set-plan", signals_plan("OCT 3")) == ("plan-withdrawn", "body.plan")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"nets": [net("a"), net("a")], "posts": []}, ("net-doubled", "body.nets")),
        ({"posts": [post("a"), post("a")]}, ("post-doubled", "body.posts")),
        ({"posts": [post("a"), post("b", nets=["nowhere"])]}, ("net-unknown", "body.posts[1].nets")),
        ({"posts": [post("a", parent="nobody")]}, ("post-unknown", "body.posts[0].parent")),
        ({"posts": [post("a", parent="a")]}, ("post-loop", "body.posts[0].parent")),
        ({"posts": [post("z"), post("a", parent="b"), post("b", parent="a")]}, ("post-loop", "body.posts[1].parent")),
    ],
)
def test_a_plan_that_leads_nowhere_is_refused(story: Story, wrong: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert refused(story, "signals.set-plan", signals_plan(**wrong)) == refusal


names = st.sampled_from(["a", "b", "c", "d"])


@given(st.lists(st.tuples(names, st.none() | names, st.lists(names, max_size=2)), max_size=5), st.sets(names))
def test_a_plan_granted_is_a_forest_whose_nets_exist(
    told: list[tuple[str, str | None, list[str]]], nets: set[str]
) -> None:
    story = Story()
    story.begin()
    posts = [post(name, nets=heard, **({"parent": above} if above else {})) for name, above, heard in told]
    try:
        said = story.tell("signals.set-plan", signals_plan(nets=[net(one) for one in sorted(nets)], posts=posts))
    except Refused:
        return
    body = said.body
    assert isinstance(body, SignalsPlanSet)
    parents = {one.id: one.parent for one in body.posts}
    assert len(parents) == len(told)
    assert all(set(one.nets) <= nets for one in body.posts)
    for one in parents:
        seen: list[str | None] = [one]
        while seen[-1] is not None:
            assert len(seen) <= len(parents)
            seen.append(parents[seen[-1]])
