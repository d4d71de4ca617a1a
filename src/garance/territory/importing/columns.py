"""The table of columns: for each layer, each attribute, the columns it may come from and how to read them.

Extend it here. BD TOPO (2 and 3), OpenStreetMap, INSEE, BAN, CNIG, FINESS, Géorisques and what communes draw.
"""

from __future__ import annotations

from garance.territory.content import Value
from garance.territory.importing.cells import (
    Reader,
    above_ground,
    commune_of_plan,
    flow,
    height,
    highway,
    housenumber,
    importance,
    insee,
    measure,
    number,
    oneway,
    road_number,
    speed,
    storeys,
    street,
    text,
    whole,
    words,
)
from garance.territory.importing.vocabularies import (
    BUILDING_KIND,
    COVER_WORDS,
    DEFENCE_KIND,
    DEFENCE_STATUS,
    HYDRANT_KIND,
    HYDRANT_STATUS,
    LAND_COVER,
    LAND_USE,
    LINE_WATER_KIND,
    NETWORK_KIND,
    NODE_KIND,
    PLANNING_CODE,
    PLANNING_KIND,
    RAIL_KIND,
    RISK_KIND,
    ROAD_KIND,
    SITE_KIND,
    WATER_KIND,
)

Rule = tuple[str, tuple[str, ...], Reader]

_NAMES = ("nom", "name", "toponyme", "libelle", "nom_off", "designation", "intitule")
_INSEE = ("insee_com", "code_insee", "insee", "code_insee_commune", "ref:insee", "depcom", "codcom", "dist_code")
_DEPENDING: tuple[Rule, ...] = (
    ("depends_on", ("depends_on", "depend_de", "alimente_par"), text),
    ("autonomy_h", ("autonomy_h", "autonomie_h", "autonomie_heures", "autonomie"), number),
)
"""What a site or a station cannot work without, by reference, and for how many hours it can all the same."""

_RULE_KIND = words(("", "prescription"))

COLUMNS: dict[str, tuple[Rule, ...]] = {
    "communes": (
        ("name", ("nom", "nom_officiel", "nom_com", "libgeo", "nom_commune", "lib_com", "dist_lname", "name"), text),
        ("insee_code", (*_INSEE, "codgeo", "code", "com"), insee),
        ("population", ("population", "dist_pop", "pop", "pop_tot", "pmun", "ptot"), whole),
    ),
    "roads": (
        (
            "name",
            (
                "nom_1_g",
                "nom_1_d",
                "nom_voie_ban_gauche",
                "nom_collaboratif_gauche",
                "nom_voie_g",
                "nom_voie",
                "toponyme",
                "libelle",
                "nom",
                "name",
            ),
            street,
        ),
        ("ref", ("numero", "cpx_numero", "num_route", "ref"), road_number),
        ("importance", ("importance",), importance),
        ("importance", ("highway",), highway),
        ("kind", ("nature", "highway"), ROAD_KIND),
        ("bridge", ("pos_sol", "position_par_rapport_au_sol", "bridge"), above_ground),
        ("oneway", ("sens", "sens_de_circulation", "oneway"), oneway),
        ("speed_kph", ("vit_moy_vl", "vitesse_moyenne_vl", "maxspeed"), speed),
        ("width_m", ("largeur", "largeur_de_chaussee", "width"), measure),
        ("max_height_m", ("restr_h", "restriction_de_hauteur", "maxheight"), measure),
        ("max_weight_t", ("restr_p", "restriction_de_poids_total", "maxweight"), measure),
    ),
    "railways": (
        ("kind", ("railway", "nature", "etat"), RAIL_KIND),
        ("name", ("toponyme", "nom", "name"), text),
    ),
    "water": (
        ("kind", ("nature", "water", "natural", "waterway", "landuse"), WATER_KIND),
        (
            "name",
            ("nom_p_eau", "nom_c_eau", "nom_ent_tr", "cpx_toponyme_de_plan_d_eau",
            "cpx_toponyme_de_cours_d_eau", *_NAMES),
            text,
        ),
    ),
    "sea": (("name", _NAMES, text),),
    "water-lines": (
        ("kind", ("waterway", "toponyme", "nature", "id"), LINE_WATER_KIND),
        ("name", ("toponyme", "nom", "nom_c_eau", "cpx_toponyme_de_cours_d_eau", "name"), text),
    ),
    "risk-zones": (
        ("zone", ("codezone", "zone_rglt", "code_zone", "zone", "zonage", "libelle"), text),
        ("kind", ("codezone", "zone_rglt", "code_zone", "zone", "zonage", "libelle"), RISK_KIND),
        ("source", ("id_gaspar", "nom_ppr", "nom"), text),
    ),
    "hazard-zones": (
        ("name", ("alea", "niv_alea", "niveau_alea", "libelle", "nom", "name", "typ_inond"), text),
        ("scenario", ("scenario", "scen", "periode", "id_tri"), text),
        ("depth_m", ("water_h", "hauteur_eau", "h_eau", "ht_max", "depth_m", "hauteur"), number),
    ),
    "defences": (
        ("kind", ("type", "position", "materiaux", "nature", "nature_def", "man_made", "barrier"), DEFENCE_KIND),
        ("status", ("status", "etat"), DEFENCE_STATUS),
        ("crest_m", ("alt", "max_point_", "crest_m", "cote_crete", "altitude"), height),
        ("name", ("nom", "name", "toponyme"), text),
    ),
    "past-extent": (("name", ("zone_sub", "nom", "name", "evenement", "libelle"), text),),
    "buildings": (
        ("height_m", ("hauteur", "height", "hauteur_max", "bdg_height"), height),
        ("height_m", ("nb_etages", "nombre_d_etages", "building:levels", "building_levels"), storeys),
        ("kind", ("usage1", "usage_1", "bld_type", "nature", "usage", "building"), BUILDING_KIND),
        ("name", ("nom", "name", "toponyme"), text),
    ),
    "land-use": (
        ("kind", ("unit_code",), LAND_USE),
        ("population", ("unit_pop", "ind", "ind_c", "population", "pop", "nb_habitants", "habitants"), number),
        ("insee_code", ("dist_code", "lcog_geo", "depcom", "insee", "insee_com", "insee_code"), insee),
    ),
    "land-cover": (
        ("kind", ("code_18", "code_12", "code_06"), LAND_COVER),
        ("kind", ("landuse", "natural", "leisure", "nature", "libelle"), COVER_WORDS),
        ("name", ("name", "nom", "toponyme"), text),
    ),
    "planning-zones": (
        ("zone", ("libelle", "typezone", "zone"), text),
        ("kind", ("typezone", "libelle", "zone"), PLANNING_KIND),
        ("kind", ("unit_code",), PLANNING_CODE),
        ("label", ("libelong", "destdomi"), text),
        ("insee_code", ("insee", "code_insee"), insee),
        ("insee_code", ("idurba", "partition"), commune_of_plan),
    ),
    "planning-areas": (
        ("kind", ("typepsc", "stypepsc"), _RULE_KIND),
        ("kind", ("typeinf",), words(("", "information"))),
        ("label", ("libelle", "txt"), text),
        ("code", ("typepsc", "typeinf"), text),
    ),
    "protected-areas": (
        ("name", ("sitename", "nom", "nom_site", "name"), text),
        ("code", ("sitecode", "id_mnhn", "cd_sig"), text),
    ),
    "networks": (
        ("kind", ("power", "nature", "type", "reseau", "substance"), NETWORK_KIND),
        ("name", ("nom", "name", "ref", "voltage", "tension"), text),
        ("operator", ("operator", "exploitant", "gestionnaire"), text),
    ),
    "network-nodes": (
        ("ref", ("ref", "cleabs", "osm_id", "id"), text),
        ("kind", ("power", "substation", "man_made", "nature", "type"), NODE_KIND),
        ("name", _NAMES, text),
        *_DEPENDING,
    ),
    "addresses": (
        ("number", ("numero", "addr:housenumber", "number", "housenumber"), housenumber),
        ("street", ("nom_voie", "addr:street", "voie_nom", "street", "nom_1", "libelle_voie"), street),
        ("postcode", ("code_postal", "addr:postcode", "postcode", "code_post"), insee),
        ("insee_code", ("code_insee", "commune_insee", "insee_com", "citycode"), insee),
    ),
    "hydrants": (
        ("ref", ("numero", "num_pei", "id_sdis", "ref", "id_gestion", "num", "id"), text),
        ("kind", ("type_pei", "fire_hydrant:type", "nature", "type", "emergency", "libelle"), HYDRANT_KIND),
        ("flow_m3h", ("debit", "debit_1bar", "debit_m3h", "deb_1bar", "flow_rate", "fire_hydrant:flow"), flow),
        ("status", ("statut", "dispo", "disponible", "etat", "service"), HYDRANT_STATUS),
    ),
    "gauges": (
        ("ref", ("code_station", "cdstationhydro", "code_site", "code", "id_station", "ref", "url"), text),
        ("name", ("station", "lbstationhydro", "libelle_station", "nom_station", *_NAMES), text),
        ("kind", ("kind", "type", "grandeur"), words(
            ("haut", "water-level"), ("pluie", "rain"), ("pluvio", "rain"), ("rain", "rain"), ("mare", "tide"),
            ("tide", "tide"), ("vent", "wind"), ("debit", "flow"), ("flow", "flow"), otherwise="water-level",
        )),
        ("river", ("river", "cours_d_eau", "riviere", "libelle_cours_eau", "nom_cours_d_eau"), text),
    ),
    "place-labels": (
        ("name", _NAMES, text),
        ("kind", ("place", "nature"), text),
    ),
    "sites": (
        (
            "name",
            ("hospital_name", "site_name", "centre", "nom_etablissement", "appellation_officielle",
            "raison_sociale", "rs",
             "nom_ets", "nom_usine", *_NAMES),
            text,
        ),
        (
            "kind",
            ("facility_type", "libcategetab", "type_etablissement", "amenity", "healthcare", "social_facility",
            "emergency",
             "building", "tourism", "leisure", "office", "shop", "aeroway", "landuse", "type", "categorie", "nature",
             "kind", "libelle"),
            SITE_KIND,
        ),
        ("address", ("adresse", "address", "adresse_1", "street", "addr:street"), text),
        ("capacity", ("cap_beds", "capacity", "capacite", "nombre_d_eleves", "effectif"), whole),
        ("ref", ("nofinesst", "identifiant_de_l_etablissement", "id_finess", "ref:fr:finess", "osm_id", "id"), text),
        ("kind", ("name",), SITE_KIND),
        *_DEPENDING,
    ),
}  # fmt: skip
COLUMNS["planning-lines"] = COLUMNS["planning-points"] = COLUMNS["planning-areas"]

DEFAULTS: dict[str, dict[str, Value]] = {
    "buildings": {"kind": "other"},
    "defences": {"status": "unknown", "kind": "other"},
    "hydrants": {"kind": "other"},
    "land-cover": {"kind": "other"},
    "networks": {"kind": "other"},
    "network-nodes": {"kind": "other"},
    "planning-areas": {"kind": "information"},
    "planning-lines": {"kind": "information"},
    "planning-points": {"kind": "information"},
    "planning-zones": {"kind": "other"},
    "railways": {"kind": "rail"},
    "risk-zones": {"kind": "other"},
    "roads": {"importance": 5, "kind": "road", "bridge": False, "oneway": "no"},
    "sea": {"kind": "sea"},
    "sites": {"kind": "other"},
    "water": {"kind": "other"},
    "water-lines": {"kind": "river"},
}
"""What to say when a source says nothing: the tiles' styles always find a word."""
