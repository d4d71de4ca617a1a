"""What is known of every logbook entry; a strike may arrive before its entry and is not lost."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.logbook.facts import EntryCorrected, EntryStruck, EntryWritten
from garance.domain.logbook.numbering import Register, register_of
from garance.domain.versions import Version, Versions, version_of
from garance.kernel.fact import Fact, Relation, Withheld
from garance.kernel.label import Author, Label


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """A strike or correction: its reason, and the new text of a correction. None when the body is withheld."""

    reason: str | None = None
    text: str | None = None


class Written(msgspec.Struct, frozen=True, omit_defaults=True):
    """The entry as first written; `body` is None when withheld, and `withheld` says why."""

    body: EntryWritten | None = None
    withheld: Withheld | None = None
    answers: tuple[str, ...] = ()


class Entry(msgspec.Struct):
    """One entry: how it was written, struck, corrected. Nothing to show until it is written."""

    situation: str | None = None
    written: Version[Written] | None = None
    struck: Versions[Words] | None = None
    corrected: Versions[Words] | None = None

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it after it was written."""
        return tuple(aspect for aspect in (self.struck, self.corrected) if aspect is not None)


class Entries(msgspec.Struct):
    """Every entry, by the identifier of the fact that wrote it."""

    known: dict[str, Entry] = {}
    of_amendment: dict[str, str] = {}
    """Which entry a strike or correction is about."""
    registers: dict[str, Register] = {}
    """By situation and register, the numbers given."""
    carrying: dict[str, set[str]] = {}
    """By file, the lines that carry it."""

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern. One without a body still counts."""
        if fact.name == "entry.written.v2":
            self._write(fact)
        elif fact.name in ("entry.struck.v1", "entry.corrected.v1"):
            self._amend(fact)
        else:
            return False
        return True

    def _write(self, fact: Fact[Any]) -> None:
        entry = self.known.setdefault(fact.id, Entry())
        if entry.written is None:
            body = fact.body if isinstance(fact.body, EntryWritten) else None
            entry.situation = fact.situation
            withheld = None if body else fact.withheld or Withheld.REDACTED
            entry.written = version_of(fact, Written(body, withheld, fact.referred(Relation.ANSWERS)))
            for carried in body.attachments if body else ():
                self.carrying.setdefault(carried.sha256, set()).add(fact.id)
            self._number(entry, entry.written)

    def _number(self, entry: Entry, written: Version[Written]) -> None:
        """A line without its words keeps its place: the number it had is not given again."""
        body, author = written.value.body, written.author
        if author is not None:
            key = f"{entry.situation} {register_of(author, written.label)}"
            self.registers.setdefault(key, Register()).write(written.stamp, body.number or 0 if body else None)

    def next_number(self, situation: str, author: Author, label: Label) -> int:
        """The number of the next line of that register."""
        register = self.registers.get(f"{situation} {register_of(author, label)}")
        return register.last + 1 if register is not None else 1

    def _amend(self, fact: Fact[Any]) -> None:
        strikes = fact.name == "entry.struck.v1"
        targets = fact.referred(Relation.STRIKES if strikes else Relation.CORRECTS)
        if len(targets) != 1 or (fact.body is not None and fact.body.entry != targets[0]):
            return
        entry = self.known.setdefault(targets[0], Entry())
        self.of_amendment[fact.id] = targets[0]
        match fact.body:
            case EntryStruck(reason=reason):
                words = Words(reason)
            case EntryCorrected(reason=reason, text=text):
                words = Words(reason, text)
            case _:
                words = Words()
        if strikes:
            entry.struck = entry.struck or Versions()
            entry.struck.add(version_of(fact, words))
        else:
            entry.corrected = entry.corrected or Versions()
            entry.corrected.add(version_of(fact, words))

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed: the line stays, without its words."""
        entry = self.known.get(fact)
        if entry is not None and entry.written is not None:
            for carried in entry.written.value.body.attachments if entry.written.value.body else ():
                self.carrying[carried.sha256].discard(fact)
            left = Written(None, Withheld.REDACTED, entry.written.value.answers)
            entry.written = msgspec.structs.replace(entry.written, value=left)
            self._number(entry, entry.written)
        amended = self.known.get(self.of_amendment.get(fact, ""))
        for aspect in amended.aspects if amended else ():
            version = aspect.said.get(fact)
            if version is not None:
                aspect.forget(fact)
                aspect.add(msgspec.structs.replace(version, value=Words()))
