"""Gives documents the words that the desk has for the same things: `web/i18n` is where they are written."""

from __future__ import annotations

import json
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
PAPER = HOUSE / "src" / "garance" / "exports" / "words"
FAMILIES = ("category", "channel", "mode", "resource-state", "resource-kind", "role", "shape-kind", "shape-state")
"""Closed lists of values that both say: `role.dos`."""


def written(language: str) -> str:
    """The file of that language as it should be: its own words, and those of the desk for the shared families."""
    desk = json.loads((HOUSE / "web" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    own = json.loads((PAPER / f"{language}.json").read_text(encoding="utf-8"))
    shared = {key: words for key, words in desk.items() if key.partition(".")[0] in FAMILIES}
    kept = {key: words for key, words in own.items() if key.partition(".")[0] not in FAMILIES}
    return json.dumps(dict(sorted((kept | shared).items())), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for each in ("fr", "en"):
        (PAPER / f"{each}.json").write_text(written(each), encoding="utf-8")
