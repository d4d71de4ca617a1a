"""From any position to the road or the address that a person would name (rattachement)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely

from garance.territory.questions.rows import Rows


@dataclass(frozen=True)
class Snap:
    """A place of a road or an address: where it is in the metric system (a shapely point), the metres to it, the row of
    its object, and what it bears: street, road number, house number, all of which may be missing."""

    point: Any
    away_m: float
    row: int
    street: str | None = None
    ref: str | None = None
    number: str | None = None


class Snapper:
    """`roads` and `addresses`: the rows of these roles."""

    def __init__(self, roads: Rows, addresses: Rows) -> None:
        self.roads, self.addresses = roads, addresses

    @cached_property
    def _road_words(self) -> tuple[Any, Any]:
        return self.roads.column("name"), self.roads.column("ref")

    @cached_property
    def _address_words(self) -> tuple[Any, Any]:
        return self.addresses.column("street"), self.addresses.column("number")

    def to_road(self, place: Any, within_m: float) -> Snap | None:
        """The nearest place of a road, at most that far; nothing when there is none."""
        found = _nearest(self.roads, place, within_m)
        if found is None:
            return None
        row, away_m = found
        line = shapely.shortest_line(place, self.roads.flat[row])
        names, refs = self._road_words
        return Snap(shapely.get_point(line, -1), away_m, row, street=names[row], ref=refs[row])

    def to_address(self, place: Any, within_m: float) -> Snap | None:
        """The nearest address, at most that far; nothing when there is none."""
        found = _nearest(self.addresses, place, within_m)
        if found is None:
            return None
        row, away_m = found
        streets, numbers = self._address_words
        number = None if numbers[row] is None else str(numbers[row])
        return Snap(self.addresses.flat[row], away_m, row, street=streets[row], number=number)


def _nearest(rows: Rows, place: Any, within_m: float) -> tuple[int, float] | None:
    if len(rows) == 0 or not within_m > 0:
        return None
    found, away_m = rows.tree.query_nearest(place, max_distance=within_m, return_distance=True, all_matches=False)
    return (int(found[0]), float(away_m[0])) if len(found) else None
