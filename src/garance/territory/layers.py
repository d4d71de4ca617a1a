"""The layers a pack may hold, in drawing order, with their normalised attributes (couches d'un territoire)."""

from __future__ import annotations

from dataclasses import dataclass

from garance.territory.manifest import GeometryKind
from garance.territory.roles import Role


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
    drawn: tuple[str, ...] | None = None
    """The attributes that the map's tiles carry; all of them by default."""


LAYER_KINDS: tuple[LayerKind, ...] = (
    LayerKind("land-cover", Role.LAND_USE, "polygon", "Occupation du sol", "Land cover", ("kind", "name"), ("kind",)),
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
        "protected-areas",
        Role.PROTECTED_AREAS,
        "polygon",
        "Espaces naturels protégés",
        "Protected areas",
        ("name", "kind", "code"),
        ("name",),
        together=True,
        min_zoom=8,
    ),
    LayerKind(
        "planning-zones",
        Role.PLANNING,
        "polygon",
        "Zones du plan local d'urbanisme",
        "Planning zones",
        ("zone", "kind", "label", "insee_code"),
        ("zone", "kind"),
        min_zoom=11,
    ),
    LayerKind(
        "planning-areas",
        Role.PLANNING,
        "polygon",
        "Prescriptions et périmètres d'urbanisme",
        "Planning rules, areas",
        ("kind", "label", "code"),
        ("label",),
        together=True,
        min_zoom=12,
    ),
    LayerKind(
        "planning-lines",
        Role.PLANNING,
        "line",
        "Prescriptions d'urbanisme linéaires",
        "Planning rules, lines",
        ("kind", "label", "code"),
        ("label",),
        together=True,
        min_zoom=12,
    ),
    LayerKind(
        "planning-points",
        Role.PLANNING,
        "point",
        "Prescriptions d'urbanisme ponctuelles",
        "Planning rules, points",
        ("kind", "label", "code"),
        ("label",),
        together=True,
        min_zoom=13,
    ),
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
        "hazard-zones",
        Role.HAZARD_ZONES,
        "polygon",
        "Zones d'aléa et inondations simulées",
        "Hazard zones and simulated floods",
        ("name", "scenario", "depth_m", "source"),
        ("name",),
        together=True,
        min_zoom=8,
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
        ("height_m", "kind", "name"),
        ("height_m",),
        min_zoom=13,
        drawn=("height_m", "kind"),
    ),
    LayerKind("railways", Role.RAILWAYS, "line", "Voies ferrées", "Railways", ("kind", "name"), min_zoom=9),
    LayerKind(
        "roads",
        Role.ROADS,
        "line",
        "Routes",
        "Roads",
        (
            "name",
            "ref",
            "importance",
            "kind",
            "bridge",
            "oneway",
            "speed_kph",
            "width_m",
            "max_height_m",
            "max_weight_t",
        ),
        ("name", "importance"),
        drawn=("name", "ref", "importance", "kind", "bridge", "oneway"),
    ),
    LayerKind(
        "networks",
        Role.NETWORKS,
        "line",
        "Réseaux (électricité, eau, télécoms, gaz)",
        "Networks (power, water, telecom, gas)",
        ("kind", "name", "operator"),
        ("kind",),
        together=True,
        min_zoom=11,
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
    LayerKind(
        "addresses",
        Role.ADDRESSES,
        "point",
        "Adresses",
        "Addresses",
        ("number", "street", "postcode", "insee_code"),
        ("number", "street"),
        together=True,
        min_zoom=14,
        drawn=("number",),
    ),
    LayerKind(
        "hydrants",
        Role.HYDRANTS,
        "point",
        "Points d'eau incendie",
        "Fire hydrants and water points",
        ("ref", "kind", "flow_m3h", "status"),
        ("ref",),
        together=True,
        min_zoom=13,
    ),
    LayerKind(
        "network-nodes",
        Role.NETWORKS,
        "point",
        "Postes et ouvrages de réseau",
        "Network stations",
        ("ref", "kind", "name", "depends_on", "autonomy_h"),
        ("kind",),
        together=True,
        min_zoom=10,
        drawn=("ref", "kind", "name"),
    ),
    LayerKind(
        "gauges",
        Role.GAUGES,
        "point",
        "Stations de mesure",
        "Gauging stations",
        ("ref", "name", "kind", "unit", "river", "caution", "serious", "critical"),
        ("ref", "name"),
        together=True,
        min_zoom=8,
        drawn=("ref", "name", "kind"),
    ),
    LayerKind(
        "sites",
        Role.SITES,
        "point",
        "Sites",
        "Sites",
        ("name", "kind", "address", "capacity", "ref", "depends_on", "autonomy_h"),
        ("name", "kind"),
        together=True,
        drawn=("name", "kind"),
    ),
    LayerKind("water-labels", Role.NAMES, "point", "Noms des eaux", "Names of waters", ("name", "kind")),
    LayerKind(
        "place-labels",
        Role.NAMES,
        "point",
        "Lieux-dits et quartiers",
        "Localities",
        ("name", "kind"),
        together=True,
        min_zoom=11,
    ),
    LayerKind("commune-labels", Role.NAMES, "point", "Noms des communes", "Names of communes", ("name", "population")),
)
"""In drawing order, from the ground up."""

LAYERS: dict[str, LayerKind] = {kind.name: kind for kind in LAYER_KINDS}

KINDS: dict[str, tuple[str, ...]] = {
    "land-cover": ("urban", "industrial", "quarry", "green", "agricultural", "forest", "bare", "natural", "wetland",
                   "sea", "water", "other"),
    "land-use": ("natural", "urban", "to-be-urbanised", "agricultural", "urban-adapted", "other"),
    "water": ("sea", "marsh", "lake", "pond", "basin", "river", "canal", "other"),
    "water-lines": ("river", "canal", "ditch", "stream"),
    "planning-zones": ("U", "AU", "A", "N", "other"),
    "planning-areas": ("prescription", "information"),
    "risk-zones": ("red", "blue", "orange", "green", "other"),
    "buildings": ("residential", "agricultural", "industrial", "commercial", "public", "religious", "annex", "other"),
    "railways": ("rail", "tram", "metro", "disused"),
    "roads": ("motorway", "dual", "road", "ramp", "roundabout", "street", "service", "track", "path", "pedestrian"),
    "networks": ("power", "water", "telecom", "gas", "heat", "sewer", "other"),
    "defences": ("dike", "dune", "gate", "natural", "other"),
    "hydrants": ("pillar", "underground", "cistern", "natural", "other"),
    "network-nodes": ("power-substation", "power-transformer", "water-tower", "pumping-station", "water-treatment",
                      "telecom-mast", "telecom-exchange", "gas-station", "sewage-works", "other"),
    "gauges": ("water-level", "rain", "tide", "wind", "flow", "other"),
    "sites": ("hospital", "health-centre", "care-home", "school", "nursery", "town-hall", "prefecture", "fire-station",
              "police", "community-hall", "sports-hall", "church", "museum", "campsite", "hotel", "shop", "factory",
              "seveso", "fuel", "station", "airport", "port", "car-park", "cemetery", "farm", "other"),
}  # fmt: skip
"""The words of the `kind` attribute of each layer. `oneway` of a road is `no`, `forward` or `backward`."""
