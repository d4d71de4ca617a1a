"""A territory pack, open: its card, its files, and the spatial questions asked of it (territoire)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from garance.kernel.refusal import Refused
from garance.territory.manifest import GEOPACKAGE, MANIFEST, TERRAIN, Manifest, read_manifest, wire_form
from garance.territory.projection import WGS84, project, transformer
from garance.territory.roles import Role
from garance.territory.terrain import Terrain, open_geotiff


@dataclass(frozen=True)
class Feature:
    """One object of the reference map (objet): its layer, attributes, and shape in WGS 84 (a shapely geometry)."""

    layer: str
    properties: dict[str, Any]
    shape: Any


@dataclass(frozen=True)
class _Index:
    features: list[Feature]
    tree: Any


class Pack:
    """One version of one territory, read only. Indexes are built at the first question and kept."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._indexes: dict[str, _Index] = {}

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

    def features(self, role: str) -> list[Feature]:
        """Every object of that role, whatever its layer; refuses `territory-role-unknown`."""
        return self._index(role).features

    def contains(self, lon_deg: float, lat_deg: float) -> bool:
        """Whether this place lies in one of the communes."""
        return self.commune_at(lon_deg, lat_deg) is not None

    def commune_at(self, lon_deg: float, lat_deg: float) -> Feature | None:
        """The commune of this place, or nothing (at sea, beyond the territory)."""
        index = self._index(Role.COMMUNES)
        hits = index.tree.query(self._place(lon_deg, lat_deg), predicate="intersects")
        return index.features[int(min(hits))] if len(hits) else None

    def elevation_m(self, lon_deg: float, lat_deg: float) -> float | None:
        """Height of the ground above the sea, in metres; nothing where the terrain does not tell."""
        if self._terrain is None or not (math.isfinite(lon_deg) and math.isfinite(lat_deg)):
            return None
        x, y = transformer(WGS84, self._terrain.crs).transform(lon_deg, lat_deg)
        height_m = float(self._terrain.at(x, y)) if math.isfinite(x) and math.isfinite(y) else math.nan
        return height_m if math.isfinite(height_m) else None

    def nearest(self, role: str, lon_deg: float, lat_deg: float) -> tuple[Feature, float] | None:
        """The nearest object of that role and its distance in metres; nothing when there is none."""
        index = self._index(role)
        if not index.features:
            return None
        found, away_m = index.tree.query_nearest(self._place(lon_deg, lat_deg), return_distance=True, all_matches=False)
        return (index.features[int(found[0])], float(away_m[0])) if len(found) else None

    def _place(self, lon_deg: float, lat_deg: float) -> Any:
        if not (math.isfinite(lon_deg) and math.isfinite(lat_deg) and abs(lon_deg) <= 180 and abs(lat_deg) <= 90):
            raise Refused("geometry-not-finite", field="position")
        x, y = transformer(WGS84, self.manifest.metric_crs).transform(lon_deg, lat_deg)
        return shapely.points(x, y)

    def _index(self, role: str) -> _Index:
        if role not in set(Role):
            raise Refused("territory-role-unknown", field="role")
        if role not in self._indexes:
            layers = [layer.name for layer in self.manifest.layers if layer.role == role]
            features = [feature for layer in layers for feature in _read_layer(self.file(GEOPACKAGE), layer)]
            shapes = np.array([feature.shape for feature in features], dtype=object)
            flat = project(shapes, WGS84, self.manifest.metric_crs) if len(shapes) else shapes
            self._indexes[role] = _Index(features, shapely.STRtree(flat))
        return self._indexes[role]

    @cached_property
    def _terrain(self) -> Terrain | None:
        return open_geotiff(self.file(TERRAIN)) if self.manifest.has_terrain else None


def open_pack(folder: Path) -> Pack:
    """Open the pack in this folder; refuses `not-a-territory-pack`, `territory-manifest-malformed` and
    `territory-pack-incomplete`."""
    manifest = read_manifest(folder)
    for file in manifest.files:
        if not (folder / file.name).is_file():
            raise Refused("territory-pack-incomplete", field="folder", detail={"missing": file.name})
    return Pack(folder, manifest)


def _read_layer(path: Path, layer: str) -> list[Feature]:
    meta, _, blobs, values = pyogrio.raw.read(path, layer=layer)
    names = [str(name) for name in meta["fields"]]
    shapes = shapely.from_wkb(blobs)
    columns = [[_plain(cell) for cell in column] for column in values]
    rows = zip(*columns, strict=True) if columns else ((),) * len(shapes)
    return [
        Feature(layer, {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}, shape)
        for row, shape in zip(rows, shapes, strict=True)
    ]


def _plain(cell: Any) -> Any:
    value = cell.item() if isinstance(cell, np.generic) else cell
    return None if isinstance(value, float) and math.isnan(value) else value
