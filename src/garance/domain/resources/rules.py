"""When a resource may be declared, moved, and change state."""

from __future__ import annotations

from collections.abc import Sequence

from garance.domain.commands import command
from garance.domain.following import amend, first_seen
from garance.domain.geometry import check_shape
from garance.domain.resources.facts import ResourceDeclared, ResourceMoved, ResourceStateSet
from garance.domain.resources.state import Named, Resource
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.versions import Version
from garance.kernel.refusal import Refused


@command("resources.declare", ability="resources.command", request=ResourceDeclared)
def declare_resource(state: State, request: ResourceDeclared, context: Context) -> Sequence[Said]:
    """Make a resource known to the situation. Refuses `already-declared`."""
    known = state.resources.of(context.situation or "", request.resource)
    if known is not None and first_seen(context, known.declared) is not None:
        raise Refused("already-declared", field="body.resource")
    if request.geometry is not None:
        check_shape(request.geometry)
    return [Said(body=request)]


@command("resources.move", ability="resources.command", request=ResourceMoved)
def move_resource(state: State, request: ResourceMoved, context: Context) -> Sequence[Said]:
    """Say where a resource is. Refuses `resource-unknown`."""
    resource, declared = _known(state, request.resource, context)
    check_shape(request.geometry)
    return amend(context, request, first=declared, aspect=resource.place, thing=resource.aspects)


@command("resources.set-state", ability="resources.command", request=ResourceStateSet)
def set_resource_state(state: State, request: ResourceStateSet, context: Context) -> Sequence[Said]:
    """Change a resource's state. Refuses `resource-unknown`."""
    resource, declared = _known(state, request.resource, context)
    return amend(context, request, first=declared, aspect=resource.status, thing=resource.aspects)


def _known(state: State, identifier: str, context: Context) -> tuple[Resource, Version[Named]]:
    resource = state.resources.of(context.situation or "", identifier)
    declared = first_seen(context, resource.declared) if resource else None
    if resource is None or declared is None:
        raise Refused("resource-unknown", field="body.resource")
    return resource, declared
