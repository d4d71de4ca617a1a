"""`GET /api/v1/situations/{situation}/samples`: the telemetry of a declared series, by pages of time."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from garance.access.sight import may_see
from garance.kernel.clock import Instant, from_milliseconds, to_milliseconds
from garance.kernel.identity import ObjectId
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.measures import KINDS
from garance.server.node import Node
from garance.server.sign_in.reader import Reader

MOST = 10_000


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
    async def show_samples(call: Call[Reader], situation: ObjectId, query: SamplesAsked) -> SamplesPage:
        """The samples of a series."""
        held = node.seating.clearance(call.who, situation)
        found = node.measures.declared(query.series)
        if found is None or found[0].situation != situation or not may_see(held, found[0].author, found[0].label):
            raise Refused("unknown", field="series")
        begin = to_milliseconds(query.from_) if query.from_ else 0
        end = to_milliseconds(query.to) if query.to else (1 << 62)
        columns = ("t_ms", *KINDS[found[1].kind].columns)
        if query.series not in await asyncio.to_thread(node.tracks.kinds):
            return SamplesPage(query.series, columns, [], None)
        samples = await asyncio.to_thread(node.tracks.read, query.series, begin, end, query.limit + 1)
        rows = samples.rows()
        following = from_milliseconds(int(rows[query.limit][0] or 0)) if len(rows) > query.limit else None
        return SamplesPage(query.series, columns, rows[: query.limit], following)

    return show_samples
