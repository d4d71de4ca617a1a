"""A small sound file of each format, and ways to damage it: what the fuzzing of the readers is made of.

Run as a program (`python -m support.reading_samples SEED ROUNDS`), it damages each sample ROUNDS times and reads it;
it stops with the bytes that broke the promise, or dies with them in hand when a reader crashes the whole process.
"""

from __future__ import annotations

import faulthandler
import gzip
import random
import sys
import tempfile
import warnings
from pathlib import Path

import laspy
import numpy as np
import osmium
import rasterio
import shapely
from affine import Affine
from support.reading import EAST_M, NORTH_M, contents, points, read, squares, write, zipped

from garance.kernel.refusal import Refused
from garance.territory.reading import open_grid

SECONDS_EACH = 30
DIGITS = b"0123456789"
NASTY = (
    b"",
    b"\0",
    b"\xff",
    b"\xff\xff\xff\x7f",
    b"9" * 30,
    b"nan",
    b"inf",
    b"1e400",
    b"<",
    b"&",
    b"'",
    b'"',
    b"[" * 500,
)


def samples(folder: Path) -> dict[str, bytes]:
    """The sound files, by name."""
    made = folder / "made"
    vectors = {"a.gpkg": {}, "a.fgb": {}, "a.gml": {}, "a.mif": {"driver": "MapInfo File"}, "a.shp": {}}
    for name, options in vectors.items():
        write(made / name, squares(), **options)
    for name, options in {"b.geojson": {}, "b.kml": {"driver": "LIBKML"}, "b.tab": {"driver": "MapInfo File"}}.items():
        write(made / name, points(), "EPSG:4326", **options)
    files = contents(made)
    shape = {
        name: raw for name, raw in files.items() if name.startswith("a.") and name[2:] in ("shp", "shx", "dbf", "prj")
    }
    table = {
        name: raw for name, raw in files.items() if name.startswith("b.") and name[2:] in ("tab", "dat", "map", "id")
    }
    found = {name: files[name] for name in ("a.gpkg", "a.fgb", "a.gml", "a.mif", "b.geojson", "b.kml")}
    found["shape.zip"] = zipped(folder / "shape.zip", shape).read_bytes()
    found["table.zip"] = zipped(folder / "table.zip", table).read_bytes()
    found["nested.zip"] = zipped(folder / "nested.zip", {"x/shape.zip": found["shape.zip"]}).read_bytes()
    found["b.kmz"] = zipped(folder / "b.kmz", {"doc.kml": files["b.kml"]}).read_bytes()
    found["b.geojson.gz"] = gzip.compress(files["b.geojson"])
    return (
        found
        | parts(shape, "shape")
        | parts(table, "table")
        | texts()
        | _grids(folder)
        | _osm(folder)
        | _clouds(folder)
    )


def parts(files: dict[str, bytes], folder: str) -> dict[str, bytes]:
    """The loose parts of a layer, each in the folder of its layer."""
    return {f"{folder}/{name}": raw for name, raw in files.items()}


def texts() -> dict[str, bytes]:
    """Formats that are plain text."""
    return {
        "a.gpx": b'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        b'<wpt lat="45.95" lon="-1.0"><name>P</name></wpt></gpx>',
        "a.csv": "nom;lat;lon\nMoëze;45,9;-1,0\nA;45.8;-1.1\n".encode("cp1252"),
        "a.json": b'[{"nom": "A", "geo_point_2d": "45.9, -1.0"}]',
        "a.bdy": b"Comment\nWest\n2 seconds\n0.5 0\n1.5 600\n",
        "a.asc": b"ncols 2\nnrows 2\nxllcorner 385000\nyllcorner 6546000\ncellsize 20\nNODATA_value -9999\n1 2\n3 4\n",
    }


def _grids(folder: Path) -> dict[str, bytes]:
    path = folder / "a.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=20, count=1, dtype="int16", crs="EPSG:2154", compress="deflate",
        transform=Affine(20, 0, EAST_M, 0, -20, NORTH_M),
    ) as file:  # fmt: skip
        file.write(np.arange(400, dtype="int16").reshape(20, 20), 1)
    return {"a.tif": path.read_bytes()}


def _osm(folder: Path) -> dict[str, bytes]:
    path = folder / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (x, y) in enumerate(((7.4, 43.7), (7.41, 43.7), (7.41, 43.71)), 1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(x, y), tags={"amenity": "school"}))
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 1], tags={"building": "yes"}))
        writer.add_relation(
            osmium.osm.mutable.Relation(
                id=1, members=[("w", 1, "outer")], tags={"type": "multipolygon", "natural": "water"}
            )
        )
    text = (
        b'<?xml version="1.0"?><osm version="0.6"><node id="-1" lat="43.7" lon="7.4"><tag k="amenity" v="school"/>'
        b'</node><node id="2" lat="43.8" lon="7.4"/><way id="3"><nd ref="-1"/><nd ref="2"/>'
        b'<tag k="highway" v="primary"/></way></osm>'
    )
    return {"a.osm.pbf": path.read_bytes(), "a.osm": text, "b.osm.gz": gzip.compress(text)}


def _clouds(folder: Path) -> dict[str, bytes]:
    found = {}
    cloud = laspy.create(point_format=3, file_version="1.2")
    cloud.x, cloud.y, cloud.z = EAST_M + np.arange(50.0), NORTH_M + np.arange(50.0), np.arange(50.0)
    cloud.classification[:] = 2
    for name in ("a.las", "a.laz"):
        cloud.write(str(folder / name))
        found[name] = (folder / name).read_bytes()
    return found


def damage(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """The same bytes flipped, cut, repeated, or joined with those of another file."""
    result = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        place = chance.randrange(len(result)) if result else 0
        kind = chance.randrange(6)
        if kind == 0 and result:
            result[place] ^= 1 << chance.randrange(8)
        elif kind == 1 and result:
            result[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 2:
            del result[place : place + chance.choice((1, 4, 100, len(result)))]
        elif kind == 3:
            result[place:place] = result[place : place + chance.choice((4, 64, 512))]
        elif kind == 4:
            result[place : place + chance.choice((0, 1, 4))] = chance.choice(NASTY)
        else:
            start = chance.randrange(len(other)) if other else 0
            result[place:place] = other[start : start + chance.choice((16, 256, 4096))]
    return bytes(result)


def keeps_the_promise(folder: Path) -> None:
    """Whatever the bytes: findings, or a refusal; and what was found can be opened, or is refused."""
    try:
        found = read(folder)
    except Refused:
        return
    for table in found.tables:
        assert all(len(cells) == len(table) for cells in table.columns.values())
        assert np.isfinite(shapely.get_coordinates(table.shapes)).all()
    for grid in found.grids:
        try:
            with open_grid(grid.path, grid.source) as raster:
                if raster.width * raster.height < 1_000_000:
                    raster.read(1)
        except Refused:
            continue


def main(seed: int, rounds: int) -> None:
    """Damage and read, `rounds` times for each sample."""
    warnings.simplefilter("ignore")
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as place:
        sound = samples(Path(place))
        names = sorted(sound)
        for number in range(rounds):
            for name in names:
                chance = random.Random(f"{seed} {number} {name}")
                folder = Path(place) / "try"
                shown = folder / name
                shown.parent.mkdir(parents=True, exist_ok=True)
                if "/" in name:
                    for part in (part for part in names if part.startswith(name.split("/")[0] + "/")):
                        (folder / part).write_bytes(sound[part])
                shown.write_bytes(damage(sound[name], chance, sound[chance.choice(names)]))
                sys.stdout.write(f"{number} {name}\n")
                sys.stdout.flush()
                faulthandler.dump_traceback_later(SECONDS_EACH, exit=True)
                keeps_the_promise(folder)
                faulthandler.cancel_dump_traceback_later()
                for path in sorted(folder.rglob("*"), reverse=True):
                    path.rmdir() if path.is_dir() else path.unlink()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
