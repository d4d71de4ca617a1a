"""One small pack for all the tests of the room that show a territory."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from support.territories import EAST_M, NORTH_M, quiet, square, write_layer, write_tiny_town

from garance.territory import Pack, import_territory


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The tiny town on a slope of one in a hundred towards the south, with 553 inhabitants in one cell."""
    source = tmp_path_factory.mktemp("tiny-source")
    write_tiny_town(source)
    write_layer(source / "g.zip", [square(0, 0, 1000)], ind=[553.0])
    rows = np.repeat(np.linspace(25, 5, 200, dtype="float32")[:, None], 260, axis=1)
    transform = Affine(10, 0, EAST_M - 300, 0, -10, NORTH_M + 1500)
    with rasterio.open(
        source / "mnt.tif", "w", driver="GTiff", width=260, height=200, count=1, dtype="float32", crs="EPSG:2154",
        transform=transform,
    ) as file:  # fmt: skip
        file.write(rows, 1)
    return import_territory(source, tmp_path_factory.mktemp("tiny-packs") / "tiny", progress=quiet)
