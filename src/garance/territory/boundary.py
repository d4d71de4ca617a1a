"""Sea or river level at the edge of a model: LISFLOOD-FP `.bdy` series (condition aux limites)."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from garance.kernel.refusal import Refused

MAX_VALUES = 1_000_000
SECONDS_PER_UNIT = {"seconds": 1.0, "hours": 3600.0, "days": 86400.0}


def read_boundary_series(path: Path) -> list[tuple[float, float]]:
    """Read the first series of a `.bdy` file as `(seconds, level_m)`, in time order.

    The file: a comment line, the name of the boundary, `<count> <unit>` (seconds, hours or days), then one
    `<level in metres> <time>` a line. Refuses `boundary-series-malformed` (with the line) on anything else.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused("boundary-series-malformed", field=path.name) from problem
    count, factor = _header(path, lines)
    series = [_value(path, lines, 3 + index, factor) for index in range(count)]
    if any(later[0] <= earlier[0] for earlier, later in itertools.pairwise(series)):
        raise Refused("boundary-series-malformed", field=path.name, detail={"problem": "time-not-growing"})
    return series


def _header(path: Path, lines: list[str]) -> tuple[int, float]:
    words = lines[2].split() if len(lines) > 2 else []
    if len(words) != 2 or not words[0].isdecimal() or words[1] not in SECONDS_PER_UNIT:
        raise Refused("boundary-series-malformed", field=path.name, detail={"line": 3})
    count = int(words[0])
    if not 0 < count <= MAX_VALUES or len(lines) < 3 + count:
        raise Refused("boundary-series-malformed", field=path.name, detail={"values": count, "lines": len(lines)})
    return count, SECONDS_PER_UNIT[words[1]]


def _value(path: Path, lines: list[str], index: int, factor: float) -> tuple[float, float]:
    words = lines[index].split()
    try:
        level_m, time = (float(word) for word in words)
    except ValueError as problem:
        raise Refused("boundary-series-malformed", field=path.name, detail={"line": index + 1}) from problem
    if not (math.isfinite(level_m) and math.isfinite(time)):
        raise Refused("boundary-series-malformed", field=path.name, detail={"line": index + 1})
    return time * factor, level_m
