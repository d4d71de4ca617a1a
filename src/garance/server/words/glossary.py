"""Refusals in words: from the glossary, the same data that makes the manual."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from garance.kernel.refusal import Refused

LANGUAGES = ("fr", "en")
_PACKAGED = Path(__file__).parent / "glossary.toml"
_IN_SOURCES = Path(__file__).parents[4] / "glossary.toml"


@functools.cache
def refusal_words() -> Mapping[str, Mapping[str, str]]:
    """Code of each refusal → its sentence per language. A packaged Garance has its own copy of the glossary."""
    file = _PACKAGED if _PACKAGED.exists() else _IN_SOURCES
    if not file.exists():
        return {}
    found: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    return {each["code"]: each for each in found.get("refusal", [])}


def refusal_sentence(refused: Refused, language: str = "fr") -> str:
    """What a person reads of a refusal: the glossary's sentence, then what it is about."""
    sentence = refusal_words().get(refused.code, {}).get(language, refused.code)
    about = [f"{refused.field}"] if refused.field else []
    about += [f"{name} : {value}" for name, value in refused.detail.items() if value != ""]
    return f"{sentence} ({', '.join(about)})" if about else sentence
