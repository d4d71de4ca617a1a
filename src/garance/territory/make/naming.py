"""Names for the fictional commune's streets and waters: plausible, French, and none of a real place."""

from __future__ import annotations

import shapely

from garance.territory.make.chance import chance
from garance.territory.make.relief import Ground
from garance.territory.make.roads import Quarter, Road, centrality, chains

COMMUNE = "Port-Galène"
NEIGHBOURS = ("Saint-Aubrin-le-Marais", "Les Essarts-de-Galène")
RIVER = "La Galène"
STREAMS = ("Ruisseau des Aulnes", "Le Rieu Noir", "Ruisseau du Vieux Moulin", "La Courance", "Ruisseau de Fontclaire")

CENTRAL = (
    "Grande Rue",
    "Rue de la Mairie",
    "Place du Marché",
    "Rue du Port",
    "Rue de l'Église",
    "Rue des Sauniers",
    "Quai des Thoniers",
    "Rue du Four",
    "Rue de la Poste",
    "Rue des Halles",
    "Rue du Puits",
    "Rue de la Cale",
    "Rue des Voiliers",
    "Rue de l'Ancre",
    "Passage des Cordiers",
    "Rue du Phare",
    "Rue des Tonneliers",
    "Rue de la Monnaie",
    "Rue du Temple",
    "Rue Basse",
    "Rue Haute",
    "Rue des Remparts",
    "Rue de la Citadelle",
    "Venelle du Sel",
    "Rue des Calfats",
    "Rue de l'Écluse",
    "Rue du Bac",
    "Rue des Trois-Mâts",
    "Place d'Armes",
)
KINDS = ("Rue", "Rue", "Rue", "Rue", "Allée", "Chemin", "Impasse", "Rue")
SUBJECTS = (
    "des Goélands",
    "des Sternes",
    "des Avocettes",
    "des Mimosas",
    "des Tamaris",
    "des Pins",
    "du Moulin",
    "de la Fontaine",
    "des Prés",
    "des Vignes",
    "du Château d'Eau",
    "des Écoles",
    "du Stade",
    "de la Gare",
    "du Lavoir",
    "des Acacias",
    "des Peupliers",
    "des Marronniers",
    "des Lilas",
    "des Rosiers",
    "du Verger",
    "des Chênes Verts",
    "de la Dune",
    "des Embruns",
    "des Alizés",
    "du Large",
    "des Dauphins",
    "des Coquillages",
    "de l'Estran",
    "de la Saline",
    "du Bosquet",
    "des Moissons",
    "de la Forge",
    "du Pigeonnier",
    "des Noyers",
    "de la Croix",
    "des Hirondelles",
    "des Mouettes",
    "des Courlis",
    "des Aigrettes",
    "de la Garenne",
    "du Levant",
    "du Couchant",
    "des Quatre-Vents",
    "de la Métairie",
    "des Ajoncs",
    "des Bruyères",
    "des Genêts",
    "des Roseaux",
    "des Iris",
    "du Marais",
    "de la Digue",
    "des Pêcheurs",
    "des Ostréiculteurs",
    "de la Vigie",
    "du Sémaphore",
    "des Régates",
)
AVENUES = (
    "Avenue de la République",
    "Avenue de la Libération",
    "Boulevard de la Mer",
    "Avenue du Maréchal-Aubrin",
    "Boulevard des Marais",
    "Avenue de la Gare",
    "Route des Sables",
    "Route de la Côte",
    "Route des Essarts",
)


def name_roads(seed: int, ground: Ground, quarters: list[Quarter], roads: list[Road]) -> None:
    """Give a name to every street and a number to every main road; one name along one street."""
    random = chance(seed, "names")
    central, avenues = list(CENTRAL), list(AVENUES)
    ordinary = [f"{KINDS[int(random.integers(len(KINDS)))]} {subject}" for subject in SUBJECTS]
    ordinary += [f"{kind} {subject}" for kind in ("Allée", "Chemin", "Square") for subject in SUBJECTS]
    number = 101
    for chain in sorted(chains(roads), key=lambda chain: -sum(roads[index].line.length for index in chain)):
        first = roads[chain[0]]
        middle = shapely.line_interpolate_point(first.line, 0.5, normalized=True)
        place = (shapely.get_x(middle), shapely.get_y(middle))
        near = float(centrality(ground, *place))
        built = any(shapely.contains_xy(quarter.outline, *place) for quarter in quarters)
        if first.importance < 5:
            ref = f"D{number}" if first.importance > 2 else f"D{number - 100 + 10}"
            number += 1
            name = avenues.pop(0) if built and avenues else None
        else:
            ref, source = None, central if near > 0.35 and central else ordinary
            name = source.pop(0) if source else None
        for index in chain:
            roads[index].name, roads[index].ref = name, ref
