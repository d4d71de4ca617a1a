"""Writes `tests/support/fold_cases.json`: the cases that the Python views and the browser's fold must both satisfy."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from support.fold_stories import cases  # noqa: E402 - found through the path set above

CASES = ROOT / "tests" / "support" / "fold_cases.json"


def encoded() -> bytes:
    """The cases as they are kept, indented so that a change can be read."""
    return msgspec.json.format(msgspec.json.encode(cases()), indent=1) + b"\n"


if __name__ == "__main__":
    CASES.write_bytes(encoded())
    print(f"{len(cases())} cases in {CASES.relative_to(ROOT)}")
