"""When a body may be destroyed, and how a writer makes itself known. Said by the node, under its own abilities."""

from __future__ import annotations

from garance.domain.keeping.facts import BodyRedacted, WriterOpened
from garance.domain.said import Said
from garance.domain.state import State
from garance.kernel.fact import Fact
from garance.kernel.refusal import Refused
from garance.kernel.signature import writer_of

NEVER = frozenset(
    {
        "body.redacted.v1",
        "situation.opened.v1",
        "organisation.registered.v1",
        "role.granted.v1",
        "role.ended.v1",
        "person.erased.v1",
    }
)
"""What must stay readable for the rest to keep its meaning."""


def redact_body(state: State, target: Fact[object], *, reason: str) -> Said:
    """State that a fact's content is destroyed, before it is. The statement is labelled as the fact was.

    Refuses `already-redacted`, and `redaction-not-allowed` for a redaction itself, for the opening of a situation
    (without it nobody could tell an exercise from reality), and for what rights depend on (a role taken back would
    be given again).
    """
    if target.name in NEVER:
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
