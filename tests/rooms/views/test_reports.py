"""Reports as they are shown, and what the journal proposes for the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from support.law_of_views import check_law_of_views, folded
from support.papers import a_night
from support.story import START, Story, entry, mission, oid, person, resource, shape

from garance.domain.logbook.facts import Category, EntryWritten
from garance.domain.moment import By, Moment
from garance.domain.reports.facts import Heading
from garance.kernel.refusal import Refused
from garance.views.board import Board
from garance.views.board_lines import Followed
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.proposed import LineProposed, ProposalShown
from garance.views.report_proposal import MOST_LINES, propose
from garance.views.reports import Reports, ReportsShown


def reports(story: Story, moment: Moment | None = None) -> ReportsShown:
    return folded(Reports, story.facts).at(moment)


def proposal(story: Story) -> ProposalShown:
    entries = folded(Logbook, story.facts).at(None).items
    picture, board = folded(Picture, story.facts), folded(Board, story.facts).at(None)
    followed = Followed(at=story.clock.now(), board=board, steps=picture.steps(None))
    return propose(picture.at(None), entries, reports(story).last_validated(), followed)


def draft(name: str, story: Story, **more: Any) -> dict[str, Any]:
    sections = [{"heading": "situation", "text": name}]
    return {"report": oid(name), "at": story.clock.now().isoformat(), "sections": sections, **more}


def validate(story: Story, name: str, **more: Any) -> None:
    said = story.tell("reports.draft", draft(name, story, **more))
    story.tell("reports.validate", {"report": oid(name), "draft": said.id})


def told() -> Story:
    story = Story()
    story.begin()
    story.tell("situation.set-level", {"level": 2})
    story.tell("resources.declare", resource("FPT 1"))
    story.tell("drawings.draw", shape("Zone 1"))
    story.tell("drawings.draw", shape("Secteur A", kind="evacuation-zone", state="planned"))
    story.tell("logbook.write", entry("L'eau monte"))
    return story


def test_a_report_is_shown_as_validated_whatever_is_drafted_apart_afterwards() -> None:
    story = told()
    said = story.tell("reports.draft", draft("un", story))
    apart = story.tell("reports.draft", {**draft("un", story), "sections": []}, by=person("autre"), follows=(said.id,))
    settled = story.tell("reports.draft", draft("un", story))
    story.tell("reports.validate", {"report": oid("un"), "draft": settled.id})
    facts = [fact for fact in story.facts if fact.id != apart.id]
    for known in (facts, [*facts, apart]):
        (shown,) = folded(Reports, known).at(None).items
        assert (shown.draft, shown.number) == (settled.id, 1)


def test_the_last_validated_report_is_the_one_that_no_other_took_the_place_of() -> None:
    story = told()
    validate(story, "un")
    validate(story, "deux", supersedes=oid("un"))
    shown = reports(story)
    assert [(one.id, one.superseded_by) for one in shown.items] == [(oid("deux"), None), (oid("un"), oid("deux"))]
    last = shown.last_validated()
    assert last is not None
    assert last.id == oid("deux")
    before = reports(story, Moment(START, By.RECORDED))
    assert before.items == ()


def test_the_proposal_names_the_facts_of_each_line_and_figure() -> None:
    story = told()
    found = proposal(story)
    known = {fact.id for fact in story.facts}
    lines = {section.heading: [line.text for line in section.lines] for section in found.sections}
    assert list(lines) == list(Heading), "every part of the template, in its order"
    assert lines[Heading.SITUATION] == ["Zone 1"]
    assert lines[Heading.PLANNED] == ["Secteur A"]
    assert lines[Heading.EVOLUTION] == ["L'eau monte"]
    figures = {one.figure.figure: one.figure for one in found.figures}
    assert figures["level"].value == 2
    assert figures["means-available"].value == 1
    said = [line.facts for section in found.sections for line in section.lines]
    assert all(facts and set(facts) <= known for facts in [*said, *(figure.facts for figure in figures.values())])
    assert not any(line.is_new for section in found.sections for line in section.lines), "nothing to compare with"


def test_what_changed_since_the_last_validated_report_is_marked() -> None:
    story = told()
    figures = [{"figure": "level", "value": 2}, {"figure": "means-available", "value": 1}]
    validate(story, "un", figures=figures)
    story.clock.advance(timedelta(minutes=10))
    story.tell("logbook.write", entry("La digue cède", category="report"))
    story.tell("resources.declare", resource("FPT 2"))
    found = proposal(story)
    lines = [line for section in found.sections for line in section.lines]
    assert {line.text for line in lines if line.is_new} == {"La digue cède"}
    assert "L'eau monte" not in {line.text for line in lines}, "what was told before is not told again"
    assert "Zone 1" in {line.text for line in lines}, "what is drawn still stands"
    now = {one.figure.figure: (one.before, one.figure.value, one.is_new) for one in found.figures}
    assert now == {"level": (2, 2, False), "means-available": (1, 2, True)}
    assert found.after == oid("un")


def test_a_struck_line_is_not_proposed_and_older_ones_are_counted() -> None:
    story = told()
    struck = story.tell("logbook.write", entry("Faux"))
    story.tell("logbook.strike", {"entry": struck.id, "reason": "erreur"})
    for number in range(MOST_LINES + 3):
        story.tell("logbook.write", entry(f"Ligne {number}"))
    evolution = next(one for one in proposal(story).sections if one.heading is Heading.EVOLUTION)
    assert len(evolution.lines) == MOST_LINES
    assert evolution.left_out == 4
    assert evolution.lines[-1].text == f"Ligne {MOST_LINES + 2}"


def test_the_law_holds_and_the_proposal_does_not_depend_on_the_order_of_arrival() -> None:
    story = told()
    validate(story, "un")
    story.tell("reports.draft", draft("deux", story))
    story.tell("reports.draft", {**draft("deux", story), "sections": []}, by=person("autre"), follows=())
    moments = [None, *(Moment(fact.occurred_at, by) for fact in story.facts[::3] for by in By)]
    check_law_of_views(Reports, story.facts, moments, random=Random(1))
    expected = proposal(story)
    for seed in range(3):
        Random(seed).shuffle(story.facts)
        assert proposal(story) == expected


def lines_of(found: ProposalShown) -> dict[str, list[LineProposed]]:
    told: dict[str, list[LineProposed]] = {}
    for section in found.sections:
        for line in section.lines:
            told.setdefault(line.tells or "", []).append(line)
    return told


def test_every_line_and_count_of_the_boards_names_its_facts_and_the_next_point_is_known() -> None:
    story = a_night()
    found, known = proposal(story), {fact.id for fact in story.facts}
    lines = lines_of(found)
    for tells in (
        "objectives", "incident", "turn", "total", "zone", "centre", "shortage", "mission", "mission-late",
        "mission-ended", "outage", "disagreement", "unanswered", "demand",
    ):  # fmt: skip
        assert lines.get(tells), tells
        assert all(line.facts and known.issuperset(line.facts) for line in lines[tells]), tells
    counts = {one.figure.figure: (one.figure.value, one.figure.high, len(one.figure.facts)) for one in found.figures}
    people = {category: counts[category] for category in ("evacuated", "missing")}
    assert people == {"evacuated": (40, 60, 2), "missing": (2, None, 1)}, "neither source is chosen"
    assert found.next_point_at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_what_the_boards_said_before_the_last_report_is_not_new_and_what_ended_then_is_not_told_again() -> None:
    story = a_night()
    figures = [{"figure": "evacuated", "value": 40, "high": 60}]
    validate(story, "un", figures=figures)
    story.clock.advance(timedelta(minutes=10))
    assert not any(line.is_new for lines in lines_of(proposal(story)).values() for line in lines)
    assert "mission-ended" not in lines_of(proposal(story))
    settled = {"about": story.situation, "category": "evacuated", "low": 52, "high": 52, "reason": "listes"}
    counts = [fact.id for fact in story.facts if fact.name == "toll.stated.v1"][:2]
    story.tell("population.settle-toll", settled, answers=tuple(counts))
    story.tell("acknowledgements.give", {"fact": _order_of(story)})
    story.tell("incidents.evolve", {"incident": oid("quai"), "evolution": "over"})
    story.tell("taskings.set-mission-state", {"mission": oid("porte"), "state": "done"})
    told = lines_of(proposal(story))
    assert {(line.text, line.is_new) for line in told["total"]} == {("evacuated", True), ("missing", False)}
    assert [line.text for line in told["incident"]] == ["Arbre tombé rue Neuve"]
    assert [(line.text, line.is_new) for line in told["turn"]] == [("Quai sous l'eau", True)]
    assert [line.text for line in told["mission-ended"]] == ["Frapper à chaque porte"]
    for settled_since in ("disagreement", "unanswered", "mission-late"):
        assert settled_since not in told
    figure = next(one for one in proposal(story).figures if one.figure.figure == "evacuated")
    assert (figure.before, figure.before_high, figure.figure.value, figure.is_new) == (40, 60, 52, True)


def _order_of(story: Story) -> str:
    return next(fact.id for fact in story.facts if isinstance(fact.body, EntryWritten) and fact.body.wanted)


def test_versions_that_contradict_are_a_difficulty() -> None:
    story = a_night()
    seen = story.tell("taskings.describe-mission", mission("quai", title="Baliser le quai"))
    for state, author in (("accepted", "rac"), ("refused", "chef")):
        moved = {"mission": oid("quai"), "state": state, "note": "vu"}
        story.tell("taskings.set-mission-state", moved, by=person(author), follows=(seen.id,))
    (line,) = lines_of(proposal(story))["conflicts"]
    assert line.details["count"] == 1
    assert len(line.facts) == 2


def test_a_figure_between_two_numbers_is_not_upside_down() -> None:
    story = told()
    figures = [{"figure": "evacuated", "value": 60, "high": 40}]
    with pytest.raises(Refused, match="range-upside-down"):
        story.tell("reports.draft", draft("un", story, figures=figures))


def test_every_nature_of_line_is_told_but_the_word_for_the_authority() -> None:
    story = told()
    for category in Category:
        story.tell("logbook.write", entry(f"Ligne {category}", category=category.value))
    said = {line.text for section in proposal(story).sections for line in section.lines}
    assert {f"Ligne {category}" for category in Category} - said == {"Ligne brief"}
