"""The list of natures is whole: each can be found, drawn, placed and exchanged."""

from __future__ import annotations

import re

from garance.domain.incidents.natures import OTHER, nature_of, natures


def test_each_nature_has_its_own_word_and_its_own_names() -> None:
    each = list(natures().values())
    for member in ("id", "fr", "en"):
        assert len({getattr(one, member) for one in each}) == len(each), member
    assert {one.family for one in each} == {
        "water", "weather", "fire", "industry", "ground", "transport", "people", "damage"
    }  # fmt: skip


def test_each_sign_is_a_pen_path_on_the_grid() -> None:
    for one in natures().values():
        assert re.fullmatch(r"[Mm][-MmLlHhVvCcSsAaZz0-9. ]+", one.path), one.id


def test_what_the_reference_asks_for_is_there() -> None:
    asked = (
        "vigilance-change log-jam erosion flooded-area submersion fire smoke industrial-accident road-accident "
        "road-cut rail-accident explosion pollution landslide collapse missing-person damage"
    )
    assert set(asked.split()) <= set(natures())


def test_a_nature_of_another_version_is_a_plain_one() -> None:
    assert nature_of("tornado-of-2031").id == OTHER
    assert nature_of("fire").emsi == "FIR"
