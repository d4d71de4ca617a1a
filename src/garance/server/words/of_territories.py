"""A territory pack in words: what an import found, what a pack holds, for someone who reads it tired."""

from __future__ import annotations

import re
from collections.abc import Iterator

from garance.territory.listing import Listed
from garance.territory.manifest import Manifest, ReportLine

Words = tuple[str, str]

TITLES: dict[str, Words] = {
    "found": ("Trouvé", "Found"),
    "doubtful": ("Douteux, à vérifier", "Doubtful, to be checked"),
    "repaired": ("Réparé", "Repaired"),
    "derived": ("Déduit", "Worked out"),
    "not-understood": ("Non compris, mis de côté", "Not understood, set aside"),
    "unused": ("Inutilisé", "Not used"),
    "missing": ("Manque, et ce que cela empêche", "Missing, and what that prevents"),
}
"""The groups of a report, in the order in which they are read."""

SHOWN_LINES = 15
LONG_KINDS = frozenset({"repaired", "not-understood", "unused"})
"""Groups that may be cut short on a screen (the whole is in `rapport.txt`); what is found, doubtful, missing is not."""

NARROW_SPACE = "\u202f"


def count_words(count: float, language: str = "fr") -> str:
    """A whole number with its thousands apart: 16 280 in French, 16,280 in English."""
    told = f"{count:,.0f}"
    return told.replace(",", NARROW_SPACE) if language == "fr" else told


def size_words(size: int, language: str = "fr") -> str:
    """A number of bytes: 31,4 Mo, 31.4 MB."""
    value, unit = float(size), 0
    while value >= 1000 and unit < 3:
        value, unit = value / 1000, unit + 1
    told = f"{value:.0f}" if unit == 0 or value >= 100 else f"{value:.1f}"
    if language == "fr":
        return f"{told.replace('.', ',')} {('octets', 'ko', 'Mo', 'Go')[unit]}"
    return f"{told} {('bytes', 'kB', 'MB', 'GB')[unit]}"


def report_lines(manifest: Manifest, language: str = "fr") -> Iterator[str]:
    """The report of a pack, by groups under plain titles. Its sentences are in French, whatever the titles."""
    groups: dict[str, list[ReportLine]] = {kind: [] for kind in TITLES}
    for line in manifest.report:
        groups.setdefault(line.kind, []).append(line)
    for kind, lines in groups.items():
        if lines:
            title = TITLES.get(kind, (kind, kind))[0 if language == "fr" else 1]
            yield f"\n{title} ({count_words(len(lines), language)})"
            yield from _group(kind, lines, language)


def _group(kind: str, lines: list[ReportLine], language: str) -> Iterator[str]:
    shown = lines[:SHOWN_LINES] if kind in LONG_KINDS and len(lines) > SHOWN_LINES + 2 else lines
    for line in shown:
        yield f"  · {_sentence(line, language)}"
    left = count_words(len(lines) - len(shown), language)
    if len(shown) < len(lines):
        yield f"  · … et {left} autres (rapport.txt)" if language == "fr" else f"  · … and {left} more (rapport.txt)"


def _sentence(line: ReportLine, language: str) -> str:
    """The line's own words, its count with thousands apart, without the title said again."""
    text = line.text_fr
    if line.count >= 1000:
        text = re.sub(rf"(?<![\w.,/-]){line.count}(?![\w/-])", count_words(line.count, language), text)
    return text


def pack_lines(manifest: Manifest, language: str = "fr") -> Iterator[str]:
    """What a pack holds: names, layers, grids, series, what is missing, whose data it is."""
    french = language == "fr"
    made_up = (" — fictif" if french else " — fictional") if manifest.fictitious else ""
    yield (
        f"{manifest.name}{made_up} : version {manifest.version}"
        if french
        else (f"{manifest.name}{made_up}: version {manifest.version}")
    )
    for layer in manifest.layers:
        title = layer.title_fr if french else layer.title_en
        yield f"  {title}{' :' if french else ':'} {count_words(layer.count, language)}"
    for raster in manifest.rasters:
        title = raster.title_fr if french else raster.title_en
        yield f"  {title}{' :' if french else ':'} {raster.cell_m:g} m, {raster.low:g} – {raster.high:g} {raster.unit}"
    for series in manifest.series:
        yield f"  {series.name}{' :' if french else ':'} {count_words(series.count, language)} × {series.unit}"
    for lost in manifest.missing:
        yield f"  manque : {lost.disables_fr}" if french else f"  missing: {lost.role}"
    rights = " · ".join(part for part in (manifest.attribution, ", ".join(manifest.licences)) if part)
    if rights:
        yield f"  données : {rights}" if french else f"  data: {rights}"


def listed_line(listed: Listed, language: str = "fr") -> str:
    """A pack in one line: folder, name, version, inhabitants, size, sources."""
    if listed.manifest is None:
        return f"{listed.folder.name}  —"
    manifest, french = listed.manifest, language == "fr"
    parts = [listed.folder.name, manifest.name, manifest.version]
    if listed.inhabitants is not None:
        parts.append(f"{count_words(listed.inhabitants, language)} {'habitants' if french else 'inhabitants'}")
    parts.append(size_words(listed.bytes, language))
    parts.append(" ; ".join(listed.sources) or "—")
    return "  ".join(parts)
