"""From each file of a folder to what it holds: by its ending, and inside archives too; none trusted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from garance.kernel.refusal import Refused
from garance.territory.boundary import read_boundary_file
from garance.territory.projection import Bounds
from garance.territory.reading.archive import Scratch, Step, unpack_archive, unpack_stream
from garance.territory.reading.clouds import CLOUD_ENDINGS, read_cloud
from garance.territory.reading.findings import Findings, SeriesFound
from garance.territory.reading.grids import DRIVERS, read_grid
from garance.territory.reading.listing import NOTICES, companions, is_document
from garance.territory.reading.osm import OSM_ENDINGS, read_osm
from garance.territory.reading.places import read_places
from garance.territory.reading.sheets import SHEET_ENDINGS
from garance.territory.reading.vectors import VECTOR_ENDINGS, read_vectors

ARCHIVE_ENDINGS = (".zip", ".kmz")
PACKED_ENDINGS = (".gz", ".bz2")
DEPTH = 2
"""An archive may hold an archive, and no deeper."""

MAX_NOTICE = 100_000
HOSTILE = ("archive-unsafe", "archive-too-large")
"""What is no accident: the whole folder is refused."""


@dataclass(frozen=True)
class _Place:
    """Where a file comes from: its label for people, how many archives around it, and what keeps it on the disk."""

    label: str
    depth: int
    step: Step
    near: Bounds | None
    keep: Scratch | None = None


def read_source(
    source: Path, files: list[Path], *, step: Step = lambda: None, near: Bounds | None = None
) -> Iterator[tuple[Path, Findings]]:
    """Read file after file; a damaged one is set aside with its reason, a hostile one refuses the whole folder
    (`archive-unsafe`, `archive-too-large`).

    Companions (.dbf of a .shp) are read with their layer: their own findings are empty. `step` is called between
    batches and may raise to cancel. `near`, in degrees, is where the territory is known to lie: it settles systems
    of coordinates that the files leave in doubt.
    """
    attached = companions(files)
    for path in files:
        found = Findings()
        if path not in attached:
            _read_or_set_aside(path, _Place(path.relative_to(source).as_posix(), 0, step, near), found)
        yield path, found


def _read_or_set_aside(path: Path, place: _Place, found: Findings) -> None:
    try:
        _read_file(path, place, found)
    except Refused as problem:
        if problem.code in HOSTILE:
            raise
        found.unread.append((place.label, problem.code))
    except OSError:
        found.unread.append((place.label, "layer-unreadable"))


def _read_file(path: Path, place: _Place, found: Findings) -> None:
    ending = path.suffix.lower()
    if is_document(path):
        found.unread.append((place.label, "document"))
        return
    for endings, read in READERS:
        if ending in endings:
            read(path, place, found)
            return
    raise Refused("format-unknown", field=place.label)


def _vectors(path: Path, place: _Place, found: Findings) -> None:
    read_vectors(path, place.label, path.stem, found, place.step, place.near)


def _json(path: Path, place: _Place, found: Findings) -> None:
    """A bare list of records is a table of places; anything else has shapes, or is none of ours."""
    with path.open("rb") as stream:
        head = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    (_places if head.startswith(b"[") else _vectors)(path, place, found)


def _osm(path: Path, place: _Place, found: Findings) -> None:
    read_osm(path, place.label, path.stem, found, place.step)


def _grid(path: Path, place: _Place, found: Findings) -> None:
    found.grids.append(read_grid(path, place.label, near=place.near, keep=place.keep))


def _cloud(path: Path, place: _Place, found: Findings) -> None:
    found.clouds.append(read_cloud(path, place.label, place.step, near=place.near, keep=place.keep))


def _places(path: Path, place: _Place, found: Findings) -> None:
    read_places(path, place.label, found, place.step, place.near)


def _series(path: Path, place: _Place, found: Findings) -> None:
    for name, series in read_boundary_file(path):
        seconds, levels_m = zip(*series, strict=True)
        found.series.append(SeriesFound(place.label, name, "sea-level", "m", seconds, levels_m))


def _notice(path: Path, place: _Place, found: Findings) -> None:
    with path.open("rb") as stream:
        found.notices.append(stream.read(MAX_NOTICE).decode("utf-8", errors="replace"))


def _orphan(path: Path, place: _Place, found: Findings) -> None:
    raise Refused("layer-without-geometry", field=place.label)


def _refers(path: Path, place: _Place, found: Findings) -> None:
    raise Refused("layer-unsafe", field=place.label)


def _metadata(path: Path, place: _Place, found: Findings) -> None:
    """An `.xml` that stands alone: OpenStreetMap, GML, or the description of something."""
    with path.open("rb") as stream:
        head = stream.read(4096).lower()
    guessed = ".osm" if b"<osm" in head else ".gml" if b"featurecollection" in head else None
    if guessed is None:
        if b"md_metadata" in head:
            _description(path, found)
        found.unread.append((place.label, "document"))
        return
    scratch = Scratch()
    link = scratch.folder / f"{path.stem}{guessed}"
    link.symlink_to(path.resolve())
    _read_file(link, replace(place, keep=scratch), found)


def _description(path: Path, found: Findings) -> None:
    """What a description (ISO 19139) says in plain words: names and rights are looked for in it, nothing is parsed."""
    with path.open("rb") as stream:
        said = stream.read(MAX_NOTICE).decode("utf-8", errors="replace")
    found.notices.append("\n".join(line for line in re.sub(r"<[^>]*>", "\n", said).split("\n") if line.strip()))


def _archive(path: Path, place: _Place, found: Findings) -> None:
    """Unpack beside, then read what is inside as one reads a folder."""
    if place.depth >= DEPTH:
        raise Refused("archive-nested", field=place.label)
    scratch = place.keep or Scratch()
    folder = scratch.room()
    unpack_archive(path, folder, place.step)
    files = sorted(inner for inner in folder.rglob("*") if inner.is_file() and not inner.is_symlink())
    attached = companions(files)
    mains = [inner for inner in files if inner not in attached and not _is_paper(inner)]
    if not mains:
        raise Refused("format-unknown", field=place.label)
    for inner in mains:
        label = place.label if len(mains) == 1 else f"{place.label}/{inner.relative_to(folder).as_posix()}"
        _read_or_set_aside(inner, replace(place, label=label, depth=place.depth + 1, keep=scratch), found)
    for inner in files:
        if inner.suffix.lower() in NOTICES:
            _notice(inner, place, found)


def _is_paper(path: Path) -> bool:
    return is_document(path) or path.suffix.lower() in NOTICES | {".xml"}


def _packed(path: Path, place: _Place, found: Findings) -> None:
    """A file packed alone (`roads.geojson.gz`): unpack beside, then read it under its own name."""
    if place.depth >= DEPTH:
        raise Refused("archive-nested", field=place.label)
    scratch = place.keep or Scratch()
    target = scratch.room() / (path.stem or "unnamed")
    unpack_stream(path, target, place.step)
    _read_file(target, replace(place, depth=place.depth + 1, keep=scratch), found)


Reader = Callable[[Path, _Place, Findings], None]

READERS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    ((".json",), _json),
    (VECTOR_ENDINGS, _vectors),
    (OSM_ENDINGS, _osm),
    (tuple(DRIVERS), _grid),
    (SHEET_ENDINGS, _places),
    (CLOUD_ENDINGS, _cloud),
    ((".bdy",), _series),
    (tuple(NOTICES), _notice),
    (ARCHIVE_ENDINGS, _archive),
    (PACKED_ENDINGS, _packed),
    ((".dbf", ".shx"), _orphan),
    ((".vrt",), _refers),
    ((".xml",), _metadata),
)
"""The table to extend: which endings are read by whom."""
