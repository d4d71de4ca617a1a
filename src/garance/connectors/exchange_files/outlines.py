"""Parts in degrees made into geometries that can be drawn: closed, mended, cut at the 180th meridian, bounded.

Everything here is bounded in work, whatever the outline: thinning is linear, and an outline that crosses itself too
often is set aside rather than mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from garance.connectors.exchange_files.found import Part, parts_of
from garance.connectors.exchange_files.reading import Problems
from garance.kernel.place import MAX_VERTICES, Geometry, LineString, Point, Polygon

DECIMALS = 7
"""What is kept of a degree: a centimetre."""
MAX_RINGS = 1_000
DENSE = 2 * MAX_VERTICES
"""Beyond so many vertices an outline is first thinned on a grid, in linear time."""
MAX_CROSSINGS = 2_000
"""An outline that crosses itself more often is not mended."""
SAMPLE = 200
FEW = 30
"""So few vertices cannot cross much."""
SMALLEST_STEP_DEG = 1e-6
STEPS = 18
"""Times that a step may double: from a tenth of a metre to some thirty kilometres."""


class Unfit(Exception):
    """This part cannot be drawn, for the reason of that code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def thinned(ring: Any, step_deg: float) -> Any:
    """The vertices of a line moved to a grid of that step, doubles left out; its ends stay where they are."""
    if len(ring) < 3:
        return ring
    cells = np.round(ring / step_deg)
    keep = np.ones(len(ring), dtype=bool)
    keep[1:-1] = (cells[1:-1] != cells[:-2]).any(axis=1)
    moved = cells * step_deg
    moved[0], moved[-1] = ring[0], ring[-1]
    return moved[keep]


class Drawing:
    """Makes the geometries of one file, and says what it had to mend."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._crossings_left = 10 * MAX_CROSSINGS
        self._lightened_ones: set[str] = set()

    def geometries(self, part: Part, uid: str) -> Iterator[Geometry]:
        """What can be drawn of that part, in one piece or several. Raises `Unfit`."""
        rings = [self._finite(ring) for ring in part.rings]
        if not rings or not len(rings[0]):
            raise Unfit("geometry-empty")
        if part.shape == "point":
            yield self._point(rings[0], uid)
            return
        rings = [self._unwrapped(ring) for ring in rings]
        if any(np.abs(ring[:, 1]).max() > 90 or np.abs(ring[:, 0]).max() > 540 for ring in rings if len(ring)):
            raise Unfit("coordinates-out-of-range")
        shape = self._line(rings[0], uid) if part.shape == "line" else self._area(rings, uid)
        for piece in self._cut(shape, uid):
            yield from self._bounded(piece, uid)

    def _light(self, uid: str) -> None:
        if uid not in self._lightened_ones:
            self._lightened_ones.add(uid)
            self._problems.say("outline-simplified", uid)

    @staticmethod
    def _finite(ring: Any) -> Any:
        if not np.isfinite(ring).all():
            raise Unfit("geometry-not-finite")
        return np.round(ring, DECIMALS) + 0.0

    def _point(self, ring: Any, uid: str) -> Point:
        lon_deg, lat_deg = float(ring[0][0]), float(ring[0][1])
        if abs(lat_deg) > 90 or abs(lon_deg) > 540:
            raise Unfit("coordinates-out-of-range")
        if abs(lon_deg) > 180:
            self._problems.say("longitude-wrapped", uid)
            lon_deg = round((lon_deg + 180) % 360 - 180, DECIMALS)
        return Point((lon_deg, lat_deg))

    @staticmethod
    def _unwrapped(ring: Any) -> Any:
        """Steps from one side of the 180th meridian to the other go on beyond it, where that makes the shape
        narrower; steps round the whole Earth are left as they are."""
        if len(ring) < 2:
            return ring
        steps = np.diff(ring[:, 0])
        if not ((np.abs(steps) > 180) & (np.abs(steps) < 360)).any():
            return ring
        turns = np.concatenate([[0.0], np.cumsum(-360.0 * np.round(steps / 360))])
        other = np.column_stack([np.round(ring[:, 0] + turns, DECIMALS), ring[:, 1]])
        return other if np.ptp(other[:, 0]) < np.ptp(ring[:, 0]) else ring

    def _line(self, ring: Any, uid: str) -> Any:
        ring = self._lightened(_without_doubles(ring), uid)
        if len(ring) < 2:
            raise Unfit("geometry-degenerate")
        return shapely.LineString(ring)

    def _lightened(self, ring: Any, uid: str) -> Any:
        """At most `DENSE` vertices."""
        step = SMALLEST_STEP_DEG
        for _ in range(STEPS):
            if len(ring) <= DENSE:
                return ring
            self._light(uid)
            ring, step = thinned(ring, step), step * 2
        raise Unfit("vertices-too-many")

    def _area(self, rings: list[Any], uid: str) -> Any:
        closed = [self._closed(_without_doubles(ring), uid) for ring in rings]
        outer, holes = self._lightened(closed[0], uid), [ring for ring in closed[1:] if len(ring) >= 4]
        if len(outer) < 4:
            raise Unfit("geometry-degenerate")
        holes = sorted(holes, key=len, reverse=True)[: MAX_RINGS - 1] if len(holes) >= MAX_RINGS else holes
        if len(holes) < len(rings) - 1:
            self._problems.say("hole-dropped", uid)
        holes = self._light_holes(holes, uid)
        shape = shapely.Polygon(outer, holes)
        return shape if shapely.is_valid(shape) else self._mended(shape, uid)

    def _light_holes(self, holes: list[Any], uid: str) -> list[Any]:
        if sum(len(hole) for hole in holes) <= DENSE:
            return holes
        step = SMALLEST_STEP_DEG
        for _ in range(STEPS):
            holes = [hole for hole in (thinned(hole, step) for hole in holes) if len(hole) >= 4]
            self._light(uid)
            if sum(len(hole) for hole in holes) <= DENSE:
                return holes
            step *= 2
        raise Unfit("vertices-too-many")

    def _closed(self, ring: Any, uid: str) -> Any:
        if len(ring) < 3 or (ring[0] == ring[-1]).all():
            return ring
        self._problems.say("ring-closed", uid)
        return np.vstack([ring, ring[:1]])

    def _mended(self, shape: Any, uid: str) -> Any:
        if self._crossings_left < 0:
            raise Unfit("outline-too-tangled")
        crossings = _crossings(shape) if shapely.get_num_coordinates(shape) > FEW else 0
        self._crossings_left -= crossings
        if crossings > MAX_CROSSINGS or self._crossings_left < 0:
            raise Unfit("outline-too-tangled")
        try:
            mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        except shapely.errors.GEOSException as problem:
            raise Unfit("geometry-malformed") from problem
        areas = [one for one in _simple(mended) if one.geom_type == "Polygon" and one.area > 0]
        if not areas:
            raise Unfit("geometry-degenerate")
        self._problems.say("outline-repaired", uid)
        return shapely.MultiPolygon(areas) if len(areas) > 1 else areas[0]

    def _cut(self, shape: Any, uid: str) -> list[Any]:
        """The shape in pieces that each stay on one side of the 180th meridian."""
        west, _, east, _ = shape.bounds
        if west >= -180 and east <= 180:
            return list(_simple(shape))
        self._problems.say("antimeridian-cut", uid)
        pieces: list[Any] = []
        for turn in (-360, 0, 360):
            window = shapely.box(turn - 180, -90, turn + 180, 90)
            inside = shapely.transform(shapely.intersection(shape, window), lambda points, by=turn: points - (by, 0))
            same = shapely.get_dimensions(shape)
            pieces += [one for one in _simple(inside) if shapely.get_dimensions(one) == same]
        if not pieces:
            raise Unfit("geometry-degenerate")
        return pieces

    def _bounded(self, piece: Any, uid: str) -> Iterator[Geometry]:
        """The piece as a geometry of the kernel, simplified when it is still too heavy."""
        step = SMALLEST_STEP_DEG
        while shapely.get_num_coordinates(piece) > MAX_VERTICES:
            if step > 0.1:
                raise Unfit("vertices-too-many")
            self._light(uid)
            piece = shapely.simplify(piece, step, preserve_topology=False)
            step *= 2
        if piece.is_empty:
            raise Unfit("vertices-too-many")
        for one in _simple(piece if piece.is_valid else self._mended(piece, uid)):
            yield geometry_of(one)


def geometry_of(shape: Any) -> Geometry:
    """A shapely point, line or polygon as a geometry of the kernel, to 7 decimals. Raises `Unfit`."""
    if shape.geom_type == "Point":
        return Point((round(shape.x, DECIMALS), round(shape.y, DECIMALS)))
    if shape.geom_type == "LineString":
        line = _vertices(shape)
        if len(line) < 2:
            raise Unfit("geometry-degenerate")
        return LineString(line)
    outer, *holes = (_vertices(ring) for ring in (shape.exterior, *shape.interiors))
    if len(set(outer)) < 3:
        raise Unfit("geometry-degenerate")
    return Polygon([outer, *(hole for hole in holes if len(set(hole)) >= 3)][:MAX_RINGS])


def _vertices(line: Any) -> list[tuple[float, float]]:
    whole = np.clip(np.round(shapely.get_coordinates(line), DECIMALS) + 0.0, (-180, -90), (180, 90))
    return [(lon_deg, lat_deg) for lon_deg, lat_deg in _without_doubles(whole).tolist()]


def _without_doubles(ring: Any) -> Any:
    """The vertices without those that repeat the one before."""
    if len(ring) < 2:
        return ring
    return ring[np.concatenate([[True], (np.diff(ring, axis=0) != 0).any(axis=1)])]


def _simple(shape: Any) -> Iterator[Any]:
    """The simple shapes that make this one."""
    for part in parts_of(shape):
        if part.shape == "area":
            yield shapely.Polygon(part.rings[0], part.rings[1:])
        else:
            yield shapely.LineString(part.rings[0]) if part.shape == "line" else shapely.Point(part.rings[0][0])


def _crossings(shape: Any) -> int:
    """About how often the outlines of a polygon cross one another, judged from segments taken evenly."""
    ends = [shapely.get_coordinates(ring) for ring in (shape.exterior, *shape.interiors)]
    start = np.vstack([ring[:-1] for ring in ends])
    stop = np.vstack([ring[1:] for ring in ends])
    chosen = np.unique(np.linspace(0, len(start) - 1, min(SAMPLE, len(start))).astype(int))
    met = 0
    for index in chosen:
        a, b = start[index], stop[index]
        one = _side(a, b, start) * _side(a, b, stop) < 0
        met += int((one & (_side(start, stop, a) * _side(start, stop, b) < 0)).sum())
    return int(met * len(start) / (2 * len(chosen)))


def _side(a: Any, b: Any, point: Any) -> Any:
    """On which side of a segment that point is, any of them an array."""
    d = b - a
    e = point - a
    return np.sign(d[..., 0] * e[..., 1] - d[..., 1] * e[..., 0])
