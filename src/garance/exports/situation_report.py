"""The situation report on paper, with its map, and as text ready to paste (point de situation)."""

from __future__ import annotations

from typing import Any, ClassVar

from garance.exports.map_sheet.drawing import draw_map
from garance.exports.map_sheet.export import sheet_data
from garance.exports.map_sheet.paper import Room
from garance.exports.naming import numbered, reference, signed
from garance.exports.report_words import (
    SectionSaid,
    figure_name,
    figure_value,
    sections_said,
    sections_written,
)
from garance.exports.strips import desk_code, strips
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Need, Order, Turned
from garance.views.proposed import FigureProposed

PLATE_MM = (174.0, 160.0)
"""The map's window on its page, beside which the legend has room below."""
SOURCES_SHOWN = 3
"""Facts named beside a figure on paper; the desk shows them all."""


class SituationReport:
    """A report that was drafted or validated; without one, what the journal proposes, marked as a proposal."""

    kind: ClassVar[str] = "situation-report"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PICTURE, Need.LOGBOOK, Need.BOARD, Need.REPORTS})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Lay it out. The map is left out when there is no place to show."""
        voice = Voice(order)
        sections, figures = _content(matter, voice)
        title, status = _title(matter, voice), _status(matter, voice)
        source = matter.report or matter.proposal
        following = source.next_point_at if source is not None else None
        following_said = voice.say("report.next", moment=voice.moment(following)) if following is not None else None
        code = desk_code(matter, tab="logbook", at=matter.shown_at.isoformat(timespec="seconds").replace("+00:00", "Z"))
        data: dict[str, Any] = {
            **strips(matter, order, voice, title=title),
            "sections": [{"heading": voice.of("heading", one.heading.value), "lines": _plain(one)} for one in sections],
            "figures": figures,
            "level": voice.say("report.level", level=matter.situation.level),
            "status": status,
            "is_validated": matter.report is not None and matter.report.number is not None,
            "next": following_said,
            "empty": voice.say("report.empty"),
            "new_word": voice.say("report.new"),
            "code": code,
            "plate": _plate(matter, order, voice),
            "signatures": ["sign.validator"],
        }
        text = _as_text(title, [status, following_said or ""], sections, figures, matter, voice)
        return Manuscript(layout="report", data=data, text=text)


def _content(matter: Matter, voice: Voice) -> tuple[list[SectionSaid], list[dict[str, Any]]]:
    if matter.report is not None:
        said = [_figure(FigureProposed(figure=figure, is_new=False), matter, voice) for figure in matter.report.figures]
        return sections_written(matter.report.sections), said
    if matter.proposal is None:
        raise Refused("report-unknown", field="report")
    figures = [_figure(one, matter, voice) for one in matter.proposal.figures]
    return sections_said(matter.proposal, voice, matter), figures


def _plain(section: SectionSaid) -> list[dict[str, Any]]:
    return [{"text": line.text, "is_new": line.is_new} for line in section.lines]


def _figure(told: FigureProposed, matter: Matter, voice: Voice) -> dict[str, Any]:
    figure, before = told.figure, told.before
    lines = {one.entry: one for one in matter.entries}
    shown = figure.facts[:SOURCES_SHOWN]
    sources = [numbered(lines[fact], matter, voice) if fact in lines else reference(fact) for fact in shown]
    more = len(figure.facts) - len(sources)
    was = None
    if before is not None:
        was = voice.say("report.before", value=figure_value(before, figure.unit, voice, told.before_high))
    return {
        "name": figure_name(figure, voice),
        "value": figure_value(figure.value, figure.unit, voice, figure.high),
        "before": was if told.is_new else None,
        "is_new": told.is_new,
        "sources": ", ".join(sources) + (f" +{more}" if more > 0 else ""),
    }


def _title(matter: Matter, voice: Voice) -> str:
    number = matter.report.number if matter.report is not None else None
    return voice.say("title.report-numbered", number=number) if number else voice.say("title.report")


def _status(matter: Matter, voice: Voice) -> str:
    """Who answers for it; and what it is not, so that a draft left on a table is not taken for an order."""
    report = matter.report
    if report is None:
        return voice.say("report.proposal")
    if report.number is None or report.validated_at is None:
        return voice.say("report.draft", by=signed(report.drafted_by, matter, voice))
    by, at = signed(report.validated_by, matter, voice), voice.moment(report.validated_at)
    said = voice.say("report.validated", by=by, at=at)
    return said if report.superseded_by is None else f"{said} {voice.say('report.superseded')}"


def _plate(matter: Matter, order: Order, voice: Voice) -> dict[str, Any] | None:
    """The map on a page of its own."""
    room = Room((210.0, 297.0), PLATE_MM, 0.0)
    try:
        drawn = draw_map(matter, order, voice, dict.fromkeys(Turned, room))
    except Refused as problem:
        if problem.code == "no-territory":
            return None
        raise
    plate: dict[str, Any] = sheet_data(drawn, matter, voice)["map"]
    return plate


def _as_text(
    title: str,
    notes: list[str],
    sections: list[SectionSaid],
    figures: list[dict[str, Any]],
    matter: Matter,
    voice: Voice,
) -> str:
    """The same for a message: title, moment, status, parts, figures."""
    mode = voice.of("mode", matter.situation.mode).upper() if matter.situation.mode != "actual" else ""
    head = [part for part in (mode, f"{title} — {matter.situation.title}", voice.moment(matter.shown_at)) if part]
    said = ["\n".join([*head, *(note for note in notes if note)])]
    for section in sections:
        lines = [f"- {line.text}" for line in section.lines] or [voice.say("report.empty")]
        said.append("\n".join([voice.of("heading", section.heading.value).upper(), *lines]))
    if figures:
        notes = [f" ({one['before']})" if one["before"] else "" for one in figures]
        counted = [f"- {one['name']} : {one['value']}{note}" for one, note in zip(figures, notes, strict=True)]
        said.append("\n".join([voice.say("report.figures").upper(), *counted]))
    return "\n\n".join([*said, mode] if mode else said) + "\n"
