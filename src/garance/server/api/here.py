"""What is known of one place: its words, who lives around, what stands near and which way it is."""

from __future__ import annotations

from typing import Any

import msgspec
import shapely
import shapely.ops
from pyproj import Geod

from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project
from garance.territory.questions.rows import Feature
from garance.territory.roles import Role

ZONE_ROLES = (Role.RISK_ZONES, Role.HAZARD_ZONES, Role.PAST_EXTENT, Role.PROTECTED_AREAS, Role.PLANNING)
MOST_KINDS = 8
"""How many nearest sites are told, each of another kind."""
NEAR_SITES = 100
NEAR_WATER_POINTS = 3
NEAR_DEFENCES = 2
NEARBY_M = 2000.0
"""Farther than this a water point or a defence is no help to somebody here."""
AROUND_M = (100.0, 300.0, 500.0, 1000.0)
WGS84_ELLIPSOID = Geod(ellps="WGS84")


class Words(msgspec.Struct, frozen=True):
    """What a person would say of a place."""

    fr: str
    en: str
    kind: str


class Thing(msgspec.Struct, frozen=True):
    """An object of a layer, by its attributes; when it is elsewhere, where its nearest point is and which way."""

    layer: str
    properties: dict[str, Any]
    distance_m: float | None = None
    lon_deg: float | None = None
    lat_deg: float | None = None
    bearing_deg: float | None = None


class PeopleCounted(msgspec.Struct, frozen=True):
    """Inhabitants: cells wholly inside, each by its share, every cell touched."""

    low: int
    central: int
    high: int


class HereShown(msgspec.Struct, frozen=True):
    """What is known of a place. People: as far as the bird flies. `sites`: the nearest of each kind."""

    phrase: Words
    commune: str | None
    insee_code: str | None
    elevation_m: float | None
    zones: list[Thing]
    sites: list[Thing]
    water_points: list[Thing]
    defences: list[Thing]
    people_100m: PeopleCounted
    people_300m: PeopleCounted
    people_500m: PeopleCounted
    people_1000m: PeopleCounted


def here(pack: Pack, lon_deg: float, lat_deg: float) -> HereShown:
    """What is known of a place."""
    said = pack.phrase(lon_deg, lat_deg)
    commune = pack.commune_at(lon_deg, lat_deg)
    metric = pack.manifest.metric_crs
    flat = project(shapely.Point(lon_deg, lat_deg), WGS84, metric)
    around = [project(flat.buffer(radius_m), metric, WGS84) for radius_m in AROUND_M]
    height_m = pack.elevation_m(lon_deg, lat_deg)
    people = [people_counted(each) for each in pack.people_inside_each(around)]
    return HereShown(
        phrase=Words(said.fr, said.en, said.kind),
        commune=commune.properties.get("name") if commune else None,
        insee_code=commune.properties.get("insee_code") if commune else None,
        elevation_m=None if height_m is None else round(height_m, 2),
        zones=[thing_told(one) for role in ZONE_ROLES for one, _ in pack.within(role, lon_deg, lat_deg, 0.0)],
        sites=_sites_near(pack, lon_deg, lat_deg),
        water_points=_nearby(pack, Role.HYDRANTS, lon_deg, lat_deg, NEAR_WATER_POINTS),
        defences=_nearby(pack, Role.DEFENCES, lon_deg, lat_deg, NEAR_DEFENCES),
        people_100m=people[0],
        people_300m=people[1],
        people_500m=people[2],
        people_1000m=people[3],
    )


def _sites_near(pack: Pack, lon_deg: float, lat_deg: float) -> list[Thing]:
    """The nearest site of each kind, among those that say what they are: a fountain's name helps nobody at night."""
    first: dict[str, tuple[Feature, float]] = {}
    for one, away_m in pack.nearest_few(Role.SITES, lon_deg, lat_deg, NEAR_SITES):
        kind = one.properties.get("kind")
        if kind not in (None, "other"):
            first.setdefault(str(kind), (one, away_m))
    return [_away(one, away_m, lon_deg, lat_deg) for one, away_m in list(first.values())[:MOST_KINDS]]


def _nearby(pack: Pack, role: Role, lon_deg: float, lat_deg: float, most: int) -> list[Thing]:
    """The nearest objects of that role, when they are near enough to be of use."""
    found = pack.nearest_few(role, lon_deg, lat_deg, most)
    return [_away(one, away_m, lon_deg, lat_deg) for one, away_m in found if away_m <= NEARBY_M]


def _away(feature: Feature, away_m: float, lon_deg: float, lat_deg: float) -> Thing:
    """An object that is elsewhere, by the point of it nearest to here."""
    point = shapely.ops.nearest_points(feature.shape, shapely.Point(lon_deg, lat_deg))[0]
    bearing_deg = WGS84_ELLIPSOID.inv(lon_deg, lat_deg, point.x, point.y)[0] % 360
    return Thing(
        feature.layer, feature.properties, round(away_m, 1), round(point.x, 7), round(point.y, 7), round(bearing_deg, 1)
    )


def thing_told(feature: Feature) -> Thing:
    """An object that holds the place asked."""
    return Thing(feature.layer, feature.properties)


def people_counted(people: Any) -> PeopleCounted:
    """Inhabitants, as they are told."""
    return PeopleCounted(people.low, people.central, people.high)
