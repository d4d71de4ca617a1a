"""How a cell of somebody's table is read: texts, numbers, and the words of a vocabulary (lecture des valeurs)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from garance.territory.content import Value
from garance.territory.wording import fold, street_name

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


def speed(cell: Any) -> Value:
    """A speed in km/h; nothing above 200, nor at zero."""
    found = number(_digits(cell))
    return round(found) if isinstance(found, float) and 0 < found <= 200 else None


def measure(cell: Any) -> Value:
    """A positive length, height or weight, units written after it ignored; zero means that nobody measured it."""
    found = number(_digits(cell))
    return round(found, 2) if isinstance(found, float) and 0 < found < 10_000 else None


def flow(cell: Any) -> Value:
    """A flow in m³/h; zero is a dry hydrant and is kept."""
    found = number(_digits(cell))
    return round(found, 1) if isinstance(found, float) and 0 <= found < 5_000 else None


def storeys(cell: Any) -> Value:
    """Metres, from a number of storeys: 3 metres each, and the roof."""
    found = number(_digits(cell))
    return round(found * 3.0 + 1.5, 1) if isinstance(found, float) and 0 < found < 100 else None


def oneway(cell: Any) -> Value:
    """`no`, `forward` or `backward`, from BD TOPO's SENS and OSM's oneway."""
    folded = fold(str(cell)) if cell is not None else ""
    if folded in ("yes", "true", "1", "sens direct", "direct", "forward"):
        return "forward"
    if folded in ("-1", "reverse", "sens inverse", "inverse", "backward"):
        return "backward"
    return "no" if folded else None


def highway(cell: Any) -> Value:
    """Importance 1 to 5, from OSM's highway."""
    return HIGHWAY_RANKS.get(fold(str(cell)).removesuffix("_link"), 5) if cell else None


def road_number(cell: Any) -> Value:
    """A road number, `D911`; what says that the road bears none (`NC`) is nothing."""
    found = text(cell)
    return None if not isinstance(found, str) or found.upper() in ("NC", "NR", "SANS", "0") else found


def insee(cell: Any) -> Value:
    """Five characters of an INSEE code, its first zero given back when a spreadsheet took it."""
    found = text(cell)
    if not isinstance(found, str):
        return None
    found = found.removesuffix(".0").upper()
    return found.zfill(5) if found.isdecimal() and len(found) == 4 else found


def commune_of_plan(cell: Any) -> Value:
    """The commune of a planning document, from its identifier (CNIG: INSEE code, then the date of approval)."""
    found = text(cell)
    digits = found.upper().removeprefix("DU_") if isinstance(found, str) else ""
    return digits[:5] if re.match(r"(\d{2}|2[AB])\d{3}", digits) else None


def housenumber(cell: Any) -> Value:
    """A number in the street, without the decimal that a spreadsheet adds."""
    found = text(cell)
    return found.removesuffix(".0") if isinstance(found, str) else None


HIGHWAY_RANKS = {"motorway": 1, "trunk": 1, "primary": 2, "secondary": 3, "tertiary": 4}


def _digits(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    kept = cell.strip().replace(",", ".").split(" ")[0].rstrip("abcdefghijklmnopqrstuvwxyz/³")
    return kept
