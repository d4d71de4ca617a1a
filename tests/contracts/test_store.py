"""The contract of `Store`, held by every implementation."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.journal import OTHER_SITUATION, SITUATION, STORES, Chain, author, command, draft, fill, receipt_for

from garance.journal.chain import check_body
from garance.journal.envelope import Record, Tail
from garance.journal.head import HEAD_WINDOW, Head
from garance.journal.store import Batch, Store
from garance.kernel.digest import digest
from garance.kernel.refusal import Refused


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with STORES[request.param](tmp_path) as opened:
        yield opened


def refused(store: Store, batch: Batch) -> Refused:
    """What the store says of that batch, once it is checked that nothing of it is visible."""
    before = (store.last_position(), [store.tail(w) for w in store.writers()])
    with pytest.raises(Refused) as said:
        store.append(batch)
    assert (store.last_position(), [store.tail(w) for w in store.writers()]) == before
    return said.value


def test_an_empty_store_says_so(store: Store) -> None:
    writer = Chain().writer
    assert store.read(0, 10) == []
    assert store.rows(0, 10) == []
    assert store.chain(writer, 0, 10) == []
    assert store.tail(writer) == Tail()
    assert store.writers() == []
    assert store.last_position() == 0
    assert store.head(writer) is None
    assert store.heads(writer) == []
    assert store.receipt(author().person, "nothing") is None
    assert not store.destroy_body(writer, 1)


def test_what_is_appended_is_read_byte_for_byte(store: Store) -> None:
    chain = Chain()
    batch = chain.batch(draft("un"), draft("deux, élève à l'école"))
    appended = store.append(batch)
    assert [line.record for line in appended.lines] == list(batch.records)
    assert list(appended.lines) == store.read(0, 10) == store.chain(chain.writer, 0, 10)
    assert store.tail(chain.writer) == chain.tail
    assert store.last_position() == appended.lines[-1].position
    for line in store.read(0, 10):
        check_body(line.header, line.record)


def test_positions_grow_and_reading_pages_without_gap_or_double(store: Store) -> None:
    first, second = Chain(1), Chain(2)
    for number in range(10):
        store.append(first.batch(draft(f"a{number}")))
        store.append(second.batch(draft(f"b{number}"), draft(f"c{number}")))
    everything = store.read(0, 1000)
    assert len(everything) == 30
    positions = [line.position for line in everything]
    assert positions == sorted(set(positions))
    paged, cursor = [], 0
    while page := store.read(cursor, 7):
        paged += page
        cursor = page[-1].position
    assert paged == everything
    assert store.writers() == sorted([first.writer, second.writer])
    assert [line.header.seq for line in store.chain(second.writer, 3, 5)] == [4, 5, 6, 7, 8]


def test_one_situation_is_read_apart(store: Store) -> None:
    chain = Chain()
    store.append(chain.batch(draft("a"), draft("b", situation=OTHER_SITUATION), draft("c"), draft("d", situation=None)))
    here = store.read(0, 10, situation=SITUATION)
    assert [line.header.seq for line in here] == [1, 3]
    assert [line.header.seq for line in store.read(here[0].position, 10, situation=SITUATION)] == [3]
    assert [line.header.seq for line in store.read(0, 1, situation=OTHER_SITUATION)] == [2]


@pytest.mark.parametrize("wrong", ["gap", "again", "other past"])
def test_only_the_next_of_a_chain_is_taken(store: Store, wrong: str) -> None:
    chain = Chain()
    first = chain.batch(draft("a"))
    store.append(first)
    if wrong == "gap":
        chain.enclose(draft("never given"))
        batch = chain.batch(draft("b"))
    elif wrong == "again":
        batch = first
    else:
        other = Chain()
        other.enclose(draft("another first"))
        batch = other.batch(draft("b"))
    said = refused(store, Batch(batch.records))
    assert said.code == "chain-broken"
    assert said.detail["writer"] == chain.writer


def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    good, bad = Chain(1), Chain(2)
    bad.enclose(draft("never given"))
    batch = Batch([*good.batch(draft("a")).records, *bad.batch(draft("b")).records])
    assert refused(store, batch).code == "chain-broken"
    assert store.writers() == []
    store.append(Batch(batch.records[:1]))
    assert store.tail(good.writer) == good.tail


def test_a_malformed_header_is_refused(store: Store) -> None:
    assert refused(store, Batch([Record(b"{}", None, None)])).code == "header-malformed"


def test_the_newest_head_is_kept_and_one_for_each_window(store: Store) -> None:
    chain = Chain()
    signed: list[Head] = []
    for size in (5, HEAD_WINDOW, 1, 1, HEAD_WINDOW):
        batch = chain.batch(*(draft() for _ in range(size)))
        store.append(batch)
        signed += batch.heads
    assert store.head(chain.writer) == signed[-1]
    kept = store.heads(chain.writer)
    assert kept == [signed[0], signed[3], signed[4]]
    assert all(head.genuine() for head in kept)


def test_a_head_for_another_chain_than_ours_is_refused(store: Store) -> None:
    chain, fork = Chain(), Chain()
    store.append(chain.batch(draft("a"), draft("b")))
    fork.enclose(draft("x"))
    assert refused(store, Batch([], [fork.head()])).code == "head-mismatch"
    fork.enclose(draft("y"))
    assert refused(store, Batch([], [fork.head()])).code == "head-mismatch"
    fork.enclose(draft("z"))
    assert refused(store, Batch([], [fork.head()])).code == "head-mismatch"
    assert store.head(chain.writer) is not None


def test_an_older_head_does_not_replace_a_newer_one(store: Store) -> None:
    chain = Chain()
    first = chain.batch(draft("a"))
    store.append(first)
    store.append(chain.batch(draft("b")))
    store.append(Batch([], first.heads))
    newest = store.head(chain.writer)
    assert newest is not None
    assert newest.seq == 2


def test_receipts_are_found_again_with_their_cursor(store: Store) -> None:
    chain = Chain()
    store.append(chain.batch(draft("before")))
    one = chain.enclose(draft("a"), command_id=command("both"))
    two = chain.enclose(draft("b"), command_id=command("both"))
    receipt = receipt_for(one[0], two[0])
    appended = store.append(Batch([one[1], two[1]], [chain.head()], [receipt]))
    known = store.receipt(receipt.person, receipt.command)
    assert known is not None
    assert appended.receipts == (known,)
    assert known.facts == receipt.facts
    assert known.cursor == appended.lines[-1].position
    assert store.receipt("someone else", receipt.command) is None


def test_a_command_is_answered_once(store: Store) -> None:
    chain = Chain()
    batch = chain.batch(draft("a"))
    store.append(batch)
    header, record = chain.enclose(draft("b"), command_id=batch.receipts[0].command)
    again = Batch([record], [], [receipt_for(header)])
    assert refused(store, again).code == "command-repeated"
    twice = Chain(2).batch(draft("c"))
    assert refused(store, Batch(twice.records, [], [*twice.receipts, *twice.receipts])).code == "command-repeated"


def test_a_receipt_may_come_without_facts(store: Store) -> None:
    receipt = receipt_for(Chain().enclose(draft())[0])
    empty = type(receipt)(receipt.person, receipt.command, receipt.request, (), 0)
    store.append(Batch([], [], [empty]))
    assert store.receipt(receipt.person, receipt.command) == empty


def test_a_destroyed_body_is_gone_and_the_chain_stands(store: Store) -> None:
    chain = Chain()
    fill(store, chain, 5)
    assert store.destroy_body(chain.writer, 3)
    assert not store.destroy_body(chain.writer, 3)
    assert not store.destroy_body(chain.writer, 6)
    line = store.chain(chain.writer, 2, 1)[0]
    assert line.record.body is None
    assert line.record.salt is None
    assert sum(each.record.body is None for each in store.read(0, 10)) == 1
    store.append(chain.batch(draft("after")))
    assert store.tail(chain.writer) == chain.tail


def test_rows_tell_what_is_stored(store: Store) -> None:
    chain = Chain()
    fill(store, chain, 3)
    for row, line in zip(store.rows(0, 10), store.read(0, 10), strict=True):
        assert (row.position, row.header, row.salt, row.body) == (line.position, *_parts(line.record))
        assert (row.writer, row.seq, row.name) == (chain.writer, line.header.seq, "note.taken.v1")
        assert row.digest == digest(line.record.header)
        assert (row.person, row.command) == (line.header.author.person, line.header.command)


def _parts(record: Record) -> tuple[bytes, bytes | None, bytes | None]:
    return record.header, record.salt, record.body


def test_readers_in_other_threads_see_whole_batches(store: Store) -> None:
    chain = Chain()
    done = threading.Event()
    torn: list[int] = []

    def read() -> None:
        while not done.is_set():
            count = len(store.read(0, 10_000))
            if count % 5:
                torn.append(count)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    fill(store, chain, 200, each=5)
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert len(store.read(0, 10_000)) == 200
