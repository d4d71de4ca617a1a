"""`/api/v1/territory/…`: questions asked of the ground: find a place, say where one is, count who lives inside."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
import shapely

from garance.domain.incidents.facts import Network
from garance.kernel.place import MAX_VERTICES, Latitude, Longitude, Ring
from garance.kernel.refusal import Refused
from garance.server.api.here import ZONE_ROLES, HereShown, PeopleCounted, Thing, here, people_counted, thing_told
from garance.server.api.lifelines import DependentsShown, dependents_told
from garance.server.http import Call, Endpoint, endpoint
from garance.server.node import Node
from garance.territory.layers import LAYERS
from garance.territory.manifest import MANIFEST
from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project
from garance.territory.roles import Role

T = TypeVar("T")
AT_ONCE = 4
"""How many questions are worked out at the same time; the others wait their turn."""

MAX_LISTED = 200
MAX_PROFILE_POINTS = 500
TAG = "territory"

PlaceText = Annotated[str, msgspec.Meta(pattern=r"^-?\d{1,3}(\.\d{1,15})?,-?\d{1,2}(\.\d{1,15})?$",
                                        description="longitude,latitude in degrees")]  # fmt: skip
LineText = Annotated[str, msgspec.Meta(pattern=r"^[-0-9.,]+(;[-0-9.,]+)+$", max_length=30_000,
                                       description="lon,lat;lon,lat… in degrees")]  # fmt: skip


class SearchAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is typed, near what, and at most how many answers."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    near: PlaceText | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=50)] = 10


class PlaceFound(msgspec.Struct, frozen=True):
    """A place that answers: how well, from 0 to 1."""

    kind: str
    name: str
    context: str
    lon_deg: float
    lat_deg: float
    score: float
    detail: str


class PlacesFound(msgspec.Struct, frozen=True):
    """The best first."""

    items: list[PlaceFound]


class HereAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place, in degrees."""

    lon: Longitude
    lat: Latitude


class PolygonAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="Polygon"):
    """A GeoJSON polygon."""

    coordinates: Annotated[list[Ring], msgspec.Meta(min_length=1, max_length=1000)]


class MultiPolygonAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="MultiPolygon"):
    """Several GeoJSON polygons."""

    coordinates: Annotated[list[Annotated[list[Ring], msgspec.Meta(min_length=1)]],
                           msgspec.Meta(min_length=1, max_length=1000)]  # fmt: skip


class InsideAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An area of WGS 84, of 20,000 vertices at most."""

    geometry: PolygonAsked | MultiPolygonAsked


class InsideShown(msgspec.Struct, frozen=True):
    """What an area holds. `sites` lists the first 200; `sites_by_kind` and `zones_by_layer` count them all."""

    people: PeopleCounted
    buildings: int
    roads_m: float
    sites_by_kind: dict[str, int]
    sites: list[Thing]
    zones_by_layer: dict[str, int]


class DependentsAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network that is cut: in an area, at stations of the territory by their references, or both."""

    network: Network
    geometry: PolygonAsked | MultiPolygonAsked | None = None
    stations: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=80)]],
                        msgspec.Meta(max_length=50)] = []  # fmt: skip


class ProfileAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line, and how many places along it."""

    line: LineText
    samples: Annotated[int, msgspec.Meta(ge=2, le=2000)] = 200


class ProfileShown(msgspec.Struct, frozen=True):
    """The ground along a line: metres from its start, metres above the sea (null where nobody knows)."""

    distance_m: list[float]
    elevation_m: list[float | None]
    climb_m: float
    drop_m: float


class RouteAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From one place to another: by car, by heavy vehicle, on foot."""

    start: PlaceText = msgspec.field(name="from")
    to: PlaceText
    profile: Literal["car", "heavy", "foot"] = "car"


class StepShown(msgspec.Struct, frozen=True):
    """A part of a way under one name."""

    name: str | None
    length_m: float


class RouteShown(msgspec.Struct, frozen=True):
    """A way: `seconds` without traffic; `gap_m` over supposed ways; `geometry` a GeoJSON line."""

    length_m: float
    seconds: float
    geometry: msgspec.Raw
    steps: list[StepShown]
    gap_m: float
    wrong_way_m: float
    warnings: list[str]


class Asker:
    """Asks the pack of a node, off the loop, a few questions at a time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._card = _stamp(node.pack) if node.pack is not None else None

    async def ask(self, question: Callable[[Pack], T]) -> T:
        """The answer; refuses `no-territory`, and `territory-replaced` when another pack took its place on disk."""
        pack = self._node.pack
        if pack is None:
            raise Refused("no-territory")
        if _stamp(pack) != self._card:
            raise Refused("territory-replaced")
        async with self._turns:
            return await asyncio.to_thread(question, pack)


def _stamp(pack: Pack) -> tuple[int, int] | None:
    try:
        found = (pack.folder / MANIFEST).stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns)


def question_endpoints(node: Node) -> list[Endpoint]:
    """Every question."""
    asker = Asker(node)
    return [*_of_places(asker), *_of_lines(asker)]


_REFUSALS = ("no-territory", "territory-replaced", "geometry-not-finite", "territory-file-unknown")


def _of_places(asker: Asker) -> list[Endpoint]:
    settings: dict[str, Any] = {"tag": TAG, "tokens": True}

    @endpoint("GET", "/api/v1/territory/search", refusals=_REFUSALS, **settings)
    async def search_place(call: Call[Any], query: SearchAsked) -> PlacesFound:
        """Find a place, a street, an address, a site by what is typed."""
        near = place_of(query.near, "near") if query.near else None
        found = await asker.ask(lambda pack: pack.gazetteer.search(query.q, near=near, limit=query.limit))
        return PlacesFound([msgspec.convert(one, PlaceFound, from_attributes=True) for one in found])

    @endpoint("GET", "/api/v1/territory/here", refusals=_REFUSALS, **settings)
    async def say_here(call: Call[Any], query: HereAsked) -> HereShown:
        """Say where a place is, and what is known of it."""
        return await asker.ask(lambda pack: here(pack, query.lon, query.lat))

    refusals = (*_REFUSALS, "geometry-not-an-area", "geometry-too-large", "ring-not-closed")

    @endpoint("POST", "/api/v1/territory/inside", reads_only=True, refusals=refusals, **settings)
    async def count_inside(call: Call[Any], body: InsideAsked) -> InsideShown:
        """Count who and what an area holds."""
        area = area_of(body.geometry)
        return await asker.ask(lambda pack: inside(pack, area))

    @endpoint("POST", "/api/v1/territory/dependents", reads_only=True, refusals=refusals, **settings)
    async def find_dependents(call: Call[Any], body: DependentsAsked) -> DependentsShown:
        """Find what loses something when a network is cut."""
        area = area_of(body.geometry) if body.geometry is not None else None
        return await asker.ask(lambda pack: dependents_told(pack.dependents(body.network, area, body.stations)))

    return [search_place, say_here, count_inside, find_dependents]


def _of_lines(asker: Asker) -> list[Endpoint]:
    settings: dict[str, Any] = {"tag": TAG, "tokens": True}
    refusals = (*_REFUSALS, "profile-malformed", "no-terrain")

    @endpoint("GET", "/api/v1/territory/profile", refusals=refusals, **settings)
    async def show_profile(call: Call[Any], query: ProfileAsked) -> ProfileShown:
        """The ground along a line."""
        places = [place_of(part, "line") for part in query.line.split(";")]
        if len(places) > MAX_PROFILE_POINTS:
            raise Refused("profile-malformed", field="line", detail={"limit": MAX_PROFILE_POINTS})
        return await asker.ask(lambda pack: profile(pack, places, query.samples))

    ways = (*_REFUSALS, "road-not-near", "no-way-there")

    @endpoint("GET", "/api/v1/territory/route", refusals=ways, **settings)
    async def find_route(call: Call[Any], query: RouteAsked) -> RouteShown:
        """The quickest way from one place to another."""
        start, end = place_of(query.start, "from"), place_of(query.to, "to")
        return await asker.ask(lambda pack: route(pack, start, end, query.profile))

    return [show_profile, find_route]


def place_of(text: str, field: str) -> tuple[float, float]:
    """`lon,lat` as degrees; refuses `value-wrong`, and `geometry-not-finite` for a place off Earth."""
    try:
        lon_deg, lat_deg = (float(part) for part in text.split(","))
    except ValueError as problem:
        raise Refused("value-wrong", field=field, detail={"expected": "lon,lat"}) from problem
    if not (abs(lon_deg) <= 180 and abs(lat_deg) <= 90):
        raise Refused("geometry-not-finite", field=field)
    return lon_deg, lat_deg


def area_of(geometry: PolygonAsked | MultiPolygonAsked) -> Any:
    """The area asked, as a shape; refuses `geometry-too-large` and `ring-not-closed`."""
    parts = [geometry.coordinates] if isinstance(geometry, PolygonAsked) else geometry.coordinates
    rings = [ring for part in parts for ring in part]
    if sum(map(len, rings)) > MAX_VERTICES:
        raise Refused("geometry-too-large", field="geometry", detail={"limit": MAX_VERTICES})
    if any(ring[0] != ring[-1] for ring in rings):
        raise Refused("ring-not-closed", field="geometry")
    return shapely.from_geojson(msgspec.json.encode(geometry))


def inside(pack: Pack, area: Any) -> InsideShown:
    """What an area holds."""
    people, sites = pack.people_inside(area), pack.sites_inside(area)
    kinds = Counter(str(one.properties.get("kind") or "other") for one in sites)
    layers: Counter[str] = Counter()
    for role in ZONE_ROLES:
        layers.update(one.layer for one in pack.inside(role, area))
    return InsideShown(
        people=people_counted(people),
        buildings=pack.buildings_inside(area),
        roads_m=_roads_m(pack, area),
        sites_by_kind=dict(sorted(kinds.items())),
        sites=[thing_told(one) for one in sites[:MAX_LISTED]],
        zones_by_layer={name: layers[name] for name in LAYERS if layers[name]},
    )


def _roads_m(pack: Pack, area: Any) -> float:
    """Metres of road inside."""
    flat = shapely.make_valid(project(area, WGS84, pack.manifest.metric_crs))
    rows = pack.rows(Role.ROADS)
    cut = shapely.intersection(rows.flat[rows.touching(flat)], flat)
    return round(float(shapely.length(cut).sum()), 1)


def profile(pack: Pack, places: list[tuple[float, float]], samples: int) -> ProfileShown:
    """The ground along these places; refuses `no-terrain` and `profile-malformed`."""
    line = shapely.linestrings(places)
    length_m = float(shapely.length(project(line, WGS84, pack.manifest.metric_crs)))
    found = pack.profile(line, length_m / (samples - 1))
    if found is None:
        raise Refused("no-terrain")
    heights = np.asarray(found.elevation_m, dtype=float).round(2).tolist()
    return ProfileShown(
        distance_m=np.asarray(found.distance_m, dtype=float).round(2).tolist(),
        elevation_m=[value if math.isfinite(value) else None for value in heights],
        climb_m=round(float(found.climb_m), 2),
        drop_m=round(float(found.drop_m), 2),
    )


def route(
    pack: Pack, start: tuple[float, float], end: tuple[float, float], traveller: Literal["car", "heavy", "foot"]
) -> RouteShown:
    """The quickest way."""
    found = pack.ways.route(start, end, profile=traveller)
    return RouteShown(
        length_m=round(found.length_m, 1),
        seconds=round(found.seconds, 1),
        geometry=msgspec.Raw(shapely.to_geojson(found.shape).encode()),
        steps=[StepShown(step.name, round(step.length_m, 1)) for step in found.steps],
        gap_m=round(found.gap_m, 1),
        wrong_way_m=round(found.wrong_way_m, 1),
        warnings=list(found.warnings),
    )
