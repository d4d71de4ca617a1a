"""Writes `tellings.ts`, for the browser's fold: which fact tells which aspect of which kind of thing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

HOUSE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HOUSE / "src")]

import garance.domain.concerns  # noqa: E402, F401 - makes every fact known; found through the path set above
from garance.domain.telling import tellings  # noqa: E402

TARGET = HOUSE / "web" / "packages" / "client" / "src" / "tellings.ts"
HEAD = """/** Which fact tells which aspect of which kind of thing. Written by `scripts/tellings.py` from the domain. */
export type Telling = {
  kind: string; thing: string; aspect: string; keys?: string[]; gathers?: boolean; begins?: boolean; ends?: boolean;
};

export const TELLINGS: Record<string, Telling> = {
"""


def written() -> str:
    """The file as it should be."""
    lines = [f"  '{name}': {_literal(msgspec.to_builtins(told))},\n" for name, told in tellings().items()]
    return HEAD + "".join(lines) + "};\n"


def _literal(told: dict[str, object]) -> str:
    members = ", ".join(f"{name}: {json.dumps(value)}".replace('"', "'") for name, value in told.items())
    return f"{{ {members} }}"


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
