"""Words as they are met in geographic files: text encoded twice, street names in capitals and shortened."""

from __future__ import annotations

import re
import unicodedata

STREET_WORDS = {
    "ALL": "Allée",
    "AV": "Avenue",
    "BD": "Boulevard",
    "CAR": "Carrefour",
    "CHE": "Chemin",
    "CITE": "Cité",
    "CRS": "Cours",
    "FG": "Faubourg",
    "GR": "Grande Rue",
    "IMP": "Impasse",
    "LOT": "Lotissement",
    "MTE": "Montée",
    "PAS": "Passage",
    "PL": "Place",
    "QU": "Quai",
    "QUAI": "Quai",
    "R": "Rue",
    "RPT": "Rond-point",
    "RTE": "Route",
    "SEN": "Sentier",
    "SQ": "Square",
    "VC": "Voie communale",
}
"""The State's own short forms of street types (Fantoir)."""

SMALL_WORDS = {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sous", "sur", "à"}

_TWICE = re.compile(
    "[\u00c2-\u00c5\u00e2\u00cb][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
"""A letter of two bytes in UTF-8, read as two letters."""

_CONTROLS = re.compile("[\u0080-\u009f]")
_FRENCH = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸß’‘“”«»–—…·°²³€§\u00a0º½¼¾×ª\u202f")

_LETTERS = re.compile(r"[^\W\d_]+", re.UNICODE)


def repair_text(text: str) -> str:
    """Put right a text whose accents were damaged: encoded twice (whole or in part), or Windows letters read as
    Latin-1. What does not look more French afterwards is left alone."""
    if text.isascii():
        return text
    if _TWICE.search(text):
        text = _undo(text, 1)
    if _CONTROLS.search(text):
        try:
            text = text.encode("latin-1").decode("cp1252")
        except UnicodeError:
            return text
    return text


def _undo(text: str, again: int) -> str:
    """The text with one encoding too many taken off, or `again` more; itself when that gives nothing French."""
    for encoding in ("latin-1", "cp1252"):
        try:
            plain = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        deeper = _undo(plain, again - 1) if again and _TWICE.search(plain) else plain
        if all(letter in _FRENCH for letter in deeper if not letter.isascii()):
            return deeper
    return text


def street_name(text: str) -> str:
    """Write `AV DU 8 MAI 1945` as `Avenue du 8 Mai 1945`; a name already in small letters is left alone."""
    text = " ".join(text.split())
    if not text or text != text.upper():
        return text
    first, _, rest = text.partition(" ")
    if rest and first in STREET_WORDS:
        return f"{STREET_WORDS[first]} {_LETTERS.sub(_small, rest)}"
    written = _LETTERS.sub(_small, text)
    return written[0].upper() + written[1:]


def fold(text: str) -> str:
    """Lower case, no accents: `Défense_côte` and `DEFENSE_COTE` compare equal."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def slug(text: str) -> str:
    """A stable word for a name: `Port-Galène` gives `port-galene`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:64].strip("-") or "territoire"


def _small(match: re.Match[str]) -> str:
    word = match.group()
    return word.lower() if word.lower() in SMALL_WORDS else word.capitalize()
