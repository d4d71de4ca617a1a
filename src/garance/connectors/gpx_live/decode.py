"""What a piece of GPX 1.0 or 1.1 says: each point of a track is a position, each marked point a drawing.

The thing is named by the parameter `id` of the address, else by the name of the track. Speeds of GPX 1.0 and of the
usual extensions are in metres per second. A document type, and so any entity, is refused before anything is read of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.parsers import expat

from garance.connectors.members import (
    Members,
    altitude,
    course,
    details,
    moment,
    name_of,
    number,
    position,
    speed,
    uid_of,
    words,
)
from garance.kernel.place import Point
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Drawn, Located, Observation

MAX_BYTES = 2 << 20
MAX_POINTS = 5_000
MAX_DEPTH = 32
MAX_FIELD = 500
_POINTS = {"trkpt", "wpt"}
_FIELDS = {"ele", "time", "speed", "course", "name", "desc", "hdop", "sat", "fix"}


class _Reading:
    """Hears the parser; keeps points as plain members."""

    def __init__(self) -> None:
        self.points: list[tuple[str, dict[str, str]]] = []
        self.track = ""
        self._path: list[str] = []
        self._point: dict[str, str] | None = None
        self._text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2].lower()
        if not self._path and name != "gpx":
            raise Refused("gpx-malformed", field="gpx")
        self._path.append(name)
        if len(self._path) > MAX_DEPTH:
            raise Refused("gpx-malformed", field="depth")
        if name in _POINTS:
            if len(self.points) == MAX_POINTS:
                raise Refused("frame-too-large", detail={"points": MAX_POINTS})
            self._point = {"lat": attributes.get("lat", ""), "lon": attributes.get("lon", "")}
            self.points.append((name, self._point))
        self._text = ""

    def end(self, tag: str) -> None:
        name = self._path.pop()
        if name in _POINTS:
            self._point = None
        elif self._point is not None and name in _FIELDS:
            self._point.setdefault(name, self._text.strip())
        elif name == "name" and self._path and self._path[-1] == "trk":
            self.track = self.track or self._text.strip()

    def text(self, said: str) -> None:
        if len(self._text) < MAX_FIELD:
            self._text += said[:MAX_FIELD]

    def doctype(self, *said: object) -> None:
        raise Refused("xml-with-entities")


def decode(frame: Frame, *, waypoints: bool = True) -> Sequence[Observation]:
    """The points of a piece of GPX, in its order.

    Refuses `frame-too-large`, `xml-with-entities`, `gpx-malformed`, `field-missing`, `value-wrong`,
    `time-out-of-range`.
    """
    read = _read(frame.data)
    uid = uid_of(frame.parameters.get("id"), read.track, frame.name.removesuffix(".gpx"), field="id")
    shown = name_of(read.track) or name_of(uid)
    return [
        _located(uid, shown, said) if kind == "trkpt" else _marked(uid, said)
        for kind, said in read.points
        if kind == "trkpt" or waypoints
    ]


def _read(content: bytes) -> _Reading:
    if len(content) > MAX_BYTES:
        raise Refused("frame-too-large", detail={"bytes": len(content), "limit": MAX_BYTES})
    read, parser = _Reading(), expat.ParserCreate()
    parser.StartDoctypeDeclHandler = read.doctype
    parser.EntityDeclHandler = read.doctype
    parser.StartElementHandler = read.start
    parser.EndElementHandler = read.end
    parser.CharacterDataHandler = read.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as problem:
        raise Refused("gpx-malformed") from problem
    return read


def _located(uid: str, shown: str | None, said: Members) -> Located:
    return Located(
        uid=uid,
        at=moment(said.get("time"), field="trkpt.time"),
        position=position(said["lat"] or None, said["lon"] or None, field="trkpt.lat"),
        altitude_m=altitude(number(said.get("ele"))),
        speed_mps=speed(number(said.get("speed"))),
        course_deg=course(number(said.get("course"))),
        name=shown,
        details=_beside(said),
    )


def _marked(uid: str, said: Members) -> Drawn:
    where = position(said["lat"] or None, said["lon"] or None, field="wpt.lat")
    label = name_of(said.get("name")) or ""
    return Drawn(
        uid=uid_of(f"{words(uid, limit=120)}/{label or f'{where.lat_deg:.6f},{where.lon_deg:.6f}'}", field="wpt.name"),
        at=moment(said.get("time"), field="wpt.time"),
        geometry=Point((where.lon_deg, where.lat_deg)),
        name=label,
        note=words(said.get("desc")) or None,
        details=_beside(said),
    )


def _beside(said: Members) -> dict[str, str]:
    kept = {"hdop": "hdop", "sat": "satellites", "fix": "fix"}
    return details({"source": "gpx", **{ours: said.get(theirs) for theirs, ours in kept.items()}})
