"""What a sheet bears so that a journal cut or rewritten afterwards is noticed: digests of facts printed on it."""

from __future__ import annotations

from collections.abc import Iterable

from garance.journal.store import Store
from garance.kernel.digest import digest
from garance.kernel.identity import split_fact_id
from garance.ports.export import Link


def links_to(store: Store, facts: Iterable[str]) -> tuple[Link, ...]:
    """For each writer of these facts, the last of them and the digest of its header. Blocks.

    That digest covers all that its writer wrote before. It is taken at a fact that the reader sees, not at the end of
    the chain: how much more was written is not told.
    """
    last: dict[str, int] = {}
    for fact in facts:
        writer, seq = split_fact_id(fact)
        last[writer] = max(seq, last.get(writer, 0))
    found = []
    for writer, seq in sorted(last.items()):
        for line in store.chain(writer, seq - 1, 1):
            if line.header.seq == seq:
                found.append(Link(writer, seq, digest(line.record.header)))
    return tuple(found)
