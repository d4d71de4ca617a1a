"""When a view may be saved, changed, removed, and shown to a room."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from garance.domain.commands import command
from garance.domain.following import amend, first_seen, sees
from garance.domain.said import Context, Said
from garance.domain.saved_views.facts import BriefingEnded, BriefingShown, ViewRemoved, ViewSaved
from garance.domain.saved_views.state import SavedView
from garance.domain.speaking import say
from garance.domain.state import State
from garance.domain.versions import Version
from garance.kernel.clock import as_utc
from garance.kernel.refusal import Refused


@command("views.save", ability="views.keep", request=ViewSaved)
def save_view(state: State, request: ViewSaved, context: Context) -> Sequence[Said]:
    """Keep a way of looking, or change one kept before. Refuses `view-removed`."""
    body = request if request.at is None else msgspec.structs.replace(request, at=as_utc(request.at, field="body.at"))
    view = state.saved_views.of(context.situation or "", request.view)
    saved = first_seen(context, view.saved) if view else None
    if view is None or saved is None:
        return [Said(body=body)]
    _check_kept(view, context)
    return amend(context, body, first=saved, aspect=view.saved, thing=view.aspects)


@command("views.remove", ability="views.keep", request=ViewRemoved)
def remove_view(state: State, request: ViewRemoved, context: Context) -> Sequence[Said]:
    """Offer a view no longer. Refuses `view-unknown`, `view-removed`."""
    view, saved = _offered(state, request.view, context)
    return amend(context, request, first=saved, aspect=view.saved, thing=view.aspects)


@command("views.present", ability="views.keep", request=BriefingShown)
def present_view(state: State, request: BriefingShown, context: Context) -> Sequence[Said]:
    """Show a saved view on the wall screens. Refuses `view-unknown`, `view-removed`, `already-ended`."""
    _offered(state, request.view, context)
    return say(state, request, context)


@command("views.end-briefing", ability="views.keep", request=BriefingEnded)
def end_briefing(state: State, request: BriefingEnded, context: Context) -> Sequence[Said]:
    """Leave the wall screens to themselves. Refuses `not-declared`, `already-ended`."""
    return say(state, request, context)


def _offered(state: State, identifier: str, context: Context) -> tuple[SavedView, Version[ViewSaved]]:
    view = state.saved_views.of(context.situation or "", identifier)
    saved = first_seen(context, view.saved) if view else None
    if view is None or saved is None:
        raise Refused("view-unknown", field="body.view")
    _check_kept(view, context)
    return view, saved


def _check_kept(view: SavedView, context: Context) -> None:
    if any(sees(context, removal) for removal in view.removed.history()):
        raise Refused("view-removed", field="body.view")
