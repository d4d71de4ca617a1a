"""A message made ready once and written as it is to every socket that may have it (RFC 6455, RFC 7692)."""

from __future__ import annotations

import zlib

WORTH_DEFLATING_BYTES = 256
WINDOW_BITS = 15
LEVEL = 3
"""Measured: see the decision record on the live stream."""

_FIN_TEXT = 0x81
_COMPRESSED = 0x40
_EMPTY_BLOCK = b"\x00\x00\xff\xff"


class Prepared:
    """One JSON message with its WebSocket frame, plain and deflated, each made the first time it is wanted.

    The deflated frame depends on no earlier message (no context takeover), so that the same bytes suit every client
    that accepted compression.
    """

    __slots__ = ("_deflated", "_plain", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._plain: bytes | None = None
        self._deflated: bytes | None = None

    @property
    def plain(self) -> bytes:
        """The whole frame, not compressed."""
        if self._plain is None:
            self._plain = enframe(self.payload, compressed=False)
        return self._plain

    @property
    def deflated(self) -> bytes:
        """The whole frame, compressed when that is worth it."""
        if self._deflated is None:
            self._deflated = self._deflate()
        return self._deflated

    def _deflate(self) -> bytes:
        if len(self.payload) < WORTH_DEFLATING_BYTES:
            return self.plain
        packed = deflate(self.payload)
        return enframe(packed, compressed=True) if len(packed) < len(self.payload) else self.plain


def deflate(payload: bytes, *, level: int = LEVEL, window_bits: int = WINDOW_BITS) -> bytes:
    """A message compressed as RFC 7692 section 7.2.1 wants it, on its own."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -window_bits)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_EMPTY_BLOCK)


def enframe(payload: bytes, *, compressed: bool) -> bytes:
    """One final text frame from a server (never masked) around these bytes."""
    first = _FIN_TEXT | (_COMPRESSED if compressed else 0)
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 0x10000:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload
