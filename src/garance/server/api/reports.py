"""Situation reports: those drafted and validated, and what the journal proposes for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from garance.access.directory import directory
from garance.access.door import PERSONAL
from garance.domain import commands
from garance.domain.moment import Moment
from garance.domain.reports.facts import Heading
from garance.exports.naming import Names
from garance.exports.report_words import figure_name, sections_said
from garance.exports.words import Voice
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId
from garance.ports.export import Language, Order, Reading
from garance.server.api.readings import read_in_board, read_in_entries, read_in_picture, record
from garance.server.api.samples import last_readings
from garance.server.api.situations import AtMoment, Limit, Shelf
from garance.server.http import Call, Endpoint, endpoint
from garance.server.node import Node
from garance.server.sign_in.reader import Reader
from garance.views.board import Board
from garance.views.board_lines import Followed
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.proposed import LineProposed, ProposalShown
from garance.views.report_proposal import propose
from garance.views.reports import Reports, ReportShown, ReportsShown
from garance.views.shown import EntryShown, PictureShown


class ReportsAsked(AtMoment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of reports, after that one."""

    after: ObjectId | None = None
    limit: Limit = 100


class ReportsPage(msgspec.Struct, frozen=True):
    """Reports, that of the latest moment first; `next` is the report to give as `after` for the following page."""

    items: tuple[ReportShown, ...]
    next: str | None


class ProposalAsked(AtMoment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """At which moment, in whose words."""

    language: Language = "fr"


class PartProposed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part: its words to be edited, and the lines they come from, each with its facts."""

    heading: Heading
    text: str
    lines: tuple[LineProposed, ...]


class FigureSaid(msgspec.Struct, frozen=True, omit_defaults=True):
    """A figure as a draft may take it, what it counts in words, and what the last validated report said."""

    figure: str
    words: str
    value: float
    is_new: bool
    facts: tuple[str, ...] = ()
    name: str | None = None
    unit: str | None = None
    before: float | None = None
    high: float | None = None
    before_high: float | None = None


class ProposalAnswer(msgspec.Struct, frozen=True):
    """What the journal proposes for a report at that moment; `after` is the last validated one, which told `since`.

    `next_point_at` is when the staff said that the next point is.
    """

    at: Instant
    by: str
    since: datetime | None
    after: str | None
    sections: list[PartProposed]
    figures: list[FigureSaid]
    next_point_at: datetime | None = None


def report_endpoints(node: Node) -> list[Endpoint]:
    """The reports, and the proposal."""

    @endpoint("GET", "/api/v1/situations/{situation}/reports", tag="reports")
    async def list_reports(call: Call[Reader], situation: ObjectId, query: ReportsAsked) -> ReportsPage:
        """The situation reports that the reader may see."""
        shelf = Shelf(node, call.who, situation)
        shown = (await reports_of(shelf, query.moment)).items
        places = [one.id for one in shown]
        start = places.index(query.after) + 1 if query.after in places else 0
        page = shown[start : start + query.limit]
        await record(node, call.who, situation, read_in_reports(page, call.who))
        return ReportsPage(page, page[-1].id if start + query.limit < len(shown) else None)

    @endpoint("GET", "/api/v1/situations/{situation}/report-proposal", tag="reports", refusals=("zone-unknown",))
    async def propose_report(call: Call[Reader], situation: ObjectId, query: ProposalAsked) -> ProposalAnswer:
        """What the journal proposes for a situation report at that moment."""
        voice = Voice(Order(language=query.language, zone=node.settings.node.time_zone))
        shelf = Shelf(node, call.who, situation)
        at = query.at or commands.present_of(node.follower.state, situation, node.clock.now())
        picture, _, _ = await shelf.look(Picture, lambda view: view.at(query.moment))
        entries, _, _ = await shelf.look(Logbook, lambda view: view.at(query.moment).items)
        reports = await reports_of(shelf, query.moment)
        followed = await followed_at(shelf, query.moment, at)
        read = [*read_in_entries(entries, call.who), *read_in_picture(node, picture, call.who)]
        read += read_in_board(node, followed.board, call.who)
        await record(node, call.who, situation, read)
        readings = await last_readings(node, shelf.held, situation, picture.series, at)
        return _answer(
            proposed(picture, entries, reports, followed, readings), voice, names_of(node, shelf), at, query.by.value
        )

    return [list_reports, propose_report]


async def followed_at(shelf: Shelf, moment: Moment | None, at: datetime) -> Followed:
    """The whole board, and the states resources went through, as the reader may see them."""
    board, _, _ = await shelf.look(Board, lambda view: view.at(moment))
    steps, _, _ = await shelf.look(Picture, lambda view: view.steps(moment))
    return Followed(at=at, board=board, steps=steps)


class Known(msgspec.Struct, frozen=True):
    """The names that a reader may use."""

    people: dict[str, str]
    organisations: dict[str, str]


def names_of(node: Node, shelf: Shelf) -> Known:
    """Everyone in the directory of that situation."""
    names = directory(node.follower.state.people, shelf.held)
    people = {one: named.display_name for one, named in names.people.items() if named.display_name}
    return Known(people, {one: named.name for one, named in names.organisations.items()})


async def reports_of(shelf: Shelf, moment: Moment | None) -> ReportsShown:
    """Every report of a situation at that moment, as the reader may see them."""
    shown, _, _ = await shelf.look(Reports, lambda view: view.at(moment))
    return shown


def proposed(
    picture: PictureShown,
    entries: tuple[EntryShown, ...],
    reports: ReportsShown,
    followed: Followed,
    readings: Mapping[str, Reading],
) -> ProposalShown:
    """The proposal from these views."""
    levels = {series: (said.value, said.at) for series, said in readings.items()}
    return propose(picture, entries, reports.last_validated(), followed, levels)


def read_in_reports(reports: tuple[ReportShown, ...], reader: Reader) -> list[str]:
    """The facts read in these reports, when they are personal and another's."""
    return [
        one.draft
        for one in reports
        if one.label.sensitivity in PERSONAL and (one.drafted_by is None or one.drafted_by.person != reader.person)
    ]


def _answer(proposal: ProposalShown, voice: Voice, names: Names, at: datetime, by: str) -> ProposalAnswer:
    said = sections_said(proposal, voice, names)
    parts = [
        PartProposed(words.heading, words.text, section.lines)
        for words, section in zip(said, proposal.sections, strict=True)
    ]
    figures = [
        FigureSaid(
            figure=one.figure.figure,
            words=figure_name(one.figure, voice),
            value=one.figure.value,
            is_new=one.is_new,
            facts=one.figure.facts,
            name=one.figure.name,
            unit=one.figure.unit,
            before=one.before,
            high=one.figure.high,
            before_high=one.before_high,
        )
        for one in proposal.figures
    ]
    return ProposalAnswer(at, by, proposal.since, proposal.after, parts, figures, proposal.next_point_at)
