"""Runs every bench, prints the ratios against their targets, and keeps them in `bench/results/latest.json`."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench import commands, fan_out, journal
from bench.measuring import Line, table

BENCHES: dict[str, Callable[..., list[Line]]] = {
    "journal": journal.run,
    "commands": commands.run,
    "fan-out": fan_out.run,
}
RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str]) -> int:
    """Run the benches named, or all of them."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="which ones; all of them when none is named")
    parser.add_argument("--quick", action="store_true", help="shorter runs, for a first look")
    options = parser.parse_args(arguments)
    lines: list[Line] = []
    for name in options.names or BENCHES:
        print(f"{name}…", flush=True)
        lines += BENCHES[name](quick=options.quick)
    print()
    print(table(lines))
    RESULTS.mkdir(exist_ok=True)
    kept = {"python": platform.python_version(), "machine": platform.machine(), "quick": options.quick, "lines": lines}
    (RESULTS / "latest.json").write_bytes(msgspec.json.format(msgspec.json.encode(kept)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
