"""Territories that are not where they say: one commune moved, all of them, a layer, codes of elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from support.territories import EAST_M, NORTH_M, line, quiet, square, write_layer

from garance.territory import Pack, import_territory

CODES = ["17237", "17146", "17299"]
NAMES = ["Moëze", "Échillais", "Rochefort"]


def three(east: float = 0.0, north: float = 0.0) -> list[Any]:
    return [square(east, north, 2000), square(east + 2000, north, 2000), square(east, north + 2000, 2000)]


def write_outlines(folder: Path) -> None:
    extra = [square(9000, 9000, 2000), square(9000, -9000, 2000)]
    write_layer(
        folder / "contours.geojson",
        [*three(), *extra],
        nom=[*NAMES, "Marennes", "Pons"],
        code=[*CODES, "17219", "17283"],
    )


def write_communes(folder: Path, shapes: list[Any]) -> None:
    write_layer(folder / "quartiers.zip", shapes, nom=NAMES, insee_com=CODES, population=[500, 3_500, 24_000])


def write_streets(folder: Path, east: float = 0.0, north: float = 0.0) -> None:
    streets = [line((east + x, north), (east + x, north + 3900)) for x in range(100, 4000, 300)]
    streets += [line((east, north + y), (east + 3900, north + y)) for y in range(100, 4000, 300)]
    write_layer(folder / "voirie.zip", streets, nom_voie=[f"RUE {index}" for index in range(len(streets))])


def houses(east: float = 0.0, north: float = 0.0) -> list[Any]:
    return [square(east + x, north + y, 12) for x in range(130, 3900, 100) for y in range(130, 1900, 100)]


def report(folder: Path, tmp_path: Path) -> dict[str, list[str]]:
    pack: Pack = import_territory(folder, tmp_path / "pack", progress=quiet)
    told: dict[str, list[str]] = {}
    for each in pack.manifest.report:
        if each.kind == "doubtful":
            told.setdefault(each.code, []).append(each.text_fr)
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "source"
    made.mkdir()
    write_outlines(made)
    return made


def test_a_territory_in_its_place_is_not_doubted(folder: Path, tmp_path: Path) -> None:
    write_communes(folder, three())
    write_streets(folder)
    write_layer(folder / "bati.zip", houses(), hauteur=[6.0] * len(houses()))
    told = report(folder, tmp_path)
    assert set(told) <= {"attribution-unknown", "role-guessed"}


def test_one_commune_moved_is_named_with_its_distance_and_direction(folder: Path, tmp_path: Path) -> None:
    write_communes(folder, [*three()[:2], square(-9_000, 2_000, 2000)])
    write_streets(folder)
    (text,) = report(folder, tmp_path)["commune-moved"]
    assert text.startswith("Rochefort (17299) n'est pas à sa place dans quartiers.zip")
    assert "9,0 km à l'ouest" in text


def test_a_whole_territory_moved_is_said_once(folder: Path, tmp_path: Path) -> None:
    write_communes(folder, three(5_000, 5_000))
    write_streets(folder, 5_000, 5_000)
    told = report(folder, tmp_path)
    (text,) = told["territory-moved"]
    assert "les 3 communes" in text
    assert "7,1 km au nord-est" in text
    assert any("voirie.zip" in line for line in told["on-moved-commune"])


def test_a_layer_moved_alone_is_said(folder: Path, tmp_path: Path) -> None:
    write_communes(folder, three())
    write_streets(folder)
    write_layer(folder / "bati.zip", houses(0, -30_000), hauteur=[6.0] * len(houses()))
    (text,) = report(folder, tmp_path)["layer-apart"]
    assert text.startswith("bati.zip : ")
    assert "au sud" in text


def test_objects_outside_the_commune_of_their_code_are_said(folder: Path, tmp_path: Path) -> None:
    write_communes(folder, three())
    write_streets(folder)
    cells = [square(2_100 + 200 * index, 200, 200) for index in range(8)]
    write_layer(folder / "carreaux.zip", cells, ind=[12.0] * 8, insee_com=["17299"] * 8)
    (text,) = report(folder, tmp_path)["outside-own-commune"]
    assert "8 objets sur 8" in text
    assert "Rochefort" in text


def test_codes_of_a_far_department_are_said_even_without_outlines(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    write_layer(
        folder / "communes.zip", three(), nom=["Nice", "Èze", "Menton"], insee_com=["06088", "06059", "06083"],
    )  # fmt: skip
    write_streets(folder)
    (text,) = report(folder, tmp_path)["codes-of-elsewhere"]
    assert "département 06 (Alpes-Maritimes)" in text
    assert "km" in text


def test_buildings_moved_by_a_little_stand_in_water_or_under_roads(folder: Path, tmp_path: Path) -> None:
    write_communes(folder, three())
    write_streets(folder)
    moved = [shapely.transform(house, lambda xy: xy + np.array([-40.0, 0.0])) for house in houses()]
    write_layer(folder / "bati.zip", moved, hauteur=[6.0] * len(moved))
    write_layer(folder / "etang.zip", [square(1_500, 100, 1_700)], nature=["Lac"], persistanc=["Permanent"])
    told = report(folder, tmp_path)
    assert "dans l'eau" in told["buildings-in-water"][0]


def test_a_relief_that_lies_elsewhere_is_said(folder: Path, tmp_path: Path) -> None:
    write_communes(folder, three())
    write_streets(folder)
    with rasterio.open(
        folder / "mnt.tif", "w", driver="GTiff", width=50, height=50, count=1, dtype="float32", crs="EPSG:2154",
        transform=Affine(20, 0, EAST_M + 90_000, 0, -20, NORTH_M),
    ) as raster:  # fmt: skip
        raster.write(np.full((50, 50), 12.0, dtype="float32"), 1)
    (text,) = report(folder, tmp_path)["terrain-elsewhere"]
    assert "ne couvre pas le territoire" in text
