"""When people may be counted, a zone measured, a centre opened."""

from __future__ import annotations

from collections.abc import Sequence

from garance.domain.commands import command
from garance.domain.geometry import check_shape
from garance.domain.population.facts import (
    CentreCounted,
    CentreDescribed,
    CentreStateSet,
    TollSettled,
    TollStated,
    ZoneDescribed,
    ZoneStateSet,
)
from garance.domain.quantities import check_range
from garance.domain.said import Context, Said
from garance.domain.speaking import check_link, check_links, say
from garance.domain.state import State


@command("population.state-toll", ability="operation.follow", request=TollStated)
def state_toll(state: State, request: TollStated, context: Context) -> Sequence[Said]:
    """Count people, as told by somebody. Refuses `range-upside-down`, `link-unknown`."""
    _check_toll(state, request, context)
    return say(state, request, context)


@command("population.settle-toll", ability="operation.follow", request=TollSettled)
def settle_toll(state: State, request: TollSettled, context: Context) -> Sequence[Said]:
    """Hold to one count. Refuses `range-upside-down`, `link-unknown`, `answers-unknown`."""
    _check_toll(state, request, context)
    return say(state, request, context)


def _check_toll(state: State, request: TollStated | TollSettled, context: Context) -> None:
    check_range(request.low, request.high, field="body.high")
    if request.about != context.situation:
        check_links(state, context, [request.about], field="body.about")


@command("population.describe-zone", ability="operation.follow", request=ZoneDescribed)
def describe_zone(state: State, request: ZoneDescribed, context: Context) -> Sequence[Said]:
    """Make a zone known, or say again what it is. Refuses `link-unknown`, `range-upside-down`, geometry refusals."""
    if request.geometry is not None:
        check_shape(request.geometry)
    check_range(request.people_low, request.people_high, field="body.people_high")
    check_link(state, context, "shape", request.shape, field="body.shape")
    check_link(state, context, "centre", request.centre, field="body.centre")
    return say(state, request, context)


@command("population.set-zone-state", ability="operation.follow", request=ZoneStateSet)
def set_zone_state(state: State, request: ZoneStateSet, context: Context) -> Sequence[Said]:
    """Say how far the measure is. Refuses `not-declared`."""
    return say(state, request, context)


@command("population.describe-centre", ability="operation.follow", request=CentreDescribed)
def describe_centre(state: State, request: CentreDescribed, context: Context) -> Sequence[Said]:
    """Make a centre known, or say again what it is. Refuses geometry refusals."""
    if request.geometry is not None:
        check_shape(request.geometry)
    return say(state, request, context)


@command("population.set-centre-state", ability="operation.follow", request=CentreStateSet)
def set_centre_state(state: State, request: CentreStateSet, context: Context) -> Sequence[Said]:
    """Say whether a centre takes in. Refuses `not-declared`."""
    return say(state, request, context)


@command("population.count-centre", ability="operation.follow", request=CentreCounted)
def count_centre(state: State, request: CentreCounted, context: Context) -> Sequence[Said]:
    """Say how many people are in a centre. Refuses `not-declared`."""
    return say(state, request, context)
