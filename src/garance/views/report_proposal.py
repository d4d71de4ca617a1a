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
from garance.views.board_lines import BoardLines, Followed
from garance.views.proposed import FigureProposed, LineProposed, ProposalShown, SectionProposed
from garance.views.reports import ReportShown
from garance.views.shown import EntryShown, PictureShown

MOST_LINES = 12
"""Dated lines of a part at most, the latest: a report is read aloud."""
MOST_STANDING = 12
"""Lines of the boards in a part at most, the gravest."""

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
"""Where a line of the logbook is told. A short word for the authority tells again what other lines say: nowhere."""


def propose(
    picture: PictureShown,
    entries: Iterable[EntryShown],
    last: ReportShown | None,
    followed: Followed,
    levels: Mapping[str, tuple[float, datetime]] = {},
) -> ProposalShown:
    """The proposal at the moment of these views. `levels`: what each gauge said last, by the series' identifier."""
    since, entries = last.at if last else None, tuple(entries)
    boards = BoardLines(followed, picture, entries, since)
    lines: dict[Heading, list[LineProposed]] = {heading: [*boards.dated.get(heading, ())] for heading in Heading}
    for entry in entries:
        if entry.struck or entry.text is None or entry.category not in HEADING_OF:
            continue
        if since is None or entry.occurred_at > since:
            lines[HEADING_OF[entry.category]].append(_line(entry.text, entry.occurred_at, entry.follows, since))
    for shape in picture.shapes:
        planned = shape.state is ShapeStatus.PLANNED
        heading = Heading.PLANNED if planned else Heading.SITUATION if shape.kind in HAZARDS else Heading.DONE
        lines[heading].append(_line(shape.name, shape.changed_at, shape.follows, since, kind=shape.kind))
    figures = (*_figures(picture), *boards.figures(), *_gauges(picture, levels))
    return ProposalShown(
        sections=tuple(_section(one, boards.standing.get(one, []), lines[one]) for one in Heading),
        figures=tuple(_compared(figure, last) for figure in figures),
        since=since,
        after=last.id if last else None,
        next_point_at=boards.next_point_at,
    )


def _line(
    text: str, at: datetime, facts: tuple[str, ...], since: datetime | None, *, kind: str | None = None
) -> LineProposed:
    return LineProposed(text=text, kind=kind, at=at, facts=facts, is_new=since is not None and at > since)


def _section(heading: Heading, standing: list[LineProposed], dated: list[LineProposed]) -> SectionProposed:
    """What stands, gravest first, then what happened; of each the most that is read aloud."""
    ordered = sorted(dated, key=lambda line: (line.at, line.facts))
    kept = (*standing[:MOST_STANDING], *ordered[-MOST_LINES:])
    return SectionProposed(heading=heading, lines=kept, left_out=len(standing) + len(ordered) - len(kept))


def _figures(picture: PictureShown) -> Iterable[Figure]:
    situation = picture.situation
    if situation is not None:
        yield Figure("level", situation.level, facts=(situation.level_fact,) if situation.level_fact else ())
    for state in ResourceStatus:
        units = [one for one in picture.resources if one.state is state]
        if units:
            facts = sorted({fact for one in units for fact in one.follows})
            yield Figure(f"means-{state.value}", len(units), facts=tuple(facts[:MAX_FACTS]))


def _gauges(picture: PictureShown, levels: Mapping[str, tuple[float, datetime]]) -> Iterable[Figure]:
    named: set[str] = set()
    for series in picture.series:
        if series.id in levels and series.name not in named:
            named.add(series.name)
            yield Figure("gauge", round(levels[series.id][0], 2), name=series.name, unit=series.unit)


def _compared(figure: Figure, last: ReportShown | None) -> FigureProposed:
    told = last.figures if last else ()
    same = next((one for one in told if (one.figure, one.name) == (figure.figure, figure.name)), None)
    before, high = (same.value, same.high) if same else (None, None)
    is_new = last is not None and (before, high) != (figure.value, figure.high)
    return FigureProposed(figure=figure, before=before, before_high=high, is_new=is_new)
