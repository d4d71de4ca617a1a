"""What is asked of a territory, on a department: people inside, points in zones, names, phrases, routes. Each beside
the plain way to the same answer, taken in the same run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from rapidfuzz import fuzz, process

from bench.department import CELL_M, SOUTH_M, WEST_M, Department, make_department, rows_of
from bench.measuring import Line, percentile
from garance.territory.projection import LAMBERT_93, WGS84, transformer
from garance.territory.questions.gazetteer import Gazetteer
from garance.territory.questions.people import Inhabitants
from garance.territory.questions.phrase import Speaker
from garance.territory.questions.rows import Rows
from garance.territory.questions.snapping import Snapper
from garance.territory.questions.ways import Ways
from garance.territory.road_graph import build_road_graph
from garance.territory.search_index import write_gazetteer

FULL = (150_000, 300_000, 300_000, 150_000)
QUICK = (10_000, 10_000, 10_000, 10_000)
PLACES = 10_000
REPEATS = 40


def run(*, quick: bool) -> list[Line]:
    """Everything, on one department made now."""
    department = make_department(*(QUICK if quick else FULL))
    chance = np.random.default_rng(2)
    return [
        *_people(department, chance),
        _buildings(department, chance),
        _points(department, chance),
        *_names(department, chance),
        _phrases(department, chance),
        *_routes(department, chance),
    ]


def _people(department: Department, chance: np.random.Generator) -> list[Line]:
    cells = rows_of(department.cells)
    population = cells.column("population").astype(float)
    inhabitants = Inhabitants(cells.flat, population)

    def plainly(area: Any) -> float:
        found = cells.tree.query(area, predicate="intersects")
        share = shapely.area(shapely.intersection(cells.flat[found], area)) / CELL_M**2
        return float((share * population[found]).sum())

    lines = []
    for across_m, good_ms in ((1_000, 5.0), (5_000, 5.0), (10_000, 5.0), (0.7 * department.side_m, 25.0)):
        areas = [shapely.Point(*department.place(chance)).buffer(across_m / 2) for _ in range(REPEATS)]
        ours, plain = _each(inhabitants.inside, areas), _each(plainly, areas[:8])
        measure = f"people inside, {across_m / 1000:.0f} km across"
        lines.append(_within(measure, statistics.median(ours), good_ms, plain, "tree and cuts"))
    return lines


def _buildings(department: Department, chance: np.random.Generator) -> Line:
    rows = rows_of(department.buildings)
    areas = [shapely.Point(*department.place(chance)).buffer(0.3 * department.side_m) for _ in range(8)]
    _ = rows.blocks
    plain = _each(lambda area: len(rows.tree.query(area, predicate="intersects")), areas)
    return _against("buildings in a third of it", _each(rows.count_touching, areas), plain, "tree query", 0.1)


def _points(department: Department, chance: np.random.Generator) -> Line:
    zones = Zones(rows_of(department.cells), chance)
    ours, plain = _each(zones.ours, range(5)), _each(zones.plain, range(5))
    return _within(f"{PLACES:,} places in {PLACES:,} zones", statistics.median(ours), 20, plain, "tree query")


class Zones:
    """Ten thousand zones of some forty sides, and as many places."""

    def __init__(self, cells: Rows, chance: np.random.Generator) -> None:
        some = chance.choice(len(cells), min(PLACES, len(cells)), replace=False)
        self._zones = shapely.buffer(shapely.centroid(cells.flat[some]), 250, quad_segs=10)
        self._tree = shapely.STRtree(self._zones)
        west, south, east, north = shapely.total_bounds(self._zones)
        self._places = shapely.points(chance.uniform((west, south), (east, north), (PLACES, 2)))
        shapely.prepare(self._zones)

    def ours(self, _: int) -> Any:
        """As `Pack.points_in` does."""
        asked, held = self._tree.query(self._places)
        inside = shapely.intersects(self._zones[held], self._places[asked])
        return asked[inside], held[inside]

    def plain(self, _: int) -> Any:
        """The tree alone."""
        return self._tree.query(self._places, predicate="intersects")


def _names(department: Department, chance: np.random.Generator) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as name:
        path = Path(name) / "search.sqlite"
        begun = time.perf_counter()
        count = write_gazetteer(path, [department.communes, department.addresses, department.roads], LAMBERT_93)
        built_s = time.perf_counter() - begun
        gazetteer = Gazetteer(path)
        gazetteer.search("rue")
        names = _typed(department, chance)
        known = sorted({str(name) for name in department.addresses.properties["street"]}) * (count // 100 + 1)
        plain = _each(lambda text: process.extract(text, known[:count], scorer=fuzz.WRatio, limit=20), names[:20])
        ours = _each(gazetteer.search, names)
        size = f"{count:,} entries, {path.stat().st_size / 1e6:.1f} MB, built in {built_s:.0f} s"
    line = _within("search with mistakes, p95", percentile(ours, 0.95), 20, plain, "fuzzy scan of all names")
    line.remark += f"; {size}"
    return [line]


def _typed(department: Department, chance: np.random.Generator) -> list[str]:
    streets, communes = department.addresses.properties["street"], department.communes.properties["name"]
    found = []
    for _ in range(5 * REPEATS):
        street = str(streets[chance.integers(len(streets))])
        at = int(chance.integers(len(street)))
        whole = f"{chance.integers(1, 13)} {street[:at]}{street[at + 1 :]} {communes[chance.integers(len(communes))]}"
        found.append(whole[: int(chance.integers(6, len(whole)))])
    return found


def _phrases(department: Department, chance: np.random.Generator) -> Line:
    empty = rows_of()
    kept = {"roads": rows_of(department.roads), "addresses": rows_of(department.addresses)}
    kept["communes"] = rows_of(department.communes)
    speaker = Speaker(LAMBERT_93, lambda role: kept.get(role, empty), Snapper(kept["roads"], kept["addresses"]))
    places = [shapely.points(*department.place(chance)) for _ in range(5 * REPEATS)]
    speaker.say(places[0])
    tree = kept["addresses"].tree
    plain = _each(lambda place: tree.query_nearest(place, all_matches=False), places)
    return _against("phrase", _each(speaker.say, places), plain, "one nearest address", 20)


def _routes(department: Department, chance: np.random.Generator) -> list[Line]:
    begun = time.perf_counter()
    ways = Ways(build_road_graph(department.roads, LAMBERT_93))
    built_s = time.perf_counter() - begun
    ways.warm()
    web = ways._view("car")[1]
    plain = _each(lambda node: web.spread([node], np.inf), range(4))
    lines = []
    for away_m in (5_000.0, 0.6 * department.side_m):
        pairs = []
        for _ in range(REPEATS // 4):
            x, y = department.place(chance)
            end = (WEST_M + (x - WEST_M + away_m) % department.side_m, SOUTH_M + (y - SOUTH_M) % department.side_m)
            pairs.append((_degrees(x, y), _degrees(*end)))
        ours = _each(lambda pair: ways.route(*pair), pairs)
        line = _against(f"route, {away_m / 1000:.0f} km", ours, plain, "Dijkstra on all of it", 2.5)
        line.remark += f"; {len(ways.graph.start):,} edges, built in {built_s:.0f} s"
        lines.append(line)
    return lines


def _degrees(x: float, y: float) -> tuple[float, float]:
    lon_deg, lat_deg = transformer(LAMBERT_93, WGS84).transform(x, y)
    return float(lon_deg), float(lat_deg)


def _each(ask: Callable[[Any], object], about: Sequence[Any]) -> list[float]:
    times = []
    for one in about:
        begun = time.perf_counter()
        ask(one)
        times.append(time.perf_counter() - begun)
    return times


def _within(measure: str, ours_s: float, good_ms: float, plain: list[float], against: str) -> Line:
    """A measure that the issue bounds in milliseconds, the plain way told beside it."""
    plain_ms = statistics.median(plain) * 1e3
    remark = f"{ours_s * 1e3 / plain_ms:.2g} of {against} ({plain_ms:.1f} ms)"
    return Line(measure=measure, value=ours_s * 1e3, unit="ms", good=good_ms, excellent=good_ms / 2, remark=remark)


def _against(measure: str, ours: list[float], plain: list[float], against: str, good: float) -> Line:
    value_ms, plain_ms = statistics.median(ours) * 1e3, statistics.median(plain) * 1e3
    return Line(
        measure=measure,
        value=value_ms,
        unit="ms",
        ratio=value_ms / plain_ms,
        against=against,
        good=good,
        excellent=good / 4,
        remark=f"plain {plain_ms:.2f} ms",
    )
