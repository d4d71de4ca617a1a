"""GPX 1.0 and 1.1: waypoints, routes, tracks with their times. Positions are WGS 84, speeds metres a second."""

from __future__ import annotations

import math

from garance.connectors.exchange_files.found import Fix, Found, Harvest, Part, Track, array_of, read_instant
from garance.connectors.exchange_files.markup import Element, parse, plain_text
from garance.connectors.exchange_files.reading import Format
from garance.connectors.exchange_files.settling import line_of

TOLD = ("name", "cmt", "desc", "sym", "type", "src", "ele", "time", "number", "fix", "sat", "url", "urlname")


def read_gpx(raw: bytes) -> Harvest:
    """Everything in it, in the order of the file. Refuses what `markup.parse` refuses."""
    root, whole = parse(raw)
    harvest = Harvest(Format.GPX, strict=True)
    if not whole:
        harvest.problems.once("file-cut-short")
    harvest.title = root.said("metadata", "name") or root.said("name")
    counts: dict[str, int] = {}
    for child in root.each("wpt", "rte", "trk"):
        if harvest.full:
            break
        counts[child.tag] = counts.get(child.tag, 0) + 1
        uid = harvest.uid(None, f"{child.tag}-{counts[child.tag]}")
        match child.tag:
            case "wpt":
                harvest.found.append(_waypoint(child, uid, harvest))
            case "rte":
                harvest.found.append(_route(child, uid, harvest))
            case _:
                harvest.found.append(_track(child, uid, harvest))
    return harvest


def _told(element: Element, harvest: Harvest) -> dict[str, str]:
    """What is said of a thing beside where it is: its own members, and the leaves of its extensions."""
    own = [(name, element.said(name)) for name in TOLD]
    more = [(name, text) for extensions in element.each("extensions") for name, text in extensions.leaves()]
    links = [("link", link.attributes.get("href", "")) for link in element.each("link")]
    return harvest.attributes([*own, *links, *more])


def _note(element: Element) -> str | None:
    said = dict.fromkeys(plain_text(element.said(name)) for name in ("desc", "cmt"))
    return "\n".join(text for text in said if text)[:4000] or None


def _place(point: Element) -> tuple[float, float]:
    return number(point.attributes.get("lon")), number(point.attributes.get("lat"))


def number(text: str | None) -> float:
    """A number, not-a-number when it is none."""
    try:
        return float((text or "").replace(",", "."))
    except ValueError:
        return math.nan


def known(text: str) -> float | None:
    """A finite number, or nothing."""
    value = number(text)
    return value if math.isfinite(value) else None


def _waypoint(point: Element, uid: str, harvest: Harvest) -> Found:
    found = Found(uid, [Part("point", [array_of([_place(point)])[0]])], point.said("name"), _note(point))
    found.at = read_instant(point.said("time"), harvest, uid)
    found.details = _told(point, harvest)
    return found


def _route(route: Element, uid: str, harvest: Harvest) -> Found:
    places = [_place(point) for point in route.each("rtept")]
    found = Found(uid, [], route.said("name"), _note(route), None, _told(route, harvest))
    if places:
        found.parts.append(Part("line", [array_of(places)[0]]))
    else:
        harvest.problems.say("geometry-empty", uid)
    return found


def _track(track: Element, uid: str, harvest: Harvest) -> Found | Track:
    """A track with times; a plain line for one that has none."""
    segments = [[_fix(point, uid, harvest) for point in segment.each("trkpt")] for segment in track.each("trkseg")]
    made = Track(uid, [one for one in segments if one], track.said("name"), _note(track), _told(track, harvest))
    if not made.segments:
        harvest.problems.say("geometry-empty", uid)
    return made if any(fix.at is not None for segment in made.segments for fix in segment) else line_of(made)


def _fix(point: Element, uid: str, harvest: Harvest) -> Fix:
    lon_deg, lat_deg = _place(point)
    leaves = {name: text for extensions in point.each("extensions") for name, text in extensions.leaves()}
    course_deg = known(point.said("course") or leaves.get("course", ""))
    speed_mps = known(point.said("speed") or leaves.get("speed", ""))
    return Fix(
        lon_deg,
        lat_deg,
        read_instant(point.said("time"), harvest, uid),
        known(point.said("ele")),
        speed_mps,
        course_deg,
    )
