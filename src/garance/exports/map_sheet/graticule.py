"""The squares drawn over a sheet, and their names in its rim: UTM kilometres, or the squares of forest fires (DFCI)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from garance.exports.map_sheet import svg
from garance.exports.map_sheet.framing import Frame
from garance.exports.map_sheet.names import Room
from garance.exports.map_sheet.paper import RIM_MM
from garance.ports.export import GridName

HUNDREDS = "ABCDEFGHKLMN"
TWOS = "ABCDEFGHKL"
SOUTH_M = 1_500_000
SPAN_M = 1_200_000
LEAST_MM = 25.0
"""Lines nearer than this would veil the map."""
STEPS_M = {
    GridName.UTM: (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000),
    GridName.DFCI: (2_000, 20_000, 100_000),
}
MOST_MM = 120.0
"""A square of two kilometres larger than this on paper is parted in four, as the code of a place parts it."""


@dataclass(frozen=True)
class Graticule:
    """Lines within the window, and names around it or in the squares. `step_m` is said in the title block."""

    inside: str
    rim: str
    step_m: int


def graticule_of(frame: Frame, names: Room) -> Graticule:
    """The squares of that frame; the codes written in them take their room first."""
    steps = STEPS_M[frame.grid]
    step = next((each for each in steps if each * frame.mm_per_m >= LEAST_MM), steps[-1])
    west, south, east, north = frame.bounds
    width, height = frame.room.window_mm
    xs = [(at, (at - west) * frame.mm_per_m) for at in _marks(west, east, step)]
    ys = [(at, (north - at) * frame.mm_per_m) for at in _marks(south, north, step)]
    lines = "".join(f"M{x:.2f} 0V{height:g}" for _, x in xs) + "".join(f"M0 {y:.2f}H{width:g}" for _, y in ys)
    inside = f'<path d="{lines}" fill="none" stroke="#1a1a1a" stroke-width="0.14" opacity="0.75"/>' if lines else ""
    if frame.grid is GridName.DFCI:
        inside += _quarters(frame, step) + _codes(frame, step, names)
    return Graticule(inside, _rim(xs, ys, frame, step), step)


def _marks(low: float, high: float, step: int) -> list[int]:
    return [at * step for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _rim(xs: list[tuple[int, float]], ys: list[tuple[int, float]], frame: Frame, step: int) -> str:
    """Kilometres on the four sides."""
    width, height = frame.room.window_mm
    decimals = 1 if step < 1_000 else 0
    middle = RIM_MM / 2
    rim = []
    for at, x in xs:
        said = f"{at / 1000:.{decimals}f}"
        rim += [svg.words(said, x, y, 2.3) for y in (-middle, height + middle)]
    for at, y in ys:
        said = f"{at / 1000:.{decimals}f}"
        rim += [svg.words(said, x, y, 2.3, transform=f"rotate(-90 {x:.2f} {y:.2f})") for x in (-middle, width + middle)]
    return "".join(rim)


def dfci_code(x: float, y: float, size_m: int) -> str | None:
    """The code of the square of that size (100, 20 or 2 km) that holds a point of Lambert II extended; None beyond."""
    north = y - SOUTH_M
    if not (0 <= x < SPAN_M and 0 <= north < SPAN_M):
        return None
    code = HUNDREDS[int(x // 100_000)] + HUNDREDS[int(north // 100_000)]
    if size_m == 100_000:
        return code
    code += f"{int(x % 100_000 // 20_000) * 2}{int(north % 100_000 // 20_000) * 2}"
    return code if size_m == 20_000 else code + TWOS[int(x % 20_000 // 2_000)] + str(int(north % 20_000 // 2_000))


def _codes(frame: Frame, step: int, names: Room) -> str:
    """The code of each square, in its corner or, of one cut by the edge, in what shows of it."""
    west, south, east, north = frame.bounds
    written = []
    for x in range(math.floor(west / step) * step, math.ceil(east), step):
        for y in range(math.floor(south / step) * step, math.ceil(north), step):
            left, top = max(0.0, (x - west) * frame.mm_per_m), max(0.0, (north - y - step) * frame.mm_per_m)
            room = min(x + step, east) - max(x, west), min(y + step, north) - max(y, south)
            code = dfci_code(x + step / 2, y + step / 2, step)
            if code is not None and room[0] * frame.mm_per_m > 14 and room[1] * frame.mm_per_m > 5:
                names.take((left + 1, top + 0.8, left + 2 + len(code) * 1.7, top + 4.2), anyway=True)
                written.append(svg.words(code, left + 1.2, top + 2.4, 3.0, halo_mm=0.7, anchor="start",
                                         font_weight="bold", fill="#5b1a1a"))  # fmt: skip
    return "".join(written)


def _quarters(frame: Frame, step: int) -> str:
    """The four parts of large squares of two kilometres."""
    if step != STEPS_M[GridName.DFCI][0] or step * frame.mm_per_m < MOST_MM / 2:
        return ""
    west, south, east, north = frame.bounds
    width, height = frame.room.window_mm
    xs = [at for at in _marks(west, east, step // 2) if at % step]
    ys = [at for at in _marks(south, north, step // 2) if at % step]
    lines = "".join(f"M{(x - west) * frame.mm_per_m:.2f} 0V{height:g}" for x in xs)
    lines += "".join(f"M0 {(north - y) * frame.mm_per_m:.2f}H{width:g}" for y in ys)
    look = svg.attributes(fill="none", stroke="#1a1a1a", stroke_width=0.12, stroke_dasharray="2 1.5")
    return f'<path d="{lines}"{look}/>' if lines else ""
