"""Signing and sealing: Ed25519 (RFC 8032) and ChaCha20-Poly1305 (RFC 8439), by the `cryptography` library."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES = 32
NONCE_BYTES = 12


class Signer:
    """A writer's private key: signs heads. Its public half names the writer."""

    def __init__(self, private_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.writer = writer_of(self.public_key)

    @classmethod
    def create(cls) -> Signer:
        """A signer with a new random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def private_key(self) -> bytes:
        """The 32 secret bytes, for the one who stores them."""
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of this message."""
        return self._key.sign(message)


def writer_of(public_key: bytes) -> str:
    """The writer's identifier: `w` and the first 20 hexadecimal digits of the key's SHA-256."""
    return "w" + hashlib.sha256(public_key).hexdigest()[:20]


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this key signed this message. A malformed key or signature is simply not a proof."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def new_key() -> bytes:
    """A new 32-byte sealing key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, *, context: bytes) -> bytes:
    """Encrypt and authenticate; the nonce comes first. `context` must be given again to open."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, *, context: bytes) -> bytes | None:
    """The plain bytes, or nothing when the key, the context or the bytes are not the ones sealed."""
    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        return None
