"""The import's report, in plain French for the person and with codes for the machine (compte rendu d'import)."""

from __future__ import annotations

import numpy as np

from garance.territory.content import LayerData
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
GRID_FR = {
    "roughness": "raster de rugosité reconnu, pas encore utilisé",
    "water-depths": "raster de hauteurs d'eau reconnu, pas encore utilisé",
}


def found(layers: list[LayerData]) -> list[ReportLine]:
    """One line for each layer kept."""
    return [
        ReportLine(
            kind="derived" if layer.name == "sea" else "found",
            code="layer-found",
            subject=layer.name,
            text_fr=f"{LAYERS[layer.name].title_fr} : {len(layer)} objets ({layer.source}).",
            count=len(layer),
        )
        for layer in layers
    ]


def missing(lost: Missing) -> ReportLine:
    """A role nobody fills."""
    return ReportLine(kind="missing", code="role-missing", subject=lost.role, text_fr=f"Manque : {lost.disables_fr}.")


def unread(label: str, code: str) -> ReportLine:
    """A file set aside, with the reason."""
    reason = UNREAD_FR.get(code, code)
    return ReportLine(kind="not-understood", code=code, subject=label, text_fr=f"{label} : {reason}, mis de côté.")


def not_understood(label: str, count: int) -> ReportLine:
    """A layer read, whose role nobody could tell."""
    return ReportLine(
        kind="not-understood",
        code="role-unknown",
        subject=label,
        count=count,
        text_fr=f"{label} : {count} objets lus, rôle non reconnu, mis de côté.",
    )


def unused(label: str, what: str, count: int) -> ReportLine:
    """A layer understood, and of no use yet."""
    return ReportLine(
        kind="unused",
        code="not-used-yet",
        subject=label,
        count=count,
        text_fr=f"{label} : {what} ({count} objets), reconnu mais pas encore utilisé.",
    )


def other_grid(grid: Grid, role: str) -> ReportLine:
    """A raster that is no terrain."""
    if role:
        return ReportLine(
            kind="unused",
            code="not-used-yet",
            subject=grid.source,
            text_fr=f"{grid.source} : {GRID_FR[role]}.",
            count=grid.bands,
        )
    return ReportLine(
        kind="not-understood",
        code="role-unknown",
        subject=grid.source,
        text_fr=f"{grid.source} : raster non reconnu, mis de côté.",
        count=grid.bands,
    )


def traps(table: Table) -> list[ReportLine]:
    """What was wrong in a layer and put right, each counted."""
    lines: list[tuple[Finding, str, int, str]] = []
    if table.doubt:
        lines.append(("doubtful", table.doubt, len(table), DOUBT_FR[table.doubt].format(crs=table.crs)))
    if table.recoded:
        lines.append(("repaired", "text-recoded", table.recoded, f"{table.recoded} textes aux accents abîmés réparés"))
    if table.flattened:
        lines.append(("repaired", "heights-dropped", table.flattened, f"{table.flattened} objets en 3D ramenés à plat"))
    if table.empty:
        lines.append(("repaired", "empty-shapes", table.empty, f"{table.empty} objets sans position écartés"))
    source = table.source
    return [
        ReportLine(kind=kind, code=code, subject=source, count=count, text_fr=f"{source} : {text}.")
        for kind, code, count, text in lines
    ]


def repaired(label: str, count: int) -> ReportLine:
    """Invalid polygons made valid."""
    return ReportLine(
        kind="repaired",
        code="polygons-repaired",
        subject=label,
        count=count,
        text_fr=f"{label} : {count} polygones invalides réparés.",
    )


def outside(label: str, count: int) -> ReportLine:
    """Objects beyond the window."""
    return ReportLine(
        kind="unused",
        code="outside-window",
        subject=label,
        count=count,
        text_fr=f"{label} : {count} objets hors de la fenêtre du territoire, laissés de côté.",
    )


def terrain(label: str, grid: Terrain, unit: str) -> ReportLine:
    """The relief kept, its cell, its unit."""
    low, high = float(np.nanmin(grid.heights_m)), float(np.nanmax(grid.heights_m))
    guess = " ; valeurs lues en centimètres" if unit == "cm" else ""
    return ReportLine(
        kind="found",
        code="terrain-found",
        subject=label,
        count=1,
        text_fr=f"Relief : {label}, mailles de {grid.cell_m:g} m, de {low:.1f} à {high:.1f} m{guess}.",
    )


def spare_terrain(label: str, kept: str) -> ReportLine:
    """A second relief, left aside."""
    return ReportLine(
        kind="unused",
        code="duplicate",
        subject=label,
        text_fr=f"Relief : {label} fait double emploi avec {kept}, laissé de côté.",
    )


def sea(count: int) -> ReportLine:
    """The sea, worked out rather than read."""
    return ReportLine(
        kind="derived",
        code="sea-derived",
        subject="sea",
        count=count,
        text_fr="Mer : aucune couche ne la donne ; déduite de ce qui n'est d'aucune commune et bas.",
    )


def no_rights() -> ReportLine:
    """Nobody says whose data it is."""
    return ReportLine(
        kind="doubtful",
        code="attribution-unknown",
        subject="",
        text_fr="Aucune attribution trouvée dans le dossier : à compléter avant toute diffusion.",
    )
