"""When a mission may move on, an order be given, a sheet be run, a post be handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from garance.domain.commands import command
from garance.domain.geometry import check_shape
from garance.domain.parties import check_parties
from garance.domain.said import Context, Said
from garance.domain.speaking import begun_for, check_links, holding, known_heads, say
from garance.domain.state import State
from garance.domain.taskings.facts import (
    Frame,
    HandoverGiven,
    HandoverTaken,
    IntentSet,
    MissionDescribed,
    MissionState,
    MissionStateSet,
    OrderGiven,
    SheetEnded,
    SheetStarted,
    StepSet,
)
from garance.kernel.clock import as_utc
from garance.kernel.refusal import Refused

NEXT: Mapping[MissionState, frozenset[MissionState]] = {
    MissionState.REQUESTED: frozenset(
        {MissionState.ACCEPTED, MissionState.UNDER_WAY, MissionState.REFUSED, MissionState.CANCELLED}
    ),
    MissionState.ACCEPTED: frozenset(
        {MissionState.UNDER_WAY, MissionState.DONE, MissionState.FAILED, MissionState.CANCELLED}
    ),
    MissionState.UNDER_WAY: frozenset({MissionState.DONE, MissionState.FAILED, MissionState.CANCELLED}),
    MissionState.DONE: frozenset({MissionState.UNDER_WAY}),
    MissionState.FAILED: frozenset({MissionState.UNDER_WAY, MissionState.REQUESTED}),
    MissionState.REFUSED: frozenset({MissionState.REQUESTED}),
    MissionState.CANCELLED: frozenset({MissionState.REQUESTED}),
}
"""Where a mission may go from where it stands. What was said too soon is taken up again by saying so."""

EXPLAINED = frozenset({MissionState.REFUSED, MissionState.FAILED, MissionState.CANCELLED})


@command("taskings.describe-mission", ability="missions.request", request=MissionDescribed)
def describe_mission(state: State, request: MissionDescribed, context: Context) -> Sequence[Said]:
    """Ask for a mission, or say again what it is. Refuses `party-empty`, `link-unknown`, `deadline-past`."""
    check_parties([request.owner, request.deputy], field="body.owner")
    check_links(state, context, request.links)
    if request.geometry is not None:
        check_shape(request.geometry)
    if request.deadline is not None:
        deadline = as_utc(request.deadline, field="body.deadline")
        if deadline <= context.present and begun_for(state, context, "mission", request.mission) is None:
            raise Refused("deadline-past", field="body.deadline")
        request = msgspec.structs.replace(request, deadline=deadline)
    return say(state, request, context)


@command("taskings.set-mission-state", ability="missions.carry", request=MissionStateSet)
def set_mission_state(state: State, request: MissionStateSet, context: Context) -> Sequence[Said]:
    """Move a mission on. Refuses `not-declared`, `mission-step-wrong`, `reason-needed`.

    A step is judged by what the author had on screen, or by their own last step that it had not heard yet: two who
    moved it apart are both shown, and whoever settles it says again one of the states that contradict each other, or
    goes on from one of them.
    """
    if request.state in EXPLAINED and request.note is None:
        raise Refused("reason-needed", field="body.note")
    said = say(state, request, context)
    on_screen, since = (
        known_heads(state, context, "mission", request.mission, "state", own=own) for own in (False, True)
    )
    before = [*_standing(on_screen), *_standing(since)]
    if not any(request.state is one or request.state in NEXT[one] for one in before):
        raise Refused("mission-step-wrong", field="body.state", detail={"from": before[-1], "to": request.state})
    return said


def _standing(heads: Sequence[dict[str, Any]]) -> list[MissionState]:
    return [MissionState(head["state"]) for head in heads] or [MissionState.REQUESTED]


@command("taskings.give-order", ability="orders.give", request=OrderGiven)
def give_order(state: State, request: OrderGiven, context: Context) -> Sequence[Said]:
    """Give an order, whole. Refuses `order-frame-mismatch`, `party-empty`, `link-unknown`."""
    check_parties(request.to, field="body.to")
    check_links(state, context, request.links)
    if request.frame is Frame.SOIEC and (request.anticipation is not None or request.logistics is not None):
        raise Refused("order-frame-mismatch", field="body.frame")
    return say(state, request, context)


@command("taskings.set-intent", ability="orders.give", request=IntentSet)
def set_intent(state: State, request: IntentSet, context: Context) -> Sequence[Said]:
    """Say what is wanted and by which idea. Refuses `link-unknown` (neither the situation nor a drawing in it)."""
    if request.of != context.situation and begun_for(state, context, "shape", request.of) is None:
        raise Refused("link-unknown", field="body.of")
    return say(state, request, context)


@command("taskings.start-sheet", ability="missions.carry", request=SheetStarted)
def start_sheet(state: State, request: SheetStarted, context: Context) -> Sequence[Said]:
    """Run an action sheet. Refuses `already-declared`, `step-twice`, `party-empty`, `link-unknown`."""
    if begun_for(state, context, "sheet", request.sheet) is not None:
        raise Refused("already-declared", field="body.sheet")
    check_parties([request.owner, request.deputy], field="body.owner")
    check_links(state, context, request.links)
    if len({step.id for step in request.steps}) < len(request.steps):
        raise Refused("step-twice", field="body.steps")
    return say(state, request, context)


@command("taskings.set-step", ability="missions.carry", request=StepSet)
def set_step(state: State, request: StepSet, context: Context) -> Sequence[Said]:
    """Say where a step stands. Refuses `not-declared`, `step-unknown`, `already-ended`."""
    said = say(state, request, context)
    sheet = holding(state, context, "sheet", request.sheet, "sheet")
    if sheet is None or request.step not in {step["id"] for step in sheet["steps"]}:
        raise Refused("step-unknown", field="body.step")
    return said


@command("taskings.end-sheet", ability="missions.carry", request=SheetEnded)
def end_sheet(state: State, request: SheetEnded, context: Context) -> Sequence[Said]:
    """Close a sheet. Refuses `not-declared`, `already-ended`."""
    return say(state, request, context)


@command("taskings.give-handover", ability="missions.carry", request=HandoverGiven)
def give_handover(state: State, request: HandoverGiven, context: Context) -> Sequence[Said]:
    """Say what is open when leaving a post. Refuses `party-empty`, `link-unknown`."""
    check_parties([request.post], field="body.post")
    check_links(state, context, request.open, field="body.open")
    return say(state, request, context)


@command("taskings.take-handover", ability="missions.carry", request=HandoverTaken)
def take_handover(state: State, request: HandoverTaken, context: Context) -> Sequence[Said]:
    """Take a post that is handed over. Refuses `not-declared`, `already-ended`."""
    return say(state, request, context)
