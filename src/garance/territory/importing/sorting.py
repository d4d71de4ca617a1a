"""Each finding put where it belongs, and what was set aside told (tri des couches)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from garance.territory.importing import reporting
from garance.territory.importing.recognise import SAMPLE, THRESHOLD, Seen, recognise, recognise_grid
from garance.territory.importing.recognisers import CLIP, OSM_THEMES, RECOGNISERS, UNUSED
from garance.territory.manifest import ReportLine
from garance.territory.projection import WGS84, Bounds, project_bounds
from garance.territory.reading import Cloud, Findings, Grid, SeriesFound, Table, bulk_bounds, resettle, rows_of

DOCUMENT = "document"
CITY_STATE_M2 = 1e8
UNSURE = frozenset({"crs-missing", "crs-ambiguous", "axes-swapped", "crs-wrong"})
"""Doubts that knowing where the other layers lie may settle."""


@dataclass
class Sorted:
    """The findings by layer, or by role for grids; the zone to keep; texts that speak of rights, by folder."""

    tables: dict[str, list[Table]] = field(default_factory=lambda: defaultdict(list))
    grids: dict[str, list[Grid]] = field(default_factory=lambda: defaultdict(list))
    clips: list[Table] = field(default_factory=list)
    clouds: list[Cloud] = field(default_factory=list)
    series: list[SeriesFound] = field(default_factory=list)
    notices: dict[Path, list[str]] = field(default_factory=lambda: defaultdict(list))
    documents: list[str] = field(default_factory=list)
    guesses: dict[str, ReportLine] = field(default_factory=dict)
    """What to tell of a layer whose role was told by little, if it is kept; by file."""
    report: list[ReportLine] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing of use was found."""
        return not (self.tables or self.grids or self.clouds)


def sort_findings(read: Iterable[tuple[Path, Findings]], found: Sorted) -> None:
    """Sort what was read, file after file; tables whose system is in doubt wait until the others say where they are."""
    waiting: list[Table] = []
    for path, findings in read:
        found.notices[path.parent] += findings.notices
        for label, code in findings.unread:
            if code == DOCUMENT:
                found.documents.append(label)
            else:
                found.report.append(reporting.unread(label, code))
        found.clouds += findings.clouds
        found.series += findings.series
        for table in itertools.chain.from_iterable(map(with_city_states, findings.tables)):
            if table.doubt in UNSURE:
                waiting.append(table)
            else:
                _sort_table(table, found)
        for grid in findings.grids:
            _sort_grid(grid, found)
    near = _place_of(found)
    for table in waiting:
        _sort_table(resettle(table, near) if near is not None else table, found)


def with_city_states(table: Table) -> list[Table]:
    """OpenStreetMap's outlines of other levels, less the States so small that they are a commune (Monaco)."""
    if table.name != "osm-boundaries" or "admin_level" not in table.columns:
        return [table]
    small = Seen(table).areas_m2 if len(table) <= SAMPLE else np.full(len(table), np.inf)
    states = (table.columns["admin_level"] == "2") & (small > 1e5) & (small < CITY_STATE_M2)
    if not states.any():
        return [table]
    return [rows_of(table, states, "osm-communes"), *([rows_of(table, ~states)] if not states.all() else [])]


def _place_of(found: Sorted) -> Bounds | None:
    """Where the layers that leave no doubt lie, in degrees."""
    boxes = [
        project_bounds(bulk_bounds(table.shapes), table.crs, WGS84)
        for tables in found.tables.values()
        for table in tables
        if len(table)
    ]
    if not boxes:
        return None
    west, south, east, north = (float(value) for value in np.median(np.array(boxes), axis=0))
    return (west, south, east, north)


def _sort_table(table: Table, found: Sorted) -> None:
    layer, points = _layer_of(table)
    if layer is None:
        found.report.append(reporting.not_understood(table.source, table.name, len(table)))
        return
    found.report += reporting.traps(table)
    if layer == CLIP:
        found.clips.append(table)
    elif layer in UNUSED:
        found.report.append(reporting.unused(table.source, UNUSED[layer], len(table)))
    else:
        found.tables[layer].append(table)
        if points <= THRESHOLD:
            found.guesses[table.source] = reporting.guessed(table.source, layer, len(table))


def _layer_of(table: Table) -> tuple[str | None, int]:
    """The layer that this table makes, and on how much evidence."""
    if table.name in OSM_THEMES:
        return OSM_THEMES[table.name], 2 * THRESHOLD
    recogniser, points = recognise(table, RECOGNISERS)
    return (recogniser.layer if recogniser else None), points


def _sort_grid(grid: Grid, found: Sorted) -> None:
    role = recognise_grid(grid)
    if role:
        found.grids[role].append(grid)
    else:
        found.report.append(reporting.other_grid(grid))
