"""The detailed commune as everything made: what its own recipe gives, and what a region's makers add to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from rasterio.features import rasterize

from garance.territory.folder import Progress
from garance.territory.make import cover, floods, gauging, lifelines, zones
from garance.territory.make.chance import chance
from garance.territory.make.frame import Frame, away_m
from garance.territory.make.houses import KINDS, Houses
from garance.territory.make.landform import Land, beds_around
from garance.territory.make.made import Made, Named, SiteMade, Zones
from garance.territory.make.naming import COMMUNE, NEIGHBOURS, RIVER, STREAMS, name_roads
from garance.territory.make.people import squares
from garance.territory.make.regional import commune_of, middles_of
from garance.territory.make.relief import CELL_M, COARSE_M, HEIGHT_M, WIDTH_M, Ground, make_ground
from garance.territory.make.rivers import River, stretches
from garance.territory.make.roads import Quarter, Road, knit, main_roads, make_quarters, streets
from garance.territory.make.settlements import Settlement
from garance.territory.make.town import Block, Site, fill_blocks, make_blocks, place_sites

BASIN_KM2 = 640.0
"""What the town's river drains: the same order as its width tells."""

STREAM_KM2 = 3.0
CAPACITIES = {"school": 180, "care-home": 72, "community-hall": 320}


def make_single(seed: int, progress: Progress) -> Made:
    """Port-Galène and its two neighbours, in full."""
    progress("Relief et eaux", 0.0)
    ground = make_ground(seed)
    progress("Routes et rues", 0.1)
    quarters = make_quarters(seed, ground)
    main = main_roads(seed, ground, quarters)
    roads = knit(ground, main + streets(seed, ground, quarters, main))
    name_roads(seed, ground, quarters, roads)
    _oneway(seed, ground, roads)
    progress("Bâtiments", 0.3)
    blocks = make_blocks(ground, quarters, roads)
    sites = place_sites(ground, quarters, blocks)
    fill_blocks(seed, ground, blocks)
    blocks = [block for block in blocks if block.buildings]
    progress("Digues et communes", 0.5)
    works = zones.defences(seed, ground)
    areas = zones.communes(seed, ground)
    risk, past = zones.risk_zones(ground, blocks), zones.past_flood(seed, ground)
    covered = zones.land_cover(seed, ground, blocks)
    land = land_of(ground)
    hazard = floods.hazard_zones(land)
    zones.raise_defences(ground, works)
    land.heights_m = ground.heights_m
    risks = Zones(
        [shape for _, _, shape in risk], [code for code, _, _ in risk], [kind for _, kind, _ in risk], hazard, past
    )
    return _assemble(seed, land, quarters, roads, blocks, sites, works, areas, covered, risks)


def _oneway(seed: int, ground: Ground, roads: list[Road]) -> None:
    """Part of the old town's streets go one way only."""
    random = chance(seed, "oneway")
    for road in roads:
        near = float(shapely.distance(road.line, shapely.points(ground.centre)))
        if road.importance == 5 and near < 320 and random.random() < 0.4:
            road.oneway = str(random.choice(["forward", "backward"]))


def land_of(ground: Ground) -> Land:
    """The town's ground as the land of a region: same heights, its river and streams as reaches."""
    frame = Frame(1, WIDTH_M, HEIGHT_M, CELL_M, COARSE_M)
    sea_mask = rasterize([ground.sea], out_shape=frame.shape, transform=frame.transform).astype(bool)
    rivers = [_reach(ground, shapely.reverse(ground.river_line), BASIN_KM2, RIVER)]
    ordered = sorted(ground.streams, key=lambda line: -line.length)
    rivers += [
        _reach(ground, line, STREAM_KM2, STREAMS[order] if order < len(STREAMS) else None)
        for order, line in enumerate(ordered)
    ]
    nearest, from_river, bed = beds_around(frame, rivers)
    return Land(
        frame,
        ground.heights_m,
        sea_mask,
        ground.sea,
        rivers,
        {RIVER: ground.river},
        ground.river,
        nearest,
        from_river,
        ground.heights_m - bed,
        away_m(sea_mask, CELL_M),
        rivers[0].mouth,
    )


def _reach(ground: Ground, line: Any, km2: float, name: str | None) -> River:
    points = shapely.get_coordinates(line)
    beds = np.minimum.accumulate(ground.at(points[:, 0], points[:, 1]).astype(float))
    return River(line, np.maximum(beds, -0.4), km2 * 0.96, km2, -1, name)


def _assemble(
    seed: int, land: Land, quarters: list[Quarter], roads: list[Road], blocks: list[Block], sites: list[Site],
    works: list[zones.Defence], areas: list[Any], covered: list[tuple[str, Any]], risks: Zones,
) -> Made:  # fmt: skip
    houses = _houses(blocks, roads)
    middle = shapely.centroid(houses.outlines)
    house_communes = commune_of(middle, areas)
    settlements = _settlements(quarters, blocks, areas)
    doors = shapely.bounds(houses.outlines)[:, 2:] + 1.5
    nodes = lifelines.place_nodes(seed, settlements, doors, house_communes, land.at(*doors.T))
    road_communes = commune_of(middles_of(roads), areas)
    built = shapely.STRtree(middle).query(middles_of(roads), predicate="dwithin", distance=90.0)[0]
    lived = np.isin(np.arange(len(roads)), built)
    people = np.array([settlement.population for settlement in settlements])
    codes = [settlement.code for settlement in settlements]
    gauges = _gauges(land, settlements)
    grid, cell_m = _roughness(land, covered)
    owner = commune_of(np.array([site.place for site in sites], dtype=object), areas)
    return Made(
        land=land,
        settlements=settlements,
        areas=areas,
        roads=roads,
        houses=houses,
        house_communes=house_communes,
        sites=[SiteMade(site.name, site.kind, site.place, int(at), CAPACITIES.get(site.kind))
               for site, at in zip(sites, owner, strict=True)],
        waters=Named([land.river_area], ["river"], [RIVER]),
        streams=Named([river.line for river in land.rivers[1:]], ["stream"] * (len(land.rivers) - 1),
                      [river.name for river in land.rivers[1:]]),
        coast=shapely.get_parts(shapely.difference(land.sea.boundary, land.window.boundary.buffer(1.0))).tolist(),
        cover=Named([shape for _, shape in covered], [kind for kind, _ in covered], [None] * len(covered)),
        zones=risks,
        works=works,
        railways=[],
        localities=Named([shapely.points(quarter.place) for quarter in quarters[1:]],
                         ["quarter" if order < 2 else "hamlet" for order in range(len(quarters) - 1)],
                         [quarter.name for quarter in quarters[1:]]),
        squares=squares(houses, house_communes, settlements, areas),
        nodes=nodes,
        hydrants=lifelines.place_hydrants(seed, roads, road_communes, lived, codes, people),
        gauges=gauges,
        series=gauging.gauge_series(seed, gauges),
        roughness=grid,
        roughness_cell_m=cell_m,
    )  # fmt: skip


def _houses(blocks: list[Block], roads: list[Road]) -> Houses:
    """The buildings of the blocks as arrays, each with the named street nearest to it."""
    every = [building for block in blocks for building in block.buildings]
    outlines = np.array([building.outline for building in every], dtype=object)
    named = np.array([at for at, road in enumerate(roads) if road.name])
    tree = shapely.STRtree([roads[at].line for at in named])
    near = tree.query_nearest(shapely.centroid(outlines), all_matches=False)[1]
    return Houses(
        outlines,
        np.array([building.height_m for building in every]),
        np.array([KINDS.index(building.kind) for building in every]),
        named[near],
    )


def _settlements(quarters: list[Quarter], blocks: list[Block], areas: list[Any]) -> list[Settlement]:
    names = (COMMUNE, *NEIGHBOURS)
    owner = commune_of(shapely.centroid(np.array([block.outline for block in blocks], dtype=object)), areas)
    people = np.bincount(owner, [block.population for block in blocks], len(areas))
    places = [quarters[0].place]
    for area in areas[1:]:
        inside = [quarter.place for quarter in quarters if shapely.contains_xy(area, *quarter.place)]
        middle = shapely.point_on_surface(area)
        places.append(inside[0] if inside else (float(shapely.get_x(middle)), float(shapely.get_y(middle))))
    return [
        Settlement(order, place, names[order], round(float(people[order])), coastal=order == 0)
        for order, place in enumerate(places)
    ]


def _gauges(land: Land, settlements: list[Settlement]) -> list[gauging.Gauge]:
    places = [(settlement.name, settlement.place) for settlement in settlements]
    rivers = gauging.river_gauges(stretches(land.rivers, 25), places, 3_000)
    return rivers + gauging.other_gauges(land.mouth, COMMUNE, places)


def _roughness(land: Land, covered: list[tuple[str, Any]]) -> tuple[Any, float]:
    pairs = [(shape, cover.COVERS.index(kind)) for kind, shape in covered]
    pairs.append((land.river_area, cover.COVERS.index("water")))
    kinds = rasterize(pairs, out_shape=land.frame.shape, transform=land.frame.transform, dtype="uint8")
    kinds[land.sea_mask] = 0
    return cover.MANNING[kinds], land.frame.cell_m
