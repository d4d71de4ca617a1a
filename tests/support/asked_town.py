"""A small town to be asked about: everything in it is at a round number of metres from its corner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine
from support.territories import EAST_M, NORTH_M, line, quiet

from garance.territory import Pack, open_pack
from garance.territory.content import Content, LayerData
from garance.territory.folder import building, write_pack
from garance.territory.labels import label_layers
from garance.territory.projection import LAMBERT_93, WGS84, project, project_bounds, transformer
from garance.territory.terrain import Terrain

SIDE_M = 4_000
CELL_M = 200
ROADS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (line((0, 1000), (4000, 1000)), {"name": "Rue du Port", "kind": "street", "speed_kph": 36}),
    (line((1000, 0), (1000, 4000)), {"name": "Avenue du 8 Mai 1945", "kind": "street", "speed_kph": 36}),
    (line((0, 2000), (4000, 2000)), {"name": "Rue Gambetta", "kind": "street", "oneway": "forward", "speed_kph": 36}),
    (line((0, 3000), (4000, 3000)), {"ref": "D911", "kind": "road", "importance": 3, "speed_kph": 72}),
    (line((3000, 0), (3000, 2500)), {"name": "Rue de l'Église", "kind": "street", "speed_kph": 36}),
    (
        line((3000, 2500), (3000, 3500)),
        {"ref": "D3", "kind": "road", "bridge": True, "max_weight_t": 12, "speed_kph": 36},
    ),
    (line((3000, 3500), (3000, 4000)), {"name": "Rue des Moulins", "kind": "street", "speed_kph": 36}),
    (line((3500, 1500), (3900, 1500)), {"name": "Chemin de l'Île", "kind": "track", "speed_kph": 18}),
)
SITES = (
    ((500, 500), "Mairie", "town-hall"),
    ((2500, 1200), "CENTRE HOSPITALIER", "hospital"),
    ((1500, 2100), "CSP ROCHEFORT", "fire-station"),
    ((3300, 2100), None, "church"),
    ((3900, 3900), "Pierre Loti", "school"),
)


def lon_lat(x: float, y: float) -> tuple[float, float]:
    """The longitude and latitude of a place of the town, metres from its corner."""
    lon_deg, lat_deg = transformer(LAMBERT_93, WGS84).transform(EAST_M + x, NORTH_M + y)
    return float(lon_deg), float(lat_deg)


def area(*corners: tuple[float, float]) -> Any:
    """A polygon of WGS 84 from places of the town."""
    return shapely.polygons([lon_lat(x, y) for x, y in corners])


def box(west: float, south: float, east: float, north: float) -> Any:
    """A rectangle of the town, in WGS 84."""
    return area((west, south), (east, south), (east, north), (west, north))


def population(column: int, row: int) -> float:
    """The inhabitants of a cell."""
    return float((column * 7 + row * 3) % 11)


def make_asked_town(out: Path) -> Pack:
    """Write the pack of the town."""
    layers = [_communes(), _cells(), _roads(), _sites(), _addresses(), *_waters(), _buildings()]
    layers += label_layers(layers, LAMBERT_93)
    heights = np.broadcast_to(np.arange(-1990.0, 6000.0, 20) / 100, (300, 400)).astype("float32")
    bounds = (EAST_M - 2000, NORTH_M - 1000, EAST_M + 6000, NORTH_M + 5000)
    content = Content(
        id="asked",
        name="Échillais",
        fictitious=True,
        bbox=project_bounds(bounds, LAMBERT_93, WGS84),
        metric_crs=LAMBERT_93,
        source_digest="0" * 16,
        attribution="",
        licences=["CC0 1.0"],
        layers=layers,
        terrain=Terrain(heights, Affine(20, 0, EAST_M - 2000, 0, -20, NORTH_M + 5000), LAMBERT_93),
        missing=[],
        report=[],
    )
    with building(out) as folder:
        write_pack(folder, content, quiet)
    return open_pack(out)


def roads_layer(roads: tuple[tuple[Any, dict[str, Any]], ...]) -> LayerData:
    """The layer `roads` of these lines of the town."""
    names = sorted({name for _, said in roads for name in said})
    return _layer("roads", [shape for shape, _ in roads], {n: [said.get(n) for _, said in roads] for n in names})


def _layer(name: str, shapes: list[Any], properties: dict[str, list[Any]]) -> LayerData:
    return LayerData(name, project(np.array(shapes, dtype=object), LAMBERT_93, WGS84), properties, "test", "CC0", "")


def _rectangle(west: float, south: float, east: float, north: float) -> Any:
    return shapely.box(EAST_M + west, NORTH_M + south, EAST_M + east, NORTH_M + north)


def _point(x: float, y: float) -> Any:
    return shapely.points(EAST_M + x, NORTH_M + y)


def _communes() -> LayerData:
    halves = [_rectangle(0, 0, 2000, SIDE_M), _rectangle(2000, 0, SIDE_M, SIDE_M)]
    said: dict[str, list[Any]] = {
        "name": ["Échillais", "Rochefort"],
        "insee_code": ["17146", "17299"],
        "population": [3512, 24047],
    }
    return _layer("communes", halves, said)


def _cells() -> LayerData:
    places = [(column, row) for column in range(SIDE_M // CELL_M) for row in range(SIDE_M // CELL_M)]
    squares = [_rectangle(c * CELL_M, r * CELL_M, (c + 1) * CELL_M, (r + 1) * CELL_M) for c, r in places]
    return _layer(
        "land-use", squares, {"kind": ["urban"] * len(places), "population": [population(*p) for p in places]}
    )


def _roads() -> LayerData:
    return roads_layer(ROADS)


def _sites() -> LayerData:
    said: dict[str, list[Any]] = {"name": [name for _, name, _ in SITES], "kind": [kind for _, _, kind in SITES]}
    return _layer("sites", [_point(*place) for place, _, _ in SITES], said)


def _addresses() -> LayerData:
    """Every 40 m along Rue du Port, odd numbers to the south; one bis."""
    places = [(x, 985 if number % 2 else 1015, str(number)) for number, x in enumerate(range(40, 4000, 40), 1)]
    places.append((490, 1015, "12 bis"))
    codes = ["17146" if x < 2000 else "17299" for x, _, _ in places]
    said: dict[str, list[Any]] = {
        "number": [n for _, _, n in places],
        "street": ["Rue du Port"] * len(places),
        "insee_code": codes,
    }
    return _layer("addresses", [_point(x, y) for x, y, _ in places], {**said, "postcode": ["17300"] * len(places)})


def _waters() -> list[LayerData]:
    river = _layer("water", [_rectangle(0, 3600, SIDE_M, 3800)], {"kind": ["river"], "name": ["la Charente"]})
    sea = _layer("sea", [_rectangle(-2000, 0, 0, SIDE_M)], {"kind": ["sea"], "name": [None]})
    return [sea, river]


def _buildings() -> LayerData:
    squares = [_rectangle(x, y, x + 10, y + 10) for x in range(20, 4000, 100) for y in range(20, 4000, 100)]
    return _layer("buildings", squares, {"height_m": [6.0] * len(squares), "kind": ["residential"] * len(squares)})
