"""What a file is, told by its first bytes: its name and what its sender says of it prove nothing."""

from __future__ import annotations

import re

HEAD_BYTES = 64
"""How many first bytes are enough to know every kind below."""

_SIGNATURES: dict[str, tuple[str, bytes]] = {
    "image/jpeg": ("jpg", rb"\xff\xd8\xff"),
    "image/png": ("png", rb"\x89PNG\r\n\x1a\n"),
    "image/gif": ("gif", rb"GIF8[79]a"),
    "image/webp": ("webp", rb"RIFF.{4}WEBP"),
    "application/pdf": ("pdf", rb"%PDF-[12]\.[0-9]"),
    "audio/ogg": ("ogg", rb"OggS"),
    "audio/mpeg": ("mp3", rb"ID3|\xff[\xfb\xf3\xf2]"),
    "audio/wav": ("wav", rb"RIFF.{4}WAVE"),
    "video/mp4": ("mp4", rb".{4}ftyp"),
    "video/webm": ("webm", rb"\x1a\x45\xdf\xa3"),
}
_PATTERNS = {kind: re.compile(pattern, re.DOTALL) for kind, (_, pattern) in _SIGNATURES.items()}
KINDS = frozenset(_SIGNATURES)
"""Every media type that can be recognised, hence allowed."""

INLINE = ("image/", "audio/", "video/")
"""Kinds that a browser may show in a page; the others are saved."""


def kind_of(head: bytes) -> str | None:
    """The media type of a file that begins so; None when it is none of `KINDS`."""
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.match(head)), None)


def suffix_of(kind: str) -> str:
    """The usual suffix of that kind, without its dot."""
    return _SIGNATURES[kind][0]
