"""The writer: takes intentions one after the other, makes them durable together, then answers.

All waiting intentions share one flush of the disk (group commit). An intention is decided against everything
decided before it, and answered only once its facts are on disk. If the disk refuses, nobody is answered yes, what
was decided is forgotten, and repeating the same command later is safe.
"""

from __future__ import annotations

import asyncio
import collections
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from garance.journal.envelope import Draft, Header, Line, Record, Tail, enclose
from garance.journal.head import Head, sign_head
from garance.journal.store import Appended, Batch, Receipt, Store
from garance.kernel.clock import Clock, HybridClock, Stamp, to_milliseconds
from garance.kernel.digest import digest
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer

MAX_WAITING = 2048
"""Intentions that may wait; the next is refused `overloaded` at once rather than answered late."""

MAX_BATCH = 512
RECENT_LINES = 20_000
READ_LINES = 1_000


class Intent(msgspec.Struct, frozen=True):
    """Who wants something, under which client-made identifier, and the digest of what was asked."""

    person: str
    command: str
    request: str


class Answer(msgspec.Struct, frozen=True):
    """The receipt of a command, and whether it had been given before."""

    receipt: Receipt
    repeated: bool


class Listener(Protocol):
    """What follows the writer from within, so that each decision sees the ones before it."""

    def heard(self, line: Line) -> None:
        """A line was decided; it is not durable yet. Its position is not to be relied on."""
        ...

    def lost(self) -> None:
        """Lines heard since the last flush were not kept: start again from the store."""
        ...


class _Waiting(msgspec.Struct):
    intent: Intent
    decide: Callable[[], Sequence[Draft]]
    answer: asyncio.Future[Answer]


class _Foreign(msgspec.Struct):
    batch: Batch
    answer: asyncio.Future[Appended]


class Writer:
    """One chain of one process. Create it, `start()` it, `submit()` to it, `stop()` it."""

    def __init__(self, store: Store, signer: Signer, clock: Clock, *, max_waiting: int = MAX_WAITING) -> None:
        self.store = store
        self.name = signer.writer
        self._signer = signer
        self._clock = clock
        self._hybrid = HybridClock(clock)
        self._listeners: list[Listener] = []
        self._max_waiting = max_waiting
        self._waiting: collections.deque[_Waiting | _Foreign] = collections.deque()
        self._wake = asyncio.Event()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="journal-disk")
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._pending: dict[tuple[str, str], Receipt] = {}
        self._published: collections.deque[Line] = collections.deque(maxlen=RECENT_LINES)
        self._last = store.last_position()
        self._changed = asyncio.Condition()
        self._tail = Tail()
        self._resume()

    def _resume(self) -> None:
        self._tail = self.store.tail(self.name)
        for line in self.store.chain(self.name, self._tail.seq - 1, 1):
            stamp = line.header.stamp
            self._hybrid.resume(stamp.milliseconds, stamp.tick)

    def listen(self, listener: Listener) -> None:
        """Have that listener hear every line from now on."""
        self._listeners.append(listener)

    @property
    def waiting(self) -> int:
        """How many intentions wait for the disk."""
        return len(self._waiting)

    @property
    def last_position(self) -> int:
        """The position of the last durable line."""
        return self._last

    def start(self) -> None:
        """Begin to write, on the running loop."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="journal-writer")

    async def stop(self) -> None:
        """Finish what waits, refuse what comes after, and let go of the thread."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._disk.shutdown()
        async with self._changed:
            self._changed.notify_all()

    def witness(self, stamp: Stamp) -> None:
        """Take note of a stamp given elsewhere, so that what is recorded next comes after it."""
        self._hybrid.witness(stamp.milliseconds, stamp.tick)

    async def submit(self, intent: Intent, decide: Callable[[], Sequence[Draft]]) -> Answer:
        """Have facts recorded for an intention; return once they are durable.

        `decide` is called in turn, against everything decided before, and gives the drafts or raises `Refused`.
        Refuses `overloaded`, `stopping`, `command-id-reused`, `storage-full`, `storage-failed`.
        """
        self._admit()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(intent, decide, answer))
        self._wake.set()
        return await answer

    async def ingest(self, batch: Batch) -> Appended:
        """Record other writers' lines, already verified, in turn with our own."""
        self._admit()
        answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Foreign(batch, answer))
        self._wake.set()
        return await answer

    def _admit(self) -> None:
        if self._stopping or self._task is None:
            raise Refused("stopping")
        if len(self._waiting) >= self._max_waiting:
            raise Refused("overloaded", detail={"waiting": len(self._waiting)})

    async def _run(self) -> None:
        while self._waiting or not self._stopping:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            if isinstance(self._waiting[0], _Foreign):
                foreign = self._waiting.popleft()
                assert isinstance(foreign, _Foreign)  # noqa: S101 - narrows the type just tested
                await self._ingest(foreign)
            else:
                await self._write(self._take())

    def _take(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        while self._waiting and len(taken) < MAX_BATCH and isinstance(self._waiting[0], _Waiting):
            item = self._waiting.popleft()
            if isinstance(item, _Waiting) and not item.answer.cancelled():
                taken.append(item)
        return taken

    async def _ingest(self, foreign: _Foreign) -> None:
        try:
            appended = await self._to_disk(foreign.batch)
        except Exception as problem:  # noqa: BLE001 - the caller is told, whatever it is
            _refuse(foreign.answer, problem)
            return
        for line in appended.lines:
            self.witness(line.header.stamp)
            for listener in self._listeners:
                listener.heard(line)
        await self._publish(appended.lines)
        if not foreign.answer.done():
            foreign.answer.set_result(appended)

    async def _write(self, taken: Sequence[_Waiting]) -> None:
        records: list[Record] = []
        receipts: list[Receipt] = []
        answers: list[tuple[_Waiting, Receipt | None]] = []
        for waiting in taken:
            try:
                receipt, repeated = self._decide(waiting, records)
            except Exception as problem:  # noqa: BLE001 - one bad intention must not stop the others
                _refuse(waiting.answer, problem)
                continue
            if not repeated:
                receipts.append(receipt)
            durable = repeated and (receipt.person, receipt.command) not in self._pending
            answers.append((waiting, receipt if durable else None))
        if not receipts:
            self._reply(answers, {})
            return
        await self._commit(records, receipts, answers)

    async def _commit(
        self, records: list[Record], receipts: list[Receipt], answers: list[tuple[_Waiting, Receipt | None]]
    ) -> None:
        heads = self._heads(records)
        try:
            appended = await self._to_disk(Batch(records, heads, receipts))
        except Exception as problem:  # noqa: BLE001 - everybody waiting is told, whatever it is
            self._pending.clear()
            self._resume()
            for listener in self._listeners:
                listener.lost()
            for waiting, known in answers:
                if known is None:
                    _refuse(waiting.answer, problem)
            self._reply([(waiting, known) for waiting, known in answers if known is not None], {})
            return
        self._pending.clear()
        await self._publish(appended.lines)
        self._reply(answers, {(r.person, r.command): r for r in appended.receipts})

    def _heads(self, records: Sequence[Record]) -> list[Head]:
        if not records:
            return []
        return [sign_head(self._signer, seq=self._tail.seq, digest=self._tail.digest, at=self._clock.now())]

    def _decide(self, waiting: _Waiting, records: list[Record]) -> tuple[Receipt, bool]:
        intent = waiting.intent
        key = (intent.person, intent.command)
        known = self._pending.get(key) or self.store.receipt(*key)
        if known is not None:
            if known.request != intent.request:
                raise Refused("command-id-reused", field="id")
            return known, True
        made = self._enclose(waiting.decide(), intent.command)
        for header, record in made:
            records.append(record)
            for listener in self._listeners:
                listener.heard(Line(0, header, record))
        receipt = Receipt(intent.person, intent.command, intent.request, tuple(h.id for h, _ in made), 0)
        self._pending[key] = receipt
        return receipt, False

    def _enclose(self, drafts: Sequence[Draft], command: str) -> list[tuple[Header, Record]]:
        made: list[tuple[Header, Record]] = []
        tail = self._tail
        for draft in drafts:
            moment, tick = self._hybrid.next()
            header, record = enclose(draft, writer=self.name, tail=tail, moment=moment, tick=tick, command=command)
            made.append((header, record))
            tail = Tail(header.seq, digest(record.header))
        self._tail = tail
        return made

    async def _to_disk(self, batch: Batch) -> Appended:
        return await asyncio.get_running_loop().run_in_executor(self._disk, self.store.append, batch)

    async def _publish(self, lines: Sequence[Line]) -> None:
        if not lines:
            return
        self._published.extend(lines)
        self._last = lines[-1].position
        async with self._changed:
            self._changed.notify_all()

    @staticmethod
    def _reply(answers: Sequence[tuple[_Waiting, Receipt | None]], written: dict[tuple[str, str], Receipt]) -> None:
        for waiting, known in answers:
            if waiting.answer.done():
                continue
            receipt = known or written[(waiting.intent.person, waiting.intent.command)]
            waiting.answer.set_result(Answer(receipt, repeated=known is not None))

    async def subscribe(self, after: int) -> AsyncIterator[list[Line]]:
        """Every durable line after that position, for ever, in order, without gap or double; ends when stopped."""
        cursor = after
        while True:
            lines = await self._lines_after(cursor)
            if lines:
                cursor = lines[-1].position
                yield lines
                continue
            async with self._changed:
                if self._last > cursor:
                    continue
                if self._stopping:
                    return
                await self._changed.wait()

    async def _lines_after(self, cursor: int) -> list[Line]:
        if cursor >= self._last:
            return []
        recent = self._published
        if recent and recent[0].position <= cursor + 1:
            start = cursor + 1 - recent[0].position
            return [recent[index] for index in range(start, min(start + READ_LINES, len(recent)))]
        return await asyncio.to_thread(self.store.read, cursor, READ_LINES)


def _refuse(answer: asyncio.Future[Answer] | asyncio.Future[Appended], problem: Exception) -> None:
    if not answer.done():
        answer.set_exception(problem)


def skew_of(stamp: Stamp, clock: Clock) -> int:
    """How many milliseconds that stamp runs ahead of this clock (negative: behind)."""
    return stamp.milliseconds - to_milliseconds(clock.now())
