"""What people steer by: town halls, stations, roundabouts, bridges, and the names of places (repères)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.questions.rows import Rows
from garance.territory.questions.saying import calmed, of, road_number, with_article
from garance.territory.roles import Role
from garance.territory.site_words import SITE_WORDS

WEIGHT = {
    "town-hall": 1.0, "station": 1.0, "hospital": 1.0, "prefecture": 1.0, "fire-station": 0.9, "church": 0.9,
    "police": 0.7, "port": 0.7, "airport": 0.8, "seveso": 0.7, "school": 0.6, "museum": 0.6, "community-hall": 0.6,
    "sports-hall": 0.5, "care-home": 0.6, "cemetery": 0.5, "campsite": 0.5, "health-centre": 0.5, "roundabout": 0.6,
    "bridge": 0.6, "locality": 0.4, "commune": 0.5,
}  # fmt: skip
"""How well known: between two landmarks, one twice as well known may be twice as far."""

ROUND = {"rond-point", "giratoire", "carrefour", "place"}


@dataclass(frozen=True)
class Landmark:
    """Something known by everybody: its kind, what it is called with its article (`la mairie`, `the town hall`), or
    bare for the name of a place (`Rochefort`)."""

    kind: str
    fr: str
    en: str


class Landmarks:
    """The landmarks of a territory. `rows_of(role)` gives the rows of a role."""

    def __init__(self, rows_of: Callable[[str], Rows]) -> None:
        said: list[Landmark] = []
        points: list[Any] = []
        for found, places in (
            _sites(rows_of(Role.SITES), rows_of(Role.COMMUNES)),
            _road_works(rows_of(Role.ROADS)),
            _places(rows_of(Role.NAMES), rows_of(Role.COMMUNES)),
        ):
            said += found
            points += places
        self.said = said
        self.points = np.array(points, dtype=object)
        self._weight = np.array([WEIGHT[each.kind] for each in said])
        self._is_place = np.array([each.kind in ("commune", "locality") for each in said], dtype=bool)
        self._is_road_work = np.array([each.kind in ("roundabout", "bridge") for each in said], dtype=bool)
        self._tree = shapely.STRtree(self.points)

    def best(self, place: Any, within_m: float, *, from_sea: bool = False) -> tuple[Landmark, Any] | None:
        """The one that a person would name from here, with its point; nothing when there is none that near. Nobody at
        sea steers by a roundabout."""
        near = np.sort(self._tree.query(place, predicate="dwithin", distance=within_m))
        near = near[~self._is_road_work[near]] if from_sea else near
        if len(near) == 0:
            return None
        felt = (shapely.distance(self.points[near], place) + 40) / self._weight[near]
        chosen = int(near[felt.argmin()])
        return self.said[chosen], self.points[chosen]

    def nearest_place(self, place: Any) -> tuple[Landmark, Any] | None:
        """The nearest name of a commune or of a locality, however far; nothing when no place has a name."""
        rows = np.flatnonzero(self._is_place)
        if len(rows) == 0:
            return None
        chosen = int(rows[shapely.distance(self.points[rows], place).argmin()])
        return self.said[chosen], self.points[chosen]

    def either_side(self, place: Any, way: tuple[float, float], within_m: float) -> tuple[Landmark, Landmark] | None:
        """The nearest place behind and the nearest ahead, seen along this way (east, north); nothing without both."""
        near = self._tree.query(place, predicate="dwithin", distance=within_m)
        near = np.sort(near[self._is_place[near]])
        gap = shapely.get_coordinates(self.points[near]) - shapely.get_coordinates(place)
        away_m = np.hypot(gap[:, 0], gap[:, 1]) + 1e-9
        straight = gap @ np.array(way) / away_m
        sides = []
        for sign in (-1, 1):
            facing = np.flatnonzero(sign * straight > 0.7)
            if len(facing) == 0:
                return None
            sides.append(self.said[int(near[facing[away_m[facing].argmin()]])])
        return sides[0], sides[1]


def _sites(sites: Rows, communes: Rows) -> tuple[list[Landmark], list[Any]]:
    said, points = [], []
    kinds, names = sites.column("kind"), sites.column("name")
    homes = _homes(sites, communes)
    for row, (kind, name) in enumerate(zip(kinds, names, strict=True)):
        if kind in WEIGHT and kind in SITE_WORDS:
            said.append(_site(str(kind), calmed(str(name or "")), homes[row]))
            points.append(sites.flat[row])
    return said, points


def _site(kind: str, name: str, commune: str) -> Landmark:
    fr, en = SITE_WORDS[kind]
    if kind == "town-hall" and commune:
        return Landmark(kind, f"{fr} {of(commune)}", f"{commune} town hall")
    called = with_article(name)
    if called is not None:
        return Landmark(kind, called, name)
    return Landmark(kind, f"{fr} {name}".strip(), f"{en} {name}".strip())


def _homes(sites: Rows, communes: Rows) -> list[str]:
    homes = [""] * len(sites)
    names = communes.column("name")
    if len(sites) and len(communes):
        for asked, held in communes.tree.query(sites.flat, predicate="intersects").T.tolist():
            homes[asked] = str(names[held] or "")
    return homes


def _road_works(roads: Rows) -> tuple[list[Landmark], list[Any]]:
    """Roundabouts and bridges, each once."""
    said, points = [], []
    kinds, bridges = roads.column("kind"), roads.column("bridge")
    names, refs = roads.column("name"), roads.column("ref")
    for kind, chosen, fr, en in (
        ("roundabout", kinds == "roundabout", "le rond-point", "the roundabout"),
        ("bridge", bridges.astype(bool) & (kinds != "roundabout"), "le pont", "the bridge"),
    ):
        rows = np.flatnonzero(chosen)
        for middle, row in _merged(roads.flat[rows], rows):
            said.append(_road_work(kind, fr, en, names[row], refs[row]))
            points.append(middle)
    return said, points


def _road_work(kind: str, fr: str, en: str, name: str | None, ref: str | None) -> Landmark:
    first = (name or "").split(" ")[0].lower()
    if name and (first in ROUND or first in ("pont", "viaduc", "passerelle")):
        return Landmark(kind, with_article(name) or f"{fr} {name}", name)
    if ref:
        return Landmark(kind, f"{fr} de {road_number(ref)}", f"the {ref} {en.removeprefix('the ')}")
    return Landmark(kind, fr, en)


def _merged(lines: Any, rows: Any) -> list[tuple[Any, int]]:
    """The middle of each group of lines that touch, and the first of their rows."""
    if len(rows) == 0:
        return []
    parts = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
    parts = parts[~shapely.is_empty(parts)]
    owner = shapely.STRtree(lines).query_nearest(shapely.get_point(parts, 0), all_matches=False)[1]
    closed = shapely.is_closed(parts)
    middles = np.where(closed, shapely.centroid(parts), shapely.line_interpolate_point(parts, 0.5, normalized=True))
    return [(middle, int(rows[at])) for middle, at in zip(middles, owner.tolist(), strict=True)]


def _places(names: Rows, communes: Rows) -> tuple[list[Landmark], list[Any]]:
    """Communes, by their written name or the middle of their outline, and localities."""
    said, points = [], []
    for layer, kind in (("commune-labels", "commune"), ("place-labels", "locality")):
        words = names.column("name")
        for row in names.of_layer(layer).tolist():
            if words[row]:
                said.append(Landmark(kind, str(words[row]), str(words[row])))
                points.append(names.flat[row])
    if not any(each.kind == "commune" for each in said):
        for name, shape in zip(communes.column("name"), communes.flat, strict=True):
            if name:
                said.append(Landmark("commune", str(name), str(name)))
                points.append(shapely.point_on_surface(shape))
    return said, points
