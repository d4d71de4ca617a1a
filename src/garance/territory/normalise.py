"""From each maker's own columns to the attributes Garance knows (contract: one name, one unit, one set of words).

`COLUMNS` is the table to extend: for each layer, each attribute, the columns it may come from and how to read them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from garance.territory.reading import Table
from garance.territory.wording import fold, street_name

Value = str | int | float | bool | None
Reader = Callable[[Any], Value]
Rule = tuple[str, tuple[str, ...], Reader]


def text(cell: Any) -> Value:
    """A non-empty text, spaces tidied."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return " ".join(str(cell).split()) or None


def street(cell: Any) -> Value:
    """A street name in ordinary letters."""
    found = text(cell)
    return street_name(found) if isinstance(found, str) else None


def number(cell: Any) -> Value:
    """A finite number, in the unit of the attribute."""
    try:
        found = float(cell)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def whole(cell: Any) -> Value:
    """A whole number."""
    found = number(cell)
    return round(found) if isinstance(found, float) else None


def height(cell: Any) -> Value:
    """A height in metres; exactly zero means that nobody measured it."""
    found = number(cell)
    return round(found, 2) if isinstance(found, float) and found != 0 else None


def importance(cell: Any) -> Value:
    """1 (national) to 5 (local)."""
    found = whole(cell)
    return found if isinstance(found, int) and 1 <= found <= 5 else None


def above_ground(cell: Any) -> Value:
    """Whether a road stands above the ground (BD TOPO POS_SOL from 1, OSM bridge=yes)."""
    level = number(cell)
    return level > 0 if isinstance(level, float) else fold(str(cell)) in ("yes", "viaduct", "oui")


def words(*choices: tuple[str, str], otherwise: Value = "other") -> Reader:
    """The first choice whose stem is found in the folded text."""

    def read(cell: Any) -> Value:
        folded = fold(str(cell)) if cell is not None else ""
        return next((given for stem, given in choices if stem in folded), otherwise) if folded else None

    return read


def starts(*choices: tuple[str, str], otherwise: Value = "other") -> Reader:
    """The first choice with which the text starts, capitals as they are."""

    def read(cell: Any) -> Value:
        found = text(cell)
        if not isinstance(found, str):
            return None
        return next((given for stem, given in choices if found.startswith(stem)), otherwise)

    return read


ROAD_KIND = words(
    ("autorout", "motorway"),
    ("bretelle", "ramp"),
    ("rond", "roundabout"),
    ("2 chauss", "dual"),
    ("sentier", "path"),
    ("chemin", "track"),
    ("empierr", "track"),
    otherwise="road",
)
WATER_KIND = words(
    ("marais", "marsh"),
    ("lac", "lake"),
    ("mare", "pond"),
    ("retenue", "basin"),
    ("reservoir", "basin"),
    ("ecoulement", "river"),
    ("canal", "canal"),
    ("estuaire", "river"),
)
LINE_WATER_KIND = words(("canal", "canal"), ("fosse", "ditch"), ("ruisseau", "stream"), otherwise="river")
RISK_KIND = starts(("R", "red"), ("B", "blue"), ("O", "orange"), ("V", "green"))
DEFENCE_KIND = words(
    ("dike", "dike"),
    ("digue", "dike"),
    ("levee", "dike"),
    ("dune", "dune"),
    ("dunaire", "dune"),
    ("gate", "gate"),
    ("cord", "dune"),
    ("falaise", "natural"),
    ("naturel", "natural"),
    ("enrochement", "dike"),
    ("ouvrage", "dike"),
)
DEFENCE_STATUS = words(
    ("good", "good"),
    ("bon", "good"),
    ("medium", "medium"),
    ("moyen", "medium"),
    ("bad", "bad"),
    ("mauvais", "bad"),
    otherwise="unknown",
)
LAND_USE = starts(
    ("1", "natural"),
    ("2", "urban"),
    ("4", "to-be-urbanised"),
    ("5", "agricultural"),
    ("7", "urban-adapted"),
)
LAND_COVER = starts(
    ("11", "urban"),
    ("12", "industrial"),
    ("13", "quarry"),
    ("14", "green"),
    ("2", "agricultural"),
    ("31", "forest"),
    ("33", "bare"),
    ("3", "natural"),
    ("4", "wetland"),
    ("52", "sea"),
    ("5", "water"),
)
SITE_KIND = words(
    ("hospi", "hospital"),
    ("c.h", "hospital"),
    ("clini", "hospital"),
    ("soins", "hospital"),
    ("ehpad", "care-home"),
    ("ecole", "school"),
    ("college", "school"),
    ("lycee", "school"),
    ("mairie", "town-hall"),
)

COLUMNS: dict[str, tuple[Rule, ...]] = {
    "communes": (
        ("name", ("nom", "nom_com", "libgeo", "dist_lname", "name"), text),
        ("insee_code", ("insee_com", "code_insee", "insee", "dist_code", "code"), text),
        ("population", ("population", "dist_pop", "pop"), whole),
    ),
    "roads": (
        ("name", ("nom_1_g", "nom_1_d", "nom_voie_g", "toponyme", "name"), street),
        ("ref", ("numero", "cpx_numero", "ref"), text),
        ("importance", ("importance",), importance),
        ("kind", ("nature", "highway"), ROAD_KIND),
        ("bridge", ("pos_sol", "bridge"), above_ground),
    ),
    "water": (
        ("kind", ("nature", "water", "natural"), WATER_KIND),
        ("name", ("nom_p_eau", "nom_c_eau", "nom_ent_tr", "toponyme", "name"), text),
    ),
    "water-lines": (
        ("kind", ("toponyme", "nature", "waterway", "id"), LINE_WATER_KIND),
        ("name", ("toponyme", "nom", "nom_c_eau", "name"), text),
    ),
    "risk-zones": (
        ("zone", ("codezone", "zone_rglt"), text),
        ("kind", ("codezone", "zone_rglt"), RISK_KIND),
        ("source", ("id_gaspar",), text),
    ),
    "defences": (
        ("kind", ("type", "position", "materiaux"), DEFENCE_KIND),
        ("status", ("status", "etat"), DEFENCE_STATUS),
        ("crest_m", ("alt", "max_point_", "crest_m"), height),
        ("name", ("nom", "name"), text),
    ),
    "past-extent": (("name", ("zone_sub", "nom", "name"), text),),
    "buildings": (
        ("height_m", ("hauteur", "height"), height),
        (
            "kind",
            ("usage1", "bld_type", "nature", "building"),
            words(
                ("resid", "residential"),
                ("agri", "agricultural"),
                ("indus", "industrial"),
                ("commer", "commercial"),
            ),
        ),
    ),
    "land-use": (
        ("kind", ("unit_code",), LAND_USE),
        ("population", ("unit_pop", "ind", "ind_c"), number),
        ("insee_code", ("dist_code", "insee", "insee_com"), text),
    ),
    "land-cover": (("kind", ("code_18", "code_12", "code_06"), LAND_COVER),),
    "sites": (
        ("name", ("hospital_name", "centre", "nom", "name", "toponyme"), text),
        ("kind", ("facility_type", "type", "amenity", "nature"), SITE_KIND),
    ),
}

DEFAULTS: dict[str, dict[str, Value]] = {
    "defences": {"status": "unknown", "kind": "other"},
    "roads": {"importance": 5, "kind": "road", "bridge": False},
    "water": {"kind": "other"},
    "water-lines": {"kind": "river"},
    "risk-zones": {"kind": "other"},
    "sites": {"kind": "other"},
}
"""What to say when a source says nothing: the tiles' styles always find a word."""


def normalise(layer: str, table: Table) -> dict[str, list[Value]]:
    """The normalised attributes of each row: the first column that says something, read, or nothing."""
    found = {name: _first(table, sources, read) for name, sources, read in COLUMNS.get(layer, ())}
    if layer == "sites" and {"groupement", "centre"} <= table.columns.keys():
        found["kind"] = ["fire-station"] * len(table)
    return found


def fill_defaults(layer: str, properties: dict[str, list[Value]]) -> None:
    """Put the default word where nothing was said."""
    for name, default in DEFAULTS.get(layer, {}).items():
        properties[name] = [default if value is None else value for value in properties[name]]


def richness(properties: dict[str, list[Value]], essential: tuple[str, ...]) -> float:
    """How much a source says: the share of rows filled, an essential attribute counting four times."""
    total = 0.0
    for name, column in properties.items():
        said = sum(1 for value in column if value is not None and value != "unknown")
        total += (4 if name in essential else 1) * said / max(1, len(column))
    return total


def _first(table: Table, sources: tuple[str, ...], read: Reader) -> list[Value]:
    result: Any = np.full(len(table), None, dtype=object)
    for source in sources:
        cells = table.columns.get(source)
        if cells is None:
            continue
        blank = [index for index, value in enumerate(result) if value is None]
        for index in blank:
            result[index] = read(cells[index])
    return list(result)
