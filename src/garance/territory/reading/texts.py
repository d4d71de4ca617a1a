"""Texts as they come: encoded twice, read in the wrong table of letters, kept a thousand times over."""

from __future__ import annotations

from typing import Any

import numpy as np

from garance.territory.wording import repair_text

MAX_KEPT = 50_000
"""Beyond so many different texts in a column, keeping them apart costs more than it spares."""


def repair_cells(cells: Any) -> tuple[Any, int]:
    """The column with its damaged accents put right, equal texts kept once; and how many cells were put right."""
    repaired: dict[str, str] = {}
    changed = 0
    result = np.empty(len(cells), dtype=object)
    for index, cell in enumerate(cells.tolist()):
        if not isinstance(cell, str):
            result[index] = cell
            continue
        kept = repaired.get(cell)
        if kept is None:
            kept = repair_text(cell)
            if len(repaired) < MAX_KEPT:
                repaired[cell] = kept
        changed += kept != cell
        result[index] = kept
    return result, changed


def decode(raw: bytes) -> str:
    """A text file in UTF-8, UTF-16 (by its mark or its zeros), or the Windows letters of Western Europe."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    zeros = raw[:2000]
    if zeros and zeros[1::2].count(0) > len(zeros) // 4:
        return raw.decode("utf-16-le", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
