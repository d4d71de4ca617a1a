"""Names on the map, none over another: what was written first keeps its room, and a name without room is left out."""

from __future__ import annotations

import math
from typing import Any

import shapely

from garance.exports.map_sheet import svg

LETTER = 0.52
"""How wide a letter is, for one of its height, on average."""
CELL_MM = 20.0


class Room:
    """What room names and signs have taken, by cells of the window."""

    def __init__(self, window_mm: tuple[float, float]) -> None:
        self._window = window_mm
        self._taken: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}

    def take(self, box: tuple[float, float, float, float], *, anyway: bool = False) -> bool:
        """Take that box (left, top, right, bottom), unless some of it is taken or out of the window."""
        width, height = self._window
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
        if not anyway and (not inside or self._met(box)):
            return False
        for cell in _cells(box):
            self._taken.setdefault(cell, []).append(box)
        return True

    def _met(self, box: tuple[float, float, float, float]) -> bool:
        near = (other for cell in _cells(box) for other in self._taken.get(cell, ()))
        return any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in near)

    def near(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """Take room for a sign of that size as near as can be to its place, and say where its middle then is.

        A sign is never hidden nor left out: when all around is taken, it stands on its place.
        """
        for ring in range(7):
            for dx, dy in _ring(ring):
                at_x, at_y = x + dx * (width + 0.4), y + dy * (height + 0.4)
                half_x, half_y = width / 2, height / 2
                if self.take((at_x - half_x, at_y - half_y, at_x + half_x, at_y + half_y)):
                    return at_x, at_y
        self.take((x - width / 2, y - height / 2, x + width / 2, y + height / 2), anyway=True)
        return x, y

    def beside(self, text: str, x: float, y: float, away_mm: float, size_mm: float, **look: str) -> str:
        """A name to the right of a sign, else to the left, below or above it; nothing when there is no room."""
        length = len(text) * size_mm * LETTER
        half = size_mm * 0.6
        for dx, dy, anchor in ((away_mm, 0, "start"), (-away_mm, 0, "end"), (0, away_mm + half, "middle"),
                               (0, -away_mm - half, "middle")):  # fmt: skip
            left = x + dx - {"start": 0.0, "end": length, "middle": length / 2}[anchor]
            if self.take((left, y + dy - half, left + length, y + dy + half)):
                return svg.words(text, x + dx, y + dy, size_mm, halo_mm=0.5, anchor=anchor, **look)
        return ""

    def middle(self, text: str, x: float, y: float, size_mm: float, **look: str) -> str:
        """A name whose middle is there; nothing when there is no room."""
        half_length, half = len(text) * size_mm * LETTER / 2, size_mm * 0.6
        if not self.take((x - half_length, y - half, x + half_length, y + half)):
            return ""
        return svg.words(text, x, y, size_mm, halo_mm=0.5, **look)

    def along(self, text: str, line: Any, size_mm: float, **look: str) -> str:
        """A name along a line, where it is straight and long enough for it."""
        length = len(text) * size_mm * LETTER
        whole = float(shapely.length(line))
        for share in (0.5, 0.3, 0.7):
            middle = whole * share
            if middle < length / 2 or whole - middle < length / 2:
                continue
            ends = shapely.line_interpolate_point(line, [middle - length / 2, middle, middle + length / 2])
            (ax, ay), (x, y), (bx, by) = ((float(at.x), float(at.y)) for at in ends)
            if shapely.distance(ends[1], shapely.linestrings([(ax, ay), (bx, by)])) > size_mm * 0.45:
                continue
            if math.hypot(bx - ax, by - ay) < length * 0.9 or not self._take_slanted((ax, ay), (bx, by), size_mm):
                continue
            turn = math.degrees(math.atan2(by - ay, bx - ax))
            turn -= 180 if turn > 90 else -180 if turn < -90 else 0
            return svg.words(text, x, y, size_mm, halo_mm=0.5, transform=f"rotate({turn:.1f} {x:.2f} {y:.2f})", **look)
        return ""

    def _take_slanted(self, a: tuple[float, float], b: tuple[float, float], size_mm: float) -> bool:
        """Take a row of small boxes from one end to the other: a slanted name leaves the corners of its box free."""
        steps = max(1, round(math.hypot(b[0] - a[0], b[1] - a[1]) / size_mm))
        half = size_mm * 0.55
        boxes = []
        for step in range(steps + 1):
            x, y = a[0] + (b[0] - a[0]) * step / steps, a[1] + (b[1] - a[1]) * step / steps
            boxes.append((x - half, y - half, x + half, y + half))
        width, height = self._window
        if any(box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height or self._met(box) for box in boxes):
            return False
        for box in boxes:
            self.take(box, anyway=True)
        return True


def _ring(number: int) -> list[tuple[int, int]]:
    """Steps around a place, the nearest first: up and down before sideways, since signs are wider than high."""
    if number == 0:
        return [(0, 0)]
    span = range(-number, number + 1)
    around = [(dx, dy) for dx in span for dy in span if max(abs(dx), abs(dy)) == number]
    return sorted(around, key=lambda step: (2 * step[0] ** 2 + step[1] ** 2, step))


def _cells(box: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    left, top, right, bottom = (math.floor(side / CELL_MM) for side in box)
    return [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]
