"""The phrase that a person would say of a place on the radio, in French and in English (lieu en clair)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from garance.territory.projection import WGS84, transformer
from garance.territory.questions.landmarks import Landmark, Landmarks
from garance.territory.questions.rows import Rows
from garance.territory.questions.saying import (
    COMPASS_EN,
    COMPASS_FR,
    compass,
    distance_en,
    distance_fr,
    of,
    street_inside,
    with_article,
)
from garance.territory.questions.snapping import Snap, Snapper
from garance.territory.roles import Role
from garance.territory.search_words import key_of

AT_DOOR_M, FACING_M = 25.0, 60.0
ON_ROAD_M, BESIDE_ROAD_M = 60.0, 15.0
LANDMARK_M, COUNTRY_LANDMARK_M = 600.0, 2_500.0
SEA_LANDMARK_M = 4_000.0
AT_M = 20.0
BETWEEN_M = 8_000.0
RIVER_M = 400.0
"""How far the bed of a river may be from the line that names it."""

NAMED_WATERS = {"river", "canal", "lake", "pond", "basin"}


@dataclass(frozen=True)
class Phrase:
    """A place in words (`fr`, `en`), and what they are made of. `kind`: `address`, `street`, `road`, `landmark`, `sea`,
    `water`, `outside`. `distance_m` and `compass` (0 north to 7 north-west) are from the landmark to the place."""

    fr: str
    en: str
    kind: str
    commune: str | None = None
    street: str | None = None
    number: str | None = None
    landmark: str | None = None
    distance_m: float | None = None
    compass: int | None = None


@dataclass(frozen=True)
class _Bearing:
    """From a landmark to the place: `à 120 m au nord de la mairie`, `120 m north of the town hall`."""

    fr: str
    en: str
    landmark: str
    distance_m: float
    compass: int


class Speaker:
    """Says where a place is. `rows_of(role)` gives the rows of a role; built once for a pack."""

    def __init__(self, metric_crs: str, rows_of: Callable[[str], Rows], snapper: Snapper) -> None:
        self._metric = metric_crs
        self._rows_of = rows_of
        self._snapper = snapper
        self._landmarks = Landmarks(rows_of)

    def say(self, place: Any) -> Phrase:
        """Say this place of the metric system."""
        commune = self._commune(place)
        road = self._snapper.to_road(place, ON_ROAD_M)
        water = self._water(place)
        crossing = road is not None and road.away_m <= BESIDE_ROAD_M
        if water is not None and not crossing:
            said = self._on_water(place, water, commune)
            if said is not None:
                return said
        if commune is None and not crossing:
            return self._outside(place)
        return self._ashore(place, road, commune)

    def _ashore(self, place: Any, road: Snap | None, commune: str | None) -> Phrase:
        address = self._snapper.to_address(place, FACING_M)
        if address is not None and address.street and address.number:
            said = self._at_address(place, address, road, commune)
            if said is not None:
                return said
        if road is not None and (road.street or road.ref):
            return self._on_road(place, road, commune)
        bearing = self._bearing(place, COUNTRY_LANDMARK_M)
        if bearing is None:
            return self._bare(place, commune)
        return _built("landmark", [bearing.fr, commune], [bearing.en, commune], bearing, commune=commune)

    def _at_address(self, place: Any, address: Snap, road: Snap | None, commune: str | None) -> Phrase | None:
        street = street_inside(str(address.street))
        if address.away_m <= AT_DOOR_M:
            door = f"{address.number} {street}"
            return _built(
                "address", [door, commune], [door, commune], commune=commune, street=address.street,
                number=address.number,
            )  # fmt: skip
        if road is None or not road.street or key_of(road.street) != key_of(str(address.street)):
            return None
        across = shapely.intersects(
            shapely.linestrings([shapely.get_coordinates(each)[0] for each in (place, address.point)]),
            self._snapper.roads.flat[road.row],
        )
        where = ("face au", "opposite no.") if across else ("à hauteur du", "near no.")
        return _built(
            "street", [street, f"{where[0]} n° {address.number}", commune],
            [street, f"{where[1]} {address.number}", commune],
            commune=commune, street=address.street, number=address.number,
        )  # fmt: skip

    def _on_road(self, place: Any, road: Snap, commune: str | None) -> Phrase:
        street = street_inside(str(road.street)) if road.street else str(road.ref)
        bearing = self._bearing(place, LANDMARK_M if road.street else COUNTRY_LANDMARK_M)
        kind = "street" if road.street else "road"
        if bearing is not None and road.street:
            return _built(
                kind, [bearing.fr, street, commune], [bearing.en, street, commune], bearing,
                commune=commune, street=road.street,
            )  # fmt: skip
        between = None if road.street else self._between(place, road)
        if between is not None and (bearing is None or bearing.distance_m > LANDMARK_M):
            behind, ahead = between
            fr, en = f"entre {behind.fr} et {ahead.fr}", f"between {behind.en} and {ahead.en}"
            return _built(
                kind, [f"{street} {fr}", commune], [f"{street} {en}", commune], commune=commune, street=street
            )
        if bearing is None:
            bearing = self._bearing(place, SEA_LANDMARK_M)
        beside = (bearing.fr, bearing.en) if bearing is not None else (None, None)
        return _built(
            kind, [street, beside[0], commune], [street, beside[1], commune], bearing, commune=commune, street=street
        )

    def _on_water(self, place: Any, water: tuple[str, str], commune: str | None) -> Phrase | None:
        kind, name = water
        if kind == "sea":
            bearing = self._bearing(place, SEA_LANDMARK_M, from_sea=True) or self._bearing_of_place(place)
            told = (bearing.fr, bearing.en) if bearing is not None else self._coordinates(place)
            return _built("sea", ["en mer", told[0]], ["at sea", told[1]], bearing)
        name = name or (self._river(place) if kind in ("river", "canal") else "")
        if kind not in NAMED_WATERS or (not name and commune is not None):
            return None
        noun = with_article(name.removeprefix("Fleuve ").removeprefix("fleuve ")) if name else None
        on_fr = f"sur {noun}" if noun else f"sur l'eau ({name})" if name else "sur l'eau"
        on_en = f"on the water ({name})" if name else "on the water"
        bearing = self._bearing(place, COUNTRY_LANDMARK_M) or self._bearing_of_place(place)
        beside = (bearing.fr, bearing.en) if bearing is not None else (None, None)
        return _built("water", [on_fr, beside[0], commune], [on_en, beside[1], commune], bearing, commune=commune)

    def _outside(self, place: Any) -> Phrase:
        bearing = self._bearing_of_place(place)
        told = (bearing.fr, bearing.en) if bearing is not None else self._coordinates(place)
        return _built("outside", ["hors du territoire", told[0]], ["outside the territory", told[1]], bearing)

    def _bare(self, place: Any, commune: str | None) -> Phrase:
        """Where nothing at all is known but the commune."""
        bearing = self._bearing_of_place(place)
        told = (bearing.fr, bearing.en) if bearing is not None else self._coordinates(place)
        return _built("landmark", [told[0], commune], [told[1], commune], bearing, commune=commune)

    def _coordinates(self, place: Any) -> tuple[str, str]:
        x, y = shapely.get_coordinates(place)[0]
        lon_deg, lat_deg = transformer(self._metric, WGS84).transform(x, y)
        fr = f"{abs(lat_deg):.5f}° {'N' if lat_deg >= 0 else 'S'} {abs(lon_deg):.5f}° {'E' if lon_deg >= 0 else 'O'}"
        return fr.replace(".", ","), fr.replace("O", "W")

    def _bearing(self, place: Any, within_m: float, *, from_sea: bool = False) -> _Bearing | None:
        found = self._landmarks.best(place, within_m, from_sea=from_sea)
        return None if found is None else _bearing(place, *found)

    def _bearing_of_place(self, place: Any) -> _Bearing | None:
        found = self._landmarks.nearest_place(place)
        return None if found is None else _bearing(place, *found)

    def _between(self, place: Any, road: Snap) -> tuple[Landmark, Landmark] | None:
        line = self._snapper.roads.flat[road.row]
        part = min(shapely.get_parts(line).tolist(), key=lambda each: float(shapely.distance(each, road.point)))
        at_m = float(shapely.line_locate_point(part, road.point))
        ends = shapely.get_coordinates(shapely.line_interpolate_point([part, part], [max(0, at_m - 50), at_m + 50]))
        way = ends[1] - ends[0]
        length_m = float(np.hypot(*way))
        if length_m == 0:
            return None
        return self._landmarks.either_side(place, tuple((way / length_m).tolist()), BETWEEN_M)

    def _commune(self, place: Any) -> str | None:
        communes = self._rows_of(Role.COMMUNES)
        held = communes.tree.query(place, predicate="intersects")
        names = self._commune_names
        return str(names[int(held.min())]) if len(held) and names[int(held.min())] else None

    def _water(self, place: Any) -> tuple[str, str] | None:
        """The kind and the name of the water that covers this place; the named first, the sea last."""
        rows = self._rows_of(Role.WATER)
        kinds, names, sea = self._waters
        held = [row for row in rows.tree.query(place, predicate="intersects").tolist() if row in sea or kinds[row]]
        told = [("sea" if row in sea else str(kinds[row]), str(names[row] or "")) for row in held]
        return min(told, key=lambda each: (each[0] == "sea", not each[1], each)) if told else None

    def _river(self, place: Any) -> str:
        """The name of the watercourse that flows here, from its line; empty when it has none."""
        rows = self._rows_of(Role.WATER)
        _, names, _ = self._waters
        near = [row for row in rows.tree.query(place, predicate="dwithin", distance=RIVER_M).tolist() if names[row]]
        near = [row for row in near if shapely.get_dimensions(rows.flat[row]) == 1]
        return str(names[min(near, key=lambda row: float(shapely.distance(rows.flat[row], place)))]) if near else ""

    @cached_property
    def _commune_names(self) -> Any:
        return self._rows_of(Role.COMMUNES).column("name")

    @cached_property
    def _waters(self) -> tuple[Any, Any, frozenset[int]]:
        rows = self._rows_of(Role.WATER)
        kinds = rows.column("kind")
        kinds[shapely.get_dimensions(rows.flat) < 2] = None
        sea = set(rows.of_layer("sea").tolist()) | set(np.flatnonzero(kinds == "sea").tolist())
        return kinds, rows.column("name"), frozenset(sea)


def _bearing(place: Any, landmark: Landmark, point: Any) -> _Bearing:
    east_m, north_m = (shapely.get_coordinates(place) - shapely.get_coordinates(point))[0].tolist()
    away_m, wind = float(np.hypot(east_m, north_m)), compass(east_m, north_m)
    if away_m < AT_M:
        return _Bearing(f"à côté {of(landmark.fr)}", f"next to {landmark.en}", landmark.fr, away_m, wind)
    fr = f"à {distance_fr(away_m)} {COMPASS_FR[wind]} {of(landmark.fr)}"
    en = f"{distance_en(away_m)} {COMPASS_EN[wind]} of {landmark.en}"
    return _Bearing(fr, en, landmark.fr, away_m, wind)


def _built(
    kind: str,
    fr: list[str | None],
    en: list[str | None],
    bearing: _Bearing | None = None,
    *,
    commune: str | None = None,
    street: str | None = None,
    number: str | None = None,
) -> Phrase:
    """The parts put together; a commune that the rest already names is not said twice."""
    said = bearing is not None and fr[0] == bearing.fr and commune is not None and bearing.fr.endswith(commune)
    return Phrase(
        fr=_joined(fr[:-1] if said else fr),
        en=_joined(en[:-1] if said else en),
        kind=kind,
        commune=commune,
        street=street,
        number=number,
        landmark=None if bearing is None else bearing.landmark,
        distance_m=None if bearing is None else bearing.distance_m,
        compass=None if bearing is None else bearing.compass,
    )


def _joined(parts: list[str | None]) -> str:
    return ", ".join(part for part in parts if part)
