"""What the one who asks may not see does not exist for them: it refuses, tells and follows nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.story import SQUARE, Story, entry, oid, person, point, resource, series, shape

from garance.kernel.fact import Relation
from garance.kernel.label import Audience, Author, Label, Mode
from garance.kernel.refusal import Refused

MAYOR, OFFICER, DUTY = person("maire"), person("officier", "sdis"), person("permanence", "prefecture")
OWN = Label(Audience.ORGANISATION)
CLOCK = {"story_at": "2010-02-27T23:00:00Z", "real_at": "2026-11-23T08:00:00Z", "speed": 60.0}


def sight(organisation: str) -> Callable[[Author, Label], bool]:
    """Partners: each sees its own, and what is not kept within another organisation."""
    return lambda author, label: label.audience.reach >= 2 or author.organisation == oid(organisation)


@pytest.mark.parametrize(
    ("command", "body"),
    [("resources.declare", resource()), ("drawings.draw", shape()), ("observations.declare-series", series())],
)
def test_an_identifier_used_out_of_sight_is_free(story: Story, command: str, body: dict[str, object]) -> None:
    story.tell(command, body, by=MAYOR, label=OWN, sees=sight("commune"))
    story.tell(command, body, by=OFFICER, sees=sight("sdis"))
    for by, seen in ((OFFICER, sight("sdis")), (MAYOR, sight("commune"))):
        with pytest.raises(Refused, match="already-declared"):
            story.tell(command, body, by=by, sees=seen)


def test_each_moves_the_resource_they_know(story: Story) -> None:
    """The same identifier declared twice, once out of sight: who sees one of them speaks of that one."""
    story.tell("resources.declare", resource(), by=MAYOR, label=OWN, sees=sight("commune"))
    told = story.tell("resources.declare", resource(geometry=point(-1, 46)), by=OFFICER, sees=sight("sdis"))
    moved = story.tell(
        "resources.move", {"resource": oid("fpt"), "geometry": point(-1, 45)}, by=OFFICER, sees=sight("sdis")
    )
    assert moved.label == Label()
    assert moved.referred(Relation.FOLLOWS) == (told.id,)
    with pytest.raises(Refused, match="label-wider"):
        story.tell("resources.move", {"resource": oid("fpt"), "geometry": point(-1, 44)}, by=OFFICER)


def test_what_is_kept_within_an_organisation_is_amended_for_it_only(story: Story) -> None:
    """Someone with two roles sees the line by one; the same label, said in the other, would show it to others."""
    kept = story.tell("logbook.write", entry(), by=MAYOR, label=OWN)
    body = {"entry": kept.id, "text": "b", "reason": "r"}
    for label in (None, OWN, Label(Audience.CELL, cell="eau")):
        with pytest.raises(Refused, match="label-wider"):
            story.tell("logbook.correct", body, by=OFFICER, label=label)
    assert story.tell("logbook.correct", body, by=MAYOR).label == OWN


def test_a_change_follows_past_what_fewer_may_see(story: Story) -> None:
    """Those who see only the first and the last are not left with a contradiction."""
    drawn = story.tell("drawings.draw", shape(), by=OFFICER)
    body = {"shape": oid("zone"), "geometry": SQUARE}
    hidden = story.tell("drawings.reshape", body, by=MAYOR, label=OWN)
    seen = story.tell("drawings.reshape", body, by=MAYOR)
    assert set(seen.referred(Relation.FOLLOWS)) == {hidden.id, drawn.id}
    after = story.tell("drawings.reshape", body, by=MAYOR)
    assert after.referred(Relation.FOLLOWS) == (seen.id,)


def test_a_closing_out_of_sight_closes_nothing(story: Story) -> None:
    story.tell("situation.close", {"reason": "r"}, by=MAYOR, label=OWN, sees=sight("commune"))
    story.tell("logbook.write", entry(), by=OFFICER, sees=sight("sdis"))
    with pytest.raises(Refused, match="situation-closed"):
        story.tell("logbook.write", entry(), by=MAYOR, sees=sight("commune"))


def test_a_clock_is_shown_to_all_who_see_the_situation() -> None:
    story = Story()
    body = {"situation": story.situation, "title": "Crue", "kind": "flood", "mode": Mode.EXERCISE}
    story.tell("situation.open", body, situation=None, label=Label(Audience.LEVEL_ABOVE))
    assert story.tell("situation.set-clock", CLOCK).label == Label(Audience.LEVEL_ABOVE)
    for label in (Label(), OWN):
        with pytest.raises(Refused, match="label-narrower"):
            story.tell("situation.set-clock", CLOCK, label=label)
    assert story.tell("situation.set-clock", CLOCK, label=Label(Audience.PUBLIC)).label.audience is Audience.PUBLIC
    other = Story(writer=2)
    other.tell("situation.open", body | {"situation": other.situation}, situation=None, label=OWN)
    assert other.tell("situation.set-clock", CLOCK, by=DUTY).label == Label(), "its time rules what partners say too"
