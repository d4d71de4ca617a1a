"""What a layer is, judged by its shapes, its columns and its values; its name is only a hint.

`recognisers.RECOGNISERS` is the table to extend; here is how the evidence is weighed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from garance.territory.manifest import GeometryKind
from garance.territory.projection import WGS84, metric_crs, project, project_bounds
from garance.territory.reading import Grid, Table
from garance.territory.wording import fold

THRESHOLD = 2
"""The points below which a layer is not understood. A name alone gives 2, columns or values 3."""

INSEE = re.compile(r"^(\d{2}|2[AB])\d{3}$")
SAMPLE = 2_000


class Seen:
    """A table under examination: its columns by name, and measures taken once on a sample of its shapes."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.words = table.words
        self.columns = table.columns

    def cells(self, column: str) -> list[str]:
        """The folded, non-empty texts of that column, a sample of them."""
        found = self.columns.get(column)
        if found is None:
            return []
        return [fold(str(cell)).strip() for cell in found[:SAMPLE] if cell is not None and str(cell).strip()]

    @cached_property
    def sample(self) -> Any:
        """Some shapes, spread over the layer, in metres."""
        chosen = self.table.shapes[:: max(1, len(self.table) // SAMPLE)]
        west, south, east, north = project_bounds(
            tuple(float(value) for value in shapely.total_bounds(chosen)),  # type: ignore[arg-type]
            self.table.crs,
            WGS84,
        )
        return project(chosen, self.table.crs, metric_crs((west + east) / 2, (south + north) / 2))

    @cached_property
    def areas_m2(self) -> Any:
        """Areas of the sample."""
        return shapely.area(self.sample)

    @cached_property
    def code_share(self) -> float:
        """The largest share of INSEE commune codes, nearly all different, in one column."""
        best = 0.0
        for name in self.columns:
            codes = [str(cell).strip() for cell in self.columns[name][:SAMPLE] if cell not in (None, "")]
            good = [code for code in codes if INSEE.match(code.upper())]
            if codes and len(set(good)) > 0.8 * len(good):
                best = max(best, len(good) / len(codes))
        return best


Evidence = tuple[int, Callable[[Seen], bool]]


@dataclass(frozen=True)
class Recogniser:
    """What speaks for a layer being of one kind. `layer` is a name of `layers.LAYERS`, or of `recognisers.UNUSED`."""

    layer: str
    geometry: GeometryKind
    evidence: tuple[Evidence, ...]

    def score(self, seen: Seen) -> int:
        """Points for this kind; 0 when the geometry is another."""
        if seen.table.geometry != self.geometry:
            return 0
        return sum(points for points, holds in self.evidence if holds(seen))


def columns(*names: str, points: int = 3) -> Evidence:
    """All these columns are there."""
    return points, lambda seen: all(name in seen.columns for name in names)


def any_column(*names: str, points: int = 3) -> Evidence:
    """One of these columns is there, and says something."""
    return points, lambda seen: any(seen.cells(name) for name in names)


def named(*stems: str, points: int = 2) -> Evidence:
    """The name of the file or layer holds one of these stems (folded), at the start of a word."""
    pattern = re.compile(r"(^|[^a-z])(" + "|".join(stems) + ")")
    return points, lambda seen: pattern.search(seen.words) is not None


def values(column: str, *accepted: str, points: int = 3) -> Evidence:
    """That column holds only these words (folded), and at least one of them."""
    return points, lambda seen: bool(seen.cells(column)) and set(seen.cells(column)) <= set(accepted)


def words_in(names: tuple[str, ...], *stems: str, points: int = 3, share: float = 0.5) -> Evidence:
    """In one of these columns, at least that share of the texts hold one of these stems."""
    pattern = re.compile("|".join(stems))

    def holds(seen: Seen) -> bool:
        for name in names:
            cells = seen.cells(name)
            if cells and sum(pattern.search(cell) is not None for cell in cells) >= share * len(cells):
                return True
        return False

    return points, holds


def any_words(*stems: str, points: int = 2, share: float = 0.6) -> Evidence:
    """In some column of texts, whatever its name, at least that share hold one of these stems."""
    pattern = re.compile("|".join(stems))

    def holds(seen: Seen) -> bool:
        for name in seen.columns:
            cells = seen.cells(name)[:300]
            if cells and sum(pattern.search(cell) is not None for cell in cells) >= share * len(cells):
                return True
        return False

    return points, holds


def commune_codes(points: int = 2) -> Evidence:
    """Some column is made of INSEE codes, nearly all different."""
    return points, lambda seen: seen.code_share > 0.8


def sized(low_m2: float, high_m2: float, *, least: int = 30, points: int = 2) -> Evidence:
    """At least so many areas, most of them of that size."""

    def holds(seen: Seen) -> bool:
        if len(seen.table) < least:
            return False
        inside = (seen.areas_m2 >= low_m2) & (seen.areas_m2 <= high_m2)
        return float(np.mean(inside)) > 0.85

    return points, holds


def square_cells(points: int = 2) -> Evidence:
    """Most areas are squares of one size: the cells of a grid."""

    def holds(seen: Seen) -> bool:
        bounds = shapely.bounds(seen.sample)
        width, height = bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]
        alike = (np.abs(width - height) < 0.12 * width) & (np.abs(width - np.median(width)) < 0.12 * np.median(width))
        full = seen.areas_m2 > 0.75 * width * height
        return len(seen.table) >= 20 and float(np.mean(alike & full)) > 0.9

    return points, holds


def network(points: int = 2) -> Evidence:
    """Lines that meet at their ends, three or more at a time, as streets do and rivers seldom."""

    def holds(seen: Seen) -> bool:
        parts = shapely.get_parts(seen.table.shapes[:20_000])
        if len(parts) < 40:
            return False
        ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
        xy = np.round(shapely.get_coordinates(ends), 6 if seen.table.crs == WGS84 else 1)
        _, counts = np.unique(xy, axis=0, return_counts=True)
        return float(np.mean(counts >= 3)) > 0.3 and float(np.mean(counts >= 4)) > 0.04

    return points, holds


def recognise(table: Table, recognisers: tuple[Recogniser, ...]) -> tuple[Recogniser | None, int]:
    """The kind with the most points, the first listed when equal, and its points; nothing below the threshold."""
    seen = Seen(table)
    scored = [(recogniser.score(seen), recogniser) for recogniser in recognisers]
    best, recogniser = max(scored, key=lambda pair: pair[0])
    return (recogniser, best) if best >= THRESHOLD else (None, best)


TERRAIN_WORDS = re.compile(r"(^|[^a-z])(dem|mnt|dtm|rgealti|bdalti|terrain|relief|srtm|altitude|alti|n\d\d[ew]\d{3})")
DEPTH_WORDS = re.compile(r"(^|[^a-z])(flood|hauteurs?_?d?_?eau|depth|inond|submersion|crue|water_h)")
ROUGHNESS_WORDS = re.compile(r"(^|[^a-z])(manning|rugosi|roughness|strickler|friction)")


def recognise_grid(grid: Grid) -> str:
    """`terrain`, `water-depths`, `roughness`, or nothing. A stack of bands is a film, never a terrain."""
    for role, pattern in (("roughness", ROUGHNESS_WORDS), ("water-depths", DEPTH_WORDS)):
        if pattern.search(grid.words):
            return role
    if grid.bands == 1 and TERRAIN_WORDS.search(grid.words):
        return "terrain"
    if grid.bands == 1 and grid.dtype in ("uint8", "int8"):
        return ""
    return "terrain" if grid.bands == 1 and grid.dtype.startswith(("float", "int")) else ""
