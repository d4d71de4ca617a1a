"""What a folder of outside holds: each file opened once, none trusted."""

from garance.territory.reading.findings import Cloud, Findings, Grid, SeriesFound, Table
from garance.territory.reading.grids import open_grid
from garance.territory.reading.listing import MAX_FILES, digest_files, list_files
from garance.territory.reading.placing import bulk_bounds, resettle, rows_of
from garance.territory.reading.sources import read_source

__all__ = [
    "MAX_FILES",
    "Cloud",
    "Findings",
    "Grid",
    "SeriesFound",
    "Table",
    "bulk_bounds",
    "digest_files",
    "list_files",
    "open_grid",
    "read_source",
    "resettle",
    "rows_of",
]
