"""The import's report, in plain French for the person and with codes for the machine (compte rendu d'import)."""

from __future__ import annotations

import numpy as np

from garance.territory.content import LayerData, RasterData
from garance.territory.layers import LAYERS
from garance.territory.manifest import Finding, Missing, ReportLine
from garance.territory.reading import Grid, Table
from garance.territory.terrain import Terrain

UNREAD_FR = {
    "archive-corrupted": "archive abîmée ou incomplète",
    "format-unknown": "format que Garance ne lit pas encore",
    "layer-unreadable": "fichier abîmé ou d'un format inconnu",
    "layer-without-geometry": "table sans géométrie",
    "layer-empty": "couche vide",
    "crs-unknown": "système de coordonnées introuvable",
    "raster-unreadable": "raster abîmé ou d'un format inconnu",
    "raster-empty": "raster sans aucune valeur",
    "raster-too-large": "raster trop grand",
    "terrain-out-of-range": "altitudes impossibles sur Terre",
    "outside-window": "hors du territoire",
    "layer-too-large": "trop d'objets pour être lus",
    "table-without-position": "table sans longitude ni latitude",
    "archive-encrypted": "archive protégée par un mot de passe",
    "archive-nested": "archives emboîtées trop profond",
    "boundary-series-malformed": "série de niveaux d'eau illisible",
    "cloud-unreadable": "nuage de points abîmé ou d'un format inconnu",
    "document": "pièce jointe, rien à cartographier",
    "layer-unsafe": "renvoie vers d'autres fichiers ou vers le réseau, non ouvert par sûreté",
    "layers-too-many": "trop de couches dans un seul fichier",
    "osm-too-large": "extrait OpenStreetMap trop vaste, à découper autour du territoire",
    "raster-not-on-earth": "raster qui ne se situe pas sur Terre",
    "raster-without-position": "raster qui ne dit pas où il se situe",
    "table-too-large": "tableau aux lignes, colonnes ou textes trop grands",
    "vertices-too-many": "formes de plus de deux millions de sommets",
    "xml-with-entities": "XML qui déclare des entités, non ouvert par sûreté",
}
DOUBT_FR = {
    "crs-missing": "système de coordonnées absent ; reconnu d'après les coordonnées : {crs}",
    "crs-unnamed": "système de coordonnées sans nom ; reconnu : {crs}",
    "crs-wrong": "le système annoncé ne va pas avec les coordonnées ; retenu : {crs}",
    "crs-ambiguous": "système de coordonnées absent, plusieurs possibles ; retenu : {crs}, à vérifier",
    "axes-swapped": "coordonnées données dans l'ordre inverse (latitude puis longitude) ; remises en ordre : {crs}",
}

NOTES_FR = {
    "vertices-too-many": ("forme de plus de deux millions de sommets écartée", "formes trop lourdes écartées"),
    "coordinates-not-finite": ("objet aux coordonnées infinies écarté", "objets aux coordonnées infinies écartés"),
    "coordinates-out-of-range": ("objet hors de la Terre écarté", "objets hors de la Terre écartés"),
    "nodes-missing": ("tracé incomplet raccourci", "tracés incomplets raccourcis"),
    "relations-incomplete": ("surface incomplète écartée", "surfaces incomplètes écartées"),
}


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number and its noun, as one writes it: `1 objet`, `1 482 objets`."""
    return f"{count:,}".replace(",", "\u202f") + " " + (one if count < 2 else many or f"{one}s")


def line(kind: Finding, code: str, subject: str, text_fr: str, count: int = 0) -> ReportLine:
    """One finding; its subject, a file, begins the sentence unless the sentence stands alone."""
    return ReportLine(kind=kind, code=code, subject=subject, text_fr=text_fr, count=count)


FOLDED = frozenset({"crs-unnamed", "crs-missing", "crs-wrong", "axes-swapped", "heights-dropped"})
SHOWN = 4


def folded(lines: list[ReportLine]) -> list[ReportLine]:
    """The same lines, those that say one thing of many files made one; every file stays named in the subject."""
    groups: dict[tuple[str, str], list[ReportLine]] = {}
    for each in lines:
        if each.code in FOLDED:
            said = "" if each.code == "heights-dropped" else each.text_fr.partition(" : ")[2]
            groups.setdefault((each.code, said), []).append(each)
    kept: list[ReportLine] = []
    for each in lines:
        said = "" if each.code == "heights-dropped" else each.text_fr.partition(" : ")[2]
        group = groups.get((each.code, said), [each])
        if len(group) < 3:
            kept.append(each)
        elif each is group[0]:
            kept.append(_fold(group))
    return kept


def _fold(group: list[ReportLine]) -> ReportLine:
    first, total = group[0], sum(each.count for each in group)
    said = first.text_fr.partition(" : ")[2].rstrip(".")
    if first.code == "heights-dropped":
        said = counted(total, "objet en 3D ramené à plat", "objets en 3D ramenés à plat")
    names = ", ".join(each.subject for each in group[:SHOWN]) + ("…" if len(group) > SHOWN else "")
    subject = ", ".join(each.subject for each in group)
    return line(first.kind, first.code, subject, f"{counted(len(group), 'fichier')} : {said} ({names}).", total)


def found(layers: list[LayerData]) -> list[ReportLine]:
    """One line for each layer kept."""
    return [
        line(
            "derived" if "déduit" in layer.source else "found",
            "layer-found",
            layer.name,
            f"{LAYERS[layer.name].title_fr} : {counted(len(layer), 'objet')} ({layer.source}).",
            len(layer),
        )
        for layer in layers
    ]


def missing(lost: Missing) -> ReportLine:
    """A role nobody fills."""
    return line("missing", "role-missing", lost.role, f"{lost.disables_fr[:1].upper()}{lost.disables_fr[1:]}.")


def unread(label: str, code: str) -> ReportLine:
    """A file set aside, with the reason."""
    return line("not-understood", code, label, f"{label} : {UNREAD_FR.get(code, code)}, mis de côté.")


def documents(labels: list[str]) -> ReportLine:
    """Letters and documents that lie among the data: one line for all."""
    what = counted(len(labels), "pièce jointe", "pièces jointes")
    shown = ", ".join(labels if len(labels) <= 6 else [*labels[:3], "…"])
    return line(
        "unused", "document", labels[0], f"{what} (documents, notices) : sans carte à lire ({shown}).", len(labels)
    )


def not_understood(label: str, name: str, count: int) -> ReportLine:
    """A layer read, whose role nobody could tell."""
    what = f"{label} ({name})" if name and name not in label else label
    text = f"{what} : {counted(count, 'objet lu', 'objets lus')}, rôle non reconnu, mis de côté."
    return line("not-understood", "role-unknown", label, text, count)


def guessed(label: str, layer: str, count: int) -> ReportLine:
    """A layer whose role was told by little."""
    title = LAYERS[layer].title_fr.lower()
    text = f"{label} : pris pour « {title} » sur peu d'indices ; à vérifier sur la carte."
    return line("doubtful", "role-guessed", label, text, count)


def unused(label: str, what: str, count: int) -> ReportLine:
    """A layer understood, and of no use."""
    return line("unused", "not-used", label, f"{label} : {what} ({counted(count, 'objet')}), non repris.", count)


def other_grid(grid: Grid) -> ReportLine:
    """A raster whose role nobody could tell."""
    text = f"{grid.source} : raster non reconnu, mis de côté."
    return line("not-understood", "role-unknown", grid.source, text, grid.bands)


def traps(table: Table) -> list[ReportLine]:
    """What was wrong in a layer and put right, each counted."""
    lines: list[tuple[Finding, str, int, str]] = []
    if table.doubt:
        lines.append(("doubtful", table.doubt, len(table), DOUBT_FR[table.doubt].format(crs=table.crs)))
    if table.recoded:
        what = counted(table.recoded, "texte aux accents abîmés réparé", "textes aux accents abîmés réparés")
        lines.append(("repaired", "text-recoded", table.recoded, what))
    if table.flattened:
        what = counted(table.flattened, "objet en 3D ramené à plat", "objets en 3D ramenés à plat")
        lines.append(("repaired", "heights-dropped", table.flattened, what))
    if table.empty:
        what = counted(table.empty, "objet sans position écarté", "objets sans position écartés")
        lines.append(("repaired", "empty-shapes", table.empty, what))
    for code, count in table.notes:
        one, many = NOTES_FR.get(code, (code, code))
        lines.append(("repaired", code, count, counted(count, one, many)))
    return [line(kind, code, table.source, f"{table.source} : {text}.", count) for kind, code, count, text in lines]


def repaired(label: str, count: int) -> ReportLine:
    """Invalid polygons made valid."""
    what = counted(count, "polygone invalide réparé", "polygones invalides réparés")
    return line("repaired", "polygons-repaired", label, f"{label} : {what}.", count)


def outside(label: str, count: int) -> ReportLine:
    """Objects beyond the window."""
    text = f"{label} : {counted(count, 'objet')} hors de la fenêtre du territoire, laissés de côté."
    return line("unused", "outside-window", label, text, count)


def clipped(zone: str, kept: str, before: int, after: int) -> ReportLine:
    """What the zone supplied with the data sets aside in a layer."""
    text = (
        f"{kept} : {counted(after, 'objet gardé', 'objets gardés')} dans la zone de {zone}, "
        f"{counted(before - after, 'objet écarté', 'objets écartés')}."
    )
    return line("repaired", "clipped", kept, text, before - after)


def clip_honoured(zone: str, km2: float) -> ReportLine:
    """The zone supplied with the data is followed."""
    size = f"{km2:.1f}".replace(".", ",")
    text = f"Découpe : seule la zone de {zone} est gardée ({size} km²)."
    return line("found", "clip-zone", zone, text, 1)


def terrain(label: str, grid: Terrain, unit: str) -> ReportLine:
    """The relief kept, its cell, its unit."""
    low, high = float(np.nanmin(grid.heights_m)), float(np.nanmax(grid.heights_m))
    guess = " ; valeurs lues en centimètres" if unit == "cm" else ""
    text = f"Relief : {label}, mailles de {grid.cell_m:.3g} m, de {low:.1f} à {high:.1f} m{guess}."
    return line("found", "terrain-found", label, text, 1)


def spare_terrain(label: str, kept: str) -> ReportLine:
    """A second relief, left aside."""
    return line("unused", "duplicate", label, f"Relief : {label} fait double emploi avec {kept}, laissé de côté.")


def spare_grid(label: str, what: str) -> ReportLine:
    """A second grid of the same kind, left aside."""
    return line("unused", "duplicate", label, f"{label} : une autre grille de {what} est déjà gardée, laissé de côté.")


def outside_grid(label: str) -> ReportLine:
    """A grid that lies elsewhere."""
    return line("unused", "outside-window", label, f"{label} : raster hors du territoire, laissé de côté.", 1)


def terrain_elsewhere(count: int) -> ReportLine:
    """Reliefs were given, and none serves."""
    text = f"Relief : aucune des {count} grilles fournies ne couvre le territoire ; mal placées, ou d'un autre lieu ?"
    one = "Relief : la grille fournie ne couvre pas le territoire ; mal placée, ou d'un autre lieu ?"
    return line("doubtful", "terrain-elsewhere", "terrain", one if count == 1 else text, count)


def raster(kept: RasterData) -> ReportLine:
    """A grid kept beside the relief."""
    bands = len(kept.values)
    film = f", {bands} instants" if bands > 1 else ""
    high = float(np.nanmax(kept.values))
    text = f"{kept.title_fr} : {kept.source}{film}, jusqu'à {high:.3g} {kept.unit}."
    return line("found", "raster-found", kept.source, text, bands)


def cloud(label: str, count: int, cell_m: float) -> ReportLine:
    """A point cloud made into a relief."""
    text = f"Relief : déduit de {counted(count, 'point')} du sol de {label}, mailles de {cell_m:g} m."
    return line("derived", "terrain-from-points", label, text, count)


def cloud_buildings(label: str, count: int) -> ReportLine:
    """Buildings made from a point cloud."""
    what = counted(count, "emprise déduite", "emprises déduites")
    text = f"Bâtiments : {what} des points de {label}, sans leurs angles."
    return line("derived", "buildings-from-points", label, text, count)


def series(label: str, count: int) -> ReportLine:
    """The series of a file."""
    return line("found", "series-found", label, f"{label} : {counted(count, 'chronique')} de niveau reprise.", count)


def sea(count: int) -> ReportLine:
    """The sea, worked out rather than read."""
    text = "Mer : aucune couche ne la donne ; déduite du trait de côte, des communes et du relief."
    return line("derived", "sea-derived", "sea", text, count)


def commune_from_plan(label: str) -> ReportLine:
    """A commune outline that nobody gave, worked out from the planning zones that cover it."""
    text = f"Communes : aucun contour fourni ; déduit des zones d'urbanisme de {label}, qui couvrent la commune."
    return line("derived", "commune-derived", label, text, 1)


def narrowed(label: str, kept: int, total: int) -> ReportLine:
    """Communes kept among those of a whole department: where the other layers are."""
    text = (
        f"{label} : {counted(kept, 'commune gardée', 'communes gardées')} sur {total}, là où sont les autres couches."
    )
    return line("found", "communes-narrowed", label, text, kept)


def no_rights() -> ReportLine:
    """Nobody says whose data it is."""
    text = "Aucune attribution trouvée dans le dossier : à compléter avant toute diffusion."
    return line("doubtful", "attribution-unknown", "", text)
