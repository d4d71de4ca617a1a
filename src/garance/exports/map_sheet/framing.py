"""Where a sheet looks and at which scale: a plane of the grid's own, so that its squares are square on paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from pyproj import Geod

from garance.exports.map_sheet.paper import Room
from garance.kernel.refusal import Refused
from garance.ports.export import Box, GridName, Order, PaperSize, Turned
from garance.territory.projection import METROPOLE, WGS84, project, transformer

LAMBERT_2 = "EPSG:27572"
"""Lambert II extended, on which the squares of the forest-fire service (DFCI) are laid."""

SCALES = (
    500, 1_000, 2_000, 2_500, 5_000, 7_500, 10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000,
    100_000, 150_000, 200_000, 250_000, 500_000, 1_000_000, 2_000_000,
)  # fmt: skip
"""The scales a sheet is fitted to: those of rulers."""

LEAST_GROUND_M = 400.0
"""A single point is shown with at least this much around it."""
EASE = 1.08
"""What is fitted does not touch the edge."""

_EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Frame:
    """A window of paper over the ground. Millimetres from its top left corner; metres of the plane `crs`.

    `stretch` is metres of the plane for one on the ground, at the centre: the scale is that of the ground.
    """

    crs: str
    grid: GridName
    centre: tuple[float, float]
    scale: int
    stretch: float
    room: Room
    turned: Turned

    @property
    def mm_per_m(self) -> float:
        """Millimetres of paper for one metre of the plane."""
        return 1000.0 / (self.scale * self.stretch)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The window, in the plane."""
        half_x, half_y = (side / 2 / self.mm_per_m for side in self.room.window_mm)
        x, y = self.centre
        return x - half_x, y - half_y, x + half_x, y + half_y

    @cached_property
    def area(self) -> Any:
        """The window as a polygon of WGS 84, its sides bent as the plane bends them."""
        outline = shapely.segmentize(shapely.box(*self.bounds), max(self.room.window_mm) / self.mm_per_m / 16)
        return project(outline, self.crs, WGS84)

    def on_paper(self, shapes: Any) -> Any:
        """These shapes of WGS 84, in millimetres of the window."""
        west, _, _, north = self.bounds
        flat = project(shapes, WGS84, self.crs)
        return shapely.transform(flat, lambda at: (at - (west, north)) * (self.mm_per_m, -self.mm_per_m))

    def point(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        """One place, in millimetres of the window."""
        x, y = transformer(WGS84, self.crs).transform(lon_deg, lat_deg)
        west, _, _, north = self.bounds
        return (x - west) * self.mm_per_m, (north - y) * self.mm_per_m

    def shows(self, place: tuple[float, float], margin_mm: float = 0.0) -> bool:
        """Whether that place of the window is in it."""
        width, height = self.room.window_mm
        return -margin_mm <= place[0] <= width + margin_mm and -margin_mm <= place[1] <= height + margin_mm

    @property
    def north_deg(self) -> float:
        """True north from the top of the sheet, clockwise."""
        x, y = self.centre
        lon_a, lat_a = transformer(self.crs, WGS84).transform(x, y)
        lon_b, lat_b = transformer(self.crs, WGS84).transform(x, y + 1000)
        return -float(_EARTH.inv(lon_a, lat_a, lon_b, lat_b)[0])


def plane_of(grid: GridName, lon_deg: float, lat_deg: float) -> str:
    """The plane that grid is laid on; refuses `grid-not-here` where it does not reach."""
    if grid is GridName.DFCI:
        west, south, east, north = METROPOLE
        if not (west <= lon_deg <= east and south <= lat_deg <= north):
            raise Refused("grid-not-here", field="grid")
        return LAMBERT_2
    zone = int((lon_deg + 180) // 6) % 60 + 1
    return f"EPSG:{(32600 if lat_deg >= 0 else 32700) + zone}"


def check_box(box: Box) -> None:
    """Refuse `box-wrong`: not west, south, east, north of one place of the Earth."""
    west, south, east, north = box
    if not (all(map(math.isfinite, box)) and -180 <= west < east <= 180 and -80 <= south < north <= 84):
        raise Refused("box-wrong", field="box")
    if east - west > 10 or north - south > 10:
        raise Refused("box-wrong", field="box", detail={"most_deg": 10})


def frame_of(order: Order, wanted: Box, rooms: dict[Turned, Room]) -> Frame:
    """Lay a sheet over what is wanted: at the scale asked, or at the largest usual one that shows it all.

    Refuses `sheet-too-small` when it does not fit at the scale asked, with what would: a sheet shows all that it was
    asked for, or is not printed. Refuses `box-wrong`, `grid-not-here`.
    """
    check_box(wanted)
    west, south, east, north = wanted
    lon_deg, lat_deg = (west + east) / 2, (south + north) / 2
    crs = plane_of(order.grid, lon_deg, lat_deg)
    span = shapely.bounds(project(shapely.segmentize(shapely.box(*wanted), (east - west) / 8), WGS84, crs))
    centre = (float(span[0] + span[2]) / 2, float(span[1] + span[3]) / 2)
    stretch = _stretch(crs, centre)
    sides_m = np.maximum((span[2:] - span[:2]) / stretch, 1.0)
    turned = order.turned or (Turned.LANDSCAPE if sides_m[0] > sides_m[1] else Turned.PORTRAIT)
    room = rooms[turned]
    least = float(max(sides_m / room.window_mm)) * 1000
    if order.scale is not None and order.scale < least * 0.999:
        raise Refused("sheet-too-small", field="scale", detail=_would_do(order.paper, order.scale, least))
    scale = order.scale or _fitted(least, order.paper)
    return Frame(crs, order.grid, centre, scale, stretch, room, turned)


def _fitted(least: float, paper: PaperSize) -> int:
    found = next((scale for scale in SCALES if scale >= least * (1 + (EASE - 1) / 2)), None)
    if found is None:
        raise Refused("sheet-too-small", field="paper", detail=_would_do(paper, SCALES[-1], least))
    return found


def _would_do(paper: PaperSize, scale: int, least: float) -> dict[str, str | int | float]:
    """The scale that fits on this paper, and the paper that fits at this scale when there is one."""
    detail: dict[str, str | int | float] = {"scale_that_fits": next((s for s in SCALES if s >= least), SCALES[-1])}
    larger = [size for size in reversed(PaperSize) if size < paper]
    for steps, size in enumerate(larger, start=1):
        if least / math.sqrt(2) ** steps <= scale:
            return {**detail, "paper_that_fits": size.value.upper()}
    return detail


def _stretch(crs: str, centre: tuple[float, float]) -> float:
    x, y = centre
    lon, lat = transformer(crs, WGS84).transform([x - 500, x + 500], [y, y])
    return 1000.0 / float(_EARTH.inv(lon[0], lat[0], lon[1], lat[1])[2])


def box_around(points: Any) -> Box | None:
    """The box of these places of WGS 84 with some ground around; nothing when there is none."""
    if len(points) == 0:
        return None
    west, south = (float(side) for side in np.min(points, axis=0))
    east, north = (float(side) for side in np.max(points, axis=0))
    ease_lat = max((north - south) * (EASE - 1), LEAST_GROUND_M / 2 / 111_320)
    ease_lon = max((east - west) * (EASE - 1), LEAST_GROUND_M / 2 / (111_320 * math.cos(math.radians(south))))
    return west - ease_lon, south - ease_lat, east + ease_lon, north + ease_lat
