"""The themes into which an OpenStreetMap file is told apart, and the tags kept in each (thèmes OpenStreetMap)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from garance.territory.manifest import GeometryKind

Tags = dict[str, str]
Shape = Literal["node", "line", "area"]

SITE_KEYS = (
    "amenity", "healthcare", "emergency", "shop", "tourism", "office", "social_facility", "military", "craft",
    "leisure", "aeroway", "industrial", "historic", "police", "government", "public_transport", "club",
)  # fmt: skip
SITE_MAN_MADE = frozenset(
    "water_tower works wastewater_plant water_works storage_tank silo tower mast chimney pumping_station gasometer"
    " lighthouse communications_tower monitoring_station reservoir_covered petroleum_well".split()
)
SITE_RAILWAY = frozenset({"station", "halt", "tram_stop"})
NOT_SITES = frozenset(
    "parking parking_space parking_entrance bench waste_basket bicycle_parking vending_machine recycling post_box"
    " telephone motorcycle_parking waste_disposal shelter loading_dock hunting_stand".split()
)
LANDUSE_NATURAL = frozenset(
    "wood scrub heath grassland wetland beach sand scree bare_rock shingle mud glacier moor dune".split()
)
LANDUSE_LEISURE = frozenset("park garden pitch golf_course nature_reserve common playground".split())
BARRIERS = frozenset({"seawall", "flood_wall", "floodwall", "dyke"})
DYKES = frozenset({"dyke", "embankment", "breakwater", "groyne"})
POWER_LINES = frozenset({"line", "minor_line", "cable"})
COMMUNE_LEVELS = frozenset({"8"})


@dataclass(frozen=True)
class Theme:
    """One table: which tags put an object in it, drawn as what, and the columns kept (tag, or tag → column)."""

    name: str
    geometry: GeometryKind
    holds: Callable[[Tags], bool]
    shapes: frozenset[Shape]
    columns: tuple[str, ...]


RENAMED = {"ref:INSEE": "insee", "ref:FR:FINESS": "finess", "ref:UAI": "uai", "ref:FR:SIREN": "siren"}
"""Tags whose column bears the name that French files use."""

COMMON = ("name", "name:fr", "operator", "ref")
ADDRESS = ("addr:housenumber", "addr:street", "addr:place", "addr:postcode", "addr:city", "addr:hamlet")
CONTACT = ("phone", "contact:phone", "opening_hours")


def _site(tags: Tags) -> bool:
    if tags.get("amenity") in NOT_SITES or tags.get("emergency") == "fire_hydrant":
        return False
    if tags.get("man_made") in SITE_MAN_MADE or tags.get("railway") in SITE_RAILWAY:
        return True
    return any(tags.get(key, "no") != "no" for key in SITE_KEYS)


def _water(tags: Tags) -> bool:
    return (
        tags.get("natural") == "water"
        or tags.get("waterway") in ("riverbank", "dock")
        or tags.get("landuse") in ("reservoir", "basin", "salt_pond")
        or ("water" in tags and "natural" not in tags)
    )


def _landuse(tags: Tags) -> bool:
    if _water(tags):
        return False
    return "landuse" in tags or tags.get("natural") in LANDUSE_NATURAL or tags.get("leisure") in LANDUSE_LEISURE


def _dyke(tags: Tags) -> bool:
    return (
        tags.get("man_made") in DYKES
        or tags.get("barrier") in BARRIERS
        or (tags.get("embankment") in ("dyke", "yes") and not tags.keys() & {"highway", "railway"})
    )


def _administrative(tags: Tags) -> bool:
    return tags.get("boundary") == "administrative"


LINES: frozenset[Shape] = frozenset({"line"})
AREAS: frozenset[Shape] = frozenset({"area"})
NODES: frozenset[Shape] = frozenset({"node"})
POINTS: frozenset[Shape] = frozenset({"node", "area"})

THEMES: tuple[Theme, ...] = (
    Theme(
        "osm-roads", "line", lambda tags: "highway" in tags, LINES,
        ("highway", "area", *COMMON, "oneway", "maxspeed", "lanes", "surface", "bridge", "tunnel", "layer", "access",
         "width", "junction", "service", "maxheight", "maxweight", "foot", "motor_vehicle", "importance",
         "nature", "numero"),
    ),
    Theme(
        "osm-railways", "line", lambda tags: "railway" in tags, LINES,
        ("railway", *COMMON, "usage", "bridge", "tunnel", "layer", "electrified", "service"),
    ),
    Theme(
        "osm-buildings", "polygon",
        lambda tags: tags.get("building", "no") != "no", AREAS,
        ("building", *COMMON, "height", "min_height", "building:levels", "roof:levels", "amenity",
         "shop", "start_date", *ADDRESS),
    ),
    Theme(
        "osm-water", "polygon", _water, AREAS,
        ("natural", "water", "waterway", "landuse", *COMMON, "intermittent", "tidal", "salt"),
    ),
    Theme(
        "osm-waterways", "line", lambda tags: "waterway" in tags and tags["waterway"] not in ("riverbank", "dock"),
        LINES, ("waterway", *COMMON, "tunnel", "intermittent", "width", "ref:sandre"),
    ),
    Theme("osm-coast", "line", lambda tags: tags.get("natural") == "coastline", LINES, ("natural", *COMMON)),
    Theme(
        "osm-landuse", "polygon", _landuse, AREAS,
        ("landuse", "natural", "leisure", *COMMON, "residential", "wetland"),
    ),
    Theme(
        "osm-sites", "point", _site, POINTS,
        (*SITE_KEYS, "man_made", "railway", *COMMON, "capacity", "capacity:beds", "religion", "school:FR", "building",
         "ref:UAI", "ref:FR:FINESS", "nature", "importance", *CONTACT, *ADDRESS),
    ),
    Theme(
        "osm-places", "point", lambda tags: "place" in tags, POINTS,
        ("place", *COMMON, "population", "ref:INSEE", "admin_level", "postal_code"),
    ),
    Theme(
        "osm-communes", "polygon", lambda tags: _administrative(tags) and tags.get("admin_level") in COMMUNE_LEVELS,
        AREAS, ("boundary", "admin_level", *COMMON, "ref:INSEE", "population", "postal_code", "addr:postcode"),
    ),
    Theme(
        "osm-boundaries", "polygon",
        lambda tags: _administrative(tags) and tags.get("admin_level") not in COMMUNE_LEVELS,
        AREAS, ("boundary", "admin_level", *COMMON, "ref:INSEE", "population"),
    ),
    Theme("osm-addresses", "point", lambda tags: "addr:housenumber" in tags, POINTS, (*ADDRESS, "name")),
    Theme(
        "osm-power-lines", "line", lambda tags: tags.get("power") in POWER_LINES, LINES,
        ("power", *COMMON, "voltage", "cables", "location"),
    ),
    Theme(
        "osm-power", "point", lambda tags: "power" in tags and tags["power"] not in POWER_LINES, POINTS,
        ("power", *COMMON, "voltage", "substation", "generator:source", "plant:output:electricity"),
    ),
    Theme(
        "osm-hydrants", "point", lambda tags: tags.get("emergency") == "fire_hydrant", NODES,
        ("emergency", *COMMON, "fire_hydrant:type", "fire_hydrant:diameter", "fire_hydrant:position",
         "fire_hydrant:pressure", "flow_rate", "couplings", "ref:FR:SDIS", "water_source"),
    ),
    Theme(
        "osm-barriers", "line", _dyke, LINES,
        ("man_made", "barrier", "embankment", *COMMON, "height", "material"),
    ),
    Theme(
        "osm-parkings", "point", lambda tags: tags.get("amenity") == "parking", POINTS,
        ("amenity", *COMMON, "parking", "capacity", "access", "fee", "park_ride", "supervised", "maxheight"),
    ),
)  # fmt: skip

AREA_KEYS = frozenset(
    "building building:part landuse leisure amenity boundary place shop tourism office healthcare water military"
    " historic craft social_facility industrial power aeroway emergency government area:highway"
    " public_transport".split()
)
LINE_NATURAL = frozenset({"coastline", "cliff", "ridge", "arete", "tree_row", "valley"})
LINE_LEISURE = frozenset({"track", "slipway"})
AREA_MAN_MADE = SITE_MAN_MADE | {"pier", "bridge", "wharf", "breakwater"}


def is_area(tags: Tags) -> bool:
    """Whether a closed way with these tags is the surface inside, rather than the line itself."""
    if "area" in tags:
        return tags["area"] != "no"
    if "natural" in tags and tags["natural"] not in LINE_NATURAL:
        return True
    if tags.get("waterway") in ("riverbank", "dock") or tags.get("man_made") in AREA_MAN_MADE:
        return True
    if tags.get("power") in POWER_LINES or tags.get("leisure") in LINE_LEISURE:
        return False
    return bool(AREA_KEYS & tags.keys()) and "highway" not in tags
