"""Situations and their views, now and at any past moment, as far as the reader may see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, TypeVar

import msgspec

from garance.access.clearance import Clearance
from garance.access.directory import Directory, directory
from garance.access.door import readable, reading_of, see
from garance.domain.moment import By, Moment
from garance.domain.vocabulary import Body
from garance.kernel.clock import Instant
from garance.kernel.fact import Fact
from garance.kernel.identity import FactId, ObjectId
from garance.kernel.refusal import Refused
from garance.server.api.readings import read_in_entries, read_in_picture, record
from garance.server.http import Call, Endpoint, endpoint, weak_tag
from garance.server.http.paging import Cursor
from garance.server.live.wire import Present, WireFact, wire_fact
from garance.server.node import Node
from garance.server.sign_in.reader import Reader
from garance.views.cabinet import Audience
from garance.views.histogram import Histogram
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.presence import Presence
from garance.views.shown import (
    ConflictShown,
    CourseShown,
    EntryShown,
    GridShown,
    HistogramShown,
    PresentShown,
    ResourceShown,
    SavedViewShown,
    SeriesShown,
    ShapeShown,
    SignalsPlanShown,
    SituationShown,
)
from garance.views.view import View

TAG = "situations"
T = TypeVar("T")
V = TypeVar("V", bound=View[Any])
READ_LINES = 1_000
Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]


class AtMoment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When: nothing for now; `by` says which of a fact's two times is compared."""

    at: Instant | None = None
    by: By = By.OCCURRED

    @property
    def moment(self) -> Moment | None:
        """The moment asked for."""
        return Moment(self.at, self.by) if self.at is not None else None


class SituationsAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of situations, after that one."""

    after: ObjectId | None = None
    limit: Limit = 100


class FactsAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of facts, after that cursor."""

    after: Cursor | None = None
    limit: Limit = 200


class LogbookAsked(AtMoment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of the logbook, after that entry."""

    after: FactId | None = None
    limit: Limit = 100
    newest_first: bool = False


class HistogramAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A period in equal stretches. Without bounds, all there is."""

    from_: Instant | None = msgspec.field(name="from", default=None)
    to: Instant | None = None
    bins: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 60
    by: By = By.OCCURRED


class SituationsPage(msgspec.Struct, frozen=True):
    """Situations, newest first."""

    items: list[SituationShown]
    next: str | None


class FactsPage(msgspec.Struct, frozen=True):
    """Facts in the order they arrived; resume after `cursor`."""

    facts: list[WireFact]
    cursor: str
    more: bool


class PictureAnswer(msgspec.Struct, frozen=True):
    """The picture at a moment (none: now), and where the stream resumes after it."""

    at: Instant | None
    cursor: str
    situation: SituationShown | None
    resources: tuple[ResourceShown, ...]
    shapes: tuple[ShapeShown, ...]
    series: tuple[SeriesShown, ...]
    grids: tuple[GridShown, ...]
    saved_views: tuple[SavedViewShown, ...]
    courses: tuple[CourseShown, ...]
    signals_plans: tuple[SignalsPlanShown, ...]
    conflicts: tuple[ConflictShown, ...]


class LogbookPage(msgspec.Struct, frozen=True):
    """Lines of the logbook; `next` is the entry to give as `after` for the following page."""

    items: tuple[EntryShown, ...]
    next: str | None


class PresenceAnswer(msgspec.Struct, frozen=True):
    """Who spoke in the situation, and who is connected to it now."""

    people: tuple[PresentShown, ...]
    connected: tuple[Present, ...]


def situation_endpoints(node: Node) -> list[Endpoint]:
    """Every reading of situations."""
    return [*_lists(node), *_views(node), _people(node)]


class Shelf:
    """The views of one situation, as one reader may see them."""

    def __init__(self, node: Node, reader: Reader, situation: str) -> None:
        self._node = node
        self._situation = situation
        self.held = node.seating.clearance(reader, situation)
        self._audience = Audience(self.held.audience, partial(readable, held=self.held, about=node.labels.find))

    async def look(self, make: type[V], show: Callable[[V], T]) -> tuple[T, str, int]:
        """What `show` makes of that view, a tag of all it depends on, and the position it was brought up to.

        The tag counts only facts that this audience may see: what is hidden must not move it.
        """
        return await asyncio.to_thread(self._look, make, show)

    def _look(self, make: type[V], show: Callable[[V], T]) -> tuple[T, str, int]:
        with self._node.cabinet.opened(make, self._situation, self._audience) as drawer:
            place = (self._node.run, self._situation, self.held.audience)
            tag = weak_tag(*place, make.name, drawer.begun, drawer.folded)
            return show(drawer.view), tag, drawer.position


def _lists(node: Node) -> list[Endpoint]:
    @endpoint("GET", "/api/v1/situations", tag=TAG)
    async def list_situations(call: Call[Reader], query: SituationsAsked) -> SituationsPage:
        """The situations the reader may know of, newest first."""
        shown = [one for one in [await _summary(node, call.who, s) for s in node.situations()] if one is not None]
        shown.sort(key=lambda one: (one.opened_at, one.id), reverse=True)
        places = [one.id for one in shown]
        start = places.index(query.after) + 1 if query.after in places else 0
        page = shown[start : start + query.limit]
        more = start + query.limit < len(shown)
        return SituationsPage(page, page[-1].id if more else None)

    @endpoint("GET", "/api/v1/situations/{situation}/facts", tag=TAG, refusals=("cursor-wrong",))
    async def list_facts(call: Call[Reader], situation: ObjectId, query: FactsAsked) -> FactsPage:
        """The facts of a situation, in the order they arrived here."""
        held = node.seating.clearance(call.who, situation)
        position = node.hub.resume(query.after) if query.after is not None else 0
        facts, covered, more = await _facts(node, held, situation, position, query.limit)
        await record(node, call.who, situation, reading_of(facts, reader=call.who.person))
        return FactsPage([wire_fact(fact) for fact in facts], node.cursors.seal(covered), more)

    return [list_situations, list_facts]


async def _summary(node: Node, reader: Reader, situation: str) -> SituationShown | None:
    try:
        shelf = Shelf(node, reader, situation)
    except Refused:
        return None
    shown, _, _ = await shelf.look(Picture, lambda view: view.at(None).situation)
    return shown


async def _facts(
    node: Node, held: Clearance, situation: str, position: int, limit: int
) -> tuple[list[Fact[Body]], int, bool]:
    """At most `limit` visible facts after a position, the position covered, and whether there are more of them."""
    last, found = node.writer.last_position, list[Fact[Body]]()
    while position < last:
        lines = await asyncio.to_thread(lambda p=position: node.store.read(p, READ_LINES, situation=situation))  # type: ignore[misc]
        for line in lines:
            seen = see([node.reader.read(line)], held, about=node.labels.find)
            if seen and len(found) == limit:
                return found, position, True  # what is hidden beyond the page must not make another one
            found += seen
            position = line.position
        if len(lines) < READ_LINES:
            position = max(position, last)
    return found, position, False


def _views(node: Node) -> list[Endpoint]:
    @endpoint("GET", "/api/v1/situations/{situation}/picture", tag=TAG, conditional=True)
    async def show_picture(call: Call[Reader], situation: ObjectId, query: AtMoment) -> PictureAnswer:
        """The picture: situation, resources, shapes, series, contradictions."""
        shelf = Shelf(node, call.who, situation)
        shown, tag, position = await shelf.look(Picture, lambda view: view.at(query.moment))
        call.unless_known(weak_tag(tag, query))
        await record(node, call.who, situation, read_in_picture(node, shown, call.who))
        return PictureAnswer(
            query.at,
            node.cursors.seal(position),
            shown.situation,
            shown.resources,
            shown.shapes,
            shown.series,
            shown.grids,
            shown.saved_views,
            shown.courses,
            shown.signals_plans,
            shown.conflicts,
        )

    @endpoint("GET", "/api/v1/situations/{situation}/logbook", tag=TAG, conditional=True, refusals=("cursor-unknown",))
    async def show_logbook(call: Call[Reader], situation: ObjectId, query: LogbookAsked) -> LogbookPage:
        """The logbook, with every strike and correction."""
        shelf = Shelf(node, call.who, situation)
        page, tag, _ = await shelf.look(
            Logbook,
            lambda view: view.page(query.moment, after=query.after, limit=query.limit, newest_first=query.newest_first),
        )
        call.unless_known(weak_tag(tag, query))
        await record(node, call.who, situation, read_in_entries(page.items, call.who))
        return LogbookPage(page.items, page.next)

    @endpoint("GET", "/api/v1/situations/{situation}/presence", tag=TAG)
    async def show_presence(call: Call[Reader], situation: ObjectId, query: AtMoment) -> PresenceAnswer:
        """Who spoke, and who is connected now."""
        shelf = Shelf(node, call.who, situation)
        spoken, _, _ = await shelf.look(Presence, lambda view: view.at(query.moment))
        return PresenceAnswer(spoken.people, node.hub.present(situation, shelf.held))

    @endpoint(
        "GET",
        "/api/v1/situations/{situation}/histogram",
        tag=TAG,
        refusals=("period-empty", "bins-out-of-range"),
    )
    async def show_histogram(call: Call[Reader], situation: ObjectId, query: HistogramAsked) -> HistogramShown:
        """How many facts in each stretch of a period."""

        def show(view: Histogram) -> HistogramShown:
            first, last = view.span(query.by)
            begin = query.from_ or first
            end = query.to or max(last, begin + timedelta(milliseconds=1))
            return view.bins(begin, end, query.bins, by=query.by)

        shown, _, _ = await Shelf(node, call.who, situation).look(Histogram, show)
        return shown

    return [show_picture, show_logbook, show_presence, show_histogram]


class DirectoryAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For which situation."""

    situation: ObjectId


def _people(node: Node) -> Endpoint:
    @endpoint("GET", "/api/v1/directory", tag="people", refusals=("unknown",))
    async def show_directory(call: Call[Reader], query: DirectoryAsked) -> Directory:
        """The names of those who act together in a situation."""
        return directory(node.follower.state.people, node.seating.clearance(call.who, query.situation))

    return show_directory
