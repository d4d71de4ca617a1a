"""Who reads: the one answer of sign-in to the rest of the server (lecteur)."""

from __future__ import annotations

import enum
from datetime import datetime

import msgspec

from garance.access.clearance import Clearance, clearance, clearance_of
from garance.domain.people.facts import Role
from garance.domain.people.state import Grant, People


class Kind(enum.StrEnum):
    """How the session was opened."""

    PERSON = "person"
    WALL = "wall"
    """A wall screen: reads one situation, writes nothing."""
    DEMO = "demo"
    """Somebody trying a demonstration, in exercises only."""


class Wall(msgspec.Struct, frozen=True, kw_only=True):
    """What a wall screen is allowed: to observe one situation for one organisation, until a moment."""

    id: str
    situation: str
    organisation: str
    title: str
    ends_at: datetime


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A session in force. `session` names it without opening it; `person` is the wall's identifier for a wall.

    `csrf` must come back in the header of every request that changes something. `until` is its latest possible end.
    """

    session: str
    person: str
    kind: Kind
    csrf: str
    until: datetime
    wall: Wall | None = None

    @property
    def read_only(self) -> bool:
        """Whether it may give no command at all."""
        return self.kind is Kind.WALL

    def grants(self, people: People) -> list[Grant]:
        """The roles this reader has: the person's, or the one a wall screen was given."""
        if self.wall is None:
            return people.grants_of(self.person)
        return [
            Grant(
                grant=self.wall.id,
                person=self.wall.id,
                organisation=self.wall.organisation,
                role=Role.OBSERVER,
                situation=self.wall.situation,
                not_after=self.wall.ends_at,
            )
        ]

    def clearance(self, people: People, situation: str | None, now: datetime, *, owner: str | None) -> Clearance | None:
        """This reader's rights there and now; None when they must not know that the situation exists."""
        if self.wall is None:
            return clearance(people, self.person, situation, now, owner=owner)
        return clearance_of(people, self.grants(people), situation, now, owner=owner)
