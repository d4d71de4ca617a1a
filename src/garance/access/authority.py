"""In which role a person acts, and whether that role allows it."""

from __future__ import annotations

from datetime import datetime

from garance.access.clearance import clearance, clearance_of
from garance.access.roles import Ability
from garance.domain.people.state import People
from garance.kernel.label import Author
from garance.kernel.refusal import Refused


def act(
    people: People, person: str, grant: str, ability: str, *, situation: str | None, owner: str | None, now: datetime
) -> Author:
    """Whom a fact will name as its author, when that person acts under that grant.

    Refuses `unknown` when the person must not know that the situation exists, and `not-allowed` when the grant is
    not theirs, was taken back, does not hold now or there, or lacks the ability: without saying which.
    """
    if situation is not None and clearance(people, person, situation, now, owner=owner) is None:
        raise Refused("unknown", field="situation")
    known = people.grant(grant)
    if known is None or known.person != person or people.ended(known):
        raise Refused("not-allowed", field="role")
    held = clearance_of(people, [known], situation, now, owner=owner)
    if held is None or ability not in set(held.abilities):
        raise Refused("not-allowed", field="role")
    return Author(known.person, known.role, known.organisation, known.cell)


def may_anywhere(people: People, person: str, ability: Ability, now: datetime) -> bool:
    """Whether a standing role of that person allows it now."""
    held = clearance(people, person, None, now, owner=None)
    return held is not None and ability in held.abilities
