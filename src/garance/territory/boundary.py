"""Sea or river level at the edge of a model: LISFLOOD-FP `.bdy` series (condition aux limites)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from pathlib import Path

from garance.kernel.refusal import Refused

MAX_VALUES = 1_000_000
MAX_SERIES = 1_000
MAX_BYTES = 64 * 1024**2
SECONDS_PER_UNIT = {"second": 1.0, "hour": 3600.0, "day": 86400.0}

Series = list[tuple[float, float]]


def read_boundary_series(path: Path) -> Series:
    """Read the first series of a `.bdy` file as `(seconds, level_m)`, in time order.

    The file: a comment line, then for each boundary its name, `<count> <unit>` (seconds, hours or days), and one
    `<level in metres> <time>` a line. Refuses `boundary-series-malformed` (with the line) on anything else.
    """
    return next(_each(path, _lines(path)))[1]


def read_boundary_file(path: Path) -> list[tuple[str, Series]]:
    """All the series of a `.bdy` file, each with the name of its boundary; refuses as `read_boundary_series`."""
    return list(_each(path, _lines(path)))


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused("boundary-series-malformed", field=path.name, detail={"bytes": path.stat().st_size})
        return path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused("boundary-series-malformed", field=path.name) from problem


def _each(path: Path, lines: list[str]) -> Iterator[tuple[str, Series]]:
    start, met = 1, 0
    while start < len(lines) or met == 0:
        if met and not any(line.strip() for line in lines[start:]):
            return
        if met and not lines[start].strip():
            start += 1
            continue
        met += 1
        if met > MAX_SERIES:
            raise Refused("boundary-series-malformed", field=path.name, detail={"series": met})
        count, factor = _header(path, lines, start + 1)
        series = [_value(path, lines, start + 2 + index, factor) for index in range(count)]
        if any(later[0] <= earlier[0] for earlier, later in itertools.pairwise(series)):
            raise Refused("boundary-series-malformed", field=path.name, detail={"problem": "time-not-growing"})
        yield lines[start].strip(), series
        start += 2 + count


def _header(path: Path, lines: list[str], index: int) -> tuple[int, float]:
    words = lines[index].split() if len(lines) > index else []
    unit = words[1].lower().removesuffix("s") if len(words) == 2 else ""
    if len(words) != 2 or not words[0].isdecimal() or unit not in SECONDS_PER_UNIT or len(words[0]) > 9:
        raise Refused("boundary-series-malformed", field=path.name, detail={"line": index + 1})
    count = int(words[0])
    if not 0 < count <= MAX_VALUES or len(lines) < index + 1 + count:
        raise Refused("boundary-series-malformed", field=path.name, detail={"values": count, "lines": len(lines)})
    return count, SECONDS_PER_UNIT[unit]


def _value(path: Path, lines: list[str], index: int, factor: float) -> tuple[float, float]:
    words = lines[index].split()
    try:
        level_m, time = (float(word) for word in words)
    except ValueError as problem:
        raise Refused("boundary-series-malformed", field=path.name, detail={"line": index + 1}) from problem
    if not (math.isfinite(level_m) and math.isfinite(time)):
        raise Refused("boundary-series-malformed", field=path.name, detail={"line": index + 1})
    return time * factor, level_m
