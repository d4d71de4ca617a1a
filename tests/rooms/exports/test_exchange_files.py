"""The picture as files of exchange, read back by other programs and by our own reader."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import warnings
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import msgspec
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape as as_shape
from support.papers import a_night, a_story, matter_of
from support.story import START, Story, entry, oid, point, resource, shape

from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.mapping import apply, propose
from garance.exports.exchange.outgoing import FIELDS, field_names, outgoing, words_of
from garance.exports.registry import EXCHANGES
from garance.kernel.place import LineString
from garance.ports.export import Matter, Order, Stand

MAPS = ("geojson", "kml", "gpx", "geopackage")
LANGUAGES: tuple[Literal["fr", "en"], ...] = ("fr", "en")


def night() -> Matter:
    """Everything at once: a zone with a hole, a line, points, a circle, an incident on the map, a tracked unit."""
    story = a_night()
    outer = [[-1, 45.9], [-0.9, 45.9], [-0.9, 46], [-1, 45.9]]
    hole = [outer, [[-0.95, 45.92], [-0.93, 45.92], [-0.93, 45.94], [-0.95, 45.92]]]
    story.tell("drawings.draw", shape("Percée & <trou>", geometry={"type": "Polygon", "coordinates": hole}))
    line = {"type": "LineString", "coordinates": [[-1, 45.9], [-0.95, 45.95]]}
    story.tell("drawings.draw", shape("Coupée", kind="road-cut", geometry=line))
    story.tell("resources.declare", resource("Sans lieu"))
    fire = {"incident": oid("feu"), "nature": "flooded-area", "title": "Cave", "geometry": point(-0.97, 45.94)}
    story.tell("incidents.describe", fire)
    stands = tuple(
        Stand(
            lon_deg=round(-1.05 + n / 1000, 3),
            lat_deg=45.95,
            at=START + timedelta(minutes=n),
            altitude_m=3.0,
            speed_mps=4.5,
        )
        for n in range(60, 65)
    )
    return msgspec.structs.replace(matter_of(story), paths={oid("FPT 1"): stands})


@pytest.fixture(scope="module")
def matter() -> Matter:
    return night()


def made(kind: str, matter: Matter, language: Literal["fr", "en"] = "fr") -> bytes:
    return EXCHANGES[kind].write(matter, Order(language=language))


def shapes(matter: Matter) -> list[Any]:
    whole = outgoing(matter, Order())
    rows = [row for layer in whole.layers for row in layer.rows if row.geometry is not None]
    return [as_shape(msgspec.to_builtins(row.geometry)) for row in rows]


def gdal(content: bytes, suffix: str, folder: Path) -> dict[str, list[Any]]:
    """The shapes of each layer, as GDAL reads them."""
    path = folder / f"picture.{suffix}"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layers = [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
        return {name: list(shapely.from_wkb(pyogrio.raw.read(path, layer=name)[2])) for name in layers}


def alike(mine: list[Any], theirs: list[Any]) -> bool:
    def key(one: Any) -> tuple[str, bytes]:
        return one.geom_type, shapely.get_coordinates(one).round(7).tobytes()

    return sorted(map(key, mine)) == sorted(map(key, (one for one in theirs if one is not None and not one.is_empty)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(EXCHANGES))
def test_every_file_says_that_it_is_an_exercise_in_itself_and_in_each_thing(
    kind: str, language: Literal["fr", "en"], matter: Matter, tmp_path: Path
) -> None:
    word = {"fr": "EXERCICE", "en": "EXERCISE"}[language]
    content = made(kind, matter, language)
    if kind == "geopackage":
        path = tmp_path / "p.gpkg"
        path.write_bytes(content)
        for name, _ in pyogrio.list_layers(path):
            marks = pyogrio.raw.read(path, layer=name, columns=["mode"])[3][0]
            assert set(marks) == {word}, name
        with sqlite3.connect(path) as base:
            told = [description for (description,) in base.execute("select description from gpkg_contents")]
        base.close()
        assert all(word in one and matter.situation.id in one for one in told)
        return
    reading = read(content, f"picture.{EXCHANGES[kind].suffix}")
    if kind != "csv":
        assert reading.title.startswith(f"{word} – ")
        assert matter.situation.id.encode() in content
    assert reading.drawn
    for one in reading.drawn:
        assert word in {*one.details.values(), (one.note or "")[: len(word)]}, one.uid


@pytest.mark.parametrize("kind", sorted(EXCHANGES))
def test_what_really_happens_bears_no_mark(kind: str) -> None:
    content = made(kind, matter_of(a_story("actual")))
    assert b"EXERCICE" not in content
    assert b"TEST" not in content.replace(b"TEST.TEST", b"")


def test_gdal_reads_every_shape_of_every_map(matter: Matter, tmp_path: Path) -> None:
    expected = shapes(matter)
    assert {one.geom_type for one in expected} == {"Point", "LineString", "Polygon"}
    (read_geojson,) = gdal(made("geojson", matter), "geojson", tmp_path).values()
    assert alike(expected, read_geojson)
    for kind, suffix in (("geopackage", "gpkg"), ("kml", "kml")):
        layers = gdal(made(kind, matter), suffix, tmp_path)
        assert alike(expected, [one for part in layers.values() for one in part]), kind
    layers = gdal(made("gpx", matter), "gpx", tmp_path)
    assert alike([one for one in expected if one.geom_type == "Point"], layers["waypoints"])
    assert len(layers["tracks"]) == sum(one.geom_type != "Point" for one in expected) + 1


def test_the_columns_of_a_geopackage_have_their_types(matter: Matter, tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    path.write_bytes(made("geopackage", matter))
    info = pyogrio.read_info(path, layer="means")
    types = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert info["crs"] == "EPSG:4326"
    assert types["etat_depuis"].startswith("datetime64")
    assert types["vitesse_mps"] == "float64"
    assert types["versions_contraires"] == "bool"
    assert set(field_names("means", "fr").values()) - {"id"} <= set(types)
    meta, _, _, values = pyogrio.raw.read(path, layer="means")
    rows = dict(zip(meta["fields"], values, strict=True))
    at = list(rows["nom"]).index("FPT 1")
    assert (rows["effectif"][at], rows["indicatif"][at], rows["nature_code"][at]) == (6, "Rochefort 12", "fire-engine")
    assert str(rows["position_du"][at]).startswith("2026-11-23T09:04")


def test_a_tracked_unit_is_where_it_was_last_and_its_way_is_in_the_gpx(matter: Matter) -> None:
    place = next(row for row in outgoing(matter, Order()).layers[0].rows if row.name == "FPT 1")
    assert msgspec.to_builtins(place.geometry)["coordinates"] == (-0.986, 45.95)
    root = ElementTree.fromstring(made("gpx", matter))
    space = "{http://www.topografix.com/GPX/1/1}"
    tracks = [one for one in root.iter(f"{space}trk") if one.findtext(f"{space}name") == "Trace de FPT 1"]
    times = [one.findtext(f"{space}time") for one in tracks[0].iter(f"{space}trkpt")]
    assert times == [f"2026-11-23T09:0{n}:00Z" for n in range(5)]


def test_one_who_reported_by_voice_after_the_tracker_is_where_they_said(matter: Matter) -> None:
    old = (Stand(lon_deg=0, lat_deg=0, at=START - timedelta(days=1)),)
    moved = [msgspec.structs.replace(one, moved_at=START) for one in matter.picture.resources] if matter.picture else []
    assert matter.picture is not None
    picture = msgspec.structs.replace(matter.picture, resources=tuple(moved))
    said = msgspec.structs.replace(matter, picture=picture, paths={one.id: old for one in moved})
    rows = outgoing(said, Order()).layers[0].rows
    assert all(row.geometry is None or row.geometry.coordinates != (0, 0) for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["geojson", "kml", "geopackage"])
def test_our_own_reader_finds_the_same_drawings(kind: str, language: Literal["fr", "en"], matter: Matter) -> None:
    reading = read(made(kind, matter, language), "picture")
    assert {one.code for one in reading.tallies} <= {"geometry-missing"}, "a unit without a place"
    drawn = {one.name: one for one in apply(reading, propose(reading))}
    assert matter.picture is not None
    for one in matter.picture.shapes:
        assert (drawn[one.name].kind, drawn[one.name].geometry) == (one.kind, one.geometry), one.name


def test_the_order_of_elements_is_that_of_the_schema(matter: Matter) -> None:
    root = ElementTree.fromstring(made("kml", matter))
    wanted = ["name", "open", "description", "TimeStamp", "styleUrl", "Style", "ExtendedData"]
    shapes_ = ["Point", "LineString", "Polygon"]
    for one in root.iter():
        tag = one.tag.rpartition("}")[2]
        if tag in ("Document", "Folder", "Placemark"):
            order = [child.tag.rpartition("}")[2] for child in one]
            ranks = [([*wanted, "Folder", "Placemark", *shapes_]).index(each) for each in order]
            assert ranks == sorted(ranks), tag
    ids = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids))
    styles = {one.attrib["id"] for one in root.iter("{http://www.opengis.net/kml/2.2}Style")}
    named = {one.text for one in root.iter("{http://www.opengis.net/kml/2.2}styleUrl")}
    assert named == {f"#{one}" for one in styles}


def test_a_table_of_means_is_opened_by_a_spreadsheet_and_runs_nothing() -> None:
    story = Story()
    story.begin()
    story.tell("resources.declare", resource("=CMD()|calc", geometry=point(-1, 45.9)))
    content = made("csv", matter_of(story)).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content), delimiter=";")
    assert (row["nom"], row["longitude"], row["latitude"]) == ("'=CMD()|calc", "-1,0", "45,9")
    assert row["etat_au"].endswith("Z")
    english = made("csv", matter_of(story), "en").decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(english)))["longitude"] == "-1.0"
    assert len(read(content.encode(), "x").drawn) == 1


def test_an_empty_picture_makes_files_that_open(tmp_path: Path) -> None:
    story = Story()
    story.begin("test")
    empty = matter_of(story)
    for kind in MAPS:
        gdal(made(kind, empty), EXCHANGES[kind].suffix, tmp_path)
    assert json.loads(made("geojson", empty))["name"].startswith("TEST – ")


def test_the_words_are_whole_in_both_languages() -> None:
    assert words_of("fr").keys() == words_of("en").keys()
    used = {f"field.{key}" for fields in FIELDS.values() for key in fields}
    assert used <= words_of("fr").keys()
    for layer in FIELDS:
        for language in LANGUAGES:
            names = list(field_names(layer, language).values())
            assert len(names) == len(set(names))
            assert all(name.isascii() and name.replace("_", "a").isalnum() for name in names)


words = st.text(min_size=1, max_size=30).filter(lambda text: text.strip())
degrees = st.tuples(st.floats(-179, 179).map(lambda v: round(v, 7)), st.floats(-89, 89).map(lambda v: round(v, 7)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(words, st.lists(degrees, min_size=2, max_size=6, unique=True)), min_size=1, max_size=4))
def test_any_words_and_places_go_out_and_come_back(drawn: list[tuple[str, list[tuple[float, float]]]]) -> None:
    story = a_story()
    matter = matter_of(story)
    assert matter.picture is not None
    one = matter.picture.shapes[0]
    made_of = [
        msgspec.structs.replace(one, id=oid(f"s{n}"), name=name, geometry=LineString(line))
        for n, (name, line) in enumerate(drawn)
    ]
    matter = msgspec.structs.replace(matter, picture=msgspec.structs.replace(matter.picture, shapes=tuple(made_of)))
    for kind in ("geojson", "kml"):
        reading = read(made(kind, matter), "x")
        by_place = {tuple(one.geometry.coordinates) for one in reading.drawn if isinstance(one.geometry, LineString)}
        for _, line in drawn:
            narrow = all(abs(a[0] - b[0]) <= 180 for a, b in pairwise(line))
            assert not narrow or tuple(line) in by_place, kind
    ElementTree.fromstring(made("gpx", matter))


def test_an_entry_is_never_in_a_file() -> None:
    story = a_story()
    story.tell("logbook.write", entry("phrase secrète"))
    for kind in sorted(EXCHANGES):
        assert "phrase secrète".encode() not in made(kind, matter_of(story))
