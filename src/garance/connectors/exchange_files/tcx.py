"""TCX (Garmin Training Center): activities and courses, with their times, and the points of courses."""

from __future__ import annotations

from collections.abc import Iterator

from garance.connectors.exchange_files.found import Fix, Found, Harvest, Part, Track, array_of, read_instant
from garance.connectors.exchange_files.gpx import known, number
from garance.connectors.exchange_files.markup import Element, parse
from garance.connectors.exchange_files.reading import Format
from garance.connectors.exchange_files.settling import line_of


def read_tcx(raw: bytes) -> Harvest:
    """Everything in it. Refuses what `markup.parse` refuses."""
    root, whole = parse(raw)
    harvest = Harvest(Format.TCX, strict=True)
    if not whole:
        harvest.problems.once("file-cut-short")
    for one in _below(root, "activity"):
        if harvest.full:
            return harvest
        _add(one, one.said("id"), list(one.each("lap")), harvest)
    for one in _below(root, "course"):
        if harvest.full:
            return harvest
        _add(one, one.said("name"), [one], harvest)
        for point in one.each("coursepoint"):
            harvest.found.append(_course_point(point, harvest))
    return harvest


def _below(root: Element, tag: str) -> Iterator[Element]:
    """Elements of that name anywhere below, not inside one another."""
    for child in root.children:
        if child.tag == tag:
            yield child
        else:
            yield from _below(child, tag)


def _add(one: Element, name: str, holders: list[Element], harvest: Harvest) -> None:
    uid = harvest.uid(None, f"{one.tag}-{len(harvest.found) + 1}")
    segments = [
        [fix for point in track.each("trackpoint") if (fix := _fix(point, uid, harvest)) is not None]
        for holder in holders
        for track in holder.each("track")
    ]
    details = harvest.attributes([("sport", one.attributes.get("sport", "")), ("notes", one.said("notes"))])
    track = Track(uid, [segment for segment in segments if segment], name, one.said("notes") or None, details)
    if not track.segments:
        harvest.problems.say("geometry-empty", uid)
    timed = any(fix.at is not None for segment in track.segments for fix in segment)
    harvest.found.append(track if timed else line_of(track))


def _fix(point: Element, uid: str, harvest: Harvest) -> Fix | None:
    """None for a point of time alone, as when the receiver had lost its position."""
    where = point.first("position")
    if where is None:
        return None
    leaves = {name: text for extensions in point.each("extensions") for name, text in extensions.leaves()}
    return Fix(
        number(where.said("longitudedegrees")),
        number(where.said("latitudedegrees")),
        read_instant(point.said("time"), harvest, uid),
        known(point.said("altitudemeters")),
        known(leaves.get("speed", "")),
    )


def _course_point(point: Element, harvest: Harvest) -> Found:
    uid = harvest.uid(None, f"point-{len(harvest.found) + 1}")
    where = point.first("position")
    found = Found(uid, [], point.said("name"), point.said("notes") or None)
    if where is None:
        harvest.problems.say("geometry-missing", uid)
    else:
        place = number(where.said("longitudedegrees")), number(where.said("latitudedegrees"))
        found.parts.append(Part("point", [array_of([place])[0]]))
    found.at = read_instant(point.said("time"), harvest, uid)
    found.details = harvest.attributes([("type", point.said("pointtype"))])
    return found
