"""When a post may be held, and the beat of the staff be set."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from garance.domain.commands import command
from garance.domain.parties import check_parties
from garance.domain.posts.facts import CycleSet, PostEnded, PostHeld
from garance.domain.said import Context, Said
from garance.domain.speaking import say
from garance.domain.state import State
from garance.kernel.clock import as_utc
from garance.kernel.refusal import Refused


@command("posts.hold", ability="operation.follow", request=PostHeld)
def hold_post(state: State, request: PostHeld, context: Context) -> Sequence[Said]:
    """Say who holds a post and until when. Refuses `party-empty`, `period-empty`."""
    check_parties([request.party], field="body.party")
    since = as_utc(request.since, field="body.since")
    until = as_utc(request.until, field="body.until") if request.until is not None else None
    if until is not None and until <= since:
        raise Refused("period-empty", field="body.until")
    return say(state, msgspec.structs.replace(request, since=since, until=until), context)


@command("posts.end", ability="operation.follow", request=PostEnded)
def end_post(state: State, request: PostEnded, context: Context) -> Sequence[Said]:
    """Take a line out of the roster. Refuses `not-declared`, `already-ended`."""
    return say(state, request, context)


@command("posts.set-cycle", ability="operation.follow", request=CycleSet)
def set_cycle(state: State, request: CycleSet, context: Context) -> Sequence[Said]:
    """Say where the staff is and when the next point is. Refuses `link-unknown` (not this situation)."""
    if request.of != context.situation:
        raise Refused("link-unknown", field="body.of")
    if request.next_at is not None:
        request = msgspec.structs.replace(request, next_at=as_utc(request.next_at, field="body.next_at"))
    return say(state, request, context)
