"""`search.sqlite`: every name a person may look for, and the words it is made of; made once with the pack (index)."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from garance.territory.content import LayerData
from garance.territory.projection import WGS84, project
from garance.territory.search_words import SUFFIXES, house_number, key_of, tokens_of
from garance.territory.site_words import OTHER_NAMES, SITE_WORDS, bare

KINDS = ("commune", "locality", "street", "road", "site", "water", "network-node", "gauge", "hydrant", "building")
"""What an entry may be; `address` and `position` are found without an entry of their own."""

IMPORTANCE = {
    "commune": 1.0, "locality": 0.7, "site": 0.6, "road": 0.5, "street": 0.4, "water": 0.5, "gauge": 0.4,
    "network-node": 0.3, "building": 0.3, "hydrant": 0.1,
}  # fmt: skip
GREAT_SITES = {"hospital", "town-hall", "fire-station", "prefecture", "station", "seveso"}

NUMBERS = np.dtype([("number", "<u4"), ("suffix", "u1"), ("lon_e6", "<i4"), ("lat_e6", "<i4")])
"""The houses of a street: `suffix` is 0 for none, 1 to 4 for bis to quinquies, or the code of a capital letter."""

_TABLES = """
PRAGMA page_size = 4096;
CREATE TABLE entry (id INTEGER PRIMARY KEY, kind TEXT, name TEXT, context TEXT, detail TEXT);
CREATE TABLE houses (entry INTEGER PRIMARY KEY, numbers BLOB);
CREATE TABLE part (name TEXT PRIMARY KEY, bytes BLOB);
"""


@dataclass
class _Entry:
    kind: str
    name: str
    context: str
    lon_deg: float
    lat_deg: float
    detail: str = ""
    more: str = ""
    houses: bytes = b""


@dataclass
class _Ground:
    """The communes, to say where each name is."""

    metric_crs: str
    names: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    tree: Any = None

    def around(self, flat: Any) -> Any:
        """The place among `names` of the commune of each point, -1 for none."""
        found = np.full(len(flat), -1, dtype=np.int64)
        if self.tree is not None and len(flat):
            asked, held = self.tree.query(flat, predicate="intersects")
            found[asked[::-1]] = held[::-1]
        return found

    def said(self, flat: Any) -> list[str]:
        """The name of the commune of each point, empty for none."""
        return [self.names[at] if at >= 0 else "" for at in self.around(flat).tolist()]


def write_gazetteer(path: Path, layers: list[LayerData], metric_crs: str) -> int:
    """Write the search index of these layers; gives the number of entries. Same layers, same bytes."""
    entries = _entries({layer.name: layer for layer in layers if len(layer)}, metric_crs)
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.executescript(_TABLES)
        rows = ((at, each.kind, each.name, each.context, each.detail) for at, each in enumerate(entries))
        base.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", rows)
        houses = ((at, zlib.compress(each.houses)) for at, each in enumerate(entries) if each.houses)
        base.executemany("INSERT INTO houses VALUES (?, ?)", houses)
        parts = sorted(_parts(entries).items())
        base.executemany("INSERT INTO part VALUES (?, ?)", ((name, zlib.compress(told)) for name, told in parts))
        base.commit()
    return len(entries)


def _parts(entries: list[_Entry]) -> dict[str, bytes]:
    """The inverted index: the words in order, and for each the entries that have it, in their name or beside it."""
    seen: dict[tuple[str, int], bool] = {}
    for at, each in enumerate(entries):
        for word in (*tokens_of(f"{each.context} {each.more}"),):
            seen[word, at] = False
        for word in tokens_of(each.name):
            seen[word, at] = True
    words = sorted({word for word, _ in seen})
    place = {word: order for order, word in enumerate(words)}
    pairs = sorted((place[word], at, named) for (word, at), named in seen.items())
    table = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    starts = np.searchsorted(table[:, 0], np.arange(len(words) + 1))
    importance = [_importance(each) for each in entries]
    return {
        "words": "\n".join(words).encode(),
        "keys": "\n".join(key_of(each.name) for each in entries).encode(),
        "starts": starts.astype("<i4").tobytes(),
        "entries": table[:, 1].astype("<i4").tobytes(),
        "named": table[:, 2].astype("u1").tobytes(),
        "kinds": np.array([KINDS.index(each.kind) for each in entries], dtype="u1").tobytes(),
        "importance": np.array(importance, dtype="<f4").tobytes(),
        "places": np.array([(each.lon_deg, each.lat_deg) for each in entries], dtype="<f8").tobytes(),
    }


def _importance(entry: _Entry) -> float:
    return 0.8 if entry.detail in GREAT_SITES and entry.kind == "site" else IMPORTANCE[entry.kind]


def _entries(layers: dict[str, LayerData], metric_crs: str) -> list[_Entry]:
    ground = _ground(layers.get("communes"), metric_crs)
    found = [*_communes(layers, ground), *_streets(layers, ground), *_road_numbers(layers)]
    for name, kind, words in (
        ("place-labels", "locality", "name"),
        ("water-labels", "water", "name"),
        ("network-nodes", "network-node", "name"),
        ("gauges", "gauge", "name"),
        ("hydrants", "hydrant", "ref"),
        ("buildings", "building", "name"),
    ):
        if name in layers:
            found += _points(layers[name], kind, words, ground)
    if "water-lines" in layers:
        found += _rivers(layers["water-lines"], ground, {each.name for each in found if each.kind == "water"})
    if "sites" in layers:
        found += _sites(layers["sites"], ground)
    return found


def _ground(communes: LayerData | None, metric_crs: str) -> _Ground:
    ground = _Ground(metric_crs)
    if communes is not None:
        ground.names = [str(name or "") for name in _cells(communes, "name")]
        codes = zip(_cells(communes, "insee_code"), ground.names, strict=True)
        ground.codes = {str(code): name for code, name in codes if code}
        ground.tree = shapely.STRtree(project(communes.shapes, WGS84, metric_crs))
    return ground


def _communes(layers: dict[str, LayerData], ground: _Ground) -> list[_Entry]:
    if "communes" not in layers:
        return []
    labels = layers.get("commune-labels")
    middles = shapely.get_coordinates(shapely.point_on_surface(layers["communes"].shapes)).tolist()
    written = {} if labels is None else dict(zip(_cells(labels, "name"), labels.shapes, strict=True))
    found = {}
    codes = _cells(layers["communes"], "insee_code")
    for name, code, middle in zip(ground.names, codes, middles, strict=True):
        if name and name not in found:
            lon, lat = shapely.get_coordinates(written[name])[0].tolist() if name in written else middle
            found[name] = _Entry("commune", name, str(code or ""), lon, lat)
    return list(found.values())


def _points(layer: LayerData, kind: str, words: str, ground: _Ground) -> list[_Entry]:
    """One entry for each named object, at a place of it."""
    names = _cells(layer, words)
    rows = [row for row, name in enumerate(names) if name]
    shapes = shapely.point_on_surface(layer.shapes[rows]) if rows else np.empty(0, dtype=object)
    places = shapely.get_coordinates(shapes).tolist()
    communes = ground.said(project(shapes, WGS84, ground.metric_crs)) if rows else []
    details = _cells(layer, "kind")
    return [
        _Entry(kind, str(names[row]), commune, lon, lat, str(details[row] or ""))
        for row, (lon, lat), commune in zip(rows, places, communes, strict=True)
    ]


def _sites(layer: LayerData, ground: _Ground) -> list[_Entry]:
    """Sites answer to their name, to what they are, and to their reference; one without a name bears its kind's."""
    kinds, names = _cells(layer, "kind"), _cells(layer, "name")
    called = [bare(SITE_WORDS[str(kind)][0]) if str(kind) in SITE_WORDS else "" for kind in kinds]
    said = [str(name or call.capitalize()) for name, call in zip(names, called, strict=True)]
    whole = LayerData("sites", layer.shapes, {**layer.properties, "name": list(said)})
    rows = [row for row, name in enumerate(said) if name]
    found = _points(whole, "site", "name", ground)
    refs = _cells(layer, "ref")
    for each, row in zip(found, rows, strict=True):
        each.more = f"{called[row]} {OTHER_NAMES.get(each.detail, '')} {refs[row] or ''}"
    return found


def _rivers(layer: LayerData, ground: _Ground, known: set[str]) -> list[_Entry]:
    found = _points(layer, "water", "name", ground)
    kept: dict[str, _Entry] = {each.name: each for each in reversed(found) if each.name not in known}
    return [kept[name] for name in sorted(kept)]


def _road_numbers(layers: dict[str, LayerData]) -> list[_Entry]:
    """One entry for each numbered road, in the middle of its pieces."""
    roads = layers.get("roads")
    if roads is None:
        return []
    refs = np.array([str(ref or "") for ref in _cells(roads, "ref")])
    found = []
    middles = shapely.get_coordinates(shapely.line_interpolate_point(_longest(roads.shapes), 0.5, normalized=True))
    for ref, rows in _groups(refs):
        lon, lat = _central(middles[rows]).tolist()
        found.append(_Entry("road", ref, "", lon, lat))
    return found


def _streets(layers: dict[str, LayerData], ground: _Ground) -> list[_Entry]:
    """One entry for each street of each commune, from the roads and from the addresses, with its houses."""
    found: dict[tuple[str, str], _Entry] = {}
    if "roads" in layers:
        roads = layers["roads"]
        named = np.array([str(name or "") for name in _cells(roads, "name")])
        middle = shapely.line_interpolate_point(_longest(roads.shapes), 0.5, normalized=True)
        at = ground.around(project(middle, WGS84, ground.metric_crs)).tolist()
        communes = [ground.names[each] if each >= 0 else "" for each in at]
        _add_streets(found, named, communes, shapely.get_coordinates(middle))
    if "addresses" in layers:
        addresses = layers["addresses"]
        named = np.array([str(name or "") for name in _cells(addresses, "street")])
        codes, posts = _cells(addresses, "insee_code"), _cells(addresses, "postcode")
        stood = ground.said(project(addresses.shapes, WGS84, ground.metric_crs))
        communes = [
            ground.codes.get(str(code)) or commune or str(post or "")
            for code, commune, post in zip(codes, stood, posts, strict=True)
        ]
        _add_streets(found, named, communes, shapely.get_coordinates(addresses.shapes), _cells(addresses, "number"))
    return [found[key] for key in sorted(found)]


def _add_streets(
    found: dict[tuple[str, str], _Entry], named: Any, communes: list[str], places: Any, numbers: list[Any] | None = None
) -> None:
    keys = {name: key_of(name) for name in set(named.tolist())}
    whole = np.array(
        [f"{keys[name]}\0{commune}" if name else "" for name, commune in zip(named, communes, strict=True)]
    )
    for _, rows in _groups(whole):
        name, commune = str(named[rows[0]]), communes[rows[0]]
        lon, lat = _central(places[rows]).tolist()
        entry = found.setdefault((keys[name], commune), _Entry("street", name, commune, lon, lat))
        if numbers is not None:
            entry.houses = _houses([numbers[row] for row in rows], places[rows])


def _houses(numbers: Iterable[Any], places: Any) -> bytes:
    rows = []
    for said, (lon, lat) in zip(numbers, np.round(places * 1e6).astype(int).tolist(), strict=True):
        read = house_number(str(said)) if said is not None else None
        if read is not None:
            suffix = SUFFIXES.index(read.suffix) + 1 if read.suffix in SUFFIXES else ord(read.suffix or "\0")
            rows.append((read.number, suffix, lon, lat))
    return np.array(sorted(set(rows)), dtype=NUMBERS).tobytes()


def _groups(words: Any) -> Iterable[tuple[str, Any]]:
    """Each word that is not empty, with the rows that bear it."""
    if len(words) == 0:
        return
    known, place = np.unique(words, return_inverse=True)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(len(known) + 1))
    for at, word in enumerate(known.tolist()):
        if word:
            yield word, order[bounds[at] : bounds[at + 1]]


def _central(places: Any) -> Any:
    """The place nearest to the middle of all."""
    return places[np.square(places - places.mean(axis=0)).sum(axis=1).argmin()]


def _longest(lines: Any) -> Any:
    """The longest part of each line."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    order = np.lexsort((-shapely.length(parts), owner))
    first = np.r_[True, np.diff(owner[order]) > 0][: len(order)]
    return parts[order[first]]


def _cells(layer: LayerData, name: str) -> list[Any]:
    return layer.properties.get(name) or [None] * len(layer)
