"""Is a pack at rest what its card says? Every file, layer, tile archive and grid, looked at (contrôle d'un paquet)."""

from __future__ import annotations

import gzip
import hashlib
import io
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import rasterio
from PIL import Image, UnidentifiedImageError
from rasterio.errors import RasterioError

from garance.kernel.refusal import Refused
from garance.territory.folder import version_of
from garance.territory.geopackage import FILE_TYPES
from garance.territory.layer_table import LayerTables, Wanted
from garance.territory.manifest import (
    BASEMAP,
    GEOPACKAGE,
    MANIFEST,
    ROAD_GRAPH,
    SEARCH,
    TERRAIN,
    TERRAIN_TILES,
    Manifest,
    PackFile,
    Raster,
    read_manifest,
)
from garance.territory.tiles import FileBytes, TileArchive

SAMPLE = 200
"""How many tiles of an archive are read, evenly spread."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a pack: a stable `code`, the file, layer or grid it is about, and two sentences."""

    code: str
    subject: str
    text_fr: str
    text_en: str


def check_pack(folder: Path, *, progress: Progress) -> list[Fault]:
    """Everything wrong with the pack of this folder; nothing when it is whole. Changes nothing.

    Refuses `not-a-territory-pack` and `territory-manifest-malformed`: without a card there is nothing to compare with.
    """
    manifest = read_manifest(folder)
    faults = list(_files(folder, manifest, progress))
    present = {file.name for file in manifest.files if (folder / file.name).is_file()}
    progress("Couches, tuiles et rasters", 0.0)
    if GEOPACKAGE in present:
        faults += _layers(folder / GEOPACKAGE, manifest)
    for name in (BASEMAP, TERRAIN_TILES):
        if name in present:
            faults += _tiles(folder / name)
    for raster in manifest.rasters:
        if raster.file in present:
            faults += _raster(folder / raster.file, raster)
        else:
            faults.append(_missing(raster.file))
    if TERRAIN in present:
        faults += _grid(folder / TERRAIN)
    faults += _indexes(folder, present)
    progress("Contrôle terminé", 1.0)
    return list({(fault.code, fault.subject): fault for fault in faults}.values())


def _files(folder: Path, manifest: Manifest, progress: Progress) -> Iterator[Fault]:
    """What the card lists: there, as long, of the same bytes; nothing beside; the version that they make."""
    for done, file in enumerate(manifest.files):
        progress("Empreinte des fichiers", done / len(manifest.files))
        yield from _file(folder / file.name, file)
    wanted = {GEOPACKAGE, BASEMAP, *((TERRAIN, TERRAIN_TILES) if manifest.has_terrain else ())}
    listed = {file.name for file in manifest.files}
    yield from (_missing(name) for name in sorted(wanted - listed))
    extra = sorted(path.name for path in folder.iterdir() if path.name not in listed | {MANIFEST})
    for name in extra:
        yield Fault(
            "file-not-listed",
            name,
            f"{name} : ce fichier n'est pas sur la carte d'identité du territoire.",
            f"{name}: this file is not on the territory's card.",
        )
    version = version_of(f"{manifest.id}\0{manifest.name}\0{manifest.fictitious}\n", manifest.files)
    if version != manifest.version:
        yield Fault(
            "version-wrong",
            MANIFEST,
            f"{MANIFEST} : la version annoncée ({manifest.version}) n'est pas celle des fichiers ({version}).",
            f"{MANIFEST}: the version stated ({manifest.version}) is not that of the files ({version}).",
        )


def _file(path: Path, file: PackFile) -> Iterator[Fault]:
    if not path.is_file():
        yield _missing(file.name)
        return
    size = path.stat().st_size
    if size != file.bytes:
        yield Fault(
            "file-length-wrong",
            file.name,
            f"{file.name} : {size} octets au lieu de {file.bytes}.",
            f"{file.name}: {size} bytes where {file.bytes} were expected.",
        )
        return
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != file.sha256:
        yield Fault(
            "file-digest-wrong",
            file.name,
            f"{file.name} : le contenu a changé depuis la fabrication.",
            f"{file.name}: its content has changed since it was made.",
        )


def _missing(name: str) -> Fault:
    return Fault("file-missing", name, f"{name} : ce fichier manque.", f"{name}: this file is missing.")


def _unreadable(name: str) -> Fault:
    return Fault("file-unreadable", name, f"{name} : illisible, le fichier est abîmé.", f"{name}: damaged, unreadable.")


def _layers(path: Path, manifest: Manifest) -> list[Fault]:
    try:
        with closing(LayerTables(path)) as tables:
            return list(_compared(tables, manifest))
    except (Refused, sqlite3.Error):
        return [_unreadable(path.name)]


def _compared(tables: LayerTables, manifest: Manifest) -> Iterator[Fault]:
    held = set(tables.names())
    for layer in manifest.layers:
        if layer.name not in held:
            yield Fault(
                "layer-missing",
                layer.name,
                f"{layer.title_fr} : la couche {layer.name} manque dans {GEOPACKAGE}.",
                f"{layer.title_en}: layer {layer.name} is missing from {GEOPACKAGE}.",
            )
            continue
        table = tables.table(layer.name)
        count, kind = table.count(Wanted()), table.geometry_type
        if count != layer.count:
            yield Fault(
                "layer-count-wrong",
                layer.name,
                f"{layer.title_fr} : {count} objets au lieu de {layer.count}.",
                f"{layer.title_en}: {count} objects where {layer.count} were expected.",
            )
        if kind != FILE_TYPES[layer.geometry].upper():
            yield Fault(
                "layer-geometry-wrong",
                layer.name,
                f"{layer.title_fr} : géométrie {kind}, inattendue.",
                f"{layer.title_en}: unexpected geometry {kind}.",
            )
    for name in sorted(held - {layer.name for layer in manifest.layers}):
        yield Fault(
            "layer-not-listed",
            name,
            f"{name} : cette couche n'est pas sur la carte d'identité du territoire.",
            f"{name}: this layer is not on the territory's card.",
        )


def _tiles(path: Path) -> list[Fault]:
    """The archive's head, its whole directory, and tiles here and there, opened."""
    with closing(FileBytes(path)) as file:
        try:
            archive = TileArchive(file)
            entries = list(archive.entries())
            for _, offset, length in entries[:: max(1, len(entries) // SAMPLE)]:
                content = archive.read_entry(offset, length)
                if archive.packed:
                    content = gzip.decompress(content)
                if not archive.vector:
                    with Image.open(io.BytesIO(content)) as image:
                        image.load()
        except (Refused, OSError, EOFError, ValueError, zlib.error, UnidentifiedImageError):
            return [_unreadable(path.name)]
    if entries:
        return []
    return [Fault("tiles-absent", path.name, f"{path.name} : aucune tuile.", f"{path.name}: no tile in it.")]


def _raster(path: Path, raster: Raster) -> list[Fault]:
    faults = _grid(path)
    if faults:
        return faults
    with rasterio.open(path) as file:
        bands = int(file.count)
    if bands == raster.bands:
        return []
    return [
        Fault(
            "raster-bands-wrong",
            raster.name,
            f"{raster.title_fr} : {bands} bandes au lieu de {raster.bands}.",
            f"{raster.title_en}: {bands} bands where {raster.bands} were expected.",
        )
    ]


def _grid(path: Path) -> list[Fault]:
    """Opened, in a system that is named, and its first block read."""
    try:
        with rasterio.open(path) as file:
            file.read(1, window=next(iter(file.block_windows(1)))[1])
            named = file.crs is not None
    except (RasterioError, OSError):
        return [_unreadable(path.name)]
    return [] if named else [_unreadable(path.name)]


def _indexes(folder: Path, present: set[str]) -> Iterator[Fault]:
    """The search index is a sound database, the road graph a sound archive of tables."""
    if SEARCH in present:
        try:
            address = f"{(folder / SEARCH).resolve().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(address, uri=True)) as file:
                sound = file.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        except sqlite3.Error:
            sound = False
        if not sound:
            yield _unreadable(SEARCH)
    if ROAD_GRAPH in present:
        try:
            with zipfile.ZipFile(folder / ROAD_GRAPH) as archive:
                sound = archive.testzip() is None
        except (zipfile.BadZipFile, OSError, EOFError):
            sound = False
        if not sound:
            yield _unreadable(ROAD_GRAPH)
