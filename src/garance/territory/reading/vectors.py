"""Layers of shapes, by GDAL behind its fences: GeoPackage, shapefile, GeoJSON, FlatGeobuf, GML, KML, GPX, MapInfo."""

from __future__ import annotations

import struct
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.errors
import shapely

from garance.kernel.refusal import Refused
from garance.territory.projection import Bounds
from garance.territory.reading import fences
from garance.territory.reading.archive import Step
from garance.territory.reading.findings import Findings, Note, Table
from garance.territory.reading.listing import MAPINFO_COMPANIONS
from garance.territory.reading.placing import clean, settle, tables_by_kind
from garance.territory.reading.texts import repair_cells

VECTOR_ENDINGS = (".gpkg", ".shp", ".geojson", ".json", ".topojson", ".fgb", ".gml", ".kml", ".gpx", ".tab", ".mif")
MAX_FEATURES = 5_000_000
MAX_FIELDS = 2_000
BATCH = 200_000
SEEKING = (".gpkg", ".shp", ".fgb")
"""Formats in which GDAL goes straight to the nth object: read by batches; others are read at once."""

PARTS = {
    ".shp": frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"}),
    ".tab": MAPINFO_COMPANIONS | {".tab"},
    ".mif": frozenset({".mif", ".mid"}),
}
SHAPEFILE_HEAD_BYTES = 100
GPX_LAYERS = ("waypoints", "routes", "tracks")
OPTIONS: dict[str, dict[str, str]] = {
    ".gml": {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO", "SKIP_RESOLVE_ELEMS": "ALL"},
}
FAILURES = (
    *(getattr(pyogrio.errors, name) for name in dir(pyogrio.errors) if name.endswith("Error")),
    shapely.errors.GEOSException,
    ValueError, RuntimeError, OSError, TypeError, OverflowError, MemoryError, KeyError, IndexError, UnboundLocalError,
)  # fmt: skip
"""What reading a damaged file raises; nothing here is a bug of ours that a person could report better."""


@dataclass
class _Source:
    """One file as GDAL will open it."""

    address: str
    label: str
    ending: str
    layers: list[str]
    options: dict[str, str] = field(default_factory=dict)


@dataclass
class _Batch:
    """Some objects as GDAL gave them; what has been taken is let go, so that a large layer is never held twice."""

    declared: str | None
    columns: list[str]
    blobs: Any
    values: list[Any]

    @classmethod
    def of(cls, given: tuple[dict[str, Any], Any, Any, Any]) -> _Batch:
        meta, _, blobs, values = given
        return cls(meta["crs"], _columns(meta["fields"]), blobs, list(values))

    def take_blobs(self) -> Any:
        """The shapes as bytes, once."""
        blobs, self.blobs = self.blobs, None
        return blobs


def read_vectors(path: Path, label: str, name: str, found: Findings, step: Step, near: Bounds | None = None) -> None:
    """Add every layer of this file to the findings; a layer that cannot be read is set aside alone, with its code.

    Refuses, for the whole file, `layer-unreadable`, `layer-unsafe`, `layers-too-many`, `xml-with-entities`,
    `format-unknown`, `layer-without-geometry`, `layer-empty`, `crs-unknown`.
    """
    fences.fence_vectors()
    with _opened(path, label) as source:
        problems: list[tuple[str, Refused]] = []
        before = len(found.tables)
        for layer in source.layers:
            step()
            try:
                table = _read_layer(source, layer, name if len(source.layers) == 1 else layer, step, near)
                found.tables.extend(tables_by_kind(table))
            except Refused as problem:
                problems.append((layer, problem))
        if not source.layers:
            raise Refused("layer-without-geometry", field=label)
        if problems and len(found.tables) == before:
            raise problems[0][1]
        serious = [(layer, problem.code) for layer, problem in problems if problem.code != "layer-empty"]
        found.unread.extend((f"{label}/{layer}", code) for layer, code in serious)


@contextmanager
def _opened(path: Path, label: str) -> Iterator[_Source]:
    """The file checked, and put where it has no neighbour but its own parts."""
    ending = path.suffix.lower()
    if path.stat().st_size == 0:
        raise Refused("layer-unreadable", field=label)
    _check(path, label, ending)
    with tempfile.TemporaryDirectory(prefix="garance-") as folder:
        address = _stage(path, ending, Path(folder))
        options = OPTIONS.get(ending, {})
        if ending == ".gpkg":
            layers = fences.check_geopackage(path, label)
            if not path.with_name(path.name + "-wal").exists():
                options = {"IMMUTABLE": "YES"}
        else:
            layers = _layers(address, label)
        if ending == ".gpx":
            layers = [layer for layer in layers if layer in GPX_LAYERS]
        yield _Source(address, label, ending, layers, options)


def _check(path: Path, label: str, ending: str) -> None:
    if ending in (".json", ".geojson", ".topojson"):
        if not fences.check_json(path, label):
            code = "format-unknown" if ending == ".json" else "layer-unreadable"
            raise Refused(code, field=label)
    elif ending in fences.XML_ROOTS:
        fences.check_xml(path, label, ending)
    elif ending in (".tab", ".mif"):
        fences.check_mapinfo(path, label)
    elif ending == ".shp":
        fences.check_mark(path, label, b"\x00\x00\x27\x0a")
    elif ending == ".fgb":
        fences.check_mark(path, label, b"fgb\x03")


def _stage(path: Path, ending: str, folder: Path) -> str:
    """Links to the parts of this layer under one plain name: endings in capitals, a missing index, odd names."""
    if ending == ".gpkg":
        return str(path.resolve())
    parts = PARTS.get(ending, frozenset({ending}))
    siblings = path.parent.iterdir() if len(parts) > 1 else iter((path,))
    for part in siblings:
        if part.suffix.lower() in parts and part.stem.lower() == path.stem.lower() and part.is_file():
            link = folder / f"layer{part.suffix.lower()}"
            if not link.exists() and (part.suffix.lower() != ending or part == path):
                link.symlink_to(part.resolve())
    if ending == ".shp" and not (folder / "layer.shx").exists():
        (folder / "layer.shx").write_bytes(index_of(path.read_bytes()))
    staged = str(folder / f"layer{ending}")
    if ending in (".json", ".geojson", ".topojson"):
        return f"{'TopoJSON' if _is_topology(path) else 'GEOJSON'}:{staged}"
    return staged


def index_of(whole: bytes) -> bytes:
    """The index (.shx) that a shapefile came without, worked out from the shapes themselves."""
    words: list[int] = []
    place = SHAPEFILE_HEAD_BYTES
    while place + 8 <= len(whole):
        length = struct.unpack_from(">i", whole, place + 4)[0]
        if length < 2 or place + 8 + 2 * length > len(whole):
            break
        words += [place // 2, length]
        place += 8 + 2 * length
    head = bytearray(whole[:SHAPEFILE_HEAD_BYTES].ljust(SHAPEFILE_HEAD_BYTES, b"\0"))
    struct.pack_into(">i", head, 24, (SHAPEFILE_HEAD_BYTES + 4 * len(words)) // 2)
    return bytes(head) + struct.pack(f">{len(words)}i", *words)


def _is_topology(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(fences.HEAD_BYTES)
    return b'"Topology"' in head


def _layers(address: str, label: str) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = pyogrio.list_layers(address)
    except FAILURES as problem:
        raise Refused("layer-unreadable", field=label) from problem
    if len(rows) > fences.MAX_LAYERS:
        raise Refused("layers-too-many", field=label, detail={"layers": len(rows), "limit": fences.MAX_LAYERS})
    return [str(layer) for layer, geometry in rows if geometry is not None]


def _read_layer(source: _Source, layer: str, name: str, step: Step, near: Bounds | None) -> Table:
    try:
        return _assemble(source, layer, name, None, step, near)
    except UnicodeDecodeError:
        try:
            return _assemble(source, layer, name, "cp1252", step, near)
        except FAILURES as problem:
            raise Refused("layer-unreadable", field=source.label) from problem
    except FAILURES as problem:
        raise Refused("layer-unreadable", field=source.label) from problem


def _assemble(source: _Source, layer: str, name: str, encoding: str | None, step: Step, near: Bounds | None) -> Table:
    shapes: list[Any] = []
    columns: dict[str, list[Any]] = {}
    recoded = empty = flattened = 0
    notes: dict[str, int] = {}
    declared: str | None = None
    for batch in _batches(source, layer, encoding):
        step()
        declared = batch.declared
        with np.errstate(all="ignore"):
            part = clean(shapely.from_wkb(batch.take_blobs(), on_invalid="ignore"))
        shapes.append(part.shapes)
        empty += part.empty
        flattened += part.flattened
        for code, count in part.notes:
            notes[code] = notes.get(code, 0) + count
        for column in batch.columns:
            fixed, changed = repair_cells(np.asarray(batch.values.pop(0), dtype=object)[part.usable])
            columns.setdefault(column, []).append(fixed)
            recoded += changed
    return _table(source.label, name, shapes, columns, declared, (recoded, empty, flattened), notes, near)


def _table(
    label: str,
    name: str,
    shapes: list[Any],
    columns: dict[str, list[Any]],
    declared: str | None,
    counts: tuple[int, int, int],
    notes: dict[str, int],
    near: Bounds | None,
) -> Table:
    whole = np.concatenate(shapes)
    if len(whole) == 0:
        raise Refused(next(iter(_reasons(notes)), "layer-empty"), field=label)
    placed, crs, doubt = settle(declared, whole, label, near)
    joined = {column: np.concatenate(parts) for column, parts in columns.items()}
    kept: tuple[Note, ...] = tuple(sorted(notes.items()))
    recoded, empty, flattened = counts
    return Table(label, name, "point", joined, placed, crs, doubt, recoded, empty, flattened, kept, declared)


def _columns(fields: Any) -> list[str]:
    """The columns in lower case; those that differ by their capitals only bear their rank."""
    seen: dict[str, int] = {}
    names = []
    for column in (str(each).lower() for each in fields):
        seen[column] = seen.get(column, 0) + 1
        names.append(column if seen[column] == 1 else f"{column}_{seen[column]}")
    return names


def _reasons(notes: dict[str, int]) -> Iterator[str]:
    """Why nothing at all was kept."""
    if "vertices-too-many" in notes:
        yield "vertices-too-many"
    elif notes:
        yield "crs-unknown"


def _count(source: _Source, layer: str) -> int:
    """How many objects there are: room is made for so many at once where a reader cannot start in the middle."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        info = pyogrio.read_info(source.address, layer=layer, force_feature_count=True, **source.options)
    return min(MAX_FEATURES, max(0, int(info["features"])))


def _batches(source: _Source, layer: str, encoding: str | None) -> Iterator[_Batch]:
    size = BATCH if source.ending in SEEKING else _count(source, layer) + 1
    start = 0
    while start < MAX_FEATURES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = _Batch.of(
                pyogrio.raw.read(
                    source.address, layer=layer, encoding=encoding, skip_features=start, max_features=size,
                    **source.options,
                )
            )  # fmt: skip
        if batch.blobs is None:
            raise Refused("layer-without-geometry", field=source.label)
        if len(batch.columns) > MAX_FIELDS:
            raise Refused("table-too-large", field=source.label, detail={"columns": len(batch.columns)})
        count = len(batch.blobs)
        yield batch
        if count < size:
            return
        start += size
    raise Refused("table-too-large", field=source.label, detail={"limit": MAX_FEATURES})
