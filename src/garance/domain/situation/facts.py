"""What can happen to a situation (situation suivie : crise, veille ou exercice)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.label import Mode

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Level = Annotated[int, msgspec.Meta(ge=0, le=4, description="0 watch, then 1 to 4")]
Speed = Annotated[float, msgspec.Meta(ge=0, le=3600, description="story seconds per real second; 0 is paused")]


@fact("situation.opened.v1")
class SituationOpened(Body, frozen=True, kw_only=True):
    """Someone begins to follow a situation (ouverture de la situation).

    `mode` then is the mode of every fact of the situation. Refused: `already-declared`, `situation-mismatch`.
    """

    situation: ObjectId
    title: Title
    kind: Slug
    mode: Mode


@fact("situation.level-set.v1")
class LevelSet(Body, frozen=True, kw_only=True):
    """The level of activation is decided (niveau d'activation du PCS ou de la cellule de crise), 0 to 4."""

    level: Level


@fact("situation.clock-set.v1")
class ClockSet(Body, frozen=True, kw_only=True):
    """The exercise clock is set (horloge d'exercice).

    Story time is `story_at + (now - real_at) * speed`. Refused in actual mode: `clock-not-allowed`; and
    `clock-in-the-future` when `real_at` is more than 5 minutes ahead.
    """

    story_at: Instant
    real_at: Instant
    speed: Speed


@fact("situation.closed.v1")
class SituationClosed(Body, frozen=True, kw_only=True):
    """The situation is no longer followed (clôture de la situation). Nothing more can be said in it."""

    reason: Reason
