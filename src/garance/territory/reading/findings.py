"""What was found in the files: tables of shapes, grids, clouds of points, series, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from garance.territory.manifest import GeometryKind
from garance.territory.projection import Bounds
from garance.territory.wording import fold

Note = tuple[str, int]
"""What was set aside or put right inside a layer, and how often: `vertices-too-many`, `coordinates-not-finite`,
`coordinates-out-of-range`, `nodes-missing`, `relations-incomplete`."""


@dataclass(frozen=True)
class Table:
    """A layer as found: where (`source`, `name`), its columns by lower-case name, its shapes and their system.

    `shapes` are flat, in `crs`, x then y; `declared` is what the file itself said of its system; `doubt` says why
    the file alone does not tell. `recoded` texts, `empty` and `flattened` shapes and `notes` are counts.
    """

    source: str
    name: str
    geometry: GeometryKind
    columns: dict[str, Any]
    shapes: Any
    crs: str
    doubt: str | None = None
    recoded: int = 0
    empty: int = 0
    flattened: int = 0
    notes: tuple[Note, ...] = ()
    declared: str | None = None

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def words(self) -> str:
        """The folded name of the layer: a weak hint of what it is."""
        return fold(f"{self.name}")


@dataclass(frozen=True)
class Grid:
    """A raster as found, not yet read. Open it with `reading.open_grid`, which lets it reach no other file.

    `keep` holds the unpacked copy of an archived raster on the disk for as long as the grid is of use.
    """

    source: str
    path: Path
    bands: int
    dtype: str
    crs: str
    bounds: Bounds
    doubt: str | None = None
    keep: object = field(default=None, repr=False, compare=False)

    @property
    def words(self) -> str:
        """The folded name of the file."""
        return fold(self.path.stem)


@dataclass(frozen=True)
class Cloud:
    """A cloud of points (LAS, LAZ) as found, not yet read: `classes` are those of its first points, sorted."""

    source: str
    path: Path
    crs: str
    bounds: Bounds
    points: int
    classes: tuple[int, ...]
    doubt: str | None = None
    keep: object = field(default=None, repr=False, compare=False)

    @property
    def words(self) -> str:
        """The folded name of the file."""
        return fold(self.path.stem)


@dataclass(frozen=True)
class SeriesFound:
    """A series of values in time order: `name` is the file's own, `seconds` count from the start of the series."""

    source: str
    name: str
    kind: str
    unit: str
    seconds: tuple[float, ...]
    values: tuple[float, ...]


@dataclass
class Findings:
    """All that a file holds, and what could not be read, each with its reason.

    `unread` codes are refusals, or: `document` (a written part, a picture, a leftover of a system: nothing to read)
    and `format-unknown`.
    """

    tables: list[Table] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    clouds: list[Cloud] = field(default_factory=list)
    series: list[SeriesFound] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
