"""Simulated depths through a node that really listens: grids, pictures, and the comparison with a mapped extent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from support.running_node import RunningNode, running_node
from support.territories import EAST_M, NORTH_M, quiet, square, write_layer, write_tiny_town

from garance.territory import Pack, import_territory
from garance.territory.projection import LAMBERT_93, WGS84, project

ROOT = "/api/v1/territory/depths"
CELL_M = 20
ROWS, COLUMNS = 50, 100
FILM = "water-depths-flood-steps"


def write_film(path: Path) -> None:
    """Three bands over both communes: dry; the western half under 1 m; the same, a hole of 20 m, one cell unknown."""
    bands = np.zeros((3, ROWS, COLUMNS), dtype="float32")
    bands[1:, :, :50] = 1.0
    bands[2, 10, 90] = 20.0
    bands[2, 0, 99] = np.nan
    with rasterio.open(
        path, "w", driver="GTiff", width=COLUMNS, height=ROWS, count=3, dtype="float32", crs="EPSG:2154", nodata=np.nan,
        transform=Affine(CELL_M, 0, EAST_M, 0, -CELL_M, NORTH_M + 1000),
    ) as file:  # fmt: skip
        file.write(bands)


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The tiny town, a film of three bands, a past flood over its middle, and a lake of one hectare in the east."""
    source = tmp_path_factory.mktemp("flooded-source")
    write_tiny_town(source)
    write_layer(source / "g.zip", [square(0, 0, 1000)], ind=[553.0])
    write_layer(source / "tempete_xynthia.zip", [square(500, 0, 1000)], zone_sub=["Xynthia"])
    write_layer(source / "surface_hydrographique.zip", [square(1800, 0, 100)], nature=["Lac"], persistanc=["Permanent"])
    write_film(source / "flood_steps.tif")
    return import_territory(source, tmp_path_factory.mktemp("flooded-packs") / "flooded", progress=quiet)


@pytest.fixture(scope="module")
def node(flooded: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node") / "data", flooded.folder) as running:
        yield running


@pytest.fixture
def web(node: RunningNode) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, cookies={"garance": node.session}) as client:
        yield client


def levels(answer: httpx2.Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.mode == "L"
        return np.asarray(image)


def test_the_grids_are_listed_with_what_drawing_them_needs(web: httpx2.Client, flooded: Pack) -> None:
    listed = web.get(ROOT).json()
    assert listed["compared"] is True
    (grid,) = listed["items"]
    assert (grid["grid"], grid["bands"], grid["cell_m"]) == (FILM, 3, CELL_M)
    west, south, east, north = grid["bbox"]
    corners = (
        project(square(0, 0, 1), LAMBERT_93, WGS84).bounds,
        project(square(1999, 999, 1), LAMBERT_93, WGS84).bounds,
    )
    assert (west, south) == pytest.approx(corners[0][:2], abs=0.001)
    assert (east, north) == pytest.approx(corners[1][2:], abs=0.001)
    assert grid["picture"] == f"/territory/{flooded.manifest.version}/depths/{FILM}/{{band}}.png"


def test_a_picture_says_depths_by_steps_of_five_centimetres(web: httpx2.Client) -> None:
    address = web.get(ROOT).json()["items"][0]["picture"]
    dry, half, deep = (levels(web.get(address.format(band=band))) for band in (1, 2, 3))
    height, width = half.shape
    assert set(np.unique(dry)) <= {0, 255}
    assert half[height // 2, width // 4] == 20, "1 m is twenty steps"
    assert half[height // 2, width * 3 // 4] == 0
    assert deep.max() == 255
    assert (deep == 254).any(), "20 m is deeper than what a level of grey can say"
    lake = half[int(height * 0.95), int(width * 0.925)]
    assert lake == 255, "what stands in a lake is no flood"
    share = (half == 20).sum() / (half < 255).sum()
    assert share == pytest.approx(0.5, abs=0.02)


def test_a_picture_is_kept_for_ever_and_known_again(web: httpx2.Client) -> None:
    address = web.get(ROOT).json()["items"][0]["picture"].format(band=2)
    first = web.get(address)
    assert "immutable" in first.headers["cache-control"]
    again = web.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_band_is_compared_with_the_mapped_extent(web: httpx2.Client) -> None:
    shown = web.get(f"{ROOT}/{FILM}/2/comparison").json()
    assert (shown["cell_m"], shown["wet_from_m"], shown["land_km2"]) == (CELL_M, 0.1, 1.99)
    areas = {name: shown[f"{name}_km2"] for name in ("mapped", "modelled", "both", "only_mapped", "only_modelled")}
    assert areas == {"mapped": 1.0, "modelled": 1.0, "both": 0.5, "only_mapped": 0.5, "only_modelled": 0.5}
    assert shown["people_modelled"] == {"low": 553, "central": 553, "high": 553}
    half = shown["people_mapped"]
    assert (half["low"], half["high"]) == (0, 553)
    assert half["central"] == pytest.approx(276, abs=1)
    dry = web.get(f"{ROOT}/{FILM}/1/comparison").json()
    assert (dry["modelled_km2"], dry["only_mapped_km2"], dry["people_modelled"]["high"]) == (0, 1.0, 0)


@pytest.mark.parametrize("path", [
    f"{ROOT}/{FILM}/0/comparison", f"{ROOT}/{FILM}/4/comparison", f"{ROOT}/{FILM}/9999999/comparison",
    f"{ROOT}/{FILM}/x/comparison", f"{ROOT}/roughness/1/comparison", f"{ROOT}/nothing-here/1/comparison",
    f"{ROOT}/../1/comparison",
])  # fmt: skip
def test_a_band_or_a_grid_that_is_not_there_is_refused(web: httpx2.Client, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["code"] in ("unknown", "value-wrong", "request-malformed")


def test_a_picture_that_is_not_there_is_refused(web: httpx2.Client, flooded: Pack) -> None:
    version = flooded.manifest.version
    for path in (f"{version}/depths/{FILM}/4", f"{version}/depths/nothing/1", f"{'0' * 16}/depths/{FILM}/1"):
        answer = web.get(f"/territory/{path}.png")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown"), path


def test_a_grid_damaged_after_its_import_is_refused_by_name(flooded: Pack, tmp_path: Path) -> None:
    copy = tmp_path / "damaged"
    copy.mkdir()
    for file in flooded.folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / f"{FILM}.tif").write_bytes(b"II*\0" + bytes(400))
    with running_node(tmp_path / "data", copy) as running:
        with httpx2.Client(base_url=running.url, cookies={"garance": running.session}) as web:
            answer = web.get(ROOT)
            assert answer.json()["code"] == "raster-unreadable", answer.text
            assert web.get("/health").status_code == 200


def test_a_town_without_a_grid_or_an_extent_says_so(tiny: Pack, tmp_path: Path) -> None:
    with running_node(tmp_path / "data", tiny.folder) as running:
        with httpx2.Client(base_url=running.url, cookies={"garance": running.session}) as web:
            assert web.get(ROOT).json() == {"items": [], "compared": False}
            answer = web.get(f"{ROOT}/{FILM}/1/comparison")
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


def test_a_wall_screen_sees_it_and_a_stranger_does_not(node: RunningNode) -> None:
    with httpx2.Client(base_url=node.url, headers=node.headers) as keeper:
        organisation = keeper.get("/api/v1/session").json()["grants"][0]["organisation"]
        asked = {"situation": node.situation, "organisation": organisation, "title": "Salle"}
        made = keeper.post("/api/v1/walls", json=asked)
        assert made.status_code == 200, made.text
    with httpx2.Client(base_url=node.url) as wall:
        address = f"/territory/{'0' * 16}/depths/{FILM}/1.png"
        for path in (ROOT, f"{ROOT}/{FILM}/1/comparison", address):
            assert wall.get(path).status_code == 401, path
        entered = wall.post("/api/v1/session/wall", json={"token": made.json()["token"]})
        assert entered.status_code == 200, entered.text
        assert wall.get(ROOT).json()["items"][0]["bands"] == 3
        assert wall.get(f"{ROOT}/{FILM}/2/comparison").status_code == 200
        assert wall.get(wall.get(ROOT).json()["items"][0]["picture"].format(band=1)).status_code == 200
