"""Each finding put where it belongs, and what was set aside told (tri des couches)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from garance.territory import reporting
from garance.territory.manifest import ReportLine
from garance.territory.recognise import THRESHOLD, recognise, recognise_grid
from garance.territory.recognisers import CLIP, RECOGNISERS, UNUSED
from garance.territory.sources import Cloud, Findings, Grid, SeriesFound, Table

DOCUMENT = "document"


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
    """Sort what was read, file after file."""
    for path, findings in read:
        found.notices[path.parent] += findings.notices
        for label, code in findings.unread:
            if code == DOCUMENT:
                found.documents.append(label)
            else:
                found.report.append(reporting.unread(label, code))
        found.clouds += findings.clouds
        found.series += findings.series
        for table in findings.tables:
            _sort_table(table, found)
        for grid in findings.grids:
            _sort_grid(grid, found)


def _sort_table(table: Table, found: Sorted) -> None:
    recogniser, points = recognise(table, RECOGNISERS)
    if recogniser is None:
        found.report.append(reporting.not_understood(table.source, table.name, len(table)))
        return
    found.report += reporting.traps(table)
    if recogniser.layer == CLIP:
        found.clips.append(table)
    elif recogniser.layer in UNUSED:
        found.report.append(reporting.unused(table.source, UNUSED[recogniser.layer], len(table)))
    else:
        found.tables[recogniser.layer].append(table)
        if points <= THRESHOLD:
            found.guesses[table.source] = reporting.guessed(table.source, recogniser.layer, len(table))


def _sort_grid(grid: Grid, found: Sorted) -> None:
    role = recognise_grid(grid)
    if role:
        found.grids[role].append(grid)
    else:
        found.report.append(reporting.other_grid(grid))
