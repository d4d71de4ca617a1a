"""The whole fictional commune, from one number to a pack (`garance territory make`, in small)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine

from garance.kernel.refusal import Refused
from garance.territory.cells import Value
from garance.territory.content import Content, LayerData
from garance.territory.folder import Progress, building, write_pack
from garance.territory.importer import missing_roles
from garance.territory.labels import label_layers
from garance.territory.make import zones
from garance.territory.make.naming import COMMUNE, NEIGHBOURS, RIVER, STREAMS, name_roads
from garance.territory.make.relief import HEIGHT_M, WIDTH_M, Ground, make_ground
from garance.territory.make.roads import Quarter, Road, knit, main_roads, make_quarters, streets
from garance.territory.make.town import Block, Site, fill_blocks, make_blocks, place_sites
from garance.territory.manifest import ReportLine, read_manifest
from garance.territory.pack import Pack, open_pack
from garance.territory.projection import LAMBERT_93, WGS84, project, project_bounds, transformer
from garance.territory.terrain import Terrain

RECIPE = "make-3"
CORNER_DEG = (-2.985, 46.225)
"""The south-west corner: open sea in the Bay of Biscay, where nobody lives, so that it is taken for no real place."""

LICENCE = "CC0 1.0"
ATTRIBUTION = "Commune fictive engendrée par Garance : aucun lieu réel"
SOURCE = "engendrée (fictif)"
MAX_SEED = 2**32 - 1


@dataclass
class Town:
    """Everything made, in metres from the corner."""

    ground: Ground
    quarters: list[Quarter]
    roads: list[Road]
    blocks: list[Block]
    sites: list[Site]
    works: list[zones.Defence]
    communes: list[Any]


def make_territory(seed: int, out: Path, *, progress: Progress) -> Pack:
    """Make the pack of the fictional commune of this seed at `out`, or give the one already there.

    Same seed, same tiles, same version. `progress` as for an import. Refuses `seed-out-of-range` (0..2^32-1) and
    `output-not-a-pack`.
    """
    if not 0 <= seed <= MAX_SEED:
        raise Refused("seed-out-of-range", field="seed", detail={"least": 0, "most": MAX_SEED})
    source_digest = hashlib.sha256(f"{RECIPE}\0{seed}".encode()).hexdigest()[:16]
    if _is_there(out, source_digest):
        progress("Déjà à jour", 1.0)
        return open_pack(out)
    town = _make(seed, progress)
    content = _content(seed, town, source_digest)
    with building(out) as folder:
        write_pack(folder, content, progress)
    return open_pack(out)


def _is_there(out: Path, source_digest: str) -> bool:
    try:
        return read_manifest(out).source_digest == source_digest
    except Refused:
        return False


def _make(seed: int, progress: Progress) -> Town:
    progress("Relief et eaux", 0.0)
    ground = make_ground(seed)
    progress("Routes et rues", 0.1)
    quarters = make_quarters(seed, ground)
    main = main_roads(seed, ground, quarters)
    roads = knit(ground, main + streets(seed, ground, quarters, main))
    name_roads(seed, ground, quarters, roads)
    progress("Bâtiments", 0.3)
    blocks = make_blocks(ground, quarters, roads)
    sites = place_sites(ground, quarters, blocks)
    fill_blocks(seed, ground, blocks)
    progress("Digues et communes", 0.5)
    works = zones.defences(seed, ground)
    return Town(
        ground,
        quarters,
        roads,
        [block for block in blocks if block.buildings],
        sites,
        works,
        zones.communes(seed, ground),
    )


def _content(seed: int, town: Town, source_digest: str) -> Content:
    ground = town.ground
    risk = zones.risk_zones(ground, town.blocks)
    storm = zones.past_flood(seed, ground)
    cover = zones.land_cover(seed, ground, town.blocks)
    zones.raise_defences(ground, town.works)
    east, north = transformer(WGS84, LAMBERT_93).transform(*CORNER_DEG)
    corner = (round(east, -1), round(north, -1))
    terrain = Terrain(ground.heights_m, Affine.translation(*corner) @ ground.transform, LAMBERT_93)
    place = _placer(corner)
    layers = [*_nature(town, risk, storm, cover, place), *_built(town, place)]
    bbox = project_bounds((corner[0], corner[1], corner[0] + WIDTH_M, corner[1] + HEIGHT_M), LAMBERT_93, WGS84)
    missing = missing_roles(layers, terrain, set())
    line = ReportLine(
        kind="derived",
        code="fictitious",
        subject=COMMUNE,
        text_fr=f"Commune fictive, engendrée du nombre {seed} : aucun lieu ni personne réels.",
    )
    return Content(
        id=f"port-galene-{seed}",
        name=f"{COMMUNE} (fictif)",
        fictitious=True,
        bbox=bbox,
        metric_crs=LAMBERT_93,
        source_digest=source_digest,
        attribution=ATTRIBUTION,
        licences=[LICENCE],
        layers=[*layers, *label_layers(layers, LAMBERT_93)],
        terrain=terrain,
        missing=missing,
        report=[line],
    )


Placer = Callable[[Sequence[Any]], Any]


def _placer(corner: tuple[float, float]) -> Placer:
    """From metres in the window to WGS 84, kept to 1e-7 degree (a centimetre) so that bytes repeat."""

    def place(shapes: Sequence[Any]) -> Any:
        moved = shapely.transform(np.array(shapes, dtype=object), lambda points: points + np.array(corner))
        return shapely.transform(project(moved, LAMBERT_93, WGS84), lambda points: np.round(points, 7))

    return place


def _layer(layer: str, place: Placer, shapes: Sequence[Any], /, **properties: list[Value]) -> LayerData:
    return LayerData(layer, place(shapes), properties, SOURCE, LICENCE, ATTRIBUTION)


def _nature(
    town: Town, risk: list[tuple[str, str, Any]], storm: list[Any], cover: list[tuple[str, Any]], place: Placer
) -> list[LayerData]:
    ground = town.ground
    streams = sorted(ground.streams, key=lambda line: -line.length)
    names: list[Value] = [*STREAMS[: len(streams)], *[None] * max(0, len(streams) - len(STREAMS))]
    layers = [
        _layer("land-cover", place, [shape for _, shape in cover], kind=[kind for kind, _ in cover]),
        _layer("sea", place, [ground.sea], kind=["sea"], name=["Mer de Galène (fictive)"]),
        _layer("water", place, [ground.river], kind=["river"], name=[RIVER]),
        _layer("water-lines", place, streams, kind=["stream"] * len(streams), name=names),
        _layer("coast", place, [shapely.intersection(ground.coast, ground.window)]),
        _layer(
            "risk-zones",
            place,
            [shape for _, _, shape in risk],
            zone=[code for code, _, _ in risk],
            kind=[kind for _, kind, _ in risk],
            source=["PPRL fictif"] * len(risk),
        ),
        _layer("past-extent", place, storm, name=["Tempête de décembre 1999 (fictive)"] * len(storm)),
    ]
    return [layer for layer in layers if len(layer)]


def _built(town: Town, place: Placer) -> list[LayerData]:
    houses = [house for block in town.blocks for house in block.buildings]
    people = _people_by_commune(town)
    names = [f"{name} (fictif)" for name in (COMMUNE, *NEIGHBOURS)][: len(town.communes)]
    roads, works = town.roads, town.works
    return [
        _layer(
            "land-use",
            place,
            [block.outline for block in town.blocks],
            kind=["urban"] * len(town.blocks),
            population=[block.population for block in town.blocks],
            insee_code=[_code(_commune_of(town, block)) for block in town.blocks],
        ),
        _layer(
            "buildings",
            place,
            [house.outline for house in houses],
            height_m=[house.height_m for house in houses],
            kind=[house.kind for house in houses],
        ),
        _layer(
            "roads",
            place,
            [road.line for road in roads],
            name=[road.name for road in roads],
            ref=[road.ref for road in roads],
            importance=[road.importance for road in roads],
            kind=[road.kind for road in roads],
            bridge=[road.bridge for road in roads],
        ),
        _layer(
            "defences",
            place,
            [work.line for work in works],
            kind=[work.kind for work in works],
            status=[work.status for work in works],
            crest_m=[work.crest_m for work in works],
            name=[work.name for work in works],
        ),
        _layer(
            "communes",
            place,
            town.communes,
            name=list(names),
            insee_code=[_code(order) for order in range(len(names))],
            population=list(people),
        ),
        _layer(
            "sites",
            place,
            [site.place for site in town.sites],
            name=[site.name for site in town.sites],
            kind=[site.kind for site in town.sites],
        ),
    ]


def _code(order: int) -> str:
    """A commune code of department 00, which does not exist."""
    return f"{order + 1:05d}"


def _commune_of(town: Town, block: Block) -> int:
    return min(range(len(town.communes)), key=lambda order: town.communes[order].distance(block.outline.centroid))


def _people_by_commune(town: Town) -> list[int]:
    people = [0.0] * len(town.communes)
    for block in town.blocks:
        people[_commune_of(town, block)] += block.population
    return [round(count) for count in people]
