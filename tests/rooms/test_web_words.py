"""What the browser takes from the domain and the glossary is what they say now."""

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


def test_the_browser_folds_by_the_tellings_of_the_domain() -> None:
    tellings = runpy.run_path(str(HOUSE / "scripts" / "tellings.py"))
    written: str = tellings["written"]()
    assert (HOUSE / "web" / "packages" / "client" / "src" / "tellings.ts").read_text(encoding="utf-8") == written, (
        "run `python scripts/tellings.py` after changing what a fact tells"
    )
