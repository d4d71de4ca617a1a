"""What may be sent of a situation: what the audience of the feed may see and the sender too, as it stood when the
person asked (contenu d'un envoi)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from garance.access.clearance import Clearance, clearance
from garance.access.door import readable
from garance.domain.feeds.dispatches import dispatches, unique_of
from garance.domain.feeds.facts import FeedDispatched, Matter
from garance.domain.following import narrower
from garance.domain.moment import By, Moment
from garance.domain.observations.facts import SeriesKind
from garance.domain.versions import Version
from garance.domain.vocabulary import Body
from garance.intake.wanted import Feed, as_version
from garance.kernel.clock import from_milliseconds, to_milliseconds
from garance.kernel.fact import Fact
from garance.kernel.label import Author
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.dispatching import Dispatch, Place
from garance.views.balance import balance
from garance.views.board import Board
from garance.views.cabinet import Audience, Sight
from garance.views.picture import Picture
from garance.views.shown import BoardShown, PictureShown, ResourceShown, SituationShown, ThingShown

if TYPE_CHECKING:
    from garance.server.node import Node

OLDEST_MS = 3_600_000
"""A position older than this is not sent as where a means is."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An order to send, with who gave it and when it was recorded."""

    situation: str
    dispatch: str
    order: FeedDispatched
    author: Author
    at: datetime


async def parcel(node: Node, feed: Feed, asked: Asked, to: str) -> Dispatch:
    """What that recipient is to be told. Refuses `not-allowed` (the sender has no place there any more),
    `dispatch-nothing` (the incident is not for the feed's audience)."""
    return await asyncio.to_thread(_parcel, node, feed, asked, to)


def _parcel(node: Node, feed: Feed, asked: Asked, to: str) -> Dispatch:
    people, owner = node.follower.state.people, node.follower.owner(asked.situation)
    held = clearance(people, asked.author.person, asked.situation, node.clock.now(), owner=owner)
    if held is None:
        raise Refused("not-allowed")
    audience = Audience(f"{held.audience} sent by {feed.id} {feed.label}", _sight(node, held, feed))
    picture, board = _looked(node, asked, audience)
    order = asked.order
    incident = _thing(board, "incident", order.incident) if order.incident is not None else None
    if order.incident is not None and incident is None:
        raise Refused("dispatch-nothing", field="incident")
    chosen = _means(order, picture.resources, board)
    return Dispatch(
        matter=order.matter,
        to=to,
        unique=unique_of(asked.dispatch, to),
        now=asked.at,
        situation=_situation(node, asked, picture),
        incident=incident,
        case=_called(incident, feed) if incident is not None else None,
        resources=chosen,
        missions=[one for one in _of(board, "mission") if order.incident in one.told("description").get("links", ())],
        shapes=picture.shapes if order.matter is Matter.SITUATION else (),
        balance=balance(asked.situation, [one for one in _of(board, "toll") if one.id == order.incident]),
        assignments=_assignments(board),
        places=_places(node, picture, chosen, asked.at) if order.matter is Matter.POSITIONS else (),
        names=_names(board, feed),
        again=_told_before(node, asked, to),
        cancels=order.cancels,
    )


def _sight(node: Node, held: Clearance, feed: Feed) -> Sight:
    heard = as_version(feed)

    def sight(fact: Fact[Body]) -> Fact[Body] | None:
        said = Version("", fact.stamp, fact.occurred_at, None, author=fact.author, label=fact.label)
        return None if narrower(said, heard) else readable(fact, held, about=node.labels.find)

    return sight


def _looked(node: Node, asked: Asked, audience: Audience) -> tuple[PictureShown, BoardShown]:
    moment = Moment(asked.at, By.RECORDED)
    with node.cabinet.opened(Picture, asked.situation, audience) as drawer:
        picture = drawer.view.at(moment)
    with node.cabinet.opened(Board, asked.situation, audience) as drawer:
        return picture, drawer.view.at(moment)


def _situation(node: Node, asked: Asked, picture: PictureShown) -> SituationShown:
    """The situation, or no more than its mode when its opening is not for the audience: the mode marks what leaves."""
    known = node.follower.state.situations.open(asked.situation)
    if known is None or known.mode is None:
        raise Refused("situation-unknown")
    shown = picture.situation or SituationShown(
        id=asked.situation, title="—", kind="other", mode=known.mode, level=0, status="open", opened_at=asked.at,
        follows=(),
    )  # fmt: skip
    return msgspec.structs.replace(shown, mode=known.mode)


def _of(board: BoardShown, kind: str) -> list[ThingShown]:
    return [one for one in board.things if one.kind == kind]


def _thing(board: BoardShown, kind: str, identifier: str | None) -> ThingShown | None:
    return next((one for one in _of(board, kind) if one.id == identifier), None)


def _means(order: FeedDispatched, known: Sequence[ResourceShown], board: BoardShown) -> list[ResourceShown]:
    """Those named; none named: those given to the incident, and all for positions without one."""
    given = {one.id: one.told("assignment").get("incident") for one in _of(board, "resource")}
    if order.resources:
        return [one for one in known if one.id in order.resources]
    return [one for one in known if order.incident is None or given.get(one.id) == order.incident]


def _assignments(board: BoardShown) -> dict[str, str]:
    given = ((one.id, one.told("assignment").get("mission")) for one in _of(board, "resource"))
    return {unit: str(mission) for unit, mission in given if mission}


def _references(thing: ThingShown) -> Mapping[str, str]:
    """How others call it, by who says so."""
    told = (said.value for name, said in thing.said.items() if name.startswith("reference|"))
    return {str(one["by"]): str(one["reference"]) for one in told}


def _called(thing: ThingShown, feed: Feed) -> str | None:
    return _references(thing).get(feed.title)


def _names(board: BoardShown, feed: Feed) -> dict[str, str]:
    return {one.id: name for one in _of(board, "resource") if (name := _called(one, feed)) is not None}


def _places(node: Node, picture: PictureShown, means: Sequence[ResourceShown], at: datetime) -> list[Place]:
    """Where each means is by its track, else where somebody said it was; nothing of one not heard of for an hour."""
    tracked = {one.resource: one.id for one in picture.series if one.kind is SeriesKind.POSITION and one.resource}
    kept, found = node.tracks.kinds(), list[Place]()
    for one in means:
        series = tracked.get(one.id)
        rows = node.tracks.latest(series, to_milliseconds(at)).rows() if series in kept and series else []
        place = _tracked(one.id, rows[-1]) if rows else _said(one)
        if place is not None and to_milliseconds(at) - to_milliseconds(place.at) <= OLDEST_MS:
            found.append(place)
    return found


def _tracked(resource: str, row: Sequence[Any]) -> Place | None:
    t_ms, lon_deg, lat_deg, _, speed_mps, course_deg = row
    if t_ms is None or lon_deg is None or lat_deg is None:
        return None
    return Place(
        resource=resource,
        at=from_milliseconds(int(t_ms)),
        position=Position(lon_deg=lon_deg, lat_deg=lat_deg),
        speed_mps=speed_mps,
        course_deg=course_deg,
    )


def _said(one: ResourceShown) -> Place | None:
    if one.geometry is None:
        return None
    lon_deg, lat_deg = one.geometry.coordinates
    position = Position(lon_deg=lon_deg, lat_deg=lat_deg)
    return Place(resource=one.id, at=one.moved_at or one.declared_at, position=position)


def _told_before(node: Node, asked: Asked, to: str) -> bool:
    """Whether that recipient was already sent the same matter of the same incident."""
    for identifier, thing, order in dispatches(node.follower.state, asked.situation):
        same = (order.matter, order.incident) == (asked.order.matter, asked.order.incident)
        if same and identifier != asked.dispatch and f"sent|{to}" in thing.said:
            return True
    return False
