"""Situation reports: drafted, validated once, numbered without a gap for those who read them."""

from __future__ import annotations

from typing import Any

import pytest
from support.story import START, Story, entry, oid, person

from garance.domain.reports.facts import ReportValidated
from garance.kernel.fact import Relation
from garance.kernel.label import Audience, Author, Label, Sensitivity
from garance.kernel.refusal import Refused

MAYOR, OFFICER = person("maire"), person("officier", "sdis")
NARROW = Label(audience=Audience.ORGANISATION)


def draft(name: str = "point", **more: Any) -> dict[str, Any]:
    """The body of a draft."""
    sections = [{"heading": "situation", "text": "L'eau monte.\nDeux rues coupées."}]
    return {"report": oid(name), "at": START.isoformat(), "sections": sections, **more}


def validated(story: Story, name: str = "point", **how: Any) -> int:
    """Draft a report, answer for it; the number it took."""
    said = story.tell("reports.draft", draft(name), **how)
    return number_of(story.tell("reports.validate", {"report": oid(name), "draft": said.id}, **how))


def number_of(fact: Any) -> int:
    assert isinstance(fact.body, ReportValidated)
    return fact.body.number


def refused(story: Story, command: str, body: dict[str, Any], **how: Any) -> str:
    before = len(story.facts)
    with pytest.raises(Refused) as refusal:
        story.tell(command, body, **how)
    assert len(story.facts) == before
    return refusal.value.code


def test_a_draft_is_replaced_by_the_next_one_and_only_the_last_may_be_validated(story: Story) -> None:
    first = story.tell("reports.draft", draft())
    second = story.tell("reports.draft", draft(next_point_at="2026-11-23T10:00:00+01:00"), by=OFFICER)
    assert second.referred(Relation.FOLLOWS) == (first.id,)
    assert refused(story, "reports.validate", {"report": oid("point"), "draft": first.id}) == "draft-replaced"
    assert number_of(story.tell("reports.validate", {"report": oid("point"), "draft": second.id})) == 1


def test_what_is_validated_never_changes_and_is_superseded_by_another(story: Story) -> None:
    said = story.tell("reports.draft", draft())
    assert refused(story, "reports.draft", draft("next", supersedes=oid("point"))) == "report-not-validated"
    story.tell("reports.validate", {"report": oid("point"), "draft": said.id})
    assert refused(story, "reports.draft", draft()) == "report-validated"
    assert refused(story, "reports.validate", {"report": oid("point"), "draft": said.id}) == "report-validated"
    story.tell("reports.draft", draft("next", supersedes=oid("point")))
    for other in ("never", "next"):
        assert refused(story, "reports.draft", draft("next", supersedes=oid(other))) == "report-unknown"


def test_two_drafts_made_apart_must_be_settled_first(story: Story) -> None:
    first = story.tell("reports.draft", draft())
    other = [{"heading": "situation", "text": "Rien de grave."}]
    one = story.tell("reports.draft", draft(next_point_at=START.isoformat()), follows=(first.id,))
    two = story.tell("reports.draft", draft(sections=other), by=OFFICER, follows=(first.id,))
    for head in (one, two):
        assert refused(story, "reports.validate", {"report": oid("point"), "draft": head.id}) == "report-in-conflict"
    settled = story.tell("reports.draft", draft())
    assert number_of(story.tell("reports.validate", {"report": oid("point"), "draft": settled.id})) == 1


def test_numbers_have_no_gap_for_those_who_read_them(story: Story) -> None:
    """Reports kept within an organisation, or in another's, count for nothing among those that partners read."""
    hidden = [("a", MAYOR, NARROW), ("b", OFFICER, NARROW), ("c", MAYOR, Label(sensitivity=Sensitivity.RESTRICTED))]
    for number, who in enumerate((MAYOR, OFFICER, MAYOR), start=1):
        assert validated(story, f"partners {number}", by=who) == number
        for name, by, label in hidden:
            assert validated(story, f"{name} {number}", by=by, label=label) == number, name


def test_cells_that_share_a_word_count_apart(story: Story) -> None:
    for organisation in ("commune", "sdis"):
        by, label = person("chef", organisation, "flood"), Label(audience=Audience.CELL, cell="flood")
        assert validated(story, organisation, by=by, label=label) == 1


def test_another_situation_counts_apart(story: Story) -> None:
    assert validated(story) == 1
    other = oid("other")
    story.tell("situation.open", {"situation": other, "title": "t", "kind": "flood", "mode": "actual"}, situation=None)
    assert validated(story, "there", situation=other) == 1


def test_a_report_that_is_hidden_is_one_that_does_not_exist(story: Story) -> None:
    said = story.tell("reports.draft", draft(), label=NARROW)

    def sees(author: Author, label: Label) -> bool:
        return label != NARROW

    body = {"report": oid("point"), "draft": said.id}
    assert refused(story, "reports.validate", body, by=OFFICER, sees=sees) == "report-unknown"
    over = draft("x", supersedes=oid("point"))
    assert refused(story, "reports.draft", over, by=OFFICER, sees=sees) == "report-unknown"
    assert story.tell("reports.draft", draft(), by=OFFICER, sees=sees).refs == ()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"sections": [{"heading": "means", "text": "a"}, {"heading": "means", "text": "b"}]}, "section-repeated"),
        ({"figures": [{"figure": "killed", "value": 1}, {"figure": "killed", "value": 2}]}, "figure-repeated"),
        ({"sections": [{"heading": "means", "text": " "}]}, "text-blank"),
        ({"sections": [{"heading": "means", "text": "a\u202eb"}]}, "text-unprintable"),
    ],
)  # fmt: skip
def test_a_draft_that_says_nothing_or_twice_is_refused(story: Story, wrong: dict[str, Any], code: str) -> None:
    assert refused(story, "reports.draft", draft(**wrong)) == code


def test_two_gauges_of_different_names_are_two_figures(story: Story) -> None:
    gauges = [{"figure": "gauge", "name": name, "value": 3.2, "unit": "m"} for name in ("Quai", "Barrage")]
    assert story.tell("reports.draft", draft(figures=gauges)).body is not None


def test_validating_what_was_never_drafted(story: Story) -> None:
    written = story.tell("logbook.write", entry())
    assert refused(story, "reports.validate", {"report": oid("x"), "draft": written.id}) == "report-unknown"
