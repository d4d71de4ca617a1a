"""When something may be said of an incident or of a cut."""

from __future__ import annotations

from collections.abc import Sequence

from garance.domain.commands import command
from garance.domain.geometry import check_shape
from garance.domain.incidents.facts import IncidentDescribed, IncidentEvolved, OutageDescribed, OutageStateSet
from garance.domain.quantities import check_range
from garance.domain.said import Context, Said
from garance.domain.speaking import check_link, say
from garance.domain.state import State
from garance.kernel.refusal import Refused


@command("incidents.describe", ability="operation.follow", request=IncidentDescribed)
def describe_incident(state: State, request: IncidentDescribed, context: Context) -> Sequence[Said]:
    """Make an incident known, or say again what it is. Refuses `link-unknown`, `link-to-itself`, geometry refusals."""
    if request.geometry is not None:
        check_shape(request.geometry)
    if request.parent == request.incident:
        raise Refused("link-to-itself", field="body.parent")
    check_link(state, context, "incident", request.parent, field="body.parent")
    return say(state, request, context)


@command("incidents.evolve", ability="operation.follow", request=IncidentEvolved)
def evolve_incident(state: State, request: IncidentEvolved, context: Context) -> Sequence[Said]:
    """Say how an incident goes. Refuses `not-declared`."""
    return say(state, request, context)


@command("incidents.describe-outage", ability="operation.follow", request=OutageDescribed)
def describe_outage(state: State, request: OutageDescribed, context: Context) -> Sequence[Said]:
    """Make a cut known, or say again what it is. Refuses `range-upside-down`, geometry refusals."""
    if request.geometry is not None:
        check_shape(request.geometry)
    check_range(request.customers_low, request.customers_high, field="body.customers_high")
    return say(state, request, context)


@command("incidents.set-outage-state", ability="operation.follow", request=OutageStateSet)
def set_outage_state(state: State, request: OutageStateSet, context: Context) -> Sequence[Said]:
    """Say what is known of a cut. Refuses `not-declared`."""
    return say(state, request, context)
