"""Which characters a person may have recorded: what is printed, read aloud and proven must be what is seen."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec

from garance.kernel.refusal import Refused

MANY_LINES = frozenset(
    {"text", "reason", "provenance", "note", "task", "situation", "anticipation", "commanding", "logistics", "summary"}
)
"""Members that may hold several lines; all others are one line."""

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make the following ones appear in another order than they are."""


def check_text(text: str, *, field: str, many_lines: bool = False) -> None:
    """Refuse `text-blank` and `text-unprintable`: control, direction-turning, unpaired or unassigned characters."""
    if not text.strip():
        raise Refused("text-blank", field=field)
    allowed = "\n\t" if many_lines else ""
    for character in text:
        if character.isprintable() or character in allowed:
            continue
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") or character in _TURNING:
            raise Refused("text-unprintable", field=field, detail={"character": f"U+{ord(character):04X}"})


def check_members(thing: msgspec.Struct, *, path: str = "body") -> None:
    """Check every text in a request, near or deep."""
    for name in thing.__struct_fields__:
        _check(getattr(thing, name), name, f"{path}.{name}")


def _check(value: Any, name: str, path: str) -> None:
    if isinstance(value, str):
        check_text(value, field=path, many_lines=name in MANY_LINES)
    elif isinstance(value, msgspec.Struct):
        check_members(value, path=path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            _check(item, name, f"{path}.{index}")
