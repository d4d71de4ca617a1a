"""The picture as a GeoPackage: a layer for each sort of thing and each geometry, with typed columns."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyogrio
import shapely

from garance.exports.exchange.outgoing import FIELDS, FieldType, Layer, Outgoing, Row, Value, field_names, outgoing
from garance.kernel.place import Geometry, LineString, Point
from garance.ports.export import Language, Matter, Order

TYPES = {"points": "Point", "lines": "LineString", "areas": "Polygon"}


class GeoPackage:
    """GeoPackage, for QGIS and its kin."""

    kind: ClassVar[str] = "geopackage"
    media_type: ClassVar[str] = "application/geopackage+sqlite3"
    suffix: ClassVar[str] = "gpkg"
    paths: ClassVar[bool] = False

    def write(self, matter: Matter, order: Order) -> bytes:
        """Layers `means`, `drawings_points`, `drawings_lines`, `drawings_areas`, `incidents_…`; those of means and of
        drawn points are there even when empty."""
        whole = outgoing(matter, order)
        with tempfile.TemporaryDirectory(prefix="garance-") as folder:
            path = Path(folder) / "picture.gpkg"
            for number, (name, layer, kind, rows) in enumerate(_tables(whole)):
                _write(path, name, layer, kind, rows, whole, order.language, append=number > 0)
            return path.read_bytes()


def _tables(whole: Outgoing) -> Iterator[tuple[str, Layer, str, list[Row]]]:
    for layer in whole.layers:
        for kind in TYPES:
            rows = [row for row in layer.rows if _kind(row.geometry) == kind]
            if layer.key == "means" and kind == "points":
                yield "means", layer, kind, rows
            elif rows or (layer.key == "drawings" and kind == "points"):
                yield f"{layer.key}_{kind}", layer, kind, rows


def _kind(geometry: Geometry | None) -> str:
    if geometry is None or isinstance(geometry, Point):
        return "points"
    return "lines" if isinstance(geometry, LineString) else "areas"


def _write(
    path: Path,
    name: str,
    layer: Layer,
    kind: str,
    rows: list[Row],
    whole: Outgoing,
    language: Language,
    *,
    append: bool,
) -> None:
    names = field_names(layer.key, language)
    columns = [_column([row.values[key] for row in rows], of) for key, of in FIELDS[layer.key].items()]
    pyogrio.raw.write(
        path,
        np.array([_wkb(row.geometry) for row in rows], dtype=object),
        columns,
        ["ref" if said == "id" else said for said in names.values()],
        layer=name,
        driver="GPKG",
        geometry_type=TYPES[kind],
        crs="EPSG:4326",
        append=append,
        layer_options={"DESCRIPTION": f"{whole.title} – {layer.title}\n{whole.about}\n{whole.situation}"},
        layer_metadata={
            "SITUATION": whole.situation,
            "AT": f"{whole.shown_at:%Y-%m-%dT%H:%M:%SZ}",
            "ATTRIBUTION": whole.source,
            "LICENCE": whole.licence,
        },
    )


def _wkb(geometry: Geometry | None) -> bytes | None:
    if geometry is None:
        return None
    if isinstance(geometry, Point):
        made = shapely.Point(geometry.coordinates)
    elif isinstance(geometry, LineString):
        made = shapely.LineString(geometry.coordinates)
    else:
        made = shapely.Polygon(geometry.coordinates[0], geometry.coordinates[1:])
    return bytes(shapely.to_wkb(made))


def _column(values: list[Value], of: FieldType) -> Any:
    """A column of its type; what is missing is not a number, no date, or nothing."""
    match of:
        case "whole" | "number":
            return np.array([math.nan if not isinstance(one, int | float) else one for one in values], dtype="float64")
        case "instant":
            stamps = [one.astimezone(UTC).replace(tzinfo=None) if isinstance(one, datetime) else None for one in values]
            return np.array(stamps, dtype="datetime64[ms]")
        case "yes-no":
            return np.array([bool(one) for one in values], dtype=bool)
    return np.array([None if one is None else str(one) for one in values], dtype=object)
