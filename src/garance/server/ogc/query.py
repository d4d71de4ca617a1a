"""What is asked of a layer, read strictly from the address (OGC API Features 1.0, 7.15)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request

from garance.kernel.refusal import Refused
from garance.territory.layer_table import LayerTable, Wanted
from garance.territory.projection import Bounds

LIMIT, MAX_LIMIT = 100, 10_000
MAX_OFFSET = 10_000_000
FORMATS = ("json", "geojson")
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OWN_NAMES = frozenset({"limit", "offset", "bbox", "datetime", "f", "crs", "bbox-crs"})
"""The service's own parameters; any other is an attribute of the layer."""

_INSTANT = r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?"
_DATETIME = re.compile(rf"{_INSTANT}|({_INSTANT}|\.\.)?/({_INSTANT}|\.\.)?")


class Asked(msgspec.Struct, frozen=True):
    """One page of a layer: which objects, from where, how many; and the address that asks it, for its neighbours."""

    wanted: Wanted
    offset: int
    limit: int
    said: dict[str, str]


def one_each(request: Request) -> dict[str, str]:
    """Every parameter, said once; refuses `query-malformed`."""
    found: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name in found:
            raise wrong(name, "once")
        found[name] = text
    return found


def only_format(request: Request) -> None:
    """Nothing but `f=json` may be asked; refuses `query-malformed`."""
    said = one_each(request)
    check_format(said)
    for name in said.keys() - {"f"}:
        raise wrong(name, "no such parameter")


def check_format(said: Mapping[str, str]) -> None:
    """JSON is what there is; refuses `query-malformed` for another `f`."""
    if said.get("f", FORMATS[0]) not in FORMATS:
        raise wrong("f", " or ".join(FORMATS))


def read_page(request: Request, table: LayerTable) -> Asked:
    """The page asked; refuses `query-malformed` and `bbox-across-antimeridian`.

    `limit` 1 and up (over 10,000 is 10,000), `offset` 0 and up, `bbox` four numbers in degrees or six with heights
    (which change nothing: these shapes are flat), `datetime` well formed (which changes nothing: these objects have no
    time), `crs` and `bbox-crs` that of WGS 84 only, any attribute of the layer by equality.
    """
    said = one_each(request)
    check_format(said)
    if "datetime" in said and not _DATETIME.fullmatch(said["datetime"]):
        raise wrong("datetime", "RFC 3339")
    for name in ("crs", "bbox-crs"):
        if said.get(name, CRS84) != CRS84:
            raise wrong(name, CRS84)
    rest = {name: text for name, text in said.items() if name not in OWN_NAMES}
    for name in rest.keys() - table.columns.keys():
        raise wrong(name, "no such parameter")
    equal = {name: table.value(name, text) for name, text in rest.items()}
    bbox = _bbox(said["bbox"]) if "bbox" in said else None
    limit = min(_whole("limit", said.get("limit", str(LIMIT)), least=1), MAX_LIMIT)
    offset = _whole("offset", said.get("offset", "0"), least=0)
    if offset > MAX_OFFSET:
        raise wrong("offset", f"0 … {MAX_OFFSET}")
    return Asked(Wanted(bbox, equal or None), offset, limit, said)


def wrong(name: str, expected: str) -> Refused:
    """The refusal of one parameter."""
    return Refused("query-malformed", field=name[:64], detail={"expected": expected})


def _whole(name: str, text: str, *, least: int) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < least:
        raise wrong(name, f"a whole number, {least} or more")
    return int(text)


def _bbox(text: str) -> Bounds:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as problem:
        raise wrong("bbox", "4 or 6 numbers") from problem
    if len(numbers) not in (4, 6) or not all(math.isfinite(number) for number in numbers):
        raise wrong("bbox", "4 or 6 numbers")
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90):
        raise wrong("bbox", "west,south,east,north in degrees")
    if west > east:
        raise Refused("bbox-across-antimeridian", field="bbox")
    return (west, south, east, north)


def _parameter(name: str, schema: Mapping[str, Any], told: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": told, "schema": dict(schema), **more}


FORMAT_QUERY = (_parameter("f", {"type": "string", "enum": list(FORMATS)}, "JSON is the one form there is"),)
PAGE_QUERY: Sequence[dict[str, Any]] = (
    _parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT},
        "How many objects at most",
    ),
    _parameter(
        "offset",
        {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
        "How many objects to pass over",
    ),
    _parameter(
        "bbox",
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
        "Objects whose box touches this one: west,south,east,north in degrees",
        style="form",
        explode=False,
    ),
    _parameter("datetime", {"type": "string"}, "Well formed, and of no effect: these objects have no time"),
    *FORMAT_QUERY,
)
"""The parameters of a page, as an OpenAPI description words them; a layer's attributes come besides."""
