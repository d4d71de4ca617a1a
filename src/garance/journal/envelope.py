"""What a fact is made of in bytes: a header in the chain, a salted body beside it.

The header's bytes are stored and exchanged as they were first written and are never made again, so that what is
verified is what was recorded. Its digest is the SHA-256 of those bytes. It holds the digest of the writer's previous
header and the salted digest of the body; salt and body can be withheld or destroyed and the chain still verifies.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from garance.kernel.clock import Instant, Stamp, to_milliseconds
from garance.kernel.digest import NOTHING, digest, new_salt, salted_digest
from garance.kernel.fact import Reference
from garance.kernel.identity import CommandId, ObjectId, WriterId, fact_id
from garance.kernel.label import Author, Label, Mode
from garance.kernel.refusal import Refused

FORMAT = 1
MAX_HEADER_BYTES = 16_384
MAX_BODY_BYTES = 1_048_576
MAX_REFERENCES = 64
FIRST_YEAR, LAST_YEAR = 2, 9998

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
FactName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\.v[1-9][0-9]*$", max_length=96)]


SequenceNumber = Annotated[int, msgspec.Meta(ge=1, le=9_999_999_999_999_999)]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Everything about a fact but its content. `seq` counts from 1 without gaps in the writer's chain."""

    format: int
    writer: WriterId
    seq: SequenceNumber
    recorded_at: Instant
    tick: Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
    occurred_at: Instant
    situation: ObjectId | None = None
    mode: Mode
    author: Author
    name: FactName
    label: Label
    refs: Annotated[tuple[Reference, ...], msgspec.Meta(max_length=MAX_REFERENCES)] = ()
    command: CommandId
    subject: ObjectId | None = None
    """The person whose key seals the personal part of the body."""
    body_digest: Digest
    previous: Digest

    @property
    def id(self) -> str:
        """The fact's identifier."""
        return fact_id(self.writer, self.seq)

    @property
    def stamp(self) -> Stamp:
        """Where the fact stands in the one order of all writers."""
        return Stamp(to_milliseconds(self.recorded_at), self.tick, self.writer)


class Record(msgspec.Struct, frozen=True):
    """A fact in bytes, as stored, exported and exchanged. Salt and body go together; both may be absent."""

    header: bytes
    salt: bytes | None
    body: bytes | None


class Line(msgspec.Struct, frozen=True):
    """A record at its place in this node's journal, with its header read. `position` counts from 1."""

    position: int
    header: Header
    record: Record

    @property
    def id(self) -> str:
        """The fact's identifier."""
        return self.header.id


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What someone wants recorded; the writer adds sequence, stamps, digests."""

    name: str
    body: bytes
    occurred_at: datetime
    situation: str | None
    mode: Mode
    author: Author
    label: Label
    refs: tuple[Reference, ...] = ()
    subject: str | None = None


class Tail(msgspec.Struct, frozen=True):
    """Where a writer's chain ends: its last sequence number and digest (0 and zeros before the first fact)."""

    seq: int = 0
    digest: str = NOTHING


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Header)


def enclose(
    draft: Draft, *, writer: str, tail: Tail, moment: datetime, tick: int, command: str
) -> tuple[Header, Record]:
    """Make the next record of a writer's chain.

    Refuses `body-too-large` (over 1 MiB) and `header-too-large` (over 16 KiB).
    """
    if len(draft.body) > MAX_BODY_BYTES:
        raise Refused("body-too-large", field="body", detail={"bytes": len(draft.body), "limit": MAX_BODY_BYTES})
    salt = new_salt()
    header = Header(
        format=FORMAT,
        writer=writer,
        seq=tail.seq + 1,
        recorded_at=moment,
        tick=tick,
        occurred_at=draft.occurred_at,
        situation=draft.situation,
        mode=draft.mode,
        author=draft.author,
        name=draft.name,
        label=draft.label,
        refs=draft.refs,
        command=command,
        subject=draft.subject,
        body_digest=salted_digest(salt, draft.body),
        previous=tail.digest,
    )
    encoded = _ENCODER.encode(header)
    if len(encoded) > MAX_HEADER_BYTES:
        raise Refused("header-too-large", detail={"bytes": len(encoded), "limit": MAX_HEADER_BYTES})
    return header, Record(encoded, salt, draft.body)


def read_header(encoded: bytes) -> Header:
    """Read a header's bytes; refuses `header-malformed`."""
    if len(encoded) > MAX_HEADER_BYTES:
        raise Refused("header-too-large", detail={"bytes": len(encoded), "limit": MAX_HEADER_BYTES})
    try:
        header = _DECODER.decode(encoded)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Refused("header-malformed") from problem
    if not all(FIRST_YEAR <= moment.year <= LAST_YEAR for moment in (header.recorded_at, header.occurred_at)):
        # Nearer the ends of the calendar, the same moment in UTC could not be told.
        raise Refused("header-malformed", field="occurred_at")
    if header.format != FORMAT:
        raise Refused("header-format-unknown", detail={"format": header.format})
    return header


def tail_after(records: Sequence[tuple[Header, Record]], tail: Tail) -> Tail:
    """The end of the chain once these records follow it."""
    if not records:
        return tail
    header, record = records[-1]
    return Tail(header.seq, digest(record.header))
