"""Shapes that can stand on a map."""

from __future__ import annotations

from garance.kernel.place import Geometry, LineString, Point, Polygon, check_geometry
from garance.kernel.refusal import Refused


def check_shape(geometry: Geometry, *, field: str = "body.geometry") -> None:
    """Refuse what `check_geometry` refuses, and `geometry-degenerate`: a line or ring whose vertices all coincide."""
    check_geometry(geometry, field=field)
    match geometry:
        case Point():
            return
        case LineString(coordinates=line):
            parts, least = [line], 2
        case Polygon(coordinates=rings):
            parts, least = rings, 3
    if any(len(set(part)) < least for part in parts):
        raise Refused("geometry-degenerate", field=field)
