"""Files made to harm: refused or set aside, quickly, whatever the bytes; nothing is fetched."""

from __future__ import annotations

import gzip
import io
import json
import socket
import sqlite3
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.source import ROOT
from support.territories import write_layer

from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.mapping import apply, propose
from garance.connectors.exchange_files.reading import MAX_FEATURES, MAX_FILE_BYTES
from garance.domain.geometry import check_shape
from garance.kernel.refusal import Refused

FRAMES = sorted(path for path in (ROOT / "tests" / "frames" / "exchange_files").iterdir() if path.suffix != ".json")
quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
POINT = b"<Placemark><Point><coordinates>1,45</coordinates></Point></Placemark>"


def refused(raw: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read(raw, "x")
    return caught.value.code


@pytest.fixture(autouse=True)
def _unplugged(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object, **__: object) -> None:
        raise AssertionError("the network was looked for")

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        b'<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE kml SYSTEM "http://dtd.example/kml.dtd">',
        b'<!DOCTYPE kml [<!ENTITY % p SYSTEM "http://dtd.example/p"> %p;]>',
        b"<!DOCTYPE kml>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_document_type_is_refused(head: bytes, encoding: str) -> None:
    raw = (head + b"<kml><name>&a;&b;</name>" + POINT + b"</kml>").decode().encode(encoding)
    assert refused(raw) == "xml-with-entities"
    assert refused(b"<?xml version='1.0'?><!-- " + b"-" * 0 + b"x" * 70_000 + b" -->" + head + b"<kml/>") in (
        "xml-with-entities", "format-unknown",
    )  # fmt: skip


def test_depth_is_bounded_everywhere() -> None:
    assert refused(b"<kml>" + b"<Folder>" * 5000) == "layer-too-large"
    assert refused(b"[" * 100_000) in ("json-too-deep", "json-malformed")
    assert refused(b'{"a":' * 100_000 + b"1" + b"}" * 100_000) == "json-too-deep"
    nested: Any = {"type": "Point", "coordinates": [1, 45]}
    for _ in range(50):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    assert {one.code for one in read(json.dumps(nested).encode(), "x").tallies} == {"geometry-malformed"}
    coordinates = b"[" * 900 + b"]" * 900
    raw = b'{"type":"Feature","geometry":{"type":"Polygon","coordinates":' + coordinates + b"}}"
    assert {one.weight for one in read(raw, "x").tallies} == {"aside"}


def test_what_unfolds_in_memory_is_bounded() -> None:
    assert refused(b"[" + b"[]," * 3_000_001) == "layer-too-large"
    assert refused(b"<gpx>" + b"<wpt/>" * 1_000_001 + b"</gpx>") == "layer-too-large"
    assert refused(b"x" * (MAX_FILE_BYTES + 1)) == "file-too-large"


def test_no_more_things_than_the_bound() -> None:
    raw = b"<kml>" + POINT * (MAX_FEATURES + 5) + b"</kml>"
    reading = read(raw, "x")
    assert len(reading.drawn) == MAX_FEATURES
    assert [(one.code, one.count) for one in reading.tallies] == [("features-too-many", 1)]
    many = {"type": "MultiPoint", "coordinates": [[k / 1e6, 45] for k in range(MAX_FEATURES + 5)]}
    assert len(read(json.dumps(many).encode(), "x").drawn) == MAX_FEATURES


def test_exactly_the_bound_is_no_problem() -> None:
    many = {"type": "MultiPoint", "coordinates": [[k / 1e6, 45] for k in range(MAX_FEATURES)]}
    reading = read(json.dumps(many).encode(), "x")
    assert (len(reading.drawn), reading.tallies) == (MAX_FEATURES, ())


def test_work_is_bounded_whatever_the_outlines() -> None:
    rings = [[[k / 1e5, 45], [k / 1e5, 45.1], [k / 1e5 + 1e-6, 45], [k / 1e5, 45]] for k in range(60_000)]
    many = json.dumps({"type": "Polygon", "coordinates": rings}).encode()
    assert {one.code for one in read(many, "x").tallies} == {"vertices-too-many"}
    stars = [[[(i * 37 % 101) / 101, 45 + (i * 53 % 97) / 97] for i in range(100)] for _ in range(800)]
    shapes = [{"type": "Polygon", "coordinates": [[*ring, ring[0]]]} for ring in stars]
    lines = "\n".join(json.dumps({"type": "Feature", "geometry": one}) for one in shapes).encode()
    assert {one.code for one in read(lines, "x").tallies} >= {"outline-too-tangled"}
    assert refused(b"<kml>" + b"&" * 600_000) == "layer-unreadable"


def archive(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return packed.getvalue()


def test_archives_that_harm() -> None:
    assert refused(archive(("doc.kml", b"\0" * (210 << 20)))) == "archive-too-large"
    assert refused(gzip.compress(b"\0" * (210 << 20))) == "archive-too-large"
    for name in ("../doc.kml", "/etc/doc.kml", "a/../../doc.kml", "c:\\doc.kml", "..\\doc.kml"):
        assert refused(archive((name, b"<kml/>"))) == "archive-unsafe"
    inner = archive(("doc.kml", b"<kml/>"))
    assert refused(archive(("a.kmz", inner))) == "archive-nested"
    assert refused(gzip.compress(inner)) == "archive-nested"
    assert refused(inner[:-30]) == "archive-corrupted"
    assert refused(archive(("lisez-moi.pdf", b"%PDF"))) == "format-unknown"


def test_a_small_archive_never_takes_much_memory() -> None:
    raw = archive(*((f"{k}.geojson", b" " * (3 << 20)) for k in range(49)))
    tracemalloc.start()
    try:
        refused(raw)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_a_map_never_fetches_what_it_names() -> None:
    raw = (
        b"<kml><Document><Style id='s'><IconStyle><Icon><href>http://a.example/i.png</href></Icon></IconStyle></Style>"
        b"<NetworkLink><Link><href>http://b.example/x.kml</href></Link></NetworkLink>"
        b"<Placemark><styleUrl>https://c.example/s.kml#a</styleUrl><Point><coordinates>1,45</coordinates></Point></Placemark>"
        b"<Placemark><styleUrl>#s</styleUrl><description><![CDATA[<img src='http://d.example/p'>]]></description>"
        b"<Point><coordinates>1,45</coordinates></Point></Placemark></Document></kml>"
    )
    reading = read(raw, "x")
    assert {one.code: one.count for one in reading.tallies} == {"network-link": 1, "remote-ignored": 2}
    assert len(reading.drawn) == 2
    assert not any(one.note for one in reading.drawn)


def test_style_maps_that_lead_to_one_another_end() -> None:
    raw = (
        b"<kml><StyleMap id='a'><Pair><key>normal</key><styleUrl>#b</styleUrl></Pair></StyleMap>"
        b"<StyleMap id='b'><Pair><key>normal</key><styleUrl>#a</styleUrl></Pair></StyleMap>"
        b"<Placemark><styleUrl>#a</styleUrl><Point><coordinates>1,45</coordinates></Point></Placemark></kml>"
    )
    assert {one.code for one in read(raw, "x").tallies} == {"style-unknown"}


def test_a_geopackage_that_leads_elsewhere_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_layer(path, [shapely.Point(1, 45)], crs="EPSG:4326", nom=["a"])
    with sqlite3.connect(path) as base:
        base.execute("pragma writable_schema = on")
        base.execute(
            "insert into sqlite_master values ('table', 'v', 'v', 0, 'create virtual table v using virtualogr(''x'')')"
        )
    base.close()
    assert refused(path.read_bytes()) in ("layer-unsafe", "layer-unreadable")
    assert refused(b"SQLite format 3\0" + b"\xff" * 4000) == "layer-unreadable"


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A zipped shapefile, a GeoPackage and a KMZ."""
    folder = tmp_path_factory.mktemp("binaries")
    square = shapely.box(392000, 6544000, 393000, 6545000)
    write_layer(folder / "a.zip", [square, square], nom=["a", "b"], valeur=[1, 2])
    write_layer(folder / "a.gpkg", [square, square], nom=["a", "b"], valeur=[1, 2])
    kmz = archive(("doc.kml", (ROOT / "tests" / "frames" / "exchange_files" / "plan.kml").read_bytes()))
    parts = {path.suffix: path.read_bytes() for path in folder.iterdir()}
    with zipfile.ZipFile(io.BytesIO(parts[".zip"])) as packed:
        shapes = packed.read("a.shp")
    return [*parts.values(), kmz, shapes]


shares = st.floats(0, 1, exclude_max=True)


@quick
@given(
    st.integers(0, 3), st.lists(st.tuples(shares, st.integers(0, 255)), min_size=1, max_size=5), st.sampled_from("aab")
)
def test_true_binaries_damaged_anywhere(
    binaries: list[bytes], which: int, changes: list[tuple[float, int]], end: str
) -> None:
    raw = bytearray(binaries[which])
    for share, octet in changes:
        raw[int(share * len(raw))] = octet
    sound(bytes(raw if end == "a" else raw[: int(changes[0][0] * len(raw))]), "x")


def sound(raw: bytes, name: str) -> None:
    """Only `Refused` may come out, and what is read can be drawn and told."""
    try:
        reading = read(raw, name)
    except Refused:
        return
    for one in apply(reading, propose(reading)):
        check_shape(one.geometry)
        assert 1 <= len(one.name) <= 200
    uids = [one.uid for one in reading.drawn]
    assert len(uids) == len(set(uids))
    msgspec.json.decode(msgspec.json.encode(reading))
    msgspec.convert(msgspec.to_builtins(reading), type(reading))


marks = st.sampled_from(
    [b"", b"{", b"<kml>", b"<gpx>", b"PK\x03\x04", b"SQLite format 3\0", b"\x1f\x8b", b"\0\0\x27\x0a"]
)


@quick
@given(marks, st.binary(max_size=400), st.text(max_size=20))
@example(b"", b"<\xff", "..")
def test_any_bytes(mark: bytes, raw: bytes, name: str) -> None:
    sound(mark + raw, name)


@quick
@given(st.data())
def test_true_files_damaged_anywhere(data: st.DataObject) -> None:
    frame = data.draw(st.sampled_from(FRAMES))
    raw = bytearray(frame.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["put", "cut", "double"])):
            case "put":
                raw[place : place + 1] = data.draw(st.binary(min_size=1, max_size=3))
            case "cut":
                del raw[place : place + data.draw(st.integers(1, 60))]
            case _:
                raw[place:place] = raw[place : place + 200]
        raw = raw or bytearray(b" ")
    sound(bytes(raw), frame.name)


numbers = st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=3))
nests = st.recursive(numbers, lambda inner: st.lists(inner, max_size=6), max_leaves=40)
kinds = st.sampled_from(
    [
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
        "Feature",
        "x",
    ]
)


@quick
@given(st.lists(st.tuples(kinds, nests), max_size=5), st.dictionaries(st.text(max_size=5), nests, max_size=4))
def test_odd_features(shapes: list[tuple[str, Any]], properties: dict[str, Any]) -> None:
    listed = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": kind, "coordinates": inner, "geometries": inner},
        }
        for kind, inner in shapes
    ]
    sound(json.dumps({"type": "FeatureCollection", "features": listed}).encode(), "x")


degrees = st.floats(-400, 400, allow_nan=False)
rings = st.lists(st.tuples(degrees, st.floats(-95, 95)), min_size=3, max_size=12)


@quick
@given(st.lists(rings, min_size=1, max_size=3))
def test_any_rings(outline: list[list[tuple[float, float]]]) -> None:
    sound(json.dumps({"type": "Polygon", "coordinates": outline}).encode(), "x")


@quick
@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=4), max_size=6), st.sampled_from(",;\t|"))
def test_any_table(rows: list[list[str]], sign: str) -> None:
    lines = [sign.join(("lat", "lon", "nom")), *(sign.join(row) for row in rows)]
    sound("\n".join(lines).encode("utf-8", "replace"), "x")
