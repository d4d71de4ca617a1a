"""Digests: SHA-256 everywhere, written as 64 lower-case hexadecimal digits."""

from __future__ import annotations

import hashlib
import secrets

NOTHING = "0" * 64
"""What a writer's first fact gives as the digest of the one before it."""

SALT_BYTES = 16


def digest(data: bytes) -> str:
    """SHA-256 of these bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def salted_digest(salt: bytes, body: bytes) -> str:
    """SHA-256 of salt then body: it proves a body shown, and tells nothing of a body withheld."""
    return hashlib.sha256(salt + body).hexdigest()


def new_salt() -> bytes:
    """Sixteen random bytes."""
    return secrets.token_bytes(SALT_BYTES)
