"""What sign-in asks of the rest of the node: who is known, and having facts about people recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from garance.domain.people.facts import OrganisationRegistered
from garance.domain.people.state import People
from garance.domain.vocabulary import Body
from garance.kernel.identity import derived_id
from garance.kernel.label import Author

OPERATOR_ROLE = "operator"


class House(Protocol):
    """The node's people, and the one way to say something new of them."""

    @property
    def people(self) -> People:
        """Everyone known, as of the last fact decided."""
        ...

    @property
    def home(self) -> OrganisationRegistered:
        """The organisation that keeps this node."""
        ...

    async def record(self, author: Author, decide: Callable[[], Sequence[Body]]) -> None:
        """Have facts of the node recorded; return once durable.

        `decide` is called in turn with every other decision, reads `people`, and refuses or gives the bodies.
        """
        ...

    def destroy_key(self, person: str) -> None:
        """Destroy the key that seals a person's data, for ever, durably."""
        ...


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody of the story that a demonstration lets anyone be."""

    role: str
    person: str
    display_name: str
    title_fr: str
    title_en: str
    does_fr: str
    does_en: str
    organisation_name: str


def operator(house: House) -> Author:
    """Whoever keeps the machine, acting from its command line: nobody's account, but said in the journal."""
    return Author(derived_id("house", OPERATOR_ROLE), OPERATOR_ROLE, house.home.organisation)
