"""Runs every bench, prints each measure beside its targets, and keeps them in `bench/results/latest.json`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench import commands, desk, fan_out, journal, papers, symbols, tak, tak_node, territory, tiles
from bench.measuring import Line, table, verdicts

BENCHES: dict[str, Callable[..., list[Line]]] = {
    "commands": commands.run,
    "desk": desk.run,
    "fan-out": fan_out.run,
    "journal": journal.run,
    "papers": papers.run,
    "symbols": symbols.run,
    "tak": lambda *, quick: [*tak.run(quick=quick), *tak_node.run(quick=quick)],
    "tak-node": tak_node.run,
    "territory": territory.run,
    "tiles": tiles.run,
}
RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str]) -> int:
    """Run the benches named, or all of them."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="which ones; all of them when none is named")
    parser.add_argument("--quick", action="store_true", help="shorter runs on less, for a first look")
    parser.add_argument("--keep", type=Path, default=RESULTS / "latest.json", help="where the measures are kept")
    options = parser.parse_args(arguments)
    begun, lines = time.perf_counter(), list[Line]()
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    print(f"{machine}; load at the start {_load()}", flush=True)
    for name in options.names or (name for name in BENCHES if name != "tak-node"):
        print(f"{name}…", flush=True)
        lines += BENCHES[name](quick=options.quick)
    print(f"\n{table(lines)}\n")
    options.keep.parent.mkdir(exist_ok=True)
    kept = {"machine": machine, "quick": options.quick, "lines": [_kept(line) for line in lines]}
    options.keep.write_bytes(msgspec.json.format(msgspec.json.encode(kept)))
    scale = "quick look" if options.quick else "full run"
    print(f"bench, {scale}: {verdicts(lines)}; {time.perf_counter() - begun:.0f} s, load at the end {_load()}")
    return 0


def _load() -> str:
    """How much work waits for the processors, this bench's own included: a busy machine must be seen in the result."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _kept(line: Line) -> dict[str, object]:
    return {**msgspec.to_builtins(line), "verdict": line.verdict}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
