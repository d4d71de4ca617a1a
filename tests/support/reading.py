"""Files of outside for tests of the readers: written small, read by the promised door."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from garance.territory.reading import Findings, Table, list_files, read_source

EAST_M, NORTH_M = 385_000.0, 6_546_000.0


def read(folder: Path, **options: Any) -> Findings:
    """All that the folder holds, in one."""
    whole = Findings()
    for _, found in read_source(folder, list_files(folder), **options):
        for name in ("tables", "grids", "clouds", "series", "unread", "notices"):
            getattr(whole, name).extend(getattr(found, name))
    return whole


def only(found: Findings) -> Table:
    """The one table found, nothing set aside."""
    assert found.unread == []
    (table,) = found.tables
    return table


def squares(count: int = 3) -> list[Any]:
    """Squares of 100 m in Lambert-93, near Rochefort."""
    return [shapely.box(EAST_M + 200 * n, NORTH_M, EAST_M + 200 * n + 100, NORTH_M + 100) for n in range(count)]


def points(count: int = 3, crs_wgs84: bool = True) -> list[Any]:
    """Points near Rochefort, in degrees or in Lambert-93."""
    if crs_wgs84:
        return [shapely.points(-1.0 + n / 100, 45.95) for n in range(count)]
    return [shapely.points(EAST_M + n, NORTH_M) for n in range(count)]


def write(path: Path, shapes: list[Any], crs: str = "EPSG:2154", **columns: Any) -> Path:
    """Write a layer by GDAL, in the format of the ending; `driver`, `layer` and `encoding` go to GDAL."""
    options = {key: columns.pop(key) for key in ("driver", "layer", "encoding", "append") if key in columns}
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = {0: "Point", 1: "LineString", 2: "Polygon"}
    columns = columns or {"name": [f"n{number}" for number in range(len(shapes))]}
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(cells, dtype=object if isinstance(cells[0], str) else None) for cells in columns.values()],
        list(columns),
        geometry_type=kinds[int(shapely.get_dimensions(shapes[0]))],
        crs=crs,
        **options,
    )
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """An archive with these members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the folder by its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
