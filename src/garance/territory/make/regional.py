"""Whose each thing is: the commune of places, the names and numbers of roads, the addresses of houses."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import shapely

from garance.territory.make.chance import chance
from garance.territory.make.houses import Houses, crowding
from garance.territory.make.naming import AVENUES, CENTRAL, KINDS, SUBJECTS
from garance.territory.make.roads import Road, chains
from garance.territory.make.settlements import Settlement
from garance.territory.make.streetplan import Hamlet

OLD_TOWN_PEOPLE = 2_500
"""In communes larger than this the old streets are partly one way."""


def commune_of(points: Any, areas: list[Any]) -> Any:
    """The place in the list of the commune of each point; the nearest one's beyond the limits."""
    tree = shapely.STRtree(areas)
    found = np.full(len(points), -1)
    point, area = tree.query(points, predicate="intersects")
    found[point[::-1]] = area[::-1]
    lost = np.flatnonzero(found < 0)
    if len(lost):
        near = tree.query_nearest(points[lost], all_matches=False)
        found[lost[near[0]]] = near[1]
    return found


def middles_of(roads: list[Road]) -> Any:
    """The middle point of each road."""
    lines = np.array([road.line for road in roads], dtype=object)
    return shapely.line_interpolate_point(lines, 0.5, normalized=True)


def name_region(
    seed: int, settlements: list[Settlement], hamlets: list[Hamlet], roads: list[Road], communes: Any
) -> None:
    """A name for every street and lane, a number for every road, and one-way streets in the old towns.

    One name along one street of one commune; no commune has the same name twice unless its lanes are very many.
    """
    middles = middles_of(roads)
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    crowd = crowding(settlements, x, y)
    random = chance(seed, "road-names")
    pools = _Pools(seed)
    numbers = {1: 10, 2: 137, 3: 700, 4: 101}
    for chain in sorted(chains(roads), key=lambda chain: (roads[chain[0]].importance, -_length(roads, chain))):
        first = roads[chain[0]]
        ref = None
        if first.importance < 5:
            numbers[first.importance] += 1
            ref = (
                f"{'A' if first.importance == 1 else 'N' if first.importance == 2 else 'D'}{numbers[first.importance]}"
            )
        by_commune: dict[int, list[int]] = defaultdict(list)
        for at in chain:
            roads[at].ref = ref
            by_commune[int(communes[at])].append(at)
        for commune, stretch in by_commune.items():
            inside = float(crowd.inside[stretch].max())
            name = pools.name(settlements, commune, first, inside)
            oneway = _oneway(random, settlements[commune], first, inside)
            for at in stretch:
                roads[at].name = name if first.importance > 1 and first.kind != "ramp" else None
                roads[at].oneway = oneway


def _length(roads: list[Road], chain: list[int]) -> float:
    return sum(float(roads[at].line.length) for at in chain)


def _oneway(random: np.random.Generator, settlement: Settlement, road: Road, inside: float) -> str:
    if road.importance == 1 or road.kind == "ramp":
        return "no"
    old = road.importance == 5 and inside > 0.55 and settlement.population > OLD_TOWN_PEOPLE
    return str(random.choice(["forward", "backward", "no"], p=[0.28, 0.22, 0.5])) if old else "no"


class _Pools:
    """The names not yet given, commune by commune."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._central: dict[int, list[str]] = {}
        self._ordinary: dict[int, list[str]] = {}
        self._large: dict[int, list[str]] = {}
        self._rounds: dict[int, int] = defaultdict(int)

    def name(self, settlements: list[Settlement], commune: int, road: Road, inside: float) -> str:
        """The next name for a street of that commune."""
        if commune not in self._central:
            random = chance(self._seed, f"names-{commune}")
            self._central[commune] = [CENTRAL[0], *random.permutation(CENTRAL[1:]).tolist()]
            others = random.permutation(len(settlements)).tolist()[:30]
            towards = [f"Route de {settlements[other].name}" for other in others if other != commune]
            self._large[commune] = towards
        if road.importance < 5 and inside < 0.25:
            return self._take(self._large[commune], commune)
        if road.importance < 5 and settlements[commune].population > OLD_TOWN_PEOPLE:
            return self._avenue(commune)
        if (inside > 0.5 or road.importance < 5) and self._central[commune]:
            return self._central[commune].pop(0)
        return self._take([], commune)

    def _avenue(self, commune: int) -> str:
        given = self._rounds[-1 - commune]
        self._rounds[-1 - commune] += 1
        return AVENUES[given] if given < len(AVENUES) else self._take([], commune)

    def _take(self, first: list[str], commune: int) -> str:
        if first:
            return first.pop(0)
        if not self._ordinary.get(commune):
            turn = self._rounds[commune]
            self._rounds[commune] += 1
            random = chance(self._seed, f"street-names-{commune}-{turn}")
            kinds = (
                KINDS
                if turn == 0
                else (
                    ("Allée",),
                    ("Chemin",),
                    ("Impasse",),
                    ("Square",),
                    ("Passage",),
                    ("Cour",),
                    ("Sente",),
                    ("Villa",),
                    ("Clos",),
                )[min(turn - 1, 8)]
            )
            pick = random.integers(len(kinds), size=len(SUBJECTS))
            names = [f"{kinds[at]} {subject}" for at, subject in zip(pick, SUBJECTS, strict=True)]
            self._ordinary[commune] = random.permutation(names).tolist()
        return self._ordinary[commune].pop()


def number_houses(houses: Houses, roads: list[Road], communes: Any) -> tuple[Any, Any, Any]:
    """The houses that have an address, their number and their street's name: odd on one side, even on the other,
    growing along the street."""
    named = np.array([road.name is not None for road in roads])
    mine = np.flatnonzero((houses.kind != 4) & (houses.kind != 3) & named[houses.road])
    names = np.array([road.name or "" for road in roads])[houses.road[mine]]
    _, group = np.unique(np.char.add(np.char.add(names, "|"), communes[mine].astype(str)), return_inverse=True)
    middle = shapely.centroid(houses.outlines[mine])
    at = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
    lines = np.array([road.line for road in roads], dtype=object)[houses.road[mine]]
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, middle)))
    axis = _axes(foot, group)[group]
    along = (foot * axis).sum(axis=1)
    across = axis[:, 0] * (at - foot)[:, 1] - axis[:, 1] * (at - foot)[:, 0]
    even = (across > 0).astype(int)
    turn = np.lexsort((along, even, group))
    start = np.r_[True, (np.diff(group[turn]) != 0) | (np.diff(even[turn]) != 0)]
    place = np.arange(len(turn)) - np.maximum.accumulate(np.where(start, np.arange(len(turn)), 0))
    number = np.empty(len(turn), dtype=int)
    number[turn] = 2 * place + 1 + even[turn]
    return mine, number, names


def _axes(points: Any, group: Any) -> Any:
    """The main direction of each group of points."""
    count = np.maximum(np.bincount(group), 1)
    centre = np.column_stack([np.bincount(group, points[:, side]) / count for side in (0, 1)])
    off = points - centre[group]
    xx, yy = np.bincount(group, off[:, 0] ** 2), np.bincount(group, off[:, 1] ** 2)
    turn = np.arctan2(2 * np.bincount(group, off[:, 0] * off[:, 1]), xx - yy) / 2
    return np.column_stack([np.cos(turn), np.sin(turn)])
