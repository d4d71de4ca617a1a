"""Export from any store, import into any store; whatever the bytes, refused or taken in, never a crash."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.journal import MOMENT, STORES, Chain, author, draft, fill

from garance.journal.exchange import MAGIC, Written, export
from garance.journal.memory import MemoryStore
from garance.journal.reception import BATCH_RECORDS, batches, import_from, inspect
from garance.journal.store import Store
from garance.journal.verify import verify
from garance.kernel.clock import SetClock
from garance.kernel.refusal import Refused

CLOCK = SetClock(MOMENT)


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with STORES[request.param](tmp_path) as opened:
        yield opened


def exported(store: Store, after: dict[str, int] | None = None) -> tuple[bytes, Written]:
    target = io.BytesIO()
    written = export(store, target, clock=CLOCK, after=after)
    return target.getvalue(), written


def two_chains() -> tuple[MemoryStore, Chain, Chain]:
    store, one, two = MemoryStore(), Chain(1), Chain(2)
    for number in range(5):
        fill(store, one, 2)
        store.append(two.batch(draft(f"two {number}")))
    return store, one, two


def contents(store: Store) -> list[tuple[bytes, bytes | None]]:
    return [(line.record.header, line.record.body) for line in store.read(0, 100_000)]


def test_what_is_exported_is_imported_the_same(store: Store) -> None:
    source, one, _ = two_chains()
    source.destroy_body(one.writer, 3)
    data, written = exported(source)
    taken = import_from(io.BytesIO(data), store)
    assert (written.records, written.withheld, taken.fresh, taken.withheld) == (15, 1, 15, 1)
    assert contents(store) == contents(source)
    report = verify(store)
    assert report.sound, report.faults
    assert store.head(one.writer) == source.head(one.writer)
    again, _ = exported(store)
    assert again == data


def test_importing_again_changes_nothing(store: Store) -> None:
    data, _ = exported(two_chains()[0])
    import_from(io.BytesIO(data), store)
    before = contents(store)
    assert import_from(io.BytesIO(data), store).fresh == 0
    assert contents(store) == before


def test_an_interrupted_import_is_begun_again(store: Store) -> None:
    source, chain = MemoryStore(), Chain()
    fill(source, chain, BATCH_RECORDS * 2 + 10, each=100)
    data, _ = exported(source)
    stream = io.BytesIO(data)
    inspected = inspect(stream, store)
    stream.seek(0)
    for batch in batches(stream, store, inspected):
        store.append(batch)
        break
    assert store.last_position() == BATCH_RECORDS
    assert import_from(io.BytesIO(data), store).fresh == BATCH_RECORDS + 10
    assert contents(store) == contents(source)
    assert verify(store).sound


def test_an_export_resumes_where_the_last_one_ended(store: Store) -> None:
    source, one, two = two_chains()
    data, written = exported(source)
    import_from(io.BytesIO(data), store)
    source.append(one.batch(draft("later")))
    data, again = exported(source, written.cursor)
    assert again.records == 1
    assert again.cursor == {one.writer: 11, two.writer: 5}
    import_from(io.BytesIO(data), store)
    assert contents(store) == contents(source)
    empty, nothing = exported(source, again.cursor)
    assert nothing.records == 0
    assert import_from(io.BytesIO(empty), store).fresh == 0


def test_bodies_can_be_kept_back(store: Store) -> None:
    source, _, two = two_chains()
    target = io.BytesIO()
    written = export(source, target, clock=CLOCK, withhold=lambda header: header.writer == two.writer)
    assert written.withheld == 5
    assert b"two 1" not in target.getvalue()
    target.seek(0)
    import_from(target, store)
    assert all(line.record.body is None for line in store.chain(two.writer, 0, 10))
    assert verify(store).sound


def test_facts_without_a_signed_head_stay_here(store: Store) -> None:
    chain = Chain()
    store.append(chain.batch(draft("signed")))
    store.append(chain.batch(draft("not yet"), signed=False))
    _, written = exported(store)
    assert written.records == 1


def code_of(data: bytes, store: Store, *, max_bytes: int | None = None) -> str:
    """Why that file is refused, once it is checked that nothing of it was kept."""
    before = contents(store)
    with pytest.raises(Refused) as said:
        import_from(io.BytesIO(data), store, max_bytes=max_bytes)
    assert contents(store) == before
    return said.value.code


def test_another_story_by_the_same_writer_is_a_fork(store: Store) -> None:
    ours, theirs = Chain(), Chain()
    fill(store, ours, 3)
    other = MemoryStore()
    other.append(theirs.batch(draft("not what we were told")))
    assert code_of(exported(other)[0], store) == "chain-forked"
    fill(other, theirs, 5)
    assert code_of(exported(other)[0], store) == "chain-forked"
    assert code_of(exported(other, {theirs.writer: 2})[0], store) == "chain-forked"


def test_what_comes_before_must_be_here(store: Store) -> None:
    source, chain = MemoryStore(), Chain()
    fill(source, chain, 5)
    assert code_of(exported(source, {chain.writer: 2})[0], store) == "chain-broken"


def test_a_writer_not_trusted_is_refused(store: Store) -> None:
    data, _ = exported(two_chains()[0])
    with pytest.raises(Refused, match="writer-not-accepted"):
        import_from(io.BytesIO(data), store, accepts=lambda writer: writer == Chain(1).writer)


def test_a_forged_author_is_refused_though_the_chain_was_made_again(store: Store) -> None:
    honest, forged = Chain(), Chain()
    source = MemoryStore()
    source.append(honest.batch(draft("a"), draft("b")))
    liar = MemoryStore()
    liar.append(forged.batch(draft("a", by=author("Paul")), draft("b"), signed=False))
    genuine = source.head(honest.writer)
    assert genuine is not None
    liar._heads[honest.writer] = [genuine]  # what a forger does: the true head over a false chain
    assert code_of(exported(liar)[0], store) == "head-mismatch"


def test_a_head_signed_by_another_key_is_refused(store: Store) -> None:
    source, chain = MemoryStore(), Chain()
    fill(source, chain, 2)
    head = source.head(chain.writer)
    assert head is not None
    source._heads[chain.writer] = [msgspec.structs.replace(head, signature="0" * 128)]
    assert code_of(exported(source)[0], store) == "head-not-genuine"


@pytest.mark.parametrize("cut", [0, 1, 18, 19, 30, 200, 1000, -1, -40, -200])
def test_a_cut_file_is_refused(store: Store, cut: int) -> None:
    data, _ = exported(two_chains()[0])
    assert code_of(data[:cut], store) == "exchange-malformed"


def test_a_file_with_something_after_or_too_long_is_refused(store: Store) -> None:
    data, _ = exported(two_chains()[0])
    assert code_of(data + b"x", store) == "exchange-malformed"
    assert code_of(data, store, max_bytes=1000) == "exchange-too-large"


def test_a_file_that_changes_between_the_two_readings_is_noticed(store: Store) -> None:
    data, _ = exported(two_chains()[0])
    inspected = inspect(io.BytesIO(data), store)
    changed = data.replace(b"two 3", b"two 8")
    with pytest.raises(Refused, match="exchange-malformed"):
        list(batches(io.BytesIO(changed), store, inspected))


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(at: int, bit: int) -> None:
    data = bytearray(FILE)
    data[at % len(data)] ^= 1 << bit
    store = MemoryStore()
    with pytest.raises(Refused):
        import_from(io.BytesIO(bytes(data)), store)
    assert store.last_position() == 0


FILE, _ = exported(two_chains()[0])


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200), at=st.integers(0, len(FILE)), magic=st.booleans(), cut=st.integers(0, 300))
def test_any_bytes_are_refused_or_taken_in(data: bytes, at: int, magic: bool, cut: int) -> None:
    for stream in (data, MAGIC + data, FILE[:at] + data + FILE[at + cut :]):
        try:
            import_from(io.BytesIO(stream), MemoryStore(), max_bytes=10_000_000)
        except Refused:
            continue
