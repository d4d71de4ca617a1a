"""What views show, exactly as it is written in JSON. A member that is None is left out.

`follows` are the facts to name when changing the thing after having seen it so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from garance.domain.drawings.facts import Figure, ShapeStatus, SymbolDrawn
from garance.domain.logbook.facts import Attachment, Category, Certainty, Channel, Importance, Wanted
from garance.domain.observations.facts import SeriesKind, Threshold
from garance.domain.resources.facts import ResourceStatus
from garance.domain.saved_views.facts import Camera
from garance.domain.signals.facts import Fallback, Net, Post
from garance.domain.situation.facts import ClockSet
from garance.kernel.fact import Withheld
from garance.kernel.label import Author, Label, Mode
from garance.kernel.place import Geometry, Point


class Shown(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something a person is shown."""


class AcknowledgementShown(Shown, frozen=True, kw_only=True):
    """Who says to have read it, and when."""

    fact: str
    author: Author | None = None
    at: datetime


class SituationShown(Shown, frozen=True, kw_only=True):
    """A situation. `level` 0..4, set by `level_fact` once it was; `status` is `open` or `closed`."""

    id: str
    title: str
    kind: str
    mode: Mode
    level: int
    level_fact: str | None = None
    acknowledged: tuple[AcknowledgementShown, ...] = ()
    status: str
    opened_at: datetime
    clock: ClockSet | None = None
    closed_at: datetime | None = None
    follows: tuple[str, ...]


class ResourceShown(Shown, frozen=True, kw_only=True):
    """A resource, where it was last said to be."""

    id: str
    name: str
    kind: str
    state: ResourceStatus
    declared_at: datetime
    state_at: datetime | None = None
    geometry: Point | None = None
    moved_at: datetime | None = None
    follows: tuple[str, ...]
    conflict: bool


class ShapeShown(Shown, frozen=True, kw_only=True):
    """A shape that stands. `author` drew it; past `valid_until` nobody vouches for it any more."""

    id: str
    geometry: Geometry
    figure: Figure | None = None
    kind: str
    name: str
    state: ShapeStatus
    valid_until: datetime | None = None
    symbol: SymbolDrawn | None = None
    sector: str | None = None
    course: str | None = None
    phase: int | None = None
    author: Author | None = None
    drawn_at: datetime
    changed_at: datetime
    follows: tuple[str, ...]
    conflict: bool


class ChoiceShown(Shown, frozen=True, kw_only=True):
    """Who chose a course of action, when and why."""

    fact: str
    reason: str
    author: Author | None = None
    at: datetime


class CourseShown(Shown, frozen=True, kw_only=True):
    """A course of action still considered; `chosen` when it is the one."""

    id: str
    name: str
    idea: str | None = None
    phases: tuple[str, ...] = ()
    chosen: ChoiceShown | None = None
    author: Author | None = None
    described_at: datetime
    follows: tuple[str, ...]
    conflict: bool


class SignalsPlanShown(Shown, frozen=True, kw_only=True):
    """A signals plan, as last set."""

    id: str
    name: str
    nets: tuple[Net, ...] = ()
    posts: tuple[Post, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    author: Author | None = None
    set_at: datetime
    follows: tuple[str, ...]
    conflict: bool


class SeriesShown(Shown, frozen=True, kw_only=True):
    """A series of measurements; its samples are read beside. `mobile` is what passes by, when no resource moves."""

    id: str
    name: str
    kind: SeriesKind
    unit: str
    provenance: str
    thresholds: tuple[Threshold, ...]
    geometry: Point | None = None
    resource: str | None = None
    mobile: str | None = None
    declared_at: datetime
    conflict: bool


class GridShown(Shown, frozen=True, kw_only=True):
    """A film of the territory dated in the situation: `at` is the instant of each band of `raster`."""

    id: str
    raster: str
    territory: str
    name: str
    at: tuple[datetime, ...]
    provenance: str
    attached_at: datetime
    author: Author | None = None
    follows: tuple[str, ...]
    conflict: bool


class SavedViewShown(Shown, frozen=True, kw_only=True):
    """A saved view, as last said. `at` None shows the present."""

    id: str
    name: str
    axis: str
    layers: tuple[str, ...]
    camera: Camera
    volume: bool = False
    at: datetime | None = None
    by: str = "occurred"
    order: int
    dwell_s: int
    note: str | None = None
    look: str | None = None
    author: Author | None = None
    saved_at: datetime
    follows: tuple[str, ...]
    conflict: bool


class VersionShown(Shown, frozen=True, kw_only=True):
    """One of the values that contradict each other: who said it, when."""

    fact: str
    aspect: str
    value: Any
    author: Author | None = None
    occurred_at: datetime
    recorded_at: datetime


class ConflictShown(Shown, frozen=True, kw_only=True):
    """People changed the same aspect of the same thing without knowing of each other (conflit)."""

    thing: str
    id: str
    aspect: str
    versions: tuple[VersionShown, ...]


class PictureShown(Shown, frozen=True, kw_only=True):
    """The live picture, or the picture of a past moment."""

    situation: SituationShown | None = None
    resources: tuple[ResourceShown, ...]
    shapes: tuple[ShapeShown, ...]
    series: tuple[SeriesShown, ...]
    grids: tuple[GridShown, ...]
    saved_views: tuple[SavedViewShown, ...]
    courses: tuple[CourseShown, ...]
    signals_plans: tuple[SignalsPlanShown, ...]
    conflicts: tuple[ConflictShown, ...]


class StatementShown(Shown, frozen=True, kw_only=True):
    """What holds of one aspect of a thing: `value` as its fact said it; `answers` are the facts that it answers."""

    fact: str
    value: dict[str, Any]
    author: Author | None = None
    occurred_at: datetime
    recorded_at: datetime
    answers: tuple[str, ...] = ()


class ThingShown(Shown, frozen=True, kw_only=True):
    """A thing told aspect by aspect. An aspect told by several (sources, steps) has their words after it: `step|call`.

    `said` is what holds of each aspect, `gathered` what adds up, in order.
    """

    kind: str
    id: str
    began_at: datetime
    changed_at: datetime
    author: Author | None = None
    label: Label
    said: dict[str, StatementShown]
    gathered: dict[str, tuple[StatementShown, ...]]
    ended: bool
    follows: tuple[str, ...]
    conflict: bool

    def told(self, aspect: str) -> dict[str, Any]:
        """What is said of that aspect; nothing when nobody said any."""
        said = self.said.get(aspect)
        return said.value if said is not None else {}


class BoardShown(Shown, frozen=True, kw_only=True):
    """Things of a situation, by kind then in the order in which they began, and what contradicts."""

    things: tuple[ThingShown, ...]
    conflicts: tuple[ConflictShown, ...]


class StrikeShown(Shown, frozen=True, kw_only=True):
    """Who struck an entry, when and why; no reason when it was withheld."""

    fact: str
    reason: str | None = None
    author: Author | None = None
    at: datetime


class CorrectionShown(Shown, frozen=True, kw_only=True):
    """Who corrected an entry, when, why and how; no text when it was withheld."""

    fact: str
    text: str | None = None
    reason: str | None = None
    author: Author | None = None
    at: datetime


class EntryShown(Shown, frozen=True, kw_only=True):
    """A line of the logbook: `text` as corrected last, `original_text` as first written; none when withheld."""

    entry: str
    text: str | None = None
    original_text: str | None = None
    category: Category | None = None
    channel: Channel | None = None
    sender: str | None = None
    recipient: str | None = None
    geometry: Geometry | None = None
    about: str | None = None
    number: int | None = None
    declared_at: datetime | None = None
    place: str | None = None
    importance: Importance | None = None
    certainty: Certainty | None = None
    reliability: str | None = None
    credibility: int | None = None
    links: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    wanted: Wanted | None = None
    provisional: str | None = None
    sheet: str | None = None
    answers: tuple[str, ...] = ()
    occurred_at: datetime
    recorded_at: datetime
    author: Author | None = None
    label: Label
    struck: tuple[StrikeShown, ...]
    corrections: tuple[CorrectionShown, ...]
    acknowledged: tuple[AcknowledgementShown, ...] = ()
    conflict: bool
    follows: tuple[str, ...]
    withheld: Withheld | None = None


class LogbookShown(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the logbook; `next` is where the following page begins, if there is one."""

    items: tuple[EntryShown, ...]
    next: str | None


class PresentShown(Shown, frozen=True, kw_only=True):
    """Someone who speaks in the situation, as what, since when, and when last."""

    person: str
    role: str
    organisation: str
    cell: str | None = None
    since: datetime
    last_at: datetime
    facts: int


class PresenceShown(Shown, frozen=True, kw_only=True):
    """Who speaks in the situation, the last to speak first."""

    people: tuple[PresentShown, ...]


class HistogramShown(Shown, frozen=True, kw_only=True):
    """How many facts in each of equal stretches of time, from the first instant (included) to the last (excluded)."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    bins: tuple[int, ...]
