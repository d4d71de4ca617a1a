"""The card of a territory pack: `territory.toml`, what it holds, where it comes from, what it lacks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import tomli_w

from garance.kernel.identity import Slug
from garance.kernel.place import Latitude, Longitude
from garance.kernel.refusal import Refused

MANIFEST = "territory.toml"
GEOPACKAGE = "territory.gpkg"
BASEMAP = "basemap.pmtiles"
TERRAIN_TILES = "terrain.pmtiles"
TERRAIN = "dem.tif"

ROUGHNESS = "roughness.tif"
SEARCH = "search.sqlite"
ROAD_GRAPH = "roads.npz"
SERIES = "series.csv"
REPORT = "rapport.txt"

MAX_MANIFEST_BYTES = 4_000_000

Digest16 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$", description="16 hexadecimal digits")]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*\.[a-z0-9]+$", max_length=100)]
GeometryKind = Literal["point", "line", "polygon"]
Finding = Literal["found", "repaired", "doubtful", "unused", "not-understood", "missing", "derived"]


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One layer of the pack (couche), under the same `name` in the GeoPackage and in the base map."""

    name: Slug
    title_fr: str
    title_en: str
    geometry: GeometryKind
    role: Slug
    count: Annotated[int, msgspec.Meta(ge=0)]
    attributes: list[str]
    source: str
    licence: str
    attribution: str


class Raster(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One grid of the pack, a cloud-optimised GeoTIFF in `metric_crs`; values in `unit` once the file's own scale and
    offset are applied. `bands` above one is a film: the same thing at successive instants."""

    name: Slug
    role: Slug
    file: FileName
    title_fr: str
    title_en: str
    unit: Literal["m", "s/m^(1/3)", "h", "m/s", "1"]
    bands: Annotated[int, msgspec.Meta(ge=1)]
    cell_m: float
    low: float
    high: float
    source: str
    licence: str
    attribution: str


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One series of measures or boundary values (chronique), kept in `series.csv` as `code,seconds,value`.

    `gauge` is the `ref` of a station of the layer `gauges`, when it belongs to one; `seconds` count from the series'
    own start.
    """

    code: Slug
    name: str
    kind: Literal["sea-level", "water-level", "flow", "rain", "wind", "other"]
    unit: str
    count: Annotated[int, msgspec.Meta(ge=1)]
    source: str
    gauge: str | None = None


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the pack: its length, and the SHA-256 of its bytes, in hexadecimal."""

    name: FileName
    bytes: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class Missing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role nothing was found for, and what that disables, in words for the person who imports."""

    role: Slug
    disables_fr: str


class ReportLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One finding of the import, for a machine (`kind`, `code`, `count`) and for a person (`text_fr`)."""

    kind: Finding
    code: Slug
    subject: str
    text_fr: str
    count: int = 0


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole card. `version` is the digest of what the pack holds; `source_digest` of what it was made from."""

    id: Slug
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    fictitious: bool
    version: Digest16
    source_digest: Digest16
    bbox: tuple[Longitude, Latitude, Longitude, Latitude]
    centre: tuple[Longitude, Latitude]
    metric_crs: Annotated[str, msgspec.Meta(pattern=r"^EPSG:[0-9]{4,6}$")]
    insee_codes: list[str]
    attribution: str
    licences: list[str]
    has_terrain: bool
    layers: list[Layer]
    rasters: list[Raster]
    series: list[Series]
    files: list[PackFile]
    missing: list[Missing]
    report: list[ReportLine]


def read_manifest(folder: Path) -> Manifest:
    """Read and check a pack's card; refuses `not-a-territory-pack` and `territory-manifest-malformed`."""
    path = folder / MANIFEST
    if not path.is_file():
        raise Refused("not-a-territory-pack", field="folder", detail={"missing": MANIFEST})
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise Refused("territory-manifest-malformed", detail={"bytes": path.stat().st_size})
    try:
        loaded: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        return msgspec.convert(loaded, Manifest)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as problem:
        raise Refused("territory-manifest-malformed", detail={"problem": str(problem)[:300]}) from problem


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `territory.toml`, readable and stable."""
    plain = msgspec.to_builtins(manifest)
    (folder / MANIFEST).write_text(tomli_w.dumps(plain), "utf-8")


def wire_form(manifest: Manifest) -> dict[str, Any]:
    """What the server hands to browsers: the card, plus the addresses of the tiles of this very version."""
    plain: dict[str, Any] = msgspec.to_builtins(manifest)
    has_terrain = plain.pop("has_terrain")
    for inside in ("source_digest", "metric_crs", "files"):
        del plain[inside]
    root = f"/territory/{manifest.version}"
    plain["basemap"] = f"{root}/{BASEMAP}"
    plain["terrain"] = f"{root}/{TERRAIN_TILES}" if has_terrain else None
    return plain
