"""From a folder of files as a town has them to a territory pack (import d'un territoire)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from garance.kernel.refusal import Refused
from garance.territory import reporting
from garance.territory.content import Content, LayerData
from garance.territory.folder import Progress, building, write_pack
from garance.territory.labels import label_layers
from garance.territory.layers import LAYER_KINDS, LAYERS
from garance.territory.manifest import Missing, ReportLine, read_manifest
from garance.territory.pack import Pack, open_pack
from garance.territory.projection import WGS84, Bounds, metric_crs, project, project_bounds
from garance.territory.reading import Findings, Grid, Table, digest_files, list_files, read_source
from garance.territory.recognise import UNUSED, recognise, recognise_grid
from garance.territory.roles import DISABLES_FR, Role
from garance.territory.selection import Kept, choose, clip, derive_sea, finish, newest_first, prepare
from garance.territory.terrain import Terrain, read_terrain
from garance.territory.wording import slug

RECIPE = "import-3"
"""Changes whenever the same files would give another pack."""

MARGIN_M = 2_000.0
"""How far around the communes the map goes, when the terrain does."""

ATTRIBUTION = re.compile(r"attribution\s*:\s*[\"«“]\s*([^\"»”]{3,400}?)\s*[\"»”]", re.IGNORECASE)
LICENCE = re.compile(r"(CC[ -]BY(?:-SA)?[ -]\d\.\d|Licence Ouverte(?: \d\.\d)?|ODbL(?: \d\.\d)?|Etalab \d\.\d)")
UNKNOWN_LICENCE = "non déclarée"


@dataclass
class Sorted:
    """The findings, each put where it belongs."""

    tables: dict[str, list[Table]] = field(default_factory=lambda: defaultdict(list))
    grids: dict[str, list[Grid]] = field(default_factory=lambda: defaultdict(list))
    notices: list[str] = field(default_factory=list)
    report: list[ReportLine] = field(default_factory=list)


def import_territory(source: Path, out: Path, *, progress: Progress) -> Pack:
    """Build the pack of this folder at `out`, or give the one already there when nothing changed.

    `progress(what, share)` is called with a French phrase and 0..1; raising from it cancels, leaving `out` as it
    was. Refuses what `list_files` and the archives' check refuse, `territory-nothing-recognised` and
    `output-not-a-pack`.
    """
    files = list_files(source)
    source_digest = digest_files(source, files, RECIPE)
    current = _already_there(out, source_digest)
    if current is not None:
        progress("Déjà à jour", 1.0)
        return current
    found = _sort(source, files, progress)
    content = _compose(found, source_digest, progress)
    with building(out) as folder:
        write_pack(folder, content, progress)
    return open_pack(out)


def _already_there(out: Path, source_digest: str) -> Pack | None:
    try:
        if read_manifest(out).source_digest == source_digest:
            return open_pack(out)
    except Refused:
        return None
    return None


def _sort(source: Path, files: list[Path], progress: Progress) -> Sorted:
    found = Sorted()
    for done, (path, findings) in enumerate(read_source(source, files)):
        progress(f"Lecture de {path.name}", done / len(files))
        _sort_file(findings, found)
    if not found.tables and not found.grids:
        codes = ", ".join(line.code for line in found.report[:5])
        raise Refused("territory-nothing-recognised", field="source", detail={"files": len(files), "reasons": codes})
    return found


def _sort_file(findings: Findings, found: Sorted) -> None:
    found.notices += findings.notices
    found.report += [reporting.unread(label, code) for label, code in findings.unread]
    for table in findings.tables:
        recogniser = recognise(table)
        if recogniser is None:
            found.report.append(reporting.not_understood(table.source, len(table)))
        elif recogniser.layer in UNUSED:
            found.report.append(reporting.unused(table.source, UNUSED[recogniser.layer], len(table)))
        else:
            found.tables[recogniser.layer].append(table)
            found.report += reporting.traps(table)
    found.report += [
        reporting.unused(each.source, f"série « {each.name} »", len(each.values)) for each in findings.series
    ]
    found.report += [reporting.unused(each.source, "nuage de points", each.points) for each in findings.clouds]
    for grid in findings.grids:
        role = recognise_grid(grid)
        if role:
            found.grids[role].append(grid)
        if role != "terrain":
            found.report.append(reporting.other_grid(grid, role))


def _compose(found: Sorted, source_digest: str, progress: Progress) -> Content:
    metric = _metric_of(found)
    terrain = _terrain(found, metric)
    candidates = _candidates(found, metric, progress)
    communes = _choose("communes", candidates, found)
    window = _window(communes, terrain, candidates)
    kept = _keep(candidates, communes, window, found)
    if communes is not None and terrain is not None and not any(layer.name == "sea" for layer in kept):
        kept += _sea(communes, window, terrain, found)
    for layer in kept:
        finish(layer)
    attribution, licences = _rights(found)
    name = _name(kept)
    layers = [_in_degrees(layer, metric, attribution, licences) for layer in kept]
    missing = missing_roles(layers, terrain)
    report = [*reporting.found(layers), *found.report, *(reporting.missing(lost) for lost in missing)]
    return Content(
        id=slug(name),
        name=name,
        fictitious=False,
        bbox=project_bounds(window, metric, WGS84),
        metric_crs=metric,
        source_digest=source_digest,
        attribution=attribution,
        licences=licences,
        layers=[*layers, *label_layers(layers, metric)],
        terrain=terrain,
        missing=missing,
        report=report,
    )


def _metric_of(found: Sorted) -> str:
    """The metric system of the place: where the middle of the first layer, or raster, is."""
    places: list[tuple[Bounds, str]] = [
        (tuple(float(value) for value in shapely.total_bounds(table.shapes)), table.crs)  # type: ignore[misc]
        for tables in found.tables.values()
        for table in tables
    ]
    places += [(grid.bounds, grid.crs) for grids in found.grids.values() for grid in grids]
    west, south, east, north = project_bounds(places[0][0], places[0][1], WGS84)
    return metric_crs((west + east) / 2, (south + north) / 2)


def _terrain(found: Sorted, metric: str) -> Terrain | None:
    grids = sorted(found.grids.get("terrain", []), key=lambda grid: (newest_first(grid.source), grid.source))
    for order, grid in enumerate(grids):
        try:
            terrain, unit = read_terrain(grid, metric)
        except Refused as problem:
            found.report.append(reporting.unread(grid.source, problem.code))
            continue
        found.report.append(reporting.terrain(grid.source, terrain, unit))
        found.report += [reporting.spare_terrain(spare.source, grid.source) for spare in grids[order + 1 :]]
        return terrain
    return None


def _candidates(found: Sorted, metric: str, progress: Progress) -> dict[str, list[tuple[Kept, Table]]]:
    prepared: dict[str, list[tuple[Kept, Table]]] = {}
    for done, (layer, tables) in enumerate(sorted(found.tables.items())):
        progress(LAYERS[layer].title_fr, done / len(found.tables))
        prepared[layer] = []
        for table in tables:
            kept, count = prepare(layer, table, metric)
            if count:
                found.report.append(reporting.repaired(table.source, count))
            prepared[layer].append((kept, table))
    return prepared


def _choose(layer: str, candidates: dict[str, list[tuple[Kept, Table]]], found: Sorted) -> Kept | None:
    if layer not in candidates:
        return None
    kept, lines = choose(candidates[layer], LAYERS[layer])
    found.report += lines
    return kept


def _window(communes: Kept | None, terrain: Terrain | None, candidates: dict[str, list[tuple[Kept, Table]]]) -> Bounds:
    """What the map shows: the communes and a little around, as far as the terrain goes."""
    everything = [kept.shapes for group in candidates.values() for kept, _ in group]
    if communes is not None:
        box = shapely.box(*shapely.total_bounds(communes.shapes)).buffer(MARGIN_M, join_style="mitre")
    elif everything:
        box = shapely.box(*shapely.total_bounds(np.concatenate(everything)))
    elif terrain is not None:
        return terrain.bounds
    else:
        raise Refused("territory-nothing-recognised", field="source")
    if terrain is not None and shapely.box(*terrain.bounds).intersects(box):
        box = shapely.box(*terrain.bounds).intersection(box)
    west, south, east, north = (float(value) for value in box.bounds)
    return (west, south, east, north)


def _keep(
    candidates: dict[str, list[tuple[Kept, Table]]], communes: Kept | None, window: Bounds, found: Sorted
) -> list[Kept]:
    kept = []
    for kind in LAYER_KINDS:
        chosen = communes if kind.name == "communes" else _choose(kind.name, candidates, found)
        if chosen is None:
            continue
        inside = clip(chosen, window)
        if len(inside) < len(chosen):
            found.report.append(reporting.outside(chosen.source, len(chosen) - len(inside)))
        if len(inside):
            kept.append(inside)
    return kept


def _sea(communes: Kept, window: Bounds, terrain: Terrain, found: Sorted) -> list[Kept]:
    pieces = derive_sea(communes, window, terrain.at)
    if len(pieces) == 0:
        return []
    found.report.append(reporting.sea(len(pieces)))
    properties: dict[str, list[Any]] = {"kind": ["sea"] * len(pieces), "name": [None] * len(pieces)}
    return [Kept("sea", pieces, properties, "déduite des communes et du relief")]


def _rights(found: Sorted) -> tuple[str, list[str]]:
    """Attribution and licences as the notices of the folder state them."""
    whole = "\n".join(found.notices)
    attribution = ATTRIBUTION.search(whole)
    licences = sorted({match.group(1) for match in LICENCE.finditer(whole)})
    if attribution is None:
        found.report.append(reporting.no_rights())
    return (attribution.group(1) if attribution else ""), licences or [UNKNOWN_LICENCE]


def _name(kept: list[Kept]) -> str:
    """A territory bears the name of its most populated commune."""
    communes = next((layer for layer in kept if layer.name == "communes"), None)
    if communes is None:
        return "Territoire sans nom"
    people = [value if isinstance(value, int) else 0 for value in communes.properties["population"]]
    named = max(range(len(people)), key=lambda index: people[index])
    return str(communes.properties["name"][named] or "Territoire sans nom")


def _in_degrees(layer: Kept, metric: str, attribution: str, licences: list[str]) -> LayerData:
    shapes = project(layer.shapes, metric, WGS84)
    return LayerData(layer.name, shapes, layer.properties, layer.source, ", ".join(licences), attribution)


def missing_roles(layers: list[LayerData], terrain: Terrain | None) -> list[Missing]:
    """The roles that no layer fills, each with what that disables."""
    roles = {LAYERS[layer.name].role for layer in layers} | ({Role.TERRAIN} if terrain is not None else set())
    return [Missing(role=str(role), disables_fr=loss) for role, loss in DISABLES_FR.items() if role not in roles]
