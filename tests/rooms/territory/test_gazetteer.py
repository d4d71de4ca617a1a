from __future__ import annotations

import contextlib
import sqlite3
import string
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.asked_town import ROADS, lon_lat, roads_layer

from garance.territory import Pack
from garance.territory.manifest import SEARCH
from garance.territory.projection import LAMBERT_93
from garance.territory.questions.gazetteer import Gazetteer, same_name
from garance.territory.search_index import write_gazetteer
from garance.territory.search_words import HouseNumber, coordinates_in, house_number, key_of, split_house

NAMES = [
    "Échillais", "Rochefort", "Rue du Port", "Avenue du 8 Mai 1945", "Rue Gambetta", "Rue de l'Église",
    "Rue des Moulins", "Chemin de l'Île", "D911", "la Charente", "CENTRE HOSPITALIER", "CSP ROCHEFORT", "Pierre Loti",
]  # fmt: skip


def test_each_entry_is_found_by_its_own_name(asked: Pack) -> None:
    for name in NAMES:
        assert key_of(asked.gazetteer.search(name)[0].name) == key_of(name), name


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    at=st.integers(0, 40),
    letter=st.sampled_from(string.ascii_lowercase),
    how=st.sampled_from(["more", "less", "other", "turned"]),
)
def test_one_typing_error_is_forgiven(asked: Pack, name: str, at: int, letter: str, how: str) -> None:
    at %= len(name)
    assume(name[at].isalpha())
    turned = name[at + 1 : at + 2] + name[at]
    typed = {
        "more": name[:at] + letter + name[at:],
        "less": name[:at] + name[at + 1 :],
        "other": name[:at] + letter + name[at + 1 :],
        "turned": name[:at] + turned + name[at + 2 :],
    }[how]
    assume(len(name) > 4)
    found = asked.gazetteer.search(typed)
    assert key_of(name) in [key_of(each.name) for each in found[:8]], (typed, found[:8])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("av 8 mai 1945", "Avenue du 8 Mai 1945"),
        ("AVENUE DU HUIT MAI 1945", "Avenue du 8 Mai 1945"),
        ("ave. du 8-mai-1945", "Avenue du 8 Mai 1945"),
        ("r. du port", "Rue du Port"),
        ("rue  du   PORT", "Rue du Port"),
        ("che de l ile", "Chemin de l'Île"),
        ("rd 911", "D911"),
        ("D 911", "D911"),
        ("eglise rue", "Rue de l'Église"),
        ("gambeta", "Rue Gambetta"),
        ("gamb", "Rue Gambetta"),
        ("ruedu port", "Rue du Port"),
        ("echilais", "Échillais"),
        ("mairie", "Mairie"),
        ("hotel de ville", "Mairie"),
        ("pompiers", "CSP ROCHEFORT"),
        ("ecole", "Pierre Loti"),
        ("hopital rochefort", "CENTRE HOSPITALIER"),
    ],
)
def test_what_people_type(asked: Pack, typed: str, name: str) -> None:
    assert asked.gazetteer.search(typed)[0].name == name


@pytest.mark.parametrize(
    ("typed", "name", "at"),
    [
        ("12 rue du port", "12 Rue du Port", (480, 1015)),
        ("12 bis r. du port échillais", "12 bis Rue du Port", (490, 1015)),
        ("12bis, rue du Port", "12 bis Rue du Port", (490, 1015)),
        ("rue du port 63", "63 Rue du Port", (2520, 985)),
        ("n° 7 r du prot", "7 Rue du Port", (280, 985)),
        ("14 ter rue du port", "14 Rue du Port", (560, 1015)),
    ],
)
def test_house_numbers(asked: Pack, typed: str, name: str, at: tuple[float, float]) -> None:
    first = asked.gazetteer.search(typed)[0]
    assert (first.kind, first.name) == ("address", name)
    assert (first.lon_deg, first.lat_deg) == pytest.approx(lon_lat(*at), abs=2e-6)


def test_a_number_that_the_street_does_not_have_gives_the_street(asked: Pack) -> None:
    first = asked.gazetteer.search("4321 rue du port")[0]
    assert (first.kind, first.name) == ("street", "Rue du Port")


@pytest.mark.parametrize(
    ("typed", "lon_deg", "lat_deg"),
    [
        ("45.9495 -0.948", -0.948, 45.9495),
        ("45,9495 ; -0,948", -0.948, 45.9495),
        ("45.9495N 0.948W", -0.948, 45.9495),
        ("0.948 O, 45.9495 N", -0.948, 45.9495),
        ("45°56'58.2\"N 0°56'52.8\"W", -0.948, 45.9495),
        ("45° 56,97' N 0° 56,88' O", -0.948, 45.9495),
        ("385000 6546000", -1.06755, 45.94067),
        ("X = 385000 Y = 6546000", -1.06755, 45.94067),
    ],
)
def test_coordinates_are_recognised(asked: Pack, typed: str, lon_deg: float, lat_deg: float) -> None:
    (found,) = asked.gazetteer.search(typed)
    assert found.kind == "position"
    assert (found.lon_deg, found.lat_deg) == pytest.approx((lon_deg, lat_deg), abs=2e-4)


@pytest.mark.parametrize("typed", ["8 mai 1945", "12 14", "95.2 200.1", "12 rue du port", "911", "1 2 3", "45.9"])
def test_what_is_no_coordinate(typed: str) -> None:
    assert coordinates_in(typed) is None


def test_what_is_near_comes_first_among_equals(asked: Pack) -> None:
    for at, commune in (((500, 1000), "Échillais"), ((3500, 1000), "Rochefort")):
        found = asked.gazetteer.search("rue du port", near=lon_lat(*at))
        assert (found[0].name, found[0].context) == ("Rue du Port", commune)
        house = asked.gazetteer.search("12 rue du port", near=lon_lat(*at))[0]
        assert (house.name, house.context) == ("12 Rue du Port", "Échillais")
    assert asked.gazetteer.search("rue du port rochefort")[0].context == "Rochefort"


def test_kinds_and_limit(asked: Pack) -> None:
    assert {each.kind for each in asked.gazetteer.search("rochefort", kinds=["site"])} == {"site"}
    assert asked.gazetteer.search("12 rue du port", kinds=["street"])[0].kind == "street"
    assert asked.gazetteer.search("rue", kinds=["unheard-of"]) == []
    assert len(asked.gazetteer.search("rue", limit=3)) == 3


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_at_all_may_be_typed(asked: Pack, text: str) -> None:
    assert len(asked.gazetteer.search(text)) <= 20


@pytest.mark.parametrize(
    "typed", ['" OR 1=1', "*", "rue NEAR port", "'; DROP TABLE entry; --", "\0", "%", "", "   ", "(", "🚒"]
)
def test_what_looks_like_a_query_is_only_text(asked: Pack, typed: str) -> None:
    asked.gazetteer.search(typed)
    assert asked.gazetteer.search("Rue Gambetta")[0].name == "Rue Gambetta"


def test_the_index_is_never_written_to(asked: Pack) -> None:
    before = asked.file(SEARCH).read_bytes()
    asked.gazetteer.search("rue")
    assert asked.file(SEARCH).read_bytes() == before
    with contextlib.closing(asked.gazetteer._base()) as base, pytest.raises(sqlite3.OperationalError):
        base.execute("DELETE FROM entry")


def test_same_layers_same_bytes(tmp_path: Path) -> None:
    layers = [roads_layer(ROADS)]
    for name in ("a", "b"):
        assert write_gazetteer(tmp_path / name, layers, LAMBERT_93) == 8
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_territory_without_any_name(tmp_path: Path) -> None:
    assert write_gazetteer(tmp_path / "none", [], LAMBERT_93) == 0
    assert Gazetteer(tmp_path / "none").search("mairie") == []


def test_words_that_are_one_name() -> None:
    assert same_name("Av. du Gal de Gaulle", "avenue du Général-de-Gaulle")
    assert same_name("Bd St-Martin", "BOULEVARD SAINT MARTIN")
    assert same_name("Pl. du Mal Foch", "place du maréchal FOCH")
    assert same_name("Rd-pt de l'Europe", "rond point de l’Europe")
    assert not same_name("Rue du Port", "Quai du Port")


def test_house_numbers_as_they_are_written() -> None:
    assert house_number("12") == HouseNumber(12, "")
    assert house_number(" 12 BIS ") == house_number("12bis") == HouseNumber(12, "bis")
    assert house_number("12b") == HouseNumber(12, "B")
    assert house_number("XII") is None
    assert split_house(("8", "rue", "8", "mai"))[0] == (HouseNumber(8, ""), ("rue", "8", "mai"))
