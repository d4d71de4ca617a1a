from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from support.tiles import open_tiles, terrarium_heights_m, tile_at

from garance.territory import Pack
from garance.territory.projection import LAMBERT_93, WGS84, transformer
from garance.territory.terrain import Terrain, open_geotiff, write_geotiff, write_tiles


def slope(hole: bool = False) -> Terrain:
    """A plane that rises 1 m every 100 m to the east, in steps of 20 m, near Rochefort."""
    heights = np.tile(np.arange(200) * 0.2, (150, 1)).astype("float32")
    if hole:
        heights[70:80, 90:110] = np.nan
    return Terrain(heights, Affine(20, 0, 385_000, 0, -20, 6_549_000), LAMBERT_93)


@pytest.mark.parametrize("hole", [False, True])
@pytest.mark.parametrize("zoom", [12, 14])
def test_a_tile_gives_the_height_of_the_ground(tmp_path: Path, zoom: int, hole: bool) -> None:
    write_tiles(slope(hole), tmp_path / "t.pmtiles", name="t", step=lambda share: None)
    reader = open_tiles(tmp_path / "t.pmtiles")
    for east_m, north_m in ((386_000, 6_547_500), (388_000, 6_546_500), (387_000, 6_547_510)):
        lon_deg, lat_deg = transformer(LAMBERT_93, WGS84).transform(east_m, north_m)
        x, y, column, row = tile_at(lon_deg, lat_deg, zoom)
        heights = terrarium_heights_m(reader.get(zoom, x, y))
        pixel_m = 156_543 * math.cos(math.radians(lat_deg)) / 2**zoom
        assert heights[row, column] == pytest.approx((east_m - 385_010) / 100, abs=pixel_m / 100 + 0.1)


def test_beyond_the_edge_the_ground_goes_down_without_a_cliff(tmp_path: Path) -> None:
    write_tiles(slope(), tmp_path / "t.pmtiles", name="t", step=lambda share: None)
    reader = open_tiles(tmp_path / "t.pmtiles")
    lon_deg, lat_deg = transformer(LAMBERT_93, WGS84).transform(388_950, 6_547_500)
    x, y, _, _ = tile_at(lon_deg, lat_deg, 9)
    heights = terrarium_heights_m(reader.get(9, x, y))
    assert np.isfinite(heights).all()
    assert heights.min() == 0
    steps_m = np.abs(np.diff(heights, axis=1)).max()
    pixel_m = 156_543 * math.cos(math.radians(lat_deg)) / 2**9
    assert steps_m < 40 * pixel_m / 2_000 + 4


def test_a_grid_written_and_read_is_the_same_holes_included(tmp_path: Path) -> None:
    before = slope(hole=True)
    write_geotiff(before, tmp_path / "dem.tif")
    after = open_geotiff(tmp_path / "dem.tif")
    np.testing.assert_array_equal(before.heights_m, after.heights_m)
    assert (after.transform, after.crs) == (before.transform, before.crs)
    assert math.isnan(after.at(387_000, 6_547_510))
    assert math.isnan(after.at(300_000, 6_547_510))


def test_the_archive_says_what_it_is(fictional: Pack) -> None:
    reader = open_tiles(fictional.file("terrain.pmtiles"))
    header, metadata = reader.header(), reader.metadata()
    assert (header["min_zoom"], header["max_zoom"]) == (8, 14)
    assert metadata["encoding"] == "terrarium"
    base = open_tiles(fictional.file("basemap.pmtiles")).metadata()
    assert {layer["id"] for layer in base["vector_layers"]} == {layer.name for layer in fictional.manifest.layers}
    assert "/" not in base["generator_options"].replace("./", "")
