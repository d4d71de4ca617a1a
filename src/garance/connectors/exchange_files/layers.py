"""Shapefiles and GeoPackages held in memory, read by GDAL behind its fences."""

from __future__ import annotations

import io
import sqlite3
import warnings
import zipfile
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import numpy as np
import pyogrio
import shapely

from garance.connectors.exchange_files.found import Found, Harvest, parts_of
from garance.connectors.exchange_files.reading import MAX_FEATURES, Format
from garance.kernel.refusal import Refused
from garance.territory.reading import fences
from garance.territory.reading.vectors import FAILURES, index_of
from garance.territory.wording import repair_text

MAX_LAYERS = 50
MAX_FIELDS = 2_000
SHAPEFILE_MARK = b"\x00\x00\x27\x0a"
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def read_shapefile(parts: Mapping[str, bytes], name: str) -> Harvest:
    """One shapefile; `parts` by ending: `.shp` at least, its index is made when it lacks. Refuses `layer-unreadable`,
    `layer-too-large`."""
    shapes = parts.get(".shp", b"")
    if shapes[:4] != SHAPEFILE_MARK:
        raise Refused("layer-unreadable", field="file")
    whole = {ending: parts[ending] for ending in PARTS if ending in parts}
    whole[".shx"] = index_of(shapes)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for ending, content in whole.items():
            archive.writestr(f"layer{ending}", content)
    harvest = Harvest(Format.SHAPEFILE, title=name)
    _add(packed.getvalue(), "layer", harvest, "")
    return harvest


def read_geopackage(raw: bytes, name: str) -> list[Harvest]:
    """Each layer of features of a GeoPackage, for each may have its own system. Refuses `layer-unreadable`,
    `layer-unsafe`, `layers-too-many`, `layer-without-geometry`."""
    plain = raw[:18] + b"\x01\x01" + raw[20:]  # a base left in its write-ahead mode is only opened from a disk
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(plain)
            layers = fences.feature_tables(base, "file")
    except fences.FAULTS as problem:
        raise Refused("layer-unreadable", field="file") from problem
    if not layers:
        raise Refused("layer-without-geometry", field="file")
    harvests = []
    for layer in layers[:MAX_LAYERS]:
        harvest = Harvest(Format.GEOPACKAGE, title=name if len(layers) == 1 else layer)
        try:
            _add(plain, layer, harvest, "" if len(layers) == 1 else f"{layer}:")
        except Refused as problem:
            harvest.problems.say("layer-unread", layer, problem.code)
        harvests.append(harvest)
    if len(layers) > MAX_LAYERS:
        harvests[0].problems.once("layers-left", str(len(layers)))
    return harvests


def _add(content: bytes, layer: str, harvest: Harvest, prefix: str) -> None:
    fences.fence_vectors()
    meta, fids, blobs, values = _read(content, layer)
    harvest.crs = meta["crs"]
    if blobs is None:
        raise Refused("layer-without-geometry", field="file")
    columns = [str(name) for name in meta["fields"]]
    if len(columns) > MAX_FIELDS:
        raise Refused("table-too-large", field="file")
    with np.errstate(all="ignore"):
        shapes = shapely.from_wkb(blobs, on_invalid="ignore")
    if shapely.has_z(shapes).any():
        harvest.problems.once("heights-dropped")
    for rank, shape in enumerate(shapes):
        if harvest.full:
            return
        uid = harvest.uid(f"{prefix}{int(fids[rank])}" if fids is not None else None, f"{prefix}feature-{rank + 1}")
        found = Found(uid)
        found.details = harvest.attributes((name, _cell(values[at][rank])) for at, name in enumerate(columns))
        harvest.found.append(found)
        if blobs[rank] is None or shape is None:
            harvest.problems.say("geometry-missing" if blobs[rank] is None else "geometry-malformed", uid)
            continue
        found.parts = parts_of(shape)
        if not found.parts:
            harvest.problems.say("geometry-empty", uid)


def _read(content: bytes, layer: str) -> Any:
    """What GDAL gives of a layer, its texts in the letters that it declares, else in those of Western Europe."""
    for encoding in (None, "cp1252"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return pyogrio.raw.read(
                    content, layer=layer, encoding=encoding, max_features=MAX_FEATURES + 1, return_fids=True
                )
        except UnicodeDecodeError:
            continue
        except FAILURES as problem:
            raise Refused("layer-unreadable", field="file") from problem
    raise Refused("layer-unreadable", field="file")


def _cell(value: Any) -> object:
    if isinstance(value, str):
        return repair_text(value)
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, bytes | np.ndarray):
        return None
    return value.item() if isinstance(value, np.generic) else value
