"""Where the story happens: places chosen from whatever the territory really has. Nothing is placed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.ops import nearest_points

from garance.kernel.refusal import Refused
from garance.server.demo.sea import edge_middle
from garance.territory import Feature, Role
from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project

NEAR_M = 1_500.0
FIRST_WATER_M = 600.0
SIMPLIFY_M = 8.0
SHELTER_KINDS = ("sports-hall", "hall", "school", "town-hall")


class Ground:
    """The territory in metres, with the answers the story needs, each found once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._crs = pack.manifest.metric_crs
        cells = [f for f in pack.features("land-use") if f.properties.get("population")]
        self._cells = self._flat(cells)
        self._people = np.array([float(f.properties["population"]) for f in cells])
        self._middles = shapely.centroid(self._cells) if len(cells) else self._cells
        self.town = self._largest_commune()
        self.centre = self._town_centre()
        self.weak_defence = self._weakest_defence()

    def _flat(self, features: list[Feature]) -> Any:
        shapes = np.array([feature.shape for feature in features], dtype=object)
        return project(shapes, WGS84, self._crs) if len(features) else shapes

    def _lift(self, shape: Any) -> Any:
        return project(np.array([shape], dtype=object), self._crs, WGS84)[0]

    def _largest_commune(self) -> Feature:
        communes = self._pack.features("communes")
        if not communes:
            raise Refused("story-needs", detail={"missing": "communes"})
        return max(communes, key=lambda commune: float(commune.properties.get("population") or 0))

    def _town_centre(self) -> Any:
        town = self._flat([self.town])[0]
        inside = shapely.contains_xy(town, shapely.get_coordinates(self._middles)) if len(self._cells) else np.array([])
        if not inside.any():
            return self._on_road(town.representative_point())
        dense = np.argmax(np.where(inside, self._people / shapely.area(self._cells), 0))
        return self._on_road(self._middles[dense])

    def _on_road(self, point: Any) -> Any:
        """The nearest point of a road: people and vehicles stand where one can stand."""
        roads = self._flat(self._pack.features("roads"))
        if not len(roads):
            return point
        nearest = roads[int(np.argmin(shapely.distance(roads, point)))]
        return nearest.interpolate(nearest.project(point))

    def people_near(self, point: Any, radius_m: float) -> float:
        """Inhabitants of the cells whose middle lies within that distance."""
        if not len(self._cells):
            return 0.0
        return float(self._people[shapely.distance(self._middles, point) <= radius_m].sum())

    def _weakest_defence(self) -> Any:
        """The middle of the lowest worn defence with people behind it; without defences, the shore nearest to them."""
        known = [f for f in self._pack.features("defences") if f.properties.get("crest_m") is not None]
        lines = self._flat(known)
        middles = [line.interpolate(0.5, normalized=True) for line in lines]
        people = [self.people_near(middle, NEAR_M) for middle in middles]
        enough = 0.25 * max(people, default=0)
        worn = {"bad": 0, "medium": 1}
        ranked = sorted(
            (
                (worn.get(str(feature.properties.get("status")), 2), float(feature.properties["crest_m"]), index)
                for index, feature in enumerate(known)
                if people[index] >= enough
            ),
        )
        if ranked:
            return middles[ranked[0][2]]
        shore = self._flat(self._pack.features("coast"))
        if not len(shore):
            return self.centre
        return nearest_points(shapely.union_all(shore), self.centre)[0]

    def site(self, *kinds: str) -> Any | None:
        """The nearest site of the first of these kinds that exists."""
        sites = self._pack.features("sites")
        for kind in kinds:
            points = self._flat([f for f in sites if f.properties.get("kind") == kind])
            if len(points):
                return points[int(np.argmin(shapely.distance(points, self.centre)))].representative_point()
        return None

    def high_ground(self) -> Any:
        """Where to shelter people: the highest of the most populated cells."""
        if not len(self._cells):
            return self.centre
        populated = np.flatnonzero(self._people >= np.quantile(self._people, 0.9))
        heights = [self._pack.elevation_m(*self._place(self._middles[index])) or -99.0 for index in populated]
        return self._on_road(self._middles[populated[int(np.argmax(heights))]])

    def _place(self, point: Any) -> tuple[float, float]:
        lifted = self._lift(point)
        return lifted.x, lifted.y

    def water(self, radius_m: float) -> Any:
        """Where water came once, or may come by the risk plan, or low ground around: near the weak defence."""
        around = self.weak_defence.buffer(radius_m)
        for role in ("past-extent", "risk-zones"):
            found = self._largest_part(
                shapely.intersection(shapely.make_valid(self._flat(self._pack.features(role))), around)
            )
            if found is not None:
                return found
        return around

    def low_zone(self) -> Any:
        """The part to evacuate: inhabited ground that the water reaches."""
        water = self.water(NEAR_M)
        inhabited = self._cells[shapely.intersects(self._cells, water)] if len(self._cells) else []
        found = self._largest_part([shapely.union_all(inhabited).buffer(30).buffer(-15)]) if len(inhabited) else None
        return found if found is not None else water

    @staticmethod
    def _largest_part(shapes: Any) -> Any | None:
        merged = shapely.union_all(shapes)
        parts = [part for part in shapely.get_parts(merged) if part.geom_type == "Polygon" and part.area > 1_000]
        return max(parts, key=lambda part: part.area).simplify(SIMPLIFY_M) if parts else None

    def cut_road(self) -> Any:
        """The stretch under water of the most important road that goes through it."""
        water = self.water(NEAR_M)
        roads = self._pack.features("roads")
        wet = shapely.intersection(self._flat(roads), water)
        ranked = sorted(
            (int(roads[i].properties.get("importance") or 5), -float(stretch.length), i)
            for i, stretch in enumerate(wet)
            if stretch.length > 100
        )
        if not ranked:
            return shapely.LineString([self.weak_defence, self._on_road(self.weak_defence)])
        parts = [part for part in shapely.get_parts(wet[ranked[0][2]]) if part.geom_type == "LineString"]
        return max(parts, key=lambda part: part.length)

    def gauge(self, source: Path | None) -> Any:
        """Where the sea is measured: the edge that the supplied series drives, else the shore by the weak defence."""
        files = sorted(source.glob("**/*.bci")) if source is not None and source.is_dir() else []
        west, south, east, north = self._pack.manifest.bbox
        frame = project(np.array([shapely.box(west, south, east, north)], dtype=object), WGS84, self._crs)
        edge = edge_middle(files[0], shapely.total_bounds(frame).tolist()) if files else None
        if edge is not None:
            return shapely.Point(edge)
        shore = self._flat(self._pack.features("coast"))
        return nearest_points(shapely.union_all(shore), self.weak_defence)[0] if len(shore) else self.weak_defence

    def point(self, shape: Any) -> dict[str, Any]:
        """A GeoJSON point of that place."""
        lon_deg, lat_deg = self._place(shape)
        return {"type": "Point", "coordinates": [round(lon_deg, 6), round(lat_deg, 6)]}

    def line(self, shape: Any) -> dict[str, Any]:
        """A GeoJSON line."""
        return {"type": "LineString", "coordinates": _rounded(self._lift(shape).coords)}

    def area(self, shape: Any) -> dict[str, Any]:
        """A GeoJSON polygon, outer ring only: a drawn area has no holes."""
        return {"type": "Polygon", "coordinates": [_rounded(self._lift(shape).exterior.coords)]}


def _rounded(coordinates: Any) -> list[list[float]]:
    return [[round(float(xy[0]), 6), round(float(xy[1]), 6)] for xy in coordinates]


def choose_places(pack: Pack, source: Path | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """The story's places as GeoJSON (`point shelter`, `area low_zone`…), and the words it says of the territory.

    `source` is the folder the territory was imported from, if any: it may hold the sea's own series.

    Refuses `story-needs` when the territory has no commune.
    """
    ground = Ground(pack)
    low, full, first = ground.low_zone(), ground.water(NEAR_M), ground.water(FIRST_WATER_M)
    station = ground.site("fire-station", "fire-centre")
    hospital = ground.site("hospital", "care-home")
    shelter = ground.site(*SHELTER_KINDS)
    places = {
        "point gauge": ground.point(ground.gauge(source)),
        "point command_post": ground.point(ground.site("town-hall") or ground.centre),
        "point fire_station": ground.point(station or ground.centre),
        "point hospital": ground.point(hospital or ground.centre),
        "point shelter": ground.point(shelter or ground.high_ground()),
        "point weak_defence": ground.point(ground.weak_defence),
        "point low_zone": ground.point(low.representative_point()),
        "point first_water": ground.point(first.representative_point()),
        "area low_zone": ground.area(low),
        "area first_water": ground.area(first),
        "area full_water": ground.area(full),
        "line cut_road": ground.line(ground.cut_road()),
    }
    words = {
        "territory": pack.manifest.name,
        "town": str(ground.town.properties.get("name") or pack.manifest.name),
        "storm": "Tempête Xynthia" if _lived_through_xynthia(pack) else "Tempête",
    }
    return places, words


def _lived_through_xynthia(pack: Pack) -> bool:
    """Whether the flood that the territory remembers is that of 28 February 2010: the story bears no other's name."""
    past = [layer.source for layer in pack.manifest.layers if layer.role == Role.PAST_EXTENT]
    return any("xynthia" in source.casefold() for source in past)
