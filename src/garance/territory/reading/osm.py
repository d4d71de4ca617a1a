"""OpenStreetMap files (`.osm`, `.osm.gz`, `.osm.bz2`, `.pbf`): streamed once, put together by theme.

Nothing is assumed of the file: identifiers may be negative, ways may come before their nodes, members of a relation
may be in another file, and a boundary may forget to say that it is one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

from garance.kernel.refusal import Refused
from garance.territory.projection import WGS84
from garance.territory.reading.archive import Step
from garance.territory.reading.fences import check_xml
from garance.territory.reading.findings import Findings, Note, Table
from garance.territory.reading.osm_themes import RENAMED, THEMES, Shape, Tags, Theme, is_area
from garance.territory.reading.placing import clean
from garance.territory.reading.texts import repair_cells

OSM_ENDINGS = (".osm", ".pbf")
MAX_NODES = 40_000_000
STEP_EVERY = 50_000
FAILURES = (
    osmium.InvalidLocationError, RuntimeError, ValueError, OSError, OverflowError, MemoryError, TypeError, IndexError,
    EOFError, shapely.errors.GEOSException,
)  # fmt: skip

Member = tuple[int, str]


@dataclass
class _Raw:
    """What the file holds, flat: places of nodes, nodes of ways, members of relations, tags of those that have any."""

    node_ids: Any = field(default_factory=lambda: array("q"))
    lons: Any = field(default_factory=lambda: array("d"))
    lats: Any = field(default_factory=lambda: array("d"))
    way_ids: Any = field(default_factory=lambda: array("q"))
    way_starts: Any = field(default_factory=lambda: array("q", [0]))
    refs: Any = field(default_factory=lambda: array("q"))
    node_tags: dict[int, Tags] = field(default_factory=dict)
    way_tags: dict[int, Tags] = field(default_factory=dict)
    relations: list[tuple[int, Tags, list[Member]]] = field(default_factory=list)


@dataclass
class _Objects:
    """Objects of one shape, each with its own tags."""

    ids: list[str]
    tags: list[Tags]
    shapes: Any


def read_osm(path: Path, label: str, name: str, found: Findings, step: Step) -> None:
    """Add one table a theme. Refuses `layer-unreadable`, `xml-with-entities`, `osm-too-large`, `layer-empty`."""
    if path.suffix.lower() == ".osm":
        check_xml(path, label, ".osm")
    try:
        raw = _scan(path, label, step)
        step()
        lines, missing = _lines(raw)
        areas, incomplete = _areas(raw, lines)
        step()
    except FAILURES as problem:
        raise Refused("layer-unreadable", field=label) from problem
    nodes = _nodes(raw)
    ways = _Objects(
        [f"way/{raw.way_ids[number]}" for number in raw.way_tags], list(raw.way_tags.values()),
        lines[np.fromiter(raw.way_tags, dtype=int, count=len(raw.way_tags))],
    )  # fmt: skip
    notes = tuple(note for note in (("nodes-missing", missing), ("relations-incomplete", incomplete)) if note[1])
    before = len(found.tables)
    for theme in THEMES:
        table = _theme(theme, label, {"node": nodes, "line": ways, "area": areas}, notes)
        if table is not None:
            found.tables.append(table)
            notes = ()
    if len(found.tables) == before:
        raise Refused("layer-empty", field=label)


def _scan(path: Path, label: str, step: Step) -> _Raw:
    raw = _Raw()
    kind = "pbf" if path.suffix.lower() == ".pbf" else "osm"
    done = 0
    thing: Any
    for thing in osmium.FileProcessor(osmium.io.File(str(path), kind)):
        done += 1
        if done % STEP_EVERY == 0:
            step()
            if len(raw.node_ids) > MAX_NODES:
                raise Refused("osm-too-large", field=label, detail={"nodes": len(raw.node_ids), "limit": MAX_NODES})
        if thing.is_node():
            _add_node(raw, thing)
        elif thing.is_way():
            _add_way(raw, thing)
        elif thing.is_relation():
            _add_relation(raw, thing)
    return raw


def _add_node(raw: _Raw, node: Any) -> None:
    place = node.location
    if node.deleted or not place.valid():
        return
    if len(node.tags):
        raw.node_tags[len(raw.node_ids)] = _tags(node)
    raw.node_ids.append(node.id)
    raw.lons.append(place.lon)
    raw.lats.append(place.lat)


def _add_way(raw: _Raw, way: Any) -> None:
    if way.deleted:
        return
    raw.refs.extend([node.ref for node in way.nodes])
    if len(way.tags):
        raw.way_tags[len(raw.way_ids)] = _tags(way)
    raw.way_ids.append(way.id)
    raw.way_starts.append(len(raw.refs))


def _add_relation(raw: _Raw, relation: Any) -> None:
    tags = _tags(relation)
    if tags.get("type") in ("multipolygon", "boundary") or tags.get("boundary") == "administrative":
        members = [(member.ref, member.role) for member in relation.members if member.type == "w"]
        raw.relations.append((relation.id, tags, members))


def _tags(thing: Any) -> Tags:
    return {tag.k: tag.v for tag in thing.tags}


def _lines(raw: _Raw) -> tuple[Any, int]:
    """Each way as a line (nothing when fewer than two of its nodes are known), and how many nodes were missing."""
    known = np.frombuffer(raw.node_ids, dtype="int64") if raw.node_ids else np.zeros(0, dtype="int64")
    order = np.argsort(known, kind="stable")
    refs = np.frombuffer(raw.refs, dtype="int64") if raw.refs else np.zeros(0, dtype="int64")
    spots = np.searchsorted(known, refs, sorter=order)
    there = spots < len(known)
    there[there] = known[order[spots[there]]] == refs[there]
    owners = np.repeat(np.arange(len(raw.way_ids)), np.diff(np.asarray(raw.way_starts)))
    places = order[spots[there]]
    points = np.column_stack([np.asarray(raw.lons)[places], np.asarray(raw.lats)[places]]).astype(float)
    owners, missing = owners[there], int((~there).sum())
    counts = np.bincount(owners, minlength=len(raw.way_ids)) if len(owners) else np.zeros(len(raw.way_ids), dtype=int)
    long_enough = counts >= 2
    shapes = np.full(len(raw.way_ids), None, dtype=object)
    used = long_enough[owners]
    if used.any():
        rank = np.cumsum(long_enough) - 1
        shapes[long_enough] = shapely.linestrings(points[used], indices=rank[owners[used]])
    return shapes, missing


def _nodes(raw: _Raw) -> _Objects:
    places = np.fromiter(raw.node_tags, dtype=int, count=len(raw.node_tags))
    points = shapely.points(np.asarray(raw.lons)[places], np.asarray(raw.lats)[places])
    return _Objects([f"node/{raw.node_ids[place]}" for place in places], list(raw.node_tags.values()), points)


def _areas(raw: _Raw, lines: Any) -> tuple[_Objects, int]:
    """Closed ways that are surfaces, and relations put together; and how many relations lack their outline."""
    closed = [number for number, tags in raw.way_tags.items() if lines[number] is not None and is_area(tags)]
    chosen = np.array(closed, dtype=int)
    ring = shapely.is_closed(lines[chosen]) & (shapely.get_num_coordinates(lines[chosen]) >= 4)
    chosen = chosen[ring]
    shapes = list(_surfaces_of(lines[chosen]))
    ids = [f"way/{raw.way_ids[number]}" for number in chosen]
    tags = [raw.way_tags[int(number)] for number in chosen]
    incomplete = 0
    by_id = {identifier: number for number, identifier in enumerate(raw.way_ids)}
    for identifier, said, members in raw.relations:
        shape = _outline(members, by_id, lines)
        if shape is None:
            incomplete += bool(members)
            continue
        ids.append(f"relation/{identifier}")
        tags.append(said)
        shapes.append(shape)
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return _Objects(ids, tags, result), incomplete


def _surfaces_of(closed: Any) -> Any:
    """The surface inside each closed line."""
    coordinates, owners = shapely.get_coordinates(closed, return_index=True)
    if len(coordinates) == 0:
        return np.zeros(0, dtype=object)
    return shapely.polygons(shapely.linearrings(coordinates, indices=owners))


def _outline(members: list[Member], by_id: dict[int, int], lines: Any) -> Any:
    """The surface between the outer and the inner rings; nothing when no outer ring closes."""
    outer: list[Any] = []
    inner: list[Any] = []
    for reference, role in members:
        number = by_id.get(reference)
        if number is not None and lines[number] is not None and role in ("", "outer", "inner"):
            (inner if role == "inner" else outer).append(lines[number])
    shape = _surface(outer)
    if shape is None:
        return None
    holes = _surface(inner)
    return shape if holes is None else shapely.difference(shape, holes)


def _surface(lines: list[Any]) -> Any:
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)])) if lines else []
    return shapely.union_all(pieces) if len(pieces) else None


def _theme(theme: Theme, label: str, objects: dict[Shape, _Objects], notes: tuple[Note, ...]) -> Table | None:
    ids: list[str] = []
    tags: list[Tags] = []
    shapes: list[Any] = []
    for kind in sorted(theme.shapes):
        source = objects[kind]
        wanted = [number for number, said in enumerate(source.tags) if theme.holds(said)]
        if kind == "line" and theme.geometry == "line":
            wanted = [
                number for number in wanted if not is_area(source.tags[number]) or "highway" in source.tags[number]
            ]
        picked = source.shapes[np.array(wanted, dtype=int)]
        shapes.append(shapely.point_on_surface(picked) if kind == "area" and theme.geometry == "point" else picked)
        ids += [source.ids[number] for number in wanted]
        tags += [source.tags[number] for number in wanted]
    part = clean(np.concatenate(shapes))
    if len(part.shapes) == 0:
        return None
    kept = [said for said, used in zip(tags, part.usable, strict=True) if used]
    columns: dict[str, Any] = {"osm_id": np.array(ids, dtype=object)[part.usable]}
    recoded = 0
    for column, cells in _columns(theme, kept):
        columns[column], changed = repair_cells(cells)
        recoded += changed
    return Table(
        label, theme.name, theme.geometry, columns, part.shapes, WGS84, None, recoded, part.empty, 0,
        (*part.notes, *notes), WGS84,
    )  # fmt: skip


def _columns(theme: Theme, tags: list[Tags]) -> Iterator[tuple[str, Any]]:
    """The columns of the theme that say something in this file."""
    for key in theme.columns:
        cells = np.array([said.get(key) for said in tags], dtype=object)
        if any(cell is not None for cell in cells):
            yield RENAMED.get(key, key.lower()), cells
