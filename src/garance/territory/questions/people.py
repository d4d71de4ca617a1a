"""Who lives inside an area: population cells, weighted by the share of each that lies in it (habitants)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.questions.blocks import Blocks
from garance.territory.questions.shares import SquareFrames

MANY_VERTICES = 100
"""Beyond this, an area is first cut to the neighbourhood of the cells that it crosses."""

MOST_TERMS = 120_000
"""Up to so many pairs of a vertex and a cell, square cells are weighed by one formula."""

HAIR = 1e-6
"""A smaller part of a cell is no part: the same edge written twice differs by as much."""


@dataclass(frozen=True)
class People:
    """How many inhabitants (habitants): `low` counts the cells wholly inside, `high` every cell touched, `central` each
    by its share of area. `exact` is the central figure before rounding: for disjoint areas these add up."""

    low: int
    central: int
    high: int
    exact: float


NOBODY = People(0, 0, 0, 0.0)


class Inhabitants:
    """The population cells of a pack. `cells`: areas of the metric system; `population`: inhabitants of each."""

    def __init__(self, cells: Any, population: Any) -> None:
        area_m2 = shapely.area(cells)
        kept = (area_m2 > 0) & np.isfinite(population) & (population > 0)
        bounds = shapely.bounds(cells[kept])
        self._blocks = Blocks(bounds)
        order = self._blocks.order
        self._cells, self._people, self._area_m2 = cells[kept], population[kept], area_m2[kept]
        self._frames = SquareFrames(self._cells)
        self._middle = (bounds[:, :2] + bounds[:, 2:]) / 2
        self._running = np.concatenate([[0.0], np.cumsum(self._people[order])])

    @property
    def total(self) -> float:
        """Everybody."""
        return float(self._running[-1])

    def inside(self, area: Any) -> People:
        """Who lives in this area of the metric system (a polygon or several)."""
        if len(self._cells) == 0 or area.is_empty:
            return NOBODY
        spans, edge = self._blocks.split(area)
        sure = float((self._running[spans[:, 1]] - self._running[spans[:, 0]]).sum())
        edge = edge[shapely.intersects(area, self._cells[edge])]
        within = shapely.covers(area, self._cells[edge])
        sure += float(self._people[edge[within]].sum())
        cut = edge[~within]
        share = self._share(area, cut)
        exact = sure + float((self._people[cut] * share).sum())
        low = sure + float(self._people[cut[share > 1 - HAIR]].sum())
        high = sure + float(self._people[cut[share > HAIR]].sum())
        return People(round(low), round(exact), round(high), exact)

    def _share(self, area: Any, cut: Any) -> Any:
        """The part (0..1) of each of these cells that lies in the area."""
        if len(cut) == 0:
            return np.empty(0)
        vertices = int(shapely.get_num_coordinates(area))
        if vertices * len(cut) <= MOST_TERMS and self._frames.fits[cut].all():
            return self._frames.shares(area, cut)
        if vertices <= MANY_VERTICES:
            return shapely.area(shapely.intersection(self._cells[cut], area)) / self._area_m2[cut]
        share = np.empty(len(cut))
        for some in _neighbours(self._middle[cut]):
            rows = cut[some]
            near = shapely.intersection(area, shapely.box(*shapely.total_bounds(self._cells[rows])))
            share[some] = shapely.area(shapely.intersection(self._cells[rows], near)) / self._area_m2[rows]
        return share


def _neighbours(middle: Any) -> list[Any]:
    """These places in squares of a tenth of the whole: what each square holds, as positions in the array."""
    low = middle.min(axis=0)
    side = max(float((middle.max(axis=0) - low).max()) / 10, 1.0)
    column, row = ((middle - low) // side).astype(int).T
    square = column * 1000 + row
    order = np.argsort(square, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(square[order])) + 1)
