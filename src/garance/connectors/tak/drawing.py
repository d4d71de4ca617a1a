"""The geometry that a message draws, and the message that draws a geometry. WGS 84, metres, bearings from north."""

from __future__ import annotations

import itertools
import math

import msgspec
from pyproj import Geod

from garance.connectors.tak.cot import Cot, read_number, read_xml
from garance.connectors.tak.details import Ellipse, ellipses, link_points, polyline
from garance.domain.drawings.facts import Circle, Figure, Sector
from garance.kernel.place import MAX_VERTICES, Geometry, LineString, Point, Polygon, Vertex
from garance.kernel.refusal import Refused

MIN_RADIUS_M = 1.0
MAX_RADIUS_M = 500_000.0
MAX_PARTS = 50
"""How many rings or strokes one message may draw: what is beyond is left out."""
_STEPS = 72
_ROUND = 1e-6
"""Share by which the half axes of a circle may differ."""
_EARTH = Geod(ellps="WGS84")


class Outline(msgspec.Struct, frozen=True):
    """A geometry, and the figure that it approaches when it is exactly one."""

    geometry: Geometry
    figure: Figure | None = None


def outlines(cot: Cot) -> tuple[Outline, ...]:
    """What that message draws: several outlines when it has several rings or strokes; at least the point where it is.

    Refuses `geometry-too-large`.
    """
    rings = [ring for ring in ellipses(cot)[:MAX_PARTS] if _drawable(ring)]
    if rings:
        return tuple(_ellipse(cot, ring) for ring in rings)
    strokes = _strokes(cot)
    if strokes:
        return tuple(Outline(stroke) for stroke in strokes)
    drawn = _path(cot)
    return (Outline(drawn if drawn is not None else Point((cot.place.lon_deg, cot.place.lat_deg))),)


def reached(start: Vertex, bearing_deg: float, distance_m: float) -> Vertex:
    """Where one comes from there, straight on."""
    lon_deg, lat_deg, _ = _EARTH.fwd(start[0], start[1], bearing_deg, distance_m)
    return (round(float(lon_deg), 9), round(float(lat_deg), 9))


def middle(geometry: Geometry, figure: Figure | None = None) -> Vertex:
    """A point to hang the drawing on: the centre of a figure, the middle vertex of a line, the mean of a ring."""
    if isinstance(figure, Circle | Sector):
        return figure.centre
    match geometry:
        case Point(coordinates=only):
            return only
        case LineString(coordinates=line):
            return line[len(line) // 2]
        case Polygon(coordinates=rings):
            ring = rings[0][:-1]
            return (sum(lon for lon, _ in ring) / len(ring), sum(lat for _, lat in ring) / len(ring))


def _drawable(ring: Ellipse) -> bool:
    return MIN_RADIUS_M <= min(ring.major_m, ring.minor_m) and max(ring.major_m, ring.minor_m) <= MAX_RADIUS_M


def _path(cot: Cot) -> Geometry | None:
    """A line or an area, when enough vertices say one."""
    drawn = polyline(cot)
    if drawn is not None and len(drawn.vertices) > 1:
        return _joined(drawn.vertices, closed=drawn.closed)
    if cot.type.startswith("u-rb-a"):
        return _bearing_line(cot)
    if cot.type.startswith("u-") or cot.type == "b-m-r" or cot.type.startswith("b-m-r-"):
        return _joined(link_points(cot), closed=cot.type == "u-d-r")
    return None


def _strokes(cot: Cot) -> list[Geometry]:
    """The strokes of a sketch (`u-d-f-m`): each is a whole message, in the `line` of a link."""
    lines = (part.get("line") for part in cot.parts if part.name == "link") if cot.type == "u-d-f-m" else ()
    found = []
    for line in itertools.islice((line for line in lines if line), MAX_PARTS):
        try:
            stroke = _joined(link_points(read_xml(line.encode("utf-8"))), closed=False)
        except Refused:
            continue
        if stroke is not None:
            found.append(stroke)
    return found


def _joined(vertices: tuple[Vertex, ...], *, closed: bool) -> Geometry | None:
    if len(vertices) >= MAX_VERTICES:
        raise Refused("geometry-too-large", detail={"vertices": len(vertices), "limit": MAX_VERTICES})
    different = len(set(vertices))
    if different < 2:
        return None
    ring = (*vertices, vertices[0]) if closed and vertices[0] != vertices[-1] else vertices
    if ring[0] == ring[-1] and different > 2:
        return Polygon([list(ring if _counter_clockwise(ring) else ring[::-1])])
    return LineString(list(vertices))


def _counter_clockwise(ring: tuple[Vertex, ...]) -> bool:
    """As RFC 7946 wants outer rings."""
    return sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in itertools.pairwise(ring)) <= 0


def _bearing_line(cot: Cot) -> Geometry | None:
    """A range and bearing line: from its point, so far, that way."""
    range_m, bearing_deg = (
        read_number(part.get("value")) if part else None for part in map(cot.part, ("range", "bearing"))
    )
    if range_m is None or bearing_deg is None or not 0 < range_m <= 2 * MAX_RADIUS_M or abs(bearing_deg) > 360:
        return None
    start = (cot.place.lon_deg, cot.place.lat_deg)
    return _joined((start, reached(start, bearing_deg, range_m)), closed=False)


def _ellipse(cot: Cot, ring: Ellipse) -> Outline:
    centre = (cot.place.lon_deg, cot.place.lat_deg)
    around: list[Vertex] = []
    for step in range(_STEPS):
        bearing_deg = -360.0 * step / _STEPS
        turned = math.radians(bearing_deg - ring.angle_deg)
        radius_m = (
            ring.major_m * ring.minor_m / math.hypot(ring.minor_m * math.cos(turned), ring.major_m * math.sin(turned))
        )
        around.append(reached(centre, bearing_deg, radius_m))
    round_one = abs(ring.major_m - ring.minor_m) <= _ROUND * ring.major_m
    if len(set(around)) < 3:
        return Outline(Point(centre))
    return Outline(Polygon([[*around, around[0]]]), Circle(centre, ring.major_m) if round_one else None)
