"""What the journal proposes for a situation report: lines and figures, each with the facts it comes from.

Pure: from the views at one moment, and the last report that somebody answered for. Words are chosen elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from garance.domain.drawings.facts import ShapeStatus
from garance.domain.logbook.facts import Category
from garance.domain.reports.facts import MAX_FACTS, Figure, Heading
from garance.domain.resources.facts import ResourceStatus
from garance.views.reports import ReportShown
from garance.views.shown import EntryShown, PictureShown, Shown

MOST_LINES = 12
"""Lines of a part at most, the latest: a report is read aloud."""

HAZARDS = frozenset({"flooded-area", "danger-zone", "plume", "breach", "hazard-source"})
"""The drawings that tell what happens; the others tell what is done about it."""

HEADING_OF = {
    Category.INFORMATION: Heading.EVOLUTION,
    Category.REPORT: Heading.EVOLUTION,
    Category.DECISION: Heading.DONE,
    Category.ORDER: Heading.DONE,
    Category.REQUEST: Heading.REQUESTS,
    Category.PUBLIC_MESSAGE: Heading.COMMUNICATION,
    Category.RUMOUR: Heading.COMMUNICATION,
}
"""Where a line of the logbook is told."""


class LineProposed(Shown, frozen=True, kw_only=True):
    """One line: what was written, or the name of what was drawn (`kind`). `is_new` since the last validated report."""

    text: str
    kind: str | None = None
    at: datetime
    facts: tuple[str, ...]
    is_new: bool


class SectionProposed(Shown, frozen=True, kw_only=True):
    """One part of the report and its lines, oldest first; `left_out` lines were older still."""

    heading: Heading
    lines: tuple[LineProposed, ...]
    left_out: int = 0


class FigureProposed(Shown, frozen=True, kw_only=True):
    """A figure now, and what the last validated report said of it."""

    figure: Figure
    before: float | None = None
    is_new: bool


class ProposalShown(Shown, frozen=True, kw_only=True):
    """The whole proposal. `since` is the moment that the last validated report told, `after` that report."""

    sections: tuple[SectionProposed, ...]
    figures: tuple[FigureProposed, ...]
    since: datetime | None = None
    after: str | None = None


def propose(
    picture: PictureShown,
    entries: Iterable[EntryShown],
    last: ReportShown | None,
    levels: Mapping[str, tuple[float, datetime]] = {},
) -> ProposalShown:
    """The proposal at the moment of these views. `levels`: what each gauge said last, by the series' identifier."""
    since = last.at if last else None
    lines: dict[Heading, list[LineProposed]] = {heading: [] for heading in Heading}
    for entry in entries:
        if entry.struck or entry.text is None or entry.category is None:
            continue
        if since is None or entry.occurred_at > since:
            lines[HEADING_OF[entry.category]].append(_line(entry.text, entry.occurred_at, entry.follows, since))
    for shape in picture.shapes:
        planned = shape.state is ShapeStatus.PLANNED
        heading = Heading.PLANNED if planned else Heading.SITUATION if shape.kind in HAZARDS else Heading.DONE
        lines[heading].append(_line(shape.name, shape.changed_at, shape.follows, since, kind=shape.kind))
    return ProposalShown(
        sections=tuple(_section(heading, lines[heading]) for heading in Heading),
        figures=tuple(_compared(figure, last) for figure in _figures(picture, levels)),
        since=since,
        after=last.id if last else None,
    )


def _line(
    text: str, at: datetime, facts: tuple[str, ...], since: datetime | None, *, kind: str | None = None
) -> LineProposed:
    return LineProposed(text=text, kind=kind, at=at, facts=facts, is_new=since is not None and at > since)


def _section(heading: Heading, lines: list[LineProposed]) -> SectionProposed:
    ordered = sorted(lines, key=lambda line: (line.at, line.facts))
    kept = ordered[-MOST_LINES:]
    return SectionProposed(heading=heading, lines=tuple(kept), left_out=len(ordered) - len(kept))


def _figures(picture: PictureShown, levels: Mapping[str, tuple[float, datetime]]) -> Iterable[Figure]:
    situation = picture.situation
    if situation is not None:
        yield Figure("level", situation.level, facts=(situation.level_fact,) if situation.level_fact else ())
    for state in ResourceStatus:
        units = [one for one in picture.resources if one.state is state]
        if units:
            facts = sorted({fact for one in units for fact in one.follows})
            yield Figure(f"means-{state.value}", len(units), facts=tuple(facts[:MAX_FACTS]))
    named: set[str] = set()
    for series in picture.series:
        if series.id in levels and series.name not in named:
            named.add(series.name)
            yield Figure("gauge", round(levels[series.id][0], 2), name=series.name, unit=series.unit)


def _compared(figure: Figure, last: ReportShown | None) -> FigureProposed:
    told = last.figures if last else ()
    same = next((one for one in told if (one.figure, one.name) == (figure.figure, figure.name)), None)
    before = same.value if same else None
    return FigureProposed(figure=figure, before=before, is_new=last is not None and before != figure.value)
