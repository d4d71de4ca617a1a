"""Real files, held to what GDAL reads of them; each difference is named."""

from __future__ import annotations

import csv
import gzip
import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import shape as as_shape
from support.territories import real_data

from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.mapping import apply, propose
from garance.connectors.exchange_files.reading import Format, Reading
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.observation import Located
from garance.territory.projection import project

pytestmark = pytest.mark.real_data

ODD = {
    "bad.kml": "its coordinates are words: GDAL reads them as zeros, here they are set aside",
    "ground_overlay.kml": "a picture on the map: GDAL lays its frame as a polygon, here it is told",
    "linear_ring.kml": "a bare ring: GDAL reads none of it, here it is a line",
    "opencpn.gpx": "a route that says a place twice in a row: it is kept once",
    "timespan.kml": "an open ring: GDAL leaves it open, and shapely refuses it; here it is closed",
    "twopoints.kml": "the second placemark holds two points: GDAL keeps the first",
}
GPX_LAYERS = ("waypoints", "route_points", "track_points")


def gdal(path: Path) -> list[Any]:
    """The simple shapes that GDAL reads, flat."""
    found: list[Any] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = [str(layer) for layer, geometry in pyogrio.list_layers(path) if geometry is not None]
        for layer in layers if path.suffix == ".kml" else GPX_LAYERS:
            shapes = shapely.from_wkb(pyogrio.raw.read(path, layer=layer)[2], on_invalid="ignore")
            found += [part for part in shapely.get_parts(shapely.force_2d(shapes)) if part is not None]
    return [part for one in found for part in shapely.get_parts(one) if not part.is_empty]


def shapes_of(reading: Reading) -> list[Any]:
    """The shapes of the drawings."""
    return [as_shape(msgspec.to_builtins(one.geometry)) for one in reading.drawn]


def places_of(reading: Reading) -> list[Any]:
    """Every position: vertices of drawings, positions of tracks."""
    places = [place for shape in shapes_of(reading) for place in shapely.get_coordinates(shape)]
    places += [one.position for one in reading.observations if isinstance(one, Located)]
    pairs = [(one.lon_deg, one.lat_deg) if isinstance(one, Position) else tuple(one) for one in places]
    return list(shapely.points(pairs)) if pairs else []


def alike(mine: list[Any], theirs: list[Any]) -> bool:
    """The same shapes to a centimetre, in any order, doubled vertices left out."""

    def key(one: Any) -> tuple[str, bytes]:
        places = np.round(shapely.get_coordinates(one), 7) + 0.0
        keep = np.concatenate([[True], (np.diff(places, axis=0) != 0).any(axis=1)])
        return one.geom_type, places[keep].tobytes()

    return sorted(map(key, mine)) == sorted(map(key, theirs))


def test_the_corpus_is_read_as_gdal_reads_it() -> None:
    folder = real_data("standards") / "kml_gpx_tcx"
    files = sorted(path for path in folder.iterdir() if path.suffix in (".kml", ".gpx"))
    assert len(files) >= 29
    different = {}
    for path in files:
        reading = read(path.read_bytes(), path.name)
        mine = places_of(reading) if path.suffix == ".gpx" else [*shapes_of(reading), *tracks_of(reading)]
        theirs = gdal(path)
        if not alike(mine, theirs):
            different[path.name] = (len(mine), len(theirs))
    assert different.keys() == ODD.keys(), different


def tracks_of(reading: Reading) -> list[Any]:
    """Timed tracks as lines, one for each stretch."""
    stretches: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for one in reading.observations:
        if isinstance(one, Located):
            place = (one.position.lon_deg, one.position.lat_deg)
            stretches.setdefault((one.uid, one.details["segment"]), []).append(place)
    return [shapely.LineString(stretch) for stretch in stretches.values()]


def test_a_track_with_times_keeps_every_one_of_them() -> None:
    written = (real_data("standards") / "kml_gpx_tcx" / "blue_hills.gpx").read_text(encoding="utf-8").count("<trkpt")
    reading = read((real_data("standards") / "kml_gpx_tcx" / "blue_hills.gpx").read_bytes(), "blue_hills.gpx")
    located = [one for one in reading.observations if isinstance(one, Located)]
    assert len(located) == written
    assert all(one.at is not None and one.altitude_m is not None for one in located)


def test_road_closures_are_read_whole() -> None:
    folder = real_data("routes_coupees_bretagne")
    total = 0
    for path in (*folder.glob("*.geojson"), *(folder / "snapshots").glob("*.geojson.gz")):
        raw = path.read_bytes()
        reading = read(raw, path.name)
        features = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["features"]
        parts = [part for one in features if one["geometry"] for part in shapely.get_parts(as_shape(one["geometry"]))]
        assert alike(shapes_of(reading), parts), path.name
        assert not [one for one in reading.tallies if one.weight == "aside" and one.code != "geometry-missing"], (
            path.name
        )
        total += len(reading.drawn)
        if reading.drawn and any("coupure" in one.name for one in reading.columns):
            assert {one.kind for one in apply(reading, propose(reading))} & {"road-cut"}, path.name
    assert total > 4_000


def test_tables_of_places() -> None:
    folder = real_data("facilities_fr")
    for name, at_least in (("hospitals_2020.csv.gz", 5_368), ("fire_centres_2016.csv.gz", 4_700)):
        raw = (folder / name).read_bytes()
        rows = sum(1 for _ in csv.reader(gzip.decompress(raw).decode("utf-8-sig").splitlines())) - 1
        reading = read(raw, name)
        lost = sum(one.count for one in reading.tallies if one.weight == "aside")
        assert at_least <= len(reading.drawn) <= rows
        assert len(reading.drawn) + lost <= rows
    with pytest.raises(Refused, match="table-without-position"):
        read((real_data("bdiff") / "Incendies_2020_2024.csv.gz").read_bytes(), "incendies.csv.gz")


def test_a_town_plan_as_it_is_published(tmp_path: Path) -> None:
    folder = real_data("plu_cnig_30014") / "Donnees_geographiques"
    archive = tmp_path / "plu.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for path in folder.iterdir():
            made.write(path, f"Donnees_geographiques/{path.name}")
    reading = read(archive.read_bytes(), "plu.zip")
    counts = {path.stem: pyogrio.read_info(path)["features"] for path in folder.glob("*.shp")}
    assert reading.format is Format.ARCHIVE
    assert reading.crs == "EPSG:2154"
    read_of = {
        stem: {one.uid.split("/")[0] for one in reading.drawn if one.uid.startswith(f"{stem}:")} for stem in counts
    }
    assert {stem: len(uids) for stem, uids in read_of.items()} == counts
    theirs = [
        part
        for path in folder.glob("*.shp")
        for part in shapely.get_parts(shapely.from_wkb(pyogrio.raw.read(path)[2]))
        if part is not None
    ]
    area = sum(one.area for one in theirs)
    mine = project(np.array(shapes_of(reading)), "EPSG:4326", "EPSG:2154")
    assert sum(one.area for one in mine) == pytest.approx(area, rel=1e-3)
