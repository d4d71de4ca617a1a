"""GeoJSON (RFC 7946 and its 2008 ancestor): collections, features, bare geometries, one by line."""

from __future__ import annotations

import json
import re
from typing import Any

from garance.connectors.exchange_files.found import Found, Harvest, Part, array_of, as_text, read_instant
from garance.connectors.exchange_files.reading import Format
from garance.kernel.refusal import Refused
from garance.territory.reading.texts import decode

MAX_BRACKETS = 3_000_000
MAX_COMMAS = 8_000_000
"""What bounds the memory that the text unfolds to."""
MAX_NESTED = 8
"""How deep collections of geometries may hold one another."""

SIMPLE = {"Point": "point", "LineString": "line", "Polygon": "area"}
SEVERAL = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
CRS84 = re.compile(r"^(urn:ogc:def:crs:OGC:\d*(\.\d+)?:CRS84h?|OGC:CRS84)$", re.IGNORECASE)
EPSG = re.compile(r"^(?:urn:(?:ogc|x-ogc):def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)
TIMES = ("time", "timestamp", "datetime", "when")


class Malformed(Exception):
    """A geometry that cannot be read, for the reason of that code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_geojson(raw: bytes) -> Harvest:
    """Everything in it. A feature or a line that cannot be read is set aside alone.

    Refuses `json-malformed`, `json-too-deep`, `layer-too-large`, `format-unknown`.
    """
    if raw.count(b"[") + raw.count(b"{") > MAX_BRACKETS or raw.count(b",") > MAX_COMMAS:
        raise Refused("layer-too-large", field="file")
    text = decode(raw).strip("\ufeff\x1e \t\r\n")
    try:
        whole = _loads(text)
    except json.JSONDecodeError as problem:
        lines = [line.strip("\x1e \t\r") for line in re.split("[\x1e\n]", text)]
        return _read_lines([line for line in lines if line], problem)
    harvest = Harvest(Format.GEOJSON)
    _read_whole(whole, harvest)
    return harvest


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as problem:
        raise Refused("json-too-deep", field="file") from problem
    except json.JSONDecodeError:
        raise
    except ValueError as problem:
        raise Refused("json-malformed", field="file") from problem


def _read_lines(lines: list[str], problem: Exception) -> Harvest:
    harvest = Harvest(Format.GEOJSON_LINES)
    sound = 0
    for number, line in enumerate(lines, start=1):
        if harvest.full:
            break
        try:
            one = _loads(line)
        except (json.JSONDecodeError, Refused):
            harvest.problems.say("line-malformed", f"line-{number}")
            continue
        if isinstance(one, dict) and isinstance(one.get("type"), str):
            sound += 1
            _read_whole(one, harvest)
        else:
            harvest.problems.say("line-malformed", f"line-{number}")
    if not sound or len(lines) < 2:
        raise Refused("json-malformed", field="file") from problem
    return harvest


def _read_whole(whole: Any, harvest: Harvest) -> None:
    """A collection, a feature, a geometry, or a bare list of features."""
    if isinstance(whole, list):
        whole = {"type": "FeatureCollection", "features": whole}
    kind = whole.get("type") if isinstance(whole, dict) else None
    if not isinstance(whole, dict) or kind not in {
        "FeatureCollection",
        "Feature",
        "GeometryCollection",
        *SIMPLE,
        *SEVERAL,
    }:
        raise Refused("format-unknown", field="file")
    harvest.crs = harvest.crs or _declared(whole, harvest)
    if kind == "FeatureCollection":
        harvest.title = harvest.title or as_text(whole.get("name") or whole.get("title"))
        features = whole.get("features")
        for feature in features if isinstance(features, list) else ():
            if harvest.full:
                return
            _read_feature(feature, harvest)
    elif kind == "Feature":
        _read_feature(whole, harvest)
    else:
        _read_feature({"type": "Feature", "geometry": whole, "properties": None}, harvest)


def _declared(whole: dict[str, Any], harvest: Harvest) -> str | None:
    """The system of the old `crs` member, by name or number; one to be fetched is never."""
    stated = whole.get("crs")
    if not isinstance(stated, dict):
        return None
    about = stated.get("properties")
    said = (about.get("name") or about.get("code")) if isinstance(about, dict) else None
    name = f"EPSG:{said}" if isinstance(said, int) else str(said or "").strip()[:100]
    if CRS84.match(name):
        return "EPSG:4326"
    found = EPSG.match(name)
    if found is None:
        harvest.problems.once("crs-not-understood", name or as_text(stated.get("type")))
        return None
    return f"EPSG:{found[1]}"


def _read_feature(feature: Any, harvest: Harvest) -> None:
    otherwise = f"feature-{len(harvest.found) + 1}"
    if not isinstance(feature, dict) or feature.get("type", "Feature") != "Feature":
        harvest.problems.say("feature-malformed", otherwise)
        harvest.found.append(Found(otherwise))
        return
    uid = harvest.uid(feature.get("id"), otherwise)
    found = Found(uid)
    harvest.found.append(found)
    properties = feature.get("properties")
    pairs = properties.items() if isinstance(properties, dict) else ()
    found.details = harvest.attributes((name, _flat(value)) for name, value in pairs)
    stamped = next((found.details[name] for name in TIMES if name in found.details), None)
    found.at = read_instant(stamped, harvest, uid)
    geometry = feature.get("geometry")
    if geometry is None:
        harvest.problems.say("geometry-missing", uid)
        return
    try:
        found.parts = _parts(geometry, harvest, 0)
    except Malformed as problem:
        harvest.problems.say(problem.code, uid)


def _flat(value: Any) -> Any:
    if not isinstance(value, dict | list):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _parts(geometry: Any, harvest: Harvest, depth: int) -> list[Part]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str):
        raise Malformed("geometry-malformed")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list) or depth >= MAX_NESTED:
            raise Malformed("geometry-malformed")
        return [part for member in members for part in _parts(member, harvest, depth + 1)]
    coordinates = geometry.get("coordinates")
    if kind in SIMPLE:
        return [_part(kind, coordinates, harvest)]
    if kind not in SEVERAL:
        raise Malformed("geometry-type-unknown")
    if not isinstance(coordinates, list):
        raise Malformed("geometry-malformed")
    if not coordinates:
        raise Malformed("geometry-empty")
    return [_part(SEVERAL[kind], one, harvest) for one in coordinates]


def _part(kind: str, coordinates: Any, harvest: Harvest) -> Part:
    if not isinstance(coordinates, list):
        raise Malformed("geometry-malformed")
    if not coordinates or (kind == "Polygon" and coordinates[0] == []):
        raise Malformed("geometry-empty")
    listed = [[coordinates]] if kind == "Point" else [coordinates] if kind == "LineString" else coordinates
    rings = []
    for one in listed:
        try:
            ring, ordinates = array_of(one)
        except ValueError as problem:
            raise Malformed("geometry-malformed") from problem
        if ordinates > 2:
            harvest.problems.once("heights-dropped")
        rings.append(ring)
    match kind:
        case "Point":
            return Part("point", rings)
        case "LineString":
            return Part("line", rings)
    return Part("area", rings)
