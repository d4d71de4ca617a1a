"""The ground for paper: water, woods, roads by class, buildings, defences, risk zones hatched; sober, safe in grey."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from PIL import Image

from garance.exports.map_sheet import svg
from garance.exports.map_sheet.framing import Frame
from garance.exports.map_sheet.names import Room
from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project, transformer
from garance.territory.questions.rows import Rows
from garance.territory.roles import Role

WATER, WATER_LINE = "#d9e8f3", "#4f81ad"
COVER = {
    "forest": ("#e2ecd8", "cover-forest"),
    "urban": ("#efedea", "cover-urban"),
    "industrial": ("#e7e3e6", "cover-urban"),
}
ROADS: dict[str, tuple[float, float, str, int]] = {
    "path": (0.0, 0.22, "#555", 12_500),
    "minor": (0.75, 0.5, "#fff", 40_000),
    "middle": (1.0, 0.7, "#fff3c4", 150_000),
    "major": (1.35, 1.0, "#f3b79a", 2_000_001),
}
"""Of each class, from below: width of the dark line and of the light one over it (mm), and the scale it is left at."""
RISKS = {"red": ("#b3261e", 45.0), "orange": ("#b35c00", 20.0), "blue": ("#1e5bd6", -45.0), "green": ("#1b7f3b", 90.0)}
"""Colour, and slope of the hatching, by zone of the plan: two zones differ by their lines too."""
SITES = {
    "hospital": "H", "health-centre": "S", "care-home": "R", "school": "E", "nursery": "N", "town-hall": "M",
    "prefecture": "P", "fire-station": "F", "police": "G", "community-hall": "A", "sports-hall": "T", "seveso": "I",
    "station": "V", "port": "B", "airport": "L",
}  # fmt: skip
"""The sites that an operation looks for, each by a letter."""
SITES_UNTIL, BUILDINGS_UNTIL, NAMES_UNTIL = 60_000, 26_000, 15_000
MOST_NAMES = 1_500
SHADE_MM = 0.8
"""Size of a cell of the hill shade on paper."""


@dataclass
class Drawn:
    """Pieces of the map from below, and what the legend must say of them: words' key and a small drawing."""

    pieces: list[str] = field(default_factory=list)
    legend: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, piece: str, swatch: str) -> None:
        """One kind of thing, when there is any on the sheet."""
        if piece:
            self.pieces.append(piece)
            self.legend.setdefault(key, swatch)


class Ground:
    """What a territory shows in one frame."""

    def __init__(self, pack: Pack, frame: Frame) -> None:
        self._pack = pack
        self._frame = frame
        self._area = project(frame.area, WGS84, pack.manifest.metric_crs)
        self._window = frame.room.window_mm

    def draw(self, *, risks: bool, relief: bool) -> Drawn:
        """Everything but names, from below."""
        drawn = Drawn()
        self._cover(drawn)
        if relief:
            drawn.add("relief", self._shade(), _patch("#bbb"))
        self._water(drawn)
        if self._frame.scale <= BUILDINGS_UNTIL:
            shapes, _ = self._shapes(Role.BUILDINGS)
            drawn.add("buildings", svg.path(shapes, fill="#bdb6ac"), _patch("#bdb6ac"))
        self._lines(drawn)
        self._roads(drawn)
        if risks:
            self._risks(drawn)
        self._sites(drawn)
        return drawn

    def _shapes(self, role: Role, layer: str | None = None) -> tuple[Any, Any]:
        """The shapes of that role that the window cuts, on paper, and their rows."""
        rows: Rows = self._pack.rows(role)
        found = rows.touching(self._area)
        if layer is not None:
            found = np.intersect1d(found, rows.of_layer(layer))
        cut = svg.clipped(self._frame.on_paper(rows.shapes[found]), self._window) if len(found) else found
        kept = ~shapely.is_empty(cut) if len(found) else np.zeros(0, dtype=bool)
        return cut[kept], found[kept]

    def _column(self, role: Role, name: str, rows: Any) -> Any:
        return self._pack.rows(role).column(name)[rows]

    def _cover(self, drawn: Drawn) -> None:
        shapes, rows = self._shapes(Role.LAND_USE, "land-cover")
        kinds = self._column(Role.LAND_USE, "kind", rows)
        for kind, (colour, key) in COVER.items():
            drawn.add(key, svg.path(shapes[kinds == kind], fill=colour), _patch(colour))

    def _water(self, drawn: Drawn) -> None:
        shapes, _ = self._shapes(Role.WATER)
        flat = shapely.get_dimensions(shapes) == 2
        look = {"fill": WATER, "stroke": WATER_LINE, "stroke_width": 0.12}
        drawn.add("water", svg.path(shapes[flat], **look), _patch(WATER, WATER_LINE))
        lines = svg.path(shapes[~flat], fill="none", stroke=WATER_LINE, stroke_width=0.3)
        drawn.add("water", lines, _patch(WATER, WATER_LINE))

    def _lines(self, drawn: Drawn) -> None:
        coast, _ = self._shapes(Role.COAST)
        drawn.add("coast", svg.path(coast, fill="none", stroke="#2d5273", stroke_width=0.3), _stroke("#2d5273", 0.3))
        rail, _ = self._shapes(Role.RAILWAYS)
        solid = svg.path(rail, fill="none", stroke="#333", stroke_width=0.35)
        ties = svg.path(rail, fill="none", stroke="#333", stroke_width=1.0, stroke_dasharray="0.25 1.75")
        drawn.add("railways", solid + ties, _stroke("#333", 0.35) + _stroke("#333", 1.0, "0.25 1.75"))
        walls, _ = self._shapes(Role.DEFENCES)
        crest = svg.path(walls, fill="none", stroke="#6b4a1f", stroke_width=0.45)
        teeth = svg.path(walls, fill="none", stroke="#6b4a1f", stroke_width=1.3, stroke_dasharray="0.3 1")
        drawn.add("defences", crest + teeth, _stroke("#6b4a1f", 0.45) + _stroke("#6b4a1f", 1.3, "0.3 1"))
        communes, _ = self._shapes(Role.COMMUNES)
        edges = svg.path(shapely.boundary(communes), fill="none", stroke="#666", stroke_width=0.3,
                         stroke_dasharray="3 0.8 0.5 0.8")  # fmt: skip
        drawn.add("communes", edges, _stroke("#666", 0.3, "3 0.8 0.5 0.8"))

    def _roads(self, drawn: Drawn) -> None:
        shapes, rows = self._shapes(Role.ROADS)
        classes = self.classes(rows)
        thin = 1.0 if self._frame.scale <= 30_000 else 0.6
        shown = {name: shapes[classes == name] for name, road in ROADS.items() if self._frame.scale <= road[3]}
        for name, lines in shown.items():
            dark, light, _, _ = ROADS[name]
            look: dict[str, object] = {"fill": "none", "stroke": "#5a5550", "stroke_linejoin": "round"}
            if name == "path":
                drawn.add("road-path", svg.path(lines, **look, stroke_width=light, stroke_dasharray="0.9 0.5"),
                          _stroke("#555", light, "0.9 0.5"))  # fmt: skip
            else:
                drawn.pieces.append(svg.path(lines, **look, stroke_width=dark * thin, stroke_linecap="round"))
        for name, lines in shown.items():
            dark, light, colour, _ = ROADS[name]
            if name != "path":
                over = svg.path(lines, fill="none", stroke=colour, stroke_width=light * thin, stroke_linecap="round",
                                stroke_linejoin="round")  # fmt: skip
                drawn.add(f"road-{name}", over, _stroke("#5a5550", dark) + _stroke(colour, light))

    def classes(self, rows: Any) -> Any:
        """The class of each road: `major`, `middle`, `minor` or `path`."""
        ranks, kinds = self._column(Role.ROADS, "importance", rows), self._column(Role.ROADS, "kind", rows)
        return np.array([_class_of(rank, kind) for rank, kind in zip(ranks, kinds, strict=True)], dtype=object)

    def _risks(self, drawn: Drawn) -> None:
        shapes, rows = self._shapes(Role.RISK_ZONES)
        kinds = self._column(Role.RISK_ZONES, "kind", rows)
        for kind, (colour, turn) in RISKS.items():
            look = {"fill": f"url(#risk-{kind})", "stroke": colour, "stroke_width": 0.25, "stroke_dasharray": "1.2 0.5"}
            here = svg.path(shapes[kinds == kind], **look)
            pattern = svg.hatch(f"risk-{kind}", colour, turn_deg=turn, gap_mm=2.2, width_mm=0.09)
            drawn.add(f"risk-{kind}", f"<defs>{pattern}</defs>{here}" if here else "",
                      f"<defs>{pattern}</defs>{_patch(f'url(#risk-{kind})', colour)}")  # fmt: skip

    def _sites(self, drawn: Drawn) -> None:
        if self._frame.scale > SITES_UNTIL:
            return
        shapes, rows = self._shapes(Role.SITES)
        kinds = self._column(Role.SITES, "kind", rows)
        for shape, kind in zip(shapes, kinds, strict=True):
            letter = SITES.get(kind)
            if letter is not None and self._frame.shows((shape.x, shape.y)):
                drawn.add(f"site-{kind}", site_mark(letter, shape.x, shape.y), site_mark(letter, 5, 3))

    def _shade(self) -> str:
        """The hill shade, lit from north-west, as a grey picture under the rest; nothing without terrain."""
        width, height = self._window
        columns, rows = (max(2, min(900, round(side / SHADE_MM))) for side in self._window)
        west, south, east, north = self._frame.bounds
        x, y = np.meshgrid(np.linspace(west, east, columns), np.linspace(north, south, rows))
        lon, lat = transformer(self._frame.crs, WGS84).transform(x.ravel(), y.ravel())
        heights = self._pack.elevations_m(lon, lat).reshape(rows, columns)
        if not np.isfinite(heights).any():
            return ""
        heights = np.where(np.isfinite(heights), heights, 0.0)
        down, right = np.gradient(heights, (north - south) / rows, (east - west) / columns)
        lit = (1 + 2.5 * (right + down) / np.sqrt(1 + 2 * (right**2 + down**2))).clip(0, 1.4)
        alpha = (np.abs(1 - lit.clip(0, 1)) * 150).clip(0, 150).astype("uint8")
        grey = np.dstack([np.full_like(alpha, 60)] * 3 + [alpha])
        stream = io.BytesIO()
        Image.fromarray(grey, "RGBA").save(stream, "PNG")
        coded = base64.b64encode(stream.getvalue()).decode("ascii")
        size = svg.attributes(width=f"{width:g}", height=f"{height:g}", preserveAspectRatio="none")
        return f'<image{size} href="data:image/png;base64,{coded}"/>'

    # -- names ----------------------------------------------------------------------------------------------------

    def names(self, room: Room) -> list[str]:
        """Names of communes, waters, places and roads, the most important first."""
        written = [self._points(room, layer, size, look) for layer, size, look in (
            ("commune-labels", 3.4, {"font_weight": "bold", "fill": "#333"}),
            ("water-labels", 2.5, {"font_style": "italic", "fill": "#2d5273"}),
            ("place-labels", 2.3, {"fill": "#444"}),
        )]  # fmt: skip
        if self._frame.scale <= NAMES_UNTIL * 3:
            written.append(self._road_names(room))
        return [piece for pieces in written for piece in pieces]

    def _points(self, room: Room, layer: str, size_mm: float, look: Mapping[str, str]) -> list[str]:
        shapes, rows = self._shapes(Role.NAMES, layer)
        names = self._column(Role.NAMES, "name", rows)
        return [
            room.middle(str(name), at.x, at.y, size_mm, **look)
            for at, name in list(zip(shapes, names, strict=True))[:MOST_NAMES]
            if name
        ]

    def _road_names(self, room: Room) -> list[str]:
        shapes, rows = self._shapes(Role.ROADS)
        names, classes = self._column(Role.ROADS, "name", rows), self.classes(rows)
        by_name: dict[tuple[int, str], list[Any]] = {}
        for line, name, kind in zip(shapes, names, classes, strict=True):
            if name and self._frame.scale <= (NAMES_UNTIL if kind in ("minor", "path") else NAMES_UNTIL * 3):
                by_name.setdefault((-list(ROADS).index(kind), str(name)), []).append(line)
        written = []
        for (_, name), lines in sorted(by_name.items(), key=lambda each: each[0])[:MOST_NAMES]:
            merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.get_parts(np.array(lines)))))
            longest = merged[np.argmax(shapely.length(merged))]
            written.append(room.along(name, longest, 1.9, fill="#222"))
        return written


def _class_of(rank: Any, kind: Any) -> str:
    if kind in ("track", "path", "pedestrian"):
        return "path"
    number = float(rank) if isinstance(rank, int | float) or str(rank).isdigit() else 4.0
    return "major" if number <= 2 else "middle" if number <= 3 else "minor"


def site_mark(letter: str, x: float, y: float) -> str:
    """A site: its letter in a dark square."""
    place = svg.attributes(x=f"{x - 1.3:.2f}", y=f"{y - 1.3:.2f}", width=2.6, height=2.6, rx=0.4)
    square = f'<rect{place} fill="#222" stroke="#fff" stroke-width="0.3"/>'
    return square + svg.words(letter, x, y, 2.1, fill="#fff", font_weight="bold")


def _patch(fill: str, stroke: str = "#888") -> str:
    return f'<rect x="1" y="1" width="8" height="4" fill="{fill}" stroke="{stroke}" stroke-width="0.2"/>'


def _stroke(colour: str, width_mm: float, dashes: str | None = None) -> str:
    look = svg.attributes(fill="none", stroke=colour, stroke_width=width_mm, stroke_dasharray=dashes)
    return f'<path d="M0.5 3H9.5"{look}/>'
