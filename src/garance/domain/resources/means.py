"""When a resource may be detailed, given, relieved; what it spent; when means may be asked for and answered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from garance.domain.commands import command
from garance.domain.geometry import check_shape
from garance.domain.parties import check_parties
from garance.domain.resources.facts import (
    DemandAnswered,
    DemandMade,
    DemandState,
    ReliefPlanned,
    ResourceAssigned,
    ResourceDetailed,
    ResourceReferenced,
    ResourceSpent,
)
from garance.domain.said import Context, Said
from garance.domain.speaking import check_link, check_links, holding, say
from garance.domain.state import State
from garance.kernel.clock import as_utc
from garance.kernel.refusal import Refused

DEEPEST = 8
"""How many groups may be within one another: vehicle, group, column, site and what local habits add."""


@command("resources.detail", ability="resources.command", request=ResourceDetailed)
def detail_resource(state: State, request: ResourceDetailed, context: Context) -> Sequence[Said]:
    """Say what a resource is made of. Refuses `not-declared`, `link-unknown`, `link-to-itself`, `group-loop`."""
    if request.part_of == request.resource:
        raise Refused("link-to-itself", field="body.part_of")
    check_link(state, context, "resource", request.part_of, field="body.part_of")
    _check_no_loop(state, context, request)
    return say(state, request, context)


def _check_no_loop(state: State, context: Context, request: ResourceDetailed) -> None:
    above, depth = request.part_of, 0
    while above is not None:
        if above == request.resource or depth == DEEPEST:
            raise Refused("group-loop", field="body.part_of")
        held = holding(state, context, "resource", above, "details")
        above, depth = (held or {}).get("part_of"), depth + 1


@command("resources.refer", ability="resources.command", request=ResourceReferenced)
def refer_resource(state: State, request: ResourceReferenced, context: Context) -> Sequence[Said]:
    """Say how another body calls a means. Refuses `not-declared`."""
    return say(state, request, context)


@command("resources.assign", ability="resources.command", request=ResourceAssigned)
def assign_resource(state: State, request: ResourceAssigned, context: Context) -> Sequence[Said]:
    """Give a resource to a mission, a sector, an incident; to nothing, free it. Refuses `already-engaged`.

    Refuses also `not-declared`, `link-unknown`. Who moves a resource frees it first, or names in `follows` the
    assignment that is replaced: nobody takes a resource away without having seen where it was.
    """
    check_link(state, context, "mission", request.mission, field="body.mission")
    check_link(state, context, "shape", request.sector, field="body.sector")
    check_link(state, context, "incident", request.incident, field="body.incident")
    said = say(state, request, context)
    held = holding(state, context, "resource", request.resource, "assignment") if context.follows is None else None
    if held and held.get("mission") and request.mission and held["mission"] != request.mission:
        raise Refused("already-engaged", field="body.resource", detail={"mission": held["mission"]})
    return said


@command("resources.plan-relief", ability="resources.command", request=ReliefPlanned)
def plan_relief(state: State, request: ReliefPlanned, context: Context) -> Sequence[Said]:
    """Say when a crew is relieved, and by which resource. Refuses `not-declared`, `link-unknown`, `link-to-itself`."""
    if request.by == request.resource:
        raise Refused("link-to-itself", field="body.by")
    check_link(state, context, "resource", request.by, field="body.by")
    return say(state, msgspec.structs.replace(request, at=as_utc(request.at, field="body.at")), context)


@command("resources.spend", ability="resources.command", request=ResourceSpent)
def spend(state: State, request: ResourceSpent, context: Context) -> Sequence[Said]:
    """Say what was used up. Refuses `not-declared`, `nothing-spent`, `period-empty`."""
    amounts = (request.hours, request.kilometres, request.quantity)
    if not any(amounts) or (request.quantity is not None and request.consumable is None):
        raise Refused("nothing-spent", field="body")
    since = as_utc(request.since, field="body.since") if request.since is not None else None
    until = as_utc(request.until, field="body.until") if request.until is not None else None
    if since is not None and until is not None and until <= since:
        raise Refused("period-empty", field="body.until")
    return say(state, msgspec.structs.replace(request, since=since, until=until), context)


@command("resources.ask", ability="missions.request", request=DemandMade)
def ask_for_means(state: State, request: DemandMade, context: Context) -> Sequence[Said]:
    """Ask for means. Refuses `party-empty`, `link-unknown`, geometry refusals."""
    check_parties([request.to], field="body.to")
    check_links(state, context, request.links)
    if request.geometry is not None:
        check_shape(request.geometry)
    return say(state, request, context)


@command("resources.answer", ability="resources.command", request=DemandAnswered)
def answer_demand(state: State, request: DemandAnswered, context: Context) -> Sequence[Said]:
    """Answer a demand, or say how far it is. Refuses `not-declared`, `reason-needed`, `link-unknown`."""
    if request.state is DemandState.REFUSED and request.note is None:
        raise Refused("reason-needed", field="body.note")
    for resource in request.resources:
        check_link(state, context, "resource", resource, field="body.resources")
    return say(state, request, context)
