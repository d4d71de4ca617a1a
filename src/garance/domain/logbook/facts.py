"""What can happen to the logbook (main courante).

An entry is never edited: it is struck or corrected by another fact, and both stay visible with who and when.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.parties import Party
from garance.domain.situation.facts import Reason
from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact, unchanged
from garance.kernel.clock import Instant
from garance.kernel.identity import FactId, ObjectId
from garance.kernel.place import Geometry, Point

EntryText = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Correspondent = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Provisional = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{1,6}-[1-9][0-9]{0,5}$")]
Source = Annotated[str, msgspec.Meta(pattern=r"^[A-F]$", description="A completely reliable to F cannot be judged")]
Credence = Annotated[int, msgspec.Meta(ge=1, le=6, description="1 confirmed by others to 6 cannot be judged")]


class Category(enum.StrEnum):
    """What kind of line it is (nature de la ligne)."""

    INFORMATION = "information"
    REQUEST = "request"
    DECISION = "decision"
    ORDER = "order"
    REPORT = "report"
    PUBLIC_MESSAGE = "public-message"
    RUMOUR = "rumour"
    BRIEF = "brief"
    """A short word for the mayor or the authority, to be acknowledged (fil de l'autorité)."""


class Channel(enum.StrEnum):
    """How it reached the one who writes (voie d'arrivée)."""

    RADIO = "radio"
    PHONE = "phone"
    MAIL = "mail"
    FACE_TO_FACE = "face-to-face"
    SOCIAL = "social"
    OTHER = "other"


class Importance(enum.StrEnum):
    """How much a line matters (importance)."""

    ORDINARY = "ordinary"
    IMPORTANT = "important"
    VITAL = "vital"


class Certainty(enum.StrEnum):
    """How sure it is (état de l'information): corrected and struck are facts of their own."""

    PRESUMED = "presumed"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"


class Attachment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A file kept by its content (pièce jointe): what it is, and when and where it was taken, if it says so."""

    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,60}$")]
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=1 << 40)]
    taken_at: Instant | None = None
    geometry: Point | None = None


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An acknowledgement is wanted by name (accusé de réception demandé): of the first, then of the next, and so on.

    Each is given `within_min` minutes; then the following one is asked too, until somebody answers.
    """

    of: Annotated[tuple[Party, ...], msgspec.Meta(min_length=1, max_length=6)]
    within_min: Annotated[int, msgspec.Meta(ge=1, le=1440, description="minutes")]


class EntryAsked(Body, frozen=True, kw_only=True):
    """A line as its author gives it. `declared_at` is when the author was told, between the thing and the writing.

    `links` are what it is about beside `about`; `provisional` the number that the device gave it without the network;
    `sheet` the paper it was first written on.
    """

    text: EntryText
    category: Category
    channel: Channel | None = None
    sender: Correspondent | None = None
    recipient: Correspondent | None = None
    geometry: Geometry | None = None
    about: ObjectId | None = None
    declared_at: Instant | None = None
    place: Correspondent | None = None
    importance: Importance = Importance.ORDINARY
    certainty: Certainty | None = None
    reliability: Source | None = None
    credibility: Credence | None = None
    links: Annotated[tuple[ObjectId, ...], msgspec.Meta(max_length=24)] = ()
    attachments: Annotated[tuple[Attachment, ...], msgspec.Meta(max_length=12)] = ()
    wanted: Wanted | None = None
    provisional: Provisional | None = None
    sheet: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] | None = None


@fact("entry.written.v2")
class EntryWritten(EntryAsked, frozen=True, kw_only=True):
    """A line of the logbook (ligne de main courante): 1 to 4000 characters; who said it to whom, where, about what.

    `number` follows the last one of the same register, without a gap: the lines of one organisation that the very
    same readers may see (see `garance.domain.logbook.numbering`). None on lines older than numbers.
    Refused: `link-unknown`, `party-empty`, `declared-later`, `attachment-twice`, geometry refusals.
    """

    number: Annotated[int, msgspec.Meta(ge=1)] | None = None


unchanged("entry.written.v1", to="entry.written.v2")


@fact("entry.struck.v1")
class EntryStruck(Body, frozen=True, kw_only=True):
    """A line is struck out and stays readable (rature). Refused: `entry-unknown`, `already-struck`."""

    entry: FactId
    reason: Reason


@fact("entry.corrected.v1")
class EntryCorrected(Body, frozen=True, kw_only=True):
    """The words of a line are corrected and the first ones stay readable (rectification).

    Refused: `entry-unknown`, `already-struck`.
    """

    entry: FactId
    text: EntryText
    reason: Reason


@tells("entry", "assessment")
@fact("entry.assessed.v1")
class EntryAssessed(Body, frozen=True, kw_only=True):
    """What a line says is confirmed, only presumed, or lapsed (recoupement). Refused: `not-declared`."""

    entry: FactId
    certainty: Certainty
    reliability: Source | None = None
    credibility: Credence | None = None
    reason: Reason | None = None


class Mark(enum.StrEnum):
    """What is still to be done with a line (suites d'une ligne): sort it, decide, draw it."""

    TRIAGE = "triage"
    DECISION = "decision"
    MAP = "map"


class MarkState(enum.StrEnum):
    """Whether it is to be done, is done, or needs not be (visa)."""

    TO_DO = "to-do"
    DONE = "done"
    NEEDLESS = "needless"


@tells("entry", "mark", keys=("mark",))
@fact("entry.marked.v1")
class EntryMarked(Body, frozen=True, kw_only=True):
    """A line is sorted, decided on, drawn, or is still to be (visa de tri, de décision, de report sur la carte).

    `to` is who is to do it. Refused: `not-declared`, `party-empty`.
    """

    entry: FactId
    mark: Mark
    state: MarkState
    to: Party | None = None
    note: Reason | None = None
