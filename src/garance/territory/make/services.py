"""The sites of a region: what each commune has by its size, on its own ground along its own streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from garance.territory.make.chance import chance
from garance.territory.make.houses import ROAD_ROOM_M, Houses, dry_and_clear, rectangles
from garance.territory.make.landform import Land
from garance.territory.make.roads import Road
from garance.territory.make.settlements import Settlement

TRIES = 16


@dataclass(frozen=True)
class Wanted:
    """A site a commune should have: kind, name ({} is the commune's), building in metres, where: 0 in the middle,
    1 at the edge; how many people it holds."""

    kind: str
    name: str
    length_m: float
    depth_m: float
    height_m: float
    where: float
    capacity: int | None = None


@dataclass
class PlacedSite:
    """A site on the ground: what was wanted, its building, the road it is on, the commune's place in the list."""

    wanted: Wanted
    outline: Any
    road: int
    commune: int


SCHOOL_NAMES = ("des Sauniers", "des Embruns", "du Verger", "Jules-Aubrin", "des Tilleuls", "de la Fontaine",
                "du Stade", "des Quatre-Vents", "du Moulin", "des Hirondelles", "du Parc", "de la Plaine")  # fmt: skip
CARE_NAMES = ("Les Tamaris", "Le Clos des Vignes", "Les Glycines", "La Roseraie", "Le Grand Chêne", "Les Hortensias",
              "Le Val Fleuri", "Les Mimosas", "La Pommeraie", "L'Orée du Bois")  # fmt: skip


def wanted_by(settlement: Settlement, count: int) -> list[Wanted]:
    """What a commune of that size and rank should have, the most needed first."""
    people, rank = settlement.population, settlement.order
    city = people > 18_000 or rank == 0
    found = [
        Wanted("town-hall", "Mairie de {}", 24 if people > 3_000 else 15, 13, 11.0, 0.08),
        Wanted("church", "Église Saint-Aubrin de {}", 34 if people > 800 else 22, 12, 17.0, 0.05),
    ]
    found += _large(settlement, count, city=city)
    schools = int(np.ceil(people / 2_200)) if people > 320 else 0
    found += [Wanted("school", f"École {SCHOOL_NAMES[at % len(SCHOOL_NAMES)]}", 42, 14, 7.5, 0.25 + 0.5 * (at % 3) / 3,
                     90 + 20 * (at % 6)) for at in range(schools)]  # fmt: skip
    if people > 3_200:
        found += [Wanted("school", f"Collège {SCHOOL_NAMES[-1 - at]}", 60, 18, 11.0, 0.6, 480)
                  for at in range(1 + people // 14_000)]  # fmt: skip
    homes = int(people > 1_300) + people // 5_500
    named = [f"EHPAD {CARE_NAMES[(at + rank) % len(CARE_NAMES)]}" for at in range(homes)]
    found += [Wanted("care-home", name, 48, 16, 9.5, 0.55, 60 + 8 * (at % 5)) for at, name in enumerate(named)]
    found += _common(settlement)
    return found


def _large(settlement: Settlement, count: int, *, city: bool) -> list[Wanted]:
    """What only towns have."""
    people, rank = settlement.population, settlement.order
    found = []
    if rank == 0 and count >= 40:
        found.append(Wanted("prefecture", "Préfecture de Galène", 60, 22, 15.0, 0.12))
    if rank < max(1, round(count / 110)):
        found.append(Wanted("hospital", "Centre hospitalier de {}", 88, 34, 21.0, 0.6, 150 + people // 120))
    if people > 1_500 or rank == 0:
        stations = 1 + people // 28_000
        found += [Wanted("fire-station", "Centre d'incendie et de secours de {}", 36, 16, 7.5, 0.6)] * stations
    if people > 2_600:
        found.append(Wanted("police", "Commissariat de {}" if city else "Gendarmerie de {}", 26, 13, 8.5, 0.45))
        found.append(Wanted("health-centre", "Maison de santé de {}", 24, 15, 7.0, 0.4))
        found.append(Wanted("fuel", "Station-service de {}", 20, 12, 5.0, 0.8))
    if people > 9_000:
        found.append(Wanted("museum", "Musée de {}", 32, 18, 12.0, 0.2))
    if rank == 1 and settlement.coastal:
        found.append(Wanted("port", "Capitainerie du port de {}", 22, 12, 7.0, 0.5))
    if rank == 1 or rank % 60 == 7:
        found.append(Wanted("seveso", f"Dépôt et usine chimique Galchim {rank} (seuil haut)", 70, 38, 12.0, 0.98, None))
    return found


def _common(settlement: Settlement) -> list[Wanted]:
    """What most communes have."""
    people = settlement.population
    found = [Wanted("cemetery", "Cimetière de {}", 12, 7, 4.0, 0.85)]
    if people > 260:
        found.append(Wanted("community-hall", "Salle des fêtes de {}", 30, 17, 7.5, 0.4, 120 + min(people // 20, 600)))
    if people > 1_800:
        found += [Wanted("sports-hall", "Gymnase de {}", 46, 26, 9.5, 0.75, 350)] * (1 + people // 16_000)
        found.append(Wanted("nursery", "Crèche Les Galopins de {}", 22, 13, 5.0, 0.4, 30))
        found.append(Wanted("shop", "Centre commercial de {}", 66, 44, 8.5, 0.95))
    if people > 1_100:
        found.append(Wanted("hotel", "Hôtel du Commerce de {}", 20, 13, 11.0, 0.15, 40))
    if settlement.coastal or settlement.order % 9 == 4:
        found.append(Wanted("campsite", "Camping de {}", 14, 9, 4.5, 1.0, 240))
    if settlement.order % 4 == 1:
        found.append(
            Wanted("factory", "Laiterie de {}" if settlement.order % 8 == 1 else "Menuiserie de {}", 52, 30, 9.0, 0.97)
        )
    return found


def place_sites(
    seed: int, land: Land, settlements: list[Settlement], roads: list[Road], communes: Any
) -> tuple[list[PlacedSite], Houses]:
    """Every site that finds room, and the buildings reserved for them."""
    random = chance(seed, "sites")
    lines = np.array([road.line for road in roads], dtype=object)
    ranks = np.array([road.importance if road.kind != "ramp" else 1 for road in roads])
    usable = np.flatnonzero((ranks >= 2) & (ranks <= 6) & (shapely.length(lines) > 24) & [not r.bridge for r in roads])
    middles = shapely.line_interpolate_point(lines[usable], 0.5, normalized=True)
    spots = np.column_stack([shapely.get_x(middles), shapely.get_y(middles)])
    tree = cKDTree(spots)
    wishes: list[_Wish] = []
    number = 0
    for settlement in settlements:
        near = np.array(tree.query_ball_point(settlement.place, settlement.radius_m * 1.35 + 120))
        if len(near) == 0:
            near = np.atleast_1d(tree.query(settlement.place, k=min(8, len(spots)))[1])
        near = np.sort(near)
        mine = near[communes[usable[near]] == settlement.order]
        near = mine if len(mine) else near
        share = np.hypot(*(spots[near] - np.array(settlement.place)).T) / settlement.radius_m
        for want in wanted_by(settlement, len(settlements)):
            merit = np.abs(share - want.where) + 0.12 * random.random(len(near))
            merit += 0.6 * (shapely.length(lines[usable[near]]) < want.length_m + 6)
            number += 1
            best = near[np.argsort(merit, kind="stable")[:TRIES]]
            wishes += [_Wish(number, want, settlement.order, int(usable[at])) for at in best]
    return _first_that_fit(random, land, wishes, lines, ranks)


@dataclass(frozen=True)
class _Wish:
    """One try to place one wanted site: its number, the commune, the road."""

    number: int
    wanted: Wanted
    commune: int
    road: int


def _first_that_fit(
    random: np.random.Generator, land: Land, wishes: list[_Wish], lines: Any, ranks: Any
) -> tuple[list[PlacedSite], Houses]:
    road = np.array([wish.road for wish in wishes])
    half = shapely.length(lines[road]) / 2
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], half))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], half + 2))
    way = (ahead - at) / np.maximum(np.hypot(*(ahead - at).T), 1e-6)[:, None]
    outlines = rectangles(
        at,
        way,
        np.where(random.random(len(road)) < 0.5, 1.0, -1.0),
        np.array([wish.wanted.length_m for wish in wishes]),
        np.array([wish.wanted.depth_m for wish in wishes]),
        np.array([ROAD_ROOM_M[int(rank)] for rank in ranks[road]]) + 4,
    )
    free = np.flatnonzero(dry_and_clear(land, outlines, lines, ranks))
    placed = [
        PlacedSite(wishes[which].wanted, outlines[which], wishes[which].road, wishes[which].commune)
        for which in _chosen(outlines, free, wishes)
    ]
    houses = Houses(
        np.array([site.outline for site in placed], dtype=object),
        np.array([site.wanted.height_m for site in placed]),
        np.full(len(placed), 5),
        np.array([site.road for site in placed]),
    )
    return placed, houses


def _chosen(outlines: Any, free: Any, wishes: list[_Wish]) -> list[int]:
    """For each wanted site its first try that overlaps none chosen before."""
    pairs = shapely.STRtree(outlines[free]).query(outlines[free], predicate="dwithin", distance=6.0).T
    before: dict[int, list[int]] = {}
    for one, other in pairs[pairs[:, 0] < pairs[:, 1]].tolist():
        before.setdefault(other, []).append(one)
    taken: set[int] = set()
    done: set[int] = set()
    chosen = []
    for order, which in enumerate(free.tolist()):
        if wishes[which].number in done or any(other in taken for other in before.get(order, ())):
            continue
        taken.add(order)
        done.add(wishes[which].number)
        chosen.append(which)
    return chosen
