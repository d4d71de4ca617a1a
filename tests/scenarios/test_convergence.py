"""Three writers, wrong clocks, late and doubled deliveries, redactions: every view ends the same everywhere."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.law_of_views import VIEWS, check_law_of_views, folded, looks
from support.nodes import Node
from support.story import (
    SQUARE,
    START,
    WIDER,
    course,
    entry,
    grid,
    mission,
    oid,
    person,
    point,
    report,
    resource,
    saved_view,
    series,
    shape,
    signals_plan,
    toll,
)

from garance.domain.moment import By, Moment
from garance.domain.state import State
from garance.kernel.fact import Fact
from garance.kernel.refusal import Refused

SITUATION = oid("situation")
THINGS = ("a", "b")
AFTER = [(START + timedelta(hours=n)).isoformat() for n in range(3)]
GIVEN: list[dict[str, str]] = [{}, *({"mission": oid(name)} for name in THINGS)]
"""To what a resource may be given: to nothing, to a mission."""

STATES = ("arrived", "engaged", "released")

nodes = st.integers(0, 2)
things = st.sampled_from(THINGS)
says = st.one_of(
    st.builds(lambda n: ("logbook.write", entry(f"ligne {n}")), st.integers(0, 9)),
    st.builds(lambda t: ("logbook.strike", {"entry": t, "reason": "erreur"}), st.integers(0, 9)),
    st.builds(
        lambda t, n: ("logbook.correct", {"entry": t, "text": f"texte {n}", "reason": "faute"}),
        st.integers(0, 3),
        st.integers(0, 2),
    ),
    st.builds(lambda t: ("resources.declare", resource(t)), things),
    st.builds(
        lambda t, n: ("resources.move", {"resource": oid(t), "geometry": point(n, 46)}), things, st.integers(0, 3)
    ),
    st.builds(lambda t, s: ("resources.set-state", {"resource": oid(t), "state": s}), things, st.sampled_from(STATES)),
    st.builds(lambda t: ("drawings.draw", shape(t)), things),
    st.builds(
        lambda t, g: ("drawings.reshape", {"shape": oid(t), "geometry": g}), things, st.sampled_from([SQUARE, WIDER])
    ),
    st.builds(
        lambda t, n: (
            "drawings.describe",
            {"shape": oid(t), "name": f"nom {n}", "kind": "perimeter", "state": "planned"},
        ),
        things,
        st.integers(0, 2),
    ),
    st.builds(lambda t: ("drawings.end", {"shape": oid(t), "reason": "levée"}), things),
    st.builds(lambda t: ("observations.declare-series", series(t)), things),
    st.builds(lambda t, n: ("reports.draft", report(t, next_point_at=AFTER[n])), things, st.integers(0, 2)),
    st.builds(lambda t, n: ("views.save", saved_view(view=oid(t), name=f"vue {n}")), things, st.integers(0, 2)),
    st.builds(lambda t: ("views.remove", {"view": oid(t)}), things),
    st.builds(lambda t, view: ("views.present", {"briefing": oid(t), "view": oid(view)}), things, things),
    st.builds(lambda t: ("views.end-briefing", {"briefing": oid(t)}), things),
    st.builds(lambda t, n: ("courses.describe", {**course(t), "name": f"mode {n}"}), things, st.integers(0, 2)),
    st.builds(lambda t: ("courses.choose", {"course": oid(t), "reason": "r"}), things),
    st.builds(lambda t: ("courses.drop", {"course": oid(t), "reason": "r"}), things),
    st.builds(lambda t: ("drawings.draw", shape(t, course=oid(t), phase=1)), things),
    st.builds(lambda n: ("signals.set-plan", signals_plan(f"OCT {n}")), st.integers(0, 2)),
    st.builds(lambda: ("signals.withdraw-plan", {"plan": signals_plan()["plan"], "reason": "r"})),
    st.builds(lambda t: ("observations.declare-series", series(f"pass-{t}", kind="position", mobile="vessel")), things),
    st.builds(lambda t: ("feeds.attach", {"feed": oid(t), "connection": t, "name": f"flux {t}"}), things),
    st.builds(lambda t: ("feeds.detach", {"feed": oid(t), "reason": "fin"}), things),
    st.builds(
        lambda t, n: ("feeds.dispatch", {"dispatch": oid(f"d{n}"), "feed": oid(t), "matter": "positions", "to": [t]}),
        things,
        st.integers(0, 2),
    ),
    st.builds(
        lambda n, answer: ("feeds.note-answer", {"dispatch": oid(f"d{n}"), "to": "a", "answer": answer}),
        st.integers(0, 2),
        st.sampled_from(["received", "refused"]),
    ),
    st.builds(
        lambda t, by: ("resources.refer", {"resource": oid(t), "reference": f"vehicule-{t}", "by": by}), things, things
    ),
    st.builds(lambda t: ("grids.attach", grid(t)), things),
    st.builds(lambda t, n: ("taskings.describe-mission", mission(t, title=f"mission {n}")), things, st.integers(0, 2)),
    st.builds(
        lambda t, state: ("taskings.set-mission-state", {"mission": oid(t), "state": state, "note": "motif"}),
        things,
        st.sampled_from(["accepted", "refused", "under-way"]),
    ),
    st.builds(lambda low, source: ("population.state-toll", toll(low, source)), st.integers(0, 3), things),
    st.builds(lambda t, to: ("resources.assign", {"resource": oid(t), **to}), things, st.sampled_from(GIVEN)),
    st.builds(lambda t: ("resources.spend", {"resource": oid(t), "hours": 1.5}), things),
    st.builds(lambda t: ("grids.detach", {"grid": oid(t), "reason": "autre"}), things),
    st.builds(lambda t: ("acknowledgements.give", {"fact": t}), st.integers(0, 9)),
    st.builds(lambda n: ("situation.set-level", {"level": n}), st.integers(0, 4)),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), nodes, says, st.integers(-600, 200)),
        st.tuples(st.just("say"), nodes, says, st.integers(-1, 1)),
        st.tuples(st.just("say"), nodes, says, st.just(0)),
        st.tuples(st.just("hear"), nodes, nodes, st.integers(1, 4)),
        st.tuples(st.just("redact"), nodes, st.integers(0, 99), st.booleans()),
    ),
    min_size=15,
    max_size=50,
)


async def play(three: list[Node], script: list[Any]) -> int:
    """Play the steps; how many were granted. What the rules refuse is refused, as for a person."""
    granted = 0
    for step in script:
        try:
            if step[0] == "say":
                await _say(three[step[1]], *step[2], late_s=step[3])
            elif step[0] == "hear":
                await three[step[1]].hear_of(three[step[2]], limit=step[3])
            else:
                await _redact(three[step[1]], step[2], destroy=step[3])
            granted += 1
        except Refused:
            continue
    return granted


async def _say(node: Node, command: str, body: dict[str, Any], *, late_s: int) -> None:
    for member in ("entry", "fact"):
        if isinstance(body.get(member), int):
            known = sorted(node.state.entries.known)
            body = {**body, member: known[body[member] % len(known)] if known else f"{node.name}-9999"}
    at = node.clock.now() + timedelta(seconds=late_s)
    await node.say(command, body, by=person(node.name), situation=SITUATION, at=at)


async def _redact(node: Node, which: int, *, destroy: bool) -> None:
    targets = [fact for fact in node.facts() if fact.name != "situation.opened.v1"]
    if targets:
        await node.redact(targets[which % len(targets)], by=person(node.name), destroy=destroy)


def known(state: State) -> list[Any]:
    """All that the rules know."""
    things = [state.keeping, state.situations, state.entries, state.resources, state.drawings, state.observations]
    others = [state.acknowledgements, state.grids, state.saved_views, state.courses, state.signals, state.reports]
    return [*things, *others, state.things]


def moments_of(facts: list[Fact[Any]], random: Random) -> list[Moment | None]:
    """Now, and a few moments on and beside the times of facts, by both times."""
    chosen = random.sample(facts, k=min(4, len(facts)))
    ticks = timedelta(milliseconds=random.randint(-1, 1))
    return [
        None,
        *(Moment(fact.occurred_at + ticks, By.OCCURRED) for fact in chosen),
        *(Moment(fact.recorded_at + ticks, By.RECORDED) for fact in chosen),
    ]


async def begin(three: list[Node]) -> None:
    """Something to change: two shapes, two resources and two lines, known everywhere."""
    for thing in THINGS:
        for command, body in (
            ("drawings.draw", shape(thing)),
            ("resources.declare", resource(thing, geometry=point(0, 46))),
            ("logbook.write", entry(f"ligne {thing}")),
        ):
            await _say(three[0], command, body, late_s=0)
    for node in three[1:]:
        await node.hear_of(three[0])


async def converge(skews_s: tuple[int, int, int], script: list[Any], random: Random) -> None:
    """Three nodes live apart, then hear of everything; all must agree, in every order."""
    three = [Node(number, START + timedelta(seconds=skew)) for number, skew in enumerate(skews_s, start=1)]
    async with AsyncExitStack() as stack:
        for node in three:
            node.writer.start()
            stack.push_async_callback(node.writer.stop)
        body = {"situation": SITUATION, "title": "Crue", "kind": "flood", "mode": "exercise"}
        await three[0].say("situation.open", body, by=person(), situation=None)
        await begin(three)
        await play(three, script)
        for node in (*three, *three):
            for other in three:
                await node.hear_of(other)
    check(three, random)


def check(three: list[Node], random: Random) -> None:
    """All nodes hold the same facts, know and show the same; and every view obeys its law."""
    first, *others = (node.facts() for node in three)
    moments = moments_of(first, random)
    for make in VIEWS:
        shown = looks(folded(make, first), moments)
        for facts in others:
            assert {fact.id for fact in facts} == {fact.id for fact in first}
            assert looks(folded(make, facts), moments) == shown
        check_law_of_views(make, first, moments, random=random)
    expected = known(three[0].state)
    for node in three:
        assert known(node.state) == expected
        again = State()
        again.fold_all(random.sample(first, k=len(first)))
        again.fold_all(first)
        assert known(again) == expected


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    skews_s=st.tuples(*[st.integers(-900, 900)] * 3),
    script=steps,
    seed=st.integers(0, 2**32),
)
def test_every_view_and_the_rules_converge(skews_s: tuple[int, int, int], script: list[Any], seed: int) -> None:
    asyncio.run(converge(skews_s, script, Random(seed)))
