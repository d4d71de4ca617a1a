"""A fictional commune or a whole region of them, from one number to a pack (`garance territory make`)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from affine import Affine

from garance.kernel.refusal import Refused
from garance.territory.content import Content, RasterData
from garance.territory.folder import Progress, building, write_pack
from garance.territory.importing.importer import missing_roles
from garance.territory.labels import label_layers
from garance.territory.make.made import ATTRIBUTION, LICENCE, SOURCE, Made, layers_of, placer
from garance.territory.make.naming import COMMUNE
from garance.territory.make.region import make_region
from garance.territory.make.single import make_single
from garance.territory.manifest import ReportLine, read_manifest
from garance.territory.pack import Pack, open_pack
from garance.territory.projection import LAMBERT_93, WGS84, project_bounds, transformer
from garance.territory.roles import Role
from garance.territory.terrain import Terrain

RECIPE = "make-4"
CORNER_DEG = (-2.985, 46.225)
REGION_CORNER_DEG = (-3.95, 45.55)
"""The south-west corners: open sea in the Bay of Biscay, where nobody lives, so that it is taken for no real place."""

CORNER_STEP_M = 200.0
MAX_SEED = 2**32 - 1
MAX_COMMUNES = 600


def make_territory(seed: int, out: Path, *, communes: int = 1, progress: Progress) -> Pack:
    """Make the pack of the fictional territory of this seed and size at `out`, or give the one already there.

    One commune: a town of 8 x 6.4 km in full detail, with two neighbours. More: a region of that many communes, up to
    a department of 500 (80 x 75 km) and a little beyond. Same seed and size, same bytes. `progress` as for an import.
    Refuses `seed-out-of-range` (0..2^32-1), `commune-count-out-of-range` (1..600) and `output-not-a-pack`.
    """
    if not 0 <= seed <= MAX_SEED:
        raise Refused("seed-out-of-range", field="seed", detail={"least": 0, "most": MAX_SEED})
    if not 1 <= communes <= MAX_COMMUNES:
        raise Refused("commune-count-out-of-range", field="communes", detail={"least": 1, "most": MAX_COMMUNES})
    source_digest = hashlib.sha256(f"{RECIPE}\0{seed}\0{communes}".encode()).hexdigest()[:16]
    if _is_there(out, source_digest):
        progress("Déjà à jour", 1.0)
        return open_pack(out)
    made = make_single(seed, progress) if communes == 1 else make_region(seed, communes, progress)
    content = _content(seed, communes, made, source_digest)
    with building(out) as folder:
        write_pack(folder, content, progress)
    return open_pack(out)


def _is_there(out: Path, source_digest: str) -> bool:
    try:
        return read_manifest(out).source_digest == source_digest
    except Refused:
        return False


def _content(seed: int, communes: int, made: Made, source_digest: str) -> Content:
    frame = made.land.frame
    corner = _corner(REGION_CORNER_DEG if communes > 1 else CORNER_DEG)
    shift = Affine.translation(*corner)
    terrain = Terrain(made.land.heights_m, shift @ frame.transform, LAMBERT_93)
    layers = layers_of(made, placer(corner))
    box = (corner[0], corner[1], corner[0] + frame.width_m, corner[1] + frame.height_m)
    name = COMMUNE if communes == 1 else f"Pays de Galène, {communes} communes"
    identity = f"port-galene-{seed}" if communes == 1 else f"pays-de-galene-{communes}-{seed}"
    told = "Commune fictive, engendrée" if communes == 1 else f"Territoire fictif de {communes} communes, engendré"
    line = ReportLine(
        kind="derived",
        code="fictitious",
        subject=name,
        text_fr=f"{told} du nombre {seed} : aucun lieu ni personne réels.",
    )
    roughness = _roughness(made, shift)
    return Content(
        id=identity,
        name=f"{name} (fictif)",
        fictitious=True,
        bbox=project_bounds(box, LAMBERT_93, WGS84),
        metric_crs=LAMBERT_93,
        source_digest=source_digest,
        attribution=ATTRIBUTION,
        licences=[LICENCE],
        layers=[*layers, *label_layers(layers, LAMBERT_93)],
        terrain=terrain,
        missing=missing_roles(layers, terrain, {roughness.role}),
        report=[line],
        rasters=[roughness],
        series=made.series,
    )


def _corner(place_deg: tuple[float, float]) -> tuple[float, float]:
    """A corner in Lambert-93, on the grid of the population squares."""
    east, north = transformer(WGS84, LAMBERT_93).transform(*place_deg)
    return round(east / CORNER_STEP_M) * CORNER_STEP_M, round(north / CORNER_STEP_M) * CORNER_STEP_M


def _roughness(made: Made, shift: Affine) -> RasterData:
    scale = made.roughness_cell_m / made.land.frame.cell_m
    return RasterData(
        name="roughness",
        role=str(Role.ROUGHNESS),
        title_fr="Rugosité du sol (Manning)",
        title_en="Ground roughness (Manning)",
        unit="s/m^(1/3)",
        values=made.roughness[None].astype("float32"),
        transform=shift @ made.land.frame.transform @ Affine.scale(scale),
        crs=LAMBERT_93,
        source=SOURCE,
        licence=LICENCE,
        attribution=ATTRIBUTION,
    )
