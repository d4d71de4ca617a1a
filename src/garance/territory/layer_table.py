"""A layer read from `territory.gpkg` page by page, through its own spatial index (table d'une couche)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from garance.kernel.refusal import Refused
from garance.territory.projection import Bounds

ENVELOPE_BYTES = (0, 32, 48, 48, 64)
"""How long the box before a shape is, by the number in the shape's flags (GeoPackage 1.3, 2.1.3)."""

TYPES = {"INTEGER": "integer", "MEDIUMINT": "integer", "INT": "integer", "BOOLEAN": "boolean", "REAL": "number",
         "DOUBLE": "number", "TEXT": "string"}  # fmt: skip
"""What a column holds, in the words of JSON Schema."""

MAX_ID = 2**63 - 1
KEPT_COUNTS = 256
TOUCHING = "maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"


@dataclass(frozen=True)
class Row:
    """One object of a layer: its number in the file, its attributes, its shape as GeoJSON in WGS 84."""

    id: int
    properties: dict[str, Any]
    geometry: str | None


@dataclass(frozen=True)
class Wanted:
    """Which objects: those whose box touches `bbox` (degrees), and whose attributes equal `equal`."""

    bbox: Bounds | None = None
    equal: Mapping[str, int | float | str] | None = None


class LayerTables:
    """The layers of one GeoPackage, read only. The file is held open; may be asked from any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        """Refuses `layer-unreadable` when it is no GeoPackage."""
        self._turn = threading.Lock()
        try:
            address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            self._file = sqlite3.connect(address, uri=True, check_same_thread=False)
            rows = self._ask("SELECT table_name, column_name FROM gpkg_geometry_columns").items()
        except sqlite3.Error as problem:
            raise Refused("layer-unreadable") from problem
        self._geometry = dict(rows)
        self._tables: dict[str, LayerTable] = {}

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _ask(self, sentence: str, values: tuple[Any, ...] = ()) -> _Answer:
        with self._turn, closing(self._file.execute(sentence, values)) as cursor:
            return _Answer(cursor.fetchall())

    def names(self) -> list[str]:
        """The layers of the file."""
        return sorted(self._geometry)

    def table(self, layer: str) -> LayerTable:
        """That layer; refuses `unknown`."""
        if layer not in self._geometry:
            raise Refused("unknown", field="layer")
        if layer not in self._tables:
            self._tables[layer] = LayerTable(self, layer, self._geometry[layer])
        return self._tables[layer]


class _Answer(list[tuple[Any, ...]]):
    def items(self) -> list[tuple[str, str]]:
        """Rows of two words."""
        return [(str(row[0]), str(row[1])) for row in self]


class LayerTable:
    """One layer: its columns, how many objects, its pages."""

    def __init__(self, tables: LayerTables, name: str, geometry: str) -> None:
        self.name = name
        self._tables = tables
        self._quoted = _quoted(name)
        self._geometry = geometry
        self._counts: dict[Any, int] = {}
        self._index = _quoted(f"rtree_{name}_{geometry}")

    def _ask(self, sentence: str, values: tuple[Any, ...] = ()) -> _Answer:
        return self._tables._ask(sentence, values)  # one file for all the layers, one turn at a time

    @cached_property
    def key(self) -> str:
        """The column that numbers the objects."""
        return next(str(row[1]) for row in self._ask(f"PRAGMA table_info({self._quoted})") if row[5])

    @cached_property
    def columns(self) -> dict[str, str]:
        """Each attribute and what it holds: `integer`, `number`, `boolean` or `string`."""
        rows = self._ask(f"PRAGMA table_info({self._quoted})")
        kinds = {str(row[1]): TYPES.get(str(row[2]).partition("(")[0].upper(), "string") for row in rows}
        return {name: kind for name, kind in kinds.items() if name not in (self.key, self._geometry)}

    @cached_property
    def geometry_type(self) -> str:
        """`POINT`, `MULTILINESTRING`, `MULTIPOLYGON`, as the file declares it."""
        sentence = "SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?"
        return str(self._ask(sentence, (self.name,))[0][0])

    def value(self, column: str, text: str) -> int | float | str:
        """What is meant by a text asked of that attribute; refuses `query-malformed`."""
        kind = self.columns[column]
        try:
            if kind == "boolean":
                return {"true": 1, "false": 0, "1": 1, "0": 0}[text]
            if kind == "integer":
                number = int(text)
                return number if abs(number) <= MAX_ID else float(number)
            return float(text) if kind == "number" else text
        except (KeyError, ValueError) as problem:
            raise Refused("query-malformed", field=column, detail={"expected": kind}) from problem

    def count(self, wanted: Wanted) -> int:
        """How many objects there are of that description."""
        known = (wanted.bbox, tuple((wanted.equal or {}).items()))
        if known not in self._counts:  # the next pages of the same answer ask it again
            if len(self._counts) >= KEPT_COUNTS:
                self._counts.clear()
            self._counts[known] = self._counted(wanted)
        return self._counts[known]

    def _counted(self, wanted: Wanted) -> int:
        if wanted.bbox is not None and not wanted.equal:
            west, south, east, north = wanted.bbox
            sentence = f"SELECT count(*) FROM {self._index} WHERE {TOUCHING}"  # noqa: S608 - names are quoted
            return int(self._ask(sentence, (west, east, south, north))[0][0])
        where, values = self._where(wanted)
        sentence = f"SELECT count(*) FROM {self._quoted} {where}"  # noqa: S608 - names are quoted, values bound
        return int(self._ask(sentence, values)[0][0])

    def page(self, wanted: Wanted, *, after: int = 0, offset: int = 0, limit: int) -> list[Row]:
        """At most `limit` objects of that description, by number: those past `after`, less the first `offset`."""
        where, values = self._where(wanted, after=after)
        if wanted == Wanted() and offset and self._unbroken:
            return self.page(wanted, after=after + offset, limit=limit)
        names = ", ".join(map(_quoted, [self.key, self._geometry, *self.columns]))
        where = f"{where} ORDER BY 1 LIMIT ? OFFSET ?"
        sentence = f"SELECT {names} FROM {self._quoted} {where}"  # noqa: S608 - names are quoted, values bound
        return self._rows(self._ask(sentence, (*values, limit, offset)))

    def pages(self, wanted: Wanted, *, offset: int, limit: int, each: int) -> Iterator[list[Row]]:
        """The same objects in pages of `each`, so that a long answer takes little memory."""
        after, left = 0, limit
        while left > 0 and (page := self.page(wanted, after=after, offset=offset, limit=min(each, left))):
            yield page
            after, offset, left = page[-1].id, 0, left - len(page)

    def one(self, number: int) -> Row | None:
        """The object of that number."""
        found = self.page(Wanted(), after=number - 1, limit=1) if 0 < number <= MAX_ID else []
        return found[0] if found and found[0].id == number else None

    @cached_property
    def bounds(self) -> Bounds | None:
        """The box that holds every object, in degrees; nothing when there is none."""
        row = self._ask(f"SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {self._index}")[0]  # noqa: S608
        return None if row[0] is None else (float(row[0]), float(row[1]), float(row[2]), float(row[3]))

    @cached_property
    def _unbroken(self) -> bool:
        """Whether the objects are numbered from 1 without a gap: a page then begins at its number."""
        key = _quoted(self.key)
        low, high, count = self._ask(f"SELECT min({key}), max({key}), count(*) FROM {self._quoted}")[0]  # noqa: S608
        return bool(low == 1 and high == count)

    def _where(self, wanted: Wanted, *, after: int = 0) -> tuple[str, tuple[Any, ...]]:
        key, parts, values = _quoted(self.key), list[str](), list[Any]()
        if wanted.bbox is not None:
            west, south, east, north = wanted.bbox
            parts.append(f"{key} IN (SELECT id FROM {self._index} WHERE {TOUCHING})")  # noqa: S608
            values += [west, east, south, north]
        for column, value in (wanted.equal or {}).items():
            parts.append(f"{_quoted(column)} = ?")
            values.append(value)
        if after:
            parts.append(f"{key} > ?")
            values.append(after)
        return (f"WHERE {' AND '.join(parts)}" if parts else ""), tuple(values)

    def _rows(self, rows: list[tuple[Any, ...]]) -> list[Row]:
        if not rows:
            return []
        shapes = shapely.from_wkb([_wkb(row[1]) for row in rows])
        drawn = shapely.to_geojson(shapes)
        booleans = [name for name, kind in self.columns.items() if kind == "boolean"]
        found = []
        for row, geometry in zip(rows, np.atleast_1d(drawn), strict=True):
            properties = dict(zip(self.columns, row[2:], strict=True))
            for name in booleans:
                properties[name] = None if properties[name] is None else bool(properties[name])
            found.append(Row(int(row[0]), properties, None if geometry is None else str(geometry)))
        return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _wkb(blob: bytes | None) -> bytes | None:
    """The shape alone, without the GeoPackage's own head."""
    if blob is None or blob[:2] != b"GP":
        return None
    box = (blob[3] >> 1) & 7
    if box >= len(ENVELOPE_BYTES):
        raise Refused("layer-unreadable")
    return blob[8 + ENVELOPE_BYTES[box] :]
