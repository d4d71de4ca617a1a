"""Destructions the journal speaks of and that are not done here: after a crash between the fact and the deed, after
the restoration of an older copy (whose bodies and keys are back), after an import of facts redacted here.

The order is always: the fact first (who destroyed what, and why), then the deed, which can be done again.
The journal knows nothing of the words of the domain: the caller tells which facts order a destruction, and of what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from garance.journal.envelope import Line
from garance.journal.sealing import KeyRing
from garance.journal.store import Store
from garance.kernel.identity import split_fact_id

PAGE = 1_000


class Unfinished(msgspec.Struct, frozen=True):
    """Facts whose body should be gone and is not; persons whose key should be."""

    bodies: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.bodies or self.persons)


def unfinished_destructions(
    store: Store,
    keys: KeyRing,
    *,
    redacts: Callable[[Line], Sequence[str]],
    erases: Callable[[Line], str | None],
) -> Unfinished:
    """Read the journal through and compare what it orders with what is still here.

    `redacts` gives the identifiers of the facts whose body a line orders to destroy, `erases` the person whose key it
    orders to destroy; both give nothing for any other line.
    """
    bodies: dict[str, None] = {}
    persons: dict[str, None] = {}
    after = 0
    while lines := store.read(after, PAGE):
        for line in lines:
            bodies.update(dict.fromkeys(redacts(line)))
            person = erases(line)
            if person is not None:
                persons[person] = None
        after = lines[-1].position
    return Unfinished(
        tuple(fact for fact in bodies if _has_body(store, fact)),
        tuple(person for person in persons if keys.key_of(person) is not None),
    )


def _has_body(store: Store, fact: str) -> bool:
    writer, seq = split_fact_id(fact)
    found = store.chain(writer, seq - 1, 1)
    return bool(found) and found[0].header.seq == seq and found[0].record.body is not None


def finish_destructions(store: Store, keys: KeyRing, unfinished: Unfinished) -> None:
    """Do what remains to be done; doing it again changes nothing.

    Snapshots folded before must be forgotten too: they may hold what is destroyed here (`SnapshotStore.forget`).
    """
    for person in unfinished.persons:
        keys.destroy(person)
    for fact in unfinished.bodies:
        store.destroy_body(*split_fact_id(fact))
