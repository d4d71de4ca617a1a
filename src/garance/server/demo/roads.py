"""Where the story's vehicles stand and drive: on roads that the territory has, never over a supposed way."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.random import Generator
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely.ops import nearest_points

from garance.kernel.refusal import Refused
from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project
from garance.territory.road_graph import GAP, NO_CARS

SUPPOSED_WAY = -1
"""The object of a way that no source has: closed to everybody here."""

SLOWEST_MPS, TURN_MPS = 1.5, 4.0
TRIES = 40
URGENT, HEAVY = 1.1, 0.8
BRAKE_M = 60.0
"""Over how many metres a vehicle slows down before it stops, and gathers speed after."""


class Passage(NamedTuple):
    """Where something is, so many seconds after it left: in metres, metres per second, degrees from north."""

    seconds: float
    x_m: float
    y_m: float
    speed_mps: float
    course_deg: float


class Roads:
    """The part of the network that holds together; all of it in metres, places in degrees."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._crs = pack.manifest.metric_crs
        ways = pack.ways
        graph = ways.graph
        fit = (graph.flags & (GAP | NO_CARS)) == 0
        if not fit.any():
            raise Refused("story-needs", detail={"missing": "roads"})
        self._edges = np.flatnonzero(fit & (self._owners(graph, fit) == self._largest(graph, fit)))
        self._lines = ways.lines[self._edges]
        self._tree = shapely.STRtree(self._lines)
        self._mps = graph.length_m[self._edges] / np.maximum(graph.seconds[self._edges], 0.1)
        self.reach = shapely.total_bounds(self._lines)

    @staticmethod
    def _owners(graph: Any, fit: Any) -> Any:
        nodes = len(graph.nodes)
        matrix = coo_matrix((np.ones(fit.sum()), (graph.start[fit], graph.stop[fit])), shape=(nodes, nodes))
        return connected_components(matrix, directed=False)[1][graph.start]

    def _largest(self, graph: Any, fit: Any) -> int:
        """The piece of network with the most metres of road."""
        owners = self._owners(graph, fit)
        return int(np.bincount(owners[fit], weights=graph.length_m[fit].astype(float)).argmax())

    def near(self, point: Any) -> Any:
        """The place of a road nearest to this point of the metric system."""
        row = int(self._tree.nearest(point))
        line = self._lines[row]
        return shapely.line_interpolate_point(line, shapely.line_locate_point(line, point))

    def beside(self, area: Any) -> Any:
        """The place of a road nearest to the edge of an area: where a boat goes into the water."""
        line = self._lines[int(self._tree.nearest(area.exterior))]
        return nearest_points(line, area.exterior)[0]

    def within(self, point: Any, radius_m: float, count: int, random: Generator) -> list[Any]:
        """So many places of roads at most that far, spread by chance; the nearest place where there is no other."""
        around = point.buffer(radius_m)
        rows = np.sort(self._tree.query(around, predicate="intersects"))
        parts = shapely.get_parts(shapely.intersection(self._lines[rows], around))
        long_m = shapely.length(parts)
        parts, long_m = parts[long_m > 1], long_m[long_m > 1]
        if not len(parts):
            return [self.near(point)] * count
        chosen = random.choice(len(parts), size=count, p=long_m / long_m.sum())
        return [shapely.line_interpolate_point(parts[row], random.random(), normalized=True) for row in chosen]

    def farthest(self, point: Any) -> Any:
        """Where help from outside comes in: the end of a fast road farthest from here."""
        fast = self._lines[self._mps >= np.quantile(self._mps, 0.9)]
        ends = np.concatenate([shapely.get_point(fast, 0), shapely.get_point(fast, -1)])
        return ends[int(np.argmax(shapely.distance(ends, point)))]

    def drive(self, start: Any, end: Any, *, every_s: float, pace: float) -> list[Passage]:
        """The quickest way between two places of these roads, a passage every so many seconds and one at the end."""
        begin, finish = self.lift(start), self.lift(end)
        shape = self._pack.ways.route(begin, finish, closed=(SUPPOSED_WAY,)).shape
        line = project(np.array([shape], dtype=object), WGS84, self._crs)[0]
        if shape.is_empty or line.length < 1:
            return []
        points = shapely.get_coordinates(line)
        step_m = np.hypot(*np.diff(points, axis=0).T)
        moving = step_m > 0
        points = points[np.r_[True, moving]]
        return self._passages(points, step_m[moving], every_s, pace)

    def _passages(self, points: Any, step_m: Any, every_s: float, pace: float) -> list[Passage]:
        """Samples along these points: the road's own speed, slower in sharp bends and at both ends."""
        middles = shapely.points((points[:-1] + points[1:]) / 2)
        speed = self._mps[self._tree.nearest(middles)] * pace
        way = np.degrees(np.arctan2(*np.diff(points, axis=0).T)) % 360
        bend = np.abs((np.diff(way, prepend=way[0]) + 180) % 360 - 180)
        gone_m = np.concatenate([[0.0], np.cumsum(step_m)])
        middle_m = (gone_m[:-1] + gone_m[1:]) / 2
        edge = np.minimum(middle_m, gone_m[-1] - middle_m) / BRAKE_M
        speed = np.clip(
            np.where(bend > 50, np.minimum(speed, TURN_MPS), speed) * np.clip(edge, 0.35, 1), SLOWEST_MPS, None
        )
        at_s = np.concatenate([[0.0], np.cumsum(step_m / speed)])
        wanted = np.append(np.arange(0, at_s[-1], every_s), at_s[-1])
        part = np.clip(np.searchsorted(at_s, wanted, side="right") - 1, 0, len(speed) - 1)
        x, y = (np.interp(wanted, at_s, points[:, column]) for column in (0, 1))
        columns = (wanted, x, y, np.round(speed[part], 1), np.round(way[part], 1))
        return [Passage(*map(float, values)) for values in zip(*columns, strict=True)]

    def lift(self, point: Any) -> tuple[float, float]:
        """The degrees of a point of the metric system."""
        x, y = shapely.get_coordinates(project(np.array([point], dtype=object), self._crs, WGS84))[0]
        return float(x), float(y)


def row_on(water: Any, landing: Any, random: Generator, *, count: int) -> list[Any]:
    """From a landing on to that area, so many places of it such that the way from each to the next stays in it."""
    here = nearest_points(water.buffer(-5), landing)[0]
    west, south, east, north = water.bounds
    places = [landing, here]
    shapely.prepare(water)
    for _ in range(count * TRIES):
        if len(places) > count:
            break
        next_one = shapely.Point(random.uniform(west, east), random.uniform(south, north))
        if 40 < here.distance(next_one) < 600 and water.covers(shapely.LineString([here, next_one])):
            places.append(next_one)
            here = next_one
    return places


def float_along(places: list[Any], *, mps: float, every_s: float) -> list[Passage]:
    """A boat from place to place, at that speed."""
    found: list[Passage] = []
    seconds = 0.0
    for here, there in itertools.pairwise(places):
        lasting_s = here.distance(there) / mps
        course = math.degrees(math.atan2(there.x - here.x, there.y - here.y)) % 360
        for at_s in np.arange(0, lasting_s, every_s).tolist():
            point = shapely.LineString([here, there]).interpolate(at_s / lasting_s, normalized=True)
            found.append(Passage(seconds + at_s, point.x, point.y, mps, round(course, 1)))
        seconds += lasting_s
    last = places[-1]
    return [*found, Passage(seconds, last.x, last.y, 0.0, found[-1].course_deg if found else 0.0)]
