"""What passes the door, what is taken out, what must be recorded."""

from __future__ import annotations

import pytest
from support.people import NOW, granted, house, ident, person, told

from garance.access.clearance import Clearance, clearance
from garance.access.door import Told, readable, readings, see
from garance.access.sight import no_wider, own_label
from garance.domain.people.facts import MAX_READ, PersonEnrolled
from garance.domain.reports.facts import Figure, ReportDrafted
from garance.kernel.identity import fact_id
from garance.kernel.label import Audience, Author, Label, Sensitivity
from garance.kernel.refusal import Refused

FLOOD = ident("flood")
ROCHEFORT = ident("rochefort")
WRITER = f"w{'0' * 20}"


def _held(role: str, situation: str | None = None) -> Clearance:
    found = clearance(house(granted("reader", role, "rochefort")), ident("reader"), situation, NOW, owner=None)
    assert found is not None
    return found


def test_personal_members_are_taken_out_for_who_may_not_read_them() -> None:
    fact = told(person("anne"))
    shown = readable(fact, _held("administrator"))
    assert shown is not None
    assert isinstance(shown.body, PersonEnrolled)
    assert (shown.body.person, shown.body.display_name, shown.body.email) == (ident("anne"), None, None)
    assert readable(fact, _held("dos")) == fact
    assert isinstance(fact.body, PersonEnrolled)
    assert fact.body.display_name == "Anne"


def test_a_fact_of_another_situation_never_passes() -> None:
    body = granted("anne", "dos", "rochefort")
    facts = [told(body, situation=FLOOD), told(body, situation=ident("other")), told(body)]
    assert see(facts, _held("dos", FLOOD)) == facts[:1]
    assert see(facts, _held("dos")) == facts[2:]


def test_what_is_hidden_leaves_no_place() -> None:
    body = granted("anne", "dos", "rochefort")
    hidden = told(body, situation=FLOOD, label=Label(sensitivity=Sensitivity.HEALTH))
    shown = told(body, situation=FLOOD)
    assert see([hidden, shown, hidden], _held("dos", FLOOD)) == [shown]


def test_a_report_names_only_the_facts_that_its_reader_may_see() -> None:
    """Its figures keep their values; where they come from is told as far as it may be."""
    seen, secret = fact_id(WRITER, 1), fact_id(WRITER, 2)
    body = ReportDrafted(
        report=ident("report"),
        at=NOW,
        sections=(),
        figures=(Figure("evacuated", 12, facts=(seen, secret)), Figure("level", 3)),
    )
    report = told(body, situation=FLOOD)
    author, held = Author(ident("someone"), "dos", ident("elsewhere")), _held("dos", FLOOD)
    labels = {seen: Label(), secret: Label(sensitivity=Sensitivity.HEALTH)}

    def about(fact: str) -> Told | None:
        return Told(FLOOD, author, labels[fact]) if fact in labels else None

    shown = readable(report, held, about=about)
    assert shown is not None
    assert isinstance(shown.body, ReportDrafted)
    assert [figure.facts for figure in shown.body.figures] == [(seen,), ()]
    assert [figure.value for figure in shown.body.figures] == [12, 3]
    assert readable(report, held) is report, "nothing to take out: the very same"


def test_readings_are_what_was_shown_by_others_about_others() -> None:
    reader = Author(ident("reader"), "dos", ROCHEFORT)
    personal = Label(sensitivity=Sensitivity.PERSONAL)
    body = granted("anne", "dos", "rochefort")
    mine = told(body, author=reader, label=personal)
    about_me = told(person("reader"))
    ordinary = told(body)
    health = told(body, label=Label(sensitivity=Sensitivity.HEALTH))
    named = told(person("anne"))
    held = _held("sdis-officer")
    seen = see([mine, about_me, ordinary, health, named], held)
    assert len(seen) == 5
    recorded = readings(seen, reader=ident("reader"), purpose="logbook")
    assert [r.facts for r in recorded] == [(health.id, named.id)]
    assert readings([ordinary], reader=ident("reader"), purpose="logbook") == []


def test_what_was_taken_out_was_not_read() -> None:
    seen = see([told(person("anne"))], _held("administrator"))
    assert len(seen) == 1
    assert readings(seen, reader=ident("reader"), purpose="administration") == []


def test_many_readings_fit_bounded_records() -> None:
    fact = told(person("anne"))
    recorded = readings([fact] * (MAX_READ + 1), reader=ident("reader"), purpose="document")
    assert [len(one.facts) for one in recorded] == [MAX_READ, 1]


def test_a_label_cannot_name_the_cell_of_others() -> None:
    author = Author(ident("anne"), "cell-head", ROCHEFORT, "water")
    assert own_label(author, Label(Audience.CELL)) == Label(Audience.CELL, cell="water")
    assert own_label(author, Label(Audience.CELL, cell="water")) == Label(Audience.CELL, cell="water")
    assert own_label(author, Label(cell="water")) == Label()
    with pytest.raises(Refused, match="label-cell-not-own"):
        own_label(author, Label(Audience.CELL, cell="logistics"))
    with pytest.raises(Refused, match="label-cell-needed"):
        own_label(Author(ident("bruno"), "dos", ROCHEFORT), Label(Audience.CELL))


def test_an_amendment_never_shows_wider_than_what_it_amends() -> None:
    secret = Label(Audience.CELL, Sensitivity.HEALTH, "water")
    assert no_wider(Label(Audience.PUBLIC), secret) == secret
    assert no_wider(Label(Audience.CELL, Sensitivity.PERSONAL, "water"), Label()) == Label(
        Audience.CELL, Sensitivity.PERSONAL, "water"
    )
