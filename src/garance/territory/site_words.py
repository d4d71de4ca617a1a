"""What each kind of site is called, in French with its article, and in English (noms des sites)."""

from __future__ import annotations

SITE_WORDS: dict[str, tuple[str, str]] = {
    "hospital": ("l'hôpital", "the hospital"),
    "health-centre": ("le centre de santé", "the health centre"),
    "care-home": ("la maison de retraite", "the care home"),
    "school": ("l'école", "the school"),
    "nursery": ("la crèche", "the nursery"),
    "town-hall": ("la mairie", "the town hall"),
    "prefecture": ("la préfecture", "the prefecture"),
    "fire-station": ("la caserne des pompiers", "the fire station"),
    "police": ("le poste de police", "the police station"),
    "community-hall": ("la salle des fêtes", "the community hall"),
    "sports-hall": ("le gymnase", "the sports hall"),
    "church": ("l'église", "the church"),
    "museum": ("le musée", "the museum"),
    "campsite": ("le camping", "the campsite"),
    "hotel": ("l'hôtel", "the hotel"),
    "shop": ("le magasin", "the shop"),
    "factory": ("l'usine", "the factory"),
    "seveso": ("le site Seveso", "the Seveso site"),
    "fuel": ("la station-service", "the petrol station"),
    "station": ("la gare", "the station"),
    "airport": ("l'aéroport", "the airport"),
    "port": ("le port", "the harbour"),
    "car-park": ("le parking", "the car park"),
    "cemetery": ("le cimetière", "the cemetery"),
    "farm": ("la ferme", "the farm"),
}
"""By the words of the attribute `kind` of the layer `sites`; `other` has no word of its own."""

OTHER_NAMES: dict[str, str] = {
    "hospital": "hôpital clinique CH CHU urgences",
    "care-home": "EHPAD maison retraite",
    "school": "école collège lycée",
    "town-hall": "mairie hôtel ville",
    "fire-station": "caserne pompiers CIS CSP SDIS centre secours",
    "police": "police gendarmerie commissariat",
    "church": "église",
    "station": "gare",
    "community-hall": "salle fêtes polyvalente",
    "sports-hall": "gymnase salle sports",
    "seveso": "usine Seveso",
    "fuel": "station essence carburant",
}
"""What people type when they look for a site of that kind."""


def bare(said: str) -> str:
    """The noun without its article: `mairie`."""
    for article in ("l'", "le ", "la ", "les "):
        if said.startswith(article):
            return said.removeprefix(article)
    return said
