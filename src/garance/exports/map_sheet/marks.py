"""What was drawn and placed, on paper: shapes by kind, units by state, gauges with what they last said."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from shapely.geometry import shape as shapely_shape

from garance.domain.drawings.facts import ShapeStatus
from garance.domain.observations.facts import SeriesKind
from garance.domain.resources.facts import ResourceStatus
from garance.exports.map_sheet import svg
from garance.exports.map_sheet.charted import Charted, charted
from garance.exports.map_sheet.framing import Frame
from garance.exports.map_sheet.ground import Drawn
from garance.exports.map_sheet.names import Room
from garance.exports.words import Voice
from garance.ports.export import Reading
from garance.symbols.charter import SymbolSet
from garance.views.shown import ResourceShown, SeriesShown, ShapeShown

SIGN_MM = 4.6
UNIT_MM = 4.6
UNIT_LETTERS = 13
NAME_MM = 2.5
FRAMES = {
    "square": "M.8.8h10.4v10.4H.8Z",
    "circle": "M6 11.3A5.3 5.3 0 1 0 6 .7a5.3 5.3 0 0 0 0 10.6Z",
    "bare": "",
}
FOLLOWED = frozenset({"incident", "outage", "shelter-zone"})
"""Kinds that are of the boards and of no drawing."""
COMING = {ResourceStatus.REQUESTED, ResourceStatus.VALIDATED, ResourceStatus.IN_TRANSIT}
"""Not there yet: drawn in dashes (SITAC: planned)."""
UNIT_COLOURS = {"fire-engine": "#c62828", "pump": "#1e5bd6", "rescue-boat": "#1e5bd6", "ambulance": "#1b7f3b",
                "command-car": "#7b1fa2"}  # fmt: skip


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one kind of drawing looks."""

    colour: str
    frame: str
    path: str
    full: bool = False
    weave_deg: float | None = None


@functools.cache
def signs() -> Mapping[str, Sign]:
    """Every sign, by kind."""
    found = tomllib.loads((Path(__file__).parent / "signs.toml").read_text("utf-8"))
    return msgspec.convert(found, dict[str, Sign])


def sign_of(kind: str) -> Sign:
    """The sign of that kind; a plain square for one made by a later version."""
    return signs().get(kind, signs()["other"])


class Marks:
    """Draws what the picture holds in one frame, and takes room for it among the names."""

    def __init__(self, frame: Frame, voice: Voice, room: Room, charters: tuple[SymbolSet, ...] = ()) -> None:
        self._charters = charters
        self._frame = frame
        self._voice = voice
        self._room = room
        self.flat = Drawn()
        """Zones and lines."""
        self.signs = Drawn()
        """What stands on them."""
        self._leads: list[str] = []
        self._names: list[tuple[str, float, float, float]] = []

    def shapes(self, shapes: Iterable[ShapeShown]) -> None:
        """Zones first, then lines, then signs: none is hidden by a larger one."""
        for one in sorted(shapes, key=lambda one: ("Polygon", "LineString", "Point").index(_kind_of(one.geometry))):
            self._shape(one)

    def _shape(self, one: ShapeShown) -> None:
        sign, symbol = sign_of(one.kind), charted(one, self._charters)
        key = f"legend.{one.kind}" if one.kind in FOLLOWED else f"shape-kind.{one.kind}"
        at = self._frame.on_paper(np.array([shapely_shape(msgspec.to_builtins(one.geometry))], dtype=object))[0]
        cut = svg.clipped(np.array([at], dtype=object), self._frame.room.window_mm, margin_mm=4.0)
        if shapely.is_empty(cut[0]):
            return
        planned = one.state is ShapeStatus.PLANNED
        if symbol is not None:
            self._symbol(one, symbol, at, cut, planned=planned)
            return
        if at.geom_type == "Point":
            x, y = self._room.near(at.x, at.y, SIGN_MM, SIGN_MM)
            self._leads.append(_led((at.x, at.y), (x, y)))
            self.signs.add(key, sign_mark(sign, x, y, planned=planned), sign_mark(sign, 5, 3, planned=False))
            self._names.append((one.name, x, y, SIGN_MM / 2 + 0.8))
            return
        self.flat.add(key, _outlined(sign, one.kind, cut, planned), _legend_of(sign, one.kind, at.geom_type))
        self._name_in(one.name, at, cut)

    def _symbol(self, one: ShapeShown, symbol: Charted, at: Any, cut: Any, *, planned: bool) -> None:
        """A drawing that carries a symbol of a charter: the sign, or its line and what stands along it."""
        name = symbol.symbol.name
        key = f"symbol.{name.fr if self._voice.language == 'fr' else name.en}"
        if at.geom_type != "Point":
            self.flat.add(key, symbol.outlined(f"{symbol.symbol.id}", cut, planned=planned), symbol.legend())
            self._name_in(one.symbol.text if one.symbol is not None and one.symbol.text else one.name, at, cut)
            return
        x, y = self._room.near(at.x, at.y, symbol.wide_mm, symbol.wide_mm)
        self._leads.append(_led((at.x, at.y), (x, y)))
        self.signs.add(key, symbol.sign(one, x, y), symbol.legend())
        if one.symbol is None or one.symbol.text != one.name:
            self._names.append((one.name, x, y, symbol.wide_mm / 2 + 0.8))

    def _name_in(self, name: str, at: Any, cut: Any) -> None:
        """A name in the middle of a zone or of a line."""
        middle = shapely.point_on_surface(cut[0]) if at.geom_type == "Polygon" else _middle_of(cut[0])
        self._names.append((name, float(middle.x), float(middle.y), 0.0))

    def units(self, units: Iterable[ResourceShown]) -> None:
        """Units that were placed, each with its name in its sign: those at one place stand around it, led to it."""
        for one in units:
            if one.geometry is None:
                continue
            place = self._frame.point(*one.geometry.coordinates)
            if not self._frame.shows(place):
                continue
            name, colour = _short(one.name), UNIT_COLOURS.get(one.kind, "#111")
            coming, gone = one.state in COMING, one.state is ResourceStatus.OUT_OF_SERVICE
            x, y = self._room.near(*place, unit_width(name), UNIT_MM)
            piece = unit_mark(name, colour, x, y, dashed=coming, crossed=gone)
            known = f"resource-kind.{one.kind}" in self._voice.words
            key = f"resource-kind.{one.kind if known else 'other'}"
            self._leads.append(_led(place, (x, y)))
            self.signs.add(key, piece, unit_mark("", colour, 5, 3, dashed=False))
            if coming:
                self.signs.legend.setdefault("unit-coming", unit_mark("", "#111", 5, 3, dashed=True))

    def gauges(self, series: Iterable[SeriesShown], readings: Mapping[str, Reading]) -> None:
        """Gauges that stand somewhere, with what they said last before the moment shown."""
        for one in series:
            if one.geometry is None or one.kind is SeriesKind.POSITION:
                continue
            x, y = self._frame.point(*one.geometry.coordinates)
            if not self._frame.shows((x, y)):
                continue
            x, y = self._room.near(x, y, 3.6, 3.6)
            self.signs.add("gauge", gauge_mark(x, y), gauge_mark(5, 3))
            said = readings.get(one.id)
            value = f" {self._voice.number(said.value, 2)} {one.unit} ({self._voice.time(said.at)})" if said else ""
            self._names.append((f"{one.name}{value}", x, y, 2.6))

    def pieces(self) -> list[str]:
        """All of it from below: zones, lines, what leads to signs, signs."""
        return [*self.flat.pieces, *self._leads, *self.signs.pieces]

    def legend(self) -> dict[str, str]:
        """What the legend must say of it."""
        return {**self.flat.legend, **self.signs.legend}

    def named(self) -> list[str]:
        """The names of all that was drawn, once every sign has its room."""
        return [
            self._room.beside(name, x, y, away, NAME_MM, font_weight="bold", fill="#111")
            if away
            else self._room.middle(name, x, y, NAME_MM, font_weight="bold", fill="#111")
            for name, x, y, away in self._names
        ]


def _kind_of(geometry: Any) -> str:
    return type(geometry).__name__


def _middle_of(line: Any) -> Any:
    longest = max(shapely.get_parts(line), key=shapely.length)
    return shapely.line_interpolate_point(longest, 0.5, normalized=True)


def _outlined(sign: Sign, kind: str, cut: Any, planned: bool) -> str:
    """A zone or a line: dashed when planned, its own hatching when it is a zone."""
    dashes = "2.4 1.2" if planned else None
    look: dict[str, object] = {"stroke": sign.colour, "stroke_dasharray": dashes, "stroke_linejoin": "round"}
    if shapely.get_dimensions(cut[0]) == 1:
        return svg.path(cut, fill="none", stroke_width=0.9, **look)
    if sign.weave_deg is None:
        return svg.path(cut, fill=sign.colour, fill_opacity=0.07, stroke_width=0.7, **look)
    pattern = svg.hatch(f"weave-{kind}", sign.colour, turn_deg=sign.weave_deg, gap_mm=2.0, width_mm=0.11)
    return f"<defs>{pattern}</defs>" + svg.path(cut, fill=f"url(#weave-{kind})", stroke_width=0.7, **look)


def _legend_of(sign: Sign, kind: str, geometry: str) -> str:
    if geometry != "Polygon":
        return f'<path d="M0.5 3H9.5" stroke="{sign.colour}" stroke-width="0.9"/>'
    return _outlined(sign, kind, np.array([shapely.box(1, 1, 9, 5)], dtype=object), False)


def sign_mark(sign: Sign, x: float, y: float, *, planned: bool) -> str:
    """The sign of a kind of drawing, on white, its middle there; its frame dashed when it is only planned."""
    scale = SIGN_MM / 12
    frame, dashes = FRAMES.get(sign.frame, ""), "2 1.2" if planned else None
    under = frame or sign.path
    fill = sign.colour if sign.full and not planned else "#fff"
    return (
        f'<g transform="translate({x - SIGN_MM / 2:.2f} {y - SIGN_MM / 2:.2f}) scale({scale:.4f})">'
        f'<path d="{under}"{svg.attributes(fill=fill, stroke="#fff", stroke_width=2.6)}/>'
        f'<path d="{under}"{svg.attributes(fill=fill, stroke=sign.colour, stroke_width=1.2, stroke_dasharray=dashes)}/>'
        + (f'<path d="{sign.path}" fill="none" stroke="{sign.colour}" stroke-width="1.2"/>' if frame else "")
        + "</g>"
    )


def unit_width(name: str) -> float:
    """How wide the sign of that name is."""
    return max(8.0, len(name) * 1.22 + 1.8)


def _short(name: str) -> str:
    """A name as its sign can hold it: without what is said in brackets after it."""
    plain = name.partition(" (")[0]
    return plain if len(plain) <= UNIT_LETTERS else f"{plain[: UNIT_LETTERS - 1].rstrip()}…"


def _led(place: tuple[float, float], sign: tuple[float, float]) -> str:
    """A thin line from where a thing is to its sign, when the sign had to give way."""
    if place == sign:
        return ""
    (x, y), (to_x, to_y) = place, sign
    return (
        f'<path d="M{x:.2f} {y:.2f}L{to_x:.2f} {to_y:.2f}" stroke="#111" stroke-width="0.2"/>'
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.5" fill="#111"/>'
    )


def unit_mark(name: str, colour: str, x: float, y: float, *, dashed: bool, crossed: bool = False) -> str:
    """A vehicle: rounded rectangle, one tick above (SITAC); dashed when it is still coming, crossed when out of use."""
    width, tall = unit_width(name), UNIT_MM - 1.0
    left, top = x - width / 2, y - UNIT_MM / 2 + 0.9
    dashes = "1 0.6" if dashed else None
    box = svg.attributes(
        x=f"{left:.2f}", y=f"{top:.2f}", width=f"{width:.2f}", height=tall, rx=0.9, fill="#fff", stroke=colour,
        stroke_width=0.45, stroke_dasharray=dashes,
    )  # fmt: skip
    tick = f'<path d="M{x:.2f} {top:.2f}v-0.8" stroke="{colour}" stroke-width="0.45"/>'
    word = svg.words(name, x, top + tall / 2, 2.2, font_weight="bold", fill=colour) if name else ""
    slant = f'<path d="M{left:.2f} {top:.2f}l{width:.2f} {tall:g}" stroke="{colour}" stroke-width="0.4"/>'
    return f"<rect{box}/>{tick}{word}{slant if crossed else ''}"


def gauge_mark(x: float, y: float) -> str:
    """A gauge: a staff in a circle."""
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.8" fill="#fff" stroke="#1e5bd6" stroke-width="0.4"/>'
        f'<path d="M{x:.2f} {y - 1.2:.2f}v2.4M{x:.2f} {y - 0.6:.2f}h0.9M{x:.2f} {y + 0.2:.2f}h0.9" fill="none"'
        ' stroke="#1e5bd6" stroke-width="0.3"/>'
    )
