"""The communes of the territory: the best outlines, narrowed to where the data are, or worked out (contours)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from garance.territory.importing import reporting
from garance.territory.importing.clipping import Kept
from garance.territory.importing.selection import choose, joined_sources
from garance.territory.layers import LAYERS
from garance.territory.manifest import ReportLine

DETAIL = ("buildings", "roads", "land-use", "risk-zones", "planning-zones", "defences", "addresses", "hydrants")
"""The layers that show where a territory is: communes are kept where they are."""

LEAST_COVERED = 0.25
"""The share of a commune that the other layers must cover for it to be kept out of a department's."""

HALF = 0.5
"""A file of communes that covers less than this of what another covers is not the file of this territory."""

LEAST_M2 = 20_000.0
"""No commune is smaller (Castelmoron-d'Albret has 3.8 hectares): a piece of outline is not a commune."""

CELL_M = 500.0


def choose_communes(candidates: dict[str, list[Kept]], report: list[ReportLine]) -> Kept | None:
    """The communes of the territory, of all those found; from the planning zones when nobody gives any."""
    groups = [kept.chosen(shapely.area(kept.shapes) > LEAST_M2) for kept in candidates.get("communes", [])]
    groups = [kept for kept in groups if len(kept)]
    if not groups:
        return _from_plan(candidates, report)
    place = _detail_cells(candidates)
    narrowed = [_narrow(kept, place) for kept in groups]
    if not any(len(kept) for kept in narrowed):
        narrowed = groups
    usable = _most_cover([kept for kept in narrowed if len(kept)], place)
    best, lines = choose(usable, LAYERS["communes"])
    report += lines
    best = _complete(best, [kept for kept in narrowed if len(kept) and kept.source != best.source], report)
    whole = next(kept for kept in groups if kept.source == best.source.split(", ")[0])
    if len(best) < len(whole):
        report.append(reporting.narrowed(whole.source, len(best), len(whole)))
    return best


def official(candidates: dict[str, list[Kept]]) -> Kept | None:
    """The outlines to hold the others against: the widest file of communes, when there are several."""
    groups = candidates.get("communes", [])
    return max(groups, key=len) if len(groups) > 1 else None


def _detail_cells(candidates: dict[str, list[Kept]]) -> Any:
    """The ground that the detailed layers cover, as cells of 500 m joined; nothing when there are none."""
    spots = []
    for name in DETAIL:
        for kept in candidates.get(name, []):
            dense = shapely.segmentize(kept.shapes, CELL_M)
            spots.append(np.unique(np.floor(shapely.get_coordinates(dense) / CELL_M).astype("int64"), axis=0))
    if not spots:
        return None
    cells = np.unique(np.concatenate(spots), axis=0) * CELL_M
    boxes = shapely.box(cells[:, 0], cells[:, 1], cells[:, 0] + CELL_M, cells[:, 1] + CELL_M)
    return shapely.buffer(shapely.union_all(boxes, grid_size=1.0), CELL_M, join_style="mitre")


def _narrow(kept: Kept, place: Any) -> Kept:
    """The communes that the detailed layers cover, when they cover a part of the file only."""
    if place is None or len(kept) <= 1:
        return kept
    shapely.prepare(place)
    shared = shapely.area(shapely.intersection(shapely.make_valid(kept.shapes), place))
    return kept.chosen(shared >= LEAST_COVERED * shapely.area(kept.shapes))


def _most_cover(groups: list[Kept], place: Any) -> list[Kept]:
    """The files whose communes bear INSEE codes and cover nearly as much of the ground of the others as the best."""
    if place is None or len(groups) < 2:
        return groups
    coded = [kept for kept in groups if sum(1 for code in kept.properties["insee_code"] if code) > 0.8 * len(kept)]
    groups = coded or groups
    areas = [shapely.intersection(shapely.union_all(shapely.make_valid(kept.shapes)), place).area for kept in groups]
    return [kept for kept, area in zip(groups, areas, strict=True) if area >= HALF * max(areas)]


def _complete(best: Kept, others: list[Kept], report: list[ReportLine]) -> Kept:
    """Communes that only another file has (a neighbouring country's, a file stopping at the department) join in."""
    for other in others:
        land = shapely.union_all(shapely.make_valid(best.shapes))
        shapely.prepare(land)
        shared = shapely.area(shapely.intersection(shapely.make_valid(other.shapes), land))
        known = set(best.properties["insee_code"]) - {None}
        fresh = (shared < 0.2 * shapely.area(other.shapes)) & np.array(
            [code not in known for code in other.properties["insee_code"]]
        )
        if fresh.any():
            extra = other.chosen(fresh)
            text = f"Communes : {other.source} complète {best.source} ({reporting.counted(len(extra), 'contour')})."
            report.append(reporting.line("found", "completed", other.source, text, len(extra)))
            properties = {name: [*column, *extra.properties[name]] for name, column in best.properties.items()}
            shapes = np.concatenate([best.shapes, extra.shapes])
            best = Kept("communes", shapes, properties, joined_sources([best, extra]))
    return best


def _from_plan(candidates: dict[str, list[Kept]], report: list[ReportLine]) -> Kept | None:
    zones = candidates.get("planning-zones", [])
    if not zones:
        return None
    plan = max(zones, key=lambda kept: float(np.sum(shapely.area(kept.shapes))))
    outline = shapely.buffer(shapely.buffer(shapely.union_all(plan.shapes), 5.0), -5.0)
    code = next((value for value in plan.properties["insee_code"] if value), None)
    report.append(reporting.commune_from_plan(plan.source))
    return Kept(
        "communes",
        np.array([outline], dtype=object),
        {"name": [None], "insee_code": [code], "population": [None]},
        f"{plan.source} (déduit)",
    )
