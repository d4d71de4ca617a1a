"""What is followed during an operation: who may say what of it, in which order, and each way it is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.story import SQUARE, START, Story, entry, nothing, oid, person, point, refused, resource, shape

from garance.domain.commands import find
from garance.domain.telling import tellings
from garance.domain.vocabulary import entries
from garance.kernel.fact import Fact, Relation
from garance.kernel.label import Audience, Label, Sensitivity
from garance.views.board import Board

OWNER = {"role": "cell-head", "cell": "logistics"}
MISSION = {"mission": oid("mission"), "title": "Fermer le pont", "owner": OWNER}
STEPS = [{"id": "call", "title": "Appeler"}, {"id": "close", "title": "Fermer"}]
SHEET = {"sheet": oid("sheet"), "title": "Route coupée", "owner": OWNER, "steps": STEPS}
ORDER = {
    "order": oid("order"), "title": "Ordre initial", "frame": "soiec", "to": [OWNER], "situation": "Digue rompue.",
    "objectives": ["Évacuer le bourg"], "execution": [{"mission": "Évacuer", "unit": "Secteur A"}],
}  # fmt: skip
CENTRE = {"centre": oid("centre"), "name": "Salle des fêtes", "role": "reception", "capacity": 120}
ZONE = {"zone": oid("zone-a"), "name": "Bourg", "measure": "evacuation"}
INCIDENT = {"incident": oid("incident"), "nature": "flooded-area", "title": "Bourg inondé", "severity": 4}
TOLL = {"category": "evacuated", "low": 40, "high": 60, "source": "SDIS"}
DEMAND = {"demand": oid("demand"), "kind": "pump", "what": "Groupe de pompage", "quantity": 2, "to": {"role": "dos"},
          "reason": "Point bas inondé"}  # fmt: skip


def body_of(fact: Fact[Any]) -> Any:
    """What a fact says."""
    return fact.body


def test_each_thing_is_named_by_a_member_of_its_fact_and_its_keys_are_members() -> None:
    bodies = {one.name: one.body for one in entries()}
    for name, told in tellings().items():
        assert {told.thing, *told.keys} <= set(bodies[name].__struct_fields__), name
        assert not (told.gathers and (told.begins or told.ends)), name


BEGINNINGS = [
    ("incidents.describe", INCIDENT),
    ("incidents.describe-outage", {"outage": oid("o"), "network": "power", "name": "Bourg", "geometry": SQUARE}),
    ("population.describe-zone", ZONE),
    ("population.describe-centre", CENTRE),
    ("taskings.describe-mission", MISSION),
    ("taskings.give-order", ORDER),
    ("taskings.start-sheet", SHEET),
    ("taskings.give-handover", {"handover": oid("h"), "post": OWNER, "summary": "Deux missions ouvertes."}),
    ("posts.hold", {"post": oid("p"), "title": "Chef logistique", "party": OWNER, "since": START}),
    ("resources.ask", DEMAND),
]


@pytest.mark.parametrize(("command", "body"), BEGINNINGS)
def test_what_is_said_first_begins_a_thing_and_said_again_replaces_it(
    story: Story, command: str, body: dict[str, Any]
) -> None:
    first = story.tell(command, body)
    assert first.refs == ()
    if command == "taskings.start-sheet":
        assert refused(story, command, body) == ("already-declared", "body.sheet")
        return
    again = story.tell(command, body)
    assert again.referred(Relation.FOLLOWS) == (first.id,)
    view = Board()
    for fact in story.facts:
        view.add(fact)
    (thing,) = view.at(None).things
    assert (thing.began_at, thing.changed_at) == (first.occurred_at, again.occurred_at)
    assert not thing.conflict


@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        ("incidents.evolve", {"incident": oid("none"), "evolution": "stable"}, "body.incident"),
        ("incidents.set-outage-state", {"outage": oid("none"), "state": "restored"}, "body.outage"),
        ("population.set-zone-state", {"zone": oid("none"), "state": "done"}, "body.zone"),
        ("population.set-centre-state", {"centre": oid("none"), "state": "open"}, "body.centre"),
        ("population.count-centre", {"centre": oid("none"), "present": 3}, "body.centre"),
        ("taskings.set-mission-state", {"mission": oid("none"), "state": "accepted"}, "body.mission"),
        ("taskings.set-step", {"sheet": oid("none"), "step": "call", "state": "done"}, "body.sheet"),
        ("taskings.end-sheet", {"sheet": oid("none"), "reason": "fini"}, "body.sheet"),
        ("taskings.take-handover", {"handover": oid("none")}, "body.handover"),
        ("posts.end", {"post": oid("none"), "reason": "fini"}, "body.post"),
        ("resources.answer", {"demand": oid("none"), "state": "accepted"}, "body.demand"),
        ("resources.detail", {"resource": oid("none")}, "body.resource"),
        ("resources.assign", {"resource": oid("none")}, "body.resource"),
        ("resources.spend", {"resource": oid("none"), "hours": 1.0}, "body.resource"),
        ("logbook.assess", {"entry": f"w{'0' * 20}-9", "certainty": "confirmed"}, "body.entry"),
        ("logbook.mark", {"entry": f"w{'0' * 20}-9", "mark": "map", "state": "done"}, "body.entry"),
    ],
)
def test_nothing_is_said_of_what_is_not_there(story: Story, command: str, body: dict[str, Any], field: str) -> None:
    assert refused(story, command, body) == ("not-declared", field)


def test_what_one_may_not_see_is_not_there(story: Story) -> None:
    story.tell("taskings.describe-mission", MISSION)
    step = {"mission": MISSION["mission"], "state": "accepted"}
    assert refused(story, "taskings.set-mission-state", step, sees=nothing) == ("not-declared", "body.mission")
    written = story.tell("logbook.write", entry())
    ghost = refused(story, "logbook.write", entry(links=[oid("none")]))
    assert refused(story, "logbook.write", entry(links=[MISSION["mission"]]), sees=nothing) == ghost
    unknown = refused(story, "taskings.give-order", ORDER, answers=(f"{story.writer}-99",))
    assert refused(story, "taskings.give-order", ORDER, answers=(written.id,), sees=nothing) == unknown


class TestNumbers:
    def test_lines_are_numbered_without_a_gap(self, story: Story) -> None:
        assert [body_of(story.tell("logbook.write", entry())).number for _ in range(3)] == [1, 2, 3]

    def test_each_register_has_its_own_numbers(self, story: Story) -> None:
        """What an organisation, a cell, the medical chain keep for themselves leaves no gap in what others read."""
        near = Label(Audience.ORGANISATION)
        cell = Label(Audience.CELL, cell="water")
        health = Label(sensitivity=Sensitivity.HEALTH)
        told = [
            body_of(story.tell("logbook.write", entry(), label=label, by=by)).number
            for label, by in [
                (None, person()), (near, person()), (None, person("sdis", "sdis")), (None, person()),
                (cell, person(cell="water")), (health, person()), (near, person("rac")), (None, person("rac")),
            ]
        ]  # fmt: skip
        assert told == [1, 1, 1, 2, 1, 1, 2, 3]

    def test_two_nodes_apart_may_give_a_number_twice_and_go_on_from_the_greatest(self) -> None:
        one, other = Story(writer=1), Story(writer=2)
        one.begin()
        one.tell("logbook.write", entry())
        other.hear(*one.facts)
        here = [one.tell("logbook.write", entry()) for _ in range(2)]
        there = other.tell("logbook.write", entry())
        assert [body_of(line).number for line in (*here, there)] == [2, 3, 2]
        other.hear(*here)
        assert body_of(other.tell("logbook.write", entry())).number == 4

    def test_a_line_whose_words_are_destroyed_keeps_its_place(self, story: Story) -> None:
        lines = [story.tell("logbook.write", entry()) for _ in range(3)]
        again = Story(writer=1)
        again.hear(*(msgspec.structs.replace(one, body=None) if one is lines[-1] else one for one in story.facts))
        assert body_of(again.tell("logbook.write", entry())).number == 4
        story.state.entries.forget(lines[-1].id)
        assert body_of(story.tell("logbook.write", entry())).number == 4

    @given(order=st.permutations(range(6)))
    def test_the_order_of_arrival_changes_no_number(self, order: list[int]) -> None:
        story = Story()
        story.begin()
        lines = [story.tell("logbook.write", entry()) for _ in range(6)]
        heard = Story(writer=2)
        heard.hear(story.facts[0], *(lines[place] for place in order))
        assert body_of(heard.tell("logbook.write", entry())).number == 7

    def test_nobody_chooses_a_number(self) -> None:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(entry(number=5), find("logbook.write").request)


class TestLines:
    def test_what_is_told_later_than_now_is_refused(self, story: Story) -> None:
        early = story.tell("logbook.write", entry(declared_at=START - timedelta(minutes=3)))
        assert body_of(early).declared_at == START - timedelta(minutes=3)
        late = entry(declared_at=START + timedelta(hours=1))
        assert refused(story, "logbook.write", late) == ("declared-later", "body.declared_at")

    def test_the_same_file_twice_and_an_empty_party(self, story: Story) -> None:
        photo = {"sha256": "a" * 64, "name": "pont.jpg", "kind": "image/jpeg", "size_bytes": 10}
        assert refused(story, "logbook.write", entry(attachments=[photo, photo]))[0] == "attachment-twice"
        wanted = {"of": [{"role": "dos"}, {}], "within_min": 10}
        assert refused(story, "logbook.write", entry(wanted=wanted)) == ("party-empty", "body.wanted.of")
        kept = story.tell("logbook.write", entry(wanted={**wanted, "of": [{"role": "dos"}]}))
        assert body_of(kept).wanted.within_min == 10

    def test_a_line_answers_lines_and_names_things(self, story: Story) -> None:
        asked = story.tell("logbook.write", entry("Combien ?"))
        story.tell("taskings.describe-mission", MISSION)
        answer = story.tell("logbook.write", entry("Trente", links=[MISSION["mission"]]), answers=(asked.id,))
        assert answer.referred(Relation.ANSWERS) == (asked.id,)

    def test_a_mark_is_no_wider_than_its_line(self, story: Story) -> None:
        line = story.tell("logbook.write", entry(), label=Label(Audience.ORGANISATION))
        mark = {"entry": line.id, "mark": "triage", "state": "done"}
        assert story.tell("logbook.mark", mark).label.audience is Audience.ORGANISATION
        assert refused(story, "logbook.mark", mark, label=Label())[0] == "label-wider"
        assert refused(story, "logbook.mark", mark, by=person("sdis", "sdis"))[0] == "label-wider"


class TestMissions:
    def move(self, story: Story, state: str, **more: Any) -> Any:
        return story.tell("taskings.set-mission-state", {"mission": MISSION["mission"], "state": state, **more})

    def test_a_mission_goes_from_asked_to_done(self, story: Story) -> None:
        story.tell("taskings.describe-mission", MISSION)
        for state in ("accepted", "under-way", "done", "under-way", "failed", "requested", "cancelled", "requested"):
            reason = {"note": "motif"} if state in ("failed", "cancelled") else {}
            assert body_of(self.move(story, state, **reason)).state == state

    def test_no_step_is_jumped_and_a_refusal_says_why(self, story: Story) -> None:
        story.tell("taskings.describe-mission", MISSION)
        step = {"mission": MISSION["mission"]}
        assert refused(story, "taskings.set-mission-state", {**step, "state": "done"})[0] == "mission-step-wrong"
        for state in ("refused", "failed", "cancelled"):
            found = refused(story, "taskings.set-mission-state", {**step, "state": state})
            assert found == ("reason-needed", "body.note")

    def test_two_who_move_it_apart_are_both_shown(self, story: Story) -> None:
        asked = story.tell("taskings.describe-mission", MISSION)
        self.move(story, "accepted")
        step = {"mission": MISSION["mission"], "state": "refused", "note": "équipe engagée"}
        story.tell("taskings.set-mission-state", step, follows=(asked.id,), by=person("chef"))
        view = Board()
        for fact in story.facts:
            view.add(fact)
        (conflict,) = view.at(None).conflicts
        assert {version.value["state"] for version in conflict.versions} == {"accepted", "refused"}

    def test_a_step_is_judged_by_what_was_on_screen(self, story: Story) -> None:
        asked = story.tell("taskings.describe-mission", MISSION)
        done = {"mission": MISSION["mission"], "state": "done"}
        assert refused(story, "taskings.set-mission-state", done, follows=(asked.id,))[0] == "mission-step-wrong"
        accepted = self.move(story, "accepted")
        under_way = self.move(story, "under-way")
        # Seen as accepted only, it may be refused no more; seen as it is, it is done.
        no = {"mission": MISSION["mission"], "state": "refused", "note": "engagé"}
        assert refused(story, "taskings.set-mission-state", no, follows=(accepted.id,))[0] == "mission-step-wrong"
        story.tell("taskings.set-mission-state", done, follows=(under_way.id,))

    def test_steps_taken_without_the_network_are_sent_one_after_the_other(self, story: Story) -> None:
        asked = story.tell("taskings.describe-mission", MISSION)
        steps = [
            story.tell(
                "taskings.set-mission-state", {"mission": MISSION["mission"], "state": state}, follows=(asked.id,),
                by=person("chef"),
            )
            for state in ("accepted", "under-way", "done")
        ]  # fmt: skip
        # What a screen offered is not refused because one's own last word had not come back to it.
        other = {**MISSION, "mission": oid("autre")}
        first = story.tell("taskings.describe-mission", other)
        for step in ({"state": "accepted"}, {"state": "refused", "note": "équipe engagée"}):
            body = {"mission": other["mission"], **step}
            story.tell("taskings.set-mission-state", body, follows=(first.id,), by=person("chef"))
        assert steps[0].id in steps[1].referred(Relation.FOLLOWS)
        assert steps[1].id in steps[2].referred(Relation.FOLLOWS)
        view = Board()
        for fact in story.facts:
            view.add(fact)
        (mission,) = [thing for thing in view.at(None).things if thing.id == MISSION["mission"]]
        assert mission.said["state"].value["state"] == "done"
        assert view.at(None).conflicts == ()

    def test_whoever_settles_says_again_one_of_two_states(self, story: Story) -> None:
        asked = story.tell("taskings.describe-mission", MISSION)
        one = self.move(story, "accepted")
        no = {"mission": MISSION["mission"], "state": "refused", "note": "équipe engagée"}
        other = story.tell("taskings.set-mission-state", no, follows=(asked.id,), by=person("chef"))
        again = {"mission": MISSION["mission"], "state": "accepted"}
        settled = story.tell("taskings.set-mission-state", again, follows=(one.id, other.id))
        assert set(settled.referred(Relation.FOLLOWS)) == {one.id, other.id}

    def test_a_deadline_is_ahead_when_asked_and_may_pass(self, story: Story) -> None:
        past = {**MISSION, "deadline": START - timedelta(minutes=1)}
        assert refused(story, "taskings.describe-mission", past) == ("deadline-past", "body.deadline")
        story.tell("taskings.describe-mission", {**MISSION, "deadline": START + timedelta(minutes=1)})
        story.clock.advance(timedelta(hours=1))
        story.tell("taskings.describe-mission", {**MISSION, "deadline": START + timedelta(minutes=1), "title": "Pont"})

    def test_whom_and_what_it_names_must_be_there(self, story: Story) -> None:
        assert refused(story, "taskings.describe-mission", {**MISSION, "owner": {}}) == ("party-empty", "body.owner")
        linked = {**MISSION, "links": [oid("none")]}
        assert refused(story, "taskings.describe-mission", linked) == ("link-unknown", "body.links")
        story.tell("incidents.describe", INCIDENT)
        story.tell("taskings.describe-mission", {**MISSION, "links": [INCIDENT["incident"]]})


def test_orders_keep_to_their_frame(story: Story) -> None:
    wrong = refused(story, "taskings.give-order", {**ORDER, "logistics": "Ravitaillement à 6 h"})
    assert wrong == ("order-frame-mismatch", "body.frame")
    story.tell("taskings.give-order", {**ORDER, "frame": "saoiecl", "logistics": "Ravitaillement à 6 h"})
    with pytest.raises(msgspec.ValidationError):
        story.tell("taskings.give-order", {**ORDER, "objectives": ["un", "deux", "trois", "quatre"]})


def test_objectives_are_those_of_the_situation_or_of_a_drawing(story: Story) -> None:
    body = {"objectives": ["Sauver"], "of": oid("none")}
    assert refused(story, "taskings.set-intent", body) == ("link-unknown", "body.of")
    story.tell("taskings.set-intent", {**body, "of": story.situation})
    story.tell("drawings.draw", shape())
    story.tell("taskings.set-intent", {**body, "of": oid("zone")})


def test_a_sheet_is_run_step_by_step_until_closed(story: Story) -> None:
    assert refused(story, "taskings.start-sheet", {**SHEET, "steps": STEPS[:1] * 2}) == ("step-twice", "body.steps")
    story.tell("taskings.start-sheet", SHEET)
    step = {"sheet": SHEET["sheet"], "state": "done"}
    assert refused(story, "taskings.set-step", {**step, "step": "dance"}) == ("step-unknown", "body.step")
    first = story.tell("taskings.set-step", {**step, "step": "call"})
    second = story.tell("taskings.set-step", {**step, "step": "close"})
    assert (first.refs, second.refs) == ((), ()), "steps do not replace one another"
    story.tell("taskings.end-sheet", {"sheet": SHEET["sheet"], "reason": "fini"})
    assert refused(story, "taskings.set-step", {**step, "step": "call"}) == ("already-ended", "body.sheet")


def test_a_handover_is_taken_once(story: Story) -> None:
    given_ = {"handover": oid("h"), "post": OWNER, "summary": "Deux missions ouvertes."}
    story.tell("taskings.give-handover", given_)
    story.tell("taskings.take-handover", {"handover": oid("h")}, by=person("relief"))
    assert refused(story, "taskings.take-handover", {"handover": oid("h")}) == ("already-ended", "body.handover")


class TestPeople:
    def test_counts_of_several_sources_stand_side_by_side(self, story: Story) -> None:
        about = {"about": story.situation}
        first = story.tell("population.state-toll", {**about, **TOLL})
        other = story.tell("population.state-toll", {**about, **TOLL, "low": 52, "high": 52, "source": "Mairie"})
        assert other.refs == ()
        assert story.tell("population.state-toll", {**about, **TOLL}).referred(Relation.FOLLOWS) == (first.id,)
        settled = {**about, "category": "evacuated", "low": 50, "high": 52, "reason": "listes croisées"}
        fact = story.tell("population.settle-toll", settled, answers=(first.id, other.id))
        assert fact.referred(Relation.ANSWERS) == (first.id, other.id)

    def test_a_count_of_the_medical_chain_does_not_hide_the_others(self, story: Story) -> None:
        about = {"about": story.situation}
        health = Label(sensitivity=Sensitivity.HEALTH)
        story.tell("population.state-toll", {**about, **TOLL, "source": "SAMU"}, label=health)
        assert story.tell("population.state-toll", {**about, **TOLL}).label == Label()

    @pytest.mark.parametrize(
        ("command", "body"),
        [
            ("population.state-toll", {"about": oid("situation"), **TOLL, "low": 61}),
            ("population.describe-zone", {**ZONE, "people_low": 3, "people_high": 2}),
            (
                "incidents.describe-outage",
                {"outage": oid("o"), "network": "gas", "name": "n", "customers_low": 9, "customers_high": 8},
            ),
        ],
    )
    def test_a_range_is_the_right_way_up(self, story: Story, command: str, body: dict[str, Any]) -> None:
        assert refused(story, command, body)[0] == "range-upside-down"

    def test_what_they_name_must_be_there(self, story: Story) -> None:
        assert refused(story, "population.state-toll", {"about": oid("none"), **TOLL})[0] == "link-unknown"
        for member in ("shape", "centre"):
            found = refused(story, "population.describe-zone", {**ZONE, member: oid("none")})
            assert found == ("link-unknown", f"body.{member}")
        assert refused(story, "incidents.describe", {**INCIDENT, "parent": oid("none")})[0] == "link-unknown"
        itself = {**INCIDENT, "parent": INCIDENT["incident"]}
        assert refused(story, "incidents.describe", itself) == ("link-to-itself", "body.parent")


class TestMeans:
    def test_a_group_is_not_part_of_itself_even_from_afar(self, story: Story) -> None:
        for name in ("a", "b", "c"):
            story.tell("resources.declare", resource(name))
        story.tell("resources.detail", {"resource": oid("b"), "part_of": oid("a")})
        story.tell("resources.detail", {"resource": oid("c"), "part_of": oid("b")})
        for other in ("b", "c"):
            loop = {"resource": oid("a"), "part_of": oid(other)}
            assert refused(story, "resources.detail", loop) == ("group-loop", "body.part_of")
        assert refused(story, "resources.detail", {"resource": oid("a"), "part_of": oid("a")})[0] == "link-to-itself"
        assert refused(story, "resources.detail", {"resource": oid("a"), "part_of": oid("z")})[0] == "link-unknown"

    def test_nobody_takes_a_resource_away_without_having_seen_where_it_was(self, story: Story) -> None:
        story.tell("resources.declare", resource())
        for name in ("one", "two"):
            story.tell("taskings.describe-mission", {**MISSION, "mission": oid(name)})
        given_ = story.tell("resources.assign", {"resource": oid("fpt"), "mission": oid("one")})
        other = {"resource": oid("fpt"), "mission": oid("two")}
        assert refused(story, "resources.assign", other) == ("already-engaged", "body.resource")
        moved = story.tell("resources.assign", other, follows=(given_.id,))
        assert moved.referred(Relation.FOLLOWS) == (given_.id,)
        story.tell("resources.assign", {"resource": oid("fpt")})
        story.tell("resources.assign", {"resource": oid("fpt"), "mission": oid("one")})

    def test_what_is_spent_adds_up_and_is_something(self, story: Story) -> None:
        story.tell("resources.declare", resource())
        for nothing_ in ({}, {"hours": 0}, {"quantity": 3}):
            assert refused(story, "resources.spend", {"resource": oid("fpt"), **nothing_})[0] == "nothing-spent"
        spent = [story.tell("resources.spend", {"resource": oid("fpt"), "hours": 2.0}) for _ in range(2)]
        assert [fact.refs for fact in spent] == [(), ()]
        view = Board()
        for fact in story.facts:
            view.add(fact)
        (thing,) = view.at(None).things
        assert [one.value["hours"] for one in thing.gathered["spent"]] == [2.0, 2.0]

    def test_a_demand_is_answered_and_a_refusal_says_why(self, story: Story) -> None:
        story.tell("resources.ask", {**DEMAND, "geometry": point(-1, 46)})
        answer = {"demand": DEMAND["demand"], "state": "refused"}
        assert refused(story, "resources.answer", answer) == ("reason-needed", "body.note")
        sent = {**answer, "state": "in-transit", "granted": 1, "resources": [oid("none")]}
        assert refused(story, "resources.answer", sent) == ("link-unknown", "body.resources")
        story.tell("resources.answer", {**answer, "note": "aucun groupe libre"})


def test_a_post_is_held_for_some_time_and_the_cycle_is_that_of_the_situation(story: Story) -> None:
    post = {"post": oid("p"), "title": "Chef logistique", "party": OWNER, "since": START}
    assert refused(story, "posts.hold", {**post, "until": START}) == ("period-empty", "body.until")
    held = story.tell("posts.hold", {**post, "until": "2026-11-23T12:00:00+02:00"})
    assert body_of(held).until.isoformat() == "2026-11-23T10:00:00+00:00"
    assert refused(story, "posts.set-cycle", {"of": oid("none"), "step": "order"}) == ("link-unknown", "body.of")
    story.tell("posts.set-cycle", {"of": story.situation, "step": "order", "next_at": START + timedelta(hours=1)})
