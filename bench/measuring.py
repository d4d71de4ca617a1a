"""What every bench needs: percentiles, the disk's own limit, one line of the final table."""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

FLUSHES = 40
FLUSH_BYTES = 4096
HEADINGS = ("measure", "value", "ratio", "good", "excellent", "verdict", "remark")


class Line(msgspec.Struct, kw_only=True):
    """One measure beside its targets.

    `ratio` is to the limit named in `against`, measured in the same run; when there is one, the targets are about
    it. `better` says which way is better: `more` or `less`.
    """

    measure: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = ""
    good: float | None = None
    excellent: float | None = None
    better: str = "less"
    remark: str = ""

    @property
    def verdict(self) -> str:
        """Where the measure stands against its targets; empty when it has none."""
        judged = self.value if self.ratio is None else self.ratio
        for name, limit in (("excellent", self.excellent), ("good", self.good)):
            if limit is not None and (judged <= limit if self.better == "less" else judged >= limit):
                return name
        return "" if self.good is None and self.excellent is None else "below target"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0..1) of the values lies; 0 when there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Flush:
    """The disk's own limit: one durable append of 4 kB, the floor under every durable answer.

    A shared disk changes its mind from one minute to the next: measure between the runs that are compared with it;
    the median of all is what counts.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "flush"
        self._medians: list[float] = []

    def measure(self) -> None:
        """Measure once more, now."""
        times: list[float] = []
        handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            for _ in range(FLUSHES):
                begun = time.perf_counter()
                os.write(handle, bytes(FLUSH_BYTES))
                os.fdatasync(handle) if hasattr(os, "fdatasync") else os.fsync(handle)
                times.append(time.perf_counter() - begun)
        finally:
            os.close(handle)
            self._file.unlink()
        self._medians.append(percentile(times, 0.5))

    @property
    def median_s(self) -> float:
        """What one flush took."""
        return statistics.median(self._medians)

    @property
    def told(self) -> str:
        """The same in words, with how far it strayed."""
        low, high = min(self._medians) * 1e3, max(self._medians) * 1e3
        return f"flush {self.median_s * 1e3:.2f} ms ({low:.2f} to {high:.2f})"


def table(lines: Sequence[Line]) -> str:
    """The lines, aligned under headings."""
    rows = [HEADINGS]
    rows += [
        (
            line.measure,
            f"{_number(line.value)} {line.unit}",
            f"{_number(line.ratio)} {line.against}" if line.ratio is not None else "",
            _number(line.good),
            _number(line.excellent),
            line.verdict,
            line.remark,
        )
        for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    aligned = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in aligned)


def verdicts(lines: Sequence[Line]) -> str:
    """How many of these measures stand where, and which are below their target."""
    counts = Counter(line.verdict for line in lines)
    said = [f"{counts[name]} {name}" for name in ("excellent", "good", "below target")]
    below = [line.measure for line in lines if line.verdict == "below target"]
    return ", ".join([*said, f"{counts['']} without target"]) + (f" (below: {'; '.join(below)})" if below else "")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
