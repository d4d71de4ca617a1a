"""When a feed may be attached, detached, and something set aside be let in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from garance.domain.commands import command
from garance.domain.feeds.facts import FeedAttached, FeedDetached, FeedReleased
from garance.domain.following import sees
from garance.domain.said import Context, Said
from garance.domain.speaking import say
from garance.domain.state import State
from garance.domain.told import Statement
from garance.domain.versions import Version
from garance.kernel.refusal import Refused

MODE_OTHER = "mode-other"
"""Why intake sets aside what is said to be an exercise, or a test, where it must not be."""


def attached(state: State, situation: str) -> Iterator[tuple[str, Version[Statement]]]:
    """The feeds that come into that situation: their identifier, and the statement that attached each first."""
    for feed, thing in state.things.all(situation, "feed").items():
        firsts = [first for aspect in thing.beginning if (first := aspect.first()) is not None]
        if firsts and not any(thing.said[name] for name in thing.ended):
            yield feed, min(firsts, key=lambda version: version.stamp)


@command("feeds.attach", ability="observations.declare", request=FeedAttached)
def attach_feed(state: State, request: FeedAttached, context: Context) -> Sequence[Said]:
    """Have a connection come into the situation. Refuses `already-attached`."""
    for feed, said in attached(state, context.situation or ""):
        same = said.value["connection"] == request.connection and feed != request.feed
        if same and sees(context, said):
            raise Refused("already-attached", field="body.connection")
    return say(state, request, context)


@command("feeds.detach", ability="observations.declare", request=FeedDetached)
def detach_feed(state: State, request: FeedDetached, context: Context) -> Sequence[Said]:
    """Have it come in no more. Refuses `not-declared`, `already-ended`."""
    return say(state, request, context)


@command("feeds.release", ability="observations.declare", request=FeedReleased)
def release(state: State, request: FeedReleased, context: Context) -> Sequence[Said]:
    """Let in what intake had set aside: the node says it in its turn. Refuses `not-declared`, `already-ended`, and
    `mode-other`: nobody makes real what its source says to be an exercise.
    """
    if request.why == MODE_OTHER:
        raise Refused("mode-other", field="body.why")
    return say(state, request, context)
