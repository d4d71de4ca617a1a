"""KML 2.2 and its Google extensions: placemarks, tracks, folders. What lies elsewhere is never fetched."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from garance.connectors.exchange_files.found import (
    Fix,
    Found,
    Harvest,
    Part,
    Track,
    array_of,
    cut,
    read_instant,
    styled,
)
from garance.connectors.exchange_files.kml_styles import Styles
from garance.connectors.exchange_files.markup import Element, parse, plain_text
from garance.connectors.exchange_files.reading import Format

OVERLAYS = ("groundoverlay", "screenoverlay", "photooverlay")
CONTAINERS = ("document", "folder", "kml", "create", "change", "update")
SHAPES = ("point", "linestring", "linearring", "polygon", "multigeometry", "track", "multitrack", "model")


class Unread(Exception):
    """A geometry that cannot be read, for the reason of that code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_kml(raw: bytes, *, zipped: bool = False) -> Harvest:
    """Everything in it, folders as the thread of names (`details["folder"]`). Refuses what `markup.parse` refuses."""
    root, whole = parse(raw)
    harvest = Harvest(Format.KMZ if zipped else Format.KML)
    if not whole:
        harvest.problems.once("file-cut-short")
    document = root if root.tag == "document" else root.first("document")
    harvest.title = (document.said("name") if document is not None else "") or root.said("folder", "name")
    styles = Styles(root, harvest.problems)
    for element, thread in _walk(root, ()):
        if harvest.full:
            break
        if element.tag == "placemark":
            _placemark(element, thread, styles, harvest)
        else:
            code = "network-link" if element.tag == "networklink" else "overlay-ignored"
            harvest.problems.say(code, None, element.said("name") or None)
    return harvest


def _walk(element: Element, thread: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Each placemark, link and overlay, with the names of the folders that it lies in."""
    if element.tag in ("placemark", "networklink", *OVERLAYS):
        yield element, thread
        return
    if element.tag == "folder" and element.said("name"):
        thread = (*thread, cut(element.said("name"), 80))
    for child in element.children:
        if child.tag in ("placemark", "networklink", *OVERLAYS, *CONTAINERS):
            yield from _walk(child, thread)


def _placemark(mark: Element, thread: tuple[str, ...], styles: Styles, harvest: Harvest) -> None:
    uid = harvest.uid(mark.attributes.get("id"), f"placemark-{len(harvest.found) + 1}")
    described = mark.first("description")
    note = plain_text(described.text) if described is not None else ""
    details = harvest.attributes(_told(mark, thread, note))
    styled(details, styles.of(mark))
    found = Found(uid, [], mark.said("name"), cut(note) or None, _instant(mark, uid, harvest), details)
    try:
        shapes = [child for child in mark.children if child.tag in SHAPES]
        if not shapes:
            raise Unread("geometry-missing")
        tracks = [_track(one, uid, harvest) for shape in shapes for one in _tracks(shape)]
        found.parts = [part for shape in shapes for part in _parts(shape, harvest)]
    except Unread as problem:
        harvest.problems.say(problem.code, uid, found.name[:80] or None)
        harvest.found.append(found)
        return
    _keep(found, tracks, harvest)


def _keep(found: Found, tracks: list[list[Fix]], harvest: Harvest) -> None:
    """The drawing of a placemark, or the track that it holds, or both."""
    timed = [segment for segment in tracks if any(fix.at is not None for fix in segment)]
    for segment in tracks:
        if segment and segment not in timed:
            found.parts.append(Part("line", [np.array([(fix.lon_deg, fix.lat_deg) for fix in segment], dtype=float)]))
    if timed:
        harvest.found.append(Track(found.uid, timed, found.name, found.note, found.details))
        if found.parts:
            found.uid = harvest.uid(None, f"{found.uid}-drawing")
    if found.parts or not timed:
        harvest.found.append(found)
    if not timed and not found.parts:
        harvest.problems.say("geometry-empty", found.uid)


def _told(mark: Element, thread: tuple[str, ...], note: str) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [("name", mark.said("name")), ("description", note)]
    told += [(name, mark.said(name)) for name in ("address", "phonenumber", "snippet")]
    told.append(("folder", " / ".join(thread)))
    told += [("begin", mark.said("timespan", "begin")), ("end", mark.said("timespan", "end"))]
    for extended in mark.each("extendeddata", "metadata"):
        told += [(one.attributes.get("name", ""), one.said("value")) for one in extended.each("data")]
        for schema in extended.each("schemadata"):
            told += [(one.attributes.get("name", ""), one.text) for one in schema.each("simpledata")]
    return [(name, value) for name, value in told if name]


def _instant(mark: Element, uid: str, harvest: Harvest) -> datetime | None:
    said = mark.said("timestamp", "when") or mark.said("timespan", "begin")
    return read_instant(said, harvest, uid)


def _tracks(shape: Element) -> Iterator[Element]:
    if shape.tag == "track":
        yield shape
    elif shape.tag in ("multitrack", "multigeometry"):
        for child in shape.children:
            yield from _tracks(child)


def _track(track: Element, uid: str, harvest: Harvest) -> list[Fix]:
    """Its positions; `when` and `coord` go in pairs, and a track without any time keeps its places."""
    times = [one.text for one in track.each("when")]
    fixes = []
    for number, one in enumerate(track.each("coord")):
        said = one.text.split()
        if len(said) < 2:
            continue
        ordinates = [_number(text) for text in said[:3]]
        at = read_instant(times[number], harvest, uid) if number < len(times) else None
        height_m = ordinates[2] if len(ordinates) > 2 and math.isfinite(ordinates[2]) else None
        fixes.append(Fix(ordinates[0], ordinates[1], at, height_m))
    return fixes


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _parts(shape: Element, harvest: Harvest) -> list[Part]:
    match shape.tag:
        case "point":
            return [Part("point", [_positions(shape, harvest)[:1]])]
        case "linestring" | "linearring":
            return [Part("line", [_positions(shape, harvest)])]
        case "polygon":
            return [Part("area", _rings(shape, harvest))]
        case "multigeometry":
            return [part for child in shape.each(*SHAPES) for part in _member(child, harvest)]
        case "model":
            raise Unread("geometry-type-unknown")
    return []


def _member(shape: Element, harvest: Harvest) -> list[Part]:
    """The parts of a geometry among others: one that cannot be read is set aside alone."""
    try:
        return _parts(shape, harvest)
    except Unread as problem:
        harvest.problems.say(problem.code)
        return []


def _rings(polygon: Element, harvest: Harvest) -> list[Any]:
    outer = polygon.first("outerboundaryis", "linearring")
    if outer is None:
        raise Unread("geometry-empty")
    inner = [ring for boundary in polygon.each("innerboundaryis") for ring in boundary.each("linearring")]
    return [_positions(ring, harvest) for ring in (outer, *inner)]


def _positions(holder: Element, harvest: Harvest) -> Any:
    said = holder.first("coordinates")
    text = ",".join(part.strip() for part in said.text.split(",")) if said is not None else ""
    tuples = [[_number(part) for part in one.split(",")] for one in text.split()]
    if not tuples:
        raise Unread("geometry-empty")
    try:
        places, ordinates = array_of(tuples)
    except ValueError as problem:
        raise Unread("geometry-malformed") from problem
    if ordinates > 2 and any(one[2] for one in tuples if len(one) > 2):
        harvest.problems.once("heights-dropped")
    return places
