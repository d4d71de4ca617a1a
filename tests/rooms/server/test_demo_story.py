"""The demonstration's story as data: its people, its hours, the numbers it speaks of, what it needs of a territory."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.territories import line, quiet, square, write_layer

import garance.domain.concerns  # noqa: F401 - makes every command known
from garance.domain import commands
from garance.kernel.refusal import Refused
from garance.server.demo.counts import count_people, words_of
from garance.server.demo.places import choose_places
from garance.server.demo.story import Script, read_story
from garance.server.settings import Demo
from garance.territory import Pack, import_territory

NIGHT = read_story()
HALF_AN_HOUR_S = 1_800


def text_of(key: str, words: dict[str, str]) -> list[int]:
    """The numbers that the entry containing these words tells."""
    (text,) = [str(step.body["text"]) for step in NIGHT.step if key in str(step.body.get("text", ""))]
    return [int(number) for number in re.findall(r"(?<![\w-])\d+(?![\w])", text.format_map(words))]


@given(st.lists(st.integers(0, 5_000), min_size=3, max_size=3))
def test_the_counts_of_the_night_add_up_wherever_it_is_told(lived: list[int]) -> None:
    counts = count_people(lived)
    assert counts.people == counts.evacuated + (counts.people - counts.evacuated)
    for sector in (counts.a, counts.b, counts.c):
        assert sector.people == sector.evacuated + sector.upstairs
        assert sector.evacuated == sector.sheltered + sector.relatives
        assert 0 <= sector.absent_homes < sector.homes
        assert sector.upstairs > 0
    out = counts.a.evacuated + counts.b.evacuated + counts.c.evacuated + counts.rescued
    assert counts.evacuated == out == counts.sheltered + counts.relatives + counts.to_hospital
    assert counts.sheltered == counts.centre_1 + counts.centre_2
    assert counts.to_hospital <= counts.by_boat
    assert counts.rescued <= counts.a.upstairs
    assert counts.missing <= counts.c.upstairs
    words = {name: int(number) for name, number in words_of(counts).items()}
    assert words["returned"] + words["still_out"] == words["evacuated"]
    assert words["upstairs"] + words["evacuated"] == words["people"]
    assert words["first_in"] <= words["more_in"] <= words["a_sheltered"]
    assert words["beds_1"] >= words["centre_1"]
    assert words["beds_2"] >= words["centre_2"]


def test_the_situation_report_of_six_o_clock_says_numbers_that_agree() -> None:
    words = {name: "x" for name in ("hospital", "neighbour_2", "c_street", "b_street", "a_street")} | words_of(
        count_people([112, 72, 83])
    )
    hour, out, sheltered, one, _, two, _, relatives, hospital, upstairs, missing = text_of("Point de 6 h", words)
    assert hour == 6
    assert out == sheltered + relatives + hospital
    assert sheltered == one + two
    assert out + upstairs == 112 + 72 + 83
    first, second, both, again = text_of("Recensement aux deux accueils", words)
    assert (first, second, both) == (one, two, sheltered)
    assert again == hour
    _, returned, evacuated, still_out = text_of("personnes rentrées. En tout", words)
    assert evacuated == returned + still_out == out
    assert missing >= 1


def test_the_night_lasts_half_an_hour_at_its_own_pace() -> None:
    assert (NIGHT.ends_at - NIGHT.starts_at).total_seconds() / Demo().speed == HALF_AN_HOUR_S


def test_an_hour_before_the_first_one_is_of_the_next_day() -> None:
    assert NIGHT.instant(time(18, 5)).date() == NIGHT.starts_at.date()
    assert NIGHT.instant(time(4, 30)) == NIGHT.sea_peak_at
    assert NIGHT.starts_at <= NIGHT.step[0].at
    assert NIGHT.step[-1].at <= NIGHT.ends_at


def test_every_step_is_a_command_that_exists_and_every_key_is_its_own() -> None:
    for step in NIGHT.step:
        commands.find(step.command)
    keys = [step.key for step in NIGHT.step]
    assert len(keys) == len(set(keys))
    assert [phase.id for phase in NIGHT.phase][:7] == [
        "watch", "warning", "activation", "flooding", "evacuation", "shelter", "return",
    ]  # fmt: skip


def test_a_step_is_left_out_where_the_territory_lacks_what_it_needs() -> None:
    needy = [step for step in NIGHT.step if step.needs]
    assert needy
    bare = Script(NIGHT, situation="x" * 36, places={}, words={}, has=frozenset())
    full = Script(
        NIGHT, situation="x" * 36, places={}, words={}, has=frozenset(need for s in needy for need in s.needs)
    )
    assert len(bare.steps) == len(full.steps) - len(needy)


def test_a_step_about_an_entry_that_was_refused_is_refused_too() -> None:
    script = Script(NIGHT, situation="x" * 36, places={}, words={}, has=frozenset())
    strike = next(step for step in script.steps if step.command == "logbook.strike")
    with pytest.raises(Refused, match="entry-unknown"):
        script.body(strike)


def test_a_territory_without_sea_is_refused_clearly(tmp_path: Path) -> None:
    write_layer(
        tmp_path / "in" / "communes.geojson", [square(0, 0, 2000)], nom=["Ici"], insee_com=["17237"], population=[553]
    )
    write_layer(
        tmp_path / "in" / "routes.geojson", [line((0, 100), (900, 100))], nom_1_g=["R DU BOIS"], importance=["3"]
    )
    pack: Pack = import_territory(tmp_path / "in", tmp_path / "out", progress=quiet)
    with pytest.raises(Refused, match="story-needs") as refused:
        choose_places(pack, peak_m=4.0)
    assert refused.value.detail == {"missing": "coast"}
