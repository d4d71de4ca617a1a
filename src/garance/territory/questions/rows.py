"""The objects of one role, column by column: no object is built before somebody asks to see it (lignes)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from garance.territory.projection import WGS84, project
from garance.territory.questions.blocks import Blocks


@dataclass(frozen=True)
class Feature:
    """One object of the reference map (objet): its layer, attributes, and shape in WGS 84 (a shapely geometry)."""

    layer: str
    properties: dict[str, Any]
    shape: Any


@dataclass(frozen=True)
class LayerRows:
    """One layer as it was read: its columns, and the row number of its first object among those of the role."""

    name: str
    columns: dict[str, Any]
    start: int
    count: int


class Rows:
    """Every object of some layers: `shapes` in WGS 84, `flat` in the metric system, one number (row) for each."""

    def __init__(self, layers: list[LayerRows], shapes: Any, metric_crs: str) -> None:
        self.layers = layers
        self.shapes = shapes
        self.flat = project(shapes, WGS84, metric_crs) if len(shapes) else shapes
        self.tree = shapely.STRtree(self.flat)

    def __len__(self) -> int:
        return len(self.shapes)

    def feature(self, row: int) -> Feature:
        """The object of that row."""
        layer = next(each for each in reversed(self.layers) if each.start <= row and each.count)
        cells = ((name, plain(column[row - layer.start])) for name, column in layer.columns.items())
        return Feature(layer.name, {name: cell for name, cell in cells if cell is not None}, self.shapes[row])

    @cached_property
    def features(self) -> list[Feature]:
        """All of them, built at the first call."""
        return [self.feature(row) for row in range(len(self))]

    def column(self, name: str) -> Any:
        """That attribute of every row, an array of objects; None where it is not said."""
        found = np.full(len(self), None, dtype=object)
        for layer in self.layers:
            if name in layer.columns:
                cells = layer.columns[name].astype(object)
                found[layer.start : layer.start + layer.count] = [plain(cell) for cell in cells]
        return found

    def of_layer(self, name: str) -> Any:
        """The rows of that layer, an array of whole numbers; empty when there is no such layer."""
        spans = [np.arange(each.start, each.start + each.count) for each in self.layers if each.name == name]
        return np.concatenate(spans) if spans else np.empty(0, dtype=np.int64)

    @cached_property
    def blocks(self) -> Blocks:
        """The same objects gathered by neighbourhood: what a large area holds is counted block by block."""
        return Blocks(shapely.bounds(self.flat))

    def touching(self, area: Any) -> Any:
        """The rows that touch this area of the metric system, in growing order."""
        whole, edge = self.blocks.split(area)
        reached = edge[shapely.intersects(area, self.flat[edge])]
        return np.sort(np.concatenate([self.blocks.rows(whole), reached]))

    def count_touching(self, area: Any) -> int:
        """How many rows touch this area of the metric system; whole blocks are counted without being looked at."""
        whole, edge = self.blocks.split(area)
        inside = int((whole[:, 1] - whole[:, 0]).sum())
        return inside + int(np.count_nonzero(shapely.intersects(area, self.flat[edge])))


def read_rows(path: Path, names: Iterable[str], metric_crs: str) -> Rows:
    """Read these layers of a GeoPackage, one after the other."""
    layers, shapes, start = [], [np.empty(0, dtype=object)], 0
    for name in names:
        meta, _, blobs, values = pyogrio.raw.read(path, layer=name)
        columns = {str(field): column for field, column in zip(meta["fields"], values, strict=True)}
        layers.append(LayerRows(name, columns, start, len(blobs)))
        shapes.append(shapely.from_wkb(blobs))
        start += len(blobs)
    return Rows(layers, np.concatenate(shapes), metric_crs)


def plain(cell: Any) -> Any:
    """A cell as Python says it; a number nobody knows (NaN) is None."""
    value = cell.item() if isinstance(cell, np.generic) else cell
    return None if isinstance(value, float) and math.isnan(value) else value
