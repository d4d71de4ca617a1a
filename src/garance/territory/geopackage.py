"""`territory.gpkg`: every layer of the pack, in WGS 84, with its normalised attributes; QGIS opens it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from garance.territory.content import LayerData, Value
from garance.territory.layers import LAYERS
from garance.territory.projection import WGS84

STAMP = "2000-01-01T00:00:00.000Z"
"""The hour that the file bears, always the same: same layers, same bytes. The card says what it was made from."""

FILE_TYPES = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}
"""The type of the shapes of a layer in the file, by the kind that its card says."""


def write_geopackage(path: Path, layers: list[LayerData]) -> None:
    """Write every layer, lines and areas as multi-part shapes."""
    former = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        for order, layer in enumerate(layers):
            _write_layer(path, layer, append=order > 0)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": former})


def _write_layer(path: Path, layer: LayerData, *, append: bool) -> None:
    kind = LAYERS[layer.name].geometry
    shapes = layer.shapes if kind == "point" else as_multi(layer.shapes, kind)
    names = list(layer.properties)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        [_column(layer.properties[name]) for name in names],
        names,
        layer=layer.name,
        driver="GPKG",
        geometry_type=FILE_TYPES[kind],
        crs=WGS84,
        append=append,
        layer_options={"DESCRIPTION": LAYERS[layer.name].title_fr},
    )


def as_multi(shapes: Any, kind: str) -> Any:
    """Parts gathered, so that a layer has one geometry type; all at once."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    make = shapely.multilinestrings if kind == "line" else shapely.multipolygons
    return make(parts, indices=owners)


def _column(values: list[Value]) -> Any:
    """A column as the GeoPackage writer wants it: floats with NaN, text with None."""
    present = {type(value) for value in values if value is not None}
    if present and present <= {int, float}:
        if float in present or None in values:
            return np.array([math.nan if value is None else value for value in values], dtype="float64")
        return np.array(values, dtype="int64")
    if present == {bool}:
        return np.array([bool(value) for value in values], dtype=bool)
    return np.array([None if value is None else str(value) for value in values], dtype=object)
