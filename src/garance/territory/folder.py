"""Writing a pack: each of its files, then its card; built aside, and put in place in one move."""

from __future__ import annotations

import csv
import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from garance.kernel.refusal import Refused
from garance.territory import manifest as card
from garance.territory.basemap import write_basemap
from garance.territory.content import Content, LayerData, RasterData, SeriesData
from garance.territory.geopackage import write_geopackage
from garance.territory.layers import LAYER_KINDS, LAYERS
from garance.territory.manifest import Layer, Manifest, PackFile, Raster
from garance.territory.rasters import write_raster
from garance.territory.road_graph import write_road_graph
from garance.territory.search_index import write_gazetteer
from garance.territory.terrain import MAX_ZOOM, top_zoom, write_geotiff, write_tiles

Progress = Callable[[str, float], None]


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well, and leaves nothing when it did not.

    Refuses `output-not-a-pack`: something that is not a pack is never replaced.
    """
    out = out.absolute()
    if out.exists() and not _is_replaceable(out):
        raise Refused("output-not-a-pack", field="out")
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.{os.getpid()}.", dir=out.parent))
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


def _sweep(out: Path) -> None:
    """Remove what a build that was killed left beside `out`: folders that bear the number of no living process."""
    for left in out.parent.glob(f".{glob.escape(out.name)}.*.*"):
        number = left.name.removeprefix(f".{out.name}.").partition(".")[0]
        if left.is_dir() and number.isdecimal() and not _lives(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def write_pack(folder: Path, content: Content, progress: Progress) -> Manifest:
    """Write every file of the pack in this folder; the version is the digest of what was written."""
    progress("GeoPackage", 0.0)
    write_geopackage(folder / card.GEOPACKAGE, content.layers)
    progress("Recherche et itinéraires", 0.0)
    write_gazetteer(folder / card.SEARCH, content.layers, content.metric_crs)
    write_road_graph(folder / card.ROAD_GRAPH, content.layers, content.metric_crs)
    progress("Fond de carte", 0.0)
    write_basemap(folder, content.layers, name=content.name)
    if content.terrain is not None:
        write_geotiff(content.terrain, folder / card.TERRAIN)
        write_tiles(
            content.terrain,
            folder / card.TERRAIN_TILES,
            name=content.name,
            step=lambda done: progress("Relief", done),
            max_zoom=top_zoom(content.terrain) if content.fictitious else MAX_ZOOM,
        )
    for raster in content.rasters:
        write_raster(raster, folder / _raster_file(raster))
    if content.series:
        _write_series(folder / card.SERIES, content.series)
    lines = [content.name, "", *(line.text_fr for line in content.report)]
    (folder / card.REPORT).write_text("\n".join(lines) + "\n", "utf-8")
    manifest = _card(content, _files(folder))
    card.write_manifest(folder, manifest)
    progress("Territoire prêt", 1.0)
    return manifest


def _is_replaceable(out: Path) -> bool:
    return out.is_dir() and ((out / card.MANIFEST).is_file() or not any(out.iterdir()))


def _raster_file(raster: RasterData) -> str:
    return f"{raster.name}.tif"


def _write_series(path: Path, series: list[SeriesData]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("code", "seconds", "value"))
        for each in series:
            writer.writerows(
                (each.said.code, f"{second:g}", f"{value:.6g}")
                for second, value in zip(each.seconds, each.values, strict=True)
            )


def _files(folder: Path) -> list[PackFile]:
    found = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found.append(PackFile(path.name, path.stat().st_size, digest))
    return found


def version_of(identity: str, files: list[PackFile]) -> str:
    """Sixteen hexadecimal digits for what a browser or a computation may read."""
    whole = hashlib.sha256(identity.encode())
    for file in files:
        if file.name != card.REPORT:
            whole.update(f"{file.name}\0{file.sha256}\n".encode())
    return whole.hexdigest()[:16]


def _card(content: Content, files: list[PackFile]) -> Manifest:
    west, south, east, north = (round(value, 6) for value in content.bbox)
    order = {kind.name: index for index, kind in enumerate(LAYER_KINDS)}
    communes = next((layer for layer in content.layers if layer.name == "communes"), None)
    codes = sorted({str(code) for code in communes.properties["insee_code"] if code}) if communes else []
    return Manifest(
        id=content.id,
        name=content.name,
        fictitious=content.fictitious,
        version=version_of(f"{content.id}\0{content.name}\0{content.fictitious}\n", files),
        source_digest=content.source_digest,
        bbox=(west, south, east, north),
        centre=(round((west + east) / 2, 6), round((south + north) / 2, 6)),
        metric_crs=content.metric_crs,
        insee_codes=codes,
        attribution=content.attribution,
        licences=content.licences,
        has_terrain=content.terrain is not None,
        layers=[_layer(layer) for layer in sorted(content.layers, key=lambda layer: order[layer.name])],
        rasters=[_raster(raster) for raster in content.rasters],
        series=[each.said for each in content.series],
        files=files,
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


def _raster(raster: RasterData) -> Raster:
    return Raster(
        name=raster.name,
        role=raster.role,
        file=_raster_file(raster),
        title_fr=raster.title_fr,
        title_en=raster.title_en,
        unit=raster.unit,
        bands=len(raster.values),
        cell_m=round(float(raster.transform.a), 3),
        low=round(float(np.nanmin(raster.values)), 4),
        high=round(float(np.nanmax(raster.values)), 4),
        source=raster.source,
        licence=raster.licence,
        attribution=raster.attribution,
    )
