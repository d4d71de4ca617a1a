"""Every command: what it grants, and each way it is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from support.story import SQUARE, START, WIDER, Story, entry, oid, person, point, refused, resource, series, shape

from garance.domain.commands import commands, find
from garance.domain.logbook.facts import EntryWritten
from garance.domain.vocabulary import name_of
from garance.kernel.fact import Reference, Relation
from garance.kernel.label import Audience, Label, Mode, Sensitivity
from garance.kernel.refusal import Refused

TABLE = {
    "situation.open": "situation.open",
    "situation.set-level": "situation.steer",
    "situation.set-clock": "situation.steer",
    "situation.close": "situation.steer",
    "logbook.write": "logbook.write",
    "logbook.strike": "logbook.amend",
    "logbook.correct": "logbook.amend",
    "logbook.assess": "logbook.amend",
    "logbook.mark": "logbook.amend",
    "incidents.describe": "operation.follow",
    "incidents.evolve": "operation.follow",
    "incidents.refer": "operation.follow",
    "incidents.describe-outage": "operation.follow",
    "incidents.set-outage-state": "operation.follow",
    "population.state-toll": "operation.follow",
    "population.settle-toll": "operation.follow",
    "population.describe-zone": "operation.follow",
    "population.set-zone-state": "operation.follow",
    "population.describe-centre": "operation.follow",
    "population.set-centre-state": "operation.follow",
    "population.count-centre": "operation.follow",
    "taskings.describe-mission": "missions.request",
    "taskings.set-mission-state": "missions.carry",
    "taskings.give-order": "orders.give",
    "taskings.set-intent": "orders.give",
    "taskings.start-sheet": "missions.carry",
    "taskings.set-step": "missions.carry",
    "taskings.end-sheet": "missions.carry",
    "taskings.give-handover": "missions.carry",
    "taskings.take-handover": "missions.carry",
    "posts.hold": "operation.follow",
    "posts.end": "operation.follow",
    "posts.set-cycle": "operation.follow",
    "resources.detail": "resources.command",
    "resources.refer": "resources.command",
    "resources.assign": "resources.command",
    "resources.plan-relief": "resources.command",
    "resources.spend": "resources.command",
    "resources.ask": "missions.request",
    "resources.answer": "resources.command",
    "resources.declare": "resources.command",
    "resources.move": "resources.command",
    "resources.set-state": "resources.command",
    "drawings.draw": "drawings.draw",
    "drawings.reshape": "drawings.draw",
    "drawings.describe": "drawings.draw",
    "drawings.end": "drawings.draw",
    "observations.declare-series": "observations.declare",
    "feeds.attach": "observations.declare",
    "feeds.detach": "observations.declare",
    "feeds.release": "observations.declare",
    "feeds.dispatch": "orders.give",
    "feeds.note-answer": "orders.give",
    "grids.attach": "observations.declare",
    "grids.detach": "observations.declare",
    "views.save": "views.keep",
    "views.remove": "views.keep",
    "views.present": "views.keep",
    "views.end-briefing": "views.keep",
    "courses.describe": "drawings.draw",
    "courses.choose": "courses.choose",
    "courses.drop": "drawings.draw",
    "signals.set-plan": "resources.command",
    "signals.withdraw-plan": "resources.command",
    "acknowledgements.give": "logbook.write",
    "reports.draft": "reports.draft",
    "reports.validate": "reports.validate",
}


def follows(fact: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = fact.referred(Relation.FOLLOWS)
    return found


def test_the_table_of_commands_is_the_contract() -> None:
    assert {one.name: one.ability for one in commands() if not one.name.startswith("people.")} == TABLE


def test_an_unknown_command() -> None:
    with pytest.raises(Refused, match="command-unknown"):
        find("logbook.erase")


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("situation.set-level", {"level": 2}),
        ("situation.close", {"reason": "fin de crise"}),
        ("logbook.write", entry(channel="radio", sender="COS", geometry=point(-1, 46), about=oid("zone"))),
        ("resources.declare", resource(geometry=point(-1, 46))),
        ("drawings.draw", shape()),
        (
            "observations.declare-series",
            series(thresholds=[{"name": "alerte", "value": 4.2, "severity": "serious"}], geometry=point(-1, 46)),
        ),
    ],
)
def test_what_is_asked_is_what_is_recorded(story: Story, command: str, body: dict[str, Any]) -> None:
    fact = story.tell(command, body)
    assert fact.body is not None
    said = msgspec.to_builtins(fact.body)
    said.pop("number", None)  # given by the rule
    assert msgspec.convert(said, type(fact.body)) == msgspec.convert(body, type(fact.body))
    assert fact.name == name_of(fact.body)
    assert (fact.situation, fact.mode) == (story.situation, Mode.EXERCISE)
    assert fact.occurred_at == START + timedelta(seconds=1)


class TestPlaceAndTime:
    def test_the_situation_must_be_named_known_and_open(self, story: Story) -> None:
        assert refused(story, "logbook.write", entry(), situation=None) == ("situation-needed", "situation")
        assert refused(story, "logbook.write", entry(), situation=oid("other")) == ("situation-unknown", "situation")
        story.tell("situation.close", {"reason": "fin"})
        assert refused(story, "logbook.write", entry()) == ("situation-closed", "situation")
        assert refused(story, "situation.close", {"reason": "fin"}) == ("situation-closed", "situation")

    def test_a_situation_is_opened_once_and_under_its_own_name(self, story: Story) -> None:
        body = {"situation": story.situation, "title": "Crue", "kind": "flood", "mode": "actual"}
        assert refused(story, "situation.open", body, situation=None) == ("already-declared", "body.situation")
        other = {**body, "situation": oid("other")}
        assert refused(story, "situation.open", other)[0] == "situation-mismatch"

    def test_the_mode_is_that_of_the_situation(self) -> None:
        story = Story()
        story.begin(mode="actual")
        assert story.tell("logbook.write", entry()).mode is Mode.ACTUAL

    @pytest.mark.parametrize(("ahead_s", "granted"), [(-86400, True), (300, True), (301, False)])
    def test_nothing_occurs_in_the_future(self, story: Story, ahead_s: int, granted: bool) -> None:
        at = story.clock.now() + timedelta(seconds=ahead_s)
        if granted:
            assert story.tell("logbook.write", entry(), at=at).occurred_at == at
        else:
            assert refused(story, "logbook.write", entry(), at=at) == ("occurred-in-the-future", "occurred_at")

    def test_a_time_without_offset(self, story: Story) -> None:
        naive = datetime(2026, 11, 23, 8, 0)  # noqa: DTZ001 - that is the point
        assert refused(story, "logbook.write", entry(), at=naive) == ("naive-time", "occurred_at")

    def test_story_time_is_compared_with_the_story_only(self, story: Story) -> None:
        night = datetime.fromisoformat("2010-02-27T22:00:00+00:00")
        clock = {"story_at": night, "real_at": story.clock.now(), "speed": 60}
        story.tell("situation.set-clock", clock)
        told = story.tell("logbook.write", entry())
        assert told.occurred_at == night + timedelta(seconds=60)
        assert refused(story, "logbook.write", entry(), at=START)[0] == "occurred-in-the-future"
        story.tell("logbook.write", entry(), at=night + timedelta(seconds=120 + 300))
        late = night + timedelta(seconds=180 + 301)
        assert refused(story, "logbook.write", entry(), at=late)[0] == "occurred-in-the-future"
        story.tell("situation.set-clock", {**clock, "real_at": story.clock.now(), "speed": 0})
        assert story.tell("logbook.write", entry()).occurred_at == night, "set again, though the story went back"

    def test_no_story_clock_in_reality_nor_from_the_future(self, story: Story) -> None:
        clock = {"story_at": START, "real_at": story.clock.now() + timedelta(minutes=6), "speed": 1}
        assert refused(story, "situation.set-clock", clock) == ("clock-in-the-future", "body.real_at")
        actual = Story()
        actual.begin(mode="actual")
        assert refused(actual, "situation.set-clock", {**clock, "real_at": START})[0] == "clock-not-allowed"


class TestText:
    @pytest.mark.parametrize("text", [" ", "\n", "\u00a0"])
    def test_blank(self, story: Story, text: str) -> None:
        assert refused(story, "logbook.write", entry(text)) == ("text-blank", "body.text")

    @pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31m", "a\u202eb", "a\ud800", "a\u2028b", "a\x7f"])
    def test_unprintable(self, story: Story, text: str) -> None:
        assert refused(story, "logbook.write", entry(text)) == ("text-unprintable", "body.text")

    @pytest.mark.parametrize("text", ["L'eau monte.\n\tRue Thiers", "👨‍👩‍👧 à l'abri", "Œuvre — « vu »", "مرحبا"])
    def test_what_people_write(self, story: Story, text: str) -> None:
        assert story.tell("logbook.write", entry(text)).body == msgspec.convert(entry(text, number=1), EntryWritten)

    def test_one_line_is_one_line_and_deep_members_are_checked(self, story: Story) -> None:
        assert refused(story, "logbook.write", entry(sender="a\nb")) == ("text-unprintable", "body.sender")
        thresholds = [{"name": "a\nb", "value": 1, "severity": "caution"}]
        found = refused(story, "observations.declare-series", series(thresholds=thresholds))
        assert found == ("text-unprintable", "body.thresholds.0.name")

    @pytest.mark.parametrize("body", [entry(""), entry("a" * 4001), entry(mood="bad"), {"text": "a"}])
    def test_malformed_bodies_do_not_decode(self, body: dict[str, Any]) -> None:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(body, find("logbook.write").request)


class TestLogbook:
    def test_strike_and_correct_point_at_their_entry(self, story: Story) -> None:
        written = story.tell("logbook.write", entry())
        first = story.tell("logbook.correct", {"entry": written.id, "text": "Appel à 8 h", "reason": "heure"})
        second = story.tell("logbook.correct", {"entry": written.id, "text": "Appel à 9 h", "reason": "heure"})
        struck = story.tell("logbook.strike", {"entry": written.id, "reason": "doublon"})
        assert first.refs == (Reference(Relation.CORRECTS, written.id),)
        assert second.refs == (Reference(Relation.CORRECTS, written.id), Reference(Relation.FOLLOWS, first.id))
        assert struck.refs[0] == Reference(Relation.STRIKES, written.id)

    def test_refusals(self, story: Story) -> None:
        written = story.tell("logbook.write", entry())
        drawn = story.tell("drawings.draw", shape())
        for command, more in (("logbook.strike", {}), ("logbook.correct", {"text": "b"})):
            for unknown in (f"{story.writer}-999", drawn.id):
                body = {"entry": unknown, "reason": "r", **more}
                assert refused(story, command, body) == ("entry-unknown", "body.entry")
        story.tell("logbook.strike", {"entry": written.id, "reason": "doublon"})
        for command, more in (("logbook.strike", {}), ("logbook.correct", {"text": "b"})):
            body = {"entry": written.id, "reason": "r", **more}
            assert refused(story, command, body) == ("already-struck", "body.entry")

    def test_an_entry_of_another_situation_is_unknown(self, story: Story) -> None:
        written = story.tell("logbook.write", entry())
        body = {"situation": oid("other"), "title": "Autre", "kind": "fire", "mode": "exercise"}
        story.tell("situation.open", body, situation=None)
        found = refused(story, "logbook.strike", {"entry": written.id, "reason": "r"}, situation=oid("other"))
        assert found == ("entry-unknown", "body.entry")


class TestThings:
    def test_an_identifier_is_declared_once(self, story: Story) -> None:
        for command, body, field in (
            ("resources.declare", resource(), "body.resource"),
            ("drawings.draw", shape(), "body.shape"),
            ("observations.declare-series", series(), "body.series"),
        ):
            story.tell(command, body)
            assert refused(story, command, body) == ("already-declared", field)

    def test_unknown_things(self, story: Story) -> None:
        nowhere = oid("nowhere")
        for command, body in (
            ("resources.move", {"resource": nowhere, "geometry": point(0, 0)}),
            ("resources.set-state", {"resource": nowhere, "state": "engaged"}),
            ("observations.declare-series", series(resource=nowhere)),
        ):
            assert refused(story, command, body) == ("resource-unknown", "body.resource")
        for command, body in (
            ("drawings.reshape", {"shape": nowhere, "geometry": SQUARE}),
            ("drawings.describe", {"shape": nowhere, "name": "a", "kind": "note", "state": "planned"}),
            ("drawings.end", {"shape": nowhere, "reason": "r"}),
        ):
            assert refused(story, command, body) == ("shape-unknown", "body.shape")

    def test_what_is_ended_changes_no_more(self, story: Story) -> None:
        drawn = story.tell("drawings.draw", shape())
        described = story.tell(
            "drawings.describe", {"shape": oid("zone"), "name": "b", "kind": "note", "state": "planned"}
        )
        ended = story.tell("drawings.end", {"shape": oid("zone"), "reason": "décrue"})
        assert set(follows(ended)) == {drawn.id, described.id}
        assert refused(story, "drawings.end", {"shape": oid("zone"), "reason": "r"}) == ("shape-ended", "body.shape")
        assert refused(story, "drawings.reshape", {"shape": oid("zone"), "geometry": WIDER})[0] == "shape-ended"

    @pytest.mark.parametrize(
        ("geometry", "code"),
        [
            ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, "ring-not-closed"),
            ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0], [0, 0]]]}, "geometry-degenerate"),
            ({"type": "LineString", "coordinates": [[1, 1], [1, 1]]}, "geometry-degenerate"),
        ],
    )
    def test_what_cannot_be_drawn(self, story: Story, geometry: dict[str, Any], code: str) -> None:
        story.tell("drawings.draw", shape("good"))
        for command, body in (
            ("drawings.draw", shape(geometry=geometry)),
            ("drawings.reshape", {"shape": oid("good"), "geometry": geometry}),
            ("logbook.write", entry(geometry=geometry)),
        ):
            assert refused(story, command, body) == (code, "body.geometry")

    def test_thresholds_have_one_name_each(self, story: Story) -> None:
        same = {"name": "alerte", "value": 4.2, "severity": "serious"}
        found = refused(story, "observations.declare-series", series(thresholds=[same, {**same, "value": 5}]))
        assert found == ("threshold-doubled", "body.thresholds")


class TestFollowing:
    """What a change follows: what its author had seen."""

    def test_by_default_all_that_is_known(self, story: Story) -> None:
        declared = story.tell("resources.declare", resource(geometry=point(0, 46)))
        moved = story.tell("resources.move", {"resource": oid("fpt"), "geometry": point(1, 46)})
        again = story.tell("resources.move", {"resource": oid("fpt"), "geometry": point(2, 46)})
        assert (follows(moved), follows(again)) == ((declared.id,), (moved.id,))

    def test_what_was_on_screen_when_named(self, story: Story) -> None:
        drawn = story.tell("drawings.draw", shape())
        story.tell("drawings.reshape", {"shape": oid("zone"), "geometry": WIDER}, by=person("rac"))
        blind = {"shape": oid("zone"), "geometry": {**SQUARE, "coordinates": [[*WIDER["coordinates"][0]]]}}
        late = story.tell("drawings.reshape", blind, follows=(drawn.id,))
        assert follows(late) == (drawn.id,)

    def test_knowing_a_fact_is_knowing_what_it_followed(self, story: Story) -> None:
        drawn = story.tell("drawings.draw", shape())
        described = story.tell(
            "drawings.describe", {"shape": oid("zone"), "name": "b", "kind": "note", "state": "planned"}
        )
        reshaped = story.tell("drawings.reshape", {"shape": oid("zone"), "geometry": WIDER}, follows=(described.id,))
        assert set(follows(reshaped)) == {described.id, drawn.id}

    def test_a_late_report_follows_also_what_held_then(self, story: Story) -> None:
        story.tell("resources.declare", resource())
        states = {}
        for minute, state in ((0, "requested"), (20, "arrived"), (10, "in-transit")):
            body = {"resource": oid("fpt"), "state": state}
            states[state] = story.tell("resources.set-state", body, at=START - timedelta(minutes=60 - minute))
        assert follows(states["in-transit"]) == (states["arrived"].id, states["requested"].id)

    def test_only_facts_about_that_thing(self, story: Story) -> None:
        story.tell("drawings.draw", shape("a"))
        other = story.tell("drawings.draw", shape("b"))
        body = {"shape": oid("a"), "geometry": WIDER}
        for wrong in (other.id, f"{story.writer}-999"):
            assert refused(story, "drawings.reshape", body, follows=(wrong,)) == ("follows-unknown", "follows")
        many = tuple(f"{story.writer}-{n}" for n in range(1, 34))
        assert refused(story, "drawings.reshape", body, follows=many) == ("follows-too-many", "follows")


class TestSight:
    """A thing the author may not see is a thing that does not exist."""

    def test_unseen_things_are_unknown(self, story: Story) -> None:
        hidden = Label(Audience.ORGANISATION)
        written = story.tell("logbook.write", entry(), label=hidden)
        story.tell("drawings.draw", shape(), label=hidden)
        story.tell("resources.declare", resource(), label=hidden)
        unseen: dict[str, Any] = {"sees": lambda author, label: label != hidden}
        assert refused(story, "logbook.strike", {"entry": written.id, "reason": "r"}, **unseen)[0] == "entry-unknown"
        assert refused(story, "drawings.end", {"shape": oid("zone"), "reason": "r"}, **unseen)[0] == "shape-unknown"
        body = {"resource": oid("fpt"), "state": "engaged"}
        assert refused(story, "resources.set-state", body, **unseen)[0] == "resource-unknown"
        body = series(resource=oid("fpt"))
        assert refused(story, "observations.declare-series", body, **unseen)[0] == "resource-unknown"

    def test_unseen_statements_are_not_followed(self, story: Story) -> None:
        drawn = story.tell("drawings.draw", shape())
        narrow = Label(Audience.ORGANISATION)
        hidden = story.tell("drawings.reshape", {"shape": oid("zone"), "geometry": WIDER}, label=narrow)
        unseen: dict[str, Any] = {"sees": lambda author, label: label != narrow}
        body = {"shape": oid("zone"), "geometry": WIDER}
        assert refused(story, "drawings.reshape", body, follows=(hidden.id,), **unseen)[0] == "follows-unknown"
        assert follows(story.tell("drawings.reshape", body, **unseen)) == (drawn.id,)

    def test_a_change_is_labelled_as_its_thing_and_never_wider(self, story: Story) -> None:
        narrow = Label(Audience.ORGANISATION, Sensitivity.HEALTH)
        written = story.tell("logbook.write", entry(), label=narrow)
        body = {"entry": written.id, "text": "b", "reason": "r"}
        assert story.tell("logbook.correct", body).label == narrow
        for wider in (Label(Audience.PARTNERS, Sensitivity.HEALTH), Label(Audience.ORGANISATION)):
            assert refused(story, "logbook.correct", body, label=wider) == ("label-wider", "label")
        narrower = Label(Audience.CELL, Sensitivity.HEALTH, "c")
        assert story.tell("logbook.correct", body, label=narrower).label == narrower
        assert story.tell("logbook.write", entry()).label == Label()
