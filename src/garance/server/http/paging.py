"""Pages of long lists: a limit, and a cursor nobody can read, guess or forge."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from garance.kernel.refusal import Refused

T = TypeVar("T")

Cursor = Annotated[str, msgspec.Meta(max_length=512, description="Opaque: where to resume")]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query of a list: where to resume, and at most how many (1 to 500). Inherit to ask more."""

    after: Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class CursorSeal:
    """Seals places in a list under a secret of this node (AES-SIV): equal places give equal cursors.

    `purpose` (the list, the reader…) is bound in: a cursor of one list is refused by another.
    """

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESSIV(secret)

    @staticmethod
    def new_secret() -> bytes:
        """A fresh secret to keep with the node: without it, old cursors are refused."""
        return AESSIV.generate_key(256)

    def seal(self, place: object, *, purpose: str) -> str:
        """The cursor for that place (anything msgspec encodes)."""
        sealed = self._cipher.encrypt(msgspec.msgpack.encode(place), [purpose.encode()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, cursor: str, kind: type[T], *, purpose: str, field: str = "after") -> T:
        """The place it stands for; refuses `cursor-wrong`, whatever is wrong with it."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            return msgspec.msgpack.decode(self._cipher.decrypt(sealed, [purpose.encode()]), type=kind)
        except (binascii.Error, ValueError, InvalidTag, msgspec.DecodeError) as problem:
            raise Refused("cursor-wrong", field=field) from problem
