"""Who may see a fact: its audience and its sensitivity (DESIGN section 6), and how a reader compares."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec


class Mode(enum.StrEnum):
    """Whether the thing is really happening (réel, exercice, test; EMSI CONTEXT/MODE)."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    TEST = "test"


class Audience(enum.StrEnum):
    """How far a fact may travel, from nearest to widest."""

    CELL = "cell"
    ORGANISATION = "organisation"
    PARTNERS = "partners"
    LEVEL_ABOVE = "level-above"
    PUBLIC = "public"

    @property
    def reach(self) -> int:
        """0 (own cell) to 4 (public): the farthest reader who may see."""
        return _REACH[self]


_REACH = {audience: rank for rank, audience in enumerate(Audience)}


class Sensitivity(enum.StrEnum):
    """What kind of care a fact needs; all but `ordinary` need an ability of their own to be read."""

    ORDINARY = "ordinary"
    PERSONAL = "personal"
    HEALTH = "health"
    RESTRICTED = "restricted"


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Audience and sensitivity of one fact (étiquette). `cell` names the cell when the audience is one."""

    audience: Audience = Audience.PARTNERS
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    cell: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Author(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who says it, and as what: a person, in a role, for an organisation (identifiers, never names)."""

    person: str
    role: str
    organisation: str
    cell: str | None = None
