"""When a series may be declared, and a segment of it sealed."""

from __future__ import annotations

from collections.abc import Sequence

from garance.domain.commands import command
from garance.domain.following import first_seen
from garance.domain.geometry import check_shape
from garance.domain.observations.facts import SegmentSealed, SeriesDeclared
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.kernel.refusal import Refused


@command("observations.declare-series", ability="observations.declare", request=SeriesDeclared)
def declare_series(state: State, request: SeriesDeclared, context: Context) -> Sequence[Said]:
    """Begin to follow a series. Refuses `already-declared`, `resource-unknown`, `threshold-doubled`."""
    situation = context.situation or ""
    known = state.observations.of(situation, request.series)
    if known is not None and first_seen(context, known.declared) is not None:
        raise Refused("already-declared", field="body.series")
    if request.geometry is not None:
        check_shape(request.geometry)
    if request.resource is not None:
        resource = state.resources.of(situation, request.resource)
        if resource is None or first_seen(context, resource.declared) is None:
            raise Refused("resource-unknown", field="body.resource")
    if len({threshold.name for threshold in request.thresholds}) < len(request.thresholds):
        raise Refused("threshold-doubled", field="body.thresholds")
    return [Said(body=request)]


def seal_segment(state: State, segment: SegmentSealed, *, situation: str) -> Said:
    """State that a stretch of telemetry is sealed: said by the node, not by a person.

    It has its series' label. Refuses `series-unknown`, `segment-malformed` (it ends before it begins).
    """
    series = state.observations.of(situation, segment.series)
    declared = series.declared.first() if series else None
    if declared is None:
        raise Refused("series-unknown", field="body.series")
    if segment.to_ms < segment.from_ms:
        raise Refused("segment-malformed", field="body.to_ms")
    return Said(body=segment, situation=situation, label=declared.label)
