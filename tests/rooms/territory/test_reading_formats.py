"""Each format met in communes is read alike: same shapes, same columns, same place."""

from __future__ import annotations

import bz2
import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from support.reading import EAST_M, NORTH_M, contents, only, points, read, squares, write, zipped
from support.territories import real_data

from garance.kernel.refusal import Refused
from garance.territory.projection import project
from garance.territory.reading import list_files, open_grid, read_source


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("a.gpkg", "EPSG:2154"), ("a.shp", "EPSG:2154"), ("a.fgb", "EPSG:2154"), ("a.gml", "EPSG:2154"),
        ("a.geojson", "EPSG:4326"), ("a.json", "EPSG:4326"), ("a.tab", "EPSG:4326"), ("a.mif", "EPSG:4326"),
        ("a.kml", "EPSG:4326"),
    ],
)  # fmt: skip
def test_every_vector_format_gives_the_same_layer(tmp_path: Path, name: str, crs: str) -> None:
    shapes = list(project(np.array(squares(), dtype=object), "EPSG:2154", crs))
    driver = {".json": {"driver": "GeoJSON"}, ".mif": {"driver": "MapInfo File"}, ".tab": {"driver": "MapInfo File"}}
    driver[".kml"] = {"driver": "LIBKML"}
    write(tmp_path / name, shapes, crs, name=["un", "Moëze", "trois"], **driver.get(Path(name).suffix, {}))
    before = sorted(path.name for path in tmp_path.iterdir())
    table = only(read(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (table.source, table.name, table.geometry, len(table)) == (name, "a", "polygon", 3)
    metric = dict(zip(table.columns["name"], project(table.shapes, table.crs, "EPSG:2154"), strict=True))
    assert set(metric) == {"un", "Moëze", "trois"}
    assert shapely.hausdorff_distance(metric["Moëze"], squares()[1]) < 1.0


def test_gpx_gives_its_points_and_its_tracks(tmp_path: Path) -> None:
    (tmp_path / "a.gpx").write_text(
        '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        '<wpt lat="45.95" lon="-1.0"><name>Poste</name></wpt>'
        '<trk><name>Ronde</name><trkseg><trkpt lat="45.95" lon="-1"/><trkpt lat="45.96" lon="-1.01"/></trkseg></trk>'
        "</gpx>"
    )
    found = read(tmp_path)
    assert {(table.name, table.geometry, len(table)) for table in found.tables} == {
        ("waypoints", "point", 1), ("tracks", "line", 1),
    }  # fmt: skip


def test_kml_folders_are_layers_and_kmz_is_its_kml(tmp_path: Path) -> None:
    kml = (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        "<Folder><name>Bornes</name><Placemark><name>B1</name><Point><coordinates>-1,45.9,0</coordinates></Point>"
        "</Placemark><Folder><name>Zones</name><Placemark><name>Z1</name><Polygon><outerBoundaryIs><LinearRing>"
        "<coordinates>-1,45.9 -1,46 -0.9,46 -1,45.9</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        "<Placemark><name>L1</name><LineString><coordinates>-1,45.9 -1,46</coordinates></LineString></Placemark>"
        "</Folder></Folder></Document></kml>"
    )
    (tmp_path / "a.kml").write_text(kml)
    zipped(tmp_path / "b.kmz", {"doc.kml": kml.encode(), "files/icon.png": b"png"})
    found = read(tmp_path)
    assert found.unread == []
    seen = sorted((table.source, table.name, table.geometry, len(table)) for table in found.tables)
    for source in ("a.kml", "b.kmz"):
        assert (source, "Bornes", "point", 1) in seen
        assert (source, "Zones", "polygon", 1) in seen
        assert (source, "Zones", "line", 1) in seen


def test_a_geopackage_gives_each_of_its_layers(tmp_path: Path) -> None:
    write(tmp_path / "a.gpkg", squares(), layer="zones")
    write(tmp_path / "a.gpkg", points(2, crs_wgs84=False), layer="bornes", append=True)
    assert [(t.name, len(t)) for t in read(tmp_path).tables] == [("zones", 3), ("bornes", 2)]


def test_archives_as_they_are_sent(tmp_path: Path) -> None:
    made = tmp_path / "made"
    write(made / "zones.shp", squares())
    write(made / "bornes.shp", points(2, crs_wgs84=False))
    parts = contents(made)
    shutil.rmtree(made)
    source = tmp_path / "source"
    capitals = {f"Données/{name.upper()}": content for name, content in parts.items()}
    zipped(source / "capitals.zip", capitals | {"lisez-moi.txt": b"Licence Ouverte 2.0", "plan.pdf": b"%PDF"})
    inner = zipped(tmp_path / "inner.zip", {name: parts[name] for name in parts if name.startswith("zones")})
    zipped(source / "outer.zip", {"livraison/inner.zip": inner.read_bytes()})
    found = read(source)
    assert found.unread == []
    assert sorted((t.source, t.name, len(t)) for t in found.tables) == [
        ("capitals.zip/Données/BORNES.SHP", "BORNES", 2),
        ("capitals.zip/Données/ZONES.SHP", "ZONES", 3),
        ("outer.zip", "zones", 3),
    ]
    assert found.notices == ["Licence Ouverte 2.0"]


def test_archives_inside_archives_stop_somewhere(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "0.zip", {"a.txt": b"x", "a.geojson": b"{}"})
    for depth in range(1, 4):
        archive = zipped(tmp_path / f"s{depth}" / "a.zip", {f"{depth}.zip": archive.read_bytes()})
    assert read(archive.parent).unread == [("a.zip", "archive-nested")]


def test_files_packed_alone(tmp_path: Path) -> None:
    made = write(tmp_path / "made" / "a.geojson", points(), "EPSG:4326").read_bytes()
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.geojson.gz").write_bytes(gzip.compress(made))
    (source / "b.json.gz").write_bytes(gzip.compress(made))
    (source / "c.csv.bz2").write_bytes(bz2.compress(b"nom;lat;lon\nA;45,9;-1,0\n"))
    found = read(source)
    assert found.unread == []
    assert [(t.source, t.name, len(t)) for t in found.tables] == [
        ("a.geojson.gz", "a", 3), ("b.json.gz", "b", 3), ("c.csv.bz2", "c", 1),
    ]  # fmt: skip


def test_companions_belong_to_their_layer_and_papers_are_only_papers(tmp_path: Path) -> None:
    write(tmp_path / "zones.shp", squares())
    for name in ("zones.sbn", "zones.shp.xml", "zones.qml", "ZONES.IDX"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("Thumbs.db", "reglement.pdf", ".DS_Store", "fiche.xml"):
        (tmp_path / name).write_bytes(b"<x/>")
    (tmp_path / "orphelin.dbf").write_bytes((tmp_path / "zones.dbf").read_bytes())
    (tmp_path / "mystere.xyz").write_bytes(b"?")
    (tmp_path / "epci.json").write_text('{"code": "1", "communes": [1, 2]}')
    found = read(tmp_path)
    assert [table.name for table in found.tables] == ["zones"]
    assert sorted(found.unread) == [
        (".DS_Store", "document"), ("Thumbs.db", "document"), ("epci.json", "format-unknown"),
        ("fiche.xml", "document"), ("mystere.xyz", "format-unknown"), ("orphelin.dbf", "layer-without-geometry"),
        ("reglement.pdf", "document"),
    ]  # fmt: skip
    assert len(list(read_source(tmp_path, list_files(tmp_path)))) == len(list_files(tmp_path))


def test_a_shapefile_without_its_index_is_read_and_nothing_is_written_beside(tmp_path: Path) -> None:
    write(tmp_path / "zones.shp", squares())
    (tmp_path / "zones.shx").unlink()
    before = contents(tmp_path)
    assert len(only(read(tmp_path))) == 3
    assert contents(tmp_path) == before


def test_layers_of_mixed_shapes_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(
        '{"type":"FeatureCollection","features":['
        '{"type":"Feature","properties":{"n":"p"},"geometry":{"type":"Point","coordinates":[-1,45.9]}},'
        '{"type":"Feature","properties":{"n":"q"},"geometry":{"type":"Point","coordinates":[-1,45.8]}},'
        '{"type":"Feature","properties":{"n":"none"},"geometry":null},'
        '{"type":"Feature","properties":{"n":"l"},"geometry":{"type":"LineString","coordinates":[[-1,45.9],[-1,46]]}}]}'
    )
    first, second = read(tmp_path).tables
    assert (first.geometry, list(first.columns["n"]), first.empty) == ("point", ["p", "q"], 1)
    assert (second.geometry, list(second.columns["n"]), second.empty) == ("line", ["l"], 0)


def test_columns_that_differ_by_their_capitals_are_both_kept(tmp_path: Path) -> None:
    write(tmp_path / "a.geojson", points(1), "EPSG:4326", nom=["petit"], NOM=["grand"])
    table = only(read(tmp_path))
    assert (table.columns["nom"][0], table.columns["nom_2"][0]) == ("petit", "grand")


def grid(path: Path, driver: str = "GTiff", crs: str | None = "EPSG:2154", **options: object) -> None:
    heights = np.arange(20, dtype="float32").reshape(4, 5)
    with rasterio.open(
        path, "w", driver=driver, width=5, height=4, count=1, dtype="float32", crs=crs,
        transform=options.pop("transform", Affine(20, 0, EAST_M, 0, -20, NORTH_M)), **options,
    ) as raster:  # fmt: skip
        raster.write(heights, 1)


def test_rasters_and_their_missing_systems(tmp_path: Path) -> None:
    grid(tmp_path / "a.tif")
    grid(tmp_path / "nosystem.tif", crs=None)
    (tmp_path / "b.asc").write_text(
        f"ncols 2\nnrows 2\nxllcorner {EAST_M}\nyllcorner {NORTH_M}\ncellsize 20\nNODATA_value -9999\n1 2\n3 -9999\n"
    )
    found = read(tmp_path)
    assert found.unread == []
    assert {(g.source, g.crs, g.doubt) for g in found.grids} == {
        ("a.tif", "EPSG:2154", None), ("nosystem.tif", "EPSG:2154", "crs-missing"),
        ("b.asc", "EPSG:2154", "crs-missing"),
    }  # fmt: skip


def test_a_raster_in_an_archive_can_be_opened_for_as_long_as_it_is_held(tmp_path: Path) -> None:
    grid(tmp_path / "a.tif")
    zipped(tmp_path / "source" / "mnt.zip", {"d/mnt.tif": (tmp_path / "a.tif").read_bytes()})
    (found,) = read(tmp_path / "source").grids
    path = found.path
    with open_grid(path, found.source) as raster:
        assert raster.read(1)[3, 4] == 19
    assert path.exists()
    del found
    assert not path.exists()


@pytest.mark.real_data
def test_the_srtm_tile_of_the_riviera() -> None:
    folder = real_data("riviera_osm")
    ((_, findings),) = read_source(folder, [folder / "N43E007.hgt.zip"])
    (found,) = findings.grids
    assert (found.source, found.crs) == ("N43E007.hgt.zip", "EPSG:4326")
    with open_grid(found.path, found.source) as raster:
        heights = raster.read(1)
    assert heights.shape == (1201, 1201)
    assert int((heights == -32768).sum()) == 1_595


@pytest.mark.real_data
def test_the_lidar_tile() -> None:
    (cloud,) = read(real_data("lidar_ign")).clouds
    assert (cloud.points, cloud.crs, cloud.doubt) == (60_653, "EPSG:2154", None)
    assert {2, 3, 4, 5, 6} <= set(cloud.classes)
    assert cloud.bounds == pytest.approx((770_550, 6_277_550, 770_600, 6_277_600))


@pytest.mark.real_data
def test_the_planning_folder_of_a_commune() -> None:
    found = read(real_data("plu_cnig_30014"))
    counts = {table.name.removeprefix("30014_").removesuffix("_20171013"): len(table) for table in found.tables}
    assert counts == {
        "INFO_PCT": 6, "INFO_SURF": 18, "PRESCRIPTION_LIN": 15, "PRESCRIPTION_PCT": 93, "PRESCRIPTION_SURF": 77,
        "ZONE_URBA": 90,
    }  # fmt: skip
    codes = {Path(label).name: code for label, code in found.unread}
    assert codes["ce_fichier_nest_pas_prevu.csv"] == "table-without-position"
    assert codes["30014_DOC_URBA_20171013.DBF"] == "layer-without-geometry"
    assert codes["Thumbs.db"] == "document"
    assert not [label for label, code in found.unread if code not in {
        "document", "table-without-position", "layer-without-geometry"
    }]  # fmt: skip


@pytest.mark.real_data
def test_all_the_series_of_a_boundary_file() -> None:
    found = read(real_data("dieppe") / "hydraulic")
    base = [series for series in found.series if series.source == "caen2019.bdy"]
    assert [series.name for series in base] == [f"North_Caen{n}" for n in range(1, 6)] + [
        f"West_Caen{n}" for n in range(1, 5)
    ]
    assert {(series.kind, series.unit, len(series.values)) for series in base} == {("sea-level", "m", 289)}
    assert base[0].seconds[:3] == (0.0, 300.0, 600.0)


def test_cancelling_comes_from_the_caller(tmp_path: Path) -> None:
    write(tmp_path / "zones.shp", squares())

    def cancel() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(tmp_path, step=cancel)
    with pytest.raises(Refused, match="territory-source-missing"):
        list_files(tmp_path / "absent")
