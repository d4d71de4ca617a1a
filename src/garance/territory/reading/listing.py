"""Which files a folder holds, and which of them are only companions of another (.dbf of a .shp)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from garance.kernel.refusal import Refused

MAX_FILES = 5_000

SHAPEFILE_COMPANIONS = frozenset(
    ".dbf .shx .prj .cpg .idx .qix .sbn .sbx .qpj .qmd .fbn .fbx .ain .aih .atx .ixs .mxs .cst".split()
)
MAPINFO_COMPANIONS = frozenset(".dat .map .id .ind .mid".split())
STYLES = frozenset(".qml .sld .lyr .lyrx .qgz .qgs .mxd .wor .qlr .clr .lgd".split())
RASTER_COMPANIONS = frozenset(".tfw .tifw .tfwx .wld .prj .ovr .msk .rrd .aux .asw .cpg .qml .qmd".split())
GEOPACKAGE_COMPANIONS = ("-wal", "-shm", "-journal")
DOCUMENTS = frozenset(
    ".pdf .doc .docx .odt .rtf .ppt .pptx .odp .jpg .jpeg .png .gif .bmp .svg .webp .html .htm .xhtml .css .eml .msg"
    " .mp4 .mp3 .avi .mov .db .lnk .ini .url .log .bak .tmp .xsd .xsl .xslt .md5 .sha1 .sha256"
    " .bci .param .par .mass".split()
)
SYSTEM_LEFTOVERS = frozenset({"thumbs.db", ".ds_store", "desktop.ini", ".gitkeep", ".gitignore", ".directory"})
NOTICES = frozenset({".md", ".txt"})
MAIN = frozenset(".shp .tab .mif .tif .tiff .asc .gpkg .hgt .gml".split())


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


def companions(files: list[Path]) -> set[Path]:
    """The files that belong to a layer beside them, and are read with it or not at all."""
    mains: dict[tuple[Path, str], set[str]] = {}
    for path in files:
        if path.suffix.lower() in MAIN:
            mains.setdefault((path.parent, path.stem.lower()), set()).add(path.suffix.lower())
    return {path for path in files if _belongs(path, mains)}


def is_document(path: Path) -> bool:
    """Something to look at, and nothing to map: a written part, a picture, what a system left behind."""
    name = path.name.lower()
    return name in SYSTEM_LEFTOVERS or path.suffix.lower() in DOCUMENTS | STYLES or name.startswith(("~$", "._"))


def _belongs(path: Path, mains: dict[tuple[Path, str], set[str]]) -> bool:
    name, ending = path.name.lower(), path.suffix.lower()
    for suffix in GEOPACKAGE_COMPANIONS:
        if name.endswith(f".gpkg{suffix}"):
            return ".gpkg" in mains.get((path.parent, name.removesuffix(f".gpkg{suffix}")), set())
    if ending in (".xml", ".ovr", ".msk"):
        inner = Path(path.stem)
        if inner.suffix.lower() == ".aux":
            inner = Path(inner.stem)
        bases = mains.get((path.parent, inner.stem.lower()), set()) | mains.get(
            (path.parent, inner.name.lower()), set()
        )
        return bool(bases)
    bases = mains.get((path.parent, path.stem.lower()), set())
    return (
        (".shp" in bases and ending in SHAPEFILE_COMPANIONS | STYLES)
        or (".tab" in bases and ending in MAPINFO_COMPANIONS | SHAPEFILE_COMPANIONS | STYLES)
        or (".mif" in bases and ending == ".mid")
        or (bool(bases & {".tif", ".tiff", ".asc", ".hgt"}) and ending in RASTER_COMPANIONS)
        or (".gml" in bases and ending in (".xsd", ".gfs"))
        or (".gpkg" in bases and ending in STYLES)
    )
