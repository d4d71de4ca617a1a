"""What can be said of series of measurements; the samples themselves are telemetry, beside the journal."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.vocabulary import Body, fact, unchanged
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.place import Point

SeriesName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=253402300799999, description="since 1970 UTC")]


class SeriesKind(enum.StrEnum):
    """What the samples of a series are: the columns of a sample follow from it."""

    POSITION = "position"
    """t_ms, lon_deg, lat_deg, altitude_m, speed_mps, course_deg."""
    WATER_LEVEL = "water-level"
    """t_ms, value: metres above the zero that `provenance` names."""


class ThresholdSeverity(enum.StrEnum):
    """How much passing a threshold matters (gravité)."""

    CAUTION = "caution"
    SERIOUS = "serious"
    CRITICAL = "critical"


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that matters (seuil), in the unit of its series."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    value: float
    severity: ThresholdSeverity


@fact("series.declared.v2")
class SeriesDeclared(Body, frozen=True, kw_only=True):
    """A series of measurements begins to be followed (capteur ou suivi déclaré).

    `provenance` names the source and every transformation between it and what is shown. A series of positions
    names the `resource` it moves; of what only passes by (a ship, an aircraft), `mobile` says what it is, in a word of
    our kinds of means. Refused: `already-declared`, `resource-unknown`, `threshold-doubled`.
    """

    series: ObjectId
    name: SeriesName
    kind: SeriesKind
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    geometry: Point | None = None
    resource: ObjectId | None = None
    mobile: Slug | None = None
    provenance: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    thresholds: Annotated[tuple[Threshold, ...], msgspec.Meta(max_length=16)] = ()


unchanged("series.declared.v1", to="series.declared.v2")


@fact("segment.sealed.v1")
class SegmentSealed(Body, frozen=True, kw_only=True):
    """A stretch of telemetry will change no more (segment scellé): its digest proves it later.

    `from_ms` and `to_ms` are the first and last sample, both included. Refused: `series-unknown`,
    `segment-malformed`.
    """

    series: ObjectId
    from_ms: Milliseconds
    to_ms: Milliseconds
    samples: Annotated[int, msgspec.Meta(ge=1)]
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
