"""What can happen to the logbook (main courante).

An entry is never edited: it is struck or corrected by another fact, and both stay visible with who and when.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.situation.facts import Reason
from garance.domain.vocabulary import Body, fact
from garance.kernel.identity import FactId, ObjectId
from garance.kernel.place import Geometry

EntryText = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Correspondent = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Category(enum.StrEnum):
    """What kind of line it is (nature de la ligne)."""

    INFORMATION = "information"
    REQUEST = "request"
    DECISION = "decision"
    ORDER = "order"
    REPORT = "report"
    PUBLIC_MESSAGE = "public-message"
    RUMOUR = "rumour"


class Channel(enum.StrEnum):
    """How it reached the one who writes (voie d'arrivée)."""

    RADIO = "radio"
    PHONE = "phone"
    MAIL = "mail"
    FACE_TO_FACE = "face-to-face"
    SOCIAL = "social"
    OTHER = "other"


@fact("entry.written.v1")
class EntryWritten(Body, frozen=True, kw_only=True):
    """A line of the logbook (ligne de main courante): 1 to 4000 characters; who said it to whom, where, about what."""

    text: EntryText
    category: Category
    channel: Channel | None = None
    sender: Correspondent | None = None
    recipient: Correspondent | None = None
    geometry: Geometry | None = None
    about: ObjectId | None = None


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
