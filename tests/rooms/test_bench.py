"""The bench: how it judges a measure, and that it still runs whole, on little and for a short while."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from support.source import ROOT

from bench.measuring import Flush, Line, percentile, table, verdicts


@pytest.mark.parametrize(
    ("value", "better", "verdict"),
    [
        (5.0, "less", "excellent"),
        (5.1, "less", "good"),
        (30.1, "less", "below target"),
        (40.0, "more", "excellent"),
        (20.0, "more", "good"),
        (4.9, "more", "below target"),
    ],
)
def test_a_measure_is_judged_by_its_targets(value: float, better: str, verdict: str) -> None:
    good, excellent = (30, 5) if better == "less" else (5, 30)
    by_value = Line(measure="m", value=value, unit="s", good=good, excellent=excellent, better=better)
    by_ratio = Line(measure="m", value=999, unit="s", ratio=value, good=good, excellent=excellent, better=better)
    assert by_value.verdict == by_ratio.verdict == verdict


def test_a_measure_without_target_is_not_judged() -> None:
    assert Line(measure="m", value=1, unit="s").verdict == ""
    assert Line(measure="m", value=3, unit="s", excellent=4).verdict == "excellent"
    assert Line(measure="m", value=5, unit="s", excellent=4).verdict == "below target"


def test_the_closing_words_name_what_is_below_target() -> None:
    lines = [
        Line(measure="quick", value=1, unit="s", good=3, excellent=2),
        Line(measure="slow", value=4, unit="s", good=3, excellent=2),
        Line(measure="known", value=1234, unit="/s", ratio=2.5, against="× flush rate"),
    ]
    assert verdicts(lines) == "1 excellent, 0 good, 1 below target, 1 without target (below: slow)"
    shown = table(lines)
    assert "1,234 /s" in shown
    assert "2.5 × flush rate" in shown


def test_percentiles() -> None:
    assert percentile([], 0.5) == 0
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(100), 0.99) == 99


def test_the_flush_is_the_median_of_several(tmp_path: Path) -> None:
    flush = Flush(tmp_path)
    for _ in range(3):
        flush.measure()
    assert flush.median_s > 0
    assert re.fullmatch(r"flush [\d.]+ ms \([\d.]+ to [\d.]+\)", flush.told)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.timeout(330)
def test_the_quick_bench_runs_whole(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--keep", str(kept)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last = done.stdout.strip().splitlines()[-1]
    assert re.match(r"bench, quick look: \d+ excellent, \d+ good, \d+ below target, \d+ without target", last)
    lines = msgspec.json.decode(kept.read_bytes())["lines"]
    found = {line["measure"]: line["value"] for line in lines}
    wanted = (
        "durable commands, 64 clients", "verify 20,000 facts", "memory per idle stream", "tiles by range, one process",
    )  # fmt: skip
    assert all(found[one] > 0 for one in wanted)
    assert {line["verdict"] for line in lines} <= {"", "excellent", "good", "below target"}
