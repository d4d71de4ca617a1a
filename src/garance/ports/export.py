"""The socket of documents: views at a moment in, a manuscript out (exports). Nothing here reads a file or a clock."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

import msgspec

from garance.kernel.identity import FactId, ObjectId
from garance.symbols.charter import SymbolSet
from garance.territory.pack import Pack
from garance.views.proposed import ProposalShown
from garance.views.reports import ReportShown
from garance.views.shown import BoardShown, EntryShown, PictureShown, SituationShown, StatementShown

Language = Literal["fr", "en"]


class Format(enum.StrEnum):
    """What a document is given as."""

    PDF = "pdf"
    TEXT = "text"
    PNG = "png"
    """The first page of the PDF, as a picture to look at before printing: whatever has pages has it."""


class Need(enum.StrEnum):
    """A view that a document is made of: what is not needed is neither read nor recorded as read."""

    PICTURE = "picture"
    LOGBOOK = "logbook"
    """The lines, and what was said of them afterwards."""
    BOARD = "board"
    REPORTS = "reports"


class PaperSize(enum.StrEnum):
    """ISO 216 sheets, from the largest."""

    A0 = "a0"
    A1 = "a1"
    A2 = "a2"
    A3 = "a3"
    A4 = "a4"
    A5 = "a5"


class Turned(enum.StrEnum):
    """How a sheet is held."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


class GridName(enum.StrEnum):
    """The squares drawn on a map: kilometres of the UTM zone, or those of the forest-fire service (DFCI)."""

    UTM = "utm"
    DFCI = "dfci"


Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

BLANKS_AT_MOST = 50


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What someone asks for (commande d'impression). Each document reads what concerns it.

    `scale` is the denominator; None fits `box` (or, without one, what is drawn). `blank` is a number of empty forms in
    the same layout, none for a filled document.
    """

    language: Language = "fr"
    zone: str = "Europe/Paris"
    paper: PaperSize = PaperSize.A4
    turned: Turned | None = None
    scale: Annotated[int, msgspec.Meta(ge=100, le=2_000_000)] | None = None
    box: Box | None = None
    grid: GridName = GridName.UTM
    risks: bool = True
    relief: bool = False
    entry: FactId | None = None
    thing: ObjectId | None = None
    report: ObjectId | None = None
    blank: Annotated[int, msgspec.Meta(ge=0, le=BLANKS_AT_MOST)] = 0


class Link(msgspec.Struct, frozen=True):
    """A fact printed, and the digest of its header: all that its writer wrote before is proven by it."""

    writer: str
    seq: int
    digest: str


class Reading(msgspec.Struct, frozen=True):
    """The last sample of a series at the moment shown; SI units, said by `unit`."""

    series: str
    value: float
    at: datetime


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """Where something that moves was, as its tracker said. Metres, metres a second, degrees from north."""

    lon_deg: float
    lat_deg: float
    at: datetime
    altitude_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a document may be made of, as its reader may see it (matière).

    `shown_at` is the moment of the picture, in the situation's own time; `printed_at` is real. `address` is that of
    the desk, to which the codes on the sheets lead back. A situation report is made of `report`, or of the `proposal`
    when nobody drafted one. `paths` are the tracked positions of a resource up to that moment, in order of time, the
    last one being where it is: files of exchange alone are given them. `charters` are those that drawings may carry
    symbols of; `histories` the states that each mission went through. `organisation` is the one for which its reader
    reads: its lines go by their number alone.
    """

    situation: SituationShown
    shown_at: datetime
    by: str
    printed_at: datetime
    printed_by: str
    address: str
    pack: Pack | None = None
    picture: PictureShown | None = None
    board: BoardShown = BoardShown(things=(), conflicts=())
    histories: Mapping[str, tuple[StatementShown, ...]] = {}
    entries: tuple[EntryShown, ...] = ()
    links: tuple[Link, ...] = ()
    readings: Mapping[str, Reading] = {}
    paths: Mapping[str, tuple[Stand, ...]] = {}
    charters: tuple[SymbolSet, ...] = ()
    report: ReportShown | None = None
    proposal: ProposalShown | None = None
    organisation: str | None = None
    people: Mapping[str, str] = {}
    organisations: Mapping[str, str] = {}


class Manuscript(msgspec.Struct, frozen=True, kw_only=True):
    """A document ready for the press: a layout of the house, the data that fill it, and the same as plain text.

    Data are never markup: the layout shows them as they are.
    """

    layout: str
    data: Mapping[str, Any]
    text: str | None = None


class Export(Protocol):
    """One kind of document (document)."""

    @property
    def kind(self) -> str:
        """What it is called in addresses."""
        ...

    @property
    def needs(self) -> frozenset[Need]:
        """The views it is made of."""
        ...

    @property
    def formats(self) -> frozenset[Format]:
        """What it is given as."""
        ...

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Make the manuscript; refuses what cannot be printed so, with the reason."""
        ...


class Exchange(Protocol):
    """One format in which the picture is given to other programs (fichier d'échange)."""

    @property
    def kind(self) -> str:
        """What it is called in addresses."""
        ...

    @property
    def media_type(self) -> str:
        """What its bytes are."""
        ...

    @property
    def suffix(self) -> str:
        """How the name of its file ends, without a dot."""
        ...

    @property
    def paths(self) -> bool:
        """Whether it tells where resources went: else only their last position is read."""
        ...

    def write(self, matter: Matter, order: Order) -> bytes:
        """The file. `order` gives the language; refuses what cannot be written so, with the reason."""
        ...
