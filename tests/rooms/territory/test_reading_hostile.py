"""Files meant to harm, or so broken that they would: refused with a reason, and the rest of the folder is read."""

from __future__ import annotations

import gzip
import json
import socket
import sqlite3
import stat
import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from support.reading import EAST_M, NORTH_M, contents, only, points, read, squares, write, zipped

from garance.kernel.refusal import Refused

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine, and all that anyone asks of it."""
    asked: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(200))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


POINT = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[-1,45.9]}}'


def test_nothing_read_makes_a_reader_call_the_network(
    tmp_path: Path, listener: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(variable, "*")
    url, asked = listener
    link = json.dumps({"type": "link", "properties": {"href": f"{url}/a", "type": "ogcwkt"}})
    name = json.dumps({"type": "name", "properties": {"name": url}})
    pipeline = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read /vsicurl/{url}/coordinates"}
    start, features = '{"type":"FeatureCollection"', f'"features":[{POINT}]'
    files = {
        "link.geojson": f'{start},"crs":{link},{features}}}',
        "last.geojson": f'{start},{features},"crs" : {link}}}',
        "hidden.geojson": f'{start},"c\\u0072s":{link},{features}}}',
        "named.geojson": f'{start},"crs":{name},{features}}}',
        "pipeline.json": json.dumps(pipeline),
        "virtual.geojson": f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/{url}/a</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
        "virtual.vrt": f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/{url}/a</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
        "virtual.tif": "<VRTDataset rasterXSize='1' rasterYSize='1'><VRTRasterBand dataType='Byte' band='1'>"
        "<SimpleSource>"
        f"<SourceFilename>/vsicurl/{url}/a.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "links.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link>'
        f"<href>{url}/b.kml</href></Link></NetworkLink><Placemark><styleUrl>{url}/s.kml#a</styleUrl>"
        "<Point><coordinates>-1,45.9</coordinates></Point></Placemark></Document></kml>",
        "schema.gml": '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="http://ogr.maptools.org/ {url}/a.xsd"><gml:featureMember><ogr:a><ogr:geometryProperty>'
        f'<gml:Point srsName="{url}/crs"><gml:coordinates>-1,45.9</gml:coordinates></gml:Point></ogr:geometryProperty>'
        f'<ogr:p xlink:href="{url}/b.xml#c"/></ogr:a></gml:featureMember></ogr:FeatureCollection>',
        "address.geojson": f"{url}/whole.geojson",
        "wms.tif": f"<GDAL_WMS><Service name='TMS'><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>",
        "linked.tab": f'!table\n!version 300\nDefinition Table\n  Type LINKED\n  Source "{url}"\n',
    }
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    write(tmp_path / "system.shp", squares())
    (tmp_path / "system.prj").write_text(f"{url}/crs")
    found = read(tmp_path)
    assert asked == []
    codes = dict(found.unread)
    for file in ("link.geojson", "last.geojson", "hidden.geojson", "virtual.vrt", "linked.tab"):
        assert codes[file] == "layer-unsafe", file
    assert {"pipeline.json", "virtual.geojson", "virtual.tif", "address.geojson", "wms.tif"} <= codes.keys()
    assert {"links.kml", "system.shp"} <= {table.source for table in found.tables}


def test_no_other_file_is_opened_and_none_is_written(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret" / "secret.geojson", points(), "EPSG:4326")
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.gml").write_text(
        '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">'
        "<gml:featureMember><ogr:a><ogr:geometryProperty><gml:Point><gml:coordinates>-1,45.9</gml:coordinates>"
        "</gml:Point></ogr:geometryProperty></ogr:a></gml:featureMember></ogr:FeatureCollection>"
    )
    (source / "a.vrt").write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
        "</OGRVRTDataSource>"
    )
    (source / "a.json").write_text(
        json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret}", "arcs": 1})
    )
    (source / "link.geojson").symlink_to(secret)
    write(source / "b.gpkg", squares(), layer="b")
    with closing(sqlite3.connect(source / "b.gpkg")) as base:
        base.execute("create trigger harm after insert on b begin delete from b; end")
        base.commit()
    before = contents(source)
    found = read(source)
    assert contents(source) == before
    assert {table.source for table in found.tables} == {"a.gml", "b.gpkg"}


@pytest.mark.parametrize("ending", ["kml", "gml", "gpx", "osm"])
@pytest.mark.parametrize("letters", ["utf-8", "utf-16"])
def test_declared_entities_are_refused_however_far(tmp_path: Path, ending: str, letters: str) -> None:
    root = {"kml": "kml", "gml": "FeatureCollection", "gpx": "gpx", "osm": "osm"}[ending]
    late = f"<!--{'x' * 200_000}-->"
    for number, before in enumerate(("", late)):
        text = f'<?xml version="1.0" encoding="{letters}"?>{before}{ENTITIES}<{root}>&b;</{root}>'
        (tmp_path / f"{number}.{ending}").write_bytes(text.encode(letters))
    found = read(tmp_path)
    assert found.tables == []
    assert {code for _, code in found.unread} <= {"xml-with-entities", "format-unknown"}
    assert ("0." + ending, "xml-with-entities") in found.unread


def refusal(folder: Path) -> str:
    with pytest.raises(Refused) as refused:
        read(folder)
    return refused.value.code


def test_bombs_refuse_the_whole_folder(tmp_path: Path) -> None:
    big = bytes(70 * 1024**2)
    zipped(tmp_path / "zip" / "a.zip", {"a.shp": big})
    inner = zipped(tmp_path / "inner.zip", {"a.shp": big})
    zipped(tmp_path / "nested" / "a.zip", {"b.zip": inner.read_bytes()})
    zipped(tmp_path / "kmz" / "a.kmz", {"doc.kml": big})
    zipped(tmp_path / "xlsx" / "a.xlsx", {"xl/worksheets/sheet1.xml": big})
    for name in ("zip", "nested", "kmz", "xlsx"):
        assert refusal(tmp_path / name) == "archive-too-large", name
    folder = tmp_path / "gz"
    folder.mkdir()
    (folder / "a.geojson.gz").write_bytes(gzip.compress(big))
    assert refusal(folder) == "archive-too-large"


def test_members_that_share_their_bytes_are_a_bomb(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a" / "a.zip", {"a.geojson": bytes(range(256)) * 64, "b.geojson": bytes(range(256)) * 64})
    raw = path.read_bytes()
    entries = raw.index(b"PK\x01\x02")
    second = raw.index(b"PK\x01\x02", entries + 1)
    end = raw.index(b"PK\x05\x06")
    first_entry = raw[entries:second]
    forged = bytearray(raw[:entries] + first_entry * 40 + raw[end:])
    tail = forged.rindex(b"PK\x05\x06")
    struct.pack_into("<HHII", forged, tail + 8, 40, 40, len(first_entry) * 40, entries)
    path.write_bytes(bytes(forged))
    try:
        codes = {code for _, code in read(path.parent).unread}
    except Refused as refused:
        codes = {refused.code}
    assert codes <= {"archive-too-large", "archive-corrupted"}
    assert codes


def test_links_and_locks_in_archives(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    folder = tmp_path / "link"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refusal(folder) == "archive-unsafe"
    locked = zipped(tmp_path / "locked" / "a.zip", {"a.geojson": b"{}"})
    raw = bytearray(locked.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    locked.write_bytes(bytes(raw))
    assert read(locked.parent).unread == [("a.zip", "archive-encrypted")]


def test_a_shape_of_too_many_corners_is_set_aside_and_the_rest_is_kept(tmp_path: Path) -> None:
    turns = np.linspace(0, 2 * np.pi, 2_100_000)
    circle = np.column_stack([EAST_M + 500 * np.cos(turns), NORTH_M + 500 * np.sin(turns)])
    circle[-1] = circle[0]
    write(tmp_path / "a.gpkg", [*squares(), shapely.polygons(circle)], layer="a")
    table = only(read(tmp_path))
    assert (len(table), dict(table.notes)) == (3, {"vertices-too-many": 1})


def raster(path: Path, crs: str, transform: Affine) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", width=2, height=2, count=1, dtype="uint8", crs=crs, transform=transform
    ) as file:
        file.write(np.zeros((2, 2), dtype="uint8"), 1)


def test_rasters_of_other_worlds(tmp_path: Path) -> None:
    moon = 'GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],PRIMEM["Greenwich",0],UNIT["Degree",0.01745329252]]'
    raster(tmp_path / "moon.tif", moon, Affine(0.1, 0, -1, 0, -0.1, 45))
    raster(tmp_path / "pole.tif", "EPSG:4326", Affine(100, 0, 500, 0, -100, 5_000))
    raster(tmp_path / "far.tif", "EPSG:2154", Affine(1e9, 0, 1e12, 0, -1e9, 1e12))
    (tmp_path / "huge.asc").write_text(
        "ncols 2000000000\nnrows 2000000000\nxllcorner 385000\nyllcorner 6546000\ncellsize 20\n1 2 3\n"
    )
    (tmp_path / "large.asc").write_text(
        "ncols 1000000\nnrows 1000000\nxllcorner 385000\nyllcorner 6546000\ncellsize 0.02\n1 2 3\n"
    )
    found = read(tmp_path)
    assert found.grids == []
    codes = dict(found.unread)
    assert {codes["moon.tif"], codes["pole.tif"], codes["far.tif"]} == {"raster-not-on-earth"}
    assert {codes["huge.asc"], codes["large.asc"]} <= {"raster-too-large", "raster-unreadable"}


def test_a_geopackage_that_is_no_plain_box_of_layers(tmp_path: Path) -> None:
    write(tmp_path / "many.gpkg", squares(), layer="a")
    with closing(sqlite3.connect(tmp_path / "many.gpkg")) as base:
        base.executemany(
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values (?, 'features', ?, 2154)",
            ((f"t{number}", f"t{number}") for number in range(600)),
        )
        base.commit()
    for name, column in (("view", "1"), ("calling", "ogr_geocode('Paris')")):
        write(tmp_path / f"{name}.gpkg", squares(), layer="a")
        with closing(sqlite3.connect(tmp_path / f"{name}.gpkg")) as base:
            base.execute(f"create view v as select *, {column} as place from a")
            base.execute(
                "insert into gpkg_contents (table_name, data_type, identifier, srs_id)"
                " values ('v', 'features', 'v', 2154)"
            )
            base.execute("insert into gpkg_geometry_columns values ('v', 'geom', 'POLYGON', 2154, 0, 0)")
            base.commit()
    (tmp_path / "text.gpkg").write_bytes(b"SQLite format 3\0" + bytes(1000))
    found = read(tmp_path)
    assert dict(found.unread) == {
        "many.gpkg": "layers-too-many",
        "calling.gpkg": "layer-unreadable",
        "text.gpkg": "layer-unreadable",
    }
    assert [(table.source, table.name) for table in found.tables] == [("view.gpkg", "view")]


def test_deep_json_and_empty_files(tmp_path: Path) -> None:
    (tmp_path / "deep.geojson").write_text('{"type":"FeatureCollection","features":' + "[" * 100_000)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "nest.geojson").write_text(
        '{"type":"Feature","geometry":' + '{"type":"GeometryCollection","geometries":[' * 5_000 + "]}" * 5_000 + "}"
    )
    endings = (
        "gpkg shp geojson json fgb gml kml gpx tab mif osm pbf tif asc hgt csv xlsx xls ods las laz bdy zip kmz vrt"
    )
    for ending in endings.split():
        (tmp_path / f"empty.{ending}").touch()
    (tmp_path / "empty.osm.gz").touch()
    found = read(tmp_path)
    assert (found.tables, found.grids, found.clouds, found.series) == ([], [], [], [])
    assert len(found.unread) == len(endings.split()) + 4
