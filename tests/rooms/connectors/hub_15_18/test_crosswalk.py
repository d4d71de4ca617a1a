"""Each code of the crosswalk exists in the public models, and each word is one of ours."""

from __future__ import annotations

from typing import Any

import pytest

from garance.connectors.hub_15_18.crosswalk import crosswalk, kind_named, longest, says_health
from garance.connectors.hub_15_18.judging import schema
from garance.connectors.hub_15_18.resources import state_of
from garance.domain.incidents.natures import natures
from garance.domain.population.facts import TollCategory
from garance.domain.resources.facts import ResourceStatus
from garance.domain.taskings.facts import MissionState
from garance.symbols.reading import french_set


def codes(model: str, holder: str, member: str) -> set[str]:
    rule: dict[str, Any] = schema(model)["definitions"][holder]["properties"][member]
    return set(rule.get("items", rule)["enum"])


def test_every_status_of_a_vehicle_is_known_both_ways() -> None:
    table = crosswalk()
    known = codes("RC-RI", "state", "status")
    assert set(table.vehicle_status_in) == known == codes("RS-SR", "state", "status")
    assert set(table.vehicle_status_out) == set(ResourceStatus)
    assert set(table.vehicle_status_out.values()) <= known
    assert set(table.engaged_status) == codes("GEO-POS", "position", "engagedStatus")


def test_a_state_comes_back_as_it_was_but_what_the_hub_does_not_tell_apart() -> None:
    table = crosswalk()
    for ours, theirs in table.vehicle_status_out.items():
        available = {"available": True, "out-of-service": False}.get(ours)
        assert state_of(theirs, available) == {"engaged": "arrived"}.get(ours, ours)


def test_every_word_of_emsi_exists() -> None:
    table = crosswalk()
    assert set(table.emsi_status_in) == codes("EMSI", "resource", "STATUS")
    assert set(table.emsi_status_out) == set(ResourceStatus)
    assert set(table.emsi_status_out.values()) <= codes("EMSI", "resource", "STATUS")
    assert set(table.mission_status_in) == codes("EMSI", "mission", "STATUS")
    assert set(table.mission_status_out) == set(MissionState)
    assert set(table.mission_type) == codes("EMSI", "mission", "TYPE")
    classes = codes("EMSI", "rtype", "RCLASS")
    assert {*table.class_in, *table.class_out.values()} <= classes
    categories = codes("EMSI", "etype", "CATEGORY")
    assert {*table.category_in, *(category for category, _ in table.category_out.values())} <= categories
    assert {environment for _, environment in table.category_out.values()} <= codes("EMSI", "etype", "ENV")
    assert set(table.zone_in) <= codes("EMSI", "egeo", "TYPE")


def test_every_word_of_ours_exists() -> None:
    table = crosswalk()
    assert set(table.nature_out) == set(table.category_out) == set(natures())
    assert {*table.nature_in.values(), *table.category_in.values()} <= set(natures())
    assert {*table.counts_in.values(), *table.counts_out} <= set(TollCategory)
    assert set(table.zone_in.values()) <= {symbol.id for symbol in french_set().set.symbols}


@pytest.mark.parametrize(
    ("code", "nature"),
    [("C04.05.00", "wildfire"), ("C04.02.01", "fire"), ("C09.03.01", "gas-leak"), ("C08.10.01", None), ("", None)],
)
def test_the_longest_beginning_decides(code: str, nature: str | None) -> None:
    assert longest(crosswalk().nature_in, code) == nature


def test_a_nature_that_goes_out_comes_back_of_its_family() -> None:
    table = crosswalk()
    for nature, (code, _) in table.nature_out.items():
        back = longest(table.nature_in, code)
        assert back is None or natures()[back].family == natures()[nature].family or back == "other" or nature in (
            "snow-ice", "smoke", "erosion", "log-jam", "breach", "collapse", "rail-closed",
        ), nature  # fmt: skip


def test_what_says_the_state_of_a_person_is_known() -> None:
    assert says_health("C02.05.03")
    assert says_health("C02.13.01")
    assert not says_health("C02.01.00")
    assert not says_health("C04.02.01")


def test_the_letters_of_a_vehicle_say_its_kind() -> None:
    assert kind_named("VSAV 1 caserne") == "ambulance"
    assert kind_named("FPTSR-2") == "fire-engine"
    assert kind_named("camion", "pump") == "pump"
