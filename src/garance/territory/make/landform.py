"""The land of a region: coast, hills that rain has carved, rivers down to the sea, flood plains, beaches and cliffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy import ndimage

from garance.territory.make.chance import chance, smoothstep
from garance.territory.make.drainage import drain
from garance.territory.make.frame import Frame, away_m, fast_noise
from garance.territory.make.rivers import River, river_areas, trace_rivers
from garance.territory.make.shaping import polygons_of, smooth_area

EROSION_ROUNDS = 26
UPSTREAM_KM2 = 420.0
"""What the main river already drains where it enters the window, from the east."""

LOW_LAND_M = 2.4
"""The height of marshes behind the shore."""


@dataclass
class Land:
    """Heights (fine grid), sea (fine mask, and area), rivers, and for each fine cell the nearest river's order, how
    far it is, and how high the cell is above it (hauteur au-dessus du cours d'eau)."""

    frame: Frame
    heights_m: Any
    sea_mask: Any
    sea: Any
    rivers: list[River]
    waters: dict[str, Any]
    river_area: Any
    nearest_river: Any
    from_river_m: Any
    above_river_m: Any
    from_sea_m: Any
    mouth: tuple[float, float]
    tracks: Sequence[Any] = ()
    """Short pieces of railway: no house stands on them."""

    @property
    def window(self) -> Any:
        """The rectangle of the whole."""
        return shapely.box(0, 0, self.frame.width_m, self.frame.height_m)

    @property
    def open_water(self) -> Any:
        """Sea and wide rivers together."""
        return shapely.union(self.sea, self.river_area)

    def at(self, x: Any, y: Any) -> Any:
        """Heights in the cells of these places."""
        return self.frame.sample(self.heights_m, x, y)


def make_land(seed: int, frame: Frame) -> Land:
    """Raise the land, let the rain carve it, and bring it to the fine grid with its rivers, plains and shore."""
    random = chance(seed, "landform")
    shore = _shore(random, frame)
    coarse_sea = _coarse(shore, frame) < 0
    coarse_sea = _one_sea(coarse_sea)
    trough = _trough(random, frame)
    carved, supply = _carve(random, frame, coarse_sea, trough)
    coarse = _coastal(random, frame, carved, coarse_sea, trough)
    drainage = drain(coarse, coarse_sea)
    coarse = drainage.fill(coarse, 0.02)
    rivers = trace_rivers(seed, frame, coarse, drainage, drainage.gather(supply) * frame.coarse_m**2 / 1e6, coarse_sea)
    return _finish(random, frame, shore, coarse, coarse_sea, rivers)


def _shore(random: np.random.Generator, frame: Frame) -> Any:
    """Metres inland of the shore (fine grid), negative at sea: headlands and bays on the west side."""
    x, y = frame.middles(frame.cell_m)
    size = frame.width_m
    wave = min(size * 0.34, 17_000) / frame.cell_m
    wander = fast_noise(random, frame.shape, wave, 7) * np.float32(min(0.24 * size, 9_500))
    bow = 0.035 * size * np.sin(y / frame.height_m * 2.6 + random.uniform(0, 2))
    return (x - 0.15 * size + bow).astype("float32") + wander


def _coarse(fine: Any, frame: Frame) -> Any:
    factor = int(frame.coarse_m / frame.cell_m)
    rows, columns = frame.coarse_shape
    return fine[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor).mean(axis=(1, 3))


def _one_sea(mask: Any) -> Any:
    """One sea and one land: lagoons become land, islands become sea."""
    mask = mask.copy()
    mask[:, 0] = True
    found, _ = ndimage.label(mask)
    sea = found == found[mask.shape[0] // 2, 0]
    lands, count = ndimage.label(~sea)
    if count > 1:
        sizes = np.bincount(lands.ravel())
        sizes[0] = 0
        sea = lands != int(np.argmax(sizes))
    return sea


def _trough(random: np.random.Generator, frame: Frame) -> Any:
    """Metres north of the line along which the main valley lies (coarse grid): it winds from east to west."""
    x, y = frame.middles(frame.coarse_m)
    share = x / frame.width_m
    swing = 0.10 * np.sin(share * 5.2 + random.uniform(0, 6)) + 0.05 * np.sin(share * 11 + random.uniform(0, 6))
    return y - frame.height_m * (float(random.uniform(0.42, 0.55)) + swing)


def _carve(random: np.random.Generator, frame: Frame, sea: Any, trough: Any) -> tuple[Any, Any]:
    """Heights after rain has carved an uplifted land (stream power, implicit scheme of Braun and Willett, 2013), from
    0 at the sea to the height hills may have there; and what each cell gives to the rivers, in cells."""
    shape, size = frame.coarse_shape, min(frame.width_m, 60_000)
    cell = frame.coarse_m
    inland = away_m(sea, cell)
    hills = 0.62 + 0.5 * fast_noise(random, shape, size * 0.22 / cell, 4)
    ridge = 1 - np.exp(-((trough / (0.16 * frame.height_m)) ** 2))
    uplift = np.clip(hills, 0.1, None) * (0.22 + 0.78 * ridge) * smoothstep(0, min(0.30 * size, 12_000), inland)
    supply = np.ones(shape)
    east = np.abs(trough[:, -1]).argmin()
    supply[east, -1] += UPSTREAM_KM2 * 1e6 / cell**2
    supply[sea] = 0
    rough = fast_noise(random, shape, 14, 4)
    height = np.where(sea, 0.0, 0.4 * uplift + 0.08 * (1 + rough) + 0.02 * random.random(shape))
    hardness = 1 + 0.55 * fast_noise(random, shape, size * 0.09 / cell, 3)
    for _ in range(EROSION_ROUNDS):
        drainage = drain(height, sea)
        height = drainage.fill(height, 1e-6)
        pull = (0.16 * hardness).ravel() * np.sqrt(drainage.gather(supply)) * 0.35
        level = (height + 0.05 * uplift).ravel()
        level[sea.ravel()] = 0
        for cells in drainage.ranks[1:]:
            share = pull[cells]
            level[cells] = (level[cells] + share * level[drainage.towards[cells]]) / (1 + share)
        height = ndimage.gaussian_filter(level.reshape(shape), 0.45)
        height[sea] = 0
    top_m = 42 + 190 * min(1.0, frame.width_m / 75_000) ** 0.8
    return height / np.quantile(height, 0.995) * top_m, supply


def _coastal(random: np.random.Generator, frame: Frame, carved: Any, sea: Any, trough: Any) -> Any:
    """Cliffs where the shore is hard, marshes where it is soft and around the estuary."""
    cell = frame.coarse_m
    inland = away_m(sea, cell)
    reach = min(frame.width_m * 0.11, 7_000)
    soft = fast_noise(random, frame.coarse_shape, min(frame.height_m * 0.22, 15_000) / cell, 2)
    soft = smoothstep(-0.12, 0.22, soft + 0.9 * np.exp(-((trough / (0.09 * frame.height_m)) ** 2)) - 0.12)
    flat = soft * (1 - smoothstep(0.25 * reach, reach, inland))
    bumps = fast_noise(random, frame.coarse_shape, 900 / cell, 3)
    cliff = (1 - soft) * 15 * (1 - 0.6 * smoothstep(2_000, 9_000, inland)) * smoothstep(0, 120, inland)
    height = LOW_LAND_M + 0.5 * bumps * smoothstep(0, 400, inland) + carved * (1 - flat) ** 2 + cliff
    return np.where(sea, -1.0, np.maximum(height, 1.4))


def _finish(
    random: np.random.Generator, frame: Frame, shore: Any, coarse: Any, coarse_sea: Any, rivers: list[River]
) -> Land:
    """The fine grid: beds dug, flood plains spread, shore sloped, hollows filled."""
    sea_mask = _one_sea((shore < 0) & (frame.spread(coarse_sea.astype("float32")) > 0.01))
    sea = _sea_area(frame, sea_mask)
    waters = river_areas(rivers, sea)
    water = shapely.union_all(list(waters.values()))
    sea_mask = rasterize([sea], out_shape=frame.shape, transform=frame.transform, dtype="uint8").astype(bool)
    height = ndimage.gaussian_filter(frame.spread(coarse), 0.75 * frame.coarse_m / frame.cell_m)
    height += fast_noise(random, frame.shape, 260 / frame.cell_m, 3) * np.clip(height - 4, 0, 30) * np.float32(0.05)
    height = np.where(sea_mask, np.float32(-1), np.maximum(height, np.float32(1.5)))
    nearest, from_river, beds = beds_around(frame, rivers)
    width = np.array([river.plain_m for river in rivers], dtype="float32")[nearest]
    width = ndimage.gaussian_filter(width, 110 / frame.cell_m)
    bed = np.minimum(beds, height + 6)
    soft_bed = ndimage.gaussian_filter(bed, 70 / frame.cell_m)
    plain = soft_bed + 1.1 + np.float32(1.6) * np.clip(from_river / width, 0, 1) ** 1.5
    height = np.minimum(height, plain + (height - plain) * smoothstep(0.55, 2.3, from_river / width))
    from_sea = away_m(sea_mask, frame.cell_m)
    to_land = away_m(~sea_mask, frame.cell_m)
    beach = np.float32(0.3) + from_sea * np.float32(0.035)
    hard = height > 9
    height = np.where((from_sea < 260) & ~hard, np.minimum(height, beach), height)
    sea_bed = np.maximum(-0.4 - to_land * np.float32(0.009), np.float32(-28))
    height = np.where(sea_mask, sea_bed, height)
    in_river = rasterize([water], out_shape=frame.shape, transform=frame.transform, dtype="uint8").astype(bool)
    channel = (from_river < frame.cell_m * 0.8) | (in_river & ~sea_mask)
    height = np.where(channel & ~sea_mask, np.minimum(height, bed), height)
    height = drain(height, sea_mask, diagonal=False).fill(height, 0.01).astype("float32")
    mouth = rivers[0].mouth
    return Land(
        frame, height, sea_mask, sea, rivers, waters, water, nearest, from_river, height - soft_bed, from_sea, mouth
    )


def _sea_area(frame: Frame, sea_mask: Any) -> Any:
    """The sea with a smooth shore, up to the edges of the window."""
    beyond = 12
    wide = np.pad(sea_mask.astype("int32"), beyond, mode="edge")
    found = polygons_of(wide, frame.transform @ Affine.translation(-beyond, -beyond), tolerance_m=frame.cell_m * 1.4)
    sea = smooth_area(shapely.segmentize(found[1], frame.cell_m * 5), 2)
    return shapely.intersection(shapely.make_valid(sea), shapely.box(0, 0, frame.width_m, frame.height_m))


def beds_around(frame: Frame, rivers: list[River]) -> tuple[Any, Any, Any]:
    """For each fine cell: the order of the nearest river, how far it is, and the height of its bed there."""
    order = np.full(frame.shape, -1, dtype="int32")
    level = np.zeros(frame.shape, dtype="float32")
    segments, owners, beds = [], [], []
    for number, river in enumerate(rivers):
        points = shapely.get_coordinates(river.line)
        segments.append(np.stack([points[:-1], points[1:]], axis=1))
        owners.append(np.full(len(points) - 1, number))
        beds.append((river.beds_m[:-1] + river.beds_m[1:]) / 2)
    lines = shapely.linestrings(np.concatenate(segments))
    owner, bed = np.concatenate(owners), np.concatenate(beds)
    turn = np.argsort(-bed, kind="stable")
    drawn = rasterize(
        list(zip(lines[turn].tolist(), (turn + 1).tolist(), strict=True)),
        out_shape=frame.shape,
        transform=frame.transform,
        dtype="int32",
        all_touched=True,
    )
    wet = drawn > 0
    order[wet], level[wet] = owner[drawn[wet] - 1], bed[drawn[wet] - 1]
    away, near = ndimage.distance_transform_edt(~wet, return_indices=True)
    return order[near[0], near[1]], (away * frame.cell_m).astype("float32"), level[near[0], near[1]]
