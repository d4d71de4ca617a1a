"""Where a name is written on the map: one point for each named area, chosen once, so that no tile repeats it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely.ops import polylabel

from garance.territory.content import LayerData, Value
from garance.territory.projection import WGS84, project

TOLERANCE_M = 20.0
"""How near the point must be to the place farthest from every edge."""

LEAST_AREA_M2 = 20_000.0
"""A water body smaller than this bears no name: the map would say more names than places."""

DERIVED = "déduite des contours"


def label_layers(layers: list[LayerData], metric_crs: str) -> list[LayerData]:
    """The layers of names (noms à écrire) that these layers give: communes with their inhabitants, seas and waters."""
    named = {layer.name: layer for layer in layers}
    made = [
        _labels("commune-labels", [named[name] for name in ("communes",) if name in named], metric_crs, "population"),
        _labels("water-labels", [named[name] for name in ("sea", "water") if name in named], metric_crs, "kind"),
    ]
    return [layer for layer in made if layer is not None]


def _labels(name: str, areas: list[LayerData], metric_crs: str, also: str) -> LayerData | None:
    """One point for each distinct name, in the largest part that bears it; `also` is carried with it."""
    if not areas:
        return None
    least_m2 = 0.0 if name == "commune-labels" else LEAST_AREA_M2
    best: dict[str, tuple[float, Any, Value]] = {}
    for said, carried, shape in _named_parts(areas, metric_crs, also):
        area_m2 = float(shape.area)
        if area_m2 > max(least_m2, best[said][0] if said in best else 0.0):
            best[said] = (area_m2, shape, carried)
    if not best:
        return None
    points = np.array([polylabel(shape, TOLERANCE_M) for _, shape, _ in best.values()], dtype=object)
    placed = shapely.transform(project(points, metric_crs, WGS84), lambda xy: np.round(xy, 7))
    first = areas[0]
    properties: dict[str, list[Value]] = {"name": list(best), also: [carried for _, _, carried in best.values()]}
    source = f"{first.source} ({DERIVED})" if first.source else DERIVED
    return LayerData(name, placed, properties, source, first.licence, first.attribution)


def _named_parts(areas: list[LayerData], metric_crs: str, also: str) -> Iterable[tuple[str, Value, Any]]:
    for layer in areas:
        flat = project(layer.shapes, WGS84, metric_crs)
        for said, carried, shape in zip(layer.properties["name"], layer.properties[also], flat, strict=True):
            if said:
                for part in shapely.get_parts(shape):
                    yield str(said), carried, part
