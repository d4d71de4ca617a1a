"""What can be said of posts and of the staff cycle."""

from __future__ import annotations

import enum

from garance.domain.incidents.facts import Note, ShortText
from garance.domain.parties import Party
from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId


class CycleStep(enum.StrEnum):
    """Where the staff is in its cycle (situation, décision, ordre, contrôle)."""

    SITUATION = "situation"
    DECISION = "decision"
    ORDER = "order"
    CONTROL = "control"


@tells("post", "holder", begins=True)
@fact("post.held.v1")
class PostHeld(Body, frozen=True, kw_only=True):
    """Somebody holds a post from one hour to another (poste tenu). A post kept free has no holder.

    `party` is the post itself (role, cell, organisation); `holder` the person's account, or `name` without one.
    Refused: `party-empty`, `period-empty`.
    """

    post: ObjectId
    title: ShortText
    party: Party
    holder: ObjectId | None = None
    name: ShortText | None = None
    since: Instant
    until: Instant | None = None
    note: Note | None = None


@tells("post", "ended", ends=True)
@fact("post.ended.v1")
class PostEnded(Body, frozen=True, kw_only=True):
    """A line of the roster is taken out (ligne retirée). Refused: `not-declared`, `already-ended`."""

    post: ObjectId
    reason: Note


@tells("cycle", "cycle", thing="of", begins=True)
@fact("cycle.set.v1")
class CycleSet(Body, frozen=True, kw_only=True):
    """Where the staff is, and when the next point is (prochain point de situation).

    `of` is the situation. Refused: `link-unknown`.
    """

    of: ObjectId
    step: CycleStep
    next_at: Instant | None = None
    subject: ShortText | None = None
