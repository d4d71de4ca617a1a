from __future__ import annotations

import pytest

from garance.territory.wording import fold, repair_text, slug, street_name


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
    assert repair_text("MoÃ«ze") == "Moëze"
    assert repair_text("Moëze") == "Moëze"
    assert repair_text("Œuvre") == "Œuvre"


def test_names_fold_and_slug() -> None:
    assert fold("DÉFENSE_Côte") == "defense_cote"
    assert slug("Port-Galène (fictif)") == "port-galene-fictif"
    assert slug("???") == "territoire"
