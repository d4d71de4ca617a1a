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

    Refused: `already-attached` (that connection already comes in, as the author may see).
    """

    feed: ObjectId
    connection: Slug
    name: ShortText
    brings: Bringing = Bringing.UNITS


@tells("feed", "ended", ends=True)
@fact("feed.detached.v1")
class FeedDetached(Body, frozen=True, kw_only=True):
    """It comes in no more (flux débranché); what it said stays. Refused: `not-declared`, `already-ended`."""

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
