"""Whose data it is: attribution and licences, as the notices of the folder and the data themselves state them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ATTRIBUTION = re.compile(r"attribution\s*:\s*[\"«“]\s*([^\"»”]{3,400}?)\s*[\"»”]", re.IGNORECASE)
LICENCE = re.compile(
    r"(CC[ -]BY(?:-SA)?[ -]\d\.\d|CC0(?: \d\.\d)?|Licence [Oo]uverte(?: / Open Licence)?(?: (?:version |v)?\d\.\d)?"
    r"|ODbL(?: \d\.\d)?|Etalab \d\.\d|EUPL-\d\.\d|domaine public|[Pp]ublic domain)"
)
UNKNOWN_LICENCE = "non déclarée"

OSM_ENDINGS = (".osm", ".osm.gz", ".osm.bz2", ".pbf")
OSM = ("© les contributeurs d'OpenStreetMap", "ODbL")
SRTM_ENDINGS = (".hgt", ".hgt.zip")
SRTM = ("NASA/USGS SRTM", "domaine public")


@dataclass(frozen=True)
class Rights:
    """What to write under a map that shows this source."""

    attribution: str
    licence: str


class Notices:
    """The notices of a folder, by where they lie: a file is spoken for by its own folder, else by those above."""

    def __init__(self, notices: dict[Path, list[str]], root: Path) -> None:
        self._root = root
        self._texts = {folder: "\n".join(texts) for folder, texts in notices.items() if texts}

    def rights(self, source: str) -> Rights:
        """The rights of one file, or of several whose names are joined by commas."""
        each = [self._of_file(label) for label in source.split(", ")]
        attributions = dict.fromkeys(rights.attribution for rights in each if rights.attribution)
        licences = dict.fromkeys(rights.licence for rights in each if rights.licence)
        return Rights(" ; ".join(attributions), ", ".join(licences) or UNKNOWN_LICENCE)

    def _of_file(self, label: str) -> Rights:
        for endings, (attribution, licence) in ((OSM_ENDINGS, OSM), (SRTM_ENDINGS, SRTM)):
            if label.lower().endswith(endings):
                return Rights(attribution, licence)
        attribution, licences = "", ""
        folder = (self._root / label).parent
        while True:
            text = self._texts.get(folder, "")
            said = ATTRIBUTION.search(text)
            attribution = attribution or (said.group(1) if said else "")
            licences = licences or ", ".join(dict.fromkeys(match.group(1) for match in LICENCE.finditer(text)))
            if folder in (self._root, folder.parent):
                return Rights(attribution, licences)
            folder = folder.parent
