"""Somebody says to have read what may not be missed (accusé de réception)."""

from __future__ import annotations

from garance.domain.vocabulary import Body, fact
from garance.kernel.identity import FactId


@fact("acknowledgement.given.v1")
class AcknowledgementGiven(Body, frozen=True, kw_only=True):
    """A person in a role has read a line of the logbook or a change of level (accusé de réception).

    Refused: `target-unknown`, `already-acknowledged`.
    """

    fact: FactId
