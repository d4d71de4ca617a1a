"""The situation reports as they are read: drafts, and those that somebody answers for (points de situation)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from garance.domain.keeping.facts import BodyRedacted
from garance.domain.keeping.state import Keeping
from garance.domain.moment import Moment
from garance.domain.reports.facts import Figure, ReportDrafted, Section
from garance.domain.reports.state import Report
from garance.domain.reports.state import Reports as Known
from garance.domain.versions import Version, Versions
from garance.kernel.fact import Fact
from garance.kernel.label import Author, Label
from garance.views.shown import Shown


class ReportShown(Shown, frozen=True, kw_only=True):
    """A report: as validated once it was, else as last drafted. `draft` is the fact that says it.

    `number` and `validated_*` once somebody answers for it; `superseded_by` the validated report that took its place.
    `conflict`: drafted or validated apart, without knowing of each other.
    """

    id: str
    at: datetime
    by: str
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    next_point_at: datetime | None = None
    supersedes: str | None = None
    superseded_by: str | None = None
    draft: str
    drafted_at: datetime
    drafted_by: Author | None = None
    number: int | None = None
    validated_at: datetime | None = None
    validated_by: Author | None = None
    label: Label
    follows: tuple[str, ...]
    conflict: bool


class ReportsShown(Shown, frozen=True, kw_only=True):
    """Every report of a situation, the one that tells of the latest moment first."""

    items: tuple[ReportShown, ...]

    def last_validated(self) -> ReportShown | None:
        """The validated report of the latest moment that no other took the place of."""
        return next((one for one in self.items if one.number is not None and one.superseded_by is None), None)


class _Folded(msgspec.Struct):
    keeping: Keeping
    reports: Known


class Reports:
    """The reports of one situation, now and at every past moment."""

    name: ClassVar[str] = "reports"
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self._folded = _Folded(Keeping(), Known())

    def add(self, fact: Fact[Any]) -> None:
        """Take in a fact."""
        keeping, reports = self._folded.keeping, self._folded.reports
        fact = keeping.as_kept(fact)
        if isinstance(fact.body, BodyRedacted):
            reports.forget(fact.body.fact)
        _ = reports.fold(fact) or keeping.fold(fact)

    def at(self, moment: Moment | None) -> ReportsShown:
        """Every report at that moment."""
        there = (each for known in self._folded.reports.known.values() for each in known.items())
        shown = [one for one in (_show(identifier, report, moment) for identifier, report in there) if one is not None]
        taken = {one.supersedes: one.id for one in shown if one.supersedes is not None and one.number is not None}
        items = [msgspec.structs.replace(one, superseded_by=taken.get(one.id)) for one in shown]
        return ReportsShown(items=tuple(sorted(items, key=lambda one: (one.at, one.drafted_at, one.id), reverse=True)))

    def snapshot(self) -> bytes:
        """All that was folded."""
        return msgspec.msgpack.encode(self._folded)

    def restore(self, snapshot: bytes) -> None:
        """Begin from what was folded before."""
        self._folded = msgspec.msgpack.decode(snapshot, type=_Folded)


def _show(identifier: str, report: Report, moment: Moment | None) -> ReportShown | None:
    drafted, validated = report.drafted.upto(moment), report.validated.upto(moment)
    answered = validated.first()
    said = _draft_of(drafted, answered.value.draft if answered else None)
    if said is None:
        return None
    body = said.value
    heads = {head.fact for aspect in (drafted, validated) for head in aspect.heads()}
    return ReportShown(
        id=identifier,
        at=body.at,
        by=body.by,
        sections=body.sections,
        figures=body.figures,
        next_point_at=body.next_point_at,
        supersedes=body.supersedes,
        draft=said.fact,
        drafted_at=said.occurred_at,
        drafted_by=said.author,
        number=answered.value.number if answered else None,
        validated_at=answered.occurred_at if answered else None,
        validated_by=answered.author if answered else None,
        label=said.label,
        follows=tuple(sorted(heads)),
        conflict=bool(drafted.conflicting() or validated.conflicting()),
    )


def _draft_of(drafted: Versions[ReportDrafted], named: str | None) -> Version[ReportDrafted] | None:
    """The draft that was validated, for ever; until then the last one."""
    return drafted.said.get(named) if named is not None else drafted.current()
