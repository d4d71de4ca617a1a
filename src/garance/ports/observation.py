"""What comes from outside, once decoded: who says what, of what, when and where. WGS 84, SI units, aware UTC.

Nothing here is a fact yet: intake sorts it first. `uid` is what the source calls the thing, unique within its source
only; `at` is when it was so, None when the source does not say.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from garance.domain.drawings.facts import Figure, ShapeStatus
from garance.domain.feeds.facts import Answering
from garance.domain.incidents.facts import Evolution
from garance.domain.observations.facts import SeriesKind
from garance.kernel.identity import Slug
from garance.kernel.label import Mode
from garance.kernel.place import Geometry, Position

Uid = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
MAX_TEXT = 4000
"""The longest text that an observation carries; a longer one is cut by its decoder, with an ellipsis."""


class Observed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="what", tag=str.lower):
    """Something said of one thing. `details` is what the source says beside, kept as it was, for people to read.

    `mode` is what the source says it is: an exercise heard from others must never be taken for the real thing.
    """

    uid: Uid
    at: datetime | None = None
    mode: Mode = Mode.ACTUAL
    details: Mapping[str, str] = {}


class Located(Observed, frozen=True, kw_only=True):
    """Where something that moves is (position). `altitude_m` above the ellipsoid or the sea, as its source has it.

    `name` is its call sign; `kind` what it is, in our words (`fire-engine`, `vessel`, `aircraft`…); `team` its group as
    the source has it; after `stale_at` the source itself no longer vouches for it.
    """

    position: Position
    altitude_m: float | None = None
    accuracy_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    name: str | None = None
    kind: Slug | None = None
    team: str | None = None
    stale_at: datetime | None = None


class Measured(Observed, frozen=True, kw_only=True):
    """What a fixed instrument reads (mesure); `unit` is SI."""

    kind: SeriesKind
    value: float
    unit: str
    position: Position | None = None
    name: str | None = None


class Drawn(Observed, frozen=True, kw_only=True):
    """A point, line or area on the map (tracé). Several parts of one thing are several drawings, `uid/1`, `uid/2`…"""

    geometry: Geometry
    figure: Figure | None = None
    kind: Slug = "note"
    name: str = ""
    note: str | None = None
    state: ShapeStatus = ShapeStatus.ENGAGED
    valid_until: datetime | None = None


class Said(Observed, frozen=True, kw_only=True):
    """A message in words (message). `thread` is the room or the person it was sent to, as the source names it."""

    text: str
    sender: str
    thread: str | None = None
    recipients: tuple[str, ...] = ()
    position: Position | None = None


class Answered(Observed, frozen=True, kw_only=True):
    """What became of something that was sent from here (accusé, erreur). `reference` is the name that it was sent
    under; `text` says it for people, who read it in the logbook when nothing here bears that name."""

    reference: Uid
    answer: Answering
    text: str
    sender: str


class Alarm(enum.StrEnum):
    """What an alarm is about (nature de l'alarme)."""

    EMERGENCY = "emergency"
    """Someone calls for help (bouton de détresse, « 911 »)."""
    IN_CONTACT = "in-contact"
    GEOFENCE = "geofence"
    OTHER = "other"


class Alarmed(Observed, frozen=True, kw_only=True):
    """Someone calls for help, or no longer does (alarme, fin d'alarme)."""

    alarm: Alarm
    active: bool = True
    text: str = ""
    name: str | None = None
    position: Position | None = None


class Withdrawn(Observed, frozen=True, kw_only=True):
    """The source takes back what it said of this thing (retrait)."""


class Engaged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A resource named by a case (moyen d'une affaire); `state` is a word of `ResourceStatus`."""

    uid: Uid
    name: str
    kind: Slug = "vehicle"
    state: str = "engaged"
    position: Position | None = None
    owner: str | None = None
    details: Mapping[str, str] = {}


class Tasked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mission named by a case; `state` is a word of our missions."""

    uid: Uid
    title: str
    state: str
    resources: tuple[Uid, ...] = ()
    details: Mapping[str, str] = {}


class Counted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """People counted by a case (bilan); `category` is a word of our balances."""

    category: str
    count: Annotated[int, msgspec.Meta(ge=0)]


class Reported(Observed, frozen=True, kw_only=True):
    """A case kept by another body (affaire): what, where, since when, with which means and missions.

    `nature` is a word of our incident types; `severity` one of our severities, `1` minor to `5` disastrous; `evolution`
    how it goes, when the sender says. `closed` when the sender has closed it.
    `partial` when only what is said here changes: an update of the means of a case says nothing of its nature nor of
    its place, and `title` then only names the case.
    """

    title: str
    nature: Slug | None = None
    severity: str | None = None
    evolution: Evolution | None = None
    text: str = ""
    position: Position | None = None
    address: str | None = None
    sender: str = ""
    closed: bool = False
    partial: bool = False
    resources: tuple[Engaged, ...] = ()
    missions: tuple[Tasked, ...] = ()
    counts: tuple[Counted, ...] = ()


Observation = Located | Measured | Drawn | Said | Answered | Alarmed | Withdrawn | Reported
"""Everything that a decoder may give."""
