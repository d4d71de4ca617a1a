"""What a layer is for: the roles, the layers that fill them, and what is lost without them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from garance.territory.manifest import GeometryKind


class Role(enum.StrEnum):
    """The part a layer plays, whatever its maker called it (rôle d'une couche)."""

    COMMUNES = "communes"
    ROADS = "roads"
    WATER = "water"
    COAST = "coast"
    RISK_ZONES = "risk-zones"
    DEFENCES = "defences"
    PAST_EXTENT = "past-extent"
    BUILDINGS = "buildings"
    LAND_USE = "land-use"
    SITES = "sites"
    TERRAIN = "terrain"
    NAMES = "names"
    """Names to write on the map, derived from the other layers: never asked of a source, never missing."""


@dataclass(frozen=True)
class LayerKind:
    """A layer a pack may hold: `name` in files and tiles, role, geometry, titles, normalised attributes."""

    name: str
    role: Role
    geometry: GeometryKind
    title_fr: str
    title_en: str
    attributes: tuple[str, ...]
    essential: tuple[str, ...] = ()
    """The attributes that make one source worth more than another."""
    together: bool = False
    """Whether all the sources of this layer are put together, rather than the richest kept."""
    min_zoom: int = 6


LAYER_KINDS: tuple[LayerKind, ...] = (
    LayerKind("land-cover", Role.LAND_USE, "polygon", "Occupation du sol", "Land cover", ("kind",), ("kind",)),
    LayerKind(
        "land-use",
        Role.LAND_USE,
        "polygon",
        "Usage du sol et habitants",
        "Land use and inhabitants",
        ("kind", "population", "insee_code"),
        ("population",),
        min_zoom=9,
    ),
    LayerKind("sea", Role.WATER, "polygon", "Mer", "Sea", ("kind", "name")),
    LayerKind("water", Role.WATER, "polygon", "Plans d'eau", "Water bodies", ("kind", "name"), ("name",)),
    LayerKind("water-lines", Role.WATER, "line", "Cours d'eau", "Watercourses", ("kind", "name"), ("name",)),
    LayerKind("coast", Role.COAST, "line", "Trait de côte", "Shore line", ()),
    LayerKind(
        "risk-zones",
        Role.RISK_ZONES,
        "polygon",
        "Zones du plan de prévention des risques",
        "Risk-plan zones",
        ("zone", "kind", "source"),
        ("zone",),
    ),
    LayerKind(
        "past-extent",
        Role.PAST_EXTENT,
        "polygon",
        "Emprise d'une inondation passée",
        "Past flood extent",
        ("name",),
        ("name",),
    ),
    LayerKind(
        "buildings",
        Role.BUILDINGS,
        "polygon",
        "Bâtiments",
        "Buildings",
        ("height_m", "kind"),
        ("height_m",),
        min_zoom=13,
    ),
    LayerKind(
        "roads",
        Role.ROADS,
        "line",
        "Routes",
        "Roads",
        ("name", "ref", "importance", "kind", "bridge"),
        ("name", "importance"),
    ),
    LayerKind(
        "defences",
        Role.DEFENCES,
        "line",
        "Ouvrages de défense",
        "Defences",
        ("kind", "status", "crest_m", "name"),
        ("status",),
        min_zoom=9,
    ),
    LayerKind(
        "communes",
        Role.COMMUNES,
        "polygon",
        "Communes",
        "Communes",
        ("name", "insee_code", "population"),
        ("name", "insee_code", "population"),
    ),
    LayerKind("sites", Role.SITES, "point", "Sites", "Sites", ("name", "kind"), together=True),
    LayerKind("water-labels", Role.NAMES, "point", "Noms des eaux", "Names of waters", ("name", "kind")),
    LayerKind("commune-labels", Role.NAMES, "point", "Noms des communes", "Names of communes", ("name", "population")),
)
"""In drawing order, from the ground up."""

LAYERS: dict[str, LayerKind] = {kind.name: kind for kind in LAYER_KINDS}

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
    Role.TERRAIN: "pas de relief : ni vue en 3D, ni altitude d'un point, ni simulation d'inondation",
}
"""What a person loses when nothing fills the role."""
