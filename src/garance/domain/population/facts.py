"""What can be said of people: how many, told by whom; zones to leave or to stay in; places that take in."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.incidents.facts import Note, People, ShortText
from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact
from garance.kernel.identity import ObjectId
from garance.kernel.place import Geometry


class TollCategory(enum.StrEnum):
    """Whom a count is about (catégorie du bilan)."""

    KILLED = "killed"
    ABSOLUTE_URGENCY = "absolute-urgency"
    RELATIVE_URGENCY = "relative-urgency"
    INVOLVED = "involved"
    RESCUED = "rescued"
    EVACUATED = "evacuated"
    SHELTERED = "sheltered"
    MISSING = "missing"


class Measure(enum.StrEnum):
    """What people of a zone are asked to do (mesure de sauvegarde)."""

    EVACUATION = "evacuation"
    SHELTER_IN_PLACE = "shelter-in-place"
    NO_ENTRY = "no-entry"


class ZoneState(enum.StrEnum):
    """How far the measure is (état de la zone)."""

    PLANNED = "planned"
    ORDERED = "ordered"
    UNDER_WAY = "under-way"
    DONE = "done"
    RETURN_ALLOWED = "return-allowed"
    LIFTED = "lifted"


class CentreRole(enum.StrEnum):
    """What a place that takes in is for (lieu d'accueil)."""

    RECEPTION = "reception"
    LODGING = "lodging"
    ASSEMBLY = "assembly"
    CASUALTIES = "casualties"
    FAMILIES = "families"


class CentreState(enum.StrEnum):
    """Whether a place takes in (état du lieu)."""

    PLANNED = "planned"
    OPENING = "opening"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"


@tells("toll", "stated", thing="about", keys=("category", "source"), begins=True)
@fact("toll.stated.v1")
class TollStated(Body, frozen=True, kw_only=True):
    """Somebody counts people (bilan annoncé): how many, or between how many; who says so.

    `about` is an incident, a zone, a centre, or the situation itself. Counts of different sources stand beside one
    another; a later one of the same source replaces the earlier. Refused: `range-upside-down`, `link-unknown`.
    """

    about: ObjectId
    category: TollCategory
    low: People
    high: People
    source: ShortText
    note: Note | None = None


@tells("toll", "settled", thing="about", keys=("category",), begins=True)
@fact("toll.settled.v1")
class TollSettled(Body, frozen=True, kw_only=True):
    """One count is held to among those stated (bilan arrêté), with its reason; it answers the counts that were weighed.

    A count stated later by anybody is shown beside it until it is settled again. Refused: `range-upside-down`,
    `link-unknown`, `answers-unknown`.
    """

    about: ObjectId
    category: TollCategory
    low: People
    high: People
    reason: Note


@tells("zone", "description", begins=True)
@fact("zone.described.v1")
class ZoneDescribed(Body, frozen=True, kw_only=True):
    """A zone whose people are asked to leave, to stay in, or not to come (évacuation, confinement).

    `shape` is a drawing that outlines it, `centre` where its people go. Refused: `link-unknown`, `range-upside-down`,
    geometry refusals.
    """

    zone: ObjectId
    name: ShortText
    measure: Measure
    geometry: Geometry | None = None
    shape: ObjectId | None = None
    people_low: People | None = None
    people_high: People | None = None
    centre: ObjectId | None = None
    note: Note | None = None


@tells("zone", "state")
@fact("zone.state-set.v1")
class ZoneStateSet(Body, frozen=True, kw_only=True):
    """How far the measure is (état de la zone). Refused: `not-declared`."""

    zone: ObjectId
    state: ZoneState
    note: Note | None = None


@tells("centre", "description", begins=True)
@fact("centre.described.v1")
class CentreDescribed(Body, frozen=True, kw_only=True):
    """A place that takes people in (centre d'accueil; CSI L731-3): where, for how many. Refused: geometry refusals."""

    centre: ObjectId
    name: ShortText
    role: CentreRole
    capacity: Annotated[int, msgspec.Meta(ge=0, le=100_000, description="people")]
    geometry: Geometry | None = None
    place: ShortText | None = None
    step_free: bool | None = None
    note: Note | None = None


@tells("centre", "state")
@fact("centre.state-set.v1")
class CentreStateSet(Body, frozen=True, kw_only=True):
    """Whether it takes in (ouverture, saturation, fermeture). Refused: `not-declared`."""

    centre: ObjectId
    state: CentreState
    note: Note | None = None


@tells("centre", "occupancy")
@fact("centre.counted.v1")
class CentreCounted(Body, frozen=True, kw_only=True):
    """How many people are in a centre (effectif présent). Refused: `not-declared`."""

    centre: ObjectId
    present: People
    note: Note | None = None
