"""What may be acknowledged, and by whom once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from garance.domain.acknowledgements.facts import AcknowledgementGiven
from garance.domain.commands import command
from garance.domain.following import amended_label, sees
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.versions import Version
from garance.kernel.fact import Reference, Relation
from garance.kernel.refusal import Refused


@command("acknowledgements.give", ability="logbook.write", request=AcknowledgementGiven)
def acknowledge(state: State, request: AcknowledgementGiven, context: Context) -> Sequence[Said]:
    """Say to have read a line or a change of level. Refuses `target-unknown`, `already-acknowledged`."""
    target = _target(state, request.fact, context.situation or "")
    if target is None or not sees(context, target):
        raise Refused("target-unknown", field="body.fact")
    given = state.acknowledgements.of(context.situation or "", request.fact)
    if any(version.author and version.author.person == context.author.person for version in given):
        raise Refused("already-acknowledged", field="body.fact")
    answers = (Reference(Relation.ANSWERS, request.fact),)
    return [Said(body=request, refs=answers, label=amended_label(context, target))]


def _target(state: State, fact: str, situation: str) -> Version[Any] | None:
    entry = state.entries.known.get(fact)
    if entry is not None and entry.written is not None:
        return entry.written if entry.situation == situation else None
    known = state.situations.known.get(situation)
    return known.level.said.get(fact) if known else None
