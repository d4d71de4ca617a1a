"""Names of fictional communes, localities and waters of a region: French in sound, none taken from a real map."""

from __future__ import annotations

import numpy as np

from garance.territory.make.chance import chance

STEMS = (
    "Aubr", "Galen", "Marv", "Tourl", "Sauvr", "Brenn", "Chant", "Verd", "Lorm", "Corv", "Daur", "Font", "Grav", "Hauv",
    "Jarn", "Lavr", "Mont", "Noir", "Orl", "Pal", "Quinc", "Rav", "Serv", "Trev", "Valm", "Vauv", "Bouz", "Cress",
    "Dolm", "Esp", "Ferr", "Gour", "Lign", "Marm", "Nerv", "Peyr", "Roch", "Sarm", "Thor", "Vill",
)  # fmt: skip
ENDINGS = (
    "ac", "ay", "igné", "euil", "elles", "ance", "ières", "onne", "oux", "azay", "erolles", "mont", "eval", "court",
    "iers", "ouville", "enay", "aire", "ergues", "illac",
)  # fmt: skip
SAINTS = (
    "Aubrin", "Galènin", "Mévin", "Tudrin", "Orvan", "Césien", "Palvin", "Brévalin", "Corvin", "Dolbert", "Aurèle-Lès",
    "Gauvrin", "Lormin", "Maclain", "Nervin", "Ourdan", "Quirlin", "Sévrin", "Thorain", "Vaubert",
)  # fmt: skip
TAILS = ("le-Vieux", "la-Forêt", "les-Bois", "sur-Galène", "le-Château", "en-Plaine", "du-Val", "la-Rivière",
         "les-Landes", "le-Haut", "les-Vignes", "aux-Essarts")  # fmt: skip
SHORE_TAILS = ("sur-Mer", "les-Bains", "le-Marais", "Plage", "les-Dunes")
LOCALITIES = (
    "La Grande Métairie", "Les Chaumes", "Le Moulin Vieux", "La Croix-Blanche", "L'Ormeau", "Le Bas-Logis", "La Garde",
    "Les Quatre-Chemins", "Le Pontreau", "La Renardière", "Le Breuil", "La Touche", "Bel-Air", "Les Brandes",
    "La Guérinière", "Le Plessis", "Les Ouches", "La Vergne", "Le Fief", "La Motte", "Beauregard", "La Tuilerie",
    "Les Granges", "Le Cormier", "La Borderie", "Malvoisine", "Le Chêne Rond", "La Fontenelle", "Les Loges",
    "La Chapelle", "Le Gué", "Les Sablons", "La Pinède", "La Bergerie", "Le Four à Chaux", "Les Rivauds",
    "La Haute-Lande", "Le Petit Marais", "Les Fontaines", "La Barrière",
)  # fmt: skip
RIVERS = (
    "La Galène", "La Sévrine", "L'Ourdanne", "La Mévine", "Le Tourlon", "La Brennelle", "L'Aubrelle", "Le Corvin",
    "La Vauvrelle", "La Lormine", "Le Dolmet", "L'Espère", "La Ferrande", "Le Gourdan", "La Lignolle", "Le Marmon",
    "La Nervelle", "La Peyrelle", "Le Sarment", "La Thorette", "La Valmine", "La Cressonne", "Le Jarnon", "La Ravelle",
)  # fmt: skip
STREAM_HEADS = ("Ruisseau", "Ruisseau", "Rieu", "Ru", "Ruisseau")
STREAM_TAILS = (
    "des Aulnes", "du Vieux Moulin", "de Fontclaire", "des Saules", "du Pré Long", "de la Fontaine", "des Loges",
    "du Bois Noir", "de la Tuilerie", "des Écrevisses", "du Gué", "de la Combe", "des Rivauds", "du Breuil",
    "de la Vergne", "des Brandes", "du Fief", "de Malvoisine", "des Ouches", "du Cormier", "de la Garde",
)  # fmt: skip


def commune_names(seed: int, coastal: list[bool]) -> list[str]:
    """A name for each commune, no two alike; the first is the city."""
    random = chance(seed, "commune-names")
    taken: set[str] = set()
    names = []
    for order, shore in enumerate(coastal):
        name = "Galène-la-Ville" if order == 0 else ""
        while not name or name in taken:
            name = _commune_name(random, shore, len(taken) > 60)
        taken.add(name)
        names.append(name)
    return names


def _commune_name(random: np.random.Generator, shore: bool, long: bool) -> str:
    saint = random.random() < 0.24
    body = f"Saint-{_pick(random, SAINTS)}" if saint else _pick(random, STEMS) + _pick(random, ENDINGS)
    if shore and random.random() < 0.7:
        return f"{body}-{_pick(random, SHORE_TAILS)}"
    with_tail = saint or random.random() < (0.35 if long else 0.15)
    return f"{body}-{_pick(random, TAILS)}" if with_tail else body


def _pick(random: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(random.integers(len(words)))]


def stream_names(seed: int, count: int) -> list[str]:
    """Names of streams; a region has several of the same name, as everywhere."""
    random = chance(seed, "stream-names")
    heads = random.integers(len(STREAM_HEADS), size=count)
    tails = random.integers(len(STREAM_TAILS), size=count)
    return [f"{STREAM_HEADS[head]} {STREAM_TAILS[tail]}" for head, tail in zip(heads, tails, strict=True)]
