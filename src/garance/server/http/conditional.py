"""Conditional requests: a reader who already has the answer is told so, and spared the rest; and what readers take."""

from __future__ import annotations

import hashlib
import re


class NotModified(Exception):
    """What the reader has is still right (304)."""


def weak_tag(*parts: object) -> str:
    """A weak ETag for whatever the answer depends on: cursor, instant asked, who reads…

    Give everything that can change the answer, and who may see it: a tag must not be shared between audiences.
    """
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def matches(tag: str, if_none_match: str | None) -> bool:
    """Whether the reader's `If-None-Match` names that tag (weak comparison, RFC 9110 section 8.8.3.2)."""
    if if_none_match is None:
        return False
    known = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in known or tag.removeprefix("W/") in known


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` admits gzip."""
    for each in accepted.split(","):
        coding, _, weight = each.strip().partition(";")
        if coding.strip().lower() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False
