"""The desk says refusals with the words of the glossary."""

from __future__ import annotations

import runpy
from pathlib import Path

HOUSE = Path(__file__).parents[2]


def test_the_words_of_refusals_are_those_of_the_glossary() -> None:
    words = runpy.run_path(str(HOUSE / "scripts" / "web_words.py"))
    written: str = words["written"]()
    assert (HOUSE / "web" / "i18n" / "refusals.json").read_text(encoding="utf-8") == written, (
        "run `python scripts/web_words.py` after changing a refusal in glossary.toml"
    )
