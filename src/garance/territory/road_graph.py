"""`roads.npz`: the road network as plain arrays, made once with the pack (graphe routier)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from garance.territory.content import LayerData
from garance.territory.noding import Network, node_lines
from garance.territory.projection import WGS84, project

GAP_M = 2_000.0
"""How wide a hole between two pieces of the network may be for a way to be supposed there (a bridge or a small street
that the source does not have, roads that join just outside the window). Whoever follows it is told."""

GAP_KPH = 10.0
"""How fast a supposed way is taken: nobody has seen it."""

NEIGHBOURS = 24
_IN_CENTIMETRES = ("nodes", "points")
STAMP = (1980, 1, 1, 0, 0, 0)

SPEED_KPH = {
    "motorway": 110.0, "dual": 90.0, "ramp": 60.0, "roundabout": 30.0, "street": 35.0, "service": 20.0, "track": 15.0,
    "path": 5.0, "pedestrian": 5.0,
}  # fmt: skip
ROAD_KPH = (90.0, 75.0, 70.0, 60.0, 45.0)
"""An ordinary road by importance, 1 to 5."""

UNFIT = {"path", "pedestrian"}
"""Where no car goes."""

NO_CARS, NO_WALKERS, BRIDGE, GAP = 1, 2, 4, 8
"""The bits of `flags`."""


@dataclass(frozen=True)
class RoadGraph:
    """The network. Edges as in `Network`; `row`: the object of the layer `roads` (-1 for a supposed way);
    `oneway`: 1 along the line, -1 against it, 0 both ways; limits NaN where there is none; `label` and `ref`: places
    in `words` (-1 for none). `metric_crs` holds one text."""

    nodes: Any
    start: Any
    stop: Any
    row: Any
    length_m: Any
    first: Any
    last: Any
    points: Any
    seconds: Any
    oneway: Any
    flags: Any
    max_height_m: Any
    max_weight_t: Any
    width_m: Any
    label: Any
    ref: Any
    words: Any
    metric_crs: Any


def write_road_graph(path: Path, layers: list[LayerData], metric_crs: str) -> bool:
    """Write the graph of the layer `roads`; says whether there was one. Same roads, same bytes."""
    roads = next((layer for layer in layers if layer.name == "roads" and len(layer)), None)
    if roads is None:
        return False
    graph = build_road_graph(roads, metric_crs)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in RoadGraph.__dataclass_fields__:
            stream = io.BytesIO()
            kept = getattr(graph, name)
            kept = np.round(kept * 100).astype("int64") if name in _IN_CENTIMETRES else np.ascontiguousarray(kept)
            np.lib.format.write_array(stream, kept, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", STAMP)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, stream.getvalue())
    return True


def read_road_graph(path: Path) -> RoadGraph:
    """Read back what `write_road_graph` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in RoadGraph.__dataclass_fields__}
    for name in _IN_CENTIMETRES:
        arrays[name] = arrays[name].astype(float) / 100
    return RoadGraph(**arrays)


def build_road_graph(roads: LayerData, metric_crs: str) -> RoadGraph:
    """The graph of these roads (shapes in WGS 84), its points to the centimetre."""
    parts, row = shapely.get_parts(project(roads.shapes, WGS84, metric_crs), return_index=True)
    simple = (shapely.get_type_id(parts) == 1) & ~shapely.is_empty(parts) & (shapely.length(parts) > 0)
    parts, row = parts[simple], row[simple]
    bridge = _column(roads, "bridge", False, bool)[row]
    network = node_lines(parts, bridge.astype(int))
    row = row[network.line]
    kinds = _column(roads, "kind", "road", str)
    flags = np.where(np.isin(kinds, list(UNFIT)), NO_CARS, 0) | np.where(kinds == "motorway", NO_WALKERS, 0)
    flags = flags | np.where(_column(roads, "bridge", False, bool), BRIDGE, 0)
    said = _column(roads, "oneway", "no", str)
    oneway = np.where(said == "forward", 1, np.where(said == "backward", -1, 0))
    label, ref, words = _words(roads)
    kph = _speeds(roads, kinds)[row]
    gaps = _gaps(network)
    return _whole(
        network,
        gaps,
        row=row,
        seconds=network.length_m / (kph / 3.6),
        oneway=oneway[row],
        flags=flags[row],
        label=label[row],
        ref=ref[row],
        words=words,
        metric_crs=np.array([metric_crs]),
        **{name: _numbers(roads, name)[row] for name in ("max_height_m", "max_weight_t", "width_m")},
    )


def _whole(network: Network, gaps: Any, **said: Any) -> RoadGraph:
    """The edges of the network, then the supposed ways, straight from node to node."""
    count, reach = len(gaps), len(network.points)
    width_m = np.hypot(*(network.nodes[gaps[:, 0]] - network.nodes[gaps[:, 1]]).T)
    empty = np.full(count, np.nan)
    more = {
        "row": np.full(count, -1),
        "seconds": width_m / (GAP_KPH / 3.6),
        "oneway": np.zeros(count, dtype=int),
        "flags": np.full(count, GAP),
        "label": np.full(count, -1),
        "ref": np.full(count, -1),
        "max_height_m": empty,
        "max_weight_t": empty,
        "width_m": empty,
    }
    types = {"row": "int32", "oneway": "int8", "flags": "uint8", "label": "int32", "ref": "int32"}
    joined = {name: np.concatenate([said[name], more[name]]).astype(types.get(name, "float32")) for name in more}
    ends = network.nodes[gaps.ravel()]
    first = reach + 2 * np.arange(count)
    return RoadGraph(
        nodes=np.round(network.nodes, 2),
        start=np.concatenate([network.start, gaps[:, 0]]).astype("int32"),
        stop=np.concatenate([network.stop, gaps[:, 1]]).astype("int32"),
        length_m=np.concatenate([network.length_m, width_m]).astype("float32"),
        first=np.concatenate([network.first, first]).astype("int64"),
        last=np.concatenate([network.last, first + 1]).astype("int64"),
        points=np.round(np.concatenate([network.points, ends.reshape(-1, 2)]), 2),
        words=said["words"],
        metric_crs=said["metric_crs"],
        **joined,
    )


def _gaps(network: Network) -> Any:
    """The shortest holes (k, 2 nodes) that put the pieces of the network together, none wider than `GAP_M`."""
    count = len(network.nodes)
    links = coo_matrix((np.ones(len(network.start)), (network.start, network.stop)), shape=(count, count))
    pieces, piece = connected_components(links, directed=False)
    if pieces < 2:
        return np.empty((0, 2), dtype=np.int64)
    largest = int(np.bincount(piece).argmax())
    lone = np.flatnonzero(piece != largest)
    near_m, near = cKDTree(network.nodes).query(
        network.nodes[lone], k=min(NEIGHBOURS, count), distance_upper_bound=GAP_M
    )
    one, other, wide_m = np.repeat(lone, near.shape[1]), near.ravel(), near_m.ravel()
    kept = np.isfinite(wide_m)
    one, other, wide_m = one[kept], other[kept], wide_m[kept]
    kept = piece[one] != piece[other]
    one, other, wide_m = one[kept], other[kept], wide_m[kept]
    outer_m, outer = _to_largest(network, piece, largest, lone)
    one, other = np.concatenate([one, outer[:, 0]]), np.concatenate([other, outer[:, 1]])
    wide_m = np.concatenate([wide_m, outer_m])
    return _join(piece, one, other, wide_m)


def _to_largest(network: Network, piece: Any, largest: int, lone: Any) -> tuple[Any, Any]:
    """From each lone node to the nearest node of the largest piece."""
    main = np.flatnonzero(piece == largest)
    near_m, near = cKDTree(network.nodes[main]).query(network.nodes[lone], distance_upper_bound=GAP_M)
    kept = np.isfinite(near_m)
    return near_m[kept], np.column_stack([lone[kept], main[near[kept]]])


def _join(piece: Any, one: Any, other: Any, wide_m: Any) -> Any:
    """Kruskal: the shortest holes first, each only if it joins two pieces still apart."""
    root = list(range(int(piece.max()) + 1))

    def top(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    kept = []
    for at in np.lexsort((other, one, wide_m)).tolist():
        here, there = top(int(piece[one[at]])), top(int(piece[other[at]]))
        if here != there:
            root[here] = there
            kept.append((one[at], other[at]))
    return np.array(kept, dtype=np.int64).reshape(-1, 2)


def _speeds(roads: LayerData, kinds: Any) -> Any:
    """Kilometres an hour on each road: as said, or by kind, or by importance."""
    said = _numbers(roads, "speed_kph")
    importance = np.nan_to_num(_numbers(roads, "importance"), nan=5.0).astype(int).clip(1, 5)
    usual = np.array(ROAD_KPH)[importance - 1]
    for kind, kph in SPEED_KPH.items():
        usual = np.where(kinds == kind, kph, usual)
    return np.where(np.isfinite(said) & (said > 0), np.clip(said, 5, 130), usual)


def _words(roads: LayerData) -> tuple[Any, Any, Any]:
    """Where the name and the number of each road are among the words, and the words."""
    names, refs = _column(roads, "name", "", str), _column(roads, "ref", "", str)
    words, place = np.unique(np.concatenate([names, refs]), return_inverse=True)
    place = np.where(words[place] == "", -1, place)
    return place[: len(names)], place[len(names) :], words


def _numbers(layer: LayerData, name: str) -> Any:
    cells = layer.properties.get(name) or [None] * len(layer)
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=float)


def _column(layer: LayerData, name: str, blank: str | bool, kind: type) -> Any:
    cells = layer.properties.get(name) or [None] * len(layer)
    return np.array([blank if cell is None else cell for cell in cells], dtype=kind)
