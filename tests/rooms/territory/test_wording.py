from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garance.territory.wording import fold, slug, street_name, undo_double_encoding


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("AV DU 8 MAI 1945", "Avenue du 8 Mai 1945"),
        ("R DE L'EGLISE", "Rue de l'Eglise"),
        ("AV VICTOR-LOUIS BACHELAR", "Avenue Victor-Louis Bachelar"),
        ("RTE NATIONALE 137", "Route Nationale 137"),
        ("Rue du Port", "Rue du Port"),
        ("  PL   CARNOT ", "Place Carnot"),
        ("", ""),
    ],
)
def test_street_names_are_written_as_people_write_them(written: str, read: str) -> None:
    assert street_name(written) == read


def test_text_encoded_twice_is_undone_and_sound_text_is_left_alone() -> None:
    assert undo_double_encoding("MoÃ«ze") == "Moëze"
    assert undo_double_encoding("Moëze") == "Moëze"
    assert undo_double_encoding("Œuvre") == "Œuvre"


@given(st.text())
def test_any_text_misread_as_latin1_comes_back(text: str) -> None:
    misread = text.encode("utf-8", errors="ignore").decode("latin-1")
    assert undo_double_encoding(misread) == text.encode("utf-8", errors="ignore").decode("utf-8")


def test_names_fold_and_slug() -> None:
    assert fold("DÉFENSE_Côte") == "defense_cote"
    assert slug("Port-Galène (fictif)") == "port-galene-fictif"
    assert slug("???") == "territoire"
