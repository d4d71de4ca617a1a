"""What a layer is for: the roles, and what is lost without them. The layers that fill them are in `layers`."""

from __future__ import annotations

import enum


class Role(enum.StrEnum):
    """The part a layer or a raster plays, whatever its maker called it (rôle d'une couche)."""

    COMMUNES = "communes"
    ROADS = "roads"
    RAILWAYS = "railways"
    WATER = "water"
    COAST = "coast"
    RISK_ZONES = "risk-zones"
    HAZARD_ZONES = "hazard-zones"
    DEFENCES = "defences"
    PAST_EXTENT = "past-extent"
    BUILDINGS = "buildings"
    LAND_USE = "land-use"
    PLANNING = "planning"
    PROTECTED_AREAS = "protected-areas"
    SITES = "sites"
    ADDRESSES = "addresses"
    HYDRANTS = "hydrants"
    NETWORKS = "networks"
    GAUGES = "gauges"
    TERRAIN = "terrain"
    ROUGHNESS = "roughness"
    WATER_DEPTHS = "water-depths"
    NAMES = "names"
    """Names to write on the map, derived from the other layers: never asked of a source, never missing."""


DISABLES_FR: dict[Role, str] = {
    Role.COMMUNES: "pas de contour officiel : les questions « quelle commune ? » restent sans réponse",
    Role.ROADS: "pas de routes : ni itinéraire, ni coupure de route, ni adresse approchée",
    Role.WATER: "pas de plans d'eau ni de cours d'eau sur la carte",
    Role.COAST: "pas de trait de côte : le bord de mer n'est pas dessiné",
    Role.RISK_ZONES: "pas de zones réglementées : le plan de prévention des risques n'est pas consultable",
    Role.DEFENCES: "pas d'ouvrages de défense : ni digues ni leur état sur la carte",
    Role.PAST_EXTENT: "pas d'emprise historique : aucune comparaison avec une inondation passée",
    Role.BUILDINGS: "pas de bâtiments : ni vue en volume, ni décompte de bâtiments touchés",
    Role.LAND_USE: "pas d'habitants localisés : aucune estimation de population exposée",
    Role.SITES: "pas de sites sensibles : hôpitaux, casernes et écoles sont à saisir à la main",
    Role.ADDRESSES: "pas d'adresses : un lieu se dit par la rue, sans numéro",
    Role.HYDRANTS: "pas de points d'eau incendie : ni bornes ni poteaux sur la carte des secours",
    Role.TERRAIN: "pas de relief : ni vue en 3D, ni altitude d'un point, ni simulation d'inondation",
    Role.ROUGHNESS: "pas de rugosité du sol : une simulation prendra une valeur moyenne partout",
}
"""What a person loses when nothing fills the role. The other roles are welcome, and nobody misses them."""
