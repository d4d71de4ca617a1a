"""Territories for tests: real folders where the machine has them, and a tiny one written on the spot."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

SEED = 1
"""The town that the demonstration makes up."""


def quiet(what: str, share: float) -> None:
    """Progress that nobody watches, checked all the same."""
    assert what
    assert 0 <= share <= 1


def real_data(name: str) -> Path:
    """The folder of real data of that name; the test is skipped, and says so, when the machine does not have it."""
    stated = os.environ.get("GARANCE_SHARED_DATA")
    root = Path(stated) if stated else Path(__file__).resolve().parents[2].parent / "shared" / "data"
    if not (root / name).is_dir():
        pytest.skip(f"REAL DATA ABSENT: {name} (set GARANCE_SHARED_DATA)")
    return root / name


def write_layer(path: Path, shapes: list[Any], crs: str | None = "EPSG:2154", **columns: list[Any]) -> None:
    """Write a layer; zipped when the path says `.zip`, as towns receive them."""
    target = path if path.suffix != ".zip" else path.with_suffix("") / f"{path.stem}.shp"
    target.parent.mkdir(parents=True, exist_ok=True)
    kinds = {0: "Point", 1: "LineString", 2: "Polygon"}
    names = list(columns)
    options: dict[str, Any] = {"encoding": "UTF-8"} if target.suffix == ".shp" else {}
    pyogrio.raw.write(
        target,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(columns[name], dtype=object if isinstance(columns[name][0], str) else None) for name in names],
        names,
        geometry_type=kinds[shapely.get_dimensions(shapes[0])] + (" Z" if shapely.has_z(shapes[0]) else ""),
        crs=crs or "EPSG:2154",
        **options,
    )
    if crs is None:
        target.with_suffix(".prj").unlink()
    if path.suffix == ".zip":
        parts = sorted(target.parent.iterdir())
        with zipfile.ZipFile(path, "w") as archive:
            for part in parts:
                archive.write(part, part.name)
                part.unlink()
        target.parent.rmdir()


EAST_M, NORTH_M = 385_000.0, 6_546_000.0
"""The south-west corner of the tiny town, in Lambert-93."""


def square(x: float, y: float, side: float) -> Any:
    """A square in the tiny town, metres from its corner."""
    return shapely.box(EAST_M + x, NORTH_M + y, EAST_M + x + side, NORTH_M + y + side)


def line(*points: tuple[float, float]) -> Any:
    """A line in the tiny town, metres from its corner."""
    return shapely.linestrings([(EAST_M + x, NORTH_M + y) for x, y in points])


def write_tiny_town(folder: Path) -> None:
    """Two communes, three roads, two dykes told by two files, an invalid risk zone, a hospital and one far away."""
    write_layer(
        folder / "a.zip",
        [square(0, 0, 1000), square(1000, 0, 1000)],
        nom=["Moëze", "Échillais"],
        insee_com=["17237", "17146"],
        population=[553, 3512],
    )
    write_layer(
        folder / "b.geojson",
        [line((0, 100), (900, 100)), line((900, 100), (900, 900)), line((900, 900), (1900, 900))],
        nom_1_g=["AV DU 8 MAI 1945", "R DE L'EGLISE", ""],
        importance=["3", "5", "1"],
        nature=["Route à 1 chaussée", "Rond-point", "Type autoroutier"],
        pos_sol=["0", "1", "0"],
    )
    bow_tie = shapely.polygons([(EAST_M + x, NORTH_M + y) for x, y in ((0, 0), (100, 100), (100, 0), (0, 100), (0, 0))])
    write_layer(folder / "c.zip", [bow_tie, square(200, 200, 100)], codezone=["Rs3", "Bs1"], typereg=["02", "03"])
    write_layer(folder / "d.zip", [line((0, 0), (1000, 0))], crs=None, status=["BAD"], alt=[4.2], type=["DIKE"])
    write_layer(folder / "e.zip", [line((0, 5), (1000, 5))], id_defense=["1"], nom=["Digue du Port"])
    (folder / "f.csv").write_text(
        "hospital_name;facility_type;lat;lon\nCentre hospitalier;Centre Hospitalier;45.9456;-1.0550\n"
        "Au loin;Centre Hospitalier;48,85;2,35\nNulle part;Centre Hospitalier;;\n",
        "utf-8",
    )
    (folder / "README.md").write_text('Licence CC BY-SA 4.0. Attribution: "Ville de test CC BY-SA 4.0".\n', "utf-8")
