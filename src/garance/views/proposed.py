"""What a proposed situation report is made of: lines and figures, each with the facts it comes from (proposition)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from garance.domain.reports.facts import Figure, Heading
from garance.views.shown import Shown


class LineProposed(Shown, frozen=True, kw_only=True):
    """One line: what was written, or the name of what was drawn (`kind`). `is_new` since the last validated report.

    A line of the board says what it `tells` (`incident`, `mission-late`) with its `details`: words are chosen later.
    """

    text: str
    kind: str | None = None
    tells: str | None = None
    details: Mapping[str, Any] = msgspec.field(default_factory=dict)
    at: datetime
    facts: tuple[str, ...]
    is_new: bool


class SectionProposed(Shown, frozen=True, kw_only=True):
    """One part of the report and its lines: what holds by gravity, then what happened, oldest first.

    `left_out` lines were older still, or less grave.
    """

    heading: Heading
    lines: tuple[LineProposed, ...]
    left_out: int = 0


class FigureProposed(Shown, frozen=True, kw_only=True):
    """A figure now, and what the last validated report said of it."""

    figure: Figure
    before: float | None = None
    before_high: float | None = None
    is_new: bool


class ProposalShown(Shown, frozen=True, kw_only=True):
    """The whole proposal. `since` is the moment that the last validated report told, `after` that report.

    `next_point_at` is when the staff said that the next point is, if that is still to come.
    """

    sections: tuple[SectionProposed, ...]
    figures: tuple[FigureProposed, ...]
    since: datetime | None = None
    after: str | None = None
    next_point_at: datetime | None = None
