"""Clearances as values: equal when rights are equal, changing when time says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.people import NOW, granted, house, ident, person, told

from garance.access.authority import act, may_anywhere
from garance.access.clearance import abilities, clearance, clearance_of, next_change
from garance.access.directory import directory
from garance.access.roles import COMMANDS, ROLES, Ability
from garance.domain.people.facts import PersonErased, Role, RoleEnded
from garance.domain.people.state import Grant
from garance.kernel.refusal import Refused

FLOOD = ident("flood")
ROCHEFORT = ident("rochefort")


def test_two_readers_with_equal_rights_are_one_audience() -> None:
    people = house(granted("anne", "dos", "rochefort"), granted("bruno", "dos", "rochefort", situation=FLOOD))
    anne = clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT)
    bruno = clearance(people, ident("bruno"), FLOOD, NOW, owner=ROCHEFORT)
    assert anne == bruno
    assert anne is not None
    assert bruno is not None
    assert len({anne, bruno}) == 1
    assert anne.audience == bruno.audience


def test_the_audience_forgets_what_one_may_do_and_keeps_what_one_may_see() -> None:
    people = house(
        granted("anne", "observer", "rochefort"),
        granted("bruno", "partner", "rochefort"),
        granted("chloe", "cell-head", "rochefort", cell="water"),
    )
    held = [clearance(people, ident(who), FLOOD, NOW, owner=ROCHEFORT) for who in ("anne", "bruno", "chloe")]
    anne, bruno, chloe = (one.audience if one else "" for one in held)
    assert anne == bruno
    assert held[0] != held[1]
    assert chloe not in {anne, ""}


def test_time_alone_changes_rights_when_foretold() -> None:
    hour = timedelta(hours=1)
    people = house(
        granted("anne", "observer", "rochefort", not_before=NOW + hour, not_after=NOW + 3 * hour),
        granted("anne", "dos", "rochefort", not_after=NOW + 2 * hour),
    )
    grants = people.grants_of(ident("anne"))
    moments = []
    now = NOW
    while (change := next_change(grants, now)) is not None:
        before = clearance(people, ident("anne"), FLOOD, change - timedelta(milliseconds=1), owner=ROCHEFORT)
        after = clearance(people, ident("anne"), FLOOD, change, owner=ROCHEFORT)
        assert before != after or change == NOW + hour  # an observer's rights add nothing to a DOS's
        moments.append(change)
        now = change
    assert moments == [NOW + hour, NOW + 2 * hour, NOW + 3 * hour]
    assert clearance(people, ident("anne"), FLOOD, now, owner=ROCHEFORT) is None


def test_what_is_remembered_gives_way_at_once() -> None:
    grant = granted("anne", "dos", "rochefort", not_after=NOW + timedelta(hours=1))
    people = house(grant)
    held = clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT)
    assert held is not None
    assert clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT) is held, "nothing changed"
    later = NOW + timedelta(hours=1)
    assert clearance(people, ident("anne"), FLOOD, later, owner=ROCHEFORT) is None, "time alone ended it"
    assert clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT) == held, "a clock may be set back"
    assert clearance(people, ident("anne"), ident("other"), NOW, owner=ident("saintes")) is None
    people.fold(told(RoleEnded(grant=grant.grant, reason="fin")))
    assert clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT) is None, "taken back: for the very next asking"
    with pytest.raises(Refused) as refused:
        act(people, ident("anne"), grant.grant, "logbook.write", situation=FLOOD, owner=ROCHEFORT, now=NOW)
    assert refused.value.code == "unknown"


def test_the_memory_of_clearances_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garance.access.clearance.MAX_REMEMBERED", 10)
    people = house(granted("anne", "dos", "rochefort"))
    for number in range(100):
        assert clearance(people, ident("anne"), ident(f"flood-{number}"), NOW, owner=ROCHEFORT) is not None
    assert len(people.worked_out) <= 10


def test_an_erased_person_has_no_rights() -> None:
    people = house(person("anne"), granted("anne", "dos", "rochefort"))
    people.fold(told(PersonErased(person=ident("anne"), reason="départ")))
    assert clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT) is None


def test_a_wall_screen_reads_under_one_grant() -> None:
    wall = Grant(grant=ident("wall"), person=ident("wall"), organisation=ROCHEFORT, role=Role.OBSERVER, situation=FLOOD)
    people = house()
    held = clearance_of(people, [wall], FLOOD, NOW, owner=ROCHEFORT)
    assert held is not None
    assert held.abilities == frozenset()
    assert clearance_of(people, [wall], ident("other"), NOW, owner=ROCHEFORT) is None


@pytest.mark.parametrize("ability", list(Ability))
def test_acting_needs_the_ability_in_the_very_role_used(ability: Ability) -> None:
    people = house(*(granted("anne", role, "rochefort", cell="c") for role in Role))
    for role in Role:
        grant = granted("anne", role, "rochefort", cell="c").grant
        if ability in ROLES[role]:
            author = act(people, ident("anne"), grant, ability, situation=FLOOD, owner=ROCHEFORT, now=NOW)
            assert (author.person, author.role, author.organisation, author.cell) == (
                ident("anne"),
                role,
                ROCHEFORT,
                "c",
            )
        else:
            with pytest.raises(Refused, match="not-allowed"):
                act(people, ident("anne"), grant, ability, situation=FLOOD, owner=ROCHEFORT, now=NOW)


def test_another_persons_grant_is_refused_like_one_that_never_was() -> None:
    people = house(granted("anne", "dos", "rochefort"), granted("bruno", "dos", "rochefort"))
    refusals = []
    ended = granted("anne", "dos", "rochefort", grant="ended")
    people.fold(told(ended))
    people.fold(told(RoleEnded(grant=ended.grant, reason="fin")))
    for grant in (granted("bruno", "dos", "rochefort").grant, ident("never"), ended.grant):
        with pytest.raises(Refused) as caught:
            act(people, ident("anne"), grant, "logbook.write", situation=FLOOD, owner=ROCHEFORT, now=NOW)
        refusals.append((caught.value.code, caught.value.field, caught.value.detail))
    assert refusals == [("not-allowed", "role", {})] * 3


def test_an_unseen_situation_is_unknown_whatever_the_role() -> None:
    people = house(granted("anne", "dos", "fouras"))
    grant = granted("anne", "dos", "fouras").grant
    for role in (grant, ident("never")):
        with pytest.raises(Refused, match="unknown") as caught:
            act(people, ident("anne"), role, "logbook.write", situation=FLOOD, owner=ROCHEFORT, now=NOW)
        assert caught.value.code == "unknown"


def test_house_abilities_need_a_standing_role() -> None:
    people = house(granted("anne", "dos", "rochefort", situation=FLOOD), granted("bruno", "dos", "rochefort"))
    assert not may_anywhere(people, ident("anne"), Ability.SITUATION_OPEN, NOW)
    assert may_anywhere(people, ident("bruno"), Ability.SITUATION_OPEN, NOW)
    assert not may_anywhere(people, ident("bruno"), Ability.PEOPLE_MANAGE, NOW)


def test_abilities_tell_a_client_which_commands_exist() -> None:
    people = house(granted("anne", "logbook-secretary", "rochefort"), granted("bruno", "observer", "rochefort"))
    anne = clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT)
    bruno = clearance(people, ident("bruno"), FLOOD, NOW, owner=ROCHEFORT)
    assert anne is not None
    assert bruno is not None
    assert set(abilities(anne, "entry").items()) >= {("logbook.strike", True), ("logbook.mark", True)}
    assert not any(abilities(anne, "resource").values())
    assert abilities(anne, "mission") == {"taskings.describe-mission": True, "taskings.set-mission-state": True}
    assert abilities(anne, "order") == {"taskings.give-order": False}
    for thing in COMMANDS:
        assert not any(abilities(bruno, thing).values())


def test_the_directory_names_those_present_and_nobody_else() -> None:
    people = house(
        person("anne"),
        person("bruno"),
        person("chloe"),
        person("denis"),
        granted("anne", "dos", "rochefort"),
        granted("bruno", "partner", "red-cross", situation=FLOOD),
        granted("chloe", "partner", "red-cross", situation=ident("other")),
    )
    held = clearance(people, ident("anne"), FLOOD, NOW, owner=ROCHEFORT)
    assert held is not None
    shown = directory(people, held)
    assert {p.display_name for p in shown.people.values()} == {"Anne", "Bruno"}
    people.fold(told(PersonErased(person=ident("bruno"), reason="départ")))
    assert directory(people, held).people[ident("bruno")].display_name is None
