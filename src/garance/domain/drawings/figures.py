"""A figure and the polygon that stands for it must tell the same place."""

from __future__ import annotations

import math

from garance.domain.drawings.facts import Figure, Sector
from garance.domain.geometry import check_shape
from garance.kernel.place import Geometry, Polygon, Vertex
from garance.kernel.refusal import Refused

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG, R1)."""

TOLERANCE = 0.01
"""Share of the radius by which a vertex may stand off: the sphere itself is 0.6 % off the ellipsoid at worst."""
TOLERANCE_DEG = 1.5


def check_outline(geometry: Geometry, figure: Figure | None) -> None:
    """Refuse what cannot be drawn, and `figure-mismatch`: a polygon whose vertices are not those of its figure."""
    check_shape(geometry)
    if figure is None:
        return
    if not isinstance(geometry, Polygon) or len(geometry.coordinates) != 1:
        raise Refused("figure-mismatch", field="body.figure")
    if not all(_on(figure, vertex) for vertex in geometry.coordinates[0]):
        raise Refused("figure-mismatch", field="body.figure")


def _on(figure: Figure, vertex: Vertex) -> bool:
    distance_m, bearing_deg = _from(figure.centre, vertex)
    slack_m = TOLERANCE * figure.radius_m
    around = abs(distance_m - figure.radius_m) <= slack_m
    if not isinstance(figure, Sector):
        return around
    if distance_m <= slack_m:
        return True
    width_deg = (figure.to_deg - figure.from_deg) % 360 or 360.0
    turned_deg = (bearing_deg - figure.from_deg + TOLERANCE_DEG) % 360
    return around and turned_deg <= width_deg + 2 * TOLERANCE_DEG


def _from(centre: Vertex, vertex: Vertex) -> tuple[float, float]:
    """Metres and degrees from one place to another, on a sphere (haversine)."""
    lon_a, lat_a, lon_b, lat_b = map(math.radians, (*centre, *vertex))
    turn = lon_b - lon_a
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(turn / 2) ** 2
    east = math.sin(turn) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(turn)
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half))), math.degrees(math.atan2(east, north)) % 360
