"""Things that are not where they say they are: communes moved, layers apart, codes of another department.

Nothing is corrected: the person who imports is told, with distances, and decides.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.content import Value
from garance.territory.importing.clipping import Kept
from garance.territory.importing.departments import DEPARTMENTS, away_km, department_of
from garance.territory.importing.reporting import counted
from garance.territory.layers import LAYERS
from garance.territory.manifest import ReportLine
from garance.territory.projection import WGS84, project

TOLERANCE_M = 300.0
"""Outlines drawn at different scales disagree by so much without anybody having moved anything."""

LEAST_INSIDE = 0.5
"""A commune whose outline lies less than this in its official one has been moved."""

LEAST_APART = 0.2
"""The share of a layer's objects that must lie elsewhere than their code says, or in water, to be worth a line."""

CARRIED = frozenset({"sea", "water", "water-lines", "coast", "hazard-zones", "past-extent", "protected-areas"})
"""What rightly goes beyond communes."""

_POINTS_FR = ("nord", "nord-est", "est", "sud-est", "sud", "sud-ouest", "ouest", "nord-ouest")


@dataclass(frozen=True)
class Moved:
    """A commune drawn elsewhere than its official outline: by how far, which way, and the outline as drawn."""

    code: str
    name: str
    source: str
    official: str
    metres: float
    bearing_deg: float
    shape: Any
    outline: Any


def moved_communes(drawn: Kept, official: Kept) -> list[Moved]:
    """The communes of `drawn` that lie elsewhere than those of `official` with the same code; both metric."""
    outlines = {
        code: shape for code, shape in zip(official.properties["insee_code"], official.shapes, strict=True) if code
    }
    found = []
    for row, code in enumerate(drawn.properties["insee_code"]):
        if code not in outlines:
            continue
        shape, outline = drawn.shapes[row], outlines[code]
        inside = shapely.intersection(shape, shapely.buffer(outline, TOLERANCE_M))
        if shape.area == 0 or inside.area >= LEAST_INSIDE * shape.area:
            continue
        metres, bearing_deg = _from_to(shapely.centroid(outline), shapely.centroid(shape))
        name = drawn.properties["name"][row] or code
        found.append(Moved(str(code), str(name), drawn.source, official.source, metres, bearing_deg, shape, outline))
    return found


def tell_moved(moved: list[Moved], total: int, layers: list[Kept]) -> list[ReportLine]:
    """A line for each moved commune, or one when they all moved alike; then what rests on them, layer by layer."""
    if not moved:
        return []
    step = _common_step(moved) if len(moved) == total and total > 1 else None
    lines = [_tell_all(moved, step)] if step is not None else [_tell_one(one) for one in moved]
    place = shapely.union_all([one.shape for one in moved])
    shapely.prepare(place)
    for layer in layers:
        if layer.name == "communes":
            continue
        count = int(np.count_nonzero(shapely.intersects(place, shapely.centroid(layer.shapes))))
        if count:
            lines.append(
                ReportLine(
                    kind="doubtful",
                    code="on-moved-commune",
                    subject=layer.source,
                    count=count,
                    text_fr=(
                        f"{layer.source} : {counted(count, 'objet repose', 'objets reposent')} sur une commune "
                        "déplacée ; leur place est fausse."
                    ),
                )
            )
    return lines


def _tell_one(one: Moved) -> ReportLine:
    return ReportLine(
        kind="doubtful",
        code="commune-moved",
        subject=one.code,
        count=round(one.metres),
        text_fr=(
            f"{one.name} ({one.code}) n'est pas à sa place dans {one.source} : dessinée à {spoken(one.metres)} "
            f"{towards(one.bearing_deg)} de son contour officiel ({one.official})."
        ),
    )


def _tell_all(moved: list[Moved], step: tuple[float, float]) -> ReportLine:
    metres, bearing_deg = _way(*step)
    first = moved[0]
    return ReportLine(
        kind="doubtful",
        code="territory-moved",
        subject=first.source,
        count=round(metres),
        text_fr=(
            f"Tout le territoire est décalé : les {len(moved)} communes de {first.source} sont dessinées à "
            f"{spoken(metres)} {towards(bearing_deg)} de leur contour officiel ({first.official})."
        ),
    )


def _common_step(moved: list[Moved]) -> tuple[float, float] | None:
    """How far east and north they all went, when one step brings nearly all of them home; communes that the window
    cuts say less of it than whole ones."""
    whole = [one for one in moved if 0.95 < one.shape.area / one.outline.area < 1.05] or moved
    shifts = np.array([_offset(shapely.centroid(one.outline), shapely.centroid(one.shape)) for one in whole])
    east, north = (float(value) for value in np.median(shifts, axis=0))
    home = shapely.transform(np.array([one.shape for one in moved], dtype=object), lambda xy: xy - (east, north))
    wide = shapely.buffer(np.array([one.outline for one in moved], dtype=object), 2 * TOLERANCE_M)
    inside = shapely.area(shapely.intersection(shapely.make_valid(home), wide)) / shapely.area(home)
    return (east, north) if float(np.mean(inside > 0.8)) > 0.85 else None


def far_codes(layer: Kept, metric: str) -> list[ReportLine]:
    """A layer whose INSEE codes are of a department far from where it lies."""
    codes = [department_of(str(code)) for code in layer.properties.get("insee_code", []) if code]
    common = Counter(code for code in codes if code).most_common(1)
    if not common or len(layer) == 0:
        return []
    department = common[0][0]
    rows = [row for row, code in enumerate(layer.properties["insee_code"]) if department_of(str(code)) == department]
    middles = shapely.get_coordinates(project(shapely.centroid(layer.shapes[rows]), metric, WGS84))
    lon_deg, lat_deg = (float(value) for value in np.median(middles, axis=0))
    km = away_km(department, lon_deg, lat_deg)
    if km <= 0:
        return []
    return [
        ReportLine(
            kind="doubtful",
            code="codes-of-elsewhere",
            subject=layer.source,
            count=round(km),
            text_fr=(
                f"{layer.source} : les codes INSEE sont du département {department} ({DEPARTMENTS[department][0]}), "
                f"les coordonnées tombent à {round(km)} km au moins de là ({lat_deg:.2f} N, {lon_deg:.2f} E)."
            ),
        )
    ]


def code_mismatch(layer: Kept, communes: Kept) -> list[ReportLine]:
    """A layer whose objects bear the code of a commune and lie outside its outline."""
    if layer.name == "communes" or "insee_code" not in layer.properties or len(layer) == 0:
        return []
    outlines: dict[Value, int] = {code: row for row, code in enumerate(communes.properties["insee_code"]) if code}
    rows = [row for row, code in enumerate(layer.properties["insee_code"]) if code in outlines]
    if not rows:
        return []
    owners = [outlines[layer.properties["insee_code"][row]] for row in rows]
    wide = shapely.buffer(communes.shapes, TOLERANCE_M)
    middles = shapely.centroid(layer.shapes[rows])
    out = ~shapely.intersects(wide[owners], middles)
    if np.count_nonzero(out) < LEAST_APART * len(rows):
        return []
    away = shapely.distance(communes.shapes[np.array(owners)[out]], middles[out])
    names = Counter(str(communes.properties["name"][owners[index]]) for index in np.flatnonzero(out)).most_common(3)
    count = int(np.count_nonzero(out))
    return [
        ReportLine(
            kind="doubtful",
            code="outside-own-commune",
            subject=layer.source,
            count=count,
            text_fr=(
                f"{layer.source} : {count} objets sur {len(rows)} sont hors de la commune dont ils portent le code "
                f"({', '.join(name for name, _ in names)}), à {spoken(float(np.median(away)))} en moyenne."
            ),
        )
    ]


def apart(layer: Kept, communes: Kept) -> list[ReportLine]:
    """A layer that lies mostly outside every commune known, though things like it stand on the ground of communes."""
    if layer.name in CARRIED or layer.name == "communes" or len(layer) == 0 or LAYERS[layer.name].together:
        return []
    land = shapely.union_all(shapely.make_valid(communes.shapes))
    wide = shapely.buffer(land, TOLERANCE_M)
    shapely.prepare(wide)
    middles = shapely.centroid(layer.shapes)
    out = ~shapely.intersects(wide, middles)
    if np.count_nonzero(out) <= LEAST_INSIDE * len(layer):
        return []
    metres, bearing_deg = _from_to(shapely.centroid(land), shapely.centroid(shapely.multipoints(middles[out])))
    count = int(np.count_nonzero(out))
    return [
        ReportLine(
            kind="doubtful",
            code="layer-apart",
            subject=layer.source,
            count=count,
            text_fr=(
                f"{layer.source} : {count} objets sur {len(layer)} sont hors des communes connues, à {spoken(metres)} "
                f"{towards(bearing_deg)} : couche déplacée, ou d'un autre territoire ?"
            ),
        )
    ]


def in_water(buildings: Kept, waters: list[Kept]) -> list[ReportLine]:
    """Buildings that stand in water: a layer moved by a little shows there first."""
    areas = [shape for layer in waters for shape in layer.shapes]
    if not areas or len(buildings) < 50:
        return []
    tree = shapely.STRtree(shapely.centroid(buildings.shapes))
    wet = np.unique(tree.query(shapely.make_valid(np.array(areas, dtype=object)), predicate="contains")[1])
    return _clash(buildings, len(wet), "buildings-in-water", "bâtiments sont dans l'eau")


def on_roads(buildings: Kept, roads: Kept) -> list[ReportLine]:
    """Buildings that roads run through."""
    if len(buildings) < 50 or len(roads) == 0:
        return []
    tree = shapely.STRtree(buildings.shapes)
    crossed = np.unique(tree.query(roads.shapes, predicate="intersects")[1])
    near = np.unique(tree.query(roads.shapes, predicate="dwithin", distance=25.0)[1])
    if len(near) < 50 or len(crossed) < 0.25 * len(near):
        return []
    return _clash(buildings, len(crossed), "roads-through-buildings", "bâtiments sont traversés par une route", share=0)


def _clash(layer: Kept, count: int, code: str, phrase: str, *, share: float = 0.05) -> list[ReportLine]:
    if count <= share * len(layer):
        return []
    text = f"{layer.source} : {count} {phrase} : couche décalée ou mauvais système de coordonnées ?"
    return [ReportLine(kind="doubtful", code=code, subject=layer.source, count=count, text_fr=text)]


def _offset(start: Any, end: Any) -> tuple[float, float]:
    return end.x - start.x, end.y - start.y


def _way(east: float, north: float) -> tuple[float, float]:
    """Metres and bearing of a step."""
    return math.hypot(east, north), math.degrees(math.atan2(east, north)) % 360


def _from_to(start: Any, end: Any) -> tuple[float, float]:
    return _way(*_offset(start, end))


def spoken(metres: float) -> str:
    """A distance as one says it: `350 m`, `13,7 km`, `320 km`."""
    if metres < 1_000:
        return f"{round(metres, -1):.0f} m"
    return f"{metres / 1_000:.1f} km".replace(".", ",") if metres < 100_000 else f"{metres / 1_000:.0f} km"


def towards(bearing_deg: float) -> str:
    """`au nord`, `à l'est`: one of eight directions."""
    name = _POINTS_FR[round(bearing_deg / 45) % 8]
    return f"à l'{name}" if name[0] in "eo" else f"au {name}"
