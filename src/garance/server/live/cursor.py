"""Cursors: where a reader resumes, sealed so that they tell nothing.

A position in the journal is a count: shown in the clear, a jump would reveal that facts this reader may not see were
recorded. A cursor is the position sealed under a secret of the node: always the same length, never twice the same
text. The secret is not part of a backup: after a restore every older cursor is unknown, and clients start again from
a picture rather than skip facts silently.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from garance.kernel.refusal import Refused
from garance.kernel.signature import KEY_BYTES, NONCE_BYTES, new_key, seal, unseal

POSITION_BYTES = 8
TAG_BYTES = 16
CURSOR_LETTERS = (NONCE_BYTES + POSITION_BYTES + TAG_BYTES) * 4 // 3
"""Every cursor has exactly that many letters."""

_CONTEXT = b"garance cursor 1"


class Cursors:
    """Seals positions and opens them again, with one 32-byte secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def seal(self, position: int) -> str:
        """The cursor of a reader who has seen everything up to that position (0: nothing yet)."""
        box = seal(self._secret, position.to_bytes(POSITION_BYTES, "big"), context=_CONTEXT)
        return base64.urlsafe_b64encode(box).decode("ascii")

    def open(self, cursor: str, *, field: str = "after") -> int:
        """The position a cursor holds; refuses `cursor-wrong`, one this node did not make or has forgotten."""
        plain = None
        if len(cursor) == CURSOR_LETTERS:
            plain = unseal(self._secret, _letters(cursor), context=_CONTEXT)
        if plain is None or len(plain) != POSITION_BYTES:
            raise Refused("cursor-wrong", field=field)
        return int.from_bytes(plain, "big")


def _letters(cursor: str) -> bytes:
    try:
        return base64.b64decode(cursor.encode("ascii", "replace"), altchars=b"-_", validate=True)
    except binascii.Error:
        return b""


def open_cursors(file: Path) -> Cursors:
    """The cursors of this node: its secret is read from that file, made with mode 0600 the first time."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = file.read_bytes()
    else:
        secret = new_key()
        with os.fdopen(handle, "wb") as out:
            out.write(secret)
    if len(secret) != KEY_BYTES:
        raise ValueError(f"{file.name} does not hold {KEY_BYTES} bytes: remove it, and every client starts afresh")
    return Cursors(secret)
