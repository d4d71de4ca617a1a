"""Signed heads: a writer's own word on where its chain ends.

Deposited with neighbours and printed on paper, a head betrays a tail cut afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec

from garance.journal.envelope import Digest, SequenceNumber, Tail
from garance.kernel.clock import Instant
from garance.kernel.identity import WriterId
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer, verify_signature, writer_of

HEAD_WINDOW = 1024
"""Of the heads that sign for facts of the same 1,024 sequence numbers, a store keeps the last: an alteration is then
located to within that many facts, at the price of one short line for each."""

Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Writer, last sequence number, digest of that header, when, the writer's key and its signature."""

    writer: WriterId
    seq: SequenceNumber
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


def keep_head(kept: list[Head], head: Head) -> None:
    """Add a newer head to those kept, oldest first, in place of the last one when it signs for the same window."""
    if kept and head.seq < kept[-1].seq:
        return
    if kept and window_of(kept[-1].seq) == window_of(head.seq):
        kept.pop()
    kept.append(head)


def window_of(seq: int) -> int:
    """Which window of facts a sequence number falls in."""
    return seq // HEAD_WINDOW


def check_head(head: Head, tail: Tail, digest_at: Callable[[Head], str | None]) -> None:
    """Refuse `head-mismatch` unless the head signs for a fact of the chain that ends at `tail`."""
    found = tail.digest if head.seq == tail.seq else digest_at(head) if head.seq < tail.seq else None
    if found != head.digest:
        raise Refused("head-mismatch", detail={"writer": head.writer, "seq": head.seq})
