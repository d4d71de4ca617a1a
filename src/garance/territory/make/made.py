"""All that was made, in metres from the corner, and the layers of the pack that it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from garance.territory.content import LayerData, SeriesData, Value
from garance.territory.layers import LAYERS
from garance.territory.make.gauging import Gauge
from garance.territory.make.houses import KINDS, Houses
from garance.territory.make.landform import Land
from garance.territory.make.lifelines import AUTONOMY_H, Hydrants, Node, network_lines, serving
from garance.territory.make.regional import number_houses
from garance.territory.make.roads import Road
from garance.territory.make.settlements import Settlement
from garance.territory.make.zones import Defence
from garance.territory.projection import LAMBERT_93, WGS84, project

LICENCE = "CC0 1.0"
ATTRIBUTION = "Commune fictive engendrée par Garance : aucun lieu réel"
SOURCE = "engendrée (fictif)"
SPEEDS_KPH = {1: 130, 2: 80, 3: 80, 4: 80, 5: 50, 6: 50}
WIDTHS_M = {1: 19.0, 2: 8.5, 3: 6.8, 4: 5.6, 5: 4.8, 6: 3.2}


@dataclass
class SiteMade:
    """A site: name, kind, place (a point), capacity, its commune's place in the list."""

    name: str
    kind: str
    place: Any
    commune: int
    capacity: int | None = None


@dataclass
class Named:
    """Shapes with a kind and a name each."""

    shapes: Sequence[Any]
    kinds: list[str]
    names: list[str | None]


@dataclass
class Zones:
    """Areas at risk: the risk plan (code, colour), floods by scenario and depth, what a past flood covered."""

    risk: Sequence[Any]
    codes: list[str]
    colours: list[str]
    hazard: tuple[Any, list[str], list[str], list[float]]
    past: Sequence[Any]


@dataclass
class Made:
    """Everything made. `house_communes` and `road_communes`: places in the list of settlements."""

    land: Land
    settlements: list[Settlement]
    areas: list[Any]
    roads: list[Road]
    houses: Houses
    house_communes: Any
    sites: list[SiteMade]
    waters: Named
    streams: Named
    coast: Sequence[Any]
    cover: Named
    zones: Zones
    works: list[Defence]
    railways: Sequence[Any]
    localities: Named
    squares: tuple[Any, Any, Any]
    nodes: list[Node]
    hydrants: Hydrants
    gauges: list[Gauge]
    series: list[SeriesData]
    roughness: Any
    roughness_cell_m: float
    houses_named: dict[int, str] = field(default_factory=dict)


Placer = Callable[[Sequence[Any]], Any]


def placer(corner: tuple[float, float]) -> Placer:
    """From metres in the window to WGS 84, kept to 1e-7 degree (a centimetre) so that bytes repeat."""

    def place(shapes: Sequence[Any]) -> Any:
        moved = shapely.transform(np.array(shapes, dtype=object), lambda points: points + np.array(corner))
        return shapely.transform(project(moved, LAMBERT_93, WGS84), lambda points: np.round(points, 7))

    return place


def layers_of(made: Made, place: Placer) -> list[LayerData]:
    """Every layer of the pack; those with nothing in them are left out."""
    layers = [*_ground(made, place), *_risks(made, place), *_built(made, place), *_services(made, place)]
    return [layer for layer in layers if len(layer)]


def _layer(layer: str, place: Placer, shapes: Sequence[Any], /, **properties: list[Value]) -> LayerData:
    kept: Any = np.array(list(shapes), dtype=object)
    if LAYERS[layer].geometry == "polygon":
        kept = as_areas(kept)
    return LayerData(layer, place(kept), properties, SOURCE, LICENCE, ATTRIBUTION)


def as_areas(shapes: Any) -> Any:
    """The same shapes with nothing but their polygons: an intersection may leave lines and points beside them."""
    mixed = ~np.isin(shapely.get_type_id(shapes), (3, 6))
    for at in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[at])
        shapes[at] = shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])
    return shapes


def _ground(made: Made, place: Placer) -> list[LayerData]:
    squares, people, owner = made.squares
    codes = [settlement.code for settlement in made.settlements]
    return [
        _layer("land-cover", place, made.cover.shapes, kind=list(made.cover.kinds)),
        _layer(
            "land-use",
            place,
            squares,
            kind=["urban"] * len(squares),
            population=people.tolist(),
            insee_code=[codes[at] for at in owner.tolist()],
        ),
        _layer("sea", place, [made.land.sea], kind=["sea"], name=["Mer de Galène (fictive)"]),
        _layer("water", place, made.waters.shapes, kind=list(made.waters.kinds), name=list(made.waters.names)),
        _layer("water-lines", place, made.streams.shapes, kind=list(made.streams.kinds), name=list(made.streams.names)),
        _layer("coast", place, made.coast),
        _layer(
            "place-labels", place, made.localities.shapes, name=list(made.localities.names),
            kind=list(made.localities.kinds),
        ),
    ]  # fmt: skip


def _risks(made: Made, place: Placer) -> list[LayerData]:
    zones, works = made.zones, made.works
    shapes, names, scenarios, depths = zones.hazard
    return [
        _layer(
            "risk-zones",
            place,
            zones.risk,
            zone=list(zones.codes),
            kind=list(zones.colours),
            source=["PPR fictif"] * len(zones.risk),
        ),
        _layer(
            "hazard-zones",
            place,
            shapes,
            name=list(names),
            scenario=list(scenarios),
            depth_m=list(depths),
            source=["Étude fictive"] * len(shapes),
        ),
        _layer("past-extent", place, zones.past, name=["Tempête de décembre 1999 (fictive)"] * len(zones.past)),
        _layer(
            "defences",
            place,
            [work.line for work in works],
            kind=[work.kind for work in works],
            status=[work.status for work in works],
            crest_m=[work.crest_m for work in works],
            name=[work.name for work in works],
        ),
    ]


def _built(made: Made, place: Placer) -> list[LayerData]:
    roads, houses = made.roads, made.houses
    names: list[Value] = [made.houses_named.get(at) for at in range(len(houses))]
    speeds: list[Value] = [_speed(road) for road in roads]
    return [
        _layer(
            "buildings",
            place,
            houses.outlines,
            height_m=houses.height_m.tolist(),
            kind=[KINDS[kind] for kind in houses.kind.tolist()],
            name=names,
        ),
        _layer("railways", place, made.railways, kind=["rail"] * len(made.railways),
               name=["Ligne de Galène (fictive)"] * len(made.railways)),
        _layer(
            "roads",
            place,
            [road.line for road in roads],
            name=[road.name for road in roads],
            ref=[road.ref for road in roads],
            importance=[min(road.importance, 5) for road in roads],
            kind=[road.kind for road in roads],
            bridge=[road.bridge for road in roads],
            oneway=[road.oneway for road in roads],
            speed_kph=speeds,
            width_m=[WIDTHS_M[road.importance] for road in roads],
        ),
        _layer(
            "communes",
            place,
            made.areas,
            name=[f"{settlement.name} (fictif)" for settlement in made.settlements],
            insee_code=[settlement.code for settlement in made.settlements],
            population=[settlement.population for settlement in made.settlements],
        ),
    ]  # fmt: skip


def _speed(road: Road) -> int:
    if road.kind == "ramp":
        return 50
    return 30 if road.oneway != "no" else SPEEDS_KPH[road.importance]


def _services(made: Made, place: Placer) -> list[LayerData]:
    nodes, hydrants, gauges = made.nodes, made.hydrants, made.gauges
    wires, kinds, titles = network_lines(nodes)
    return [
        _layer("networks", place, wires, kind=list(kinds), name=list(titles), operator=["Régie fictive"] * len(wires)),
        *_addresses_and_sites(made, place),
        _layer(
            "hydrants",
            place,
            shapely.points(hydrants.places),
            ref=list(hydrants.refs),
            kind=list(hydrants.kinds),
            flow_m3h=list(hydrants.flows),
            status=list(hydrants.states),
        ),
        _layer(
            "network-nodes",
            place,
            [shapely.points(node.place) for node in nodes],
            ref=[node.ref for node in nodes],
            kind=[node.kind for node in nodes],
            name=[node.name for node in nodes],
            depends_on=[";".join(node.depends_on) or None for node in nodes],
            autonomy_h=[AUTONOMY_H.get(node.kind) for node in nodes],
        ),
        _layer(
            "gauges",
            place,
            [shapely.points(gauge.place) for gauge in gauges],
            ref=[gauge.ref for gauge in gauges],
            name=[gauge.name for gauge in gauges],
            kind=[gauge.kind for gauge in gauges],
            unit=[gauge.unit for gauge in gauges],
            river=[gauge.river for gauge in gauges],
            caution=[gauge.thresholds[0] for gauge in gauges],
            serious=[gauge.thresholds[1] for gauge in gauges],
            critical=[gauge.thresholds[2] for gauge in gauges],
        ),
    ]


def _addresses_and_sites(made: Made, place: Placer) -> list[LayerData]:
    mine, numbers, streets = number_houses(made.houses, made.roads, made.house_communes)
    owner = made.house_communes[mine]
    codes = np.array([settlement.code for settlement in made.settlements])
    posts = np.array([settlement.postcode for settlement in made.settlements])
    doors = shapely.centroid(made.houses.outlines[mine])
    spots = np.array([(shapely.get_x(site.place), shapely.get_y(site.place)) for site in made.sites])
    near = shapely.STRtree(doors).query_nearest(shapely.points(spots), all_matches=False)[1]
    said: list[Value] = [
        f"{numbers[at]} {streets[at]}, {posts[owner[at]]} {made.settlements[owner[at]].name}" for at in near.tolist()
    ]
    return [
        _layer(
            "addresses",
            place,
            doors,
            number=[str(number) for number in numbers.tolist()],
            street=streets.tolist(),
            postcode=posts[owner].tolist(),
            insee_code=codes[owner].tolist(),
        ),
        _layer(
            "sites",
            place,
            [site.place for site in made.sites],
            name=[site.name for site in made.sites],
            kind=[site.kind for site in made.sites],
            address=said,
            capacity=[site.capacity for site in made.sites],
            ref=[f"S-{order + 1:05d}" for order in range(len(made.sites))],
            depends_on=list(serving(made.nodes, spots)),
            autonomy_h=[AUTONOMY_H.get(site.kind) for site in made.sites],
        ),
    ]
