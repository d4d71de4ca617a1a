"""`GET /api/v1/situations/{situation}/samples`: the telemetry of a declared series, by pages of time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from garance.access.clearance import Clearance
from garance.access.door import PERSONAL
from garance.access.sight import may_see
from garance.domain.observations.facts import SeriesDeclared, SeriesKind
from garance.domain.versions import Version
from garance.kernel.clock import Instant, from_milliseconds, to_milliseconds
from garance.kernel.identity import ObjectId
from garance.kernel.refusal import Refused
from garance.ports.export import Reading, Stand
from garance.server.api.readings import record
from garance.server.http import Call, Endpoint, endpoint
from garance.server.measures import KINDS
from garance.server.node import Node
from garance.server.sign_in.reader import Reader as SessionReader
from garance.views.shown import SeriesShown

MOST = 10_000
DAY_MS = 86_400_000


class SamplesAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which series, from when (included) to when (excluded); all there is without bounds."""

    series: ObjectId
    from_: Instant | None = msgspec.field(name="from", default=None)
    to: Instant | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 2_000


class SamplesPage(msgspec.Struct, frozen=True):
    """Samples in order of time, each with these columns; `next` is the instant to ask from for the following page."""

    series: str
    columns: tuple[str, ...]
    samples: list[list[int | float | None]]
    next: Instant | None


def sample_endpoint(node: Node) -> Endpoint:
    """The reading of telemetry."""

    @endpoint("GET", "/api/v1/situations/{situation}/samples", tag="situations", refusals=("unknown",))
    async def show_samples(call: Call[SessionReader], situation: ObjectId, query: SamplesAsked) -> SamplesPage:
        """The samples of a series."""
        held = node.seating.clearance(call.who, situation)
        declared = _declared(node, held, situation, query.series)
        if declared is None:
            raise Refused("unknown", field="series")
        await record(node, call.who, situation, _reading(declared, call.who))
        begin = to_milliseconds(query.from_) if query.from_ else 0
        end = to_milliseconds(query.to) if query.to else (1 << 62)
        columns = ("t_ms", *KINDS[declared.value.kind].columns)
        theirs = _may_follow(node, held, situation, query.series)
        if query.series not in await asyncio.to_thread(node.tracks.kinds) or not theirs:
            return SamplesPage(query.series, columns, [], None)
        samples = await asyncio.to_thread(node.tracks.read, query.series, begin, end, query.limit + 1)
        rows = samples.rows()
        following = from_milliseconds(int(rows[query.limit][0] or 0)) if len(rows) > query.limit else None
        return SamplesPage(query.series, columns, rows[: query.limit], following)

    return show_samples


async def last_readings(
    node: Node, held: Clearance, situation: str, series: Iterable[SeriesShown], at: datetime
) -> dict[str, Reading]:
    """What each of these gauges last said by then, of those that the reader may follow."""
    followed = [one.id for one in series if one.kind is not SeriesKind.POSITION]
    theirs = [one for one in followed if _may_follow(node, held, situation, one)]
    return await asyncio.to_thread(_latest, node, theirs, to_milliseconds(at))


def _latest(node: Node, series: Sequence[str], at_ms: int) -> dict[str, Reading]:
    kept, found = node.tracks.kinds(), dict[str, Reading]()
    for one in series:
        for t_ms, value, *_ in node.tracks.latest(one, at_ms).rows() if one in kept else ():
            if value is not None and t_ms is not None:
                found[one] = Reading(one, float(value), from_milliseconds(int(t_ms)))
    return found


def paths_of(
    node: Node, held: Clearance, situation: str, series: Iterable[SeriesShown], at: datetime, *, whole: bool
) -> dict[str, tuple[Stand, ...]]:
    """Where each tracked resource was by then, of those that the reader may follow: its last position alone, or the
    day (`MOST` positions at most) that ends there when `whole`."""
    at_ms, kept, found = to_milliseconds(at), node.tracks.kinds(), dict[str, tuple[Stand, ...]]()
    for one in series:
        if one.kind is not SeriesKind.POSITION or one.resource is None or one.id not in kept:
            continue
        if not _may_follow(node, held, situation, one.id):
            continue
        rows = node.tracks.latest(one.id, at_ms).rows()
        if whole and rows:
            last_ms = int(rows[-1][0] or 0)
            rows = [*node.tracks.read(one.id, max(0, last_ms - DAY_MS), last_ms, MOST).rows(), *rows]
        stands = tuple(stand for row in rows if (stand := _stand(row)) is not None)
        if stands and (one.resource not in found or stands[-1].at > found[one.resource][-1].at):
            found[one.resource] = stands
    return found


def _stand(row: Sequence[float | None]) -> Stand | None:
    t_ms, lon_deg, lat_deg, altitude_m, speed_mps, course_deg = row
    if t_ms is None or lon_deg is None or lat_deg is None:
        return None
    return Stand(
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        at=from_milliseconds(int(t_ms)),
        altitude_m=altitude_m,
        speed_mps=speed_mps,
        course_deg=course_deg,
    )


def _may_follow(node: Node, held: Clearance, situation: str, series: str) -> bool:
    """Whether the samples of that series are of that situation, and for that reader."""
    found = node.measures.declared(series)
    here = found[0] if found is not None and found[0].situation == situation else None
    return here is not None and may_see(held, here.author, here.label)


def _declared(node: Node, held: Clearance, situation: str, series: str) -> Version[SeriesDeclared] | None:
    """The first declaration of that series in that situation that the reader may see."""
    known = node.follower.state.observations.of(situation, series)
    said = known.declared.history() if known else []
    return next((one for one in said if one.author is not None and may_see(held, one.author, one.label)), None)


def _reading(declared: Version[SeriesDeclared], reader: SessionReader) -> list[str]:
    """The declaration, when following that series is reading another's personal data."""
    own = declared.author is not None and declared.author.person == reader.person
    return [declared.fact] if declared.label.sensitivity in PERSONAL and not own else []
