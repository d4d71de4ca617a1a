"""Documents on paper and as text: what the reader may see of a situation at a moment, set within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta
from starlette.responses import Response

from garance.domain import commands
from garance.domain.moment import By, Moment
from garance.exports.registry import DOCUMENTS, document
from garance.exports.typesetting.press import set_first_page, set_pdf
from garance.kernel.identity import FactId, ObjectId, Slug
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.ports.export import (
    BLANKS_AT_MOST,
    Box,
    Export,
    Format,
    GridName,
    Language,
    Matter,
    Need,
    Order,
    PaperSize,
    Turned,
)
from garance.server.api.proofs import links_to
from garance.server.api.readings import read_in_board, read_in_entries, read_in_picture, record
from garance.server.api.reports import followed_at, names_of, proposed, read_in_reports, reports_of
from garance.server.api.samples import last_readings
from garance.server.api.situations import AtMoment, Shelf
from garance.server.http import Call, Endpoint, endpoint
from garance.server.node import Node
from garance.server.sign_in.reader import Reader
from garance.symbols.reading import sets_of
from garance.views.board import Board
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.reports import ReportShown, ReportsShown
from garance.views.shown import BoardShown, EntryShown, PictureShown, SituationShown, StatementShown

T = TypeVar("T")
PRESSES = 2
"""Documents made at once: as many as a small machine has processors."""
WAITING = 8
MEDIA = {
    Format.PDF: ("application/pdf", "pdf"),
    Format.PNG: ("image/png", "png"),
    Format.TEXT: ("text/plain; charset=utf-8", "txt"),
}

REFUSALS = (
    "box-wrong", "document-too-large", "document-too-long", "document-too-slow", "entry-needed", "entry-unknown",
    "format-not-offered", "grid-not-here", "no-territory", "only-blank", "paper-too-small", "press-busy",
    "report-unknown", "sheet-too-small", "zone-unknown",
)  # fmt: skip
_NUMBER = r"-?\d{1,3}(\.\d{1,9})?"


class DocumentAsked(AtMoment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which document, as what. `box` is west,south,east,north in degrees; see `ports.export.Order` for the rest.

    `role` is the one the reader acts in: lines of its organisation go by their number alone.
    """

    format: Format = Format.PDF
    language: Language = "fr"
    paper: PaperSize = PaperSize.A4
    turned: Turned | None = None
    scale: Annotated[int, Meta(ge=100, le=2_000_000)] | None = None
    box: Annotated[str, Meta(pattern=rf"^{_NUMBER}(,{_NUMBER}){{3}}$")] | None = None
    grid: GridName = GridName.UTM
    risks: bool = True
    relief: bool = False
    entry: FactId | None = None
    thing: ObjectId | None = None
    report: ObjectId | None = None
    blank: Annotated[int, Meta(ge=0, le=BLANKS_AT_MOST)] = 0
    role: ObjectId | None = None

    def order(self, zone: str) -> Order:
        """What is asked of the document itself, its hours in that legal time."""
        box: Box | None = None
        if self.box is not None:
            west, south, east, north = (float(part) for part in self.box.split(","))
            box = (west, south, east, north)
        asked = {name: getattr(self, name) for name in Order.__struct_fields__ if hasattr(self, name)}
        return Order(**{**asked, "box": box, "zone": zone})


class DocumentOffered(msgspec.Struct, frozen=True):
    """A kind of document, and what it can be given as."""

    kind: str
    formats: tuple[Format, ...]


class DocumentsOffered(msgspec.Struct, frozen=True):
    """Every kind of document of this node."""

    items: list[DocumentOffered]


class PrintRoom:
    """Makes documents, a few at a time, off the loop. Who finds a queue too long is told so at once."""

    def __init__(self) -> None:
        self._presses = asyncio.Semaphore(PRESSES)
        self._waiting = 0

    async def make(self, work: Callable[[], T]) -> T:
        """Do that work in a thread; refuses `press-busy`. Whoever gives up does not free the press before it ends."""
        if self._waiting >= PRESSES + WAITING:
            raise Refused("press-busy", detail={"retry_after_s": 5})
        self._waiting += 1
        return await asyncio.shield(asyncio.create_task(self._work(work)))

    async def _work(self, work: Callable[[], T]) -> T:
        try:
            async with self._presses:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def document_endpoints(node: Node) -> list[Endpoint]:
    """What can be printed, and each document."""
    room = PrintRoom()

    @endpoint("GET", "/api/v1/situations/{situation}/documents", tag="documents")
    async def list_documents(call: Call[Reader], situation: ObjectId) -> DocumentsOffered:
        """The documents that can be made of a situation."""
        Shelf(node, call.who, situation)
        return DocumentsOffered([DocumentOffered(kind, tuple(sorted(one.formats))) for kind, one in DOCUMENTS.items()])

    @endpoint(
        "GET", "/api/v1/situations/{situation}/documents/{kind}", tag="documents", produces="application/pdf",
        also_produces=("image/png", "text/plain"), answer=None, status=200, refusals=REFUSALS,
    )  # fmt: skip
    async def print_document(call: Call[Reader], situation: ObjectId, kind: Slug, query: DocumentAsked) -> Response:
        """Make a document: PDF, its first page (`format=png`), or plain text (`format=text`) where there is one."""
        shelf = Shelf(node, call.who, situation)
        asked = document(kind)
        if (Format.PDF if query.format is Format.PNG else query.format) not in asked.formats:
            raise Refused("format-not-offered", field="format")
        matter = await gather(node, call, shelf, situation, asked, query)
        order = query.order(node.settings.node.time_zone)
        return _answer(await room.make(partial(_make, asked, matter, order, query.format)), query.format, kind)

    return [list_documents, print_document]


def _make(asked: Export, matter: Matter, order: Order, wanted: Format) -> bytes:
    manuscript = asked.compose(matter, order)
    match wanted:
        case Format.PDF:
            return set_pdf(manuscript)
        case Format.PNG:
            return set_first_page(manuscript)
        case Format.TEXT:
            return (manuscript.text or "").encode("utf-8")


def _answer(content: bytes, wanted: Format, kind: str) -> Response:
    media_type, extension = MEDIA[wanted]
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'inline; filename="{kind}.{extension}"',
    }
    return Response(content, 200, headers, media_type=media_type)


async def gather(
    node: Node, call: Call[Reader], shelf: Shelf, situation: str, asked: Export, query: DocumentAsked
) -> Matter:
    """Everything that document needs, as that reader may see it; what is personal in it is recorded as read first.

    A report is told with the picture of its own moment. Refuses `report-unknown`.
    """
    needs = frozenset[Need]() if query.blank else asked.needs
    reports = await reports_of(shelf, query.moment) if Need.REPORTS in needs else ReportsShown(items=())
    report = _report(reports, query.report) if Need.REPORTS in needs else None
    moment = Moment(report.at, By(report.by)) if report is not None else query.moment
    picture = await _picture(node, shelf, situation, moment)
    entries = await _entries(shelf, moment, query.entry) if Need.LOGBOOK in needs and report is None else ()
    shown = picture if Need.PICTURE in needs else None
    read = [*read_in_entries(entries, call.who), *read_in_reports((report,) if report else (), call.who)]
    if shown is not None:
        read += read_in_picture(node, shown, call.who)
    at = moment.at if moment else commands.present_of(node.follower.state, situation, node.clock.now())
    followed = await followed_at(shelf, moment, at) if Need.BOARD in needs else None
    board = followed.board if followed is not None else await _of_lines(shelf, moment, entries)
    histories = await histories_at(shelf, moment) if followed is not None else {}
    await record(node, call.who, situation, [*read, *read_in_board(node, board, call.who)])
    readings = await last_readings(node, shelf.held, situation, shown.series, at) if shown is not None else {}
    names = names_of(node, shelf)
    proposal = None
    if followed is not None and report is None and Need.REPORTS in needs:
        proposal = proposed(picture, entries, reports, followed, readings)
    said = _said(entries, shown, board) | ({report.draft} if report else set())
    return Matter(
        situation=picture.situation or _nameless(node, situation),
        shown_at=at,
        by=(moment.by if moment else query.by).value,
        printed_at=node.clock.now(),
        printed_by=_name_of(node, call.who),
        address=desk_address(node, call),
        pack=node.pack,
        picture=shown,
        board=board,
        histories=histories,
        charters=tuple(one.set for one in sets_of(node.folder.symbols)[0]),
        entries=entries,
        links=await asyncio.to_thread(links_to, node.store, said),
        readings=readings,
        report=report,
        proposal=proposal,
        organisation=organisation_of(node, call.who, situation, query.role),
        people=names.people,
        organisations=names.organisations,
    )


async def matter_at(
    node: Node, call: Call[Reader], shelf: Shelf, situation: str, moment: Moment | None, *, by: By, role: str | None
) -> Matter:
    """The picture and the boards of that moment, for files of exchange; what is personal is recorded as read first."""
    picture = await _picture(node, shelf, situation, moment)
    at = moment.at if moment else commands.present_of(node.follower.state, situation, node.clock.now())
    board = (await followed_at(shelf, moment, at)).board
    read = [*read_in_picture(node, picture, call.who), *read_in_board(node, board, call.who)]
    await record(node, call.who, situation, read)
    names = names_of(node, shelf)
    return Matter(
        situation=picture.situation or _nameless(node, situation),
        shown_at=at,
        by=by.value,
        printed_at=node.clock.now(),
        printed_by=_name_of(node, call.who),
        address=desk_address(node, call),
        picture=picture,
        board=board,
        charters=tuple(one.set for one in sets_of(node.folder.symbols)[0]),
        organisation=organisation_of(node, call.who, situation, role),
        people=names.people,
        organisations=names.organisations,
    )


def _report(reports: ReportsShown, wanted: str | None) -> ReportShown | None:
    if wanted is None:
        return None
    found = next((one for one in reports.items if one.id == wanted), None)
    if found is None:
        raise Refused("report-unknown", field="report")
    return found


async def _picture(node: Node, shelf: Shelf, situation: str, moment: Moment | None) -> PictureShown:
    """The picture, always with a situation: its mode must be said on every page."""

    def show(view: Picture) -> PictureShown:
        shown = view.at(moment)
        if shown.situation is not None:
            return shown
        return msgspec.structs.replace(shown, situation=_early(view.at(None).situation) or _nameless(node, situation))

    picture, _, _ = await shelf.look(Picture, show)
    return picture


def _early(situation: SituationShown | None) -> SituationShown | None:
    """A situation before it was known: its sheet is empty, and still bears its name and mode."""
    return None if situation is None else msgspec.structs.replace(situation, level=0, level_fact=None, acknowledged=())


def _nameless(node: Node, situation: str) -> SituationShown:
    """A situation whose opening the reader may not see: nothing of it but the mode, which is in each fact they see."""
    known = node.follower.state.situations.open(situation)
    mode = (known.mode if known else None) or Mode.ACTUAL
    now = node.clock.now()
    return SituationShown(
        id=situation, title="—", kind="other", mode=mode, level=0, status="open", opened_at=now, follows=()
    )


async def _entries(shelf: Shelf, moment: Moment | None, wanted: str | None) -> tuple[EntryShown, ...]:
    def show(view: Logbook) -> tuple[EntryShown, ...]:
        items = view.at(moment).items
        return items if wanted is None else tuple(one for one in items if one.entry == wanted)

    entries, _, _ = await shelf.look(Logbook, show)
    return entries


async def histories_at(shelf: Shelf, moment: Moment | None) -> dict[str, tuple[StatementShown, ...]]:
    """The states that each mission went through, as the reader may see them."""
    found, _, _ = await shelf.look(Board, lambda view: view.histories(moment, "mission", "state"))
    return found


async def _of_lines(shelf: Shelf, moment: Moment | None, entries: tuple[EntryShown, ...]) -> BoardShown:
    """What the board says of these lines."""
    if not entries:
        return BoardShown(things=(), conflicts=())
    board, _, _ = await shelf.look(Board, lambda view: view.at(moment))
    lines = {("entry", one.entry) for one in entries}
    return BoardShown(
        things=tuple(one for one in board.things if (one.kind, one.id) in lines),
        conflicts=tuple(one for one in board.conflicts if (one.thing, one.id) in lines),
    )


def organisation_of(node: Node, reader: Reader, situation: str, role: str | None) -> str | None:
    """For which organisation they read: that of the role they name, or the only one for which they act there."""
    now = node.clock.now()
    held = [one for one in reader.grants(node.follower.state.people)
            if one.active(now) and one.situation in (None, situation)]  # fmt: skip
    organisations = {one.organisation for one in held if role in (None, one.grant)}
    return organisations.pop() if len(organisations) == 1 else None


def _said(entries: tuple[EntryShown, ...], picture: PictureShown | None, board: BoardShown) -> set[str]:
    """The facts that a document shows."""
    said = {fact for one in entries for fact in (one.entry, *one.follows)}
    said |= {statement.fact for one in board.things for statement in one.said.values()}
    said |= {one.fact for thing in board.things for gathered in thing.gathered.values() for one in gathered}
    if picture is not None:
        said |= {fact for one in picture.resources for fact in one.follows}
        said |= {fact for one in picture.shapes for fact in one.follows}
    return said


def _name_of(node: Node, reader: Reader) -> str:
    if reader.wall is not None:
        return reader.wall.title
    person = node.follower.state.people.person(reader.person)
    return (person.display_name if person is not None else None) or "—"


def desk_address(node: Node, call: Call[Reader]) -> str:
    """Where the desk is, as people know it."""
    return (node.settings.listen.public_url or str(call.request.base_url)).rstrip("/") + "/"
