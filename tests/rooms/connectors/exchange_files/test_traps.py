"""What people send that is not quite right: mended and said, or set aside alone with the reason."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely
from shapely.geometry import mapping as as_geojson
from shapely.geometry import shape as as_shape
from support.territories import write_layer

from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.reading import Format, Reading
from garance.kernel.place import MAX_VERTICES, LineString, Point, Polygon, check_geometry
from garance.kernel.refusal import Refused
from garance.ports.observation import Drawn, Located


def features(*geometries: Any, **more: Any) -> bytes:
    listed = [{"type": "Feature", "properties": {"nom": f"n{i}"}, "geometry": one} for i, one in enumerate(geometries)]
    return json.dumps({"type": "FeatureCollection", "features": listed, **more}).encode()


def codes(reading: Reading) -> dict[str, int]:
    return {one.code: one.count for one in reading.tallies}


def where(reading: Reading) -> list[Any]:
    return [one.geometry.coordinates for one in reading.drawn]


def built(one: Drawn) -> Any:
    return as_shape(msgspec.to_builtins(one.geometry))


def test_an_axis_order_turned_round_is_put_right_and_said() -> None:
    reading = read(features({"type": "Point", "coordinates": [44.84, -0.58]}), "bordeaux.geojson")
    assert where(reading) == [(-0.58, 44.84)]
    assert codes(reading) == {"axes-swapped": 1}


def test_lambert_numbers_without_a_system_are_understood_and_said() -> None:
    reading = read(features({"type": "Point", "coordinates": [392500, 6544500]}), "x.geojson")
    assert reading.crs == "EPSG:2154"
    assert where(reading)[0] == pytest.approx((-0.9699, 45.93061), abs=1e-4)
    assert codes(reading) == {"crs-missing": 1}


def test_where_one_expects_the_file_to_lie_settles_the_doubt_only() -> None:
    fiji = features({"type": "Point", "coordinates": [-18.1, 178.4]})
    assert codes(read(fiji, "x", near=(177, -19, 180, -16))) == {"axes-swapped": 1}
    assert codes(read(fiji, "x")) == {"coordinates-out-of-range": 1}


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://crs.example/1", "type": "proj4"}},
        {"type": "name", "properties": {"name": "+proj=pipeline +step +grids=@/etc/passwd"}},
        {"type": "name", "properties": {"name": "EPSG:999999"}},
        {"type": "name", "properties": 3},
    ],
)
def test_a_system_that_is_not_understood_is_never_looked_for(crs: Any) -> None:
    reading = read(features({"type": "Point", "coordinates": [-0.97, 45.93]}, crs=crs), "x")
    assert where(reading) == [(-0.97, 45.93)]
    assert set(codes(reading)) == {"crs-not-understood"}


def test_a_feature_that_cannot_be_read_never_loses_the_others() -> None:
    bad: list[Any] = [
        None, 3, "x", [], {}, {"type": 4}, {"type": "Point"}, {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": ["a", "b"]}, {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": [float("nan"), 1]}, {"type": "Point", "coordinates": [float("inf"), 1]},
        {"type": "Point", "coordinates": [10**400, 1]}, {"type": "Point", "coordinates": [1, 91]},
        {"type": "LineString", "coordinates": [[1, 2]]}, {"type": "LineString", "coordinates": [[1, 2], [1, 2]]},
        {"type": "LineString", "coordinates": [[1, 2], [3, None]]}, {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, {"type": "Polygon", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "LineString", "coordinates": [[[], []], [[], [], 1]]},
        {"type": "Circle", "coordinates": [1, 2]}, {"type": "GeometryCollection"},
    ]  # fmt: skip
    good = {"type": "Point", "coordinates": [2.5, 48.5]}
    reading = read(features(*bad, good), "x")
    assert where(reading) == [(2.5, 48.5)]
    assert sum(one.count for one in reading.tallies if one.weight == "aside") == len(bad)
    assert reading.drawn[0].details == {"nom": f"n{len(bad)}"}


def test_a_feature_is_no_feature_at_all() -> None:
    raw = json.dumps({"type": "FeatureCollection", "features": [1, None, {"type": "Feature"}, [], "x"]}).encode()
    assert codes(read(raw, "x")) == {"feature-malformed": 4, "geometry-missing": 1}


def test_several_ordinates_are_taken_flat() -> None:
    line = {"type": "LineString", "coordinates": [[1, 45, 10], [2, 46], [3, 47, 1, 2]]}
    reading = read(features(line, {"type": "Point", "coordinates": [1, 45, 3, 4]}), "x")
    assert where(reading) == [[(1, 45), (2, 46), (3, 47)], (1, 45)]
    assert codes(reading) == {"heights-dropped": 1}


def test_a_crossed_outline_keeps_its_area_in_pieces() -> None:
    bow = [[0, 45], [1, 46], [1, 45], [0, 46], [0, 45]]
    reading = read(features({"type": "Polygon", "coordinates": [bow]}), "x")
    assert [one.uid for one in reading.drawn] == ["feature-1/1", "feature-1/2"]
    assert sum(built(one).area for one in reading.drawn) == pytest.approx(0.5)
    assert all(built(one).is_valid for one in reading.drawn)


def test_the_180th_meridian_is_cut_there_and_nowhere_else() -> None:
    across = [[[179, -17], [-179, -17], [-179, -16], [179, -16], [179, -17]]]
    beyond = [[[179, -17], [181, -17], [181, -16], [179, -16], [179, -17]]]
    for rings in (across, beyond):
        reading = read(features({"type": "Polygon", "coordinates": rings}), "x")
        assert sorted(built(one).bounds for one in reading.drawn) == [(-180, -17, -179, -16), (179, -17, 180, -16)]
        assert codes(reading) == {"antimeridian-cut": 1}
    world = [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]
    assert codes(read(features({"type": "Polygon", "coordinates": world}), "x")) == {}
    line = read(features({"type": "LineString", "coordinates": [[170, 10], [-170, 10]]}), "x")
    assert where(line) == [[(170, 10), (180, 10)], [(-180, 10), (-170, 10)]]
    point = read(features({"type": "Point", "coordinates": [181, 1]}), "x")
    assert (where(point), codes(point)) == ([(-179, 1)], {"longitude-wrapped": 1})


def test_a_heavy_outline_is_simplified_and_stays_where_it_is() -> None:
    ring = shapely.Point(-1, 46).buffer(0.5, quad_segs=15_000)
    reading = read(features(as_geojson(ring)), "x")
    assert codes(reading) == {"outline-simplified": 1}
    (one,) = reading.drawn
    assert len(shapely.get_coordinates(built(one))) <= MAX_VERTICES
    assert built(one).symmetric_difference(ring).area < 1e-4
    check_geometry(one.geometry)


def test_a_whole_file_too_heavy_is_thinned_together() -> None:
    cells = [shapely.box(x / 100, 45, (x + 1) / 100, 45.01).segmentize(5e-6) for x in range(60)]
    assert sum(len(shapely.get_coordinates(cell)) for cell in cells) > 400_000
    reading = read(features(*map(as_geojson, cells)), "x")
    assert len(reading.drawn) == 60
    assert sum(len(shapely.get_coordinates(built(one))) for one in reading.drawn) <= 400_000
    assert codes(reading) == {"outline-simplified": 1}


def test_an_outline_too_tangled_is_set_aside_without_a_hang() -> None:
    tangle = [[(k * 7919 % 1009) / 1009, 45 + (k * 104_729 % 997) / 997] for k in range(15_000)]
    reading = read(features({"type": "Polygon", "coordinates": [[*tangle, tangle[0]]]}), "x")
    assert codes(reading) == {"outline-too-tangled": 1}


def test_one_feature_a_line_and_the_bad_line_alone_is_lost() -> None:
    lines = [
        json.dumps({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 45 + i]}}) for i in range(3)
    ]
    raw = "\n".join([lines[0], "{cassé", *lines[1:], "3"]).encode()
    reading = read(raw, "x.jsonl")
    assert (reading.format, len(reading.drawn), codes(reading)) == (Format.GEOJSON_LINES, 3, {"line-malformed": 2})
    records = "".join(f"\x1e{line}\n" for line in lines).encode()
    assert len(read(records, "x").drawn) == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_letters_in_any_usual_table(encoding: str) -> None:
    raw = '{"type":"Point","coordinates":[1,45],"é":"è"}'.encode(encoding)
    assert where(read(raw, "x")) == [(1, 45)]
    sheet = "Libellé;lat;lon\nÉcole;45,5;1,5\n".encode(encoding)
    assert read(sheet, "x").drawn[0].details["Libellé"] == "École"
    kml = "<kml><Placemark><name>École</name><Point><coordinates>1,45</coordinates></Point></Placemark></kml>"
    assert read(kml.encode(encoding), "x").drawn[0].name == "École"


def test_odd_letters_never_reach_an_answer() -> None:
    raw = (
        b'{"type":"Feature","id":"\\ud800a","properties":{"\\ud800":"\\udfff\\u0000b"},'
        b'"geometry":{"type":"Point","coordinates":[1,45]}}'
    )
    reading = read(raw, "\ud800.geojson")
    assert msgspec.json.decode(msgspec.json.encode(reading))["observations"][0]["uid"] == "a"


def test_a_table_with_shapes_degrees_or_plane_coordinates() -> None:
    wkt = read(b'id,wkt\n1,"POLYGON((1 45,2 45,2 46,1 45))"\n2,"LINESTRING(1 45,2 45)"\n3,oups\n', "x")
    assert [type(one.geometry) for one in wkt.drawn] == [Polygon, LineString]
    assert codes(wkt) == {"row-without-position": 1}
    dms = read("nom\tlatitude\tlongitude\nA\t45°30'00\"N\t1°30'00\"O\n".encode(), "x")
    assert where(dms) == [(-1.5, 45.5)]
    plane = read(b"name;x;y\nA;392500;6544500\n", "x")
    assert (plane.crs, codes(plane)) == ("EPSG:2154", {"crs-missing": 1})


def test_a_track_cut_short_is_read_up_to_the_cut() -> None:
    raw = (
        b'<?xml version="1.0"?><gpx><trk><trkseg><trkpt lat="45" lon="1"><time>2026-01-01T00:00:00Z</time></trkpt>'
        b'<trkpt lat="45.1" lon="1"><time>2026-01-01T00:00:10Z</time></trkpt><trkpt lat="45.2" lo'
    )
    reading = read(raw, "x.gpx")
    assert [one.at is not None for one in reading.observations if isinstance(one, Located)] == [True, True]
    assert codes(reading) == {"file-cut-short": 1}


def test_markup_that_is_nearly_right() -> None:
    raw = (
        b"<kml xmlns='x'><Document><Placemark><name>Bar & Caf\xe9 \x01&nbsp;!</name>"
        b"<x:unbound/><Point><gx:altitudeMode/><coordinates>1, 45, 0</coordinates></Point></Placemark></Document></kml>"
    )
    reading = read(raw, "x.kml")
    assert [one.name for one in reading.drawn] == ["Bar & Café  !"]


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return packed.getvalue()


KML = b"<kml><Document><Placemark><Point><coordinates>1,45</coordinates></Point></Placemark></Document></kml>"


def test_a_kmz_is_its_first_map_and_tells_the_others() -> None:
    reading = read(zipped(files__other_dot_kml=KML, doc_dot_kml=KML, files__i_dot_png=b"x"), "x.kmz")
    assert (reading.format, len(reading.drawn), codes(reading)) == (Format.KMZ, 1, {"member-unread": 1})


def test_a_folder_of_files_is_read_whole_and_each_keeps_its_name() -> None:
    gpx = b"<gpx><wpt lat='45' lon='1'><name>P</name></wpt></gpx>"
    raw = zipped(a_dot_geojson=features({"type": "Point", "coordinates": [1, 45]}), b_dot_gpx=gpx, c_dot_csv=b"x;y\n")
    reading = read(raw, "lot.zip")
    assert reading.format is Format.ARCHIVE
    assert [(one.uid, one.details["folder"]) for one in reading.drawn] == [("a:feature-1", "a"), ("b:wpt-1", "b")]
    assert [(one.code, one.feature, one.detail) for one in reading.problems] == [("member-unread", "c", "layer-empty")]


def test_a_gz_is_what_it_holds() -> None:
    raw = gzip.compress(features({"type": "Point", "coordinates": [1, 45]}))
    assert (read(raw, "a.geojson.gz").title, len(read(raw, "a").drawn)) == ("a", 1)


SQUARE = shapely.box(392000, 6544000, 393000, 6545000)


def test_a_zipped_shapefile_with_and_without_its_system(tmp_path: Path) -> None:
    for crs in ("EPSG:2154", None):
        path = tmp_path / f"zones{crs is None}.zip"
        write_layer(path, [SQUARE, SQUARE], crs=crs, nom=["Été", "b"], valeur=[1, 2])
        reading = read(path.read_bytes(), path.name)
        assert (reading.format, reading.crs, len(reading.drawn)) == (Format.SHAPEFILE, "EPSG:2154", 2)
        assert reading.drawn[0].details == {"nom": "Été", "valeur": "1"}
        assert built(reading.drawn[0]).centroid.coords[0] == pytest.approx((-0.9699, 45.9306), abs=1e-4)
        assert codes(reading) == ({"crs-missing": 1} if crs is None else {})


def test_the_shapes_alone_of_a_shapefile(tmp_path: Path) -> None:
    write_layer(tmp_path / "z.shp", [SQUARE], nom=["a"])
    reading = read((tmp_path / "z.shp").read_bytes(), "z.shp")
    assert (len(reading.drawn), reading.drawn[0].details, codes(reading)) == (1, {}, {"crs-missing": 1})


def test_two_shapefiles_in_one_archive(tmp_path: Path) -> None:
    write_layer(tmp_path / "a.shp", [SQUARE], nom=["a"])
    write_layer(tmp_path / "b.shp", [shapely.Point(1, 45)], crs="EPSG:4326", nom=["b"])
    raw = zipped(
        **{f"d__{one.stem}_dot_{one.suffix[1:].upper()}": one.read_bytes() for one in sorted(tmp_path.iterdir())}
    )
    reading = read(raw, "lot.zip")
    assert (reading.crs, [one.details["nom"] for one in reading.drawn]) == ("EPSG:2154, EPSG:4326", ["a", "b"])


def test_the_layers_of_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    write_layer(path, [SQUARE], nom=["a"])
    reading = read(path.read_bytes(), path.name)
    assert (reading.format, reading.crs, reading.title) == (Format.GEOPACKAGE, "EPSG:2154", "plan")
    assert [(one.uid, one.details) for one in reading.drawn] == [("1", {"nom": "a"})]


@pytest.mark.parametrize("raw", [b"", b"bonjour", b"\x89PNG\r\n\x1a\n\0\0", b"<html></html>", b"{}", b"[1,2", b"<kml"])
def test_what_is_no_file_of_exchange_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read(raw, "x")


def test_positions_are_points_of_the_kernel() -> None:
    (one,) = read(features({"type": "Point", "coordinates": [0.123456789, 45]}), "x").drawn
    assert one.geometry == Point((0.1234568, 45))
