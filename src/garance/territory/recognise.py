"""What a layer is, judged by its shapes, its columns and its values; its name is only a hint.

`RECOGNISERS` is the table to extend: one line per kind of layer met in the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from garance.territory.manifest import GeometryKind
from garance.territory.reading import Grid, Table
from garance.territory.wording import fold

Evidence = tuple[int, Callable[[Table], bool]]

THRESHOLD = 2
"""The points below which a layer is not understood. A name alone gives 2, columns or values 3."""

INSEE = re.compile(r"^(\d{2}|2[AB])\d{3}$")
SAMPLE = 2_000


@dataclass(frozen=True)
class Recogniser:
    """What speaks for a layer being of one kind. `layer` is a name of `roles.LAYERS`, or of `UNUSED`."""

    layer: str
    geometry: GeometryKind
    evidence: tuple[Evidence, ...]

    def score(self, table: Table) -> int:
        """Points for this kind; 0 when the geometry is another."""
        if table.geometry != self.geometry:
            return 0
        return sum(points for points, holds in self.evidence if holds(table))


UNUSED: dict[str, str] = {
    "planning-zones": "zonage d'urbanisme (PLU)",
    "protected-areas": "espaces naturels protégés",
}
"""Kinds that are understood, and not yet of use."""


def columns(*names: str, points: int = 3) -> Evidence:
    """All these columns are there."""
    return points, lambda table: all(name in table.columns for name in names)


def any_column(*names: str, points: int = 3) -> Evidence:
    """One of these columns is there."""
    return points, lambda table: any(name in table.columns for name in names)


def named(*stems: str, points: int = 2) -> Evidence:
    """The name of the file holds one of these stems (folded), at the start of a word."""
    pattern = re.compile(r"(^|[^a-z])(" + "|".join(stems) + ")")
    return points, lambda table: pattern.search(table.words) is not None


def values(column: str, *accepted: str, points: int = 3) -> Evidence:
    """That column holds only these words (folded), and at least one of them."""

    def holds(table: Table) -> bool:
        seen = {fold(str(cell)) for cell in table.columns.get(column, ())[:SAMPLE] if cell not in (None, "")}
        return bool(seen) and seen <= set(accepted)

    return points, holds


def commune_codes(points: int = 2) -> Evidence:
    """Some column is made of INSEE codes, nearly all different."""

    def holds(table: Table) -> bool:
        for cells in table.columns.values():
            codes = [str(cell) for cell in cells[:SAMPLE] if cell not in (None, "")]
            good = {code for code in codes if INSEE.match(code)}
            if codes and len(good) > 0.8 * len(codes):
                return True
        return False

    return points, holds


RECOGNISERS: tuple[Recogniser, ...] = (
    Recogniser(
        "communes",
        "polygon",
        (
            commune_codes(),
            any_column("nom", "nom_com", "dist_lname", "libgeo", "name", points=1),
            any_column("population", "dist_pop", points=1),
            named("commune", "district"),
        ),
    ),
    Recogniser(
        "roads",
        "line",
        (
            any_column("nom_1_g", "nom_voie_g", "cl_admin", "vit_moy_vl", "highway", "nb_voies"),
            named("route", "road", "voirie", "rue"),
        ),
    ),
    Recogniser(
        "water",
        "polygon",
        (
            any_column("code_hydro", "persistanc", "salinite"),
            columns("natural", "water"),
            named("surface_hydro", "water", "plan_d_eau", "hydrograph"),
        ),
    ),
    Recogniser(
        "water-lines",
        "line",
        (
            any_column("code_hydro", "regime", "waterway"),
            named("river", "cours_d_eau", "riviere", "troncon_hydro"),
        ),
    ),
    Recogniser(
        "coast",
        "line",
        (
            columns("numdep", "date_pva"),
            named("coastline", "trait_de_cote", "trait_cote", "tch", "shoreline"),
        ),
    ),
    Recogniser(
        "defences",
        "line",
        (
            values("status", "good", "medium", "bad"),
            any_column("id_defense", "nature_def", "parapet"),
            values("etat", "bon", "moyen", "mauvais", "pas de digue"),
            named("defen[cs]e", "coastal_def", "digue", "dike", "dyke", "levee", points=3),
        ),
    ),
    Recogniser(
        "risk-zones",
        "polygon",
        (
            any_column("codezone", "zone_rglt", "typereg"),
            named("ppr", "rpp", "pprn", "pprl", "alea"),
        ),
    ),
    Recogniser(
        "past-extent",
        "polygon",
        (
            any_column("zone_sub", points=1),
            named("xynthia", "tempete", "storm", "laisse", "inond", "submersion", "crue"),
        ),
    ),
    Recogniser(
        "land-use",
        "polygon",
        (
            any_column("unit_pop", "ind", "ind_c"),
            named("land_use", "carroyage", "filosofi"),
        ),
    ),
    Recogniser("land-cover", "polygon", (any_column("code_18", "code_12", "code_06"), named("clc", "corine", "ocs"))),
    Recogniser(
        "buildings",
        "polygon",
        (
            any_column("bld_area", "building", "nb_etages", "usage1"),
            named("building", "batiment", "bati"),
        ),
    ),
    Recogniser(
        "planning-zones", "polygon", (any_column("typezone", "libelong"), named("urban_plan", "plu", "zone_urba"))
    ),
    Recogniser(
        "protected-areas", "polygon", (columns("sitecode", "sitename"), named("zps", "sic", "znieff", "natura"))
    ),
    Recogniser(
        "sites",
        "point",
        (
            any_column("hospital_name", "facility_type", "cap_beds"),
            columns("groupement", "centre"),
            any_column("amenity", "type_etablissement"),
            named("hospital", "hopita", "fire_cent", "caserne", "school", "ecole", "ehpad", "site"),
        ),
    ),
)


def recognise(table: Table) -> Recogniser | None:
    """The kind with the most points, the first listed when equal; nothing below the threshold."""
    scored = [(recogniser.score(table), recogniser) for recogniser in RECOGNISERS]
    best, recogniser = max(scored, key=lambda pair: pair[0])
    return recogniser if best >= THRESHOLD else None


TERRAIN_WORDS = re.compile(r"(^|[^a-z])(dem|mnt|dtm|rgealti|bdalti|terrain|relief)")
DEPTH_WORDS = re.compile(r"(^|[^a-z])(flood|hauteur|depth|inond|submersion)")
ROUGHNESS_WORDS = re.compile(r"(^|[^a-z])(manning|rugosi|roughness|strickler)")


def recognise_grid(grid: Grid) -> str:
    """`terrain`, `water-depths`, `roughness`, or nothing. A stack of bands is a film, never a terrain."""
    for role, pattern in (("roughness", ROUGHNESS_WORDS), ("water-depths", DEPTH_WORDS)):
        if pattern.search(grid.words):
            return role
    if grid.bands == 1 and TERRAIN_WORDS.search(grid.words):
        return "terrain"
    return "terrain" if grid.bands == 1 and grid.dtype.startswith(("float", "int")) else ""
