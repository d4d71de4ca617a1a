"""Distances, directions and articles as a person says them, in French and in English."""

from __future__ import annotations

import math
import re

from garance.territory.wording import SMALL_WORDS, STREET_WORDS, fold

COMPASS_FR = (
    "au nord", "au nord-est", "à l'est", "au sud-est", "au sud", "au sud-ouest", "à l'ouest", "au nord-ouest",
)  # fmt: skip
COMPASS_EN = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")

_MASCULINE = set(
    "bassin bois camping canal carrefour casino centre chateau chenal cimetiere cis college cours cpi cs csp fleuve "
    "fort fosse foyer giratoire groupe gymnase hameau lac lycee magasin marais moulin musee parc parking phare pole "
    "pont port quai rond-point ru ruisseau service site stade supermarche theatre viaduc".split()
)
_FEMININE = set(
    "basilique caserne cathedrale chapelle clinique creche crique ferme gare gendarmerie halle mairie maison mare "
    "maternelle mediatheque passerelle piscine place plage prefecture residence retenue riviere salle station "
    "zone".split()
)
_ELIDED = set(
    "abbaye aeroport auberge ecole eglise ehpad entreprise espace estuaire etang etier externat hopital hotel ile "
    "institut institution internat unite usine".split()
)
_SIGLES = set("CDAG CH CHU CIS CPI CS CSP EHPAD HLM IME MJC SDIS UPEA USLD ZA ZAC ZI".split())
_ARTICLES = re.compile(r"^(le |la |les |l['’])", re.IGNORECASE)
_COMMON = set(
    "communal communale elementaire general hospitalier hospitaliere intercommunal jour maternelle municipal "
    "municipale primaire principal privee public publique secours".split()
)
_CAPITALS = re.compile(r"[^\W\d_]+")
_STREETS = {fold(word).split()[0] for word in STREET_WORDS.values()} | {"residence", "hameau", "esplanade", "ruelle"}


def distance_fr(metres: float) -> str:
    """`120 m`, `350 m`, `1,2 km`, `14 km`."""
    return _distance(metres).replace(".", ",")


def distance_en(metres: float) -> str:
    """`120 m`, `350 m`, `1.2 km`, `14 km`."""
    return _distance(metres)


def compass(east_m: float, north_m: float) -> int:
    """Which of the eight winds that way is: 0 for north, clockwise."""
    return round(math.degrees(math.atan2(east_m, north_m)) / 45) % 8


def of(noun: str) -> str:
    """The noun after « de »: `du port`, `de la mairie`, `de l'école`, `des Halles`, `d'Échillais`, `de Rochefort`."""
    lowered = noun.lower().replace("’", "'")
    if lowered.startswith("le "):
        return f"du {noun[3:]}"
    if lowered.startswith("les "):
        return f"des {noun[4:]}"
    if lowered.startswith(("la ", "l'")):
        return f"de {noun}"
    return f"d'{noun}" if _vowel(noun) else f"de {noun}"


def to(noun: str) -> str:
    """The noun after « à »: `au n° 14`, `à la mairie`, `à l'école`."""
    lowered = noun.lower()
    if lowered.startswith("le "):
        return f"au {noun[3:]}"
    return f"aux {noun[4:]}" if lowered.startswith("les ") else f"à {noun}"


def with_article(name: str) -> str | None:
    """A name with the article that its first word takes: `le collège Pierre Loti`; nothing when nobody knows."""
    if not name:
        return None
    if _ARTICLES.match(name):
        return name[0].lower() + name[1:]
    first, _, rest = name.partition(" ")
    known = fold(first)
    said = first if first.isupper() and len(first) <= 5 else first.lower()
    others = (word.lower() if fold(word) in _COMMON else word for word in rest.split())
    whole = " ".join([said, *others])
    if known in _ELIDED:
        return f"l'{whole}"
    if known in _MASCULINE:
        return f"le {whole}"
    return f"la {whole}" if known in _FEMININE else None


def road_number(ref: str) -> str:
    """A road by its number, with its article: `la D911`, `l'A837`."""
    return f"l'{ref}" if ref[:1].upper() == "A" else f"la {ref}"


def street_inside(name: str) -> str:
    """A street's name inside a phrase: `rue Gambetta`, but `Le Bourg`."""
    return name[0].lower() + name[1:] if fold(name).split(" ")[0] in _STREETS else name


def calmed(name: str) -> str:
    """A name in capitals in ordinary letters, sigles left alone: `CSP ROCHEFORT` gives `CSP Rochefort`."""
    return _CAPITALS.sub(_calm, name) if name == name.upper() else name


def _calm(word: re.Match[str]) -> str:
    said = word.group()
    if said in _SIGLES:
        return said
    return said.lower() if said.lower() in SMALL_WORDS and word.start() > 0 else said.capitalize()


def _distance(metres: float) -> str:
    if metres < 200:
        shown = max(10, round(metres / 10) * 10)
    elif metres < 1000:
        shown = round(metres / 50) * 50
    else:
        shown = 1000
    if shown < 1000:
        return f"{shown} m"
    kilometres = metres / 1000
    if kilometres >= 9.95:
        return f"{round(kilometres)} km"
    return f"{kilometres:.1f}".removesuffix(".0") + " km"


def _vowel(noun: str) -> bool:
    letters = fold(noun).replace("œ", "oe")
    return (letters[:1] in "aeiou" and bool(letters)) or (letters[:1] == "y" and letters[1:2] not in "aeiou")
