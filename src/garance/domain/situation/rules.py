"""When a situation may be opened, levelled, timed and closed."""

from __future__ import annotations

from collections.abc import Sequence

from garance.domain.commands import AHEAD, command
from garance.domain.following import follow, narrower, statement
from garance.domain.said import Context, Said
from garance.domain.situation.facts import ClockSet, LevelSet, SituationClosed, SituationOpened
from garance.domain.situation.state import Situation
from garance.domain.state import State
from garance.kernel.label import Label, Mode
from garance.kernel.refusal import Refused


@command("situation.open", ability="situation.open", request=SituationOpened, founding=True)
def open_situation(state: State, request: SituationOpened, context: Context) -> Sequence[Said]:
    """Begin to follow a situation. Refuses `already-declared`, `situation-mismatch` (another one was named)."""
    if context.situation is not None and context.situation != request.situation:
        raise Refused("situation-mismatch", field="situation")
    if state.situations.open(request.situation) is not None:
        raise Refused("already-declared", field="body.situation")
    return [Said(body=request, situation=request.situation, mode=request.mode)]


@command("situation.set-level", ability="situation.steer", request=LevelSet)
def set_level(state: State, request: LevelSet, context: Context) -> Sequence[Said]:
    """Decide the level of activation."""
    situation, label = _here(state, context), context.label or Label()
    refs = follow(context, situation.level, thing=situation.aspects, at=context.present, label=label)
    return [Said(body=request, refs=refs, label=label)]


@command("situation.set-clock", ability="situation.steer", request=ClockSet)
def set_clock(state: State, request: ClockSet, context: Context) -> Sequence[Said]:
    """Set the exercise clock. Refuses `clock-not-allowed` in actual mode, `clock-in-the-future`, `label-narrower`.

    Everybody's facts bear its time: whoever may see the situation may see its clock.
    """
    situation = _here(state, context)
    if situation.mode is Mode.ACTUAL:
        raise Refused("clock-not-allowed")
    if request.real_at > context.now + AHEAD:
        raise Refused("clock-in-the-future", field="body.real_at")
    label = _clock_label(situation, context)
    refs = follow(context, situation.clock, thing=situation.aspects, at=context.present, label=label)
    return [Said(body=request, refs=refs, label=label)]


@command("situation.close", ability="situation.steer", request=SituationClosed)
def close_situation(state: State, request: SituationClosed, context: Context) -> Sequence[Said]:
    """Stop following a situation."""
    situation, label = _here(state, context), context.label or Label()
    refs = follow(context, situation.closed, thing=situation.aspects, at=context.present, label=label)
    return [Said(body=request, refs=refs, label=label)]


def _clock_label(situation: Situation, context: Context) -> Label:
    opened = situation.opened.first()
    if opened is None:
        return context.label or Label()
    own = context.label or opened.label
    if narrower(statement(context, own), opened):
        if context.label is not None:
            raise Refused("label-narrower", field="label")
        return Label()
    return own


def _here(state: State, context: Context) -> Situation:
    situation = state.situations.open(context.situation or "")
    if situation is None:
        raise Refused("situation-unknown", field="situation")
    return situation
