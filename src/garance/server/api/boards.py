"""The board of a situation: incidents, missions, means, people, now and at any past moment, as far as one may see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from garance.kernel.identity import FactId, ObjectId, Slug
from garance.server.api.readings import read_in_board, record
from garance.server.api.situations import AtMoment, Shelf
from garance.server.http import Call, Endpoint, endpoint, weak_tag
from garance.server.node import Node
from garance.server.sign_in.reader import Reader
from garance.views.board import Board
from garance.views.shown import ConflictShown, ThingShown


class BoardAsked(AtMoment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of things: of one kind, or one thing alone (an object, or a line by its fact); after `kind.identifier`."""

    kind: Slug | None = None
    thing: ObjectId | FactId | None = None
    after: Annotated[str, msgspec.Meta(max_length=140)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class BoardPage(msgspec.Struct, frozen=True):
    """Things by kind, then in the order in which they began; `next` is what to give as `after` for the next page."""

    at: datetime | None
    items: tuple[ThingShown, ...]
    conflicts: tuple[ConflictShown, ...]
    next: str | None


def board_endpoints(node: Node) -> list[Endpoint]:
    """Reading the board."""

    @endpoint(
        "GET",
        "/api/v1/situations/{situation}/board",
        tag="situations",
        conditional=True,
        refusals=("cursor-unknown",),
    )
    async def show_board(call: Call[Reader], situation: ObjectId, query: BoardAsked) -> BoardPage:
        """What is followed in the situation: each thing with what holds of it, what adds up, what contradicts."""
        shelf = Shelf(node, call.who, situation)
        kinds = (query.kind,) if query.kind is not None else ()
        (shown, following), tag, _ = await shelf.look(
            Board,
            lambda view: view.page(query.moment, kinds=kinds, thing=query.thing, after=query.after, limit=query.limit),
        )
        call.unless_known(weak_tag(tag, query))
        await record(node, call.who, situation, read_in_board(node, shown, call.who))
        return BoardPage(query.at, shown.things, shown.conflicts, following)

    return [show_board]
