"""What can be said of missions, orders, objectives, action sheets and handovers."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.incidents.facts import Note, ShortText
from garance.domain.parties import Party
from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.place import Geometry

Task = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
StepMinutes = Annotated[int, msgspec.Meta(ge=1, le=1440, description="minutes after the opening")]
Links = Annotated[tuple[ObjectId, ...], msgspec.Meta(max_length=24)]
Phrase = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Objectives = Annotated[tuple[Phrase, ...], msgspec.Meta(max_length=3, description="infinitive verbs, at most three")]
Ideas = Annotated[tuple[Phrase, ...], msgspec.Meta(max_length=8, description="noun phrases, no vehicle")]


class Urgency(enum.StrEnum):
    """How soon (degré d'urgence)."""

    ROUTINE = "routine"
    URGENT = "urgent"
    FLASH = "flash"


class MissionState(enum.StrEnum):
    """Where a mission stands (état de la mission)."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    UNDER_WAY = "under-way"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepState(enum.StrEnum):
    """Where a step of a sheet stands (étape de la fiche)."""

    TO_DO = "to-do"
    DONE = "done"
    NOT_APPLICABLE = "not-applicable"


@tells("mission", "description", begins=True)
@fact("mission.described.v1")
class MissionDescribed(Body, frozen=True, kw_only=True):
    """Something is to be done by somebody (mission): `requested` until said otherwise.

    `owner` answers for it, `deputy` in their absence; `deadline` and a reminder that many minutes before. `links` are
    the incidents, resources, drawings, zones or centres it is about; the line it comes from is what it answers.
    Refused: `party-empty`, `link-unknown`, `answers-unknown`, `deadline-past`, geometry refusals.
    """

    mission: ObjectId
    title: ShortText
    task: Task | None = None
    urgency: Urgency = Urgency.ROUTINE
    owner: Party
    deputy: Party | None = None
    deadline: Instant | None = None
    remind_min: Annotated[int, msgspec.Meta(ge=1, le=1440, description="minutes before the deadline")] | None = None
    geometry: Geometry | None = None
    place: ShortText | None = None
    links: Links = ()


@tells("mission", "state")
@fact("mission.state-set.v1")
class MissionStateSet(Body, frozen=True, kw_only=True):
    """A mission moves on (avancement). A refusal, a failure or a cancellation gives its reason.

    Refused: `not-declared`, `mission-step-wrong` (from where it stands, for the author), `reason-needed`.
    """

    mission: ObjectId
    state: MissionState
    note: Note | None = None


class Execution(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One line of the execution of an order: which mission, which unit, which means, asked for or here."""

    mission: Phrase
    unit: Phrase | None = None
    means: Phrase | None = None


class Frame(enum.StrEnum):
    """The frame of an order (cadre d'ordre): group level, or column and site level."""

    SOIEC = "soiec"
    SAOIECL = "saoiecl"


@tells("order", "text", begins=True)
@fact("order.given.v1")
class OrderGiven(Body, frozen=True, kw_only=True):
    """An order, whole (ordre): Situation, (Anticipation), Objectives, Ideas, Execution, Command, (Logistics).

    Anticipation and logistics belong to the frame of column and site. Refused: `order-frame-mismatch`, `party-empty`,
    `link-unknown`.
    """

    order: ObjectId
    title: ShortText
    frame: Frame
    to: Annotated[tuple[Party, ...], msgspec.Meta(min_length=1, max_length=20)]
    situation: Task
    anticipation: Task | None = None
    objectives: Objectives
    ideas: Ideas = ()
    execution: Annotated[tuple[Execution, ...], msgspec.Meta(min_length=1, max_length=40)]
    commanding: Task | None = None
    logistics: Task | None = None
    links: Links = ()


@tells("intent", "intent", thing="of", begins=True)
@fact("intent.set.v1")
class IntentSet(Body, frozen=True, kw_only=True):
    """What is wanted, and by which idea (objectifs, idées de manœuvre), for the situation or for one sector.

    Refused: `link-unknown`.
    """

    of: ObjectId
    objectives: Objectives
    ideas: Ideas = ()


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One step of an action sheet. `hint` says how; still to do after `within_min`, it is late."""

    id: Slug
    title: Phrase
    hint: Phrase | None = None
    within_min: StepMinutes | None = None


@tells("sheet", "sheet", begins=True)
@fact("sheet.started.v1")
class SheetStarted(Body, frozen=True, kw_only=True):
    """An action sheet is run (fiche action ouverte): its steps are fixed from then on, whatever becomes of its model.

    `template` is the model it comes from. Refused: `already-declared`, `step-twice`, `party-empty`, `link-unknown`.
    """

    sheet: ObjectId
    template: Slug | None = None
    title: ShortText
    trigger: Phrase | None = None
    exit: Phrase | None = None
    owner: Party
    deputy: Party | None = None
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=60)]
    links: Links = ()


@tells("sheet", "step", keys=("step",))
@fact("sheet.step-set.v1")
class StepSet(Body, frozen=True, kw_only=True):
    """A step is done, or does not apply (étape faite, sans objet); `by` who did it when it is not the author.

    Refused: `not-declared`, `step-unknown`, `already-ended`.
    """

    sheet: ObjectId
    step: Slug
    state: StepState
    by: ShortText | None = None
    note: Note | None = None


@tells("sheet", "ended", ends=True)
@fact("sheet.ended.v1")
class SheetEnded(Body, frozen=True, kw_only=True):
    """The sheet is closed (fiche close). Refused: `not-declared`, `already-ended`."""

    sheet: ObjectId
    reason: Note


@tells("handover", "text", begins=True)
@fact("handover.given.v1")
class HandoverGiven(Body, frozen=True, kw_only=True):
    """Whoever leaves a post says what is open (relève passée). `open` are missions, sheets, demands still running.

    Refused: `party-empty`, `link-unknown`.
    """

    handover: ObjectId
    post: Party
    to: ShortText | None = None
    summary: Task
    attention: Annotated[tuple[Phrase, ...], msgspec.Meta(max_length=12)] = ()
    open: Annotated[tuple[ObjectId, ...], msgspec.Meta(max_length=100)] = ()


@tells("handover", "taken", ends=True)
@fact("handover.taken.v1")
class HandoverTaken(Body, frozen=True, kw_only=True):
    """Whoever takes the post says so (relève prise). Refused: `not-declared`, `already-ended`."""

    handover: ObjectId
