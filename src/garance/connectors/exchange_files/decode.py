"""A file of exchange, recognised by what it holds and read: no name of file is trusted, nothing is fetched."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import msgspec

from garance.connectors.exchange_files.found import Harvest, cut
from garance.connectors.exchange_files.geojson import read_geojson
from garance.connectors.exchange_files.gpx import read_gpx
from garance.connectors.exchange_files.kml import read_kml
from garance.connectors.exchange_files.layers import PARTS, SHAPEFILE_MARK, read_geopackage, read_shapefile
from garance.connectors.exchange_files.reading import (
    MAX_FEATURES,
    MAX_FILE_BYTES,
    MAX_UNPACKED_BYTES,
    Format,
    Problems,
    Reading,
    printable,
)
from garance.connectors.exchange_files.settling import columns_of, settle
from garance.connectors.exchange_files.sheet import read_sheet
from garance.connectors.exchange_files.tcx import read_tcx
from garance.kernel.refusal import Refused
from garance.ports.observation import Drawn, Located
from garance.territory.projection import Bounds
from garance.territory.reading.archive import list_members, take_members, unpack_bytes
from garance.territory.reading.texts import decode as decode_text

HEAD_BYTES = 1 << 16
ROOT = re.compile(r"<\s*(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
KML_ROOTS = ("kml", "document", "folder", "placemark")
READABLE = (".geojson", ".json", ".gpx", ".kml", ".tcx", ".gpkg", ".csv", ".tsv", ".txt", ".kmz", ".geojsonl")
"""The endings of files that are tried inside an archive: what else lies there is told, not opened."""
MAX_MEMBERS = 50
MAX_PROLOGUE = 100
"""Comments and instructions before the root of an XML file."""


def read(raw: bytes, name: str, *, near: Bounds | None = None) -> Reading:
    """Read a file of at most 50 MB (200 MB once unpacked). `near`, in degrees, is where one expects it to lie: it only
    settles doubts (axes swapped, coordinate system not stated).

    Refuses, for the whole file: `file-empty`, `file-too-large`, `format-unknown`, `json-malformed`, `json-too-deep`,
    `xml-with-entities`, `layer-unreadable`, `layer-unsafe`, `layer-too-large`, `layers-too-many`, `layer-empty`
    (nothing in it could be read), `layer-without-geometry`, `table-too-large`, `table-without-position`, `crs-unknown`,
    and for archives `archive-corrupted`, `archive-too-large`, `archive-unsafe`, `archive-encrypted`, `archive-nested`.
    """
    if not raw:
        raise Refused("file-empty", field="file")
    if len(raw) > MAX_FILE_BYTES:
        raise Refused("file-too-large", field="file", detail={"bytes": len(raw), "limit": MAX_FILE_BYTES})
    stem = cut(printable(PurePosixPath(name.replace("\\", "/")).stem), 120)
    return _read(raw, stem, near, packed=False)


def _read(raw: bytes, stem: str, near: Bounds | None, *, packed: bool) -> Reading:
    if raw[:2] == b"\x1f\x8b":
        if packed:
            raise Refused("archive-nested", field="file")
        inner = PurePosixPath(stem).stem or stem
        return _read(unpack_bytes(raw, "file", most_bytes=MAX_UNPACKED_BYTES), inner, near, packed=True)
    if raw[:4] == b"PK\x03\x04":
        return _archive(raw, stem, near, packed=packed)
    if raw[:16] == b"SQLite format 3\0":
        return merge([(one.title, settle(one, near)) for one in read_geopackage(raw, stem)], Format.GEOPACKAGE, stem)
    return _settled(_harvest(raw, stem), stem, near)


def _settled(harvest: Harvest, stem: str, near: Bounds | None) -> Reading:
    harvest.title = harvest.title or stem
    reading = settle(harvest, near)
    if not reading.observations and not harvest.found and not reading.problems:
        raise Refused("layer-empty", field="file")
    return reading


def _harvest(raw: bytes, stem: str) -> Harvest:
    """What a file that is no archive holds."""
    if raw[:4] == SHAPEFILE_MARK:
        return read_shapefile({".shp": raw}, stem)
    head = decode_text(raw[:HEAD_BYTES]).lstrip("\ufeff\x1e \t\r\n")
    if head[:1] in ("{", "["):
        return read_geojson(raw)
    if head[:1] != "<":
        return read_sheet(raw, stem)
    root = ROOT.match(_from_root(head))
    found = root.group(1).lower() if root is not None else ""
    if found in KML_ROOTS:
        return read_kml(raw)
    if found == "gpx":
        return read_gpx(raw)
    if found == "trainingcenterdatabase":
        return read_tcx(raw)
    raise Refused("format-unknown", field="file")


def _from_root(head: str) -> str:
    """The text from its first element on: what may come before it is skipped."""
    for _ in range(MAX_PROLOGUE):
        head = head.lstrip()
        if head.startswith("<!--"):
            end = head.find("-->", 4) + 3
        elif head.startswith("<?"):
            end = head.find("?>", 2) + 2
        elif head[:9].upper() == "<!DOCTYPE":
            end = head.find("]>", 9) + 2 if "[" in head[: head.find(">") + 1] else head.find(">", 9) + 1
        else:
            return head
        if end < 4:
            return ""
        head = head[end:]
    return ""


def _archive(raw: bytes, stem: str, near: Bounds | None, *, packed: bool) -> Reading:
    """A KMZ, a shapefile, or a folder of files zipped. Refuses `archive-nested` for one in another."""
    if packed:
        raise Refused("archive-nested", field="file")
    members = [one for one in list_members(raw, "file", most_bytes=MAX_UNPACKED_BYTES) if not _hidden(one)]
    maps = [one for one in members if one.lower().endswith(".kml")]
    shapefiles = [one for one in members if one.lower().endswith(".shp")]
    others = [one for one in members if one.lower().endswith(READABLE) and not one.lower().endswith(".kml")]
    if maps and not shapefiles and not any(one.lower().endswith((".gpkg", ".gpx")) for one in others):
        return _packed_map(raw, maps, stem, near)
    if len(shapefiles) == 1 and not maps and not others:
        return _settled(read_shapefile(_parts(raw, shapefiles[0], members), stem), stem, near)
    read: list[tuple[str, Reading]] = []
    problems = Problems()
    for one in (shapefiles + maps + others)[:MAX_MEMBERS]:
        title = cut(printable(PurePosixPath(one).stem), 120)
        try:
            if one in shapefiles:
                read.append((title, _settled(read_shapefile(_parts(raw, one, members), title), title, near)))
            else:
                read.append((title, _read(take_members(raw, "file", [one])[one], title, near, packed=True)))
        except Refused as problem:
            problems.say("member-unread", title, problem.code)
    if not read:
        codes = {one.detail for one in problems.listed}
        raise Refused(codes.pop() or "format-unknown" if len(codes) == 1 else "format-unknown", field="file")
    return merge(read, Format.ARCHIVE if len(read) > 1 else read[0][1].format, stem, problems)


def _packed_map(raw: bytes, maps: list[str], stem: str, near: Bounds | None) -> Reading:
    """A KMZ: the first KML at its root (`doc.kml` by custom) is the map; others are told."""
    ordered = sorted(maps, key=lambda one: (one.count("/"), one.lower() != "doc.kml"))
    harvest = read_kml(take_members(raw, "file", ordered[:1])[ordered[0]], zipped=True)
    for one in ordered[1:]:
        harvest.problems.say("member-unread", cut(printable(one), 120))
    return _settled(harvest, stem, near)


def _parts(raw: bytes, shapes: str, members: list[str]) -> dict[str, bytes]:
    """The parts of a shapefile, by ending, whatever their capitals."""
    stem = shapes[:-4].lower()
    named = {one.lower()[-4:]: one for one in members if one.lower()[:-4] == stem and one.lower()[-4:] in PARTS}
    named[".shp"] = shapes
    taken = take_members(raw, "file", named.values())
    return {ending: taken[one] for ending, one in named.items()}


def _hidden(member: str) -> bool:
    parts = PurePosixPath(member.replace("\\", "/")).parts
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def merge(read: list[tuple[str, Reading]], form: Format, stem: str, problems: Problems | None = None) -> Reading:
    """Several readings as one: each observation's uid is prefixed by the name of its file or layer, which is also in
    its details (`folder`) when there are several."""
    told = problems or Problems()
    if len(read) == 1:
        title, only = read[0]
        if problems is None or not problems.listed:
            return msgspec.structs.replace(only, format=form, title=only.title or stem)
    observations: list[Drawn | Located] = []
    for title, one in read:
        told.add(one, title)
        for each in one.observations:
            folder = " / ".join(part for part in (title, each.details.get("folder", "")) if part)
            uid = cut(f"{title}:{each.uid}", 256)
            observations.append(msgspec.structs.replace(each, uid=uid, details={**each.details, "folder": folder}))
    if len(observations) > MAX_FEATURES and sum(isinstance(one, Drawn) for one in observations) > MAX_FEATURES:
        told.once("features-too-many")
        observations = observations[:MAX_FEATURES]
    systems = dict.fromkeys(one.crs for _, one in read)
    return Reading(
        format=form,
        title=stem,
        crs=", ".join(systems),
        observations=tuple(observations),
        columns=columns_of(observations),
        problems=told.listed,
        tallies=told.tallies,
    )
