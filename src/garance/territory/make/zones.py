"""Areas of the fictional commune: communes, land cover, risk zones true to the relief, past flood, defences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from shapely.ops import substring

from garance.territory.make.chance import chance, noise
from garance.territory.make.relief import CELL_M, COARSE_M, HEIGHT_M, WIDTH_M, Ground, cells, distance_m
from garance.territory.make.shaping import areas, lines, polygons_of
from garance.territory.make.town import Block

REFERENCE_LEVEL_M = 4.3
"""The sea level the fictional risk plan is drawn for."""

STORM_LEVEL_M = 3.7
"""How high the sea came in the fictional past storm."""

DEFENCE_OFFSET_M = 48.0


@dataclass
class Defence:
    """A dyke or a dune: line, kind, state, height of the crest, name."""

    line: Any
    kind: str
    status: str
    crest_m: float
    name: str


def flooded(ground: Ground, level_m: float) -> Any:
    """Cells lower than the level and joined to the water by such cells, as if no dyke stood."""
    low = (ground.heights_m < level_m).astype("int32")
    found = polygons_of(low, ground.transform, tolerance_m=0.0).get(1)
    if found is None:
        return np.zeros(low.shape, dtype=bool)
    reached = [part for part in shapely.get_parts(found) if shapely.dwithin(part, ground.open_water, 30)]
    if not reached:
        return np.zeros(low.shape, dtype=bool)
    return rasterize(reached, out_shape=low.shape, transform=ground.transform, dtype="uint8").astype(bool)


def risk_zones(ground: Ground, blocks: list[Block]) -> list[tuple[str, str, Any]]:
    """Code, colour and area: red where it would be deep or is open land, blue where it is built and shallow."""
    depth_m = np.where(flooded(ground, REFERENCE_LEVEL_M), REFERENCE_LEVEL_M - ground.heights_m, 0)
    built = np.zeros(depth_m.shape, dtype="uint8")
    if blocks:
        outlines = [block.outline.buffer(12) for block in blocks if block.buildings]
        built = rasterize(outlines, out_shape=depth_m.shape, transform=ground.transform, dtype="uint8")
    labels = np.select(
        [depth_m > 1.5, (depth_m > 0.6) & (built == 0), depth_m > 0.6, (depth_m > 0) & (built > 0), depth_m > 0],
        [1, 2, 3, 4, 5],
        0,
    )
    codes = {1: ("Rs3", "red"), 2: ("Rs2", "red"), 3: ("Bs2", "blue"), 4: ("Bs1", "blue"), 5: ("Rs1", "red")}
    dry_part = ground.window.difference(ground.open_water)
    return [
        (*codes[value], part)
        for value, area in polygons_of(labels, ground.transform, tolerance_m=14).items()
        for part in areas(shapely.intersection(area, dry_part), 4_000)
    ]


def past_flood(seed: int, ground: Ground) -> list[Any]:
    """What the fictional storm of 1999 covered, with the whims that real marks have."""
    random = chance(seed, "storm")
    whim = noise(random, ground.heights_m.shape, wavelength=55, octaves=3) * 0.35
    wet = flooded(ground, STORM_LEVEL_M) & (ground.heights_m < STORM_LEVEL_M - 0.15 + whim)
    area = polygons_of(wet.astype("int32"), ground.transform, tolerance_m=22).get(1)
    if area is None:
        return []
    return areas(shapely.difference(area, ground.open_water).buffer(-8).buffer(8), 60_000)


def defences(seed: int, ground: Ground) -> list[Defence]:
    """Dykes along the river and the shore where the land behind is low; dunes on the open coast."""
    random = chance(seed, "defences")
    inside = ground.window.buffer(-30)
    path = shapely.intersection(ground.open_water.buffer(DEFENCE_OFFSET_M).buffer(25).buffer(-25).boundary, inside)
    found: list[Defence] = []
    for line in lines(path, 150):
        for run in _low_runs(ground, shapely.simplify(line, 4)):
            found += cut_works(random, ground.river, run, len(found))
    return found


def _low_runs(ground: Ground, line: Any) -> list[Any]:
    """The stretches of a line behind which the ground is low."""
    steps = np.arange(0, line.length, 25.0)
    points = shapely.line_interpolate_point(line, steps)
    behind = shapely.buffer(points, 170)
    x, y = cells(COARSE_M)
    coarse = shapely.STRtree(shapely.points(x.ravel(), y.ravel()))
    heights = np.where(shapely.contains_xy(ground.open_water, x, y), np.nan, ground.at(x, y)).ravel()
    low = np.zeros(len(points), dtype=bool)
    pairs = coarse.query(behind, predicate="intersects")
    for index in range(len(points)):
        around = heights[pairs[1][pairs[0] == index]]
        around = around[np.isfinite(around)]
        low[index] = len(around) > 0 and float(np.median(around)) < 3.3
    runs, start = [], None
    for index in range(len(points) + 1):
        if index < len(points) and low[index]:
            start = index if start is None else start
        elif start is not None:
            if (index - start) * 25 >= 200:
                runs.append(substring(line, steps[start], min(line.length, steps[index - 1] + 25)))
            start = None
    return runs


def cut_works(random: np.random.Generator, river: Any, run: Any, count: int) -> list[Defence]:
    """A long dyke in works of several hundred metres, each with its own state."""
    found: list[Defence] = []
    at = 0.0
    while at < run.length - 60:
        length_m = float(random.uniform(350, 1_100))
        part = substring(run, at, min(run.length, at + length_m))
        at += length_m
        dune = shapely.distance(part, river) > 400 and random.random() < 0.55
        status = str(random.choice(["good", "medium", "bad"], p=[0.62, 0.25, 0.13]))
        crest_m = {"good": 4.9, "medium": 4.5, "bad": 4.0}[status] + float(random.uniform(-0.2, 0.4))
        order = count + len(found) + 1
        name = f"Dune n° {order}" if dune else f"Digue n° {order}"
        found.append(Defence(part, "dune" if dune else "dike", status, round(crest_m, 2), name))
    return found


def raise_defences(ground: Ground, works: list[Defence]) -> None:
    """Build the works into the relief, so that heights and crests agree."""
    pairs = [(work.line.buffer(CELL_M * 0.75), work.crest_m) for work in works]
    if not pairs:
        return
    crests = rasterize(pairs, out_shape=ground.heights_m.shape, transform=ground.transform, fill=-99, dtype="float32")
    ground.heights_m = np.maximum(ground.heights_m, crests)


def communes(seed: int, ground: Ground) -> list[Any]:
    """Three communes: the first around the port, two inland, their limits wandering."""
    random = chance(seed, "communes")
    shape = (int(HEIGHT_M / COARSE_M), int(WIDTH_M / COARSE_M))
    x, y = cells(COARSE_M)
    x = x + 650 * noise(random, shape, wavelength=30, octaves=3)
    y = y + 650 * noise(random, shape, wavelength=30, octaves=3)
    centre = ground.centre
    to_port = np.maximum(np.abs(x - centre[0] + 900) * 0.62, np.abs(y - centre[1]) * 0.80)
    north = np.hypot(x - WIDTH_M * 0.97, y - HEIGHT_M * 0.86)
    south = np.hypot(x - WIDTH_M * 0.92, y - HEIGHT_M * 0.12)
    labels = np.argmin(np.stack([to_port, north, south]), axis=0) + 1
    transform = ground.transform @ Affine.scale(COARSE_M / CELL_M)
    land = shapely.difference(ground.window, ground.sea)
    found = polygons_of(labels, transform, tolerance_m=45)
    return [shapely.intersection(found[value], land) for value in sorted(found)]


def land_cover(seed: int, ground: Ground, blocks: list[Block]) -> list[tuple[str, Any]]:
    """Fields, meadows, marsh, woods, dunes: plots around the built-up ground, by height and wetness."""
    random = chance(seed, "cover")
    urban = shapely.union_all([block.outline.buffer(14, join_style="mitre") for block in blocks])
    urban = urban.buffer(22).buffer(-22)
    open_land = shapely.difference(shapely.difference(ground.window, ground.open_water), urban)
    seeds = random.uniform((0, 0), (WIDTH_M, HEIGHT_M), (900, 2))
    plots = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=ground.window))
    wood = noise(random, ground.heights_m.shape, wavelength=110, octaves=3)
    to_coast = distance_m(ground.coast)
    kinds = [_cover(ground, wood, to_coast, plot) for plot in plots]
    result = [("urban", part) for part in areas(urban, 1_500)]
    for kind, plot in zip(kinds, plots, strict=True):
        result += [(kind, part) for part in areas(shapely.intersection(plot, open_land), 400)]
    return result


def _cover(ground: Ground, wood: Any, to_coast: Any, plot: Any) -> str:
    centre = plot.centroid
    rows, columns = ground.heights_m.shape
    row = int(np.clip((HEIGHT_M - centre.y) / CELL_M, 0, rows - 1))
    column = int(np.clip(centre.x / CELL_M, 0, columns - 1))
    height_m = float(ground.heights_m[row, column])
    if to_coast[row, column] < 170:
        return "natural"
    if wood[row, column] > 0.30 and height_m > 3.5:
        return "forest"
    return "wetland" if height_m < 2.45 else "agricultural"
