"""A message of Cursor on Target as a value (message CoT): read from XML, written to XML, its detail kept as it was.

Source: MITRE, "Cursor on Target" base schema 2.0, and the TAK protocol text. WGS 84, metres, aware UTC.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from garance.connectors.tak.xml_tree import Element, read_tree, write_tree
from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
UNKNOWN = 9_999_999.0
"""What the protocol writes for a height or an error that nobody knows."""
MAX_UID = 256

_ALSO_UNKNOWN = 999_999.0
_HIGHEST_M = 1e9
_MAX_DIGITS = 400
_ROOT = "event"
_NAMED = frozenset({"version", "uid", "type", "how", "time", "start", "stale", "access", "qos", "opex"})
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,30})?)?(Z|[+-]\d\d:?\d\d)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
_TYPE = re.compile(r"[\w.]+(-[\w.]+)*(;[^;]*)?")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where: degrees; `hae_m` above the ellipsoid; `ce_m`, `le_m` errors on the ground and in height; None unknown."""

    lat_deg: float
    lon_deg: float
    hae_m: float | None = None
    ce_m: float | None = None
    le_m: float | None = None


class Cot(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `how` it is known (`m-g` measured, `h-e` estimated…); `time` said, true from `start` to `stale`.

    `others` are attributes of the root that the schema does not name (`caveat`, namespaces…), as written.
    """

    uid: str
    type: str
    how: str = ""
    time: datetime
    start: datetime
    stale: datetime
    place: Place
    access: str | None = None
    qos: str | None = None
    opex: str | None = None
    detail: Element | None = None
    version: str = "2.0"
    others: tuple[tuple[str, str], ...] = ()

    @property
    def parts(self) -> tuple[Element, ...]:
        """The elements of the detail, in order."""
        return tuple(self.detail.elements()) if self.detail is not None else ()

    def part(self, name: str) -> Element | None:
        """The first element of the detail of that name."""
        return self.detail.first(name) if self.detail is not None else None


def read_xml(raw: bytes) -> Cot:
    """The message that those bytes hold, with or without XML declaration.

    Refuses `cot-too-large`, `xml-with-entities`, `cot-xml-malformed`, `cot-malformed` (which part, in `field`).
    """
    if len(raw) > MAX_FRAME_BYTES:
        raise Refused("cot-too-large", detail={"bytes": len(raw)})
    root = read_tree(raw.lstrip(b" \t\r\n\x00"))
    if root.name != _ROOT:
        raise Refused("cot-malformed", field="root")
    point = root.first("point")
    if point is None:
        raise Refused("cot-malformed", field="point")
    said = read_instant(root.get("time"), "time")
    return Cot(
        uid=read_uid(root.get("uid")),
        type=read_type(root.get("type")),
        how=root.get("how") or "",
        time=said,
        start=read_instant(root.get("start"), "start") if root.get("start") else said,
        stale=read_instant(root.get("stale"), "stale"),
        place=_read_place(point),
        access=root.get("access"),
        qos=root.get("qos"),
        opex=root.get("opex"),
        detail=root.first("detail"),
        version=root.get("version") or "2.0",
        others=tuple(pair for pair in root.attributes if pair[0] not in _NAMED),
    )


def write_xml(cot: Cot) -> bytes:
    """The message as UTF-8 XML: declaration, line feed, root, and nothing after it (TAK protocol, version 0)."""
    named = {
        "version": cot.version,
        "uid": cot.uid,
        "type": cot.type,
        "how": cot.how or None,
        "time": write_instant(cot.time),
        "start": write_instant(cot.start),
        "stale": write_instant(cot.stale),
        "access": cot.access,
        "qos": cot.qos,
        "opex": cot.opex,
    }
    attributes = tuple((key, value) for key, value in named.items() if value is not None)
    detail = () if cot.detail is None else (cot.detail,)
    root = Element(_ROOT, attributes + cot.others, (_write_place(cot.place), *detail))
    return (DECLARATION + write_tree(root)).encode("utf-8")


def read_instant(text: str | None, field: str) -> datetime:
    """An ISO 8601 instant, in UTC; one without zone is Zulu, as the schema says. Refuses `cot-malformed`."""
    if text is None or not _INSTANT.fullmatch(text.strip()):
        raise Refused("cot-malformed", field=field)
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise Refused("cot-malformed", field=field) from problem


def write_instant(at: datetime) -> str:
    """That instant in UTC, to the millisecond, to the microsecond when it has some."""
    utc = at.astimezone(UTC)
    exact = "milliseconds" if utc.microsecond % 1000 == 0 else "microseconds"
    return utc.replace(tzinfo=None).isoformat(timespec=exact) + "Z"


def read_number(text: str | None) -> float | None:
    """A plain decimal number, finite; None for anything else."""
    if text is None or len(text) > _MAX_DIGITS or not _NUMBER.fullmatch(text.strip()):
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def write_number(value: float) -> str:
    """That number in plain decimals, as the schema wants, without losing any."""
    text = repr(float(value))
    return format(Decimal(text), "f") if "e" in text else text


def read_uid(text: str | None) -> str:
    """An identifier of 1 to 256 characters. Refuses `cot-malformed`."""
    if not text or len(text) > MAX_UID:
        raise Refused("cot-malformed", field="uid")
    return text


def read_type(text: str | None) -> str:
    """A type: words between hyphens, then what the schema allows after a semicolon. Refuses `cot-malformed`."""
    if not text or len(text) > MAX_UID or not _TYPE.fullmatch(text):
        raise Refused("cot-malformed", field="type")
    return text


def place_of(lat_deg: float, lon_deg: float, *, hae_m: float | None, ce_m: float | None, le_m: float | None) -> Place:
    """That place, its unknowns told apart. Refuses `cot-malformed` when it is not on Earth."""
    if not (abs(lat_deg) <= 90 and abs(lon_deg) <= 180):
        raise Refused("cot-malformed", field="point")
    return Place(lat_deg=lat_deg, lon_deg=lon_deg, hae_m=_height(hae_m), ce_m=_error(ce_m), le_m=_error(le_m))


def _read_place(point: Element) -> Place:
    lat_deg, lon_deg = read_number(point.get("lat")), read_number(point.get("lon"))
    if lat_deg is None or lon_deg is None:
        raise Refused("cot-malformed", field="point")
    hae_m, ce_m, le_m = (read_number(point.get(name)) for name in ("hae", "ce", "le"))
    return place_of(lat_deg, lon_deg, hae_m=hae_m, ce_m=ce_m, le_m=le_m)


def _write_place(place: Place) -> Element:
    values = (place.lat_deg, place.lon_deg, place.hae_m, place.ce_m, place.le_m)
    written = (write_number(UNKNOWN if value is None else value) for value in values)
    return Element("point", tuple(zip(("lat", "lon", "hae", "ce", "le"), written, strict=True)))


def _height(value: float | None) -> float | None:
    if value is None or not abs(value) < _HIGHEST_M or value in (UNKNOWN, _ALSO_UNKNOWN):
        return None
    return value


def _error(value: float | None) -> float | None:
    known = value is not None and math.isfinite(value) and 0 <= value < _ALSO_UNKNOWN
    return value if known else None
