"""Prove or refute a journal: every byte against its chain, every chain against its writer's signed heads.

The journal is read once, in the order it is stored, in bounded memory (16 bytes for each command). What is read is
not trusted: a journal that was tampered with gives a report, never an exception.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from garance.journal.bulk import in_bulk
from garance.journal.envelope import read_header
from garance.journal.head import Head
from garance.journal.store import Row, Store
from garance.kernel.clock import Instant
from garance.kernel.digest import NOTHING
from garance.kernel.refusal import Refused

PAGE = 2_000
MAX_FAULTS = 1_000
"""A report names this many faults and counts the rest."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Fault(msgspec.Struct, frozen=True):
    """One thing that is not as it should be, and where: writer and sequence number (0: no fact in particular).

    Codes: `header-malformed` `header-altered` `column-altered` `body-altered` `fact-missing` `fact-misplaced`
    `chain-broken` `stamp-not-growing` `command-repeated` `head-not-genuine` `head-missing` `head-mismatch`
    `tail-cut` `tail-unsigned` `storage-damaged` `storage-failed`.
    """

    code: str
    writer: str
    seq: int
    text: str


class Report(msgspec.Struct, kw_only=True):
    """What was read and what was found."""

    facts: int = 0
    bodies_absent: int = 0
    heads: int = 0
    chains: dict[str, int] = {}
    """The last sequence number found of each writer."""
    faults: list[Fault] = []
    faults_unnamed: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing at all was found wrong."""
        return not self.faults and not self.faults_unnamed


class _Author(msgspec.Struct):
    person: str


class _Glance(msgspec.Struct):
    """The members of a header that the chain needs, read without the others."""

    writer: str
    seq: int
    recorded_at: Instant
    tick: int
    occurred_at: Instant
    author: _Author
    name: str
    command: str
    body_digest: str
    previous: str
    situation: str | None = None


class _Chain:
    """One writer's chain as far as it was read."""

    __slots__ = ("command", "digest", "heads", "seq", "signed", "stamp")

    def __init__(self, heads: Sequence[Head]) -> None:
        self.seq = 0
        self.digest = NOTHING
        self.stamp = (-(1 << 62), 0)
        self.command: tuple[str, str] = ("", "")
        self.signed = 0
        self.heads: dict[int, list[Head]] = {}
        for head in heads:
            self.heads.setdefault(head.seq, []).append(head)


_glance = msgspec.json.Decoder(_Glance).decode


def verify(store: Store, *, heads: Sequence[Head] = ()) -> Report:
    """Read the whole journal and say everything that is wrong with it.

    `heads` are those deposited elsewhere (with neighbours, on paper): the journal must contain what they signed for.
    """
    reading = _Reading(store, heads)
    after, limit = 0, PAGE
    while True:
        try:
            with in_bulk():
                rows = store.rows(after, limit)
        except Refused as refused:
            if limit > 1:
                limit = 1  # to learn how far it can be read
                continue
            reading.unread(after, refused.code)
            break
        if not rows:
            break
        with in_bulk():
            reading.take(rows)
        after = rows[-1].position
    reading.finish()
    return reading.report


class _Reading:
    def __init__(self, store: Store, deposited: Sequence[Head]) -> None:
        self.report = Report()
        self._store = store
        self._chains: dict[str, _Chain] = {}
        self._commands = array("q")
        self._places = array("q")
        self._deposited: dict[str, list[Head]] = {}
        for head in deposited:
            self._deposited.setdefault(head.writer, []).append(head)

    def _fault(self, code: str, writer: str, seq: int, text: str) -> None:
        if len(self.report.faults) < MAX_FAULTS:
            self.report.faults.append(Fault(code, writer, seq, text))
        else:
            self.report.faults_unnamed += 1

    def _chain_of(self, writer: str) -> _Chain:
        chain = self._chains.get(writer)
        if chain is None:
            chain = self._chains[writer] = _Chain(self._genuine_heads(writer))
        return chain

    def _genuine_heads(self, writer: str) -> list[Head]:
        try:
            kept = self._store.heads(writer)
        except Refused:
            self._fault("head-not-genuine", writer, 0, "the signed heads kept here cannot be read")
            kept = []
        found = [*kept, *self._deposited.pop(writer, ())]
        self.report.heads += len(found)
        for head in found:
            if not head.genuine():
                self._fault("head-not-genuine", writer, head.seq, "the head is not signed by this writer")
        return [head for head in found if head.genuine()]

    def unread(self, after: int, code: str) -> None:
        """Nothing beyond that position can be read."""
        self._fault(code, "", 0, f"the file is damaged: nothing can be read after position {after}")

    def take(self, rows: Sequence[Row]) -> None:
        """Check the next rows, in order."""
        for row in rows:
            try:
                own = sha256(row.header).hexdigest()
                glance = _glance(row.header)
                body_stands = self._body_stands(row, glance)
            except (msgspec.DecodeError, UnicodeDecodeError, TypeError, OverflowError):
                self._unreadable(row)
                continue
            self._link(row, glance, own)
            if not body_stands:
                self._fault("body-altered", glance.writer, glance.seq, "the body is not the one the header promises")
        self.report.facts += len(rows)

    def _body_stands(self, row: Row, glance: _Glance) -> bool:
        if row.salt is None or row.body is None:
            self.report.bodies_absent += 1
            return row.salt is row.body
        return sha256(row.salt + row.body).hexdigest() == glance.body_digest

    def _unreadable(self, row: Row) -> None:
        """A header that cannot be read takes its place in the chain all the same, as far as the columns tell it."""
        writer, seq = str(row.writer), int(row.seq) if str(row.seq).isdecimal() else 0
        self._fault("header-malformed", writer, seq, f"the header at position {row.position} cannot be read")
        chain = self._chain_of(writer)
        if seq == chain.seq + 1:
            chain.seq = seq
            chain.digest = str(row.digest)

    def _link(self, row: Row, glance: _Glance, own: str) -> None:
        chain = self._chains.get(glance.writer) or self._chain_of(glance.writer)
        recorded_ms = (glance.recorded_at - _EPOCH) // _MILLISECOND
        columns = (
            glance.writer,
            glance.seq,
            recorded_ms,
            glance.tick,
            (glance.occurred_at - _EPOCH) // _MILLISECOND,
            glance.situation,
            glance.name,
            glance.author.person,
            glance.command,
            own,
        )
        stamp = (recorded_ms, glance.tick)
        follows = glance.previous == chain.digest and glance.seq == chain.seq + 1
        if row[4:] == columns and follows and stamp > chain.stamp:
            chain.seq, chain.digest, chain.stamp = glance.seq, own, stamp
        else:
            self._say_what_differs(row, glance, columns, chain)
        command = (glance.author.person, glance.command)
        if command != chain.command:
            chain.command = command
            # Where each command's run of facts begins: one that begins twice in a chain was replayed.
            self._commands.append(hash((glance.writer, command)))
            self._places.append(row.position)
        if glance.seq in chain.heads:
            self._compare(chain, glance.seq, own)

    def _say_what_differs(self, row: Row, glance: _Glance, columns: tuple[Any, ...], chain: _Chain) -> None:
        if row[4:] != columns:
            self._columns_differ(row, glance, columns)
        if glance.seq != chain.seq + 1:
            self._out_of_order(chain, glance, row.position)
        elif glance.previous != chain.digest:
            text = f"this fact does not follow fact {chain.seq} as it stands"
            self._fault("chain-broken", glance.writer, glance.seq, text)
        # What the next fact was chained to is what this one was when it was written: if its header was altered, the
        # digest noted beside it still tells, and one alteration is reported once, in its place.
        altered = row.digest != columns[-1]
        stamp = (columns[2], columns[3])
        if stamp <= chain.stamp and not altered:
            self._fault("stamp-not-growing", glance.writer, glance.seq, "recorded before the fact it follows")
        chain.stamp = chain.stamp if altered else max(stamp, chain.stamp)
        chain.digest = row.digest
        chain.seq = max(chain.seq, glance.seq)

    def _columns_differ(self, row: Row, glance: _Glance, columns: tuple[Any, ...]) -> None:
        if row.digest != columns[-1]:
            self._fault("header-altered", glance.writer, glance.seq, "the header is not the one that was recorded")
        noted = zip(Row._fields[4:-1], row[4:-1], columns, strict=False)
        wrong = [field for field, kept, true in noted if kept != true]
        if wrong:
            self._fault("column-altered", glance.writer, glance.seq, f"noted beside the header: {', '.join(wrong)}")

    def _out_of_order(self, chain: _Chain, glance: _Glance, position: int) -> None:
        if glance.seq <= chain.seq:
            text = f"at position {position}, after fact {chain.seq} of the same chain"
            self._fault("fact-misplaced", glance.writer, glance.seq, text)
            return
        missing = f"{chain.seq + 1}" if glance.seq == chain.seq + 2 else f"{chain.seq + 1} to {glance.seq - 1}"
        self._fault("fact-missing", glance.writer, chain.seq + 1, f"missing before position {position}: {missing}")

    def _compare(self, chain: _Chain, seq: int, own: str) -> None:
        for head in chain.heads.pop(seq):
            writer = head.writer
            if head.digest == own:
                chain.signed = max(chain.signed, seq)
                continue
            first = chain.signed + 1
            text = f"the chain was rewritten or forked between facts {first} and {seq}: its writer signed another"
            self._fault("head-mismatch", writer, first, text)

    def finish(self) -> None:
        """Check what can only be told at the end: heads beyond the chains, commands said twice."""
        for writer in list(self._deposited):
            self._chain_of(writer)
        for writer, chain in sorted(self._chains.items()):
            self.report.chains[writer] = chain.seq
            for seq in sorted(chain.heads):
                if seq > chain.seq:
                    text = f"its writer signed for {seq} facts; {chain.seq} are here"
                    self._fault("tail-cut", writer, chain.seq + 1, text)
            if not chain.signed and chain.seq:
                self._fault("head-missing", writer, chain.seq, "no signed head stands for any of this chain")
            elif chain.signed < chain.seq:
                text = f"facts {chain.signed + 1} to {chain.seq} are signed for by no head that agrees"
                self._fault("tail-unsigned", writer, chain.signed + 1, text)
        self._find_replays()

    def _find_replays(self) -> None:
        commands = np.frombuffer(self._commands, dtype=np.int64)
        order = np.argsort(commands, kind="stable")
        ranked = commands[order]
        again = order[1:][ranked[1:] == ranked[:-1]]
        earlier = order[:-1][ranked[1:] == ranked[:-1]]
        for first, second in zip(earlier.tolist(), again.tolist(), strict=True):
            # Equal hashes are a hint; the headers themselves decide.
            one, two = (self._said_at(self._places[index]) for index in (first, second))
            if one and two and one[:3] == two[:3]:
                text = f"the same command as fact {one[3]}, which was answered already"
                self._fault("command-repeated", two[0], two[3], text)

    def _said_at(self, position: int) -> tuple[str, str, str, int] | None:
        rows = self._store.rows(position - 1, 1)
        try:
            header = read_header(rows[0].header) if rows else None
        except Refused:
            header = None
        return (header.writer, header.author.person, header.command, header.seq) if header else None


def heads_of(store: Store) -> Mapping[str, Head]:
    """The newest signed head of each writer: what to deposit with neighbours and to print."""
    found = {writer: store.head(writer) for writer in store.writers()}
    return {writer: head for writer, head in found.items() if head is not None}
