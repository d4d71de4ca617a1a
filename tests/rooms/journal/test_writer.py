"""The writer: durable before answered, once per command, truthful after a failed disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.journal import MOMENT, Chain, author, command, draft, signer

from garance.journal.envelope import Draft, Line
from garance.journal.memory import MemoryStore
from garance.journal.recent import Recent
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Appended, Batch, Store
from garance.journal.writer import Answer, Intent, Writer
from garance.kernel.clock import SetClock
from garance.kernel.refusal import Refused


class FaultyDisk(MemoryStore):
    """A store whose next append fails: before it is written, or after (a flush that failed yet reached the disk)."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: str | None = None
        self.unreadable = False

    def append(self, batch: Batch) -> Appended:
        fault, self.fault = self.fault, None
        if fault == "before":
            raise Refused("storage-failed")
        appended = super().append(batch)
        if fault == "after":
            raise Refused("storage-failed")
        return appended

    def last_position(self) -> int:
        if self.unreadable:
            raise Refused("storage-failed")
        return super().last_position()


class Heard:
    """A listener that remembers, and forgets what was lost."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ids: list[str] = []

    def heard(self, line: Line) -> None:
        self.ids.append(line.id)

    def lost(self) -> None:
        self.ids = [line.id for line in self.store.read(0, 10_000)]


def intent(number: int, request: str = "asked") -> Intent:
    return Intent(author().person, command(number), request)


def say(text: str) -> list[Draft]:
    return [draft(text)]


async def submit(writer: Writer, number: int, request: str = "asked") -> Answer:
    return await writer.submit(intent(number, request), lambda: say(f"note {number}"))


@pytest.fixture
async def disk() -> FaultyDisk:
    return FaultyDisk()


@pytest.fixture
async def writer(disk: FaultyDisk) -> AsyncIterator[Writer]:
    writer = Writer(disk, signer(), SetClock(MOMENT))
    writer.start()
    yield writer
    await writer.stop()


async def test_an_answer_tells_facts_already_stored(writer: Writer, disk: FaultyDisk) -> None:
    answer = await submit(writer, 1)
    assert not answer.repeated
    assert [line.id for line in disk.read(0, 10)] == list(answer.receipt.facts)
    assert answer.receipt.cursor == disk.last_position() == writer.last_position
    head = disk.head(writer.name)
    assert head is not None
    assert head.genuine()
    assert head.seq == 1


async def test_a_repeated_command_is_answered_the_same_and_adds_nothing(writer: Writer, disk: FaultyDisk) -> None:
    first = await submit(writer, 1)
    again = await submit(writer, 1)
    assert again.repeated
    assert again.receipt == first.receipt
    assert disk.last_position() == 1


async def test_a_command_repeated_within_one_flush_is_answered_once(writer: Writer, disk: FaultyDisk) -> None:
    answers = await asyncio.gather(*(submit(writer, 1) for _ in range(5)))
    assert [answer.repeated for answer in answers] == [False, True, True, True, True]
    assert len({answer.receipt for answer in answers}) == 1
    assert disk.last_position() == 1


async def test_the_same_identifier_for_something_else_is_refused(writer: Writer) -> None:
    results = await asyncio.gather(submit(writer, 1), submit(writer, 1, "another"), return_exceptions=True)
    assert isinstance(results[0], Answer)
    assert isinstance(results[1], Refused)
    with pytest.raises(Refused, match="command-id-reused"):
        await submit(writer, 1, "another")


async def test_one_refused_intention_does_not_stop_the_others(writer: Writer, disk: FaultyDisk) -> None:
    def refuse() -> list[Draft]:
        raise Refused("not-allowed")

    results = await asyncio.gather(
        submit(writer, 1), writer.submit(intent(2), refuse), submit(writer, 3), return_exceptions=True
    )
    assert isinstance(results[1], Refused)
    assert disk.last_position() == 2
    assert [line.header.seq for line in disk.read(0, 10)] == [1, 2]


async def test_each_decision_sees_the_ones_before_it(writer: Writer, disk: FaultyDisk) -> None:
    heard = Heard(disk)
    writer.listen(heard)
    seen: list[int] = []

    def look() -> list[Draft]:
        seen.append(len(heard.ids))
        return say("x")

    await asyncio.gather(*(writer.submit(intent(number), look) for number in range(4)))
    assert seen == [0, 1, 2, 3]


async def test_after_a_failed_write_nobody_is_told_yes_and_repeating_is_safe(writer: Writer, disk: FaultyDisk) -> None:
    heard = Heard(disk)
    writer.listen(heard)
    await submit(writer, 0)
    disk.fault = "before"
    results = await asyncio.gather(submit(writer, 1), submit(writer, 2), submit(writer, 1), return_exceptions=True)
    assert [getattr(result, "code", None) for result in results] == ["storage-failed"] * 3
    assert len(heard.ids) == 1
    answers = await asyncio.gather(submit(writer, 1), submit(writer, 2))
    assert [answer.repeated for answer in answers] == [False, False]
    assert heard.ids == [line.id for line in disk.read(0, 10)]
    assert disk.last_position() == 3


async def test_a_write_that_failed_yet_reached_the_disk_is_the_truth(writer: Writer, disk: FaultyDisk) -> None:
    heard = Heard(disk)
    writer.listen(heard)
    disk.fault = "after"
    answer = await submit(writer, 1)
    assert answer.receipt == disk.receipt(*intent(1).key)
    assert (await submit(writer, 2)).receipt.facts == (f"{writer.name}-2",)
    assert heard.ids == [line.id for line in disk.read(0, 10)]
    assert await first_lines(writer, 0, 2) == [1, 2]


async def test_a_full_disk_leaves_time_for_everything_else(writer: Writer, disk: FaultyDisk) -> None:
    class Slow(Heard):
        starts = 0

        def lost(self) -> None:
            self.starts += 1
            time.sleep(0.1)
            super().lost()

    slow = Slow(disk)
    writer.listen(slow)
    disk.fault = "before"
    with pytest.raises(Refused, match="storage-failed"):
        await submit(writer, 1)
    for number in range(2, 20):
        with pytest.raises(Refused, match="storage-failed") as refusal:
            await submit(writer, number)
        assert refusal.value.detail == {"retry_after_s": 1}
    assert slow.starts == 1, "those that came meanwhile cost nothing"
    await asyncio.sleep(0.6)
    assert not (await submit(writer, 1)).repeated


async def test_nothing_is_decided_until_the_truth_can_be_read_again(writer: Writer, disk: FaultyDisk) -> None:
    disk.fault, disk.unreadable = "after", True
    with pytest.raises(Refused, match="storage-failed"):
        await submit(writer, 1)
    with pytest.raises(Refused, match="storage-failed"):
        await submit(writer, 2)
    assert len(disk.read(0, 10)) == 1
    disk.unreadable = False
    assert (await submit(writer, 1)).repeated
    assert (await submit(writer, 2)).receipt.facts == (f"{writer.name}-2",)


async def test_a_listener_that_fails_refuses_the_batch_and_leaves_the_writer_alive(writer: Writer) -> None:
    class Failing(Heard):
        def heard(self, line: Line) -> None:
            if line.header.seq == 2:
                raise ValueError("bug")

    failing = Failing(writer.store)
    writer.listen(failing)
    await submit(writer, 1)
    with pytest.raises(ValueError, match="bug"):
        await submit(writer, 2)
    assert writer.store.last_position() == 1


async def first_lines(writer: Writer, after: int, count: int) -> list[int]:
    """The sequence numbers of the first lines a subscriber gets."""
    got: list[int] = []
    async for lines in writer.subscribe(after):
        got += [line.header.seq for line in lines]
        if len(got) >= count:
            break
    return got


async def test_a_subscriber_misses_nothing_and_gets_nothing_twice(writer: Writer) -> None:
    for number in range(5):
        await submit(writer, number)
    readers = [asyncio.create_task(first_lines(writer, after, 50 - after)) for after in (0, 3, 5)]
    for number in range(5, 50):
        await submit(writer, number)
    for after, reader in zip((0, 3, 5), readers, strict=True):
        assert await asyncio.wait_for(reader, 10) == list(range(after + 1, 51))


async def test_a_subscription_ends_with_the_writer(writer: Writer) -> None:
    await submit(writer, 1)

    async def all_lines() -> int:
        return sum([len(lines) async for lines in writer.subscribe(0)])

    reader = asyncio.create_task(all_lines())
    await asyncio.sleep(0)
    await writer.stop()
    assert await asyncio.wait_for(reader, 10) == 1
    with pytest.raises(Refused, match="stopping"):
        await submit(writer, 2)


async def test_too_many_waiting_are_refused_at_once(disk: FaultyDisk) -> None:
    writer = Writer(disk, signer(), SetClock(MOMENT), max_waiting=3)
    writer.start()
    results = await asyncio.gather(*(submit(writer, number) for number in range(5)), return_exceptions=True)
    assert [getattr(result, "code", "yes") for result in results] == ["yes"] * 3 + ["overloaded"] * 2
    await writer.stop()


async def test_others_facts_are_ingested_and_followed_in_time(writer: Writer, disk: FaultyDisk) -> None:
    theirs = Chain(2, at=MOMENT)
    appended = await writer.ingest(theirs.batch(draft("a"), draft("b")))
    assert [line.header.writer for line in appended.lines] == [theirs.writer] * 2
    await submit(writer, 1)
    ours = disk.chain(writer.name, 0, 1)[0]
    assert ours.header.stamp > appended.lines[-1].header.stamp


async def test_our_own_facts_restored_from_elsewhere_are_continued(writer: Writer, disk: FaultyDisk) -> None:
    chain = Chain(1)
    await writer.ingest(chain.batch(draft("a"), draft("b")))
    answer = await submit(writer, 1)
    assert answer.receipt.facts == (f"{chain.writer}-3",)
    assert disk.chain(chain.writer, 2, 1)[0].header.previous == chain.tail.digest


async def test_a_bad_batch_of_others_is_refused_and_harms_nobody(writer: Writer) -> None:
    theirs = Chain(2)
    theirs.enclose(draft("withheld"))
    with pytest.raises(Refused, match="chain-broken"):
        await writer.ingest(theirs.batch(draft("b")))
    await submit(writer, 1)


async def test_a_new_writer_continues_the_chain_and_the_clock(tmp_path: Path) -> None:
    for run in range(3):
        store = SqliteStore(tmp_path / "journal.sqlite")
        # The machine's clock went back between two runs: stamps grow nonetheless.
        writer = Writer(store, signer(), SetClock(MOMENT.replace(hour=8 - run)))
        writer.start()
        await submit(writer, run)
        await writer.stop()
        store.close()
    store = SqliteStore(tmp_path / "journal.sqlite")
    stamps = [line.header.stamp for line in store.chain(signer().writer, 0, 10)]
    assert len(stamps) == 3
    assert stamps == sorted(set(stamps))
    store.close()


def test_recent_lines_bridge_no_gap() -> None:
    store = MemoryStore()
    chain = Chain()
    lines = [store.append(chain.batch(draft(str(number)))).lines[0] for number in range(12)]
    recent = Recent(0, limit=3)
    recent.add(lines[:2])
    assert recent.after(0, 10) == lines[:2]
    assert recent.after(1, 10) == lines[1:2]
    recent.add(lines[3:5])  # number 3 was written by someone else
    assert recent.last == 5
    assert recent.after(1, 10) is None
    assert recent.after(5, 10) == []
    recent.add(lines[5:12])
    assert recent.after(5, 10) is None
    assert recent.after(recent.floor, 2) == lines[recent.floor : recent.floor + 2]
