"""When a situation report may be drafted and validated, and which number it takes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from garance.domain.commands import command
from garance.domain.following import amend, amended_label, first_seen, follow, sees
from garance.domain.reports.facts import ReportDrafted, ReportValidated
from garance.domain.reports.state import Report
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.versions import Version
from garance.kernel.clock import as_utc
from garance.kernel.identity import FactId, ObjectId
from garance.kernel.label import Audience, Author, Label
from garance.kernel.refusal import Refused

Circle = tuple[Label, str, str]
"""Those who may read the same reports: numbers have no gap for each of them."""


class ReportToValidate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which report, and the very draft that was read."""

    report: ObjectId
    draft: FactId


@command("reports.draft", ability="reports.draft", request=ReportDrafted)
def draft_report(state: State, request: ReportDrafted, context: Context) -> Sequence[Said]:
    """Draft a report, or draft it again. Refuses as `ReportDrafted` says."""
    _check_whole(request)
    _check_superseded(state, request, context)
    body = _dated(request)
    report = state.reports.of(context.situation or "", request.report)
    first = first_seen(context, report.drafted) if report else None
    if report is None or first is None:
        return [Said(body=body)]
    _check_open(report, context)
    return amend(context, body, first=first, aspect=report.drafted, thing=report.aspects)


@command("reports.validate", ability="reports.validate", request=ReportToValidate)
def validate_report(state: State, request: ReportToValidate, context: Context) -> Sequence[Said]:
    """Answer for a draft, which takes the next number. Refuses as `ReportValidated` says."""
    report = state.reports.of(context.situation or "", request.report)
    first = first_seen(context, report.drafted) if report else None
    if report is None or first is None:
        raise Refused("report-unknown", field="body.report")
    _check_open(report, context)
    heads = [head for head in report.drafted.heads() if sees(context, head)]
    draft = next((head for head in heads if head.fact == request.draft), None)
    if draft is None:
        raise Refused("draft-replaced", field="body.draft")
    if any(head.value != draft.value for head in heads):
        raise Refused("report-in-conflict", field="body.draft")
    label = amended_label(context, draft)
    number = _next_number(state, label, context)
    refs = follow(context, report.drafted, thing=report.aspects, at=context.present, label=label)
    body = ReportValidated(report=request.report, draft=request.draft, number=number)
    return [Said(body=body, refs=refs, label=label)]


def _next_number(state: State, label: Label, context: Context) -> int:
    """One more than the last of those that the same people may read: others count for nothing and are not told of."""
    mine = circle_of(label, context.author)
    there = state.reports.validations(context.situation or "")
    theirs = [one.value.number for one in there if one.author and circle_of(one.label, one.author) == mine]
    return 1 + max(theirs, default=0)


def circle_of(label: Label, author: Author) -> Circle:
    """Who may read what that author says under that label, as far as numbering goes."""
    near = label.audience.reach <= Audience.ORGANISATION.reach
    cell = (label.cell or author.cell or "") if label.audience is Audience.CELL else ""
    return Label(label.audience, label.sensitivity), author.organisation if near else "", cell


def _dated(request: ReportDrafted) -> ReportDrafted:
    """The same, its instants in UTC."""
    following = request.next_point_at
    return msgspec.structs.replace(
        request,
        at=as_utc(request.at, field="body.at"),
        next_point_at=None if following is None else as_utc(following, field="body.next_point_at"),
    )


def _check_whole(request: ReportDrafted) -> None:
    if len({section.heading for section in request.sections}) < len(request.sections):
        raise Refused("section-repeated", field="body.sections")
    if len({(figure.figure, figure.name) for figure in request.figures}) < len(request.figures):
        raise Refused("figure-repeated", field="body.figures")
    if any(figure.high is not None and figure.high < figure.value for figure in request.figures):
        raise Refused("range-upside-down", field="body.figures")


def _check_superseded(state: State, request: ReportDrafted, context: Context) -> None:
    if request.supersedes is None:
        return
    other = state.reports.of(context.situation or "", request.supersedes)
    first = first_seen(context, other.drafted) if other else None
    if other is None or first is None or request.supersedes == request.report:
        raise Refused("report-unknown", field="body.supersedes")
    if _validation(other, context) is None:
        raise Refused("report-not-validated", field="body.supersedes")


def _check_open(report: Report, context: Context) -> None:
    if _validation(report, context) is not None:
        raise Refused("report-validated", field="body.report")


def _validation(report: Report, context: Context) -> Version[ReportValidated] | None:
    return next((one for one in report.validated.history() if sees(context, one)), None)
