"""Blocks, buildings, people and sites of the fictional commune."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from garance.territory.make.chance import chance
from garance.territory.make.relief import Ground
from garance.territory.make.roads import Place, Quarter, Road, centrality
from garance.territory.make.shaping import areas

FLOOR_M = 2.9
M2_PER_INHABITANT = 62.0
"""Built floor for each inhabitant, shops, garages and second homes included."""

WANTED_SITES: tuple[tuple[str, str, float, float, tuple[float, float]], ...] = (
    ("Mairie de Port-Galène", "town-hall", 22, 15, (20, 60)),
    ("Église Saint-Aubrin", "church", 40, 16, (-90, 20)),
    ("École des Sauniers", "school", 46, 16, (260, 240)),
    ("École des Embruns", "school", 40, 15, (-9_999, 0)),
    ("Collège de la Galène", "school", 62, 20, (620, 520)),
    ("EHPAD Les Tamaris", "care-home", 54, 18, (-9_999, 120)),
    ("EHPAD Le Clos des Vignes", "care-home", 50, 18, (-350, 620)),
    ("Centre d'incendie et de secours", "fire-station", 36, 18, (520, 160)),
    ("Salle polyvalente", "community-hall", 44, 24, (330, 560)),
    ("Maison de santé", "health-centre", 26, 16, (150, -60)),
    ("Gendarmerie", "police", 26, 14, (400, 380)),
    ("Centre technique municipal", "other", 48, 22, (760, 260)),
)
"""Name, kind, length and depth of the building in metres, and where from the old town's centre (east, north).
An east of -9 999 means the low quarter by the beach, so that something is at stake there."""

SITE_HEIGHTS_M = {"church": 21.0, "town-hall": 12.0, "school": 8.0, "care-home": 9.5}


@dataclass
class Building:
    """A building's outline, height and use."""

    outline: Any
    height_m: float
    kind: str


@dataclass
class Site:
    """A place that matters in a crisis."""

    name: str
    kind: str
    place: Any


@dataclass
class Block:
    """A block of houses between streets (îlot)."""

    outline: Any
    density: float
    buildings: list[Building] = field(default_factory=list)

    @property
    def population(self) -> float:
        """Inhabitants, from the floors that are lived in."""
        floors_m2 = sum(
            building.outline.area * max(1, round(building.height_m / FLOOR_M - 0.3))
            for building in self.buildings
            if building.kind == "residential"
        )
        return round(float(floors_m2) / M2_PER_INHABITANT, 1)


def make_blocks(ground: Ground, quarters: list[Quarter], roads: list[Road]) -> list[Block]:
    """What the streets enclose, plus the strips along the roads of each quarter; largest plain fields left out."""
    enclosed = shapely.get_parts(shapely.polygonize([road.line for road in roads]))
    built = shapely.union_all([quarter.outline.buffer(60) for quarter in quarters])
    small = [shape for shape in enclosed if 900 < shape.area < 45_000 and built.contains(shape.centroid)]
    street_room = shapely.union_all([road.line.buffer(6.5 if road.importance < 5 else 4.2) for road in roads])
    strips = shapely.union_all(
        [road.line.buffer(38, cap_style="flat") for road in roads if built.contains(road.line.centroid)]
    )
    strips = shapely.difference(shapely.intersection(strips, built), shapely.union_all(small))
    outlines = [
        part
        for shape in [*small, *areas(strips)]
        for part in areas(shape.difference(street_room).difference(ground.open_water.buffer(28)), 500)
    ]
    outlines.sort(key=lambda shape: (round(shape.centroid.x, 1), round(shape.centroid.y, 1)))
    return [Block(shape, float(centrality(ground, shape.centroid.x, shape.centroid.y))) for shape in outlines]


def place_sites(ground: Ground, quarters: list[Quarter], blocks: list[Block]) -> list[Site]:
    """Put each wanted site in the nearest block with room for its building."""
    sites = []
    for name, kind, length_m, depth_m, (east, north) in WANTED_SITES:
        origin = quarters[2].place if east < -5_000 else ground.centre
        wanted = (origin[0] + (0 if east < -5_000 else east), origin[1] + north)
        outline = _fit(blocks, wanted, length_m, depth_m, SITE_HEIGHTS_M.get(kind, 7.5))
        if outline is not None:
            sites.append(Site(name, kind, outline.centroid))
    return sites


def _fit(blocks: list[Block], wanted: Place, length_m: float, depth_m: float, height_m: float) -> Any:
    nearest = sorted(blocks, key=lambda block: block.outline.distance(shapely.points(wanted)))
    for block in nearest[:60]:
        seat = shapely.point_on_surface(block.outline)
        points = shapely.get_coordinates(shapely.minimum_rotated_rectangle(block.outline))
        side = max(itertools.pairwise(points), key=lambda pair: math.dist(*pair))
        angle = math.atan2(side[1][1] - side[0][1], side[1][0] - side[0][0])
        for turn in (angle, angle + math.pi / 2):
            outline = _rectangle((shapely.get_x(seat), shapely.get_y(seat)), length_m, depth_m, turn)
            free = not any(outline.dwithin(building.outline, 8) for building in block.buildings)
            if free and block.outline.contains(outline):
                block.buildings.append(Building(outline, height_m, "public"))
                return outline
    return None


def fill_blocks(seed: int, ground: Ground, blocks: list[Block]) -> None:
    """Line the streets with houses: side by side in the old town, apart and set back further out."""
    random = chance(seed, "buildings")
    for block in blocks:
        _line_block(random, ground, block)


def _line_block(random: np.random.Generator, ground: Ground, block: Block) -> None:
    dense = block.density
    setback_m = 0.6 + (1 - dense) * 4.6
    depth_m = 9 + 3 * dense
    placed = [building.outline for building in block.buildings]
    for ring in areas(block.outline.buffer(-setback_m, join_style="mitre"), 200):
        points = shapely.get_coordinates(shapely.simplify(ring.exterior, 1.0))
        for start, end in itertools.pairwise(points):
            for seat, width_m, turn, deep_m in _frontage(random, start, end, dense, depth_m):
                outline = _rectangle(seat, width_m, deep_m, turn)
                if not block.outline.contains(outline) or any(outline.dwithin(other, 0.05) for other in placed):
                    continue
                if float(ground.at(*seat)) < 1.6:
                    continue
                placed.append(outline)
                block.buildings.append(_building(random, outline, dense))


def _frontage(
    random: np.random.Generator, start: Any, end: Any, dense: float, depth_m: float
) -> list[tuple[Place, float, float, float]]:
    """Places for houses along one side of a block: middle, width, direction, depth."""
    length, turn = math.dist(start, end), math.atan2(end[1] - start[1], end[0] - start[0])
    inward = (math.sin(turn), -math.cos(turn))
    seats: list[tuple[Place, float, float, float]] = []
    at = depth_m * 0.6 if dense > 0.5 else 4.0
    while True:
        width_m = float(random.uniform(8, 13))
        gap_m = 0.15 if random.random() < dense * 1.1 else float(random.uniform(4, 13)) * (1.25 - dense)
        deep_m = depth_m * float(random.uniform(0.85, 1.2))
        back_m = deep_m / 2 + float(random.uniform(0, 3.5)) * (1 - dense)
        if at + width_m > length - 2:
            return seats
        if random.random() < 0.93:
            middle = at + width_m / 2
            x = start[0] + math.cos(turn) * middle + inward[0] * back_m
            y = start[1] + math.sin(turn) * middle + inward[1] * back_m
            seats.append(((float(x), float(y)), width_m, turn, deep_m))
        at += width_m + gap_m


def _building(random: np.random.Generator, outline: Any, dense: float) -> Building:
    height_m = 4.2 + float(random.gamma(2.0, 0.9)) + 4.6 * dense * float(random.uniform(0.6, 1.2))
    draw = random.random()
    kind = "commercial" if draw < 0.03 + 0.16 * dense**2 else ("annex" if draw > 0.93 else "residential")
    return Building(outline, round(min(height_m, 15.0), 1), kind)


def _rectangle(middle: Place, length_m: float, depth_m: float, turn: float) -> Any:
    along = np.array([math.cos(turn), math.sin(turn)]) * length_m / 2
    across = np.array([-math.sin(turn), math.cos(turn)]) * depth_m / 2
    centre = np.array(middle)
    corners = [centre - along - across, centre + along - across, centre + along + across, centre - along + across]
    return shapely.polygons(np.array([*corners, corners[0]]))
