"""The territory as the story sees it: its town, its weakest defence, its low ground, its sites. Metres throughout."""

from __future__ import annotations

import itertools
import re
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.random import default_rng
from shapely.ops import nearest_points

from garance.kernel.refusal import Refused
from garance.server.demo.roads import Roads
from garance.server.demo.water import REACH_M, Flood, largest
from garance.territory import Feature, Role
from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project

NEAR_M = REACH_M
INHABITED_M = 60.0
"""How far from the water people are told to leave."""

SECTORS = 3
LATIN = re.compile(r"[A-Za-zÀ-ÿ]")
NOT_FOR_ALL = re.compile(r"psy|jour|p[ée]dia|dentaire|addict|d[ée]pist|consult", re.IGNORECASE)
"""Hospitals that take no casualties at night."""

STREETS_M, OFFSHORE_M, QUAY_M2 = 1_200.0, 150.0, 5_000.0


class Ground:
    """Answers the story needs, each found once. Refuses `story-needs` without communes, roads, or a sea."""

    def __init__(self, pack: Pack, *, peak_m: float) -> None:
        self.pack = pack
        self._crs = pack.manifest.metric_crs
        self._need_sea()
        self.roads = Roads(pack)
        rows = pack.rows(Role.LAND_USE)
        lived = rows.column("population").astype(float) > 0 if len(rows) else np.zeros(0, dtype=bool)
        self._cells = rows.flat[lived]
        self._people = rows.column("population").astype(float)[lived] if len(rows) else np.zeros(0)
        self._middles = shapely.centroid(self._cells)
        self.flood = Flood(pack, peak_m=peak_m)
        self.town = self._largest_commune()
        self._in_town = self._cells_of(self.town)
        self.centre = self._town_centre()
        self._exposed = self._people_in_water()
        self.defence, self.weak_defence = self._weakest_defence()

    def _need_sea(self) -> None:
        kinds = self.pack.rows(Role.WATER).column("kind") if len(self.pack.rows(Role.WATER)) else []
        if not len(self.pack.rows(Role.COAST)) and "sea" not in list(kinds):
            raise Refused("story-needs", detail={"missing": "coast"})
        if not any(file.name == "roads.npz" for file in self.pack.manifest.files):
            raise Refused("story-needs", detail={"missing": "roads"})

    def _largest_commune(self) -> Feature:
        communes = self.pack.features("communes")
        if not communes:
            raise Refused("story-needs", detail={"missing": "communes"})
        return max(communes, key=lambda commune: float(commune.properties.get("population") or 0))

    def neighbours(self, count: int) -> list[str]:
        """The names of the other communes, the nearest to the weak defence first."""
        lon_deg, lat_deg = self.lift(self.weak_defence)
        own = self.town.properties.get("name")
        found = self.pack.nearest_few("communes", lon_deg, lat_deg, count + 8)
        names = [str(each.properties["name"]) for each, _ in found if each.properties.get("name") not in (None, own)]
        return list(dict.fromkeys(names))[:count]

    def _cells_of(self, commune: Feature) -> Any:
        return shapely.contains(self.flat(commune.shape), self._middles)

    def _town_centre(self) -> Any:
        if not self._in_town.any():
            return self.roads.near(self.flat(self.town.shape).representative_point())
        crowd = np.where(self._in_town, self._people / shapely.area(self._cells), 0)
        return self.roads.near(self._middles[int(np.argmax(crowd))])

    def _people_in_water(self) -> Any:
        """Inhabitants of each cell that the water reaches; those of the town alone, when there are any."""
        if not len(self._cells):
            return self._people
        reached = self.flood.depth_at(*shapely.get_coordinates(self._middles).T) > 0
        own = np.where(reached & self._in_town, self._people, 0.0)
        return own if own.any() else np.where(reached, self._people, 0.0)

    def _exposed_near(self, point: Any) -> float:
        return float(self._exposed[shapely.distance(self._middles, point) <= NEAR_M].sum()) if len(self._cells) else 0.0

    def _weakest_defence(self) -> tuple[Feature | None, Any]:
        """The lowest worn defence with people behind it and its middle; without defences, the shore nearest to them."""
        rows = self.pack.rows(Role.DEFENCES)
        known = [row for row in range(len(rows)) if rows.column("crest_m")[row] is not None] if len(rows) else []
        middles = [rows.flat[row].interpolate(0.5, normalized=True) for row in known]
        people = [self._exposed_near(middle) for middle in middles]
        enough = 0.5 * max(people, default=0)
        worn = {"bad": 0, "medium": 1}
        features = [rows.feature(row) for row in known]
        ranked = sorted(
            (worn.get(str(feature.properties.get("status")), 2), float(feature.properties["crest_m"]), index)
            for index, feature in enumerate(features)
            if people[index] >= enough
        )
        if ranked:
            return features[ranked[0][2]], middles[ranked[0][2]]
        shore = self.pack.rows(Role.COAST).flat
        return None, nearest_points(shapely.union_all(shore), self.centre)[0] if len(shore) else self.centre

    def water(self, radius_m: float, depth_m: float) -> Any:
        """What lies under more water than that around the weak defence."""
        return self.flood.wet(self.weak_defence, radius_m, depth_m)

    @cached_property
    def low_zone(self) -> Any:
        """The part to evacuate: inhabited ground that the water reaches."""
        reached = self.water(NEAR_M, 0.1).buffer(INHABITED_M)
        reached = reached.difference(self.flood.always_water(reached))
        inhabited = self._cells[shapely.intersects(self._cells, reached)] if len(self._cells) else []
        found = (
            largest(shapely.union_all(inhabited).buffer(30).buffer(-15).intersection(reached))
            if len(inhabited)
            else None
        )
        return found if found is not None else largest(reached) or reached.convex_hull

    @cached_property
    def sectors(self) -> list[Any]:
        """The low zone in parts of the same extent, along its length, the nearest to the weak defence first."""
        zone = self.low_zone
        box = shapely.get_coordinates(zone.minimum_rotated_rectangle)[:4]
        sides = [box[1] - box[0], box[2] - box[1]]
        along = max(sides, key=lambda side: float(np.hypot(*side)))
        along = along / np.hypot(*along)
        gone = shapely.get_coordinates(zone.segmentize(5.0)) @ along
        cuts = np.quantile(np.linspace(gone.min(), gone.max(), 200), np.linspace(0, 1, SECTORS + 1))
        parts = [
            largest(zone.intersection(self._band(zone, along, *pair))) or zone for pair in itertools.pairwise(cuts)
        ]
        return sorted(parts, key=lambda part: float(part.distance(self.weak_defence)))

    @staticmethod
    def _band(zone: Any, along: Any, low: float, high: float) -> Any:
        across = np.array([-along[1], along[0]])
        wide = shapely.get_coordinates(zone) @ across
        corners = [(low, wide.min() - 1), (high, wide.min() - 1), (high, wide.max() + 1), (low, wide.max() + 1)]
        return shapely.Polygon([tuple(a * along + b * across) for a, b in corners])

    def site(self, *kinds: str, besides: Any = None, within_m: float = np.inf, near: Any = None) -> Feature | None:
        """The nearest site of the first of these kinds that exists, one that takes everybody in before any other.

        From `near` (the centre), at most that far; another one than at `besides`.
        """
        rows, near = self.pack.rows(Role.SITES), near if near is not None else self.centre
        if not len(rows):
            return None
        held, names = rows.column("kind"), rows.column("name")
        away_m = shapely.distance(rows.flat, near)
        fit = (away_m <= within_m) & [bool(LATIN.search(str(name or ""))) for name in names]
        if besides is not None:
            fit &= shapely.distance(rows.flat, besides) > 100
        for kind in kinds:
            found = np.flatnonzero(fit & (held == kind))
            if len(found):
                unlike = [(bool(NOT_FOR_ALL.search(str(names[row]))), float(away_m[row]), int(row)) for row in found]
                return rows.feature(min(unlike)[2])
        return None

    def flat(self, shape: Any) -> Any:
        """A shape of WGS 84 in metres."""
        return project(np.array([shape], dtype=object), WGS84, self._crs)[0]

    def lift(self, point: Any) -> tuple[float, float]:
        """The degrees of a point."""
        return self.roads.lift(point)

    def lift_shape(self, shape: Any) -> Any:
        """A shape in degrees."""
        return self.lift_all(np.array([shape], dtype=object))[0]

    def lift_all(self, shapes: Any) -> Any:
        """Many shapes in degrees."""
        return project(shapes, self._crs, WGS84)

    def short(self, point: Any) -> str:
        """The street of that place, or the place in words; ashore, on a road, whatever lies there."""
        there = point
        phrase = self.pack.phrase(*self.lift(there))
        if phrase.kind in ("sea", "water", "outside"):
            there = self.roads.near(point)
            phrase = self.pack.phrase(*self.lift(there))
        return phrase.street or self.say(there)

    def high_ground(self, besides: Any = None) -> Any:
        """Where to shelter people: the highest of the most populated cells, on a road, out of the water."""
        if not len(self._cells):
            return self.roads.near(self.centre)
        crowded = np.flatnonzero(self._people >= np.quantile(self._people, 0.9))
        if besides is not None:
            far = crowded[shapely.distance(self._middles[crowded], besides) > 400]
            crowded = far if len(far) else crowded
        heights = self.pack.elevations_m(*shapely.get_coordinates(project(self._middles[crowded], self._crs, WGS84)).T)
        return self.roads.near(self._middles[crowded[int(np.argmax(np.nan_to_num(heights, nan=-99)))]])

    def cut_roads(self, count: int) -> list[tuple[Any, str]]:
        """The stretches under water of the most important roads that go through it, each with the road's name."""
        water = self.water(NEAR_M, 0.1)
        rows = self.pack.rows(Role.ROADS)
        crossing = rows.tree.query(water, predicate="intersects")
        wet = shapely.intersection(rows.flat[crossing], water)
        weight = [int(rows.column("importance")[row] or 5) for row in crossing]
        ranked = sorted((weight[i], -float(wet[i].length), i) for i in range(len(wet)) if wet[i].length > 60)
        found: dict[str, Any] = {}
        for _, _, i in ranked:
            parts = [part for part in shapely.get_parts(wet[i]) if part.geom_type == "LineString"]
            if not parts or len(found) == count:
                continue
            line = max(parts, key=lambda part: float(part.length))
            name = rows.column("name")[crossing[i]] or rows.column("ref")[crossing[i]]
            where = self.say(line.interpolate(0.5, normalized=True))
            found.setdefault(str(name) if name else f"route {where}", line)
        near = self.roads.near(self.weak_defence)
        there = self.weak_defence if near.distance(self.weak_defence) > 1 else self.centre
        spare = (shapely.LineString([near, there]), "route de la digue")
        return ([(line, name) for name, line in found.items()] + [spare] * count)[:count]

    def streets(self, count: int) -> list[str]:
        """Names of streets in the low zone and around it, the nearest first; then places along its roads in words."""
        rows = self.pack.rows(Role.ROADS)
        names = rows.column("name")
        middle = self.low_zone.representative_point()
        near = rows.tree.query(middle, predicate="dwithin", distance=STREETS_M)
        near = near[np.argsort(shapely.distance(rows.flat[near], middle), kind="stable")]
        found = list(dict.fromkeys(str(names[row]) for row in near if names[row]))[:count]
        spare = self.roads.within(middle, STREETS_M, 4 * count, default_rng(count))
        found += [said for said in dict.fromkeys(map(self.say, spare)) if said not in found]
        return (found + ["voie sans nom"] * count)[:count]

    def say(self, point: Any) -> str:
        """That place in words, without the town's name."""
        return self.pack.phrase(*self.lift(point)).fr.removesuffix(f", {self.town.properties.get('name')}")

    def offshore(self) -> Any:
        """Where the sea is measured: at sea, as near to the weak defence as may be; on the shore when none is drawn."""
        rows = self.pack.rows(Role.WATER)
        kinds = rows.column("kind") if len(rows) else np.zeros(0, dtype=object)
        sea = rows.flat[np.flatnonzero((kinds == "sea") & (shapely.get_dimensions(rows.flat) == 2))]
        open_sea = shapely.union_all(shapely.make_valid(sea)).buffer(-OFFSHORE_M)
        shore = self.pack.rows(Role.COAST).flat
        target = open_sea if not open_sea.is_empty else shapely.union_all(shore) if len(shore) else self.weak_defence
        return nearest_points(target, self.weak_defence)[0]

    def quay(self) -> Any:
        """Where the harbour or the river is measured: the water nearest to the centre, other than the open sea."""
        rows = self.pack.rows(Role.WATER)
        area = shapely.get_dimensions(rows.flat) == 2
        kinds = rows.column("kind") if len(rows) else np.zeros(0, dtype=object)
        for wanted in (area & (kinds != "sea"), area):
            held = rows.flat[np.flatnonzero(wanted)]
            held = held[shapely.area(held) > QUAY_M2]
            if len(held):
                nearest = held[int(np.argmin(shapely.distance(held, self.centre)))]
                return nearest_points(shapely.make_valid(nearest).buffer(-5), self.centre)[0]
        return self.weak_defence
