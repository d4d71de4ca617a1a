"""What a folder holds: tables of shapes, tables of places, rasters; each file opened once, none trusted."""

from __future__ import annotations

import csv
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import shapely
from pyogrio.errors import DataSourceError

from garance.kernel.refusal import Refused
from garance.territory.archive import check_archive
from garance.territory.manifest import GeometryKind
from garance.territory.projection import WGS84, Bounds, read_crs
from garance.territory.wording import fold, undo_double_encoding

VECTOR_ENDINGS = (".gpkg", ".shp", ".geojson", ".json", ".fgb")
RASTER_ENDINGS = (".tif", ".tiff", ".asc")
TABLE_ENDINGS = (".csv",)
MAX_FILES = 5_000
MAX_FEATURES = 5_000_000
LONGITUDES = ("lon", "lng", "longitude", "x_wgs84")
LATITUDES = ("lat", "latitude", "y_wgs84")

_KINDS: dict[int, GeometryKind] = {0: "point", 1: "line", 2: "polygon"}


@dataclass(frozen=True)
class Table:
    """A layer as found: where (`source`, `name`), its columns by lower-case name, its shapes and their system."""

    source: str
    name: str
    geometry: GeometryKind
    columns: dict[str, Any]
    shapes: Any
    crs: str
    doubt: str | None = None
    recoded: int = 0
    empty: int = 0
    flattened: int = 0

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def words(self) -> str:
        """The folded name of the file, with its folders: a weak hint of what it is."""
        return fold(f"{self.name}")


@dataclass(frozen=True)
class Grid:
    """A raster as found, not yet read."""

    source: str
    path: Path
    bands: int
    dtype: str
    crs: str
    bounds: Bounds
    doubt: str | None = None

    @property
    def words(self) -> str:
        """The folded name of the file."""
        return fold(self.path.stem)


@dataclass
class Findings:
    """All that a folder holds, and what could not be read, each with its reason."""

    tables: list[Table] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    clouds: list[Cloud] = field(default_factory=list)
    series: list[SeriesFound] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def list_files(source: Path) -> list[Path]:
    """Every file of the folder in a stable order, links followed only inside it; refuses
    `territory-source-missing`, `territory-source-empty`, `territory-source-too-large`."""
    if not source.is_dir():
        raise Refused("territory-source-missing", field="source")
    root = source.resolve()
    files = sorted(path for path in source.rglob("*") if path.is_file() and path.resolve().is_relative_to(root))
    if not files:
        raise Refused("territory-source-empty", field="source")
    if len(files) > MAX_FILES:
        raise Refused("territory-source-too-large", field="source", detail={"files": len(files), "limit": MAX_FILES})
    return files


def digest_files(source: Path, files: list[Path], recipe: str) -> str:
    """Sixteen hexadecimal digits that change when any file, its place, or the recipe changes."""
    whole = hashlib.sha256(recipe.encode())
    for path in files:
        with path.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        whole.update(f"{path.relative_to(source).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()[:16]


def read_source(source: Path, files: list[Path]) -> Iterator[tuple[Path, Findings]]:
    """Read file after file; a damaged one is set aside with its reason, a hostile one refuses the whole folder."""
    for path in files:
        found = Findings()
        label = path.relative_to(source).as_posix()
        try:
            _read_file(path, label, found)
        except Refused as problem:
            if problem.code in ("archive-unsafe", "archive-too-large"):
                raise
            found.unread.append((label, problem.code))
        yield path, found


def _read_file(path: Path, label: str, found: Findings) -> None:
    ending = path.suffix.lower()
    if ending == ".zip":
        members = check_archive(path)
        inside = [member for member in members if Path(member).suffix.lower() in VECTOR_ENDINGS]
        for member in inside:
            found.tables.extend(_read_vector(f"/vsizip/{path.resolve()}/{member}", label, Path(member).stem))
        if not inside:
            found.unread.append((label, "format-unknown"))
    elif ending in VECTOR_ENDINGS:
        _read_loose_vector(path, label, found)
    elif ending in RASTER_ENDINGS:
        found.grids.append(_read_grid(path, label))
    elif ending in TABLE_ENDINGS:
        found.tables.append(_read_places(path, label))
    elif ending in (".md", ".txt"):
        found.notices.append(path.read_text("utf-8", errors="replace")[:100_000])
    else:
        found.unread.append((label, "format-unknown"))


def _read_loose_vector(path: Path, label: str, found: Findings) -> None:
    try:
        found.tables.extend(_read_vector(str(path), label, path.stem))
    except Refused:
        if path.suffix.lower() != ".json":
            raise
        found.unread.append((label, "format-unknown"))


def _read_vector(address: str, label: str, name: str) -> Iterator[Table]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layers = [str(row[0]) for row in pyogrio.list_layers(address)]
            for layer in layers:
                yield _vector_table(address, label, layer if len(layers) > 1 else name, layer)
    except (DataSourceError, ValueError, RuntimeError, UnicodeDecodeError) as problem:
        raise Refused("layer-unreadable", field=label) from problem


def _vector_table(address: str, label: str, name: str, layer: str) -> Table:
    if pyogrio.read_info(address, layer=layer, force_feature_count=True)["features"] > MAX_FEATURES:
        raise Refused("layer-too-large", field=label)
    meta, _, blobs, values = pyogrio.raw.read(address, layer=layer)
    if blobs is None:
        raise Refused("layer-without-geometry", field=label)
    shapes = shapely.from_wkb(blobs, on_invalid="ignore")
    usable = np.array([shape is not None and not shape.is_empty for shape in shapes], dtype=bool)
    columns, recoded = {}, 0
    for column, cells in zip(meta["fields"], values, strict=True):
        cells, changed = _recode(np.asarray(cells, dtype=object)[usable])
        columns[str(column).lower()] = cells
        recoded += changed
    kept = shapes[usable]
    flattened = int(np.count_nonzero(shapely.has_z(kept)))
    kept = shapely.force_2d(kept)
    crs, doubt = _settle(meta["crs"], kept, label)
    return Table(
        label, name, _kind_of(kept, label), columns, kept, crs, doubt, recoded, int((~usable).sum()), flattened
    )


def _settle(declared: str | None, shapes: Any, label: str) -> tuple[str, str | None]:
    bounds = tuple(float(value) for value in shapely.total_bounds(shapes))
    reading = read_crs(declared, (bounds[0], bounds[1], bounds[2], bounds[3]))
    if reading is None:
        raise Refused("crs-unknown", field=label)
    return reading.crs, reading.doubt


def _kind_of(shapes: Any, label: str) -> GeometryKind:
    if len(shapes) == 0:
        raise Refused("layer-empty", field=label)
    dimensions = shapely.get_dimensions(shapes)
    return _KINDS[int(np.bincount(dimensions[dimensions >= 0], minlength=3).argmax())]


def _recode(cells: Any) -> tuple[Any, int]:
    """Undo a double encoding; only in a column where every accented value bears it."""
    accented = {cell for cell in cells if isinstance(cell, str) and not cell.isascii()}
    repaired = {cell: undo_double_encoding(cell) for cell in accented}
    if not accented or any(before == after for before, after in repaired.items()):
        return cells, 0
    fixed = np.array([repaired.get(cell, cell) if isinstance(cell, str) else cell for cell in cells], dtype=object)
    return fixed, sum(1 for cell in cells if isinstance(cell, str) and cell in repaired)


def _read_grid(path: Path, label: str) -> Grid:
    try:
        with rasterio.open(path) as raster:
            bounds: Bounds = tuple(raster.bounds)
            reading = read_crs(raster.crs.to_wkt() if raster.crs else None, bounds)
            bands, dtype = raster.count, str(raster.dtypes[0])
    except rasterio.errors.RasterioError as problem:
        raise Refused("raster-unreadable", field=label) from problem
    if reading is None:
        raise Refused("crs-unknown", field=label)
    return Grid(label, path, bands, dtype, reading.crs, bounds, reading.doubt)


def _read_places(path: Path, label: str) -> Table:
    """A table of places: a CSV with a longitude and a latitude column, in degrees."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    head = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=head.count))
    rows = [{str(key).strip().lower(): value for key, value in row.items()} for row in reader]
    names = set(rows[0]) if rows else set()
    lon = next((name for name in LONGITUDES if name in names), None)
    lat = next((name for name in LATITUDES if name in names), None)
    if lon is None or lat is None:
        raise Refused("table-without-position", field=label)
    placed = [(row, place) for row in rows if (place := _place(row[lon], row[lat])) is not None]
    if not placed:
        raise Refused("layer-empty", field=label)
    columns = {name: np.array([row[name] for row, _ in placed], dtype=object) for name in sorted(names)}
    shapes = shapely.points(np.array([place for _, place in placed]))
    return Table(label, path.stem, "point", columns, shapes, WGS84, empty=len(rows) - len(placed))


def _place(lon: str | None, lat: str | None) -> tuple[float, float] | None:
    try:
        lon_deg, lat_deg = float((lon or "").replace(",", ".")), float((lat or "").replace(",", "."))
    except ValueError:
        return None
    return (lon_deg, lat_deg) if abs(lon_deg) <= 180 and abs(lat_deg) <= 90 else None


@dataclass(frozen=True)
class Cloud:
    """A point cloud as found, not yet read."""

    source: str
    path: Path
    bounds: Bounds
    crs: str
    count: int


@dataclass(frozen=True)
class SeriesFound:
    """A series as found: `seconds` and `values`."""

    source: str
    name: str
    kind: str
    unit: str
    seconds: Any
    values: Any
