"""Roles told by shapes, columns and values: every file here bears a name that says nothing, or lies."""

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

HOUSES = [square(30 + 40 * column, 30 + 40 * row, 11) for column in range(12) for row in range(12)]
STREETS = [line((x, 0), (x, 500)) for x in range(0, 520, 80)] + [line((0, y), (500, y)) for y in range(0, 520, 80)]
NODED = list(shapely.get_parts(shapely.node(shapely.multilinestrings(STREETS))))
POINTS = [shapely.points(EAST_M + 20 + 9 * index, NORTH_M + 30) for index in range(40)]


def layers(folder: Path, tmp_path: Path) -> dict[str, int]:
    pack: Pack = import_territory(folder, tmp_path / "pack", progress=quiet)
    return {layer.name: layer.count for layer in pack.manifest.layers}


def some(value: Any, count: int) -> list[Any]:
    return [value] * count


CASES: dict[str, tuple[list[Any], dict[str, list[Any]]]] = {
    "buildings": (HOUSES, {"fid_1": list(range(len(HOUSES)))}),
    "roads": (NODED, {"fid_1": list(range(len(NODED)))}),
    "addresses": (POINTS, {"numero": list(range(1, 41)), "nom_voie": some("Rue du Bac", 40)}),
    "hydrants": (POINTS, {"libelle": some("Poteau incendie DN100", 40), "debit": some(60.0, 40)}),
    "sites": (POINTS[:3], {"intitule": ["École Jules-Ferry", "Mairie", "EHPAD Les Pins"]}),
    "planning-zones": ([square(0, 0, 300), square(300, 0, 300)], {"typezone": ["U", "N"], "libelle": ["Ua", "Np"]}),
    "planning-areas": ([square(0, 0, 90)], {"typepsc": ["05"], "libelle": ["Emplacement réservé"]}),
    "risk-zones": ([square(0, 0, 300)], {"codezone": ["Rs1"]}),
    "land-use": ([square(200 * x, 0, 200) for x in range(30)], {"ind": some(14.5, 30)}),
    "defences": ([line((0, 0), (300, 0))], {"etat": ["Bon"], "nature": ["Digue"]}),
    "water-lines": ([line((0, 0), (300, 60))], {"regime": ["Permanent"]}),
    "railways": ([line((0, 0), (300, 60))], {"railway": ["rail"]}),
    "gauges": (POINTS[:2], {"code_station": ["F1", "F2"], "libelle": ["Pont", "Écluse"]}),
    "networks": ([line((0, 0), (300, 60))], {"voltage": ["63000"]}),
}


@pytest.mark.parametrize("layer", CASES)
def test_a_layer_is_known_by_what_it_holds(layer: str, tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    shapes, columns = CASES[layer]
    write_layer(folder / "couche_1.geojson", shapes, "EPSG:2154", **columns)
    assert layers(folder, tmp_path)[layer] == len(shapes)


def test_a_name_that_lies_is_not_believed(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    write_layer(folder / "routes.geojson", HOUSES, hauteur=some(6.5, len(HOUSES)))
    write_layer(
        folder / "batiments.geojson", [square(0, 0, 3000), square(3000, 0, 3000)],
        nom=["Moëze", "Échillais"], insee_com=["17237", "17146"], population=[553, 3512],
    )  # fmt: skip
    counts = layers(folder, tmp_path)
    assert (counts["buildings"], counts["communes"]) == (len(HOUSES), 2)
    assert "roads" not in counts


def test_kinds_are_told_from_words_of_several_makers(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    write_layer(
        folder / "x.geojson", POINTS[:6],
        amenity=["townhall", "fire_station", "school", "hospital", "police", "nursing_home"],
        name=["a", "b", "c", "d", "e", "f"],
    )  # fmt: skip
    write_layer(folder / "y.geojson", NODED[:60], highway=[*some("motorway", 20), *some("residential", 40)],
                oneway=[*some("yes", 20), *some("no", 40)], maxspeed=[*some("110", 20), *some("30 mph",
                    40)])  # fmt: skip
    pack = import_territory(folder, tmp_path / "pack", progress=quiet)
    kinds = {site.properties["name"]: site.properties["kind"] for site in pack.features("sites")}
    assert kinds == {
        "a": "town-hall", "b": "fire-station", "c": "school", "d": "hospital", "e": "police", "f": "care-home",
    }  # fmt: skip
    roads = [road.properties for road in pack.features("roads")]
    assert {(road["kind"], road["importance"], road["oneway"]) for road in roads} == {
        ("motorway", 1, "forward"), ("street", 5, "no"),
    }  # fmt: skip


def write_grid(path: Path, heights: Any, west: float, north: float, step: float) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", width=heights.shape[1], height=heights.shape[0], count=1, dtype="float32",
        crs="EPSG:2154", transform=Affine(step, 0, west, 0, -step, north),
    ) as raster:  # fmt: skip
        raster.write(heights.astype("float32"), 1)


def test_relief_tiles_are_put_side_by_side_and_doubles_left(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    write_layer(folder / "c.geojson", [square(0, 0, 2000)], nom=["Moëze"], insee_com=["17237"])
    flat = np.full((100, 100), 1.0)
    write_grid(folder / "dalle_1.tif", flat * 3, EAST_M, NORTH_M + 1000, 10)
    write_grid(folder / "dalle_2.tif", flat * 7, EAST_M + 1000, NORTH_M + 1000, 10)
    write_grid(folder / "ancien.tif", np.full((10, 10), 50.0), EAST_M, NORTH_M + 1000, 100)
    pack = import_territory(folder, tmp_path / "pack", progress=quiet)
    codes = [(each.code, each.subject) for each in pack.manifest.report]
    assert ("terrain-found", "dalle_1.tif") in codes
    assert ("terrain-found", "dalle_2.tif") in codes
    assert ("duplicate", "ancien.tif") in codes
    from garance.territory.projection import LAMBERT_93, WGS84, transformer

    back = transformer(LAMBERT_93, WGS84).transform
    assert pack.elevation_m(*back(EAST_M + 500, NORTH_M + 500)) == pytest.approx(3.0)
    assert pack.elevation_m(*back(EAST_M + 1500, NORTH_M + 500)) == pytest.approx(7.0)


def test_layers_cut_in_pieces_complete_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    far = [shapely.transform(house, lambda xy: xy + np.array([3_000.0, 0.0])) for house in HOUSES]
    write_layer(folder / "bati_ouest.geojson", HOUSES, hauteur=some(6.0, len(HOUSES)))
    write_layer(folder / "bati_est.geojson", far, hauteur=some(7.0, len(far)))
    write_layer(folder / "bati_ouest_copie.geojson", HOUSES, id=list(range(len(HOUSES))))
    pack = import_territory(folder, tmp_path / "pack", progress=quiet)
    assert {layer.name: layer.count for layer in pack.manifest.layers}["buildings"] == 2 * len(HOUSES)
    codes = {(each.code, each.subject) for each in pack.manifest.report}
    assert ("duplicate", "bati_ouest_copie.geojson") in codes
    assert {code for code, _ in codes} >= {"completed"}


def test_the_same_place_told_twice_is_one_site(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    write_layer(
        folder / "a.geojson", POINTS[:2], amenity=["school", "police"], name=["École des Sauniers", "Gendarmerie"]
    )
    near = [shapely.transform(POINTS[0], lambda xy: xy + 8.0)]
    write_layer(folder / "b.geojson", near, type_etablissement=["Ecole"], nom_etablissement=["ECOLE DES SAUNIERS"])
    pack = import_territory(folder, tmp_path / "pack", progress=quiet)
    assert len(pack.features("sites")) == 2
