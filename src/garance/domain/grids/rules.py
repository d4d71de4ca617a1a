"""When a grid may be attached and detached."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from garance.domain.commands import command
from garance.domain.following import amend, first_seen, sees
from garance.domain.grids.facts import GridAttached, GridDetached
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.kernel.clock import as_utc
from garance.kernel.refusal import Refused


@command("grids.attach", ability="observations.declare", request=GridAttached)
def attach_grid(state: State, request: GridAttached, context: Context) -> Sequence[Said]:
    """Date a grid of the territory. Refuses `already-declared`, `instants-not-increasing`."""
    known = state.grids.of(context.situation or "", request.grid)
    if known is not None and first_seen(context, known.attached) is not None:
        raise Refused("already-declared", field="body.grid")
    instants = tuple(as_utc(instant, field="body.at") for instant in request.at)
    if any(later <= earlier for earlier, later in pairwise(instants)):
        raise Refused("instants-not-increasing", field="body.at")
    return [Said(body=msgspec.structs.replace(request, at=instants))]


@command("grids.detach", ability="observations.declare", request=GridDetached)
def detach_grid(state: State, request: GridDetached, context: Context) -> Sequence[Said]:
    """Say that a grid is no longer shown. Refuses `grid-unknown`, `grid-detached`."""
    grid = state.grids.of(context.situation or "", request.grid)
    attached = first_seen(context, grid.attached) if grid else None
    if grid is None or attached is None:
        raise Refused("grid-unknown", field="body.grid")
    if any(sees(context, end) for end in grid.detached.history()):
        raise Refused("grid-detached", field="body.grid")
    return amend(context, request, first=attached, aspect=grid.attached, thing=grid.aspects)
