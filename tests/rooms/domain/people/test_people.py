"""Organisations, people and roles: rules, refusals, and a state that does not depend on the order of arrival."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.people import LAND, NOW, granted, house, ident, organisation, person, told

from garance.domain import commands
from garance.domain.keeping.facts import BodyRedacted
from garance.domain.keeping.rules import redact_body
from garance.domain.people import rules
from garance.domain.people.facts import Level, PersonErased, RoleEnded, RoleGranted
from garance.domain.people.state import People
from garance.domain.said import Context
from garance.domain.state import State
from garance.domain.vocabulary import Body, decode, name_of, split
from garance.kernel.label import Author
from garance.kernel.refusal import Refused

HOUR = timedelta(hours=1)


def test_an_organisation_answers_to_a_wider_one() -> None:
    people = house()
    said = rules.register_organisation(
        people, organisation=ident("tonnay"), name="  Tonnay-Charente ", level=Level.COMMUNE, above=ident("agglo")
    )
    assert said.name == "Tonnay-Charente"
    people.fold(told(said))
    assert people.ancestors(ident("tonnay")) == {ident("agglo"), ident("prefecture"), ident("zone")}


@pytest.mark.parametrize(
    ("name", "label", "level", "above", "code"),
    [
        ("rochefort", "Rochefort", Level.COMMUNE, None, "already-declared"),
        ("new", "New", Level.COMMUNE, "nowhere", "organisation-unknown"),
        ("new", "New", Level.ZONE, "rochefort", "level-not-above"),
        ("new", "New", Level.COMMUNE, "red-cross", "level-not-above"),
        ("new", "   ", Level.COMMUNE, None, "text-blank"),
        ("new", "a\x00b", Level.COMMUNE, None, "text-unprintable"),
    ],
)
def test_organisations_refused(name: str, label: str, level: Level, above: str | None, code: str) -> None:
    with pytest.raises(Refused) as caught:
        rules.register_organisation(
            house(), organisation=ident(name), name=label, level=level, above=ident(above) if above else None
        )
    assert caught.value.code == code


def test_enrolment_refused() -> None:
    people = house(person("anne"), person("gone"))
    people.fold(told(PersonErased(person=ident("gone"), reason="départ")))
    cases = {
        "already-declared": ("anne", "Anne", None),
        "person-erased": ("gone", "Gone", None),
        "text-blank": ("new", " ", None),
        "text-unprintable": ("new", "a\nb", None),
        "email-malformed": ("new", "New", "not an address"),
    }
    for code, (who, name, email) in cases.items():
        with pytest.raises(Refused) as caught:
            rules.enrol(people, person=ident(who), display_name=name, email=email)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (granted("anne", "dos", "rochefort", grant="taken"), "already-declared"),
        (granted("nobody", "dos", "rochefort"), "person-unknown"),
        (granted("gone", "dos", "rochefort"), "person-erased"),
        (granted("anne", "dos", "nowhere"), "organisation-unknown"),
        (granted("anne", "king", "rochefort"), "role-unknown"),
        (granted("anne", "cell-head", "rochefort"), "cell-needed"),
        (granted("anne", "cell-head", "rochefort", cell=" "), "text-blank"),
        (granted("anne", "administrator", "rochefort", situation=ident("flood")), "administrator-everywhere"),
        (granted("anne", "dos", "rochefort", not_after=NOW), "period-over"),
        (granted("anne", "dos", "rochefort", not_before=NOW + 2 * HOUR, not_after=NOW + HOUR), "period-empty"),
        (granted("anne", "dos", "rochefort", not_after=datetime(2030, 1, 1)), "naive-time"),  # noqa: DTZ001
    ],
)
def test_roles_refused(wanted: RoleGranted, code: str) -> None:
    people = house(person("anne"), person("gone"), granted("anne", "rac", "rochefort", grant="taken"))
    people.fold(told(PersonErased(person=ident("gone"), reason="départ")))
    with pytest.raises(Refused) as caught:
        rules.grant_role(people, wanted, now=NOW)
    assert caught.value.code == code


def test_the_last_administrator_stays() -> None:
    first = granted("anne", "administrator", "rochefort")
    passing = granted("bruno", "administrator", "rochefort", not_after=NOW + HOUR)
    to_come = granted("chloe", "administrator", "rochefort", not_before=NOW + HOUR)
    people = house(person("anne"), person("bruno"), person("chloe"), first, passing, to_come)
    for refused in (
        lambda: rules.end_role(people, grant=first.grant, reason="départ", now=NOW),
        lambda: rules.erase(people, person=ident("anne"), reason="départ", now=NOW),
    ):
        with pytest.raises(Refused, match="last-administrator"):
            refused()
    later = NOW + 2 * HOUR
    assert rules.end_role(people, grant=first.grant, reason="départ", now=later).grant == first.grant
    assert rules.erase(people, person=ident("anne"), reason="départ", now=later).person == ident("anne")


def test_one_person_with_two_administrator_roles_cannot_be_erased_when_alone() -> None:
    first = granted("anne", "administrator", "rochefort")
    second = granted("anne", "administrator", "agglo")
    people = house(person("anne"), first, second)
    assert rules.end_role(people, grant=first.grant, reason="double", now=NOW).reason == "double"
    with pytest.raises(Refused, match="last-administrator"):
        rules.erase(people, person=ident("anne"), reason="départ", now=NOW)


def test_ending_refused() -> None:
    grant = granted("anne", "dos", "rochefort")
    people = house(person("anne"), grant)
    with pytest.raises(Refused, match="grant-unknown"):
        rules.end_role(people, grant=ident("never"), reason="fin", now=NOW)
    with pytest.raises(Refused, match="text-blank"):
        rules.end_role(people, grant=grant.grant, reason="  ", now=NOW)
    people.fold(told(rules.end_role(people, grant=grant.grant, reason="fin", now=NOW)))
    with pytest.raises(Refused, match="already-ended"):
        rules.end_role(people, grant=grant.grant, reason="fin", now=NOW)


def test_a_house_is_founded_once() -> None:
    people = People()
    home = organisation("rochefort", Level.COMMUNE)
    for body in rules.found_house(
        people, organisation=home, person=ident("anne"), display_name="Anne", grant=ident("g"), now=NOW
    ):
        people.fold(told(body))
    assert [grant.person for grant in people.administrators(NOW)] == [ident("anne")]
    with pytest.raises(Refused, match="administrator-exists"):
        rules.found_house(
            people, organisation=home, person=ident("bruno"), display_name="Bruno", grant=ident("h"), now=NOW
        )


def test_personal_members_are_set_apart() -> None:
    body = person("anne")
    members, personal, subject = split(body)
    assert members == {"person": ident("anne")}
    assert personal == {"display_name": "Anne", "email": "anne@example.org"}
    assert subject == ident("anne")
    assert decode(name_of(body), {**members, **personal}) == (name_of(body), body)
    assert decode(name_of(body), members)[0] == name_of(body)


def test_times_are_read_in_utc_and_naive_ones_refused() -> None:
    grant = granted("anne", "dos", "rochefort", not_before=datetime(2026, 1, 1, tzinfo=timezone(HOUR)))
    members, _, _ = split(grant)
    _, body = decode("role.granted.v1", members)
    assert body == grant
    with pytest.raises(Refused, match="body-malformed"):
        decode("role.granted.v1", {**members, "not_before": "2026-01-01T00:00:00"})
    assert msgspec.to_builtins(grant)["not_before"].endswith("+01:00")
    assert grant.not_before is not None
    assert grant.not_before.astimezone(UTC).hour == 23


FACTS = [
    *(told(body) for body in LAND),
    told(person("anne")),
    told(person("bruno")),
    told(granted("anne", "dos", "rochefort", grant="g1")),
    told(granted("bruno", "administrator", "agglo", grant="g2")),
    told(granted("bruno", "dos", "fouras", grant="g1"), writer="w" + "1" * 20, at=NOW + HOUR),
    told(granted("anne", "observer", "rochefort", situation=ident("flood"), grant="g3")),
    told(RoleEnded(grant=ident("g3"), reason="fin")),
    told(PersonErased(person=ident("bruno"), reason="départ")),
    told(organisation("rochefort", Level.EPCI), writer="w" + "1" * 20, at=NOW + HOUR),
]


@given(seed=st.integers(), repeats=st.lists(st.integers(0, len(FACTS) - 1), max_size=5))
def test_any_order_of_arrival_gives_the_same_people(seed: int, repeats: list[int]) -> None:
    shuffled = [*FACTS, *(FACTS[index] for index in repeats)]
    Random(seed).shuffle(shuffled)
    people, plain = People(), People()
    for fact in FACTS:
        plain.fold(fact)
    for fact in shuffled:
        people.fold(fact)
    assert people.organisations() == plain.organisations()
    assert people.persons() == plain.persons()
    assert people.grants() == plain.grants()
    assert people.engaged(ident("flood")) == plain.engaged(ident("flood"))
    assert [grant.person for grant in people.grants()] == [ident("anne")]
    assert people.person(ident("bruno")) == type(people.persons()[0])(ident("bruno"), None, None)


def _context() -> Context:
    return Context(situation=None, author=Author(ident("anne"), "administrator", ident("rochefort")), now=NOW)


def _state(*bodies: Body) -> State:
    state = State()
    state.fold_all(told(body) for body in (*LAND, *bodies))
    return state


@pytest.mark.parametrize(
    ("name", "request_body", "fact"),
    [
        ("people.register-organisation", organisation("tonnay", Level.COMMUNE, "agglo"), "organisation.registered.v1"),
        ("people.enrol", rules.Enrolment(person=ident("new"), display_name="Nouvelle"), "person.enrolled.v1"),
        ("people.grant-role", granted("anne", "dos", "rochefort"), "role.granted.v1"),
        ("people.end-role", RoleEnded(grant=ident("g"), reason="fin"), "role.ended.v1"),
        ("people.erase", PersonErased(person=ident("anne"), reason="départ"), "person.erased.v1"),
    ],
)
def test_each_command_says_its_fact(name: str, request_body: msgspec.Struct, fact: str) -> None:
    wanted = commands.find(name)
    assert wanted.ability == "people.manage"
    assert wanted.house
    state = _state(person("anne"), granted("anne", "rac", "rochefort", grant="g"))
    asked = msgspec.json.decode(msgspec.json.encode(request_body), type=wanted.request)
    (said,) = commands.decide(state, wanted, asked, _context())
    assert name_of(said.body) == fact
    assert said.situation is None
    state.fold(told(said.body))
    if name != "people.erase":
        return
    assert state.people.grants() == []


def test_a_role_in_an_unheard_of_situation_is_refused() -> None:
    asked = granted("anne", "dos", "rochefort", situation=ident("nowhere"))
    with pytest.raises(Refused, match="situation-unknown"):
        commands.decide(_state(person("anne")), commands.find("people.grant-role"), asked, _context())


@pytest.mark.parametrize(
    "body",
    [
        LAND[0],
        granted("anne", "dos", "rochefort"),
        RoleEnded(grant=ident("g"), reason="fin"),
        PersonErased(person=ident("anne"), reason="départ"),
    ],
)
def test_what_rights_depend_on_is_never_redacted(body: Body) -> None:
    with pytest.raises(Refused, match="redaction-not-allowed"):
        redact_body(_state(), told(body), reason="erreur")


def test_a_fact_forgotten_was_never_said() -> None:
    state = _state(person("anne"))
    named = told(person("bruno"))
    state.fold(named)
    state.fold(told(BodyRedacted(fact=named.id, reason="erreur")))
    assert [p.person for p in state.people.persons()] == [ident("anne")]
    state.fold(named)
    assert [p.person for p in state.people.persons()] == [ident("anne")]
