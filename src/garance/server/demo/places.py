"""Where the story happens: places chosen from whatever the territory really has. Nothing is placed by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import shapely
from numpy.random import default_rng

from garance.server.demo.counts import Counts, count_people, words_of
from garance.server.demo.ground import NEAR_M, Ground
from garance.territory import Feature, Role
from garance.territory.pack import Pack
from garance.territory.questions.saying import calmed

SHELTER_KINDS = ("sports-hall", "community-hall", "hall", "school", "town-hall")
WATERS = {
    "first_water": (450.0, 0.5),
    "more_water": (900.0, 0.3),
    "full_water": (NEAR_M, 0.1),
    "late_water": (NEAR_M, 0.8),
}
"""The stages of the flood: how far from the weak defence, and under how much water at the peak."""

AROUND_M, SECTOR_M, THREATENED_M = 3_500.0, 350.0, 2_500.0


@dataclass
class Staging:
    """The story's places as GeoJSON (`point shelter`, `area low_zone`…), its words, what the territory `has`.

    `spots` are places of roads and `waters` areas, in metres, for the units; `counts` the people spoken of.
    """

    ground: Ground
    counts: Counts
    places: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    has: set[str] = field(default_factory=set)
    spots: dict[str, Any] = field(default_factory=dict)
    waters: dict[str, Any] = field(default_factory=dict)

    def point(self, name: str, place: Any) -> None:
        """A place, and the place of a road nearest to it."""
        lon_deg, lat_deg = self.ground.lift(place)
        self.places[f"point {name}"] = {"type": "Point", "coordinates": [round(lon_deg, 6), round(lat_deg, 6)]}
        self.spots[name] = self.ground.roads.near(place)

    def line(self, name: str, shape: Any) -> None:
        """A line."""
        self.places[f"line {name}"] = {"type": "LineString", "coordinates": self._rounded(shape)}

    def area(self, name: str, shape: Any) -> None:
        """An area, outer ring only: a drawn area has no holes."""
        self.places[f"area {name}"] = {"type": "Polygon", "coordinates": [self._rounded(shape)]}

    def _rounded(self, shape: Any) -> list[list[float]]:
        lifted = shapely.get_coordinates(self.ground.lift_shape(shape))
        return [[round(float(x), 6), round(float(y), 6)] for x, y in lifted]


def choose_places(pack: Pack, *, peak_m: float) -> Staging:
    """Choose every place and word of the story. Refuses `story-needs` when the territory cannot carry it."""
    ground = Ground(pack, peak_m=peak_m)
    staging = Staging(ground, count_people([_people(ground, sector) for sector in ground.sectors]))
    _waters(staging)
    _sectors(staging)
    _sites(staging)
    _roads(staging)
    _words(staging)
    return staging


def _people(ground: Ground, sector: Any) -> int:
    """Who lives there; where nobody knows, from its buildings; where those are not known either, zero."""
    shape = ground.lift_shape(sector)
    lived = ground.pack.people_inside(shape).central
    return lived or (2 * ground.pack.buildings_inside(shape) if len(ground.pack.rows(Role.BUILDINGS)) else 0)


def _waters(staging: Staging) -> None:
    for name, (radius_m, depth_m) in WATERS.items():
        staging.waters[name] = staging.ground.water(radius_m, depth_m)
        staging.area(name, staging.waters[name])
        staging.point(name, staging.waters[name].representative_point())
        staging.point(f"slip_{name}", staging.ground.roads.beside(staging.waters[name]))


def _sectors(staging: Staging) -> None:
    ground = staging.ground
    random = default_rng(1)
    staging.area("low_zone", ground.low_zone)
    staging.point("low_zone", ground.low_zone.representative_point())
    staging.area("perimeter", ground.low_zone.buffer(90).simplify(15))
    taken: set[str] = set()
    for name, sector in zip("abc", ground.sectors, strict=True):
        middle = sector.representative_point()
        staging.area(f"sector_{name}", sector)
        staging.point(f"sector_{name}", middle)
        staging.point(f"meeting_{name}", ground.roads.near(middle))
        street = ground.short(middle)
        staging.words[f"{name}_street"] = street if street not in taken else f"{street}, partie {name.upper()}"
        taken.add(street)
        for number, spot in enumerate(ground.roads.within(middle, SECTOR_M, 4, random), 1):
            staging.point(f"{name}{number}", spot)


def _named(staging: Staging, name: str, site: Feature | None, spare: Any, words: str) -> None:
    """A site of the territory, or a place that does as well, with what people call it."""
    place = staging.ground.flat(site.shape).representative_point() if site is not None else spare
    staging.point(name, place)
    called = calmed(str(site.properties.get("name") or "")) if site is not None else ""
    staging.words[name] = called or f"{words} ({staging.ground.short(place)})"
    if site is not None:
        staging.has.add(name)


def _sites(staging: Staging) -> None:
    ground = staging.ground
    low = ground.low_zone.representative_point()
    _named(staging, "command_post", ground.site("town-hall"), ground.centre, "salle de crise")
    _named(staging, "fire_station", ground.site("fire-station", "fire-centre"), ground.centre, "centre de secours")
    _named(staging, "hospital", ground.site("hospital"), ground.centre, "poste médical avancé")
    _named(staging, "shelter", ground.site(*SHELTER_KINDS), ground.high_ground(), "salle du haut")
    first = staging.spots["shelter"]
    second = ground.site(*SHELTER_KINDS[:-1], besides=first)
    _named(staging, "shelter_2", second, ground.high_ground(besides=first), "seconde salle")
    for name, kind in (("care_home", "care-home"), ("campsite", "campsite")):
        _named(staging, name, ground.site(kind, near=low, within_m=THREATENED_M), low, kind)
    staging.point("gauge", ground.offshore())
    staging.point("second_gauge", ground.quay())


def _roads(staging: Staging) -> None:
    ground = staging.ground
    random = default_rng(2)
    staging.point("weak_defence", ground.weak_defence)
    staging.point("defence_road", ground.roads.near(ground.weak_defence))
    for number, (line, name) in enumerate(ground.cut_roads(3), 1):
        staging.line(f"cut_{number}", line)
        staging.words[f"cut_{number}"] = name
        for end, at in (("in", 0.0), ("out", 1.0)):
            staging.point(f"cut_{number}_{end}", line.interpolate(at, normalized=True))
    for name, count in (("tree", 6), ("beat", 12), ("pump", 4)):
        for number, spot in enumerate(ground.roads.within(ground.centre, AROUND_M, count, random), 1):
            staging.point(f"{name}_{number}", spot)
    staging.point("entry", ground.roads.farthest(ground.centre))
    staging.point("transit", ground.roads.within(ground.centre, 1_200, 1, random)[0])


def _words(staging: Staging) -> None:
    ground, words = staging.ground, staging.words
    pack = ground.pack
    words |= words_of(staging.counts)
    words |= {
        "territory": pack.manifest.name,
        "town": str(ground.town.properties.get("name") or pack.manifest.name),
        "storm": "Tempête Xynthia" if _lived_through_xynthia(pack) else "Tempête",
    }
    for number, street in enumerate(ground.streets(8), 1):
        words[f"street_{number}"] = street
    for name in [each for each in staging.spots if each.startswith(("tree", "pump", "beat"))]:
        words[name] = ground.say(staging.spots[name])
    near = [*ground.neighbours(2), "la commune voisine", "la commune voisine"]
    words["neighbour_1"], words["neighbour_2"] = near[0], near[1]
    called = ground.defence.properties.get("name") if ground.defence is not None else None
    words["defence"] = f"l'ouvrage « {called} »" if called else "la défense la plus basse"
    words["defence_place"] = ground.say(ground.weak_defence)
    if ground.defence is not None:
        staging.has.add("defences")


def _lived_through_xynthia(pack: Pack) -> bool:
    """Whether the flood that the territory remembers is that of 28 February 2010: the story bears no other's name."""
    past = [layer.source for layer in pack.manifest.layers if layer.role == Role.PAST_EXTENT]
    return any("xynthia" in source.casefold() for source in past)
