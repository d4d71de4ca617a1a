"""Names on the map: each once, inside what it names, at every zoom."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely
from support.tiles import open_tiles

from garance.territory import Pack
from garance.territory.content import LayerData
from garance.territory.labels import label_layers
from garance.territory.projection import LAMBERT_93, WGS84, project


def degrees(shapes: list[Any]) -> Any:
    """Shapes drawn in metres near Rochefort, in degrees."""
    moved = shapely.transform(np.array(shapes, dtype=object), lambda xy: xy + np.array([380_000, 6_540_000]))
    return project(moved, LAMBERT_93, WGS84)


def check_communes(pack: Pack) -> None:
    labels = [feature for feature in pack.features("names") if feature.layer == "commune-labels"]
    names = Counter(feature.properties["name"] for feature in labels)
    assert set(names.values()) == {1}
    assert set(names) == {commune.properties["name"] for commune in pack.features("communes")}
    for label in labels:
        found = pack.commune_at(label.shape.x, label.shape.y)
        assert found is not None
        assert found.properties["name"] == label.properties["name"]


def test_each_commune_of_the_fictional_territory_is_named_once(fictional: Pack) -> None:
    check_communes(fictional)
    waters = {feature.properties["name"] for feature in fictional.features("names") if feature.layer == "water-labels"}
    assert {"La Galène", "Mer de Galène (fictive)"} <= waters


@pytest.mark.real_data
def test_each_commune_of_rochefort_is_named_once(rochefort: Pack) -> None:
    check_communes(rochefort)


def test_the_name_goes_to_the_heart_of_the_largest_part() -> None:
    small, large = shapely.box(0, 0, 100, 100), shapely.box(1_000, 0, 3_000, 1_000)
    communes = LayerData(
        "communes",
        degrees([shapely.MultiPolygon([small, large]), shapely.box(0, 2_000, 500, 2_500)]),
        {"name": ["Échillais", None], "insee_code": ["17146", None], "population": [3_000, None]},
        "contours.shp",
    )
    (labels,) = label_layers([communes], LAMBERT_93)
    assert (labels.properties["name"], labels.properties["population"]) == (["Échillais"], [3_000])
    assert labels.source == "contours.shp (déduite des contours)"
    (point,) = project(labels.shapes, WGS84, LAMBERT_93)
    x, y = point.x - 380_000, point.y - 6_540_000
    assert 1_400 < x < 2_600
    assert 400 < y < 600


def test_nothing_named_gives_no_layer() -> None:
    water = LayerData("water", degrees([shapely.box(0, 0, 500, 500)]), {"kind": ["lake"], "name": [None]})
    pond = LayerData("water", degrees([shapely.box(0, 0, 50, 50)]), {"kind": ["lake"], "name": ["La Mare"]})
    assert label_layers([water], LAMBERT_93) == []
    assert label_layers([pond], LAMBERT_93) == []
    assert label_layers([], LAMBERT_93) == []


def test_points_are_in_the_tiles_at_every_zoom(fictional: Pack) -> None:
    told = open_tiles(fictional.file("basemap.pmtiles")).metadata()["vector_layers"]
    layers = {layer["id"]: layer for layer in told}
    assert (layers["commune-labels"]["minzoom"], layers["commune-labels"]["maxzoom"]) == (6, 14)
