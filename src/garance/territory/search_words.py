"""Words as people type them in a search: accents, articles and short forms aside; house numbers; coordinates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from garance.territory.projection import LAMBERT_93, WGS84, transformer
from garance.territory.wording import fold

ARTICLES = {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "n", "no", "numero", "the"}

LONG_FORMS = {
    "all": "allee", "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard",
    "boul": "boulevard", "bvd": "boulevard", "car": "carrefour", "carref": "carrefour", "ch": "chemin",
    "che": "chemin", "chem": "chemin", "crs": "cours", "fg": "faubourg", "fbg": "faubourg", "ham": "hameau",
    "imp": "impasse", "lot": "lotissement", "mte": "montee", "pas": "passage", "pass": "passage", "pl": "place",
    "qu": "quai", "r": "rue", "res": "residence", "rpt": "rondpoint", "rte": "route", "sen": "sentier", "sq": "square",
    "vc": "voiecommunale", "st": "saint", "ste": "sainte", "sts": "saints", "gal": "general", "gen": "general",
    "gnl": "general", "mal": "marechal", "dr": "docteur", "doct": "docteur", "pr": "professeur", "prof": "professeur",
    "cdt": "commandant", "cne": "capitaine", "capt": "capitaine", "col": "colonel", "lt": "lieutenant",
    "sgt": "sergent", "pdt": "president", "pres": "president", "mgr": "monseigneur", "hop": "hopital",
    "nd": "notredame", "zi": "zoneindustrielle", "za": "zoneactivites", "cc": "centrecommercial",
    "chu": "hopital", "ec": "ecole", "mar": "marechal",
    "un": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "six": "6", "sept": "7", "huit": "8",
    "neuf": "9", "dix": "10", "onze": "11", "douze": "12", "quatorze": "14", "dixneuf": "19", "premier": "1",
    "1er": "1", "1ere": "1", "premiere": "1",
}  # fmt: skip
"""Short forms and numbers in letters, and what both sides of a comparison are turned into."""

TOGETHER = (
    (("rond", "point"), "rondpoint"), (("rd", "pt"), "rondpoint"), (("rd", "point"), "rondpoint"),
    (("notre", "dame"), "notredame"), (("dix", "neuf"), "19"), (("voie", "communale"), "voiecommunale"),
    (("centre", "commercial"), "centrecommercial"), (("zone", "industrielle"), "zoneindustrielle"),
)  # fmt: skip

_WORD = re.compile(r"[a-z0-9]+")
_ROAD_NUMBER = re.compile(r"\b([adnmc]|(?:rd|rn|cd|d)[ .]?)(\d{1,4})([a-z]\d?)?\b")
_HOUSE = re.compile(r"^(\d{1,5})\s*(?:(bis|ter|quater|quinquies)|([a-z]))?$")
SUFFIXES = ("bis", "ter", "quater", "quinquies")
_NUMBER = r"\d{1,3}(?:[.,]\d+)?"
_DECIMAL = re.compile(
    rf"^\s*([+-]?{_NUMBER})\s*°?\s*([NSEWO])?[\s,;/]+([+-]?{_NUMBER})\s*°?\s*([NSEWO])?\s*$", re.IGNORECASE
)
_SEXAGESIMAL = re.compile(
    rf"(\d{{1,3}})\s*[°º]\s*(?:({_NUMBER})\s*['’′](?!')\s*)?(?:({_NUMBER})\s*(?:\"|''|″|”)\s*)?([NSEWO])", re.IGNORECASE
)
_METRES = re.compile(
    r"^\s*(?:x\s*[:=]?\s*)?(\d{5,7}(?:[.,]\d+)?)[\s,;/]+(?:y\s*[:=]?\s*)?(\d{7}(?:[.,]\d+)?)\s*$", re.IGNORECASE
)


@dataclass(frozen=True)
class HouseNumber:
    """A number in a street: 12, 12 bis, 12 B."""

    number: int
    suffix: str

    def __str__(self) -> str:
        return f"{self.number} {self.suffix}".strip()


@lru_cache(maxsize=65_536)
def tokens_of(text: str) -> tuple[str, ...]:
    """The words that count, in their long form: `Bd du Gal de Gaulle` gives boulevard, general, gaulle."""
    folded = fold(text).replace("œ", "oe").replace("n°", " ")
    folded = _ROAD_NUMBER.sub(lambda found: f"{_road(found[1])}{found[2]}{found[3] or ''}", folded)
    words = _WORD.findall(folded)
    for pair, whole in TOGETHER:
        words = _merged(words, pair, whole)
    kept = [LONG_FORMS.get(word, word) for word in words if word not in ARTICLES]
    return tuple(kept or [LONG_FORMS.get(word, word) for word in words])


def key_of(text: str) -> str:
    """The same as one text: what two ways of writing one name have in common."""
    return " ".join(tokens_of(text))


def house_number(text: str) -> HouseNumber | None:
    """Read `12`, `12bis`, `12 ter`, `12 B`."""
    found = _HOUSE.match(fold(text).strip())
    if found is None:
        return None
    return HouseNumber(int(found[1]), (found[2] or (found[3] or "").upper()))


def split_house(tokens: tuple[str, ...]) -> list[tuple[HouseNumber, tuple[str, ...]]]:
    """Each way to take a house number out of these words: the number, and the words left."""
    found = []
    for at, word in enumerate(tokens):
        number = house_number(word)
        if number is None:
            continue
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if not number.suffix and (following in SUFFIXES or (len(following) == 1 and following.isalpha())):
            suffix = following if following in SUFFIXES else following.upper()
            found.append((HouseNumber(number.number, suffix), tokens[:at] + tokens[at + 2 :]))
        found.append((number, tokens[:at] + tokens[at + 1 :]))
    return [(number, rest) for number, rest in found if rest]


def coordinates_in(text: str) -> tuple[float, float] | None:
    """The longitude and latitude written in this text: degrees (`45.9495 -0.948`, latitude first), degrees minutes
    seconds with their letters, or Lambert-93 metres (`385000 6546000`); nothing when it is something else."""
    found = _degrees(text) or _sexagesimal(text) or _lambert(text)
    if found is None or not (-180 <= found[0] <= 180 and -90 <= found[1] <= 90):
        return None
    return found


def _merged(words: list[str], pair: tuple[str, str], whole: str) -> list[str]:
    merged: list[str] = []
    for word in words:
        if merged and (merged[-1], word) == pair:
            merged[-1] = whole
        else:
            merged.append(word)
    return merged


def _road(letters: str) -> str:
    """RD 911, CD 911 and D911 are one road."""
    letters = letters.rstrip(" .")
    return {"rd": "d", "cd": "d", "rn": "n"}.get(letters, letters)


def _degrees(text: str) -> tuple[float, float] | None:
    found = _DECIMAL.match(text)
    if found is None:
        return None
    one, other = (float(found[group].replace(",", ".")) for group in (1, 3))
    if not any(mark in found[group] for group in (1, 3) for mark in ".,") and not (found[2] or found[4]):
        return None
    return _placed((one, (found[2] or "").upper()), (other, (found[4] or "").upper()))


def _sexagesimal(text: str) -> tuple[float, float] | None:
    found = _SEXAGESIMAL.findall(text)
    if len(found) != 2:
        return None
    sides = []
    for degrees, minutes, seconds, letter in found:
        value = float(degrees) + float((minutes or "0").replace(",", ".")) / 60
        sides.append((value + float((seconds or "0").replace(",", ".")) / 3600, letter.upper()))
    return _placed(sides[0], sides[1])


def _placed(one: tuple[float, str], other: tuple[float, str]) -> tuple[float, float]:
    """Latitude first, unless the letters say otherwise; south and west are below zero."""
    first, second = (-value if letter in ("S", "W", "O") else value for value, letter in (one, other))
    return (first, second) if one[1] in ("E", "W", "O") or other[1] in ("N", "S") else (second, first)


def _lambert(text: str) -> tuple[float, float] | None:
    found = _METRES.match(text)
    if found is None:
        return None
    x, y = (float(found[group].replace(",", ".")) for group in (1, 2))
    if not (0 <= x <= 1_300_000 and 6_000_000 <= y <= 7_200_000):
        return None
    lon_deg, lat_deg = transformer(LAMBERT_93, WGS84).transform(x, y)
    return (float(lon_deg), float(lat_deg))
