"""Fences around GDAL: it reads the one file it was given, never another, never the network.

GDAL chooses its reader by content and many readers follow what a file names (a web address as the system of a
GeoJSON, a virtual layer, a pipeline). So each file must first show the mark of what its ending promises, and nothing
that sends the reader elsewhere.
"""

from __future__ import annotations

import json
import mmap
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pyogrio

from garance.kernel.refusal import Refused

MAX_LAYERS = 500
"""More layers in one file than any office keeps."""

NOWHERE = "socks5://127.0.0.1:9"
"""A way out that leads nowhere: should a reader try the network all the same, nothing leaves the machine."""

NETWORK_OFF = {
    "GDAL_HTTP_PROXY": NOWHERE,
    "GDAL_HTTPS_PROXY": NOWHERE,
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "/nowhere",
    "PROJ_NETWORK": "OFF",
}
"""Said to both copies of GDAL, the one of vectors and the one of rasters."""

VECTOR_SETTINGS = NETWORK_OFF | {
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_STATIC_VIRTUAL_OGR": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "600",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "SHAPE_RESTORE_SHX": "NO",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_USE_SCHEMA_IMPORT": "NO",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_TMPDIR": tempfile.gettempdir(),
}

HEAD_BYTES = 1 << 16
REDIRECTING = re.compile(
    rb"OGRVRT|VRTDataset|VRTRaster|<GDAL|<OGR[A-Z]\w*Source|WFS_|<WMS|gdal_streamed_alg", re.IGNORECASE
)
DECLARATION = re.compile(
    b"<\0?!\0?(?:%s)" % b"|".join(b"\0?".join(bytes([letter]) for letter in word) for word in (b"DOCTYPE", b"ENTITY")),
    re.IGNORECASE,
)
"""What announces entities, in letters of one byte or of two."""
ROOT = re.compile(r"<\s*(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
XML_ROOTS = {
    ".kml": {"kml", "document", "folder", "placemark"},
    ".gpx": {"gpx"},
    ".osm": {"osm"},
    ".gml": {"featurecollection", "featurecollectiontype", "citymodel", "dataset", "spatialdataset"},
}

CRS_KEY = re.compile(rb'"crs"\s*:\s*(?=[{\["])')
HIDDEN_LETTER = re.compile(rb"\\u00[4-7][0-9a-fA-F]")
"""A plain letter written as a code: no program does it, save to hide a word."""

VIRTUAL = re.compile(r"create\s+virtual\s+table", re.IGNORECASE)
FAULTS = (sqlite3.Error, ValueError, OverflowError, TypeError)
"""What reading a damaged base raises."""

VIRTUAL_ALLOWED = re.compile(r"using\s+\"?(rtree|rtree_i32|fts[345])\b", re.IGNORECASE)


@cache
def fence_vectors() -> None:
    """Tell GDAL once, for the whole process, that it has no network and no other file."""
    pyogrio.set_gdal_config_options(VECTOR_SETTINGS)


@contextmanager
def alone(path: Path) -> Iterator[Path]:
    """The same file with no neighbour: no schema, template or index beside it is read, nor written."""
    with tempfile.TemporaryDirectory(prefix="garance-") as folder:
        lone = Path(folder) / f"lone{path.suffix.lower()}"
        lone.symlink_to(path.resolve())
        yield lone


def check_xml(path: Path, label: str, ending: str) -> None:
    """The root is that of the format and nothing is declared: refuses `xml-with-entities`, `layer-unreadable`."""
    with path.open("rb") as stream:
        raw = stream.read(HEAD_BYTES)
    head = raw
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or (b"\0" in raw[:8]):
        head = raw.decode("utf-16", errors="replace").encode("utf-8")
    if DECLARATION.search(head):
        raise Refused("xml-with-entities", field=label)
    if REDIRECTING.search(head):
        raise Refused("layer-unreadable", field=label)
    text = re.sub(r"<\?.*?\?>|<!--.*?-->", "", head.decode("utf-8", errors="replace"), flags=re.DOTALL)
    root = ROOT.search(text)
    if root is None or root.group(1).lower() not in XML_ROOTS[ending]:
        raise Refused("format-unknown", field=label)
    _check_no_declaration_later(path, label)


def _check_no_declaration_later(path: Path, label: str) -> None:
    """A document type may only come before the root, but a long comment may push it far."""
    with path.open("rb") as stream, closing(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)) as whole:
        if DECLARATION.search(whole):
            raise Refused("xml-with-entities", field=label)


def check_json(path: Path, label: str) -> bool:
    """The text is JSON that names no other place; true when it holds shapes.

    Refuses `layer-unsafe` (a system to be fetched, hidden letters), `layer-unreadable`.
    """
    if path.stat().st_size == 0:
        raise Refused("layer-unreadable", field=label)
    with path.open("rb") as stream, closing(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)) as whole:
        head = whole[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
        if head[:1] not in (b"{", b"["):
            raise Refused("layer-unreadable", field=label)
        if HIDDEN_LETTER.search(whole) or REDIRECTING.search(head):
            raise Refused("layer-unsafe", field=label)
        for match in CRS_KEY.finditer(whole):
            _check_named_system(whole[match.end() : match.end() + 4096], label)
        return any(whole.find(word) >= 0 for word in (b'"coordinates"', b'"geometries"', b'"arcs"', b'"geometry"'))


def _check_named_system(text: bytes, label: str) -> None:
    """What follows `"crs":` names a system; an address to fetch it from is refused."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        value = {}
    if isinstance(value, dict) and str(value.get("type")).lower() not in ("name", "epsg"):
        raise Refused("layer-unsafe", field=label)


def check_geopackage(path: Path, label: str) -> list[str]:
    """The layers to read: plain tables of features. Refuses `layers-too-many`, `layer-unsafe`, `layer-unreadable`."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            return feature_tables(base, label)
    except FAULTS as problem:
        raise Refused("layer-unreadable", field=label) from problem


def feature_tables(base: sqlite3.Connection, label: str) -> list[str]:
    """The plain tables of features of an open GeoPackage; refuses as `check_geopackage`."""
    try:
        base.execute("pragma trusted_schema = off")
        count = base.execute("select count(*) from gpkg_contents").fetchone()[0]
        if int(count) > MAX_LAYERS:
            raise Refused("layers-too-many", field=label, detail={"layers": int(count), "limit": MAX_LAYERS})
        for (statement,) in base.execute("select sql from sqlite_master where type = 'table' and sql is not null"):
            if VIRTUAL.search(str(statement)) and not VIRTUAL_ALLOWED.search(str(statement)):
                raise Refused("layer-unsafe", field=label)
        rows = base.execute(
            "select c.table_name from gpkg_contents c join sqlite_master m on lower(m.name) = lower(c.table_name)"
            " where m.type = 'table' and c.data_type = 'features' order by c.rowid"
        )
        return [str(name) for (name,) in rows]
    except FAULTS as problem:
        raise Refused("layer-unreadable", field=label) from problem


def check_mapinfo(path: Path, label: str) -> None:
    """A MapInfo table that stands alone; refuses `layer-unsafe` when it is a view or a seamless table of others."""
    with path.open("rb") as stream:
        text = stream.read(HEAD_BYTES).lower()
    if any(word in text for word in (b"seamless", b"open table", b"create view", b"linked", b"odbc")):
        raise Refused("layer-unsafe", field=label)
    if path.suffix.lower() == ".tab" and b"!table" not in text:
        raise Refused("layer-unreadable", field=label)


def check_mark(path: Path, label: str, mark: bytes) -> None:
    """The file starts as its format wants; refuses `layer-unreadable`."""
    with path.open("rb") as stream:
        if stream.read(len(mark)) != mark:
            raise Refused("layer-unreadable", field=label)
