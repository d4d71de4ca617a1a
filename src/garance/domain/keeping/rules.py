"""When a body may be destroyed, how a writer makes itself known, which ground it shows. Said by the node itself."""

from __future__ import annotations

from garance.domain.keeping.facts import BodyRedacted, TerritoryAdopted, WriterOpened
from garance.domain.said import Said
from garance.domain.state import State
from garance.kernel.fact import Fact
from garance.kernel.refusal import Refused
from garance.kernel.signature import writer_of

STANDING = ("body.redacted.", "situation.opened.", "writer.", "organisation.", "role.", "person.erased.", "territory.")


def redact_body(state: State, target: Fact[object], *, reason: str) -> Said:
    """State that a fact's content is destroyed, before it is. The statement is labelled as the fact was.

    Refuses `already-redacted`, and `redaction-not-allowed` for what others stand on: a redaction itself, the opening
    of a situation (without it nobody could tell an exercise from reality), writers, organisations, erasures, adopted
    territories (every count was made on one), and roles (destroying the end of a role would give it back).
    """
    if target.name.startswith(STANDING):
        raise Refused("redaction-not-allowed", field="body.fact")
    if target.id in state.keeping.redacted:
        raise Refused("already-redacted", field="body.fact")
    body = BodyRedacted(fact=target.id, reason=reason)
    return Said(body=body, situation=target.situation, mode=target.mode, label=target.label)


def open_writer(*, writer: str, public_key: bytes, node: str) -> Said:
    """A writer's first words: its key and its node. Refuses `writer-mismatch`."""
    if writer_of(public_key) != writer:
        raise Refused("writer-mismatch", field="body.public_key")
    return Said(body=WriterOpened(public_key=public_key.hex(), node=node))


def adopt_territory(state: State, adopted: TerritoryAdopted, *, writer: str) -> Said | None:
    """State that this writer's node shows that territory from now on; nothing to say when it is the last it named."""
    return None if state.keeping.territory_of(writer) == adopted else Said(body=adopted)
