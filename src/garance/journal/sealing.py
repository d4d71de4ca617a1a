"""Personal parts of bodies, sealed under the person's own key; destroying the key erases them everywhere.

A body is a JSON object. When a fact has a subject, the personal members are taken out of it, encrypted together,
and put back as one member named `sealed`. The chain covers the sealed bytes, so it verifies without any key.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from garance.kernel.refusal import Refused
from garance.kernel.signature import new_key, seal, unseal

SEALED = "sealed"


class KeyRing(Protocol):
    """Keeps one secret key per person, until it is destroyed."""

    def key_of(self, person: str) -> bytes | None:
        """The person's key, or nothing when there is none or it was destroyed."""
        ...

    def open_key(self, person: str) -> bytes:
        """The person's key, made now if there was none; refuses `person-erased` once destroyed."""
        ...

    def destroy(self, person: str) -> None:
        """Destroy the person's key for ever, durably. Doing it again changes nothing."""
        ...


class MemoryKeyRing:
    """Keys in memory, for tests."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}

    def key_of(self, person: str) -> bytes | None:
        """The person's key, if any."""
        return self._keys.get(person)

    def open_key(self, person: str) -> bytes:
        """The person's key, made now if there was none."""
        key = self._keys.setdefault(person, new_key())
        if key is None:
            raise Refused("person-erased")
        return key

    def destroy(self, person: str) -> None:
        """Forget the key for ever."""
        self._keys[person] = None


def _context(name: str, person: str) -> bytes:
    return f"{name}\n{person}".encode()


def close_body(name: str, members: Mapping[str, Any], personal: Mapping[str, Any], *, person: str, key: bytes) -> bytes:
    """The body's bytes, with its personal members sealed under the person's key."""
    box = seal(key, msgspec.json.encode(personal), context=_context(name, person))
    return msgspec.json.encode({**members, SEALED: base64.b64encode(box).decode("ascii")})


def open_body(name: str, body: bytes, *, person: str | None, keys: KeyRing) -> tuple[dict[str, Any], bool]:
    """A body's members, personal ones put back; the second value tells that they were erased and are missing."""
    members = msgspec.json.decode(body, type=dict[str, Any])
    box = members.pop(SEALED, None)
    if box is None:
        return members, False
    key = keys.key_of(person) if person else None
    plain = unseal(key, _unbase64(box), context=_context(name, person)) if key and person else None
    if plain is None:
        return members, True
    return {**members, **msgspec.json.decode(plain, type=dict[str, Any])}, False


def _unbase64(box: object) -> bytes:
    try:
        return base64.b64decode(str(box), validate=True)
    except binascii.Error:
        return b""
