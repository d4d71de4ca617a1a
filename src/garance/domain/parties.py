"""Who is asked, told or charged: a post rather than a name, which a relief does not change (destinataire)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec

from garance.domain.people.facts import Cell
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.refusal import Refused


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A role, a cell, an organisation, a person, or some of them; at least one. `name` when none is known here."""

    role: Slug | None = None
    cell: Cell | None = None
    organisation: ObjectId | None = None
    person: ObjectId | None = None
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] | None = None


def check_parties(parties: Iterable[Party | None], *, field: str) -> None:
    """Refuse `party-empty`: one that names nobody."""
    for party in parties:
        if party is not None and party == Party():
            raise Refused("party-empty", field=field)
