"""Where each French department lies, roughly: enough to say that coordinates and INSEE codes do not agree.

Boxes (west, south, east, north, degrees) around the hospitals (FINESS, by Eurostat, 2020) and the fire centres of each
department; a department reaches a little beyond its own.
"""

from __future__ import annotations

import math

from garance.territory.projection import Bounds

MARGIN_DEG = 0.35

DEPARTMENTS: dict[str, tuple[str, Bounds]] = {
    "01": ("Ain", (4.76, 45.64, 6.14, 46.46)),
    "02": ("Aisne", (3.09, 48.90, 4.19, 50.06)),
    "03": ("Allier", (2.47, 46.03, 3.75, 46.76)),
    "04": ("Alpes-de-Haute-Provence", (5.60, 43.74, 6.77, 44.40)),
    "05": ("Hautes-Alpes", (5.48, 44.30, 6.88, 45.02)),
    "06": ("Alpes-Maritimes", (6.71, 43.55, 7.62, 44.26)),
    "07": ("Ardèche", (3.95, 44.31, 4.88, 45.32)),
    "08": ("Ardennes", (4.12, 49.31, 5.26, 50.14)),
    "09": ("Ariège", (1.13, 42.72, 1.93, 43.25)),
    "10": ("Aube", (3.51, 47.97, 4.72, 48.67)),
    "11": ("Aude", (1.75, 42.82, 3.13, 43.32)),
    "12": ("Aveyron", (2.00, 43.82, 3.11, 44.80)),
    "13": ("Bouches-du-Rhône", (4.43, 43.18, 5.71, 43.88)),
    "14": ("Calvados", (-1.10, 48.83, 0.40, 49.41)),
    "15": ("Cantal", (2.19, 44.71, 3.24, 45.40)),
    "16": ("Charente", (-0.33, 45.27, 0.85, 46.03)),
    "17": ("Charente-Maritime", (-1.51, 45.16, -0.01, 46.31)),
    "18": ("Cher", (1.84, 46.43, 2.96, 47.56)),
    "19": ("Corrèze", (1.32, 44.98, 2.50, 45.71)),
    "21": ("Côte-d'Or", (4.10, 46.95, 5.42, 47.95)),
    "22": ("Côtes-d'Armor", (-3.63, 48.14, -1.95, 48.85)),
    "23": ("Creuse", (1.48, 45.70, 2.51, 46.41)),
    "24": ("Dordogne", (-0.02, 44.63, 1.28, 45.58)),
    "25": ("Doubs", (5.81, 46.71, 6.89, 47.58)),
    "26": ("Drôme", (4.70, 44.18, 5.47, 45.29)),
    "27": ("Eure", (0.35, 48.74, 1.78, 49.47)),
    "28": ("Eure-et-Loir", (0.80, 47.98, 1.93, 48.86)),
    "29": ("Finistère", (-5.09, 47.79, -3.52, 48.73)),
    "2A": ("Corse-du-Sud", (8.64, 41.41, 9.37, 42.25)),
    "2B": ("Haute-Corse", (8.65, 42.02, 9.54, 42.82)),
    "30": ("Gard", (3.58, 43.50, 4.79, 44.40)),
    "31": ("Haute-Garonne", (0.56, 42.78, 2.00, 43.87)),
    "32": ("Gers", (-0.26, 43.19, 1.08, 43.99)),
    "33": ("Gironde", (-1.23, 44.30, 0.22, 45.51)),
    "34": ("Hérault", (2.59, 43.25, 4.18, 43.93)),
    "35": ("Ille-et-Vilaine", (-2.20, 47.65, -1.04, 48.68)),
    "36": ("Indre", (0.98, 46.43, 2.07, 47.25)),
    "37": ("Indre-et-Loire", (0.13, 46.79, 1.30, 47.65)),
    "38": ("Isère", (4.79, 44.82, 6.08, 45.82)),
    "39": ("Jura", (5.33, 46.27, 6.14, 47.25)),
    "40": ("Landes", (-1.47, 43.54, 0.01, 44.48)),
    "41": ("Loir-et-Cher", (0.81, 47.26, 2.04, 48.04)),
    "42": ("Loire", (3.76, 45.27, 4.75, 46.18)),
    "43": ("Haute-Loire", (3.17, 44.77, 4.40, 45.40)),
    "44": ("Loire-Atlantique", (-2.54, 46.88, -1.03, 47.78)),
    "45": ("Loiret", (1.62, 47.57, 3.07, 48.29)),
    "46": ("Lot", (1.14, 44.27, 2.16, 44.92)),
    "47": ("Lot-et-Garonne", (0.08, 44.14, 1.00, 44.63)),
    "48": ("Lozère", (3.12, 44.17, 3.92, 44.81)),
    "49": ("Maine-et-Loire", (-1.26, 47.04, 0.16, 47.76)),
    "50": ("Manche", (-1.84, 48.50, -0.84, 49.67)),
    "51": ("Marne", (3.54, 48.58, 4.91, 49.37)),
    "52": ("Haute-Marne", (4.77, 47.77, 5.75, 48.66)),
    "53": ("Mayenne", (-1.14, 47.75, -0.10, 48.56)),
    "54": ("Meurthe-et-Moselle", (5.60, 48.44, 6.95, 49.54)),
    "55": ("Meuse", (4.99, 48.51, 5.74, 49.52)),
    "56": ("Morbihan", (-3.65, 47.35, -2.12, 48.14)),
    "57": ("Moselle", (5.96, 48.63, 7.43, 49.47)),
    "58": ("Nièvre", (2.92, 46.70, 4.15, 47.54)),
    "59": ("Nord", (2.12, 49.99, 4.15, 51.07)),
    "60": ("Oise", (1.85, 49.13, 3.08, 49.67)),
    "61": ("Orne", (-0.73, 48.22, 0.89, 48.93)),
    "62": ("Pas-de-Calais", (1.56, 50.10, 3.09, 50.95)),
    "63": ("Puy-de-Dôme", (2.47, 45.41, 3.90, 46.16)),
    "64": ("Pyrénées-Atlantiques", (-1.77, 42.87, -0.12, 43.53)),
    "65": ("Hautes-Pyrénées", (-0.21, 42.78, 0.57, 43.47)),
    "66": ("Pyrénées-Orientales", (1.83, 42.39, 3.17, 42.85)),
    "67": ("Bas-Rhin", (7.09, 48.16, 8.18, 49.04)),
    "68": ("Haut-Rhin", (6.97, 47.49, 7.56, 48.25)),
    "69": ("Rhône", (4.31, 45.46, 5.11, 46.24)),
    "70": ("Haute-Saône", (5.49, 47.29, 6.77, 47.97)),
    "71": ("Saône-et-Loire", (3.76, 46.21, 5.42, 46.96)),
    "72": ("Sarthe", (-0.31, 47.64, 0.76, 48.35)),
    "73": ("Savoie", (5.63, 45.17, 6.99, 45.81)),
    "74": ("Haute-Savoie", (5.83, 45.75, 6.86, 46.40)),
    "75": ("Paris", (2.26, 48.82, 2.41, 48.90)),
    "76": ("Seine-Maritime", (0.08, 49.27, 1.72, 50.06)),
    "77": ("Seine-et-Marne", (2.48, 48.14, 3.42, 49.04)),
    "78": ("Yvelines", (1.57, 48.52, 2.18, 49.03)),
    "79": ("Deux-Sèvres", (-0.74, 46.11, 0.11, 47.08)),
    "80": ("Somme", (1.38, 49.65, 3.13, 50.34)),
    "81": ("Tarn", (1.68, 43.45, 2.64, 44.09)),
    "82": ("Tarn-et-Garonne", (0.77, 43.84, 1.97, 44.34)),
    "83": ("Var", (5.70, 43.04, 6.83, 43.73)),
    "84": ("Vaucluse", (4.75, 43.69, 5.50, 44.38)),
    "85": ("Vendée", (-2.36, 46.32, -0.58, 47.05)),
    "86": ("Vienne", (-0.00, 46.12, 1.04, 47.06)),
    "87": ("Haute-Vienne", (0.84, 45.51, 1.83, 46.33)),
    "88": ("Vosges", (5.58, 47.88, 7.02, 48.41)),
    "89": ("Yonne", (2.95, 47.46, 4.23, 48.34)),
    "90": ("Territoire de Belfort", (6.83, 47.49, 7.00, 47.74)),
    "91": ("Essonne", (2.00, 48.31, 2.56, 48.75)),
    "92": ("Hauts-de-Seine", (2.17, 48.74, 2.33, 48.93)),
    "93": ("Seine-Saint-Denis", (2.32, 48.84, 2.57, 48.97)),
    "94": ("Val-de-Marne", (2.34, 48.71, 2.58, 48.85)),
    "95": ("Val-d'Oise", (1.62, 48.92, 2.52, 49.15)),
    "971": ("Guadeloupe", (-61.79, 15.85, -61.10, 16.33)),
    "972": ("Martinique", (-61.18, 14.47, -60.87, 14.87)),
    "973": ("Guyane", (-54.60, 2.10, -51.60, 5.80)),
    "974": ("La Réunion", (55.27, -21.38, 55.80, -20.88)),
    "976": ("Mayotte", (45.00, -13.02, 45.31, -12.63)),
}


def department_of(insee_code: str) -> str | None:
    """The department of a commune code (`17299` gives `17`, `2A004` gives `2A`, `97411` gives `974`), if it is one."""
    code = insee_code.strip().upper()
    found = code[:3] if code.startswith("97") else code[:2]
    return found if len(code) == 5 and found in DEPARTMENTS else None


def away_km(department: str, lon_deg: float, lat_deg: float) -> float:
    """How far a place lies outside the department's box and its margin, in kilometres; 0 inside."""
    west, south, east, north = DEPARTMENTS[department][1]
    across = max(west - MARGIN_DEG - lon_deg, 0.0, lon_deg - east - MARGIN_DEG)
    along = max(south - MARGIN_DEG - lat_deg, 0.0, lat_deg - north - MARGIN_DEG)
    return math.hypot(across * 111.32 * math.cos(math.radians(lat_deg)), along * 111.32)
