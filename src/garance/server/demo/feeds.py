"""The story's telemetry: the sea at the gauge and a helicopter, dated in story time, with where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from garance.server.demo.flight import circling_flight, place_flight, read_flight
from garance.server.demo.sea import made_up_sea, place_series
from garance.server.demo.story import Script
from garance.territory.boundary import read_boundary_series

Row = tuple[float | int, ...]

FLIGHT_FILE = "samu31.json.gz"
SEA_PATTERN = "*_Low.bdy"
SORTIES_AFTER_PEAK = (timedelta(minutes=-8), timedelta(minutes=25), timedelta(minutes=70), timedelta(hours=4))
MADE_UP_PEAK_M = 4.0


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One series: what declares it, and its samples in order (`t_ms` first). `by` is who declares it."""

    key: str
    by: str
    declaration: dict[str, Any]
    rows: Sequence[Row]


def sea_feed(script: Script, source: Path | None) -> Feed:
    """The sea level: the series supplied with the territory if there is one, a made-up tide otherwise."""
    story = script.story
    files = sorted(source.glob(f"**/{SEA_PATTERN}")) if source is not None and source.is_dir() else []
    when = f"{story.sea_peak_at:%d/%m/%Y à %H h %M}"
    if files:
        rows = place_series(read_boundary_series(files[0]), peak_at=story.sea_peak_at)
        provenance = (
            f"Série de niveau marin fournie avec le territoire ({files[0].name}), valeurs et pas inchangés ; "
            f"seule la date est transformée : le maximum est placé au {when}. Niveaux en mètres NGF (supposé)."
        )
    else:
        rows = made_up_sea(peak_at=story.sea_peak_at, peak_m=MADE_UP_PEAK_M)
        provenance = f"Série fictive : marée M2 de 2,2 m d'amplitude et surcote en cloche, maximum placé au {when}."
    declaration = {
        "series": script.object_id("sea"),
        "name": "Niveau de la mer",
        "kind": "water-level",
        "unit": "m",
        "geometry": script.place("point gauge"),
        "provenance": provenance,
        "thresholds": [
            {"name": "Vigilance", "value": 3.0, "severity": "caution"},
            {"name": "Débordement des points bas", "value": 3.5, "severity": "serious"},
            {"name": "Submersion étendue", "value": 3.8, "severity": "critical"},
        ],
    }
    return Feed(key="sea", by="prefecture", declaration=declaration, rows=rows)


def flight_feed(script: Script, source: Path | None) -> Feed:
    """The helicopter: a recorded flight moved over the water, several times; circles where there is no recording."""
    lon_deg, lat_deg = script.place("point first_water")["coordinates"]
    starts = [script.story.sea_peak_at + delay for delay in SORTIES_AFTER_PEAK]
    tracks = source.parent / "tracks" / FLIGHT_FILE if source is not None else None
    if tracks is not None and tracks.is_file():
        recorded = read_flight(tracks)
        sorties = [place_flight(recorded, lon_deg=lon_deg, lat_deg=lat_deg, starts_at=start) for start in starts]
        provenance = (
            "Vol enregistré d'un hélicoptère de secours (SAMU 31, Toulouse, 17 mai 2019 ; OpenSky Network, "
            "xoolive/traffic, MIT), transformé pour l'exercice : milieu de l'emprise déplacé sur le secteur inondé, "
            f"départ replacé à {_hours(starts)} ; distances, caps, vitesses et altitudes inchangés."
        )
    else:
        sorties = [
            circling_flight(lon_deg=lon_deg, lat_deg=lat_deg, radius_m=700, starts_at=start, laps=6) for start in starts
        ]
        provenance = f"Vol fictif : cercles de 700 m de rayon au-dessus du secteur inondé, départs à {_hours(starts)}."
    declaration = {
        "series": script.object_id("flight"),
        "name": "Dragon — position",
        "kind": "position",
        "unit": "deg",
        "resource": script.object_id("helicopter"),
        "provenance": provenance,
    }
    return Feed(key="flight", by="sdis", declaration=declaration, rows=[tuple(p) for sortie in sorties for p in sortie])


def _hours(moments: Sequence[datetime]) -> str:
    return ", ".join(f"{moment:%H h %M}" for moment in moments)


def rows_between(feed: Feed, after_ms: int, until_ms: int) -> list[Row]:
    """The samples later than one instant and not later than another."""
    return [row for row in feed.rows if after_ms < row[0] <= until_ms]
