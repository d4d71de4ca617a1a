"""What every bench needs: percentiles, the disk's own limit, one line of the final table."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Line(msgspec.Struct):
    """One measure beside its targets. `better` says which way is better: `more` or `less`."""

    axis: str
    value: float
    unit: str
    good: float | None = None
    excellent: float | None = None
    better: str = "less"
    remark: str = ""

    @property
    def verdict(self) -> str:
        """Where the value stands against its targets."""
        if self.good is None and self.excellent is None:
            return ""
        for name, limit in (("excellent", self.excellent), ("good", self.good)):
            if limit is not None and (self.value <= limit if self.better == "less" else self.value >= limit):
                return name
        return "below target"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0..1) of the values lies; 0 when there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def flush_s(folder: Path, *, count: int = 60) -> float:
    """The median time of one durable 4 kB append on that disk: the floor under every durable answer."""
    file = folder / "flush"
    times: list[float] = []
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for _ in range(count):
            begun = time.perf_counter()
            os.write(handle, bytes(4096))
            os.fdatasync(handle) if hasattr(os, "fdatasync") else os.fsync(handle)
            times.append(time.perf_counter() - begun)
    finally:
        os.close(handle)
        file.unlink()
    return percentile(times, 0.5)


def table(lines: Sequence[Line]) -> str:
    """The lines, aligned."""
    rows = [("axis", "value", "unit", "good", "excellent", "verdict", "remark")]
    rows += [
        (
            line.axis,
            _number(line.value),
            line.unit,
            _number(line.good),
            _number(line.excellent),
            line.verdict,
            line.remark,
        )
        for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
