"""When something may be sent to others by a feed, and what became of it be said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from garance.domain.commands import command
from garance.domain.feeds.facts import (
    DispatchAnswered,
    FeedDispatched,
    IncidentReferenced,
    Matter,
)
from garance.domain.feeds.rules import attached
from garance.domain.following import sees
from garance.domain.said import Context, Said
from garance.domain.speaking import begun_for, check_link, say
from garance.domain.state import State
from garance.domain.told import Thing, first_of
from garance.kernel.identity import derived_id
from garance.kernel.refusal import Refused


@command("feeds.dispatch", ability="orders.give", request=FeedDispatched)
def dispatch(state: State, request: FeedDispatched, context: Context) -> Sequence[Said]:
    """Have something sent. Refuses `feed-unknown`, `incident-needed`, `link-unknown`, `already-declared`."""
    feeds = dict(attached(state, context.situation or ""))
    if request.feed not in feeds or not sees(context, feeds[request.feed]):
        raise Refused("feed-unknown", field="body.feed")
    if begun_for(state, context, "dispatch", request.dispatch) is not None:
        raise Refused("already-declared", field="body.dispatch")
    if request.incident is None and request.matter is not Matter.POSITIONS:
        raise Refused("incident-needed", field="body.incident")
    check_link(state, context, "incident", request.incident, field="body.incident")
    for resource in request.resources:
        check_link(state, context, "resource", resource, field="body.resources")
    return say(state, request, context)


@command("feeds.note-answer", ability="orders.give", request=DispatchAnswered)
def note_answer(state: State, request: DispatchAnswered, context: Context) -> Sequence[Said]:
    """Say what a recipient answered, heard by the connection or by telephone. Refuses `not-declared`."""
    return say(state, request, context)


@command("incidents.refer", ability="operation.follow", request=IncidentReferenced)
def refer(state: State, request: IncidentReferenced, context: Context) -> Sequence[Said]:
    """Say how another body calls an incident. Refuses `not-declared`."""
    return say(state, request, context)


def dispatches(state: State, situation: str) -> Iterator[tuple[str, Thing, FeedDispatched]]:
    """What was ordered sent in that situation: its identifier, all that was said of it, and the order."""
    for identifier, thing in state.things.all(situation, "dispatch").items():
        first = first_of(thing)
        if first is not None:
            yield identifier, thing, _order(identifier, first.value)


def _order(identifier: str, said: dict[str, object]) -> FeedDispatched:
    return msgspec.convert({**said, "dispatch": identifier}, FeedDispatched)


def waiting(thing: Thing, order: FeedDispatched) -> list[str]:
    """Those of its recipients to whom it was neither sent nor given up."""
    return [one for one in order.to if f"sent|{one}" not in thing.said and f"failed|{one}" not in thing.said]


def unique_of(dispatch: str, to: str) -> str:
    """What tells a letter from every other, however often it is sent again."""
    return derived_id(f"dispatch {dispatch}", to)


def named(state: State, reference: str) -> tuple[str, str, str] | None:
    """The situation, dispatch and recipient of what was sent under that name; None when nothing was.

    An answer may be quicker than the record that it was sent.
    """
    for situation in state.things.known:
        for identifier, _, order in dispatches(state, situation):
            for to in order.to:
                if reference.endswith(unique_of(identifier, to)):
                    return situation, identifier, to
    return None
