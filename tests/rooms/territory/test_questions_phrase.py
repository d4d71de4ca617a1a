from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asked_town import lon_lat

from garance.kernel.refusal import Refused
from garance.territory import Pack
from garance.territory.questions.saying import calmed, compass, distance_en, distance_fr, of, with_article

PLACES = {"Échillais", "Rochefort", "mer", "hors du territoire", "Charente"}


@pytest.mark.parametrize(
    ("at", "fr", "en"),
    [
        ((480, 1010), "12 rue du Port, Échillais", "12 rue du Port, Échillais"),
        ((491, 1020), "12 bis rue du Port, Échillais", "12 bis rue du Port, Échillais"),
        ((560, 1045), "rue du Port, à hauteur du n° 14, Échillais", "rue du Port, near no. 14, Échillais"),
        ((3960, 1012), "rue du Port, face au n° 99, Rochefort", "rue du Port, opposite no. 99, Rochefort"),
        (
            (1500, 2010),
            "à 90 m au sud du CSP Rochefort, rue Gambetta, Échillais",
            "90 m south of CSP Rochefort, rue Gambetta, Échillais",
        ),
        ((3300, 2100), "à côté de l'église, Rochefort", "next to the church, Rochefort"),
        ((500, 620), "à 120 m au nord de la mairie d'Échillais", "120 m north of Échillais town hall"),
        ((-1500, 500), "en mer, à 2 km à l'ouest de la mairie d'Échillais", "at sea, 2 km west of Échillais town hall"),
        (
            (2500, 3000),
            "D911, à 500 m à l'ouest du pont de la D3, Rochefort",
            "D911, 500 m west of the D3 bridge, Rochefort",
        ),
    ],
)
def test_what_a_person_would_say(asked: Pack, at: tuple[float, float], fr: str, en: str) -> None:
    said = asked.phrase(*lon_lat(*at))
    assert (said.fr, said.en) == (fr, en)


def test_beyond_the_territory(asked: Pack) -> None:
    said = asked.phrase(*lon_lat(2000, 9000))
    assert said.kind == "outside"
    assert said.fr.startswith("hors du territoire, à ")
    assert said.fr.endswith(("au nord d'Échillais", "au nord de Rochefort"))


def test_on_the_river(asked: Pack) -> None:
    said = asked.phrase(*lon_lat(2300, 3700))
    assert said.fr.startswith("sur la Charente, à ")
    assert said.kind == "water"


def test_a_phrase_carries_its_parts(asked: Pack) -> None:
    said = asked.phrase(*lon_lat(1500, 2010))
    assert (said.kind, said.commune, said.street) == ("street", "Échillais", "Rue Gambetta")
    assert (said.landmark, said.compass) == ("le CSP Rochefort", 4)
    assert said.distance_m == pytest.approx(90, abs=0.5)
    at_door = asked.phrase(*lon_lat(480, 1010))
    assert (at_door.number, at_door.street) == ("12", "Rue du Port")


@settings(max_examples=150, deadline=None)
@given(x=st.floats(-60_000, 60_000), y=st.floats(-60_000, 60_000))
def test_a_phrase_always_names_a_place(asked: Pack, x: float, y: float) -> None:
    said = asked.phrase(*lon_lat(x, y))
    assert any(name in said.fr for name in PLACES)
    assert said.en.strip()
    assert "None" not in said.fr + said.en
    for wrong in ("de le ", "de les ", "de É", "de E", "  ", ", ,"):
        assert wrong not in said.fr


@settings(max_examples=50, deadline=None)
@given(lon_deg=st.floats(-180, 180), lat_deg=st.floats(-84, 84))
def test_anywhere_on_earth_something_is_said_or_refused_as_no_place(
    asked: Pack, lon_deg: float, lat_deg: float
) -> None:
    with contextlib.suppress(Refused):
        assert asked.phrase(lon_deg, lat_deg).fr


def test_distances_as_people_say_them() -> None:
    metres = (3, 14, 122, 196, 204, 274, 480, 974, 976, 1_240, 4_000, 9_960, 14_400)
    assert [distance_fr(each) for each in metres] == [
        "10 m", "10 m", "120 m", "200 m", "200 m", "250 m", "500 m", "950 m", "1 km", "1,2 km", "4 km", "10 km",
        "14 km",
    ]  # fmt: skip
    assert distance_en(1_240) == "1.2 km"


def test_articles_and_elisions() -> None:
    said = ["la mairie", "le CSP", "l'école", "les Halles", "Échillais", "Rochefort", "Le Havre", "La Rochelle", "Yves"]
    assert [of(each) for each in said] == [
        "de la mairie", "du CSP", "de l'école", "des Halles", "d'Échillais", "de Rochefort", "du Havre",
        "de La Rochelle", "d'Yves",
    ]  # fmt: skip
    assert with_article("Collège Pierre Loti") == "le collège Pierre Loti"
    assert with_article("EHPAD Les Iris") == "l'EHPAD Les Iris"
    assert with_article("Pierre Loti") is None
    assert calmed("HOPITAL DE JOUR LE VERMENDOIS") == "Hopital de Jour le Vermendois"
    assert calmed("École Émile Zola") == "École Émile Zola"


def test_the_eight_winds() -> None:
    ways = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]
    assert [compass(east, north) for east, north in ways] == list(range(8))


@pytest.mark.real_data
def test_rochefort_in_words_by_road_and_by_name(rochefort: Pack) -> None:
    pack = rochefort
    fire_centre, hospital, harbour = (-0.9480, 45.9495), (-0.95936, 45.96496), (-1.0840, 45.9480)
    assert pack.phrase(*fire_centre).fr.startswith("à côté du CSP Rochefort, avenue de la Liberation")
    assert pack.phrase(-0.9625, 45.9160).fr == "sur la Charente, à 300 m à l'est du pont de la D733"
    assert pack.phrase(-1.10, 45.985).fr == "en mer, à 2,1 km à l'ouest de Fouras"
    near = pack.ways.route(fire_centre, hospital)
    assert 1_800 < near.length_m < 4_500
    assert near.gap_m == 0
    far = pack.ways.route(fire_centre, harbour)
    assert 15_000 < far.length_m < 22_000
    assert "gap" in far.warnings
    assert far.gap_m == pytest.approx(692, abs=5)
    assert pack.people_inside(far.shape.buffer(1)).central == pytest.approx(29_090, abs=1)
    assert pack.gazetteer.search("av du gal de gaule port des barqes")[0].context == "Port-des-Barques"
    assert pack.gazetteer.search("st laurent de la pree")[0].name == "Saint-Laurent-de-la-Prée"
    assert pack.gazetteer.search("RD 911")[0].name == "D911"
