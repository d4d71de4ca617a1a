"""The map sheet as a document (planche cartographique)."""

from __future__ import annotations

from typing import Any, ClassVar

from garance.exports.map_sheet.drawing import Map, bar_of, draw_map
from garance.exports.map_sheet.paper import HEAD_MM, MARGIN_MM, room_on
from garance.exports.strips import strips
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Format, GridName, Manuscript, Matter, Need, Order, PaperSize, Turned

PAPERS = frozenset(PaperSize) - {PaperSize.A5}
TITLE_MM = 24.0
"""The title block, with scale and north; the legend is under it, across the sheet."""
ROW_MM = 4.3
COLUMN_MM = 38.0


class MapSheet:
    """The picture at a moment, to scale, from A4 to A0; all on one sheet or refused."""

    kind: ClassVar[str] = "map"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PICTURE, Need.BOARD})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF})

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Draw the sheet. Refuses `paper-too-small` below A4, `sheet-too-small`, `grid-not-here`, `box-wrong`."""
        if order.paper not in PAPERS:
            raise Refused("paper-too-small", field="paper")
        voice = Voice(order)
        drawn = _drawn_with_legend(matter, order, voice)
        data = {**strips(matter, order, voice, title=voice.say("title.map")), **sheet_data(drawn, matter, voice)}
        return Manuscript(layout="map", data=data)


def _drawn_with_legend(matter: Matter, order: Order, voice: Voice) -> Map:
    """The map with a band high enough for its legend: a long legend takes from the map, never leaves the sheet."""
    rows = 3
    while True:
        rooms = {turned: room_on(order.paper, turned, TITLE_MM + rows * ROW_MM) for turned in Turned}
        drawn = draw_map(matter, order, voice, rooms)
        needed = -(-len(drawn.legend) // columns_of(drawn))
        if needed <= rows:
            return drawn
        rows = needed


def columns_of(drawn: Map) -> int:
    """How many columns the legend has."""
    return int(drawn.size_mm[0] // COLUMN_MM)


def sheet_data(drawn: Map, matter: Matter, voice: Voice) -> dict[str, Any]:
    """What the layout of a map needs."""
    frame = drawn.frame
    metres, bar_mm = bar_of(frame.scale)
    unit = ("km", metres / 1000) if metres >= 1000 else ("m", metres)
    step = drawn.step_m
    grid_step = f"{step // 1000} km" if step >= 1000 else f"{step} m"
    card = matter.pack.manifest if matter.pack is not None else None
    sheet = {
        "sheet_mm": frame.room.sheet_mm,
        "margin_mm": MARGIN_MM,
        "head_mm": HEAD_MM,
        "band_mm": frame.room.band_mm,
        "map_mm": drawn.size_mm,
        "picture": drawn.picture,
        "legend": [{"words": one.words, "drawing": one.drawing} for one in drawn.legend],
        "columns": columns_of(drawn),
        "scale": f"1 : {voice.number(frame.scale)}",
        "bar_mm": bar_mm,
        "bar_end": f"{voice.number(unit[1], 0 if unit[1] == int(unit[1]) else 1)} {unit[0]}",
        "grid": voice.say(f"grid.{frame.grid.value}", step=grid_step, zone=_zone_of(frame.crs)),
        "north_deg": round(frame.north_deg, 2),
        "territory": voice.say("territory", name=card.name, version=card.version[:8]) if card else "",
        "fictitious": voice.say("fictitious") if card and card.fictitious else None,
        "attribution": card.attribution if card else "",
        "alt": voice.say("map-alt", scale=voice.number(frame.scale)),
        "is_dfci": frame.grid is GridName.DFCI,
    }
    return {"map": sheet}


def _zone_of(crs: str) -> str:
    """The UTM zone of that plane, such as 30N."""
    number = int(crs.removeprefix("EPSG:"))
    return f"{number % 100}{'N' if number < 32700 else 'S'}"
