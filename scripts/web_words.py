"""Write the words of refusals for the browser from glossary.toml: one source for server, manual and desk."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
TARGET = HOUSE / "web" / "i18n" / "refusals.json"


def written() -> str:
    """The file as it should be."""
    with (HOUSE / "glossary.toml").open("rb") as source:
        refusals = sorted(tomllib.load(source)["refusal"], key=lambda refusal: refusal["code"])
    words = {language: {each["code"]: each[language] for each in refusals} for language in ("fr", "en")}
    return json.dumps(words, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
