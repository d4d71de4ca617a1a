"""From a folder of files as a town has them to a territory pack (import d'un territoire)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from garance.kernel.refusal import Refused
from garance.territory.content import Content, LayerData, RasterData, SeriesData
from garance.territory.folder import Progress, building, write_pack
from garance.territory.importing import reporting
from garance.territory.importing.clipping import ClipZone, Kept, clip_to_window, clip_to_zone, read_clip
from garance.territory.importing.ground_points import buildings_from_points, terrain_from_points
from garance.territory.importing.misplacement import (
    apart,
    code_mismatch,
    far_codes,
    in_water,
    moved_communes,
    on_roads,
    tell_moved,
)
from garance.territory.importing.mosaic import choose_terrain, read_rasters
from garance.territory.importing.outlines import choose_communes, official
from garance.territory.importing.rights import UNKNOWN_LICENCE, Notices
from garance.territory.importing.seas import derive_sea
from garance.territory.importing.selection import choose, finish, prepare
from garance.territory.importing.sorting import Sorted, sort_findings
from garance.territory.labels import label_layers
from garance.territory.layers import LAYER_KINDS, LAYERS
from garance.territory.manifest import Missing, ReportLine, Series, read_manifest
from garance.territory.pack import Pack, open_pack
from garance.territory.projection import WGS84, Bounds, metric_crs, project, project_bounds
from garance.territory.reading import Findings, digest_files, list_files, read_source
from garance.territory.roles import DISABLES_FR, Role
from garance.territory.terrain import Terrain
from garance.territory.wording import slug, street_name

RECIPE = "import-7"
"""Changes whenever the same files would give another pack."""

MARGIN_M = 2_000.0
"""How far around the communes the map goes, when the terrain does."""

UNNAMED = "Territoire sans nom"
COMMUNE_OF = re.compile(r"commune (?:de |d'|du |des )([^\n<]{2,60})", re.IGNORECASE)


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
    found = Sorted()
    sort_findings(_read(source, files, progress), found)
    if found.empty:
        codes = ", ".join(dict.fromkeys([*(line.code for line in found.report), *["document"][: len(found.documents)]]))
        raise Refused("territory-nothing-recognised", field="source", detail={"files": len(files), "reasons": codes})
    with building(out) as folder:
        write_pack(folder, _Import(source, found, progress).content(source_digest), progress)
    return open_pack(out)


def _already_there(out: Path, source_digest: str) -> Pack | None:
    try:
        if read_manifest(out).source_digest == source_digest:
            return open_pack(out)
    except Refused:
        return None
    return None


def _read(source: Path, files: list[Path], progress: Progress) -> Iterator[tuple[Path, Findings]]:
    """What each file holds, progress said before each and within the long ones."""
    done = 0

    def step() -> None:
        progress(f"Lecture de {files[min(done, len(files) - 1)].name}", done / len(files))

    for path, findings in read_source(source, files, step=step):
        progress(f"Lecture de {path.name}", done / len(files))
        done += 1
        yield path, findings


class _Import:
    """One import under way: what was found, in the metric system, on its way to the content of a pack."""

    def __init__(self, source: Path, found: Sorted, progress: Progress) -> None:
        self._source = source
        self._found = found
        self._report = found.report
        self._progress = progress
        self._notices = Notices(found.notices, source)
        self._metric = _metric_of(found)
        self._candidates = self._prepared()

    def content(self, source_digest: str) -> Content:
        """Everything chosen, cut, checked, completed and told."""
        zone = self._clip()
        communes = choose_communes(self._candidates, self._report)
        if communes is not None:
            _name_from_plan(communes, self._found)
        window = self._window(communes)
        terrain = self._terrain(window)
        if zone is not None and terrain is not None:
            heights = zone.blanked(terrain.heights_m, terrain.transform)
            terrain = Terrain(heights, terrain.transform, terrain.crs)
        window = _fitted(window, terrain)
        kept = self._keep(communes, window)
        self._check(kept)
        sources = {source for layer in kept for source in layer.source.split(", ")}
        self._report += [line for source, line in self._found.guesses.items() if source in sources]
        area = shapely.box(*window) if zone is None else shapely.intersection(shapely.box(*window), zone.shape)
        kept += self._sea(kept, area, terrain)
        for layer in kept:
            finish(layer)
        rasters = self._rasters(window, zone)
        if self._found.documents:
            self._report.append(reporting.documents(self._found.documents))
        series = self._series()
        name = self._name(kept)
        layers = [self._in_degrees(layer) for layer in kept]
        missing = missing_roles(layers, terrain, {raster.role for raster in rasters})
        attribution, licences = self._rights(layers, terrain)
        report = [
            *reporting.found(layers),
            *reporting.folded(self._report),
            *(reporting.missing(lost) for lost in missing),
        ]
        return Content(
            id=slug(name),
            name=name,
            fictitious=False,
            bbox=project_bounds(window, self._metric, WGS84),
            metric_crs=self._metric,
            source_digest=source_digest,
            attribution=attribution,
            licences=licences,
            layers=[*layers, *label_layers(layers, self._metric)],
            terrain=terrain,
            missing=missing,
            report=report,
            rasters=rasters,
            series=series,
        )

    def _prepared(self) -> dict[str, list[Kept]]:
        prepared: dict[str, list[Kept]] = {}
        for done, (layer, tables) in enumerate(sorted(self._found.tables.items())):
            self._progress(LAYERS[layer].title_fr, done / len(self._found.tables))
            prepared[layer] = []
            for table in tables:
                kept, count = prepare(layer, table, self._metric)
                if count:
                    self._report.append(reporting.repaired(table.source, count))
                prepared[layer].append(kept)
        return prepared

    def _clip(self) -> ClipZone | None:
        """Check communes against their official outlines, then follow the zone supplied with the data."""
        against = official(self._candidates)
        everything = [kept for group in self._candidates.values() for kept in group]
        for drawn in self._candidates.get("communes", []):
            if against is not None and drawn is not against:
                self._report += tell_moved(moved_communes(drawn, against), len(drawn), everything)
        zone = read_clip(self._found.clips, self._metric)
        if zone is None:
            return None
        self._report.append(reporting.clip_honoured(zone.source, float(zone.shape.area) / 1e6))
        for layer, group in self._candidates.items():
            for order, kept in enumerate(group):
                inside = clip_to_zone(kept, zone)
                if len(inside) < len(kept):
                    self._report.append(reporting.clipped(zone.source, kept.source, len(kept), len(inside)))
                group[order] = inside
            self._candidates[layer] = [kept for kept in group if len(kept)]
        return zone

    def _window(self, communes: Kept | None) -> Bounds | None:
        """What the map shows: the communes and a little around, or all there is."""
        everything = [kept.shapes for group in self._candidates.values() for kept in group]
        if communes is not None and len(communes):
            box = shapely.box(*shapely.total_bounds(communes.shapes)).buffer(MARGIN_M, join_style="mitre")
        elif everything:
            box = shapely.box(*shapely.total_bounds(np.concatenate(everything)))
        else:
            return None
        west, south, east, north = (float(value) for value in box.bounds)
        return (west, south, east, north)

    def _terrain(self, window: Bounds | None) -> Terrain | None:
        terrain = choose_terrain(self._found.grids.get("terrain", []), self._metric, window, self._report)
        clouds = self._found.clouds
        if terrain is not None or not clouds:
            return terrain
        made = terrain_from_points(
            clouds, self._metric, lambda done: self._progress("Relief, d'après les points", done)
        )
        if made is None:
            return None
        names = ", ".join(cloud.source for cloud in clouds[:3])
        self._report.append(reporting.cloud(names, made[1], made[0].cell_m))
        if not self._candidates.get("buildings"):
            self._build(made[0], names)
        return made[0]

    def _build(self, ground: Terrain, names: str) -> None:
        """Buildings from the points, when no layer gives any."""
        outlines, heights = buildings_from_points(
            self._found.clouds, self._metric, ground, lambda done: self._progress("Bâtiments, d'après les points", done)
        )
        if len(outlines):
            properties: dict[str, list[Any]] = {
                "height_m": list(heights), "kind": [None] * len(heights), "name": [None] * len(heights),
            }  # fmt: skip
            self._candidates["buildings"] = [Kept("buildings", outlines, properties, f"{names} (déduit)")]
            self._report.append(reporting.cloud_buildings(names, len(outlines)))

    def _rasters(self, window: Bounds, zone: ClipZone | None) -> list[RasterData]:
        """Roughness and water depths, inside the window and the zone, with their rights."""
        grids = [
            (role, grid)
            for role in ("roughness", "water-depths")
            for grid in sorted(self._found.grids.get(role, []), key=lambda grid: grid.source)
        ]
        rasters = read_rasters(grids, self._metric, window, self._report)
        for raster in rasters:
            if zone is not None:
                raster.values = zone.blanked(raster.values, raster.transform)
            rights = self._notices.rights(raster.source)
            raster.attribution, raster.licence = rights.attribution, rights.licence
        return rasters

    def _keep(self, communes: Kept | None, window: Bounds) -> list[Kept]:
        kept = []
        for kind in LAYER_KINDS:
            if kind.name == "communes":
                chosen = communes
            elif self._candidates.get(kind.name):
                chosen, lines = choose(self._candidates[kind.name], kind)
                self._report += lines
            else:
                continue
            if chosen is None:
                continue
            inside = clip_to_window(chosen, window)
            if len(inside) < len(chosen):
                self._report.append(reporting.outside(chosen.source, len(chosen) - len(inside)))
            if len(inside):
                kept.append(inside)
        return kept

    def _check(self, kept: list[Kept]) -> None:
        """Say what does not lie where it should: nothing is moved."""
        named = {layer.name: layer for layer in kept}
        communes = named.get("communes")
        lines: list[ReportLine] = []
        for layer in kept:
            lines += far_codes(layer, self._metric)
        if communes is not None:
            for group in self._candidates.values():
                for candidate in group:
                    lines += apart(candidate, communes)
            for layer in kept:
                lines += code_mismatch(layer, communes)
        if "buildings" in named:
            lines += in_water(named["buildings"], [named[name] for name in ("water", "sea") if name in named])
            if "roads" in named:
                lines += on_roads(named["buildings"], named["roads"])
        self._report += lines

    def _sea(self, kept: list[Kept], area: Any, terrain: Terrain | None) -> list[Kept]:
        named = {layer.name: layer for layer in kept}
        if "sea" in named or "communes" not in named or (terrain is None and "coast" not in named):
            return []
        pieces = derive_sea(named["communes"], named.get("coast"), area, terrain)
        if len(pieces) == 0:
            return []
        self._report.append(reporting.sea(len(pieces)))
        properties: dict[str, list[Any]] = {"kind": ["sea"] * len(pieces), "name": [None] * len(pieces)}
        return [Kept("sea", pieces, properties, "déduite des communes et du relief")]

    def _series(self) -> list[SeriesData]:
        made: list[SeriesData] = []
        for each in self._found.series:
            code = slug(f"{Path(each.source).stem}-{each.name}")
            while any(code == other.said.code for other in made):
                code = f"{code[:58]}-{len(made)}"
            said = Series(code, each.name, each.kind, each.unit, len(each.values), each.source)  # type: ignore[arg-type]
            made.append(SeriesData(said, each.seconds, each.values))
        for source in dict.fromkeys(each.source for each in self._found.series):
            count = sum(1 for each in self._found.series if each.source == source)
            self._found.report.append(reporting.series(source, count))
        return made

    def _name(self, kept: list[Kept]) -> str:
        """A territory bears the name of its most populated commune, else of the one with most of the other things;
        without a commune, of its folder."""
        communes = next((layer for layer in kept if layer.name == "communes"), None)
        if communes is None:
            return " ".join(self._source.resolve().name.replace("_", " ").split()) or UNNAMED
        weights = [value if isinstance(value, int) else 0 for value in communes.properties["population"]]
        if not any(weights):
            tree = shapely.STRtree(communes.shapes)
            for layer in kept:
                if layer.name in ("buildings", "roads", "sites", "addresses"):
                    for owner in tree.query(shapely.centroid(layer.shapes), predicate="within")[1].tolist():
                        weights[owner] += 1
        named = max(range(len(weights)), key=lambda index: weights[index])
        return str(communes.properties["name"][named] or UNNAMED)

    def _in_degrees(self, layer: Kept) -> LayerData:
        rights = self._notices.rights(layer.source)
        shapes = project(layer.shapes, self._metric, WGS84)
        return LayerData(layer.name, shapes, layer.properties, layer.source, rights.licence, rights.attribution)

    def _rights(self, layers: list[LayerData], terrain: Terrain | None) -> tuple[str, list[str]]:
        """The attribution and licences of the whole, each once."""
        sources = [layer.source for layer in layers if "déduit" not in layer.source]
        if terrain is not None:
            sources += [grid.source for grid in self._found.grids.get("terrain", [])]
        each = [self._notices.rights(source) for source in dict.fromkeys(sources)]
        attributions = dict.fromkeys(part for rights in each for part in rights.attribution.split(" ; ") if part)
        licences = dict.fromkeys(part for rights in each for part in rights.licence.split(", "))
        if not attributions:
            self._report.append(reporting.no_rights())
        known = sorted(licence for licence in licences if licence != UNKNOWN_LICENCE)
        return " ; ".join(attributions), known or [UNKNOWN_LICENCE]


def _name_from_plan(communes: Kept, found: Sorted) -> None:
    """A commune without a name takes the one that the metadata of its planning document give."""
    texts = "\n".join(text for texts in found.notices.values() for text in texts)
    said = COMMUNE_OF.search(texts)
    for row, name in enumerate(communes.properties["name"]):
        if name is None:
            code = communes.properties["insee_code"][row]
            given = street_name(said.group(1).strip()) if said else f"Commune {code or ''}".strip()
            communes.properties["name"][row] = given


def _metric_of(found: Sorted) -> str:
    """The metric system of the place: where the middle of the layers is, the layer in the middle of them all."""
    places: list[tuple[Bounds, str]] = [
        (tuple(float(value) for value in shapely.total_bounds(table.shapes)), table.crs)  # type: ignore[misc]
        for tables in found.tables.values()
        for table in tables
    ]
    places += [(grid.bounds, grid.crs) for grids in found.grids.values() for grid in grids]
    places += [(cloud.bounds, cloud.crs) for cloud in found.clouds]
    boxes = np.array([project_bounds(bounds, crs, WGS84) for bounds, crs in places])
    lon_deg, lat_deg = np.median((boxes[:, 0] + boxes[:, 2]) / 2), np.median((boxes[:, 1] + boxes[:, 3]) / 2)
    return metric_crs(float(lon_deg), float(lat_deg))


def _fitted(window: Bounds | None, terrain: Terrain | None) -> Bounds:
    """The window, as far as the terrain goes; the terrain's own when nothing else is there."""
    if window is None:
        if terrain is None:
            raise Refused("territory-nothing-recognised", field="source")
        return terrain.bounds
    box = shapely.box(*window)
    if terrain is not None and shapely.box(*terrain.bounds).intersects(box):
        box = shapely.box(*terrain.bounds).intersection(box)
    west, south, east, north = (float(value) for value in box.bounds)
    return (west, south, east, north)


def missing_roles(layers: list[LayerData], terrain: Terrain | None, grids: set[str]) -> list[Missing]:
    """The roles that no layer and no grid fills, each with what that disables."""
    roles = {str(LAYERS[layer.name].role) for layer in layers} | grids
    if terrain is not None:
        roles.add(str(Role.TERRAIN))
    return [Missing(role=str(role), disables_fr=loss) for role, loss in DISABLES_FR.items() if role not in roles]
