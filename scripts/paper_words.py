"""Gives documents the words that the desk has for the same things: `web/i18n` is where they are written."""

from __future__ import annotations

import json
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
PAPER = HOUSE / "src" / "garance" / "exports" / "words"
FAMILIES = (
    "agreement", "category", "centre-role", "centre-state", "certainty", "channel", "cycle-step", "demand-state",
    "evolution", "fallback-means", "importance", "mark-state", "mission-state", "mode", "net-kind", "network",
    "network-lost", "order-frame", "outage-state", "post-level", "register", "resource-kind", "resource-level",
    "resource-state", "role", "shape-kind", "shape-state", "step-state", "urgency", "zone-state",
)  # fmt: skip
"""Closed lists of values that both say: `role.dos`."""
KEYS = (
    "mark.decision", "mark.map", "mark.triage", "measure.evacuation", "measure.no-entry", "measure.shelter-in-place",
    "party.cell", "toll.absolute-urgency", "toll.evacuated", "toll.involved", "toll.killed", "toll.missing",
    "toll.relative-urgency", "toll.rescued", "toll.sheltered",
)  # fmt: skip
"""Words of other closed lists, whose family says more on the desk."""


def written(language: str) -> str:
    """The file of that language as it should be: its own words, and those of the desk for the shared families."""
    desk = json.loads((HOUSE / "web" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    own = json.loads((PAPER / f"{language}.json").read_text(encoding="utf-8"))
    shared = {key: words for key, words in desk.items() if _shared(key)}
    kept = {key: words for key, words in own.items() if not _shared(key)}
    return json.dumps(dict(sorted((kept | shared).items())), ensure_ascii=False, indent=2) + "\n"


def _shared(key: str) -> bool:
    return key in KEYS or key.partition(".")[0] in FAMILIES


if __name__ == "__main__":
    for each in ("fr", "en"):
        (PAPER / f"{each}.json").write_text(written(each), encoding="utf-8")
