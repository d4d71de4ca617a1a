"""Places on Earth: WGS 84 positions and GeoJSON geometries (RFC 7946), checked and bounded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import msgspec

from garance.kernel.refusal import Refused

Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180, description="degrees east, WGS 84")]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90, description="degrees north, WGS 84")]

MAX_VERTICES = 20_000
"""The most vertices one drawn shape may have."""

Vertex = tuple[Longitude, Latitude]
LineVertices = Annotated[list[Vertex], msgspec.Meta(min_length=2, max_length=MAX_VERTICES)]
Ring = Annotated[list[Vertex], msgspec.Meta(min_length=4, max_length=MAX_VERTICES)]


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point on the ground: `lon_deg` east in -180..180, `lat_deg` north in -90..90, WGS 84."""

    lon_deg: Longitude
    lat_deg: Latitude


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="Point"):
    """A GeoJSON point: longitude, latitude."""

    coordinates: Vertex


class LineString(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="LineString"):
    """A GeoJSON line of 2 vertices or more."""

    coordinates: LineVertices


class Polygon(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="Polygon"):
    """A GeoJSON polygon: an outer ring then holes, each closed."""

    coordinates: Annotated[list[Ring], msgspec.Meta(min_length=1, max_length=1000)]


Geometry = Point | LineString | Polygon


def vertices(geometry: Geometry) -> Iterator[Vertex]:
    """Every vertex of a geometry, in order."""
    if isinstance(geometry, Point):
        yield geometry.coordinates
    elif isinstance(geometry, LineString):
        yield from geometry.coordinates
    else:
        for ring in geometry.coordinates:
            yield from ring


def check_geometry(geometry: Geometry, *, field: str = "geometry") -> None:
    """Refuse what cannot be drawn: `geometry-not-finite`, `geometry-too-large`, `ring-not-closed`."""
    count = 0
    for lon_deg, lat_deg in vertices(geometry):
        count += 1
        if not (math.isfinite(lon_deg) and math.isfinite(lat_deg)):
            raise Refused("geometry-not-finite", field=field)
    if count > MAX_VERTICES:
        raise Refused("geometry-too-large", field=field, detail={"vertices": count, "limit": MAX_VERTICES})
    if isinstance(geometry, Polygon) and any(ring[0] != ring[-1] for ring in geometry.coordinates):
        raise Refused("ring-not-closed", field=field)
