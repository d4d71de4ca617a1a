"""What we send is exactly what the models want, in JSON and in XML, and an exercise never leaves as actual."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garance.connectors.hub_15_18.decode import observations
from garance.connectors.hub_15_18.emsi_form import Account
from garance.connectors.hub_15_18.encode import (
    assignments_of,
    case_message,
    emsi_message,
    positions_message,
    resources_message,
)
from garance.connectors.hub_15_18.envelope import Route, Sending
from garance.connectors.hub_15_18.message import Form, Message
from garance.connectors.hub_15_18.positions import Fix
from garance.connectors.hub_15_18.reading import canonical, emit, read
from garance.domain.drawings.facts import ShapeStatus
from garance.domain.incidents.facts import Evolution
from garance.domain.incidents.natures import natures
from garance.domain.population.facts import TollCategory
from garance.domain.resources.facts import ResourceStatus
from garance.domain.taskings.facts import MissionState
from garance.kernel.label import Label, Mode
from garance.kernel.place import Point, Polygon, Position
from garance.kernel.refusal import Refused
from garance.ports.observation import Located, Reported
from garance.symbols.reading import french_set
from garance.views.balance import Balance, Total
from garance.views.shown import ResourceShown, ShapeShown, SituationShown, StatementShown, ThingShown

NOW = datetime(2026, 3, 13, 9, 30, tzinfo=UTC)
ROUTE = Route(sender="fr.fire.sis017", recipient="fr.health.samu170")
INCIDENT = "0b0f1c6a-2f8d-4a53-9b8b-5d0c6f2f7a11"
MISSION = "6c1a1f52-1b5e-4b7e-8d9f-0d3f5b1a2c33"
ENGINE = "9d2f7c1e-7a5b-4c2d-8e1f-1a2b3c4d5e6f"
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=60,
)
lons, lats = st.floats(-180, 180), st.floats(-90, 90)


def situation(mode: Mode = Mode.ACTUAL) -> SituationShown:
    return SituationShown(
        id="s", title="Crue de mars", kind="flood", mode=mode, level=2, status="open", opened_at=NOW, follows=()
    )


def said(value: dict[str, Any]) -> StatementShown:
    return StatementShown(fact="w" + "0" * 20 + "-1", value=value, occurred_at=NOW, recorded_at=NOW)


def thing(kind: str, identifier: str, **told: dict[str, Any]) -> ThingShown:
    return ThingShown(
        kind=kind, id=identifier, began_at=NOW, changed_at=NOW, label=Label(), gathered={}, ended=False, follows=(),
        conflict=False, said={aspect: said(value) for aspect, value in told.items()},
    )  # fmt: skip


def incident(**changes: Any) -> ThingShown:
    told = {
        "nature": "wildfire", "title": "Feu à l'est", "severity": 3, "place": "Route de l'étang",
        "geometry": {"type": "Point", "coordinates": [-1.02, 45.94]}, "note": "Vent d'ouest",
    }  # fmt: skip
    return thing("incident", INCIDENT, description={**told, **changes}, evolution={"evolution": "worsening"})


def engine(**changes: Any) -> ResourceShown:
    told = {
        "id": ENGINE, "name": "FPT 1", "kind": "fire-engine", "state": ResourceStatus.ARRIVED, "declared_at": NOW,
        "geometry": Point(coordinates=(-1.01, 45.93)), "moved_at": NOW, "follows": (), "conflict": False,
    }  # fmt: skip
    return ResourceShown(**{**told, **changes})


def sending(**changes: Any) -> Sending:
    return Sending(**{"route": ROUTE, "now": NOW, "unique": "u-1", **changes})


def account(mode: Mode = Mode.ACTUAL, **changes: Any) -> Account:
    mission = thing(
        "mission", MISSION,
        description={"title": "Protéger le camping", "urgency": "urgent", "owner": {"name": "groupe 1"}},
        state={"state": "under-way"},
    )  # fmt: skip
    totals = tuple(Total(category=one, low=2, high=3, firm=False) for one in TollCategory)
    told = {
        "situation": situation(mode), "incident": incident(), "case_id": f"fr.fire.sis017.{INCIDENT}",
        "resources": [engine()], "missions": [mission], "balance": Balance(tallies=(), totals=totals),
        "assignments": {ENGINE: MISSION},
    }  # fmt: skip
    return Account(**{**told, **changes})


def sent(message: Message, mode: Mode = Mode.ACTUAL) -> Message:
    """What arrives, the same in both forms."""
    in_json, in_xml = (read(emit(message, mode, form)) for form in Form)
    assert canonical(in_json.tree) == canonical(in_xml.tree)
    return in_xml


def test_an_incident_goes_as_a_case_and_comes_back() -> None:
    (case,) = observations(sent(case_message(situation(), incident(), sending())))
    assert isinstance(case, Reported)
    assert case.uid == f"fr.fire.sis017.{INCIDENT}"
    assert case.nature == "wildfire"
    assert case.position == Position(lon_deg=-1.02, lat_deg=45.94)
    assert case.address == "Route de l'étang"
    assert case.sender == "fr.fire.sis017"
    assert case.mode is Mode.ACTUAL


def test_a_case_that_another_opened_keeps_its_name() -> None:
    message = case_message(situation(), incident(), sending(kind="Update"), case_id="fr.health.samu170.D12")
    assert message.bodies[0].content["caseId"] == "fr.health.samu170.D12"
    assert message.envelope is not None
    assert message.envelope.kind == "Update"


def test_means_go_with_state_and_place_and_come_back() -> None:
    found = observations(sent(resources_message(situation(), "fr.fire.sis017.a", [engine()], sending())))
    case, located = found
    assert isinstance(case, Reported)
    assert case.partial
    assert case.resources[0].name == "FPT 1"
    assert case.resources[0].kind == "fire-engine"
    assert case.resources[0].state == "arrived"
    assert isinstance(located, Located)
    assert located.position == Position(lon_deg=-1.01, lat_deg=45.93)


def test_a_whole_situation_goes_as_emsi_and_comes_back() -> None:
    (case, *zones) = observations(sent(emsi_message(account(), sending())))
    assert isinstance(case, Reported)
    assert case.uid == f"fr.fire.sis017.{INCIDENT}"
    assert (case.title, case.nature, case.severity) == ("Feu à l'est", "fire", "3")
    assert case.missions[0].title == "Demande de concours au SIS : Protéger le camping"
    assert case.missions[0].state == "under-way"
    assert case.missions[0].resources == (ENGINE,)
    assert case.resources[0].state == "engaged"
    assert {one.category: one.count for one in case.counts} == {
        "absolute-urgency": 2, "relative-urgency": 2, "killed": 2, "missing": 2, "evacuated": 2,
    }  # fmt: skip
    assert case.details["trend"] == "NCREA"
    assert case.details["emsi_id"] == case.uid, "who opened the case gives both names alike"
    assert case.details["security"] == "RESTRC"
    assert case.details["message"] == "fr.fire.sis017_u-1"
    assert len(zones) == 1


def test_every_symbol_that_has_a_code_goes_as_a_zone() -> None:
    ring = [(-1.0, 45.0), (-1.0, 45.1), (-0.9, 45.1), (-1.0, 45.0)]
    shapes = [
        ShapeShown(
            id=str(rank), geometry=Polygon(coordinates=[ring]), kind=symbol.id, name="zone", drawn_at=NOW,
            changed_at=NOW, state=ShapeStatus.ENGAGED, follows=(), conflict=False,
        )
        for rank, symbol in enumerate(french_set().set.symbols)
    ]  # fmt: skip
    found = observations(sent(emsi_message(account(shapes=shapes), sending())))
    assert len(found) > 35


def test_positions_go_and_come_back() -> None:
    fix = Fix(
        uid="fr.fire.sis017.resource.fpt-1", at=NOW, position=Position(lon_deg=-1.0, lat_deg=46.0), speed_mps=10.0,
        course_deg=271.5,
    )  # fmt: skip
    (located,) = observations(sent(positions_message([fix], Mode.ACTUAL, sending())))
    assert isinstance(located, Located)
    assert located.speed_mps == pytest.approx(10.0)
    assert located.course_deg == 271.5
    assert located.at == NOW


@pytest.mark.parametrize("mode", [Mode.EXERCISE, Mode.TEST])
def test_an_exercise_is_marked_everywhere_and_never_leaves_as_actual(mode: Mode) -> None:
    messages = [
        case_message(situation(mode), incident(), sending()),
        resources_message(situation(mode), "fr.fire.sis017.a", [engine()], sending()),
        emsi_message(account(mode), sending()),
    ]
    for message in messages:
        arrived = sent(message, mode)
        assert arrived.mode is mode
        assert b"Actual" not in emit(message, mode)
        with pytest.raises(Refused, match="hub-status-differs"):
            emit(message, Mode.ACTUAL)
    fix = Fix(uid="fr.fire.sis017.resource.1", at=NOW, position=Position(lon_deg=0.0, lat_deg=46.0))
    (located,) = observations(sent(positions_message([fix], mode, sending()), mode))
    assert located.mode is mode
    assert messages[2].bodies[0].content["CONTEXT"]["MODE"] == {Mode.EXERCISE: "EXERCS", Mode.TEST: "TEST"}[mode]


def test_an_actual_message_never_leaves_an_exercise() -> None:
    message = emsi_message(account(), sending())
    for mode in (Mode.EXERCISE, Mode.TEST):
        with pytest.raises(Refused, match="hub-status-differs"):
            emit(message, mode)


def test_a_single_mark_that_differs_is_enough_to_refuse() -> None:
    message = emsi_message(account(Mode.EXERCISE), sending())
    content = emit(message, Mode.EXERCISE).replace(b'"EXERCS"', b'"ACTUAL"')
    with pytest.raises(Refused) as refused:
        emit(read(content), Mode.EXERCISE)
    assert refused.value.field == "content[0].emsi.CONTEXT.MODE"


def test_what_is_not_exact_is_never_sent() -> None:
    with pytest.raises(Refused) as refused:
        emit(resources_message(situation(), "not a case", [engine()], sending()), Mode.ACTUAL)
    assert refused.value.code == "hub-message-invalid" or refused.value.code == "hub-not-exact"
    for malformed in ("fr.fire", "fr.fire.sïs", ""):
        with pytest.raises(Refused, match="hub-client-malformed"):
            case_message(situation(), incident(), sending(route=Route(sender=malformed, recipient="fr.health.a")))
    with pytest.raises(Refused, match="hub-resources-needed"):
        resources_message(situation(), "fr.fire.sis017.a", [], sending())
    with pytest.raises(Refused, match="hub-incident-needed"):
        case_message(situation(), thing("incident", INCIDENT), sending())


def test_a_character_that_xml_does_not_have_is_refused_in_xml_only() -> None:
    message = case_message(situation(), incident(title="\x0b"), sending())
    emit(message, Mode.ACTUAL, Form.JSON)
    with pytest.raises(Refused, match="hub-not-in-xml"):
        emit(message, Mode.ACTUAL, Form.XML)


def test_the_mission_of_each_means_is_read_from_the_board() -> None:
    given = thing("resource", ENGINE, assignment={"mission": MISSION})
    free = thing("resource", "b", assignment={})
    assert assignments_of([given, free, incident()]) == {ENGINE: MISSION}


@settings(max_examples=40)
@given(
    nature=st.sampled_from(sorted(natures())), title=words, place=st.none() | words, note=st.none() | words,
    lon=lons, lat=lats, mode=st.sampled_from(Mode), state=st.sampled_from(ResourceStatus),
    mission=st.sampled_from(MissionState), evolution=st.sampled_from(Evolution), name=words,
    kind=st.sampled_from(["fire-engine", "ambulance", "boat", "other"]), severity=st.none() | st.integers(1, 5),
)  # fmt: skip
def test_whatever_is_said_what_leaves_is_exact(
    nature: str, title: str, place: str | None, note: str | None, lon: float, lat: float, mode: Mode,
    state: ResourceStatus, mission: MissionState, evolution: Evolution, name: str, kind: str, severity: int | None,
) -> None:  # fmt: skip
    point = {"type": "Point", "coordinates": [lon, lat]}
    told = incident(nature=nature, title=title, place=place, note=note, geometry=point, severity=severity)
    told.said["evolution"].value["evolution"] = evolution.value
    one = engine(state=state, name=name, kind=kind, geometry=Point(coordinates=(lon, lat)))
    todo = thing("mission", MISSION, description={"title": title}, state={"state": mission.value})
    account_ = account(mode, incident=told, resources=[one], missions=[todo])
    for message in (
        case_message(situation(mode), told, sending()),
        resources_message(situation(mode), "fr.fire.sis017.a", [one], sending()),
        emsi_message(account_, sending()),
    ):
        assert sent(message, mode).mode is mode
