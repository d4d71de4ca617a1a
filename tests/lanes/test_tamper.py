"""Tamper lane: someone who holds the journal's file alters it; each alteration is detected and located."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.journal import MOMENT, Chain, author, command, draft, fill

from garance.journal.envelope import Header, Line, Record, Tail, read_header
from garance.journal.files import heads_of_file, read_heads, verify_file, write_heads
from garance.journal.head import HEAD_WINDOW, Head, sign_head
from garance.journal.memory import MemoryStore
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Batch, Row, row_of
from garance.journal.verify import Report, verify
from garance.kernel.digest import digest
from garance.kernel.refusal import Refused

FACTS = 40
WRITER = Chain().writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of two writers, forty facts of the first; each command two facts."""
    path = tmp_path / "journal.sqlite"
    chain, other = Chain(1), Chain(2)
    with closing(SqliteStore(path)) as store:
        for number in range(FACTS // 2):
            one, two = (chain.enclose(draft(f"{number}"), command_id=command(number)) for _ in range(2))
            store.append(Batch([one[1], two[1]], [chain.head()]))
            fill(store, other, 1)
    return path


@pytest.fixture
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The forger's own way into the file: no trigger stands there."""
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    connection.close()


def found(path: Path, raw: sqlite3.Connection, *heads: Head) -> list[tuple[str, int]]:
    """The faults found in the first writer's chain, and where; the other's chain must stand."""
    raw.commit()
    report = verify_file(path, heads=heads)
    assert all(fault.writer == WRITER for fault in report.faults), report.faults
    assert not report.sound
    return [(fault.code, fault.seq) for fault in report.faults]


def header_at(raw: sqlite3.Connection, seq: int) -> bytes:
    query = "SELECT header FROM facts WHERE writer = ? AND seq = ?"
    return bytes(raw.execute(query, (WRITER, seq)).fetchone()[0])


def rewrite_from(raw: sqlite3.Connection, seq: int, change: Callable[[Header], Header]) -> None:
    """Do all a clever forger can: alter one header, then make every later link, column and digest again."""
    previous = None
    for at in range(seq, FACTS + 1):
        header = read_header(header_at(raw, at))
        header = change(header) if previous is None else msgspec.structs.replace(header, previous=previous)
        encoded = msgspec.json.encode(header)
        previous = digest(encoded)
        row = row_of(0, header, Record(encoded, None, None), previous)
        columns = [field for field in Row._fields if field not in ("position", "salt", "body")]
        values = [getattr(row, field) for field in columns]
        sets = ", ".join(f"{field} = ?" for field in columns)
        raw.execute(f"UPDATE facts SET {sets} WHERE writer = ? AND seq = ?", (*values, WRITER, at))


def test_an_untouched_journal_is_sound(path: Path) -> None:
    report = verify_file(path)
    assert report.sound, report.faults
    assert report.facts == FACTS + FACTS // 2
    assert report.chains[WRITER] == FACTS
    assert report.heads >= 2


@pytest.mark.parametrize("at", [0, 20, 150, -2])
def test_a_flipped_byte_in_a_header(path: Path, raw: sqlite3.Connection, at: int) -> None:
    header = bytearray(header_at(raw, 7))
    header[at] ^= 1
    raw.execute("UPDATE facts SET header = ? WHERE writer = ? AND seq = 7", (bytes(header), WRITER))
    faults = found(path, raw)
    assert faults[0][0] in ("header-altered", "header-malformed", "fact-missing")
    assert {seq for _, seq in faults} <= {7, 8}


def test_a_flipped_byte_in_a_body(path: Path, raw: sqlite3.Connection) -> None:
    query = "UPDATE facts SET body = CAST(replace(CAST(body AS TEXT), '3', '4') AS BLOB) WHERE writer = ? AND seq = 7"
    raw.execute(query, (WRITER,))
    assert found(path, raw) == [("body-altered", 7)]


def test_a_flipped_byte_in_a_salt(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE facts SET salt = zeroblob(16) WHERE writer = ? AND seq = 7", (WRITER,))
    assert found(path, raw) == [("body-altered", 7)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("situation", "00000000-0000-4000-8000-000000000000"),
        ("situation", None),
        ("name", "note.taken.v2"),
        ("person", author("Paul").person),
        ("recorded_ms", 0),
        ("occurred_ms", 0),
        ("tick", 9),
        ("command", command("other")),
        ("tick", b"\xff\xfe"),
    ],
)
def test_a_column_beside_the_header(path: Path, raw: sqlite3.Connection, column: str, value: object) -> None:
    raw.execute(f"UPDATE facts SET {column} = ? WHERE writer = ? AND seq = 7", (value, WRITER))
    assert found(path, raw) == [("column-altered", 7)]


def test_text_that_is_no_text(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE facts SET name = CAST(x'fffe' AS TEXT) WHERE writer = ? AND seq = 7", (WRITER,))
    assert found(path, raw) == [("column-altered", 7)]


def test_the_digest_beside_the_header(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE facts SET digest = ? WHERE writer = ? AND seq = 7", ("0" * 64, WRITER))
    assert found(path, raw)[0] == ("header-altered", 7)


def test_a_dropped_fact(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM facts WHERE writer = ? AND seq = 7", (WRITER,))
    assert found(path, raw) == [("fact-missing", 7)]


def test_a_dropped_fact_whose_place_was_closed_up(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM facts WHERE writer = ? AND seq = 7", (WRITER,))
    for seq in range(8, FACTS + 1):
        header = msgspec.structs.replace(read_header(header_at(raw, seq)), seq=seq - 1)
        encoded = msgspec.json.encode(header)
        raw.execute(
            "UPDATE facts SET seq = ?, header = ?, digest = ? WHERE writer = ? AND seq = ?",
            (seq - 1, encoded, digest(encoded), WRITER, seq),
        )
    assert found(path, raw)[0] == ("chain-broken", 7)


def test_a_reordered_pair(path: Path, raw: sqlite3.Connection) -> None:
    def swap(column: str) -> None:
        one, two = (
            raw.execute(f"SELECT {column} FROM facts WHERE writer = ? AND seq = ?", (WRITER, seq)).fetchone()[0]
            for seq in (7, 8)
        )
        for seq, value in ((7, -1), (8, one), (7, two)):
            raw.execute(f"UPDATE facts SET {column} = ? WHERE writer = ? AND seq = ?", (value, WRITER, seq))

    swap("position")
    faults = found(path, raw)
    assert faults[0] == ("fact-missing", 7)
    assert ("fact-misplaced", 7) in faults
    assert {seq for _, seq in faults} <= {7, 8, 9}


@pytest.mark.parametrize("hide_head", [False, True])
def test_a_tail_cut_after_a_deposited_head(path: Path, raw: sqlite3.Connection, hide_head: bool) -> None:
    deposited = read_heads(write_heads(heads_of_file(path).values()))
    raw.execute("DELETE FROM facts WHERE writer = ? AND seq > 30", (WRITER,))
    if hide_head:
        raw.execute("DELETE FROM heads WHERE writer = ?", (WRITER,))
    faults = found(path, raw, *deposited)
    assert ("tail-cut", 31) in faults


def test_a_whole_chain_dropped_after_a_deposited_head(path: Path, raw: sqlite3.Connection) -> None:
    deposited = read_heads(write_heads(heads_of_file(path).values()))
    raw.execute("DELETE FROM facts WHERE writer = ?", (WRITER,))
    raw.execute("DELETE FROM heads WHERE writer = ?", (WRITER,))
    assert found(path, raw, *deposited) == [("tail-cut", 1)]


def test_a_forged_author_over_a_chain_made_again(path: Path, raw: sqlite3.Connection) -> None:
    rewrite_from(raw, 7, lambda header: msgspec.structs.replace(header, author=author("Paul")))
    faults = found(path, raw)
    assert faults[0] == ("head-mismatch", 1)


def test_a_forged_author_is_located_between_the_heads_deposited_before_and_after(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    chain = Chain(1)
    deposited: list[Head] = []
    with closing(SqliteStore(path)) as store:
        for _ in range(FACTS // 4):
            fill(store, chain, 4)
            deposited.append(chain.head())
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TRIGGER facts_stay_as_they_are")
        rewrite_from(raw, 7, lambda header: msgspec.structs.replace(header, author=author("Paul")))
        faults = found(path, raw, *deposited)
    assert faults[0] == ("head-mismatch", 5)
    assert (
        verify_file(path, heads=deposited)
        .faults[0]
        .text.startswith("the chain was rewritten or forked between facts 5 and 8")
    )


def test_a_forged_head_over_a_chain_made_again(path: Path, raw: sqlite3.Connection) -> None:
    rewrite_from(raw, 7, lambda header: msgspec.structs.replace(header, author=author("Paul")))
    wrong = sign_head(Chain(3).signer, seq=FACTS, digest=digest(header_at(raw, FACTS)), at=MOMENT)
    head = msgspec.structs.replace(wrong, writer=WRITER)
    raw.execute("DELETE FROM heads WHERE writer = ?", (WRITER,))
    raw.execute("INSERT INTO heads VALUES (?, ?, ?)", (WRITER, FACTS, msgspec.json.encode(head)))
    codes = [code for code, _ in found(path, raw)]
    assert codes == ["head-not-genuine", "head-missing"]


def test_heads_that_cannot_be_read(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE heads SET head = x'00' WHERE writer = ?", (WRITER,))
    assert [code for code, _ in found(path, raw)] == ["head-not-genuine", "head-missing"]


def test_facts_added_without_the_writers_key(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        chain = Chain(1)
        chain.tail = store.tail(WRITER)
        chain._moment = store.chain(WRITER, FACTS - 1, 1)[0].header.recorded_at
        store.append(chain.batch(draft("never said"), signed=False))
    [fault] = verify_file(path).faults
    assert (fault.code, fault.writer, fault.seq) == ("tail-unsigned", WRITER, FACTS + 1)


def test_a_replayed_command(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        chain = Chain(1)
        chain.tail = store.tail(WRITER)
        chain._moment = store.chain(WRITER, FACTS - 1, 1)[0].header.recorded_at
        _, record = chain.enclose(draft("3"), command_id=command(3))
        store.append(Batch([record], [chain.head()]))
    [fault] = verify_file(path).faults
    assert (fault.code, fault.writer, fault.seq) == ("command-repeated", WRITER, FACTS + 1)
    assert "fact 7" in fault.text


def test_the_same_command_by_two_persons_is_no_replay() -> None:
    store, chain = MemoryStore(), Chain()
    for who in ("Jeanne", "Paul"):
        _, record = chain.enclose(draft(by=author(who)), command_id=command(1))
        store.append(Batch([record], [chain.head()]))
    assert verify(store).sound


def test_a_stamp_that_goes_back() -> None:
    store, chain = MemoryStore(), Chain()
    fill(store, chain, 2)
    late = Chain()
    late.tail = chain.tail
    _, record = late.enclose(draft("recorded before"), command_id=command("late"))
    store.append(Batch([record], [late.head()]))
    [fault] = verify(store).faults
    assert (fault.code, fault.seq) == ("stamp-not-growing", 3)


def test_long_chains_are_located_within_a_window_of_heads() -> None:
    chain = Chain()
    store = MemoryStore()
    fill(store, chain, 3 * HEAD_WINDOW, each=256)
    forged = Chain()
    liar = MemoryStore()
    fill(liar, forged, 3 * HEAD_WINDOW, each=256)
    at = HEAD_WINDOW + 5
    honest = Batch([line.record for line in store.chain(chain.writer, 0, at - 1)])
    mixed = MemoryStore()
    mixed.append(honest)
    forged.tail = Tail(at - 1, digest(honest.records[-1].header))
    forged._moment = store.chain(chain.writer, at - 1, 1)[0].header.recorded_at
    mixed.append(forged.batch(*(draft("forged") for _ in range(3 * HEAD_WINDOW - at + 1)), signed=False))
    report = verify(mixed, heads=store.heads(chain.writer))
    first = report.faults[0]
    assert first.code == "head-mismatch"
    assert first.seq <= at < first.seq + HEAD_WINDOW


def _small_journal(path: Path) -> bytes:
    with closing(SqliteStore(path)) as store:
        fill(store, Chain(), 30)
    return path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10**7), bit=st.integers(0, 7))
def test_any_bit_of_the_file_flipped_never_stops_the_verifier(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:

    path = tmp_path_factory.mktemp("flip") / "journal.sqlite"
    data = bytearray(_small_journal(path))
    honest = [(line.header, line.record) for line in _lines(path)]
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)
    outcome = _outcome(path)
    if isinstance(outcome, Refused):
        assert outcome.code in ("storage-foreign", "storage-too-new", "storage-damaged", "storage-failed")
    elif outcome.sound:
        # Free space, an index, a counter: what is read is still what was written.
        assert [(line.header, line.record) for line in _lines(path)] == honest


def _outcome(path: Path) -> Report | Refused:
    try:
        return verify_file(path)
    except Refused as refused:
        return refused


def _lines(path: Path) -> list[Line]:
    with closing(SqliteStore(path, read_only=True)) as store:
        return list(store.read(0, 1000))
