"""What goes in a pack, before it is written: layers, grids, series, words (contenu d'un territoire)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from garance.territory.manifest import Missing, ReportLine, Series
from garance.territory.projection import Bounds
from garance.territory.terrain import Terrain

Value = str | int | float | bool | None
"""What an attribute of a feature may be."""


@dataclass
class LayerData:
    """The shapes of one layer in WGS 84, with their normalised attributes and where they come from."""

    name: str
    shapes: Any
    properties: dict[str, list[Value]]
    source: str = ""
    licence: str = ""
    attribution: str = ""

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass
class RasterData:
    """A grid that is not the terrain. `values`: float32, (bands, rows, columns), NaN where nobody knows."""

    name: str
    role: str
    title_fr: str
    title_en: str
    unit: Any
    values: Any
    transform: Any
    crs: str
    source: str = ""
    licence: str = ""
    attribution: str = ""


@dataclass
class SeriesData:
    """A series and its values: `seconds` from its own start, growing; both float64."""

    said: Series
    seconds: Any
    values: Any


@dataclass(frozen=True)
class Content:
    """All that goes in a pack."""

    id: str
    name: str
    fictitious: bool
    bbox: Bounds
    metric_crs: str
    source_digest: str
    attribution: str
    licences: list[str]
    layers: list[LayerData]
    terrain: Terrain | None
    missing: list[Missing]
    report: list[ReportLine]
    rasters: list[RasterData] = field(default_factory=list)
    series: list[SeriesData] = field(default_factory=list)
