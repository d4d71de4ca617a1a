"""When a line may be written, struck and corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from garance.domain.commands import command
from garance.domain.following import amended_label, follow, sees
from garance.domain.geometry import check_shape
from garance.domain.logbook.facts import EntryCorrected, EntryStruck, EntryWritten
from garance.domain.logbook.state import Entry, Written
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.versions import Version, Versions
from garance.kernel.fact import Reference, Relation
from garance.kernel.refusal import Refused


@command("logbook.write", ability="logbook.write", request=EntryWritten)
def write_entry(state: State, request: EntryWritten, context: Context) -> Sequence[Said]:
    """Write a line. Refuses what cannot be drawn."""
    if request.geometry is not None:
        check_shape(request.geometry)
    return [Said(body=request)]


@command("logbook.strike", ability="logbook.amend", request=EntryStruck)
def strike_entry(state: State, request: EntryStruck, context: Context) -> Sequence[Said]:
    """Strike a line out. Refuses `entry-unknown`, `already-struck`."""
    entry, written = _standing(state, request.entry, context)
    struck = entry.struck or Versions()
    strikes = Reference(Relation.STRIKES, request.entry)
    label = amended_label(context, written)
    follows = follow(context, struck, thing=_thing(entry, written), at=context.present, label=label)
    return [Said(body=request, refs=_once(strikes, follows), label=label)]


@command("logbook.correct", ability="logbook.amend", request=EntryCorrected)
def correct_entry(state: State, request: EntryCorrected, context: Context) -> Sequence[Said]:
    """Correct a line's words. Refuses `entry-unknown`, `already-struck`."""
    entry, written = _standing(state, request.entry, context)
    corrected = entry.corrected or Versions()
    corrects = Reference(Relation.CORRECTS, request.entry)
    label = amended_label(context, written)
    follows = follow(context, corrected, thing=_thing(entry, written), at=context.present, label=label)
    return [Said(body=request, refs=_once(corrects, follows), label=label)]


def _standing(state: State, identifier: str, context: Context) -> tuple[Entry, Version[Written]]:
    entry = state.entries.known.get(identifier)
    written = entry.written if entry else None
    if entry is None or written is None or entry.situation != context.situation or not sees(context, written):
        raise Refused("entry-unknown", field="body.entry")
    if entry.struck and any(sees(context, strike) for strike in entry.struck.history()):
        raise Refused("already-struck", field="body.entry")
    return entry, written


def _thing(entry: Entry, written: Version[Written]) -> list[Versions[Any]]:
    return [Versions({written.fact: written}), *entry.aspects]


def _once(first: Reference, follows: Sequence[Reference]) -> tuple[Reference, ...]:
    """One reference to each fact: a strike of an entry need not say that it follows it."""
    return (first, *(reference for reference in follows if reference.fact != first.fact))
