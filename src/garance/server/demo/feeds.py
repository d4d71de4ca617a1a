"""The story's telemetry: the water at two gauges and a helicopter, dated in story time, with where they come from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from garance.server.demo.flight import circling_flight, place_flight, read_flight
from garance.server.demo.sea import MADE_UP_PEAK_M, Supplied, behind, made_up_sea, place_series, sea_of, supplied
from garance.server.demo.story import Script
from garance.territory.pack import Pack

Row = tuple[float | int | None, ...]

FLIGHT_FILE = "samu31.json.gz"
SORTIES_AFTER_PEAK = (timedelta(minutes=-8), timedelta(minutes=25), timedelta(minutes=70), timedelta(hours=4))
SEA_BELOW_PEAK_M = (0.96, 0.46, 0.16)
"""Where the thresholds stand under the highest level, when no gauge says its own: vigilance, low points, wide flood."""

QUAY_LATE, QUAY_SHARE = timedelta(minutes=35), 0.92
RIVER_LATE = timedelta(hours=2)
SEVERITIES = ("caution", "serious", "critical")
SEA_WORDS = ("Vigilance", "Débordement des points bas", "Submersion étendue")
QUAY_WORDS = ("Vigilance", "Quais mouillés", "Quais submergés")


class Feed:
    """One series: what declares it and who, and its samples in order of time (`t_ms` first)."""

    def __init__(
        self, key: str, rows: Sequence[Row], *, by: str = "", declaration: dict[str, Any] | None = None
    ) -> None:
        self.key = key
        self.by = by
        self.declaration = declaration or {}
        self.rows = rows
        self._at_ms = [int(row[0] or 0) for row in rows]

    def between(self, after_ms: int, until_ms: int) -> Sequence[Row]:
        """The samples later than one instant and not later than another."""
        return self.rows[bisect_right(self._at_ms, after_ms) : bisect_right(self._at_ms, until_ms)]


def sea_feed(script: Script, pack: Pack) -> Feed:
    """The sea level: a series supplied with the territory if there is one, a made-up tide otherwise."""
    found, peak_at = sea_of(pack), script.story.sea_peak_at
    if found is not None:
        rows = place_series(found.values, peak_at=peak_at)
        provenance = (
            f"Série de niveau marin fournie avec le territoire ({found.series.source}, {found.series.name}), valeurs "
            f"et pas inchangés ; seule la date est transformée : le maximum est placé au {_day(peak_at)}. Niveaux en "
            "mètres au-dessus du zéro de la source (NGF supposé). Point placé en mer, au plus près des secteurs bas."
        )
    else:
        rows = made_up_sea(peak_at=peak_at, peak_m=MADE_UP_PEAK_M)
        provenance = (
            f"Série fictive : marée M2 de 2,2 m d'amplitude et surcote en cloche, maximum placé au {_day(peak_at)}."
        )
    peak_m = max(level_m for _, level_m in rows)
    thresholds = _own(found, SEA_WORDS) or [
        {"name": name, "value": round(peak_m - below_m, 1), "severity": severity}
        for name, below_m, severity in zip(SEA_WORDS, SEA_BELOW_PEAK_M, SEVERITIES, strict=True)
    ]
    return _gauge(script, "sea", "Niveau de la mer", "gauge", provenance, thresholds, rows)


def quay_feed(script: Script, pack: Pack, sea: Feed) -> Feed:
    """A second gauge: a river of the territory that is measured, or the harbour, made up from the sea."""
    rivers = [each for each in supplied(pack, "water-level") if each.gauge is not None]
    peak_at = script.story.sea_peak_at
    if rivers:
        river = rivers[-1]
        at = peak_at + RIVER_LATE
        name = str(river.gauge.properties.get("name") or river.series.name) if river.gauge else river.series.name
        provenance = (
            f"Série fournie avec le territoire ({river.series.source}, {river.series.name}), valeurs et pas inchangés "
            f"; seule la date est transformée : le maximum est placé au {_day(at)}."
        )
        rows = place_series(river.values, peak_at=at)
        return _gauge(script, "quay", name, river, provenance, _own(river, QUAY_WORDS), rows)
    rows = behind([(int(t_ms or 0), float(m or 0)) for t_ms, m in sea.rows], late=QUAY_LATE, share=QUAY_SHARE)
    peak_m = max(level_m for _, level_m in rows)
    provenance = (
        "Série fictive : niveau de la mer du jeu, retardé de 35 min et ramené à 92 %, au point d'eau le plus proche du "
        "centre-ville."
    )
    thresholds = [
        {"name": name, "value": round(peak_m - below_m, 1), "severity": severity}
        for name, below_m, severity in zip(QUAY_WORDS, SEA_BELOW_PEAK_M, SEVERITIES, strict=True)
    ]
    return _gauge(script, "quay", "Niveau au quai", "second_gauge", provenance, thresholds, rows)


def _own(found: Supplied | None, names: Sequence[str]) -> list[dict[str, Any]]:
    """The thresholds that a gauge of the territory states itself."""
    stated = found.gauge.properties if found is not None and found.gauge is not None else {}
    return [
        {"name": name, "value": float(stated[severity]), "severity": severity}
        for name, severity in zip(names, SEVERITIES, strict=True)
        if stated.get(severity) is not None
    ]


def _gauge(
    script: Script,
    key: str,
    name: str,
    place: str | Supplied,
    provenance: str,
    thresholds: list[dict[str, Any]],
    rows: Sequence[Row],
) -> Feed:
    gauge = place.gauge if isinstance(place, Supplied) else None
    lon_lat = gauge.shape.representative_point().coords[0][:2] if gauge is not None else None
    declaration = {
        "series": script.object_id(key),
        "name": name,
        "kind": "water-level",
        "unit": "m",
        "geometry": {"type": "Point", "coordinates": list(lon_lat)} if lon_lat else script.place(f"point {place}"),
        "provenance": provenance,
        "thresholds": thresholds,
    }
    return Feed(key, rows, by="prefecture", declaration=declaration)


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
    rows = sorted((tuple(p) for sortie in sorties for p in sortie), key=lambda row: row[0])
    return Feed("flight", rows, by="sdis", declaration=declaration)


def _hours(moments: Sequence[datetime]) -> str:
    return ", ".join(f"{moment:%H h %M}" for moment in moments)


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y à %H h %M}"
