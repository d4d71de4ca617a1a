"""Power, water and telecommunications of a region: stations, what each depends on, lines; hydrants along streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree

from garance.territory.make.chance import chance
from garance.territory.make.roads import Road
from garance.territory.make.settlements import Settlement

PEOPLE_PER_TRANSFORMER = 650
HYDRANT_STEP_M = 170.0

POWER = ("power-substation", "power-transformer")
WATER = ("pumping-station", "water-tower")
TELECOM = ("telecom-exchange", "telecom-mast")
AUTONOMY_H = {
    "hospital": 48, "care-home": 4, "fire-station": 24, "town-hall": 8, "prefecture": 48, "police": 12,
    "telecom-mast": 4, "telecom-exchange": 24, "pumping-station": 2, "water-tower": 18,
}  # fmt: skip
"""For how many hours each kind works without what it depends on; the others, nobody knows."""

FAMILIES = {"power": POWER, "water": WATER, "telecom": TELECOM}


@dataclass
class Node:
    """A station of a network: reference, kind, name, place in metres, the references it cannot work without, the place
    of its commune in the list."""

    ref: str
    kind: str
    name: str
    place: tuple[float, float]
    depends_on: tuple[str, ...]
    commune: int


def place_nodes(seed: int, settlements: list[Settlement], doorsteps: Any, communes: Any, heights: Any) -> list[Node]:
    """Every station, each after those it depends on: nothing depends on itself, however far one goes.

    `doorsteps`: places (n, 2) on dry ground beside houses, with the commune and the height of each.
    """
    random = chance(seed, "networks")
    by_commune = _grouped(communes, len(settlements))
    seats = np.array([settlement.place for settlement in settlements])
    stock = _Stock(settlements, [])
    towns = max(1, len(settlements) // 8)
    for order in range(towns):
        spot = _spot(random, doorsteps, by_commune[order], seats[order])
        up = () if order < 1 + len(settlements) // 60 else (stock.nearest("power-substation", spot),)
        stock.add("PS", "power-substation", "Poste source de {}", spot, up, order)
    for order, settlement in enumerate(settlements):
        for _ in range(1 + settlement.population // PEOPLE_PER_TRANSFORMER):
            spot = _spot(random, doorsteps, by_commune[order], seats[order])
            source = stock.nearest("power-substation", spot)
            stock.add("PT", "power-transformer", "Poste de distribution de {}", spot, (source,), order)
    for order in range(max(1, len(settlements) // 12)):
        spot = _lowest(doorsteps, heights, by_commune[order], seats[order])
        power = stock.nearest("power-transformer", spot)
        stock.add("SP", "pumping-station", "Station de pompage de {}", spot, (power,), order)
        spot = _spot(random, doorsteps, by_commune[order], seats[order])
        stock.add("CT", "telecom-exchange", "Central téléphonique de {}", spot,
                  (stock.nearest("power-transformer", spot),), order)  # fmt: skip
    for order, settlement in enumerate(settlements):
        spot = _highest(doorsteps, heights, by_commune[order], seats[order])
        pump = stock.nearest("pumping-station", spot)
        stock.add("CE", "water-tower", "Château d'eau de {}", spot, (pump,), order)
        for _ in range(1 + settlement.population // 6_000):
            spot = _spot(random, doorsteps, by_commune[order], seats[order])
            needs = (stock.nearest("power-transformer", spot), stock.nearest("telecom-exchange", spot))
            stock.add("RT", "telecom-mast", "Relais téléphonique de {}", spot, needs, order)
        if settlement.population > 1_800:
            spot = _lowest(doorsteps, heights, by_commune[order], seats[order])
            stock.add("SE", "sewage-works", "Station d'épuration de {}", (spot[0] + 35, spot[1]),
                      (stock.nearest("power-transformer", spot),), order)  # fmt: skip
    return stock.nodes


def _grouped(communes: Any, count: int) -> list[Any]:
    turn = np.argsort(communes, kind="stable")
    return np.split(turn, np.searchsorted(communes[turn], np.arange(1, count)))


Spot = tuple[float, float]


def _spot(random: np.random.Generator, doorsteps: Any, mine: Any, seat: Any) -> Spot:
    if len(mine) == 0:
        return float(seat[0]), float(seat[1])
    x, y = doorsteps[mine[int(random.integers(len(mine)))]].tolist()
    return x, y


def _lowest(doorsteps: Any, heights: Any, mine: Any, seat: Any) -> Spot:
    return _spot_at(doorsteps, mine, seat, heights[mine] + np.hypot(*(doorsteps[mine] - seat).T) / 90)


def _highest(doorsteps: Any, heights: Any, mine: Any, seat: Any) -> Spot:
    return _spot_at(doorsteps, mine, seat, np.hypot(*(doorsteps[mine] - seat).T) / 90 - heights[mine])


def _spot_at(doorsteps: Any, mine: Any, seat: Any, merit: Any) -> Spot:
    x, y = (doorsteps[mine[int(np.argmin(merit))]] if len(mine) else seat).tolist()
    return x, y


class _Stock:
    """The stations placed so far, by kind."""

    def __init__(self, settlements: list[Settlement], nodes: list[Node]) -> None:
        self.nodes = nodes
        self._settlements = settlements
        self._kinds: dict[str, list[Node]] = {}
        self._places: dict[str, Any] = {}

    def add(self, head: str, kind: str, name: str, spot: Spot, needs: tuple[str, ...], order: int) -> None:
        mine = self._kinds.setdefault(kind, [])
        ref = f"{head}-{len(mine) + 1:04d}"
        title = name.format(self._settlements[order].name)
        node = Node(ref, kind, title, (round(spot[0], 2), round(spot[1], 2)), needs, order)
        mine.append(node)
        self.nodes.append(node)
        self._places.pop(kind, None)

    def nearest(self, kind: str, spot: Spot) -> str:
        if kind not in self._places:
            self._places[kind] = cKDTree([node.place for node in self._kinds[kind]])
        return self._kinds[kind][int(self._places[kind].query(spot)[1])].ref


def serving(nodes: list[Node], places: Any) -> list[str]:
    """For each place, the references of the transformer, the water tower and the mast nearest to it."""
    columns = []
    for kind in ("power-transformer", "water-tower", "telecom-mast"):
        some = [node for node in nodes if node.kind == kind]
        columns.append([some[int(at)].ref for at in cKDTree([node.place for node in some]).query(places)[1]])
    return [";".join(refs) for refs in zip(*columns, strict=True)]


def network_lines(nodes: list[Node]) -> tuple[Any, list[str], list[str]]:
    """The lines of each network, as the shortest tree that joins its stations: line, kind, name."""
    shapes: list[Any] = []
    kinds: list[str] = []
    names: list[str] = []
    words = {"power": "Ligne électrique", "water": "Conduite d'eau", "telecom": "Artère de télécommunications"}
    for family, members in FAMILIES.items():
        places = np.array([node.place for node in nodes if node.kind in members])
        if len(places) < 2:
            continue
        away, near = cKDTree(places).query(places, k=min(9, len(places)))
        rows = np.repeat(np.arange(len(places)), near.shape[1] - 1)
        pairs = coo_matrix((away[:, 1:].ravel() + 0.01, (rows, near[:, 1:].ravel())), shape=(len(places), len(places)))
        tree = minimum_spanning_tree(pairs.tocsr()).tocoo()
        found = shapely.linestrings(np.stack([places[tree.row], places[tree.col]], axis=1))
        shapes += found[shapely.length(found) > 1].tolist()
        kinds += [family] * (len(shapes) - len(kinds))
        names += [words[family]] * (len(shapes) - len(names))
    return shapes, kinds, names


@dataclass
class Hydrants:
    """Fire hydrants: places (n, 2), reference, kind, flow in m3/h, state."""

    places: Any
    refs: list[str]
    kinds: list[str]
    flows: list[float]
    states: list[str]


def place_hydrants(seed: int, roads: list[Road], communes: Any, built: Any, codes: list[str], people: Any) -> Hydrants:
    """Hydrants every so often along the streets where people live, with their flow; cisterns at some hamlets."""
    random = chance(seed, "hydrants")
    lines = np.array([road.line for road in roads], dtype=object)
    ranks = np.array([road.importance for road in roads])
    length = np.where(built & (ranks >= 2) & [not road.bridge for road in roads], shapely.length(lines), 0)
    reached = np.cumsum(length)
    count = np.diff(np.floor(reached / HYDRANT_STEP_M), prepend=0).astype(int).clip(0)
    road = np.repeat(np.arange(len(lines)), count)
    order = np.arange(len(road)) - np.repeat(np.cumsum(count) - count, count)
    far = (order + random.uniform(0.25, 0.75, len(road))) / count[road] * length[road]
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], far))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], np.minimum(far + 2, length[road] + 2)))
    way = (ahead - at) / np.maximum(np.hypot(*(ahead - at).T), 1e-6)[:, None]
    side = np.where(random.random(len(road)) < 0.5, 3.3, -3.3)[:, None]
    places = np.round(at + np.column_stack([-way[:, 1], way[:, 0]]) * side, 2)
    whose = communes[road]
    small = people[whose] < 400
    cistern = (ranks[road] == 6) & (random.random(len(road)) < 0.5)
    kinds = np.where(cistern, "cistern", np.where(random.random(len(road)) < 0.82, "pillar", "underground"))
    flow = np.where(cistern, 30.0, np.where(small, 45.0, 75.0) * random.uniform(0.55, 1.5, len(road))).round()
    state = np.where(random.random(len(road)) < 0.965, "available", "out-of-service")
    turn = np.lexsort((np.arange(len(road)), whose))
    start = np.r_[True, np.diff(whose[turn]) != 0] if len(turn) else np.empty(0, dtype=bool)
    place = np.arange(len(turn)) - np.maximum.accumulate(np.where(start, np.arange(len(turn)), 0))
    numbers = np.empty(len(turn), dtype=int)
    numbers[turn] = place + 1
    refs = [f"PEI-{codes[int(c)]}-{number:04d}" for c, number in zip(whose, numbers, strict=True)]
    return Hydrants(places, refs, kinds.tolist(), flow.tolist(), state.tolist())
