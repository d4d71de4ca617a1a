"""A little SVG: paths from shapes, words with a halo. Millimetres; whatever a person wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

FONT = "Atkinson Hyperlegible Next"
FINE_MM = 0.06
"""Bends finer than this are not seen on paper."""


def attributes(**said: object) -> str:
    """` name="value"` for each that is not None; `_` stands for `-`."""
    kept = {name.replace("_", "-"): value for name, value in said.items() if value is not None}
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in kept.items())


def path(shapes: Any, **look: object) -> str:
    """One path for all these shapes (polygons, lines); nothing when nothing is left of them."""
    drawn = outline(shapes)
    return f"<path d={quoteattr(drawn)}{attributes(**look)}/>" if drawn else ""


def outline(shapes: Any) -> str:
    """The `d` of a path for these shapes: polygons closed, lines open."""
    parts = shapely.get_parts(np.atleast_1d(np.asarray(shapes, dtype=object)))
    parts = shapely.get_parts(parts)
    kinds = shapely.get_type_id(parts)
    rings = shapely.get_rings(parts[kinds == 3])
    lines = parts[(kinds == 1) | (kinds == 2)]
    return "".join([_run(rings, "Z"), _run(lines, "")])


def _run(lines: Any, end: str) -> str:
    coordinates, owners = shapely.get_coordinates(lines, return_index=True)
    if not len(coordinates):
        return ""
    words = [f"{x:g},{y:g}" for x, y in np.round(coordinates, 2)]
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    stops = np.append(starts[1:], len(words))
    return "".join(f"M{' '.join(words[a:b])}{end}" for a, b in zip(starts, stops, strict=True))


def clipped(shapes: Any, window_mm: tuple[float, float], margin_mm: float = 2.0) -> Any:
    """These shapes cut to the window and a little more, without the bends that paper does not show."""
    width, height = window_mm
    cut = shapely.clip_by_rect(shapes, -margin_mm, -margin_mm, width + margin_mm, height + margin_mm)
    return shapely.simplify(cut, FINE_MM, preserve_topology=False)


def words(
    text: str, x: float, y: float, size_mm: float, *, halo_mm: float = 0.0, anchor: str = "middle", **look: object
) -> str:
    """A word, its middle (or its start) at that place; a white halo keeps it readable over lines."""
    halo: dict[str, object] = {}
    if halo_mm:
        halo = {"stroke": "#fff", "stroke_width": halo_mm, "stroke_linejoin": "round", "paint_order": "stroke"}
    place = {"x": f"{x:.2f}", "y": f"{y + size_mm * 0.34:.2f}", "font_size": f"{size_mm:g}", "text_anchor": anchor}
    return f"<text{attributes(**place, **halo, **look)}>{escape(text)}</text>"


def group(pieces: Iterable[str], **look: object) -> str:
    """These pieces under one look; nothing when there is none."""
    inside = "".join(pieces)
    return f"<g{attributes(**look)}>{inside}</g>" if inside else ""


def picture(width_mm: float, height_mm: float, body: str, view: str | None = None) -> str:
    """A whole drawing of that size."""
    box = view or f"0 0 {width_mm:g} {height_mm:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm:g}mm" height="{height_mm:g}mm" viewBox="{box}"'
        f' font-family="{FONT}">{body}</svg>'
    )


def hatch(name: str, colour: str, *, turn_deg: float, gap_mm: float = 1.6, width_mm: float = 0.25) -> str:
    """A pattern of parallel lines, to fill with `url(#name)`: zones stay apart on a grey printer."""
    return (
        f'<pattern id="{name}" width="{gap_mm:g}" height="{gap_mm:g}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate({turn_deg:g})"><path d="M0 0V{gap_mm:g}" stroke="{colour}"'
        f' stroke-width="{2 * width_mm:g}"/></pattern>'
    )
