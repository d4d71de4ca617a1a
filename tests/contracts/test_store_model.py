"""Whatever is asked of both, the SQLite journal answers as the one in memory, across closing and opening again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.journal import OTHER_SITUATION, SITUATION, Chain, command, draft, receipt_for

from garance.journal.memory import MemoryStore
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Batch, Receipt, Store
from garance.journal.verify import verify
from garance.kernel.refusal import Refused

writers = st.integers(0, 2)
seqs = st.integers(-1, 12)
situations = st.sampled_from([None, SITUATION, OTHER_SITUATION])


def outcome(ask: Callable[[], object]) -> object:
    """What came back, or why it was refused."""
    try:
        return ask()
    except Refused as refused:
        return refused.code, refused.detail


class SameStore(RuleBasedStateMachine):
    """Memory is the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.memory = MemoryStore()
        self.sqlite = SqliteStore(self.folder / "journal.sqlite")
        self.chains = [Chain(number + 1) for number in range(3)]
        self.batches: list[Batch] = []

    def both(self, ask: Callable[[Store], object]) -> object:
        one = outcome(lambda: ask(self.memory))
        assert one == outcome(lambda: ask(self.sqlite))
        return one

    @rule(writer=writers, places=st.lists(situations, min_size=1, max_size=4), signed=st.booleans())
    def append(self, writer: int, places: Sequence[str | None], signed: bool) -> None:
        chain = self.chains[writer]
        batch = chain.batch(*(draft(situation=place) for place in places), signed=signed)
        self.batches.append(batch)
        self.both(lambda store: store.append(batch))

    @rule(writer=writers, number=st.integers(0, 3))
    def append_a_command(self, writer: int, number: int) -> None:
        chain = self.chains[writer]
        tail = chain.tail
        header, record = chain.enclose(draft(), command_id=command(number))
        batch = Batch([record], [chain.head()], [receipt_for(header)])
        said = self.both(lambda store: store.append(batch))
        if isinstance(said, tuple):
            chain.tail = tail

    @rule(writer=writers)
    def append_after_a_gap(self, writer: int) -> None:
        chain = self.chains[writer]
        tail = chain.tail
        chain.enclose(draft("never given"))
        batch = chain.batch(draft())
        chain.tail = tail
        said = self.both(lambda store: store.append(batch))
        assert isinstance(said, tuple)

    @rule(which=st.integers(0, 20))
    def append_again(self, which: int) -> None:
        if self.batches:
            batch = self.batches[which % len(self.batches)]
            self.both(lambda store: store.append(batch))
            self.both(lambda store: store.append(Batch([], batch.heads)))

    @rule(writer=writers, seq=seqs)
    def destroy(self, writer: int, seq: int) -> None:
        self.both(lambda store: store.destroy_body(self.chains[writer].writer, seq))

    @rule(after=st.integers(0, 30), limit=st.integers(0, 10), place=situations, writer=writers, seq=seqs)
    def ask(self, after: int, limit: int, place: str | None, writer: int, seq: int) -> None:
        name = self.chains[writer].writer
        self.both(lambda store: store.read(after, limit, situation=place))
        self.both(lambda store: list(store.rows(after, limit)))
        self.both(lambda store: store.chain(name, seq, limit))
        self.both(lambda store: (store.head(name), store.heads(name), store.tail(name)))

    @rule(number=st.integers(0, 4))
    def ask_receipt(self, number: int) -> None:
        person = receipt_for(Chain().enclose(draft())[0]).person
        said = self.both(lambda store: store.receipt(person, command(number)))
        assert said is None or isinstance(said, Receipt)

    @rule()
    def open_again(self) -> None:
        self.sqlite.close()
        self.sqlite = SqliteStore(self.folder / "journal.sqlite")

    @invariant()
    def agree(self) -> None:
        self.both(lambda store: (store.writers(), store.last_position()))
        assert [(f.code, f.writer, f.seq) for f in verify(self.memory).faults] == [
            (f.code, f.writer, f.seq) for f in verify(self.sqlite).faults
        ]

    def teardown(self) -> None:
        self.sqlite.close()
        shutil.rmtree(self.folder)


TestSameStore = SameStore.TestCase
TestSameStore.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
