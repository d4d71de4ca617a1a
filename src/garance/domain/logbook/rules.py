"""When a line may be written, struck and corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from garance.domain.commands import AHEAD, command, present_of
from garance.domain.following import amended_label, follow, sees
from garance.domain.geometry import check_shape
from garance.domain.logbook.facts import (
    EntryAsked,
    EntryAssessed,
    EntryCorrected,
    EntryMarked,
    EntryStruck,
    EntryWritten,
)
from garance.domain.logbook.state import Entry, Written
from garance.domain.parties import check_parties
from garance.domain.said import Context, Said
from garance.domain.speaking import answers_of, check_links, say
from garance.domain.state import State
from garance.domain.versions import Version, Versions
from garance.kernel.clock import as_utc
from garance.kernel.fact import Reference, Relation
from garance.kernel.label import Label
from garance.kernel.refusal import Refused


@command("logbook.write", ability="logbook.write", request=EntryAsked)
def write_entry(state: State, request: EntryAsked, context: Context) -> Sequence[Said]:
    """Write a line: it takes the next number of its register.

    Refuses `link-unknown`, `party-empty`, `declared-later` (after it was written), `attachment-twice`, what cannot be
    drawn.
    """
    if request.geometry is not None:
        check_shape(request.geometry)
    check_links(state, context, request.links)
    check_parties(request.wanted.of if request.wanted else (), field="body.wanted.of")
    if len({one.sha256 for one in request.attachments}) < len(request.attachments):
        raise Refused("attachment-twice", field="body.attachments")
    declared_at = as_utc(request.declared_at, field="body.declared_at") if request.declared_at is not None else None
    if declared_at is not None and declared_at > present_of(state, context.situation, context.now) + AHEAD:
        raise Refused("declared-later", field="body.declared_at")
    label = context.label or Label()
    given = {name: getattr(request, name) for name in request.__struct_fields__}
    number = state.entries.next_number(context.situation or "", context.author, label)
    body = EntryWritten(**{**given, "declared_at": declared_at, "number": number})
    return [Said(body=body, refs=answers_of(state, context), label=label)]


@command("logbook.assess", ability="logbook.amend", request=EntryAssessed)
def assess_entry(state: State, request: EntryAssessed, context: Context) -> Sequence[Said]:
    """Say whether what a line tells is confirmed, presumed or lapsed. Refuses `not-declared`."""
    return say(state, request, context)


@command("logbook.mark", ability="logbook.amend", request=EntryMarked)
def mark_entry(state: State, request: EntryMarked, context: Context) -> Sequence[Said]:
    """Say what is to be done with a line, or that it is done. Refuses `not-declared`, `party-empty`."""
    check_parties([request.to], field="body.to")
    return say(state, request, context)


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
