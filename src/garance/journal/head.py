"""Signed heads: a writer's own word on where its chain ends.

Deposited with neighbours and printed on paper, a head betrays a tail cut afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from garance.journal.envelope import Digest
from garance.kernel.clock import Instant
from garance.kernel.identity import WriterId
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer, verify_signature, writer_of

Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Writer, last sequence number, digest of that header, when, the writer's key and its signature."""

    writer: WriterId
    seq: Annotated[int, msgspec.Meta(ge=1)]
    digest: Digest
    at: Instant
    public_key: Hex32
    signature: Hex64

    def genuine(self) -> bool:
        """Whether the key is the writer's and signed exactly this."""
        key = bytes.fromhex(self.public_key)
        said = _message(self.writer, self.seq, self.digest, self.at)
        return writer_of(key) == self.writer and verify_signature(key, said, bytes.fromhex(self.signature))


def _message(writer: str, seq: int, digest: str, at: datetime) -> bytes:
    return b"garance head 1\n" + msgspec.json.encode([writer, seq, digest, at])


def sign_head(signer: Signer, *, seq: int, digest: str, at: datetime) -> Head:
    """The writer states that its chain ends with fact `seq`, of that digest, at that moment."""
    signature = signer.sign(_message(signer.writer, seq, digest, at))
    return Head(signer.writer, seq, digest, at, signer.public_key.hex(), signature.hex())


def read_head(encoded: bytes) -> Head:
    """Read a head from JSON; refuses `head-malformed` and `head-not-genuine`."""
    try:
        head = msgspec.json.decode(encoded, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Refused("head-malformed") from problem
    if not head.genuine():
        raise Refused("head-not-genuine", detail={"writer": head.writer})
    return head
