"""The writer: takes intentions one after the other, makes them durable together, then answers.

All waiting intentions share one flush of the disk (group commit). An intention is decided against everything
decided before it, and answered only once its facts are on disk. If the disk refuses, nobody is answered yes, what
was decided is forgotten, and repeating the same command later is safe.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import math
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from garance.journal.envelope import Draft, Header, Line, Record, Tail, enclose
from garance.journal.head import Head, sign_head
from garance.journal.recent import Recent
from garance.journal.store import Appended, Batch, Receipt, Store
from garance.kernel.clock import Clock, HybridClock, Stamp
from garance.kernel.digest import digest
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer

_log = logging.getLogger(__name__)

MAX_WAITING = 2048
"""Intentions that may wait; the next is refused `overloaded` at once rather than answered late."""

MAX_BATCH = 512
QUICK_S = 0.05
REST = 4.0
"""After a failed write, commands are refused at once for this many times what starting again from the store took,
unless it was quick: a full disk must not keep the server busy with nothing else.
"""
RECENT_LINES = 20_000
READ_LINES = 1_000


class Intent(msgspec.Struct, frozen=True):
    """Who wants something, under which client-made identifier, and the digest of what was asked."""

    person: str
    command: str
    request: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes a command one and the same: its identifier, for that person."""
        return self.person, self.command


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


class _Decided(msgspec.Struct):
    """An intention and what it was given; `known` when that was durable before this batch."""

    waiting: _Waiting
    known: Receipt | None
    repeated: bool


class _Round(msgspec.Struct):
    """What goes to disk together, and who waits for it."""

    records: list[Record] = []
    receipts: list[Receipt] = []
    decided: list[_Decided] = []


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
        self._recent = Recent(store.last_position(), limit=RECENT_LINES)
        self._changed = asyncio.Condition()
        self._doubtful = False
        self._rest = (0.0, "")
        """Until when, and with which code, what comes is refused at once after a failed write."""
        self._tail = Tail()
        self._resume(*_end_of(store, self.name))

    def _resume(self, tail: Tail, stamp: Stamp | None) -> None:
        self._tail = tail
        if stamp is not None:
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
        return self._recent.last

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
        await self._wake_readers()

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
        if self._stopping or self._task is None or self._task.done():
            raise Refused("stopping")
        until, code = self._rest
        left = until - asyncio.get_running_loop().time()
        if left > 0:
            raise Refused(code, detail={"retry_after_s": math.ceil(left)})
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
            await self._settle()
            appended = await self._to_disk(foreign.batch)
        except Exception as problem:  # noqa: BLE001 - the caller is told, whatever it is
            self._doubtful = True
            _refuse(foreign.answer, problem)
            return
        for line in appended.lines:
            self.witness(line.header.stamp)
            if line.header.writer == self.name:
                # Our own facts come back to us, after an older copy of this journal was restored.
                self._resume(Tail(line.header.seq, digest(line.record.header)), line.header.stamp)
        try:
            self._hear(appended.lines)
        except Exception:  # noqa: BLE001 - a listener must not stop the writer
            # The lines are durable: whoever stumbled over them starts again from the store before the next decision.
            _log.exception("a listener failed on ingested lines")
            self._doubtful = True
        await self._publish(appended.lines)
        if not foreign.answer.done():
            foreign.answer.set_result(appended)

    async def _settle(self) -> None:
        """After a failed write, learn from the store what is true before building on it.

        A flush that failed may have reached the disk nonetheless: only the store knows, once it can be read.
        """
        if not self._doubtful:
            return
        end = await asyncio.to_thread(_end_of, self.store, self.name)
        last = await asyncio.to_thread(self.store.last_position)
        self._resume(*end)
        for listener in self._listeners:
            listener.lost()
        self._recent.restart(last)
        self._doubtful = False
        await self._wake_readers()

    def _hear(self, lines: Sequence[Line]) -> None:
        for line in lines:
            for listener in self._listeners:
                listener.heard(line)

    async def _write(self, taken: Sequence[_Waiting]) -> None:
        round_ = _Round()
        try:
            await self._settle()
            for waiting in taken:
                self._decide(waiting, round_)
            appended = await self._keep(round_)
        except Exception as problem:  # noqa: BLE001 - everybody waiting is told, whatever it is
            await self._fail(taken, round_, problem)
            return
        finally:
            self._pending.clear()
        await self._publish(appended.lines)
        written = {(receipt.person, receipt.command): receipt for receipt in appended.receipts}
        for each in round_.decided:
            _reply(each, each.known or written[each.waiting.intent.key])

    async def _keep(self, round_: _Round) -> Appended:
        if not round_.receipts:
            return Appended((), ())
        return await self._to_disk(Batch(round_.records, self._heads(round_.records), round_.receipts))

    async def _fail(self, taken: Sequence[_Waiting], round_: _Round, problem: Exception) -> None:
        self._doubtful = True
        began = asyncio.get_running_loop().time()
        found: dict[tuple[str, str], Receipt] = {}
        try:
            await self._settle()
            for key in self._pending:
                receipt = await asyncio.to_thread(self.store.receipt, *key)
                if receipt is not None:
                    found[key] = receipt
        except Exception:  # noqa: BLE001 - still doubtful, which the next write settles
            _log.exception("the store cannot be read after a failed write; the next write tries again")
        for each in round_.decided:
            known = each.known or found.get(each.waiting.intent.key)
            if known is not None:
                _reply(each, known)
        for waiting in taken:
            _refuse(waiting.answer, problem)
        now = asyncio.get_running_loop().time()
        if now - began > QUICK_S:
            code = problem.code if isinstance(problem, Refused) else "storage-failed"
            self._rest = (now + REST * (now - began), code)

    def _heads(self, records: Sequence[Record]) -> list[Head]:
        if not records:
            return []
        return [sign_head(self._signer, seq=self._tail.seq, digest=self._tail.digest, at=self._clock.now())]

    def _decide(self, waiting: _Waiting, round_: _Round) -> None:
        intent = waiting.intent
        try:
            pending = self._pending.get(intent.key)
            known = pending or self.store.receipt(*intent.key)
            if known is not None:
                if known.request != intent.request:
                    raise Refused("command-id-reused", field="id")
                round_.decided.append(_Decided(waiting, None if pending else known, repeated=True))
                return
            made = self._enclose(waiting.decide(), intent.command)
        except Exception as problem:  # noqa: BLE001 - one bad intention must not stop the others
            _refuse(waiting.answer, problem)
            return
        receipt = Receipt(intent.person, intent.command, intent.request, tuple(h.id for h, _ in made), 0)
        self._pending[intent.key] = receipt
        round_.receipts.append(receipt)
        round_.records.extend(record for _, record in made)
        round_.decided.append(_Decided(waiting, None, repeated=False))
        self._hear([Line(0, header, record) for header, record in made])

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
        if lines:
            self._recent.add(lines)
            await self._wake_readers()

    async def _wake_readers(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def subscribe(self, after: int) -> AsyncIterator[list[Line]]:
        """Every durable line after that position, for ever, in order, without gap or double; ends when stopped.

        Positions grow and may skip numbers. Refuses `storage-failed` when older lines cannot be read.
        """
        cursor = after
        while True:
            lines = await self._lines_after(cursor)
            if lines:
                cursor = lines[-1].position
                yield lines
                continue
            async with self._changed:
                if self._recent.last > cursor:
                    continue
                if self._stopping:
                    return
                await self._changed.wait()

    async def _lines_after(self, cursor: int) -> list[Line]:
        if cursor >= self._recent.last:
            return []
        recent = self._recent.after(cursor, READ_LINES)
        return await asyncio.to_thread(self.store.read, cursor, READ_LINES) if recent is None else recent


def _end_of(store: Store, writer: str) -> tuple[Tail, Stamp | None]:
    tail = store.tail(writer)
    last = store.chain(writer, tail.seq - 1, 1) if tail.seq else []
    return tail, last[0].header.stamp if last else None


def _reply(each: _Decided, receipt: Receipt) -> None:
    if not each.waiting.answer.done():
        each.waiting.answer.set_result(Answer(receipt, repeated=each.repeated))


def _refuse(answer: asyncio.Future[Answer] | asyncio.Future[Appended], problem: Exception) -> None:
    if not answer.done():
        answer.set_exception(problem)
