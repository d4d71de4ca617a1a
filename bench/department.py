"""A department to be asked about: 500 communes, 150,000 population cells, 300,000 buildings, 300,000 addresses and a
network of roads, laid on a plain. Sizes are what matters here; `garance territory make` makes places that look real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from garance.territory.content import LayerData
from garance.territory.projection import LAMBERT_93, WGS84, project
from garance.territory.questions.rows import LayerRows, Rows

WEST_M, SOUTH_M = 380_000.0, 6_500_000.0
CELL_M = 200.0
HAMLET_M = 3_400.0
"""The side of a commune."""

FIRST = ("Saint", "Mont", "Val", "Bois", "Pont", "Font", "Roche", "Ville", "Mas", "Puy")
SECOND = ("Martin", "Clair", "Aubin", "Léger", "Vieux", "Neuf", "Hilaire", "Rémy", "Agnan", "Sornin")
LAST = ("sur-Seudre", "les-Bains", "le-Château", "en-Ré", "du-Marais")
STREETS = ("Rue", "Avenue", "Impasse", "Chemin", "Place", "Boulevard", "Allée", "Route")
WHO = (
    "du Port", "de l'Église", "Gambetta", "Victor Hugo", "du 8 Mai 1945", "des Acacias", "du Général de Gaulle",
    "Jean Jaurès",
    "des Écoles", "de la Mairie", "du Moulin", "Pasteur", "des Lilas", "de Verdun", "Jules Ferry", "des Vignes",
)  # fmt: skip
CROSSINGS_APART_M = 200.0


@dataclass(frozen=True)
class Department:
    """Its layers, in WGS 84, and its side in metres."""

    communes: LayerData
    cells: LayerData
    buildings: LayerData
    addresses: LayerData
    roads: LayerData
    side_m: float

    def place(self, chance: np.random.Generator) -> tuple[float, float]:
        """Somewhere in it, in metres."""
        x, y = chance.uniform(0.1, 0.9, 2) * self.side_m
        return WEST_M + float(x), SOUTH_M + float(y)


def make_department(cells: int, buildings: int, addresses: int, roads: int) -> Department:
    """A square department with about that many of each."""
    chance = np.random.default_rng(1)
    side = round(cells**0.5)
    side_m = side * CELL_M
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * CELL_M
    people = np.round(chance.gamma(0.6, 40, len(at)), 1).tolist()
    communes, names, codes = _communes(side_m)
    corners = chance.uniform(0, side_m, (buildings, 2))
    return Department(
        communes=_layer("communes", communes, name=names, insee_code=codes, population=[1000] * len(names)),
        cells=_layer("land-use", _boxes(at, CELL_M), kind=["urban"] * len(at), population=people),
        buildings=_layer("buildings", _boxes(corners, 12.0), height_m=[6.0] * buildings),
        addresses=_addresses(addresses, side_m, names, codes, chance),
        roads=_roads(roads, side_m),
        side_m=side_m,
    )


def rows_of(*layers: LayerData) -> Rows:
    """These layers as a pack reads them."""
    said, start = [], 0
    for layer in layers:
        columns = {name: np.array(cells, dtype=object) for name, cells in layer.properties.items()}
        said.append(LayerRows(layer.name, columns, start, len(layer)))
        start += len(layer)
    shapes = np.concatenate([layer.shapes for layer in layers]) if layers else np.empty(0, dtype=object)
    return Rows(said, shapes, LAMBERT_93)


def _layer(name: str, flat: Any, /, **columns: list[Any]) -> LayerData:
    return LayerData(name, project(flat, LAMBERT_93, WGS84), columns)


def _boxes(corners: Any, side_m: float) -> Any:
    west, south = WEST_M + corners[:, 0], SOUTH_M + corners[:, 1]
    return shapely.box(west, south, west + side_m, south + side_m)


def _communes(side_m: float) -> tuple[Any, list[str], list[str]]:
    side = max(1, int(side_m / HAMLET_M))
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * side_m / side
    names = [f"{FIRST[n % 10]}-{SECOND[n // 10 % 10]}-{LAST[n // 100 % 5]}" for n in range(len(at))]
    return _boxes(at, side_m / side), names, [f"17{n:03d}" for n in range(len(at))]


def _addresses(count: int, side_m: float, names: list[str], codes: list[str], chance: np.random.Generator) -> LayerData:
    """Twelve houses a street."""
    street = np.arange(count) // 12
    where = street % len(names)
    said = [f"{STREETS[n % 8]} {WHO[n // 8 % 16]}" for n in (street // len(names)).tolist()]
    side = round(len(names) ** 0.5)
    corner = np.stack([where % side, where // side], axis=1) * side_m / side
    flat = corner + chance.uniform(0, side_m / side, (count, 2)) + (WEST_M, SOUTH_M)
    return _layer(
        "addresses",
        shapely.points(flat),
        number=[str(n % 12 + 1) for n in range(count)],
        street=said,
        insee_code=[codes[n] for n in where.tolist()],
    )


def _roads(count: int, side_m: float) -> LayerData:
    """A net of short streets, a crossing every 200 metres or so."""
    side = max(2, round((count / 2) ** 0.5))
    apart_m = side_m / side
    across, up = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    start = np.stack([across, up], axis=1) * apart_m + (WEST_M, SOUTH_M)
    flat = np.concatenate([start, start])
    step = np.repeat([[apart_m, 0], [0, apart_m]], len(start), axis=0)
    lines = shapely.linestrings(np.stack([flat, flat + step / 2 + 3, flat + step], axis=1))
    major = np.concatenate([up % 20 == 0, across % 20 == 0])
    refs = [
        f"D{n}" if big else None for n, big in zip(np.concatenate([up, across]).tolist(), major.tolist(), strict=True)
    ]
    names = [None if ref else f"Rue {WHO[n % 16]}" for n, ref in enumerate(refs)]
    ranks = [3 if ref else 5 for ref in refs]
    return _layer("roads", lines, name=names, ref=refs, importance=ranks, kind=["road"] * len(refs))
