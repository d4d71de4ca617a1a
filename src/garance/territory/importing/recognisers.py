"""The table of what Garance recognises: one entry for each kind of layer met in the field. Extend it here."""

from __future__ import annotations

from garance.territory.importing.recognise import (
    Recogniser,
    any_column,
    any_words,
    columns,
    commune_codes,
    named,
    network,
    sized,
    square_cells,
    values,
    words_in,
)

UNUSED: dict[str, str] = {
    "contours": "courbes de niveau, déjà dites par le relief",
    "departments": "contour de département ou de région",
    "boundaries": "limites administratives d'un autre niveau que la commune",
    "frames": "cadre de fichier raster",
    "restrictions": "signalements de routes coupées : un flux à suivre, non un territoire",
}
"""Kinds that are understood, and of no use in a pack."""

CLIP = "clip"

OSM_THEMES: dict[str, str] = {
    "osm-roads": "roads",
    "osm-railways": "railways",
    "osm-buildings": "buildings",
    "osm-water": "water",
    "osm-waterways": "water-lines",
    "osm-coast": "coast",
    "osm-landuse": "land-cover",
    "osm-sites": "sites",
    "osm-parkings": "sites",
    "osm-places": "place-labels",
    "osm-communes": "communes",
    "osm-boundaries": "boundaries",
    "osm-addresses": "addresses",
    "osm-power-lines": "networks",
    "osm-power": "network-nodes",
    "osm-hydrants": "hydrants",
    "osm-barriers": "defences",
}
"""The themes that our own reader of OpenStreetMap sorts objects into: nothing is left to guess."""

_ROAD_WORDS = ("autoroute", "bretelle", "route", "rond-point", "sentier", "chemin", "chaussee", "rue ", "avenue")
_SITE_WORDS = (
    "hopital", "hospitalier", "clinique", "ecole", "college", "lycee", "mairie", "ehpad", "caserne", "gendarmerie",
    "police", "pompier", "incendie", "salle", "gymnase", "camping", "creche", "eglise", "stade", "centre",
)  # fmt: skip

RECOGNISERS: tuple[Recogniser, ...] = (
    Recogniser(
        "communes",
        "polygon",
        (
            commune_codes(),
            any_column(
                "nom", "nom_com", "nom_officiel", "nom_m", "dist_lname", "libgeo", "nom_commune", "name", "lib_com",
                points=1,
            ),
            any_column("population", "dist_pop", "pop_tot", "pmun", points=1),
            any_column("insee_com", "code_insee", "ref:insee", points=1),
            named("commune", "district", "admin"),
        ),
    ),
    Recogniser(
        "departments",
        "polygon",
        (
            named("departement", "region(?!al)", "epci", points=3),
            any_column("insee_dep", "code_dept", "siren_epci_only", points=1),
        ),
    ),
    Recogniser(
        "frames",
        "polygon",
        (
            named("emprise_mnt", "emprise_dem", "dalle", "cadre", "footprint_", points=3),
            columns("gridcode", points=1),
        ),
    ),
    Recogniser(
        CLIP,
        "polygon",
        (
            named("clip", "decoupe", "masque", "zone_utile", "zone_reelle", points=6),
            words_in(("name", "nom", "role", "zone", "type"), "zone_reelle", "zone_utile", "a_garder", "^clip",
                     points=6, share=0.01),
        ),
    ),
    Recogniser(
        "roads",
        "line",
        (
            any_column("nom_1_g", "nom_voie_g", "cl_admin", "vit_moy_vl", "highway", "nb_voies",
                       "nom_collaboratif_gauche",
                       "nombre_de_voies", "vitesse_moyenne_vl", "sens_de_circulation", "largeur_de_chaussee",
                       "cpx_numero"),
            named("route", "road", "voirie", "rue", "troncon_de_route", "voies?$", "highway", "street"),
            words_in(("nature", "type", "classe"), *_ROAD_WORDS, points=2),
            any_words(r"^(rue|avenue|boulevard|chemin|impasse|allee|route|place|quai|av|bd|che|imp|all) ", points=2),
            network(),
        ),
    ),
    Recogniser(
        "railways",
        "line",
        (
            any_column("railway", "nb_voies_ferrees", "largeur_voie", "electrifie"),
            named("voie_ferree", "troncon_de_voie_ferree", "railway", "fer_", "rail", points=4),
        ),
    ),
    Recogniser(
        "water",
        "polygon",
        (
            any_column("code_hydro", "persistanc", "persistance", "salinite", "water"),
            values("natural", "water", "bay", "wetland"),
            named("surface_hydro", "water", "plan_d_?eau", "hydrograph", "etang", "lac(?![a-z])"),
        ),
    ),
    Recogniser("sea", "polygon", (named("^sea", "mer(?![a-z])", "ocean", "domaine_maritime", points=3),)),
    Recogniser(
        "water-lines",
        "line",
        (
            any_column("code_hydro", "regime", "waterway", "classe_de_largeur"),
            named("river", "cours_d_?eau", "riviere", "troncon_hydro", "waterway", "ruisseau", "fosse", "hydro"),
        ),
    ),
    Recogniser(
        "coast",
        "line",
        (
            columns("numdep", "date_pva"),
            named("coastline", "trait_de_cote", "trait_cote", "tch", "shoreline", "limite_terre_mer"),
        ),
    ),
    Recogniser(
        "contours",
        "line",
        (any_column("contour", "courbe"), named("isoline", "courbe", "contour", "niveau", "oro")),
    ),
    Recogniser(
        "defences",
        "line",
        (
            values("status", "good", "medium", "bad"),
            any_column("id_defense", "nature_def", "parapet"),
            values("etat", "bon", "moyen", "mauvais", "pas de digue"),
            named("defen[cs]e", "coastal_def", "digue", "dike", "dyke", "levee", "endiguement",
                  points=3),
            words_in(("nature", "type", "man_made"), "digue", "dyke", "dike", "endigu", "embankment",
                     "perre", points=3),
        ),
    ),
    Recogniser(
        "networks",
        "line",
        (
            any_column("voltage", "tension", "power", "pipeline", "materiau", "diametre", "dn"),
            named("ligne_electrique", "canalisation", "reseau", "aep", "assainissement", "fibre",
                  "gazoduc", "conduite", points=3),
        ),
    ),
    Recogniser(
        "planning-lines",
        "line",
        (
            any_column("typepsc", "stypepsc", "typeinf", points=4),
            named("prescription_lin", "info_lin", "sup_lin", points=3),
        ),
    ),
    Recogniser(
        "risk-zones",
        "polygon",
        (
            any_column("codezone", "zone_rglt", "typereg", "code_zone_reglement"),
            any_column("id_gaspar", points=2),
            named("ppr", "rpp", "pprn", "pprl", "ppri", "pprif", "zonage_reg", "zone_pprn?"),
        ),
    ),
    Recogniser(
        "past-extent",
        "polygon",
        (
            any_column("zone_sub", points=1),
            named("xynthia", "tempete", "storm", "laisse", "phec", "zone_inondee", "emprise_inond",
                  "submersion", "crue_"),
        ),
    ),
    Recogniser(
        "hazard-zones",
        "polygon",
        (
            any_column("water_h", "hauteur_eau", "h_eau", "niv_alea", "alea", "scenario", "id_tri",
                       "niveau_alea", "ht_min",
                       "scen", "debit_fluv"),
            named("alea", "inond", "zone_inondable", "tri", "lothar", "azi", "scenario", "flood", "carte_inond",
                  "feu", "mvt", "retrait_gonflement", "hazard", "ppi(?![a-z])"),
        ),
    ),
    Recogniser(
        "land-use",
        "polygon",
        (
            any_column("unit_pop", "ind", "ind_c", "men", "idcar_200m", "id_carr1km", "nb_habitants", "pop_carreau"),
            named("land_use", "carroyage", "carreaux", "filosofi", "population_grid", "population"),
            any_column("population", "pop", "habitants", points=1),
            square_cells(points=1),
        ),
    ),
    Recogniser(
        "land-cover",
        "polygon",
        (
            any_column("code_18", "code_12", "code_06", "code_cs", "code_us", "landuse", "landcover", "clc",
                       "nature_veg"),
            named("clc", "corine", "ocs", "occupation", "zone_de_vegetation", "vegetation",
                  "landcover"),
            values("natural", "wood", "scrub", "heath", "grassland", "beach", "sand", points=1),
        ),
    ),
    Recogniser(
        "buildings",
        "polygon",
        (
            any_column("bld_area", "building", "nb_etages", "usage1", "usage_1", "nombre_d_etages",
                       "nombre_de_logements", "nb_logts", "hauteur", "height", "hauteur_max", "rnb_id", "bld_type"),
            named("building", "batiment", "bati", "construction", "batis?"),
            sized(8, 5_000, least=50),
        ),
    ),
    Recogniser(
        "planning-zones",
        "polygon",
        (
            any_column("typezone", "libelong"),
            named("urban_plan", "plu", "zone_urba", "zonage_plu", "secteur_cc"),
            values("typezone", "u", "au", "auc", "aus", "a", "n", "ah", "nh", points=2),
        ),
    ),
    Recogniser(
        "planning-areas",
        "polygon",
        (
            any_column("typepsc", "stypepsc", "typeinf", points=4),
            named("prescription_surf", "info_surf", "habillage", points=3),
        ),
    ),
    Recogniser(
        "protected-areas",
        "polygon",
        (
            columns("sitecode", "sitename"),
            any_column("id_mnhn", "cd_sig", "protect_class"),
            named("zps", "sic", "spa", "znieff", "natura", "reserve_nat", "parc_nat", "protege", "zsc"),
        ),
    ),
    Recogniser(
        "addresses",
        "point",
        (
            any_column("nom_voie", "addr:street", "voie_nom", "street"),
            any_column("numero", "addr:housenumber", "number", "housenumber"),
            any_column("id_fantoir", "cle_interop", "uid_adresse", points=3),
            named("adresse", "address", "ban(?![a-z])", "bal(?![a-z])"),
        ),
    ),
    Recogniser(
        "hydrants",
        "point",
        (
            any_column("type_pei", "id_sdis", "diam_pei", "press_dyn", "fire_hydrant:type", "debit_1bar", "num_pei"),
            values("emergency", "fire_hydrant", "water_tank", "suction_point", points=4),
            words_in(("type", "nature", "kind", "libelle"), "poteau", "bouche", "incendie", "hydrant", "citerne",
                     "^pi$", "^bi$", "^pei", points=6),
            named("hydrant", "pei(?![a-z])", "borne_inc", "points?_d_?eau_inc", "poteau", "deci"),
        ),
    ),
    Recogniser(
        "network-nodes",
        "point",
        (
            any_column("power", "substation", "man_made"),
            named("poste_de_transf", "poste_source", "transformateur", "chateau_d_eau", "antenne", "relais",
                  "reservoir", "pylone", "station_pompage", points=3),
        ),
    ),
    Recogniser(
        "gauges",
        "point",
        (
            any_column("cote_zero_echelle", "code_station", "cdstationhydro", "code_site", "lbstationhydro"),
            columns("station", "river", points=4),
            columns("basin", "river"),
            named("station", "hydro", "vigicrue", "gauge", "maregraphe", "limni", "pluvio", "capteur"),
        ),
    ),
    Recogniser(
        "planning-points",
        "point",
        (
            any_column("typepsc", "stypepsc", "typeinf", points=4),
            named("prescription_pct", "info_pct", points=3),
        ),
    ),
    Recogniser(
        "place-labels",
        "point",
        (
            any_column("place"),
            named("lieu_dit", "lieux_dits", "zone_d_habitation", "toponym", "hameau", "quartier"),
        ),
    ),
    Recogniser("restrictions", "point", (columns("type_coupure", points=6),)),
    Recogniser("restrictions", "line", (columns("type_coupure", points=6),)),
    Recogniser(
        "sites",
        "point",
        (
            any_column("hospital_name", "facility_type", "cap_beds", "site_name"),
            columns("groupement", "centre"),
            any_column("amenity", "type_etablissement", "nom_etablissement", "libcategetab", "typequ",
                       "categorie_erp",
                       "healthcare", "social_facility", "tourism", "shop", "office", "raison_sociale",
                       "nature_activite"),
            words_in(("type", "nature", "categorie", "kind", "libelle", "nom", "name"), *_SITE_WORDS,
                     points=2, share=0.4),
            any_words(*_SITE_WORDS, points=2, share=0.4),
            named("hospital", "hopita", "fire_cent", "caserne", "school", "ecole", "ehpad", "site",
                  "equipement", "erp",
                  "etabliss", "poi", "enjeu", "icpe", "seveso", "camping", "mairie",
                  "lieux", "patrimoine", "commerce", "entreprise"),
        ),
    ),
    Recogniser(
        "sites",
        "polygon",
        (
            columns("categorie", "nature", "toponyme", points=4),
            any_column("nature_activite", "categorie_erp", points=3),
            named("zone_d_activite", "equipement", "etabliss", "erp", "camping", points=3),
        ),
    ),
)  # fmt: skip
