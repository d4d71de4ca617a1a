"""Destructions ordered by facts are finished after a crash, a restoration, an import."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from support.journal import MOMENT, Chain, draft, fill

from garance.journal.envelope import Line
from garance.journal.exchange import export
from garance.journal.keys import SqliteKeyRing
from garance.journal.reception import import_from
from garance.journal.redaction import Unfinished, finish_destructions, unfinished_destructions
from garance.journal.sealing import KeyRing, MemoryKeyRing
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Store
from garance.journal.verify import verify
from garance.kernel.clock import SetClock
from garance.kernel.fact import Reference, Relation
from garance.kernel.identity import derived_id, fact_id

PERSON = derived_id("person", "Jeanne")


def redacts(line: Line) -> Sequence[str]:
    return [ref.fact for ref in line.header.refs] if line.header.name == "body.redacted.v1" else []


def erases(line: Line) -> str | None:
    return line.header.subject if line.header.name == "person.erased.v1" else None


def unfinished(store: Store, keys: KeyRing) -> Unfinished:
    return unfinished_destructions(store, keys, redacts=redacts, erases=erases)


def order(store: Store, chain: Chain, *facts: str) -> None:
    refs = tuple(Reference(Relation.STRIKES, fact) for fact in facts)
    store.append(chain.batch(draft(name="body.redacted.v1", refs=refs)))


def test_what_is_ordered_and_not_done_is_found_and_done_once(tmp_path: Path) -> None:
    chain, keys = Chain(), MemoryKeyRing()
    keys.open_key(PERSON)
    with closing(SqliteStore(tmp_path / "journal.sqlite")) as store:
        fill(store, chain, 5)
        assert not unfinished(store, keys)
        order(store, chain, fact_id(chain.writer, 2), fact_id(chain.writer, 4), fact_id(chain.writer, 999))
        store.append(chain.batch(draft(name="person.erased.v1", subject=PERSON)))
        left = unfinished(store, keys)
        assert left == Unfinished((fact_id(chain.writer, 2), fact_id(chain.writer, 4)), (PERSON,))
        finish_destructions(store, keys, left)
        finish_destructions(store, keys, left)
        assert not unfinished(store, keys)
        assert keys.key_of(PERSON) is None
        assert verify(store).sound


def test_an_older_copy_restored_forgets_again_what_was_destroyed(tmp_path: Path) -> None:
    chain = Chain()
    keys = SqliteKeyRing(tmp_path / "keys.sqlite")
    keys.open_key(PERSON)
    with closing(SqliteStore(tmp_path / "journal.sqlite")) as store:
        fill(store, chain, 3)
        store.backup_to(tmp_path / "old.sqlite")
        keys.backup_to(tmp_path / "old-keys.sqlite")
        order(store, chain, fact_id(chain.writer, 1))
        store.append(chain.batch(draft(name="person.erased.v1", subject=PERSON)))
        finish_destructions(store, keys, unfinished(store, keys))
        neighbour = io.BytesIO()
        export(store, neighbour, clock=SetClock(MOMENT))
    keys.close()
    restored_keys = SqliteKeyRing(tmp_path / "old-keys.sqlite")
    with closing(SqliteStore(tmp_path / "old.sqlite")) as restored:
        assert not unfinished(restored, restored_keys)
        neighbour.seek(0)
        import_from(neighbour, restored)
        left = unfinished(restored, restored_keys)
        assert left == Unfinished((fact_id(chain.writer, 1),), (PERSON,))
        finish_destructions(restored, restored_keys, left)
        assert restored.chain(chain.writer, 0, 1)[0].record.body is None
        assert restored_keys.key_of(PERSON) is None
    restored_keys.close()
