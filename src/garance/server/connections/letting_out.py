"""What a feed may show outside: as its farthest reader would see it, without what the connection itself brought. Pure.

Nothing that needs particular care goes out, whatever the label of the feed; nor what a course of action not chosen
would be, nor what is over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from garance.access.clearance import Acting, Clearance
from garance.domain.drawings.facts import ShapeStatus
from garance.domain.observations.facts import SeriesKind
from garance.domain.resources.facts import ResourceStatus
from garance.domain.situation.state import Situation
from garance.domain.state import State
from garance.intake.meaning import Feed
from garance.kernel.clock import from_milliseconds
from garance.kernel.label import Audience, Author
from garance.kernel.place import Position
from garance.ports.observation import Located
from garance.ports.outgoing import ShapeOut, UnitOut
from garance.views.shown import PictureShown, ShapeShown

Real = Callable[[datetime], datetime]
STANDS = (ShapeStatus.PLANNED, ShapeStatus.ENGAGED)


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that also sends, and the name that people gave it."""

    feed: Feed
    name: str


def farthest(state: State, feed: Feed, owner: str | None) -> Clearance:
    """The rights of the farthest reader that the label of the feed admits: what may be shown to all of its audience.

    `owner` is the organisation that opened the situation.
    """
    audience, organisation = feed.label.audience, feed.author.organisation
    near = audience.reach <= Audience.ORGANISATION.reach
    cell = (feed.label.cell or feed.author.cell or "") if audience is Audience.CELL else ""
    takes_part = organisation == owner or organisation in state.people.engaged(feed.situation)
    return Clearance(
        situation=feed.situation,
        acting=frozenset({Acting(organisation, cell)} if near else ()),
        partner=takes_part if near else audience is Audience.PARTNERS,
        level_above=audience is Audience.LEVEL_ABOVE,
        sensitivities=frozenset(),
        abilities=frozenset(),
    )


def true_time(situation: Situation) -> Real:
    """From the time of the situation to the true one, which are the same unless an exercise clock was set."""
    clock = situation.clock_at(None)
    if clock is None:
        return lambda at: at

    def real(at: datetime) -> datetime:
        try:
            return clock.real_at + (at - clock.story_at) / (clock.speed or 1)
        except OverflowError:
            return clock.real_at

    return real


def followed_by(state: State, feed: Feed) -> frozenset[str]:
    """The resources that this very connection follows: whoever is at its other end sees them without us."""
    end = f"({feed.connection})"
    return frozenset(
        version.value.resource
        for series in state.observations.known.get(feed.situation, {}).values()
        for version in series.declared.history()
        if version.value.resource is not None and version.value.provenance.endswith(end)
    )


def positions_of(picture: PictureShown) -> dict[str, str]:
    """The series of positions, by resource that each follows: the last declared, of several."""
    series = (one for one in picture.series if one.kind is SeriesKind.POSITION and one.resource is not None)
    return {one.resource: one.id for one in series if one.resource is not None}


def units(
    picture: PictureShown,
    *,
    but: Collection[str],
    seen: Mapping[str, Located],
    real: Real,
    only: Collection[str] | None = None,
) -> Iterator[tuple[str, UnitOut]]:
    """The resources that have a place and are not given back, but those.

    `seen` is where each series was last; `only` looks at those that these series follow.
    """
    followed = positions_of(picture)
    for resource in picture.resources:
        series = followed.get(resource.id)
        if resource.state is ResourceStatus.RELEASED or resource.id in but or (only is not None and series not in only):
            continue
        located = seen.get(series) if series is not None else None
        moved_at = real(resource.moved_at) if resource.moved_at is not None else None
        if resource.geometry is not None and located is not None and _older(located.at, moved_at):
            located = None
        if located is None and resource.geometry is None:
            continue
        shown = msgspec.structs.replace(resource, moved_at=moved_at)
        yield resource.id, UnitOut(resource=shown, located=located)


def _older(seen_at: datetime | None, moved_at: datetime | None) -> bool:
    return seen_at is not None and moved_at is not None and seen_at < moved_at


def shapes(
    picture: PictureShown, *, ours: Callable[[ShapeShown], bool], real: Real, now: datetime
) -> Iterator[tuple[str, ShapeOut]]:
    """The drawings that stand: vouched for, engaged or planned, of no course of action or of the one chosen.

    `ours` tells those that did not come by this very connection.
    """
    chosen = {course.id for course in picture.courses if course.chosen is not None}
    for shape in picture.shapes:
        until = real(shape.valid_until) if shape.valid_until is not None else None
        over = shape.state not in STANDS or (until is not None and until <= now)
        if over or (shape.course is not None and shape.course not in chosen) or not ours(shape):
            continue
        yield shape.id, ShapeOut(shape=msgspec.structs.replace(shape, valid_until=until))


def came_by(shape: ShapeShown, speaker: Author, brought: Mapping[str, str], connection: str) -> bool:
    """Whether a drawing came by that connection: by any, of those that the node said before it last started."""
    if shape.author is None or shape.author.person != speaker.person:
        return False
    return brought.get(shape.id, connection) == connection


def moment(row: Sequence[float | int | None], otherwise: datetime) -> datetime:
    """When a sample was taken, as its series says."""
    try:
        return from_milliseconds(int(row[0] or 0))
    except OverflowError:
        return otherwise


def located(series: str, row: Sequence[float | int | None], at: datetime) -> Located:
    """A sample of a series of positions, seen at that moment."""
    lon_deg, lat_deg, altitude_m, speed_mps, course_deg = (*row[1:6], None, None, None)[:5]
    return Located(
        uid=series,
        at=at,
        position=Position(float(lon_deg or 0.0), float(lat_deg or 0.0)),
        altitude_m=altitude_m,
        speed_mps=speed_mps,
        course_deg=course_deg,
    )
