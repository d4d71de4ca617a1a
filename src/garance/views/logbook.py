"""The logbook as it is read: every line with its strikes and corrections (main courante)."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from garance.domain.acknowledgements.state import Acknowledgements, Answers
from garance.domain.keeping.facts import BodyRedacted
from garance.domain.keeping.state import Keeping
from garance.domain.logbook.facts import EntryWritten
from garance.domain.logbook.state import Entries, Entry, Words, Written
from garance.domain.moment import Moment, known_by
from garance.domain.versions import Version, Versions
from garance.kernel.clock import Stamp, from_milliseconds
from garance.kernel.fact import Fact
from garance.kernel.refusal import Refused
from garance.views.showing import show_acknowledgements
from garance.views.shown import CorrectionShown, EntryShown, LogbookShown, StrikeShown

MAX_PAGE = 1000


class _Folded(msgspec.Struct):
    keeping: Keeping
    entries: Entries
    acknowledgements: Acknowledgements


class Logbook:
    """The lines of one situation, in the order of the world's time, then of all writers."""

    name: ClassVar[str] = "logbook"
    version: ClassVar[int] = 3

    def __init__(self) -> None:
        self._folded = _Folded(Keeping(), Entries(), Acknowledgements())
        self._lines: list[tuple[datetime, Stamp, str]] = []
        self._sorted = True

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact."""
        keeping, entries, given = self._folded.keeping, self._folded.entries, self._folded.acknowledgements
        fact = keeping.as_kept(fact)
        if fact.name == "entry.written.v2":
            self._place(fact)
        if isinstance(fact.body, BodyRedacted):
            entries.forget(fact.body.fact)
            given.forget(fact.body.fact)
        _ = entries.fold(fact) or given.fold(fact) or keeping.fold(fact)

    def _place(self, fact: Fact[Any]) -> None:
        known = self._folded.entries.known.get(fact.id)
        if known is not None and known.written is not None:
            return
        line = (fact.occurred_at, fact.stamp, fact.id)
        self._sorted = self._sorted and (not self._lines or self._lines[-1] < line)
        self._lines.append(line)

    def _in_order(self) -> list[tuple[datetime, Stamp, str]]:
        if not self._sorted:
            self._lines.sort()
            self._sorted = True
        return self._lines

    def at(self, moment: Moment | None) -> LogbookShown:
        """Every line at that moment, oldest first."""
        items = tuple(self._show(entry, moment) for _, _, entry in self._shown(moment))
        return LogbookShown(items=items, next=None)

    def _shown(self, moment: Moment | None) -> list[tuple[datetime, Stamp, Any]]:
        known = self._folded.entries.known
        return [
            (occurred_at, stamp, known[identifier])
            for occurred_at, stamp, identifier in self._in_order()
            if moment is None or moment.includes(occurred_at, stamp.milliseconds)
        ]

    def page(
        self, moment: Moment | None, *, after: str | None = None, limit: int = 100, newest_first: bool = False
    ) -> LogbookShown:
        """At most `limit` lines (1 to 1000) after that entry; refuses `cursor-unknown`, `limit-out-of-range`."""
        if not 1 <= limit <= MAX_PAGE:
            raise Refused("limit-out-of-range", field="limit", detail={"least": 1, "most": MAX_PAGE})
        lines = self._in_order()
        count = len(lines)
        start = self._index(after) if after is not None else (count if newest_first else -1)
        places = range(start - 1, -1, -1) if newest_first else range(start + 1, count)
        found: list[EntryShown] = []
        for place in places:
            occurred_at, stamp, identifier = lines[place]
            if moment is not None and not moment.includes(occurred_at, stamp.milliseconds):
                continue
            if len(found) == limit:
                return LogbookShown(items=tuple(found), next=found[-1].entry)
            found.append(self._show(self._folded.entries.known[identifier], moment))
        return LogbookShown(items=tuple(found), next=None)

    def _show(self, entry: Entry, moment: Moment | None) -> EntryShown:
        there = self._folded.acknowledgements.known.get(entry.situation or "", {})
        return show_entry(entry, moment, there.get(entry.written.fact) if entry.written else None)

    def _index(self, identifier: str) -> int:
        entry = self._folded.entries.known.get(identifier)
        if entry is None or entry.written is None:
            raise Refused("cursor-unknown", field="after")
        written = entry.written
        return bisect_left(self._in_order(), (written.occurred_at, written.stamp, identifier))

    def snapshot(self) -> bytes:
        """All that was folded."""
        return msgspec.msgpack.encode(self._folded)

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before."""
        self._folded = msgspec.msgpack.decode(snapshot, type=_Folded)
        written = [entry.written for entry in self._folded.entries.known.values() if entry.written is not None]
        self._lines = sorted((version.occurred_at, version.stamp, version.fact) for version in written)
        self._sorted = True


def show_entry(entry: Entry, moment: Moment | None, answers: Answers | None = None) -> EntryShown:
    """A line that was written, with what was done to it: by then as it was known, ever after as it is established."""
    written = entry.written
    if written is None:
        raise ValueError("an entry is shown once written")
    corrected: Versions[Words] = (entry.corrected or Versions()).upto(known_by(moment))
    struck: Versions[Words] = (entry.struck or Versions()).upto(known_by(moment))
    body = written.value.body
    original = body.text if body else None
    told = _told(body) if body else {}
    return EntryShown(
        entry=written.fact,
        text=_text(corrected, original),
        original_text=original,
        **told,
        answers=written.value.answers,
        occurred_at=written.occurred_at,
        recorded_at=from_milliseconds(written.stamp.milliseconds),
        author=written.author,
        label=written.label,
        struck=tuple(_strike(version) for version in struck.history()),
        corrections=tuple(_correction(version) for version in corrected.history()),
        acknowledged=show_acknowledgements(answers, moment),
        conflict=len({head.value.text for head in corrected.heads() if head.value.text is not None}) > 1,
        follows=_follows(written, struck, corrected),
        withheld=written.value.withheld,
    )


def _told(body: EntryWritten) -> dict[str, Any]:
    """What the author gave beside the words."""
    return {name: getattr(body, name) for name in body.__struct_fields__ if name != "text"}


def _text(corrected: Versions[Words], original: str | None) -> str | None:
    told = [version for version in corrected.said.values() if version.value.text is not None]
    return max(told, key=lambda version: version.order).value.text if told else original


def _follows(written: Version[Written], *aspects: Versions[Words]) -> tuple[str, ...]:
    heads = sorted({head.fact for aspect in aspects for head in aspect.heads()})
    return tuple(heads) or (written.fact,)


def _strike(version: Version[Words]) -> StrikeShown:
    return StrikeShown(fact=version.fact, reason=version.value.reason, author=version.author, at=version.occurred_at)


def _correction(version: Version[Words]) -> CorrectionShown:
    return CorrectionShown(
        fact=version.fact,
        text=version.value.text,
        reason=version.value.reason,
        author=version.author,
        at=version.occurred_at,
    )
