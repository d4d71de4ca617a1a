"""Drawings that carry a symbol of a charter, on paper: the sign, or its line and what stands along it (SITAC)."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import shapely

from garance.domain.drawings.facts import ShapeStatus
from garance.exports.map_sheet import svg
from garance.symbols.charter import Ink, Line, Mark, Palette, State, Symbol, SymbolSet
from garance.symbols.drawing import LINE_DASHES, PLANNED_DASHES, draw, draw_marks
from garance.views.shown import ShapeShown

MM_PER_PX = 0.2
"""A symbol of 36 pixels on the screen is 7 mm wide on paper."""
MOST_MARKS = 400
"""Marks along one line at most: a longer line has them further apart."""
STATES: dict[ShapeStatus, State] = {
    ShapeStatus.PLANNED: "planned", ShapeStatus.ENGAGED: "engaged", ShapeStatus.DONE: "done",
    ShapeStatus.CANCELLED: "cancelled",
}  # fmt: skip


class Charted(msgspec.Struct, frozen=True):
    """A symbol with what it is drawn with."""

    symbol: Symbol
    palette: Palette

    @property
    def wide_mm(self) -> float:
        """Its size as a sign."""
        return self.symbol.wide_px * MM_PER_PX

    @property
    def ink(self) -> Ink:
        """Its ink on white paper."""
        return self.palette.inks[self.symbol.role]

    def sign(self, one: ShapeShown, x: float, y: float) -> str:
        """The symbol with its words, its middle there."""
        told = one.symbol
        text, turn = (told.text or "", told.rotation_deg) if told is not None else ("", 0.0)
        drawn = draw(self.symbol, palette=self.palette, state=STATES[one.state], text=text, rotation_deg=turn)
        return _placed(drawn, x, y, self.wide_mm)

    def legend(self) -> str:
        """A sample of it, in a box of 10 by 6 mm."""
        return _placed(draw(self.symbol, palette=self.palette), 5, 3, 5.6)

    def outlined(self, kind: str, cut: Any, *, planned: bool) -> str:
        """A line or a zone: its fill, its stroke, what stands along it; `cut` is the geometry on paper."""
        line = self.symbol.line or Line()
        zone = shapely.get_dimensions(cut[0]) == 2
        pieces = [self._filled(kind, cut)] if zone else []
        pieces += self._stroked(line, cut, planned=planned)
        edges = shapely.boundary(cut[0]) if zone else cut[0]
        for run in shapely.get_parts(edges):
            pieces += self._along(line, run, planned=planned, ends=not zone)
        return "".join(pieces)

    def _filled(self, kind: str, cut: Any) -> str:
        if self.symbol.fill == "none":
            return ""
        if self.symbol.fill == "tint":
            return svg.path(cut, fill=self.ink.colour, fill_opacity=0.12, stroke="none")
        pattern = svg.hatch(f"weave-{kind}", self.ink.colour, turn_deg=45, gap_mm=2.0, width_mm=0.11)
        return f"<defs>{pattern}</defs>" + svg.path(cut, fill=f"url(#weave-{kind})", stroke="none")

    def _stroked(self, line: Line, cut: Any, *, planned: bool) -> list[str]:
        if line.stroke == "none":
            return []
        width, dash = line.width_px * MM_PER_PX, (PLANNED_DASHES if planned else LINE_DASHES).get(line.stroke)
        dashes = " ".join(f"{float(part) * MM_PER_PX:g}" for part in dash.split()) if dash else None
        look: dict[str, object] = {"fill": "none", "stroke_linejoin": "round", "stroke_linecap": "round"}
        broad = width * 2.6 if line.stroke == "double" else width
        under = svg.path(cut, stroke=self.ink.colour, stroke_width=round(broad, 2), stroke_dasharray=dashes, **look)
        if line.stroke != "double":
            return [under]
        return [under, svg.path(cut, stroke=self.palette.halo, stroke_width=round(width, 2), **look)]

    def _along(self, line: Line, run: Any, *, planned: bool, ends: bool) -> list[str]:
        length = float(shapely.length(run))
        step = max(line.every_px * MM_PER_PX, length / MOST_MARKS)
        places = np.arange(step / 2, length, step) if line.along and length > 0 else np.array([])
        pieces = [self._marked(line.along, run, float(at), line, planned=planned) for at in places]
        if ends and length > 0:
            pieces += [self._marked(line.head, run, length, line, planned=planned)] * bool(line.head)
            pieces += [self._marked(line.tail, run, 0.0, line, planned=planned)] * bool(line.tail)
        return pieces

    def _marked(self, marks: tuple[Mark, ...], run: Any, at: float, line: Line, *, planned: bool) -> str:
        """Marks at that length of the line, turned as it goes there."""
        here = shapely.line_interpolate_point(run, at)
        before = shapely.line_interpolate_point(run, max(0.0, at - 0.5))
        after = shapely.line_interpolate_point(run, min(float(shapely.length(run)), at + 0.5))
        turn_deg = float(np.degrees(np.arctan2(after.y - before.y, after.x - before.x)))
        drawn = draw_marks(marks, self.ink, self.palette.halo, "planned" if planned else "engaged")
        return _placed(drawn, here.x, here.y, line.mark_px * MM_PER_PX, turn_deg)


def charted(one: ShapeShown, charters: tuple[SymbolSet, ...]) -> Charted | None:
    """The symbol of a drawing, when its charter is here and the symbol is of it."""
    if one.symbol is None:
        return None
    charter = next((each for each in charters if each.id == one.symbol.set), None)
    symbol = charter.symbol(one.symbol.id) if charter is not None else None
    return Charted(symbol, charter.palette("light")) if charter is not None and symbol is not None else None


def _placed(drawn: str, x: float, y: float, wide_mm: float, turn_deg: float = 0.0) -> str:
    """A drawing of the box of 100 by 100, that wide, its middle there."""
    turned = f" rotate({turn_deg:.1f})" if turn_deg else ""
    scaled = f"translate({x:.2f} {y:.2f}){turned} scale({wide_mm / 100:.4f}) translate(-50 -50)"
    return f'<g transform="{scaled}">{drawn}</g>'
