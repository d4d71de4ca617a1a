"""What must be done once a fact is durable: destroy what it says is destroyed. Done again at every start."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from garance.domain.keeping.facts import BodyRedacted
from garance.domain.people.facts import PersonErased
from garance.journal.bulk import in_bulk
from garance.journal.envelope import Line
from garance.journal.sealing import KeyRing
from garance.journal.store import Store
from garance.kernel.identity import split_fact_id
from garance.server.trust import TrustingReader
from garance.views.reading import Reader

if TYPE_CHECKING:
    from garance.server.node import Node

PAGE_LINES = 2_000
ERASED = "person.erased."
CONSEQUENT = ("body.redacted.", ERASED)


class Aftermath:
    """Follows the journal and carries out what its facts promise. Doing it twice changes nothing."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def finish(self) -> None:
        """Carry out again everything the journal promises: a crash or an older backup may have left some undone."""
        position = 0
        while lines := await asyncio.to_thread(self._read, position):
            await asyncio.to_thread(self._carry_out, lines)
            position = lines[-1].position

    def _read(self, position: int) -> Sequence[Line]:
        with in_bulk():
            return self._node.store.read(position, PAGE_LINES)

    async def follow(self) -> None:
        """Carry out what is promised from now on."""
        async for lines in self._node.writer.subscribe(self._node.writer.last_position):
            if any(line.header.name.startswith(CONSEQUENT) for line in lines):
                await asyncio.to_thread(self._carry_out, lines)

    def _carry_out(self, lines: Sequence[Line]) -> None:
        carry_out(lines, self._node.store, self._node.keys, self._node.reader)
        for line in lines:
            body = self._node.reader.read(line).body if line.header.name.startswith(ERASED) else None
            if isinstance(body, PersonErased):
                self._node.cabinet.forget()
                self._node.sign_in.entrance.accounts.forget(body.person)


def carry_out(lines: Sequence[Line], store: Store, keys: KeyRing, reader: Reader) -> None:
    """Destroy what these lines say is destroyed."""
    for line in lines:
        if not line.header.name.startswith(CONSEQUENT):
            continue
        body = reader.read(line).body
        if isinstance(body, PersonErased):
            keys.destroy(body.person)
        elif isinstance(body, BodyRedacted):
            store.destroy_body(*split_fact_id(body.fact))


def carry_out_all(store: Store, keys: KeyRing, trusted: Iterable[str]) -> None:
    """Destroy again all that a journal at rest says is destroyed: an older copy may still hold it."""
    reader, position = TrustingReader(keys, trusted), 0
    while lines := store.read(position, PAGE_LINES):
        carry_out(lines, store, keys, reader)
        position = lines[-1].position
