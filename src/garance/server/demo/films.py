"""The film of modelled depths that came with the territory, dated so that it follows the story's sea."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from garance.server.demo.sea import peak_seconds, sea_of
from garance.server.demo.story import Step, Story
from garance.territory import Role
from garance.territory.pack import Pack

SAVED_EVERY = re.compile(r"SAVEINT\s*[;=:,\s]\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
MAX_PARAMETERS = 100_000
ATTACHED_AFTER = timedelta(minutes=10)


def film_steps(story: Story, pack: Pack, source: Path | None) -> list[Step]:
    """The step that attaches the pack's film of depths; none when the territory has none, or nobody knows its pace.

    The pace is in the model's own parameters, beside the layers; its time is that of the sea's series, whose start the
    story places.
    """
    depths = [grid for grid in pack.manifest.rasters if grid.role == Role.WATER_DEPTHS and grid.unit == "m"]
    films = [grid for grid in depths if grid.bands > 1]
    every_s, sea = _seconds_between(source), sea_of(pack)
    if not films or every_s is None or sea is None:
        return []
    film = films[0]
    start = story.sea_peak_at - timedelta(seconds=peak_seconds(sea.values))
    body = {
        "grid": {"id": "film"},
        "raster": film.name,
        "territory": pack.manifest.version,
        "name": "Hauteurs d'eau modélisées",
        "at": [start + timedelta(seconds=every_s * band) for band in range(film.bands)],
        "provenance": (
            f"Modèle fourni avec le territoire ({film.source}) : {film.bands} instants, un toutes les {every_s:.0f} s "
            "selon ses paramètres, hauteurs inchangées. Dates transformées : le premier instant est placé au début de "
            f"la série de mer ({sea.series.source}), elle-même placée pour culminer à {story.sea_peak_at:%H h %M}. Le "
            "modèle est supposé calculé avec cette série."
        ),
    }
    at = story.starts_at + ATTACHED_AFTER
    return [Step(key="film", at=at, by="prefecture", command="grids.attach", body=body)]


def _seconds_between(source: Path | None) -> float | None:
    """How often the model wrote its depths, from the parameters beside the layers."""
    files = sorted(source.glob("**/*.param")) if source is not None and source.is_dir() else []
    found = [SAVED_EVERY.search(each.read_text("utf-8", "replace")[:MAX_PARAMETERS]) for each in files]
    return next((float(each.group(1)) for each in found if each and float(each.group(1)) > 0), None)
