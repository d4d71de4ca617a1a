"""From columns to drawings: what is proposed, and what comes of what a person chose."""

from __future__ import annotations

import re

import pytest
from support.source import ROOT

from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.mapping import Mapping, apply, kind_named, kind_table, plain, propose

FRAMES = ROOT / "tests" / "frames" / "exchange_files"
TABLE = ROOT / "web" / "packages" / "map" / "src" / "kinds.ts"


def frame(name: str) -> bytes:
    return (FRAMES / name).read_bytes()


def test_the_kinds_are_those_of_the_desk() -> None:
    lines = re.findall(r"\{ kind: '([a-z-]+)', family: '[a-z]+', on: \[([^\]]*)\]", TABLE.read_text(encoding="utf-8"))
    assert {kind: set(re.findall(r"[a-z]+", on)) for kind, on in lines} == {
        **{kind: set(one.on) for kind, one in kind_table().items()},
        "other": set(),
    }
    for kind, one in kind_table().items():
        assert all(word == plain(word) for word in one.words), kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Zone inondée (aléa fort)", "flooded-area"), ("ROUTE COUPÉE", "road-cut"), ("Road closed", "road-cut"),
        ("Point d'eau n° 12", "water-point"), ("P.C. sécurité", None), ("PC exploitation", "command-post"),
        ("Zone d’évacuation", "evacuation-zone"), ("road-cut", "road-cut"),
        ("Périmètre de sécurité 300 m", "perimeter"),
        ("Coupures", "road-cut"), ("DZ stade", "landing-zone"), ("Épicerie", None), ("", None),
    ],
)  # fmt: skip
def test_a_value_names_a_kind(said: str, kind: str | None) -> None:
    assert kind_named(said) == kind


def test_columns_are_proposed_by_their_titles_and_values() -> None:
    reading = read(frame("points.csv"), "points.csv")
    mapping = propose(reading)
    assert mapping == Mapping(
        name="Nom", note="Observations", kind="Nature",
        kinds={"Accueil": "reception-centre", "Point d'eau": "water-point"}
    )  # fmt: skip
    assert [(one.name, one.kind, one.note) for one in apply(reading, mapping)] == [
        ("Hébergement gymnase", "reception-centre", "80 lits"),
        ("PEI 12", "water-point", None),
    ]


def test_a_person_chooses_otherwise() -> None:
    reading = read(frame("points.csv"), "points.csv")
    chosen = Mapping(name="Nature", kind="Nom", kinds={"PEI 12": "flooded-area"}, point="command-post")
    assert [(one.name, one.kind) for one in apply(reading, chosen)] == [
        ("Accueil", "command-post"),
        ("Point d'eau", "command-post"),
    ], "an area's kind is not drawn on a point"
    assert [one.name for one in apply(reading, Mapping())] == ["points 1", "points 2"]
    assert {one.kind for one in apply(reading, Mapping(point="unheard-of", name="no such column"))} == {"note"}


def test_a_timed_track_is_drawn_as_lines_stretch_by_stretch() -> None:
    reading = read(frame("reconnaissance.gpx"), "r.gpx")
    drawn = apply(reading, propose(reading))
    assert [(one.uid, one.name) for one in drawn] == [
        ("wpt-1", "Brèche"), ("rte-1", "Accès engins"), ("trk-1/1", "VLTT 2")
    ]  # fmt: skip
    assert len(apply(reading, Mapping(tracks="none"))) == 2


def test_the_name_of_the_file_says_the_kind_when_nothing_else_does() -> None:
    raw = b'{"type":"LineString","coordinates":[[1,45],[2,45]]}'
    assert [one.kind for one in apply(*(lambda r: (r, propose(r)))(read(raw, "Routes_coupées_2026.geojson")))] == [
        "road-cut"
    ]
