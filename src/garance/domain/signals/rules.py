"""When a signals plan may be set, whole and leading somewhere, and withdrawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from garance.domain.commands import command
from garance.domain.following import amend, first_seen, sees
from garance.domain.said import Context, Said
from garance.domain.signals.facts import SignalsPlanSet, SignalsPlanWithdrawn
from garance.domain.signals.state import SignalsPlan
from garance.domain.state import State
from garance.kernel.refusal import Refused


@command("signals.set-plan", ability="resources.command", request=SignalsPlanSet)
def set_signals_plan(state: State, request: SignalsPlanSet, context: Context) -> Sequence[Said]:
    """Set the plan, or set it again. Refuses `net-doubled`, `post-doubled`, `net-unknown`, `post-unknown`, `post-loop`,
    `plan-withdrawn`.

    The field of the refusal names the post by its place in the list.
    """
    _check_once("net-doubled", "body.nets", (net.id for net in request.nets))
    _check_once("post-doubled", "body.posts", (post.id for post in request.posts))
    _check_nets(request)
    _check_parents(request)
    plan = state.signals.of(context.situation or "", request.plan)
    said = first_seen(context, plan.set) if plan else None
    if plan is None or said is None:
        return [Said(body=request)]
    _check_in_force(plan, context)
    return amend(context, request, first=said, aspect=plan.set, thing=plan.aspects)


@command("signals.withdraw-plan", ability="resources.command", request=SignalsPlanWithdrawn)
def withdraw_signals_plan(state: State, request: SignalsPlanWithdrawn, context: Context) -> Sequence[Said]:
    """Say that the plan is no longer in force. Refuses `plan-unknown`, `plan-withdrawn`."""
    plan = state.signals.of(context.situation or "", request.plan)
    said = first_seen(context, plan.set) if plan else None
    if plan is None or said is None:
        raise Refused("plan-unknown", field="body.plan")
    _check_in_force(plan, context)
    return amend(context, request, first=said, aspect=plan.set, thing=plan.aspects)


def _check_in_force(plan: SignalsPlan, context: Context) -> None:
    if any(sees(context, withdrawn) for withdrawn in plan.withdrawn.history()):
        raise Refused("plan-withdrawn", field="body.plan")


def _check_once(code: str, field: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Refused(code, field=field, detail={"id": twice[0]})


def _check_nets(request: SignalsPlanSet) -> None:
    known = {net.id for net in request.nets}
    for number, post in enumerate(request.posts):
        for net in post.nets:
            if net not in known:
                raise Refused("net-unknown", field=f"body.posts[{number}].nets", detail={"id": net})


def _check_parents(request: SignalsPlanSet) -> None:
    parents = {post.id: post.parent for post in request.posts}
    for number, post in enumerate(request.posts):
        field = f"body.posts[{number}].parent"
        if post.parent is not None and post.parent not in parents:
            raise Refused("post-unknown", field=field, detail={"id": post.parent})
    for number, post in enumerate(request.posts):
        above, steps = post.parent, 0
        while above is not None and steps <= len(parents):
            above, steps = parents[above], steps + 1
        if above is not None:
            raise Refused("post-loop", field=f"body.posts[{number}].parent", detail={"id": post.id})
