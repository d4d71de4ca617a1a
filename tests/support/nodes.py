"""Nodes with a real journal each: they decide by the rules, write their own chain, and hear of each other late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

import garance.domain.concerns  # noqa: F401 - makes every command known
from garance.domain.commands import decide, find
from garance.domain.keeping.rules import redact_body
from garance.domain.said import Context, Settled
from garance.domain.state import State
from garance.domain.vocabulary import name_of, split
from garance.journal.envelope import Draft, Line
from garance.journal.memory import MemoryStore
from garance.journal.sealing import MemoryKeyRing
from garance.journal.store import Batch, Store
from garance.journal.writer import Intent, Writer
from garance.kernel.clock import SetClock
from garance.kernel.fact import Fact
from garance.kernel.identity import new_id, split_fact_id
from garance.kernel.label import Author, Label
from garance.kernel.signature import Signer
from garance.views.reading import Reader


class Node:
    """A clock, a journal, a writer, and the state its rules decide against."""

    def __init__(self, number: int, start: datetime, *, store: Store | None = None) -> None:
        self.clock = SetClock(start)
        self.store = store or MemoryStore()
        self.reader = Reader(MemoryKeyRing())
        self.state = State()
        signer = Signer(number.to_bytes(32, "big"))
        self.name = signer.writer
        self.writer = Writer(self.store, signer, self.clock)
        self.writer.listen(self)

    def heard(self, line: Line) -> None:
        """Each line decided or taken in changes what the rules know."""
        self.state.fold(self.reader.read(line))

    def lost(self) -> None:
        """Start again from the store."""
        self.state = State()
        self.state.fold_all(self.facts())

    def facts(self) -> list[Fact[Any]]:
        """Everything in this node's journal, in the order of arrival."""
        return [self.reader.read(line) for line in self.store.read(0, 1_000_000)]

    async def say(
        self,
        command: str,
        body: dict[str, Any],
        *,
        by: Author,
        situation: str | None,
        at: datetime | None = None,
        follows: tuple[str, ...] | None = None,
        label: Label | None = None,
    ) -> tuple[str, ...]:
        """Ask for a command as the server does; the identifiers of the facts it made."""
        wanted = find(command)
        request = msgspec.convert(body, wanted.request)
        context = Context(
            situation=situation, author=by, now=self.clock.now(), occurred_at=at, follows=follows, label=label
        )
        return await self._submit(by, lambda: decide(self.state, wanted, request, context))

    async def redact(self, fact: Fact[Any], *, by: Author, destroy: bool) -> None:
        """Destroy the content of a fact; `destroy` also takes its bytes out of this store."""

        def settle() -> Sequence[Settled]:
            said = redact_body(self.state, fact, reason="données personnelles")
            label = said.label or fact.label
            return [
                Settled(
                    body=said.body,
                    refs=(),
                    situation=said.situation,
                    mode=fact.mode,
                    label=label,
                    occurred_at=self.clock.now(),
                )
            ]

        await self._submit(by, settle)
        if destroy:
            self.store.destroy_body(*split_fact_id(fact.id))

    async def _submit(self, by: Author, settle: Callable[[], Sequence[Settled]]) -> tuple[str, ...]:
        intent = Intent(by.person, new_id(), "request")
        answer = await self.writer.submit(intent, lambda: [_draft(settled, by) for settled in settle()])
        self.clock.advance(timedelta(milliseconds=700))
        return answer.receipt.facts

    async def hear_of(self, other: Node, *, limit: int = 1_000_000) -> None:
        """Take in what the other node has and this one has not, writer by writer, at most `limit` lines each."""
        for writer in other.store.writers():
            lines = other.store.chain(writer, self.store.tail(writer).seq, limit)
            if writer != self.name and lines:
                await self.writer.ingest(Batch([line.record for line in lines]))


def _draft(settled: Settled, by: Author) -> Draft:
    members, personal, subject = split(settled.body)
    assert not personal, "sealing is the server's business"
    return Draft(
        name=name_of(settled.body),
        body=msgspec.json.encode(members),
        occurred_at=settled.occurred_at,
        situation=settled.situation,
        mode=settled.mode,
        author=by,
        label=settled.label,
        refs=settled.refs,
        subject=subject,
    )
