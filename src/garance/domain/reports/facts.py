"""What can happen to a situation report (point de situation).

It is drafted as often as needed, each draft a whole statement; then a named person validates one draft, and it has a
number. What was validated never changes: another report supersedes it.
"""

from __future__ import annotations

import enum
from typing import Annotated, Literal

import msgspec

from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import FactId, ObjectId, Slug

SectionText = Annotated[str, msgspec.Meta(min_length=1, max_length=8000)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
MAX_FACTS = 64
Value = Annotated[float, msgspec.Meta(ge=-1_000_000_000, le=1_000_000_000)]


class Heading(enum.StrEnum):
    """The parts of a situation report, in the order they are read (rubriques du point de situation)."""

    SITUATION = "situation"
    EVOLUTION = "evolution"
    PEOPLE = "people"
    MEANS = "means"
    DONE = "done"
    PLANNED = "planned"
    DIFFICULTIES = "difficulties"
    REQUESTS = "requests"
    COMMUNICATION = "communication"


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part in words; a part nobody filled is left out."""

    heading: Heading
    text: SectionText


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One number, and the facts it comes from (chiffre et ses sources); `unit` for what is measured.

    `figure` says what is counted (`means-engaged`, `evacuated`, `gauge`), `name` of which thing when there are
    several. `high` when nobody knows better than between `value` and it. None of `facts` means that its author vouches
    for it alone.
    """

    figure: Slug
    value: Value
    high: Value | None = None
    name: Name | None = None
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] | None = None
    facts: Annotated[tuple[FactId, ...], msgspec.Meta(max_length=MAX_FACTS)] = ()


@fact("report.drafted.v1")
class ReportDrafted(Body, frozen=True, kw_only=True):
    """A situation report is drafted, or drafted again, whole (projet de point de situation).

    `at` is the moment it tells, by the time `by`; `next_point_at` when the next one is due. `supersedes` names a
    validated report that this one takes the place of.

    Refused: `report-validated`, `section-repeated`, `figure-repeated`, `range-upside-down`, `report-unknown`,
    `report-not-validated`.
    """

    report: ObjectId
    at: Instant
    by: Literal["occurred", "recorded"] = "occurred"
    sections: Annotated[tuple[Section, ...], msgspec.Meta(max_length=len(Heading))]
    figures: Annotated[tuple[Figure, ...], msgspec.Meta(max_length=100)] = ()
    next_point_at: Instant | None = None
    supersedes: ObjectId | None = None


@fact("report.validated.v1")
class ReportValidated(Body, frozen=True, kw_only=True):
    """A named person answers for that draft, which takes a number (validation du point de situation).

    Numbers have no gap among the reports that the same people may read. Refused: `report-unknown`,
    `report-validated`, `draft-replaced`, `report-in-conflict`.
    """

    report: ObjectId
    draft: FactId
    number: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
