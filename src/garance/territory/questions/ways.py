"""Ways along the roads: from here to there, as far as one gets, so far along a road (itinéraires)."""

from __future__ import annotations

import math
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components
from shapely.ops import substring

from garance.kernel.refusal import Refused
from garance.territory.projection import WGS84, project, transformer
from garance.territory.questions.reach import area_around
from garance.territory.questions.routes import Piece, Place, Reach, Route, Spot, Step
from garance.territory.questions.way_costs import Costs, Traveller, Web, costs_of, weave
from garance.territory.road_graph import GAP, RoadGraph, read_road_graph
from garance.territory.search_words import key_of

FARTHEST_M = 2_000.0
"""How far from a road a way may begin or end."""

BESIDE_M = 150.0
"""How near the next road must be for a way to begin there, from a place whose own road leads nowhere."""

FAR_M = 100.0
"""Beyond this, whoever asked is told that the road is not at the door."""

CROSSING_M = 45.0
"""A street that another one interrupts for so little goes on: it is told once."""

FIRST_LIMIT_S, SLOWEST_MPS = 300.0, 8.0


class Ways:
    """Questions about the road network. Everything is built at the first question and kept; any thread may ask.

    A traveller is `car`, `heavy` (a fire engine) or `foot`. Places are WGS 84 and refuse `geometry-not-finite`; one
    farther than two kilometres from any road that suits refuses `road-not-near`; no way at all, `no-way-there`.
    """

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._metric = str(graph.metric_crs[0])
        self._lock = threading.RLock()
        self._open = np.zeros(len(graph.start), dtype=bool)
        span = graph.last - graph.first + 1
        owner = np.repeat(np.arange(len(span)), span)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(span) - span, span) + graph.first[owner]
        self.lines = shapely.linestrings(graph.points[place], indices=owner) if len(span) else np.empty(0, dtype=object)
        self._tree = shapely.STRtree(self.lines)
        self._views: dict[str, tuple[Costs, Web]] = {}

    def warm(self) -> None:
        """Build now what a car needs."""
        self._view("car")

    def route(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        profile: Traveller = "car",
        avoid: Sequence[Any] = (),
        closed: Collection[int] = (),
    ) -> Route:
        """The quickest way from one (longitude, latitude) to another, keeping out of these areas of WGS 84 and of
        these objects of the layer `roads`."""
        costs, web = self._view(profile)
        shut = self._shut(avoid, closed)
        if shut.any():
            web = weave(self.graph, costs, shut)
        try:
            return self._led(self._spot(start, costs, shut), self._spot(end, costs, shut), costs, web)
        except Refused as problem:
            if problem.code != "no-way-there":
                raise
            islands = shut | ~self._mainland(web)
            try:  # a car park that only walkers leave: begin at the next road, if it is at hand
                begin, finish = (self._spot(place, costs, islands, BESIDE_M) for place in (start, end))
            except Refused:
                raise problem from None
        return self._led(begin, finish, costs, web)

    def _led(self, begin: Spot, finish: Spot, costs: Costs, web: Web) -> Route:
        pieces = [piece for piece in self._quickest(begin, finish, costs, web) if piece.begin_m != piece.end_m]
        return self._told(pieces, costs, begin.away_m, finish.away_m)

    def _mainland(self, web: Web) -> Any:
        """The edges of the largest piece of that network."""
        _, owners = connected_components(web.matrix, directed=True, connection="weak")
        return owners[self.graph.start] == int(np.bincount(owners[self.graph.start]).argmax())

    def seconds_to(
        self,
        start: tuple[float, float],
        lon_deg: Any,
        lat_deg: Any,
        *,
        profile: Traveller = "car",
        most_s: float = 7200,
    ) -> Any:
        """How long to each of these places, in seconds (an array; infinite beyond `most_s` or away from roads)."""
        costs, web = self._view(profile)
        begin = self._spot(start, costs, self._open)
        reached = self._from(begin, costs, web, most_s)[0].min(axis=0)
        spots = [self._spot_or_none(place, costs) for place in zip(lon_deg, lat_deg, strict=True)]
        return np.array([math.inf if spot is None else self._arrival(begin, spot, costs, reached) for spot in spots])

    def reach(
        self,
        start: tuple[float, float],
        *,
        seconds: float | None = None,
        metres: float | None = None,
        profile: Traveller = "car",
        avoid: Sequence[Any] = (),
    ) -> Reach:
        """As far as one gets in that many seconds, or metres; no gap and no street the wrong way is taken for it.

        Refuses `reach-malformed` unless exactly one of the two is given, above zero.
        """
        most = metres if seconds is None else seconds
        if (seconds is None) == (metres is None) or most is None or not (math.isfinite(most) and most > 0):
            raise Refused("reach-malformed", field="seconds")
        costs = self._lawful(profile, by_length=seconds is None)
        shut = self._shut(avoid, ())
        begin = self._spot(start, costs, shut)
        left = most - self._from(begin, costs, weave(self.graph, costs, shut), most)[0].min(axis=0)
        lines, rows = self._reached(begin, costs, left, most, shut)
        area = area_around(lines)
        return Reach(project(area, self._metric, WGS84), float(shapely.length(lines).sum()), np.unique(rows[rows >= 0]))

    def along(self, road: str, start: tuple[float, float], distance_m: float) -> list[Place]:
        """The places that far along that road (its name or its number) from the place of it nearest to `start`: one
        for each direction that goes that far. Refuses `road-unknown`."""
        wanted = key_of(road)
        bears = np.array([key_of(str(word)) == wanted for word in self.graph.words] + [False])
        named = bears[self.graph.label] | bears[self.graph.ref]
        if not wanted or not named.any():
            raise Refused("road-unknown", field="road")
        length_m = self.graph.length_m.astype(float)
        cost = np.where(named, length_m, np.inf)
        costs = Costs(length_m, cost, cost)
        begin = self._spot(start, costs, self._open)
        reached = self._from(begin, costs, weave(self.graph, costs, self._open), distance_m)[0].min(axis=0)
        return self._exactly(begin, reached, np.flatnonzero(named), distance_m)

    def _view(self, profile: Traveller) -> tuple[Costs, Web]:
        if profile not in self._views:
            with self._lock:
                if profile not in self._views:
                    costs = costs_of(self.graph, profile)
                    self._views[profile] = (costs, weave(self.graph, costs, self._open))
        return self._views[profile]

    def _lawful(self, profile: Traveller, *, by_length: bool) -> Costs:
        costs = self._view(profile)[0]
        spent = self.graph.length_m.astype(float) if by_length else costs.seconds
        wrong = (self.graph.oneway < 0, self.graph.oneway > 0) if profile != "foot" else (False, False)
        gap = (self.graph.flags & GAP) > 0
        along, against = (
            np.where(np.isfinite(cost) & ~gap & ~against_it, spent, np.inf)
            for cost, against_it in zip((costs.along, costs.against), map(np.asarray, wrong), strict=True)
        )
        return Costs(spent, along, against)

    def _shut(self, avoid: Sequence[Any], closed: Collection[int]) -> Any:
        shut = np.isin(self.graph.row, list(closed)) if closed else self._open.copy()
        for shape in avoid:
            flat = project(shape, WGS84, self._metric)
            shut[self._tree.query(flat, predicate="intersects")] = True
        return shut

    def _spot(self, place: tuple[float, float], costs: Costs, shut: Any, farthest_m: float = FARTHEST_M) -> Spot:
        x, y = transformer(WGS84, self._metric).transform(*place)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise Refused("geometry-not-finite", field="position")
        point = shapely.points(x, y)
        fit = (np.isfinite(costs.along) | np.isfinite(costs.against)) & ~shut & ((self.graph.flags & GAP) == 0)
        radius_m = 50.0
        while True:
            near = self._tree.query(point, predicate="dwithin", distance=min(radius_m, farthest_m))
            near = np.sort(near[fit[near]])
            if len(near):
                break
            if radius_m >= farthest_m:
                raise Refused("road-not-near", field="position")
            radius_m *= 3
        away_m = shapely.distance(self.lines[near], point)
        edge = int(near[away_m.argmin()])
        along_m = min(float(shapely.line_locate_point(self.lines[edge], point)), float(self.graph.length_m[edge]))
        return Spot(edge, along_m, float(away_m.min()))

    def _spot_or_none(self, place: tuple[float, float], costs: Costs) -> Spot | None:
        try:
            return self._spot(place, costs, self._open)
        except Refused:
            return None

    def _part(self, edge: int, begin_m: float, end_m: float, costs: Costs) -> float:
        """The cost of that part of an edge; none at all costs nothing, even where nobody passes."""
        length_m = float(self.graph.length_m[edge])
        if begin_m == end_m:
            return 0.0
        whole = costs.along[edge] if end_m > begin_m else costs.against[edge]
        return float(whole) * abs(end_m - begin_m) / length_m

    def _from(self, begin: Spot, costs: Costs, web: Web, most: float) -> tuple[Any, Any]:
        """The cost of each node by way of either end of the edge where one begins; and the node before each."""
        ends = [int(self.graph.start[begin.edge]), int(self.graph.stop[begin.edge])]
        length_m = float(self.graph.length_m[begin.edge])
        head = [self._part(begin.edge, begin.along_m, measure, costs) for measure in (0.0, length_m)]
        reached, before = web.spread(ends, most)
        return reached + np.array(head)[:, None], before

    def _arrival(self, begin: Spot, finish: Spot, costs: Costs, reached: Any) -> float:
        edge, length_m = finish.edge, float(self.graph.length_m[finish.edge])
        ways = [
            float(reached[self.graph.start[edge]]) + self._part(edge, 0.0, finish.along_m, costs),
            float(reached[self.graph.stop[edge]]) + self._part(edge, length_m, finish.along_m, costs),
        ]
        if begin.edge == edge:
            ways.append(self._part(edge, begin.along_m, finish.along_m, costs))
        return min(ways)

    def _quickest(self, begin: Spot, finish: Spot, costs: Costs, web: Web) -> list[Piece]:
        straight_m = float(shapely.distance(*(self._point(spot) for spot in (begin, finish))))
        limit = FIRST_LIMIT_S + straight_m / SLOWEST_MPS
        while True:
            reached, before = self._from(begin, costs, web, limit)
            best = self._arrival(begin, finish, costs, reached.min(axis=0))
            if best <= limit or limit == math.inf:
                break
            limit = limit * 3 if limit < 100_000 else math.inf
        if best == math.inf:
            raise Refused("no-way-there", field="end")
        return self._trace(begin, finish, costs, web, (reached, before, best))

    def _trace(self, begin: Spot, finish: Spot, costs: Costs, web: Web, found: tuple[Any, Any, float]) -> list[Piece]:
        reached, before, best = found
        if begin.edge == finish.edge and self._part(begin.edge, begin.along_m, finish.along_m, costs) <= best:
            return [Piece(begin.edge, begin.along_m, finish.along_m)]
        length_m = float(self.graph.length_m[finish.edge])
        tails = [(int(self.graph.start[finish.edge]), 0.0), (int(self.graph.stop[finish.edge]), length_m)]
        options = [
            (float(reached[side, node]) + self._part(finish.edge, measure, finish.along_m, costs), side, node, measure)
            for side in (0, 1)
            for node, measure in tails
        ]
        _, side, node, measure = min(options)
        pieces = [Piece(finish.edge, measure, finish.along_m)]
        origin = int((self.graph.start, self.graph.stop)[side][begin.edge])
        while node != origin:
            earlier = int(before[side, node])
            taken = web.behind(earlier, node)
            edge = taken if taken >= 0 else -1 - taken
            whole_m = float(self.graph.length_m[edge])
            pieces.append(Piece(edge, 0.0, whole_m) if taken >= 0 else Piece(edge, whole_m, 0.0))
            node = earlier
        pieces.append(Piece(begin.edge, begin.along_m, 0.0 if side == 0 else float(self.graph.length_m[begin.edge])))
        return pieces[::-1]

    def _told(self, pieces: list[Piece], costs: Costs, start_away_m: float, end_away_m: float) -> Route:
        graph = self.graph
        edge = np.array([piece.edge for piece in pieces], dtype=np.int64)
        gone_m = np.array([piece.end_m - piece.begin_m for piece in pieces])
        length_m = np.abs(gone_m)
        share = length_m / graph.length_m[edge]
        usual = np.where(gone_m > 0, costs.along[edge], costs.against[edge])
        gap_m = float(length_m[(graph.flags[edge] & GAP) > 0].sum())
        wrong_way_m = float(length_m[usual > costs.seconds[edge] * 1.001].sum())
        told = {
            "gap": gap_m > 0,
            "wrong-way": wrong_way_m > 0,
            "start-off-road": start_away_m > FAR_M,
            "end-off-road": end_away_m > FAR_M,
        }
        return Route(
            length_m=float(length_m.sum()),
            seconds=float((costs.seconds[edge] * share).sum()),
            shape=self._shape(pieces),
            steps=self._steps(edge, length_m),
            gap_m=gap_m,
            wrong_way_m=wrong_way_m,
            warnings=tuple(code for code, holds in told.items() if holds),
        )

    def _point(self, spot: Spot) -> Any:
        return shapely.line_interpolate_point(self.lines[spot.edge], spot.along_m)

    def _shape(self, pieces: list[Piece]) -> Any:
        """The way as one line of WGS 84; where nobody moves, a line of no length."""
        parts = [substring(self.lines[piece.edge], piece.begin_m, piece.end_m) for piece in pieces]
        points = shapely.get_coordinates(np.array(parts, dtype=object))
        if len(points) == 0:
            return shapely.LineString()
        kept = np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]
        points = points[kept] if kept.sum() > 1 else np.repeat(points[:1], 2, axis=0)
        return project(shapely.linestrings(points), self._metric, WGS84)

    def _steps(self, edge: Any, length_m: Any) -> list[Step]:
        """The names that follow each other along the way."""
        graph = self.graph
        word = np.where(graph.label[edge] >= 0, graph.label[edge], graph.ref[edge])
        if len(word) == 0:
            return []
        begin = np.flatnonzero(np.r_[True, np.diff(word) != 0])
        metres = np.add.reduceat(length_m, begin)
        steps: list[Step] = []
        for at, part_m in zip(begin.tolist(), metres.tolist(), strict=True):
            name = str(graph.words[word[at]]) if word[at] >= 0 else None
            crossed = len(steps) > 1 and steps[-1].length_m < CROSSING_M and steps[-2].name == name
            between_m = steps.pop().length_m if crossed else 0.0
            earlier_m = steps.pop().length_m if crossed or (steps and steps[-1].name == name) else 0.0
            steps.append(Step(name, earlier_m + between_m + part_m))
        return steps

    def _reached(self, begin: Spot, costs: Costs, left: Any, most: float, shut: Any) -> tuple[Any, Any]:
        """The parts of edges that are reached, as lines, and the object each belongs to."""
        graph, length_m = self.graph, self.graph.length_m.astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            ahead = np.clip(np.nan_to_num(left[graph.start] / costs.along, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
            back = np.clip(np.nan_to_num(left[graph.stop] / costs.against, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
        ahead[shut], back[shut] = 0.0, 0.0
        whole = np.flatnonzero(ahead + back >= 1)
        head = np.flatnonzero((ahead > 0) & (ahead + back < 1))
        tail = np.flatnonzero((back > 0) & (ahead + back < 1))
        parts = [substring(self.lines[edge], 0.0, ahead[edge] * length_m[edge]) for edge in head.tolist()]
        parts += [
            substring(self.lines[edge], (1 - back[edge]) * length_m[edge], length_m[edge]) for edge in tail.tolist()
        ]
        here_m = [
            most / max(float(cost[begin.edge]) / length_m[begin.edge], 1e-9) for cost in (costs.against, costs.along)
        ]
        low_m, high_m = max(0.0, begin.along_m - here_m[0]), min(length_m[begin.edge], begin.along_m + here_m[1])
        if begin.edge not in set(whole.tolist()):
            parts.append(substring(self.lines[begin.edge], low_m, high_m))
            tail = np.append(tail, begin.edge)
        lines = np.concatenate([self.lines[whole], np.array(parts, dtype=object)])
        edges = np.concatenate([whole, head, tail])
        lasting = shapely.length(lines) > 0
        return lines[lasting], graph.row[edges[lasting]]

    def _exactly(self, begin: Spot, reached: Any, named: Any, distance_m: float) -> list[Place]:
        """The places exactly that far, by the shortest way along these edges."""
        length_m = self.graph.length_m.astype(float)[named]
        found = []
        for near, far, forward in (
            (self.graph.start[named], self.graph.stop[named], True),
            (self.graph.stop[named], self.graph.start[named], False),
        ):
            rest_m = distance_m - reached[near]
            fits = (rest_m >= 0) & (rest_m <= length_m) & (reached[far] >= distance_m)
            fits &= named != begin.edge
            measure = np.where(forward, rest_m, length_m - rest_m)[fits]
            found.append(shapely.line_interpolate_point(self.lines[named[fits]], measure))
        whole_m = float(self.graph.length_m[begin.edge])
        here = [begin.along_m + sign * distance_m for sign in (1, -1)]
        measures = [measure for measure in here if 0 <= measure <= whole_m]
        found.append(
            shapely.line_interpolate_point(np.repeat(self.lines[begin.edge : begin.edge + 1], len(measures)), measures)
        )
        origin = shapely.get_coordinates(self._point(begin))[0]
        return self._places(origin, shapely.get_coordinates(np.concatenate(found)))

    def _places(self, origin: Any, points: Any) -> list[Place]:
        _, first = np.unique(np.round(points, 1), axis=0, return_index=True)
        points = points[np.sort(first)]
        lon_deg, lat_deg = transformer(self._metric, WGS84).transform(points[:, 0], points[:, 1])
        course_deg = np.degrees(np.arctan2(*(points - origin).T)) % 360
        told = zip(lon_deg, lat_deg, course_deg, strict=True)
        return [Place(float(lon), float(lat), float(course)) for lon, lat, course in told]


def open_ways(path: Path) -> Ways:
    """The ways of a pack's `roads.npz`."""
    return Ways(read_road_graph(path))
