"""A territory pack, open: its card, its files, and the spatial questions asked of it (territoire)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely

from garance.kernel.refusal import Refused
from garance.territory.manifest import (
    GEOPACKAGE,
    MANIFEST,
    ROAD_GRAPH,
    SEARCH,
    TERRAIN,
    Manifest,
    Raster,
    read_manifest,
    wire_form,
)
from garance.territory.projection import WGS84, project, transformer
from garance.territory.questions.dependents import Dependent, dependents, rows_in
from garance.territory.questions.depths import DepthGrid
from garance.territory.questions.gazetteer import Gazetteer
from garance.territory.questions.ground import Ground, Profile, Slope, open_grid
from garance.territory.questions.people import Inhabitants, People
from garance.territory.questions.phrase import Phrase, Speaker
from garance.territory.questions.rows import Feature, Rows, read_rows
from garance.territory.questions.snapping import Snap, Snapper
from garance.territory.questions.ways import Ways, open_ways
from garance.territory.roles import Role

__all__ = ["Feature", "Pack", "open_pack"]

AREAL = {"Polygon", "MultiPolygon"}
MAX_VERTICES = 1_000_000

T = TypeVar("T")


class Pack:
    """One version of one territory, read only. Indexes are built at the first question and kept; any thread may ask.

    Areas are shapely polygons in WGS 84; every question about one refuses `geometry-not-an-area` and
    `geometry-not-finite`. Questions about a role refuse `territory-role-unknown`.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._lock = threading.RLock()
        self._kept: dict[str, Any] = {}

    def manifest_json(self) -> dict[str, Any]:
        """The card as browsers receive it, with the addresses of the tiles."""
        return wire_form(self.manifest)

    def file(self, name: str) -> Path:
        """The path of one of the pack's own files; refuses `territory-file-unknown` for any other name."""
        ours = name == MANIFEST or any(name == file.name for file in self.manifest.files)
        path = self.folder / name if ours else None
        if path is None or not path.is_file() or path.resolve().parent != self.folder.resolve():
            raise Refused("territory-file-unknown", field="name")
        return path

    def warm(self) -> None:
        """Build now what a desk asks for all day, so that nobody waits for it."""
        lon_deg, lat_deg = self.manifest.centre
        self.phrase(lon_deg, lat_deg)
        self.elevation_m(lon_deg, lat_deg)
        self._inhabitants.inside(shapely.Point(0, 0).buffer(1))
        for role in (Role.BUILDINGS, Role.SITES):
            self.count_inside(role, shapely.box(lon_deg, lat_deg, lon_deg + 0.001, lat_deg + 0.001))
        if self._has(SEARCH):
            self.gazetteer.search("mairie")
        if self._has(ROAD_GRAPH):
            self.ways.warm()

    # What lies where

    def features(self, role: str) -> list[Feature]:
        """Every object of that role, whatever its layer."""
        return self.rows(role).features

    def rows(self, role: str) -> Rows:
        """The same, column by column, with shapes in WGS 84 and in the metric system: for computations."""
        if role not in set(Role):
            raise Refused("territory-role-unknown", field="role")
        names = [layer.name for layer in self.manifest.layers if layer.role == role]
        return self._once(f"rows {role}", lambda: read_rows(self.file(GEOPACKAGE), names, self.manifest.metric_crs))

    def contains(self, lon_deg: float, lat_deg: float) -> bool:
        """Whether this place lies in one of the communes."""
        return self.commune_at(lon_deg, lat_deg) is not None

    def commune_at(self, lon_deg: float, lat_deg: float) -> Feature | None:
        """The commune of this place, or nothing (at sea, beyond the territory)."""
        rows = self.rows(Role.COMMUNES)
        hits = rows.tree.query(self._place(lon_deg, lat_deg), predicate="intersects")
        return rows.feature(int(min(hits))) if len(hits) else None

    def points_in(self, role: str, lon_deg: Any, lat_deg: Any) -> Any:
        """For each of these places, the row (a whole number) of the first area of that role that holds it; -1 for none.

        `rows(role).feature(row)` tells the object. A place that is no place is held by none.
        """
        rows = self._prepared(role)
        places = self._places(lon_deg, lat_deg)
        found = np.full(len(places), len(rows), dtype=np.int64)
        asked, held = rows.tree.query(places)
        inside = shapely.intersects(rows.flat[held], places[asked])
        np.minimum.at(found, asked[inside], held[inside])
        return np.where(found == len(rows), -1, found)

    def within(self, role: str, lon_deg: float, lat_deg: float, radius_m: float) -> list[tuple[Feature, float]]:
        """The objects of that role at most `radius_m` metres away, each with its distance, the nearest first."""
        rows, place = self.rows(role), self._place(lon_deg, lat_deg)
        found = rows.tree.query(place, predicate="dwithin", distance=radius_m)
        return _by_distance(rows, found, place)

    def nearest(self, role: str, lon_deg: float, lat_deg: float) -> tuple[Feature, float] | None:
        """The nearest object of that role and its distance in metres; nothing when there is none."""
        found = self.nearest_few(role, lon_deg, lat_deg, 1)
        return found[0] if found else None

    def nearest_few(self, role: str, lon_deg: float, lat_deg: float, count: int) -> list[tuple[Feature, float]]:
        """The `count` nearest objects of that role, each with its distance in metres, the nearest first."""
        rows, place = self.rows(role), self._place(lon_deg, lat_deg)
        found, away_m = rows.tree.query_nearest(place, return_distance=True, all_matches=False)
        radius_m = float(away_m[0]) * 2 + 50 if len(away_m) else 0.0
        while 0 < len(found) < min(count, len(rows)):
            found = rows.tree.query(place, predicate="dwithin", distance=radius_m)
            radius_m *= 2
        return _by_distance(rows, found, place)[:count]

    def inside(
        self, role: str, shape: Any, *, first: int = 0, most: int | None = None, kinds: Sequence[str] = ()
    ) -> list[Feature]:
        """The objects of that role that touch this area, in their own order: `most` of them from the `first` one on;
        only those of these kinds, when some are named."""
        rows = self.rows(role)
        found = rows.touching(self._area(shape))
        if kinds:
            found = found[np.isin(rows.column("kind")[found].astype(str), list(kinds))]
        return [rows.feature(int(row)) for row in found[first : None if most is None else first + most]]

    def count_inside(self, role: str, shape: Any) -> int:
        """How many objects of that role touch this area."""
        return self.rows(role).count_touching(self._area(shape))

    def buildings_inside(self, shape: Any) -> int:
        """How many buildings touch this area."""
        return self.count_inside(Role.BUILDINGS, shape)

    def sites_inside(self, shape: Any, kinds: Sequence[str] = ()) -> list[Feature]:
        """The sites of this area, of these kinds or of all."""
        return self.inside(Role.SITES, shape, kinds=kinds)

    def dependents(self, network: str, shape: Any = None, stations: Sequence[str] = ()) -> list[Dependent]:
        """What loses something when that network is cut in this area, or these stations are: by reference."""
        area = None if shape is None else self._area(shape)
        nodes, sites = self._stations, self.rows(Role.SITES)
        return dependents(network, nodes, sites, (rows_in(nodes, area), rows_in(sites, area)), stations)

    # Who lives there

    def people_inside(self, shape: Any) -> People:
        """Who lives in this area: low, central, high."""
        return self._inhabitants.inside(self._area(shape))

    def people_inside_each(self, shapes: Sequence[Any]) -> list[People]:
        """The same for each of these areas."""
        return [self._inhabitants.inside(self._area(shape)) for shape in shapes]

    # The ground

    def elevation_m(self, lon_deg: float, lat_deg: float) -> float | None:
        """Height of the ground above the sea, in metres; nothing where the terrain does not tell."""
        ground = self._ground
        if ground is None or not (math.isfinite(lon_deg) and math.isfinite(lat_deg)):
            return None
        height_m = float(ground.elevations_m(lon_deg, lat_deg))
        return height_m if math.isfinite(height_m) else None

    def elevations_m(self, lon_deg: Any, lat_deg: Any) -> Any:
        """Heights at these places, in metres; NaN where the terrain does not tell."""
        lon_deg, lat_deg = np.broadcast_arrays(np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float))
        ground = self._ground
        return np.full(lon_deg.shape, np.nan) if ground is None else ground.elevations_m(lon_deg, lat_deg)

    def profile(self, line: Any, step_m: float) -> Profile | None:
        """The ground along a line of WGS 84, every `step_m` metres; nothing when the pack has no terrain.

        Refuses `profile-malformed`.
        """
        ground = self._ground
        return None if ground is None else ground.profile(line, step_m)

    def slope(self, lon_deg: float, lat_deg: float) -> Slope | None:
        """How the ground leans at this place; nothing where the terrain does not tell."""
        self._place(lon_deg, lat_deg)
        return None if self._ground is None else self._ground.slope(lon_deg, lat_deg)

    # Simulated floods

    def depths(self, name: str) -> DepthGrid:
        """The grid of water depths of that name; refuses `unknown` when the pack has none, `raster-unreadable`."""
        if not any(raster.name == name for raster in self.depth_rasters):
            raise Refused("unknown")
        file = next(raster.file for raster in self.depth_rasters if raster.name == name)

        def build() -> DepthGrid:
            water = self.rows(Role.WATER).flat
            return DepthGrid(
                self.file(file),
                self.manifest.metric_crs,
                mapped=self.rows(Role.PAST_EXTENT).flat,
                water=water[shapely.get_dimensions(water) == 2],
                inhabitants=self._inhabitants if self._inhabitants.total > 0 else None,
            )

        return self._once(f"depths {name}", build)

    @property
    def depth_rasters(self) -> list[Raster]:
        """The grids that tell how deep water stands, in metres: those that tell how long it stays are others."""
        return [one for one in self.manifest.rasters if one.role == Role.WATER_DEPTHS and one.unit == "m"]

    # Words, roads

    def snap_to_road(self, lon_deg: float, lat_deg: float, within_m: float = 100.0) -> Snap | None:
        """The nearest place of a road, at most `within_m` metres away."""
        return self._snapper.to_road(self._place(lon_deg, lat_deg), within_m)

    def snap_to_address(self, lon_deg: float, lat_deg: float, within_m: float = 100.0) -> Snap | None:
        """The nearest address, at most `within_m` metres away."""
        return self._snapper.to_address(self._place(lon_deg, lat_deg), within_m)

    def phrase(self, lon_deg: float, lat_deg: float) -> Phrase:
        """What a person would say of this place on the radio, in French and in English."""
        place = self._place(lon_deg, lat_deg)
        return self._once("speaker", lambda: Speaker(self.manifest.metric_crs, self.rows, self._snapper)).say(place)

    @property
    def gazetteer(self) -> Gazetteer:
        """The search index; refuses `territory-file-unknown` when the pack is older than it."""
        return self._once("gazetteer", lambda: Gazetteer(self.file(SEARCH)))

    @property
    def ways(self) -> Ways:
        """The road graph; refuses `territory-file-unknown` when the pack has no roads."""
        return self._once("ways", lambda: open_ways(self.file(ROAD_GRAPH)))

    def _has(self, name: str) -> bool:
        return any(name == file.name for file in self.manifest.files)

    def _once(self, name: str, build: Callable[[], T]) -> T:
        """What was built under that name, or build it: once, whoever asks at the same time."""
        if name not in self._kept:
            with self._lock:
                if name not in self._kept:
                    self._kept[name] = build()
        found: T = self._kept[name]
        return found

    def _place(self, lon_deg: float, lat_deg: float) -> Any:
        if not (math.isfinite(lon_deg) and math.isfinite(lat_deg) and abs(lon_deg) <= 180 and abs(lat_deg) <= 90):
            raise Refused("geometry-not-finite", field="position")
        x, y = transformer(WGS84, self.manifest.metric_crs).transform(lon_deg, lat_deg)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise Refused("geometry-not-finite", field="position")
        return shapely.points(x, y)

    def _places(self, lon_deg: Any, lat_deg: Any) -> Any:
        x, y = transformer(WGS84, self.manifest.metric_crs).transform(
            np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
        )
        lost = ~(np.isfinite(x) & np.isfinite(y))
        return np.where(
            lost, shapely.from_wkt("POINT EMPTY"), shapely.points(np.where(lost, 0, x), np.where(lost, 0, y))
        )

    def _area(self, shape: Any) -> Any:
        """An area of WGS 84 in the metric system, made valid."""
        if getattr(shape, "geom_type", None) not in AREAL or shapely.get_num_coordinates(shape) > MAX_VERTICES:
            raise Refused("geometry-not-an-area", field="shape")
        around = shapely.get_coordinates(shape)
        if not (np.isfinite(around).all() and (np.abs(around) <= (180, 90)).all()):
            raise Refused("geometry-not-finite", field="shape")
        flat = project(shape, WGS84, self.manifest.metric_crs)
        if not np.isfinite(shapely.get_coordinates(flat)).all():
            raise Refused("geometry-not-finite", field="shape")
        return flat if shapely.is_valid(flat) else shapely.make_valid(flat, method="structure", keep_collapsed=False)

    def _prepared(self, role: str) -> Rows:
        """The rows of that role, their areas ready for many places."""

        def prepare() -> Rows:
            rows = self.rows(role)
            shapely.prepare(rows.flat)
            shapely.intersects(rows.flat, shapely.point_on_surface(rows.flat))
            return rows

        return self._once(f"prepared {role}", prepare)

    @property
    def _inhabitants(self) -> Inhabitants:
        def build() -> Inhabitants:
            rows = self.rows(Role.LAND_USE)
            cells = rows.of_layer("land-use")
            return Inhabitants(rows.flat[cells], rows.column("population")[cells].astype(float))

        return self._once("inhabitants", build)

    @property
    def _stations(self) -> Rows:
        def build() -> Rows:
            names = [layer.name for layer in self.manifest.layers if layer.name == "network-nodes"]
            return read_rows(self.file(GEOPACKAGE), names, self.manifest.metric_crs)

        return self._once("stations", build)

    @property
    def _ground(self) -> Ground | None:
        if not self.manifest.has_terrain:
            return None
        return self._once("ground", lambda: Ground(open_grid(self.file(TERRAIN)), self.manifest.metric_crs))

    @property
    def _snapper(self) -> Snapper:
        return self._once("snapper", lambda: Snapper(self.rows(Role.ROADS), self.rows(Role.ADDRESSES)))


def open_pack(folder: Path) -> Pack:
    """Open the pack in this folder; refuses `not-a-territory-pack`, `territory-manifest-malformed` and
    `territory-pack-incomplete`."""
    manifest = read_manifest(folder)
    for file in manifest.files:
        if not (folder / file.name).is_file():
            raise Refused("territory-pack-incomplete", field="folder", detail={"missing": file.name})
    return Pack(folder, manifest)


def _by_distance(rows: Rows, found: Any, place: Any) -> list[tuple[Feature, float]]:
    away_m = shapely.distance(rows.flat[found], place)
    return [(rows.feature(int(found[at])), float(away_m[at])) for at in np.lexsort((found, away_m))]
