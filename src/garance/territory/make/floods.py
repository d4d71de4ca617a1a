"""What water may do in a region: risk plan, floods of three return periods, a past one, fire near woods, dykes."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from rasterio.features import rasterize
from rasterio.features import shapes as grid_shapes
from scipy import ndimage
from shapely.geometry import shape as shape_of

from garance.territory.make.chance import chance
from garance.territory.make.frame import away_m
from garance.territory.make.landform import Land
from garance.territory.make.shaping import lines
from garance.territory.make.zones import DEFENCE_OFFSET_M, REFERENCE_LEVEL_M, STORM_LEVEL_M, Defence, cut_works

SCENARIOS = (("T10", "fréquente", 0.55, 3.3), ("T100", "moyenne", 1.0, REFERENCE_LEVEL_M), ("T1000", "rare", 1.4, 5.0))
"""Return period, its word, the share of the hundred-year stage of rivers, the level of the sea."""

LEAST_KM2 = 7.0
"""Rivers that drain less than this are too small for the risk plan."""

DEPTHS_M = (0.5, 1.0, 2.0, 99.0)


def river_stage_m(km2: Any) -> Any:
    """How high the hundred-year flood of a river rises above its bed, from the land it drains (0.8 to 5 m)."""
    return np.clip(1.0 + 0.45 * np.asarray(km2) ** 0.26, 0.8, 5.0)


def flood_depth_m(land: Land, share: float, level_m: float) -> Any:
    """Depth of water over each fine cell: rivers at this share of their hundred-year stage, and the sea at a level
    wherever low ground joins it; 0 where dry, no dyke standing."""
    drained = np.array([river.below_km2 for river in land.rivers])
    stage = np.where(drained > LEAST_KM2, river_stage_m(drained) * share, 0).astype("float32")
    reach = np.array([river.plain_m * 1.7 for river in land.rivers], dtype="float32")[land.nearest_river]
    stage = stage[land.nearest_river] * np.clip(1.6 - land.from_river_m / reach, 0, 1)
    river = np.where(land.sea_mask, 0, np.clip(stage - land.above_river_m, 0, None))
    low = land.heights_m < level_m
    joined, _ = ndimage.label(low)
    wet = np.isin(joined, np.unique(joined[land.sea_mask & low])) & low & (joined > 0)
    marine = np.where(wet & ~land.sea_mask, level_m - land.heights_m, 0)
    return np.maximum(river, marine).astype("float32")


def _areas(land: Land, labels: Any, least_m2: float) -> tuple[Any, Any]:
    found = [(shape_of(outline), int(value)) for outline, value in
             grid_shapes(labels.astype("uint8"), mask=labels > 0, transform=land.frame.transform)]  # fmt: skip
    if not found:
        return np.empty(0, dtype=object), np.empty(0, dtype=int)
    softened = shapely.coverage_simplify(np.array([shape for shape, _ in found], dtype=object), land.frame.cell_m * 0.9)
    value = np.array([value for _, value in found])
    large = shapely.area(softened) >= least_m2
    return softened[large], value[large]


def hazard_zones(land: Land) -> tuple[Any, list[str], list[str], list[float]]:
    """Flooded areas of each scenario by depth: outline, name, scenario, greatest depth of the class in metres."""
    shapes, names, scenarios, depths = [], [], [], []
    for scenario, word, share, level_m in SCENARIOS:
        depth = ndimage.median_filter(flood_depth_m(land, share, level_m), 3)
        labels = np.digitize(depth, (0.05, *DEPTHS_M[:-1]))
        found, value = _areas(land, labels, 12 * land.frame.cell_m**2)
        deepest = float(depth.max())
        shapes.append(found)
        names += [f"Inondation {word} ({scenario})"] * len(found)
        scenarios += [scenario] * len(found)
        depths += [min(DEPTHS_M[number - 1], round(deepest, 1)) for number in value.tolist()]
    return np.concatenate(shapes), names, scenarios, depths


def risk_zones(land: Land, built: Any, woods: Any) -> tuple[Any, list[str], list[str]]:
    """Areas of the risk plan, code and colour: red where deep or open, blue where built and shallow, orange where
    houses stand near woods. `built` and `woods`: masks on the fine grid."""
    depth = ndimage.median_filter(flood_depth_m(land, 1.0, REFERENCE_LEVEL_M), 3)
    if not shapely.is_empty(land.river_area):
        banks = rasterize([land.river_area], out_shape=land.frame.shape, transform=land.frame.transform)
        depth[banks.astype(bool)] = 0
    edge = (away_m(built, land.frame.cell_m) < 90) & (away_m(woods, land.frame.cell_m) < 110) & ~land.sea_mask
    cases = [depth > 1.5, (depth > 0.6) & ~built, depth > 0.6, (depth > 0.05) & built, depth > 0.05, edge]
    labels = np.select(cases, [1, 2, 3, 4, 5, 6], 0)
    codes = {1: ("Rs3", "red"), 2: ("Rs2", "red"), 3: ("Bs2", "blue"), 4: ("Bs1", "blue"), 5: ("Rs1", "red"),
             6: ("Of1", "orange")}  # fmt: skip
    shapes, values = _areas(land, labels, 14 * land.frame.cell_m**2)
    return shapes, [codes[value][0] for value in values.tolist()], [codes[value][1] for value in values.tolist()]


def past_flood(land: Land) -> Any:
    """What the fictional storm and flood of 1999 covered."""
    depth = flood_depth_m(land, 0.78, STORM_LEVEL_M)
    wet = ndimage.binary_opening(depth > 0.12, iterations=1)
    return _areas(land, wet.astype("uint8"), 400 * land.frame.cell_m**2)[0]


def defences(seed: int, land: Land) -> list[Defence]:
    """Dykes along estuaries and low shores, dunes on open coasts, in works of several hundred metres each."""
    random = chance(seed, "defences")
    dry = np.where(land.heights_m > 0.6, land.heights_m, np.nan)
    size = int(340 / land.frame.cell_m)
    known = ndimage.uniform_filter(np.isfinite(dry).astype("float32"), size)
    behind = ndimage.uniform_filter(np.nan_to_num(dry), size) / np.maximum(known, 1e-3)
    water = shapely.simplify(land.open_water, 8.0)
    path = shapely.buffer(shapely.buffer(water, DEFENCE_OFFSET_M + 30), -30).boundary
    path = shapely.intersection(path, shapely.buffer(land.window, -60))
    found: list[Defence] = []
    for line in lines(shapely.line_merge(path), 250):
        steps = np.arange(0, line.length, 25.0)
        points = shapely.line_interpolate_point(line, steps)
        x, y = shapely.get_x(points), shapely.get_y(points)
        low = (land.frame.sample(behind, x, y) < 3.3) & (land.frame.sample(known, x, y) > 0.12) & (land.at(x, y) < 3.6)
        low = ndimage.binary_opening(ndimage.binary_closing(low, iterations=3), iterations=4)
        numbers, count = ndimage.label(low)
        for number in range(1, count + 1):
            run = np.flatnonzero(numbers == number)
            stretch = shapely.linestrings(shapely.get_coordinates(points[run]))
            found += cut_works(random, land.river_area, shapely.simplify(stretch, 4), len(found))
    return found


def raise_works(land: Land, works: list[Defence]) -> None:
    """Build the works into the relief, so that heights and crests agree."""
    pairs = [(work.line.buffer(land.frame.cell_m * 0.75), work.crest_m) for work in works]
    if pairs:
        crests = rasterize(pairs, out_shape=land.heights_m.shape, transform=land.frame.transform, fill=-99)
        land.heights_m = np.maximum(land.heights_m, crests.astype("float32"))
