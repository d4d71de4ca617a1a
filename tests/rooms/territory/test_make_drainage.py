"""The drainage of made land: down to the sea from everywhere, and nothing lost on the way."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
import pytest

from garance.territory.make.chance import chance
from garance.territory.make.drainage import drain
from garance.territory.make.frame import fast_noise, frame_for
from garance.territory.make.landform import Land, make_land


def hilly(rows: int, columns: int) -> tuple[Any, Any]:
    heights = fast_noise(chance(3, "hills"), (rows, columns), 9, 3) * 40 + 50
    outlets = np.zeros((rows, columns), dtype=bool)
    outlets[:, 0] = True
    return heights, outlets


def spill_levels(heights: Any, outlets: Any) -> Any:
    """The priority flood as books give it, one cell at a time: what the fast one must find."""
    level = np.full(heights.shape, np.inf)
    queue = [(float(heights[r, c]), int(r), int(c)) for r, c in np.argwhere(outlets)]
    for height, r, c in queue:
        level[r, c] = height
    heapq.heapify(queue)
    while queue:
        height, r, c = heapq.heappop(queue)
        for up in (-1, 0, 1):
            for side in (-1, 0, 1):
                near = (r + up, c + side)
                inside = 0 <= near[0] < heights.shape[0] and 0 <= near[1] < heights.shape[1]
                if inside and np.isinf(level[near]):
                    level[near] = max(height, float(heights[near]))
                    heapq.heappush(queue, (float(level[near]), *near))
    return level


def test_hollows_are_filled_to_the_height_where_they_overflow() -> None:
    heights, outlets = hilly(41, 37)
    filled = drain(heights, outlets).fill(heights, 0.0)
    np.testing.assert_allclose(filled, spill_levels(heights, outlets), atol=1e-4)


def test_every_cell_is_drained_once() -> None:
    heights, outlets = hilly(60, 50)
    drainage = drain(heights, outlets)
    through = drainage.gather(np.ones(heights.size))
    assert through[outlets.ravel()].sum() == heights.size
    assert (drainage.towards[outlets.ravel()] == np.flatnonzero(outlets)).all()


@pytest.fixture(scope="module")
def land() -> Land:
    return make_land(5, frame_for(4))


def test_made_land_has_no_pit(land: Land) -> None:
    """From every cell a lower one is beside it, down to the sea."""
    heights = np.pad(land.heights_m, 1, constant_values=np.inf)
    beside = np.minimum.reduce([heights[:-2, 1:-1], heights[2:, 1:-1], heights[1:-1, :-2], heights[1:-1, 2:]])
    assert (beside < land.heights_m)[~land.sea_mask].all()


def test_rivers_fall_to_the_sea_and_widen(land: Land) -> None:
    assert land.rivers[0].into == -1
    for place, river in enumerate(land.rivers):
        assert (np.diff(river.beds_m) <= 0).all()
        assert river.above_km2 <= river.below_km2
        assert river.into < place
        if river.into >= 0:
            assert land.rivers[river.into].below_km2 > river.below_km2
            assert land.rivers[river.into].width_m >= river.width_m
