"""What can be said of feeds: a connection of this node brings what it hears into a situation."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.incidents.facts import Note, ShortText
from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug


class Bringing(enum.StrEnum):
    """What those who move are to the situation (ce que le flux amène)."""

    UNITS = "units"
    """Means of the situation: each is on the board of means, or is the one with that call sign."""
    TRAFFIC = "traffic"
    """What passes: ships, aircraft; on the map only."""


@tells("feed", "attachment", begins=True)
@fact("feed.attached.v1")
class FeedAttached(Body, frozen=True, kw_only=True):
    """What a connection hears comes into the situation from now on (flux branché), under the label of this fact.

    With `sends`, what the situation shows to all who may see this fact also goes out by that connection, if it can
    send: means, drawings, messages, alarms. Refused: `already-attached` (that connection already comes in, as the
    author may see).
    """

    feed: ObjectId
    connection: Slug
    name: ShortText
    brings: Bringing = Bringing.UNITS
    sends: bool = False


@tells("feed", "ended", ends=True)
@fact("feed.detached.v1")
class FeedDetached(Body, frozen=True, kw_only=True):
    """It comes in no more (flux débranché): what it said stays, what it showed is taken back.

    Refused: `not-declared`, `already-ended`.
    """

    feed: ObjectId
    reason: Note


@tells("feed", "release", gathers=True)
@fact("feed.released.v1")
class FeedReleased(Body, frozen=True, kw_only=True):
    """A person lets in what intake had set aside (mise à l'écart levée): which, from which source, why it was.

    `aside` is its number among what that connection had set aside. Refused: `not-declared`, `already-ended`,
    `mode-other` (an exercise is not let into what is real).
    """

    feed: ObjectId
    aside: Annotated[int, msgspec.Meta(ge=1)]
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    why: Slug
    heard_at: Instant
    reason: Note


Recipient = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
"""Who is sent to, as the protocol of the connection names it (`fr.health.samu170`)."""
Named = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class Matter(enum.StrEnum):
    """What is sent to others (objet de l'envoi)."""

    INCIDENT = "incident"
    """An incident: its nature, place, words."""
    RESOURCES = "resources"
    """The means of an incident, with their state and place."""
    SITUATION = "situation"
    """An incident whole: with zones, missions, means, counts."""
    POSITIONS = "positions"
    """Where our means are."""


class Answering(enum.StrEnum):
    """What became of what was sent (suite donnée à l'envoi)."""

    RECEIVED = "received"
    INTEGRATED = "integrated"
    READ = "read"
    REMOVED = "removed"
    REFUSED = "refused"


@tells("incident", "reference", keys=("by",))
@fact("incident.referenced.v1")
class IncidentReferenced(Body, frozen=True, kw_only=True):
    """Another body calls the incident so (numéro d'affaire): what is sent to it names it by that. `by` is that body.

    Refused: `not-declared`.
    """

    incident: ObjectId
    reference: Named
    by: ShortText


@tells("dispatch", "order", begins=True)
@fact("feed.dispatched.v1")
class FeedDispatched(Body, frozen=True, kw_only=True):
    """A person has something sent to others by a connection (envoi): what, to whom. The node sends it in its turn.

    Only what the feed's audience may see, and the sender too, is sent. `resources` are the means to tell of; none:
    those given to the incident. `cancels`: what was sent before no longer holds. Refused: `feed-unknown`,
    `incident-needed`, `link-unknown`, `already-declared`.
    """

    dispatch: ObjectId
    feed: ObjectId
    matter: Matter
    to: Annotated[tuple[Recipient, ...], msgspec.Meta(min_length=1, max_length=20)]
    incident: ObjectId | None = None
    resources: Annotated[tuple[ObjectId, ...], msgspec.Meta(max_length=100)] = ()
    cancels: bool = False
    note: Note | None = None


@tells("dispatch", "sent", keys=("to",))
@fact("dispatch.sent.v1")
class DispatchSent(Body, frozen=True, kw_only=True):
    """The connection took it (envoi parti): `reference` is its name for that recipient, which answers repeat.

    `model` is the kind of message; `digest` that of its bytes. Said by the node.
    """

    dispatch: ObjectId
    to: Recipient
    reference: Named
    model: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


@tells("dispatch", "failed", keys=("to",))
@fact("dispatch.failed.v1")
class DispatchFailed(Body, frozen=True, kw_only=True):
    """It could not be sent and will not be tried again (envoi manqué): why, and where the fault lies. By the node."""

    dispatch: ObjectId
    to: Recipient
    why: Slug
    where: ShortText | None = None


@tells("dispatch", "answer", keys=("to", "answer"))
@fact("dispatch.answered.v1")
class DispatchAnswered(Body, frozen=True, kw_only=True):
    """The recipient, or the network on the way, answers (accusé, erreur). Refused: `not-declared`."""

    dispatch: ObjectId
    to: Recipient
    answer: Answering
    text: Note | None = None
