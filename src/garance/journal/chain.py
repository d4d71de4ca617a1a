"""The chain's own rules: what may come next, and whether a record is what its header says."""

from __future__ import annotations

from garance.journal.envelope import Header, Record, Tail
from garance.kernel.digest import salted_digest
from garance.kernel.refusal import Refused


def check_next(header: Header, tail: Tail) -> None:
    """Refuse `chain-broken` unless this header is the very next of its writer's chain."""
    if header.seq != tail.seq + 1 or header.previous != tail.digest:
        raise Refused("chain-broken", detail={"writer": header.writer, "seq": header.seq, "expected": tail.seq + 1})


def check_body(header: Header, record: Record) -> None:
    """Refuse `body-altered` when a body is present and is not the one the header promises."""
    if (record.body is None) != (record.salt is None):
        raise Refused("body-altered", detail={"writer": header.writer, "seq": header.seq})
    if record.body is None or record.salt is None:
        return
    if salted_digest(record.salt, record.body) != header.body_digest:
        raise Refused("body-altered", detail={"writer": header.writer, "seq": header.seq})
