"""Reports as they are shown, and what the journal proposes for the next one."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from support.law_of_views import check_law_of_views, folded
from support.story import START, Story, entry, oid, person, resource, shape

from garance.domain.moment import By, Moment
from garance.domain.reports.facts import Heading
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.report_proposal import MOST_LINES, ProposalShown, propose
from garance.views.reports import Reports, ReportsShown


def reports(story: Story, moment: Moment | None = None) -> ReportsShown:
    return folded(Reports, story.facts).at(moment)


def proposal(story: Story) -> ProposalShown:
    entries = folded(Logbook, story.facts).at(None).items
    return propose(folded(Picture, story.facts).at(None), entries, reports(story).last_validated())


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
