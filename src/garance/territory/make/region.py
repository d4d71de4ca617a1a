"""A region of several communes, from one number: land, settlements, roads, houses, people, risks, networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from garance.territory.folder import Progress
from garance.territory.make import cover, floods, gauging, lifelines, ways
from garance.territory.make.chance import chance
from garance.territory.make.frame import FINE_UP_TO, frame_for
from garance.territory.make.houses import Houses, build, crowding
from garance.territory.make.knitting import knit_region
from garance.territory.make.landform import Land, make_land
from garance.territory.make.made import Made, Named, SiteMade, Zones
from garance.territory.make.people import squares
from garance.territory.make.regional import commune_of, middles_of, name_region
from garance.territory.make.rivers import stretches
from garance.territory.make.roads import Road
from garance.territory.make.services import PlacedSite, place_sites
from garance.territory.make.settlements import Coarse, Settlement, settle, survey, tessellate
from garance.territory.make.streetplan import Hamlet, lanes, place_hamlets, plan_streets

QUARTERS = ("Vieille ville", "Quartier de la Gare", "Les Hauts", "Le Faubourg", "La Plaine", "Les Jardins",
            "Le Port-Neuf", "Bellevue", "Les Tanneries", "Le Pré Vert")  # fmt: skip
STATION_REACH_M = 700.0


def make_region(seed: int, communes: int, progress: Progress) -> Made:
    """The region of this seed with that many communes (2 to 600)."""
    progress("Relief et eaux", 0.0)
    land = make_land(seed, frame_for(communes))
    progress("Communes", 0.15)
    coarse = survey(land)
    settlements = settle(seed, land, coarse)
    _, areas = tessellate(seed, land, coarse, settlements)
    progress("Routes et rues", 0.2)
    roads, hamlets, rail = _network(seed, land, coarse, settlements)
    road_communes = commune_of(middles_of(roads), areas)
    name_region(seed, settlements, hamlets, roads, road_communes)
    progress("Sites et bâtiments", 0.35)
    placed, reserved = place_sites(seed, land, settlements, roads, road_communes)
    houses = build(seed, land, settlements, hamlets, roads, reserved)
    house_communes = commune_of(shapely.centroid(houses.outlines), areas)
    progress("Sols et risques", 0.55)
    covered, kinds, factor = _cover(seed, land, houses)
    zones = _zones(land, kinds, factor)
    works = floods.defences(seed, land)
    floods.raise_works(land, works)
    progress("Habitants et réseaux", 0.9)
    sites = _sites(placed, settlements, rail)
    doorsteps = _doorsteps(houses)
    nodes = lifelines.place_nodes(seed, settlements, doorsteps, house_communes, land.at(*doorsteps.T))
    gauges = _gauges(land, settlements)
    return Made(
        land=land,
        settlements=settlements,
        areas=areas,
        roads=roads,
        houses=houses,
        house_communes=house_communes,
        sites=sites,
        waters=_waters(land),
        streams=_streams(land),
        coast=coast_of(land),
        cover=covered,
        zones=zones,
        works=works,
        railways=rail,
        localities=_localities(seed, settlements, hamlets),
        squares=squares(houses, house_communes, settlements, areas),
        nodes=nodes,
        hydrants=_hydrants(seed, settlements, hamlets, roads, road_communes),
        gauges=gauges,
        series=gauging.gauge_series(seed, gauges),
        roughness=cover.MANNING[kinds],
        roughness_cell_m=land.frame.cell_m * factor,
        houses_named={
            order: site.wanted.name.format(settlements[site.commune].name) for order, site in enumerate(placed)
        },
    )


def _network(
    seed: int, land: Land, coarse: Coarse, settlements: list[Settlement]
) -> tuple[list[Road], list[Hamlet], list[Any]]:
    """The roads, the hamlets that lanes lead to, and the railways, which the land remembers."""
    main = ways.main_roads(seed, land, coarse, settlements)
    swift = ways.motorway(seed, land, coarse, settlements)
    rail = ways.railways(seed, land, coarse, settlements)
    land.tracks = [piece for line in rail for piece in _pieces(line)]
    hamlets = place_hamlets(seed, land, settlements, main)
    streets = plan_streets(seed, land, settlements, main)
    roads = knit_region(main, streets, lanes(seed, land, hamlets, main), swift, land.river_area)
    return roads, hamlets, rail


def _pieces(line: Any) -> list[Any]:
    """The straight pieces of a line."""
    points = shapely.get_coordinates(line)
    return list(shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)))


def _cover(seed: int, land: Land, houses: Houses) -> tuple[Named, Any, int]:
    factor = 2
    kinds = cover.cover_grid(seed, land, houses, factor)
    shapes, words = cover.cover_areas(seed, land, kinds)
    return Named(shapes, words, [None] * len(words)), kinds, factor


def _zones(land: Land, kinds: Any, factor: int) -> Zones:
    wide = np.repeat(np.repeat(kinds, factor, axis=0), factor, axis=1)
    rows, columns = land.frame.shape
    wide = np.pad(wide, ((0, rows - wide.shape[0]), (0, columns - wide.shape[1])), mode="edge")
    risk, codes, colours = floods.risk_zones(land, (wide == 1) | (wide == 2), wide == 4)
    return Zones(risk, codes, colours, floods.hazard_zones(land), floods.past_flood(land))


def _sites(placed: list[PlacedSite], settlements: list[Settlement], rail: list[Any]) -> list[SiteMade]:
    found = [
        SiteMade(site.wanted.name.format(settlements[site.commune].name), site.wanted.kind,
                 shapely.centroid(site.outline), site.commune, site.wanted.capacity)
        for site in placed
    ]  # fmt: skip
    if rail:
        tracks = shapely.union_all(rail)
        for settlement in settlements:
            seat = shapely.points(settlement.place)
            short = shapely.shortest_line(seat, tracks)
            if settlement.population > 500 and shapely.length(short) < settlement.radius_m + STATION_REACH_M:
                found.append(SiteMade(f"Gare de {settlement.name}", "station", shapely.get_point(short, 1),
                                      settlement.order))  # fmt: skip
    return found


def _doorsteps(houses: Houses) -> Any:
    """Places just beside the houses."""
    box = shapely.bounds(houses.outlines)
    return np.round(np.column_stack([box[:, 2] + 1.5, box[:, 3] + 1.5]), 2)


def _waters(land: Land) -> Named:
    names = [name for name, shape in land.waters.items() if not shapely.is_empty(shape)]
    return Named([land.waters[name] for name in names], ["river"] * len(names), list(names))


def _streams(land: Land) -> Named:
    kinds = ["river" if river.below_km2 > 25 else "stream" for river in land.rivers]
    return Named([river.line for river in land.rivers], kinds, [river.name for river in land.rivers])


def coast_of(land: Land) -> list[Any]:
    """The shore, without the edges of the window."""
    edge = shapely.buffer(land.window.boundary, 1.0)
    shore = shapely.difference(shapely.boundary(land.sea), edge)
    return [part for part in shapely.get_parts(shapely.line_merge(shore)) if part.length > 50]


def _localities(seed: int, settlements: list[Settlement], hamlets: list[Hamlet]) -> Named:
    random = chance(seed, "localities")
    shapes = [shapely.points(hamlet.place) for hamlet in hamlets]
    kinds, names = ["hamlet"] * len(hamlets), [hamlet.name for hamlet in hamlets]
    for settlement in settlements:
        count = min(len(QUARTERS), settlement.population // 3_000)
        turn = float(random.uniform(0, 2 * np.pi))
        for order in range(count):
            away = 0.0 if order == 0 else settlement.radius_m * 0.62
            angle = turn + 2 * np.pi * order / max(1, count - 1)
            spot = (settlement.place[0] + away * np.cos(angle), settlement.place[1] + away * np.sin(angle))
            shapes.append(shapely.points(spot))
            kinds.append("quarter")
            names.append(QUARTERS[order])
    return Named(shapes, kinds, list(names))


def _hydrants(
    seed: int, settlements: list[Settlement], hamlets: list[Hamlet], roads: list[Road], communes: Any
) -> lifelines.Hydrants:
    middles = middles_of(roads)
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    built = crowding(settlements, x, y).inside > -0.05
    if hamlets:
        around = shapely.STRtree([shapely.points(hamlet.place) for hamlet in hamlets])
        built[around.query(middles, predicate="dwithin", distance=110.0)[0]] = True
    codes = [settlement.code for settlement in settlements]
    people = np.array([settlement.population for settlement in settlements])
    return lifelines.place_hydrants(seed, roads, communes, built, codes, people)


def _gauges(land: Land, settlements: list[Settlement]) -> list[gauging.Gauge]:
    small = len(settlements) <= FINE_UP_TO
    places = [(settlement.name, settlement.place) for settlement in settlements]
    rivers = gauging.river_gauges(stretches(land.rivers, 25 if small else 90), places, 4_500 if small else 14_000)
    port = min(settlements, key=lambda s: np.hypot(s.place[0] - land.mouth[0], s.place[1] - land.mouth[1])).name
    return rivers + gauging.other_gauges(land.mouth, port, places[:: max(1, len(places) // (3 + len(places) // 25))])
