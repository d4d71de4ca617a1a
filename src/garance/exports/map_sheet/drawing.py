"""One map drawn to scale: ground, squares, drawings, units, names; and its legend, of what is really on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np
import shapely
from shapely.geometry import shape as shapely_shape

from garance.domain.resources.facts import ResourceStatus
from garance.exports.map_sheet import svg
from garance.exports.map_sheet.followed import followed_shapes
from garance.exports.map_sheet.framing import Frame, box_around, frame_of
from garance.exports.map_sheet.graticule import graticule_of
from garance.exports.map_sheet.ground import Drawn, Ground
from garance.exports.map_sheet.marks import Marks
from garance.exports.map_sheet.names import Room as Names
from garance.exports.map_sheet.paper import RIM_MM, Room
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Box, Matter, Order, Turned
from garance.views.shown import ShapeShown

AT_WORK = {ResourceStatus.ARRIVED, ResourceStatus.ENGAGED}
"""Units that a sheet is fitted to, when any is: those still far away would shrink the rest."""


@dataclass(frozen=True)
class Legend:
    """One line of the legend: its words, and a small drawing of 10 × 6 mm."""

    words: str
    drawing: str


@dataclass(frozen=True)
class Map:
    """A map and what its sheet says beside it."""

    frame: Frame
    picture: str
    legend: list[Legend]
    step_m: int

    @property
    def size_mm(self) -> tuple[float, float]:
        """The window and its rim."""
        width, height = self.frame.room.window_mm
        return width + 2 * RIM_MM, height + 2 * RIM_MM


def draw_map(matter: Matter, order: Order, voice: Voice, rooms: dict[Turned, Room]) -> Map:
    """Draw what is asked at the moment shown. Refuses `no-territory`, and what `frame_of` refuses."""
    frame = frame_of(order, _wanted(matter, order), rooms)
    names = Names(frame.room.window_mm)
    squares = graticule_of(frame, names)
    marks = Marks(frame, voice, names, matter.charters)
    marks.shapes(_lying(matter))
    if matter.picture is not None:
        marks.gauges(matter.picture.series, matter.readings)
        marks.units(matter.picture.resources)
    under, written = Drawn(), marks.named()
    if matter.pack is not None:
        ground = Ground(matter.pack, frame)
        under = ground.draw(risks=order.risks, relief=order.relief)
        written += ground.names(names)
    pieces = [*under.pieces, squares.inside, *marks.pieces(), *written]
    legend = _legend({**marks.legend(), **under.legend}, voice)
    return Map(frame, _whole(frame, pieces, squares.rim), legend, squares.step_m)


def _legend(drawn: dict[str, str], voice: Voice) -> list[Legend]:
    return [
        Legend(voice.words.get(key if "." in key else f"legend.{key}", key.partition(".")[2] or key),
               svg.picture(10, 6, drawing))
        for key, drawing in drawn.items()
    ]  # fmt: skip


def _whole(frame: Frame, pieces: list[str], rim: str) -> str:
    """The window cut clean, its edge, and the rim around."""
    width, height = frame.room.window_mm
    cut = f'<clipPath id="window"><rect width="{width:g}" height="{height:g}"/></clipPath>'
    inside = svg.group(pieces, clip_path="url(#window)")
    edge = f'<rect width="{width:g}" height="{height:g}" fill="none" stroke="#111" stroke-width="0.35"/>'
    ground = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    view = f"{-RIM_MM:g} {-RIM_MM:g} {width + 2 * RIM_MM:g} {height + 2 * RIM_MM:g}"
    body = f"<defs>{cut}</defs>{ground}{inside}{edge}{rim}"
    return svg.picture(width + 2 * RIM_MM, height + 2 * RIM_MM, body, view)


def _wanted(matter: Matter, order: Order) -> Box:
    """The box asked for; else around what is drawn and placed; else the territory."""
    if order.box is not None:
        return order.box
    found = _around_picture(matter)
    if found is None and matter.pack is not None:
        found = matter.pack.manifest.bbox
    if found is None:
        raise Refused("no-territory")
    return found


def _lying(matter: Matter) -> list[ShapeShown]:
    """What is drawn, and what the boards follow at some place."""
    return [*followed_shapes(matter), *(matter.picture.shapes if matter.picture is not None else ())]


def _around_picture(matter: Matter) -> Box | None:
    shapes = [shapely_shape(msgspec.to_builtins(one.geometry)) for one in _lying(matter)]
    units = matter.picture.resources if matter.picture is not None else ()
    at_work = [one for one in units if one.state in AT_WORK] or units
    shapes += [shapely.Point(one.geometry.coordinates) for one in at_work if one.geometry is not None]
    points = shapely.get_coordinates(np.array(shapes, dtype=object))
    box = box_around(points)
    if box is None or matter.pack is None:
        return box
    within = matter.pack.manifest.bbox
    cut = (max(box[0], within[0]), max(box[1], within[1]), min(box[2], within[2]), min(box[3], within[3]))
    return cut if cut[0] < cut[2] and cut[1] < cut[3] else box


def bar_of(scale: int) -> tuple[int, float]:
    """A round length of ground in metres that makes 22 to 45 mm of paper at that scale, and those millimetres."""
    most_m = 45 * scale / 1000
    power = 10 ** math.floor(math.log10(most_m))
    length = next(power * times for times in (5, 2, 1) if power * times <= most_m)
    return int(length), length * 1000 / scale
