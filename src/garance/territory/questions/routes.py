"""What is answered about ways: a route and its steps, an area reached, a place along a road (itinéraires)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """A part of a way under one name (étape): the street or `D911`, nothing when it has no name; metres."""

    name: str | None
    length_m: float


@dataclass(frozen=True)
class Route:
    """A way (itinéraire): `shape` is a line of WGS 84, `seconds` without traffic, `gap_m` the metres over supposed
    ways, `wrong_way_m` those against the direction of a street. `warnings`: `gap`, `wrong-way`, `start-off-road`,
    `end-off-road`."""

    length_m: float
    seconds: float
    shape: Any
    steps: list[Step]
    gap_m: float
    wrong_way_m: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Reach:
    """How far one gets (portée): an area of WGS 84 around the roads reached, their metres, and the objects of the
    layer `roads` that they belong to."""

    area: Any
    length_m: float
    rows: Any


@dataclass(frozen=True)
class Place:
    """A place of WGS 84, and the course towards it from where one asked, in degrees from north."""

    lon_deg: float
    lat_deg: float
    course_deg: float


@dataclass(frozen=True)
class Spot:
    """A place on an edge: its number, the metres from the edge's start, the metres from the road to the place."""

    edge: int
    along_m: float
    away_m: float


@dataclass(frozen=True)
class Piece:
    """The part of an edge that is travelled, from one measure to the other."""

    edge: int
    begin_m: float
    end_m: float
